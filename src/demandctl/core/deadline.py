"""What the deadline machine works on: events, pauses, deadlines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from demandctl.core.rules import GIVEN, Facts
from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar

PROMISER = "promiser"
"""Who owes what he promised himself, whoever handles the demand."""


@dataclass(frozen=True)
class Event:
    """Something that happened to a demand, a revisit or a customer.

    ``names`` are those that rules know (see rules.toml). ``on`` is set where only the date counts. ``due`` is the time
    that the command gives to a rule whose target is given; ``repeat`` likewise its recurrence. ``owed_by`` overrules
    who owes what starts here; ``target`` overrules for how long; ``person`` is who did it, or who is to do it.
    ``wait_until`` begins a wait, ``waits_until`` says of one that lasts already when it ends.
    ``begin`` names rules that start although their event is long past, because they are new, each with its start.
    """

    names: frozenset[str]
    at: datetime
    facts: Facts
    on: date | None = None
    due: datetime | None = None
    wait_until: datetime | None = None
    waits_until: datetime | None = None
    repeat: str = ""
    target: str = ""
    owed_by: str = ""
    person: int | None = None
    what: str = ""
    demand_id: int | None = None
    begin: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Pause:
    """A span in which a clock stood still."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Deadline:
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
