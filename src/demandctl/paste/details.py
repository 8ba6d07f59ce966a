"""What a customer's words tell beside the kind: phone, WeChat id, place, product, urgency. Pure.

Each finding is a value and the words it came from; what is not sure is not found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from demandctl.errors import UsageError
from demandctl.language import phones, places
from demandctl.language.products import NAMES
from demandctl.paste.keywords import Wording


class Found(NamedTuple):
    """A value and the words it came from."""

    value: str
    words: str


_GAP = r"[ \t\-—–‐‑.·]{0,2}"
_HAN = dict(zip("零〇一幺二两三四五六七八九", "0011223456789", strict=True))
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)\s?86{_GAP}|\(\+?86\){_GAP}|(?<!\d)86{_GAP})?(1{_GAP}[3-9]{_GAP}\d(?:{_GAP}\d){{8}})(?!\d)"
)
_LANDLINE = re.compile(
    r"(?<!\d)[(（]?(0(?:10|2\d|[3-9]\d\d))[)）]?[ \-—–]{0,3}([2-8]\d{2,3}[ \-]?\d{4})"
    r"(?:[ ]?(?:-|—|转|分机)[ ]?(\d{1,6}))?(?!\d)"
)
_HAN_PHONE = re.compile(rf"(?<![{''.join(_HAN)}])[一幺][{''.join(_HAN)}]{{10}}(?![{''.join(_HAN)}])")
_GROUPS = re.compile(r"\d+")
_TEL = re.compile(
    r"(?:tel|phone|mob(?:ile)?|call(?:\s*me)?|contact|vx|wx|v|weixin|t|m|ph|手机|电话)[:：.\s]*$", re.IGNORECASE
)
_WECHAT = (
    re.compile(
        r"(?:微信号?|威信|薇信|微x|vx|wx|v信|加\s?v|v)\s*(?:号|id|账号)?\s*(?:是|为|叫)?\s*[:：]?\s*"
        r"([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![A-Za-z0-9_-])(wxid_[A-Za-z0-9]{6,20})(?![A-Za-z0-9_-])"),
)  # fmt: skip


# Traditional characters of the words that are looked for, each with the simplified one below it.
_TRADITIONAL = str.maketrans(
    "車電話機買賣師傅請個來這邊裡裏們為麼沒壞斷裂漏漿軸攪閥換轉壓動臺聯絡係條問題價錢報設備維護檢查貨發進過時間點還東西區縣長門廣灣島龍雲陽陰寧"
    "貴漢濟遼縣鄉鎮錦榮陝蘭聖聯連遠達運選適遲溫測滿災燈營獲現環瑪產畫異當療發盤眾礦碼確禮種積稱穩窩筆節範簡糧級紅紋純紙紹終組結給統經綠維網緊線練緩"
    "縫縮總繼續纜罰罷習聲職肅脫腳臨舉舊處號蝕術衛衝補裝製複規視親覺觀觸計訂訊記訓託訪訴診註詞試詢該詳誠誤說課調談論諾謝證識議讀變讓負財責賬賠賴贊質"
    "購資賓賒費貼貸貿賀較載輕輛輪輸辦農週鄰鄭醫釘針鈑鉗鋼銷銹鋒錄錯鍵鏈鎖鐵鑄鑽鏟閉開關閒陳陸隊階際隨險離雜難霧靈靜頂項順預頻題額願類顧顯風飛飯館驅驗驚魚鳥麗麵黃齊齒嗎喺嘅幾無與於後樣樓標橋槍樁權歡歲歷殘氣決況淨減滾準濾濕潤澤熱煙燒爾獨狀瀝協單嚴團園圍國圓場塊墊壩壯壽夠夾奪獎媽寫實審寬將專尋對導屬層屜嶺巖帳帶幫幹庫廠廳彎彈後復懷態慣戶戰掃採揚損搶撥擔據擊擋擠擬擴攔敗數斬書會極構槳樹檔歐殼溝漲潰灑為牆狹獅瓊產異瘋盡監盜睜礙禍竊競籃籠籤",
    "车电话机买卖师傅请个来这边里里们为么没坏断裂漏浆轴搅阀换转压动台联络系条问题价钱报设备维护检查货发进过时间点还东西区县长门广湾岛龙云阳阴宁"
    "贵汉济辽县乡镇锦荣陕兰圣联连远达运选适迟温测满灾灯营获现环玛产画异当疗发盘众矿码确礼种积称稳窝笔节范简粮级红纹纯纸绍终组结给统经绿维网紧线练缓"
    "缝缩总继续缆罚罢习声职肃脱脚临举旧处号蚀术卫冲补装制复规视亲觉观触计订讯记训托访诉诊注词试询该详诚误说课调谈论诺谢证识议读变让负财责账赔赖赞质"
    "购资宾赊费贴贷贸贺较载轻辆轮输办农周邻郑医钉针钣钳钢销锈锋录错键链锁铁铸钻铲闭开关闲陈陆队阶际随险离杂难雾灵静顶项顺预频题额愿类顾显风飞饭馆驱验惊鱼鸟丽面黄齐齿吗在的几无与于后样楼标桥枪桩权欢岁历残气决况净减滚准滤湿润泽热烟烧尔独状沥协单严团园围国圆场块垫坝壮寿够夹夺奖妈写实审宽将专寻对导属层屉岭岩帐带帮干库厂厅弯弹后复怀态惯户战扫采扬损抢拨担据击挡挤拟扩拦败数斩书会极构桨树档欧壳沟涨溃洒为墙狭狮琼产异疯尽监盗睁碍祸窃竞篮笼签",
)


def plain(text: str) -> str:
    """Full-width letters and digits as plain ones, traditional characters as simplified, one for one.

    Punctuation stays Chinese.
    """
    text = text.translate(_TRADITIONAL)
    return "".join(
        chr(ord(c) - 0xFEE0)
        if c in "＋－" or ("\uff10" <= c <= "\uff5a" and c not in "：；＜＝＞？＠［＼］＾＿｀")
        else c
        for c in text
    )


# -- phone and WeChat ----------------------------------------------------------------------------------------------


def phone_numbers(text: str, wording: Wording, staff: Collection[str] = ()) -> list[Found]:
    """The customer's phone numbers in their order: no prices, serials, order numbers, and nobody else's."""
    flat = _digits(plain(text))
    found: list[tuple[int, int, str, str]] = []
    for match in _MOBILE.finditer(flat):
        groups = [len(group) for group in _GROUPS.findall(match[1])]
        if (len(groups) > 4 or (len(groups) > 1 and min(groups) < 2)) and not _spelt_out(match[1]):
            continue
        found.append((match.start(), match.end(), re.sub(r"\D", "", match[1]), match[0]))
    for match in _LANDLINE.finditer(flat):
        number = f"{match[1]}-{re.sub(r'[ -]', '', match[2])}" + (f"-{match[3]}" if match[3] else "")
        if not any(start < match.end() and match.start() < end for start, end, *_ in found):
            found.append((match.start(), match.end(), number, match[0]))
    numbers: list[Found] = []
    for start, end, number, words in sorted(found):
        try:
            value = phones.normalise(number)
        except UsageError:
            continue
        if (
            value not in staff
            and _is_the_customers(flat, start, end, wording)
            and value not in [n.value for n in numbers]
        ):
            numbers.append(Found(value, words.strip()))
    return numbers


def _spelt_out(number: str) -> bool:
    """Whether a number is written digit by digit, with the same gap between all: 1 5 9 0 0 0 …"""
    return len({*re.findall(r"\D+", number)}) == 1 and all(len(part) == 1 for part in _GROUPS.findall(number))


def without_numbers(text: str) -> str:
    """The text without its long numbers: 400 in a phone is no hotline."""
    return re.sub(r"\d{6,}", "，", _LANDLINE.sub("，", _MOBILE.sub("，", text)))


def _digits(text: str) -> str:
    """A number that is written in 汉字 as digits, one for one."""
    return _HAN_PHONE.sub(lambda found: "".join(_HAN[c] for c in found[0]), text)


def _is_the_customers(text: str, start: int, end: int, wording: Wording) -> bool:
    before, after = text[max(start - 24, 0) : start].split("\n")[-1], text[end : end + 16].split("\n")[0]
    latin = re.search(r"[A-Za-z]+[ :：.\-]*$", before)
    if (latin and not _TEL.search(before)) or re.search(r"[A-Za-z]+\d+[\-_/]$", before):
        return False
    if re.match(r"[A-Za-z]*\d|[Xx](?![A-Za-z])", after):
        return False
    noise = wording.noise
    if noise["number_before"].search(before) or noise["number_after"].search(after):
        return False
    return not (noise["foreign_before"].search(before) or noise["foreign_after"].search(after))


def wechat_id(text: str) -> Found | None:
    """The WeChat id that the customer gives; a phone that is one too is found as a phone."""
    flat = plain(text)
    for pattern in _WECHAT:
        if found := pattern.search(flat):
            return Found(found[1], found[0].strip())
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


def region(texts: Sequence[str], wording: Wording) -> Found | None:
    """Where the machine, the job or the delivery is: the best supported place; two that are equally good give none."""
    best: list[tuple[int, places.Mention]] = []
    for text in texts:
        flat = _masked(plain(text), wording)
        for mention in places.recognise(flat):
            if mention.confidence >= places.POSSIBLE:
                best.append((_support(flat, mention), mention))
    if not best:
        return None
    top = max(score for score, _ in best)
    chosen = [mention for score, mention in best if score == top]
    chosen += [m for score, m in best if 0 <= score < top]
    return _one_place(chosen, sum(score == top for score, _ in best))


def _masked(text: str, wording: Wording) -> str:
    """The names of makers out of sight: 山东临工 says nothing of where the machine stands."""
    return wording.lists["brand"].sub(lambda found: "，" * len(found[0]), text)


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


def _one_place(chosen: list[places.Mention], equals: int) -> Found | None:
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
    words = "".join(m.text for m in kept)
    return Found(re.sub(r"\s", "", words), " ".join(m.text for m in kept))


def _nest(outer: places.Mention, inner: places.Mention) -> bool:
    return any(places.within(i, o) for i in inner.places for o in outer.places)


# -- product -------------------------------------------------------------------------------------------------------

_SIZE = r"\d{1,3}(?:\.\d)?\s*(?:米|m|方|立方|立|吨|t|T|M|站|桥|型)?(?:级|左右)?"
_SIZES = rf"(?:{_SIZE}\s*(?:和|跟|与|或者?|、|/|还是)\s*)*{_SIZE}"
_MODEL = re.compile(r"(?<![A-Za-z0-9])((?:[A-Z]{2,5}[- ]?\d{2,5}[A-Z0-9-]{0,8}))(?![A-Za-z0-9])")
_NO_MODEL = re.compile(
    r"^(?:E|F|P|C|SPN|FMI|SF|JD|YT|ZTO|EMS|SN|NO|QQ|ID|VX|WX|GPS|ERP|B\d|A\d|C\d)[- ]?\d", re.IGNORECASE
)
_WHOSE = re.compile(
    r"(?:我们?|咱们?|俺们?|你们?|他们?|这个|那个|本|贵|家|个|一个|各|开|办)(?:的|家|这个|那个|是|是个)?\s*$"
)
_TAKEN = re.compile(
    r"(?:买|要|租|订|购|换|上|添|加|收|卖|转让|出售|搞|整|提|看|求|弄|进)(?:了|个)?(?:一|二|两|几|\d)?(?:台|辆|部|套|座)?[^，。！？\n]{0,6}$"
)


def product(text: str, wording: Wording) -> Found | None:
    """The machine it is about, with its size (37米泵车) and model; of two that are equally in question none."""
    flat = plain(text)
    machine = wording.lists["machine"].pattern
    slips = "|".join(map(re.escape, wording.slips)) or "(?!)"
    pattern = _product_pattern(machine, slips)
    found: list[tuple[int, str, str, str]] = []
    for match in pattern.finditer(flat):
        name = wording.slips.get(match["name"], match["name"])
        said = flat[match.start() : match.end()].strip()
        size = match["size"] or match["after"] or ""
        value = re.sub(r"[\s的]", "", size) + name
        value = re.sub(r"^(\d+(?:\.\d)?)[mM](?=[\u4e00-\u9fff])", r"\1米", value)
        before = flat[max(match.start() - 14, 0) : match.start()]
        # 我们搅拌站想买泵车: a plant is who asks, unless it is what is asked for.
        place = name.endswith(("站", "楼")) and _WHOSE.search(before) is not None
        score = (0 if place else 2) + bool(_TAKEN.search(before)) + bool(size)
        found.append((score, value, said, name))
    if not found:
        bare = re.search(r"(?<!\d)(\d{2})\s*米(?:的)?(泵|车(?!道|间))(?!管)", flat)
        return Found(f"{bare[1]}米泵车", bare[0]) if bare else _bare_model(flat)
    top = max(score for score, *_ in found)
    best = [entry for entry in found if entry[0] == top]
    values = {value for _, value, *_ in best}
    if len(values) > 1 and len({name for *_, name in best}) > 1 and not _one_is_meant(best):
        return None
    _, value, said, _ = best[0]
    return Found(_with_model(flat, value), said)


def _product_pattern(machine: str, slips: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:(?P<size>{_SIZES})\s*的?\s*(?:全?新的?|二手的?|旧的?|国[五六]的?|电动的?)?\s*)?(?P<name>{machine}|{slips})"
        rf"(?:[ ，,]?(?P<after>\d{{1,3}}(?:\.\d)?(?:米|方|立方|吨))(?!左右|以[内上下]|[/每长高远外管]|.?管))?"
    )


def _one_is_meant(best: list[tuple[int, str, str, str]]) -> bool:
    """Two names of one thing (搅拌车 … 罐车) are one."""
    names = {name for *_, name in best}
    return any(names.issubset(alike) for alike in NAMES)


def _bare_model(text: str) -> Found | None:
    for match in _MODEL.finditer(text):
        if not _NO_MODEL.match(match[1]) and not re.search(
            r"(?:编号|单号|代码|报警|故障码|车架号|VIN|序列号|合同)\s*(?:是|为|[:：])?\s*$",
            text[max(match.start() - 8, 0) : match.start()],
        ):
            return Found(match[1], match[1])
    return None


def _with_model(text: str, value: str) -> str:
    model = _bare_model(text)
    return f"{value} {model.value}" if model and model.value not in value else value


# -- the rest ------------------------------------------------------------------------------------------------------


def urgency(text: str, wording: Wording) -> Found | None:
    """How urgent the customer says it is; silence says nothing. 不急 is heard before 急."""
    for name in ("critical", "normal", "urgent"):
        if found := wording.urgency[name].search(text):
            return Found(name, found[0])
    return None


def first_of(patterns: Mapping[str, re.Pattern[str]], text: str) -> Found | None:
    """The first name whose pattern is in the text."""
    for name, pattern in patterns.items():
        if found := pattern.search(text):
            return Found(name, found[0])
    return None
