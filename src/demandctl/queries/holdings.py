"""What somebody holds: his open demands, what waits for his word, and the customers he looks after. Reading only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from demandctl.errors import NotFound
from demandctl.language import places
from demandctl.language.subject import Subject
from demandctl.queries.reader import Reader, Row
from demandctl.store.conditions import is_open

KINDS = {
    "demands": "负责的需求",
    "referred": "待指派的需求",
    "escalated": "升级给他的问题",
    "branch": "待分公司响应的需求",
    "revisits": "上报给他的回访问题",
    "customers": "客户",
}
"""What can be held, in the order it is listed."""

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


class Holding(NamedTuple):
    """One thing that somebody holds; ``number`` is that of the demand, the revisit or the customer."""

    what: str
    number: int
    customer_id: int
    customer: str
    kind: str | None
    region: str
    about: str

    @property
    def code(self) -> str:
        """How people name it: D12, R3, K00001."""
        of = {"customers": Subject.customer, "revisits": Subject.revisit}.get(self.what, Subject.demand)
        return of(self.number).code

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        demand = self.number if self.what not in ("revisits", "customers") else None
        return {
            "what": self.what,
            "demand": demand,
            "revisit": self.number if self.what == "revisits" else None,
            "customer": {"code": Subject.customer(self.customer_id).code, "name": self.customer},
            "kind": self.kind,
            "region": self.region or None,
            "about": self.about or None,
        }


def _lies_in(place: str, region: str) -> bool:
    return places.narrowness(region, place) is not None or region in place


class Part(NamedTuple):
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
            not self.regions or any(_lies_in(held.region, region) for region in self.regions),
            not picked or self._names(held),
        )
        return all(tests)

    def _names(self, held: Holding) -> bool:
        if held.what in ("customers", "revisits"):
            return held.customer_id in self.customers
        return held.number in self.demands


def held_by(reader: Reader, contact_id: int, part: Part | None = None) -> list[Holding]:
    """All that a contact holds, or the part of it that is meant."""
    found = [_holding(what, row) for what, query in _QUERIES.items() for row in reader.rows(query, {"who": contact_id})]
    # A demand that is his and also escalated to him is listed for each: each has its own clock.
    return [holding for holding in found if part is None or part.covers(holding)]


def _holding(what: str, row: Row) -> Holding:
    return Holding(
        what, row["id"], row["c_id"], row["c_name"], row["kind"], row["region"] or row["c_region"] or "", row["content"]
    )


def require_all(part: Part, found: Iterable[Holding]) -> None:
    """NotFound for a demand or a customer that was named and is not his."""
    found = list(found)
    demands = part.demands - {h.number for h in found if h.what not in ("customers", "revisits")}
    customers = part.customers - {h.customer_id for h in found if h.what in ("customers", "revisits")}
    names = [Subject.demand(n).code for n in sorted(demands)] + [Subject.customer(n).code for n in sorted(customers)]
    if names:
        raise NotFound(f"{'、'.join(names)} 不在他手里", "看看他手里有什么：demandctl handover 交出人 接手人 --dry-run")
