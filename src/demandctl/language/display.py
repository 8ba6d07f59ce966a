"""How text is shown: control characters, widths in cells, line breaks, moments and spans. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from demandctl.vocabulary import WEEKDAYS

_SHOWN = {code: chr(0x2400 + code) for code in range(32)} | {127: "␡"}
_SHOWN |= {code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
# Marks that turn the writing direction or hide: a name must not be able to rearrange the line it stands in.
_SHOWN |= {
    code: f"\\u{code:04x}"
    for code in (0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
}
_SHOWN_LINES = {code: shown for code, shown in _SHOWN.items() if code != 10}
_BREAK_AFTER = "，。；、：）” ,;)|"
_NEVER_FIRST = "，。；、：！？）》】］”’,;:!?)]"


def shown(text: object) -> str:
    """Text on one line with its control characters made visible."""
    return str(text).translate(_SHOWN)


def shown_lines(text: object) -> str:
    """Text that keeps its line breaks, other control characters made visible."""
    return str(text).replace("\r\n", "\n").translate(_SHOWN_LINES)


_NEVER_LAST = "（《【［“‘([{"


@lru_cache(maxsize=4096)  # names and states recur from row to row, and each cell is measured twice
def width(text: str) -> int:
    """Cells that a text takes in a terminal: CJK counts double, combining marks nothing."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, cells: int, *, right: bool = False) -> str:
    """The text filled up with blanks to a width in cells."""
    room = " " * max(cells - width(text), 0)
    return room + text if right else text + room


def cut(text: str, cells: int) -> str:
    """At most *cells* cells of the text, the last one an ellipsis where something was cut."""
    if width(text) <= cells:
        return text
    kept, used = [], 1
    for char in text:
        used += width(char)
        if used > cells:
            break
        kept.append(char)
    return "".join(kept) + "…"


def wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most *cells* cells, broken after punctuation or a blank where there is one, never before a mark."""
    if width(text) <= cells:
        return [text] if text.strip() else []
    lines, line, used, last, mark = [], "", 0, 0, 0
    for char in text:
        line, used = line + char, used + width(char)
        if used > cells:
            good = mark if mark * 2 >= len(line) else last  # a mark before a blank: what belongs together stays so
            amount = line[good - 1] == "," and line[good].isdigit()
            fits = good >= len(line) // 2 and line[good] not in _NEVER_FIRST and not amount
            at = good if fits else _full(line)
            lines.append(line[:at].rstrip())
            line = line[at:].lstrip()
            used, last, mark = width(line), 0, 0
        if char in _BREAK_AFTER:
            last = len(line)
            mark = mark if char == " " else last
    return [*lines, line] if line.strip() else lines


def _full(line: str) -> int:
    """Where a line without a good place breaks: around no mark that belongs to the other side, in no number or path."""
    at = len(line) - 1
    while at > 0 and (line[at] in _NEVER_FIRST or line[at - 1] in _NEVER_LAST or _joined(line[at - 1 : at + 1])):
        at -= 1
    return at if at > 0 else len(line) - 1


def _joined(pair: str) -> bool:
    """Two characters of one number, path or word, or a figure with its unit."""
    return " " not in pair and (pair.isascii() or (pair[0].isdigit() and not pair[1].isdigit()))


def moment(instant: datetime | None, now: datetime) -> str:
    """An instant as people read it, in the time zone of *now*: the nearer, the shorter."""
    if instant is None:
        return ""
    local = instant.astimezone(now.tzinfo)
    return f"{day(local.date(), now)} {local:%H:%M}"


def brief(instant: datetime | None, now: datetime) -> str:
    """An instant in figures, for narrow columns: ``09:35`` today, else ``11-20 09:35`` or ``2025-11-20``."""
    if instant is None:
        return ""
    local = instant.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == now.year else f"{local:%Y-%m-%d}"


def day(value: date, now: datetime) -> str:
    """A date as people read it: 今天, 明天, 昨天, else month and day with the weekday."""
    near = {0: "今天", 1: "明天", -1: "昨天"}.get((value - now.date()).days)
    if near:
        return near
    text = f"{value.month}月{value.day}日 周{WEEKDAYS[value.weekday()]}"
    return text if value.year == now.year else f"{value.year}年{text}"


def minutes(count: int) -> str:
    """A span of whole minutes as people say it: 45分, 3小时20分, 2天."""
    if count < 60:
        return f"{count}分"
    if count < 60 * 24:
        hours, rest = divmod(count, 60)
        return f"{hours}小时{rest}分" if rest else f"{hours}小时"
    days, rest = divmod(count, 60 * 24)
    return f"{days}天{rest // 60}小时" if rest >= 60 and days < 10 else f"{days}天"


def lateness(count: int, workday: int | None) -> str:
    """How late something is; opening time is told in working days of so many minutes."""
    if workday is None or count < workday:
        return minutes(count)
    days, rest = divmod(count, workday)
    return f"{days}个工作日" + (f"{rest // 60}小时" if rest >= 60 and days < 10 else "")


def span(between: timedelta) -> str:
    """A wall-clock span as people say it."""
    return minutes(int(between.total_seconds()) // 60)
