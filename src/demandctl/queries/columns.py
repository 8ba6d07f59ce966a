"""The columns of a row as they are read: each as what the table of columns says that it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from demandctl.queries.reader import Reader, Row, day, texts
from demandctl.store.fields import Holds, fields_of
from demandctl.store.values import Columns
from demandctl.vocabulary import Term

_Reads = Callable[[Reader, Any], object]
_NONE: frozenset[str] = frozenset()
_SPOKEN = (Holds.TEXT, Holds.NAME, Holds.PHONE, Holds.ACCOUNT, Holds.RHYTHM)


def columns(
    reader: Reader, table: str, row: Row, *, blank: frozenset[str] = _NONE, without: frozenset[str] = _NONE
) -> Columns:
    """What people are told of a row, by the names of its columns; people and customers it refers to are not among it.

    A text that nobody gave is None, one of *blank* is empty. *without* are those that the caller tells otherwise.
    """
    return {name: read(reader, row[name]) for name, read in _plan(table, blank, without)}


@cache
def _plan(table: str, blank: frozenset[str], without: frozenset[str]) -> tuple[tuple[str, _Reads], ...]:
    return tuple(
        (field.column, _as_it_is if field.column in blank else _READ.get(field.holds, _read_term(field.term)))
        for field in fields_of(table)
        if field.told and field.column not in without and (field.holds in _READ or field.holds is Holds.TERM)
    )


def _as_it_is(_: Reader, value: object) -> object:
    return value


def _read_term(term: type[Term] | None) -> _Reads:
    return lambda _, value: term(value) if term and value else value


def yuan(text: str | None) -> float | int | None:
    """A stored amount."""
    if text is None:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


_READ: dict[Holds, _Reads] = {
    **dict.fromkeys(_SPOKEN, lambda _, text: text or None),
    Holds.INSTANT: Reader.local,
    Holds.DAY: lambda _, text: day(text),
    Holds.MONEY: lambda _, text: yuan(text),
    Holds.NUMBER: _as_it_is,
    Holds.DEMAND: _as_it_is,
    Holds.FLAG: lambda _, stored: bool(stored),
    Holds.ANSWER: lambda _, stored: None if stored is None else bool(stored),
    Holds.LIST: lambda _, text: texts(text),
}
