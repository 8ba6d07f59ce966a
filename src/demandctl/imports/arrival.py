"""What an import came to: the account that is kept while it runs, and how it is told.

Nothing that a file holds is dropped in silence: what was not taken is named here, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from demandctl.imports.columns import letters
from demandctl.imports.files.sheet import Sheet
from demandctl.imports.problems import Problem
from demandctl.imports.record import Frame
from demandctl.imports.source import Other, Source
from demandctl.imports.tables import Table

_UNTOLD = ("", "computed", "seq", "ticked", "ignored")
_NO_TABLE = re.compile("汇总|统计|说明|目录|封面|选项|示例|模板|字典|透视")
_SHOWN = 5


class LeftLine(NamedTuple):
    """A line of a file that was not taken as a record, or a cell's comment that belongs to none."""

    sheet: str
    row: int
    text: str


@dataclass
class Arrival:
    """What an import came to."""

    tables: list[Table]
    beside: list[Table] = field(default_factory=list)
    """Tables of other kinds that belong to them."""
    read: int = 0
    added: int = 0
    updated: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    customers: int = 0
    contacts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)
    """Headers that are no field of ours, with how many of their cells are kept in 备注."""
    left: list[LeftLine] = field(default_factory=list)
    rows: dict[str, set[int]] = field(default_factory=dict)
    """The rows of each sheet that were read as records."""
    first: list[dict[str, str]] = field(default_factory=list)
    """The first records, as they would stand in the ledger."""
    bad_file: Path | None = None

    @property
    def unknown(self) -> list[str]:
        """The headers that are no field of ours, each once."""
        return list(dict.fromkeys(title for table in self.tables for title in table.unknown))

    @property
    def sheets(self) -> list[str]:
        """The sheets that were read, in their order."""
        return list(dict.fromkeys(table.sheet for table in self.tables))

    def as_json(self) -> dict[str, object]:
        """The answer of ``--json``."""
        return {
            "read": self.read, "added": self.added, "updated": self.updated, "skipped": self.skipped,
            "problems": [{name: value for name, value in problem._asdict().items() if name != "field"}
                         for problem in self.problems],
            "unknown": self.unknown, "sheets": self.sheets, "customers_added": self.customers,
            "contacts_added": self.contacts,
            "headers": {c.title: c.field for t in self.tables for c in t.columns if c.field not in _UNTOLD},
            "notes": self.notes, "problems_file": str(self.bad_file) if self.bad_file else None,
            "kept": self.kept, "left_out": [line._asdict() for line in self.left], "first": self.first,
        }  # fmt: skip


def tell(arrival: Arrival, source: Source, frame: Frame, others: Sequence[Other]) -> None:
    """Note down all that the user should know of: what was guessed, what was not read, what was left."""
    several = len(source.book.sheets) > 1
    arrival.left = [*_left(arrival), *_comments(arrival, source)]
    remarks = [f"{text}：{_places(where, several)}" for text, where in frame.remarks.items()]
    own = any(table.own for table in arrival.tables)
    arrival.notes = [
        *_guessed(arrival), *_unread(others, own), *_hidden(source), *remarks, *arrival.notes,
        *_carried(arrival, several), *_titles(arrival), *_lines(arrival, several),
        *_marks(arrival, source.book.sheets),
    ]  # fmt: skip


def _places(where: Sequence[tuple[str, int]], several: bool) -> str:
    """``第 3、5 行``, of each sheet where there are several."""
    by_sheet: dict[str, list[int]] = {}
    for sheet, row in where:
        by_sheet.setdefault(sheet, []).append(row)
    return "；".join(
        f"{f'{sheet} ' if several and sheet else ''}第 {'、'.join(map(str, rows[:_MOST_ROWS]))} 行"
        + (f"等 {len(rows)} 行" if len(rows) > _MOST_ROWS else "")
        for sheet, rows in by_sheet.items()
    )


_MOST_ROWS = 12


def _guessed(arrival: Arrival) -> list[str]:
    """Columns that only their cells told."""
    told = {(c.title, t.kind.label(c.field)) for t in arrival.tables for c in t.columns if c.title in t.guesses}
    return [f"列“{title}”的表头认不出，按内容当作{name}；不对就加 --map '{title}=备注'" for title, name in sorted(told)]


def _unread(others: Sequence[Other], own: bool) -> list[str]:
    """Parts of the file that were not read: what looks like a table, and the names of the rest."""
    found: list[str] = []
    plain_sheets: list[str] = []
    for block, kind, header in others:
        titles = [title for title in header if title]
        if _NO_TABLE.search(block.name) or (kind is None and len(titles) < 3):
            plain_sheets += [block.name] if any(any(row) for row in block.rows) else []
            continue
        where = f"工作表“{block.name}”" if block.name else "文件"
        where += f"第 {block.number(0)} 行起" if block.top or block.left else ""
        why = f"像是{kind.noun}，用 demandctl import {kind.name} 收" if kind else "表头认不全"
        found.append(f"{where}没有读，{why}：{'、'.join(titles[:12])}")
    if plain_sheets and not own:
        found.append(f"没有表格、没有读的工作表：{'、'.join(dict.fromkeys(plain_sheets))}")
    return found


def _hidden(source: Source) -> list[str]:
    return [f"隐藏的工作表“{name}”没有读；要读，加 --sheet '{name}'" for name in source.book.hidden]


def _carried(arrival: Arrival, several: bool) -> list[str]:
    where = [(table.sheet, row) for table in arrival.tables for row in table.carried]
    return [f"没有写客户，按上一行的客户：{_places(where, several)}"] if where else []


def _titles(arrival: Arrival) -> list[str]:
    """What stands above the tables of others: years, months and kinds are taken from it, no more."""
    lines = [line for table in arrival.tables if not table.own for line in table.title.split("\n") if line]
    return [f"表头上面的字只取年月和类型：{'；'.join(dict.fromkeys(lines))}"] if lines else []


def _left(arrival: Arrival) -> Iterator[LeftLine]:
    for table in [*arrival.tables, *arrival.beside]:
        for number, text in table.left.items():
            yield LeftLine(table.sheet, number, text)


def _lines(arrival: Arrival, several: bool) -> list[str]:
    """Lines in and under the tables of others that are no records."""
    own = {table.sheet for table in arrival.tables if table.own}
    lines = [line for line in arrival.left if line.sheet not in own]
    if not lines:
        return []
    told = "；".join(
        f"{f'{line.sheet} ' if several else ''}第 {line.row} 行 {line.text[:40]}" for line in lines[:_SHOWN]
    )
    more = f"，另有 {len(lines) - _SHOWN} 行" if len(lines) > _SHOWN else ""
    return [f"没有当作记录的行：{told}{more}"]


def _comments(arrival: Arrival, source: Source) -> Iterator[LeftLine]:
    """Comments on cells of no record: those of records are in 备注."""
    for sheet in source.book.sheets:
        rows = arrival.rows.get(sheet.name, set())
        for (row, column), text in sheet.marks.comments.items():
            if row + 1 not in rows:
                yield LeftLine(sheet.name, row + 1, f"批注 {letters(column)}{row + 1}：{text}")


def _marks(arrival: Arrival, sheets: Iterable[Sheet]) -> list[str]:
    """Colours, which are told and not read, and hidden rows and columns, which are read all the same."""
    found: list[str] = []
    for sheet in sheets:
        rows = arrival.rows.get(sheet.name, set())
        if not rows:
            continue
        name = f"工作表“{sheet.name}”" if sheet.name else ""
        hidden = sorted(row + 1 for row in sheet.marks.hidden_rows if row + 1 in rows)
        columns = sorted(sheet.marks.hidden_columns)
        if hidden or columns:
            parts = [_numbers(hidden), "、".join(map(letters, columns[:_MOST_ROWS])) + " 列" if columns else ""]
            found.append(f"{name}隐藏的{'、'.join(filter(None, parts))}也读了")
        found += [f"{name}{text}" for text in _coloured(sheet.marks.colours, rows)]
    return found


def _numbers(rows: Sequence[int]) -> str:
    told = f"第 {'、'.join(map(str, rows[:_MOST_ROWS]))} 行" if rows else ""
    return told + (f"等 {len(rows)} 行" if len(rows) > _MOST_ROWS else "")


def _coloured(colours: Mapping[tuple[int, int], str], rows: set[int]) -> list[str]:
    """Which rows have a colour that the others have not."""
    by_colour: dict[str, set[int]] = {}
    for (row, _), word in colours.items():
        if row + 1 in rows:
            by_colour.setdefault(word, set()).add(row + 1)
    told = {word: sorted(found) for word, found in by_colour.items() if len(found) < len(rows) * 0.45 or len(rows) < 3}
    return [f"{word}的格子没有读出意思：{_numbers(found)}" for word, found in sorted(told.items())]
