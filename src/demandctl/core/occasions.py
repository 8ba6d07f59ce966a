"""Days on which a customer is greeted: festivals, his birthday, the anniversary of co-operation (P, W 4.3). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from demandctl.core.holidays import NAMES
from demandctl.core.months import months_on
from demandctl.language.festivals import festivals

BIRTHDAY, ANNIVERSARY = "生日", "合作周年"
_OF_PEOPLE = {"生日": BIRTHDAY, **dict.fromkeys(("周年", "合作周年", "纪念日", "合作纪念日"), ANNIVERSARY)}
FESTIVALS = tuple(name for name in dict.fromkeys(NAMES.values()) if name != "清明")
"""Festivals on which people congratulate each other."""
OCCASIONS = (BIRTHDAY, ANNIVERSARY, *FESTIVALS)


class Festival(NamedTuple):
    """A festival and its day."""

    name: str
    day: date


def read_occasion(text: str) -> str:
    """The occasion that people call so; empty for none."""
    said = text.strip()
    known = _OF_PEOPLE | {**NAMES, **{name: name for name in FESTIVALS}}
    found = known.get(said) or known.get(said.removesuffix("节")) or known.get(f"{said}节", "")
    return found if found in OCCASIONS else ""


def festival_days(year: int) -> Iterator[Festival]:
    """The festivals of a year in their order; those that the moon moves only in the years that are known."""
    moving = festivals(year)
    days = {"元旦": date(year, 1, 1), "劳动节": date(year, 5, 1), "国庆节": date(year, 10, 1)}
    if moving:
        days |= {"春节": moving.spring, "端午": moving.dragon, "中秋": moving.moon}
    yield from sorted((Festival(name, day) for name, day in days.items()), key=lambda festival: festival.day)


def next_festival(today: date, name: str = "") -> Festival | None:
    """The festival to come, today's included; of a *name* the one that comes next."""
    coming = (each for year in (today.year, today.year + 1) for each in festival_days(year))
    return next((each for each in coming if each.day >= today and name in ("", each.name)), None)


def next_yearly(day: date, today: date) -> date:
    """The day of a year to come on which a *day* comes again, today included; of 29 February the last of that month."""
    years = today.year - day.year
    again = months_on(day, 12 * years)
    return again if again >= today else months_on(day, 12 * (years + 1))


def days_ahead(today: date, count: int) -> list[str]:
    """Month and day of today and of the days after it, as a stored date ends: those that come again within *count*."""
    days = [today + timedelta(days=n) for n in range(count + 1)]
    found = [f"{day:%m-%d}" for day in days]
    leap = any(day.month == 2 and (day + timedelta(days=1)).month == 3 and day.day == 28 for day in days)
    return [*found, "02-29"] if leap else found
