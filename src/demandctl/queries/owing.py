"""Who owes what now, person by person: what reminders are about."""

from __future__ import annotations

from collections.abc import Sequence

from demandctl.errors import Refused
from demandctl.language.subject import Subject
from demandctl.queries.contacts import ContactView, read_contact
from demandctl.queries.deadlines import Due, running_deadlines
from demandctl.queries.demands import DemandView, Filter, read_demand, read_demands
from demandctl.queries.reader import Reader

Owed = tuple[ContactView, list[tuple[Due, DemandView | None]]]
"""Somebody of the directory, and his deadlines with the demand that each is about, most urgent first."""


def owed_for_demand(reader: Reader, number: int) -> list[Owed]:
    """Who is to be reminded about a demand, and of what; Refused when nobody is."""
    demand = read_demand(reader, number)
    if demand.closed_at:
        raise Refused(f"{Subject.demand(number)} 已结束，不用催", f"看看：demandctl show {number}")
    found = running_deadlines(reader, "l.demand_id = :number AND l.owner_id IS NOT NULL", {"number": number})
    if not found and not (demand.handler or demand.leader):
        raise Refused(f"{Subject.demand(number)} 还没有派单，没有人可催", f"先派单：demandctl assign {number}")
    if not found:
        waits = "，客户要等" if demand.status == "waiting" else ""
        raise Refused(f"{Subject.demand(number)} 现在没有谁欠着{waits}", f"看看：demandctl show {number}")
    return _by_person(reader, found)


def owed_by_person(reader: Reader, contact_id: int) -> list[Owed]:
    """All that one person owes; Refused when he owes nothing."""
    found = running_deadlines(reader, "l.owner_id = :who", {"who": contact_id})
    if not found:
        person = read_contact(reader, contact_id)
        raise Refused(f"{person.name} 现在没有欠的事", f"看看他手里有什么：demandctl contact show {contact_id}")
    return _by_person(reader, found)


def owed_late(reader: Reader) -> list[Owed]:
    """Everybody who is late with something, and what he is late with."""
    return _by_person(reader, running_deadlines(reader, "l.owner_id IS NOT NULL AND l.due_at < :now", {}))


def _by_person(reader: Reader, found: Sequence[Due]) -> list[Owed]:
    people: dict[int, list[Due]] = {}
    for due in found:
        if due.deadline.owner_id is not None:
            people.setdefault(due.deadline.owner_id, []).append(due)
    return [(read_contact(reader, number), _with_demands(reader, his)) for number, his in people.items()]


def _with_demands(reader: Reader, found: Sequence[Due]) -> list[tuple[Due, DemandView | None]]:
    numbers = tuple({due.demand for due in found if due.demand})
    demands = {demand.number: demand for demand in read_demands(reader, Filter(numbers=numbers))}
    return [(due, demands.get(due.demand) if due.demand else None) for due in found]
