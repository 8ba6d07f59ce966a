"""The records of a table, one after the other, without what is no record.

Totals, examples and repeated headers lie between; a cell merged downwards holds for each of its rows, 同上 says what
the cell above says, and a line of its own heads the rows below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from demandctl.imports.cells import plain
from demandctl.imports.files.sheet import Cell
from demandctl.imports.headers import MANY
from demandctl.imports.tables import TOTALS, Row, Table, is_blank

_EXAMPLE = re.compile(r"\s*(?:例|示例|样例|范例|举例|样表|填写示例)(?:[：:\d]|$)")
DITTO = frozenset({"同上", "同前", "〃", "″", "〞", "同上。", '"', "''", "“", "”", "々", "同上行"})
"""How people write that a cell says what the one above it says."""
_OF_ITS_OWN = frozenset({"wechat", "outcome", "status", "progress"})
"""Fields whose 同上 is not the cell above: of 微信 it is the phone beside it."""
_TICKED = re.compile(r"[√✓✔☑●■*vVyY1是]")
_UNTICKED = re.compile("[×xX✗☐○0否-]")
_HINT = re.compile(r"\s*[(（].*[)）]\s*", re.DOTALL)
"""（年月日） under a header says how to fill it in."""
_MONTH = re.compile(r"\s*(?:\d{2,4}\s*[年./-])?\s*\d{1,2}\s*月份?\s*")
_NONE: frozenset[str] = frozenset()
_NOTHING: dict[int, int] = {}


def rows_of(table: Table) -> Iterator[Row]:
    """The records of a table, one after the other."""
    reading = _Reading(table)
    for index in range(table.head + 1, table.last + 1):
        if (row := reading.row(index)) is not None:
            yield row


class _Reading:
    """A table being read downwards: what is the same for all rows, and what a row takes from those above it."""

    def __init__(self, table: Table) -> None:
        self._table, self._rows, columns = table, table.sheet.rows, table.columns
        self._heads = {title for row in self._rows[table.head : table.head + 1] for title in row if title}
        single = [c for c in columns if c.field not in MANY | {"", "seq", "computed"}]
        self._names, self._pick = [c.field for c in single], _picker([c.place for c in single])
        self._reach = max((c.place for c in columns), default=-1) + 1
        self._many = [c for c in columns if c.field in MANY]
        self._others = [c for c in columns if not c.field]
        self._repeated = [c.place for c in columns if c.field not in _OF_ITS_OWN]
        self._verbatim = table.own or "internal" in table.fields
        """What our own exports write, nobody abbreviated."""
        self._above: Sequence[Cell] = ()
        self._section = ""

    def row(self, index: int) -> Row | None:
        """The record of a row; None when it is none."""
        raw = self._rows[index]
        merged = self._covering(index) if self._table.blocks else _NOTHING
        first, alone = _begins(raw)
        if first is None and not merged:
            return None
        if type(first) is str and self._is_no_record(first, raw):
            return None
        row = self._above = self._filled(raw, merged)
        cells = dict(zip(self._names, self._pick(row), strict=True))
        if self._table.ticks:
            self._read_ticks(row, cells)
        if alone and not merged and not _has_record(cells):
            self._section = plain(
                first
            )  # 二月份, 商机类: it heads a part of the table; a lone number waits to be filled in
            return None
        more: dict[str, list[tuple[str, Cell]]] = {}
        for column in self._many:
            if not is_blank(cell := row[column.place]):
                more.setdefault(column.field, []).append((column.title, cell))
        extras = [(c.title, row[c.place]) for c in self._others if not is_blank(row[c.place])]
        over = (
            frozenset(c.field for c in self._table.columns if merged.get(c.place, index) != index) if merged else _NONE
        )
        return Row(self._table.sheet.name, index + 1, cells, more, extras, over, self._section)

    def _filled(self, raw: Sequence[Cell], merged: Mapping[int, int]) -> Sequence[Cell]:
        """The cells of a row as far as the table reaches, with what it takes from the rows above."""
        row = raw if len(raw) >= self._reach else [*raw, *[""] * (self._reach - len(raw))]
        if merged:
            row = list(row)
            for place, top in merged.items():
                row[place : place + 1] = [self._rows[top][place]]
        if not self._verbatim and not DITTO.isdisjoint(row):
            row = [*row]
            for place in self._repeated:
                if row[place] in DITTO and place < len(self._above):
                    row[place] = self._above[place]
        return row

    def _read_ticks(self, row: Sequence[Cell], cells: dict[str, Cell]) -> None:
        """The word of the column that has the tick; a word of its own in the cell says more."""
        for name, places in self._table.ticks.items():
            said = [(word, plain(row[at])) for at, word in places.items() if at < len(row) and not is_blank(row[at])]
            said = [(word, cell) for word, cell in said if not _UNTICKED.fullmatch(cell)]
            if len(said) == 1:
                word, cell = said[0]
                cells[name] = word if len(cell) == 1 and _TICKED.match(cell) else cell
            elif said:
                cells[name] = "、".join(word for word, _ in said)

    def _is_no_record(self, first: str, row: Sequence[Cell]) -> bool:
        """A total, an example, or the header once more."""
        if TOTALS.match(first) or _EXAMPLE.match(first):
            return True
        if first not in self._heads and first[:1] not in "(（":
            return False
        filled = [cell for cell in row if not is_blank(cell)]
        if first[:1] in "(（" and all(type(cell) is str and _HINT.fullmatch(cell) for cell in filled):
            return True
        known = sum(1 for cell in filled if cell in self._heads)
        return first in self._heads and len(filled) > 2 and known > len(filled) / 2

    def _covering(self, index: int) -> dict[int, int]:
        return {
            column: first
            for column, spans in self._table.blocks.items()
            for first, last in spans
            if first <= index <= last
        }


def _has_record(cells: Mapping[str, Cell]) -> bool:
    raised = cells.get("raised", "")
    return not is_blank(cells.get("content", "")) or not (is_blank(raised) or _MONTH.fullmatch(plain(raised)))


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
