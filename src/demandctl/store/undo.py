"""Undo: the newest operation taken back by replaying, in reverse, the old values that the audit triggers wrote down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from demandctl.errors import Refused
from demandctl.store.models import Operation
from demandctl.store.values import Columns
from demandctl.store.work import Work, driver

ENDS_THE_CHAIN = ("restore", "customer erase")
"""Operations that cannot be taken back, nor anything before them."""

NEVER_TAKEN_BACK = ("init", "export", "due --notify --unmask", "monday --unmask", "nudge --unmask")
"""Operations that undo passes over: what was handed upward, or sent, stays so."""


class Change(NamedTuple):
    """One row before and after; None where it did not exist."""

    table: str
    row_id: int
    old: Columns | None
    new: Columns | None


def newest(session: Session, besides: int) -> Operation | None:
    """The newest operation that is not yet taken back, undos themselves excepted."""
    return session.exec(
        select(Operation)
        .where(
            col(Operation.undone_by).is_(None),
            col(Operation.undoes).is_(None),
            Operation.id != besides,
            col(Operation.command).not_in(NEVER_TAKEN_BACK),
        )
        .order_by(col(Operation.id).desc())
    ).first()


def take_back(work: Work, count: int = 1) -> list[Operation]:
    """Take so many operations back, the newest first, all or none; several in a row walk back.

    Refused when there are not so many that can be undone.
    """
    work.session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    steps = [_take_back(work) for _ in range(count)]
    told = [f"#{step.id}：{step.summary or step.command}" for step in steps]
    work.describe(f"撤销 {'；'.join(told)}")
    return steps


def _take_back(work: Work) -> Operation:
    operation = newest(work.session, work.operation_id)
    if operation is None:
        raise Refused("没有可以撤销的操作", "看看做过什么：demandctl log")
    if operation.command in ENDS_THE_CHAIN:
        raise Refused(
            f"“{operation.summary or operation.command}”不能撤销，它之前的也不能", "看看做过什么：demandctl log"
        )
    for change in changes(work.session, operation.id):
        _revert(work.session, change)
    this = work.session.get_one(Operation, work.operation_id)
    this.undoes = operation.id
    operation.undone_by = work.operation_id
    work.session.flush()
    return operation


_AT_ONCE = 500
"""How many changes are held in memory: an import has a hundred thousand."""


def changes(session: Session, operation_id: int) -> Iterator[Change]:
    """What an operation changed, the last first. LedgerUnusable where what was written down cannot be read."""
    sql = driver(session)
    before = 2**62
    while rows := sql.execute(
        "SELECT id, table_name, row_id, old, new FROM change "
        "WHERE operation_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (operation_id, before, _AT_ONCE),
    ).fetchall():
        for _, table, row_id, old, new in rows:
            yield Change(table, row_id, old and json.loads(old), new and json.loads(new))
        before = rows[-1][0]


def _revert(session: Session, change: Change) -> None:
    # On the driver's own connection: an import has a hundred thousand changes, and each is two statements.
    sql = driver(session)
    table, row_id = change.table, change.row_id
    if change.new is None:
        current = sql.execute(f"SELECT 1 FROM {table} WHERE id = ?", (row_id,)).fetchone()
    else:
        # Columns that the schema has gained since are nobody's change.
        named = ", ".join(change.new)
        current = sql.execute(f"SELECT {named} FROM {table} WHERE id = ?", (row_id,)).fetchone()
    if current != (change.new and tuple(change.new.values())):
        raise _changed_since(session, change)
    if change.old is None:
        sql.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))
    elif change.new is None:
        names, marks = ", ".join(change.old), ", ".join("?" * len(change.old))
        sql.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(change.old.values()))
    else:
        fields = ", ".join(f"{name} = ?" for name in change.old)
        sql.execute(f"UPDATE {table} SET {fields} WHERE id = ?", (*change.old.values(), row_id))


def _changed_since(session: Session, change: Change) -> Refused:
    """Why it cannot be undone: what touched the row later, and is not to be taken back."""
    from demandctl.store.fields import row_called

    later = session.connection().execute(
        text(
            "SELECT id, summary, command FROM operation WHERE undone_by IS NULL AND undoes IS NULL AND id IN "
            "(SELECT operation_id FROM change WHERE table_name = :name AND row_id = :id) ORDER BY id DESC LIMIT 1"
        ),
        {"name": change.table, "id": change.row_id},
    )
    operation = next(iter(later), None)
    by = f"被 #{operation[0]}（{operation[1] or operation[2]}）改过" if operation else "被别的程序改过"
    what = row_called(change.table, change.row_id, change.new or change.old or {})
    return Refused(f"{what} 后来又{by}，不能撤销", "看看改了什么：demandctl log --changes")
