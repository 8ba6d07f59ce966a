"""Whom to visit, and why: what is owed about visits, one entry a customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from demandctl.config import rules_text
from demandctl.core.rules import Rule, read_rules
from demandctl.queries.deadlines import Due, visits_owed
from demandctl.queries.people import CustomerName
from demandctl.queries.reader import Reader
from demandctl.vocabulary import RevisitKind

WEEK = timedelta(days=7)
"""How far the plan looks ahead unless it is told otherwise."""


class VisitOwed(NamedTuple):
    """A customer who is to be visited, with all that asks for it, the most pressing first."""

    customer: CustomerName
    dues: tuple[Due, ...]

    @property
    def due_at(self) -> datetime:
        """When the first of them is due."""
        return self.dues[0].due_at

    @property
    def why(self) -> str:
        """All the reasons."""
        named = (due.rule_name + (f"（D{due.demand}）" if due.demand else "") for due in self.dues)
        return "、".join(dict.fromkeys(named))

    @property
    def planned(self) -> int | None:
        """The visit that is planned already."""
        return next((due.revisit for due in self.dues if due.revisit), None)

    @property
    def demand(self) -> int | None:
        """The demand that a visit would be about."""
        return next((due.demand for due in self.dues if due.demand), None)


def customers_to_visit(reader: Reader, horizon: timedelta = WEEK) -> list[VisitOwed]:
    """The customers who are to be visited until some time from now."""
    found: dict[str, list[Due]] = {}
    for due in visits_owed(reader, horizon):
        if due.customer:
            found.setdefault(due.customer.code, []).append(due)
    return [VisitOwed(dues[0].customer, tuple(dues)) for dues in found.values() if dues[0].customer]


def kind_of_visit(reader: Reader, owed: VisitOwed) -> RevisitKind:
    """What kind of visit the reasons ask for: the first that asks for more than the regular one."""
    rules = {rule.id: rule for rule in read_rules(rules_text(reader.context.config)[0])[0].rules}
    kinds = (_kind(rules[due.rule]) for due in owed.dues if due.rule in rules)
    return next((kind for kind in kinds if kind is not RevisitKind.REGULAR), RevisitKind.REGULAR)


def _kind(rule: Rule) -> RevisitKind:
    if rule.group == "inactivity":
        return RevisitKind.INACTIVE
    return RevisitKind.AFTER_SALE if "sale" in rule.starts else RevisitKind.REGULAR
