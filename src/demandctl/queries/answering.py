"""Who is to answer a customer first, and until when: asked before his demand is in the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from demandctl.config import rules_text
from demandctl.core.parts import RulePart
from demandctl.core.rules import read_rules
from demandctl.core.targets import Target
from demandctl.queries.reader import Reader
from demandctl.queries.routing import branch_for
from demandctl.vocabulary import SPOKEN


class Answering(NamedTuple):
    """What a demand would owe its customer."""

    hers: bool
    """Whether the specialist owes the first answer; a call is answered as it is raised."""
    due_at: datetime | None
    """Until when somebody owes it."""


def first_answer(
    reader: Reader, kind: str, channel: str, urgency: str, raised_at: datetime, *, region: str, group: str
) -> Answering:
    """What the rule of the first answer asks of such a demand; what a branch owes is hers where there is none."""
    context = reader.context
    facts = {"kind": kind, "channel": channel, "urgency": urgency, "handled": False, "referred": False}
    rules = read_rules(rules_text(context.config)[0])[0].rules
    rule = next((r for r in rules if r.role == RulePart.FIRST_ANSWER and r.enabled and r.applies_to(facts)), None)
    if rule is None or channel in SPOKEN:
        return Answering(False, None)
    due_at = Target.parse(rule.target_for(facts)).due(raised_at, context.calendar, rule.closing)
    owes = rule.owed_by_for(facts)
    return Answering(owes == "specialist" or (owes == "branch" and not branch_for(reader, region, group)), due_at)
