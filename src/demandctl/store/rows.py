"""What the deadline machine works on, as rows of the ledger hold it: deadlines and events, there and back.

A row is a mapping of columns: of the ORM with times in it, or of plain SQLite with their texts.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from demandctl.core.deadline import Deadline, Pause
from demandctl.store.values import Columns, stored

if TYPE_CHECKING:
    from demandctl.core.event import Event


class StoredRow(Protocol):
    """Columns by their names."""

    def __getitem__(self, name: str, /) -> Any: ...


_SAME = (
    "id", "rule", "what", "target", "owed_by", "owner_id", "owner_name", "missed", "void_reason", "period", "role",
)  # fmt: skip
_INSTANTS = ("started_at", "due_at", "waiting_until", "met_at", "voided_at")
"""What a deadline and its row hold alike, under one name."""


def deadline_of(row: StoredRow) -> Deadline:
    """The deadline that a row holds."""
    return Deadline(
        **{name: row[name] for name in _SAME},
        started_at=_instant(row["started_at"]),
        due_at=_instant(row["due_at"]),
        waiting_until=row["waiting_until"] and _instant(row["waiting_until"]),
        met_at=row["met_at"] and _instant(row["met_at"]),
        voided_at=row["voided_at"] and _instant(row["voided_at"]),
        name=row["rule_name"],
        given=bool(row["given"]),
        provisional=bool(row["provisional"]),
        pauses=tuple(Pause(*map(datetime.fromisoformat, pause)) for pause in json.loads(row["pauses"])),
        occurrences=tuple(date.fromisoformat(day) for day in row["occurrences"].split()),
        demand_id=row["demand_id"] if row["about"] == "customer" else None,
    )


def columns(deadline: Deadline) -> Columns:
    """The columns that a deadline decides; its number is the ledger's affair."""
    return {name: getattr(deadline, name) for name in (*_SAME[1:], *_INSTANTS, "given", "provisional")} | {
        "rule_name": deadline.name,
        "clock": deadline.clock,
        "pauses": json.dumps([[stored(pause.start), stored(pause.end)] for pause in deadline.pauses]),
        "occurrences": " ".join(day.isoformat() for day in deadline.occurrences),
    }


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_TIMES = ("due", "wait_until", "waits_until")


def event_data(event: Event) -> dict[str, object]:
    """An event as JSON data, its names and time aside; what is empty is left out."""
    data: dict[str, object] = {"facts": dict(event.facts)}
    for name in ("repeat", "target", "owed_by", "person", "what", "demand_id"):
        if getattr(event, name):
            data[name] = getattr(event, name)
    if event.on:
        data["on"] = event.on.isoformat()
    for name in _TIMES:
        if getattr(event, name):
            data[name] = stored(getattr(event, name))
    if event.begin:
        data["begin"] = [[rule, stored(at)] for rule, at in event.begin]
    return data


def event_of(row: StoredRow) -> Event:
    """The event that a row tells."""
    from demandctl.core.event import Event  # late: what reads deadlines reads no events, and classes cost their making

    data = json.loads(row["data"])
    for name in _TIMES:
        if name in data:
            data[name] = datetime.fromisoformat(data[name])
    if "begin" in data:
        began = data["begin"]  # a table in ledgers of 0.1
        pairs = began.items() if isinstance(began, dict) else began
        data["begin"] = tuple((rule, datetime.fromisoformat(at)) for rule, at in pairs)
    if "on" in data:
        data["on"] = date.fromisoformat(data["on"])
    return Event(names=frozenset(row["names"].split()), at=_instant(row["at"]), **data)
