"""The ledger as the desk sees it: each look and each act has a moment of its own, in a thread beside the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from demandctl.context import Context
from demandctl.queries.reader import Reader, reading
from demandctl.queries.watching import Watch

T = TypeVar("T")


class Moment(Context):
    """One look or one act at the desk; what it would say on stderr is kept for the foot of the screen."""

    def __init__(self, of: Context) -> None:
        super().__init__(of.db_path, of.config_path)
        self.hints: list[str] = []

    def warn(self, text: str) -> None:
        """Keep a word to the person at the keyboard."""
        self.hints.append(text)


class Ledger:
    """One ledger, looked at and written to again and again.

    Settings and the working calendar are read anew only when the file of settings has changed.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: Moment | None = None
        self._stamp: tuple[int, int] | None = None
        self.watch = Watch(context)

    def now(self) -> Moment:
        """This moment, with the settings in force."""
        moment = Moment(self._context)
        stamp = self._settings_stamp()
        if self._known is None or stamp != self._stamp:
            self._known, self._stamp = moment, stamp
            return moment
        moment.config, moment.zone, moment.who = self._known.config, self._known.zone, self._known.who
        moment.calendar = self._known.calendar
        return moment

    def _settings_stamp(self) -> tuple[int, int] | None:
        try:
            at = self._context.config_path.stat()
        except OSError:
            return None
        return at.st_mtime_ns, at.st_size

    async def look(self, at: Callable[[Reader], T]) -> T:
        """What a reading returns; a DemandctlError where the ledger cannot be read."""

        def read() -> T:
            with reading(self.now()) as reader:
                return at(reader)

        return await asyncio.to_thread(read)

    async def act(self, does: Callable[[Moment], T]) -> tuple[T, list[str]]:
        """What a use case returns, and what it hinted at; it opens its own transaction."""
        moment = self.now()
        return await asyncio.to_thread(does, moment), moment.hints
