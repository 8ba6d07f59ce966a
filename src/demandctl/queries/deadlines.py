"""Deadlines: which are shown now and in what order, and each as it is shown, its lateness reckoned at this moment."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple

from demandctl.core.deadline import Deadline
from demandctl.core.parts import RulePart
from demandctl.core.targets import late_minutes, level
from demandctl.language.subject import LEDGER, About, Subject
from demandctl.queries.narrowing import OWED_BRANCH, any_of, bound, holds_one, is_one
from demandctl.queries.nudges import NUDGED, Nudges, nudges_of
from demandctl.queries.people import CustomerName
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.store.conditions import is_open, is_running
from demandctl.store.rows import deadline_of
from demandctl.store.values import stored
from demandctl.vocabulary import DeadlineState, Kind, Urgency

RANKS = range(5, -1, -1)
"""Urgency and kind of a deadline's demand, highest first: the order of the partial index over open deadlines."""

NEAR = timedelta(days=1)
"""What is due within it is soon, and so is what lies within a longer horizon that was asked for."""


class Debtor(View):
    """Who owes something: a person, a branch, a department, as he is called and rung up now."""

    role: str
    name: str
    phone: str


class Due(View):
    """A deadline as it stands at the moment of reading.

    ``late_minutes`` are whole minutes on its own clock, ``workday_minutes`` the length of a working day where they are
    opening time. ``subject`` is what people know it by: the demand that it concerns, else the revisit, else the
    customer.
    """

    unsaid = frozenset({"subject", "region", "urgency", "content", "deadline", "ruleset"})

    id: int
    rule: str
    rule_name: str
    demand: int | None
    revisit: int | None
    customer: CustomerName | None
    kind: Kind | None
    branch: str | None
    owed_by: Debtor
    what: str
    started_at: datetime
    due_at: datetime
    state: DeadlineState
    late_minutes: int | None
    workday_minutes: int | None
    missed: int | None
    level: int
    provisional: bool
    role: str | None
    nudges: Nudges
    subject: Subject
    region: str
    urgency: Urgency | None
    content: str
    deadline: Deadline
    ruleset: int

    @property
    def is_open(self) -> bool:
        """Neither met nor voided."""
        return self.deadline.is_open


class Clock(Due):
    """A deadline of a demand, a revisit or a customer, with how it ended."""

    met_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    waiting_until: datetime | None


class DueFilter(NamedTuple):
    """What ``due`` is asked for: one of the values of each, empty means all."""

    within: timedelta = NEAR
    overdue_only: bool = False
    owner: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    mine: bool = False
    others: bool = False
    limit: int | None = None


_SELECT = f"""
SELECT l.*, d.kind AS kind, {OWED_BRANCH} AS branch, d.region AS region, d.urgency AS urgency, d.content AS content,
       c.id AS c_id, c.name AS c_name, o.name AS o_name, o.phone AS o_phone, {NUDGED}
"""
_JOINS = """
LEFT JOIN demand AS d ON d.id = l.demand_id
LEFT JOIN customer AS c ON c.id = l.customer_id
LEFT JOIN contact AS o ON o.id = CASE WHEN l.owner_id IS NOT NULL THEN l.owner_id WHEN l.owed_by = 'department'
    THEN (SELECT min(id) FROM contact WHERE name = l.owner_name AND role = 'department' AND active) END
"""
_DEADLINE = f"{_SELECT} FROM deadline AS l {_JOINS}"


_OWED = any_of("one.value IN (o.name, o.phone, l.owner_name) OR o.name LIKE '%' || one.value || '%'", "owner")
_NARROWED = {
    "branch": holds_one(OWED_BRANCH, "branch"),
    "kind": is_one("d.kind", "kind"),
    "rule": any_of("one.value IN (l.rule, l.rule_name)", "rule"),
}


# -- which ---------------------------------------------------------------------------------------------------------


def due_deadlines(reader: Reader, asked: DueFilter) -> tuple[list[Due], dict[DeadlineState, int]]:
    """Open deadlines whose time has come, in the order they are shown, and how many there are of each state.

    Counts stop at 1,000 for a state that the limit has cut. A clock that has not started, or that waits, is left out.
    """
    windows = {
        DeadlineState.OVERDUE: "l.due_at < :now",
        DeadlineState.TODAY: "l.due_at >= :now AND l.due_at < :midnight",
        DeadlineState.SOON: "l.due_at >= :midnight AND l.due_at <= :horizon",
    }
    midnight = datetime.combine(reader.now.date() + timedelta(days=1), time(), reader.zone)
    where, values = _condition(reader, asked)
    values |= {"now": stored(reader.now), "midnight": stored(midnight), "horizon": stored(reader.now + asked.within)}
    source = f"deadline AS l INDEXED BY {'deadline_owed' if 'l.owed_by = ' in where else 'deadline_open'} {_JOINS}"
    found: list[Due] = []
    counts: dict[DeadlineState, int] = {}
    for state, window in list(windows.items())[: 1 if asked.overdue_only else None]:
        before = len(found)
        for rank in RANKS:
            room = -1 if asked.limit is None else asked.limit - len(found)
            if room == 0:
                break
            query = f"{_SELECT} FROM {source} WHERE {where} AND l.rank = {rank} AND {window} ORDER BY l.due_at, l.id"
            found += (due_of(reader, row, state) for row in reader.rows(f"{query} LIMIT {room}", values))
        counts[state] = len(found) - before
        if asked.limit is not None and len(found) >= asked.limit:
            counts[state] = _count(reader, f"{where} AND {window}", values)
    return found, counts


def _count(reader: Reader, where: str, values: Mapping[str, object]) -> int:
    """How many there are, up to 1,000. SQLite leaves out the joins that no condition needs."""
    query = f"SELECT count(*) FROM (SELECT 1 FROM deadline AS l {_JOINS} WHERE {where} LIMIT 1000)"
    count: int = reader.sql.execute(query, values).fetchone()[0]
    return count


def _condition(reader: Reader, asked: DueFilter) -> tuple[str, dict[str, object]]:
    where = [is_running()]
    values: dict[str, object] = {name: bound(getattr(asked, name)) for name in _NARROWED}
    specialist = {reader.context.config.specialist or reader.context.who, "专员", "需求专员"}
    others = [name for name in asked.owner if name not in specialist]
    if (asked.owner and not others) or asked.mine:
        where.append("l.owed_by = 'specialist'")
    if asked.others:
        where.append("l.owed_by <> 'specialist'")
    if others:
        his_own = "" if len(others) == len(asked.owner) else " OR l.owed_by IN ('specialist')"
        where.append(f"({_OWED}{his_own})")
        values["owner"] = bound(others)
    where += [test for name, test in _NARROWED.items() if getattr(asked, name)]
    return " AND ".join(where), values


def running_deadlines(reader: Reader, where: str, values: Mapping[str, object]) -> list[Due]:
    """Open deadlines that run now (waiting ones left out) under a condition: overdue first, by rank, then by due."""
    query = (
        f"{_DEADLINE} WHERE {is_running()} AND {where} "
        "ORDER BY l.due_at >= :now, CASE WHEN l.due_at < :now THEN -l.rank END, l.due_at, l.id"
    )
    return [due_of(reader, row) for row in reader.rows(query, {"now": stored(reader.now), **values})]


def worst_of(reader: Reader, numbers: Iterable[int]) -> dict[int, Due]:
    """Of each of some demands the deadline that presses most now."""
    listed = ", ".join(map(str, numbers))
    found = running_deadlines(reader, f"l.demand_id IN ({listed})", {}) if listed else []
    return {due.demand: due for due in reversed(found) if due.demand}


LATE = "l.due_at < :now"
ABOVE = "l.owed_by IN ('leader', 'supervisor', 'escalated')"
"""What leaders owe, or whoever it was taken up to."""


def deadlines_then(reader: Reader, asked: DueFilter, which: str = LATE) -> list[Due]:
    """What was open at the reader's moment, whatever came of it later, in the order ``due`` shows it."""
    where = [
        "l.started_at <= :now", "(l.met_at IS NULL OR l.met_at > :now)",
        "(l.voided_at IS NULL OR l.voided_at > :now)", "(l.waiting_until IS NULL OR l.waiting_until <= :now)", which,
        *(test for name, test in _NARROWED.items() if getattr(asked, name)),
    ]  # fmt: skip
    values = {name: bound(getattr(asked, name)) for name in _NARROWED} | {"now": stored(reader.now)}
    query = f"{_DEADLINE} WHERE {' AND '.join(where)} ORDER BY l.rank DESC, l.due_at, l.id"
    overdue = DeadlineState.OVERDUE
    found = reader.rows(query, values)
    return [due_of(reader, row, overdue if row["due_at"] < values["now"] else DeadlineState.LATER) for row in found]


def deadlines_until(reader: Reader, until: datetime, condition: str, values: Mapping[str, object]) -> Iterator[Due]:
    """Deadlines ``l`` that run now and are due by a time, under a further condition, in the order they are shown."""
    query = (
        f"{_SELECT} FROM deadline AS l INDEXED BY deadline_open {_JOINS} WHERE {is_running()} AND l.rank = :rank "
        f"AND l.due_at <= :until AND ({condition}) ORDER BY l.due_at, l.id"
    )
    moments = {"now": stored(reader.now), "until": stored(until)}
    for rank in RANKS:
        for row in reader.rows(query, {**moments, **values, "rank": rank}):
            yield due_of(reader, row)


def visits_owed(reader: Reader, horizon: timedelta) -> list[Due]:
    """The visits that are owed until some time from now, and why."""
    query = (
        f"{_DEADLINE} WHERE {is_open()} AND l.due_at <= :until AND l.started_at <= :until "
        f"AND l.role = '{RulePart.VISIT}' ORDER BY l.due_at, l.id"
    )
    return [due_of(reader, row) for row in reader.rows(query, {"until": stored(reader.now + horizon)})]


def deadlines_of(reader: Reader, subject: Subject) -> list[Clock]:
    """All deadlines of a demand, a revisit or a customer, past ones too, in the order they began."""
    test = f"l.{subject.about}_id = ?"
    if subject.about is About.CUSTOMER:  # with those of whoever was merged into him
        merged = "SELECT ?1 UNION ALL SELECT id FROM customer WHERE merged_into = ?1"
        test = f"l.about = 'customer' AND l.customer_id IN ({merged})"
    query = f"{_DEADLINE} WHERE {test} ORDER BY l.started_at, l.id"
    return [clock_of(reader, row) for row in reader.rows(query, (subject.number,))]


def read_deadline(reader: Reader, number: int) -> Clock | None:
    """One deadline by its own number; None when there is none."""
    rows = reader.rows(f"{_DEADLINE} WHERE l.id = ?", (number,))
    return clock_of(reader, rows[0]) if rows else None


def stream_deadlines(reader: Reader, about: About) -> Iterator[sqlite3.Row]:
    """The rows of all deadlines of demands or of revisits in their order, to be merged with them."""
    query = f"{_DEADLINE} WHERE l.{about}_id IS NOT NULL ORDER BY l.{about}_id, l.started_at, l.id"
    yield from reader.sql.execute(query)


# -- as they stand -------------------------------------------------------------------------------------------------


def due_of(reader: Reader, row: Row, state: DeadlineState | None = None) -> Due:
    """A deadline out of its row, its state and lateness reckoned at this moment unless the state is known."""
    deadline, now = deadline_of(row), reader.now
    state = state or _state(reader, deadline)
    calendar = reader.calendar(row["ruleset_id"]) if state is DeadlineState.OVERDUE else None
    missed = deadline.times_missed(now, calendar) if calendar else deadline.missed
    return Due(
        id=row["id"],
        rule=deadline.rule,
        rule_name=deadline.name,
        demand=row["demand_id"],
        revisit=row["revisit_id"],
        customer=CustomerName(code=Subject.customer(row["c_id"]).code, name=row["c_name"]) if row["c_id"] else None,
        kind=Kind(row["kind"]) if row["kind"] else None,
        branch=row["branch"] or None,
        owed_by=debtor_of(reader, row),
        what=deadline.what,
        started_at=deadline.started_at.astimezone(reader.zone),
        due_at=deadline.due_at.astimezone(reader.zone),
        state=state,
        late_minutes=late_minutes(deadline.due_at, now, row["clock"], calendar) if calendar else None,
        workday_minutes=calendar.day_seconds // 60 if calendar and row["clock"] != "wall" else None,
        missed=missed if deadline.repeats else None,
        level=level(deadline.due_at, now, reader.context.config.steps, calendar) if calendar else 0,
        provisional=deadline.provisional,
        role=deadline.role or None,
        nudges=nudges_of(reader, row),
        subject=_known_by(row),
        region=row["region"] or "",
        urgency=Urgency(row["urgency"]) if row["urgency"] else None,
        content=row["content"] or "",
        deadline=deadline,
        ruleset=row["ruleset_id"],
    )


def clock_of(reader: Reader, row: Row) -> Clock:
    """A deadline out of its row, with how it ended."""
    return Clock(
        **vars(due_of(reader, row)),
        met_at=reader.local(row["met_at"]),
        voided_at=reader.local(row["voided_at"]),
        void_reason=row["void_reason"] or None,
        waiting_until=reader.local(row["waiting_until"]),
    )


def _known_by(row: Row) -> Subject:
    about = (About.DEMAND, About.REVISIT, About.CUSTOMER)
    return next((Subject(of, row[f"{of}_id"]) for of in about if row[f"{of}_id"]), LEDGER)


def _state(reader: Reader, deadline: Deadline) -> DeadlineState:
    if not deadline.is_open:
        return DeadlineState.MET if deadline.met_at else DeadlineState.VOIDED
    now, due_at = reader.now, deadline.due_at
    if deadline.waiting_until and deadline.waiting_until > now:
        return DeadlineState.WAITING
    if deadline.is_late(now):
        return DeadlineState.OVERDUE
    if deadline.started_at > now:
        return DeadlineState.LATER
    if due_at.astimezone(reader.zone).date() <= now.date():
        return DeadlineState.TODAY
    return DeadlineState.SOON if due_at <= now + NEAR else DeadlineState.LATER


def debtor_of(reader: Reader, row: Row) -> Debtor:
    """Who owes a deadline, as he is called and rung up now."""
    role, name, phone = row["owed_by"], row["o_name"] or "", row["o_phone"] or ""
    config = reader.context.config
    if role == "specialist":
        name, phone = config.specialist or "需求专员", config.get("specialist", "phone")
    elif role in ("branch", "department"):
        called = row["owner_name"]
        name = called if role == "branch" or name in ("", called) else f"{called} {name}"
    elif role == "supervisor" and not name:
        name = config.get("specialist", "supervisor") or "主管"
    return Debtor(role=role, name=name, phone=phone)
