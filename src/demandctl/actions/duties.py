"""What the ledger itself owes (R 3.1, C 2.2): each week's, month's and quarter's export, one open row for each rule.

The row is of the oldest period since ``init`` that has not been exported. Its clock starts at the midnight that ends
the period; the export of just that period meets it, and the next one that has not been exported is stored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import select

from demandctl.core.event import Event
from demandctl.core.periods import UNITS, Period, period_of
from demandctl.language.subject import LEDGER
from demandctl.queries.handed import handed_periods
from demandctl.queries.reader import reader_in
from demandctl.store.deadlines import OPEN, happen
from demandctl.store.models import DeadlineRow
from demandctl.store.values import stored
from demandctl.store.work import Work


def begin(work: Work) -> bool:
    """Note when the ledger began and start what it owes; False when that was done before."""
    sql = work.session.connection().exec_driver_sql
    noted = sql("INSERT OR IGNORE INTO ledger (key, value) VALUES ('init', ?)", (stored(work.now),))
    if not noted.rowcount:
        return False
    resume(work)
    work.describe("建台账")
    return True


def resume(work: Work) -> None:
    """Start what the ledger owes by the rules of now and does not yet."""
    for unit in UNITS:
        _start(work, unit)


def exported(work: Work, period: Period) -> None:
    """Note that a period was handed upward; the next one that was not is owed from now on."""
    _tell(work, {"exported"}, period)
    _start(work, period.unit)
    work.describe(f"导出 {period.name}")


def _start(work: Work, unit: str) -> None:
    rules = [rule for rule in work.rules.about("ledger") if rule.period == unit]
    owed = work.session.exec(select(DeadlineRow.rule).where(DeadlineRow.about == "ledger", OPEN)).all()
    if any(rule.id not in owed for rule in rules):
        _tell(work, {"period"}, _oldest_owed(work, unit), ends=True)


def _oldest_owed(work: Work, unit: str) -> Period:
    began = work.session.connection().exec_driver_sql("SELECT value FROM ledger WHERE key = 'init'").scalar()
    moment = datetime.fromisoformat(began) if began else work.now
    period = period_of(unit, work.calendar.local_day(moment))
    done = handed_periods(reader_in(work))
    while period.key in done:
        period = period.after
    return period


def _tell(work: Work, names: set[str], period: Period, *, ends: bool = False) -> None:
    facts: dict[str, Any] = {"unit": period.unit, "period": period.key}
    happen(work, LEDGER, Event(frozenset(names), work.now, facts, on=period.end if ends else None))
