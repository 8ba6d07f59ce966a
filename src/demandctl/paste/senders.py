"""Who of the directory writes under a name in a chat. Pure: the directory comes in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from demandctl.core.routing import short_branch
from demandctl.errors import UsageError
from demandctl.language.phones import normalise
from demandctl.paste.layouts import squeezed

_MYSELF = ("我", "me", "我自己")
"""Who pastes, as chat programs name him."""


class Person(NamedTuple):
    """Somebody of the directory, or the specialist himself (``id`` None)."""

    id: int | None
    name: str
    wechat: str = ""
    phone: str = ""
    branch: str = ""
    role: str = ""
    active: bool = True
    regions: tuple[str, ...] = ()


class Staff:
    """The directory as senders' names are looked up in it."""

    def __init__(self, directory: Sequence[Person]) -> None:
        self.phones = {_digits(person.phone) for person in directory if person.phone}
        self.exact = {squeezed(name): p for p in reversed(directory) for name in (p.wechat, p.name) if name}
        self.people = directory
        self.regions = {name for person in directory for name in person.regions}
        self.known: dict[str, Person | None] = {}

    def who(self, sender: str) -> Person | None:
        """The person of the directory who writes under that name."""
        if sender not in self.known:
            self.known[sender] = self._look_up(sender)
        return self.known[sender]

    def _look_up(self, sender: str) -> Person | None:
        name = squeezed(sender)
        if name in _MYSELF:
            return next((p for p in self.people if p.id is None), Person(None, sender, role="specialist"))
        if found := self.exact.get(name):
            return found
        for person in self.people:
            own, branch = squeezed(person.name), squeezed(person.branch)
            short = short_branch(branch)
            if len(own) < 2 or own not in name:
                continue
            rest = name.replace(own, "", 1)
            at_work = bool(re.search(r"分公司|服务|售后|销售|配件|客服|需求专员|公司|顾问|专家|总部", rest))
            if rest in (branch, short) or at_work or (short and short in rest):
                return person
        return None


def _digits(phone: str) -> str:
    try:
        return normalise(phone)
    except UsageError:
        return phone


def is_specialist(person: Person | None) -> bool:
    """Whether it is the specialist who writes, he who pastes or one of the directory."""
    return person is not None and (person.id is None or person.role == "specialist")
