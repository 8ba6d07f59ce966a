"""Deadlines: what an event starts, meets, moves or voids.

Pure functions over frozen rows: rules, calendar and time are arguments. ``advance`` is the whole machine: the ledger
feeds it each event as it happens and stores the result; replaying the events gives the same deadlines again.
Instants are aware datetimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from demandctl.core.deadline import PROMISER, Deadline, Pause
from demandctl.core.event import Event
from demandctl.core.parts import GIVEN, Facts
from demandctl.core.recurrence import days_of
from demandctl.core.rules import NEXT_STEP, Rule, delayed
from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar

OCCURRENCES_KEPT = 60
"""How many occurrences to come a repeating deadline carries: over a year of Mondays, so that reading runs no rule."""


def advance(deadlines: Sequence[Deadline], event: Event, rules: Iterable[Rule], calendar: Calendar) -> list[Deadline]:
    """All deadlines of one subject after an event: those given, some of them changed, and those that it started."""
    by_id = {rule.id: rule for rule in rules}
    book = list(deadlines)
    if "follow-up" in event.names:
        book = [_resume(d, event.at, by_id, calendar) for d in book]
    book = [_reopen(d, event, by_id.get(d.rule), calendar, book) for d in book]
    book = [new for d in book for new in _meet(d, event, by_id.get(d.rule), calendar)]
    book = [_void(d, event, by_id.get(d.rule), calendar) for d in book]
    ran = len(book)  # what starts now stands behind them
    if event.names & {"recalculated", "rules-applied"}:
        book = _brought_up_to_date(book, event, by_id, calendar)
    for rule in by_id.values():
        if rule.enabled and rule.starts & event.names and rule.applies_to(event.facts) and _is_of(rule, event):
            book = _start(book, rule, event, calendar)
    if "edited" in event.names:
        # After starting: what a new kind replaced keeps the due time of its day, and with it a breach.
        book = [recalculate(d, by_id.get(d.rule), event.facts, calendar) for d in book]
    if event.wait_until:
        book = [_pause(d, event.at, event.wait_until, by_id.get(d.rule), calendar) for d in book]
    elif until := event.waits_until:
        book[ran:] = [_waiting_too(d, until, event, by_id, calendar) for d in book[ran:]]
    if "handed-over" in event.names:
        book = _handed_over(book, event)
    return [_owned(d, event.facts, by_id.get(d.rule)) for d in _not_forgotten(book, event, calendar)]


def _not_forgotten(book: list[Deadline], event: Event, calendar: Calendar) -> list[Deadline]:
    """What stood in where a demand had no other deadline is not needed beside another one."""
    if all(d.rule == NEXT_STEP.id for d in book if d.is_open):
        return book
    return [voided(d, event.at, "已有别的时限", calendar) if d.is_open and d.rule == NEXT_STEP.id else d for d in book]


# -- meeting and voiding -----------------------------------------------------------------------------------------


def _meet(deadline: Deadline, event: Event, rule: Rule | None, calendar: Calendar) -> list[Deadline]:
    """The deadline, met if the event meets it, and the next one of a repeating rule."""
    if not (rule and deadline.is_open and rule.met_by & event.names and deadline.started_at <= event.at):
        return [deadline]
    if rule.owed_by == "escalated" and deadline.owner_id != event.person:
        return [deadline]
    if deadline.period != event.facts.get("period", ""):
        return [deadline]
    day, due_day = calendar.local_day(event.at), calendar.local_day(deadline.due_at)
    if rule.window == "on-day" and day < due_day:
        return [deadline]
    met = deadline._replace(met_at=event.at, missed=missed_by(deadline, event.at, calendar))
    if not deadline.repeats or not rule.applies_to(event.facts) or "closed" in event.names:
        return [met]
    if rule.window == "on-day":
        following = deadline._replace(started_at=event.at)
        return [met, _repeated(following, deadline.target, day, rule, calendar)]
    # Every occurrence wants a visit of its own: one in the window before the due day counts for that day only.
    following = deadline._replace(started_at=max(event.at, deadline.due_at))
    return [met, _repeated(following, deadline.target, max(day, due_day), rule, calendar)]


def missed_by(deadline: Deadline, moment: datetime, calendar: Calendar) -> int:
    """How many occurrences in a row of a repeating deadline have gone by unmet; 0 for any other."""
    return sum(1 for day in deadline.occurrences if calendar.closing(day) < moment)


_ENDS = {
    "closed": "需求已结束",
    "reopened": "需求已重开",
    "erased": "客户资料已删除",
    "merged": "已并入另一位客户",
}
"""Events that leave no deadline of their subject open, each with the reason that is kept."""


SWITCHED_OFF, NOT_APPLYING = "规则已停用", "不再适用"
"""Why a deadline was voided that comes back when its rule is in force again, and holds for its subject."""


def _void(deadline: Deadline, event: Event, rule: Rule | None, calendar: Calendar) -> Deadline:
    """The deadline, voided if it is still open and the event ends it or takes away what it hangs on."""
    if not deadline.is_open:
        return deadline
    reason = next((reason for name, reason in _ENDS.items() if name in event.names), "")
    if "withdrawn" in event.names and rule and "sale" in rule.starts and deadline.demand_id == event.demand_id:
        reason = "需求已重开"
    if "unordered" in event.names and rule and "order" in rule.starts:
        reason = "没有订货了"
    if not reason and rule and not rule.applies_to(event.facts):
        reason = NOT_APPLYING
    return voided(deadline, event.at, reason, calendar) if reason else deadline


def voided(deadline: Deadline, moment: datetime, reason: str, calendar: Calendar) -> Deadline:
    """The deadline voided; when it was overdue by then it stays a breach in every number."""
    return deadline._replace(
        voided_at=moment, void_reason=reason, missed=missed_by(deadline, moment, calendar), waiting_until=None
    )


def _reopen(
    deadline: Deadline, event: Event, rule: Rule | None, calendar: Calendar, book: Sequence[Deadline]
) -> Deadline:
    """The newest met deadline of the rule open again, later by the opening time between; met late, its due stays."""
    if not (rule and rule.reopened_by & event.names and deadline.met_at):
        return deadline
    if any(other.rule == deadline.rule and other.started_at > deadline.started_at for other in book):
        return deadline
    pauses, due = deadline.pauses, deadline.due_at
    if not deadline.is_late(deadline.met_at):
        pauses = (*pauses, Pause(deadline.met_at, event.at))
        due = _shifted(due, pauses[-1], calendar)
    return _marked(deadline._replace(met_at=None, pauses=pauses, due_at=due), rule, calendar)


# -- starting ----------------------------------------------------------------------------------------------------


def _start(book: list[Deadline], rule: Rule, event: Event, calendar: Calendar) -> list[Deadline]:
    """The book with the deadline that the event starts, beside or instead of one that runs already."""
    running = [d for d in book if d.rule == rule.id and d.is_open]
    if running and rule.again == "keep":
        return book
    if rule.again == "replace":
        book = [voided(d, event.at, "重新计时", calendar) if d in running else d for d in book]
    return [*book, started(rule, event, calendar)]


def _is_of(rule: Rule, event: Event) -> bool:
    """Whether the event is about the rule's own kind of period, for the rules that have one."""
    return bool(rule.period == event.facts.get("unit", ""))


def started(rule: Rule, event: Event, calendar: Calendar) -> Deadline:
    """The deadline that an event starts by a rule."""
    begin = event.at
    if event.on or rule.after:
        begin = calendar.start_of(delayed(event.on or calendar.local_day(event.at), rule.after))
    told = rule.target == GIVEN or rule.owed_by == "escalated"  # the event's own words and people are about this rule
    deadline = Deadline(
        rule=rule.id,
        name=rule.name,
        what=((told and event.what) or rule.what) + (f"（{event.facts['period']}）" if rule.period else ""),
        started_at=begin,
        due_at=begin,
        target=GIVEN,
        owed_by=(told and event.owed_by) or rule.owed_by_for(event.facts),
        owner_id=event.person if rule.owed_by == "escalated" or (told and event.owed_by == PROMISER) else None,
        given=told and bool(event.owed_by or event.target),
        demand_id=event.demand_id,
        period=event.facts.get("period", ""),
        role=rule.role,
    )
    if rule.repeat:
        repeat = rule.repeat_for(event.facts)
        repeat = event.repeat if repeat == GIVEN else repeat
        # A day that is moved to an earlier one may fall on today, and today is not over.
        after = calendar.local_day(begin) - timedelta(days=rule.off == "before")
        return _repeated(deadline, repeat, after, rule, calendar)
    target = rule.target_for(event.facts)
    if target == GIVEN:
        if event.due is None:
            raise ValueError(f"rule {rule.id} needs a given time")
        return deadline._replace(due_at=event.due)
    if told and event.target:
        target = event.target
    return _reckoned(deadline._replace(target=target), rule, calendar)


def _reckoned(deadline: Deadline, rule: Rule, calendar: Calendar) -> Deadline:
    """The due time from the deadline's own start and target, its pauses taken out."""
    target = Target.parse(deadline.target)
    due = target.due(deadline.started_at, calendar, rule.closing)
    for pause in deadline.pauses if target.clock == "work" else ():
        due = _shifted(due, pause, calendar)
    return _marked(deadline._replace(due_at=due), rule, calendar)


def _shifted(due: datetime, pause: Pause, calendar: Calendar) -> datetime:
    """A due time after a pause: the opening time that was left when it began is what is left when it ends."""
    left = calendar.worked(pause.start, due)
    return calendar.add(pause.end, left) if due >= pause.start else due


def _marked(deadline: Deadline, rule: Rule, calendar: Calendar) -> Deadline:
    """Marked provisional when working days were counted in a year that the calendar does not know yet."""
    leans = deadline.clock == "work" or rule.closing
    return deadline._replace(provisional=leans and calendar.leans_on_unknown(deadline.started_at, deadline.due_at))


def _repeated(deadline: Deadline, repeat: str, after: date, rule: Rule | None, calendar: Calendar) -> Deadline:
    """A repeating deadline due at its first occurrence later than *after*; ``target`` keeps the recurrence rule."""
    days = occurrences(repeat, calendar.local_day(deadline.started_at), after, rule, calendar)
    fresh = deadline._replace(target=repeat, pauses=(), met_at=None, missed=0, waiting_until=None, id=None)
    if not days:  # a rule with COUNT or UNTIL that has run out
        return fresh._replace(due_at=deadline.due_at, voided_at=deadline.started_at, void_reason="周期已结束")
    due = calendar.closing(days[0])
    return fresh._replace(due_at=due, occurrences=days, provisional=not calendar.is_known(days[0]))


def occurrences(repeat: str, start: date, after: date, rule: Rule | None, calendar: Calendar) -> tuple[date, ...]:
    """The next days of a recurrence later than *after*, each moved to a working day, two on one day being one.

    A day off is moved to the next working day, by a *rule* whose ``off`` is before to the one before it.
    """
    moved = calendar.working_day_before if rule and rule.off == "before" else calendar.working_day
    days: list[date] = []
    for named in islice(days_of(repeat, start, after), OCCURRENCES_KEPT):
        day = moved(named)
        if day > (days[-1] if days else after):
            days.append(day)
    return tuple(days)


# -- waiting -----------------------------------------------------------------------------------------------------


def _pause(deadline: Deadline, at: datetime, until: datetime, rule: Rule | None, calendar: Calendar) -> Deadline:
    """Stop a work clock while the customer wants to wait; what was missed before stays missed."""
    if not (rule and deadline.is_open and deadline.started_at <= at):
        return deadline
    pause = Pause(at, until)
    if deadline.repeats:
        return _pause_repeating(deadline, pause, rule, calendar)
    if deadline.is_late(at) or deadline.clock != "work":
        return deadline
    shifted = deadline._replace(due_at=_shifted(deadline.due_at, pause, calendar))
    return _marked(shifted._replace(pauses=(*deadline.pauses, pause), waiting_until=until), rule, calendar)


def _waiting_too(
    deadline: Deadline, until: datetime, event: Event, rules: dict[str, Rule], calendar: Calendar
) -> Deadline:
    """A clock that starts while the customer waits: it stands still until that time too."""
    start = max(deadline.started_at, event.at)
    return _pause(deadline, start, until, rules.get(deadline.rule), calendar) if until > start else deadline


def _pause_repeating(deadline: Deadline, pause: Pause, rule: Rule, calendar: Calendar) -> Deadline:
    """The first occurrence after the pause; what was missed before it stays missed."""
    after = calendar.local_day(pause.end)
    to_come = occurrences(deadline.target, calendar.local_day(deadline.started_at), after, rule, calendar)
    if deadline.is_late(pause.start):
        gone = tuple(day for day in deadline.occurrences if calendar.closing(day) < pause.start)
        return deadline._replace(occurrences=gone + to_come, pauses=(*deadline.pauses, pause))
    if not to_come:
        return deadline
    return deadline._replace(
        occurrences=to_come,
        due_at=calendar.closing(to_come[0]),
        provisional=not calendar.is_known(to_come[0]),
        pauses=(*deadline.pauses, pause),
        waiting_until=pause.end,
    )


def _resume(deadline: Deadline, at: datetime, rules: dict[str, Rule], calendar: Calendar) -> Deadline:
    """End a waiting early: a follow-up came before its time."""
    waiting = deadline.waiting_until
    rule = rules.get(deadline.rule)
    if not (rule and deadline.is_open and waiting and deadline.pauses and deadline.pauses[-1].start <= at < waiting):
        return deadline
    pause = deadline.pauses[-1]._replace(end=at)
    pauses = (*deadline.pauses[:-1], pause)
    if deadline.repeats:
        began, today = calendar.local_day(deadline.started_at), calendar.local_day(at)
        days = occurrences(deadline.target, began, today, rule, calendar)
        return deadline._replace(
            pauses=pauses,
            waiting_until=at,
            occurrences=days,
            due_at=calendar.closing(days[0]),
            provisional=not calendar.is_known(days[0]),
        )
    return _reckoned(deadline._replace(pauses=pauses), rule, calendar)._replace(waiting_until=at)


# -- handing over ------------------------------------------------------------------------------------------------


def _handed_over(book: Sequence[Deadline], event: Event) -> list[Deadline]:
    """What was escalated to, or promised by, the one who hands over (fact ``from``) is the other's."""
    return [
        d._replace(owner_id=event.person)
        if d.is_open and d.is_personal and d.owner_id == event.facts.get("from")
        else d
        for d in book
    ]


# -- corrections -------------------------------------------------------------------------------------------------


def recalculate(deadline: Deadline, rule: Rule | None, facts: Facts, calendar: Calendar) -> Deadline:
    """An open deadline reckoned again from its own start, by the target that holds for its subject now."""
    if not (rule and deadline.is_open) or deadline.target == GIVEN or deadline.repeats:
        return deadline
    if "raised" in rule.starts and "raised_at" in facts:
        deadline = deadline._replace(started_at=datetime.fromisoformat(facts["raised_at"]))
    target = deadline.target if deadline.given else rule.target_for(facts)
    return _reckoned(deadline._replace(target=target), rule, calendar)


def _brought_up_to_date(
    book: Sequence[Deadline], event: Event, rules: dict[str, Rule], calendar: Calendar
) -> list[Deadline]:
    """Open deadlines by the rules and the calendar of now; what is met or missed keeps those of its day.

    ``recalculated`` moves only what was provisional, by its own target: the calendar of that year is known now.
    """
    whole = "rules-applied" in event.names
    moved: list[Deadline] = []
    for deadline in book:
        rule = rules.get(deadline.rule)
        if deadline.is_open and whole and not (rule and rule.enabled):
            deadline = voided(deadline, event.at, SWITCHED_OFF, calendar)
        elif deadline.is_open and whole and rule:
            deadline = deadline._replace(role=rule.role)
        if deadline.is_open and not deadline.is_late(event.at) and (whole or deadline.provisional):
            if deadline.repeats:
                repeat = rule.repeat_for(event.facts) if whole and rule and rule.repeat else GIVEN
                repeat = deadline.target if repeat == GIVEN else repeat
                deadline = _repeated_anew(deadline, repeat, event.at, rule, calendar)
            else:
                own = deadline if whole else deadline._replace(given=True)
                deadline = recalculate(own, rule, event.facts, calendar)._replace(given=deadline.given)
        moved.append(deadline)
    begin = [(rules[name], at) for name, at in event.begin if name in rules]
    return moved + [_begun(rule, at, event, book, calendar) for rule, at in begin]


def _repeated_anew(deadline: Deadline, repeat: str, now: datetime, rule: Rule | None, calendar: Calendar) -> Deadline:
    """A repeating deadline by a changed recurrence or calendar, due today at the earliest."""
    anchor = calendar.local_day(deadline.pauses[-1].end if deadline.pauses else deadline.started_at)
    after = calendar.local_day(now) - timedelta(days=1)
    # What fell on a day off is still to come: it was moved to the next working day.
    while after > anchor and not calendar.is_working(after):
        after -= timedelta(days=1)
    after = max(anchor, after)
    again = _repeated(deadline, repeat, after, rule, calendar)
    return again._replace(id=deadline.id, pauses=deadline.pauses, waiting_until=deadline.waiting_until)


def _begun(rule: Rule, at: datetime, event: Event, book: Sequence[Deadline], calendar: Calendar) -> Deadline:
    """The deadline of a rule that is new, or in force again: as it was where the same one was voided, else from *at*.

    Where nobody could have kept it, not knowing of it, it starts now; a time that a person gave stays.
    """
    voids = [d for d in book if d.rule == rule.id and d.voided_at]
    old = next((d for d in reversed(voids) if d.started_at == at), None)
    if old is None:
        rule = replace(rule, after="")  # *at* is when its clock starts, what it waits for is over
        deadline = started(rule, replace(event, at=at), calendar)
        return started(rule, event, calendar) if deadline.is_late(event.at) else deadline
    ended = tuple(Pause(start, min(end, event.at)) for start, end in old.pauses if start < event.at)
    back = old._replace(id=None, voided_at=None, void_reason="", missed=0, waiting_until=None, pauses=ended)
    if back.repeats:
        repeat = rule.repeat_for(event.facts)
        return _repeated_anew(back, back.target if repeat == GIVEN else repeat, event.at, rule, calendar)
    if back.target == GIVEN:
        return back
    back = recalculate(back, rule, event.facts, calendar)
    if back.is_late(event.at):
        back = _reckoned(back._replace(started_at=event.at, pauses=()), rule, calendar)
    return back


def _owned(deadline: Deadline, facts: Facts, rule: Rule | None) -> Deadline:
    """Who owes it now: an open deadline follows the handler, the leader or the branch of its subject."""
    if not deadline.is_open or deadline.is_personal or rule is None:
        return deadline
    role = deadline.owed_by if deadline.given else rule.owed_by_for(facts)
    if role in ("handler", "expert") and not facts.get("handler"):
        role = "leader" if facts.get("referred") else "specialist"
    if role == "branch" and not facts.get("branch"):
        role = "specialist"
    person = {
        "handler": facts.get("handler"),
        "expert": facts.get("handler"),
        "leader": facts.get("leader"),
        "branch": facts.get("branch_leader"),
        "owner": facts.get("owner"),
        "department": facts.get("escalated_to"),
        "supervisor": facts.get("escalated_to"),
    }.get(role)
    name = {"branch": facts.get("branch"), "department": facts.get("department")}.get(role)
    return deadline._replace(owed_by=role, owner_id=person, owner_name=name or "")
