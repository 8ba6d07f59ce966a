"""What every import goes through: the file is read, its rows compared with the ledger, settled, and told.

A file is read whole before anything is written. One bad row stops all of it, unless bad rows are to be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from demandctl.imports.arrival import Arrival, guessed, unread
from demandctl.imports.kind import TableKind
from demandctl.imports.problems import BadRow, Problem, by_row, write_problems
from demandctl.imports.record import Frame
from demandctl.imports.rows import rows_of
from demandctl.imports.source import Source, remember, required
from demandctl.imports.tables import Row, Table, header_of
from demandctl.store.work import Work

_TOLD_EVERY = 200


@dataclass(slots=True, kw_only=True)
class Found:
    """A record as the file tells it, before it is compared with the ledger."""

    table: Table
    row: int
    values: dict[str, Any]
    person: dict[str, Any] = field(default_factory=dict)
    """Whom it is about, as far as the file says."""


R = TypeVar("R", bound=Found)


class Importer(Generic[R]):
    """The records of one kind of table on their way into the ledger."""

    kind: ClassVar[TableKind]

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        self.work, self.source, self.frame, self.arrival, self.beside = work, source, frame, arrival, beside

    def records(self, table: Table) -> Iterator[R | None]:
        """The records of a table in its order; None for a row that has a problem."""
        return (self.record(row, table) for row in rows_of(table))

    def record(self, row: Row, table: Table) -> R | None:
        """One row as a record; None where something in it is wrong."""
        raise NotImplementedError

    def expect(self, found: Sequence[R]) -> None:
        """See all records before the first is taken: the numbers that they bring along, what they say of each other."""

    def take(self, found: R) -> None:
        """Compare one record with the ledger, and settle what becomes of it; nothing is written yet."""
        raise NotImplementedError

    def store(self) -> None:
        """Write what was settled."""
        raise NotImplementedError

    def problem(self, found: Found, field: str, value: str, message: str) -> None:
        """Note down what is wrong with a record."""
        title = found.table.titled(field)
        self.frame.problems.append(Problem(found.table.sheet.name, found.row, title, value[:80], message))


def bring_in(work: Work, source: Source, importer: type[Importer[R]], *, skip_errors: bool) -> Arrival:
    """Take the tables of a file in. With problems and without *skip_errors* nothing is stored."""
    kind = importer.kind
    frame = Frame(work.now, work.calendar)
    tables = source.tables(work, kind, frame)
    arrival = Arrival(required(tables[kind], source, kind), [t for each in kind.beside for t in tables[each]])
    taken = {table.sheet.name for table in [*arrival.tables, *arrival.beside]}
    arrival.notes = [
        *guessed(arrival), *unread({sheet.name: sheet for sheet in source.sheets if sheet.name not in taken}, kind)
    ]  # fmt: skip
    taking = importer(work, source, frame, arrival, arrival.beside)
    found = [*_read(taking, source, arrival)]
    taking.expect(found)
    bad = {(problem.sheet, problem.row) for problem in frame.problems}
    for number, record in enumerate(found):
        if number % _TOLD_EVERY == 0:
            source.progress("写入", number, len(found))
        if (record.table.sheet.name, record.row) not in bad:
            taking.take(record)
    arrival.problems = sorted(frame.problems, key=lambda problem: _place(problem, arrival))
    if arrival.problems and not skip_errors:
        return arrival
    taking.store()
    remember(work, source, arrival.tables)
    work.describe(
        f"导入{kind.noun} {source.path.name}：新增 {arrival.added}，更新 {arrival.updated}，跳过 {arrival.skipped}"
    )
    return arrival


def _read(taking: Importer[R], source: Source, arrival: Arrival) -> Iterator[R]:
    """The records of all tables that have no problem, counted as they are read."""
    total = sum(max(len(table.sheet.rows) - table.head - 1, 0) for table in arrival.tables)
    for table in arrival.tables:
        for record in taking.records(table):
            arrival.read += 1
            if arrival.read % _TOLD_EVERY == 0:
                source.progress("读取", arrival.read, total)
            if record is not None:
                yield record


def _place(problem: Problem, arrival: Arrival) -> tuple[int, int]:
    return (arrival.sheets.index(problem.sheet) if problem.sheet in arrival.sheets else -1, problem.row)


def leave_out(path: Path, arrival: Arrival) -> None:
    """Write the bad rows beside the file, each with its reasons."""
    reasons = by_row(arrival.problems)
    tables: Mapping[str, Table] = {table.sheet.name: table for table in [*arrival.tables, *arrival.beside]}
    rows = [
        BadRow(sheet, number, header_of(tables[sheet]), tables[sheet].sheet.rows[number - 1], reason)
        for (sheet, number), reason in sorted(reasons.items())
        if sheet in tables and 0 < number <= len(tables[sheet].sheet.rows)
    ]
    arrival.bad_file = write_problems(path, rows)
