"""Completion by Tab: what may stand at a place of the command line, by what the parameter there takes."""

from __future__ import annotations

from demandctl.context import Context
from demandctl.terminal import known
from demandctl.terminal.takes import Parameter, SoFar

LIMIT = 50


def offered(app: Context, parameter: Parameter, command: str, so_far: SoFar, start: str) -> list[tuple[str, str]]:
    """Value and description of each candidate that begins so; of several joined by commas the last one is completed."""
    takes = parameter.takes
    if takes is None:
        return []
    before = ""
    if parameter.many:
        place = max(start.rfind(comma) for comma in ",，、") + 1
        before, start = start[:place], start[place:]
    if takes.known:
        found = known.candidates(app, takes.known, start, command, LIMIT)[:LIMIT]
    else:
        found = _values(list(takes.choices(so_far)), start)
    return [(before + value, about) for value, about in found]


def _values(choices: list[tuple[str, str]], start: str) -> list[tuple[str, str]]:
    """Those of a vocabulary, by the Chinese name where nothing or Chinese was typed, else by the English one."""
    if start and start.isascii():
        return [(value, label) for value, label in choices if value.startswith(start.lower())]
    return [(label, value) if label else (value, "") for value, label in choices if (label or value).startswith(start)]
