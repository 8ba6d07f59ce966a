"""Whom a demand is given to: the contact who was named, or the one whom the directory makes clear."""

from __future__ import annotations

from demandctl.actions import contacts, customers
from demandctl.actions.demands import state_of
from demandctl.core import lifecycle
from demandctl.core.routing import Proposal, Routing, route
from demandctl.errors import Refused
from demandctl.queries.reader import reader_in
from demandctl.queries.routing import candidates
from demandctl.store.models import Contact, Demand
from demandctl.store.work import Work


def choose(work: Work, demand: Demand, named: str | None, *, leader: bool, expert: bool, external: bool) -> Contact:
    """The contact of that name, or without one the leader or handler by rule; Refused where several fit alike."""
    lifecycle.require_open(state_of(demand), "派单")
    if named is not None:
        return contacts.find_contact(work, named)
    need = customers.need_of(work, demand)
    routing = route(need, candidates(reader_in(work), loaded=True), external=external, expert=expert)
    chosen = _clear_leader(demand, routing) if leader else _clear_handler(demand, routing)
    return work.session.get_one(Contact, chosen.id)


def _clear_leader(demand: Demand, routing: Routing) -> Proposal:
    if routing.leader is None:
        listed = "、".join(f"{p.name}（{p.branch}）" for p in routing.leaders)
        why = f"几位领导同样合适：{listed}" if listed else f"没有领导负责“{demand.region or '（地区未知）'}”"
        raise Refused(why, f"指明一位：demandctl assign {demand.id} {routing.near} --leader")
    return routing.leader


def _clear_handler(demand: Demand, routing: Routing) -> Proposal:
    if not routing.clear:
        listed = "、".join(
            f"{p.name}（{p.branch or '无分公司'}，手上未结 {p.open_demands} 条）" for p in routing.proposals[:6]
        )
        why = f"几位同样合适：{listed}" if listed else "通讯录里没有合适的人"
        raise Refused(
            why, f"指明一位：demandctl assign {demand.id} 姓名；或转领导：demandctl assign {demand.id} --leader"
        )
    return routing.proposals[0]
