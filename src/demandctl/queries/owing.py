"""Who owes what now, person by person: what reminders are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from demandctl.core.parts import RulePart
from demandctl.errors import Refused
from demandctl.language.subject import Subject
from demandctl.queries.contacts import read_contact
from demandctl.queries.deadlines import Due, debtor_of, running_deadlines
from demandctl.queries.demands import DemandView, Filter, read_demand, read_demands
from demandctl.queries.people import Addressee
from demandctl.queries.reader import Reader, texts
from demandctl.queries.revisits import read_revisit
from demandctl.store.conditions import is_running
from demandctl.store.values import stored
from demandctl.vocabulary import Role

Owed = tuple[Addressee, list[tuple[Due, DemandView | None]]]
"""Somebody who owes, and his deadlines with the demand that each is about, most urgent first."""

_OTHERS = f"l.owed_by <> '{Role.SPECIALIST}'"
"""Deadlines that somebody else than the specialist owes: a person, a branch, a department, the supervisor."""


def owed_for_demand(reader: Reader, number: int) -> list[Owed]:
    """Who is to be reminded about a demand, and of what; Refused when nobody is."""
    demand = read_demand(reader, number)
    if demand.closed_at:
        raise Refused(f"{Subject.demand(number)} 已结束，不用催", f"看看：demandctl show {number}")
    found = running_deadlines(reader, f"l.demand_id = :number AND {_OTHERS}", {"number": number})
    asked = _asked_experts(reader, "l.demand_id = :number", {"number": number})
    if asked:
        return _by_person(reader, found, asked)
    if not found and not (demand.handler or demand.leader):
        raise Refused(f"{Subject.demand(number)} 还没有派单，没有人可催", f"先派单：demandctl assign {number}")
    if not found:
        waits = "，客户要等" if demand.status == "waiting" else ""
        raise Refused(f"{Subject.demand(number)} 现在没有谁欠着{waits}", f"看看：demandctl show {number}")
    return _by_person(reader, found)


def owed_for_revisit(reader: Reader, number: int) -> list[Owed]:
    """Who is to be reminded about a revisit, and of what; Refused when nobody is."""
    read_revisit(reader, number)
    found = running_deadlines(reader, f"l.revisit_id = :number AND {_OTHERS}", {"number": number})
    if not found:
        code = Subject.revisit(number)
        raise Refused(f"{code} 现在没有谁欠着", f"看看：demandctl revisit show {code}")
    return _by_person(reader, found)


def owed_by_person(reader: Reader, contact_id: int) -> list[Owed]:
    """All that one person owes; Refused when he owes nothing."""
    found = running_deadlines(reader, "o.id = :who", {"who": contact_id})
    asked = [(number, due) for number, due in _asked_experts(reader, "1", {}) if number == contact_id]
    if not found and not asked:
        person = read_contact(reader, contact_id)
        raise Refused(f"{person.name} 现在没有欠的事", f"看看他手里有什么：demandctl contact show {contact_id}")
    return _by_person(reader, found, asked)


def owed_by_name(reader: Reader, name: str) -> list[Owed]:
    """All that is owed by whoever is known by a name alone: a branch, a department, the supervisor; may be nothing."""
    return [entry for entry in owed_by_others(reader) if entry[0].id is None and name in entry[0].name]


def owed_late(reader: Reader) -> list[Owed]:
    """Everybody who is late with something, and what he is late with."""
    late = "l.due_at < :now"
    found = running_deadlines(reader, f"{_OTHERS} AND {late}", {})
    return _by_person(reader, found, _asked_experts(reader, late, {}))


def owed_by_others(reader: Reader) -> list[Owed]:
    """Everybody else who owes anything by now, and what it is."""
    return _by_person(reader, running_deadlines(reader, _OTHERS, {}))


class Debt(NamedTuple):
    """What somebody owes by the end of today, in figures; without an id he is known by his name alone."""

    id: int | None
    name: str
    phone: str
    branch: str | None
    owed: int
    late: int
    oldest: datetime


def debts(reader: Reader, limit: int) -> list[Debt]:
    """Everybody else who owes something by the end of today: the latest first. Reckoned by SQLite, for long ledgers."""
    midnight = datetime.combine(reader.now.date() + timedelta(days=1), time(), reader.zone)
    rows = reader.rows(
        "SELECT l.owner_id, l.owned_by AS owed_by, l.owner_name, o.name AS o_name, o.phone AS o_phone, o.branch, "
        "l.owed, l.late, l.oldest FROM (SELECT owner_id, owed_by AS owned_by, owner_name, count(*) AS owed, "
        "sum(due_at < :now) AS late, min(due_at) AS oldest FROM deadline AS l "
        f"WHERE {is_running()} AND {_OTHERS} AND l.due_at < :midnight "
        "GROUP BY owner_id, CASE WHEN owner_id IS NULL THEN owed_by || owner_name END) AS l "
        "LEFT JOIN contact AS o ON o.id = l.owner_id ORDER BY l.late = 0, l.oldest LIMIT :limit",
        {"now": stored(reader.now), "midnight": stored(midnight), "limit": limit},
    )
    found = []
    for row in rows:
        whom = debtor_of(reader, row)
        oldest = reader.at(row["oldest"])
        found.append(Debt(row["owner_id"], whom.name, whom.phone, row["branch"], row["owed"], row["late"] or 0, oldest))
    return found


def _asked_experts(reader: Reader, where: str, values: Mapping[str, object]) -> list[tuple[int, Due]]:
    """The experts of a group who are versed in what nobody there has answered yet: they are reminded too (R 3.2.1)."""
    unanswered = f"l.role = '{RulePart.FIRST_ANSWER}' AND d.group_name <> '' AND {where}"
    waiting = {due.demand: due for due in running_deadlines(reader, unanswered, values)}
    if not waiting:
        return []
    from demandctl.core.routing import field_of, is_versed  # the divisions of China: hardly a reading needs them

    listed = ", ".join(str(number) for number in waiting)
    rows = reader.rows(
        "SELECT d.id, d.kind, d.subtype, c.id AS expert, c.skills FROM demand AS d "
        "JOIN wechat_group AS g ON g.name = d.group_name JOIN json_each(g.experts) AS e "
        f"JOIN contact AS c ON c.id = e.value AND c.active WHERE d.id IN ({listed}) ORDER BY d.id, e.key"
    )
    return [
        (row["expert"], waiting[row["id"]])
        for row in rows
        if is_versed(texts(row["skills"]), field_of(row["kind"], row["subtype"]))
    ]


def _by_person(reader: Reader, found: Sequence[Due], asked: Sequence[tuple[int, Due]] = ()) -> list[Owed]:
    people: dict[int | str, list[Due]] = {}
    for due in found:
        people.setdefault(due.deadline.owner_id or due.owed_by.name, []).append(due)
    for number, due in asked:
        people.setdefault(number, []).append(due)
    return [(_addressee(reader, who, his[0]), _with_demands(reader, his)) for who, his in people.items()]


def _addressee(reader: Reader, who: int | str, due: Due) -> Addressee:
    """Whom a reminder goes to: somebody of the directory, or whoever is known by his name alone."""
    if isinstance(who, int):
        return read_contact(reader, who)
    role = Role(due.owed_by.role) if due.owed_by.role in list(Role) else Role.LEADER
    return Addressee(id=None, name=due.owed_by.name, phone=due.owed_by.phone, branch=due.branch, role=role)


def _with_demands(reader: Reader, found: Sequence[Due]) -> list[tuple[Due, DemandView | None]]:
    numbers = tuple({due.demand for due in found if due.demand})
    demands = {demand.number: demand for demand in read_demands(reader, Filter(numbers=numbers))}
    return [(due, demands.get(due.demand) if due.demand else None) for due in found]
