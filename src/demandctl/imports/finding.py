"""Where a table of a kind is in a block of a sheet: its header, of one row or two, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from demandctl.imports.blocks import Block
from demandctl.imports.cells import period_of, plain
from demandctl.imports.columns import UNDER, Columns, columns_of, untitled
from demandctl.imports.headers import bare
from demandctl.imports.kind import TableKind
from demandctl.imports.tables import Table, is_blank

HEADER_WITHIN = 40
"""A header further down is none."""


_VALUES = (float, date, datetime)


class _Head(NamedTuple):
    """A header that may be the one of the table."""

    score: float
    row: int
    """Its last row."""
    titles: Sequence[str]
    told: Columns


def find_table(
    block: Block, kind: TableKind, today: date, file_name: str, mappings: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]], fixed: Mapping[str, str],
) -> Table | None:  # fmt: skip
    """The table of a kind in a block; None when no row heads one.

    *mappings* are headers that the user named fields for; *remembered* the same by ``signature`` of header rows;
    *fixed* are fields that he gave a value for.
    """
    best: _Head | None = None
    for index, row in enumerate(block.rows[:HEADER_WITHIN]):
        if best is not None and index > best.row + 3:
            break
        texts = sum(1 for cell in row if type(cell) is str and cell.strip())
        if texts < 2 or (best is not None and any(type(cell) in _VALUES for cell in row)):
            continue
        for titles, depth in _readings(block, index):
            named = {**remembered.get(signature(titles), {}), **mappings}
            told = columns_of(titles, block.rows[index + depth + 1 :], kind, named)
            found = told.fields | set(fixed)
            score = len(told.fields) + depth / 10 - len(told.guesses) / 2
            if all(found & set(group) for group in kind.needed) and (best is None or score > best.score):
                best = _Head(score, index + depth, titles, told)
    return None if best is None else _table(block, kind, best, today, file_name, fixed)


def _table(block: Block, kind: TableKind, head: _Head, today: date, file_name: str, fixed: Mapping[str, str]) -> Table:
    lines = [plain(cell) for row in block.rows[: head.row] for cell in row if not is_blank(cell)]
    title = "\n".join([*lines, *block.above])
    spans: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in block.merges:
        if top > head.row and bottom > top and left == right:
            spans.setdefault(left, []).append((top, bottom))
    period = period_of([title, block.name, file_name], today)
    columns = sorted([*head.told.columns, *untitled(block.rows[head.row + 1 :], head.titles, block.left)])
    if not (kind.own and kind.own <= head.told.fields):  # what our own exports reckon, others have written down
        columns = [column._replace(field="") if column.field == "computed" else column for column in columns]
    return Table(
        block,
        kind,
        head.row,
        columns,
        period,
        today,
        file_name,
        title,
        spans,
        head.told.ticks,
        head.told.guesses,
        fixed,
    )


def signature(titles: Sequence[str]) -> str:
    """What two header rows have in common that are the same."""
    return "|".join(bare(title) for title in titles).rstrip("|")


def nearest_header(block: Block) -> list[str]:
    """The row that looks most like a header, for telling that it was not understood."""
    rows = [[plain(cell) for cell in row] for row in block.rows[:HEADER_WITHIN]]
    rows = [[cell for cell in row if cell and len(cell) < 16] for row in rows]
    return max(rows, key=len, default=[])


def _readings(block: Block, index: int) -> Iterator[tuple[list[str], int]]:
    """The row as a header of its own, and with the row under it as a header of two rows."""
    upper = [plain(cell) for cell in block.rows[index]]
    yield upper, 0
    if index + 1 >= len(block.rows):
        return
    spans = [(left, right) for (top, left), (bottom, right) in block.merges if top == index == bottom and right > left]
    tall = {left for (top, left), (bottom, _) in block.merges if top == index and bottom == index + 1}
    lower = [plain(cell) for cell in block.rows[index + 1]]
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
