"""Deadlines between the machine in ``sla`` and the rows of the ledger: load, advance, store, replay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, literal, select

from demandctl.core.deadline import Deadline, Event, stored_days, stored_pauses
from demandctl.core.rules import Rulebook, read_rules
from demandctl.core.worktime import Calendar
from demandctl.sla import advance
from demandctl.store.models import DeadlineRow, EventRow, RuleSet
from demandctl.store.values import stored
from demandctl.store.work import Work
from demandctl.vocabulary import Kind, Urgency

LEDGER = 1
"""The subject number of the one ledger."""

SUBJECT: dict[str, Any] = {
    "demand": DeadlineRow.demand_id,
    "revisit": DeadlineRow.revisit_id,
    "customer": DeadlineRow.customer_id,
    "ledger": literal(LEDGER),
}
"""The column that says which demand, revisit or customer a row is about."""

OPEN = (col(DeadlineRow.met_at).is_(None), col(DeadlineRow.voided_at).is_(None))
"""Of a query: rows of deadlines that are neither met nor voided."""


def happen(
    work: Work,
    about: str,
    subject_id: int,
    event: Event,
    *,
    rank: int = 0,
    customer_id: int | None = None,
    demand_id: int | None = None,
) -> list[Deadline]:
    """Tell the deadlines of a subject that something happened; returns those that are open afterwards.

    *about* and *subject_id* name the subject; *rank*, *customer_id* and *demand_id* go into the rows that are started.
    """
    rules = [rule for rule in work.rules.rules if rule.about == about]
    rows = _rows(work.session, about, subject_id, whole=any(rule.reopened_by & event.names for rule in rules))
    before: dict[int | None, Deadline] = {row.id: to_deadline(row) for row in rows}
    by_id: dict[int | None, DeadlineRow] = {row.id: row for row in rows}
    after = advance(list(before.values()), event, rules, work.calendar)
    _note(work, about, subject_id, event, demand_id)
    for deadline in after:
        row = by_id.get(deadline.id)
        if row is None:
            row = DeadlineRow(
                about=about,
                customer_id=customer_id,
                demand_id=demand_id if about != "customer" else deadline.demand_id,
                revisit_id=subject_id if about == "revisit" else None,
                ruleset_id=work.ruleset_id,
                rank=rank,
                **columns(deadline),
            )
            work.session.add(row)
        elif deadline != before[deadline.id]:
            _change(row, deadline, work.ruleset_id)
        if deadline.is_open and row.rank != rank:
            row.rank = rank
    work.session.flush()
    return [deadline for deadline in after if deadline.is_open]


def _change(row: DeadlineRow, deadline: Deadline, ruleset_id: int) -> None:
    """Bring a row up to its deadline; whose due time was reckoned again, was so by the rules of now."""
    if deadline.due_at != row.due_at or deadline.provisional != row.provisional:
        row.ruleset_id = ruleset_id
    for name, value in columns(deadline).items():
        setattr(row, name, value)


def _note(work: Work, about: str, subject_id: int, event: Event, demand_id: int | None) -> None:
    """Keep the event itself, so that it can be replayed."""
    work.session.add(
        EventRow(
            about=about,
            subject_id=subject_id,
            demand_id=demand_id,
            at=event.at,
            names=" ".join(sorted(event.names)),
            data=json.dumps(event_data(event), ensure_ascii=False),
            ruleset_id=work.ruleset_id,
        )
    )


def rank(urgency: str, kind: str) -> int:
    """Where the deadlines of a demand stand in ``due``: by urgency, then opportunities first."""
    return 2 * list(Urgency).index(Urgency(urgency)) + (kind == Kind.OPPORTUNITY)


def demand_facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """What rules may ask about a demand, out of its columns, and who is who in it."""
    return {
        "kind": str(row["kind"]),
        "subtype": row["subtype"],
        "channel": str(row["channel"]),
        "urgency": str(row["urgency"]),
        "handled": row["handler_id"] is not None,
        "handler": row["handler_id"],
        "referred": row["handler_id"] is None and row["leader_id"] is not None,
        "leader": row["leader_id"],
        "branch": row["branch"],
        "branch_leader": row["branch_leader_id"],
        "raised_at": stored(row["raised_at"]),
    }


def happen_to(work: Work, row: DeadlineRow, event: Event) -> None:
    """Tell the deadlines of the subject that a row is about."""
    happen(
        work,
        row.about,
        subject_of(row),
        event,
        rank=row.rank,
        customer_id=row.customer_id,
        demand_id=row.demand_id if row.about != "customer" else None,
    )


def subject_of(row: DeadlineRow) -> int:
    """The number of what a row is about."""
    number = {"demand": row.demand_id, "revisit": row.revisit_id, "customer": row.customer_id}.get(row.about, LEDGER)
    assert number is not None
    return number


def _rows(session: Session, about: str, subject_id: int, *, whole: bool) -> Sequence[DeadlineRow]:
    query = select(DeadlineRow).where(DeadlineRow.about == about, SUBJECT[about] == subject_id)
    if not whole:
        query = query.where(*OPEN)
    return session.exec(query.order_by(col(DeadlineRow.id))).all()


def has_open(session: Session, about: str, subject_id: int) -> bool:
    """Whether a subject has an open deadline."""
    return bool(_rows(session, about, subject_id, whole=False))


_SAME = (
    "rule", "what", "started_at", "due_at", "target", "owed_by", "owner_id", "owner_name", "given", "waiting_until",
    "missed", "provisional", "met_at", "voided_at", "void_reason", "period", "role",
)  # fmt: skip
"""What a deadline and its row hold alike, under one name."""


def to_deadline(row: DeadlineRow) -> Deadline:
    """A stored row as the machine sees it."""
    return Deadline(
        **{name: getattr(row, name) for name in _SAME},
        name=row.rule_name,
        pauses=stored_pauses(row.pauses),
        occurrences=stored_days(row.occurrences),
        demand_id=row.demand_id if row.about == "customer" else None,
        id=row.id,
    )


def columns(deadline: Deadline) -> dict[str, Any]:
    """The columns that a deadline decides."""
    return {name: getattr(deadline, name) for name in _SAME} | {
        "rule_name": deadline.name,
        "clock": deadline.clock,
        "pauses": json.dumps([[stored(pause.start), stored(pause.end)] for pause in deadline.pauses]),
        "occurrences": " ".join(day.isoformat() for day in deadline.occurrences),
    }


def learn_calendar(work: Work) -> int:
    """Reckon the provisional deadlines again whose year the official calendar knows by now; how many subjects they had.

    Nothing to do costs one look at a partial index. What is late already stays as it was missed.
    """
    stale = _outgrown(work)
    if not stale:
        return 0
    provisional = select(DeadlineRow).where(
        *OPEN,
        col(DeadlineRow.provisional).is_(True),
        col(DeadlineRow.ruleset_id).in_(stale),
        DeadlineRow.due_at >= work.now,
    )
    rows = work.session.exec(provisional.order_by(col(DeadlineRow.id))).all()
    subjects = {(row.about, subject_of(row)): row for row in rows}
    for (about, subject_id), row in subjects.items():
        facts = _last_facts(work.session, about, subject_id)
        happen_to(work, row, Event(frozenset({"recalculated"}), work.now, facts))
    for row in rows:  # still provisional, but by the calendar of today: not to be looked at again
        row.ruleset_id = work.ruleset_id
    work.session.flush()
    return len(subjects)


def _outgrown(work: Work) -> list[int]:
    """The sets of rules behind provisional deadlines whose calendar ended earlier than the one of today."""
    sql = work.session.connection().exec_driver_sql
    used = "SELECT DISTINCT ruleset_id FROM deadline WHERE provisional = 1 AND met_at IS NULL AND voided_at IS NULL"
    query = f"SELECT id FROM ruleset WHERE id IN ({used}) AND id <> ? AND json_extract(calendar, '$.known[1]') < ?"
    return [row[0] for row in sql(query, (work.ruleset_id, work.calendar.known[1].isoformat()))]


def _last_facts(session: Session, about: str, subject_id: int) -> dict[str, Any]:
    """What the deadlines were last told about their subject."""
    data = session.exec(
        select(EventRow.data)
        .where(EventRow.about == about, EventRow.subject_id == subject_id)
        .order_by(col(EventRow.id).desc())
    ).first()
    facts: dict[str, Any] = json.loads(data)["facts"] if data else {}
    return facts


# -- events as data ----------------------------------------------------------------------------------------------

_INSTANTS = ("due", "wait_until")


def event_data(event: Event) -> dict[str, Any]:
    """An event as JSON data, its names and time aside; what is empty is left out."""
    data: dict[str, Any] = {"facts": dict(event.facts)}
    for name in ("repeat", "target", "owed_by", "person", "what", "demand_id"):
        if getattr(event, name):
            data[name] = getattr(event, name)
    if event.on:
        data["on"] = event.on.isoformat()
    for name in _INSTANTS:
        if getattr(event, name):
            data[name] = stored(getattr(event, name))
    if event.begin:
        data["begin"] = {rule: stored(at) for rule, at in event.begin.items()}
    return data


def event_from(row: EventRow) -> Event:
    """The event that a stored row tells."""
    data = json.loads(row.data)
    for name in _INSTANTS:
        if name in data:
            data[name] = datetime.fromisoformat(data[name])
    if "begin" in data:
        data["begin"] = {rule: datetime.fromisoformat(at) for rule, at in data["begin"].items()}
    if "on" in data:
        data["on"] = date.fromisoformat(data["on"])
    return Event(names=frozenset(row.names.split()), at=row.at, **data)


def replay(
    session: Session, about: str, subject_id: int, sets: dict[int, tuple[Rulebook, Calendar]] | None = None
) -> tuple[list[Deadline], list[Deadline]]:
    """The deadlines of a subject as its events make them, each by the rules of its day, and as they are stored.

    *sets* keeps the rules that were read, for the next subject.
    """
    events = session.exec(
        select(EventRow).where(EventRow.about == about, EventRow.subject_id == subject_id).order_by(col(EventRow.id))
    )
    book: list[Deadline] = []
    sets = {} if sets is None else sets
    for row in events:
        if row.ruleset_id not in sets:
            sets[row.ruleset_id] = ruleset(session, row.ruleset_id)
        rules, calendar = sets[row.ruleset_id]
        book = advance(book, event_from(row), [rule for rule in rules.rules if rule.about == about], calendar)
    stored = [to_deadline(row) for row in _rows(session, about, subject_id, whole=True)]
    return _comparable(book), _comparable(stored)


def ruleset(session: Session, ruleset_id: int) -> tuple[Rulebook, Calendar]:
    """Rules and calendar as they were stored under a number."""
    stored = session.get_one(RuleSet, ruleset_id)
    return read_rules(stored.rules, trusted=True)[0], Calendar.from_data(json.loads(stored.calendar))


def _comparable(deadlines: Iterable[Deadline]) -> list[Deadline]:
    plain = [replace(deadline, id=None) for deadline in deadlines]
    return sorted(plain, key=lambda d: (d.rule, d.started_at, d.due_at, d.voided_at or d.due_at, d.owner_id or 0))
