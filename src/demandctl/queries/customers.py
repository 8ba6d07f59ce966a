"""Customers as they are read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from demandctl.language.subject import Subject
from demandctl.queries.attachments import AttachmentView, attachments_of
from demandctl.queries.columns import columns
from demandctl.queries.deadlines import Clock, deadlines_of
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.identity import FURTHER, further
from demandctl.queries.narrowing import any_of, bound
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, Row
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


class CustomerInFull(CustomerView):
    """A customer with his demands, revisits, deadlines and what is attached to him."""

    demands: list[DemandView]
    revisits: list[RevisitView]
    deadlines: list[Clock]
    attachments: list[AttachmentView]


OF_CUSTOMER = f"c.*, o.name AS o_name, {FURTHER} AS further"
"""What :func:`customer_view` reads of customer ``c`` and of the contact ``o`` who looks after him."""
_CUSTOMER = f"SELECT {OF_CUSTOMER} FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id"


def read_customers(
    reader: Reader, *, text: str = "", tags: Iterable[str] = (), limit: int | None = None
) -> list[CustomerView]:
    """Customers whose name, phone, company or region holds a text."""
    rows = reader.stream(
        f"{_CUSTOMER} WHERE c.erased_at IS NULL AND c.merged_into IS NULL "
        f"AND (:text = '' OR {CUSTOMER_HOLDS}) "
        f"AND {any_of('one.value IN (SELECT value FROM json_each(c.tags))', 'tags')} ORDER BY c.id LIMIT :limit",
        {"text": text, "like": f"%{text}%", "tags": bound(tags), "limit": -1 if limit is None else limit}
        | typed_letters(text),
    )
    return [customer_view(reader, row) for row in rows]


def read_customer(reader: Reader, customer_id: int) -> CustomerInFull:
    """One customer with his demands, revisits and deadlines."""
    row = reader.sql.execute(f"{_CUSTOMER} WHERE c.id = ?", (customer_id,)).fetchone()
    return CustomerInFull.with_more(
        customer_view(reader, row),
        demands=read_demands(reader, Filter(customer_id=customer_id, sort="raised")),
        revisits=read_revisits(reader, customers=[customer_id]),
        deadlines=deadlines_of(reader, Subject.customer(customer_id)),
        attachments=attachments_of(reader, Subject.customer(customer_id)),
    )


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
        **columns(reader, "customer", row, blank=_BLANK),
    )


def _each(*values: str) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]
