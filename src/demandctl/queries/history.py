"""What happened: to one demand its follow-ups, assignments and escalations; in all of the ledger its operations."""

from __future__ import annotations

from typing import Any

from demandctl.queries.reader import Reader, Row


def history_of(reader: Reader, number: int) -> dict[str, Any]:
    """What ``show`` adds to a demand: follow-ups, assignments, escalations, operations."""
    rows = reader.rows
    told = rows("SELECT * FROM follow_up WHERE demand_id = ? ORDER BY at, id", (number,))
    handed = rows(
        "SELECT a.*, t.name AS to_name, t.phone AS to_phone, f.name AS from_name FROM assignment AS a "
        "JOIN contact AS t ON t.id = a.to_id LEFT JOIN contact AS f ON f.id = a.from_id "
        "WHERE a.demand_id = ? ORDER BY a.at, a.id",
        (number,),
    )
    raised = rows(
        "SELECT e.*, t.name FROM escalation AS e JOIN contact AS t ON t.id = e.to_id WHERE e.demand_id = ?", (number,)
    )
    return {
        "follow_ups": [follow_up_data(reader, row) for row in told],
        "assignments": [assignment_data(reader, row) for row in handed],
        "escalations": [escalation_data(reader, row) for row in raised],
        "operations": read_operations(reader, demand=number),
    }


def follow_up_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A follow-up as JSON has it."""
    return {
        "at": reader.iso(row["at"]),
        "by": row["by_name"],
        "phone": row["phone"],
        "internal": bool(row["internal"]),
        "method": row["method"],
        "stage": row["stage"] or None,
        "text": row["text"],
        "next_at": reader.iso(row["next_at"]),
        "next_plan": row["next_plan"] or None,
        "wait_until": reader.iso(row["wait_until"]),
        "resolved": bool(row["resolved"]),
    }


def assignment_data(reader: Reader, row: Row) -> dict[str, Any]:
    """An assignment as JSON has it."""
    return {
        "at": reader.iso(row["at"]),
        "from": row["from_name"],
        "to": row["to_name"],
        "phone": row["to_phone"],
        "how": row["how"],
        "reason": row["reason"] or None,
    }


def escalation_data(reader: Reader, row: Row) -> dict[str, Any]:
    """An escalation as JSON has it."""
    return {"at": reader.iso(row["at"]), "to": row["name"], "level": row["level"], "problem": row["problem"]}


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
