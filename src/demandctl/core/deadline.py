"""What the deadline machine works on: deadlines and their pauses. Pure."""

from datetime import date, datetime
from typing import NamedTuple

from demandctl.core.parts import GIVEN
from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar

PROMISER = "promiser"
"""Who owes what he promised himself, whoever handles the demand."""


class Pause(NamedTuple):
    """A span in which a clock stood still."""

    start: datetime
    end: datetime


class Deadline(NamedTuple):
    """Something that someone owes by a time. ``id`` is None until the ledger has stored it."""

    rule: str
    name: str
    what: str
    started_at: datetime
    due_at: datetime
    target: str
    owed_by: str
    owner_id: int | None = None
    owner_name: str = ""
    given: bool = False
    pauses: tuple[Pause, ...] = ()
    occurrences: tuple[date, ...] = ()
    waiting_until: datetime | None = None
    missed: int = 0
    provisional: bool = False
    met_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    period: str = ""
    role: str = ""
    demand_id: int | None = None
    id: int | None = None

    @property
    def is_open(self) -> bool:
        """Neither met nor voided."""
        return self.met_at is None and self.voided_at is None

    @property
    def is_personal(self) -> bool:
        """Whether one person owes it whoever handles the demand: whom it was escalated to, who promised it."""
        return self.owed_by in ("escalated", PROMISER)

    @property
    def repeats(self) -> bool:
        """Whether it stands for a row of occurrences."""
        return bool(self.occurrences)

    @property
    def clock(self) -> str:
        """``work``, ``wall``, or empty where a person gave the time."""
        return "" if self.target == GIVEN or self.repeats else Target.parse(self.target).clock

    def times_missed(self, now: datetime, calendar: Calendar) -> int:
        """How many occurrences in a row have gone by unmet."""
        if not self.is_open:
            return self.missed
        today = calendar.local_day(now)
        closed = calendar.closing(today) < now
        return sum(1 for day in self.occurrences if day < today or (day == today and closed))

    def is_late(self, now: datetime) -> bool:
        """Late is ``now > due_at``: at the very second it is still on time."""
        return now > self.due_at
