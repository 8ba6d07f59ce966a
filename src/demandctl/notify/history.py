"""What went out, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from demandctl.core.routing import short_branch
from demandctl.notify.channel import NoticeChannel
from demandctl.notify.schedule import level_name
from demandctl.queries.narrowing import bound, is_one
from demandctl.queries.reader import Reader
from demandctl.queries.view import View


class SentNotice(View):
    """What went to a channel about a deadline at a level, and what came back; the deadline may be gone by now."""

    id: int
    at: datetime
    channel: str
    deadline: int
    demand: int | None
    rule: str | None
    rule_name: str | None
    what: str | None
    level: int
    level_name: str
    due_at: datetime
    failed: bool
    accepted: bool
    answer: str


def sent(reader: Reader, channels: Sequence[str], limit: int | None) -> list[SentNotice]:
    """The record of notices, newest last: which deadline went where at which level, and what came back."""
    rows = reader.rows(
        "SELECT * FROM (SELECT n.*, l.demand_id, l.rule, l.rule_name, l.what FROM notification AS n "
        "LEFT JOIN deadline AS l ON l.id = n.deadline_id "
        f"WHERE {is_one('n.channel', 'channels')} ORDER BY n.id DESC LIMIT :limit) ORDER BY id",
        {"channels": bound(channels), "limit": -1 if limit is None else limit},
    )
    return [
        SentNotice(
            id=row["id"],
            at=reader.at(row["at"]),
            channel=row["channel"],
            deadline=row["deadline_id"],
            demand=row["demand_id"],
            rule=row["rule"],
            rule_name=row["rule_name"],
            what=row["what"],
            level=row["level"],
            level_name=level_name(row["level"]),
            due_at=reader.at(row["due_at"]),
            failed=bool(row["failed"]),
            accepted=bool(row["accepted"]),
            answer=row["answer"],
        )
        for row in rows
    ]


def branches_unknown(reader: Reader, channels: Sequence[NoticeChannel]) -> list[str]:
    """Branches that channels name and nobody in the directory belongs to: likely slips of the pen."""
    known = {short_branch(row[0]) for row in reader.rows("SELECT DISTINCT branch FROM contact")}
    return [branch for channel in channels for branch in channel.branches if short_branch(branch) not in known]
