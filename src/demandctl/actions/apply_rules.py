"""``sla apply``: open deadlines brought to the rules, hours and overrides of now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, or_, select

from demandctl.actions import customers, demands, duties
from demandctl.core.deadline import Deadline
from demandctl.core.event import Event
from demandctl.core.parts import GIVEN
from demandctl.core.rules import Rule
from demandctl.language.subject import LEDGER, About, Subject
from demandctl.sla import NOT_APPLYING, SWITCHED_OFF, advance
from demandctl.store.deadlines import OPEN, events_about, happen, happen_to, leave_none_forgotten, rows_about
from demandctl.store.models import Customer, DeadlineRow, Demand, FollowUp
from demandctl.store.rows import deadline_of, event_of
from demandctl.store.work import Work


class Move(NamedTuple):
    """An open deadline that the rules of now change: moved, started (``old`` None) or voided (``new`` None)."""

    subject: Subject
    rule: str
    name: str
    old: datetime | None
    new: datetime | None


class Applied(NamedTuple):
    """What moved, and the open demands that the rules of now leave no deadline: each was given one."""

    moves: list[Move]
    seen_to: list[int]


def apply_rules(work: Work) -> Applied:
    """Move, void and start open deadlines as the rules in force say; what is met or missed keeps those of its day."""
    changed = [move for subject in list(_subjects(work)) for move in _apply(work, subject)]
    changed += _begin_standing(work)
    changed += _resume_duties(work)
    seen_to = leave_none_forgotten(work, everywhere=True)
    work.keep = bool(changed or seen_to)
    moves = [move for move in changed if move.old != move.new]  # what only got another part moves nowhere
    for number in seen_to:
        moves += _open_now(work, Subject.demand(number))
    work.describe(f"按现行规则调整时限 {len(moves)} 条")
    return Applied(moves, seen_to)


def _subjects(work: Work) -> Iterator[Subject]:
    """Whatever has an open deadline or had one that the rules of their day ended, and each open demand."""
    ended = col(DeadlineRow.void_reason).in_([SWITCHED_OFF, NOT_APPLYING])
    seen: set[Subject] = set()
    for row in work.session.exec(select(DeadlineRow).where(or_(OPEN, ended)).order_by(col(DeadlineRow.id))):
        if row.subject not in seen:
            seen.add(row.subject)
            yield row.subject
    for number in work.session.exec(select(Demand.id).where(col(Demand.closed_at).is_(None))):
        if (subject := Subject.demand(number)) not in seen:
            yield subject


def _apply(work: Work, subject: Subject) -> list[Move]:
    rows = rows_about(work.session, subject)
    stored = [deadline_of(row.values()) for row in rows]
    told = [event_of(event.values()) for event in events_about(work.session, subject)]
    if not told:
        return []
    rules = [rule for rule in work.rules.rules if rule.about == subject.about]
    demand = work.session.get_one(Demand, subject.number) if subject.about is About.DEMAND else None
    event = Event(frozenset({"rules-applied"}), work.now, told[-1].facts)
    if subject.about is About.CUSTOMER:
        event = replace(event, facts=customers.facts_of(work.session.get_one(Customer, subject.number)))
    if demand:
        event = demands.event_about(work, demand, {"rules-applied"})
    fresh = demand is not None and demand.closed_at is None
    event = replace(event, begin=tuple(_begin(work, told, stored, rules, fresh=fresh)))
    before = {deadline.id: deadline for deadline in stored}
    after = advance(stored, event, rules, work.calendar)
    moves = [
        Move(subject, d.rule, d.name, before[d.id].due_at if d.id else None, d.due_at if d.is_open else None)
        for d in after
        if d.id is None or d != before[d.id]
    ]
    if moves and demand:
        demands.tell(work, demand, {"rules-applied"}, plan=_plan(work, demand), begin=event.begin)
    elif moves:
        happen_to(work, rows[0], event)
    return moves


def _begin_standing(work: Work) -> list[Move]:
    """The clocks of rules about what a customer is, for those who are so and have none: from now."""
    rules = [rule for rule in work.rules.about("customer") if rule.starts & customers.STANDING and rule.applies]
    running = set(work.session.exec(select(DeadlineRow.customer_id, DeadlineRow.rule).where(OPEN)))
    moves: list[Move] = []
    alive = select(Customer).where(col(Customer.erased_at).is_(None), col(Customer.merged_into).is_(None))
    for customer in work.session.exec(alive.order_by(col(Customer.id))) if rules else ():
        facts = customers.facts_of(customer)
        wanted = [r.id for r in rules if r.applies_to(facts) and (customer.id, r.id) not in running]
        if wanted:
            repeat = customers.yearly(customer.birthday) if customer.birthday else ""
            begin = tuple((name, work.now) for name in wanted)
            event = Event(frozenset({"rules-applied"}), work.now, facts, repeat=repeat, begin=begin)
            begun = happen(work, customer.subject, event, customer_id=customer.id)
            moves += [Move(customer.subject, d.rule, d.name, None, d.due_at) for d in begun if d.rule in wanted]
    return moves


def _begin(
    work: Work, events: list[Event], stored: list[Deadline], rules: list[Rule], *, fresh: bool
) -> Iterator[tuple[str, datetime]]:
    """Rules that would run by now and do not, each with its start: those that are new, and those in force again.

    What would run is what the history makes of the rules of now. *fresh*: rules that the subject has never had a
    deadline of begin too.
    """
    by_id = {rule.id: rule for rule in rules}
    book: list[Deadline] = []
    for event in events:
        if not event.names & {"rules-applied", "recalculated", "forgotten"}:
            book = advance(book, event, rules, work.calendar)
    for would in book:
        rule = by_id[would.rule]
        if not would.is_open or not rule.enabled:
            continue
        had = [d for d in stored if d.rule == would.rule]
        same = [d for d in had if d.started_at == would.started_at]
        if not had:
            told = would.target == GIVEN or rule.repeat == GIVEN or would.is_personal
            if fresh and not told:  # what a person gave with the event is not known any more
                yield would.rule, would.started_at
        elif rule.again == "add":
            if _was_ended(same):
                yield would.rule, would.started_at
        elif _was_ended(same or had) and not any(d.is_open for d in had):
            yield would.rule, would.started_at


def _was_ended(deadlines: list[Deadline]) -> bool:
    """Whether the last of them was ended by the rules, and by nothing that happened."""
    return bool(deadlines) and deadlines[-1].void_reason in (SWITCHED_OFF, NOT_APPLYING)


def _plan(work: Work, demand: Demand) -> str:
    """What was promised last, should the promise be in force again."""
    said = select(FollowUp.next_plan).where(FollowUp.demand_id == demand.id, col(FollowUp.next_at).is_not(None))
    return work.session.exec(said.order_by(col(FollowUp.id).desc())).first() or ""


def _resume_duties(work: Work) -> list[Move]:
    """What the ledger itself owes by a rule that is new, or in force again."""
    before = {row.id for row in rows_about(work.session, LEDGER, open_only=True)}
    duties.resume(work)
    rows = rows_about(work.session, LEDGER, open_only=True)
    return [Move(LEDGER, row.rule, row.rule_name, None, row.due_at) for row in rows if row.id not in before]


def _open_now(work: Work, subject: Subject) -> list[Move]:
    rows = rows_about(work.session, subject, open_only=True)
    return [Move(subject, row.rule, row.rule_name, None, row.due_at) for row in rows]
