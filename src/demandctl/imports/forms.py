"""Forms: a label, and what was written beside it; one a sheet, or several under one another. And turned tables.

A form becomes a table of its labels, a row a form, so that all that reads tables reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from demandctl.imports.cells import plain
from demandctl.imports.files.sheet import Cell, Sheet
from demandctl.imports.headers import bare

_SAMPLE = 60
"""So many rows tell whether a sheet is a form."""
_ROWS, _FIELDS = 3, 4
"""So many labels that we know, in so many rows, make a sheet a form."""
_LONGEST = 16
_INSIDE = re.compile(r"([^：:\n]{1,16}?)\s*[：:]\s*(.*)", re.DOTALL)
_APART = re.compile(r"[ \t　]{2,}|\n|\t")
_LINE = re.compile(r"[_＿﹍]{2,}")
_UNSIGNED = re.compile(r"(?:(?:签名|签字|盖章|日期|时间)\s*[：:]?\s*)?(?:年\s*月\s*日?)?")
_SIGNED = re.compile(r"(?:签名|签字)\s*[：:]\s*(.*?)\s*日期\s*[：:]\s*(.*)", re.DOTALL)


class Headings(Protocol):
    """Which words head something."""

    def fields(self, text: str) -> frozenset[tuple[str, str]]:
        """The fields, each with its kind, that a word heads."""

    def best(self, titles: Sequence[str]) -> int:
        """How many of the words head something of the kind that knows most of them."""

    def enough(self, titles: Sequence[str]) -> bool:
        """Whether the words head all that some kind of table needs."""


class Form(NamedTuple):
    """Forms as a table: the header, its records, and the rows of the sheet where each of these begins."""

    rows: Sequence[Sequence[Cell]]
    places: Sequence[int]
    titles: Sequence[str]


class _Pair(NamedTuple):
    row: int
    label: str
    value: Cell


def form_of(sheet: Sheet, known: Headings) -> Form | None:
    """The forms of a sheet; None where it holds none."""
    if not _may_be(replace(sheet, rows=sheet.rows[:_SAMPLE]), known):
        return None
    reading = _FormReading(sheet, known)
    return reading.turned() or _as_table(*reading.pairs(), known)


def _may_be(sheet: Sheet, known: Headings) -> bool:
    """Whether labels that we know stand all over a sheet, each before a value."""
    reading = _FormReading(sheet, known)
    if reading.turned():
        return True
    pairs, _ = reading.pairs()
    told = [pair for pair in pairs if known.fields(pair.label)]
    labels = [pair.label for pair in told]
    # Where nothing is written, as in the line for signatures, nothing is told of a form.
    rows = {pair.row for pair in told if plain(pair.value).strip("年月日 　")}
    if known.best(labels) < _FIELDS or not known.enough(labels) or len(rows) < _ROWS:
        return False
    return len(told) * 2 >= len(pairs)


def _as_table(pairs: Sequence[_Pair], loose: Sequence[str], known: Headings) -> Form:
    """A record for each form: a new one begins where the first label comes again."""
    first = next(bare(pair.label) for pair in pairs if known.fields(pair.label))
    records: list[list[_Pair]] = [[]]
    seen = False
    for pair in pairs:
        if bare(pair.label) == first:
            if seen:
                records.append([])
            seen = True
        records[-1].append(pair)
    columns: dict[tuple[str, int], str] = {}
    made: list[dict[tuple[str, int], Cell]] = []
    for record in records:
        cells: dict[tuple[str, int], Cell] = {}
        for pair in record:
            key = next(key for n in range(99) if (key := (bare(pair.label), n)) not in cells)
            columns.setdefault(key, pair.label)
            cells[key] = pair.value
        made.append(cells)
    rows: list[list[Cell]] = [[*columns.values()], *([cells.get(key, "") for key in columns] for cells in made)]
    return Form(rows, [pairs[0].row, *(record[0].row for record in records)], loose)


class _FormReading:
    """One sheet, looked at for labels."""

    def __init__(self, sheet: Sheet, known: Headings) -> None:
        self._rows, self._known = sheet.rows, known
        self._ends = {first: last[1] for first, last in sheet.merges if last[1] > first[1]}

    def turned(self) -> Form | None:
        """A table that lies on its side: labels down the first column, a record in each column to the right."""
        labels = [(index, place, text) for index, row in enumerate(self._rows) if (found := _first(row))
                  for place, text in [found]]  # fmt: skip
        left = min((place for _, place, text in labels if self._known.fields(text)), default=0)
        told = [(index, text) for index, place, text in labels if place == left and self._known.fields(text)]
        values = {index: [column for column, cell in enumerate(self._rows[index]) if column > left and plain(cell)]
                  for index, _ in told}  # fmt: skip
        wide = [index for index, columns in values.items() if len(columns) > 1 and not self._labelled(index, columns)]
        if self._known.best([text for index, text in told if index in wide]) < _FIELDS or len(wide) * 2 < len(told):
            return None
        lines = [(index, plain(self._rows[index][left])) for index, place, _ in labels
                 if place == left and any(plain(cell) for cell in self._rows[index][left + 1 :])]  # fmt: skip
        reach = sorted({column for index, _ in lines for column, cell in enumerate(self._rows[index])
                        if column > left and plain(cell)})  # fmt: skip
        rows: list[list[Cell]] = [[text for _, text in lines]]
        for column in reach:
            rows.append([row[column] if column < len(row := self._rows[index]) else "" for index, _ in lines])
        kept = {index for index, _ in lines}
        titles = [text for index, _, text in labels if index not in kept]
        return Form(rows, [lines[0][0]] * len(rows), titles)

    def _labelled(self, index: int, columns: Sequence[int]) -> bool:
        return any(self._known.fields(plain(self._rows[index][column])) for column in columns)

    def pairs(self) -> tuple[list[_Pair], list[str]]:
        """Labels with their values, and the lines that are neither."""
        found: list[_Pair] = []
        loose: list[str] = []
        index = 0
        while index < len(self._rows):
            filled = [(column, plain(cell)) for column, cell in enumerate(self._rows[index]) if plain(cell)]
            below = self._below(index, filled)
            if below:
                found += below
                index += 2
                continue
            taken = self._line(index, filled)
            if taken:
                found += taken
            else:
                loose += [text for _, text in filled]
            index += 1
        return found, loose

    def _below(self, index: int, filled: Sequence[tuple[int, str]]) -> list[_Pair]:
        """A row of labels over a row of their values; a lone label over a lone text."""
        if index + 1 >= len(self._rows) or not filled or not all(self._known.fields(text) for _, text in filled):
            return []
        under = {column: cell for column, cell in enumerate(self._rows[index + 1]) if plain(cell)}
        columns = [column for column, _ in filled]
        adjacent = len(filled) > 2 and columns == list(range(columns[0], columns[0] + len(columns)))
        if not (adjacent or len(filled) == 1) or len(under) * 2 < len(filled) or not set(under) <= set(columns):
            return []
        if self._labels_among(under) or (len(filled) > 1 and self._goes_on(index + 2, columns)):
            return []
        return [_Pair(index, text, under.get(column, "")) for column, text in filled]

    def _labels_among(self, cells: Mapping[int, Cell]) -> bool:
        """Whether any of the cells is a label, or holds one."""
        return any(self._known.fields(plain(cell)) or _INSIDE.fullmatch(plain(cell)) for cell in cells.values())

    def _goes_on(self, index: int, columns: Sequence[int]) -> bool:
        """Whether a row is one more record under the same labels: then they head a table."""
        if index >= len(self._rows):
            return False
        cells = {column: cell for column, cell in enumerate(self._rows[index]) if plain(cell)}
        return len(cells) > 1 and set(cells) <= set(columns) and not self._labels_among(cells)

    def _line(self, index: int, filled: Sequence[tuple[int, str]]) -> list[_Pair]:
        """The pairs of a row, from the left: a label, what stands right of it, the next label."""
        if self._heads(filled):
            return []
        found: list[_Pair] = []
        rest = list(filled)
        while rest:
            column, text = rest.pop(0)
            if inside := [*_inside(text)]:
                found += [_Pair(index, label, value) for label, value in inside]
                continue
            label = text.rstrip("：: ")
            if len(label) > _LONGEST or (len(filled) == 1 and not self._known.fields(label)):
                return []
            following = self._ends.get((index, column), column) + 1
            value: Cell = ""
            if rest and (rest[0][0] == following or not self._known.fields(rest[0][1].rstrip("：: "))):
                value = self._rows[index][rest.pop(0)[0]]
            found += [_Pair(index, name, said) for name, said in self._values(label, value)]
        return found

    def _values(self, label: str, value: Cell) -> Iterator[tuple[str, Cell]]:
        """A label with its value; what a box names on lines of their own, and who signed when, are values too."""
        lines = value.split("\n") if type(value) is str else []
        while len(lines) > 1 and (pair := _INSIDE.fullmatch(lines[-1].strip())) and self._known.fields(pair[1]):
            yield pair[1], _unlined(pair[2])
            lines.pop()
            value = "\n".join(lines)
        yield from _signed(label, value)

    def _heads(self, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether a row heads a table: most of its cells are labels, and no answers."""
        labels = [text for _, text in filled if text not in _ANSWERS and self._known.fields(text)]
        return len(labels) > 2 and len(labels) * 10 >= len(filled) * 6


_ANSWERS = frozenset({
    "电话", "微信", "短信", "上门", "手机", "满意", "不满意", "一般", "是", "否", "有", "无", "售后", "投诉", "建议",
    "咨询", "配件", "整机", "设备",
})  # fmt: skip
"""Words that head a column, and are what is written beside a label as well."""


def _first(row: Sequence[Cell]) -> tuple[int, str] | None:
    return next(((column, text) for column, cell in enumerate(row) if (text := plain(cell))), None)


def _inside(text: str) -> Iterator[tuple[str, str]]:
    """Labels that stand in one cell with their values: 姓名：张三　电话：138…"""
    parts = [part for part in _APART.split(text) if part.strip()]
    pairs = [_INSIDE.fullmatch(part.strip()) for part in parts]
    if not parts or not any(pair and not pair[1].strip().isdigit() for pair in pairs):
        return
    for pair in pairs:
        if pair and not pair[1].strip().isdigit():
            yield pair[1].strip(), _unlined(pair[2])


def _unlined(text: str) -> str:
    """What was written on the line that a form draws."""
    rest = _LINE.sub("", text).strip(" 　")
    return "" if _UNSIGNED.fullmatch(rest) else rest


def _signed(label: str, value: Cell) -> Iterator[tuple[str, Cell]]:
    """A label with its value; a signature that gives a day beside the name gives two."""
    if type(value) is not str:
        yield label, value
        return
    text = _LINE.sub("", value)
    if signed := _SIGNED.fullmatch(text.strip()):
        yield label, signed[1].strip()
        yield f"{label}日期", _unlined(signed[2])
        return
    yield label, _unlined(value) if text != value else value
