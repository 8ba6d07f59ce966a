"""Revisits as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from demandctl.errors import NotFound
from demandctl.language.subject import Subject
from demandctl.queries.attachments import AttachmentView, attachments_of
from demandctl.queries.columns import columns
from demandctl.queries.deadlines import Clock, deadlines_of
from demandctl.queries.narrowing import bound, is_one
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

_REVISIT = """
SELECT r.*, c.name AS c_name, c.phone AS c_phone, c.company AS c_company, c.region AS c_region, c.address AS c_address,
       e.name AS e_name
FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id LEFT JOIN contact AS e ON e.id = r.escalated_to
"""


class VisitedCustomer(CustomerBrief):
    """The customer of a revisit."""

    address: str


class RevisitView(View):
    """A revisit 回访 as lists have it. What nobody said is None."""

    id: int
    customer: VisitedCustomer
    demand: int | None
    kind: RevisitKind
    method: Method | None
    planned_at: datetime | None
    visited_at: datetime | None
    call_back_at: datetime | None
    product_rating: Satisfaction | None
    attitude: Satisfaction | None
    speed: Satisfaction | None
    promise: Satisfaction | None
    satisfaction: Satisfaction | None
    reachable: bool | None
    recommend: bool | None
    would_continue: bool | None
    dissatisfaction: str | None
    heard_from: str | None
    suggestion: str | None
    inactive_reason: str | None
    problem: str | None
    department: str | None
    visitor: str | None
    note: str | None
    urgent: bool
    plan: str | None
    escalated_to: str | None
    escalated_at: datetime | None
    escalation_problem: str | None
    escalation_within: str | None
    forwarded_at: datetime | None
    contacted_at: datetime | None
    solved_at: datetime | None
    recorded_at: datetime | None

    @property
    def subject(self) -> Subject:
        """What it is called by."""
        return Subject.revisit(self.id)


class RevisitInFull(RevisitView):
    """A revisit with its deadlines and what is attached to it."""

    deadlines: list[Clock]
    attachments: list[AttachmentView]


def read_revisits(
    reader: Reader,
    *,
    customers: Iterable[int] = (),
    kinds: Iterable[str] = (),
    open_only: bool = False,
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[RevisitView]:
    """Revisits by their planned or actual time."""
    rows = reader.stream(
        _REVISIT + f"WHERE {is_one('r.customer_id', 'customers')} AND {is_one('r.kind', 'kinds')} "
        "AND (NOT :open OR c.erased_at IS NULL AND (r.recorded_at IS NULL "
        "OR (r.problem <> '' AND r.urgent AND r.solved_at IS NULL) "
        "OR (r.forwarded_at IS NOT NULL AND r.solved_at IS NULL))) "
        "AND (:since = '' OR coalesce(r.visited_at, r.planned_at) >= :since) "
        "AND (:until = '' OR coalesce(r.visited_at, r.planned_at) < :until) "
        "ORDER BY coalesce(r.visited_at, r.planned_at), r.id LIMIT :limit",
        {"customers": json.dumps([*customers]), "kinds": bound(kinds), "open": open_only,
         "since": since, "until": until, "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [revisit_view(reader, row) for row in rows]


def read_revisit(reader: Reader, number: int) -> RevisitInFull:
    """One revisit with its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_REVISIT + "WHERE r.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有{Subject.revisit(number).words}", "看看有哪些：demandctl revisit list")
    subject = Subject.revisit(number)
    return RevisitInFull.with_more(
        revisit_view(reader, row),
        deadlines=deadlines_of(reader, subject),
        attachments=attachments_of(reader, subject),
    )


def revisit_view(reader: Reader, row: Row) -> RevisitView:
    """A revisit out of its row, with its customer and to whom it was escalated."""
    return RevisitView(
        id=row["id"],
        customer=VisitedCustomer(
            code=Subject.customer(row["customer_id"]).code,
            name=row["c_name"],
            phone=row["c_phone"],
            company=row["c_company"],
            region=row["c_region"],
            address=row["c_address"],
        ),
        demand=row["demand_id"],
        escalated_to=row["e_name"],
        **columns(reader, "revisit", row, without=frozenset({"demand_id"})),
    )
