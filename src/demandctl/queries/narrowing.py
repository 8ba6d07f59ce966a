"""Filters whose values add up, as SQL: the values are one bound parameter, a JSON list; none lets everything pass."""

from __future__ import annotations

import json
from collections.abc import Iterable


def bound(values: Iterable[str]) -> str:
    """The values as the parameter that the tests below name."""
    return json.dumps([*values], ensure_ascii=False)


def is_one(expression: str, name: str) -> str:
    """A test that an expression is one of the values."""
    return f"(:{name} = '[]' OR {expression} IN (SELECT value FROM json_each(:{name})))"


def holds_one(expression: str, name: str) -> str:
    """A test that an expression has one of the values in it."""
    return any_of(f"{expression} LIKE '%' || one.value || '%'", name)


def any_of(test: str, name: str) -> str:
    """A test that passes for one of the values, which it calls ``one.value``."""
    return f"(:{name} = '[]' OR EXISTS (SELECT 1 FROM json_each(:{name}) AS one WHERE {test}))"


BRANCH = "coalesce(nullif(d.branch, ''), o.branch, '')"
"""The branch of a visit: that of its demand ``d``, else that of the customer's own salesman or serviceman ``o``."""
OF_BRANCH = holds_one(BRANCH, "branch")
OWED_BRANCH = "CASE WHEN l.demand_id IS NULL THEN coalesce(o.branch, '') ELSE d.branch END"
"""The branch of a deadline ``l``: its demand's, whoever is late; without a demand that of the contact who owes it."""
