"""What a kind of table is, as data: its fields by the words that head them, and what tells its records. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from demandctl.imports.cells import Words
from demandctl.vocabulary import Term

Fields = Mapping[str, tuple[str, ...]]
"""Field to the patterns of its headers, the surest first."""


@dataclass(frozen=True, eq=False)
class TableKind:
    """A kind of table that can come in; ``importer.Importer`` says what becomes of its rows."""

    name: str
    noun: str
    fields: Fields
    needed: Sequence[Sequence[str]]
    """Of each group a header row must have one, else it heads no such table."""
    own: frozenset[str] = frozenset()
    """The fields that our own export always has, and no other table all of them."""
    asked: str = ""
    """What ``--map`` must name where no header is understood."""
    computed: str = ""
    """Headers that our own exports compute: nothing to read, nothing to report."""
    spare: Mapping[str, str] = field(default_factory=dict)
    """Headers that stand for a field only where the table has no surer column for it."""
    looks: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    """Field to what its cells look like, the surest first: for columns whose header says nothing."""
    choices: Mapping[str, tuple[type[Term], Words]] = field(default_factory=dict)
    """Fields of a few words, each of which may head a column of ticks."""
    beside: Sequence[TableKind] = ()
    """Kinds whose tables stand on sheets of their own in the same workbook."""
