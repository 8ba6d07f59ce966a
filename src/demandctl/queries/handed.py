"""Which weeks, months and quarters were handed upward (R 3.1, C 2.2), and whether one still has to be."""

from __future__ import annotations

from demandctl.core.periods import Period
from demandctl.queries.reader import Reader
from demandctl.store.values import stored


def handed_periods(reader: Reader) -> set[str]:
    """The keys of the periods whose export is noted."""
    query = "SELECT json_extract(data, '$.facts.period') FROM event WHERE about = 'ledger' AND names = 'exported'"
    return {row[0] for row in reader.rows(query)}


def is_owed(reader: Reader, period: Period) -> bool:
    """Whether the ledger owes a period that is over: one that ended after the ledger began and is not noted yet."""
    began = reader.rows("SELECT value FROM ledger WHERE key = 'init'")
    if not began or stored(reader.context.calendar.start_of(period.end)) <= began[0][0]:
        return False
    return period.key not in handed_periods(reader)
