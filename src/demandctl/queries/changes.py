"""What an operation changed, in words: the rows that the audit triggers wrote down, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from demandctl.language.codes import customer_code
from demandctl.queries.reader import Reader
from demandctl.store.fields import _BOOLEANS, _CONTACTS, _CUSTOMERS, _DEMANDS, _INNER, FIELDS, TABLES, label


class FieldChange(NamedTuple):
    """One field of one row before and after; *what* is the row as people call it."""

    table: str
    row: int
    what: str
    event: str
    field: str
    name: str
    old: Any
    new: Any


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


def _fields(table: str, number: int, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[FieldChange]:
    if table not in TABLES:
        return
    event = "added" if old is None else "removed" if new is None else "changed"
    before, after = old or {}, new or {}
    what = _what(table, number, new or old or {})
    for field in after or before:
        name = "from_id_contact" if (table, field) == ("assignment", "from_id") else field
        if name not in FIELDS or field in _INNER.get(table, ()):
            continue
        a, b = before.get(field), after.get(field)
        if a != b and not (event != "changed" and (a or b) in (None, "", "[]", 0)):
            yield FieldChange(table, number, what, event, name, FIELDS[name], a, b)


def _what(table: str, number: int, row: Mapping[str, Any]) -> str:
    if table == "customer":
        return f"客户 {customer_code(number)}"
    if table == "demand":
        return f"需求 D{number}"
    if table == "deadline":
        about = {"demand": f"D{row.get('demand_id')}", "revisit": f"回访 {row.get('revisit_id')}"}
        customer = customer_code(row["customer_id"]) if row.get("customer_id") else ""
        return f"时限“{row.get('rule_name')}” {about.get(str(row.get('about')), customer)}".rstrip()
    owner = f"D{row['demand_id']} " if row.get("demand_id") and table != "revisit" else ""
    return f"{owner}{TABLES[table]} {number}"


def in_words(reader: Reader, changes: Iterable[FieldChange]) -> Iterator[str]:
    """The changes of one operation as lines: a row that came or went on one line, a changed field on a line each."""
    people = {row["id"]: row["name"] for row in reader.rows("SELECT id, name FROM contact")}
    rows: dict[tuple[str, int, str], list[FieldChange]] = {}
    for change in changes:
        rows.setdefault((change.table, change.row, change.event), []).append(change)
    for (table, _, event), fields in rows.items():
        if event == "changed":
            for field in fields:
                old, new = (_value(reader, people, table, field.field, value) for value in (field.old, field.new))
                yield f"{field.what} {field.name}：{old or '（空）'} → {new or '（空）'}"
            continue
        side = 7 if event == "added" else 6
        told = (f"{field.name} {_value(reader, people, table, field.field, field[side])}" for field in fields)
        yield f"{'新增' if event == 'added' else '去掉'} {fields[0].what}：{'，'.join(told)}"


def _value(reader: Reader, people: Mapping[int, str], table: str, field: str, value: Any) -> str:
    """A stored value as people read it."""
    if value in (None, "", "[]"):
        return ""
    if field in _BOOLEANS:
        return "是" if value else "否"
    if field in _CONTACTS:
        return people.get(value, f"联系人 {value}")
    if field in _DEMANDS:
        return f"D{value}"
    if field in _CUSTOMERS:
        return customer_code(value)
    if field.endswith("_at") or field in ("at", "wait_until", "waiting_until"):
        local = reader.local(value)
        return f"{local:%Y-%m-%d %H:%M}" if isinstance(local, datetime) else ""
    if field in ("tags", "documents", "regions", "products", "skills"):
        return "、".join(json.loads(value))
    return label(table, field, str(value)) or " ".join(str(value).split())
