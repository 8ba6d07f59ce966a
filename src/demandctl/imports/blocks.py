"""A sheet taken apart into the blocks that it holds: tables one under or beside another, or forms.

What a block is shows by where words stand that head something of any kind of table: in one row they head a table; each
before a value, all over the sheet, they are the labels of a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from demandctl.imports.cells import plain
from demandctl.imports.files.sheet import Cell, Merge, Sheet
from demandctl.imports.forms import form_of
from demandctl.imports.headers import bare, meant
from demandctl.imports.kind import TableKind
from demandctl.imports.synonyms import LETTERS

TITLES_WITHIN = 12
"""So many lines above a table may be its title."""
_ALIGNED = 0.6


@dataclass(frozen=True)
class Block:
    """A part of a sheet that is read as one table: its rows, and where in the sheet they stand."""

    sheet: Sheet
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[Merge] = ()
    top: int = 0
    left: int = 0
    above: Sequence[str] = ()
    """What stands above the block, outside of it, and holds for it too."""
    places: Sequence[int] = ()
    """Of forms, which are no rows of the sheet: where each of them begins."""

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return self.sheet.name

    def number(self, index: int) -> int:
        """The row of the sheet, counted from 1, that a row of the block is."""
        return self.places[index] + 1 if self.places else self.top + index + 1

    def comments(self) -> Mapping[int, Sequence[tuple[int, str]]]:
        """The comments in the block: by its row, the column and the text of each."""
        found: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in () if self.places else self.sheet.marks.comments.items():
            if self.top <= row < self.top + len(self.rows) and column >= self.left:
                found.setdefault(row - self.top, []).append((column - self.left, text))
        return found


def blocks_of(sheet: Sheet, kinds: Iterable[TableKind]) -> list[Block]:
    """The blocks of a sheet, from above, those beside each other from the left."""
    known = _Headings(tuple(kinds))
    if not sheet.rows:
        return []
    if form := form_of(sheet, known):
        return [Block(sheet, form.rows, above=form.titles, places=form.places)]
    return [*_tables(_with_whole_days(sheet), known)]


_PARTS = ["年", "月", "日"]
_HEAD_WITHIN = 30


def _with_whole_days(sheet: Sheet) -> Sheet:
    """The sheet with each day whole where year, month and day have a column each."""
    for head, row in enumerate(sheet.rows[:_HEAD_WITHIN]):
        titles = [plain(cell) for cell in row]
        for place in range(len(titles) - 2):
            if titles[place : place + 3] == _PARTS:
                rows = [*sheet.rows[:head], _day_at(row, place, "日期")]
                for below in sheet.rows[head + 1 :]:
                    parts = [plain(cell) for cell in below[place : place + 3]]
                    whole = all(part.isdigit() for part in parts) and len(parts) == 3
                    rows.append(_day_at(below, place, "-".join(parts)) if whole else below)
                return replace(sheet, rows=rows)
    return sheet


def _day_at(row: Sequence[Cell], place: int, day: str) -> Sequence[Cell]:
    return [*row[:place], "", "", day, *row[place + 3 :]]


class _Headings:
    """Which words head something, of any kind of table."""

    def __init__(self, kinds: tuple[TableKind, ...]) -> None:
        self._kinds = kinds
        self._seen: dict[str, frozenset[tuple[str, str]]] = {}

    def fields(self, text: str) -> frozenset[tuple[str, str]]:
        """The fields, each with its kind, that a word heads."""
        found = self._seen.get(text)
        if found is None:
            may = len(text) < 40 and len(LETTERS.intersection(text)) * 2 > len(text)
            fits = ((kind.name, meant(text, kind)) for kind in self._kinds) if may else ()
            found = self._seen[text] = frozenset((name, fit.field) for name, fit in fits if fit)
        return found

    def best(self, titles: Iterable[str]) -> int:
        """How many of the words head something of the kind that knows most of them."""
        counts: dict[str, set[str]] = {}
        for title in titles:
            for kind, name in self.fields(title):
                counts.setdefault(kind, set()).add(name)
        return max(map(len, counts.values()), default=0)

    def enough(self, titles: Iterable[str]) -> bool:
        """Whether the words head all that some kind of table needs."""
        found: dict[str, set[str]] = {}
        for title in titles:
            for kind, name in self.fields(title):
                found.setdefault(kind, set()).add(name)
        return any(all(found.get(kind.name, set()) & set(group) for group in kind.needed) for kind in self._kinds)


# -- tables ------------------------------------------------------------------------------------------------------

_FIGURES = re.compile(r"\d[\d\s:.\-/]{3,}")
_NOT_TITLES = (float, int, date, datetime, time)


def _heads(row: Sequence[Cell], known: _Headings) -> bool:
    """Whether a row, surely, heads a table: nearly all of its cells are words that head something."""
    titles = []
    for cell in row:
        if type(cell) is str:
            if cell and not cell.isspace():
                if len(cell) > 30 or _FIGURES.search(cell):
                    return False
                titles.append(cell.strip())
        elif isinstance(cell, _NOT_TITLES):
            return False
        if len(titles) == 2 and not known.fields(titles[0]) and not known.fields(titles[1]):
            return False
    if len(titles) < 3:
        return False
    found = known.best(titles)
    return found >= 3 and found * 10 >= len({*titles}) * 6


def _tables(sheet: Sheet, known: _Headings) -> Iterator[Block]:
    rows = sheet.rows
    heads = _groups([index for index, row in enumerate(rows) if _heads(row, known)], rows)
    starts = [0]
    for head in heads[1:]:
        starts.append(_title_of(rows, head, starts[-1]))
    above: list[str] = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(rows)
        first = heads[number] if heads else None
        yield from _beside(sheet, start, end, first, above, known)
        if number == 0 and first:
            above = [text for row in rows[:first] if (text := _alone(row))]


def _groups(heads: list[int], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """The heads that begin a table: not the second row of a header, and not a header that only comes once more."""
    found: list[int] = []
    last: tuple[str, ...] = ()
    for index in heads:
        titles = tuple(bare(cell) for cell in rows[index])
        if titles != last and not (found and index == found[-1] + 1):
            found.append(index)
        last = titles
    return found


def _alone(row: Sequence[Cell]) -> str:
    """The text of a row that holds nothing else."""
    texts = [text for cell in row if (text := plain(cell))]
    return texts[0] if len(texts) == 1 else ""


def _title_of(rows: Sequence[Sequence[Cell]], head: int, after: int) -> int:
    """The first of the lines right above a header that are its title: each with a text alone, blank ones between."""
    start = head
    for index in range(head - 1, max(head - TITLES_WITHIN, after), -1):
        filled = [cell for cell in rows[index] if plain(cell)]
        if len(filled) > 1:
            break
        if filled:
            start = index
    return start


def _beside(
    sheet: Sheet, start: int, end: int, head: int | None, above: Sequence[str], known: _Headings
) -> Iterator[Block]:
    """The tables that stand beside each other in some rows of a sheet."""
    rows = sheet.rows[start:end]
    spans = _spans(rows, head - start, known) if head is not None else []
    if len(spans) < 2:
        whole = start == 0 and end == len(sheet.rows)
        merges = sheet.merges if start == 0 else _within(sheet.merges, start, end, 0, None)
        yield Block(sheet, sheet.rows if whole else rows, merges, start, 0, above)
        return
    assert head is not None
    titles = [text for row in rows[: head - start] if (text := _alone(row))]
    for left, right in spans:
        part = [row[left:right] for row in rows]
        yield Block(
            sheet,
            part,
            _within(sheet.merges, start, end, left, right),
            start,
            left,
            [*above, *(titles if left else ())],
        )


def _spans(rows: Sequence[Sequence[Cell]], head: int, known: _Headings) -> list[tuple[int, int]]:
    """From which to which column each table beside another reaches; empty where there is just one."""
    titles = [plain(cell) for cell in rows[head]]
    filled = {index for index, title in enumerate(titles) if title}
    gaps = [
        column for column in range(1, len(titles))
        if column not in filled and all(column >= len(row) or not plain(row[column]) for row in rows)
    ]  # fmt: skip
    parts = _parts(titles, gaps)
    if len(parts) == 1:
        parts = _repeated(titles)
    if len(parts) < 2:
        return []
    spans = [(left, right) for left, right in parts if any(titles[left:right])]
    first = spans[0]
    kept = [first]
    for span in spans[1:]:
        if _heads(rows[head][slice(*span)], known) or not _aligned(rows[head + 1 :], first, span):
            kept.append(span)
        else:
            kept[-1] = (kept[-1][0], span[1])
    return kept if len(kept) > 1 else []


def _parts(titles: Sequence[str], gaps: Sequence[int]) -> list[tuple[int, int]]:
    ends = [*gaps, len(titles)]
    starts = [0, *(gap + 1 for gap in gaps)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _repeated(titles: Sequence[str]) -> list[tuple[int, int]]:
    """The parts of a header that says the same several times over."""
    names = [bare(title) for title in titles]
    while names and not names[-1]:
        names.pop()
    for period in range(3, len(names) // 2 + 1):
        if len(names) % period == 0 and all(name == names[index % period] for index, name in enumerate(names)):
            return [(start, start + period) for start in range(0, len(names), period)]
    return [(0, len(titles))]


def _aligned(rows: Sequence[Sequence[Cell]], first: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether columns behind a gap belong to the rows before it: where these hold something, those mostly do."""
    filled = [row for row in rows if any(plain(cell) for cell in row[slice(*first)])]
    both = sum(1 for row in filled if any(plain(cell) for cell in row[slice(*other)]))
    alone = sum(
        1 for row in rows
        if any(plain(cell) for cell in row[slice(*other)]) and not any(plain(cell) for cell in row[slice(*first)])
    )  # fmt: skip
    return both >= _ALIGNED * len(filled) and not alone


def _within(merges: Sequence[Merge], top: int, bottom: int, left: int, right: int | None) -> list[Merge]:
    return [
        ((r1 - top, c1 - left), (r2 - top, c2 - left))
        for (r1, c1), (r2, c2) in merges
        if top <= r1 and r2 < bottom and left <= c1 and (right is None or c2 < right)
    ]
