"""What a customer's words are about: a machine with its size and model, goods, a part. Pure.

Known names come out of the keyword table; a machine that the table does not know is told by how its name ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from demandctl.language.products import NAMES
from demandctl.paste.details import Detail, plain
from demandctl.paste.keywords import Wording

_WHOSE = re.compile(
    r"(?:我们?|咱们?|俺们?|你们?|他们?|这个|那个|本|贵|家|个|一个|各|开|办)(?:的|家|这个|那个|是|是个)?\s*$"
)
_TAKEN = re.compile(
    r"(?:买|要|租|订|购|换|上|添|加|收|卖|转让|出售|搞|整|提|看|求|弄|进)(?:了|个)?(?:一|二|两|几|\d)?(?:台|辆|部|套|座)?[^，。！？\n]{0,6}$"
)
_OWN = re.compile(r"(?:我|俺|咱|我们|这|那)(?:的|那|这|家)?(?:台|辆|部|个)?[^，。！？\n]{0,4}$")
_SIZE = r"\d{1,3}(?:\.\d)?\s*(?:米|m|方|立方|立|吨|t|T|M|站|桥|型|千瓦|马力)?(?:级|左右)?"
_SIZES = rf"(?:{_SIZE}\s*(?:和|跟|与|或者?|、|/|还是)\s*)*{_SIZE}"
_SIZE_BEFORE = re.compile(rf"(?<![\d.])(?P<size>{_SIZES})\s*的?\s*(?:全?新的?|二手的?|旧的?|国[五六]的?|电动的?)?\s*$")
_SIZE_AFTER = re.compile(r"[ ，,]?(?P<size>\d{1,3}(?:\.\d)?(?:米|方|立方|吨))(?!左右|以[内上下]|[/每长高远外管]|.?管)")
_MODEL = re.compile(r"(?<![A-Za-z0-9])((?:[A-Z]{1,5}[- ]?\d{2,5}[A-Z0-9-]{0,8}))(?![A-Za-z0-9])")
_TYRE = re.compile(r"(?<![A-Za-z0-9.])(\d{1,2}(?:\.\d{1,2}[R-]|R)\d{2}(?:\.\d)?)(?![\d])")
_FIGURE_FIRST = re.compile(
    r"(?<![A-Za-z0-9.])(\d{1,4}(?!KW|MM|CM|KG|KV|KVA|MPA|HP|ML|GB|RMB|KM|ER\b)[A-Z]{2,4}\d{0,3})(?![A-Za-z0-9])"
)
_BRANDED = re.compile(r"\s?的?(\d{2,4}[A-Za-z]{0,3})(?![\d年月日号台个万元米吨方千小公升])")
_NO_MODEL = re.compile(
    r"^(?:E|F|P|C|A|DN|M|SPN|FMI|SF|JD|YT|ZTO|EMS|SN|NO|QQ|ID|VX|WX|GPS|ERP|B|G)[- ]?\d", re.IGNORECASE
)
_NO_MODEL_BEFORE = re.compile(
    r"(?:编号|单号|代码|报警|报|故障码?|车架号|VIN|序列号|合同|微信号?|后六位)\s*(?:是|为|[:：])?\s*$"
)
_BARE_SIZE = re.compile(
    r"(?<![\d.])([1-9]\d)\s*米(?:的)?(?:(泵|车(?!道|间))|(?![线长深高宽远厚管胶软处外左以的路距开内多高见长]|的?管|[\u4e00-\u9fff]{0,2}(?:线|管|绳|布|带)))"
)
# A machine that is not in the table: by its last character, and as far back as its name can reach.
_END = (
    r"(?:机组|机床|[铣车刨磨钻镗锯冲]床|机械手|机(?![油手器型身会构场票箱滤芯子动位关时制电井台])|车(?![间站辆友队主门身票厂号型牌险轮架价贷库位次程道祸司到况窗头])"
    r"|泵(?![车送管房站轴芯体盖头芯壳工])|锅炉|炉(?!子)|电梯|变压器|生产线|流水线|模拟器|道闸|磅秤|电子秤|台秤|地磅|冷库)"
)
_CUT = (
    r"，。！？、；：（）()\s\d的了吗呢吧啊呀在是有要买卖租修换用开来去到想找求收出我你他它们这那哪各每台辆个"
    "只和与或跟及把被给请帮问能会就都也还又再不没很太叫让新旧老从吨方米下一二两三四五六七八九十几"
)
_UNKNOWN = re.compile(rf"[^{_CUT}]{{1,6}}?{_END}")
_NO_MACHINE = re.compile(
    r"(?:司|手|飞|时|危|耳|样|整|停|开|关|死|待|单|本|有|无|当|随|趁|主|动|转|投|商|契|契|熄|重|装|农|联系|电脑|相)机$|(?:刹|上|下|停|发|提|打|堵|倒|"
    r"洗|验|看|换|租|修|汽|火|班|跟|拼|小|大|撞|翻|派|调|拉|送|等|本|整|挡|驾|校|装|借|坐|赶|飙|试|骑|退|拖|一|现|新|旧|老|好|破|贵|便宜|二手|这|那|台)车$"
)


class _Ware(NamedTuple):
    """A thing that is named: how much speaks for it, its value, the words, its name and where it stands."""

    score: int
    value: str
    words: str
    name: str
    start: int


def product(text: str, wording: Wording, *, parts: bool = False) -> Detail | None:
    """What it is about; of two machines that are equally in question none. *parts*: it may be a part alone."""
    flat = plain(text)
    found = list(_machines(flat, wording))
    if not found and (bare := _BARE_SIZE.search(flat)):
        return Detail(f"{bare[1]}米泵车", bare[0])
    found = found or sorted([*_goods(flat, wording), *_unknown(flat, wording)], key=lambda ware: ware.start)
    if not found:
        model = _model(flat, wording)
        named = _part(flat, wording) if parts else None
        return (
            Detail(f"{named.value} {model.value}", f"{named.words} {model.words}")
            if named and model
            else named or model
        )
    chosen = _chosen(found, flat, wording)
    return Detail(_with_model(flat, chosen.value, wording), chosen.words) if chosen else None


def _machines(flat: str, wording: Wording) -> Iterator[_Ware]:
    """The machines that the table knows, with the size before or behind them."""
    for match in wording.lists["machine"].finditer(flat):
        name = wording.slips.get(match[0], match[0])
        before = flat[max(match.start() - 24, 0) : match.start()]
        size, behind = _SIZE_BEFORE.search(before), _SIZE_AFTER.match(flat, match.end())
        sized = size["size"] if size else behind["size"] if behind else ""
        value = re.sub(r"^(\d+(?:\.\d)?)[mM]$", r"\1米", re.sub(r"[\s的]", "", sized)) + name
        said = (size[0] if size else "") + match[0] + (behind[0] if behind and not size else "")
        start = match.start() - (len(size[0]) if size else 0)
        before = flat[max(start - 14, 0) : start]
        # 我们搅拌站想买泵车: a plant is who asks, unless it is what is asked for.
        place = name.endswith(("站", "楼")) and _WHOSE.search(before) is not None
        score = (0 if place else 2) + bool(_TAKEN.search(before)) + bool(sized) + bool(_OWN.search(before))
        yield _Ware(score, value, said.strip(), name, start)


def _goods(flat: str, wording: Wording) -> Iterator[_Ware]:
    for match in wording.lists["goods"].finditer(flat):
        score = bool(_TAKEN.search(flat[max(match.start() - 14, 0) : match.start()]))
        yield _Ware(score, match[0], match[0], match[0], match.start())


def _unknown(flat: str, wording: Wording) -> Iterator[_Ware]:
    """Machines that the table does not know, without the measure that was taken for the beginning of their name."""
    for match in _UNKNOWN.finditer(flat):
        name = _MEASURE.sub("", match[0])
        start = match.end() - len(name)
        if len(name) < 2 or _NO_MACHINE.search(name) or wording.lists["job"].search(flat[start : match.end() + 2]):
            continue
        size = _SIZE_BEFORE.search(flat[max(start - 24, 0) : start])
        value = (re.sub(r"[\s的]", "", size["size"]) if size else "") + name
        score = bool(_TAKEN.search(flat[max(start - 14, 0) : start])) + bool(size)
        yield _Ware(score, value, (size[0] if size else "") + name, name, start)


_MEASURE = re.compile(r"^[条套部座件架]")


def _part(flat: str, wording: Wording) -> Detail | None:
    """The part that is named, the longest of those that begin first."""
    match = wording.lists["part"].search(flat)
    return Detail(match[0].strip("，。 "), match[0]) if match else None


def _chosen(found: list[_Ware], flat: str, wording: Wording) -> _Ware | None:
    """The one that is meant: the best supported, and of equals the one in the clause that states the demand."""
    top = max(ware.score for ware in found)
    best = [ware for ware in found if ware.score == top]
    if len({ware.value for ware in best}) == 1 or len({ware.name for ware in best}) == 1 or _one_is_meant(best):
        return best[0]
    weights = {ware: _weight(flat, ware.start, wording) for ware in found}
    strongest = [ware for ware in found if weights[ware] == max(weights.values())]
    if len({ware.name for ware in strongest}) == 1 or _side_by_side(flat, strongest):
        return strongest[0]
    return None


def _weight(flat: str, start: int, wording: Wording) -> float:
    """How strong a demand the clause states in which a thing is named."""
    clause_start = max(flat.rfind(mark, 0, start) for mark in "，。！？；\n") + 1
    ends = [end for mark in "，。！？；\n" if (end := flat.find(mark, start)) >= 0]
    return wording.judge(flat[clause_start : min(ends, default=len(flat))]).weight


def _side_by_side(flat: str, wares: list[_Ware]) -> bool:
    """洒水车和雾炮车, 打桩机液压站: several that are wanted together, or one of another."""
    first, last = wares[0], wares[-1]
    between = flat[first.start : last.start]
    apart = between[len(first.words) :].strip()
    return len(between) < 16 and (apart in ("", "的") or re.search(r"[和与跟、及]", apart) is not None)


def _one_is_meant(wares: list[_Ware]) -> bool:
    """Two names of one thing (搅拌车 … 罐车) are one."""
    names = {ware.name for ware in wares}
    return any(names.issubset(alike) for alike in NAMES)


def _model(text: str, wording: Wording) -> Detail | None:
    """A model: letters and figures, a tyre's size, or the figures behind a maker's name (久保田688)."""
    for brand in wording.lists["brand"].finditer(text):
        if figures := _BRANDED.match(text, brand.end()):
            return Detail(f"{brand[0]}{figures[1]}", f"{brand[0]}{figures[0]}")
    for match in (m for pattern in (_MODEL, _TYRE, _FIGURE_FIRST) for m in pattern.finditer(text)):
        before = text[max(match.start() - 8, 0) : match.start()]
        if not _NO_MODEL.match(match[1]) and not _NO_MODEL_BEFORE.search(before):
            return Detail(match[1], match[1])
    return None


def _with_model(text: str, value: str, wording: Wording) -> str:
    model = _model(text, wording)
    return f"{value} {model.value}" if model and model.value not in value else value
