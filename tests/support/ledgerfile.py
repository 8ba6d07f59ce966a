"""The ledger seen from outside: its file read with the standard library, and the machine's own replay of a subject."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlmodel import Session, create_engine

from demandctl.language.subject import About, Subject
from demandctl.store.deadlines import replay
from demandctl.store.fields import Holds, known
from demandctl.store.migrations import AUDITED

Content = dict[str, list[tuple[object, ...]]]


def content(path: Path) -> Content:
    """Every row of every audited table."""
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in AUDITED}


def forgotten(path: Path) -> list[int]:
    """The open demands without an open deadline: there must be none."""
    query = (
        "SELECT id FROM demand WHERE status <> 'closed' AND id NOT IN (SELECT demand_id FROM deadline "
        "WHERE demand_id IS NOT NULL AND about = 'demand' AND met_at IS NULL AND voided_at IS NULL)"
    )
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute(query)]


def owed_on_closed(path: Path) -> list[tuple[int, str]]:
    """What closed demands still owe: only the answer to a suggestion may stand."""
    query = (
        "SELECT demand_id, rule FROM deadline WHERE about = 'demand' AND met_at IS NULL AND voided_at IS NULL "
        "AND demand_id IN (SELECT id FROM demand WHERE status = 'closed') AND rule <> 'tell-customer'"
    )
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@contextmanager
def session(path: Path) -> Iterator[Session]:
    """A session to look through."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with Session(engine) as opened:
            yield opened
    finally:
        engine.dispose()


def assert_replayed(path: Path) -> None:
    """The history of every subject gives the deadlines that are stored."""
    with closing(sqlite3.connect(path)) as connection:
        subjects = connection.execute("SELECT DISTINCT about, subject_id FROM event").fetchall()
    with session(path) as opened:
        for about, number in subjects:
            made, stored = replay(opened, Subject(About(about), number))
            assert made == stored, (about, number)


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, open for what a command would write: the audit takes it down as part of the newest operation."""
    with closing(sqlite3.connect(path)) as ledger, ledger:
        ledger.execute("INSERT INTO current_operation SELECT 1, max(id) FROM operation")
        yield ledger
        ledger.execute("DELETE FROM current_operation")


_MOMENTS = {Holds.DAY: "2026-03-01", Holds.INSTANT: "2026-03-01T01:00:00Z"}


def add_row(ledger: sqlite3.Connection, table: str, given: dict[str, int]) -> None:
    """A row of a table, with whatever it cannot do without."""
    row: dict[str, object] = dict(given)
    for _, name, kind, needed, default, key in ledger.execute(f"PRAGMA table_info({table})"):
        if needed and default is None and not key and name not in row:
            row[name] = 1 if kind == "INTEGER" else f"{table} {sorted(given.values())}"
            if (field := known(table, name)) and (field.holds in _MOMENTS or field.term):
                row[name] = next(iter(field.term)).value if field.term else _MOMENTS[field.holds]
    marks = ", ".join("?" for _ in row)
    ledger.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
