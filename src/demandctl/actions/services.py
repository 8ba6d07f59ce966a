"""The writing use case of service steps 服务环节 (S 3-6): received, repaired, a second visit, a charge, a return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from demandctl.actions.demands import require_time
from demandctl.errors import Refused, UsageError
from demandctl.language.short import short
from demandctl.store.models import Contact, Demand, ServiceStep
from demandctl.store.work import Work
from demandctl.vocabulary import Kind, Step

BACK = (Step.RETURNED, Step.EXCHANGED)
"""Steps that nobody may promise or report without a diagnosis and a decision (S 6)."""


@dataclass(frozen=True)
class WorkDone:
    """What was done, as it was told."""

    step: Step
    at: datetime
    by: Contact | None = None
    by_name: str = ""
    number: str = ""
    amount: str | None = None
    reason: str = ""
    decision: str = ""
    note: str = ""


def record(work: Work, demand: Demand, done: WorkDone) -> ServiceStep:
    """Record a service step; UsageError for one that lacks what it cannot do without.

    A second visit has its reason, a charge its amount, a return or an exchange its diagnosis and who decided what.
    """
    if demand.kind not in (Kind.SERVICE, Kind.COMPLAINT):
        raise Refused(f"{demand.code} 是{Kind(demand.kind).label}，没有服务环节", f"看看：demandctl show {demand.id}")
    require_time(work, demand, done.at)
    _require_whole(demand, done)
    by = done.by.name if done.by else done.by_name or _handler(work, demand) or work.who
    row = ServiceStep(
        demand_id=demand.id, step=done.step.value, at=done.at, by_name=by, by_id=done.by.id if done.by else None,
        number=done.number, amount=done.amount, reason=done.reason, decision=done.decision, note=done.note,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    why = short(done.reason or done.note)
    work.describe(f"{done.step.label} {demand.code}" + (f"：{why}" if why else ""))
    return row


def _handler(work: Work, demand: Demand) -> str:
    handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
    return handler.name if handler else ""


def _require_whole(demand: Demand, done: WorkDone) -> None:
    call = f"demandctl service {demand.id} {done.step.value}"
    if done.step is Step.AGAIN and not done.reason:
        raise UsageError("再次上门要写明原因", f'{call} --reason "配件不符"')
    if done.step is Step.CHARGED and done.amount is None:
        raise UsageError("收费要写金额", f"{call} --amount 1200")
    if done.step in BACK and not (done.reason and done.decision):
        raise UsageError(
            f"{done.step.label}要有诊断（--reason）和谁同意的处理意见（--decision）",
            f'{call} --reason "主泵壳体砂眼，符合退换原则" --decision "技术中心判断属实，领导同意"',
        )
    if done.amount is not None and done.step is not Step.CHARGED:
        raise UsageError("--amount 是收费的金额", f"收费另记一笔：demandctl service {demand.id} charged --amount …")
