"""Help screens: what there is, aligned for double-width characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shutil import get_terminal_size

from demandctl.language.display import padded, width, wrapped
from demandctl.terminal.render import is_terminal
from demandctl.terminal.takes import Parameter

Section = tuple[str, list[tuple[str, str]]]
"""A title, and names with what they mean."""

_WIDTH = 80
"""Help is no wider, on a narrow terminal narrower."""


def of_parameters(parameters: Sequence[Parameter]) -> list[Section]:
    """The sections of a command's arguments and options."""
    arguments = [(parameter.usage, parameter.about) for parameter in parameters if not parameter.flags]
    options = [(_spelled(parameter), parameter.about) for parameter in parameters if parameter.flags]
    return [("参数", arguments), ("选项", options)]


def _spelled(parameter: Parameter) -> str:
    """Every way to type an option, the short one first."""
    flags = " / ".join(filter(None, (", ".join(sorted(parameter.flags, key=len)), *parameter.off)))
    return f"{flags} {parameter.takes.metavar}" if parameter.takes else flags


def screen(usage: str, text: str, sections: Sequence[Section]) -> str:
    """A help screen: usage, the docstring, arguments, options and commands."""
    lines = [f"用法：{usage}"]
    for paragraph in text.split("\n"):
        lines += [f"  {line}".rstrip() for line in wrapped(paragraph.strip(), _room() - 4) or [""]]
    for title, rows in sections:
        if rows:
            lines += ["", f"{title}：", *_section(rows)]
    return "\n".join(lines) + "\n"


def _room() -> int:
    return min(_WIDTH, max(get_terminal_size().columns, 40)) if is_terminal() else _WIDTH


def _section(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    room = min(max(width(name) for name, _ in rows), 26)
    for name, text in rows:
        lines = wrapped(text, _room() - room - 4) or [""]
        if width(name) > room:
            yield f"  {name}"
        else:
            yield f"  {padded(name, room)}  {lines.pop(0)}".rstrip()
        yield from (f"  {' ' * room}  {line}" for line in lines)
