"""Times as chat programs write them beside a name -> instants. Pure: *now* comes in, aware and in the ledger's zone.

What is left out is the latest that is not after now: 9:13 is of today or yesterday, 12月30日 of this year or last.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from demandctl.language.figures import WEEK
from demandctl.vocabulary import WEEKDAYS

_DAY = r"(?:(?P<y>\d{4}|\d\d(?=年|/\d{1,2}/\d))[/\-.年])?(?P<m>\d{1,2})[/\-.月](?P<d>\d{1,2})[日号]?"
_ENGLISH_DAY = r"(?P<en>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_WEEKDAY = rf"{WEEK}(?P<w>[{WEEKDAYS}天])"
_NEAR = r"(?P<near>今天|昨天|前天|大前天|today|yesterday)"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<mon>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_ENGLISH_DATE = (
    rf"(?:{_MONTH}\s*(?P<mond>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s*(?P<mony>\d{{4}}))?"
    rf"|(?P<dmond>\d{{1,2}})\s*{_MONTH.replace('<mon>', '<dmon>')}(?:,?\s*(?P<dmony>\d{{4}}))?)"
)
CLOCK = (
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|[AaPp][Mm])?\s*(?P<H>\d{1,2})[:：](?P<M>\d\d)(?:[:：](?P<S>\d\d))?"
    r"\s*(?P<ampm>[AaPp][Mm])?"
)
"""A time of day as it stands in a header; part of a pattern."""

_YEAR_LAST = r"(?P<ylm>\d{1,2})[/.](?P<yld>\d{1,2})[/.](?P<yly>\d{4}|\d\d(?=,))"
WHEN = (
    rf"(?:{_YEAR_LAST}|{_DAY}(?:\s*(?:{_WEEKDAY}))?|{_WEEKDAY.replace('<w>', '<w2>')}|{_NEAR}"
    rf"|(?<![A-Za-z])(?:{_ENGLISH_DATE}|{_ENGLISH_DAY}))"
)
"""A day as it stands in a header; part of a pattern."""

_DAYS_AGO = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2, "大前天": 3}
_AFTERNOON = ("下午", "傍晚", "晚上", "pm")


def day_of(found: re.Match[str], now: datetime) -> date | None:
    """The day of a header: without a year, as a weekday or 昨天, the latest that is not after now."""
    today = now.date()
    groups = found.groupdict()
    near = (groups.get("near") or "").lower()
    if near:
        return today - timedelta(days=_DAYS_AGO[near])
    weekday = _weekday(groups)
    if weekday is not None:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    try:
        if groups.get("yly"):
            first, second = int(groups["ylm"]), int(groups["yld"])
            year = int(groups["yly"])
            return date(year + 2000 if year < 100 else year, *((first, second) if first <= 12 else (second, first)))
        named = groups.get("mon") or groups.get("dmon")
        month = _MONTHS.index(named[:3].lower()) + 1 if named else int(groups["m"])
        day = int(groups.get("mond") or groups.get("dmond") or groups["d"])
        if given := groups.get("mony") or groups.get("dmony") or groups["y"]:
            year = int(given)
            return date(year + 2000 if year < 100 else year, month, day)
        return _latest(month, day, today)
    except (ValueError, TypeError):
        return None


def moment_of(found: re.Match[str], day: date | None, now: datetime) -> datetime | None:
    """The instant of a header on *day*, None standing for today or, where that is still to come, yesterday."""
    try:
        clock = time(_hour(found), int(found["M"]), int(found["S"] or 0), tzinfo=now.tzinfo)
    except ValueError:
        return None
    at = datetime.combine(day or now.date(), clock)
    groups = found.groupdict()
    year = groups.get("y") or groups.get("mony") or groups.get("dmony") or groups.get("yly")
    if at > now and not year:  # the latest that is not after now
        if day is None:
            at -= timedelta(days=1)
        elif _weekday(groups) is not None:
            at -= timedelta(days=7)
        elif (groups.get("m") or groups.get("mon") or groups.get("dmon")) and day == now.date():
            at = at.replace(year=at.year - 1) if (at.month, at.day) != (2, 29) else at
    return at


def _hour(found: re.Match[str]) -> int:
    """The hour of 24: 下午3:20 is 15, 12:05 am 0."""
    hour, part = int(found["H"]), (found["part"] or found["ampm"] or "").lower()
    if part in _AFTERNOON:
        return hour + 12 if hour < 12 else hour
    if part == "中午" and hour < 11:
        return hour + 12
    return 0 if part == "am" and hour == 12 else hour


def instant_of(text: str, now: datetime) -> datetime | None:
    """The instant that a text is and nothing else; None when it is none."""
    found = re.match(rf"^\s*(?:(?P<day>{WHEN})\s*)?{CLOCK}\s*$", text.replace("T", " "))
    if not found:
        return None
    day = day_of(found, now) if found["day"] else None
    return moment_of(found, day, now) if day or not found["day"] else None


def _weekday(groups: dict[str, str | None]) -> int | None:
    """The day of the week that a header names alone, Monday 0."""
    if english := groups.get("en"):
        return ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(english[:3].lower())
    named = groups.get("w2")
    return WEEKDAYS.index(named.replace("天", "日")) if named and not groups.get("m") else None


def _latest(month: int, day: int, today: date) -> date | None:
    for year in range(today.year, today.year - 5, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None
