"""What leaders and departments read: the columns of each form that fit the width of a page.

They do so also in LibreOffice without the fonts of Excel, where a column is a third wider.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from demandctl.exports.columns import CUSTOMERS, DEMANDS, REVISITS, FormColumn, named, of, picked, plain, shown
from demandctl.exports.rows import RevisitRow
from demandctl.language.display import lateness
from demandctl.queries.deadlines import Due
from demandctl.queries.view import View
from demandctl.store.fields import RATINGS, called

LATEST = FormColumn("last_follow_up", "最新进度", 20, plain("last_follow_up"))
DEMANDS_PRINTED = (
    *picked(DEMANDS, number=7, raised_at=12, kind=6, customer_name=10, customer_phone=13, region=9, content=22,
            handler_name=8),
    LATEST,
    *picked(DEMANDS, status=8, standing=9),
)  # fmt: skip
REVISITS_PRINTED = picked(
    REVISITS, id=7, customer_name=10, customer_phone=13, customer_region=9, kind=9, visited_at=12, satisfaction=8,
    dissatisfaction=15, suggestion=15, problem=17, department=9,
)  # fmt: skip
CUSTOMERS_PRINTED = picked(
    CUSTOMERS, code=8, name=10, phone=13, company=16, region=9, value=6, stage=6, owner=8, demand_count=7,
    open_count=7, last_demand_at=12, note=22,
)  # fmt: skip
NEW = picked(
    DEMANDS, number=7, raised_at=17, kind=6, subtype=9, customer_name=10, customer_phone=13, region=9, content=25,
    urgency=6, handler_name=8, status=7, standing=7,
)  # fmt: skip
OPEN = (
    *picked(DEMANDS, number=7, raised_at=12, kind=6, customer_name=10, customer_phone=13, region=9, content=19,
            handler_name=8, last_follow_up_at=12),
    LATEST,
    *picked(DEMANDS, standing=8),
)  # fmt: skip
CLOSED = picked(
    DEMANDS, number=7, closed_at=12, kind=6, customer_name=10, customer_phone=13, content=22, branch=11,
    handler_name=8, outcome=8, amount=13, reason=14,
)  # fmt: skip
VISITED = picked(
    REVISITS, id=7, customer_name=10, customer_phone=13, kind=9, planned_at=12, visited_at=12, satisfaction=7,
    dissatisfaction=14, suggestion=14, problem=14, department=8, form_in_time=6,
)  # fmt: skip


def _ratings(row: RevisitRow) -> str:
    """What a revisit found of each, but the whole, a line each."""
    given = ((called("revisit", name), getattr(row, name)) for name in RATINGS if name != "satisfaction")
    return "\n".join(f"{name} {rating.label}" for name, rating in given if rating)


_BESIDE = ("heard_from", "recommend", "inactive_reason", "would_continue", "note")


def _beside(row: RevisitRow) -> str:
    """What was said beside, a line each with its name."""
    given = ((called("revisit", name), shown("revisit", name)(row)) for name in _BESIDE)
    return "\n".join(f"{name}：{value}" for name, value in given if value)


COMPILED = (
    *picked(REVISITS, id=7, customer_name=10, customer_phone=13, kind=9, visited_at=12),
    FormColumn("ratings", "各项评价", 14, _ratings),
    *picked(REVISITS, satisfaction=7, dissatisfaction=13, suggestion=13, problem=14),
    FormColumn("beside", "其他", 13, _beside),
)
OVERDUE = (
    FormColumn("number", "编号", 7, plain("number"), "code"),
    named("demand", "kind", 6, "kind", "kind"),
    named("demand", "customer_id", 12, "customer", "customer"),
    of("demand", "region", 9),
    of("deadline", "what", 22),
    named("deadline", "owner_id", 10, "who", "who"),
    of("contact", "phone", 13),
    of("demand", "branch", 11),
    of("deadline", "due_at", 17),
    FormColumn("late", "超时多久", 17, plain("late"), "code"),
)


class OverdueRow(View):
    """Something overdue as a row of a form."""

    number: str
    kind: str
    customer: str
    region: str
    what: str
    who: str
    phone: str
    branch: str
    due_at: datetime
    late: str


def overdue(found: Iterable[Due]) -> list[OverdueRow]:
    """What is overdue and who owes it, as rows of the form."""
    return [
        OverdueRow(
            number=due.subject.code,
            kind=due.kind.label if due.kind else "",
            customer=due.customer.name if due.customer else "",
            region=due.region,
            what=due.what,
            who=due.owed_by.name,
            phone=due.owed_by.phone,
            branch=due.branch or "",
            due_at=due.due_at,
            late=f"超时 {how_late(due)}",
        )
        for due in found
    ]


def how_late(due: Due) -> str:
    """How late something is, and how often in a row it was missed."""
    repeated = f"，连续{due.missed}次" if (due.missed or 0) > 1 else ""
    return f"{lateness(due.late_minutes, due.workday_minutes) if due.late_minutes else '刚过'}{repeated}"
