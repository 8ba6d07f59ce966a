"""What a customer's words tell beside the kind: phone, WeChat id, name, place, product, urgency. Pure.

Each finding is a value and the words it came from; what is not sure is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from demandctl.language import phones, places
from demandctl.language.figures import narrow_letters
from demandctl.language.traditional import simplified
from demandctl.paste.keywords import Wording


class Detail(NamedTuple):
    """A value and the words it came from."""

    value: str
    words: str


_TEL = re.compile(
    r"(?:tel|phone|mob(?:ile)?|call(?:\s*me)?|contact|whats\s?app|vx|wx|v|weixin|t|m|ph|手机|电话)[:：.+\s]*$",
    re.IGNORECASE,
)
_WECHAT = (
    re.compile(
        r"(?:微信号?|威信|薇信|微x|vx|wx|v信|加\s?v|v)\s*(?:号|id|账号)?\s*(?:是|为|叫)?\s*[:：]?\s*"
        r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![A-Za-z0-9_-])(wxid_[A-Za-z0-9]{6,20})(?![A-Za-z0-9_-])"),
)  # fmt: skip


def plain(text: str) -> str:
    """Full-width letters and figures as plain ones, traditional characters as simplified, one for one.

    Punctuation stays Chinese.
    """
    return narrow_letters(simplified(text))


# -- phone and WeChat ----------------------------------------------------------------------------------------------


def phone_numbers(text: str, wording: Wording, staff: Collection[str] = ()) -> list[Detail]:
    """The customer's phone numbers, the one to call first: no prices, serials, order numbers, and nobody else's.

    The number of somebody he speaks of (他电话) counts where he gives none of his own.
    """
    flat = plain(text)
    own: list[Detail] = []
    preferred: list[Detail] = []
    others: list[Detail] = []
    for number in phones.find(flat):
        words = flat[number.start : number.end]
        found = Detail(number.phone, words.strip())
        before, after = (
            flat[max(number.start - 24, 0) : number.start].split("\n")[-1],
            flat[number.end : number.end + 16],
        )
        after = after.split("\n")[0]
        known = found.value in staff or found.value in [f.value for f in (*own, *preferred, *others)]
        if known or not number.usual or not _is_the_customers(before, after, wording):
            continue
        if wording.noise["another_before"].search(before):
            others.append(found)
        elif wording.noise["preferred_before"].search(before) or wording.noise["preferred_after"].search(after):
            preferred.append(found)
        else:
            own.append(found)
    return [*preferred, *own] or others


def without_numbers(text: str) -> str:
    """The text without its phones and long numbers: 400 in a phone is no hotline."""
    parts, last = [], 0
    for number in phones.find(text):
        parts += [text[last : number.start], "，"]
        last = number.end
    return re.sub(r"\d{6,}", "，", "".join([*parts, text[last:]]))


def _is_the_customers(before: str, after: str, wording: Wording) -> bool:
    latin = re.search(r"[A-Za-z]+[ :：.\-]*$", before)
    if (latin and not _TEL.search(before)) or re.search(r"[A-Za-z]+\d+[\-_/]$", before):
        return False
    if re.match(r"[A-Za-z]*\d|[Xx](?![A-Za-z])", after):
        return False
    noise = wording.noise
    if noise["number_before"].search(before) or noise["number_after"].search(after):
        return False
    return not (noise["foreign_before"].search(before) or noise["foreign_after"].search(after))


def wechat_id(text: str) -> Detail | None:
    """The WeChat id that the customer gives; a phone that is one too is found as a phone."""
    flat = plain(text)
    for pattern in _WECHAT:
        if found := pattern.search(flat):
            return Detail(found[1], found[0].strip())
    return None


# -- name ----------------------------------------------------------------------------------------------------------

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯庄温牛樊葛殷庞倪佟穆祁"
    "欧华焦俞安岳齐梅章鲁耿聂柴纪舒路费艾苗翟滕关左裴鲍车项祝季柏卓尚景詹凌霍房池阮宁骆蒲屈占"
)
_RANK = (
    "(?:工程师|工(?!地)|总(?!部|成)|哥|姐|师傅|师|老板|经理|先生|女士|主任|队长?|厂长|站长|会计|老师|大姐|大哥|大爷"
    "|老[大二三四])"
)
_TITLED = f"(?:[老小阿][\u4e00-\u9fff](?![\u4e00-\u9fff])|[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}{_RANK})"
_FULL = f"(?:[{_SURNAMES}]老[大二三四]|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
_ENDS = r"(?=[\s，。,、；;：:（(\d]|$)"
_CALLED = re.compile(
    rf"(?:用户|客户|联系人|收件人|收货人|姓名|联系|收货|收件|找)\s*[:：]?\s*({_TITLED}|{_FULL}){_ENDS}"
)
_NAME_AFTER = re.compile(
    rf"[\s，,（(]{{0,2}}(?:找|联系)?({_TITLED}){_ENDS}|\s+({_FULL}|[{_SURNAMES}])\s*$", re.MULTILINE
)
_NAME_BEFORE = re.compile(rf"(?:^|[\s，。,；;：:])(?:我是|找|联系)?({_TITLED})\s*[:：，,]?\s*$")


def person(text: str) -> Detail | None:
    """The name that stands beside a phone or behind 联系人: 收件人陈老二, 15000021122 老吴."""
    flat = plain(text)
    if found := _CALLED.search(flat):
        return Detail(found[1], found[0].strip())
    for number in phones.find(flat):
        before = flat[max(number.start - 12, 0) : number.start]
        for match in (_NAME_AFTER.match(flat, number.end), _NAME_BEFORE.search(before)):
            if match:
                return Detail(next(filter(None, match.groups())), match[0].strip())
    return None


# -- place ---------------------------------------------------------------------------------------------------------

_HERE = re.compile(
    r"(?:在|到|发|发往|发到|发去|送到|寄到|寄往|寄|拉到|运到|去|位置[是:：]?|地址[是:：]?|工地[是:：]?|"
    r"坐标[是:：]?|地点[是:：]?|地区[是:：]?|区域[是:：]?|位于|人在|车在|现在|目前|机器在)\s*$"
)
_STUCK = re.compile(r"(?:停|趴|坏|困|卡|抛锚|撂|扔|窝)(?:窝)?在\s*$")
_HERE_AFTER = re.compile(
    r"^(?:这|那)(?:边|里|儿|块|头)|^的?(?:工地|项目|现场|施工|干活|做事|打工|这台|有台|的车)|^(?:市区|"
    r"县城|附近|周边|境内)|^(?:干活|施工|作业|用车|用|要车)"
)
_FROM = re.compile(
    r"(?:老家(?:是|在)?|老屋(?:在)?|籍贯(?:是)?|户口(?:在)?|本人(?:是)?|我是|我们是|俺是|咱是|家(?:是|"
    r"住|在)|来自|原籍|祖籍|出生|娘家|人是|车牌(?:是|号)?|牌照(?:是)?|上的?|挂(?:的|着)?|以前在|之前在|"
    r"原来在|从前在|去年在|上次在|上回在|前年在|从|由|离|距|距离)\s*$"
)
_FROM_AFTER = re.compile(
    r"^的?(?:人|老乡|户口|籍|口音|牌照|牌子|车牌|牌|伢子|妹子|老表|哥|佬|媳妇)(?!都|工|员)|^的?(?:买|提|发来|调来|过来|拉来|运来|回来|厂家|产的?|生产)"
)
_SOLD_FROM = re.compile(r"^(?:分公司|公司|服务站|售后|办事处|4S店|总部|代理)")


_READ_FOR_PLACES = 4000
"""Characters of a matter that are read for where it is; who pastes a list of places asks for none of them."""


def region(texts: Sequence[str], wording: Wording, served: Collection[str] = ()) -> Detail | None:
    """Where the machine, the job or the delivery is: the best supported place; two that are equally good give none.

    *served*: regions as the directory writes them, which may name places that the table of divisions does not know.
    """
    best: list[tuple[int, places.Mention]] = []
    flats, left = [], _READ_FOR_PLACES
    for text in texts:
        if left > 0:
            flats.append(_masked(plain(text[:left]), wording))
            left -= len(text)
    for flat in flats:
        for mention in places.recognise(flat):
            if mention.confidence >= places.POSSIBLE or _stands_alone(flat, mention):
                best.append((_support(flat, mention), mention))
    if not best:
        return next((Detail(name, name) for name in sorted(served, key=len, reverse=True) if _names(flats, name)), None)
    top = max(score for score, _ in best)
    chosen = [mention for score, mention in best if score == top]
    chosen += [m for score, m in best if 0 <= score < top]
    found = _one_place(chosen, sum(score == top for score, _ in best))
    return _with_town(found, "\n".join(flats)) if found else None


def _names(flats: Sequence[str], name: str) -> bool:
    return len(name) > 1 and not places.find(name) and any(name in flat for flat in flats)


def _masked(text: str, wording: Wording) -> str:
    """The names of makers and goods out of sight: 山东临工 and 复合肥 say nothing of where the machine stands."""
    for name in ("brand", "goods"):
        text = wording.lists[name].sub(lambda found: "，" * len(found[0]), text)
    return text


_TOWN = re.compile(
    r"[ 的]?((?:[\u4e00-\u9fff]{1,4}"
    r"(?:镇|乡|街道|苏木|林场|农场|开发区|工业园区?|产业园|高新区|新区|[一二三四五六七八九十\d]+团))"
    r"(?:[\u4e00-\u9fff]{1,3}村)?|[\u4e00-\u9fff]{1,3}村(?=[，。、\s]|$))"
)


def _with_town(found: Detail, text: str) -> Detail:
    """The place with the town or village that follows it."""
    last = found.words.split(" ")[-1]
    town = _TOWN.match(text, text.find(last) + len(last)) if last in text else None
    return Detail(found.value + town[1], found.words + town[1]) if town else found


_CLAUSE = re.compile(r"(?:^|[，。！？；、\s\d])$")
_PLACE_AND_PHONE = re.compile(r"[\u4e00-\u9fff]{0,4}[，。；、\s]{0,3}(?:\d{3}|$)")


def _stands_alone(text: str, mention: places.Mention) -> bool:
    """A name that is also a word is a place where it makes a clause of its own before the phone or at the end."""
    before, after = text[: mention.start], text[mention.start + len(mention.text) :]
    return len(mention.places) == 1 and bool(_CLAUSE.search(before) and _PLACE_AND_PHONE.match(after))


def _support(text: str, mention: places.Mention) -> int:
    end = mention.start + len(mention.text)
    before, after = text[max(mention.start - 8, 0) : mention.start], text[end : end + 8]
    if _FROM.search(before) or _FROM_AFTER.match(after):
        return -1
    if _STUCK.search(before):
        return 3
    if _HERE.search(before) or _HERE_AFTER.match(after):
        return 2
    return 0 if _SOLD_FROM.match(after) else 1


def _one_place(chosen: list[places.Mention], equals: int) -> Detail | None:
    """The narrowest of places that nest, said together; None when the best supported ones lie apart."""
    kept = [chosen[0]]
    for number, mention in enumerate(chosen[1:], 1):
        if mention.text in kept[0].text or any(m.text == mention.text for m in kept):
            continue
        if _nest(kept[-1], mention):
            kept.append(mention)
        elif _nest(mention, kept[0]):
            kept.insert(0, mention)
        elif number < equals:
            return None
    value = "".join(_proper(mention) for mention in kept)
    return Detail(re.sub(r"\s", "", value), " ".join(m.text for m in kept))


def _proper(mention: places.Mention) -> str:
    """A place as it was written; one by another name (蓉城, 颖上) by its own."""
    if len(mention.places) == 1 and not mention.text.endswith((mention.places[0].name, mention.places[0].short)):
        for other in places.other_names(mention.places[0]):
            if mention.text.endswith(other) and not other[-1].isascii() and len(other) > 1:
                return mention.text.removesuffix(other) + mention.places[0].short
    return mention.text


def _nest(outer: places.Mention, inner: places.Mention) -> bool:
    return any(places.within(i, o) for i in inner.places for o in outer.places)


# -- the rest ------------------------------------------------------------------------------------------------------


def first_of(patterns: Mapping[str, re.Pattern[str]], text: str) -> Detail | None:
    """The first name whose pattern is in the text."""
    for name, pattern in patterns.items():
        if found := pattern.search(text):
            return Detail(name, found[0])
    return None
