"""A table found in a block of a sheet: where its header is, which column is what, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from demandctl.imports.blocks import Block
from demandctl.imports.cells import CoveredTime, plain
from demandctl.imports.columns import HeadedColumn
from demandctl.imports.files.sheet import Cell
from demandctl.imports.kind import TableKind

TOTALS = re.compile(
    r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总|平\s*均|本[月周页]合计|\d{1,2}月(?:份)?[合小]计)"
)
_FOOT = re.compile(
    r"\s*(?:(?:填表)?说\s*明|备\s*注|注|填写说明|制表|审核|审批|填表|填报|复核|批准|签字|签名|负责人签|日期|部门负责人|统计|打印|以上|报送|抄送"
    r"|主管|领导签)[^：:]{0,6}[：:]"
)
_LABEL = re.compile(r"[^：:]{1,10}[：:](?!\d\d)")


class TableRow(NamedTuple):
    """One record as it stands: its row as the sheet counts, cells by field, and what has no field of ours."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]
    more: Mapping[str, Sequence[tuple[str, Cell]]]
    extras: Sequence[tuple[str, Cell]]
    merged: frozenset[str]
    sections: Sequence[str] = ()
    """What lines above this part of the table say: a branch, a kind, a month."""
    period: CoveredTime = CoveredTime()
    filled: Sequence[Cell] = ()
    """The cells as they stand, with what the row takes from those above it."""


@dataclass(frozen=True)
class Table:
    """A table of a block."""

    block: Block
    kind: TableKind
    head: int
    """The last row of its header."""
    columns: Sequence[HeadedColumn]
    period: CoveredTime
    today: date
    file: str = ""
    """The name of the file, without its end."""
    title: str = ""
    """What stands above it, the nearest first."""
    spans: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    """Column to the (first, last) rows that a merged cell of it covers."""
    ticks: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Field to its columns that are ticked, each with the word that a tick there says."""
    guesses: Sequence[str] = ()
    """Headers whose field was told by the cells under them."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Fields that the user gave a value for, where the table says nothing."""
    left: dict[int, str] = field(default_factory=dict)
    """Rows of the sheet that were no records, with what stands in them: known once the rows are read."""
    carried: list[int] = field(default_factory=list)
    """Rows that go on with the customer of the row above."""

    @property
    def sheet(self) -> str:
        """The name of its sheet."""
        return self.block.name

    @property
    def unknown(self) -> list[str]:
        """Headers that are no field of ours."""
        return [column.title for column in self.columns if not column.field]

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that have a column, or were given a value."""
        return frozenset(column.field for column in self.columns) | set(self.fixed)

    @cached_property
    def own(self) -> bool:
        """Whether our own export wrote it."""
        return bool(self.kind.own) and self.fields >= self.kind.own

    def titled(self, name: str) -> str:
        """The header of a field, as the sheet writes it; what people call it where the sheet has none."""
        found = next((column.title for column in self.columns if column.field == name), "")
        return found or (f"--set {name}" if name in self.fixed else self.kind.label(name))

    @cached_property
    def last(self) -> int:
        """The last row of the table: below it are only blanks, totals, notes and signatures."""
        rows = self.block.rows
        for index in range(len(rows) - 1, self.head, -1):
            filled = [cell for cell in rows[index] if not is_blank(cell)]
            if filled and not _is_foot(filled):
                return index
        return self.head

    def header(self) -> list[str]:
        """The titles of its columns in their order."""
        titles = [""] * (max((column.place for column in self.columns), default=-1) + 1)
        for column in self.columns:
            titles[column.place] = column.title
        return titles


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
