"""The ledger file: opening it for reading, and one transaction a command for writing.

Reading goes through the standard library alone; SQLModel and SQLAlchemy are imported when a transaction opens.

What is acknowledged is on the disk. The file is in WAL mode with ``synchronous = FULL``: SQLite flushes the log before
a commit returns, and the folder when it makes the log. A new ledger, a backup and a restored file are made beside their
place, flushed, put there whole by a link or a rename, and the folder is flushed after that. docs/safety.md says the
same to users.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from json import JSONDecodeError
from pathlib import Path
from shutil import rmtree
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from demandctl.errors import LedgerUnusable, NotFound, Refused
from demandctl.store.fields import SCHEMA_VERSION
from demandctl.store.file import (
    BUSY_SECONDS,
    draft_of,
    identify,
    make_durable,
    open_file,
    put_new,
    sweep,
    unreadable,
    unusable,
)
from demandctl.store.values import stored
from demandctl.store.work import Work

if TYPE_CHECKING:
    from sqlmodel import Session

    from demandctl.context import Context
    from demandctl.core.rules import Rulebook
    from demandctl.core.worktime import Calendar

QUEUE_SECONDS = 60.0
"""How long it waits while others, one after the other, write and are done."""

BACKED_UP = ("import", "merge")
"""Words in the name of a command that change much at once: a backup is made before it."""


def connect(path: Path, *, write: bool = False, context: Context | None = None) -> sqlite3.Connection:
    """Open a ledger, upgraded to this program's schema. NotFound when there is none, LedgerUnusable for a bad one."""
    _require_file(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = open_file(path, write)
        version = identify(connection, path)
    except sqlite3.Error as error:
        if connection:
            connection.close()
        raise unusable(error, path) from error
    if version == SCHEMA_VERSION:
        if write:
            make_durable(connection)
        return connection
    connection.close()
    if version > SCHEMA_VERSION:
        raise LedgerUnusable(
            f"台账是更新的程序写的（版本 {version}，本程序认得到 {SCHEMA_VERSION}）：{path}", "请升级 demandctl"
        )
    _upgrade(path, context)
    return connect(path, write=write, context=context)


def _require_file(path: Path) -> None:
    try:
        if path.is_file():
            return
        if path.exists():
            raise LedgerUnusable(f"{path} 不是台账文件")
    except OSError as error:
        raise LedgerUnusable(f"台账够不着：{path}（{error.strerror or error}）", "检查文件夹的权限") from error
    if path.is_symlink():
        raise _dangling(path)
    raise NotFound(f"还没有台账：{path}", "先建一个：demandctl init")


def _dangling(path: Path) -> LedgerUnusable:
    return LedgerUnusable(
        f"台账是一个链接，它指向的文件不存在：{path} → {os.readlink(path)}", "接上那块盘，或去掉、改正这个链接"
    )


def _upgrade(path: Path, context: Context | None) -> None:
    from demandctl.context import Context
    from demandctl.store import backup
    from demandctl.store.migrations import upgrade

    if not os.access(path, os.W_OK):
        raise LedgerUnusable(f"台账是旧版本的，要升级才能用，但它不可写：{path}", "检查文件和文件夹的权限")
    backup.automatic(context or Context(path), "upgrade")
    try:
        connection = open_file(path, write=True)
        try:
            upgrade(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unusable(error, path) from error


@contextmanager
def making(path: Path) -> Iterator[Path | None]:
    """A new ledger for the block to fill, readable by the user alone; None when there is one already.

    It is made in a folder beside its place and put there whole when the block ends, so that a run that is killed leaves
    none or all of it. LedgerUnusable when it cannot be made.
    """
    from demandctl.store.migrations import upgrade

    if path.is_symlink() and not path.exists():
        raise _dangling(path)
    if path.exists():
        connect(path).close()
        yield None
        return
    draft = draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.parent.mkdir(mode=0o700)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(draft, isolation_level=None)
        upgrade(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        yield draft
        put_new(draft, path)
    except sqlite3.Error as error:
        raise unusable(error, path) from error
    except OSError as error:
        raise LedgerUnusable(f"台账建不了：{path}（{error.strerror or error}）") from error
    finally:
        rmtree(draft.parent, ignore_errors=True)


@contextmanager
def transaction(context: Context, command: str, *, keep: bool = True) -> Iterator[Work]:
    """One writing command: everything in it happens, under one operation, or nothing does; nothing without *keep*.

    An operation that changed no row is none, unless it is the record of something done elsewhere.

    Ask before it opens, print after it closed. LedgerUnusable when the file is locked, damaged, full or not writable.
    """
    connection = connect(context.db_path, write=True, context=context)
    sweep(context.db_path)
    try:
        today = _in_force(context, connection)
    except sqlite3.Error as error:
        raise unusable(error, context.db_path) from error
    finally:
        connection.close()
    if keep and (reason := next((word for word in command.split() if word in BACKED_UP), "")):
        from demandctl.store import backup

        backup.automatic(context, reason)
    from sqlalchemy.exc import DBAPIError
    from sqlmodel import Session

    from demandctl.store.deadlines import leave_none_forgotten

    try:
        with _engine(context.db_path).connect() as connection, Session(connection, autoflush=True) as session:
            work = _begin(session, context, command, today)
            yield work
            session.flush()
            if command != "undo" and work.keep:  # undo gives back what was, and that kept the promise
                leave_none_forgotten(work)
            connection.exec_driver_sql("DELETE FROM current_operation")
            work.changed = _changed_something(session, work.operation_id)
            if keep and work.keep and (work.changed or _is_a_record(command)):
                session.commit()
            else:
                session.rollback()
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.IntegrityError) and "FOREIGN KEY" in str(error.orig):
            raise Refused("别的记录还要用到它，这一步没有做", "看看做过什么：demandctl log --changes") from error
        if _is_of_the_file(error.orig):
            raise unusable(error.orig, context.db_path) from error
        raise
    except sqlite3.DatabaseError as error:
        if _is_of_the_file(error):
            raise unusable(error, context.db_path) from error
        raise
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise unreadable(error, context.db_path) from error


def _changed_something(session: Session, operation_id: int) -> bool:
    sql = session.connection().exec_driver_sql
    return sql("SELECT 1 FROM change WHERE operation_id = ? LIMIT 1", (operation_id,)).first() is not None


def _is_a_record(command: str) -> bool:
    """Whether a command is on record for what it did elsewhere, or to the record itself."""
    from demandctl.store.undo import ENDS_THE_CHAIN, NEVER_TAKEN_BACK

    return command in ("undo", *NEVER_TAKEN_BACK, *ENDS_THE_CHAIN)


def _is_of_the_file(error: BaseException | None) -> TypeGuard[sqlite3.DatabaseError]:
    """Whether SQLite complains about the file, and not about a statement of ours."""
    ours = sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, ours)


def _engine(path: Path) -> Any:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    def writing() -> sqlite3.Connection:
        connection = open_file(path, write=True)
        make_durable(connection)
        # What a failing statement would take back is kept beside it; with triggers that was sixteen file writes a row.
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -65536")  # KiB; an import is held in memory until it commits
        return connection

    engine = create_engine("sqlite://", creator=writing, poolclass=NullPool)

    # pysqlite's own transaction handling is off: with it, a table of a transaction that failed was seen to survive.
    @event.listens_for(engine, "begin")
    def _immediately(connection: Any) -> None:
        _take_the_lock(connection.connection.driver_connection)

    return engine


def _take_the_lock(connection: sqlite3.Connection) -> None:
    """Begin to write; sqlite3.OperationalError when somebody sits on the lock, or the queue does not end.

    SQLite itself asks the less often the longer it has waited: with many writers some never came. While others commit,
    the queue moves and waiting is worth it.
    """
    from random import uniform

    start = seen_moving = monotonic()
    version = None
    connection.execute("PRAGMA busy_timeout = 0")
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            now = monotonic()
            if "locked" not in str(error) or now - start > QUEUE_SECONDS or now - seen_moving > BUSY_SECONDS:
                raise
            last, version = version, connection.execute("PRAGMA data_version").fetchone()
            if last not in (None, version):
                seen_moving = now
            sleep(uniform(0.002, 0.02))
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


class _InForce(NamedTuple):
    """The rules and the calendar of today, as they are stored and as they are understood."""

    text: str
    calendar_text: str
    digest: str
    rules: Rulebook
    calendar: Calendar


def _in_force(context: Context, connection: sqlite3.Connection) -> _InForce:
    """Read and understood before the transaction begins: others wait while it is open."""
    import json
    from hashlib import sha256

    from demandctl.config import rules_text
    from demandctl.core.rules import read_rules

    text, path = rules_text(context.config)
    as_text = json.dumps(context.calendar.to_data(), ensure_ascii=False)
    digest = sha256(f"{text}\0{as_text}".encode()).hexdigest()
    known = connection.execute("SELECT 1 FROM ruleset WHERE digest = ?", (digest,)).fetchone()
    rules, problems = read_rules(text, trusted=known is not None)
    if problems:
        first = problems[0]
        raise Refused(
            f"规则文件有误：{path} 第 {first.line} 行 {first.field}：{first.reason}", "全部问题：demandctl sla check"
        )
    return _InForce(text, as_text, digest, rules, context.calendar)


def _begin(session: Session, context: Context, command: str, today: _InForce) -> Work:
    from demandctl.store.deadlines import learn_calendar
    from demandctl.store.undo import NEVER_TAKEN_BACK

    # By hand: what every writing command does would cost it the building of three ORM statements.
    sql = session.connection().exec_driver_sql
    statement = "INSERT INTO operation (at, who, command) VALUES (?, ?, ?) RETURNING id"
    operation_id: Any = sql(statement, (stored(context.now), context.who, command)).scalar_one()
    sql("INSERT INTO current_operation VALUES (1, ?)", (operation_id,))
    _warn_of_the_clock(session, context, operation_id)
    work = Work(session, operation_id, context, today.rules, today.calendar, _ruleset(session, today))
    # Undo needs the rows as they were left, and what is never taken back may not stand between them.
    if command not in ("undo", *NEVER_TAKEN_BACK):
        learn_calendar(work)
    return work


def _warn_of_the_clock(session: Session, context: Context, operation_id: int) -> None:
    """Say so when the clock stands before the last operation: nothing breaks, but times and deadlines may be wrong."""
    last = session.connection().exec_driver_sql("SELECT at FROM operation WHERE id < ? ORDER BY id DESC LIMIT 1",
                                                (operation_id,)).scalar()  # fmt: skip
    if last and (before := datetime.fromisoformat(last)) > context.now:
        now, last = (f"{at.astimezone(context.zone):%Y-%m-%d %H:%M}" for at in (context.now, before))
        context.warn(f"现在（{now}）早于上一步操作（{last}），请检查系统时间")


def _ruleset(session: Session, today: _InForce) -> int:
    """The number in the ledger of the rules in force; they are stored when they are seen for the first time."""
    from demandctl.config import calendar_version

    sql = session.connection().exec_driver_sql
    known: Any = sql("SELECT id FROM ruleset WHERE digest = ?", (today.digest,)).scalar()
    if known is None:
        known = sql(
            "INSERT INTO ruleset (digest, rules, calendar, calendar_version) VALUES (?, ?, ?, ?) RETURNING id",
            (today.digest, today.text, today.calendar_text, calendar_version()),
        ).scalar()
    return int(known)
