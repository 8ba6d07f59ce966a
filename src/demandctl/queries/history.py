"""What happened: to one demand its follow-ups, assignments and escalations; in all of the ledger its operations."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from demandctl.language.subject import About, Subject
from demandctl.queries.columns import columns
from demandctl.queries.demands import DemandInFull, read_demand
from demandctl.queries.narrowing import any_of, bound
from demandctl.queries.reader import Reader, Row
from demandctl.queries.services import ServiceSums, ServiceView, services_of, sums_of
from demandctl.queries.view import View
from demandctl.store.fields import TABLES, known
from demandctl.vocabulary import Method, NoteKind, Route


class FollowUpView(View):
    """A follow-up 跟进记录."""

    at: datetime
    by: str
    phone: str
    internal: bool
    method: Method | None
    stage: str | None
    text: str
    next_at: datetime | None
    next_plan: str | None
    wait_until: datetime | None
    resolved: bool
    note: NoteKind
    to: str | None


class AssignmentView(View):
    """An assignment 派单记录."""

    at: datetime
    from_: str | None
    to: str
    phone: str
    how: Route
    reason: str | None


class EscalationView(View):
    """An escalation 疑难升级: to whom, by when, and what came of it."""

    at: datetime
    to: str
    phone: str
    level: int
    problem: str
    within: str | None
    product: str | None
    tried: str | None
    due_at: datetime | None
    met_at: datetime | None
    done_at: datetime | None
    result: str | None


ESCALATED = "t.name, t.phone, l.due_at, l.met_at"
"""Beside a row of ``escalation``: to whom it went, and the clock that it started."""
TO_WHOM = """
JOIN contact AS t ON t.id = {0}.to_id LEFT JOIN deadline AS l ON l.id = (
    SELECT min(id) FROM deadline WHERE demand_id = {0}.demand_id AND owed_by = 'escalated' AND started_at = {0}.at
    AND owner_id = {0}.to_id
)
"""


class OperationView(View):
    """A command that wrote."""

    id: int
    at: datetime
    who: str
    command: str
    summary: str
    undoes: int | None
    undone_by: int | None


class History(View):
    """All that happened to a demand."""

    follow_ups: list[FollowUpView]
    assignments: list[AssignmentView]
    escalations: list[EscalationView]
    services: list[ServiceView]
    service_sums: ServiceSums
    operations: list[OperationView]


class DemandStory(DemandInFull, History):
    """A demand with its deadlines and all that happened to it."""


def read_story(reader: Reader, number: int) -> DemandStory:
    """One demand with everything; NotFound when there is none."""
    return DemandStory.with_more(read_demand(reader, number), **vars(history_of(reader, number)))


def history_of(reader: Reader, number: int) -> History:
    """What happened to a demand, each in its order."""
    rows = reader.stream
    told = rows("SELECT * FROM follow_up WHERE demand_id = ? ORDER BY at, id", (number,))
    handed = rows(
        "SELECT a.*, t.name AS to_name, t.phone AS to_phone, f.name AS from_name FROM assignment AS a "
        "JOIN contact AS t ON t.id = a.to_id LEFT JOIN contact AS f ON f.id = a.from_id "
        "WHERE a.demand_id = ? ORDER BY a.at, a.id",
        (number,),
    )
    raised = rows(
        f"SELECT e.*, {ESCALATED} FROM escalation AS e {TO_WHOM.format('e')} WHERE e.demand_id = ? ORDER BY e.id",
        (number,),
    )
    done = services_of(reader, number)
    return History(
        follow_ups=[follow_up_view(reader, row) for row in told],
        assignments=[assignment_view(reader, row) for row in handed],
        escalations=[escalation_view(reader, row) for row in raised],
        services=done,
        service_sums=sums_of(reader, done),
        operations=read_operations(reader, about=Subject.demand(number)),
    )


_BLANK = frozenset({"phone", "text"})
_NAMES = frozenset({"by_name", "to_name"})


def follow_up_view(reader: Reader, row: Row) -> FollowUpView:
    """A follow-up out of its row."""
    return FollowUpView(
        by=row["by_name"],
        to=row["to_name"] or None,
        **columns(reader, "follow_up", row, blank=_BLANK, without=_NAMES),
    )


def assignment_view(reader: Reader, row: Row) -> AssignmentView:
    """An assignment out of its row, with the names of both."""
    return AssignmentView(
        from_=row["from_name"],
        to=row["to_name"],
        phone=row["to_phone"],
        **columns(reader, "assignment", row),
    )


def escalation_view(reader: Reader, row: Row) -> EscalationView:
    """An escalation out of its row, with the name of whom it went to."""
    return EscalationView(
        to=row["name"],
        phone=row["phone"],
        due_at=reader.local(row["due_at"]),
        met_at=reader.local(row["met_at"]),
        **columns(reader, "escalation", row),
    )


def _touching(subject: Subject) -> str:
    """The operations that changed a subject of number ``:subject``, or a row of another table that is its own."""
    if subject.about is About.DEMAND:
        return "SELECT operation_id FROM change WHERE demand_id = :subject"
    column = f"{subject.about}_id"
    rows = {table: f"SELECT id FROM {table} WHERE {column} = :subject" for table in TABLES if known(table, column)}
    tests = [f"table_name = '{table}' AND row_id IN ({ids})" for table, ids in rows.items()]
    own = f"table_name = '{subject.about}' AND row_id = :subject"
    return f"SELECT operation_id FROM change WHERE {' OR '.join([own, *tests])}"


def read_operations(
    reader: Reader,
    *,
    about: Subject | None = None,
    who: Collection[str] = (),
    commands: Collection[str] = (),
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[OperationView]:
    """What was done, newest last: to one subject, by one person, by a command or its group, in a span of time."""
    tests = {
        f"id IN ({_touching(about)})" if about else "": about,
        any_of("instr(who, one.value) > 0", "who"): who,
        any_of("command = one.value OR command LIKE one.value || ' %'", "commands"): commands,
        "at >= :since": since,
        "at < :until": until,
    }
    where = " AND ".join(test for test, value in tests.items() if value) or "1"
    rows = reader.stream(
        f"SELECT * FROM (SELECT * FROM operation WHERE {where} ORDER BY id DESC LIMIT :limit) ORDER BY id",
        {"subject": about.number if about else None, "who": bound(who), "commands": bound(commands), "since": since,
         "until": until, "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [
        OperationView(
            id=row["id"],
            at=reader.at(row["at"]),
            who=row["who"],
            command=row["command"],
            summary=row["summary"],
            undoes=row["undoes"],
            undone_by=row["undone_by"],
        )
        for row in rows
    ]
