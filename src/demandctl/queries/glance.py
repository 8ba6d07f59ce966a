"""The numbers of the day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from demandctl.core.parts import RulePart
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store.conditions import is_open
from demandctl.store.values import stored
from demandctl.vocabulary import Status


class Week(View):
    """How many demands came and ended."""

    new: int
    closed: int


class Glance(View):
    """The numbers of the day: open demands by status, Monday's list, visits of the next seven days, last week."""

    open: int
    new: int
    referred: int
    waiting: int
    confirming: int
    monday: int
    revisits: int
    last_week: Week


def glance(reader: Reader) -> Glance:
    """The numbers of this moment."""
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
    return Glance(
        open=sum(counts.values()),
        new=counts.get(Status.NEW, 0),
        referred=counts.get(Status.REFERRED, 0),
        waiting=counts.get(Status.WAITING, 0),
        confirming=counts.get(Status.CONFIRMING, 0),
        monday=one[0],
        revisits=one[1],
        last_week=Week(new=one[2], closed=one[3]),
    )
