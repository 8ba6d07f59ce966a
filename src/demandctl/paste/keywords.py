"""The keyword table: what a text holds and what kind of demand that makes. Pure.

A rule asks for signals and forbids others; the strongest rule that holds decides, and two equally strong ones that
disagree leave the field empty. How the table is written: ``table``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from demandctl.vocabulary import Kind

Plain = dict[str, Any]
"""The table in plain types, as it is kept in the cache: patterns by section and name, labels, rules, slips."""


class KeywordRule(NamedTuple):
    """Signals that must and must not be there, and what follows."""

    all: frozenset[str]
    none: frozenset[str]
    kind: str
    subtype: str | None
    weight: float


class Grievance(NamedTuple):
    """What a complaint or a suggestion is about."""

    kind: str
    signal: str
    subtype: str
    weight: float


class Hunch(NamedTuple):
    """What a text is: ``weight`` 0 when no rule holds. ``signals``: each with the words that gave it."""

    kind: str | None
    subtype: str | None
    weight: float
    signals: Mapping[str, str]
    why: tuple[str, ...]


MACHINE, PART = "\ue000", "\ue001"
"""Signs for what the two long lists name; a pattern asks for one where the table says {machine} or {part}."""
SIGNS = MACHINE + PART


class Text(NamedTuple):
    """A text as signals are looked for in it: as it is, and with one sign for each machine and part."""

    plain: str
    signs: str
    names: tuple[str, ...]

    def words(self, start: int, end: int) -> str:
        """What stands between two places of ``signs``, the names in place of their signs."""
        names = iter(self.names[sum(char in SIGNS for char in self.signs[:start]) :])
        return "".join(next(names) if char in SIGNS else char for char in self.signs[start:end])


class Pattern(NamedTuple):
    """A pattern and whether it is looked for among the signs."""

    pattern: re.Pattern[str]
    signs: bool

    def search(self, text: Text) -> str | None:
        """The words that match, None where none do."""
        if not self.signs:
            return found[0] if (found := self.pattern.search(text.plain)) else None
        return text.words(*found.span()) if (found := self.pattern.search(text.signs)) else None


class Wording(NamedTuple):
    """The table, compiled."""

    lists: Mapping[str, re.Pattern[str]]
    noise: Mapping[str, re.Pattern[str]]
    labels: dict[str, str]
    urgency: Mapping[str, re.Pattern[str]]
    mode: Mapping[str, re.Pattern[str]]
    warranty: Mapping[str, re.Pattern[str]]
    signals: Mapping[str, Pattern]
    rules: tuple[KeywordRule, ...]
    about: tuple[Grievance, ...]
    slips: Mapping[str, str]

    def read(self, text: str) -> Text:
        """A text with one sign for each machine and part."""
        names: list[str] = []

        def sign(found: re.Match[str]) -> str:
            names.append(found[0])
            return MACHINE if found.lastgroup == "machine" else PART

        return Text(text, self.lists["thing"].sub(sign, text), tuple(names))

    def judge(self, text: str, also: dict[str, str] | None = None) -> Hunch:
        """The kind and subtype of a demand that a text states; *also*: signals that are told by other means."""
        read = self.read(self.noise["negated"].sub("，", text))
        found = {name: words for name, pattern in self.signals.items() if (words := pattern.search(read)) is not None}
        return self.decide(found | (also or {}))

    def decide(self, found: Mapping[str, str]) -> Hunch:
        """What the signals of one text, or of several together, make it."""
        holding = [r for r in self.rules if r.all <= found.keys() and not r.none & found.keys()]
        if not holding:
            return Hunch(None, None, 0, found, ())
        top = max(rule.weight for rule in holding)
        kinds = {rule.kind for rule in holding if rule.weight == top}
        kind = kinds.pop() if len(kinds) == 1 else None
        deciding = {rule.subtype for rule in holding if rule.weight == top}
        subtype = deciding.pop() if kind and len(deciding) == 1 else None
        subtype = subtype or (self._subtype(kind, holding, found) if kind else None)
        why = tuple(sorted({name for r in holding if r.weight == top for name in r.all}))
        return Hunch(kind, subtype, top, found, why)

    def _subtype(self, kind: str, holding: list[KeywordRule], found: Mapping[str, str]) -> str | None:
        about = [(a.weight, a.subtype) for a in self.about if a.kind == kind and a.signal in found]
        told: list[tuple[float, str | None]] = [*about] or [(r.weight, r.subtype) for r in holding if r.kind == kind]
        top = max((weight for weight, _ in told), default=0)
        named = {subtype for weight, subtype in told if weight == top}
        return named.pop() if len(named) == 1 else None


def wording_of(plain: Plain) -> Wording:
    """The table out of plain types; what it costs is in the patterns, which ``re`` may have already."""

    def compiled(section: str) -> dict[str, re.Pattern[str]]:
        return {name: re.compile(source, re.IGNORECASE) for name, source in plain[section].items()}

    return Wording(
        lists=compiled("lists"),
        noise=compiled("noise"),
        labels=plain["labels"],
        urgency=compiled("urgency"),
        mode=compiled("mode"),
        warranty=compiled("warranty"),
        signals={
            name: Pattern(pattern, any(sign in pattern.pattern for sign in SIGNS))
            for name, pattern in compiled("signals").items()
        },
        rules=tuple(KeywordRule(frozenset(a), frozenset(n), Kind(kind), *rest) for a, n, kind, *rest in plain["rules"]),
        about=tuple(Grievance(Kind(kind), *rest) for kind, *rest in plain["about"]),
        slips=plain["slips"],
    )
