"""Two readers, one judgement: the keyword table, and what was learnt from sentences. Pure.

The table says why; the second reader has seen more. Where both agree the field is read. What the table left empty the
second reader fills, and where it is much surer than the rule it wins: inferred, with its probability. Where it flatly
contradicts a strong rule nobody knows, and the field is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from demandctl.paste.keywords import Hunch, Wording
from demandctl.paste.learnt import Guess, Learnt

STRONG = 8.0
"""A rule of this weight is nearly always right; contradicted, it leaves the field to be asked."""

SAID = 10.0
"""A rule of this weight has it in so many words (投诉), and holds whatever the second reader finds."""

WEAK = 6.0
"""A rule below this weight is a hint."""

NEEDED = {"kind": (0.4, 0.6, 0.7, 0.9), "subtype": (0.55, 0.9, 0.9, 0.9)}
"""How likely the second reader must find what it says where the table says nothing, and against a hint, a rule and a
strong rule. Measured on pastes that nobody had tuned to: from there on it was right more often than the table."""

DOUBT = 0.8
"""From here on its contradiction to a strong rule leaves the field to be asked."""

NOTHING = 0.5
"""From here on a text that no rule holds of asks for nothing."""


class Judgement(NamedTuple):
    """What a text is: kind and subtype, None where nobody knows; ``nothing``: how likely it asks for nothing.

    ``inferred``: the fields that the second reader alone tells, each with its probability.
    """

    kind: str | None
    subtype: str | None
    verdict: Hunch
    guess: Guess
    inferred: Mapping[str, float]

    @property
    def nothing(self) -> float:
        """How likely it asks for nothing."""
        return self.guess.nothing

    @property
    def is_demand(self) -> bool:
        """Whether a text that is known to be somebody's words asks for something: by a rule or by its likeness."""
        return self.verdict.kind is not None or self.nothing < NOTHING

    @property
    def weight(self) -> float:
        """How strong the rule is that holds; 0 for none."""
        return self.verdict.weight


class Judge:
    """The two readers together."""

    def __init__(self, wording: Wording, learnt: Learnt) -> None:
        self.wording, self.learnt = wording, learnt

    def judge(self, text: str, also: dict[str, str] | None = None) -> Judgement:
        """What a text is, as prepared for the keyword table; *also*: signals that are told by other means."""
        return self.decide(self.wording.judge(text, also), text)

    def decide(self, verdict: Hunch, text: str) -> Judgement:
        """The same where the verdict of the table is known already."""
        guess = self.learnt.guess(text)
        inferred: dict[str, float] = {}
        kind = self._kind(verdict, guess, inferred)
        subtype = self._subtype(kind, verdict, guess, inferred) if kind else None
        return Judgement(kind, subtype, verdict, guess, inferred)

    @staticmethod
    def _kind(verdict: Hunch, guess: Guess, inferred: dict[str, float]) -> str | None:
        best, _ = guess.best()
        return _settled("kind", verdict.kind, verdict.weight, best, guess.of(best), inferred)

    @staticmethod
    def _subtype(kind: str, verdict: Hunch, guess: Guess, inferred: dict[str, float]) -> str | None:
        told = verdict.subtype if verdict.kind == kind else None
        _, best = guess.best(kind)
        likely = guess.of(kind, best) / (guess.of(kind) or 1)
        return _settled("subtype", told, verdict.weight, best, likely, inferred)


def _settled(
    name: str, told: str | None, weight: float, best: str, likely: float, inferred: dict[str, float]
) -> str | None:
    """What holds of what the table told and the second reader found likeliest; None where it has to be asked."""
    if told == best or (told and weight >= SAID):
        return told
    alone, hint, rule, strong = NEEDED[name]
    needed = alone if told is None else strong if weight >= STRONG else rule if weight >= WEAK else hint
    if likely >= needed:
        inferred[name] = likely
        return best
    return None if told and weight >= STRONG and likely >= DOUBT else told
