"""How often we urged somebody about a demand, and when last."""

from __future__ import annotations

from datetime import datetime

from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.vocabulary import NoteKind

NUDGED = f"""(SELECT count(*) || ' ' || coalesce(max(n.at), '') FROM follow_up AS n
WHERE n.demand_id = d.id AND n.note = '{NoteKind.NUDGE}') AS nudged"""
"""The nudges of demand ``d`` as one column."""


class Nudges(View):
    """How often, and when last."""

    count: int
    last: datetime | None


def nudges_of(reader: Reader, row: Row) -> Nudges:
    """The nudges out of a row."""
    count, _, last = row["nudged"].partition(" ")
    return Nudges(count=int(count), last=reader.local(last or None))
