"""What a channel carries and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Failed(Exception):
    """A message was not accepted; ``str(error)`` is the reason in Chinese and never holds a secret.

    ``refused``: the other side understood and said no to this very message, so the next one may still go. ``advice`` is
    what to do about it.
    """

    def __init__(self, reason: str, *, refused: bool = False, advice: str = "") -> None:
        super().__init__(reason)
        self.refused, self.advice = refused, advice


class Letter(NamedTuple):
    """A text to be sent, whom it mentions by mobile number, and a title where the channel shows one."""

    text: str
    mobiles: tuple[str, ...] = ()
    title: str = ""


class Accepted(NamedTuple):
    """What the other side answered; ``complaint`` when only a part of the readers will get it."""

    answer: str
    complaint: str = ""


class Limit(NamedTuple):
    """How long a text may be: at most ``size`` by ``measure``."""

    size: int
    measure: Callable[[str], int]

    def fits(self, text: str) -> bool:
        """Whether the other side takes a text of that length."""
        return self.measure(text) <= self.size
