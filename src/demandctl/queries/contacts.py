"""The directory as lists and JSON have it."""

from __future__ import annotations

import json
from typing import Any

from demandctl.queries.reader import Reader, Row


def read_contacts(reader: Reader, *, role: str = "", branch: str = "", everybody: bool = False) -> list[dict[str, Any]]:
    """The directory in its order; those who left only when *everybody* is asked for."""
    rows = reader.rows(
        "SELECT * FROM contact WHERE (:role = '' OR role = :role) AND (:branch = '' OR branch LIKE :like) "
        "AND (:everybody OR active) ORDER BY branch = '', id",
        {"role": role, "branch": branch, "like": f"%{branch}%", "everybody": everybody},
    )
    return [contact_data(row) for row in rows]


def read_contact(reader: Reader, number: int) -> dict[str, Any]:
    """One contact."""
    return contact_data(reader.sql.execute("SELECT * FROM contact WHERE id = ?", (number,)).fetchone())


def contact_data(row: Row) -> dict[str, Any]:
    """A contact as JSON has it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "role": row["role"],
        "leader": bool(row["leader"]),
        "branch": row["branch"] or None,
        "regions": json.loads(row["regions"]),
        "products": json.loads(row["products"]),
        "skills": json.loads(row["skills"]),
        "phone": row["phone"],
        "wechat": row["wechat"],
        "active": bool(row["active"]),
    }
