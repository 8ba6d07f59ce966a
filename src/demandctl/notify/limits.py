"""A limit to how long anything from outside may take, whatever it is that hangs: a name, a pipe, a dripping answer."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

Given = TypeVar("Given")


def within(seconds: float, work: Callable[[], Given]) -> Given:
    """What *work* gives or raises; TimeoutError when it has not ended after so many seconds, though it may go on."""
    given: list[Given] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(work())
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if raised:
        raise raised[0]
    if not given:
        raise TimeoutError
    return given[0]
