"""Deadlines: which are shown now and in what order, and each as it is shown, its lateness reckoned at this moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from demandctl.core.rules import RulePart
from demandctl.core.targets import late_minutes, level
from demandctl.core.worktime import Calendar
from demandctl.language.subject import LEDGER, About, Subject
from demandctl.queries.narrowing import OWED_BRANCH, any_of, bound, holds_one, is_one
from demandctl.queries.reader import Reader, Row
from demandctl.store.conditions import is_open, is_running
from demandctl.store.values import stored

RANKS = range(5, -1, -1)
"""Urgency and kind of a deadline's demand, highest first: the order of the partial index over open deadlines."""

STATES = ("overdue", "today", "soon")


class Due(NamedTuple):
    """What ``due`` is asked for: one of the values of each, empty means all."""

    within: timedelta = timedelta(days=1)
    overdue_only: bool = False
    owner: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    mine: bool = False
    limit: int | None = None


_DEADLINE = f"""
SELECT l.*, d.kind AS kind, {OWED_BRANCH} AS branch, d.region AS region, d.urgency AS urgency, d.content AS content,
       c.id AS c_id, c.name AS c_name, c.phone AS c_phone, o.name AS o_name, o.phone AS o_phone
FROM deadline AS l{{index}}
LEFT JOIN demand AS d ON d.id = l.demand_id
LEFT JOIN customer AS c ON c.id = l.customer_id
LEFT JOIN contact AS o ON o.id = l.owner_id
"""


_OWED = any_of("one.value IN (o.name, o.phone, l.owner_name) OR o.name LIKE '%' || one.value || '%'", "owner")
_NARROWED = {
    "branch": holds_one(OWED_BRANCH, "branch"),
    "kind": is_one("d.kind", "kind"),
    "rule": any_of("one.value IN (l.rule, l.rule_name)", "rule"),
}


def due_deadlines(reader: Reader, asked: Due) -> tuple[list[sqlite3.Row], dict[str, int]]:
    """Open deadlines whose time has come, in the order they are shown, and how many there are of each state.

    Counts stop at 1,000 for a state that the limit has cut. A clock that has not started, or that waits, is left out.
    """
    now = stored(reader.now)
    midnight = stored(datetime.combine(reader.now.date() + timedelta(days=1), time(), reader.zone))
    horizon = stored(reader.now + asked.within)
    windows = [("l.due_at < :now", 0), ("l.due_at >= :now AND l.due_at < :midnight", 1)]
    windows += [("l.due_at >= :midnight AND l.due_at <= :horizon", 2)]
    where, values = _due_filter(reader, asked)
    values |= {"now": now, "midnight": midnight, "horizon": horizon}
    index = "deadline_owed" if "l.owed_by = " in where else "deadline_open"
    found: list[sqlite3.Row] = []
    counts: dict[str, int] = {}
    for window, number in windows[: 1 if asked.overdue_only else 3]:
        state, before = STATES[number], len(found)
        for rank in RANKS:
            room = -1 if asked.limit is None else asked.limit - len(found)
            if room == 0:
                break
            query = (
                _DEADLINE.format(index=f" INDEXED BY {index}")
                + f"WHERE {is_running()} AND l.rank = {rank} AND {window} {where} "
                + f"ORDER BY l.due_at, l.id LIMIT {room}"
            )
            found += reader.rows(query, values)
        counts[state] = len(found) - before
        if asked.limit is not None and len(found) >= asked.limit:
            counts[state] = _count(reader, window, where, values)
    return found, counts


def running_deadlines(reader: Reader, where: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
    """Open deadlines that run now (waiting ones left out) under a condition: overdue first, by rank, then by due."""
    query = _DEADLINE.format(index="") + (
        f"WHERE {is_running()} AND {where} "
        "ORDER BY l.due_at >= :now, CASE WHEN l.due_at < :now THEN -l.rank END, l.due_at, l.id"
    )
    return reader.rows(query, {"now": stored(reader.now), **values})


def _count(reader: Reader, window: str, where: str, values: Mapping[str, Any]) -> int:
    source = _DEADLINE.format(index="").partition("FROM")[2]  # SQLite leaves out the joins that no condition needs
    query = f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {is_running()} AND {window} {where} LIMIT 1000)"
    count: int = reader.sql.execute(query, values).fetchone()[0]
    return count


def _due_filter(reader: Reader, asked: Due) -> tuple[str, dict[str, Any]]:
    where: list[str] = []
    values: dict[str, Any] = {name: bound(getattr(asked, name)) for name in _NARROWED}
    specialist = {reader.context.config.specialist or reader.context.who, "专员", "需求专员"}
    others = [name for name in asked.owner if name not in specialist]
    if (asked.owner and not others) or asked.mine:
        where.append("AND l.owed_by = 'specialist'")
    if others:
        his_own = "" if len(others) == len(asked.owner) else " OR l.owed_by IN ('specialist')"
        where.append(f"AND ({_OWED}{his_own})")
        values["owner"] = bound(others)
    where += [f"AND {test}" for name, test in _NARROWED.items() if getattr(asked, name)]
    return " ".join(where), values


class Line(NamedTuple):
    """A deadline as it is shown and printed as JSON.

    ``workday_minutes`` is the length of a working day, where ``late_minutes`` counts opening time.
    """

    id: int
    rule: str
    rule_name: str
    demand: int | None
    revisit: int | None
    customer: dict[str, Any] | None
    kind: str | None
    branch: str | None
    owed_by: dict[str, Any]
    what: str
    started_at: str | None
    due_at: str | None
    state: str
    late_minutes: int | None
    workday_minutes: int | None
    missed: int | None
    level: int
    provisional: bool
    role: str | None

    @property
    def subject(self) -> Subject:
        """What people know it by: the demand that it concerns, else the revisit, else the customer."""
        if self.demand or self.revisit:
            return Subject.demand(self.demand) if self.demand else Subject.revisit(self.revisit or 0)
        return (Subject.read(self.customer["code"]) if self.customer else None) or LEDGER


def to_line(reader: Reader, row: Row) -> Line:
    """One deadline, its state and lateness reckoned at this moment."""
    due_at, now = datetime.fromisoformat(row["due_at"]), reader.now
    state = _state(reader, row, due_at)
    overdue = state == "overdue"
    steps = reader.context.config.steps if overdue else ()
    calendar = reader.calendar(row["ruleset_id"]) if overdue else None
    return Line(
        id=row["id"],
        rule=row["rule"],
        rule_name=row["rule_name"],
        demand=row["demand_id"],
        revisit=row["revisit_id"],
        customer={"code": Subject.customer(row["c_id"]).code, "name": row["c_name"]} if row["c_id"] else None,
        kind=row["kind"],
        branch=row["branch"] or None,
        owed_by=_owed_by(reader, row),
        what=row["what"],
        started_at=reader.iso(row["started_at"]),
        due_at=reader.iso(row["due_at"]),
        state=state,
        late_minutes=late_minutes(due_at, now, row["clock"], calendar) if calendar else None,
        workday_minutes=calendar.day_seconds // 60 if calendar and row["clock"] != "wall" else None,
        missed=times_missed(row, calendar, now),
        level=level(due_at, now, steps, calendar) if calendar else 0,
        provisional=bool(row["provisional"]),
        role=row["role"] or None,
    )


def _state(reader: Reader, row: Row, due_at: datetime) -> str:
    if row["met_at"] or row["voided_at"]:
        return "met" if row["met_at"] else "voided"
    now = reader.now
    if row["waiting_until"] and datetime.fromisoformat(row["waiting_until"]) > now:
        return "waiting"
    if due_at < now:
        return "overdue"
    if datetime.fromisoformat(row["started_at"]) > now:
        return "later"
    if due_at.astimezone(reader.zone).date() <= now.date():
        return "today"
    return "soon" if due_at <= now + timedelta(days=1) else "later"


def _owed_by(reader: Reader, row: Row) -> dict[str, Any]:
    role, name, phone = row["owed_by"], row["o_name"] or "", row["o_phone"] or ""
    config = reader.context.config
    if role == "specialist":
        name, phone = config.specialist or "需求专员", config.get("specialist", "phone")
    elif role in ("branch", "department"):
        name = row["owner_name"] if role == "branch" or not name else f"{row['owner_name']} {name}"
    elif role == "supervisor" and not name:
        name = config.get("specialist", "supervisor") or "主管"
    return {"role": role, "name": name, "phone": phone}


def times_missed(row: Row, calendar: Calendar | None, now: datetime) -> int | None:
    """How many occurrences in a row of a repeating deadline went by unmet; None for any other."""
    if not row["occurrences"]:
        return None
    if row["met_at"] or row["voided_at"] or calendar is None:
        return int(row["missed"])
    today = now.date().isoformat()
    closed = calendar.closing(now.date()) < now
    return sum(1 for day in row["occurrences"].split() if day < today or (day == today and closed))


def open_deadlines(reader: Reader, until: datetime, condition: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
    """Open deadlines ``l`` due by a time that pass a further condition, in the order they are shown.

    A clock that has not started, or that waits, is left out.
    """
    query = (
        _DEADLINE.format(index=" INDEXED BY deadline_open")
        + f"WHERE {is_running()} AND l.rank = :rank AND l.due_at <= :until "
        + f"AND ({condition}) ORDER BY l.due_at, l.id"
    )
    moments = {"now": stored(reader.now), "until": stored(until)}
    return [row for rank in RANKS for row in reader.rows(query, {**moments, **values, "rank": rank})]


def deadlines_of(reader: Reader, subject: Subject) -> list[dict[str, Any]]:
    """All deadlines of a demand, a revisit or a customer, past ones too, in the order they began."""
    test = f"l.{subject.about}_id = ?"
    if subject.about is About.CUSTOMER:  # with those of whoever was merged into him
        merged = "SELECT ?1 UNION ALL SELECT id FROM customer WHERE merged_into = ?1"
        test = f"l.about = 'customer' AND l.customer_id IN ({merged})"
    query = _DEADLINE.format(index="") + f"WHERE {test} ORDER BY l.started_at, l.id"
    return [deadline_data(reader, row) for row in reader.rows(query, (subject.number,))]


def read_deadline(reader: Reader, number: int) -> dict[str, Any] | None:
    """One deadline by its own number; None when there is none."""
    rows = reader.rows(_DEADLINE.format(index="") + "WHERE l.id = ?", (number,))
    return deadline_data(reader, rows[0]) if rows else None


def deadline_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A deadline as JSON has it, with how it ended."""
    return to_line(reader, row)._asdict() | {
        "met_at": reader.iso(row["met_at"]),
        "voided_at": reader.iso(row["voided_at"]),
        "void_reason": row["void_reason"] or None,
        "waiting_until": reader.iso(row["waiting_until"]),
    }


def stream_deadlines(reader: Reader, column: str) -> Iterator[sqlite3.Row]:
    """All deadlines of demands or revisits (``demand_id``, ``revisit_id``) in their order, to be merged with them."""
    query = _DEADLINE.format(index="") + f"WHERE l.{column} IS NOT NULL ORDER BY l.{column}, l.started_at, l.id"
    yield from reader.sql.execute(query)


def visits_owed(reader: Reader, horizon: timedelta) -> list[Line]:
    """The visits that are owed until some time from now, and why."""
    query = _DEADLINE.format(index="") + (
        f"WHERE {is_open()} AND l.due_at <= :until AND l.started_at <= :until "
        f"AND l.role = '{RulePart.VISIT}' ORDER BY l.due_at, l.id"
    )
    return [to_line(reader, row) for row in reader.rows(query, {"until": stored(reader.now + horizon)})]
