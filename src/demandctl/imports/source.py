"""A file that is being imported: its sheets, the tables in them, and what the user said its headers mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demandctl.errors import Refused, UsageError
from demandctl.imports.bulk import insert, sql
from demandctl.imports.files.read import read_workbook
from demandctl.imports.files.sheet import Sheet
from demandctl.imports.finding import find_table, nearest_header, signature
from demandctl.imports.headers import bare, fit
from demandctl.imports.kind import TableKind
from demandctl.imports.record import Frame
from demandctl.imports.tables import Table, header_of
from demandctl.store.work import Work

MAPPING_KEY = "mapping"
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""


@dataclass(frozen=True)
class Source:
    """A file that is being imported: its sheets, what was asked for, and how to tell how far it is."""

    path: Path
    sheets: Sequence[Sheet]
    mapping: Mapping[str, str]
    progress: Progress

    def tables(self, work: Work, kind: TableKind, frame: Frame) -> dict[TableKind, list[Table]]:
        """The tables of a kind, and those beside it, in the order of the sheets: a sheet is that of the kind whose
        header it makes most sense of."""
        kinds = (kind, *kind.beside)
        remembered = {each: _remembered(work, each) for each in kinds}
        found: dict[TableKind, list[Table]] = {each: [] for each in kinds}
        for sheet in self.sheets:
            tables = [
                table
                for each in kinds
                if (table := find_table(sheet, each, frame.today, self.path.stem, self.mapping, remembered[each]))
            ]
            best = max(map(_known, tables), default=0)
            fitting = [table for table in tables if _known(table) == best]
            if len(fitting) == 1:
                found[fitting[0].kind].append(fitting[0])
        return found


def _known(table: Table) -> int:
    """How many columns a kind of table makes sense of."""
    return sum(1 for column in table.columns if column.field)


def required(found: Sequence[Table], source: Source, kind: TableKind) -> list[Table]:
    """The tables of the kind that was asked for; Refused with what was seen instead when there is none."""
    if found:
        return [*found]
    seen = max((nearest_header(sheet) for sheet in source.sheets), key=len, default=[])
    listed = f"看到的列：{'、'.join(seen[:12])}" if seen else "文件里没有内容"
    raise Refused(
        f"{source.path.name} 里没有找到{kind.noun}的表头。{listed}",
        f'列名不同的，告诉程序各是什么：--map "列名=字段"，必需的字段：{kind.asked}',
    )


# -- what the user said of headers -------------------------------------------------------------------------------


def parse_mapping(texts: Sequence[str], kind: TableKind) -> dict[str, str]:
    """``列名=field`` as typed; the field by its name or by a header we know, ``note`` to keep it in 备注."""
    found: dict[str, str] = {}
    for text in texts:
        title, sign, name = text.rpartition("=")
        name = name.strip()
        known = fit(bare(name), kind)
        wanted = name if name in kind.fields else known.field if known and known.field in kind.fields else ""
        if not sign or not title.strip() or not wanted:
            raise UsageError(
                f"--map “{text}”看不懂",
                f'写成 --map "列名=字段"，字段可以是：{"、".join(name for name in kind.fields if name != "seq")}',
            )
        found[title.strip()] = wanted
    return found


def open_source(path: Path, sheet: str, mapping: Mapping[str, str], progress: Progress) -> Source:
    """Read the file, before a transaction opens."""
    return Source(path, read_workbook(path, sheet), mapping, progress)


def _remembered(work: Work, kind: TableKind) -> dict[str, Mapping[str, str]]:
    """What was said of headers in earlier imports, by ``signature`` of the header row."""
    rows = sql(work, "SELECT key, value FROM ledger WHERE key LIKE ?", (f"{MAPPING_KEY}:{kind.name}:%",))
    return {key.split(":", 2)[2]: json.loads(value) for key, value in rows}


def remember(work: Work, source: Source, tables: Sequence[Table]) -> None:
    """Keep what the user said of these header rows."""
    named = {bare(title): (title, name) for title, name in source.mapping.items()}
    rows = []
    for table in tables:
        titles = header_of(table)
        used = {named[bare(title)][0]: named[bare(title)][1] for title in titles if bare(title) in named}
        if used:
            rows.append((f"{MAPPING_KEY}:{table.kind.name}:{signature(titles)}", json.dumps(used, ensure_ascii=False)))
    insert(
        work,
        "INSERT INTO ledger (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        rows,
    )
