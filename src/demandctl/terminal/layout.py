"""How a table stands in so many cells of a terminal: columns squeezed, else a row on further lines. Pure.

Nothing that a row has is left out and no title goes: what does not fit beside the rest stands below it, and no figure
is broken in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from demandctl.language.display import padded, width, wrapped


class Column(NamedTuple):
    """A column of a table: its title, and between which widths in cells a terminal may squeeze it.

    *below*: it stands on a line of its own under the others where a row does not fit on one.
    """

    title: str
    style: str = ""
    right: bool = False
    least: int = 4
    most: int | None = None
    wrap: bool = True
    below: bool = False


class _Band(NamedTuple):
    """Columns that stand beside each other, each with its width, behind a margin."""

    columns: tuple[tuple[int, int], ...]
    margin: int
    gap: int


Piece = tuple[str, str]
"""A part of a line and its style."""
Row = Sequence[str]

_TOKEN = 22
"""A run without a blank is kept whole up to here: phones, times, amounts; addresses on the web are broken."""
_MARGIN = 8
"""Further lines of a row stand at most so far to the right."""


def lines_of(columns: Sequence[Column], rows: Sequence[Row], room: int) -> Iterator[tuple[int | None, list[Piece]]]:
    """The lines of a table in *room* cells, each with the number of its row; the titles, if any, have none."""
    plan = _planned(columns, rows, room)
    if any(column.title for column in columns):
        yield from ((None, line) for line in _lines(columns, [column.title for column in columns], plan))
    for number, row in enumerate(rows):
        yield from ((number, line) for line in _lines(columns, row, plan))


def _planned(columns: Sequence[Column], rows: Sequence[Row], room: int) -> list[_Band]:
    """The bands of a table: one when all fits, else whichever way takes the fewest lines."""
    cells = [[column.title, *(row[i] for row in rows)] for i, column in enumerate(columns)]
    natural = [_natural(column, texts) for column, texts in zip(columns, cells, strict=True)]
    least = [_least(column, texts, wide) for column, texts, wide in zip(columns, cells, natural, strict=True)]
    every = range(len(columns))
    for gap in (2, 1):
        if _taken(natural, gap) <= room:
            return [_Band(tuple(enumerate(natural)), 0, gap)]
    flowing = _flowing(columns, natural, least, room)
    if _taken(least, 1) > room:
        return flowing
    beside = [_band(every, natural, least, room, 0, 2 if _taken(least, 2) <= room else 1)]
    return min((beside, flowing), key=lambda plan: sum(len(_lines(columns, row, plan)) for row in rows))


def _natural(column: Column, texts: Sequence[str]) -> int:
    wide = max(width(line) for text in texts for line in text.split("\n"))
    return min(wide, max(column.most, width(column.title))) if column.most and column.wrap else wide


def _least(column: Column, texts: Sequence[str], natural: int) -> int:
    if not column.wrap:
        return natural
    runs = (run for text in texts for run in re.findall(r"[!-~]*[0-9][^\x00-\x7f]|[!-~]+", text))
    whole = max(map(width, runs), default=0)
    return min(natural, max(column.least, width(column.title), min(whole, _TOKEN)))


def _taken(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _flowing(columns: Sequence[Column], natural: Sequence[int], least: Sequence[int], room: int) -> list[_Band]:
    """Columns line by line, as many on each as fit; those that belong below begin a line where the others fill one."""
    first = [i for i, column in enumerate(columns) if not column.below]
    below = [i for i, column in enumerate(columns) if column.below]
    groups = _poured(first, least, room, 0)
    if len(groups) == 1:
        groups += _poured(below, least, room, _margin(natural, first))
    else:
        groups = _poured(first + below, least, room, 0)
    margin = _margin(natural, groups[0])
    return [
        _band(group, natural, least, room, margin if number else 0, 2 if number else 1)
        for number, group in enumerate(groups)
    ]


def _margin(natural: Sequence[int], first: Sequence[int]) -> int:
    return min(natural[first[0]] + 1, _MARGIN) if first else 0


def _poured(wanted: Sequence[int], least: Sequence[int], room: int, margin: int) -> list[list[int]]:
    groups: list[list[int]] = []
    for i in wanted:
        left = room - (margin or (min(least[wanted[0]] + 1, _MARGIN) if len(groups) > 1 else 0))
        if groups and _taken([least[j] for j in [*groups[-1], i]], 2) <= left:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _band(
    wanted: Sequence[int], natural: Sequence[int], least: Sequence[int], room: int, margin: int, gap: int
) -> _Band:
    """Columns beside each other, the widest squeezed first until they fit."""
    widths = {i: natural[i] for i in wanted}
    left = max(room - margin, 1)
    gap = 2 if _taken([*widths.values()], 2) <= left else gap
    while (over := _taken([*widths.values()], gap) - left) > 0:
        widest = max(widths, key=lambda i: (widths[i] - least[i], widths[i]))
        if widths[widest] <= least[widest]:
            break
        widths[widest] -= min(over, max((widths[widest] - least[widest]) // 4, 1))
    if len(widths) == 1:
        widths = {i: min(wide, left) for i, wide in widths.items()}
    return _Band(tuple(widths.items()), margin, gap)


def _lines(columns: Sequence[Column], row: Row, plan: Sequence[_Band]) -> list[list[Piece]]:
    """A row in its bands; a band of which the row has nothing takes no line."""
    lines: list[list[Piece]] = []
    for band in plan:
        cells = [
            [line for part in row[i].split("\n") for line in (wrapped(part, wide) or [""])] for i, wide in band.columns
        ]
        if len(plan) > 1 and not any(any(cell) for cell in cells):
            continue
        for number in range(max(map(len, cells))):
            line: list[Piece] = [(" " * band.margin, "")] if band.margin else []
            for (i, wide), cell in zip(band.columns, cells, strict=True):
                text = cell[number] if number < len(cell) else ""
                line += [(padded(text, wide, right=columns[i].right), columns[i].style), (" " * band.gap, "")]
            lines.append(_stripped(line))
    return lines


def _stripped(line: list[Piece]) -> list[Piece]:
    while line and not line[-1][0].strip():
        line.pop()
    return [*line[:-1], (line[-1][0].rstrip(), line[-1][1])] if line else line
