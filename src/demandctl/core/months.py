"""Reckoning in months, where days are not enough: the first and the last day, and the same day months away. Pure."""

from __future__ import annotations

from datetime import date, timedelta


def first_of(day: date, months: int = 0) -> date:
    """The first day of the month that is *months* away from that of *day*."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def last_of(day: date, months: int = 0) -> date:
    """The last day of that month."""
    return first_of(day, months + 1) - timedelta(days=1)


def months_on(day: date, months: int) -> date:
    """The same day *months* later, or earlier; the last day of a month that is too short for it."""
    return min(first_of(day, months) + timedelta(days=day.day - 1), last_of(day, months))
