"""The desk itself: the program that draws on the whole terminal."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from demandctl.context import Context
from demandctl.desk.console import Completions
from demandctl.desk.ledger import Ledger
from demandctl.desk.looks import CSS, DARK, LIGHT, PLAIN
from demandctl.desk.screen import Day


def nothing(words: Sequence[str], unfinished: str) -> list[tuple[str, str]]:
    """No completions: for a desk that knows no commands."""
    return []


class Desk(App[None]):
    """Opened in the morning, left open between two chats."""

    TITLE = "需求台账"
    ENABLE_COMMAND_PALETTE = False
    CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, context: Context, complete: Completions = nothing, *, light: bool = False) -> None:
        plain = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=plain)
        for theme in (DARK, LIGHT, PLAIN):
            self.register_theme(theme)
        self.theme = (PLAIN if plain else LIGHT if light else DARK).name
        if plain:
            self._filters = []  # grey is a colour too
        self.fault: BaseException | None = None
        self.day = Day(Ledger(context), complete)

    def on_mount(self) -> None:
        """Show the day."""
        self.set_class(self.theme == PLAIN.name, "plain")
        self.push_screen(self.day)

    def _handle_exception(self, error: Exception) -> None:
        """Keep a fault for the file that is written when the terminal is itself again."""
        self.fault = self.fault or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Leave without the traceback on the screen: it holds what customers said, and helps nobody there."""
        self._close_messages_no_wait()
