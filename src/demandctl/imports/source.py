"""Importing: what every kind of file goes through.

A file is read whole before anything is written. One bad row stops all of it, unless bad rows are to be left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandctl.errors import Refused, UsageError
from demandctl.imports.files.read import read_workbook
from demandctl.imports.files.workbook import Sheet
from demandctl.imports.headers import TABLES, meant
from demandctl.imports.newcomers import Clash, insert, sql
from demandctl.imports.problems import BadRow, Problem, by_row, write_problems
from demandctl.imports.record import Frame
from demandctl.imports.tables import Row, Table, find_table, header_of, nearest_header, signature
from demandctl.store.work import Work

MAPPING_KEY = "mapping"
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""


_UNTOLD = ("", "computed", "seq")


@dataclass
class Arrival:
    """What an import came to."""

    read: int = 0
    added: int = 0
    updated: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    customers: int = 0
    contacts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad_file: Path | None = None
    tables: list[Table] = field(default_factory=list)
    beside: list[Table] = field(default_factory=list)
    """Tables of follow-ups and assignments on sheets of their own."""

    def as_json(self) -> dict[str, Any]:
        """The answer of ``--json``."""
        return {
            "read": self.read, "added": self.added, "updated": self.updated, "skipped": self.skipped,
            "problems": [problem._asdict() for problem in self.problems], "unknown": self.unknown,
            "sheets": self.sheets, "customers_added": self.customers, "contacts_added": self.contacts,
            "headers": {c.title: c.field for t in self.tables for c in t.columns if c.field not in _UNTOLD},
            "notes": self.notes, "problems_file": str(self.bad_file) if self.bad_file else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A file that is being imported: its sheets, what was asked for, and how to tell how far it is."""

    path: Path
    sheets: Sequence[Sheet]
    mapping: Mapping[str, str]
    remembered: Mapping[str, Mapping[str, str]]
    progress: Progress

    def tables(self, what: str, frame: Frame, *beside: str) -> list[Table]:
        """The tables of a kind, in the order of the sheets; a sheet that heads another kind better is that one's."""
        found: list[Table] = []
        for sheet in self.sheets:
            table = self._table(sheet, what, frame)
            others = [self._table(sheet, other, frame) for other in beside] if table else []
            if table and all(other is None or _known(other) < _known(table) for other in others):
                found.append(table)
        return found

    def _table(self, sheet: Sheet, what: str, frame: Frame) -> Table | None:
        return find_table(sheet, what, frame.today, self.path.stem, self.mapping, self.remembered)


def _known(table: Table) -> int:
    """How many columns a kind of table makes sense of."""
    return sum(1 for column in table.columns if column.field)


def parse_mapping(texts: Sequence[str], what: str) -> dict[str, str]:
    """``列名=field`` as typed; the field by its name or by a header we know, ``note`` to keep it in 备注."""
    from demandctl.imports.headers import bare, fit

    found: dict[str, str] = {}
    for text in texts:
        title, sign, name = text.rpartition("=")
        name = name.strip()
        known = fit(bare(name), what)
        wanted = name if name in TABLES[what] else known.field if known and known.field in TABLES[what] else ""
        if not sign or not title.strip() or not wanted:
            raise UsageError(
                f"--map “{text}”看不懂",
                f'写成 --map "列名=字段"，字段可以是：{"、".join(n for n in TABLES[what] if n != "seq")}',
            )
        found[title.strip()] = wanted
    return found


def open_source(
    path: Path, sheet: str, mapping: Mapping[str, str], progress: Progress
) -> Callable[[Work, str], Source]:
    """Read the file before the transaction opens; what it returns needs one to know the mappings of earlier imports."""
    sheets = read_workbook(path, sheet)

    def opened(work: Work, what: str) -> Source:
        rows = sql(work, "SELECT key, value FROM ledger WHERE key LIKE ?", (f"{MAPPING_KEY}:{what}:%",))
        remembered = {key.split(":", 2)[2]: json.loads(value) for key, value in rows}
        return Source(path, sheets, mapping, remembered, progress)

    return opened


def required_tables(source: Source, what: str, frame: Frame) -> list[Table]:
    """The tables of a kind; Refused with what was seen instead when there is none."""
    tables = source.tables(what, frame, *SIDE_SHEETS.get(what, ()))
    if tables:
        return tables
    seen = max((nearest_header(sheet) for sheet in source.sheets), key=len, default=[])
    listed = f"看到的列：{'、'.join(seen[:12])}" if seen else "文件里没有内容"
    raise Refused(
        f"{source.path.name} 里没有找到{NAMES[what]}的表头。{listed}",
        f'列名不同的，告诉程序各是什么：--map "列名=字段"，必需的字段：{NEEDED_FIELDS[what]}',
    )


def arrive(work: Work, source: Source, what: str) -> tuple[Frame, Arrival]:
    """Find the tables of a kind; what reads their rows, and the account that is kept of it."""
    frame = Frame(work.now, work.calendar)
    tables = required_tables(source, what, frame)
    arrival = Arrival(tables=tables, unknown=unknown_of(tables), sheets=[table.sheet.name for table in tables])
    arrival.notes = [*guessed(arrival), *unread(source, what, arrival)]
    return frame, arrival


_NO_TABLE = re.compile("汇总|统计|说明|目录|封面|选项|示例|模板|字典|透视")


def unread(source: Source, what: str, arrival: Arrival) -> list[str]:
    """What to say of sheets that look like a table of this kind and whose header was not understood."""
    taken = {table.sheet.name for table in [*arrival.tables, *arrival.beside]}
    found: list[str] = []
    for sheet in source.sheets:
        titles = [] if sheet.name in taken or _NO_TABLE.search(sheet.name) else nearest_header(sheet)
        if len({fit.field for title in titles if (fit := meant(title, what)) and fit.field != "computed"}) > 2:
            found.append(f"工作表“{sheet.name}”没有读，表头认不全：{'、'.join(titles[:12])}")
    return found


_CALLED = {"content": "需求内容", "customer": "客户姓名", "name": "姓名", "phone": "电话", "kind": "需求类型"}


def guessed(arrival: Arrival) -> list[str]:
    """What to say of columns that only their cells told."""
    told = {(c.title, c.field) for table in arrival.tables for c in table.columns if c.title in table.guesses}
    return [
        f"列“{title}”的表头认不出，按内容当作{_CALLED[name]}；不对就加 --map '{title}=备注'"
        for title, name in sorted(told)
    ]


def rows_of(arrival: Arrival) -> Iterator[tuple[Row, Table]]:
    """The rows of all tables, each with its table, counted as they are read."""
    for table in arrival.tables:
        for row in table.rows():
            arrival.read += 1
            yield row, table


def clashing(row: Row, table: Table, person: Mapping[str, Any], why: Clash) -> Problem:
    """The problem of a row whose customer cannot be told."""
    return Problem(row.sheet, row.number, table.titled(why.field), str(person.get(why.field, "")), str(why))


def settle(work: Work, source: Source, what: str, arrival: Arrival) -> Arrival:
    """Remember the headers that were told and say what came of it."""
    remember(work, source, what, arrival.tables)
    work.describe(f"导入{NAMES[what]} {source.path.name}：新增 {arrival.added}，更新 {arrival.updated}")
    return arrival


SIDE_SHEETS = {"demands": ("follow-ups", "assignments")}
"""Kinds of tables that stand on sheets of their own in the same workbook."""

NAMES = {"demands": "需求", "revisits": "回访", "customers": "客户", "contacts": "通讯录"}
NEEDED_FIELDS = {
    "demands": "content、customer、raised、kind", "revisits": "customer、visited", "customers": "name、phone",
    "contacts": "name、role",
}  # fmt: skip


def remember(work: Work, source: Source, what: str, tables: Sequence[Table]) -> None:
    """Keep the mapping that the user confirmed for this header row."""
    from demandctl.imports.headers import bare

    named = {bare(title): (title, name) for title, name in source.mapping.items()}
    rows = []
    for table in tables:
        titles = header_of(table)
        used = {named[bare(title)][0]: named[bare(title)][1] for title in titles if bare(title) in named}
        if used:
            rows.append((f"{MAPPING_KEY}:{what}:{signature(titles)}", json.dumps(used, ensure_ascii=False)))
    insert(
        work,
        "INSERT INTO ledger (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        rows,
    )


def unknown_of(tables: Sequence[Table]) -> list[str]:
    """The headers that are no field of ours, each once."""
    return list(dict.fromkeys(title for table in tables for title in table.unknown))


def leave_out(path: Path, arrival: Arrival) -> None:
    """Write the bad rows beside the file, each with its reasons."""
    reasons = by_row(arrival.problems)
    tables = {table.sheet.name: table for table in [*arrival.tables, *arrival.beside]}
    rows = [
        BadRow(sheet, number, header_of(tables[sheet]), tables[sheet].sheet.rows[number - 1], reason)
        for (sheet, number), reason in sorted(reasons.items())
        if sheet in tables and 0 < number <= len(tables[sheet].sheet.rows)
    ]
    arrival.bad_file = write_problems(path, rows)
