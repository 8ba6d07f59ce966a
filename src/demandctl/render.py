"""Rows to text: aligned tables for people, JSON for programs. Sees rows, never a session.

Text that people typed is data: control characters are shown, not sent, and no markup in it takes effect.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from shutil import get_terminal_size
from typing import Any, NamedTuple

from demandctl.vocabulary import WEEKDAYS

_SHOWN = {code: chr(0x2400 + code) for code in range(32)} | {127: "␡"}
_SHOWN |= {code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
# Marks that turn the writing direction or hide: a name must not be able to rearrange the line it stands in.
_SHOWN |= {
    code: f"\\u{code:04x}"
    for code in (0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
}
_ESCAPED = {code: f"\\u{code:04x}" for code in _SHOWN if code >= 127}
"""The same for JSON, where the other control characters are escaped anyhow."""
_SHOWN_LINES = {code: shown for code, shown in _SHOWN.items() if code != 10}


_LEAST_COLUMN = 16
"""Where fewer cells than this are left for a text, breaking it is left to the terminal."""
_BREAK_AFTER = "，。；、：）” ,;)|"
_NEVER_FIRST = "，。；、：！？）》】］”’,;:!?)]"


class Column(NamedTuple):
    """A column of a table: its title, and between which widths in cells a terminal may squeeze it."""

    title: str
    style: str = ""
    right: bool = False
    least: int = 4
    most: int | None = None
    wrap: bool = True


def shown(text: object) -> str:
    """Text on one line with its control characters made visible."""
    return str(text).translate(_SHOWN)


def shown_lines(text: object) -> str:
    """Text that keeps its line breaks, other control characters made visible."""
    return str(text).replace("\r\n", "\n").translate(_SHOWN_LINES)


_NEVER_LAST = "（《【［“‘([{"
_LABELS = ("错误：", "提示：")
GIST_CELLS = 80
"""How much of the customer's words a list shows on a terminal."""


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


def gist(text: str) -> str:
    """What a customer wrote, as a cell of a list: two short lines of it on a terminal, all of it in a pipe."""
    line = " ".join(text.split())
    return cut(line, GIST_CELLS) if is_terminal() else line


def is_terminal() -> bool:
    """Whether people look at stdout."""
    return sys.stdout.isatty()


def is_narrow() -> bool:
    """Whether a terminal is too narrow for a row on one line."""
    return is_terminal() and get_terminal_size().columns < 110


def put(text: str = "") -> None:
    """A line of result on stdout."""
    sys.stdout.write(text + "\n")


def say(text: str) -> None:
    """A line of talk on stderr, folded where people read it on a terminal."""
    sys.stdout.flush()
    with suppress(OSError):  # nobody reads it, or its disk is full: no reason to fail
        sys.stderr.write((folded(text) if sys.stderr.isatty() else text) + "\n")


def tell(text: str) -> None:
    """A line of result on stdout, folded on a terminal. Texts to paste are ``put``, as they are."""
    put(folded(text) if is_terminal() else text)


def folded(text: str) -> str:
    """Text whose lines are no wider than the terminal; further ones are indented, or stand behind the label.

    Clauses stay together, so that a command can be read and copied in one piece.
    """
    room = get_terminal_size().columns
    return "\n".join(part for line in text.split("\n") for part in _folded(line, room))


def _folded(text: str, room: int) -> list[str]:
    hang = width(text[:3]) if text.startswith(_LABELS) else len(text) - len(text.lstrip(" ")) + 2
    margin = " " * hang
    if width(text) <= room or room - hang < _LEAST_COLUMN:
        return [text]
    lines: list[str] = []
    for clause in text.replace("；", "；\0").split("\0"):
        if lines and width(lines[-1] + clause) <= room:
            lines[-1] += clause
            continue
        first = "" if lines else wrapped(clause, room)[0]
        lines += [first] if first else []
        lines += [margin + line for line in wrapped(clause[len(first) :].lstrip(), room - hang)]
    return lines


def put_json(document: object) -> None:
    """One JSON document on stdout."""
    import json

    put(json.dumps(document, ensure_ascii=False, indent=2).translate(_ESCAPED))


def put_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, styles: Sequence[str] = ()) -> None:
    """A table: Rich on a terminal, plain and aligned at full width in a pipe. Cells are made safe here."""
    if is_terminal():
        cells = [[shown_lines(cell) for cell in row] for row in rows]
        _rich_table(columns, cells, styles)
        return
    cells = [[shown(cell) for cell in row] for row in rows]
    widths = [max(map(width, [column.title, *(row[i] for row in cells)])) for i, column in enumerate(columns)]
    for line in [[column.title for column in columns], *cells]:
        put("  ".join(padded(c, w, right=k.right) for c, w, k in zip(line, widths, columns, strict=True)).rstrip())


def wrapped(text: str, cells: int) -> list[str]:
    """Lines of at most *cells* cells, broken after punctuation or a blank where there is one, never before a mark."""
    if width(text) <= cells:
        return [text] if text.strip() else []
    lines, line, used, last, mark = [], "", 0, 0, 0
    for char in text:
        line, used = line + char, used + width(char)
        if used > cells:
            good = mark if mark * 3 >= len(line) * 2 else last  # a mark before a blank: what belongs together stays so
            at = good if good >= len(line) // 2 and line[good] not in _NEVER_FIRST else _full(line)
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
    while at > 1 and (line[at] in _NEVER_FIRST or line[at - 1] in _NEVER_LAST or _joined(line[at - 1 : at + 1])):
        at -= 1
    return at if at > 1 else len(line) - 1


def _joined(pair: str) -> bool:
    return pair.isascii() and " " not in pair


def _rich_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], styles: Sequence[str]) -> None:
    from rich.console import Console
    from rich.containers import Lines
    from rich.table import Table
    from rich.text import Text

    class Cell(Text):
        """Text that is broken as Chinese is: Rich knows blanks only, and begins lines with commas."""

        def wrap(self, console: Console, width: int, **how: Any) -> Lines:
            lines = [line for part in self.plain.split("\n") for line in wrapped(part, width) or [""]]
            if how.get("no_wrap") or len(lines) == 1:
                return super().wrap(console, width, **how)
            return Text("\n".join(lines), self.style).wrap(console, width, **how)

    gap = 1 if is_narrow() else 2
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False, padding=(0, gap, 0, 0))
    for column in columns:
        table.add_column(
            column.title,
            style=column.style,
            justify="right" if column.right else "left",
            min_width=column.least,
            max_width=column.most,
            no_wrap=not column.wrap,
            overflow="fold",
        )
    for number, row in enumerate(rows):
        table.add_row(*map(Cell, row), style=styles[number] if number < len(styles) else None)
    Console(highlight=False, soft_wrap=False).print(table)


def put_styled(text: str, style: str) -> None:
    """A line in a style on a terminal, plain elsewhere."""
    if not is_terminal():
        put(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in folded(text).split("\n"):
        console.print(Text(line, style=style))


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


def pairs(entries: Iterable[tuple[str, Any]]) -> None:
    """Names and values in two aligned columns; empty values are left out, further lines of a value indented."""
    filled = [(name, shown_lines(value)) for name, value in entries if value not in (None, "", [])]
    room = max((width(name) for name, _ in filled), default=0)
    column = get_terminal_size().columns - room - 2
    for name, value in filled:
        lines = value.split("\n")
        if is_terminal() and column >= _LEAST_COLUMN:
            lines = [line for part in lines for line in wrapped(part, column) or [""]]
        first, *rest = lines
        put(f"{padded(name, room)}  {first}")
        for line in rest:
            put(f"{' ' * room}  {line}".rstrip())
