"""The ledger file itself: opened, recognised, flushed, and what a failure of SQLite means."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from demandctl import APPLICATION_ID
from demandctl.errors import LedgerUnusable

BUSY_SECONDS = 5.0
"""How long a command waits for another one that is writing."""


def open_file(path: Path, write: bool) -> sqlite3.Connection:
    """A connection to a file, whatever is in it; sqlite3.Error or LedgerUnusable when it does not open."""
    return _for_writing(path) if write else _for_reading(path)


def _for_writing(path: Path) -> sqlite3.Connection:
    if not os.access(path, os.W_OK):
        raise LedgerUnusable(f"台账不可写：{path}", "检查文件和文件夹的权限")
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def make_durable(connection: sqlite3.Connection) -> None:
    """See to it that what is acknowledged is on the disk; for a ledger that is known to be one.

    A copy that was put in its place by hand has no log. At a power cut FULL can lose a commit then, EXTRA cannot.
    """
    if not _has_log(connection):
        connection.execute("PRAGMA synchronous = EXTRA")


def _has_log(connection: sqlite3.Connection) -> bool:
    """Whether the file is in WAL mode, into which it is brought if nobody else has it open."""
    try:
        mode: str = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    return mode == "wal"


def _for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Where the files that SQLite needs beside it cannot be made, it is read alone.

    A ledger without a log to play in is whole by itself: its folder may be read-only, or its disk full. With a log, and
    nobody else at work, it is read alone.
    """
    uri = path.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if "locked" in str(error):
            raise
        if not wal.exists() or not wal.stat().st_size:
            return sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
        if not os.access(path, os.W_OK):
            raise
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # what others would share is kept in memory then
        connection.execute("PRAGMA query_only = ON")
    return connection


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


def alive(process: int) -> bool:
    """Whether a process of that number runs."""
    if os.name == "nt":
        return True  # there a signal 0 would end it; what is left of a dead run is cleared by its age
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


# -- what is made beside the ledger ------------------------------------------------------------------------------------

_DEAD_AFTER = 24 * 3600.0
"""Seconds after which what a run made is dead, where its process cannot be asked for or has a namesake."""


def part_of(target: Path, ending: str) -> Path:
    """The name of a file that becomes *target*: it says whose it is and which run makes it."""
    return target.with_name(f".{target.name}.{os.getpid()}.{ending}")


def draft_of(ledger: Path) -> Path:
    """A new ledger in the making, in a folder of its own: what it brings with it goes when the folder goes."""
    return part_of(ledger, "new") / ledger.name


def dead_parts(ledger: Path, folder: Path | None = None) -> list[Path]:
    """What runs that were killed left beside a ledger, or in a folder of its copies: nobody works on it any more."""
    pattern = re.compile(rf"\.{re.escape(ledger.stem)}\b.*\.(\d+)\.(?:new|part|restore)(?:-journal|-wal|-shm)?")
    found = [(pattern.fullmatch(path.name), path) for path in _listed(folder or ledger.absolute().parent)]
    return [path for match, path in found if match and _is_dead(path, int(match[1]))]


def _listed(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder) if name.startswith(".")]
    except OSError:
        return []


def _is_dead(path: Path, process: int) -> bool:
    if process == os.getpid():
        return False
    try:
        return not alive(process) or time.time() - path.stat().st_mtime > _DEAD_AFTER
    except OSError:
        return False


def sweep(ledger: Path, folder: Path | None = None) -> None:
    """Clear away what is dead beside a ledger, or in a folder of its copies."""
    for path in dead_parts(ledger, folder):
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def put_new(part: Path, target: Path) -> None:
    """Give a file its name unless there is one of that name; FileExistsError when there is."""
    with open(part, "rb+") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # no links here (exFAT, SMB): the name is claimed first, and what claimed it is replaced
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        os.replace(part, target)
    flush_folder(target.absolute().parent)


def set_aside(path: Path, aside: Path) -> None:
    """Give what is at *path* another name; it keeps the old one too where the file system has links."""
    try:
        os.link(path, aside)
    except OSError:
        os.replace(path, aside)


def flush_folder(folder: Path) -> None:
    """Have a new or renamed name in a folder on the disk; where folders cannot be flushed (Windows) nothing is done."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


SPARE_BYTES = 256 * 1024
"""With less room on its disk SQLite cannot make the files that it needs beside a ledger."""


def unusable(error: Exception, path: Path) -> LedgerUnusable:
    """What an error of SQLite means to the person at the keyboard; a backup is advised only for a damaged file."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return LedgerUnusable(f"台账正被别的程序占用：{path}", "稍等再试；这一步没有写入")
    if any(word in text for word in ("malformed", "not a database", "corrupt", "unsupported file format")):
        return LedgerUnusable(f"台账文件已损坏，或不是台账：{path}", "没有动它；用备份恢复：demandctl restore 备份文件")
    if "full" in text or (_IO_TROUBLE.search(text) and _is_disk_full(path)):
        return LedgerUnusable(f"磁盘满了，台账用不了：{path}", "腾出空间再试；这一步没有写入，台账没有坏")
    if "readonly" in text and os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK):
        advice = "没有动它；用备份恢复：demandctl restore 备份文件"
        return LedgerUnusable(f"台账文件的头坏了，里面写着不许写：{path}", advice)
    if "readonly" in text or "unable to open" in text:
        return LedgerUnusable(f"台账打不开或不可写：{path}", "检查文件和文件夹的权限")
    if "I/O" in text:
        return LedgerUnusable(f"磁盘读写出错：{path}（{text}）", "检查磁盘和网络盘；这一步没有写入")
    if "no such table" in text or "no such column" in text:
        return LedgerUnusable(f"台账的结构和程序的不一致：{path}（{text}）", "看看哪里不对：demandctl doctor")
    return LedgerUnusable(f"台账用不了：{path}（{text}）", "这一步没有写入；检查：demandctl doctor")


_IO_TROUBLE = re.compile("I/O|unable to open")


def _is_disk_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < SPARE_BYTES
    except OSError:
        return False


def unreadable(error: Exception, path: Path) -> LedgerUnusable:
    """A value in the ledger that cannot be what this program wrote: broken JSON, an impossible time."""
    return LedgerUnusable(f"台账里有读不出来的内容：{path}（{str(error)[:80]}）", "看看哪里不对：demandctl doctor")
