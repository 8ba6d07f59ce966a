"""The weekly round 周一反馈 (R 3.1, 3.2): who still owes a word about what, who waits, and what was put off.

A round is a week. What was answered needs no record of its own: a follow-up has met the clock. Only what the
specialist skipped is kept, by round, in the ledger's own table; it is no fact about a demand, so undo leaves it alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from demandctl.context import Context
from demandctl.core.parts import RulePart
from demandctl.db import connect
from demandctl.queries.deadlines import Due, running_deadlines
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.people import PersonView
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store.file import unusable
from demandctl.store.values import stored

SKIPS = "monday.skipped"
"""Key of the ledger table: the round's Monday and the numbers that were skipped in it."""


class LastWord(View):
    """What was said last about a demand."""

    at: datetime
    by: str
    stage: str | None
    text: str


class WaitingDemand(DemandView):
    """A demand whose customer asked to be left until a day that has not come."""

    waits_until: datetime


class RoundItem(NamedTuple):
    """One demand of the round: what is owed, the demand, and what was said last."""

    due: Due
    demand: DemandView
    last: LastWord | None
    skipped: bool = False

    @property
    def handler(self) -> PersonView:
        """Who is to answer."""
        assert self.demand.handler is not None
        return self.demand.handler

    def data(self) -> dict[str, object]:
        """As JSON has it: the deadline with the demand in a few fields."""
        demand = self.demand.data()
        about = {name: demand[name] for name in ("subtype", "region", "product", "content", "status", "next_at")}
        told = {"customer": demand["customer"], "last": self.last, "skipped": self.skipped}
        return self.due.data() | about | told


class Round(NamedTuple):
    """The round of a week: what is owed, handler by handler, and apart what waits and what waits for a leader."""

    monday: date
    due_at: datetime
    owed: list[RoundItem]
    waiting: list[WaitingDemand]
    referred: list[DemandView]
    answered: int

    def by_handler(self) -> dict[int, list[RoundItem]]:
        """What each handler owes, those with the most first."""
        found: dict[int, list[RoundItem]] = {}
        for item in self.owed:
            found.setdefault(item.handler.id, []).append(item)
        return found

    def of(self, owners: Collection[str], branches: Collection[str]) -> Round:
        """The part of the round that concerns these people (name or phone) or branches; empty means all."""

        def meant(demand: DemandView) -> bool:
            person = demand.handler or demand.leader
            branch = demand.branch or ""
            is_his = person is not None and any(owner in person.name or owner == person.phone for owner in owners)
            return (not owners or is_his) and (not branches or any(part in branch for part in branches))

        return self._replace(
            owed=[item for item in self.owed if meant(item.demand)],
            waiting=[demand for demand in self.waiting if meant(demand)],
            referred=[demand for demand in self.referred if meant(demand)],
        )


def this_round(reader: Reader, *, ahead: bool = False) -> Round:
    """The round of this week, or with *ahead* of the week to come."""
    today = reader.now.date()
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 if ahead else 0)
    calendar = reader.context.calendar
    due_at = calendar.closing(calendar.working_day(monday))
    since = stored(datetime.combine(monday, time(), reader.zone))
    waiting = _waiting(reader)
    set_aside = {demand.number for demand in waiting}
    found = running_deadlines(
        reader,
        f"l.role = '{RulePart.WEEKLY}' AND l.demand_id IS NOT NULL AND l.due_at <= :until",
        {"until": stored(due_at)},
    )
    about = {due.demand: due for due in found if due.demand and due.demand not in set_aside}
    skipped, demands = skips(reader, monday), _demands(reader, about)
    owed = [
        RoundItem(due, demands[number], _last(reader, number), number in skipped)
        for number, due in about.items()
        if demands[number].handler
    ]
    order = _handler_order(owed)
    # What was skipped comes at the end; before it handler by handler, each asked about all that is his in one go.
    owed.sort(key=lambda item: (item.skipped, order[item.handler.id]))
    return Round(monday, due_at, owed, waiting, _referred(reader), _answered(reader, since))


def leaders_of(reader: Reader, found: Round) -> dict[int, int | None]:
    """The branch leader of each demand of the round; of one that was referred, whom it was referred to."""
    numbers = [item.demand.number for item in found.owed]
    query = f"SELECT id, branch_leader_id FROM demand WHERE id IN ({', '.join(map(str, numbers))})"
    return {row["id"]: row["branch_leader_id"] for row in reader.rows(query)} | {
        demand.number: demand.leader and demand.leader.id for demand in found.referred
    }


def _handler_order(owed: Iterable[RoundItem]) -> dict[int, tuple[str, int, int]]:
    counts: dict[int, int] = {}
    branches: dict[int, str] = {}
    for item in owed:
        number = item.handler.id
        counts[number] = counts.get(number, 0) + 1
        branches[number] = item.handler.branch or ""
    return {number: (branches[number], -count, number) for number, count in counts.items()}


def _demands(reader: Reader, numbers: Iterable[int]) -> dict[int, DemandView]:
    found = read_demands(reader, Filter(numbers=tuple(numbers)))
    return {demand.number: demand for demand in found}


def _answered(reader: Reader, since: str) -> int:
    """How many demands were spoken of since the round began."""
    count: int = reader.sql.execute(
        f"SELECT count(DISTINCT demand_id) FROM deadline WHERE role = '{RulePart.WEEKLY}' AND met_at >= ?", (since,)
    ).fetchone()[0]
    return count


def _waiting(reader: Reader) -> list[WaitingDemand]:
    """Open demands whose customer asked to be left until a day that has not come."""
    rows = reader.rows(
        "SELECT d.id, (SELECT f.wait_until FROM follow_up AS f WHERE f.demand_id = d.id "
        "AND f.note = 'follow-up' ORDER BY f.at DESC, f.id DESC "
        "LIMIT 1) AS until FROM demand AS d WHERE d.closed_at IS NULL AND d.status = 'waiting' ORDER BY until, d.id"
    )
    now = stored(reader.now)
    rows = [row for row in rows if row["until"] and row["until"] > now]
    demands = _demands(reader, [row["id"] for row in rows])
    return [WaitingDemand.with_more(demands[row["id"]], waits_until=reader.at(row["until"])) for row in rows]


def _referred(reader: Reader) -> list[DemandView]:
    return read_demands(reader, Filter(status=("referred",), sort="raised"))


def _last(reader: Reader, number: int) -> LastWord | None:
    row = reader.sql.execute(
        "SELECT at, by_name, stage, text FROM follow_up WHERE demand_id = ? AND note = 'follow-up' "
        "ORDER BY at DESC, id DESC LIMIT 1",
        (number,),
    ).fetchone()
    if row is None:
        return None
    return LastWord(at=reader.at(row["at"]), by=row["by_name"], stage=row["stage"] or None, text=row["text"])


# -- what was skipped --------------------------------------------------------------------------------------------


def skips(reader: Reader, monday: date) -> set[int]:
    """The demands skipped in the round of that Monday."""
    row = reader.sql.execute("SELECT value FROM ledger WHERE key = ?", (SKIPS,)).fetchone()
    kept = json.loads(row[0]) if row else {}
    return set(kept.get("numbers", ())) if kept.get("monday") == monday.isoformat() else set()


def skip(context: Context, monday: date, number: int) -> None:
    """Note that a demand was skipped: the round asks for it again at the end, or at its next run."""
    connection = connect(context.db_path, write=True)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN IMMEDIATE")
        numbers = skips(Reader(connection, context), monday) | {number}
        value = json.dumps({"monday": monday.isoformat(), "numbers": sorted(numbers)})
        connection.execute("INSERT OR REPLACE INTO ledger (key, value) VALUES (?, ?)", (SKIPS, value))
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise unusable(error, context.db_path) from error
    finally:
        connection.close()
