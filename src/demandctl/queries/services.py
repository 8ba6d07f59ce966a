"""Service steps 服务环节 (S 3-6) as they are read: what was done, which machines are with us, what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from demandctl.queries.columns import columns
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.store.conditions import LEAVES
from demandctl.vocabulary import Step


class ServiceView(View):
    """A service step 服务环节."""

    step: Step
    at: datetime
    by: str | None
    number: str | None
    amount: float | int | None
    reason: str | None
    decision: str | None
    note: str | None


class ServiceSums(View):
    """What the service steps of a demand come to.

    ``since`` and ``until``: when its machine came last, and when it left; ``minutes`` between, or until now, of which
    ``open_minutes`` are opening time; ``waited_minutes`` since it was repaired. ``again``: why somebody had to come
    again; ``parts_out``: parts that were taken and not given back.
    """

    since: datetime | None
    until: datetime | None
    number: str | None
    minutes: int | None
    open_minutes: int | None
    waited_minutes: int | None
    visits: int
    again: list[str]
    charged: float | int
    parts_out: list[str]


def services_of(reader: Reader, number: int) -> list[ServiceView]:
    """What was done for a demand, in its order."""
    rows = reader.stream("SELECT * FROM service_step WHERE demand_id = ? ORDER BY at, id", (number,))
    return [service_view(reader, row) for row in rows]


def service_view(reader: Reader, row: Row) -> ServiceView:
    """A service step out of its row."""
    told = columns(reader, "service_step", row, without=frozenset({"by_name"}))
    return ServiceView(**{"step": told.pop("step"), "at": told.pop("at"), "by": row["by_name"] or None, **told})


def sums_of(reader: Reader, steps: Sequence[ServiceView]) -> ServiceSums:
    """What the steps of a demand come to, as they stand in their order."""
    came, left, repaired = _stay(steps)
    until = left or reader.now
    return ServiceSums(
        since=came.at if came else None,
        until=left,
        number=came.number if came else None,
        minutes=_minutes(until - came.at) if came else None,
        open_minutes=_minutes(reader.context.calendar.worked(came.at, until)) if came else None,
        waited_minutes=_minutes(until - repaired) if came and repaired else None,
        visits=sum(step.step in (Step.VISITED, Step.AGAIN) for step in steps),
        again=[step.reason or "" for step in steps if step.step is Step.AGAIN],
        charged=sum(step.amount or 0 for step in steps if step.step is Step.CHARGED),
        parts_out=_parts_out(steps),
    )


def _minutes(between: timedelta) -> int:
    return int(between.total_seconds()) // 60


def _stay(steps: Sequence[ServiceView]) -> tuple[ServiceView | None, datetime | None, datetime | None]:
    """With which step the machine came last, when it left, and when it was repaired in between."""
    came: ServiceView | None = None
    left: datetime | None = None
    repaired: datetime | None = None
    for step in steps:
        if step.step is Step.RECEIVED:
            came, left, repaired = step, None, None
        elif step.step in LEAVES and came:
            left = step.at
        elif step.step is Step.REPAIRED:
            repaired = step.at
    return came, left, repaired


def _parts_out(steps: Sequence[ServiceView]) -> list[str]:
    taken: list[str] = []
    for step in steps:
        if step.step is Step.PARTS_OUT:
            taken.append(step.number or step.note or step.step.label)
        elif step.step is Step.PARTS_BACK and taken:
            taken.remove(step.number) if step.number in taken else taken.pop(0)
    return taken


def held_machines(reader: Reader, numbers: Iterable[int]) -> dict[int, ServiceSums]:
    """Of some demands those whose machine is with us, with what was done to it."""
    listed = ", ".join(map(str, numbers))
    rows = reader.stream(f"SELECT * FROM service_step WHERE demand_id IN ({listed}) ORDER BY demand_id, at, id")
    steps: dict[int, list[ServiceView]] = {}
    for row in rows:
        steps.setdefault(row["demand_id"], []).append(service_view(reader, row))
    sums = {number: sums_of(reader, done) for number, done in steps.items()}
    return {number: held for number, held in sums.items() if held.since and not held.until}
