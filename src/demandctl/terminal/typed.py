"""What was typed, as a value: numbers, names, times."""

from datetime import date, datetime

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.subject import About, read_number


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


def clean(text: str | None) -> str:
    """Text as it may enter the ledger; UsageError when it is no Unicode text."""
    value = (text or "").strip()
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value) or "\0" in value:
        raise UsageError("文字里有无法识别的字符", "请检查终端的编码（应为 UTF-8）")
    return value


def one_line(text: str | None) -> str:
    """A name, a place, a product: text without line breaks and doubled blanks."""
    return " ".join(clean(text).split())


def split(texts: list[str]) -> list[str]:
    """Names written one by one or with 、，, between them."""
    import re

    return [part for text in texts for part in re.split(r"[、，,;；\s]+", clean(text)) if part]


def parse_time(app: Context, text: str) -> date | datetime:
    """A time as people type it; bare days stay dates."""
    from demandctl.core import times

    return times.parse(text, app.now, app.calendar)


def past(app: Context, text: str, option: str = "--at", *, opening: bool = False) -> datetime:
    """The instant of something that happened; now when nothing was typed.

    A bare date means its closing time, or its opening with *opening* (the customer's wait began then), never after now.
    """
    if not text:
        return app.now
    from demandctl.core import times

    value = parse_time(app, text)
    times.must_be_past(value, app.now, app.calendar, option)
    if isinstance(value, datetime):
        return value
    moment = app.calendar.opening(value) if opening else app.calendar.closing(value)
    return min(moment, app.now)


def future(app: Context, text: str, option: str) -> date | datetime | None:
    """A time to come, None when nothing was typed."""
    if not text:
        return None
    from demandctl.core import times

    value = parse_time(app, text)
    times.must_be_future(value, app.now, app.calendar, option)
    return value


def understood(app: Context, value: date | datetime) -> str:
    """The time as the program understood it, to be said back."""
    from demandctl.core import times

    return times.echo(value, app.now, app.calendar)
