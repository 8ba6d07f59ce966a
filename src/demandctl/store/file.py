"""The ledger file itself: opened, recognised, flushed, and what a failure of SQLite means."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from demandctl import APPLICATION_ID
from demandctl.errors import LedgerUnusable

if TYPE_CHECKING:
    pass

BUSY_SECONDS = 5.0
"""How long a command waits for another one that is writing."""


def open_file(path: Path, write: bool) -> sqlite3.Connection:
    """A connection to a file, whatever is in it; to one that cannot be written it is made so that SQLite needs to."""
    if write:
        if not os.access(path, os.W_OK):
            raise LedgerUnusable(f"台账不可写：{path}")
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection
    uri = path.absolute().as_uri()
    wal = path.with_name(path.name + "-wal")
    # Without its folder SQLite cannot make the shared memory that reading a WAL needs; with no WAL it is not missed.
    frozen = not os.access(path.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size)
    return sqlite3.connect(
        f"{uri}?mode=ro{'&immutable=1' if frozen else ''}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )


def identify(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the file; LedgerUnusable when it is empty or another program wrote it."""
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        connection.close()
        if not path.stat().st_size:
            raise LedgerUnusable(f"台账文件是空的，内容没有了：{path}", "用备份恢复：demandctl restore 备份文件")
        raise LedgerUnusable(f"{path} 不是 demandctl 的台账，没有动它")
    return version


def flush_folder(folder: Path) -> None:
    """Have a new or renamed name in a folder on the disk; where folders cannot be flushed (Windows) nothing is done."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unusable(error: Exception, path: Path) -> LedgerUnusable:
    """What an error of SQLite means to the person at the keyboard."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return LedgerUnusable(f"台账正被别的程序占用：{path}", "稍等再试；这一步没有写入")
    if "full" in text:
        return LedgerUnusable(f"磁盘满了，写不进台账：{path}", "腾出空间再试；这一步没有写入")
    if "readonly" in text or "unable to open" in text:
        return LedgerUnusable(f"台账打不开或不可写：{path}", "检查文件和文件夹的权限")
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return LedgerUnusable(f"台账文件已损坏，或不是台账：{path}", "没有动它；用备份恢复：demandctl restore 备份文件")
    return LedgerUnusable(f"台账用不了：{path}（{text}）", "这一步没有写入")
