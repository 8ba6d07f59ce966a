"""A table found in a sheet: where its header is, which column is what, and its rows without what is no record.

Title rows stand above the header, notes and signatures under the table; blank rows, totals and repeated headers lie
between; cells merged downwards hold for each of their rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from demandctl.imports.cells import Period, period_of, plain
from demandctl.imports.files.workbook import Cell, Sheet
from demandctl.imports.headers import MANY, NEEDED, SPARE, Fit, bare, fit, meant
from demandctl.imports.likely import likely
from demandctl.imports.words import choice

HEADER_WITHIN = 40
"""A header further down is none."""
_TOTALS = re.compile(r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总)")
_FOOT = re.compile(
    r"\s*(?:(?:填表)?说\s*明|备\s*注|注|填写说明|制表|审核|审批|填表|填报|复核|批准|签字|签名|负责人签|日期|部门负责人|统计|打印|以上|报送|抄送"
    r"|主管|领导签)[^：:]{0,6}[：:]"
)
_EXAMPLE = re.compile(r"\s*(?:例|示例|样例|范例|举例|样表|填写示例)(?:[：:\d]|$)")
DITTO = frozenset({"同上", "同前", "〃", "″", "〞", "同上。", '"', "''", "“", "”", "々", "同上行"})
"""How people write that a cell says what the one above it says."""
_OF_ITS_OWN = frozenset({"wechat", "outcome", "status", "progress"})
"""Fields whose 同上 is not the cell above: of 微信 it is the phone beside it."""
_TICKED = re.compile(r"[√✓✔☑●■*vVyY1是]")
_HINT = re.compile(r"\s*[(（].*[)）]\s*", re.DOTALL)
"""（年月日） under a header says how to fill it in."""
_LABEL = re.compile(r"[^：:]{1,10}[：:](?!\d\d)")
_MONTH = re.compile(r"\s*(?:\d{2,4}\s*[年./-])?\s*\d{1,2}\s*月份?\s*")
_UNDER = "\x1f"
"""Between the two rows of a header that has two."""


class Column(NamedTuple):
    """A column of the table: its place, its header as written, and its field; '' where it is none of ours."""

    place: int
    title: str
    field: str


class Row(NamedTuple):
    """One record as it stands: its row as the sheet counts, cells by field, and what has no field of ours."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]
    more: Mapping[str, Sequence[tuple[str, Cell]]]
    extras: Sequence[tuple[str, Cell]]
    merged: frozenset[str]
    raw: Sequence[Cell]
    section: str = ""
    """What the line above this part of the table says: a branch, a kind, a month."""


@dataclass(frozen=True)
class Table:
    """A table of a sheet."""

    sheet: Sheet
    what: str
    head: int
    columns: Sequence[Column]
    period: Period
    title: str = ""
    blocks: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    """Column to the (first, last) rows that a merged cell of it covers."""
    ticks: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Field to its columns that are ticked, each with the word that a tick there says."""
    guesses: Sequence[str] = ()
    """Headers whose field was told by the cells under them."""

    @property
    def unknown(self) -> list[str]:
        """Headers that are no field of ours."""
        return [column.title for column in self.columns if not column.field]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that have a column."""
        return frozenset(column.field for column in self.columns)

    def titled(self, name: str) -> str:
        """The header of a field, as the sheet writes it."""
        return next((column.title for column in self.columns if column.field == name), "")

    def rows(self) -> Iterator[Row]:
        """The records, one after the other."""
        rows, columns = self.sheet.rows, self.columns
        heads = {title for row in rows[self.head : self.head + 1] for title in row if title}
        single = [c for c in columns if c.field not in MANY | {"", "seq", "computed"}]
        names, pick = [c.field for c in single], _picker([c.place for c in single])
        reach = max((c.place for c in columns), default=-1) + 1
        many = [c for c in columns if c.field in MANY]
        others = [c for c in columns if not c.field]
        nothing: dict[int, int] = {}
        above: Sequence[Cell] = ()
        exact = self.fields >= {"number", "code", "registered", "raised"} or "internal" in self.fields  # our own export
        section = ""
        repeated = [c.place for c in columns if c.field not in _OF_ITS_OWN]
        for index in range(self.head + 1, self._last_row() + 1):
            row: Sequence[Cell] = rows[index]
            merged = self._covering(index) if self.blocks else nothing
            first, alone = _begins(row)
            if first is None and not merged:
                continue
            if type(first) is str and self._is_no_record(first, row, heads):
                continue
            if len(row) < reach:
                row = [*row, *[""] * (reach - len(row))]
            if merged:
                row = list(row)
                for place, top in merged.items():
                    row[place : place + 1] = [rows[top][place]]
            if not exact and not DITTO.isdisjoint(row):
                row = [*row]
                for place in repeated:
                    if row[place] in DITTO and place < len(above):
                        row[place] = above[place]
            above = row
            cells = dict(zip(names, pick(row), strict=True))
            if self.ticks:
                self._read_ticks(row, cells)
            more: dict[str, list[tuple[str, Cell]]] = {}
            for column in many:
                if not _is_blank(cell := row[column.place]):
                    more.setdefault(column.field, []).append((column.title, cell))
            if alone and not merged and not self._has_record(cells):
                section = plain(first)
                continue  # 二月份, 商机类: it heads a part of the table; a lone number waits to be filled in
            extras = [(c.title, row[c.place]) for c in others if not _is_blank(row[c.place])]
            over = frozenset(c.field for c in columns if merged.get(c.place, index) != index) if merged else _NONE
            yield Row(self.sheet.name, index + 1, cells, more, extras, over, rows[index], section)

    def _read_ticks(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """The word of the column that has the tick; a word of its own in the cell says more."""
        for name, places in self.ticks.items():
            said = [(word, plain(row[at])) for at, word in places.items() if at < len(row) and not _is_blank(row[at])]
            said = [(word, cell) for word, cell in said if not re.fullmatch("[×xX✗☐○0否-]", cell)]
            if len(said) == 1:
                word, cell = said[0]
                cells[name] = word if len(cell) == 1 and _TICKED.match(cell) else cell
            elif said:
                cells[name] = "、".join(word for word, _ in said)

    def _is_no_record(self, first: str, row: Sequence[Cell], heads: set[Cell]) -> bool:
        """A total, an example, or the header once more."""
        if _TOTALS.match(first) or _EXAMPLE.match(first):
            return True
        if first not in heads and first[:1] not in "(（":
            return False
        filled = [cell for cell in row if not _is_blank(cell)]
        if first[:1] in "(（" and all(type(cell) is str and _HINT.fullmatch(cell) for cell in filled):
            return True
        return first in heads and len(filled) > 2 and sum(1 for cell in filled if cell in heads) > len(filled) / 2

    def _has_record(self, cells: Mapping[str, Cell]) -> bool:
        raised = cells.get("raised", "")
        return not _is_blank(cells.get("content", "")) or not (_is_blank(raised) or _MONTH.fullmatch(plain(raised)))

    def _covering(self, index: int) -> dict[int, int]:
        return {
            column: first for column, spans in self.blocks.items() for first, last in spans if first <= index <= last
        }

    def _last_row(self) -> int:
        """The last row of the table: below it are only blanks, totals, notes and signatures."""
        rows = self.sheet.rows
        for index in range(len(rows) - 1, self.head, -1):
            filled = [cell for cell in rows[index] if not _is_blank(cell)]
            if not filled:
                continue
            first = plain(filled[0])
            if _FOOT.match(first) or _TOTALS.match(first) or len(filled) < 2:
                continue
            if len(filled) < 5 and all(_LABEL.match(plain(cell)) for cell in filled):
                continue  # 登记人：   班长：
            foot = re.match(r"\s*\d{1,2}[、.．]", first)
            if foot and len(filled) < 3:
                continue
            return index
        return self.head


_NONE: frozenset[str] = frozenset()


def _picker(places: Sequence[int]) -> Callable[[Sequence[Cell]], Sequence[Cell]]:
    """What takes the cells at *places* out of a row."""
    return itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]


def _begins(row: Sequence[Cell]) -> tuple[Cell, bool]:
    """The first cell of a row that holds something, None in a blank one, and whether no other does."""
    first: Cell = None
    for cell in row:
        if cell != "" and not (type(cell) is str and cell.isspace()):
            if first is not None:
                return first, False
            first = cell
    return first, True


def _is_blank(cell: Cell) -> bool:
    return cell is None or (type(cell) is str and (not cell or not cell.strip()))


def find_table(
    sheet: Sheet, what: str, today: date, file_name: str, mappings: Mapping[str, str] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> Table | None:  # fmt: skip
    """The table of a kind in a sheet; None when no row heads one.

    *mappings* are headers that the user named fields for; *remembered* the same by ``signature`` of header rows.
    """
    best: tuple[float, int, list[Column], Mapping[str, Mapping[int, str]], list[str]] | None = None
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if best is not None and index > best[1] + 3:
            break
        if sum(1 for cell in row if type(cell) is str and cell.strip()) < 2:
            continue
        for titles, depth in _readings(sheet, index):
            named = {**(remembered or {}).get(signature(titles), {}), **(mappings or {})}
            columns = _columns(titles, what, named)
            ticks: Mapping[str, Mapping[int, str]] = _ticks(titles, what) if depth else {}
            if ticks:
                ticked = {place for places in ticks.values() for place in places}
                columns = [c._replace(field="computed") if c.place in ticked else c for c in columns]
            columns, guessed = _with_likely(sheet, index + depth, columns, what, ticks)
            found = {column.field for column in columns if column.field} | set(ticks)
            if not all(found & set(group) for group in NEEDED[what]):
                continue
            score = len(found) + depth / 10 - len(guessed) / 2
            if best is None or score > best[0]:
                best = (score, index + depth, columns, ticks, guessed)
    if best is None:
        return None
    _, head, columns, ticked_columns, guesses = best
    title = "\n".join(plain(cell) for row in sheet.rows[:head] for cell in row if not _is_blank(cell))
    blocks: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merges:
        if top > head and bottom > top and left == right:
            blocks.setdefault(left, []).append((top, bottom))
    period = period_of([title, sheet.name, file_name], today)
    return Table(sheet, what, head, columns, period, title, blocks, ticked_columns, guesses)


_TOLD_BY_CELLS: Mapping[str, Sequence[str]] = {
    "demands": ("content", "customer", "phone", "kind"), "revisits": ("customer", "phone"),
    "customers": ("name", "phone"), "contacts": ("name", "phone"),
}  # fmt: skip


def _with_likely(
    sheet: Sheet, head: int, columns: list[Column], what: str, ticks: Mapping[str, Mapping[int, str]]
) -> tuple[list[Column], list[str]]:
    """The columns with the fields that only their cells tell, and the headers of those; in a row that heads a table."""
    known = {column.field for column in columns if column.field} | set(ticks)
    missing = [name for name in _TOLD_BY_CELLS.get(what, ()) if name not in known]
    unknown = [column.place for column in columns if not column.field]
    if not missing or not unknown or len(known - {"seq", "note", "computed"}) < 3:
        return columns, []
    found = likely(sheet.rows[head + 1 : head + 81], unknown, what, missing)
    told = [column._replace(field=found.get(column.place, column.field)) for column in columns]
    return told, [column.title for column in columns if column.place in found]


def signature(titles: Sequence[str]) -> str:
    """What two header rows have in common that are the same."""
    return "|".join(bare(title) for title in titles).rstrip("|")


def header_of(table: Table) -> list[str]:
    """The titles of a table's columns in their order."""
    titles = [""] * (max((column.place for column in table.columns), default=-1) + 1)
    for column in table.columns:
        titles[column.place] = column.title
    return titles


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
        titles.append(
            above if column in tall or not below else f"{parent}{_UNDER}{below}" if parent else below or above
        )
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


def _ticks(titles: Sequence[str], what: str) -> dict[str, dict[int, str]]:
    """Groups of columns to be ticked: 满意度 over 满意, 一般, 不满意. Each word is a value of the title's field."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for index, title in enumerate(titles):
        if _UNDER in title:
            parent, _, child = title.partition(_UNDER)
            groups.setdefault(parent, []).append((index, child))
    found: dict[str, dict[int, str]] = {}
    for parent, children in groups.items():
        named = meant(parent, what)
        if named and len(children) > 1 and all(choice(named.field, what, child) for _, child in children):
            found[named.field] = dict(children)
    return found


def _columns(titles: Sequence[str], what: str, named: Mapping[str, str]) -> list[Column]:
    """Each column with its field: of several that fit one, the surest, else the leftmost, has it."""
    by_name = {bare(title): name for title, name in named.items()}
    fits: list[tuple[int, int, str, str]] = []
    for index, title in enumerate(titles):
        name = bare(title)
        if name in by_name:
            fits.append((-1, index, title, by_name[name]))
        elif found := meant(title, what) or _child_fit(title, what):
            fits.append((found.doubt, index, title, found.field))
    taken: dict[str, int] = {}
    columns: dict[int, Column] = {}
    for _, index, title, name in sorted(fits):
        if name in taken and name not in MANY and name not in ("computed", "note"):
            name = _second(name, index, taken, titles, what)
        if name:
            taken.setdefault(name, index)
        columns[index] = Column(index, _shown(title), name)
    for index, title in enumerate(titles):
        if title and index not in columns:
            columns[index] = Column(index, _shown(title), "")
    for name, pattern in SPARE.get(what, {}).items():
        spare = next((c for c in columns.values() if re.fullmatch(pattern, bare(c.title))), None)
        if name not in taken and spare and (name != "raised" or "registered" not in taken):
            taken[name] = spare.place
            columns[spare.place] = spare._replace(field=name)
    notes = [column for column in columns.values() if column.field == "note"]
    for column in notes[1:]:
        columns[column.place] = column._replace(field="")
    return [columns[index] for index in sorted(columns)]


def _shown(title: str) -> str:
    return " ".join(title.replace(_UNDER, "").split())


_ABOUT = re.compile("(?:基本)?(?:信息|情况|资料|记录|内容|栏|一览)$")


def _child_fit(title: str, what: str) -> Fit | None:
    """A header of two rows: 客户信息 over 电话, where the two together say nothing."""
    parent, below, child = title.partition(_UNDER)
    if below:
        about = _ABOUT.sub("", bare(parent))
        for doubt, word in enumerate((f"{about}{child}", f"{child}{about}", f"{about}人{child}", child)):
            if found := meant(word, what):
                return Fit(found.field, found.doubt + doubt)
        return meant(parent, what)
    lines = [bare(line) for line in title.split("\n") if bare(line)]
    for candidate in ("".join(lines), *lines) if len(lines) > 1 else ():
        if found := fit(candidate, what):
            return found
    return None


def _second(name: str, index: int, taken: Mapping[str, int], titles: Sequence[str], what: str) -> str:
    """A second column for a field: another 电话 right of the handler is his."""
    if name == "phone" and what == "demands" and "handler_phone" not in taken:
        handler = taken.get("handler")
        if handler is None:
            handler = next(
                (i for i, t in enumerate(titles) if (f := fit(bare(t), what)) and f.field == "handler"), None
            )
        if handler is not None and index > handler > taken["phone"]:
            return "handler_phone"
    return ""
