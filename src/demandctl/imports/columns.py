"""Which column of a table is what: by its header, by what the user said of it, by the cells under it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from demandctl.imports.cells import plain
from demandctl.imports.files.sheet import Cell
from demandctl.imports.headers import MANY, Fit, bare, fit, meant
from demandctl.imports.kind import TableKind
from demandctl.imports.likely import likely, says_nothing
from demandctl.imports.problems import REASONS
from demandctl.imports.words import choice

UNDER = "\x1f"
"""Between the two rows of a header that has two."""
TICKED = "ticked"
"""The field of a column that is ticked: what the ticks of several say is one cell."""
_SAMPLE = 80
_TICK = re.compile(r"[√✓✔☑●■*vVyY1xX×✗☐□○0是否]|1\.0|0\.0")


IGNORED = "ignored"
"""The field of the columns that a file of problems has at its end."""


class HeadedColumn(NamedTuple):
    """A column of the table: its place, its header as written, and its field; '' where it is none of ours."""

    place: int
    title: str
    field: str


class Columns(NamedTuple):
    """The columns of a table, and how they were told."""

    columns: Sequence[HeadedColumn]
    ticks: Mapping[str, Mapping[int, str]]
    """Field to its columns that are ticked, each with the word that a tick there says."""
    guesses: Sequence[str]
    """Headers whose field was told by the cells under them."""

    @property
    def fields(self) -> set[str]:
        """The fields that are there."""
        return {column.field for column in self.columns if column.field not in ("", TICKED, IGNORED)} | set(self.ticks)


def columns_of(
    titles: Sequence[str], rows: Sequence[Sequence[Cell]], kind: TableKind, named: Mapping[str, str]
) -> Columns:
    """What a row of titles over some rows heads; *named* are headers that the user named fields for."""
    titles, reasons = _without_reasons(titles)
    ticks = {**_ticked(titles, rows[:_SAMPLE], kind), **_ticks(titles, kind)}
    ticked = {place for places in ticks.values() for place in places}
    columns = _told([title if place not in ticked else "" for place, title in enumerate(titles)], kind, named)
    columns += [HeadedColumn(place, _shown(titles[place]), TICKED) for place in ticked]
    columns += reasons
    if "progress" in kind.fields:
        columns = _dated(columns)
    columns, guesses = _with_likely(sorted(columns), rows[:_SAMPLE], kind, ticks)
    return Columns(columns, ticks, guesses)


def _without_reasons(titles: Sequence[str]) -> tuple[list[str], list[HeadedColumn]]:
    """The titles without those that a file of problems adds at its end, and these as columns that are not read."""
    filled = [place for place, title in enumerate(titles) if title]
    if tuple(titles[place] for place in filled[-2:]) != REASONS:
        return [*titles], []
    ends = filled[-2:]
    kept = ["" if place in ends else title for place, title in enumerate(titles)]
    return kept, [HeadedColumn(place, titles[place], IGNORED) for place in ends]


def untitled(rows: Sequence[Sequence[Cell]], titles: Sequence[str], letter: int) -> list[HeadedColumn]:
    """Columns that hold something and have no header; *letter* is the place of the first one in the sheet."""
    reach = max(map(len, rows), default=0)
    blank = [place for place in range(reach) if place >= len(titles) or not titles[place]]
    return [
        HeadedColumn(place, f"{letters(letter + place)}列", "")
        for place in blank
        if any(place < len(row) and plain(row[place]) for row in rows)
    ]


def letters(place: int) -> str:
    """The letters of a column as a spreadsheet shows them."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


# -- by the header -----------------------------------------------------------------------------------------------


def _told(titles: Sequence[str], kind: TableKind, named: Mapping[str, str]) -> list[HeadedColumn]:
    """Each column with its field: of several that fit one, the surest, else the leftmost, has it."""
    by_name = {bare(title): name for title, name in named.items()}
    if any((found := fit(bare(title), kind)) and found.field == "surname" for title in titles):
        by_name = {"名字": "given", "名": "given", **by_name}
    fits: list[tuple[int, int, str, str]] = []
    for index, title in enumerate(titles):
        if (name := bare(title)) in by_name:
            fits.append((-1, index, title, by_name[name]))
        elif found := meant(title, kind) or _child_fit(title, kind):
            fits.append((found.doubt, index, title, found.field))
    taken: dict[str, int] = {}
    columns: dict[int, HeadedColumn] = {}
    for _, index, title, name in sorted(fits):
        if name in taken and name not in MANY and name not in ("computed", "note"):
            name = _second(name, index, taken, titles, kind)
        if name:
            taken.setdefault(name, index)
        columns[index] = HeadedColumn(index, _shown(title), name)
    for index, title in enumerate(titles):
        if title and index not in columns:
            columns[index] = HeadedColumn(index, _shown(title), "")
    for name, pattern in kind.spare.items():
        spare = next((c for c in columns.values() if re.fullmatch(pattern, bare(c.title))), None)
        if name not in taken and spare and (name != "raised" or "registered" not in taken):
            taken[name] = spare.place
            columns[spare.place] = spare._replace(field=name)
    notes = [column for column in columns.values() if column.field == "note"]
    for column in notes[1:]:
        columns[column.place] = column._replace(field="")
    return [columns[index] for index in sorted(columns)]


def _shown(title: str) -> str:
    return " ".join(title.replace(UNDER, "").split())


_ABOUT = re.compile("(?:基本)?(?:信息|情况|资料|记录|内容|栏|一览)$")


def _child_fit(title: str, kind: TableKind) -> Fit | None:
    """A header of two rows: 客户信息 over 电话, where the two together say nothing."""
    parent, below, child = title.partition(UNDER)
    if below:
        about = _ABOUT.sub("", bare(parent))
        for doubt, word in enumerate((f"{about}{child}", f"{child}{about}", f"{about}人{child}", child)):
            if found := meant(word, kind):
                return Fit(found.field, found.doubt + doubt)
        return meant(parent, kind)
    lines = [bare(line) for line in title.split("\n") if bare(line)]
    for candidate in ("".join(lines), *lines) if len(lines) > 1 else ():
        if found := fit(candidate, kind):
            return found
    return None


def _second(name: str, index: int, taken: Mapping[str, int], titles: Sequence[str], kind: TableKind) -> str:
    """A second column for a field: another 电话 right of the handler is his."""
    if name == "phone" and "handler_phone" in kind.fields and "handler_phone" not in taken:
        handler = taken.get("handler")
        if handler is None:
            handler = next(
                (i for i, t in enumerate(titles) if (f := fit(bare(t), kind)) and f.field == "handler"), None
            )
        if handler is not None and index > handler > taken["phone"]:
            return "handler_phone"
    return ""


# -- columns that are ticked, and columns of a week each ---------------------------------------------------------


def _ticks(titles: Sequence[str], kind: TableKind) -> dict[str, dict[int, str]]:
    """Groups of columns to be ticked: 满意度 over 满意, 一般, 不满意. Each word is a value of the title's field."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for index, title in enumerate(titles):
        if UNDER in title:
            parent, _, child = title.partition(UNDER)
            groups.setdefault(parent, []).append((index, child))
    found: dict[str, dict[int, str]] = {}
    for parent, children in groups.items():
        named = meant(parent, kind) or meant(f"{parent}评价", kind)  # 好 and 一般 under 产品 rate it
        if named and len(children) > 1 and all(choice(kind.choices.get(named.field), child) for _, child in children):
            found[named.field] = dict(children)
    return found


def _ticked(titles: Sequence[str], rows: Sequence[Sequence[Cell]], kind: TableKind) -> dict[str, dict[int, str]]:
    """The same without a title over them: 商机, 售后, 咨询 beside each other, each with nothing but ticks below."""
    may = [bool(title) and UNDER not in title and _is_choice(bare(title), kind) for title in titles]
    if sum(may) < 2:
        return {}
    ticked = [may[place] and _only_ticks(rows, place) for place in range(len(titles))]
    found: dict[str, dict[int, str]] = {}
    start = 0
    while start < len(titles):
        end = start
        while end < len(titles) and ticked[end]:
            end += 1
        group = {place: bare(titles[place]) for place in range(start, end)}
        for name, known in kind.choices.items() if len(group) > 1 else ():
            if name not in found and all(choice(known, word, either=False) for word in group.values()):
                found[name] = group
                break
        start = max(end, start + 1)
    return found


@cache
def _is_choice(word: str, kind: TableKind) -> bool:
    return any(choice(known, word, either=False) for known in kind.choices.values())


def _only_ticks(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    texts = [text for row in rows if place < len(row) and (text := plain(row[place]))]
    return all(_TICK.fullmatch(text) for text in texts) and (not texts or any(text not in "否0" for text in texts))


_PERIOD = re.compile(
    r"(?:\d{4}[年./-])?(?:\d{1,2}月)?第?(?:\d{1,2}|[一二三四五六七八九十]{1,3})周.{0,6}|[wW](?:eek)?\s*\d{1,2}"
    r"|(?:\d{4}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}\s*[日号]?(?:\s*[-~—–至到]\s*(?:\d{1,2}\s*[月./-]\s*)?\d{1,2}\s*[日号]?)?.{0,6}"
    r"|(?:\d{4}\s*[年./-]\s*)?(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|[上中下]旬)?(?:跟进|进展|进度|情况|反馈|记录)?"
)
"""Headers that name a day, a week or a month: what was done then stands below."""


def _dated(columns: list[HeadedColumn]) -> list[HeadedColumn]:
    """Columns of a day, a week or a month each are progress."""
    dated = {column.place for column in columns if not column.field and _PERIOD.fullmatch(column.title)}
    if len(dated) < 2:
        return columns
    return [column._replace(field="progress") if column.place in dated else column for column in columns]


# -- by the cells ------------------------------------------------------------------------------------------------


def _with_likely(
    columns: list[HeadedColumn], rows: Sequence[Sequence[Cell]], kind: TableKind, ticks: Mapping[str, Mapping[int, str]]
) -> tuple[list[HeadedColumn], list[str]]:
    """The columns with the fields that only their cells tell, and the headers of those; in a row that heads a table."""
    known = Columns(columns, ticks, ()).fields
    missing = {name: looks for name, looks in kind.looks.items() if name not in known}
    unknown = [column.place for column in columns if not column.field and says_nothing(column.title)]
    if not missing or not unknown or len(known - {"seq", "note", "computed"}) < 2:
        return columns, []
    found = likely(rows, unknown, missing)
    told = [column._replace(field=found.get(column.place, column.field)) for column in columns]
    return told, [column.title for column in columns if column.place in found]
