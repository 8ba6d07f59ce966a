"""Revisits as lists and JSON have them."""

from __future__ import annotations

from typing import Any

from demandctl.errors import NotFound
from demandctl.language.subject import Subject
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.reader import Reader, Row

_REVISIT = """
SELECT r.*, c.name AS c_name, c.phone AS c_phone, c.company AS c_company, c.region AS c_region, c.address AS c_address,
       e.name AS e_name
FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id LEFT JOIN contact AS e ON e.id = r.escalated_to
"""


def read_revisits(
    reader: Reader,
    *,
    customer_id: int | None = None,
    kind: str = "",
    open_only: bool = False,
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Revisits by their planned or actual time."""
    rows = reader.rows(
        _REVISIT + "WHERE (:customer IS NULL OR r.customer_id = :customer) AND (:kind = '' OR r.kind = :kind) "
        "AND (NOT :open OR c.erased_at IS NULL AND (r.recorded_at IS NULL "
        "OR (r.problem <> '' AND r.urgent AND r.solved_at IS NULL) "
        "OR (r.forwarded_at IS NOT NULL AND r.solved_at IS NULL))) "
        "AND (:since = '' OR coalesce(r.visited_at, r.planned_at) >= :since) "
        "AND (:until = '' OR coalesce(r.visited_at, r.planned_at) < :until) "
        "ORDER BY coalesce(r.visited_at, r.planned_at), r.id LIMIT :limit",
        {"customer": customer_id, "kind": kind, "open": open_only, "since": since, "until": until,
         "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [revisit_data(reader, row) for row in rows]


def read_revisit(reader: Reader, number: int) -> dict[str, Any]:
    """One revisit with its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_REVISIT + "WHERE r.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有{Subject.revisit(number).words}", "看看有哪些：demandctl revisit list")
    return revisit_data(reader, row) | {"deadlines": deadlines_of(reader, Subject.revisit(number))}


def revisit_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A revisit as JSON has it, its deadlines aside."""
    texts = (
        "dissatisfaction",
        "heard_from",
        "suggestion",
        "inactive_reason",
        "problem",
        "department",
        "visitor",
        "note",
    )
    flags = ("reachable", "recommend", "would_continue")
    return {
        "id": row["id"],
        "customer": {
            "code": Subject.customer(row["customer_id"]).code,
            **{name: row[f"c_{name}"] for name in ("name", "phone", "company", "region", "address")},
        },
        "demand": row["demand_id"],
        "kind": row["kind"],
        "method": row["method"],
        **{name: reader.iso(row[name]) for name in ("planned_at", "visited_at", "call_back_at")},
        **{name: row[name] for name in ("product_rating", "attitude", "speed", "promise", "satisfaction")},
        **{name: None if row[name] is None else bool(row[name]) for name in flags},
        **{name: row[name] or None for name in texts},
        "urgent": bool(row["urgent"]),
        "plan": row["plan"] or None,
        "escalated_to": row["e_name"],
        **{name: reader.iso(row[name]) for name in ("forwarded_at", "contacted_at", "solved_at", "recorded_at")},
    }
