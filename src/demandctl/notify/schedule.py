"""When a notice may go out, which level a deadline has reached, and when it reaches the next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from demandctl.core.targets import Target, level
from demandctl.core.worktime import Calendar

_DAY = timedelta(days=1)
_LOOKS = 400
"""Over a year of openings that all lie in quiet hours: then there is no better moment to come."""


def held_until(now: datetime, quiet: Sequence[tuple[int, int]], calendar: Calendar) -> datetime | None:
    """The opening that a digest of this moment waits for, None when it may go out.

    Quiet hours and days off hold it, and go on holding it after they have ended until the office opens. ``quiet`` are
    seconds of a day, beyond 86400 on the next.
    """
    release = now
    for _ in range(_LOOKS):
        later = max((calendar.next_opening(end) for end in _hushes(release, quiet, calendar)), default=release)
        if later <= release:
            break
        release = later
    return release if release > now else None


def _hushes(moment: datetime, quiet: Sequence[tuple[int, int]], calendar: Calendar) -> list[datetime]:
    """The ends of the silent spans that had begun by a moment: of those around it, and of the last ones before it."""
    today = calendar.local_day(moment)
    ends = [calendar.start_of(day + _DAY) for day in (today - _DAY, today) if not calendar.is_working(day)]
    for day in (today - _DAY, today):
        midnight = calendar.start_of(day)
        ends += [
            midnight + timedelta(seconds=end) for start, end in quiet if midnight + timedelta(seconds=start) <= moment
        ]
    return ends


def asked_for(due: datetime, occurrences: Sequence[date], now: datetime, calendar: Calendar) -> datetime:
    """The due time that a notice is about: of a repeating deadline the newest occurrence that was missed."""
    missed = [closing for closing in map(calendar.closing, occurrences) if closing < now]
    return max([due, *missed]) if due < now else due


def next_change(
    due: datetime, occurrences: Sequence[date], steps: Sequence[Target], now: datetime, calendar: Calendar
) -> datetime | None:
    """Until when a deadline stays at the level it has, None: for ever. It climbs in the second after."""
    moments = [due, *(step.due(due, calendar) for step in steps), *map(calendar.closing, occurrences)]
    return min((moment for moment in moments if moment >= now), default=None)


def reached(due: datetime, now: datetime, steps: Sequence[Target], calendar: Calendar, heard: Collection[str]) -> int:
    """The highest level that somebody listens to: 0 soon, 1 overdue, then one more for each step passed."""
    number = level(due, now, steps, calendar)
    return 1 if number > 1 and "escalated" not in heard else number


def level_name(number: int) -> str:
    """``soon``, ``overdue`` or ``escalated``, as channels list them."""
    return ("soon", "overdue", "escalated")[min(number, 2)]
