"""Who should get a demand, read from the ledger: the reading side of routing."""

from __future__ import annotations

from typing import NamedTuple

from demandctl.core.routing import Candidate, Need, Routing, accused_of, branch_of, route, takers, wrong_role
from demandctl.errors import NotFound
from demandctl.queries.contacts import read_contacts
from demandctl.queries.customers import CustomerFilter, read_customers
from demandctl.queries.demands import DemandView
from demandctl.queries.groups import whose
from demandctl.queries.reader import Reader
from demandctl.vocabulary import Kind, Role, subtype_label

_IN_HAND = (
    "SELECT handler_id, count(*) FROM demand WHERE closed_at IS NULL AND handler_id IS NOT NULL GROUP BY handler_id"
)


def candidates(reader: Reader, *, loaded: bool = False) -> list[Candidate]:
    """The directory as routing sees it; *loaded* with how many demands each has in hand."""
    in_hand = dict(map(tuple, reader.rows(_IN_HAND))) if loaded else {}
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
            open_demands=in_hand.get(c.id, 0),
        )
        for c in read_contacts(reader, everybody=True)
    ]


def for_demand(reader: Reader, demand: DemandView) -> Routing:
    """Proposals for a demand."""
    return route(need_of(reader, demand), candidates(reader, loaded=True))


def need_of(reader: Reader, demand: DemandView) -> Need:
    """What routing has to know of a demand."""
    need = Need(
        kind=demand.kind,
        subtype=demand.subtype,
        region=demand.region,
        product=demand.product,
        owner_id=_owner(reader, demand.customer.code),
        accused=demand.content if demand.kind is Kind.COMPLAINT else "",
        accused_id=demand.accused.id if demand.accused else None,
    )
    return need.out_of_group(*whose(reader, demand.group or ""))


def role_wanted(demand: DemandView) -> Role:
    """The role that takes such a demand in hand."""
    return next((step for step in takers(demand.kind, demand.subtype) if isinstance(step, Role)), Role.EXPERT)


class Doubt(NamedTuple):
    """Why somebody should perhaps not get a demand; *grave*: he is the one complained of, by name."""

    text: str
    grave: bool = False


def doubt(reader: Reader, demand: DemandView, person_id: int) -> Doubt | None:
    """What speaks against giving a demand to somebody of the directory."""
    need, person = need_of(reader, demand), next(c for c in candidates(reader) if c.id == person_id)
    if accused_of(need, person):
        named = demand.accused is not None
        said = "是被投诉的人" if named else "可能就是客户投诉的人"
        return Doubt(f"{person.name} {said}", named)
    takers = "" if need.owner_id == person_id else wrong_role(need, person)
    sub = subtype_label(demand.kind, demand.subtype)
    about = f"{demand.kind.label}{f'·{sub}' if sub else ''}"
    label = Role(person.role).label
    return Doubt(f"{person.name} 是{label}，{demand.subject} 是{about}，一般派给{takers}") if takers else None


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
    return route(
        Need(kind=kind, subtype=subtype, region=region, product=product, owner_id=owner),
        candidates(reader, loaded=True),
    )


def branch_for(reader: Reader, region: str, group: str) -> str:
    """The branch that a demand of a place and a group would belong to; empty for none."""
    return branch_of(None, None, region, whose(reader, group).branch, candidates(reader)).name


def _owner(reader: Reader, code: str) -> int | None:
    row = reader.sql.execute("SELECT owner_id FROM customer WHERE id = ?", (int(code[1:]),)).fetchone()
    return row[0] if row else None
