"""Demands as they are read, and the filters that choose among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from demandctl.errors import NotFound
from demandctl.language.subject import Subject
from demandctl.queries.attachments import AttachmentView, attachments_of
from demandctl.queries.belongings import MachineView, machine_view
from demandctl.queries.columns import columns
from demandctl.queries.deadlines import Clock, deadlines_of
from demandctl.queries.identity import ALSO
from demandctl.queries.narrowing import any_of, bound, holds_one, is_one
from demandctl.queries.nudges import NUDGED, Nudges, nudges_of
from demandctl.queries.people import CustomerBrief, PersonView, person_of
from demandctl.queries.reader import Reader, Row
from demandctl.queries.search import demands_holding, map_file
from demandctl.queries.view import View
from demandctl.store.conditions import customer_code, with_us
from demandctl.store.values import Columns
from demandctl.vocabulary import Channel, Kind, Outcome, ServiceMode, Status, Urgency

_DEMAND = f"""
SELECT d.*, {NUDGED}, c.name AS c_name, c.nickname AS c_nickname, c.phone AS c_phone, c.wechat AS c_wechat,
       c.company AS c_company, c.region AS c_region,
       h.name AS h_name, h.phone AS h_phone, h.branch AS h_branch, h.role AS h_role,
       g.name AS g_name, g.phone AS g_phone, g.branch AS g_branch, g.role AS g_role,
       a.name AS a_name, a.phone AS a_phone, a.branch AS a_branch, a.role AS a_role,
       m.model, m.serial, m.bought_on, m.warranty_until
FROM demand AS d CROSS JOIN customer AS c ON c.id = d.customer_id
LEFT JOIN contact AS h ON h.id = d.handler_id
LEFT JOIN contact AS g ON g.id = d.leader_id
LEFT JOIN contact AS a ON a.id = d.accused_id
LEFT JOIN machine AS m ON m.id = d.machine_id
"""


class AskingCustomer(CustomerBrief):
    """The customer of a demand."""

    nickname: str
    wechat: str


class DemandView(View):
    """A demand as lists have it. Texts that nobody gave are None where JSON has null for them."""

    number: int
    kind: Kind
    subtype: str | None
    channel: Channel
    group: str | None
    customer: AskingCustomer
    region: str
    branch: str | None
    product: str
    content: str
    urgency: Urgency
    service_mode: ServiceMode | None
    warranty: str | None
    machine: MachineView | None
    wish: str | None
    from_: int | None
    tags: list[str]
    raised_at: datetime
    registered_at: datetime
    verified: bool | None
    status: Status
    handler: PersonView | None
    leader: PersonView | None
    accused: PersonView | None
    escalation: int
    next_at: datetime | None
    next_plan: str | None
    resolved_at: datetime | None
    confirmed_at: datetime | None
    outcome: Outcome | None
    reason: str | None
    amount: float | int | None
    duplicate_of: int | None
    note: str | None
    closed_at: datetime | None
    nudges: Nudges

    @property
    def subject(self) -> Subject:
        """What it is called by."""
        return Subject.demand(self.number)


class DemandInFull(DemandView):
    """A demand with all its deadlines, past ones too, and what is attached to it."""

    deadlines: list[Clock]
    attachments: list[AttachmentView]


SORTS = {"number": "d.id", "raised": "d.raised_at, d.id", "next": "d.next_at IS NULL, d.next_at, d.id"}


def read_demand(reader: Reader, number: int) -> DemandInFull:
    """One demand with its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_DEMAND + "WHERE d.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有{Subject.demand(number).words}", "看看有哪些：demandctl list")
    subject = Subject.demand(number)
    return DemandInFull.with_more(
        demand_view(reader, row),
        deadlines=deadlines_of(reader, subject),
        attachments=attachments_of(reader, subject),
    )


class Filter(NamedTuple):
    """Which demands a list asks for: one of the values of each, empty means all."""

    kind: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    handler: int | None = None
    numbers: tuple[int, ...] | None = None
    customer: tuple[str, ...] = ()
    customer_id: int | None = None
    tag: tuple[str, ...] = ()
    subtype: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    closed_since: str = ""
    closed_until: str = ""
    open_at: str = ""
    open_only: bool = False
    with_us: bool = False
    text: str = ""
    sort: str = "number"
    limit: int | None = None


def read_demands(reader: Reader, asked: Filter) -> list[DemandView]:
    """The demands that a filter lets through, newest first unless sorted otherwise."""
    if asked.text:
        map_file(reader)
    where, values = demand_condition(asked)
    order = f"{SORTS[asked.sort]}{' DESC' if asked.sort == 'number' else ''}"
    query = f"{_DEMAND} WHERE {where} ORDER BY {order} LIMIT {-1 if asked.limit is None else asked.limit}"
    return [demand_view(reader, row) for row in reader.stream(query, values)]


def stream_demands(reader: Reader, asked: Filter) -> Iterator[Columns]:
    """The rows of the demands that a filter lets through, oldest number first, one at a time."""
    where, values = demand_condition(asked)
    return reader.stream(f"{_DEMAND} WHERE {where} ORDER BY d.id", values)


_NAMED = f"""d.customer_id IN (SELECT id FROM customer WHERE name LIKE '%' || one.value || '%'
OR nickname LIKE '%' || one.value || '%' OR phone = one.value OR {customer_code("id")} = one.value
OR {ALSO.format("customer.id", "a.value = one.value OR (a.kind = 'name' AND a.value LIKE '%' || one.value || '%')")}
OR id IN (SELECT merged_into FROM customer WHERE {customer_code("id")} = one.value))"""
NARROWED = {
    "kind": is_one("d.kind", "kind"),
    "status": is_one("d.status", "status"),
    "branch": holds_one("d.branch", "branch"),
    "owner": any_of("h.name LIKE '%' || one.value || '%' OR h.phone = one.value", "owner"),
    "customer": any_of(_NAMED, "customer"),
    "tag": any_of("one.value IN (SELECT value FROM json_each(d.tags))", "tag"),
    "subtype": is_one("d.subtype", "subtype"),
    "channel": is_one("d.channel", "channel"),
    "group": holds_one("d.group_name", "group"),
    "urgency": is_one("d.urgency", "urgency"),
    "mode": is_one("d.service_mode", "mode"),
}
"""The fields of a filter whose values add up, each with its test."""


def demand_condition(asked: Filter) -> tuple[str, dict[str, object]]:
    """A filter as SQL about demand ``d``, its customer ``c`` and its handler ``h``, with the values that it names."""
    bounds = {
        "d.raised_at >= :since": asked.since,
        "d.raised_at < :until": asked.until,
        "d.closed_at >= :closed_since": asked.closed_since,
        "d.closed_at < :closed_until": asked.closed_until,
        "(d.raised_at <= :open_at AND (d.closed_at IS NULL OR d.closed_at > :open_at))": asked.open_at,
    }
    where = ["d.closed_at IS NULL"] if asked.open_only else []
    where += [f"d.id IN (SELECT s.demand_id FROM service_step AS s WHERE {with_us()})"] if asked.with_us else []
    where += [f"d.customer_id = {asked.customer_id:d}"] if asked.customer_id is not None else []
    where += [f"d.handler_id = {asked.handler:d}"] if asked.handler is not None else []
    where += [f"d.id IN ({', '.join(map(str, asked.numbers))})"] if asked.numbers is not None else []
    where += [test for name, test in NARROWED.items() if getattr(asked, name)]
    where += [test for test, bound_at in bounds.items() if bound_at]
    values: dict[str, object] = {name: bound(getattr(asked, name)) for name in NARROWED}
    values |= {name: getattr(asked, name) for name in ("since", "until", "closed_since", "closed_until", "open_at")}
    holding, words = demands_holding(asked.text)
    where, values = where + holding, values | words
    return " AND ".join(where) or "1", values


_BLANK = frozenset({"region", "product", "content"})
_OTHERWISE = frozenset({"group_name", "from_id"})


def demand_view(reader: Reader, row: Row) -> DemandView:
    """A demand out of its row."""
    return DemandView(
        number=row["id"],
        group=row["group_name"] or None,
        customer=AskingCustomer(
            code=Subject.customer(row["customer_id"]).code,
            name=row["c_name"],
            nickname=row["c_nickname"],
            phone=row["c_phone"],
            wechat=row["c_wechat"],
            company=row["c_company"],
            region=row["c_region"],
        ),
        from_=row["from_id"],
        handler=person_of(row, "h", row["handler_id"]),
        leader=person_of(row, "g", row["leader_id"]),
        accused=person_of(row, "a", row["accused_id"]),
        nudges=nudges_of(reader, row),
        machine=machine_view(reader, row) if row["machine_id"] else None,
        **columns(reader, "demand", row, blank=_BLANK, without=_OTHERWISE),
    )
