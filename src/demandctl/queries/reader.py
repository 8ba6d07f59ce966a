"""The ledger open for looking: one connection that cannot write, one moment, and what names and reckons things."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from demandctl.context import Context
from demandctl.core.worktime import Calendar
from demandctl.db import connect
from demandctl.errors import UsageError
from demandctl.store.file import unreadable, unusable
from demandctl.store.values import Columns
from demandctl.store.work import driver

if TYPE_CHECKING:
    from demandctl.store.work import Work

Row = sqlite3.Row | Columns


class Reader:
    """One reading command: a connection that cannot write, the moment, and what is needed to name and reckon things."""

    def __init__(self, connection: sqlite3.Connection | sqlite3.Cursor, context: Context) -> None:
        self.sql = connection
        self.context = context
        self.now = context.now
        self.zone: tzinfo = context.zone
        self._calendars: dict[int, Calendar] = {}

    def as_of(self, moment: datetime) -> Reader:
        """The same ledger, looked at from a moment that has passed; from now where it has not."""
        past = Reader(self.sql, self.context)
        past.now = min(moment.astimezone(self.zone), self.now)
        return past

    def iso(self, text: str | None) -> str | None:
        """A stored instant as ISO 8601 with the offset of the ledger's zone."""
        return datetime.fromisoformat(text).astimezone(self.zone).isoformat() if text else None

    def at(self, text: str) -> datetime:
        """A stored instant in the ledger's zone."""
        return datetime.fromisoformat(text).astimezone(self.zone)

    def local(self, text: str | None) -> datetime | None:
        """The same where there may be none."""
        return self.at(text) if text else None

    def calendar(self, ruleset_id: int) -> Calendar:
        """The calendar that a deadline was made by."""
        if ruleset_id not in self._calendars:
            row = self.sql.execute("SELECT calendar FROM ruleset WHERE id = ?", (ruleset_id,)).fetchone()
            self._calendars[ruleset_id] = Calendar.from_data(json.loads(row[0]))
        return self._calendars[ruleset_id]

    def rows(self, query: str, arguments: Sequence[object] | Mapping[str, object] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.sql.execute(query, arguments).fetchall()

    def stream(self, query: str, arguments: Sequence[object] | Mapping[str, object] = ()) -> Iterator[Columns]:
        """The rows of a query one at a time, beside other queries that are still being read.

        Dicts: among fifty columns a name is found in a tenth of the time that ``sqlite3.Row`` takes.
        """
        source = self.sql.connection if isinstance(self.sql, sqlite3.Cursor) else self.sql
        cursor = source.cursor()
        cursor.row_factory = None
        cursor.execute(query, arguments)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)


def day(text: str | None) -> date | None:
    """A stored date."""
    return date.fromisoformat(text) if text else None


def texts(stored: str) -> list[str]:
    """A stored list of texts."""
    return json.loads(stored) if stored != "[]" else []  # most are empty


@contextmanager
def reading(context: Context) -> Iterator[Reader]:
    """Open the ledger for one reading command."""
    connection = connect(context.db_path, context=context)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")  # one snapshot for all the queries of the command
        yield Reader(connection, context)
    except sqlite3.Error as error:
        if "too complex" in str(error) or "too large" in str(error):  # only what is looked for can make a query so
            raise UsageError("要找的文字太长", "写短一点，几个字就够") from error
        raise unusable(error, context.db_path) from error
    except UnicodeDecodeError as error:  # SQLite's own words about a damaged schema are no text either
        raise unreadable(error, context.db_path) from error
    finally:
        connection.close()


def reader_in(work: Work) -> Reader:
    """A reader inside a transaction that is still open."""
    work.session.flush()
    cursor = driver(work.session).cursor()
    cursor.row_factory = sqlite3.Row  # on the cursor alone: the ORM goes on seeing tuples
    return Reader(cursor, work.context)
