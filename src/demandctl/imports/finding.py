"""Where a table of a kind is in a sheet: its header, of one row or two, and which column is what.

A column is told by its header, by what the user said of that header, or where neither says anything by its cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from demandctl.imports.cells import period_of, plain
from demandctl.imports.files.sheet import Sheet
from demandctl.imports.headers import MANY, Fit, bare, fit, meant
from demandctl.imports.kind import TableKind
from demandctl.imports.likely import likely
from demandctl.imports.tables import UNDER, Column, Table, is_blank
from demandctl.imports.words import choice

HEADER_WITHIN = 40
"""A header further down is none."""


class _Head(NamedTuple):
    """A header that may be the one of the table."""

    score: float
    row: int
    """Its last row."""
    columns: Sequence[Column]
    ticks: Mapping[str, Mapping[int, str]]
    guesses: Sequence[str]


def find_table(
    sheet: Sheet, kind: TableKind, today: date, file_name: str, mappings: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
) -> Table | None:  # fmt: skip
    """The table of a kind in a sheet; None when no row heads one.

    *mappings* are headers that the user named fields for; *remembered* the same by ``signature`` of header rows.
    """
    best: _Head | None = None
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if best is not None and index > best.row + 3:
            break
        if sum(1 for cell in row if type(cell) is str and cell.strip()) < 2:
            continue
        for titles, depth in _readings(sheet, index):
            named = {**remembered.get(signature(titles), {}), **mappings}
            head = _head(sheet, kind, titles, index + depth, depth, named)
            if head is not None and (best is None or head.score > best.score):
                best = head
    return None if best is None else _table(sheet, kind, best, today, file_name)


def _head(
    sheet: Sheet, kind: TableKind, titles: Sequence[str], row: int, depth: int, named: Mapping[str, str]
) -> _Head | None:
    """What a row is as a header of a kind; None when it heads no such table."""
    columns = _columns(titles, kind, named)
    ticks = _ticks(titles, kind) if depth else {}
    ticked = {place for places in ticks.values() for place in places}
    if ticked:
        columns = [column._replace(field="computed") if column.place in ticked else column for column in columns]
    columns, guesses = _with_likely(sheet, row, columns, kind, ticks)
    found = {column.field for column in columns if column.field} | set(ticks)
    if not all(found & set(group) for group in kind.needed):
        return None
    return _Head(len(found) + depth / 10 - len(guesses) / 2, row, columns, ticks, guesses)


def _table(sheet: Sheet, kind: TableKind, head: _Head, today: date, file_name: str) -> Table:
    title = "\n".join(plain(cell) for row in sheet.rows[: head.row] for cell in row if not is_blank(cell))
    blocks: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merges:
        if top > head.row and bottom > top and left == right:
            blocks.setdefault(left, []).append((top, bottom))
    period = period_of([title, sheet.name, file_name], today)
    return Table(sheet, kind, head.row, head.columns, period, title, blocks, head.ticks, head.guesses)


def _with_likely(
    sheet: Sheet, head: int, columns: list[Column], kind: TableKind, ticks: Mapping[str, Mapping[int, str]]
) -> tuple[list[Column], list[str]]:
    """The columns with the fields that only their cells tell, and the headers of those; in a row that heads a table."""
    known = {column.field for column in columns if column.field} | set(ticks)
    missing = {name: looks for name, looks in kind.looks.items() if name not in known}
    unknown = [column.place for column in columns if not column.field]
    if not missing or not unknown or len(known - {"seq", "note", "computed"}) < 3:
        return columns, []
    found = likely(sheet.rows[head + 1 : head + 81], unknown, missing)
    told = [column._replace(field=found.get(column.place, column.field)) for column in columns]
    return told, [column.title for column in columns if column.place in found]


def signature(titles: Sequence[str]) -> str:
    """What two header rows have in common that are the same."""
    return "|".join(bare(title) for title in titles).rstrip("|")


def nearest_header(sheet: Sheet) -> list[str]:
    """The row that looks most like a header, for telling that it was not understood."""
    rows = [[plain(cell) for cell in row] for row in sheet.rows[:HEADER_WITHIN]]
    rows = [[cell for cell in row if cell and len(cell) < 16] for row in rows]
    return max(rows, key=len, default=[])


def _readings(sheet: Sheet, index: int) -> Iterator[tuple[list[str], int]]:
    """The row as a header of its own, and with the row under it as a header of two rows."""
    upper = [plain(cell) for cell in sheet.rows[index]]
    yield upper, 0
    if index + 1 >= len(sheet.rows):
        return
    spans = [(left, right) for (top, left), (bottom, right) in sheet.merges if top == index == bottom and right > left]
    tall = {left for (top, left), (bottom, _) in sheet.merges if top == index and bottom == index + 1}
    lower = [plain(cell) for cell in sheet.rows[index + 1]]
    spans = spans or ([] if tall else _groups(upper, lower))
    if not spans:
        return
    titles: list[str] = []
    for column in range(max(len(upper), len(lower))):
        above = upper[column] if column < len(upper) else ""
        below = lower[column] if column < len(lower) else ""
        parent = next((upper[left] for left, right in spans if left <= column <= right and left < len(upper)), "")
        titles.append(above if column in tall or not below else f"{parent}{UNDER}{below}" if parent else below or above)
    yield titles, 1


def _groups(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[int, int]]:
    """The columns that a cell of the upper row heads together, where the file (a .csv) does not say what is merged."""
    places = [index for index, cell in enumerate(lower) if cell]
    if len(places) < 2 or any(len(lower[at]) > 12 or re.search(r"\d{3}", lower[at]) for at in places):
        return []
    spans: list[tuple[int, int]] = []
    for left in places:
        if left < len(upper) and upper[left]:
            right = left
            while right + 1 in places and (right + 1 >= len(upper) or not upper[right + 1]):
                right += 1
            if right == left:
                return []  # a title above and a word below: a row of the table
            spans.append((left, right))
    covered = sum(right - left + 1 for left, right in spans)
    return spans if covered == len(places) else []


def _ticks(titles: Sequence[str], kind: TableKind) -> dict[str, dict[int, str]]:
    """Groups of columns to be ticked: 满意度 over 满意, 一般, 不满意. Each word is a value of the title's field."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for index, title in enumerate(titles):
        if UNDER in title:
            parent, _, child = title.partition(UNDER)
            groups.setdefault(parent, []).append((index, child))
    found: dict[str, dict[int, str]] = {}
    for parent, children in groups.items():
        named = meant(parent, kind)
        if named and len(children) > 1 and all(choice(kind.choices.get(named.field), child) for _, child in children):
            found[named.field] = dict(children)
    return found


def _columns(titles: Sequence[str], kind: TableKind, named: Mapping[str, str]) -> list[Column]:
    """Each column with its field: of several that fit one, the surest, else the leftmost, has it."""
    by_name = {bare(title): name for title, name in named.items()}
    fits: list[tuple[int, int, str, str]] = []
    for index, title in enumerate(titles):
        name = bare(title)
        if name in by_name:
            fits.append((-1, index, title, by_name[name]))
        elif found := meant(title, kind) or _child_fit(title, kind):
            fits.append((found.doubt, index, title, found.field))
    taken: dict[str, int] = {}
    columns: dict[int, Column] = {}
    for _, index, title, name in sorted(fits):
        if name in taken and name not in MANY and name not in ("computed", "note"):
            name = _second(name, index, taken, titles, kind)
        if name:
            taken.setdefault(name, index)
        columns[index] = Column(index, _shown(title), name)
    for index, title in enumerate(titles):
        if title and index not in columns:
            columns[index] = Column(index, _shown(title), "")
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
