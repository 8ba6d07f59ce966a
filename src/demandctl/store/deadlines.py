"""Deadlines between the machine in ``sla`` and the rows of the ledger: load, advance, store, replay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import text
from sqlmodel import Session, col, select

from demandctl.core.deadline import Deadline
from demandctl.core.event import Event
from demandctl.core.parts import Facts
from demandctl.core.rules import Rulebook, read_rules
from demandctl.core.worktime import Calendar
from demandctl.language.subject import LEDGER, About, Subject
from demandctl.sla import advance
from demandctl.store.conditions import is_open
from demandctl.store.models import DeadlineRow, Demand, EventRow, RuleSet
from demandctl.store.rows import columns, deadline_of, event_data, event_of
from demandctl.store.values import Columns, stored
from demandctl.store.work import Work
from demandctl.vocabulary import Kind, Urgency

OPEN = text(is_open(DeadlineRow.__tablename__))
"""Of a query: rows of deadlines that are neither met nor voided."""


def happen(
    work: Work,
    subject: Subject,
    event: Event,
    *,
    rank: int = 0,
    customer_id: int | None = None,
    demand_id: int | None = None,
) -> list[Deadline]:
    """Tell the deadlines of a subject that something happened; returns those that are open afterwards.

    *rank*, *customer_id* and *demand_id* go into the rows that are started.
    """
    rules = [rule for rule in work.rules.rules if rule.about == subject.about]
    whole = bool(event.begin) or any(rule.reopened_by & event.names for rule in rules)
    rows = rows_about(work.session, subject, open_only=not whole)
    before: dict[int | None, Deadline] = {row.id: deadline_of(row.values()) for row in rows}
    by_id: dict[int | None, DeadlineRow] = {row.id: row for row in rows}
    after = advance(list(before.values()), event, rules, work.calendar)
    _note(work, subject, event, demand_id)
    for deadline in after:
        row = by_id.get(deadline.id)
        if row is None:
            row = DeadlineRow(
                about=subject.about.value,
                customer_id=customer_id,
                demand_id=demand_id if subject.about is not About.CUSTOMER else deadline.demand_id,
                revisit_id=subject.number if subject.about is About.REVISIT else None,
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


def _note(work: Work, subject: Subject, event: Event, demand_id: int | None) -> None:
    """Keep the event itself, so that it can be replayed."""
    work.session.add(
        EventRow(
            about=subject.about.value,
            subject_id=subject.number,
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


def demand_facts(row: Columns) -> dict[str, object]:
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
        "escalated": row["escalation"] > 0,
        "raised_at": stored(row["raised_at"]),
    }


def happen_to(work: Work, row: DeadlineRow, event: Event) -> None:
    """Tell the deadlines of the subject that a row is about."""
    happen(
        work,
        row.subject,
        event,
        rank=row.rank,
        customer_id=row.customer_id,
        demand_id=row.demand_id if row.about != "customer" else None,
    )


def rows_about(session: Session, subject: Subject, *, open_only: bool = False) -> Sequence[DeadlineRow]:
    """The rows about a subject, all of them or the open ones, in the order they were made."""
    query = select(DeadlineRow).where(DeadlineRow.about == subject.about.value)
    if subject != LEDGER:
        query = query.where(getattr(DeadlineRow, f"{subject.about}_id") == subject.number)
    if open_only:
        query = query.where(OPEN)
    return session.exec(query.order_by(col(DeadlineRow.id))).all()


def events_about(session: Session, subject: Subject) -> Sequence[EventRow]:
    """What happened to a subject, in order."""
    of = (EventRow.about == subject.about.value, EventRow.subject_id == subject.number)
    return session.exec(select(EventRow).where(*of).order_by(col(EventRow.id))).all()


def has_open(session: Session, subject: Subject) -> bool:
    """Whether a subject has an open deadline."""
    return bool(rows_about(session, subject, open_only=True))


def leave_none_forgotten(work: Work, *, everywhere: bool = False) -> list[int]:
    """Give what stands in (``NEXT_STEP``) to each open demand that this operation left without any open deadline.

    Returns their numbers. With the rules as they ship none is left; a file that switches some off may do it.
    *everywhere* looks at all demands, whoever left them so.
    """
    touched = "" if everywhere else " AND d.id IN (SELECT demand_id FROM change WHERE operation_id = :operation)"
    query = text(
        f"SELECT d.id FROM demand AS d WHERE d.closed_at IS NULL{touched} AND NOT EXISTS "
        f"(SELECT 1 FROM deadline AS l WHERE l.demand_id = d.id AND l.about = 'demand' AND {is_open()})"
    )
    if not everywhere:
        query = query.bindparams(operation=work.operation_id)
    numbers = [row[0] for row in work.session.connection().execute(query)]
    for number in numbers:
        demand = work.session.get_one(Demand, number)
        happen_to_demand(work, demand, Event(frozenset({"forgotten"}), work.now, demand_facts(demand.values())))
    return numbers


def happen_to_demand(work: Work, demand: Demand, event: Event) -> list[Deadline]:
    """Tell the deadlines of a demand; returns those that are open afterwards."""
    place = rank(demand.urgency, demand.kind)
    return happen(work, demand.subject, event, rank=place, customer_id=demand.customer_id, demand_id=demand.id)


def learn_calendar(work: Work) -> int:
    """Reckon the provisional deadlines again whose year the official calendar knows by now; how many subjects they had.

    Nothing to do costs one look at a partial index. What is late already stays as it was missed.
    """
    stale = _outgrown(work)
    if not stale:
        return 0
    provisional = select(DeadlineRow).where(
        OPEN,
        col(DeadlineRow.provisional).is_(True),
        col(DeadlineRow.ruleset_id).in_(stale),
        DeadlineRow.due_at >= work.now,
    )
    rows = work.session.exec(provisional.order_by(col(DeadlineRow.id))).all()
    subjects = {row.subject: row for row in rows}
    for subject, row in subjects.items():
        facts = _last_facts(work.session, subject)
        happen_to(work, row, Event(frozenset({"recalculated"}), work.now, facts))
    for row in rows:  # still provisional, but by the calendar of today: not to be looked at again
        row.ruleset_id = work.ruleset_id
    work.session.flush()
    return len(subjects)


def _outgrown(work: Work) -> list[int]:
    """The sets of rules behind provisional deadlines whose calendar ended earlier than the one of today."""
    sql = work.session.connection().exec_driver_sql
    used = f"SELECT DISTINCT ruleset_id FROM deadline AS l WHERE provisional = 1 AND {is_open()}"
    query = f"SELECT id FROM ruleset WHERE id IN ({used}) AND id <> ? AND json_extract(calendar, '$.known[1]') < ?"
    return [row[0] for row in sql(query, (work.ruleset_id, work.calendar.known[1].isoformat()))]


def _last_facts(session: Session, subject: Subject) -> Facts:
    """What the deadlines were last told about their subject."""
    data = session.exec(
        select(EventRow.data)
        .where(EventRow.about == subject.about.value, EventRow.subject_id == subject.number)
        .order_by(col(EventRow.id).desc())
    ).first()
    facts: Facts = json.loads(data)["facts"] if data else {}
    return facts


# -- replay ------------------------------------------------------------------------------------------------------------


def replay(
    session: Session, subject: Subject, sets: dict[int, tuple[Rulebook, Calendar]] | None = None
) -> tuple[list[Deadline], list[Deadline]]:
    """The deadlines of a subject as its events make them, each by the rules of its day, and as they are stored.

    *sets* keeps the rules that were read, for the next subject.
    """
    book: list[Deadline] = []
    sets = {} if sets is None else sets
    for row in events_about(session, subject):
        if row.ruleset_id not in sets:
            sets[row.ruleset_id] = ruleset(session, row.ruleset_id)
        rules, calendar = sets[row.ruleset_id]
        book = advance(
            book, event_of(row.values()), [rule for rule in rules.rules if rule.about == subject.about], calendar
        )
    stored = [deadline_of(row.values()) for row in rows_about(session, subject)]
    return _comparable(book), _comparable(stored)


def ruleset(session: Session, ruleset_id: int) -> tuple[Rulebook, Calendar]:
    """Rules and calendar as they were stored under a number."""
    stored = session.get_one(RuleSet, ruleset_id)
    return read_rules(stored.rules, trusted=True)[0], Calendar.from_data(json.loads(stored.calendar))


def _comparable(deadlines: Iterable[Deadline]) -> list[Deadline]:
    plain = [deadline._replace(id=None) for deadline in deadlines]
    return sorted(plain, key=lambda d: (d.rule, d.started_at, d.due_at, d.voided_at or d.due_at, d.owner_id or 0))
