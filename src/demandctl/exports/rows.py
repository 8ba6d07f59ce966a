"""The rows of the forms, streamed one at a time: several ordered streams merged, never one query a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from demandctl.core.parts import RulePart
from demandctl.language.story import StoryLine, as_line
from demandctl.language.subject import About, Subject
from demandctl.queries.attachments import attachment_view
from demandctl.queries.belongings import (
    CreditView,
    GreetingView,
    HisMachine,
    OrderView,
    credit_view,
    greeting_view,
    his_machine,
    order_view,
)
from demandctl.queries.contacts import ContactView, read_contacts
from demandctl.queries.customers import OF_CUSTOMER, CustomerView, customer_view
from demandctl.queries.deadlines import clock_of, stream_deadlines
from demandctl.queries.demands import DemandView, Filter, demand_condition, demand_view, stream_demands
from demandctl.queries.groups import GroupView, read_groups
from demandctl.queries.history import (
    ESCALATED,
    TO_WHOM,
    AssignmentView,
    EscalationView,
    FollowUpView,
    assignment_view,
    escalation_view,
    follow_up_view,
)
from demandctl.queries.narrowing import OF_BRANCH, bound, holds_one, is_one
from demandctl.queries.people import CustomerName, person_of
from demandctl.queries.reader import Reader, Row
from demandctl.queries.revisits import RevisitView, revisit_view
from demandctl.queries.services import ServiceView, service_view, sums_of
from demandctl.queries.verdicts import judged
from demandctl.queries.view import View
from demandctl.store.conditions import is_open
from demandctl.store.values import stored
from demandctl.vocabulary import SPOKEN, NoteKind, Route


class Asked(NamedTuple):
    """What an export is asked for; times as the ledger stores them, empty for no bound, ``until`` excluded."""

    since: str = ""
    until: str = ""
    branch: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    open_only: bool = False

    @property
    def demands(self) -> Filter:
        """The same as a filter of demands."""
        return Filter(
            kind=self.kind, branch=self.branch, since=self.since, until=self.until, open_only=self.open_only
        )  # fmt: skip


class Reckoned(View):
    """What the follow-ups, assignments, escalations and deadlines of a demand come to."""

    position: int
    assigned_at: datetime | None
    first_response_at: datetime | None
    follow_up_count: int
    last_follow_up_at: datetime | None
    last_follow_up: str
    story: str
    escalated_at: datetime | None
    breaches: int


class DemandRow(DemandView, Reckoned):
    """A demand as a row of a form; JSON has what is reckoned apart."""

    unsaid = frozenset(Reckoned.__annotations__)


class FollowUpRow(FollowUpView):
    """A follow-up as a row of a form."""

    demand: int
    customer: CustomerName


class AssignmentRow(AssignmentView):
    """An assignment as a row of a form."""

    demand: int
    customer: CustomerName
    operator: str


class ServiceRow(ServiceView):
    """A service step as a row of a form."""

    demand: int
    customer: CustomerName


class EscalationRow(EscalationView):
    """An escalation as a row of a form."""

    demand: int
    customer: CustomerName


class RevisitRow(RevisitView):
    """A revisit as a row of a form; ``form_late`` is None while it is not decided."""

    unsaid = frozenset({"position", "compiled_for", "form_late"})

    position: int
    compiled_for: str
    form_late: bool | None


class CustomerRow(CustomerView):
    """A customer as a row of a form."""

    demand_count: int
    open_count: int
    last_demand_at: datetime | None
    last_visit_at: datetime | None


class Merged:
    """A stream of rows ordered by a number, handed out number by number as another stream in that order asks."""

    def __init__(self, rows: Iterator[Row], key: str = "demand_id") -> None:
        self._rows, self._key = rows, key
        self._ahead = next(rows, None)

    def of(self, number: int) -> list[Row]:
        """The rows of a number that is not smaller than any asked for before."""
        ahead, key, rows = self._ahead, self._key, self._rows
        while ahead is not None and ahead[key] < number:
            ahead = next(rows, None)
        found = []
        while ahead is not None and ahead[key] == number:
            found.append(ahead)
            ahead = next(rows, None)
        self._ahead = ahead
        return found


_SAID = """
SELECT demand_id, at, by_name, phone, internal, note, to_name, stage, text, next_at, next_plan, wait_until
FROM follow_up WHERE at <= ? ORDER BY demand_id, at, id
"""
_ASSIGNMENTS = """
SELECT a.*, t.name AS to_name, t.phone AS to_phone, f.name AS from_name
FROM assignment AS a JOIN contact AS t ON t.id = a.to_id LEFT JOIN contact AS f ON f.id = a.from_id
ORDER BY a.demand_id, a.at, a.id
"""
_ESCALATIONS = f"""
SELECT e.*, {ESCALATED} FROM escalation AS e {TO_WHOM.format("e")} ORDER BY e.demand_id, e.id
"""
_LATE = f"""
SELECT l.* FROM deadline AS l WHERE l.demand_id IS NOT NULL AND l.about = 'demand' AND (
    l.missed > 0 OR l.met_at > l.due_at OR l.voided_at > l.due_at
    OR ({is_open()} AND l.due_at < :now)
) ORDER BY l.demand_id
"""


def demands(reader: Reader, asked: Filter) -> Iterator[DemandRow]:
    """The demands that a filter lets through, oldest first, with what their follow-ups and deadlines come to.

    A reader that looks from the past sees what was on record by then: the last word, who had the demand, what was late.
    """
    now, at = stored(reader.now), reader.local
    follow_ups = Merged(reader.stream(_SAID, (now,)))
    assignments = Merged(
        reader.stream("SELECT demand_id, at FROM assignment WHERE at <= ? ORDER BY demand_id, at, id", (now,))
    )
    escalations = Merged(
        reader.stream("SELECT demand_id, at FROM escalation WHERE at <= ? ORDER BY demand_id, at", (now,))
    )
    late = Merged(reader.stream(_LATE, {"now": now}))
    for position, row in enumerate(stream_demands(reader, asked), 1):
        demand, number = demand_view(reader, row), row["id"]
        written, handed, escalated = follow_ups.of(number), assignments.of(number), escalations.of(number)
        told = [entry for entry in written if entry["note"] == NoteKind.FOLLOW_UP]
        answered = next((entry["at"] for entry in told if not entry["internal"]), None)
        yield DemandRow.with_more(
            demand,
            position=position,
            assigned_at=at(handed[-1]["at"]) if handed and (demand.handler or demand.leader) else None,
            first_response_at=demand.raised_at if demand.channel in SPOKEN else at(answered),
            follow_up_count=len(told),
            last_follow_up_at=at(told[-1]["at"]) if told else None,
            last_follow_up=told[-1]["text"] if told else "",
            story="\n".join(_told(reader, entry) for entry in written),
            escalated_at=at(escalated[-1]["at"]) if escalated else None,
            breaches=sum(not kept for entry in late.of(number) for _, kept in judged(reader, entry, now)),
        )


def open_demands(reader: Reader, asked: Filter) -> Iterator[DemandRow]:
    """The demands that were open at the reader's moment, each with whom it had then."""
    now = stored(reader.now)
    found = demands(reader, asked._replace(open_at=now))
    if reader.now == reader.context.now:
        yield from found
        return
    held = Merged(reader.stream(_HELD, (now,)))
    for row in found:
        steps = held.of(row.number)
        handler = person_of(steps[-1], "t", steps[-1]["to_id"]) if steps else None
        leads = bool(steps) and steps[-1]["how"] == Route.REFERRED
        yield DemandRow.with_more(row, handler=None if leads else handler, leader=handler if leads else row.leader)


_HELD = """
SELECT a.demand_id, a.to_id, a.how, t.name AS t_name, t.phone AS t_phone, t.branch AS t_branch, t.role AS t_role
FROM assignment AS a JOIN contact AS t ON t.id = a.to_id WHERE a.at <= ? ORDER BY a.demand_id, a.at, a.id
"""


def _told(reader: Reader, entry: Row) -> str:
    line = StoryLine(
        reader.at(entry["at"]), entry["by_name"], entry["phone"],
        nature(NoteKind(entry["note"]), entry["internal"], entry["to_name"]), entry["stage"], entry["text"],
        reader.local(entry["next_at"] or entry["wait_until"]), entry["next_plan"],
    )  # fmt: skip
    return as_line(line)


def nature(note: NoteKind, internal: bool, to: str | None) -> str:
    """What a follow-up was that was none with the customer: 内部, 没接通, 催办 and whom."""
    if note is NoteKind.FOLLOW_UP:
        return "内部" if internal else ""
    return f"{note.label} {to or ''}".strip()


def demand_objects(reader: Reader, found: Iterable[DemandRow]) -> Iterator[tuple[dict[str, object], DemandRow]]:
    """Demands as JSON has them, each with its row: follow-ups, assignments, escalations and deadlines too."""
    follow_ups = Merged(reader.stream("SELECT * FROM follow_up ORDER BY demand_id, at, id"))
    assignments = Merged(reader.stream(_ASSIGNMENTS))
    escalations = Merged(reader.stream(_ESCALATIONS))
    deadlines = Merged(stream_deadlines(reader, About.DEMAND))
    attached = Merged(reader.stream("SELECT * FROM attachment WHERE demand_id > 0 ORDER BY demand_id, id"))
    reopened = Merged(reader.stream(_REOPENED))
    services = Merged(reader.stream("SELECT * FROM service_step ORDER BY demand_id, at, id"))
    for row in found:
        number = row.number
        done = [service_view(reader, entry) for entry in services.of(number)]
        data = row.data() | {
            "deadlines": [clock_of(reader, entry) for entry in deadlines.of(number)],
            "follow_ups": [follow_up_view(reader, entry) for entry in follow_ups.of(number)],
            "assignments": [assignment_view(reader, entry) for entry in assignments.of(number)],
            "escalations": [escalation_view(reader, entry) for entry in escalations.of(number)],
            "attachments": [attachment_view(reader, entry) for entry in attached.of(number)],
            "services": done,
            "service_sums": sums_of(reader, done),
            "reopenings": [reader.at(entry["at"]) for entry in reopened.of(number)],
        }
        yield data, row


_REOPENED = """
SELECT demand_id, at FROM event WHERE about = 'demand' AND demand_id IS NOT NULL
AND ' ' || names || ' ' LIKE '% reopened %' ORDER BY demand_id, id
"""

_OF_DEMAND = """
JOIN demand AS d ON d.id = x.demand_id JOIN customer AS c ON c.id = d.customer_id
LEFT JOIN contact AS h ON h.id = d.handler_id
"""


def follow_ups(reader: Reader, asked: Filter, *, by_own_time: bool = False) -> Iterator[FollowUpRow]:
    """The follow-ups of the demands of a filter; with *by_own_time* its times are those of the follow-ups."""
    where, values = _child_condition(asked, by_own_time)
    last, customer = 0, None
    for row in reader.stream(
        f"SELECT x.*, d.customer_id, c.name AS c_name FROM follow_up AS x {_OF_DEMAND} WHERE {where} "
        "ORDER BY x.demand_id, x.at, x.id",
        values,
    ):
        number = row["demand_id"]
        customer = customer if number == last else _customer(row)
        last = number
        yield FollowUpRow.with_more(follow_up_view(reader, row), demand=number, customer=customer)


def assignments(reader: Reader, asked: Filter) -> Iterator[AssignmentRow]:
    """The assignments of the demands that a filter lets through."""
    where, values = _child_condition(asked, False)
    for row in reader.stream(
        "SELECT x.*, d.customer_id, c.name AS c_name, t.name AS to_name, t.phone AS to_phone, f.name AS from_name "
        f"FROM assignment AS x {_OF_DEMAND} JOIN contact AS t ON t.id = x.to_id "
        f"LEFT JOIN contact AS f ON f.id = x.from_id WHERE {where} ORDER BY x.demand_id, x.at, x.id",
        values,
    ):
        whose = {"demand": row["demand_id"], "customer": _customer(row), "operator": row["operator"]}
        yield AssignmentRow.with_more(assignment_view(reader, row), **whose)


def services(reader: Reader, asked: Filter) -> Iterator[ServiceRow]:
    """The service steps of the demands that a filter lets through."""
    where, values = _child_condition(asked, False)
    for row in reader.stream(
        f"SELECT x.*, d.customer_id, c.name AS c_name FROM service_step AS x {_OF_DEMAND} WHERE {where} "
        "ORDER BY x.demand_id, x.at, x.id",
        values,
    ):
        yield ServiceRow.with_more(service_view(reader, row), demand=row["demand_id"], customer=_customer(row))


def escalations(reader: Reader, asked: Filter) -> Iterator[EscalationRow]:
    """The escalations of the demands that a filter lets through."""
    where, values = _child_condition(asked, False)
    for row in reader.stream(
        f"SELECT x.*, d.customer_id, c.name AS c_name, {ESCALATED} FROM escalation AS x {_OF_DEMAND} "
        f"{TO_WHOM.format('x')} WHERE {where} ORDER BY x.demand_id, x.id",
        values,
    ):
        yield EscalationRow.with_more(escalation_view(reader, row), demand=row["demand_id"], customer=_customer(row))


def _customer(row: Row) -> CustomerName:
    return CustomerName(code=Subject.customer(row["customer_id"]).code, name=row["c_name"])


def _child_condition(asked: Filter, by_own_time: bool) -> tuple[str, dict[str, Any]]:
    if not by_own_time:
        return demand_condition(asked)
    where, values = demand_condition(asked._replace(since="", until=""))
    bounds = [f"x.at {sign} :{name}" for name, sign in (("since", ">="), ("until", "<")) if getattr(asked, name)]
    return " AND ".join([where, *bounds]), values | {"since": asked.since, "until": asked.until}


_REVISITS = f"""
SELECT r.*, c.name AS c_name, c.phone AS c_phone, c.company AS c_company, c.region AS c_region, c.address AS c_address,
       e.name AS e_name,
       coalesce(nullif(r.department, ''), nullif(d.branch, ''), nullif(o.branch, ''), '未分部门') AS compiled_for,
       (SELECT CASE WHEN met_at IS NOT NULL THEN met_at > due_at WHEN due_at < :now THEN 1 END FROM deadline
        WHERE revisit_id = r.id AND role = '{RulePart.FORM}' ORDER BY id DESC LIMIT 1) AS form_late
FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id LEFT JOIN contact AS e ON e.id = r.escalated_to
LEFT JOIN demand AS d ON d.id = r.demand_id LEFT JOIN contact AS o ON o.id = c.owner_id
WHERE (:since = '' OR coalesce(r.visited_at, r.planned_at) >= :since)
  AND (:until = '' OR coalesce(r.visited_at, r.planned_at) < :until)
  AND {is_one("r.kind", "kind")} AND (:department = '' OR compiled_for = :department)
  AND {OF_BRANCH}
  AND (NOT :open OR r.recorded_at IS NULL OR (r.problem <> '' AND r.urgent AND r.solved_at IS NULL)
       OR (r.forwarded_at IS NOT NULL AND r.solved_at IS NULL))
  AND (:id = 0 OR r.id = :id)
"""


def revisits(reader: Reader, asked: Asked, *, department: str = "", number: int = 0) -> Iterator[RevisitRow]:
    """Revisits by their actual, else planned time; of one department, or just one of them."""
    query = _REVISITS + "ORDER BY coalesce(r.visited_at, r.planned_at), r.id"
    found = reader.stream(query, _revisit_values(reader, asked, department, number))
    for position, row in enumerate(found, 1):
        yield RevisitRow.with_more(
            revisit_view(reader, row),
            position=position,
            compiled_for=row["compiled_for"],
            form_late=None if row["form_late"] is None else bool(row["form_late"]),
        )


def departments(reader: Reader, asked: Asked) -> list[str]:
    """Whom the revisits are compiled for: the responsible department, else the branch, in the order of their names."""
    query = f"SELECT DISTINCT compiled_for FROM ({_REVISITS}) ORDER BY compiled_for = '未分部门', compiled_for"
    return [row[0] for row in reader.rows(query, _revisit_values(reader, asked, "", 0))]


def _revisit_values(reader: Reader, asked: Asked, department: str, number: int) -> dict[str, Any]:
    return {
        "now": stored(reader.now), "since": asked.since, "until": asked.until, "kind": bound(asked.kind),
        "department": department, "branch": bound(asked.branch), "open": asked.open_only,
        "id": number,
    }  # fmt: skip


def contacts(reader: Reader, branches: Collection[str]) -> Iterator[ContactView]:
    """The whole directory, those who left too."""
    return iter(read_contacts(reader, branches=branches, everybody=True))


def groups(reader: Reader, branches: Collection[str]) -> Iterator[GroupView]:
    """The groups of some branches, all of them where none is named."""
    return (g for g in read_groups(reader) if not branches or any(name in (g.branch or "") for name in branches))


def customers(reader: Reader, branches: Collection[str]) -> Iterator[CustomerRow]:
    """All customers but the erased ones, those who were merged once, with how much they asked for."""
    for row in reader.stream(
        f"SELECT {OF_CUSTOMER}, coalesce(n.demands, 0) AS demand_count, coalesce(n.open, 0) AS open_count, "
        "n.latest AS last_demand_at, v.latest AS last_visit_at "
        "FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id "
        "LEFT JOIN (SELECT customer_id, count(*) AS demands, sum(closed_at IS NULL) AS open, max(raised_at) AS latest "
        "FROM demand GROUP BY customer_id) AS n ON n.customer_id = c.id "
        "LEFT JOIN (SELECT customer_id, max(visited_at) AS latest FROM revisit GROUP BY customer_id) AS v "
        "ON v.customer_id = c.id "
        f"WHERE c.erased_at IS NULL AND c.merged_into IS NULL AND {holds_one('o.branch', 'branch')} ORDER BY c.id",
        {"branch": bound(branches)},
    ):
        yield CustomerRow.with_more(
            customer_view(reader, row),
            demand_count=row["demand_count"],
            open_count=row["open_count"],
            last_demand_at=reader.local(row["last_demand_at"]),
            last_visit_at=reader.local(row["last_visit_at"]),
        )


class OrderRow(OrderView):
    """An order as a row of a form."""

    customer: CustomerName


class MachineRow(HisMachine):
    """A machine as a row of a form."""

    customer: CustomerName


class CreditRow(CreditView):
    """A change of credit as a row of a form."""

    customer: CustomerName


class GreetingRow(GreetingView):
    """A greeting as a row of a form."""

    customer: CustomerName


def orders(reader: Reader, branches: Collection[str]) -> Iterator[OrderRow]:
    """What customers ordered, customer by customer."""
    for row in _of_customers(reader, "purchase", "x.ordered_on", branches):
        yield OrderRow.with_more(order_view(reader, row), customer=_customer(row))


def machines(reader: Reader, branches: Collection[str]) -> Iterator[MachineRow]:
    """The machines that they use."""
    for row in _of_customers(reader, "machine", "x.id", branches):
        yield MachineRow.with_more(his_machine(reader, row), customer=_customer(row))


def credit_changes(reader: Reader, branches: Collection[str]) -> Iterator[CreditRow]:
    """What was applied for of limits and terms."""
    for row in _of_customers(reader, "credit", "x.id", branches):
        yield CreditRow.with_more(credit_view(reader, row), customer=_customer(row))


def greetings(reader: Reader, branches: Collection[str]) -> Iterator[GreetingRow]:
    """The greetings that were sent."""
    for row in _of_customers(reader, "greeting", "x.at", branches):
        yield GreetingRow.with_more(greeting_view(reader, row), customer=_customer(row))


def _of_customers(reader: Reader, table: str, order: str, branches: Collection[str]) -> Iterator[Row]:
    """The rows of a table that belongs to customers, of those who are exported."""
    return reader.stream(
        f"SELECT x.*, c.name AS c_name FROM {table} AS x JOIN customer AS c ON c.id = x.customer_id "
        "LEFT JOIN contact AS o ON o.id = c.owner_id "
        f"WHERE c.erased_at IS NULL AND {holds_one('o.branch', 'branch')} ORDER BY c.id, {order}, x.id",
        {"branch": bound(branches)},
    )
