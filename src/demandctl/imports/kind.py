"""What a kind of table is, as data: its fields by the words that head them, and what tells its records. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from demandctl.imports.cells import Words
from demandctl.store import fields
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
    table: str = ""
    """The table of the ledger that it fills."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field to the column of the ledger that it fills, ``demand.raised_at``: there it has its name."""
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
    """Kinds whose tables stand beside it in the same workbook."""
    person: Sequence[str] = ()
    """The fields that say whom a row is about: where all of them are blank, it is the customer of the row above."""
    fresh: Sequence[str] = ()
    """The fields that make a row a record of its own."""
    hint: str = ""
    """What the name of a sheet holds that is of this kind, where its header fits another as well."""

    def label(self, name: str) -> str:
        """What people call a field."""
        return fields.called(*self.columns[name].split(".")) if name in self.columns else ""

    def named(self, text: str) -> str:
        """The field that people call so; empty for none."""
        return next((name for name in self.columns if self.label(name) == text), "")
