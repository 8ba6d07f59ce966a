"""``sla apply``: open deadlines brought to the rules, hours and overrides of now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from demandctl.actions import customers
from demandctl.core.deadline import Deadline
from demandctl.core.event import Event
from demandctl.language.subject import About, Subject
from demandctl.sla import advance
from demandctl.store.deadlines import OPEN, events_about, happen, happen_to, rows_about
from demandctl.store.models import Customer, DeadlineRow, Demand
from demandctl.store.rows import deadline_of, event_of
from demandctl.store.work import Work


class Move(NamedTuple):
    """An open deadline that the rules of now change: moved, started (``old`` None) or voided (``new`` None)."""

    subject: Subject
    rule: str
    name: str
    old: datetime | None
    new: datetime | None


def apply_rules(work: Work) -> list[Move]:
    """Move, void and start open deadlines as the rules in force say; what is met or missed keeps those of its day."""
    changed = [move for row in list(_subjects(work)) for move in _apply(work, row)]
    changed += _begin_standing(work)
    work.keep = bool(changed)
    moves = [move for move in changed if move.old != move.new]  # what only got another part moves nowhere
    work.describe(f"按现行规则调整时限 {len(moves)} 条")
    return moves


def _subjects(work: Work) -> Iterator[DeadlineRow]:
    """One open deadline of each subject that has any."""
    seen: set[Subject] = set()
    for row in work.session.exec(select(DeadlineRow).where(OPEN).order_by(col(DeadlineRow.id))):
        if row.subject not in seen:
            seen.add(row.subject)
            yield row


def _apply(work: Work, row: DeadlineRow) -> list[Move]:
    subject = row.subject
    rules = [rule for rule in work.rules.rules if rule.about == subject.about]
    stored = rows_about(work.session, subject)
    told = [event_of(event.values()) for event in events_about(work.session, subject)]
    if not told:
        return []
    before = {deadline.id: deadline for deadline in (deadline_of(row.values()) for row in stored) if deadline.is_open}
    begin: dict[str, datetime] = {}
    if subject.about is About.DEMAND and work.session.get_one(Demand, subject.number).closed_at is None:
        begin = _new_clocks(work, told, {deadline.rule for deadline in stored})
    event = Event(frozenset({"rules-applied"}), work.now, told[-1].facts, begin=begin)
    after = advance(list(before.values()), event, rules, work.calendar)
    moves = [
        Move(row.subject, d.rule, d.name, before[d.id].due_at if d.id else None, d.due_at if d.is_open else None)
        for d in after
        if d.id is None or d != before[d.id]
    ]
    if moves:
        happen_to(work, row, event)
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
            event = Event(
                frozenset({"rules-applied"}), work.now, facts, repeat=repeat, begin=dict.fromkeys(wanted, work.now)
            )
            begun = happen(work, customer.subject, event, customer_id=customer.id)
            moves += [Move(customer.subject, d.rule, d.name, None, d.due_at) for d in begun if d.rule in wanted]
    return moves


def _new_clocks(work: Work, events: list[Event], known: set[str]) -> dict[str, datetime]:
    """Rules that the demand has never had a deadline of and that would run by now, each with its start."""
    rules = [rule for rule in work.rules.rules if rule.about == "demand"]
    book: list[Deadline] = []
    for event in events:
        book = advance(book, event, rules, work.calendar)
    return {d.rule: d.started_at for d in book if d.is_open and d.rule not in known and d.target != "given"}
