"""What an export is asked to do, and what it has done: counts for the answer and the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from demandctl.core.periods import Period
from demandctl.exports.masking import Mask
from demandctl.exports.rows import Asked
from demandctl.queries.reader import Reader
from demandctl.store.values import stored

T = TypeVar("T")


@dataclass
class Job:
    """One file to be made. ``tick`` is told of rows that were read, by the hundred."""

    reader: Reader
    asked: Asked = field(default_factory=Asked)
    period: Period | None = None
    period_name: str = ""
    masked: bool = False
    tick: Callable[[int], None] = lambda _: None
    sheets: dict[str, int] = field(default_factory=dict)
    number: int = 0
    everybody: bool = False

    def over(self, title: str, rows: Iterable[T]) -> Iterator[T]:
        """The rows of a sheet, counted as they pass."""
        self.sheets[title] = 0
        for count, row in enumerate(rows, 1):
            self.sheets[title] = count
            if not count % 100:
                self.tick(100)
            yield row

    @property
    def rows(self) -> int:
        """How many rows were written so far."""
        return sum(self.sheets.values())

    @property
    def company(self) -> str:
        """The company as forms are headed."""
        return str(self.reader.context.config.get("company", "name"))

    @property
    def who(self) -> str:
        """Who fills the form in."""
        context = self.reader.context
        return context.config.specialist or context.who

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The instants between which the period lies."""
        assert self.period is not None
        start_of = self.reader.context.calendar.start_of
        return start_of(self.period.start), start_of(self.period.end)

    def within_period(self) -> Asked:
        """What is asked, of the period alone."""
        start, end = self.span
        return self.asked._replace(since=stored(start), until=stored(end))

    @cached_property
    def mask(self) -> Mask | None:
        """What hides numbers and ids, where they are to be hidden."""
        return Mask(self.reader) if self.masked else None

    def shown(self, document: object) -> object:
        """A JSON document as it may be handed on."""
        return self.mask.document(document) if self.mask else document
