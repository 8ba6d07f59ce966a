"""What the deadline machine is told: events. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from demandctl.core.parts import Facts


@dataclass(frozen=True)
class Event:
    """Something that happened to a demand, a revisit or a customer.

    ``names`` are those that rules know (see rules.toml). ``on`` is set where only the date counts. ``due`` is the time
    that the command gives to a rule whose target is given; ``repeat`` likewise its recurrence. ``owed_by`` overrules
    who owes what starts here; ``target`` overrules for how long; ``person`` is who did it, or who is to do it.
    ``wait_until`` begins a wait, ``waits_until`` says of one that lasts already when it ends.
    ``begin`` names rules that start although their event is long past, being new or in force again, each with its
    start.
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
    begin: tuple[tuple[str, datetime], ...] = ()
