"""The clocks of a demand that comes with its history: those that its state needs, from now on.

Hundreds of demands are taken in at the same moment and most of them stand alike, so what the machine makes of one is
reckoned once. Events are stored as ever: replaying them gives the same deadlines.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from demandctl.core.deadline import Deadline
from demandctl.core.event import Event
from demandctl.sla import advance
from demandctl.store.deadlines import rank
from demandctl.store.rows import columns, event_data
from demandctl.store.values import Columns, stored, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import Status

EVENT_SQL = (
    "INSERT INTO event (about, subject_id, demand_id, at, names, data, ruleset_id) VALUES ('demand', ?, ?, ?, ?, ?, ?)"
)


class Standing(NamedTuple):
    """How a demand stands when it is taken in. ``silent``: its handler has not reported yet."""

    status: str
    handled: bool
    silent: bool
    next_at: date | datetime | None = None
    plan: str = ""

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self.status == Status.CLOSED


def settled_status(state: str | None, *, handled: bool, referred: bool, followed: bool, waits: bool) -> Status:
    """The status of an open demand, from what the file says about it and what it lacks for that."""
    if not handled:
        return Status.REFERRED if referred else Status.NEW
    if state == Status.CONFIRMING:
        return Status.CONFIRMING
    if state == Status.WAITING and waits:
        return Status.WAITING
    return Status.FOLLOWING if followed or state in (Status.FOLLOWING, Status.WAITING) else Status.ASSIGNED


def events_of(
    standing: Standing, facts: Columns, now: datetime, due: datetime | None, wait: datetime | None
) -> list[Event]:
    """What the deadlines are told, all of it as of now."""
    names = {"imported"}
    if standing.handled:
        names |= {"kind-changed"}  # starts what hangs on the kind: resolve, weekly
        names |= {"assigned", "handed"} if standing.status == Status.ASSIGNED and standing.silent else set()
    else:
        names |= {"registered", "referred"} if standing.status == Status.REFERRED else {"registered"}
    if due is not None:
        names.add("promised")
    first = Event(
        frozenset(names), now, facts, due=due, wait_until=wait, owed_by="specialist" if wait else "",
        what=f"按约定跟进：{standing.plan}" if standing.plan and due else "",
    )  # fmt: skip
    if standing.status == Status.CONFIRMING:
        return [first, Event(frozenset({"imported", "resolved"}), now, facts)]
    return [first]


class Adopter:
    """Collects the events and deadlines of the demands taken in by one import."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rules = [rule for rule in work.rules.rules if rule.about == "demand"]
        self._made: dict[Any, tuple[list[tuple[str, Columns]], list[tuple[object, ...]]]] = {}
        self._names: tuple[str, ...] = ()
        self.events: list[tuple[object, ...]] = []
        self.deadlines: list[tuple[object, ...]] = []

    def promise(self, standing: Standing) -> tuple[datetime | None, datetime | None]:
        """When what was agreed is due, and when waiting ends; a date that has passed is neither."""
        value, calendar, now = standing.next_at, self._work.calendar, self._work.now
        if value is None:
            return None, None
        if isinstance(value, datetime):
            at = value if value.tzinfo else value.replace(tzinfo=calendar.zone)
            due, opening = at, at
        else:
            due, opening = calendar.closing(value), calendar.opening(value)
        if due <= now:
            return None, None
        return due, opening if standing.status == Status.WAITING and opening > now else None

    def adopt(
        self,
        number: int,
        customer_id: int,
        standing: Standing,
        facts: Columns,
        due: datetime | None,
        wait: datetime | None,
    ) -> None:
        """Start the clocks of one open demand."""
        key = (
            *(facts[name] for name in facts if name != "raised_at"),
            standing.status,
            standing.silent,
            due,
            wait,
            standing.plan,
        )
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._reckon(standing, facts, due, wait)
        events, deadlines = made
        now, ruleset = stored(self._work.now), self._work.ruleset_id
        for names, data in events:
            told = json.dumps({**data, "facts": facts}, ensure_ascii=False)
            self.events.append((number, number, now, names, told, ruleset))
        place = rank(facts["urgency"], facts["kind"])
        for values in deadlines:
            self.deadlines.append((number, customer_id, place, ruleset, *values))

    def _reckon(
        self, standing: Standing, facts: Columns, due: datetime | None, wait: datetime | None
    ) -> tuple[list[tuple[str, Columns]], list[tuple[object, ...]]]:
        book: list[Deadline] = []
        told = []
        for event in events_of(standing, facts, self._work.now, due, wait):
            book = advance(book, event, self._rules, self._work.calendar)
            told.append((" ".join(sorted(event.names)), event_data(event)))
        rows = [columns(deadline) for deadline in book]
        if rows:
            self._names = tuple(rows[0])
        return told, [tuple(stored_value(value) for value in row.values()) for row in rows]

    @property
    def deadline_sql(self) -> str:
        """How the deadlines are inserted."""
        names = ("demand_id", "customer_id", "rank", "ruleset_id", *self._names)
        marks = ", ".join("?" for _ in names)
        return f"INSERT INTO deadline (about, {', '.join(names)}) VALUES ('demand', {marks})"
