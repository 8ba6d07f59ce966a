"""A file that is being imported: its sheets, the tables in them, and what the user said its headers mean."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from demandctl.errors import Refused, UsageError
from demandctl.imports.blocks import Block, blocks_of
from demandctl.imports.bulk import insert, sql
from demandctl.imports.cells import plain
from demandctl.imports.files.read import read_workbook
from demandctl.imports.files.sheet import Book, Sheet
from demandctl.imports.finding import find_table, nearest_header, signature
from demandctl.imports.headers import bare, fit
from demandctl.imports.kind import TableKind
from demandctl.imports.kinds import KINDS
from demandctl.imports.tables import Table
from demandctl.store.work import Work

MAPPING_KEY = "mapping"
PRINTED = "打印"
"""The sheet of our own workbooks that repeats columns of the one before it, to be printed."""
PRINTED_TITLE = "（打印）"
"""How its title ends."""
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""
_CLEARLY = 2
"""A table that another kind knows so many more columns of is one of that kind."""


class Other(NamedTuple):
    """A block that is not read: what kind of table it seems to be, and the header that it has."""

    block: Block
    kind: TableKind | None
    header: Sequence[str]


@dataclass
class Tables:
    """What a file holds: tables of the kind that was asked for, those that belong to them, and what else there is."""

    asked: list[Table] = field(default_factory=list)
    beside: list[Table] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A file that is being imported: its sheets, what was asked for, and how to tell how far it is."""

    path: Path
    book: Book
    mapping: Mapping[str, str]
    fixed: Mapping[str, str]
    """Fields that the user gave a value for, where the file says nothing."""
    progress: Progress

    def tables(self, work: Work, kind: TableKind) -> Tables:
        """The tables of a file, in the order of the sheets: one that fits several kinds is that which was asked for."""
        found, doubtful = Tables(), list[tuple[Table, Other]]()
        today = work.calendar.local_day(work.now)
        remembered = {each: _remembered(work, each) for each in (kind, *kind.beside)}

        def table(block: Block, each: TableKind) -> Table | None:
            known, fixed = (self.mapping, self.fixed) if each in remembered else ({}, {})
            name = self.path.stem.removesuffix(".problems")
            return find_table(block, each, today, name, known, remembered.get(each, {}), fixed)

        for block in [
            block for sheet in self.book.sheets if not _repeats(sheet) for block in blocks_of(sheet, KINDS.values())
        ]:
            ours = [made for each in (kind, *kind.beside) if (made := table(block, each))]
            best = max(ours, key=lambda made: _fitness(made, kind), default=None)
            strangers = () if best and best.own else KINDS.values()
            others = [made for each in strangers if each not in remembered and (made := table(block, each))]
            rival = max(others, key=_known, default=None)
            other = Other(block, rival.kind if rival else None, rival.header() if rival else nearest_header(block))
            if best is None:
                found.others.append(other)
            elif best.kind is not kind:
                found.beside.append(best)
            elif rival and _known(rival) >= _known(best) + _CLEARLY and not self.mapping:
                doubtful.append((best, other))
            else:
                found.asked.append(best)
        if not found.asked:
            found.asked = [made for made, _ in doubtful]
        else:
            found.others += [other for _, other in doubtful]
        return found


def _repeats(sheet: Sheet) -> bool:
    """Whether a sheet only repeats another of the file, for the printer."""
    title = plain(sheet.rows[0][0]) if sheet.rows and sheet.rows[0] else ""
    return sheet.name.startswith(PRINTED) and title.endswith(PRINTED_TITLE)


def _known(table: Table) -> int:
    """How many columns a kind of table makes sense of."""
    return sum(1 for column in table.columns if column.field)


def _fitness(table: Table, asked: TableKind) -> tuple[int, bool, bool]:
    """How well a kind fits: by its columns, then by the name of the sheet, then because it was asked for."""
    hint = table.kind.hint
    named = bool(hint) and re.search(hint, f"{table.sheet}{table.title}") is not None
    return _known(table), named, table.kind is asked


def required(found: Tables, source: Source, kind: TableKind) -> list[Table]:
    """The tables of the kind that was asked for; Refused with what was seen instead when there is none."""
    if found.asked:
        known = {bare(title) for table in [*found.asked, *found.beside] for title in table.header()}
        for title in source.mapping:
            if bare(title) not in known:
                raise UsageError(f"--map “{title}”：文件里没有这一列", f"有：{'、'.join(found.asked[0].header())}")
        return found.asked
    other = max(found.others, key=lambda other: len(other.header), default=None)
    listed = f"看到的列：{'、'.join(filter(None, other.header[:12]))}" if other and other.header else "文件里没有内容"
    command = (
        f"；像是{other.kind.noun}：demandctl import {other.kind.name} {source.path.name}"
        if other and other.kind
        else ""
    )
    raise Refused(
        f"{source.path.name} 里没有找到{kind.noun}的表头。{listed}",
        f'列名不同的，告诉程序各是什么：--map "列名=字段"，必需的字段：{kind.asked}{command}',
    )


# -- what the user said of headers and fields --------------------------------------------------------------------


def parse_mapping(texts: Sequence[str], kind: TableKind) -> dict[str, str]:
    """``列名=field`` as typed; the field by its name or by a header we know, ``note`` to keep it in 备注."""
    found: dict[str, str] = {}
    for text in texts:
        title, sign, name = text.rpartition("=")
        wanted = _field(name, kind)
        if not sign or not title.strip() or not wanted:
            raise UsageError(f"--map “{text}”看不懂", f'写成 --map "列名=字段"，字段可以是：{_choices(kind)}')
        found[title.strip()] = wanted
    return found


def parse_fixed(texts: Sequence[str], kind: TableKind) -> dict[str, str]:
    """``field=value`` as typed, for all rows that say nothing else; the field by its name or by a header we know."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        wanted = _field(name, kind)
        if not sign or not value.strip() or not wanted:
            raise UsageError(
                f"--set “{text}”看不懂", f"写成 --set 字段=值，如 --set kind=售后；字段可以是：{_choices(kind)}"
            )
        found[wanted] = value.strip()
    return found


def _field(text: str, kind: TableKind) -> str:
    name = text.strip()
    known = fit(bare(name), kind)
    return name if name in kind.fields else known.field if known and known.field in kind.fields else ""


def _choices(kind: TableKind) -> str:
    return "、".join(name for name in kind.fields if name != "seq")


def open_source(
    path: Path, sheet: str, mapping: Mapping[str, str], fixed: Mapping[str, str], progress: Progress
) -> Source:
    """Read the file, before a transaction opens."""
    return Source(path, read_workbook(path, sheet), mapping, fixed, progress)


def _remembered(work: Work, kind: TableKind) -> dict[str, Mapping[str, str]]:
    """What was said of headers in earlier imports, by ``signature`` of the header row."""
    rows = sql(work, "SELECT key, value FROM ledger WHERE key LIKE ?", (f"{MAPPING_KEY}:{kind.name}:%",))
    return {key.split(":", 2)[2]: json.loads(value) for key, value in rows}


def remember(work: Work, source: Source, tables: Sequence[Table]) -> None:
    """Keep what the user said of these header rows."""
    named = {bare(title): (title, name) for title, name in source.mapping.items()}
    rows = []
    for table in tables:
        titles = table.header()
        used = {named[bare(title)][0]: named[bare(title)][1] for title in titles if bare(title) in named}
        if used:
            rows.append((f"{MAPPING_KEY}:{table.kind.name}:{signature(titles)}", json.dumps(used, ensure_ascii=False)))
    insert(
        work,
        "INSERT INTO ledger (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        rows,
    )
