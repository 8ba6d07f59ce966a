"""Two customers who are one: one code survives with both histories, the other resolves to it."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from demandctl.actions import aliases, customers
from demandctl.core.papers import missing
from demandctl.errors import Refused
from demandctl.store.deadlines import OPEN
from demandctl.store.fields import FIELDS, Holds, Joined, blank, fields_of
from demandctl.store.models import Contact, Customer, DeadlineRow
from demandctl.store.work import Work


def merge(work: Work, kept: Customer, other: Customer) -> int:
    """Make *other* part of *kept*; returns how many demands went over.

    Blanks of the one who is kept are filled; what differs stays with him as it is, and by whatever else the other was
    known (a second phone, another name) the one who is kept is known further.
    Demands and revisits go over with their deadlines. Of the clocks that ran for the other customer himself those that
    are still open end, and start anew for the one who is kept.
    """
    if kept.id == other.id:
        raise Refused(f"{kept.code} 不能和自己合并", "写两位不同的客户；已合并过的会算成同一位")
    owed = _owed_visits(work, other)
    customers.tell(work, other, {"merged"})
    known = aliases.known_by(other)
    before = {field.column: getattr(kept, field.column) for field in fields_of("customer")}
    differs = _differing(work, kept, other)
    _fill(work, kept, other)
    if differs:
        kept.note = "\n".join(part for part in (kept.note, f"{other.code} {other.name}：{differs}") if part)
        work.session.flush()
    moved = _move(work, kept, other)
    other.merged_into = kept.id
    for earlier in work.session.exec(select(Customer).where(Customer.merged_into == other.id)):
        earlier.merged_into = kept.id
    work.session.flush()
    aliases.inherit(work, kept, known)
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


def _differing(work: Work, kept: Customer, other: Customer) -> str:
    """What both have and only one can keep, of the one who goes: the note has it, so that nothing is hidden."""
    told = []
    for field in fields_of("customer"):
        mine, theirs = getattr(kept, field.column), getattr(other, field.column)
        if field.joined is Joined.FILLED and mine and theirs and mine != theirs and field.holds is not Holds.INSTANT:
            person = work.session.get_one(Contact, theirs) if field.holds is Holds.CONTACT else None
            told.append(f"{field.name} {person.name if person else field.term(theirs).label if field.term else theirs}")
    return "，".join(told)


def _fill(work: Work, kept: Customer, other: Customer) -> None:
    """Join column by column, as the table of columns says of each."""
    for field in fields_of("customer"):
        mine, theirs = getattr(kept, field.column), getattr(other, field.column)
        if field.joined is Joined.MOVED and theirs:
            setattr(other, field.column, blank(field))
            work.session.flush()
        if field.joined is not Joined.KEPT:
            setattr(kept, field.column, _joined(field.joined, mine, theirs))
    work.session.flush()


def _joined(how: Joined, mine: Any, theirs: Any) -> Any:
    """The one value that two make."""
    if how is Joined.LATEST:
        return max((day for day in (mine, theirs) if day), default=None)
    if how is Joined.UNITED:
        return list(dict.fromkeys([*mine, *theirs]))
    if how is Joined.ADDED and mine and theirs and theirs not in mine:
        return f"{mine}\n{theirs}"
    return mine or theirs


def _move(work: Work, kept: Customer, other: Customer) -> int:
    """Whatever belongs to the other customer goes over; of his deadlines those that are not about himself."""
    moved = 0
    for table in (field.table for field in FIELDS if field.column == "customer_id"):
        own = " AND about <> 'customer'" if table == "deadline" else ""
        done = work.session.connection().exec_driver_sql(
            f"UPDATE {table} SET customer_id = ? WHERE customer_id = ?{own}", (kept.id, other.id)
        )
        moved += done.rowcount if table == "demand" else 0
    work.session.expire_all()
    return moved


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
    customers.begin_standing(work, kept, [name for name in ("value", "stage", "birthday") if gained(name)])
    if gained("documents") or gained("profiled_on"):
        whole = not missing(kept.documents)
        customers.tell(work, kept, {"complete"} if whole else {"approved" if gained("profiled_on") else "paper"})
    if gained("owner_id") and not kept.briefed_at:
        customers.tell(work, kept, {"owned"})
    for row in owed:
        if row.demand_id or not gained("last_order"):
            customers.tell(work, kept, {"sale"}, at=row.started_at, demand_id=row.demand_id)
