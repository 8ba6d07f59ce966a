"""What went out, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demandctl.notify.channel import NoticeChannel, plain
from demandctl.notify.schedule import level_name
from demandctl.queries.narrowing import bound, is_one
from demandctl.queries.reader import Reader


def sent(reader: Reader, channels: Sequence[str], limit: int | None) -> list[dict[str, Any]]:
    """The record of notices, newest last: which deadline went where at which level, and what came back."""
    rows = reader.rows(
        "SELECT * FROM (SELECT n.*, l.demand_id, l.rule, l.rule_name, l.what FROM notification AS n "
        "LEFT JOIN deadline AS l ON l.id = n.deadline_id "
        f"WHERE {is_one('n.channel', 'channels')} ORDER BY n.id DESC LIMIT :limit) ORDER BY id",
        {"channels": bound(channels), "limit": -1 if limit is None else limit},
    )
    return [
        {
            "id": row["id"],
            "at": reader.iso(row["at"]),
            "channel": row["channel"],
            "deadline": row["deadline_id"],
            "demand": row["demand_id"],
            "rule": row["rule"],
            "rule_name": row["rule_name"],
            "what": row["what"],
            "level": row["level"],
            "level_name": level_name(row["level"]),
            "due_at": reader.iso(row["due_at"]),
            "failed": bool(row["failed"]),
            "accepted": bool(row["accepted"]),
            "answer": row["answer"],
        }
        for row in rows
    ]


def branches_unknown(reader: Reader, channels: Sequence[NoticeChannel]) -> list[str]:
    """Branches that channels name and nobody in the directory belongs to: likely slips of the pen."""
    known = {plain(row[0]) for row in reader.rows("SELECT DISTINCT branch FROM contact")}
    return [branch for channel in channels for branch in channel.branches if plain(branch) not in known]
