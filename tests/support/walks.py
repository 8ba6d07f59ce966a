"""Random walks: what may happen next to a demand, drawn step by step from a source of choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from tests.support.cli import Cli
from tests.support.oracle import ZONE, at
from tests.support.road import (
    EXPERT,
    LAWYER,
    LEADER,
    OTHER_LEADER,
    OTHER_SALESMAN,
    OTHER_SERVICEMAN,
    PARTSMAN,
    SALESMAN,
    SERVICEMAN,
    Road,
)

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]

HANDLERS = (SALESMAN, OTHER_SALESMAN, SERVICEMAN, OTHER_SERVICEMAN, PARTSMAN, EXPERT)
HELPERS = (EXPERT, LAWYER, LEADER)
STARTS = ("2026-02-13 16:50", "2026-09-30 17:20", "2026-10-09 11:40", "2026-11-20 09:00", "2026-12-29 15:00")
GAPS = (1, 7, 14, 40, 59, 75, 180, 400, 1440, 1440, 4320, 9000)
"""Minutes between two steps."""


def walk(cli: Cli, choose: Choose, steps: int, check: Callable[[Road], Any]) -> Road:
    """Take one new demand along a road of so many steps; *check* after each."""
    now = at(choose(STARTS))
    road = Road(
        cli,
        now,
        raised=now - timedelta(minutes=choose((0, 0, 20, 300))),
        kind=choose(("opportunity", "service", "inquiry", "complaint", "suggestion")),
        channel=choose(("group", "direct", "phone")),
        urgency=choose(("normal", "urgent", "critical")),
    )
    check(road)
    for _ in range(steps):
        now += timedelta(minutes=choose(GAPS))
        choose(_steps(road))(road, now, choose)
        check(road)
    return road


Step = Callable[[Road, datetime, Choose], None]


def _steps(road: Road) -> list[Step]:
    book = road.book
    if book.status == "closed":
        return [_reopen, _note]
    found: list[Step] = [
        _assign,
        _refer,
        _follow_up,
        _follow_up,
        _follow_up_next,
        _escalate,
        _close,
        _edit_kind,
        _edit_urgency,
    ]
    if book.handler and book.status != "confirming":
        found += [_wait, _wait]
    if book.kind in ("service", "complaint"):
        found.append(_resolve)
    if book.status == "confirming":
        found += [_confirm, _confirm, _confirm]
    if book.kind == "inquiry":
        found.append(_upgrade)
    return found


def _assign(road: Road, now: datetime, choose: Choose) -> None:
    had = road.book.handler.name if road.book.handler else ""
    road.assign(now, choose([person for person in HANDLERS if person.name != had]), at=_earlier(road, now, choose))


def _refer(road: Road, now: datetime, choose: Choose) -> None:
    had = road.book.leader.name if road.book.status == "referred" and road.book.leader else ""
    road.refer(now, choose([p for p in (LEADER, OTHER_LEADER) if p.name != had]), at=_earlier(road, now, choose))


def _by(choose: Choose) -> Any:
    return choose((None, None, SALESMAN, SERVICEMAN, EXPERT, LEADER))


def _earlier(road: Road, now: datetime, choose: Choose) -> datetime | None:
    """Sometimes it happened before it was told."""
    moment = now - timedelta(minutes=choose((0, 0, 0, 0, 10, 90, 1500)))
    return moment if road.book.raised <= moment < now else None


def _follow_up(road: Road, now: datetime, choose: Choose) -> None:
    road.follow_up(now, _by(choose), internal=choose((False, True)), at=_earlier(road, now, choose))


def _note(road: Road, now: datetime, choose: Choose) -> None:
    road.follow_up(now, _by(choose), internal=choose((False, True)))


def _follow_up_next(road: Road, now: datetime, choose: Choose) -> None:
    typed, due, _ = _later(now, choose)
    road.follow_up(now, _by(choose), next=(typed, due))


def _wait(road: Road, now: datetime, choose: Choose) -> None:
    typed, due, until = _later(now, choose)
    road.follow_up(now, internal=choose((False, True)), wait=(typed, until, due))


def _later(now: datetime, choose: Choose) -> tuple[str, datetime, datetime]:
    """A time to come as typed, when its promise is due, when its wait ends."""
    day: date = (now + timedelta(days=choose((1, 2, 6, 12, 20)))).astimezone(ZONE).date()
    if choose((True, False)):
        return day.isoformat(), datetime.combine(day, time(17, 30), ZONE), datetime.combine(day, time(8, 30), ZONE)
    moment = datetime.combine(day, choose((time(7, 15), time(10, 20), time(12, 30), time(17, 30), time(19))), ZONE)
    return moment.strftime("%Y-%m-%d %H:%M"), moment, moment


def _resolve(road: Road, now: datetime, choose: Choose) -> None:
    road.follow_up(now, resolved=True, internal=choose((False, False, True)))


def _confirm(road: Road, now: datetime, choose: Choose) -> None:
    road.confirm(now, choose((False, True, False)))


def _escalate(road: Road, now: datetime, choose: Choose) -> None:
    road.escalate(now, choose(HELPERS), choose(("", "2h", "1d", "90m")))


def _close(road: Road, now: datetime, choose: Choose) -> None:
    own = {"opportunity": ("won", "lost"), "inquiry": ("solved",), "suggestion": ("adopted", "declined")}
    road.close(now, choose(("dropped", *own.get(road.book.kind, ()))))


def _reopen(road: Road, now: datetime, choose: Choose) -> None:
    road.reopen(now)


def _upgrade(road: Road, now: datetime, choose: Choose) -> None:
    road.upgrade(now, choose(("new", "parts")))


def _edit_kind(road: Road, now: datetime, choose: Choose) -> None:
    kinds = ("opportunity", "service", "inquiry", "complaint", "suggestion")
    road.edit_kind(now, choose([kind for kind in kinds if kind != road.book.kind]))


def _edit_urgency(road: Road, now: datetime, choose: Choose) -> None:
    road.edit_urgency(now, choose([u for u in ("normal", "urgent", "critical") if u != road.book.urgency]))
