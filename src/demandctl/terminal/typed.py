"""What was typed, as a value: numbers, names, times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.figures import narrow
from demandctl.language.subject import About, Subject, read_number
from demandctl.store.values import stored

# Patterns stay text until something is read, so that importing this module is cheap.
_COMMAS, _BLANKS = "[、，,;；]", r"[、，,;；\s]+"


def demand_number(text: str) -> int:
    """``12``, ``D12`` or ``#12``, full-width too; UsageError for anything else."""
    return _number(text, About.DEMAND, "写 12 或 D12；看看有哪些：demandctl list")


def revisit_number(text: str) -> int:
    """``12`` or ``R12``, full-width too; UsageError for anything else."""
    return _number(text, About.REVISIT, "写 4 或 R4；看看有哪些：demandctl revisit list")


def _number(text: str, about: About, hint: str) -> int:
    number = read_number(text, about)
    if number is None:
        raise UsageError(f"“{text[:40]}”不是{about.label}编号", hint)
    return number


def subject(text: str) -> Subject:
    """A demand, a customer or a revisit by its code; a bare number is a demand's. UsageError for anything else."""
    found = Subject.read(text, About.DEMAND)
    if found is None:
        raise UsageError(f"“{text[:40]}”不是编号", "需求写 12 或 D12，客户 K00003，回访 R4")
    return found


def whole_number(text: str) -> int:
    """How many: 0 or more. UsageError for anything else."""
    digits = narrow(text).strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 9):
        raise UsageError(f"“{text[:40]}”应是整数，0 或更大")
    return int(digits)


MOST_AT_ONCE = 200
"""How many demands a range may stand for: more was not meant."""


def numbers(text: str) -> list[str]:
    """What a word of numbers stands for: ``3-6`` is four of them, ``3,5`` two. UsageError for one that runs back."""
    found: list[str] = []
    for part in listed(text):
        first, dash, last = part.partition("-")
        if not dash:
            found.append(part)
            continue
        start, end = demand_number(first), demand_number(last)
        if not start <= end < start + MOST_AT_ONCE:
            raise UsageError(f"“{part[:40]}”不是一段编号", f"从小到大写，一次最多 {MOST_AT_ONCE} 条，如 3-6")
        found += map(str, range(start, end + 1))
    return found


def clean(text: str | None) -> str:
    """Text as it may enter the ledger; UsageError when it is no Unicode text."""
    value = (text or "").strip()
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value) or "\0" in value:
        raise UsageError("文字里有无法识别的字符", "请检查终端的编码（应为 UTF-8）")
    return value


def one_line(text: str | None) -> str:
    """A name, a place, a product: text without line breaks and doubled blanks."""
    return " ".join(clean(text).split())


def listed(text: str) -> list[str]:
    """Names with 、，, between them; a name may have blanks."""
    return [part for part in (" ".join(piece.split()) for piece in re.split(_COMMAS, clean(text))) if part]


def split(texts: Iterable[str]) -> list[str]:
    """Names written one by one or with 、，, or blanks between them."""
    return [part for text in texts for part in re.split(_BLANKS, clean(text)) if part]


def parse_time(app: Context, text: str) -> date | datetime:
    """A time as people type it; bare days stay dates."""
    from demandctl.core import times

    return times.parse(text, app.now, app.calendar)


def past(app: Context, text: str, called: str = "时间", *, opening: bool = False, far: bool = False) -> datetime:
    """The instant of something that happened.

    A bare date means its closing time, or its opening with *opening* (the customer's wait began then), never after now.
    UsageError for one that cannot be meant, unless *far*.
    """
    from demandctl.core import times

    value = parse_time(app, text)
    times.must_be_past(value, app.now, app.calendar, called)
    _must_be_near(app, value, called, far=far)
    if isinstance(value, datetime):
        return value
    moment = app.calendar.opening(value) if opening else app.calendar.closing(value)
    return min(moment, app.now)


def past_day(app: Context, text: str, called: str = "日期") -> date:
    """A day that has come; UsageError for one in the future."""
    from demandctl.core import times

    found = day(app, text)
    times.must_be_past(found, app.now, app.calendar, called)
    return found


def day(app: Context, text: str) -> date:
    """A day, whenever it is."""
    value = parse_time(app, text)
    return value.astimezone(app.zone).date() if isinstance(value, datetime) else value


def future(app: Context, text: str, called: str = "时间", *, far: bool = False) -> date | datetime:
    """A time to come; UsageError for one that cannot be meant, unless *far*."""
    from demandctl.core import times

    value = parse_time(app, text)
    times.must_be_future(value, app.now, app.calendar, called)
    _must_be_near(app, value, called, far=far)
    return value


def _must_be_near(app: Context, value: date | datetime, called: str, *, far: bool) -> None:
    from demandctl.core import times

    if not far and (reason := times.too_far(value, app.now, app.calendar, times.MEANT)):
        raise UsageError(f"{called}太远：{reason}", "检查年份")


def boundary(app: Context, text: str, *, end: bool = False) -> str:
    """A filter's time as the ledger stores it; a bare day stands for its beginning, or with *end* for its end."""
    value = parse_time(app, text)
    if not isinstance(value, datetime):
        value = app.calendar.start_of(value + timedelta(days=1) if end else value)
    return stored(value)


def understood(app: Context, value: date | datetime) -> str:
    """The time as the program understood it, to be said back."""
    from demandctl.core import times

    return times.echo(value, app.now, app.calendar)
