"""Where a text is: provinces, cities and counties, found by any of the names that people use for them.

``find("湖南湘潭")`` is 湘潭市, ``find("豫A")`` 郑州市, ``find("朝阳区")`` two districts of that name. Names nest
(长沙县 is a county of 长沙市), so what counts is always the narrowest part that the table knows: a street or a
开发区 behind it changes nothing. The table is ``data/divisions.tsv``; its header tells where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from demandctl import DATA
from demandctl.language.figures import narrow_letters

PROVINCE, CITY, COUNTY = 1, 2, 3
MUNICIPALITIES = ("110000", "120000", "310000", "500000")
EVERYWHERE = ("全国", "国内", "全国各地", "不限", "所有地区", "全部")

# What may follow a short name as its suffix: 威宁县 for 威宁彝族回族苗族自治县, 望城县 for what is now 望城区.
SUFFIXES = {PROVINCE: ("省",), CITY: ("州", "盟", "地区"), COUNTY: ("县", "市", "区", "旗")}

# Words that begin like a place, or end in the beginning of one, and are none.
NOT_PLACES = (
    "大理石", "哈密瓜", "和田玉", "北京时间", "日照时间", "白银价格", "中山装", "长安汽车", "东风天龙",
    "知道", "管道", "街道", "味道", "隧道", "渠道", "轨道",
)  # fmt: skip

# What follows decides: 长沙路 is a road wherever it is, 和平镇 a town, 市场 no city, 区域 no district.
ROAD = re.compile(r"[东西南北中一二三四五]{0,2}(?:路(?![口段边上面况过桥])|街(?!道)|大道|大街|巷|胡同)")
TOWN = re.compile(r"[镇乡村屯]")
ANOTHER_WORD = {"市": "场民", "区": "域", "县": "级域"}

# Around a bare short name, a hint that a place is meant.
BEFORE = re.compile(r"[在到去来从往发回至驻自是]$")
AFTER = re.compile(
    r"[这那][边里]|的?(?:工地|项目|现场)|市区|城区|县城|附近|周边|本地|当地|境内|客户|老板|人(?!数)"
    r"|服务[站点]|办事处|分公司|网点"
)

FILLER = re.compile(
    r" [区内城]|[\s、,，。.·/()（）\-—_:：;；]|的|[这那][边里]|工地|项目|现场|市区|城区|县城|地区|片区|区域|附近|周边"
    r"|全[省市县区境]|境内|本地|一带|各[市县区]+|其[他它余]|[及和与]"
)
EXCEPT = re.compile(r"[（(,，、]?(?:除了?|不含|不包括|不包含)(.+?)(?:以?外|之外|[)）]|$)")
PLATE = re.compile(r"[A-Za-z](?=[·.\s]?[A-Za-z0-9]{4,6}(?![A-Za-z0-9])|[^A-Za-z0-9]|$)")
GAP = re.compile(r"[\s、,，·/\-—的那边省市]{0,4}")

# Where even a name that is also a word is a place: between 在 or 发 and the end of the clause (在富锦，).
THITHER = re.compile(r"(?:[在到]|发往|发|寄|寄往|送)$")
CLAUSE_END = re.compile(
    r"(?:[\u4e00-\u9fff]{2}[镇乡]?)?\s*(?:[，。！？；、,.!?;\s\d]|[吗不的]|工地|项目|码头|服务区|园区|矿|机场|车站|[这那][边里]|$)"
)

HERE = re.compile(r"[这那][边里]|附近|周边|县城|当地")

CERTAIN, KNOWN, LIKELY, POSSIBLE, UNLIKELY = 1.0, 0.9, 0.8, 0.6, 0.3


class Place(NamedTuple):
    """A division. ``level``: 1 province, 2 city, 3 county, 4 a former division inside a county of today."""

    code: str
    name: str
    short: str
    level: int
    parent: str


class Mention(NamedTuple):
    """A place named in a text: the words, where they begin, what they can mean.

    ``confidence``: 1 a full name (湘潭县) or parts that nest (湖南湘潭); 0.9 a province, a city or a plate letter;
    0.8 a bare county (醴陵) with a hint around it (在醴陵, 醴陵工地); 0.6 without; 0.3 a name that is also an
    ordinary word (和平, 新建). Below 0.6 nothing should be believed unasked.
    """

    text: str
    start: int
    places: tuple[Place, ...]
    confidence: float


class Region(NamedTuple):
    """A whole text read as a region: what it most likely means, all that its one name can mean, and what is left.

    ``rest`` keeps the part that the table does not know (经开区 of 长沙经开区, 南 of 湘南), ``but`` what is
    taken out again (湖北除武汉外).
    """

    text: str
    places: tuple[Place, ...]
    readings: tuple[Place, ...]
    rest: str
    but: tuple[Place, ...] = ()


class _Word(NamedTuple):
    """One name at one position, with everything that it can stand for."""

    start: int
    end: int
    places: tuple[Place, ...]
    weight: int
    confidence: float


class _Gazetteer(NamedTuple):
    """The file as it is looked up: its lines by code, and by each name the codes, one behind the other."""

    lines: dict[str, str]
    names: dict[str, str]
    plates: dict[str, str]
    words: frozenset[str]
    spots: frozenset[str]
    longest: int


@cache
def _table() -> _Gazetteer:
    """Read the file once; nothing is loaded before a place is looked for, and a place is made when it is met."""
    rows: dict[str, str] = {}
    names: dict[str, str] = {}
    plates: dict[str, str] = {}
    words: list[str] = []
    spots: list[str] = []
    for line in (DATA / "divisions.tsv").read_text(encoding="utf-8").splitlines():
        if line[0] in "#~":
            if line[0] == "~":
                (spots if line.startswith("~~") else words).extend(line.lstrip("~").split())
            continue
        code, name, short, others, _ = (line + "\t\t\t").split("\t", 4)
        rows[code] = line
        names[name] = names.get(name, "") + code
        if short:
            names[short] = names.get(short, "") + code
        for other in others.split():
            if len(other) == 1 or other[1].isascii():
                plates[other] = code
            else:
                names[other] = names.get(other, "") + code
    return _Gazetteer(rows, names, plates, frozenset(words), frozenset(spots), max(map(len, names)))


@cache
def _place(code: str) -> Place:
    lines = _table().lines
    _, name, short, _, parent, *_ = (lines[code] + "\t\t\t").split("\t")
    level = COUNTY + (parent[4:] not in ("", "00"))
    if code[4:] == "00":
        level = PROVINCE if code[2:] == "0000" else CITY
    if not parent and level > PROVINCE:  # a county of no city (济源) lies in the province
        city = code[:4] + "00"
        parent = city if level == COUNTY and city in lines else code[:2] + "0000"
    return Place(code, name, short or name, level, parent)


def _named(name: str) -> tuple[Place, ...]:
    """The divisions of one exact name, long or short."""
    codes = _table().names.get(name, "")
    return tuple(_place(codes[at : at + 6]) for at in range(0, len(codes), 6))


def other_names(place: Place) -> tuple[str, ...]:
    """The names beside its own that people have for a place (蓉城), and what they often write for it (颖上)."""
    return tuple((_table().lines[place.code] + "\t\t\t").split("\t")[3].split())


def within(inner: Place, outer: Place) -> bool:
    """Whether *inner* is *outer* or lies in it."""
    return any(place.code == outer.code for place in _upward(inner))


def ancestor(place: Place, level: int) -> Place | None:
    """The division of *level* that *place* is or lies in; None where there is none (济源 lies in no city)."""
    return next((p for p in _upward(place) if p.level == level), None)


def _upward(place: Place) -> Iterator[Place]:
    yield place
    while place.parent:
        place = _place(place.parent)
        yield place


def path(place: Place) -> str:
    """The full name from the province down: 湖南省湘潭市湘乡市."""
    return "".join(reversed([p.name for p in _upward(place)]))


def likely(places: Iterable[Place]) -> tuple[Place, ...]:
    """What a bare name means when nothing else tells: 长沙 the city and not its county, 西安 not a district of 辽源.

    吉林 stays both province and city; 朝阳 the city in 辽宁 and the districts of that name, since Beijing has one.
    """
    found = list(dict.fromkeys(places))
    found = [p for p in found if not any(q is not p and q.level >= CITY and within(p, q) for q in found)]
    top = min((p.level for p in found), default=COUNTY)
    if top == PROVINCE:
        provinces = [p for p in found if p.level == PROVINCE]
        return tuple(p for p in found if p.level <= CITY and any(within(p, q) for q in provinces))
    if top == CITY and not any(p.parent in MUNICIPALITIES for p in found):
        found = [p for p in found if p.level == CITY or not p.name.endswith("区")]
    return tuple(found)


def find(text: str) -> list[Place]:
    """The divisions that *text* can mean, the narrowest of nested ones; several when it is ambiguous, else none.

    A text that names several places side by side (长沙、株洲) gives them all.
    """
    return list(region(text).places)


def contains(outer: str, inner: str) -> bool:
    """Whether the place *inner* lies in the region *outer*, both in any form: ``contains("湘", "嘉禾县")``."""
    return narrowness(outer, inner) is not None


def same(one: str, other: str) -> bool | None:
    """Whether two texts name one place, or one of them what lies in the other; None where one of them says nothing."""
    if not one.strip() or not other.strip():
        return None
    return one == other or contains(one, other) or contains(other, one)


def narrowness(served: str, place: str) -> int | None:
    """How narrowly the region *served* fits *place*: its level, the greater the narrower; None: not at all."""
    where = region(place)
    fits = [covers(region(served), where, reading) for reading in where.places or (None,)]
    return max((fit for fit in fits if fit is not None), default=None)


def covers(served: Region, where: Region, reading: Place | None) -> int | None:
    """How narrowly *served* fits one *reading* of *where*; None: not at all.

    A region with a part that the table does not know (长沙经开区, 湘南) fits only a place that names this part too;
    one that it does not know at all (仰光) only a place that says the same.
    """
    if served.text in EVERYWHERE:
        return 0
    if not served.places:
        return COUNTY + 2 if len(served.rest) > 1 and served.rest in where.text else None
    if served.rest and served.rest not in where.text:
        return None
    if reading and any(within(reading, place) for place in served.but):
        return None
    levels = [p.level for p in served.places if reading and within(reading, p)]
    return max(levels) + bool(served.rest) if levels else None


@lru_cache(maxsize=4096)
def region(text: str) -> Region:
    """Read a whole text as a region. A name that is also a word counts when the text says nothing else."""
    text = narrow_letters(text).strip()
    if out := EXCEPT.search(text):
        return region(text[: out.start()] + text[out.end() :])._replace(but=region(out[1]).places)
    mentions = list(_mentions(text, near=False))
    believed = [m for m in mentions if m[0].confidence >= KNOWN] or [m for m in mentions if m[0].confidence >= POSSIBLE]
    if not believed and len(mentions) == 1 and not FILLER.sub("", text.replace(mentions[0][0].text, "", 1)):
        believed = mentions
    if not believed:
        return _by_letters(text)
    rest = text
    for _, parts in believed:
        for part in parts:
            rest = rest.replace(text[part.start : part.end], " ", 1)
    places = tuple(dict.fromkeys(p for mention, _ in believed for p in mention.places))
    mention, parts = believed[0]
    readings = () if len(believed) > 1 else mention.places if len(parts) > 1 else parts[0].places
    return Region(text, places, readings, FILLER.sub("", rest))


_LONGEST = 4000
"""A longer sentence is none; what it names behind here is not looked for, which would take seconds."""


def recognise(text: str) -> list[Mention]:
    """The places that a sentence names, in their order, each with how far to believe it."""
    return [mention for mention, _ in _mentions(narrow_letters(text[:_LONGEST]), near=True)]


def _by_letters(text: str) -> Region:
    """湘, 湘鄂, 豫南: provinces by the letter on their plates, which counts only where it is the whole text."""
    plates = _table().plates
    part = re.fullmatch(r"(.)([东西南北中]{1,2})(?:部|地区|片区|区域|一带)?", text)
    if part and part[1] in plates:
        province = _place(plates[part[1]])
        return Region(text, (province,), (province,), part[2])
    bare = FILLER.sub("", text)
    if bare and all(letter in plates for letter in bare):
        places = tuple(dict.fromkeys(_place(plates[letter]) for letter in bare))
        return Region(text, places, (), "")
    return Region(text, (), (), bare)


def _mentions(text: str, *, near: bool) -> Iterator[tuple[Mention, list[_Word]]]:
    """Join names that nest (湖南省郴州市嘉禾县, 望城（长沙）) to one mention each, the narrowest part its meaning."""
    parts: list[_Word] = []
    now: tuple[Place, ...] = ()
    for word in _words(text):
        gap = text[parts[-1].end : word.start] if parts else ""
        beside = bool(GAP.fullmatch(gap)) or gap in ("（", "(")
        if parts and (beside or not near):
            narrower = tuple(p for p in word.places if any(within(p, q) for q in now))
            wider = tuple(q for q in now if any(within(q, p) for p in word.places))
            if (narrower or wider) and (beside or word.confidence > UNLIKELY):
                now = narrower or wider
                parts.append(word)
                continue
        if parts:
            yield _joined(text, parts, now), parts
        parts, now = [word], word.places
    if parts:
        yield _joined(text, parts, now), parts


def _joined(text: str, parts: list[_Word], now: tuple[Place, ...]) -> Mention:
    confidence = parts[0].confidence if len(parts) == 1 else CERTAIN
    touching = all(GAP.fullmatch(text[a.end : b.start]) for a, b in pairwise(parts))
    words = text[parts[0].start : parts[-1].end] if touching else "".join(text[p.start : p.end] for p in parts)
    return Mention(words, parts[0].start, likely(now), confidence)


def _words(text: str) -> list[_Word]:
    """The names in *text* that do not overlap and cover it best: 江西安福 is 江西 and 安福, not 西安."""
    best: list[tuple[int, tuple[_Word, ...]]] = [(0, ())] * (len(text) + 1)
    for start in range(len(text) - 1, -1, -1):
        best[start] = best[start + 1]
        word = _word_at(text, start)
        if word and word.weight + best[word.end][0] >= best[start][0]:
            best[start] = (word.weight + best[word.end][0], (word, *best[word.end][1]))
    return [word for word in best[0][1] if word.places]


def _word_at(text: str, start: int) -> _Word | None:
    """The longest name that begins at *start*."""
    table = _table()
    if text[start] in table.plates and (plate := PLATE.match(text, start + 1)):
        code = table.plates.get(text[start] + plate[0].upper(), table.plates[text[start]])
        return _Word(start, plate.end(), (_place(code),), 30, KNOWN)
    for length in range(min(table.longest, len(text) - start), 1, -1):
        name = text[start : start + length]
        if name in NOT_PLACES:
            return _Word(start, start + length, (), 10 * length, 0)
        if name in table.names and (word := _as_name(text, start, name)):
            return word
    return None


def _as_name(text: str, start: int, name: str) -> _Word | None:
    """*name* at *start* as a place, unless what follows makes it something else."""
    places, end = _named(name), start + len(name)
    level = min(p.level for p in places)
    full = name[-1] in "省市县区旗盟州" and not any(p.short == name != p.name for p in places)
    if _is_part_of_another(text, end, name[-1] if full else "", level):
        return None
    # Wider places weigh more than a name that overlaps them: 湖南山区 is in 湖南, not in 南山区.
    weight = 10 * len(name) + {PROVINCE: 12, CITY: 5}.get(level, 0)
    if not full and (longer := _with_suffix(text, start, end, places, weight)):
        return longer
    if name in _table().words:
        believed = _belief_in_word(text, start, end, level, sure=full, only=len(places) == 1)
    elif full or level <= CITY:
        believed = CERTAIN if full else KNOWN
    else:
        believed = LIKELY if _is_hinted(text, start, end) else POSSIBLE
    return _Word(start, end, places, weight, believed)


def _is_part_of_another(text: str, end: int, suffix: str, level: int) -> bool:
    """Whether what follows a name, which ends in a *suffix* of its level or in none, makes it something else."""
    if suffix:
        return text[end : end + 1] in tuple(ANOTHER_WORD.get(suffix, ""))
    return bool(ROAD.match(text, end) or (level >= COUNTY and TOWN.match(text, end)))


def _is_hinted(text: str, start: int, end: int) -> bool:
    """Whether what stands around a name speaks for a place."""
    return bool(BEFORE.search(text, 0, start) or AFTER.match(text, end))


def _belief_in_word(text: str, start: int, end: int, level: int, *, sure: bool, only: bool) -> float:
    """How far to believe in a place whose name is also a word: *sure* with its suffix, *only* one of that name."""
    if level == CITY and not sure and _is_hinted(text, start, end):
        return LIKELY
    said = (THITHER.search(text, 0, start) and CLAUSE_END.match(text, end)) or HERE.match(text, end)
    return POSSIBLE if said and only and text[start:end] not in _table().spots else UNLIKELY


def _with_suffix(text: str, start: int, end: int, places: tuple[Place, ...], weight: int) -> _Word | None:
    """A short name with a suffix of its level: 恩施州, 海南州, 威宁县. 长沙区 is none, 长沙 being a city."""
    levels = {min(p.level, COUNTY) for p in places}
    for level in levels if COUNTY not in levels else levels - {PROVINCE, COUNTY} or levels:
        for suffix in SUFFIXES[level]:
            after = end + len(suffix)
            if text.startswith(suffix, end) and text[after : after + 1] not in tuple(ANOTHER_WORD.get(suffix, "")):
                fitting = tuple(p for p in places if min(p.level, COUNTY) == level)
                return _Word(start, after, fitting, weight + 5, CERTAIN)
    return None
