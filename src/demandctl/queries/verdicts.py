"""Whether what was owed was done in time, deadline by deadline; ``report`` and the workbooks make rates of it.

Met late, voided while overdue and overdue now are breaches; what was voided before it was due does not count, nor what
is still undecided. Of a repeating rule each occurrence counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from demandctl.queries.demands import Filter, demand_condition
from demandctl.queries.narrowing import OWED_BRANCH, bound, holds_one
from demandctl.queries.reader import Reader, Row
from demandctl.store.values import stored


class Verdict(NamedTuple):
    """Whether something owed was done in time."""

    rule: str
    rule_name: str
    branch: str
    handler: str
    kind: str
    kept: bool
    role: str


def verdicts(
    reader: Reader, *, span: tuple[str, str] = ("", "~"), branches: Collection[str] = (), demands: Filter | None = None
) -> Iterator[Verdict]:
    """What fell due in a span of stored times and is settled, of all subjects or of the demands of a filter."""
    condition, values = ("1", {}) if demands is None else demand_condition(demands)
    about = "" if demands is None else "AND l.about = 'demand'"
    query = f"""
        SELECT l.rule, l.rule_name, l.role, l.owed_by, l.due_at, l.met_at, l.voided_at, l.occurrences, l.ruleset_id,
               d.kind, {OWED_BRANCH} AS branch, o.name AS o_name
        FROM deadline AS l LEFT JOIN demand AS d ON d.id = l.demand_id LEFT JOIN customer AS c ON c.id = d.customer_id
        LEFT JOIN contact AS h ON h.id = d.handler_id LEFT JOIN contact AS o ON o.id = l.owner_id
        WHERE l.due_at < :span_end AND (l.due_at >= :span_start OR l.occurrences <> '') {about} AND {condition}
        AND {holds_one(OWED_BRANCH, "of_branch")}
    """
    now = stored(reader.now)
    values |= {"span_start": span[0], "span_end": span[1]}
    for row in reader.sql.execute(query, {"of_branch": bound(branches), **values}):
        for due_at, kept in judged(reader, row, now):
            if span[0] <= due_at < span[1]:
                handler = row["o_name"] if row["owed_by"] == "handler" else ""
                yield Verdict(
                    row["rule"], row["rule_name"], row["branch"], handler or "", row["kind"] or "", kept, row["role"]
                )


def judged(reader: Reader, row: Row, now: str) -> list[tuple[str, bool]]:
    """When a stored deadline was due and whether it was kept, for each occurrence; nothing while it is undecided."""
    met_at, voided_at = (at if at and at <= now else None for at in (row["met_at"], row["voided_at"]))
    end = met_at or voided_at or now
    if not row["occurrences"]:
        due_at = row["due_at"]
        return [(due_at, bool(met_at) and end <= due_at)] if met_at or end > due_at else []
    calendar = reader.calendar(row["ruleset_id"])
    closings = [(day, stored(calendar.closing(date.fromisoformat(day)))) for day in row["occurrences"].split()]
    judged = [(due_at, False) for _, due_at in closings if due_at < end]
    if met_at:
        met_day = calendar.local_day(datetime.fromisoformat(met_at)).isoformat()
        kept = [due_at for day, due_at in closings if due_at >= end and (not judged or day == met_day)]
        judged += [(due_at, True) for due_at in kept[:1]]
    return judged
