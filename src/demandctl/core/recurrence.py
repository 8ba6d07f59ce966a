"""Recurrence rules (RFC 5545) at a bounded cost: which days they name, and which of them can be used. Pure.

``dateutil`` looks for the next day until the year 9999: for a rule that never comes, or one that takes away what
another gives, that took up to a minute. The calendar repeats itself every 400 years, weekdays too, so a rule is
reckoned as many centuries later as leave less than 400 years to look at; and a rule is one line of parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from demandctl.core.months import months_on

_LATER = 7600
"""Years that a rule is reckoned later: the most whole centuries of 400 years that leave a day of ours before 9999."""
_PARTS = r"(?:RRULE:)?[A-Z]+=[A-Z0-9,+-]+(?:;[A-Z]+=[A-Z0-9,+-]+)*;?"
_LONGEST = 300
_FINER = ("SECONDLY", "MINUTELY", "HOURLY", "BYHOUR", "BYMINUTE", "BYSECOND")
_SOONEST = 10
"""Years within which a rule has to come at least once."""


def days_of(repeat: str, start: date, after: date) -> Iterator[date]:
    """The days that a rule which began on *start* names later than *after*."""
    from dateutil.rrule import rrulestr

    text = re.sub(r"(?i)(?<=UNTIL=)\d{4}", lambda year: str(min(int(year[0]) + _LATER, 9999)), repeat)
    rule: Any = rrulestr(text, dtstart=_later(start))
    return (moment.date().replace(year=moment.year - _LATER) for moment in rule.xafter(_later(after)))


def _later(day: date) -> datetime:
    return datetime(day.year + _LATER, day.month, day.day)


def problem_of(repeat: object) -> str:
    """Why a text is no recurrence rule that can be used, empty when it is one."""
    text = str(repeat).strip()
    if any(part in text.upper() for part in _FINER):
        return "周期最短是一天"
    if not re.fullmatch(_PARTS, text.upper(), re.ASCII) or len(text) > _LONGEST or "BYEASTER" in text.upper():
        return f"“{text[:40]}”不是周期，应写成 每月、每两周的周三、每季度 这样（RFC 5545 的 RRULE 也行，只写一行）"
    start = date(2024, 1, 1)
    soonest = months_on(start, 12 * _SOONEST)
    try:
        if next(days_of(text, start, start), soonest) >= soonest:
            return f"“{text[:60]}”{_SOONEST} 年里一次也不会发生"
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return f"“{text[:40]}”不是周期，应写成 每月、每两周的周三、每季度 这样（RFC 5545 的 RRULE 也行）"
    return ""
