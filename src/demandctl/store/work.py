"""One writing command at work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from sqlmodel import Session

    from demandctl.context import Context
    from demandctl.core.rules import Rulebook
    from demandctl.core.worktime import Calendar


def driver(session: Session) -> sqlite3.Connection:
    """SQLite's own connection under a session, for what the ORM is too slow for."""
    connection: sqlite3.Connection | None = session.connection().connection.driver_connection
    assert connection is not None
    return connection


NOTHING = "没有变化"
"""What is said of a command that changed nothing: it is no operation."""


class Work:
    """One writing command: the session of its transaction and all that a use case may ask about.

    A use case that found nothing to do sets ``keep`` to False: then not even the operation is kept.
    """

    def __init__(
        self,
        session: Session,
        operation_id: int,
        context: Context,
        rules: Rulebook,
        calendar: Calendar,
        ruleset_id: int,
    ) -> None:
        self.session, self.operation_id, self.context = session, operation_id, context
        self.rules, self.calendar, self.ruleset_id = rules, calendar, ruleset_id
        self.now: datetime = context.now
        self.who: str = context.who
        self.keep = True
        self.changed = True
        """Once it has ended: whether it changed anything."""

    def describe(self, summary: str, command: str = "") -> None:
        """Say in one line what this operation did; the log shows it."""
        self.session.connection().exec_driver_sql(
            "UPDATE operation SET summary = ?, command = coalesce(nullif(?, ''), command) WHERE id = ?",
            (summary, command, self.operation_id),
        )
