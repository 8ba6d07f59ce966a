"""Cells that come one after the other, some of them over several rows and columns, put into rows."""

from __future__ import annotations

from demandctl.imports.files import guard
from demandctl.imports.files.sheet import Cell, Marks, Merge, Place, Sheet

_WIDEST = 16_384
"""As Excel has it."""


class TooLarge(Exception):
    """More cells than a table has."""


class Grid:
    """A sheet that is being filled; a cell that a block covers is skipped, as a browser skips it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: list[list[Cell]] = []
        self._merges: list[Merge] = []
        self._covered: dict[Place, int] = {}
        """Place to the last column of the block that covers it."""
        self._row = self._column = -1
        self._cells = 0
        self.comments: dict[Place, str] = {}
        self.colours: dict[Place, str] = {}
        self.hidden: set[int] = set()

    @property
    def width(self) -> int:
        """The length of the longest row."""
        return max(map(len, self._rows), default=0)

    def row(self, number: int | None = None) -> None:
        """Begin the next row, or the one of a number."""
        self._row = self._row + 1 if number is None else number
        self._column = 0
        self._count(self._row + 1 - len(self._rows))
        while len(self._rows) <= self._row:
            self._rows.append([])

    def cell(self, value: Cell, down: int = 1, across: int = 1, column: int | None = None) -> Place:
        """Put a cell where the row has come to, or into a column; it may stand for a block."""
        if column is not None:
            self._column = column
        while (last := self._covered.get((self._row, self._column))) is not None:
            self._column = last + 1
        place = (self._row, self._column)
        down, across = max(down, 1), min(max(across, 1), _WIDEST)
        if self._column + across > _WIDEST:
            raise TooLarge
        row = self._rows[self._row]
        row += [""] * (self._column + 1 - len(row))
        row[self._column] = value
        self._count(across)
        if down > 1 or across > 1:
            self._count(down)
            self._merges.append((place, (self._row + down - 1, self._column + across - 1)))
            for below in range(self._row + 1, self._row + down):
                for covered in range(self._column, self._column + across):
                    self._covered[below, covered] = self._column + across - 1
                    self._count(1)
        self._column += across
        return place

    def _count(self, more: int) -> None:
        self._cells += max(more, 0)
        if self._cells > guard.MAX_TEXT_CELLS:
            raise TooLarge

    def sheet(self) -> Sheet:
        """The sheet as it is."""
        return Sheet(
            self.name, self._rows, sorted(self._merges), Marks(self.comments, self.colours, frozenset(self.hidden))
        )
