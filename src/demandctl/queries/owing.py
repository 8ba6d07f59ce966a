"""Who owes what now, person by person: what reminders are about."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from demandctl.errors import Refused
from demandctl.language.subject import Subject
from demandctl.queries.contacts import ContactView, read_contact
from demandctl.queries.deadlines import Line, running_deadlines, to_line
from demandctl.queries.demands import DemandView, Filter, read_demand, read_demands
from demandctl.queries.reader import Reader

Owed = tuple[ContactView, list[tuple[Line, DemandView | None]]]
"""Somebody of the directory, and his deadlines with the demand that each is about, most urgent first."""


def owed_for_demand(reader: Reader, number: int) -> list[Owed]:
    """Who is to be reminded about a demand, and of what; Refused when nobody is."""
    demand = read_demand(reader, number)
    if demand.closed_at:
        raise Refused(f"{Subject.demand(number)} 已结束，不用催", f"看看：demandctl show {number}")
    rows = running_deadlines(reader, "l.demand_id = :number AND l.owner_id IS NOT NULL", {"number": number})
    if not rows and not (demand.handler or demand.leader):
        raise Refused(f"{Subject.demand(number)} 还没有派单，没有人可催", f"先派单：demandctl assign {number}")
    if not rows:
        waits = "，客户要等" if demand.status == "waiting" else ""
        raise Refused(f"{Subject.demand(number)} 现在没有谁欠着{waits}", f"看看：demandctl show {number}")
    return _by_person(reader, rows)


def owed_by_person(reader: Reader, contact_id: int) -> list[Owed]:
    """All that one person owes; Refused when he owes nothing."""
    rows = running_deadlines(reader, "l.owner_id = :who", {"who": contact_id})
    if not rows:
        person = read_contact(reader, contact_id)
        raise Refused(f"{person.name} 现在没有欠的事", f"看看他手里有什么：demandctl contact show {contact_id}")
    return _by_person(reader, rows)


def owed_late(reader: Reader) -> list[Owed]:
    """Everybody who is late with something, and what he is late with."""
    return _by_person(reader, running_deadlines(reader, "l.owner_id IS NOT NULL AND l.due_at < :now", {}))


def _by_person(reader: Reader, rows: Sequence[sqlite3.Row]) -> list[Owed]:
    people: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        people.setdefault(row["owner_id"], []).append(row)
    return [(read_contact(reader, number), _with_demands(reader, his)) for number, his in people.items()]


def _with_demands(reader: Reader, rows: Sequence[sqlite3.Row]) -> list[tuple[Line, DemandView | None]]:
    numbers = tuple({row["demand_id"] for row in rows if row["demand_id"]})
    demands = {demand.number: demand for demand in read_demands(reader, Filter(numbers=numbers))}
    return [(to_line(reader, row), demands.get(row["demand_id"])) for row in rows]
