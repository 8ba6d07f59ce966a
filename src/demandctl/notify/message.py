"""What a channel carries and what comes back of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Failed(Exception):
    """A message was not accepted; ``str(error)`` is the reason in Chinese and never holds a secret.

    ``refused``: the other side understood and said no to this very message, so the next one may still go.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Message(NamedTuple):
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


class Sender(Protocol):
    """One open channel."""

    limit: Limit | None
    """None: any length goes."""
    file_over: int | None
    """More messages than this go as one file; None: this channel takes no files."""

    def prepared(self, text: str) -> str:
        """The text with whatever this channel would take for markup made harmless."""

    def send(self, message: Message) -> Accepted:
        """Send one message; Failed when it was not accepted."""

    def send_file(self, name: str, text: str) -> Accepted:
        """Send a text as a file; Failed when it was not accepted."""

    def close(self) -> None:
        """Let go of connections."""
