"""The writing use cases of revisits 回访: plan, visit, fill the form, forward, settle (C 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from demandctl.actions import customers
from demandctl.actions.contacts import department_called
from demandctl.core.event import Event
from demandctl.core.times import echo
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language.short import short
from demandctl.language.subject import Subject
from demandctl.store.deadlines import happen
from demandctl.store.fields import called
from demandctl.store.models import Contact, Customer, Demand, Revisit
from demandctl.store.work import Work
from demandctl.vocabulary import RevisitKind, Satisfaction

FORM_FIELDS = (
    "product_rating", "attitude", "speed", "promise", "satisfaction", "dissatisfaction", "heard_from", "suggestion",
    "recommend", "inactive_reason", "would_continue", "problem", "urgent", "department",
)  # fmt: skip
"""What makes a record the form 客户回访记录表, and not the mere mark that a visit took place."""

OWN_DEPARTMENT = ("本部门", "我部门")


def find_revisit(session: Session, number: int) -> Revisit:
    """The revisit of that number; NotFound when there is none."""
    revisit = session.get(Revisit, number)
    if revisit is None:
        raise NotFound(f"没有{Subject.revisit(number).words}", "看看有哪些：demandctl revisit list")
    return revisit


def plan(
    work: Work, customer: Customer, kind: RevisitKind, at: datetime, *, demand: Demand | None = None, note: str = ""
) -> Revisit:
    """Plan a visit: due at that time (C 2.2)."""
    if demand and demand.customer_id != customer.id:
        raise Refused(f"{demand.code} 不是 {customer.code} {customer.name} 的需求")
    revisit = Revisit(
        customer_id=customer.id, kind=kind.value, planned_at=at, demand_id=demand.id if demand else None, note=note
    )
    work.session.add(revisit)
    work.session.flush()
    tell(work, revisit, {"planned"}, due=at, what=f"{kind.label}：{customer.name}")
    work.describe(f"计划{revisit.subject.words}：{customer.name}，{kind.label}，{echo(at, work.now, work.calendar)}")
    return revisit


def record(work: Work, revisit: Revisit, values: Mapping[str, Any]) -> str:
    """Record a visit, or the form about it; returns ``visit``, ``form``, ``unfinished``, ``call-back`` or ``attempt``.

    Ratings or answers make it the form, which stays open until it is whole; a time to call back puts the visit off; a
    bare time marks the visit. Only a visit that reached the customer meets what waits for one. UsageError when the
    answers contradict each other.
    """
    given = {name: value for name, value in values.items() if value is not None}
    if revisit.recorded_at and not given.keys() <= {"note"}:
        raise Refused(f"{revisit.subject.words} 的表已填过", "填错了：demandctl undo，或在备注里补充：--note")
    form = any(name in given for name in FORM_FIELDS)
    if given.get("call_back_at"):
        return _call_back(work, revisit, given, form)
    if given.get("reachable") is False:
        return _note_attempt(work, revisit, given, form)
    if form or "visited_at" in given:
        return _visit(work, revisit, given, form)
    if not given:
        raise UsageError("没有要记录的内容", "至少写 --visited-at 或 --satisfaction")
    _fill(revisit, given)
    work.describe(f"补充{revisit.subject.words}")
    return "visit"


def _visit(work: Work, revisit: Revisit, given: dict[str, Any], form: bool) -> str:
    """The visit took place; with answers the form about it is filled in at once."""
    first_visit = revisit.visited_at is None
    customer = work.session.get_one(Customer, revisit.customer_id)
    visited_at = given.get("visited_at") or revisit.visited_at or work.now
    _require_past(work, visited_at)
    _check_form(revisit, given)
    _fill(revisit, given)
    revisit.visited_at = visited_at
    revisit.reachable = True
    revisit.visitor = revisit.visitor or work.who
    work.session.flush()
    if first_visit:
        tell(work, revisit, {"visited"}, at=visited_at)
        customers.tell(work, customer, {"reached", "contact"}, at=visited_at)
    whole = form and not lacking(revisit)
    if whole:
        revisit.recorded_at = work.now
        work.session.flush()
        tell(work, revisit, {"recorded"})
    open_still = "（没填完）" if form and not whole else ""
    work.describe(f"{'填写回访表' if form else '已回访'} {revisit.code}：{customer.name}{open_still}")
    return "form" if whole else "unfinished" if form else "visit"


def lacking(revisit: Revisit) -> list[str]:
    """The columns that the form still lacks: without them it stays open (C 2.3, C 2.4)."""
    if revisit.kind == RevisitKind.INACTIVE:
        told = revisit.inactive_reason or revisit.problem or revisit.satisfaction
        return [] if told else ["inactive_reason"]
    if not revisit.satisfaction:
        return ["satisfaction"]
    why = revisit.dissatisfaction or revisit.problem
    return ["dissatisfaction"] if revisit.satisfaction == Satisfaction.UNSATISFIED and not why else []


def said_unfinished(names: Sequence[str]) -> str:
    """What is said of a form that is not whole."""
    return f"已记下，表还没填完，缺{'、'.join(called('revisit', name) for name in names)}"


def _call_back(work: Work, revisit: Revisit, given: dict[str, Any], form: bool) -> str:
    """The customer was not free and named a time (C 2.3)."""
    if form or given.get("visited_at") or given.get("reachable"):
        raise UsageError("改约时间（--call-back）和回访结果不能一起写", "客户没空就只写 --call-back；访到了就别写它")
    if revisit.visited_at:
        raise Refused(f"{revisit.subject.words} 已经访到客户", "另约一次：demandctl revisit add …")
    _fill(revisit, given)
    revisit.reachable = False
    work.session.flush()
    tell(work, revisit, {"called-later"}, due=given["call_back_at"], what="按改约时间回访")
    work.describe(f"改约{revisit.subject.words}：{echo(given['call_back_at'], work.now, work.calendar)}")
    return "call-back"


def _note_attempt(work: Work, revisit: Revisit, given: dict[str, Any], form: bool) -> str:
    """Nobody answered: kept in the note, so that one sees how often it was tried."""
    if form:
        raise UsageError("没联系上客户就没有评价可填", "改约时间：--call-back 时间")
    if revisit.visited_at:
        raise Refused(f"{revisit.subject.words} 已经访到客户")
    given.pop("visited_at", None)
    tried = f"{echo(work.now, work.now, work.calendar)} 没联系上"
    given["note"] = "；".join(part for part in (revisit.note, tried, given.get("note", "")) if part)
    _fill(revisit, given)
    work.describe(f"{revisit.subject.words} 没联系上")
    return "attempt"


def _check_form(revisit: Revisit, given: Mapping[str, Any]) -> None:
    merged = {**revisit.values(), **given}
    if merged["urgent"] and not merged["problem"]:
        raise UsageError("需即时解决的问题要写明是什么", '加上 --problem "…"')
    if merged["satisfaction"] == Satisfaction.SATISFIED and given.get("dissatisfaction"):
        raise UsageError("整体满意却写了不满意原因", "改 --satisfaction，或把意见写进 --suggestion")


def _fill(revisit: Revisit, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        setattr(revisit, name, value)


def forward(work: Work, revisit: Revisit, department: str, *, at: datetime) -> None:
    """Hand the customer's feedback to the department that is responsible (C 2.2)."""
    _require_form(revisit)
    _require_past(work, at, since=revisit.visited_at)
    if revisit.solved_at:
        raise Refused(f"{revisit.subject.words} 的问题已解决")
    revisit.department, revisit.forwarded_at, revisit.contacted_at = department_called(work, department), at, None
    if not revisit.department:
        raise UsageError("要写明转给哪个部门")
    work.session.flush()
    tell(work, revisit, {"forwarded"}, at=at)
    work.describe(f"{revisit.subject.words} 转交 {revisit.department}")


def contacted(work: Work, revisit: Revisit, *, at: datetime) -> None:
    """The department got in touch with the customer (C 2.2)."""
    _require_forwarded(revisit)
    _require_past(work, at, since=revisit.forwarded_at)
    revisit.contacted_at = at
    work.session.flush()
    # C 2.4: after an inactive visit the department answers with a plan, a call alone does not do.
    if revisit.kind != RevisitKind.INACTIVE:
        tell(work, revisit, {"department-responded"}, at=at)
    work.describe(f"{revisit.subject.words}：{revisit.department} 已联络客户")


def planned(work: Work, revisit: Revisit, text: str, *, at: datetime) -> None:
    """The department's plan to solve the problem (C 2.4)."""
    _require_forwarded(revisit)
    _require_past(work, at, since=revisit.forwarded_at)
    revisit.plan, revisit.planned_by_department_at = text, at
    work.session.flush()
    if revisit.kind == RevisitKind.INACTIVE:
        tell(work, revisit, {"department-responded"}, at=at)
    work.describe(f"{revisit.subject.words}：{revisit.department} 的方案")


def escalate(work: Work, revisit: Revisit, to: Contact, *, at: datetime, problem: str = "", within: str = "") -> None:
    """Take an unsolved problem to a higher person, who owes it from now on (C 2.1).

    *problem*: what the customer said, unless it is told otherwise; *within* is opening time such as ``2h``.
    """
    _require_form(revisit)
    if revisit.solved_at:
        raise Refused(f"{revisit.subject.words} 的问题已解决，不用上报")
    if not to.active:
        raise Refused(f"{to.name} 已离职", "换一位：demandctl contact list")
    _require_past(work, at, since=revisit.visited_at)
    revisit.escalated_to, revisit.escalated_at = to.id, at
    revisit.escalation_problem, revisit.escalation_within = problem or revisit.problem, within
    work.session.flush()
    what = f"处理上报的问题：{short(revisit.escalation_problem)}" if revisit.escalation_problem else ""
    tell(work, revisit, {"escalated"}, at=at, person=to.id, target=within, what=what)
    work.describe(f"{revisit.subject.words} 上报 {to.name}")


def take_over(work: Work, revisit: Revisit, old: Contact, new: Contact) -> None:
    """What was taken to somebody is another's to solve from now on; its clock runs on."""
    revisit.escalated_to = new.id
    work.session.flush()
    tell(work, revisit, {"handed-over"}, facts={"from": old.id}, person=new.id)


def solved(work: Work, revisit: Revisit, *, at: datetime, note: str = "") -> None:
    """The customer's problem is solved."""
    _require_form(revisit)
    if revisit.solved_at:
        raise Refused(f"{revisit.subject.words} 已标记解决")
    _require_past(work, at, since=revisit.visited_at)
    revisit.solved_at = at
    revisit.note = "；".join(part for part in (revisit.note, note) if part)
    work.session.flush()
    tell(work, revisit, {"settled"}, at=at, person=revisit.escalated_to)
    work.describe(f"{revisit.subject.words} 的问题已解决")


def _require_form(revisit: Revisit) -> None:
    if revisit.recorded_at is None:
        raise Refused(
            f"{revisit.subject.words} 还没有填表",
            f"先填：demandctl revisit record {revisit.id} --satisfaction … --problem …",
        )


def _require_forwarded(revisit: Revisit) -> None:
    _require_form(revisit)
    if revisit.forwarded_at is None:
        raise Refused(f"{revisit.subject.words} 还没有转交", f"先转交：demandctl revisit forward {revisit.id} 部门")


def _require_past(work: Work, at: datetime, since: datetime | None = None) -> None:
    if at > work.now:
        raise UsageError(f"时间还没到：{echo(at, work.now, work.calendar)}", "写已经发生的时间")
    if since and at < since:
        raise UsageError(f"时间早于上一步的 {echo(since, work.now, work.calendar)}")


def tell(
    work: Work, revisit: Revisit, names: set[str], *, at: datetime | None = None,
    facts: Mapping[str, Any] | None = None, **details: Any,
) -> None:  # fmt: skip
    """Let the deadlines of a revisit know what happened to it."""
    own = {work.context.config.department, *OWN_DEPARTMENT}
    known = {
        "kind": str(revisit.kind),
        "urgent": revisit.urgent,
        "own_department": revisit.department in own,
        "settled": revisit.solved_at is not None,
        # A visit that took place before it was entered meets no plan, but leaves none open either.
        "visited": revisit.visited_at is not None,
        # The customer named another time: the planned one is nobody's any more, the call back is owed.
        "put_off": revisit.call_back_at is not None,
        "department": revisit.department,
        "escalated_to": revisit.escalated_to,
    }
    event = Event(frozenset(names), at or work.now, known | dict(facts or {}), **details)
    happen(work, revisit.subject, event, customer_id=revisit.customer_id, demand_id=revisit.demand_id)
