"""The records of a table, one after the other, without what is no record.

Totals, examples and repeated headers lie between; a cell merged downwards holds for each of its rows, 同上 says what
the cell above says, a line of its own heads the rows below it, and a row without a customer is the same customer's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from demandctl.imports.cells import is_nothing, period_of, plain
from demandctl.imports.columns import IGNORED, TICKED, letters
from demandctl.imports.files.sheet import Cell
from demandctl.imports.headers import MANY
from demandctl.imports.tables import TOTALS, Table, TableRow, is_blank
from demandctl.language.figures import in_digits

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


def rows_of(table: Table) -> Iterator[TableRow]:
    """The records of a table, one after the other; what is none is told in ``table.left``."""
    table.left.clear()
    table.carried.clear()
    reading = _Downwards(table)
    for index in range(table.head + 1, table.last + 1):
        if (row := reading.row(index)) is not None:
            yield row
    for index in range(table.last + 1, len(table.block.rows)):
        reading.leave(index)


class _Downwards:
    """A table being read downwards: what is the same for all rows, and what a row takes from those above it."""

    def __init__(self, table: Table) -> None:
        self._table, self._rows, columns = table, table.block.rows, table.columns
        self._heads = {title for row in self._rows[table.head : table.head + 1] for title in row if title}
        single = [c for c in columns if c.field not in MANY | {"", "seq", "computed", TICKED, IGNORED}]
        self._names, self._pick = [c.field for c in single], _picker([c.place for c in single])
        self._reach = max((c.place for c in columns), default=-1) + 1
        self._many = [c for c in columns if c.field in MANY]
        self._others = [c for c in columns if not c.field]
        self._repeated = [c.place for c in columns if c.field not in _OF_ITS_OWN]
        self._days = [c.place for c in columns if c.field == "raised"]
        self._seq = next((c for c in columns if c.field == "seq"), None)
        self._verbatim = table.own or "internal" in table.fields
        """What our own exports write, nobody abbreviated."""
        self._lent = MANY.intersection(table.fixed)
        self._above: Sequence[Cell] = ()
        self._before: TableRow | None = None
        self._sections: dict[str, str] = {}
        self._period = table.period
        self._comments = table.block.comments()

    def row(self, index: int) -> TableRow | None:
        """The record of a row; None when it is none."""
        raw = self._rows[index]
        merged = self._covering(index) if self._table.spans else _NOTHING
        first, alone = _begins(raw)
        if first is None and not merged:
            return None
        if type(first) is str and self._is_no_record(first, raw):
            self.leave(index)
            return None
        row = self._above = self._filled(raw, merged)
        cells = dict(zip(self._names, self._pick(row), strict=True))
        if self._table.ticks:
            self._read_ticks(row, cells)
        for name, text in self._table.fixed.items():
            if name not in MANY and is_blank(cells.get(name, "")):
                cells[name] = text
        if alone and not merged and not self._has_record(cells):
            self._enter(index, plain(first))
            return None  # 二月份, 商机类: it heads a part of the table; a lone number waits to be filled in
        more: dict[str, list[tuple[str, Cell]]] = {}
        for column in self._many:
            if not is_blank(cell := row[column.place]):
                more.setdefault(column.field, []).append((column.title, cell))
        for name in self._lent:
            more.setdefault(name, [(name, self._table.fixed[name])])
        extras = [(c.title, row[c.place]) for c in self._others if not is_blank(row[c.place])]
        if self._seq and type(seq := row[self._seq.place]) is str and seq and not seq.strip().isdigit():
            extras.append((self._seq.title, seq))
        extras += [(f"批注 {letters(self._table.block.left + column)}{self._table.block.number(index)}", text)
                   for column, text in self._comments.get(index, ())]  # fmt: skip
        over = (
            frozenset(c.field for c in self._table.columns if merged.get(c.place, index) != index) if merged else _NONE
        )
        found = TableRow(
            self._table.sheet, self._table.block.number(index), cells, more, extras, over,
            tuple(self._sections.values()), self._period, row,
        )  # fmt: skip
        if self._table.kind.person and not self._verbatim:
            found = self._carried(found, row)
        return found

    def leave(self, index: int) -> None:
        """Note down a row that is no record, with what stands in it."""
        texts = [text for cell in self._rows[index] if (text := plain(cell))]
        if texts and not set(texts) <= self._heads:
            self._table.left[self._table.block.number(index)] = " ".join(" ".join(texts).split())

    def _enter(self, index: int, text: str) -> None:
        """A line that heads the rows below it; a month goes on where a kind changes, and the other way round."""
        self.leave(index)
        period = period_of([text], self._table.today)
        sort = "period" if period.years or period.month else "text"
        self._sections[sort] = text
        if sort == "period":
            base = self._table.period
            self._period = base._replace(years=period.years or base.years, month=period.month or base.month)

    def _carried(self, row: TableRow, cells: Sequence[Cell]) -> TableRow:
        """A row that says nothing of a customer, and something of what he wants, is of the customer above."""
        kind, last = self._table.kind, self._before
        blank = all(is_nothing(row.cells.get(name, "")) for name in kind.person) and "region" not in row.more
        numbered = self._seq is not None and not is_blank(cells[self._seq.place])
        fresh = any(not is_nothing(row.cells.get(name, "")) for name in kind.fresh)
        if last is not None and blank and fresh and not numbered and not row.merged:
            held = {name: last.cells[name] for name in kind.person if name in last.cells}
            region = {"region": last.more["region"]} if "region" in last.more else {}
            filled = [*row.filled]
            for column in self._table.columns:
                if column.field in kind.person or column.field == "region":
                    filled[column.place] = last.filled[column.place]
            row = row._replace(cells={**row.cells, **held}, more={**row.more, **region}, filled=filled)
            self._table.carried.append(row.number)
        if not blank or row.merged:
            self._before = row
        return row

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
            for place in self._days:  # who is the same as above came the same day, where none is written
                if is_blank(row[place]) and place < len(self._above):
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

    def _has_record(self, cells: Mapping[str, Cell]) -> bool:
        """Whether a lone cell is a record of its own, because of where it stands and what it says."""
        raised = cells.get("raised", "")
        if is_blank(cells.get("content", "")) and (is_blank(raised) or _MONTH.fullmatch(in_digits(plain(raised)))):
            return False
        return not set(self._table.fixed) & {"content", "raised"}

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
            for column, spans in self._table.spans.items()
            for first, last in spans
            if first <= index <= last
        }


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
