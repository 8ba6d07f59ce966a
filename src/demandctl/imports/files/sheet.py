"""What every reader makes of a file: sheets of plain rows, and what is marked on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from colorsys import rgb_to_hls
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from demandctl.errors import Refused

Cell = object
"""str, float, bool, date, datetime, time or timedelta; an empty cell is ''."""
Place = tuple[int, int]
"""Row and column, counted from 0."""
Merge = tuple[Place, Place]
"""The first and the last cell of a block that one cell stands for."""


class Marks(NamedTuple):
    """What a sheet says beside the texts of its cells. Nothing of it is a value; all of it is told."""

    comments: Mapping[Place, str] = {}
    colours: Mapping[Place, str] = {}
    """Cells with a colour, or struck through, in a word."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first on, and which cells stand for a whole merged block."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[Merge] = field(default=())
    marks: Marks = field(default=Marks())


@dataclass(frozen=True)
class Book:
    """A file as it was read, and the sheets of it that were not."""

    sheets: Sequence[Sheet]
    hidden: Sequence[str] = ()
    """Hidden sheets that hold something: they are read when they are named."""


def damaged(path: Path) -> Refused:
    """A workbook that does not open."""
    return Refused(f"{path.name} 打不开，不是表格文件或已损坏", "用 Excel 能打开的话，另存为 .xlsx 再导入")


_HUES = ((20, "红"), (45, "橙"), (75, "黄"), (170, "绿"), (260, "蓝"), (340, "紫"), (361, "红"))
"""Up to which degree of the circle of colours people call them so."""


def colour_word(red: int, green: int, blue: int) -> str:
    """A colour as people call it; '' for white, black and the greys, which say nothing."""
    if max(red, green, blue) - min(red, green, blue) < 30:
        return ""
    hue, _, _ = rgb_to_hls(red / 255, green / 255, blue / 255)
    return next(word for end, word in _HUES if hue * 360 < end)
