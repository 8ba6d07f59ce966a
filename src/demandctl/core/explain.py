"""Why a deadline is due when it is: every span counted, everything skipped and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from demandctl.core.deadline import Deadline
from demandctl.core.parts import GIVEN
from demandctl.core.recurrence import days_of
from demandctl.core.rules import Rule
from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar
from demandctl.vocabulary import WEEKDAYS


class Stretch(NamedTuple):
    """A span of a reckoning: counted, or skipped for a reason. ``minutes`` are those counted."""

    start: datetime
    end: datetime
    counted: bool
    minutes: int
    why: str


def explain(deadline: Deadline, rule: Rule | None, calendar: Calendar) -> list[Stretch]:
    """The steps from the start of a deadline to its due time, in order and without gaps."""
    if deadline.repeats:
        return _repeating(deadline, rule, calendar)
    if deadline.target == GIVEN:
        return [Stretch(deadline.started_at, deadline.due_at, True, 0, "按约定的时间")]
    target = Target.parse(deadline.target)
    if target.clock == "wall":
        return _wall(deadline, target, bool(rule and rule.closing), calendar)
    return list(_worked(deadline, calendar))


def _wall(deadline: Deadline, target: Target, closing: bool, calendar: Calendar) -> list[Stretch]:
    used_up = target.due(deadline.started_at, calendar)
    minutes = int((used_up - deadline.started_at).total_seconds()) // 60
    steps = [Stretch(deadline.started_at, used_up, True, minutes, "日夜、节假日都算")]
    if closing and deadline.due_at != used_up:
        day = calendar.local_day(used_up)
        skipped = [
            _day_off(calendar, day + timedelta(days=n)) for n in range((calendar.local_day(deadline.due_at) - day).days)
        ]
        why = "到当天下班时间" if not skipped else f"{'、'.join(skipped)}休息，顺延到下一个工作日下班"
        steps.append(Stretch(used_up, deadline.due_at, False, 0, why))
    return steps


def _worked(deadline: Deadline, calendar: Calendar) -> Iterator[Stretch]:
    """Opening time counted span by span, with the pauses and the closed hours between."""
    cursor = deadline.started_at
    for pause in [*deadline.pauses, None]:
        end = min(pause.start, deadline.due_at) if pause else deadline.due_at
        if cursor < end:
            yield from _between(cursor, end, calendar)
        if pause is None or pause.start >= deadline.due_at:
            return
        yield Stretch(pause.start, pause.end, False, 0, "等待，时钟暂停")
        cursor = pause.end


def _between(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    cursor = start
    for begin, finish in calendar.spans(start, end):
        yield from _closed(cursor, begin, calendar)
        minutes = int((finish - begin).total_seconds()) // 60
        yield Stretch(begin, finish, True, minutes, calendar.opened.get(calendar.local_day(begin), "上班时间"))
        cursor = finish
    yield from _closed(cursor, end, calendar)


def _closed(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    """What was skipped between two spans: lunch, nights, and each stretch of days off by its name."""
    if start >= end:
        return
    first, last = calendar.local_day(start), calendar.local_day(end)
    if first == last and calendar.is_working(first):
        lunch = calendar.opening(first) < start and end < calendar.closing(first)
        yield Stretch(start, end, False, 0, "午休" if lunch else "下班时间")
        return
    cursor, day = start, first
    while day <= last:
        whole = not calendar.is_working(day)
        name = _day_off(calendar, day) if whole else "夜间"
        until = day + timedelta(days=1)
        while (
            until <= last
            and (name == "夜间" or _day_off(calendar, until) == name)
            and (whole != calendar.is_working(until))
        ):
            until += timedelta(days=1)
        finish = min(datetime.combine(until, time(), calendar.zone), end)
        if cursor < finish:
            yield Stretch(cursor, finish, False, 0, name)
        cursor, day = finish, until


def _day_off(calendar: Calendar, day: date) -> str:
    """Why nobody works on a day: the holiday's name, or the weekday."""
    return calendar.closed.get(day) or ("周末" if day.weekday() >= 5 else f"周{WEEKDAYS[day.weekday()]}")


def _repeating(deadline: Deadline, rule: Rule | None, calendar: Calendar) -> list[Stretch]:
    anchor = max([deadline.started_at, *(pause.end for pause in deadline.pauses)])
    steps = [Stretch(pause.start, pause.end, False, 0, "等待，不催") for pause in deadline.pauses]
    due_day = calendar.local_day(deadline.due_at)
    before = rule is not None and rule.off == "before"
    moves = calendar.working_day_before if before else calendar.working_day
    start, after = calendar.local_day(deadline.started_at), calendar.local_day(anchor)
    nominal = _nominal(deadline.target, start, after, due_day, moves)
    moved = ""
    if nominal and nominal != due_day:
        step = -1 if before else 1
        off = (nominal + timedelta(days=n * step) for n in range(abs((due_day - nominal).days)))
        names = dict.fromkeys(_day_off(calendar, day) for day in off)
        where = "提前到上一个工作日" if before else "顺延到下一个工作日"
        moved = f"，{nominal.isoformat()} 逢{'、'.join(names)}，{where}"
    return [*steps, Stretch(anchor, deadline.due_at, True, 0, f"此后第一期{moved}，到当天下班")]


def _nominal(repeat: str, start: date, after: date, due: date, moves: Callable[[date], date]) -> date | None:
    """The day that the recurrence names before it is moved to a working day."""
    for day in islice(days_of(repeat, start, after), 400):
        if moves(day) == due:
            return day
        if min(day, moves(day)) > due:
            return None
    return None


def total(steps: Sequence[Stretch]) -> int:
    """All minutes that were counted."""
    return sum(step.minutes for step in steps)
