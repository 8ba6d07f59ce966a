"""What an operation changed, in words: the rows that the audit triggers wrote down, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from demandctl.core.rhythms import say_rhythm
from demandctl.language.subject import Subject
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store.fields import TABLES, Field, Holds, field_of, known, label, row_called
from demandctl.vocabulary import subtype_label

_GIVER = "from_id_contact"
"""What JSON calls ``assignment.from_id``: it was released so."""


Stored = str | float | int | None
"""A value as the ledger has it."""


class FieldChange(View):
    """One field of one row before and after, as they are stored; *what* is the row as people call it.

    *kinds* are the kind of the demand before and after: what a subtype is called hangs on it.
    """

    unsaid = frozenset({"kinds"})

    table: str
    row: int
    what: str
    event: str
    field: str
    name: str
    old: Stored
    new: Stored
    kinds: tuple[Stored, Stored]


def of_operations(reader: Reader, operations: Sequence[int]) -> dict[int, list[FieldChange]]:
    """The changed fields of each operation, in order."""
    rows = reader.rows(
        "SELECT operation_id, table_name, row_id, old, new FROM change "
        "WHERE operation_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(operations),),
    )
    found: dict[int, list[FieldChange]] = {number: [] for number in operations}
    for row in rows:
        old, new = (json.loads(text) if text else None for text in (row["old"], row["new"]))
        found[row["operation_id"]] += _fields(row["table_name"], row["row_id"], old, new)
    return found


def _fields(
    table: str, number: int, old: dict[str, Stored] | None, new: dict[str, Stored] | None
) -> Iterator[FieldChange]:
    if table not in TABLES:
        return
    event = "added" if old is None else "removed" if new is None else "changed"
    before, after = old or {}, new or {}
    what = row_called(table, number, new or old or {})
    for column in after or before:
        field = known(table, column)
        if field is None or not field.told:
            continue
        a, b = before.get(column), after.get(column)
        if a != b and not (event != "changed" and (a or b) in (None, "", "[]", 0)):
            key = _GIVER if (table, column) == ("assignment", "from_id") else column
            kinds = (before.get("kind"), after.get("kind"))
            yield FieldChange(
                table=table, row=number, what=what, event=event, field=key, name=field.name, old=a, new=b, kinds=kinds
            )


def in_words(reader: Reader, changes: Iterable[FieldChange]) -> Iterator[str]:
    """The changes of one operation as lines: a row that came or went on one line, a changed field on a line each."""
    told = _Words(reader)
    rows: dict[tuple[str, int, str], list[FieldChange]] = {}
    for change in changes:
        rows.setdefault((change.table, change.row, change.event), []).append(change)
    for (_, _, event), fields in rows.items():
        if event == "changed":
            for change in fields:
                old, new = told.of(change, change.old), told.of(change, change.new)
                yield f"{change.what} {change.name}：{old or '（空）'} → {new or '（空）'}"
            continue
        values = (told.of(change, change.new if event == "added" else change.old) for change in fields)
        line = "，".join(f"{change.name} {value}" for change, value in zip(fields, values, strict=True))
        yield f"{'新增' if event == 'added' else '去掉'} {fields[0].what}：{line}"


class _Words:
    """Stored values as people read them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._people: dict[int, str] = {row["id"]: row["name"] for row in reader.rows("SELECT id, name FROM contact")}
        self._tell: dict[Holds, Callable[[Field, Any], str]] = {
            Holds.FLAG: lambda field, value: field.says[not value],
            Holds.ANSWER: lambda field, value: field.says[not value],
            Holds.CONTACT: lambda field, value: self._person(value),
            Holds.CONTACTS: lambda field, value: "、".join(map(self._person, json.loads(value))),
            Holds.DEMAND: lambda field, value: Subject.demand(value).code,
            Holds.CUSTOMER: lambda field, value: Subject.customer(value).code,
            Holds.MACHINE: lambda field, value: self._machine(value),
            Holds.INSTANT: lambda field, value: f"{reader.local(value):%Y-%m-%d %H:%M}",
            Holds.LIST: lambda field, value: "、".join(json.loads(value)),
            Holds.RHYTHM: lambda field, value: say_rhythm(value),
            Holds.TERM: lambda field, value: label(field, value) or str(value),
        }

    def of(self, change: FieldChange, value: Stored) -> str:
        """One side of a change."""
        if value in (None, "", "[]"):
            return ""
        field = field_of(change.table, "from_id" if change.field == _GIVER else change.field)
        kind = change.kinds[0 if value == change.old else 1]
        if field.column == "subtype" and kind:
            return subtype_label(str(kind), str(value))
        tell = self._tell.get(field.holds)
        return tell(field, value) if tell else " ".join(str(value).split())

    def _person(self, number: int) -> str:
        return self._people.get(number, f"联系人 {number}")

    def _machine(self, number: int) -> str:
        row = next(iter(self._reader.rows("SELECT model, serial FROM machine WHERE id = ?", (number,))), None)
        return f"{row['model']} {row['serial']}".rstrip() if row else f"设备 {number}"
