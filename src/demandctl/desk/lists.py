"""The lists of the desk: what each holds, read out of the ledger as lines of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from demandctl.language.display import brief, moment, shown
from demandctl.language.subject import About, Subject
from demandctl.queries.customers import CustomerFilter, CustomerView, read_customers
from demandctl.queries.deadlines import Due, DueFilter, due_deadlines, visits_owed, worst_of
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.glance import Glance, glance
from demandctl.queries.history import read_operations
from demandctl.queries.monday import this_round
from demandctl.queries.owing import Debt, debts
from demandctl.queries.reader import Reader
from demandctl.queries.revisits import RevisitView, read_revisits
from demandctl.store.fields import names
from demandctl.terminal.clocks import days_off, gathered, standing
from demandctl.terminal.showing import progress, status_label
from demandctl.vocabulary import WEEKDAYS, DeadlineState, Status

PAGE = 200
"""So many lines are read at first; as many again each time the end comes near."""


LATE, TODAY, SOON, DONE, PLAIN = "late", "today", "soon", "done", ""
_MOODS = {DeadlineState.OVERDUE: LATE, DeadlineState.TODAY: TODAY, DeadlineState.SOON: SOON}


class Cell(NamedTuple):
    """A column of a list: its title, between which widths it may be, and how gladly it goes where room is scarce."""

    title: str
    least: int = 4
    most: int = 12
    goes: int = 0
    mood: bool = False
    """Whether it shows how late the line is."""
    grows: bool = False


class Line(NamedTuple):
    """One line: what it is about, and its cells."""

    key: Hashable
    cells: tuple[str, ...]
    mood: str = PLAIN
    subject: Subject | None = None
    whom: Debt | None = None
    step: int | None = None
    about: int | None = None
    """The demand that a visit is about."""


class Wish(NamedTuple):
    """What of a list is wanted."""

    text: str = ""
    only: str = ""
    limit: int = PAGE


class Listing(NamedTuple):
    """A list: its name, its columns, how it is read, and what is said where it is empty."""

    name: str
    columns: tuple[Cell, ...]
    read: Callable[[Reader, Wish], list[Line]]
    empty: str
    number: str = ""
    """Which of the numbers of the day stands behind its name."""


_D, _C, _P, _L = names("demand"), names("customer"), names("contact"), names("deadline")
_NUMBER = Cell("编号", 4, 7)
_KIND = Cell("类型", 4, 4, goes=3)
_CUSTOMER = Cell(_D["customer_id"], 8, 16)
_PLACE = Cell("地区", 4, 12, goes=5)
_WHAT = Cell(_L["what"], 12, 60, grows=True)
_WHO = Cell("谁", 6, 14, goes=2)
_STANDS = Cell("情况", 8, 17, mood=True)

DEMANDS = (_NUMBER, _KIND, _CUSTOMER, _PLACE, _WHAT, _WHO, _STANDS)


def _briefly(stands: str) -> str:
    """How late, to the largest unit: the card has the rest."""
    return re.sub(r"((?:个工作日|天|小时))\d+(?:小时|分)", r"\1", stands)


def _due_line(due: Due, more: int, now: datetime) -> Line:
    return Line(
        due.subject,
        (
            due.subject.code,
            due.kind.label if due.kind else "",
            due.customer.name if due.customer else "",
            due.region,
            due.what + (f"（另 {more} 项）" if more > 0 else ""),
            due.owed_by.name,
            _briefly(standing(due, now)),
        ),
        _MOODS.get(due.state, PLAIN),
        due.subject,
    )


def _demand_line(demand: DemandView, due: Due | None, now: datetime) -> Line:
    """A demand with what of it is owed first; one that has ended shows how."""
    person = demand.handler or demand.leader
    late = due is not None and due.state in _MOODS
    stands = _briefly(standing(due, now)) if due and late else status_label(demand)
    what = due.what if due and late else demand.content
    return Line(
        demand.subject,
        (
            demand.subject.code,
            demand.kind.label,
            demand.customer.name,
            demand.region,
            " ".join(what.split()),
            due.owed_by.name if due and late else person.name if person else "",
            stands,
        ),
        DONE if demand.closed_at else _MOODS.get(due.state, PLAIN) if due else PLAIN,
        demand.subject,
    )


def _mine(reader: Reader, asked: Wish) -> list[Line]:
    found, _ = due_deadlines(reader, DueFilter(mine=True, limit=asked.limit))
    lines = (_due_line(due, more, reader.now) for due, more in gathered(found))
    return [line._replace(cells=(*line.cells[:-2], line.cells[-1])) for line in lines]  # who owes it is known


def _others(reader: Reader, asked: Wish) -> list[Line]:
    lines = []
    for debt in debts(reader, asked.limit):
        late = debt.late
        lines.append(
            Line(
                ("whom", debt.id or debt.name),
                (
                    debt.name or "没有登记领导",
                    f"{late} 件超时" if late else "",
                    f"{debt.owed} 件",
                    f"最久 {moment(debt.oldest, reader.now)} 到期",
                    debt.branch or "",
                    debt.phone,
                ),
                LATE if late else PLAIN,
                whom=debt,
            )
        )
    return lines


def _open(reader: Reader, asked: Wish) -> list[Line]:
    if asked.only in (DeadlineState.OVERDUE, DeadlineState.TODAY):
        found, _ = due_deadlines(reader, DueFilter(overdue_only=asked.only == DeadlineState.OVERDUE, limit=asked.limit))
        return [_due_line(due, more, reader.now) for due, more in gathered(found) if due.state == asked.only]
    status = (asked.only,) if asked.only else ()
    return _with_clocks(reader, read_demands(reader, Filter(open_only=True, status=status, limit=asked.limit)))


def _with_clocks(reader: Reader, found: Sequence[DemandView]) -> list[Line]:
    worst = worst_of(reader, [demand.number for demand in found if not demand.closed_at])
    return [_demand_line(demand, worst.get(demand.number), reader.now) for demand in found]


def _monday(reader: Reader, asked: Wish) -> list[Line]:
    found = this_round(reader)
    lines = []
    for item in found.owed:
        last = f"{moment(item.last.at, reader.now)}：{item.last.text}" if item.last else item.demand.content
        lines.append(
            Line(
                item.demand.subject,
                (
                    item.demand.subject.code, item.handler.name, item.demand.customer.name, item.demand.region,
                    " ".join(last.split()), "已跳过" if item.skipped else _briefly(standing(item.due, reader.now)),
                ),
                DONE if item.skipped else _MOODS.get(item.due.state, PLAIN),
                item.demand.subject,
            )
        )  # fmt: skip
    for demand in found.waiting:
        told = (f"等到 {moment(demand.waits_until, reader.now)}", "等待中")
        person = demand.handler.name if demand.handler else ""
        cells = (demand.subject.code, person, demand.customer.name, demand.region, *told)
        lines.append(Line(demand.subject, cells, DONE, demand.subject))
    return lines


def _visits(reader: Reader, wish: Wish) -> list[Line]:
    """Whom to visit and why, then visits that are not whole yet."""
    now = reader.now
    lines: list[Line] = []
    planned: set[int] = set()
    for due in visits_owed(reader, timedelta(days=7)):
        if due.customer is None:
            continue
        if due.revisit:
            planned.add(due.revisit)
        subject = Subject.revisit(due.revisit) if due.revisit else due.customer.subject
        about = f"（{Subject.demand(due.demand)}）" if due.demand else ""
        cells = (
            subject.code, due.customer.name, due.region, due.rule_name + about, moment(due.due_at, now),
            "已计划" if due.revisit else "该回访",
        )  # fmt: skip
        lines.append(Line((subject, due.rule_name), cells, _MOODS.get(due.state, PLAIN), subject, about=due.demand))
    for visit in read_revisits(reader, open_only=True, limit=wish.limit):
        if visit.id not in planned:
            lines.append(_visit_line(visit, now))
    return lines


def _visit_line(visit: RevisitView, now: datetime) -> Line:
    at = visit.call_back_at or visit.visited_at or visit.planned_at
    cells = (
        visit.subject.code, visit.customer.name, visit.customer.region, visit.problem or visit.kind.label,
        moment(at, now), progress(visit),
    )  # fmt: skip
    return Line(visit.subject, cells, LATE if visit.problem and visit.urgent else PLAIN, visit.subject)


def _customers(reader: Reader, asked: Wish) -> list[Line]:
    return [
        _customer_line(customer) for customer in read_customers(reader, CustomerFilter(asked.text, limit=asked.limit))
    ]


def _customer_line(customer: CustomerView) -> Line:
    value = f"价值{customer.value.label}" if customer.value else ""
    stage = customer.stage.label if customer.stage else ""
    about = " ".join(filter(None, [stage, value, *customer.tags, customer.company]))
    cells = (customer.code, customer.name, customer.phone, customer.region, about)
    return Line(customer.subject, cells, PLAIN, customer.subject)


def _log(reader: Reader, asked: Wish) -> list[Line]:
    found = read_operations(reader, limit=asked.limit)
    return [
        Line(
            ("step", o.id),
            (str(o.id), brief(o.at, reader.now), o.who, o.summary or o.command, "已撤销" if o.undone_by else ""),
            DONE if o.undone_by or o.undoes else PLAIN,
            step=o.id,
        )
        for o in reversed(found)
    ]


def _found(reader: Reader, asked: Wish) -> list[Line]:
    """All that holds a text: demands first, the open ones before those that have ended, then customers."""
    if not asked.text.strip():
        return []
    demands = read_demands(reader, Filter(text=asked.text, limit=asked.limit))
    lines = _with_clocks(reader, sorted(demands, key=lambda demand: demand.closed_at is not None))
    for customer in read_customers(reader, CustomerFilter(asked.text.strip(), limit=50)):
        about = " ".join(filter(None, [customer.phone, customer.company, *customer.tags]))
        cells = (customer.code, About.CUSTOMER.label, customer.name, customer.region, about, "", "")
        lines.append(Line(customer.subject, cells, PLAIN, customer.subject))
    return lines


MINE = (*DEMANDS[:-2], _STANDS)
WHOM = (
    Cell("谁", 8, 24), Cell("超时", 8, 9, mood=True), Cell("一共", 5, 7, goes=1),
    Cell("最久", 12, 30, grows=True), Cell(_P["branch"], 6, 16, goes=3), Cell(_P["phone"], 11, 13, goes=2),
)  # fmt: skip
ROUND = (_NUMBER, _WHO._replace(goes=0), _CUSTOMER, _PLACE, Cell("上次", 12, 80, grows=True), _STANDS)
VISITS = (
    _NUMBER, _CUSTOMER, _PLACE, Cell("为什么", 10, 60, grows=True), Cell("何时", 10, 20, goes=1),
    Cell("情况", 6, 10, mood=True),
)  # fmt: skip
CUSTOMERS = (
    _NUMBER, Cell(_C["name"], 8, 20), Cell(_C["phone"], 11, 13), _PLACE, Cell("标签、单位", 8, 60, grows=True),
)  # fmt: skip
STEPS = (
    Cell("#", 3, 7), Cell("时间", 5, 16), Cell("谁", 6, 10, goes=2), Cell("做了什么", 20, 120, grows=True),
    Cell("", 0, 6),
)  # fmt: skip

LISTS: Mapping[str, Listing] = {
    "1": Listing("该我做", MINE, _mine, "现在没有要你做的事"),
    "2": Listing("该催谁", WHOM, _others, "没有谁欠着什么"),
    "3": Listing("全部未结束", DEMANDS, _open, "没有未结束的需求。把聊天粘贴进来，就登记一条", "open"),
    "4": Listing("周一", ROUND, _monday, "这一周都反馈过了", "monday"),
    "5": Listing("回访", VISITS, _visits, "这一周没有要回访的客户", "revisits"),
    "6": Listing("客户", CUSTOMERS, _customers, "还没有客户"),
    "7": Listing("记录", STEPS, _log, "还没有操作"),
    "/": Listing("找", DEMANDS, _found, "没有找到"),
}
"""By the key that shows it."""


class Numbers(NamedTuple):
    """The head: what day it is, and the numbers of the day."""

    day: str
    clock: str
    off: str
    counts: Mapping[str, int]
    glance: Glance


HEAD = {
    DeadlineState.OVERDUE: ("超时", "3"),
    DeadlineState.TODAY: ("今天到期", "3"),
    Status.NEW: ("待派单", "3"),
    Status.CONFIRMING: ("待确认", "3"),
    "revisits": ("要回访", "5"),
}
"""The numbers one can press, each with its word and the list that it is about."""


def numbers(reader: Reader) -> Numbers:
    """The numbers of this moment."""
    now = reader.now
    counts = due_deadlines(reader, DueFilter(limit=1))[1]
    at = glance(reader)
    told = {
        DeadlineState.OVERDUE: counts.get(DeadlineState.OVERDUE, 0),
        DeadlineState.TODAY: counts.get(DeadlineState.TODAY, 0),
        Status.NEW: at.new,
        Status.CONFIRMING: at.confirming,
        "revisits": at.revisits,
    }
    off = days_off(reader)
    return Numbers(f"{now.month}月{now.day}日 周{WEEKDAYS[now.weekday()]}", f"{now:%H:%M}", off, told, at)


def safe(line: Line) -> Line:
    """The line with what people typed made harmless."""
    return line._replace(cells=tuple(map(shown, line.cells)))
