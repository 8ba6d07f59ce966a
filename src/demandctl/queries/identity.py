"""Who is known already: the customer of a number, the look-alikes of a name, the open demand that is the same one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from demandctl.core.identity import Identity
from demandctl.core.lifecycle import SAME_DEMAND_DAYS
from demandctl.language.pinyin import spelled
from demandctl.queries.reader import Reader
from demandctl.store.values import stored
from demandctl.vocabulary import AliasKind, Kind

FURTHER = (
    "(SELECT json_group_array(json_array(a.kind, a.value)) "
    "FROM (SELECT kind, value FROM alias WHERE customer_id = c.id ORDER BY id) AS a)"
)
"""By what customer ``c`` is known beside his own row: pairs of kind and value, as :func:`further` reads them."""
ALSO = "EXISTS (SELECT 1 FROM alias AS a WHERE a.customer_id = {0} AND {1})"
"""A test that a customer, by the column that holds his number, is known by something further, ``a``."""


class Further(NamedTuple):
    """By what a customer is known beside his own row."""

    phones: list[str]
    wechats: list[str]
    names: list[str]


def further(pairs: str) -> Further:
    """What ``FURTHER`` gave."""
    found = json.loads(pairs) if pairs != "[]" else []
    return Further(*([value for kind, value in found if kind == wanted] for wanted in AliasKind))


def holder(reader: Reader, kind: AliasKind, value: str) -> int | None:
    """The customer of a phone or a WeChat id, his first or a further one; of one who was merged whom he has become."""
    if not value:
        return None
    found = reader.sql.execute(
        f"SELECT coalesce(merged_into, id) FROM customer WHERE {kind} = :value AND {kind} <> '' AND erased_at IS NULL "
        "UNION ALL SELECT customer_id FROM alias WHERE kind = :kind AND value = :value LIMIT 1",
        {"kind": kind.value, "value": value},
    ).fetchone()
    return found[0] if found else None


def namesakes(reader: Reader, who: Identity) -> list[tuple[int, Identity]]:
    """The customers who are called as he is, in the order of their codes."""
    keys = {key for name in (who.name, who.nickname) if name for key in spelled(name).split()[:1]}
    alike = " OR ".join(["0", *("instr(' ' || c.pinyin || ' ', ' ' || ? || ' ')" for _ in keys)])
    rows = reader.rows(
        f"SELECT c.id, {FURTHER}, c.name, c.nickname, c.phone, c.wechat, c.region FROM customer AS c "
        "WHERE c.erased_at IS NULL AND c.merged_into IS NULL AND (c.name IN (?, ?) OR c.nickname IN (?, ?) "
        f"OR {ALSO.format('c.id', 'a.value IN (?, ?)')} OR {alike}) ORDER BY c.id",
        (*(who.name, who.nickname) * 3, *keys),
    )
    found = ((row[0], Identity(*row[2:])._replace(also=tuple(further(row[1]).names))) for row in rows)
    return [(number, known) for number, known in found if known.names & who.names]


def same_demand(reader: Reader, customer_id: int, kind: Kind, raised_at: datetime) -> int | None:
    """The open demand of the same kind that the customer raised within some days before: the same thing once more."""
    row = reader.sql.execute(
        "SELECT id FROM demand WHERE customer_id = ? AND kind = ? AND closed_at IS NULL AND raised_at >= ? "
        "ORDER BY id DESC LIMIT 1",
        (customer_id, kind.value, stored(raised_at - timedelta(days=SAME_DEMAND_DAYS))),
    ).fetchone()
    return row[0] if row else None
