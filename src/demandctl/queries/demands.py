"""Demands as lists and JSON have them, and the filters that choose among them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from demandctl.errors import NotFound
from demandctl.language.subject import Subject
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.reader import Reader, Row
from demandctl.queries.search import demands_holding, map_file

_DEMAND = """
SELECT d.*, c.name AS c_name, c.nickname AS c_nickname, c.phone AS c_phone, c.wechat AS c_wechat,
       c.company AS c_company, c.region AS c_region,
       h.name AS h_name, h.phone AS h_phone, h.branch AS h_branch, h.role AS h_role,
       g.name AS g_name, g.phone AS g_phone, g.branch AS g_branch, g.role AS g_role
FROM demand AS d CROSS JOIN customer AS c ON c.id = d.customer_id
LEFT JOIN contact AS h ON h.id = d.handler_id
LEFT JOIN contact AS g ON g.id = d.leader_id
"""

SORTS = {"number": "d.id", "raised": "d.raised_at, d.id", "next": "d.next_at IS NULL, d.next_at, d.id"}


def read_demand(reader: Reader, number: int) -> dict[str, Any]:
    """One demand as JSON has it, with all its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_DEMAND + "WHERE d.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有{Subject.demand(number).words}", "看看有哪些：demandctl list")
    return demand_data(reader, row) | {"deadlines": deadlines_of(reader, Subject.demand(number))}


class Filter(NamedTuple):
    """Which demands a list asks for; empty means all."""

    kind: str = ""
    status: str = ""
    branch: str = ""
    owner: str = ""
    handler: int | None = None
    numbers: tuple[int, ...] | None = None
    customer: str = ""
    customer_id: int | None = None
    tag: str = ""
    since: str = ""
    until: str = ""
    closed_since: str = ""
    closed_until: str = ""
    open_only: bool = False
    text: str = ""
    sort: str = "number"
    limit: int | None = None


def read_demands(reader: Reader, asked: Filter) -> list[dict[str, Any]]:
    """The demands that a filter lets through, newest first unless sorted otherwise."""
    if asked.text:
        map_file(reader)
    where, values = demand_condition(asked)
    order = f"{SORTS[asked.sort]}{' DESC' if asked.sort == 'number' else ''}"
    query = f"{_DEMAND} WHERE {where} ORDER BY {order} LIMIT {-1 if asked.limit is None else asked.limit}"
    return [demand_data(reader, row) for row in reader.rows(query, values)]


def stream_demands(reader: Reader, asked: Filter) -> Iterator[sqlite3.Row]:
    """The rows of the demands that a filter lets through, oldest number first, one at a time."""
    where, values = demand_condition(asked)
    yield from reader.sql.execute(f"{_DEMAND} WHERE {where} ORDER BY d.id", values)


def demand_condition(asked: Filter) -> tuple[str, dict[str, Any]]:
    """A filter as SQL about demand ``d``, its customer ``c`` and its handler ``h``, with the values that it names."""
    tests = {
        "d.kind = :kind": asked.kind,
        "d.status = :status": asked.status,
        "d.branch LIKE :branch": asked.branch and f"%{asked.branch}%",
        "(h.name LIKE :owner OR h.phone = :exact_owner)": asked.owner and f"%{asked.owner}%",
        "d.customer_id IN (SELECT id FROM customer WHERE name LIKE :customer OR nickname LIKE :customer "
        "OR phone = :exact OR printf('K%05d', id) = :exact "
        "OR id IN (SELECT merged_into FROM customer WHERE printf('K%05d', id) = :exact))": (
            asked.customer and f"%{asked.customer}%"
        ),
        "d.raised_at >= :since": asked.since,
        "d.raised_at < :until": asked.until,
        "d.closed_at >= :closed_since": asked.closed_since,
        "d.closed_at < :closed_until": asked.closed_until,
        "EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = :tag)": asked.tag,
    }
    names = (
        "kind", "status", "branch", "owner", "customer", "since", "until", "closed_since", "closed_until", "tag",
    )  # fmt: skip
    where = ["d.closed_at IS NULL"] if asked.open_only else []
    where += [f"d.customer_id = {asked.customer_id:d}"] if asked.customer_id is not None else []
    where += [f"d.handler_id = {asked.handler:d}"] if asked.handler is not None else []
    where += [f"d.id IN ({', '.join(map(str, asked.numbers))})"] if asked.numbers is not None else []
    values: dict[str, Any] = {"exact": asked.customer, "exact_owner": asked.owner}
    for (test, value), name in zip(tests.items(), names, strict=True):
        if value:
            where.append(test)
            values[name] = value
    holding, words = demands_holding(asked.text)
    where, values = where + holding, values | words
    return " AND ".join(where) or "1", values


def demand_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A demand as JSON has it, its deadlines aside."""
    iso = reader.iso
    return {
        "number": row["id"],
        "kind": row["kind"],
        "subtype": row["subtype"],
        "channel": row["channel"],
        "group": row["group_name"] or None,
        "customer": {
            "code": Subject.customer(row["customer_id"]).code,
            **{name: row[f"c_{name}"] for name in ("name", "nickname", "phone", "wechat", "company", "region")},
        },
        "region": row["region"],
        "branch": row["branch"] or None,
        "product": row["product"],
        "content": row["content"],
        "urgency": row["urgency"],
        "service_mode": row["service_mode"],
        "warranty": row["warranty"] or None,
        "wish": row["wish"] or None,
        "from": row["from_id"],
        "tags": json.loads(row["tags"]),
        "raised_at": iso(row["raised_at"]),
        "registered_at": iso(row["registered_at"]),
        "verified": None if row["verified"] is None else bool(row["verified"]),
        "status": row["status"],
        "handler": _person(row, "h", row["handler_id"]),
        "leader": _person(row, "g", row["leader_id"]),
        "escalation": row["escalation"],
        "next_at": iso(row["next_at"]),
        "next_plan": row["next_plan"] or None,
        "resolved_at": iso(row["resolved_at"]),
        "confirmed_at": iso(row["confirmed_at"]),
        "outcome": row["outcome"],
        "reason": row["reason"] or None,
        "amount": _number(row["amount"]),
        "duplicate_of": row["duplicate_of"],
        "note": row["note"] or None,
        "closed_at": iso(row["closed_at"]),
    }


def _person(row: Row, alias: str, contact_id: int | None) -> dict[str, Any] | None:
    if contact_id is None:
        return None
    return {"id": contact_id, **{name: row[f"{alias}_{name}"] for name in ("name", "phone", "branch", "role")}}


def _number(text: str | None) -> float | int | None:
    if text is None:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value
