"""Rows to text: aligned tables for people, JSON for programs. Sees rows, never a session.

Text that people typed is data: control characters are shown, not sent, and no markup in it takes effect.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from shutil import get_terminal_size
from typing import Any

from demandctl.language.display import _SHOWN, cut, padded, shown, shown_lines, width, wrapped
from demandctl.queries.view import as_json
from demandctl.terminal.layout import Column, lines_of

_SHOWN_IN_JSON = "".join(chr(code) for code in _SHOWN if code >= 127)
"""What is made visible in JSON too, where the other control characters are escaped anyhow."""


_LEAST_COLUMN = 16
"""Where fewer cells than this are left for a text, breaking it is left to the terminal."""


_LABELS = ("错误：", "提示：")
GIST_CELLS = 80
"""How much of the customer's words a list shows on a terminal."""


def gist(text: str) -> str:
    """What a customer wrote, as a cell of a list: two short lines of it on a terminal, all of it in a pipe."""
    line = " ".join(text.split())
    return cut(line, GIST_CELLS) if is_terminal() else line


def is_terminal() -> bool:
    """Whether people look at stdout."""
    return sys.stdout.isatty()


def screen_lines(least: int) -> int:
    """How many lines the screen has, not fewer than *least*; a pipe is as long as that."""
    return max(get_terminal_size().lines, least) if is_terminal() else least


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
    """One JSON document on stdout, UTF-8 whatever the terminal has; what was read may stand in it as it is."""
    import json
    import re

    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(encoding="utf-8", errors="backslashreplace")
    text = json.dumps(document, ensure_ascii=False, indent=2, default=as_json)
    # A long text is gone through ten times as fast as by str.translate.
    put(re.sub(f"[{_SHOWN_IN_JSON}]", lambda found: f"\\u{ord(found[0]):04x}", text))


def put_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, styles: Sequence[str] = ()) -> None:
    """A table: Rich on a terminal, plain and aligned at full width in a pipe. Cells are made safe here."""
    if is_terminal():
        cells = [[shown_lines(cell) for cell in row] for row in rows]
        _put_lines(columns, cells, styles)
        return
    cells = [[shown(cell) for cell in row] for row in rows]
    widths = [max(map(width, [column.title, *(row[i] for row in cells)])) for i, column in enumerate(columns)]
    titles = [[column.title for column in columns]] if any(column.title for column in columns) else []
    for line in [*titles, *cells]:
        put("  ".join(padded(c, w, right=k.right) for c, w, k in zip(line, widths, columns, strict=True)).rstrip())


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[str]], lines: int) -> tuple[int, int]:
    """How many of the rows, from the first, take at most so many lines on this terminal, and how many they take."""
    if not is_terminal():
        return min(len(rows), lines), min(len(rows), lines)
    room = get_terminal_size().columns
    for count in range(min(len(rows), lines), 0, -1):
        cells = [[shown_lines(cell) for cell in row] for row in rows[:count]]
        taken = sum(1 for _ in lines_of(columns, cells, room))
        if taken <= lines or count == 1:
            return count, taken
    return 0, 0


def _put_lines(columns: Sequence[Column], rows: Sequence[Sequence[str]], styles: Sequence[str]) -> None:
    """Lines of a table on a terminal. Rich colours them; how wide the terminal is it does not know of a dumb one."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for row, line in lines_of(columns, rows, get_terminal_size().columns):
        base = "bold" if row is None else styles[row] if row < len(styles) else ""
        console.print(Text.assemble(*((text, "" if row is None else style) for text, style in line), style=base))


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
