"""``nudge``: the ready-to-paste reminder for one demand or one person."""

import re
from typing import Annotated, Any

import typer

from demandctl import reminders
from demandctl.commands.copying import Copy, put_notes
from demandctl.commands.options import Json, demand_number, one_line
from demandctl.context import Context
from demandctl.errors import Refused
from demandctl.queries.contacts import read_contact
from demandctl.queries.deadlines import Line, running_deadlines, to_line
from demandctl.queries.demands import Filter, read_demand, read_demands
from demandctl.queries.naming import find_contact_id
from demandctl.queries.reader import Reader, reading

Whom = Annotated[str, typer.Argument(metavar="对象", help="需求编号，或人的姓名、电话；不写就是每个有超时的人")]
Unmask = Annotated[bool, typer.Option("--unmask", help="电话不打码")]

Owed = list[tuple[Line, dict[str, Any] | None]]


def nudge(ctx: typer.Context, whom: Whom = "", unmask: Unmask = False, copy: Copy = False, json: Json = False) -> None:
    """催一条或催一个人：打印可以直接粘贴的提醒。

    写需求编号，催这一条；写人，催他欠的每一件，最急的在前；不写，催每个有超时的人。
    """
    app: Context = ctx.obj
    text = one_line(whom)
    with reading(app) as reader:
        if re.fullmatch(r"[Dd]?\d{1,8}", text):
            people = _of_demand(reader, demand_number(text))
        elif text:
            people = [_of_person(reader, read_contact(reader, find_contact_id(reader, text)))]
        else:
            people = _late(reader)
    notes = [(person, reminders.to_person(person["name"], owed, app.now, unmask=unmask)) for person, owed in people]
    put_notes(notes, nobody="没有人超时。", copy=copy, as_json=json)


def _of_demand(reader: Reader, number: int) -> list[tuple[dict[str, Any], Owed]]:
    """Who is to be reminded about a demand, and of what; Refused when nobody is."""
    demand = read_demand(reader, number)
    if demand["closed_at"]:
        raise Refused(f"D{number} 已结束，不用催", f"看看：demandctl show {number}")
    rows = running_deadlines(reader, "l.demand_id = :number AND l.owner_id IS NOT NULL", {"number": number})
    if not rows and not (demand["handler"] or demand["leader"]):
        raise Refused(f"D{number} 还没有派单，没有人可催", f"先派单：demandctl assign {number}")
    if not rows:
        waits = "，客户要等" if demand["status"] == "waiting" else ""
        raise Refused(f"D{number} 现在没有谁欠着{waits}", f"看看：demandctl show {number}")
    return _by_person(reader, rows)


def _of_person(reader: Reader, person: dict[str, Any]) -> tuple[dict[str, Any], Owed]:
    rows = running_deadlines(reader, "l.owner_id = :who", {"who": person["id"]})
    if not rows:
        raise Refused(f"{person['name']} 现在没有欠的事", f"看看他手里有什么：demandctl contact show {person['id']}")
    return person, _with_demands(reader, rows)


def _late(reader: Reader) -> list[tuple[dict[str, Any], Owed]]:
    """Everybody who is late with something, and what he is late with."""
    rows = running_deadlines(reader, "l.owner_id IS NOT NULL AND l.due_at < :now", {})
    return _by_person(reader, rows)


def _by_person(reader: Reader, rows: list[Any]) -> list[tuple[dict[str, Any], Owed]]:
    people: dict[int, list[Any]] = {}
    for row in rows:
        people.setdefault(row["owner_id"], []).append(row)
    return [(read_contact(reader, number), _with_demands(reader, his)) for number, his in people.items()]


def _with_demands(reader: Reader, rows: list[Any]) -> Owed:
    numbers = tuple({row["demand_id"] for row in rows if row["demand_id"]})
    demands = {demand["number"]: demand for demand in read_demands(reader, Filter(numbers=numbers))}
    return [(to_line(reader, row), demands.get(row["demand_id"])) for row in rows]
