"""How clocks are told on a line: the worst one of a subject, how late it is, which days off are near."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from demandctl.language.display import lateness, moment, span
from demandctl.language.subject import Subject
from demandctl.queries.deadlines import Due, deadlines_until
from demandctl.queries.nudges import Nudges
from demandctl.queries.reader import Reader
from demandctl.vocabulary import DeadlineState


def gathered(found: Iterable[Due], *, each: bool = False) -> list[tuple[Due, int]]:
    """One line a demand, revisit or customer: its worst clock, and how many more of it are due."""
    if each:
        return [(due, 0) for due in found]
    lines: dict[Subject, tuple[Due, int]] = {}
    for due in found:
        worst, more = lines.get(due.subject, (due, -1))
        lines[due.subject] = (worst, more + 1)
    return list(lines.values())


def standing(due: Due, now: datetime) -> str:
    """How late or how long left, and the repeat in words."""
    if due.state is DeadlineState.OVERDUE:
        late = f"超时{lateness(due.late_minutes, due.workday_minutes)}" if due.late_minutes else "刚超时"
        repeated = f"，连续{due.missed}次" if (due.missed or 0) > 1 else ""
        return late + repeated
    return f"还剩{span(due.due_at - now)}" + ("（暂定）" if due.provisional else "")


def urged(nudges: Nudges, now: datetime) -> str:
    """How often somebody was urged about a demand, and when last; nothing where nobody was."""
    return f"已催{nudges.count}次，{moment(nudges.last, now)}" if nudges.count else ""


AHEAD = 10
"""Days within which days off are told."""


def days_off(reader: Reader) -> str:
    """The next holiday of three days and more that is near: its name, its length, and what is due before it."""
    calendar, today = reader.context.calendar, reader.now.date()
    for ahead in range(1, AHEAD + 1):
        first = today + timedelta(days=ahead)
        name = calendar.closed.get(first)
        if name and calendar.is_working(first - timedelta(days=1)):
            last = first
            while not calendar.is_working(last + timedelta(days=1)):
                last += timedelta(days=1)
            when = "明天" if ahead == 1 else f"{first.month}月{first.day}日"
            before = deadlines_until(reader, calendar.start_of(first), "l.due_at >= :now", {})
            count = len({due.subject for due in before})
            return f"{when}起{name}放假 {(last - first).days + 1} 天，放假前到期 {count} 件"
    return ""
