"""How a deadline was reckoned: its rule, the clause, and every span that was counted or left out."""

from __future__ import annotations

from typing import Any

from demandctl.queries.reader import Reader
from demandctl.store.rows import deadline_of


def explained(reader: Reader, deadline: dict[str, Any]) -> dict[str, Any]:
    """A deadline as JSON has it, with the rule, the clause and the steps of its reckoning."""
    from demandctl.core import explain
    from demandctl.core.rules import read_rules

    row = reader.rows(
        "SELECT l.*, r.rules FROM deadline l JOIN ruleset r ON r.id = l.ruleset_id WHERE l.id = ?", (deadline["id"],)
    )[0]
    rule = read_rules(row["rules"])[0].get(row["rule"])
    steps = explain.explain(deadline_of(row), rule, reader.calendar(row["ruleset_id"]))
    return deadline | {
        "source": rule.source if rule else None,
        "target": row["target"],
        "clock": row["clock"] or None,
        "counted_minutes": explain.total(steps),
        "steps": [
            {
                "start": step.start.astimezone(reader.zone).isoformat(),
                "end": step.end.astimezone(reader.zone).isoformat(),
                "counted": step.counted,
                "minutes": step.minutes,
                "why": step.why,
            }
            for step in steps
        ],
    }
