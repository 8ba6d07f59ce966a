"""Whether somebody else has written: a connection that stays open and is asked now and then."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress

from demandctl.context import Context
from demandctl.db import connect
from demandctl.store.file import unusable


class Watch:
    """The ledger kept in sight. It notices what any program commits, and a file that was put in its place."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._connection: sqlite3.Connection | None = None
        self._seen: tuple[int, int, int] | None = None

    def changed(self) -> bool:
        """Whether the ledger is another than when it was asked last; a DemandctlError where it cannot be read."""
        path = self._context.db_path
        try:
            at = os.stat(path)
        except OSError:
            self.close()
            connect(path).close()  # says what is wrong with it
            return True
        if self._connection is None or (self._seen and self._seen[:2] != (at.st_dev, at.st_ino)):
            self.close()
            self._connection = connect(path)
            self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            self.close()
            if "locked" in str(error):
                return False
            raise unusable(error, path) from error
        seen, self._seen = self._seen, (at.st_dev, at.st_ino, version)
        return seen is not None and seen != self._seen

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
