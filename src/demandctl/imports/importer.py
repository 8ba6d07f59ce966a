"""What every import goes through: the file is read, its rows compared with the ledger, settled, and told.

A file is read whole before anything is written. One bad row stops all of it, unless bad rows are to be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from demandctl.imports.arrival import Arrival, tell
from demandctl.imports.cells import plain
from demandctl.imports.kind import TableKind
from demandctl.imports.problems import BadRow, BadTable, Problem, by_row, write_problems
from demandctl.imports.record import Frame
from demandctl.imports.rows import rows_of
from demandctl.imports.source import Source, remember, required
from demandctl.imports.tables import Table, TableRow
from demandctl.store import fields
from demandctl.store.values import Columns
from demandctl.store.work import Work

_TOLD_EVERY = 200
_FIRST = 3
"""So many records are shown before they are taken."""


@dataclass(slots=True, kw_only=True)
class Found:
    """A record as the file tells it, before it is compared with the ledger."""

    table: Table
    row: int
    values: Columns
    person: Columns = field(default_factory=dict)
    """Whom it is about, as far as the file says."""
    kept: Sequence[str] = ()
    """The headers that are no field of ours and whose cells are kept in 备注."""


R = TypeVar("R", bound=Found)


def in_words(table: str, values: Columns, zone: tzinfo) -> dict[str, str]:
    """Columns with their values as people say them; blank ones are left out."""
    found: dict[str, str] = {}
    for name, value in values.items():
        column = fields.known(table, name) or fields.known("customer", name)
        if column is None or not column.name or value in ("", None, [], False):
            continue
        if isinstance(value, datetime):
            value = f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if value.tzinfo else plain(value)
        if column.holds is fields.Holds.CONTACTS:
            value = f"{len(value)} 位"
        text = "、".join(value) if isinstance(value, list) else plain(value)
        found[column.name] = fields.label(column, text) or text
    return found


class Importer(Generic[R]):
    """The records of one kind of table on their way into the ledger."""

    kind: ClassVar[TableKind]

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        self.work, self.source, self.frame, self.arrival, self.beside = work, source, frame, arrival, beside

    def records(self, table: Table) -> Iterator[R | None]:
        """The records of a table in its order; None for a row that has a problem."""
        return (self.record(row, table) for row in rows_of(table))

    def record(self, row: TableRow, table: Table) -> R | None:
        """One row as a record; None where something in it is wrong."""
        raise NotImplementedError

    @staticmethod
    def goes_on(row: TableRow) -> bool:
        """Whether a row only adds to the record above it."""
        return False

    def expect(self, found: Sequence[R]) -> None:
        """See all records before the first is taken: the numbers that they bring along, what they say of each other."""

    def take(self, found: R) -> None:
        """Compare one record with the ledger, and settle what becomes of it; nothing is written yet."""
        raise NotImplementedError

    def store(self) -> None:
        """Write what was settled."""
        raise NotImplementedError

    def shown(self, found: R) -> Columns:
        """A record as it would stand, in the words of people."""
        return in_words(self.kind.table, {**found.person, **found.values}, self.work.calendar.zone)

    def problem(self, found: Found, field: str, value: str, message: str) -> None:
        """Note down what is wrong with a record."""
        title = found.table.titled(field)
        self.frame.problems.append(Problem(found.table.sheet, found.row, title, value[:80], message, field))


def bring_in(work: Work, source: Source, importer: type[Importer[R]], *, skip_errors: bool) -> Arrival:
    """Take the tables of a file in. With problems and without *skip_errors* nothing is stored."""
    kind = importer.kind
    frame = Frame(work.now, work.calendar)
    tables = source.tables(work, kind)
    arrival = Arrival(required(tables, source, kind), tables.beside)
    taking = importer(work, source, frame, arrival, arrival.beside)
    found = [*_read(taking, source, arrival)]
    taking.expect(found)
    bad = {(problem.sheet, problem.row) for problem in frame.problems}
    for number, record in enumerate(found):
        if number % _TOLD_EVERY == 0:
            source.progress("写入", number, len(found))
        if (record.table.sheet, record.row) not in bad:
            _take(taking, record, arrival)
    arrival.problems = sorted(frame.problems, key=lambda problem: _place(problem, arrival))
    tell(arrival, source, frame, tables.others)
    if arrival.problems and not skip_errors:
        return arrival
    taking.store()
    remember(work, source, arrival.tables)
    work.describe(
        f"导入{kind.noun} {source.path.name}：新增 {arrival.added}，更新 {arrival.updated}，已有 {arrival.skipped}"
    )
    return arrival


def _take(taking: Importer[R], record: R, arrival: Arrival) -> None:
    """Take one record, and count what of it is kept in 备注."""
    settled = arrival.added + arrival.updated
    taking.take(record)
    if arrival.added + arrival.updated > settled:
        for title in record.kept:
            arrival.kept[title] = arrival.kept.get(title, 0) + 1
        if len(arrival.first) < _FIRST:
            arrival.first.append(taking.shown(record))


def _read(taking: Importer[R], source: Source, arrival: Arrival) -> Iterator[R]:
    """The records of all tables that have no problem, counted as they are read."""
    total = sum(max(len(table.block.rows) - table.head - 1, 0) for table in arrival.tables)
    for table in arrival.tables:
        rows = arrival.rows.setdefault(table.sheet, set())
        for record in taking.records(table):
            arrival.read += 1
            if arrival.read % _TOLD_EVERY == 0:
                source.progress("读取", arrival.read, total)
            if record is not None:
                rows.add(record.row)
                yield record


def _place(problem: Problem, arrival: Arrival) -> tuple[int, int]:
    return (arrival.sheets.index(problem.sheet) if problem.sheet in arrival.sheets else -1, problem.row)


def leave_out(path: Path, importer: type[Importer[Any]], arrival: Arrival) -> None:
    """Write the bad rows beside the file, each with its reasons and with the rows that only go on with it."""
    reasons = by_row(arrival.problems)
    wrong: dict[tuple[str, int], set[str]] = {}
    for problem in arrival.problems:
        wrong.setdefault((problem.sheet, problem.row), set()).add(problem.field)
    tables = [_bad_table(table, importer, reasons, wrong) for table in [*arrival.tables, *arrival.beside]]
    arrival.bad_file = write_problems(path, [table for table in tables if table.rows])


def _bad_table(
    table: Table, importer: type[Importer[Any]], reasons: Mapping[tuple[str, int], str],
    wrong: Mapping[tuple[str, int], set[str]],
) -> BadTable:  # fmt: skip
    places = {column.field: column.place for column in table.columns if column.field}
    rows: list[BadRow] = []
    bad = False
    for row in rows_of(table):
        where = (table.sheet, row.number)
        bad = where in reasons or (bad and importer.goes_on(row))
        if bad:
            marked = frozenset(places[field] for field in wrong.get(where, ()) if field in places)
            rows.append(BadRow(row.number, row.filled, row.sections, marked, reasons.get(where, "接上一行")))
    titles = [line for line in table.title.split("\n") if line]
    return BadTable(table.sheet, titles, table.header(), rows)
