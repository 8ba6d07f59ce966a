"""What a handler says in the weekly round 周一反馈 is written down: each answer one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demandctl.actions import demands
from demandctl.actions.contacts import find_contact
from demandctl.actions.demands import Feedback, find_demand
from demandctl.context import Context
from demandctl.db import transaction
from demandctl.language.subject import Subject
from demandctl.store.models import Contact
from demandctl.vocabulary import NoteKind, Outcome, Status

ENDS = {"won": Outcome.WON, "lost": Outcome.LOST, "dropped": Outcome.DROPPED}
UNHEARD = "问进度，没有回、联系不上"
"""What is noted of a handler who could not be asked."""


def answered(app: Context, number: int, answer: str, given: Mapping[str, Any]) -> str:
    """Write an answer down; *given* is what was asked beside it. Returns what is said of it."""
    code = Subject.demand(number).code
    with transaction(app, "monday") as work:
        demand = find_demand(work.session, number)
        if answer in ENDS:
            outcome = ENDS[answer]
            reason, amount = given.get("reason") or "", given.get("amount")
            demands.close(work, demand, outcome, at=work.now, reason=reason, amount=amount)
            return f"{code} 已结束：{outcome.label}"
        if answer == "no-answer":
            person = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
            demands.note(work, demand, NoteKind.NUDGE, UNHEARD, at=work.now, to=person)
            return f"{code} 记下没问到，他还欠着"
        if answer == "none":
            demands.follow_up(work, demand, Feedback(at=work.now, internal=True, nothing_new=True, **given))
            return f"{code} 已记下没有进展，{Status(demand.status).label}"
        if answer == "escalate":
            to, problem, within = find_contact(work, given["contact"]), given["text"], given.get("within") or ""
            demands.follow_up(work, demand, Feedback(problem, work.now, internal=True, nothing_new=True))
            allowed = demands.parse_within(within) if within else ""
            level = demands.escalate(work, demand, to, problem=problem, within=allowed, at=work.now)
            return f"{code} 已升级第 {level} 级 → {to.name}"
        report = {**given, "internal": answer == "internal", "resolved": answer == "resolved"}
        demands.follow_up(work, demand, Feedback(at=work.now, **report))
        return f"{code} 已记下，{Status(demand.status).label}"
