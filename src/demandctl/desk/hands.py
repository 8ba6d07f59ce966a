"""What every act at the desk has at hand: the ledger, the lines it is about, questions, the clipboard, the foot."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from textual.screen import Screen

from demandctl.desk.asking import Answered, Modal, Pick, Write
from demandctl.desk.card import Card
from demandctl.desk.drawing import Bar, Ink, Paper, Paragraph
from demandctl.desk.ledger import Ledger, Moment
from demandctl.desk.lists import Line
from demandctl.desk.rows import Rows
from demandctl.errors import DemandctlError, LedgerUnusable, NotFound
from demandctl.language.display import shown
from demandctl.language.subject import About
from demandctl.queries.reader import Reader
from demandctl.terminal import clipboard

T = TypeVar("T")


class Handout(NamedTuple):
    """A text to paste, and to whom it goes."""

    whom: str
    text: str


class Hands(Screen[None]):
    """The main screen as an act sees it."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.rows = Rows()
        self.card = Paper(id="card")
        self.foot = Bar(id="foot")
        self.shown = Card([])
        self.told = Ink("正在打开台账…", "quiet")
        self.messages: list[Handout] = []
        self.turn = 0
        self.busy = 0
        self.holding = False
        """Whether the card shows what was copied, until somebody goes to another line."""

    # -- what an act is about ------------------------------------------------------------------------------------

    def lines(self) -> list[Line]:
        """The lines that are marked, else the one under the cursor."""
        marked = [line for line in self.rows.lines if line.key in self.rows.marked]
        return marked or ([self.rows.current] if self.rows.current else [])

    def numbers(self, about: About) -> list[int]:
        """The numbers of the demands, customers or revisits that an act is about."""
        found = [line.subject.number for line in self.lines() if line.subject and line.subject.about is about]
        return list(dict.fromkeys(found))

    # -- asking --------------------------------------------------------------------------------------------------

    async def ask(self, sheet: Modal[T]) -> T | None:
        """Show a sheet and wait for the answer; None for Esc."""
        answer: T | None = await self.app.push_screen_wait(sheet)
        return answer

    async def pick(
        self, question: str, choices: Sequence[tuple[T, str]], at: int = 0, about: Sequence[str] = ()
    ) -> T | None:
        """Let choose among these."""
        return await self.ask(Pick(question, choices, at, about))

    async def line(self, sheet: Write) -> Answered | None:
        """Let write a line."""
        return await self.ask(sheet)

    # -- ledger --------------------------------------------------------------------------------------------------

    async def look(self, at: Callable[[Reader], T]) -> T:
        """Read something of the ledger."""
        return await self.ledger.look(at)

    async def write(self, does: Callable[[Moment], T]) -> T:
        """Do an act in one transaction, and show what the ledger is like then; DemandctlError where it is refused."""
        self.busy += 1
        try:
            result, hints = await self.ledger.act(does)
        finally:
            self.busy -= 1
        if hints:
            self.notify("\n".join(hints), markup=False)
        self.read_again()
        return result

    def read_again(self) -> None:
        """Read the list, the numbers and the card anew."""
        raise NotImplementedError

    def put_aside(self, until: Mapping[Hashable, datetime]) -> None:
        """Put lines out of sight until a time."""
        raise NotImplementedError

    # -- telling -------------------------------------------------------------------------------------------------

    def say(self, text: str, look: str = "soon") -> None:
        """Tell in the foot what was done."""
        self.told = Ink(shown(text.split("\n")[0]), look)
        self.put_foot()

    def trouble(self, error: DemandctlError) -> None:
        """Tell in the foot what is wrong; the screen stays as it was."""
        hint = f"（{error.hint}）" if error.hint else ""
        text = "；".join(str(error).split("\n"))
        looks_again = isinstance(error, NotFound | LedgerUnusable)
        self.told = Ink(shown(f"{text}{hint}"), "late", "screen.list('1')" if looks_again else "")
        self.put_foot()

    def put_foot(self) -> None:
        """Draw the foot."""
        raise NotImplementedError

    # -- clipboard -----------------------------------------------------------------------------------------------

    def hand_out(self, messages: Sequence[Handout], done: str) -> None:
        """Put the first of some texts on the clipboard; ``y`` puts the next one there."""
        self.messages, self.turn = list(messages), 0
        self.copy_again(done)

    def copy_again(self, done: str = "") -> None:
        """Put the text whose turn it is on the clipboard, and show it."""
        if not self.messages:
            self.say("还没有可以复制的消息", "quiet")
            return
        place, count = self.turn % len(self.messages), len(self.messages)
        message = self.messages[place]
        self.turn = place + 1
        self.run_worker(self._to_clipboard(message.text), group="clipboard")
        which = f"（{place + 1}/{count}，y 复制下一段）" if count > 1 else ""
        self.say(f"{done}{'；' if done else ''}给 {message.whom} 的消息已复制{which}")
        self.holding = True
        self.card.put([
            Paragraph(f"已复制，可以直接粘贴给 {message.whom}{which}", look="soon"), Paragraph(""),
            Paragraph(message.text),
        ])  # fmt: skip

    async def _to_clipboard(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        if os.environ.get("TMUX") and self.app._driver and (wrapped := clipboard.sequence(text)):
            self.app._driver.write(wrapped)  # tmux passes on only what is wrapped for it
        if not clipboard.over_ssh():
            await asyncio.to_thread(clipboard.copy_here, text)
