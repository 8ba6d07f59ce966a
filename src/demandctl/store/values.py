"""How columns of the ledger hold values: instants as UTC text, days as ISO text, lists as JSON, truth as 1 and 0."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

Columns = dict[str, Any]
"""A row by its columns, each as SQLite has it or as the table of columns says that it is read."""

_AS_IS = frozenset({str, int, type(None)})


def stored(instant: datetime) -> str:
    """An instant as its column holds it: ``2026-11-22T01:00:00Z``. ValueError for a time without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat()[:19] + "Z"  # isoformat takes a quarter of the time of strftime


def stored_value(value: object) -> object:
    """A value as its column holds it, for statements that go to SQLite without the ORM."""
    if type(value) in _AS_IS:
        return value
    if isinstance(value, datetime):
        return stored(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        import json  # a fiftieth of what a reading command costs, and it stores none

        return json.dumps(value, ensure_ascii=False)
    return int(value) if isinstance(value, bool) else value
