"""Customers as they are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from demandctl.core.papers import PAPERS, missing
from demandctl.language.subject import Subject
from demandctl.queries.attachments import AttachmentView, attachments_of
from demandctl.queries.belongings import (
    CreditView,
    GreetingView,
    HisMachine,
    OrderView,
    credits_of,
    greetings_of,
    machines_of,
    orders_of,
)
from demandctl.queries.columns import columns, yuan
from demandctl.queries.deadlines import Clock, deadlines_of
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.identity import FURTHER, further
from demandctl.queries.narrowing import any_of, bound, holds_one, is_one
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, Row, texts
from demandctl.queries.revisits import RevisitView, read_revisits
from demandctl.queries.search import CUSTOMER_HOLDS, typed_letters
from demandctl.queries.view import View
from demandctl.vocabulary import NeedClass, Stage, Value


class OwnerView(View):
    """Who looks after a customer."""

    id: int
    name: str


class CustomerView(CustomerBrief):
    """A customer as lists have him."""

    nickname: str
    wechat: str
    phones: list[str]
    wechats: list[str]
    names: list[str]
    address: str
    value: Value | None
    need_class: NeedClass | None
    stage: Stage | None
    tags: list[str]
    owner: OwnerView | None
    briefed_at: datetime | None
    birthday: date | None
    last_order: date | None
    business_contact: date | None
    contract_on: date | None
    profiled_on: date | None
    consent_on: date | None
    arrears: bool
    handed: bool
    documents: list[str]
    approved_by: str | None
    revisit_every: str | None
    note: str | None
    erased_at: datetime | None
    created_at: datetime
    source: str | None
    email: str | None
    industry: str | None
    lost_reason: str | None
    credit_limit: float | int | None
    credit_term: str | None
    order_count: int
    order_sum: float | int
    papers: list[str]
    missing_papers: list[str]


class HisDemand(DemandView):
    """A demand in the picture of its customer, with the last that was said about it."""

    last_follow_up: str | None


class CustomerInFull(CustomerView):
    """A customer with all that is his: machines, orders, demands, revisits, deadlines."""

    machines: list[HisMachine]
    orders: list[OrderView]
    credits: list[CreditView]
    greetings: list[GreetingView]
    demands: list[HisDemand]
    revisits: list[RevisitView]
    deadlines: list[Clock]
    attachments: list[AttachmentView]


OF_CUSTOMER = (
    f"c.*, o.name AS o_name, {FURTHER} AS further, "
    "(SELECT count(*) FROM purchase WHERE customer_id = c.id) AS order_count, "
    "(SELECT total(amount) FROM purchase WHERE customer_id = c.id) AS order_sum"
)
"""What :func:`customer_view` reads of customer ``c`` and of the contact ``o`` who looks after him."""
_CUSTOMER = f"SELECT {OF_CUSTOMER} FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id"


class CustomerFilter(NamedTuple):
    """Which customers a list asks for: one of the values of each, empty means all."""

    text: str = ""
    tag: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    need: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    missing_papers: bool = False
    inactive_since: str = ""
    limit: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything."""
        return self != CustomerFilter(limit=self.limit)


EVERYBODY = CustomerFilter()
NARROWED = {
    "tag": any_of("one.value IN (SELECT value FROM json_each(c.tags))", "tag"),
    "value": is_one("c.value", "value"),
    "stage": is_one("c.stage", "stage"),
    "need": is_one("c.need_class", "need"),
    "owner": any_of("o.name LIKE '%' || one.value || '%' OR o.phone = one.value", "owner"),
    "region": holds_one("c.region", "region"),
}
"""The fields of a filter whose values add up, each with its test."""
HAS_FILE = "(c.contract_on IS NOT NULL OR c.profiled_on IS NOT NULL OR c.documents <> '[]')"
"""Whether papers are asked of customer ``c`` at all: he has a contract, or a file (C 1.5.1)."""


def read_customers(reader: Reader, asked: CustomerFilter = EVERYBODY) -> list[CustomerView]:
    """The customers that a filter lets through, by their codes."""
    where = ["c.erased_at IS NULL AND c.merged_into IS NULL"]
    where += [CUSTOMER_HOLDS] if asked.text else []
    where += [test for name, test in NARROWED.items() if getattr(asked, name)]
    if asked.missing_papers:
        where.append(f"{HAS_FILE} AND json_array_length(c.documents) < {len(PAPERS)}")
    if asked.inactive_since:
        where.append("c.last_order <= :inactive_since")
    values: dict[str, object] = {name: bound(getattr(asked, name)) for name in NARROWED}
    values |= {"text": asked.text, "like": f"%{asked.text}%", "inactive_since": asked.inactive_since}
    values |= {"limit": -1 if asked.limit is None else asked.limit, **typed_letters(asked.text)}
    query = f"{_CUSTOMER} WHERE {' AND '.join(where)} ORDER BY c.id LIMIT :limit"
    return [customer_view(reader, row) for row in reader.stream(query, values)]


def read_customer(reader: Reader, customer_id: int) -> CustomerInFull:
    """One customer with all that is his."""
    row = reader.sql.execute(f"{_CUSTOMER} WHERE c.id = ?", (customer_id,)).fetchone()
    words = {row[0]: row[1] for row in reader.rows(_LAST_WORDS, (customer_id,))}
    found = read_demands(reader, Filter(customer_id=customer_id, sort="raised"))
    return CustomerInFull.with_more(
        customer_view(reader, row),
        machines=machines_of(reader, customer_id),
        orders=orders_of(reader, customer_id),
        credits=credits_of(reader, customer_id),
        greetings=greetings_of(reader, customer_id),
        demands=[HisDemand.with_more(demand, last_follow_up=words.get(demand.number)) for demand in found],
        revisits=read_revisits(reader, customers=[customer_id]),
        deadlines=deadlines_of(reader, Subject.customer(customer_id)),
        attachments=attachments_of(reader, Subject.customer(customer_id)),
    )


_LAST_WORDS = """
SELECT d.id, (SELECT text FROM follow_up WHERE demand_id = d.id ORDER BY at DESC, id DESC LIMIT 1)
FROM demand AS d WHERE d.customer_id = ?
"""
_BLANK = frozenset({"name", "nickname", "phone", "wechat", "company", "region", "address"})


def customer_view(reader: Reader, row: Row) -> CustomerView:
    """A customer out of his row, with all that he is known by and the name of his owner."""
    also = further(row["further"])
    return CustomerView(
        code=Subject.customer(row["id"]).code,
        phones=_each(row["phone"], *also.phones),
        wechats=_each(row["wechat"], *also.wechats),
        names=_each(row["name"], row["nickname"], *also.names),
        owner=OwnerView(id=row["owner_id"], name=row["o_name"]) if row["owner_id"] else None,
        order_count=row["order_count"],
        order_sum=yuan(str(round(row["order_sum"], 2))) or 0,
        papers=(papers := texts(row["documents"])),
        missing_papers=missing(papers) if papers or row["contract_on"] or row["profiled_on"] else [],
        **columns(reader, "customer", row, blank=_BLANK),
    )


def _each(*values: str) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]
