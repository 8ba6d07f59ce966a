"""Handing over 在职/离职继承 (W 5.3): what one person holds goes to another, one record each, and leaving."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import select

from demandctl.actions import customers, revisits
from demandctl.actions.demands import find_demand, tell
from demandctl.core.routing import leads
from demandctl.errors import Refused
from demandctl.language.subject import About
from demandctl.queries import holdings
from demandctl.queries.holdings import Holding
from demandctl.queries.reader import reader_in
from demandctl.store.models import Assignment, Contact, Customer, Demand, Escalation
from demandctl.store.work import Work
from demandctl.vocabulary import Route, Status

STAYS = (Status.WAITING, Status.CONFIRMING)
"""What the customer was promised or asked holds whoever handles the demand."""


def hand_over(work: Work, old: Contact, new: Contact, held: Sequence[Holding], *, reason: str = "") -> None:
    """Give to *new* what *old* holds. Refused when nothing is held, or *new* cannot take it."""
    _check(old, new, held)
    parts: dict[int, set[str]] = {}
    for holding in held:
        number = holding.subject.number
        if holding.subject.about is About.CUSTOMER:
            customers.give_owner(work, work.session.get_one(Customer, number), new)
        elif holding.subject.about is About.REVISIT:
            revisits.take_over(work, revisits.find_revisit(work.session, number), old, new)
        else:
            parts.setdefault(number, set()).add(holding.what)
    for number, whats in parts.items():
        _hand_over_demand(work, find_demand(work.session, number), old, new, whats, reason)
    work.describe(f"{old.name} 交接给 {new.name}：{len(held)} 项" + (f"，{reason}" if reason else ""))


def _check(old: Contact, new: Contact, held: Sequence[Holding]) -> None:
    if old.id == new.id:
        raise Refused("交出人和接手人是同一位")
    if not new.active:
        raise Refused(f"{new.name} 已离职，不能接手", "换一位：demandctl contact list")
    if not held:
        raise Refused(f"{old.name} 手里没有要交接的", f"可以标记离职了：demandctl contact leave {old.id}")
    referred = [holding.subject.code for holding in held if holding.what == "referred"]
    if referred and not leads(new.role, new.leader):
        raise Refused(
            f"{'、'.join(referred)} 在等 {old.name} 指派跟进人，而 {new.name} 不是分管领导",
            "分开交接：加 --only demands,customers；或直接派单：demandctl assign 编号 跟进人",
        )


def _hand_over_demand(work: Work, demand: Demand, old: Contact, new: Contact, whats: set[str], reason: str) -> None:
    work.session.add(
        Assignment(
            demand_id=demand.id,
            at=work.now,
            from_id=old.id,
            to_id=new.id,
            how=Route.HANDOVER.value,
            reason=reason,
            operator=work.who,
        )
    )
    names, facts = {"handed-over"}, {}
    if "demands" in whats:
        names |= {"assigned", "handed"}
        demand.handler_id = new.id
        demand.status = demand.status if demand.status in STAYS else Status.ASSIGNED
    if "referred" in whats:
        demand.leader_id = new.id
    if "escalated" in whats:
        facts = {"from": old.id}
        _take_escalation(work, demand, old, new)
    demand.branch, demand.branch_leader_id = customers.branch_of(work, demand)
    if "branch" in whats and demand.branch_leader_id == old.id:
        demand.branch_leader_id = new.id
    tell(work, demand, names, facts=facts, person=new.id)


def _take_escalation(work: Work, demand: Demand, old: Contact, new: Contact) -> None:
    """The problem is the new person's: from now on a follow-up of his is that of the one escalated to."""
    query = select(Escalation).where(Escalation.demand_id == demand.id, Escalation.to_id == old.id)
    for escalation in work.session.exec(query):
        escalation.to_id = new.id


def leave(work: Work, contact: Contact) -> None:
    """Mark a contact as left; Refused while something open or a customer is still his (W 5.3)."""
    held = holdings.held_by(reader_in(work), contact.id)
    if held:
        names = list(dict.fromkeys(holding.subject.code for holding in held))
        more = f" 等 {len(names)} 项" if len(names) > 8 else ""
        raise Refused(
            f"{contact.name} 手里还有：{'、'.join(names[:8])}{more}",
            f"先交给别人：demandctl handover {contact.id} 接手人（加 --dry-run 先看清单）",
        )
    contact.active = False
    work.session.flush()
