"""What every reader makes of a file: sheets of plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandctl.errors import Refused

Cell = Any
"""str, float, bool, date, datetime, time or timedelta; an empty cell is ''."""
Merge = tuple[tuple[int, int], tuple[int, int]]
"""(row, column) of the first and the last cell of a block, counted from 0."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first on, and which cells stand for a whole merged block."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[Merge] = field(default=())


def damaged(path: Path) -> Refused:
    """A workbook that does not open."""
    return Refused(f"{path.name} 打不开，不是表格文件或已损坏", "用 Excel 能打开的话，另存为 .xlsx 再导入")
