"""When two customers may be one: the same name in the same place, and no number that says otherwise. Pure.

A phone or a WeChat id decides by itself, whoever bears it. A name alone never does: it makes look-alikes, which people
are asked about, and which an import takes for one only where nothing speaks against it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from demandctl.language import places
from demandctl.language.figures import narrow


class Identity(NamedTuple):
    """By what a customer is known."""

    name: str
    nickname: str = ""
    phone: str = ""
    wechat: str = ""
    region: str = ""
    also: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """What he is called, without blanks and signs, so that 钱 二 is 钱二."""
        return {squeezed(name) for name in (self.name, self.nickname, *self.also)} - {""}


def squeezed(name: str) -> str:
    """A name as names are compared."""
    return re.sub(r"[\W_]", "", narrow(name)).lower()


def are_namesakes(one: Identity, other: Identity) -> bool:
    """Whether one is called what the other is called."""
    return bool(one.names & other.names)


def look_alike(one: Identity, other: Identity) -> bool:
    """Whether two are namesakes who do not live in two places."""
    return are_namesakes(one, other) and places.same(one.region, other.region) is not False


def may_be_one(one: Identity, other: Identity) -> bool:
    """Whether two look alike and have no two numbers."""
    differ = any(a and b and a != b for a, b in ((one.phone, other.phone), (one.wechat, other.wechat)))
    return look_alike(one, other) and not differ


_HEADCOUNT = re.compile(r"\s*[(（]\d{1,4}人?[)）]$")


def group_called(name: str) -> str:
    """The name of a group as it was copied or typed: one line, without the head count that WeChat shows behind it."""
    return _HEADCOUNT.sub("", " ".join(name.split()))
