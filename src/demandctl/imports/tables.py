"""A table found in a sheet: where its header is, which column is what, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from demandctl.imports.cells import Period, plain
from demandctl.imports.files.sheet import Cell, Sheet
from demandctl.imports.kind import TableKind

TOTALS = re.compile(r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总)")
_FOOT = re.compile(
    r"\s*(?:(?:填表)?说\s*明|备\s*注|注|填写说明|制表|审核|审批|填表|填报|复核|批准|签字|签名|负责人签|日期|部门负责人|统计|打印|以上|报送|抄送"
    r"|主管|领导签)[^：:]{0,6}[：:]"
)
_LABEL = re.compile(r"[^：:]{1,10}[：:](?!\d\d)")
UNDER = "\x1f"
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
    section: str = ""
    """What the line above this part of the table says: a branch, a kind, a month."""


@dataclass(frozen=True)
class Table:
    """A table of a sheet."""

    sheet: Sheet
    kind: TableKind
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

    @cached_property
    def own(self) -> bool:
        """Whether our own export wrote it."""
        return bool(self.kind.own) and self.fields >= self.kind.own

    def titled(self, name: str) -> str:
        """The header of a field, as the sheet writes it."""
        return next((column.title for column in self.columns if column.field == name), "")

    @cached_property
    def last(self) -> int:
        """The last row of the table: below it are only blanks, totals, notes and signatures."""
        rows = self.sheet.rows
        for index in range(len(rows) - 1, self.head, -1):
            filled = [cell for cell in rows[index] if not is_blank(cell)]
            if filled and not _is_foot(filled):
                return index
        return self.head


def _is_foot(filled: Sequence[Cell]) -> bool:
    """Whether the filled cells of a row are what stands under a table."""
    first = plain(filled[0])
    if _FOOT.match(first) or TOTALS.match(first) or len(filled) < 2:
        return True
    if len(filled) < 5 and all(_LABEL.match(plain(cell)) for cell in filled):
        return True  # 登记人：   班长：
    return len(filled) < 3 and re.match(r"\s*\d{1,2}[、.．]", first) is not None


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing but blanks."""
    return cell is None or (type(cell) is str and (not cell or not cell.strip()))


def header_of(table: Table) -> list[str]:
    """The titles of a table's columns in their order."""
    titles = [""] * (max((column.place for column in table.columns), default=-1) + 1)
    for column in table.columns:
        titles[column.place] = column.title
    return titles
