"""Weeks, months and quarters: read, named, and the one before. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from demandctl.core.months import first_of
from demandctl.errors import UsageError

UNITS = {"week": "周", "month": "月", "quarter": "季度"}
_NEAR = {"本": 0, "这": 0, "上": -1, "上上": -2, "下": 1}
_WORDS = {"week": "周|星期", "month": "个?月", "quarter": "个?季度?"}
_EXAMPLES = {"week": "2026-W47、本周、上周", "month": "2026-11、本月、上月", "quarter": "2026Q4、本季、上季"}


class Period(NamedTuple):
    """A week (from Monday), month or quarter; *end* is the day after its last one."""

    unit: str
    start: date
    end: date

    @property
    def key(self) -> str:
        """How it is typed and stored: ``2026-W47``, ``2026-11``, ``2026Q4``."""
        if self.unit == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.unit == "month":
            return f"{self.start:%Y-%m}"
        return f"{self.start.year}Q{self.start.month // 3 + 1}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def name(self) -> str:
        """How people call it: 2026年第47周（11月16日至11月22日）, 2026年11月, 2026年第4季度."""
        if self.unit == "week":
            year, week, _ = self.start.isocalendar()
            first, last = self.start, self.last
            return f"{year}年第{week}周（{first.month}月{first.day}日至{last.month}月{last.day}日）"
        if self.unit == "month":
            return f"{self.start.year}年{self.start.month}月"
        return f"{self.start.year}年第{self.start.month // 3 + 1}季度"

    @property
    def before(self) -> Period:
        """The one before it."""
        return period_of(self.unit, self.start - timedelta(days=1))

    @property
    def after(self) -> Period:
        """The one after it."""
        return period_of(self.unit, self.end)


def period_of(unit: str, day: date) -> Period:
    """The week, month or quarter that a day lies in."""
    if unit == "week":
        start = day - timedelta(days=day.weekday())
        return Period(unit, start, start + timedelta(days=7))
    months = 1 if unit == "month" else 3
    start = first_of(day, -((day.month - 1) % months))
    return Period(unit, start, first_of(start, months))


def shifted(period: Period, count: int) -> Period:
    """The period *count* further on, back when negative."""
    for _ in range(abs(count)):
        period = period.after if count > 0 else period.before
    return period


def parse_period(unit: str, text: str, today: date) -> Period:
    """Read a period as people type it; UsageError for anything else and for one that has not begun."""
    plain = "".join(text.split())
    period = _near(unit, plain, today)
    with suppress(ValueError, OverflowError):
        period = period or _READERS[unit](plain, today)
    if period is None:
        raise UsageError(f"“{text[:40]}”不是{UNITS[unit]}", f"可以写：{_EXAMPLES[unit]}")
    if period.start > today:
        raise UsageError(f"{period.name} 还没有到", f"可以写：{_EXAMPLES[unit]}")
    return period


def _near(unit: str, text: str, today: date) -> Period | None:
    match = re.fullmatch(rf"(上上|上|本|这|下)个?(?:{_WORDS[unit]})", text)
    return shifted(period_of(unit, today), _NEAR[match[1]]) if match else None


def _week(text: str, today: date) -> Period | None:
    match = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})|(?:(\d{4})年)?第?(\d{1,2})周", text, re.ASCII)
    if not match:
        return period_of("week", date.fromisoformat(text))
    year, week = int(match[1] or match[3] or today.isocalendar().year), int(match[2] or match[4])
    return period_of("week", date.fromisocalendar(year, week, 1))


def _month(text: str, today: date) -> Period | None:
    match = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})月?|(\d{1,2})月", text, re.ASCII)
    if not match:
        return None
    return period_of("month", date(int(match[1] or today.year), int(match[2] or match[3]), 1))


def _quarter(text: str, today: date) -> Period | None:
    match = re.fullmatch(r"(\d{4})-?[Qq]([1-4])|(?:(\d{4})年)?第?([1-4一二三四])季度?", text, re.ASCII)
    if not match:
        return None
    number = int(match[2]) if match[2] else "0一二三四".find(match[4]) if match[4] in "一二三四" else int(match[4])
    return period_of("quarter", date(int(match[1] or match[3] or today.year), number * 3 - 2, 1))


_READERS: dict[str, Callable[[str, date], Period | None]] = {"week": _week, "month": _month, "quarter": _quarter}
