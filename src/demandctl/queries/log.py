"""The operation log."""

from __future__ import annotations

from typing import Any

from demandctl.queries.reader import Reader


def read_operations(
    reader: Reader,
    *,
    demand: int | None = None,
    who: str = "",
    command: str = "",
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """What was done, newest last: of one demand, by one person, by a command or its group, in a span of time."""
    tests = {
        "id IN (SELECT operation_id FROM change WHERE demand_id = :demand)": demand,
        "instr(who, :who) > 0": who,
        "(command = :command OR command LIKE :command || ' %')": command,
        "at >= :since": since,
        "at < :until": until,
    }
    where = " AND ".join(test for test, value in tests.items() if value) or "1"
    rows = reader.rows(
        f"SELECT * FROM (SELECT * FROM operation WHERE {where} ORDER BY id DESC LIMIT :limit) ORDER BY id",
        {"demand": demand, "who": who, "command": command, "since": since, "until": until,
         "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [
        {
            "id": row["id"],
            "at": reader.iso(row["at"]),
            "who": row["who"],
            "command": row["command"],
            "summary": row["summary"],
            "undoes": row["undoes"],
            "undone_by": row["undone_by"],
        }
        for row in rows
    ]
