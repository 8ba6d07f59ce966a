"""Opening hours and working days: adding and measuring work time. Pure: no clock, no file, no package data.

Every instant that comes in or goes out is an aware ``datetime``; the arithmetic runs on the wall clock of the
calendar's time zone. Spans are half-open: at 17:30:00 the office is closed already.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

_DAY = timedelta(days=1)
_MONDAY_ORDINAL_OFFSET = 1  # date(1, 1, 1), ordinal 1, was a Monday


class Calendar:
    """When the office is open.

    ``hours`` are (start, end) in seconds of a day. ``closed`` names days off beside weekends (holidays, overrides),
    ``opened`` weekend days worked (调休) or opened by the user. ``known`` is the first and the last day that the
    official calendar speaks of: outside it Monday to Friday are worked, and what leans on that is provisional.
    """

    def __init__(
        self,
        zone: tzinfo,
        hours: Iterable[tuple[int, int]],
        closed: Mapping[date, str] | None = None,
        opened: Mapping[date, str] | None = None,
        known: tuple[date, date] = (date.min, date.max),
    ) -> None:
        self.zone = zone
        self.hours = tuple(hours)
        self.closed = dict(closed or {})
        self.opened = dict(opened or {})
        self.known = known
        self.day_seconds = sum(end - start for start, end in self.hours)
        if self.day_seconds <= 0:
            raise ValueError("a calendar without opening hours")
        self._off = sorted(d.toordinal() for d in self.closed if d.weekday() < 5 and d not in self.opened)
        self._on = sorted(d.toordinal() for d in self.opened if d.weekday() >= 5)

    # -- days ----------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether the office opens on *day*; the user's ``opened`` wins over ``closed``."""
        if day in self.opened:
            return True
        return day.weekday() < 5 and day not in self.closed

    def is_known(self, day: date) -> bool:
        """Whether the official calendar, or an override of the user, speaks of *day*."""
        return self.known[0] <= day <= self.known[1] or day in self.closed or day in self.opened

    def working_day(self, day: date) -> date:
        """*day* itself when it is worked, else the next day that is."""
        while not self.is_working(day):
            day += _DAY
        return day

    def working_day_before(self, day: date) -> date:
        """*day* itself when it is worked, else the last day before it that is."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def working_day_after(self, day: date, count: int) -> date:
        """The *count*-th working day after *day*, which itself is not counted."""
        for _ in range(count):
            day = self.working_day(day + _DAY)
        return day

    def opening(self, day: date) -> datetime:
        """The moment the office opens, by the hours of any working day, on *day*."""
        return self._at(day, self.hours[0][0])

    def closing(self, day: date) -> datetime:
        """The moment the office closes, by the hours of any working day, on *day*."""
        return self._at(day, self.hours[-1][1])

    def start_of(self, day: date) -> datetime:
        """Midnight at the beginning of *day*."""
        return self._at(day, 0)

    def local_day(self, instant: datetime) -> date:
        """The date that the calendar on the wall shows at *instant*."""
        return instant.astimezone(self.zone).date()

    # -- work time -----------------------------------------------------------------------------------------------

    def is_open(self, instant: datetime) -> bool:
        """Whether the office is open at *instant*."""
        local = instant.astimezone(self.zone)
        second = _second(local)
        return self.is_working(local.date()) and any(start <= second < end for start, end in self.hours)

    def next_opening(self, instant: datetime) -> datetime:
        """*instant* itself during opening hours, else the start of the next span that is open."""
        local = instant.astimezone(self.zone)
        day, second = local.date(), _second(local)
        if self.is_working(day):
            for start, end in self.hours:
                if second < end:
                    return self._at(day, max(second, start))
        return self.opening(self.working_day(day + _DAY))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Opening time between two instants; negative when *end* comes first."""
        return timedelta(seconds=self._position(end) - self._position(start))

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant at which *span* of opening time is used up.

        A start outside opening hours begins at the next opening; a span used up exactly at a closing time ends
        there, not at the next opening.
        """
        begin = self.next_opening(start)
        left = int(span.total_seconds())
        if left <= 0:
            return begin
        local = begin.astimezone(self.zone)
        day, second = local.date(), _second(local)
        while True:
            for span_start, span_end in self.hours:
                room = span_end - max(span_start, second)
                if room <= 0:
                    continue
                if left <= room:
                    return self._at(day, max(span_start, second) + left)
                left -= room
            skip = left // self.day_seconds
            day, second = self.working_day(day + _DAY), 0
            if skip > 1:  # whole days need no look at their spans
                day = self.working_day_after(day, skip - 1)
                left -= (skip - 1) * self.day_seconds

    def add_days(self, start: datetime, count: int) -> datetime:
        """Closing time of the *count*-th working day after day 0, the day of the first opening from *start*."""
        return self.closing(self.working_day_after(self.local_day(self.next_opening(start)), count))

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans of opening time between two instants, in order."""
        day, last = self.local_day(start), self.local_day(end)
        while day <= last:
            if self.is_working(day):
                for span_start, span_end in self.hours:
                    begin, finish = max(self._at(day, span_start), start), min(self._at(day, span_end), end)
                    if begin < finish:
                        yield begin, finish
            day += _DAY

    def leans_on_unknown(self, start: datetime, end: datetime) -> bool:
        """Whether a reckoning between two instants passes days that the official calendar does not know yet."""
        day, last = self.local_day(start), self.local_day(end)
        if self.known[0] <= day and last <= self.known[1]:
            return False
        if last - day > timedelta(days=400):
            return True
        return any(not self.is_known(day + timedelta(days=n)) for n in range((last - day).days + 1))

    # -- inside --------------------------------------------------------------------------------------------------

    def _at(self, day: date, second: int) -> datetime:
        return datetime.combine(day, time(), self.zone) + timedelta(seconds=second)

    def _position(self, instant: datetime) -> int:
        """Opening seconds since day one: two look-ups, so that measuring a year costs what measuring an hour does."""
        local = instant.astimezone(self.zone)
        ordinal = local.toordinal()
        weeks, rest = divmod(ordinal - _MONDAY_ORDINAL_OFFSET, 7)
        days = weeks * 5 + min(rest, 5) - bisect_left(self._off, ordinal) + bisect_left(self._on, ordinal)
        seconds = 0
        if self.is_working(local.date()):
            now = _second(local)
            seconds = sum(min(now, end) - start for start, end in self.hours if now > start)
        return days * self.day_seconds + seconds

    # -- as data -------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, Any]:
        """The calendar as JSON data, so that a deadline can be reckoned later as on the day it was made."""
        return {
            "zone": str(self.zone),
            "hours": [list(span) for span in self.hours],
            "closed": {day.isoformat(): name for day, name in sorted(self.closed.items())},
            "open": {day.isoformat(): name for day, name in sorted(self.opened.items())},
            "known": [day.isoformat() for day in self.known],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Calendar:
        """The calendar that :meth:`to_data` wrote."""
        from zoneinfo import ZoneInfo

        first, last = data["known"]
        return cls(
            ZoneInfo(data["zone"]),
            [(start, end) for start, end in data["hours"]],
            {date.fromisoformat(day): name for day, name in data["closed"].items()},
            {date.fromisoformat(day): name for day, name in data["open"].items()},
            (date.fromisoformat(first), date.fromisoformat(last)),
        )


def _second(local: datetime) -> int:
    return local.hour * 3600 + local.minute * 60 + local.second


def parse_hours(texts: Iterable[str]) -> list[tuple[int, int]]:
    """Read spans such as ``08:30-12:00``; ValueError when one is no span, is empty, or overlaps the one before."""
    spans: list[tuple[int, int]] = []
    for text in texts:
        start, dash, end = text.partition("-")
        span = (_clock(start), _clock(end))
        if not dash or span[0] >= span[1] or (spans and span[0] < spans[-1][1]):
            raise ValueError(text)
        spans.append(span)
    return spans


def _clock(text: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise ValueError(text)
    seconds = int(hour) * 3600 + int(minute) * 60
    if int(minute) > 59 or seconds > 86400:
        raise ValueError(text)
    return seconds
