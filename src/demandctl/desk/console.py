"""Every other command of the program: typed with completion, run beside the desk, its answer to scroll through."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from demandctl.desk.asking import Write
from demandctl.desk.drawing import Bar, Ink, Paper, Paragraph
from demandctl.desk.hands import Hands
from demandctl.errors import UsageError

Completions = Callable[[Sequence[str], str], list[tuple[str, str]]]
"""What may follow some words and the beginning of another."""


def places(desk: Hands) -> list[str]:
    """The options that lead a command to the ledger of the desk."""
    app = desk.ledger.now()
    return ["--db", str(app.db_path), "--config", str(app.config_path)]


async def command(desk: Hands, complete: Completions) -> None:
    """Ask for a command and show what it answers."""

    async def offered(text: str) -> list[tuple[str, str]]:
        before, unfinished, kept = _apart(text)
        found = await asyncio.to_thread(complete, [*places(desk), *before], unfinished)
        return [(kept + (shlex.quote(value) if " " in value else value), about) for value, about in found[:50]]

    typed = await desk.line(
        Write("命令（前面不用写 demandctl）", complete=offered, keys="回车 运行  Esc 不做了")
    )  # fmt: skip
    if typed:
        await run(desk, _words(typed.text))


async def run(desk: Hands, words: list[str]) -> None:
    """Run a command in a process of its own, and show what it says."""
    await desk.app.push_screen_wait(Reading([*places(desk), *words], f"demandctl {shlex.join(words)}"))
    desk.read_again()


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("引号没有成对") from error
    return words[1:] if words[:1] == ["demandctl"] else words


def _apart(text: str) -> tuple[list[str], str, str]:
    """The words that are whole, the one that is not, and the text before it."""
    kept, _, unfinished = text.rpartition(" ")
    try:
        return shlex.split(kept), unfinished, f"{kept} " if kept else ""
    except ValueError:
        return [], "", text


class Reading(Screen[None]):
    """A text to read: what a command answers, or all the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "back", "回去", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup,b", "page(-1)", show=False),
        Binding("home,g", "top", show=False),
        Binding("end,G", "bottom", show=False),
        Binding("y", "copy", "复制", show=False),
    ]

    def __init__(self, words: list[str], title: str, said: list[Paragraph] | None = None) -> None:
        super().__init__()
        self._words, self._title, self._said = words, title, said
        self._text = ""
        self._process: asyncio.subprocess.Process | None = None
        self.paper = Paper(id="text")
        self.bar = Bar(id="bar")

    def compose(self) -> ComposeResult:
        """The text, and the keys."""
        yield self.paper
        yield self.bar

    def on_mount(self) -> None:
        """Show the text, or run the command and show what it says."""
        self._put_bar("")
        if self._said is not None:
            self.paper.put(self._said)
            return
        self.paper.put([Paragraph(self._title, look="title"), Paragraph("正在运行…", look="quiet")])
        self.run_worker(self._run(), group="reading")

    async def _run(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "demandctl", *self._words, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await self._process.communicate()
        self._text = output.decode("utf-8", errors="replace").rstrip()
        code = self._process.returncode
        self._put_bar("" if code == 0 else f"退出码 {code}")
        lines = [Paragraph(line) for line in self._text.split("\n")] if self._text else []
        self.paper.put([Paragraph(self._title, look="title"), *lines])

    def _put_bar(self, ended: str) -> None:
        keys = [("↑↓", "看"), ("y", "复制"), ("Esc", "回去")]
        inks = [ink for key, name in keys for ink in (Ink(f" {key}", "key"), Ink(f" {name} ", "quiet"))]
        self.bar.put([[*inks, Ink(f"  {ended}", "late")]])

    def action_back(self) -> None:
        """Go back; a command that is not done yet is stopped."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Read on by a line."""
        self.paper.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Read on by a page."""
        self.paper.scroll_relative(y=by * max(self.paper.size.height - 1, 1), animate=False)

    def action_top(self) -> None:
        """Go to the beginning."""
        self.paper.scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the end."""
        self.paper.scroll_end(animate=False)

    def action_copy(self) -> None:
        """Put the answer on the clipboard."""
        self.app.copy_to_clipboard(self._text)
        self._put_bar("已复制")
