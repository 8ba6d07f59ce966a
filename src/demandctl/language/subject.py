"""What something is about: a demand D12, a customer K00003, a revisit R4, or the ledger itself. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from demandctl.language.figures import narrow
from demandctl.vocabulary import Term


class About(Term):
    """The kinds of subject."""

    DEMAND = "demand", "需求"
    CUSTOMER = "customer", "客户"
    REVISIT = "revisit", "回访"
    LEDGER = "ledger", "台账"


_LETTERS = {"D": About.DEMAND, "K": About.CUSTOMER, "R": About.REVISIT}
_FORMATS = {About.DEMAND: "D{}", About.CUSTOMER: "K{:05d}", About.REVISIT: "R{}", About.LEDGER: "台账"}
_TYPED = r"([DKR#]?)([0-9]{1,12})"


class Subject(NamedTuple):
    """One demand, customer or revisit, by its number in the ledger; the ledger is subject 1 of its own."""

    about: About
    number: int

    @classmethod
    def demand(cls, number: int) -> Subject:
        """The demand of that number."""
        return cls(About.DEMAND, number)

    @classmethod
    def customer(cls, number: int) -> Subject:
        """The customer of that number."""
        return cls(About.CUSTOMER, number)

    @classmethod
    def revisit(cls, number: int) -> Subject:
        """The revisit of that number."""
        return cls(About.REVISIT, number)

    @property
    def code(self) -> str:
        """What people read and type for it: ``D12``, ``K00003``, ``R4``; 台账 for the ledger."""
        return _FORMATS[self.about].format(self.number)

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> str:
        """The code with what it is a code of: 需求 D12, 客户 K00003, 回访 R4, 台账."""
        return self.code if self.about is About.LEDGER else f"{self.about.label} {self.code}"

    @classmethod
    def read(cls, text: str, bare: About | None = None) -> Subject | None:
        """What ``D12``, ``K3``, ``R4``, ``#12`` or ``12`` names, full-width and small letters too; None if nothing.

        *bare* is what a number without a letter is one of; without it such a number names nothing.
        """
        typed = re.fullmatch(_TYPED, narrow(text).strip().upper())
        about = _LETTERS.get(typed[1], bare) if typed else None
        return cls(about, int(typed[2])) if typed and about else None


def read_number(text: str, about: About, *, bare: bool = True) -> int | None:
    """The number by which a text names a subject of one kind, with its letter or *bare*; None for any other text."""
    found = Subject.read(text, about if bare else None)
    return found.number if found and found.about is about else None


LEDGER = Subject(About.LEDGER, 1)
