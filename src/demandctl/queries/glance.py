"""The numbers of the day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from demandctl.core.rules import RulePart
from demandctl.queries.reader import Reader
from demandctl.store.conditions import is_open
from demandctl.store.values import stored


def glance(reader: Reader) -> dict[str, Any]:
    """The numbers of the day: open demands by status, Monday's list, visits of the next seven days, last week."""
    by_status = "SELECT status, count(*) FROM demand WHERE closed_at IS NULL GROUP BY status"
    counts: dict[str, int] = {row[0]: row[1] for row in reader.rows(by_status)}
    monday = reader.now.date() - timedelta(days=reader.now.weekday())
    start, end = (stored(datetime.combine(monday - timedelta(days=n), time(), reader.zone)) for n in (7, 0))
    week = stored(reader.now + timedelta(days=7))
    one = reader.sql.execute(
        f"SELECT (SELECT count(*) FROM deadline AS l WHERE {is_open()} AND role = '{RulePart.WEEKLY}' "
        "AND due_at <= :week), "
        f"(SELECT count(*) FROM deadline AS l WHERE {is_open()} AND role = '{RulePart.VISIT}' AND due_at <= :week "
        "AND started_at <= :week), "
        "(SELECT count(*) FROM demand WHERE raised_at >= :start AND raised_at < :end), "
        "(SELECT count(*) FROM demand WHERE closed_at >= :start AND closed_at < :end)",
        {"week": week, "start": start, "end": end},
    ).fetchone()
    return {
        "open": sum(counts.values()),
        **{status: counts.get(status, 0) for status in ("new", "referred", "waiting", "confirming")},
        "monday": one[0],
        "revisits": one[1],
        "last_week": {"new": one[2], "closed": one[3]},
    }
