"""A specialist at the desk: keys pressed, text pasted, the screen read; on a ledger of the test's own."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from rich.cells import cell_len
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import WorkerState

from demandctl.context import Context
from demandctl.desk.app import Desk, nothing
from demandctl.desk.console import Completions


class Seat:
    """What a person at the desk does and sees."""

    def __init__(self, desk: Desk, pilot: Pilot[None]) -> None:
        self.desk, self.pilot = desk, pilot
        self.keys = 0

    async def press(self, *keys: str) -> "Seat":
        """Press keys one after the other, each when the one before is done with."""
        for key in keys:
            self.keys += 1
            await self.pilot.press(key)
            await self.settle()
        return self

    async def type(self, text: str) -> "Seat":
        """Type into a field; the letters are not counted as keys."""
        for char in text:
            key = events.Key(_character_to_key(char), char)
            key.set_sender(self.desk)
            self.desk.post_message(key)
            await self.pilot.pause()
        await self.settle()
        return self

    async def paste(self, text: str) -> "Seat":
        """Paste into the terminal, which is one deed of the hands."""
        self.keys += 1
        self.desk.post_message(events.Paste(text))
        await self.pilot.pause()
        await self.settle()
        return self

    async def click(self, text: str) -> "Seat":
        """Click on the first place where a text stands on the screen."""
        for y, line in enumerate(self.screen.splitlines()):
            if text in line:
                await self.pilot.click(offset=(cell_len(line[: line.index(text)]), y))
                await self.settle()
                return self
        raise AssertionError(f"{text} is not on the screen")

    async def settle(self) -> None:
        """Wait until nothing is read and nothing is written."""
        for _ in range(2000):
            await self.pilot.pause()
            busy = [w for w in self.desk.workers if w.group not in ("act", "later") and w.state is WorkerState.RUNNING]
            if not busy and not self.desk.day.busy:
                return
            await asyncio.sleep(0.005)
        raise AssertionError("the desk does not come to rest")

    @property
    def screen(self) -> str:
        """The lines on the screen."""
        return _text(self.desk.screen)

    @property
    def below(self) -> str:
        """The screen that lies below a question."""
        return _text(self.desk.day)

    @property
    def copied(self) -> str:
        """What is on the clipboard."""
        return self.desk.clipboard


def _text(screen: Screen[Any]) -> str:
    return "\n".join(strip.text.rstrip() for strip in screen._compositor.render_strips())


def another_program(*words: str) -> None:
    """A command in a process of its own, on the ledger of the test."""
    done = subprocess.run([sys.executable, "-m", "demandctl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def at_the_desk(
    does: Callable[[Seat], Awaitable[None]], size: tuple[int, int] = (110, 30), complete: Completions = nothing
) -> None:
    """Open the desk, let somebody work at it, leave it."""

    async def run() -> None:
        desk = Desk(Context(), complete)
        async with desk.run_test(size=size) as pilot:
            seat = Seat(desk, pilot)
            await seat.settle()
            await does(seat)

    asyncio.run(run())
