"""Customers as lists and JSON have them."""

from __future__ import annotations

import json
from typing import Any

from demandctl.language.subject import Subject
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.demands import Filter, read_demands
from demandctl.queries.reader import Reader, Row
from demandctl.queries.revisits import read_revisits
from demandctl.queries.search import CUSTOMER_HOLDS, typed_letters


def read_customers(reader: Reader, *, text: str = "", tag: str = "", limit: int | None = None) -> list[dict[str, Any]]:
    """Customers whose name, phone, company or region holds a text."""
    rows = reader.rows(
        "SELECT c.*, o.name AS o_name FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id "
        "WHERE c.erased_at IS NULL AND c.merged_into IS NULL "
        f"AND (:text = '' OR {CUSTOMER_HOLDS}) "
        "AND (:tag = '' OR EXISTS (SELECT 1 FROM json_each(c.tags) WHERE value = :tag)) ORDER BY c.id LIMIT :limit",
        {"text": text, "like": f"%{text}%", "tag": tag, "limit": -1 if limit is None else limit} | typed_letters(text),
    )
    return [customer_data(reader, row) for row in rows]


def read_customer(reader: Reader, customer_id: int) -> dict[str, Any]:
    """One customer with his demands, revisits and deadlines."""
    row = reader.sql.execute(
        "SELECT c.*, o.name AS o_name FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id WHERE c.id = ?",
        (customer_id,),
    ).fetchone()
    return customer_data(reader, row) | {
        "demands": read_demands(reader, Filter(customer_id=customer_id, sort="raised")),
        "revisits": read_revisits(reader, customer_id=customer_id),
        "deadlines": deadlines_of(reader, Subject.customer(customer_id)),
    }


def customer_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A customer as JSON has it, without his demands."""
    plain = ("name", "nickname", "phone", "wechat", "company", "region", "address", "value", "need_class", "stage")
    dates = ("birthday", "last_order", "business_contact", "contract_on", "profiled_on", "consent_on")
    return {
        "code": Subject.customer(row["id"]).code,
        **{name: row[name] for name in plain},
        "tags": json.loads(row["tags"]),
        "owner": {"id": row["owner_id"], "name": row["o_name"]} if row["owner_id"] else None,
        "briefed_at": reader.iso(row["briefed_at"]),
        **{name: row[name] for name in dates},
        "arrears": bool(row["arrears"]),
        "handed": bool(row["handed"]),
        "documents": json.loads(row["documents"]),
        "approved_by": row["approved_by"] or None,
        "revisit_every": row["revisit_every"] or None,
        "note": row["note"] or None,
        "erased_at": reader.iso(row["erased_at"]),
        "created_at": reader.iso(row["created_at"]),
    }
