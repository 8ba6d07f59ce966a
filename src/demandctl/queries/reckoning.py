"""How a deadline was reckoned: its rule, the clause, and every span that was counted or left out."""

from __future__ import annotations

from datetime import datetime

from demandctl.queries.deadlines import Clock
from demandctl.queries.reader import Reader
from demandctl.queries.view import View


class Span(View):
    """A span of a reckoning: counted, or left out, and why."""

    start: datetime
    end: datetime
    counted: bool
    minutes: int
    why: str


class Reckoning(Clock):
    """A deadline with the clause of its rule and the spans that lead to its due time."""

    source: str | None
    target: str
    clock: str | None
    counted_minutes: int
    steps: list[Span]


def explained(reader: Reader, clock: Clock) -> Reckoning:
    """How a deadline was reckoned, by the rules and the calendar of its day."""
    from demandctl.core import explain
    from demandctl.core.rules import read_rules

    deadline = clock.deadline
    rules = reader.rows("SELECT rules FROM ruleset WHERE id = ?", (clock.ruleset,))[0][0]
    rule = read_rules(rules)[0].get(deadline.rule)
    steps = explain.explain(deadline, rule, reader.calendar(clock.ruleset))
    spans = [
        Span(
            start=step.start.astimezone(reader.zone),
            end=step.end.astimezone(reader.zone),
            counted=step.counted,
            minutes=step.minutes,
            why=step.why,
        )
        for step in steps
    ]
    return Reckoning(
        **vars(clock),
        source=rule.source if rule else None,
        target=deadline.target,
        clock=deadline.clock or None,
        counted_minutes=explain.total(steps),
        steps=spans,
    )
