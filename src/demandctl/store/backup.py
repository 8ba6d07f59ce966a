"""Copies of the ledger: made while it is in use, checked, kept in number, and put back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from demandctl import APPLICATION_ID
from demandctl.errors import LedgerUnusable, NotFound, Refused
from demandctl.language.subject import Subject
from demandctl.store import attachments
from demandctl.store.copies import folder, kept
from demandctl.store.fields import SCHEMA_VERSION
from demandctl.store.file import (
    BUSY_SECONDS,
    flush_folder,
    identify,
    make_durable,
    open_file,
    part_of,
    set_aside,
    sweep,
    unusable,
)
from demandctl.store.migrations import structure, structure_of_today, upgrade
from demandctl.store.values import stored
from demandctl.store.writing import spare_own

if TYPE_CHECKING:
    from demandctl.context import Context


class Copy(NamedTuple):
    """A backup that was made, the old ones that it pushed out, and how many attachments had no content to copy."""

    path: Path
    size: int
    removed: list[Path]
    missing: int


class Restored(NamedTuple):
    """What a restore did: where the replaced file is now, whose erasure it took back, attachments without content."""

    replaced: Path | None
    erased_since: list[str]
    missing: int


# -- making ------------------------------------------------------------------------------------------------------


def automatic(context: Context, reason: str) -> Path | None:
    """A backup before something that changes much; None when there is no ledger yet. LedgerUnusable when it fails."""
    return make(context, reason=reason).path if context.db_path.is_file() else None


def make(context: Context, target: Path | None = None, *, reason: str = "manual", replace: bool = False) -> Copy:
    """Copy the ledger as it is at this moment, while others use it; checked before it gets its name.

    Without a *target* it goes into the folder of backups, from which the oldest make room. NotFound without a ledger,
    Refused when the target exists and *replace* is not said.
    """
    source = context.db_path
    if not source.is_file():
        raise NotFound(f"还没有台账：{source}", "先建一个：demandctl init")
    own = target is None
    path = target or _free_name(folder(context), f"{source.stem}-{context.now:%Y%m%d-%H%M%S}-{reason}")
    if not own:
        spare_own(context, path)
    if path.is_dir():
        raise Refused(f"{path} 是文件夹", f"写上文件名：{path / (source.stem + '.db')}")
    if path.exists() and not replace:
        raise Refused(f"已有文件：{path}", "换一个文件名，或加 --yes 替换它")
    try:
        if own and not path.parent.exists():
            path.parent.mkdir(parents=True, mode=0o700)
        if own:
            sweep(source, path.parent)
        missing = _copy(source, path)
        return Copy(path, path.stat().st_size, _rotate(context, path) if own else [], missing)
    except sqlite3.Error as error:
        raise _failed(error, source, path) from error
    except OSError as error:
        raise LedgerUnusable(f"备份没有做成：{path}（{error.strerror or error}）", "台账没有动") from error


def _free_name(place: Path, name: str) -> Path:
    numbers = (f"-{number}" if number else "" for number in range(10_000))
    return next(path for path in (place / f"{name}{number}.db" for number in numbers) if not path.exists())


def _rotate(context: Context, newest: Path) -> list[Path]:
    """Remove the oldest copies beyond the number that is kept; never the one just made, whatever its clock said."""
    keep = context.config.backups_kept
    others = [copy.path for copy in kept(context) if copy.path != newest]
    old = others[max(keep - 1, 0) :] if keep else []
    for path in old:
        path.unlink(missing_ok=True)
    if old:
        attachments.prune(newest, context.db_path, [copy.path for copy in kept(context)])
    return old


def _copy(source: Path, target: Path, *, check: bool = True) -> int:
    """A consistent copy under another name: whole, checked and on the disk, or not there at all.

    What is attached lies beside it first; returns how many attachments have no content to share.
    """
    part = _fresh_file(target, "part")
    try:
        pour(source, part)
        if check and (problems := integrity(part)):
            raise LedgerUnusable(f"台账已损坏，备份没有做成：{problems[0]}", "看看哪里坏了：demandctl doctor")
        missing = attachments.share(part, source, target) if check else 0
        _flush(part)
        os.replace(part, target)
        flush_folder(target.absolute().parent)
        return missing
    finally:
        _remove(part)


def _fresh_file(target: Path, ending: str) -> Path:
    """An empty file beside *target* that only the user can read."""
    part = part_of(target, ending)
    _remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return part


def _remove(part: Path) -> None:
    for ending in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + ending).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def pour(source: Path, target: Path, *, locked: Callable[[], object] | None = None) -> None:
    """Copy every page of one database into another in one transaction, leaving others on either side undisturbed.

    *locked* is called while nobody else can write to the target. sqlite3.OperationalError when either is locked.
    """
    waiting = [locked] if locked else []

    def step(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise sqlite3.OperationalError("database is locked")
        if waiting:
            waiting.pop()()

    reader, writer = open_file(source, write=False), sqlite3.connect(target, timeout=BUSY_SECONDS)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes the lock, and waits for it no longer
        if locked:
            reader.backup(writer, pages=1, progress=step)
        else:
            reader.backup(writer, progress=step)
            writer.execute("PRAGMA journal_mode = DELETE")  # one file without a log beside it
    finally:
        reader.close()
        writer.close()


def integrity(path: Path) -> list[str]:
    """What SQLite finds wrong with a file, empty when it is sound."""
    try:
        connection = open_file(path, write=False)
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def _failed(error: sqlite3.Error, source: Path, target: Path) -> LedgerUnusable:
    if "locked" in str(error) or "malformed" in str(error):
        return unusable(error, source)
    return LedgerUnusable(f"备份没有做成：{target}（{error}）", "台账没有动；看看那里写得进去吗、磁盘满了吗")


# -- restoring ---------------------------------------------------------------------------------------------------


def inspect(file: Path) -> dict[str, object]:
    """What a file would restore: its schema version, last operation and size. Refused when it is no use."""
    if not file.exists():
        raise NotFound(f"没有文件：{file}", "看看有哪些备份：demandctl backup --list")
    if not file.is_file():
        raise Refused(f"{file} 不是台账的备份")
    try:
        connection = open_file(file, write=False)
        try:
            version = identify(connection, file)
            if version > SCHEMA_VERSION:
                raise Refused(f"备份是更新的程序写的（版本 {version}）：{file}", "请升级 demandctl")
            last = connection.execute("SELECT at, summary FROM operation ORDER BY id DESC LIMIT 1").fetchone()
            demands = connection.execute("SELECT count(*) FROM demand").fetchone()[0]
        finally:
            connection.close()
    except LedgerUnusable as error:
        raise Refused(f"{file} 不是 demandctl 的台账，不能用来恢复") from error
    except sqlite3.Error as error:
        raise Refused(f"备份已损坏，不能用来恢复：{file}（{error}）", "换一份：demandctl backup --list") from error
    if problems := integrity(file):
        raise Refused(f"备份已损坏，不能用来恢复：{problems[0]}", "换一份：demandctl backup --list")
    return {"version": version, "demands": demands, "last": last[0] if last else None}


def put_back(context: Context, file: Path) -> Restored:
    """Put a backup in the place of the ledger; the replaced ledger is kept beside it.

    The backup is checked, upgraded and signed in a copy first; then it replaces the content in one transaction of
    SQLite, so that other programs see the old ledger or the new one. A damaged ledger is moved aside as a file.
    """
    inspect(file)
    ledger = context.db_path.resolve()  # a link to the ledger stays one
    if ledger.exists() and os.path.samefile(file, ledger):
        raise Refused("这就是正在用的台账", "看看有哪些备份：demandctl backup --list")
    usable = ledger.exists() and _is_usable(ledger)
    fresh: Path | None = None
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = _fresh_file(ledger, "restore")
        pour(file, fresh)
        erased = _prepare(context, fresh, file, ledger if usable else None)
        if problems := integrity(fresh):
            raise Refused(f"备份不能用来恢复：{problems[0]}", "台账没有动；换一份：demandctl backup --list")
        missing = attachments.share(fresh, file, ledger)
        aside = _free_name(ledger.parent, f"{ledger.stem}.replaced-{context.now:%Y%m%d-%H%M%S}")
        if not usable or not _poured(fresh, ledger, aside):
            _swap(fresh, ledger, aside)
        return Restored(aside if aside.exists() else None, erased, missing)
    except sqlite3.Error as error:
        raise unusable(error, ledger) from error
    except OSError as error:
        raise LedgerUnusable(f"恢复不了：{ledger}（{error.strerror or error}）", "台账没有动") from error
    finally:
        if fresh:
            _remove(fresh)


def _poured(fresh: Path, ledger: Path, aside: Path) -> bool:
    """Replace the content in one transaction; False where the header of a file that may be written forbids it."""
    try:
        pour(fresh, ledger, locked=lambda: _copy(ledger, aside, check=False))
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            raise
        aside.unlink(missing_ok=True)
        return False
    return True


def _is_usable(ledger: Path) -> bool:
    """Whether the ledger that is to be replaced can be read, a damaged header counting as damage.

    LedgerUnusable when it is not ours to replace: another program's, or one of a newer program.
    """
    if not ledger.stat().st_size:
        return False
    try:
        connection = open_file(ledger, write=True)
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if application != APPLICATION_ID or version > SCHEMA_VERSION:
                if structure(connection) == structure_of_today():
                    return False
                identify(connection, ledger)
                raise LedgerUnusable(f"台账是更新的程序写的（版本 {version}），没有动它：{ledger}", "请升级 demandctl")
            make_durable(connection)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if "readonly" in str(error):
            return False  # the file may be written, so its header says what cannot be
        answer = unusable(error, ledger)
        if "损坏" in str(answer):
            return False
        raise answer from error


def _prepare(context: Context, fresh: Path, file: Path, ledger: Path | None) -> list[str]:
    """Upgrade the copy, write the restore into its log, and let no number that the ledger has given be given again.

    Returns the codes of the customers whom the ledger has erased and the backup still knows.
    """
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        upgrade(connection)
        numbers, erased = _given(ledger) if ledger else ({}, [])
        known = {row[0] for row in connection.execute("SELECT id FROM customer WHERE erased_at IS NULL")}
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM current_operation")
        for table, number in numbers.items():
            done = connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (number, table))
            if not done.rowcount:
                connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, number))
        connection.execute(
            "INSERT INTO operation (at, who, command, summary) VALUES (?, ?, 'restore', ?)",
            (stored(context.now), context.who, f"用备份恢复：{file.name}"),
        )
        connection.execute("COMMIT")
        if ledger:
            _same_page_size(connection, ledger)
        else:
            connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    return [Subject.customer(number).code for number in erased if number in known]


def _given(ledger: Path) -> tuple[dict[str, int], list[int]]:
    connection = open_file(ledger, write=False)
    try:
        numbers = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        erased = [row[0] for row in connection.execute("SELECT id FROM customer WHERE erased_at IS NOT NULL")]
    finally:
        connection.close()
    return numbers, erased


def _same_page_size(connection: sqlite3.Connection, ledger: Path) -> None:
    """Pages can only be poured into pages of the same size."""
    other = open_file(ledger, write=False)
    size = other.execute("PRAGMA page_size").fetchone()[0]
    other.close()
    if connection.execute("PRAGMA page_size").fetchone()[0] != size:
        connection.execute(f"PRAGMA page_size = {size:d}")
        connection.execute("VACUUM")


def _swap(fresh: Path, ledger: Path, aside: Path) -> None:
    """Put a file in the place of one that is damaged or missing. Everything of the old one is linked aside first.

    The log has to go before the new file comes, or SQLite would play it into the new file.
    """
    _flush(fresh)
    log, memory = (ledger.with_name(ledger.name + ending) for ending in ("-wal", "-shm"))
    if ledger.exists():
        set_aside(ledger, aside)
    if log.exists():
        set_aside(log, aside.with_name(aside.name + "-wal"))
    flush_folder(ledger.parent)
    log.unlink(missing_ok=True)
    memory.unlink(missing_ok=True)
    os.replace(fresh, ledger)
    flush_folder(ledger.parent)
