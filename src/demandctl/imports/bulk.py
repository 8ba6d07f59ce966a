"""Many rows at once, in plain SQL inside the transaction: what an import reads and writes of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from demandctl.language.pinyin import spelled
from demandctl.store.values import Columns, stored_value
from demandctl.store.work import Work


def next_id(work: Work, table: str) -> int:
    """The number after the last one that was ever given."""
    row = sql(work, "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0), "
                    f"coalesce((SELECT max(id) FROM {table}), 0))", (table,))[0]  # fmt: skip
    return int(row[0]) + 1


def sql(work: Work, statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows of a query inside the transaction."""
    return list(work.session.connection().exec_driver_sql(statement, tuple(values)))


_AT_ONCE = 100


def insert(work: Work, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Many rows at once; the audit triggers see each of them.

    Plain inserts go a hundred rows to a statement: what SQLite keeps in case a statement fails is most of its work.
    """
    run = work.session.connection().exec_driver_sql
    head, _, values = statement.partition(" VALUES ")
    if not values.endswith(")"):
        if rows:
            run(statement, list(rows))
        return
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        run(f"{head} VALUES {', '.join([values] * len(some))}", tuple(chain.from_iterable(some)))


def insert_dicts(work: Work, table: str, rows: Iterable[Columns]) -> None:
    """Many rows with the same columns."""
    made = list(rows)
    if table in ("customer", "contact"):
        made = [row | {"pinyin": spelled(row["name"], row.get("nickname", ""))} for row in made]
    if made:
        names = list(made[0])
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})"
        insert(work, statement, [tuple(stored_value(row[name]) for name in names) for row in made])


def columns(work: Work, table: str, names: Sequence[str]) -> list[Columns]:
    """All rows of a table, some of their columns by name, in the order of their numbers."""
    found = sql(work, f"SELECT {', '.join(names)} FROM {table} ORDER BY id")
    return [dict(zip(names, row, strict=True)) for row in found]


def update(work: Work, table: str, changes: Mapping[int, Columns]) -> None:
    """Change some columns of rows, by their numbers."""
    for number, values in changes.items():
        names = sorted(values)
        sets = ", ".join(f"{name} = ?" for name in names)
        row = (*(stored_value(values[name]) for name in names), number)
        insert(work, f"UPDATE {table} SET {sets} WHERE id = ?", [row])
