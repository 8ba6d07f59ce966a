"""Two customers who are one: one code survives with both histories, the other resolves to it."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from demandctl.actions import customers
from demandctl.errors import Refused
from demandctl.store.deadlines import OPEN
from demandctl.store.models import Customer, DeadlineRow, Demand, Revisit
from demandctl.store.work import Work

_FILLED = (
    "wechat", "phone", "company", "region", "address", "value", "need_class", "stage", "owner_id", "briefed_at",
    "birthday", "contract_on", "profiled_on", "approved_by", "revisit_every", "note", "consent_on",
)  # fmt: skip
_LATEST = ("last_order", "business_contact")
_EITHER = ("arrears", "handed")


def merge(work: Work, kept: Customer, other: Customer) -> int:
    """Make *other* part of *kept*; returns how many demands went over.

    Blanks of the one who is kept are filled; what differs stays with him as it is, and a second phone still finds him.
    Demands and revisits go over with their deadlines. Of the clocks that ran for the other customer himself those that
    are still open end, and start anew for the one who is kept.
    """
    if kept.id == other.id:
        raise Refused(f"{kept.code} 不能和自己合并", "写两位不同的客户；已合并过的会算成同一位")
    owed = _owed_visits(work, other)
    customers.tell(work, other, {"merged"})
    before = {name: getattr(kept, name) for name in (*_FILLED, *_LATEST, *_EITHER)}
    _fill(work, kept, other)
    moved = _move(work, kept, other)
    other.merged_into = kept.id
    for earlier in work.session.exec(select(Customer).where(Customer.merged_into == other.id)):
        earlier.merged_into = kept.id
    work.session.flush()
    _restart(work, kept, before, owed)
    work.describe(f"合并客户：{other.code} {other.name} 并入 {kept.code} {kept.name}")
    work.session.flush()
    return moved


def _owed_visits(work: Work, other: Customer) -> list[DeadlineRow]:
    """Visits after a sale that are still owed to the one who goes."""
    owed = select(DeadlineRow).where(
        DeadlineRow.about == "customer",
        DeadlineRow.customer_id == other.id,
        col(DeadlineRow.rule).in_([rule.id for rule in work.rules.rules if "sale" in rule.starts]),
        OPEN,
    )
    return list(work.session.exec(owed))


def _fill(work: Work, kept: Customer, other: Customer) -> None:
    for name in _FILLED:
        value = getattr(other, name)
        if not value or getattr(kept, name):
            continue
        if name in ("phone", "wechat"):  # one number belongs to one customer
            setattr(other, name, "")
            work.session.flush()
        setattr(kept, name, value)
    for name in _LATEST:
        setattr(kept, name, max((day for day in (getattr(kept, name), getattr(other, name)) if day), default=None))
    for name in _EITHER:
        setattr(kept, name, getattr(kept, name) or getattr(other, name))
    kept.tags = list(dict.fromkeys([*kept.tags, *other.tags]))
    kept.documents = [name for name in customers.DOCUMENTS if name in {*kept.documents, *other.documents}]
    work.session.flush()


def _move(work: Work, kept: Customer, other: Customer) -> int:
    demands = work.session.exec(select(Demand).where(Demand.customer_id == other.id)).all()
    revisits = work.session.exec(select(Revisit).where(Revisit.customer_id == other.id)).all()
    deadlines = work.session.exec(
        select(DeadlineRow).where(DeadlineRow.customer_id == other.id, DeadlineRow.about != "customer")
    ).all()
    rows: list[Any] = [*demands, *revisits, *deadlines]
    for row in rows:
        row.customer_id = kept.id
    work.session.flush()
    return len(demands)


def _restart(work: Work, kept: Customer, before: dict[str, Any], owed: list[DeadlineRow]) -> None:
    """The clocks that follow from what the one who is kept has got."""

    def gained(name: str) -> bool:
        return bool(getattr(kept, name)) and getattr(kept, name) != before[name]

    if gained("revisit_every"):
        customers.tell(work, kept, {"scheduled"}, repeat=kept.revisit_every)
    if gained("last_order"):
        customers.tell(work, kept, {"order"}, on=kept.last_order)
    if gained("business_contact"):
        customers.tell(work, kept, {"business-contact"}, on=kept.business_contact)
    if gained("arrears") or gained("handed"):
        customers.tell(work, kept, {"edited"})
    if gained("contract_on") and not kept.profiled_on:
        customers.tell(work, kept, {"contracted"}, on=kept.contract_on)
    if gained("owner_id") and not kept.briefed_at:
        customers.tell(work, kept, {"owned"})
    for row in owed:
        if row.demand_id or not gained("last_order"):
            customers.tell(work, kept, {"sale"}, at=row.started_at, demand_id=row.demand_id)
