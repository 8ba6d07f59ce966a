"""What somebody holds: his open demands, what waits for his word, and the customers he looks after. Reading only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from demandctl.errors import NotFound
from demandctl.language import places
from demandctl.language.subject import About, Subject
from demandctl.queries.people import CustomerName
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.store.conditions import is_open
from demandctl.vocabulary import Kind

KINDS = {
    "demands": "负责的需求",
    "referred": "待指派的需求",
    "escalated": "升级给他的问题",
    "branch": "待分公司响应的需求",
    "revisits": "上报给他的回访问题",
    "customers": "客户",
}
"""What can be held, in the order it is listed."""

_ABOUT = {"revisits": About.REVISIT, "customers": About.CUSTOMER}
"""What is no demand."""

_DEMAND = (
    "SELECT DISTINCT d.id, d.kind, d.region, d.content, c.id AS c_id, c.name AS c_name, c.region AS c_region "
    "FROM demand AS d JOIN customer AS c ON c.id = d.customer_id "
)
_QUERIES = {
    "demands": _DEMAND + "WHERE d.handler_id = :who AND d.closed_at IS NULL ORDER BY d.id",
    "referred": _DEMAND + "WHERE d.leader_id = :who AND d.status = 'referred' ORDER BY d.id",
    "escalated": _DEMAND + "JOIN deadline AS l ON l.demand_id = d.id AND l.about = 'demand' "
    f"WHERE l.owner_id = :who AND l.owed_by = 'escalated' AND {is_open()} ORDER BY d.id",
    "branch": _DEMAND + "JOIN deadline AS l ON l.demand_id = d.id AND l.about = 'demand' "
    f"WHERE l.owner_id = :who AND l.owed_by = 'branch' AND {is_open()} ORDER BY d.id",
    "revisits": "SELECT r.id, NULL AS kind, c.region, r.problem AS content, c.id AS c_id, c.name AS c_name, "
    "c.region AS c_region FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id "
    "WHERE r.escalated_to = :who AND r.solved_at IS NULL ORDER BY r.id",
    "customers": "SELECT id, NULL AS kind, region, company AS content, id AS c_id, name AS c_name, region AS c_region "
    "FROM customer WHERE owner_id = :who AND erased_at IS NULL ORDER BY id",
}


class Holding(View):
    """One thing that somebody holds; ``subject`` is the demand, the revisit or the customer."""

    unsaid = frozenset({"subject"})

    what: str
    demand: int | None
    revisit: int | None
    customer: CustomerName
    kind: Kind | None
    region: str | None
    about: str | None
    subject: Subject


def _lies_in(place: str, region: str) -> bool:
    return places.narrowness(region, place) is not None or region in place


class HeldPart(NamedTuple):
    """Which part of it is meant; empty means all. A kind or a demand number leaves out what is no demand."""

    only: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    demands: frozenset[int] = frozenset()
    customers: frozenset[int] = frozenset()

    def covers(self, held: Holding) -> bool:
        """Whether a holding is meant."""
        picked = self.demands or self.customers
        tests = (
            not self.only or held.what in self.only,
            not self.kinds or held.kind in self.kinds,
            not self.regions or any(_lies_in(held.region or "", region) for region in self.regions),
            not picked or self._names(held),
        )
        return all(tests)

    def _names(self, held: Holding) -> bool:
        if held.demand is None:
            return held.customer.subject.number in self.customers
        return held.demand in self.demands


def held_by(reader: Reader, contact_id: int, part: HeldPart | None = None) -> list[Holding]:
    """All that a contact holds, or the part of it that is meant."""
    found = [_holding(what, row) for what, query in _QUERIES.items() for row in reader.rows(query, {"who": contact_id})]
    # A demand that is his and also escalated to him is listed for each: each has its own clock.
    return [holding for holding in found if part is None or part.covers(holding)]


def _holding(what: str, row: Row) -> Holding:
    subject = Subject(_ABOUT.get(what, About.DEMAND), row["id"])
    return Holding(
        what=what,
        demand=subject.number if subject.about is About.DEMAND else None,
        revisit=subject.number if subject.about is About.REVISIT else None,
        customer=CustomerName(code=Subject.customer(row["c_id"]).code, name=row["c_name"]),
        kind=Kind(row["kind"]) if row["kind"] else None,
        region=row["region"] or row["c_region"] or None,
        about=row["content"] or None,
        subject=subject,
    )


def require_all(part: HeldPart, found: Iterable[Holding]) -> None:
    """NotFound for a demand or a customer that was named and is not his."""
    found = list(found)
    demands = {Subject.demand(number) for number in part.demands} - {h.subject for h in found}
    customers = {Subject.customer(number) for number in part.customers} - {
        h.customer.subject for h in found if not h.demand
    }
    names = [subject.code for lacking in (demands, customers) for subject in sorted(lacking)]
    if names:
        raise NotFound(f"{'、'.join(names)} 不在他手里", "看看他手里有什么：demandctl handover 交出人 接手人 --dry-run")
