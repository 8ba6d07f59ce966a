"""The ledger's record of what goes out: what is meant to be sent is written first, and marked when it was accepted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from demandctl.errors import LedgerUnusable
from demandctl.notify.digest import Notice
from demandctl.store.file import unusable
from demandctl.store.values import stored

_BUSY_MS = 30_000
"""How long a record waits for another command: what was sent and is not written down would be sent again."""
_INTENDED = """
INSERT INTO notification (at, channel, deadline_id, level, due_at, row_due_at, next_at, reckoned_by, accepted)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id
"""


class Intent:
    """Rows of one message that is about to go out; each step is a commit of its own."""

    def __init__(self, record: Record, rows: Sequence[int]) -> None:
        self._record, self._rows = record, rows

    def accepted(self, answer: str) -> None:
        """It was taken. LedgerUnusable where even that cannot be written: it will go out once more."""
        marks = [(answer, number) for number in self._rows]
        try:
            self._record.change(("UPDATE notification SET accepted = 1, answer = ? WHERE id = ?", marks))
        except LedgerUnusable as error:
            raise LedgerUnusable(f"{error}\n有一条消息已发出却没能记下", "下次运行会再发一遍这一条") from error

    def failed(self, reason: str) -> None:
        """It was not: one row keeps the reason. What cannot be written stays an intent that nothing came of."""
        kept, *others = self._rows
        try:
            self._record.change(
                ("UPDATE notification SET failed = 1, answer = ? WHERE id = ?", [(reason, kept)]),
                ("DELETE FROM notification WHERE id = ?", [(number,) for number in others]),
            )
        except LedgerUnusable:
            return


class Record:
    """Writes down what one run sends."""

    def __init__(self, ledger: sqlite3.Connection, path: Path, now: datetime) -> None:
        self._ledger, self._path, self.now = ledger, path, now

    def intend(self, channel: str, reckoned_by: str, items: Sequence[Notice]) -> Intent:
        """Write down what is about to be sent. LedgerUnusable: it cannot be recorded, so it must not be sent."""
        at = stored(self.now)
        with self._transaction():
            rows = [
                self._ledger.execute(
                    _INTENDED,
                    (at, channel, item.due.id, item.level, stored(item.due_at), stored(item.due.due_at),
                     stored(item.next_at) if item.next_at else None, reckoned_by),
                ).fetchone()[0]
                for item in items
            ]  # fmt: skip
        self._make_room()
        return Intent(self, rows)

    def change(self, *statements: tuple[str, Sequence[tuple[str | int, ...]]]) -> None:
        """Carry out statements, each for its rows, in one commit."""
        with self._transaction():
            for statement, rows in statements:
                self._ledger.executemany(statement, rows)

    def _make_room(self) -> None:
        """Have the log begin anew, so that the mark to come is written over what stands there: a full disk takes it."""
        try:
            self._ledger.execute("PRAGMA busy_timeout = 1000")
            self._ledger.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        except sqlite3.Error as error:
            raise unusable(error, self._path) from error
        finally:
            self._ledger.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._ledger.execute("BEGIN IMMEDIATE")
            yield
            self._ledger.execute("COMMIT")
        except sqlite3.Error as error:
            raise unusable(error, self._path) from error
        finally:
            if self._ledger.in_transaction:
                self._ledger.execute("ROLLBACK")
