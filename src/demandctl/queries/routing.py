"""Who should get a demand, read from the ledger: the reading side of routing."""

from __future__ import annotations

from demandctl.core.routing import Candidate, Need, Routing, branch_of, route
from demandctl.errors import NotFound
from demandctl.queries.contacts import read_contacts
from demandctl.queries.customers import CustomerFilter, read_customers
from demandctl.queries.demands import DemandView
from demandctl.queries.groups import whose
from demandctl.queries.reader import Reader


def candidates(reader: Reader) -> list[Candidate]:
    """The directory as routing sees it."""
    return [
        Candidate(
            id=c.id,
            name=c.name,
            role=c.role,
            branch=c.branch or "",
            regions=tuple(c.regions),
            products=tuple(c.products),
            skills=tuple(c.skills),
            leader=c.leader,
            phone=c.phone,
            active=c.active,
        )
        for c in read_contacts(reader, everybody=True)
    ]


def for_demand(reader: Reader, demand: DemandView) -> Routing:
    """Proposals for a demand."""
    need = Need(
        kind=demand.kind,
        subtype=demand.subtype,
        region=demand.region,
        product=demand.product,
        owner_id=_owner(reader, demand.customer.code),
        accused=demand.content,
    )
    return route(need.out_of_group(*whose(reader, demand.group or "")), candidates(reader))


def for_need(reader: Reader, *, kind: str, subtype: str | None, region: str, product: str, customer: str) -> Routing:
    """Proposals for a demand that is only thought of; a customer gives region and owner."""
    owner = None
    if customer:
        found = read_customers(reader, CustomerFilter(text=customer, limit=2))
        if len(found) != 1:
            raise NotFound(
                f"{'不止一位' if found else '没有'}客户“{customer[:40]}”", "看看有谁：demandctl customer list"
            )
        owner, region = _owner(reader, found[0].code), region or found[0].region
    return route(Need(kind=kind, subtype=subtype, region=region, product=product, owner_id=owner), candidates(reader))


def branch_for(reader: Reader, region: str, group: str) -> str:
    """The branch that a demand of a place and a group would belong to; empty for none."""
    return branch_of(None, None, region, whose(reader, group).branch, candidates(reader)).name


def _owner(reader: Reader, code: str) -> int | None:
    row = reader.sql.execute("SELECT owner_id FROM customer WHERE id = ?", (int(code[1:]),)).fetchone()
    return row[0] if row else None
