"""The writing use cases of demands: intake, assign, follow up, close and the steps between.

Each takes the open transaction, changes rows and tells the deadlines what happened; none commits, asks or prints.
Times are aware instants that the command has checked against now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from demandctl.actions import customers, machines, orders
from demandctl.core import lifecycle
from demandctl.core.deadline import PROMISER
from demandctl.core.event import Event
from demandctl.core.identity import group_called
from demandctl.core.parts import RulePart
from demandctl.core.routing import leads
from demandctl.core.targets import Target
from demandctl.core.times import echo
from demandctl.errors import NotFound, Refused, SameDemand, UsageError
from demandctl.language.short import short
from demandctl.language.subject import Subject
from demandctl.queries.identity import same_demand
from demandctl.queries.reader import reader_in
from demandctl.store.deadlines import demand_facts, happen_to_demand, has_open
from demandctl.store.fields import called, named
from demandctl.store.models import Assignment, Contact, Customer, Demand, Escalation, FollowUp, WechatGroup
from demandctl.store.work import Work
from demandctl.vocabulary import SPOKEN, Kind, NoteKind, Outcome, Role, Route, Status, parse_subtype

HANDLERS = (Role.SALES, Role.SERVICE, Role.PARTS)
"""Roles that take demands in hand: a word of theirs in the group makes them the handler."""

ANSWERED_HERSELF = (Kind.INQUIRY, Kind.SUGGESTION)
"""Kinds that the specialist may answer herself, without anybody to hand them to (R 3.1)."""


def find_demand(session: Session, number: int) -> Demand:
    """The demand of that number; NotFound when there is none."""
    demand = session.get(Demand, number)
    if demand is None:
        raise NotFound(f"没有{Subject.demand(number).words}", "看看有哪些：demandctl list")
    return demand


def state_of(demand: Demand) -> lifecycle.State:
    """What decides which action the demand allows."""
    return lifecycle.State(demand.id or 0, Kind(demand.kind), Status(demand.status), demand.handler_id is not None)


# -- intake ------------------------------------------------------------------------------------------------------


def intake(
    work: Work, customer: Mapping[str, Any], values: Mapping[str, Any], *, insist: bool = False
) -> tuple[Demand, list[str]]:
    """Record a demand; returns it with what is worth saying (a look-alike customer, a differing phone).

    ``values`` are columns of the demand; kind, channel and content are needed. Refused when the same customer has the
    same kind open within seven days, unless *insist*.
    """
    raised_at = values.get("raised_at") or work.now
    person, notes = customers.identify_customer(work, customer)
    kind = Kind(values["kind"])
    known = None if insist else same_demand(reader_in(work), person.id, kind, raised_at)
    if known:
        twin = find_demand(work.session, known)
        raise SameDemand(
            f"{person.code} {person.name} 已有未结束的{kind.label} {twin.code}"
            f"，{echo(twin.raised_at, work.now, work.calendar)} 提出：{short(twin.content)}",
            f'同一件事就跟进它：demandctl follow-up {twin.id} "…"；确是另一件事，加 --new',
            twin.id,
        )
    if values.get("from_id"):
        find_demand(work.session, values["from_id"])
    demand = Demand(
        **{
            "region": person.region,
            **{name: value for name, value in values.items() if value is not None},
            "customer_id": person.id,
            "raised_at": raised_at,
            "registered_at": work.now,
        }
    )
    _meet_group(work, demand)
    work.session.add(demand)
    work.session.flush()
    if said := machines.settle_machine(work, demand):
        notes = [*notes, said]
    _locate(work, demand)
    tell(work, demand, {"raised"}, raised_at)
    tell(work, demand, {"registered"})
    if demand.channel in SPOKEN:
        tell(work, demand, {"contact"}, raised_at)
    work.describe(f"登记 {demand.code} {kind.label}：{person.name}，{short(demand.content)}")
    return demand, notes


RECEIVED = "已回复客户：收到，已登记"
"""What a first answer says that nobody wrote down."""


def acknowledge(work: Work, demand: Demand, *, at: datetime, text: str = RECEIVED) -> None:
    """The specialist has answered the customer as she took the demand in: his first answer, the work is still to do.

    Nothing where somebody answered already; a call is answered as it is raised.
    """
    if demand.channel in SPOKEN:
        return
    require_time(work, demand, at)
    _written(work, demand, Feedback(text, at, by_name=work.who), None, None, None)
    tell(work, demand, {"contact", "follow-up"}, at)
    _contact_customer(work, demand, None, at)


def _meet_group(work: Work, demand: Demand) -> None:
    """A group is kept when it is met for the first time; whose it is can be said then or later."""
    demand.group_name = group_called(demand.group_name)
    known = select(WechatGroup.id).where(WechatGroup.name == demand.group_name)
    with work.session.no_autoflush:
        if demand.group_name and work.session.exec(known).first() is None:
            work.session.add(WechatGroup(name=demand.group_name))


# -- assigning ---------------------------------------------------------------------------------------------------


def assign(
    work: Work, demand: Demand, to: Contact, *, at: datetime, how: Route | None = None, reason: str = ""
) -> Route:
    """Give a demand to a handler. Returns how: designated when a leader was asked before, else by his role."""
    lifecycle.require_open(state_of(demand), "派单")
    _require_active(to)
    if demand.handler_id == to.id:
        hint = f'催他：demandctl nudge {demand.id}；有反馈就记：demandctl follow-up {demand.id} "…"'
        raise Refused(f"{demand.code} 已由 {to.name} 负责", hint)
    require_time(work, demand, at)
    designated = demand.status == Status.REFERRED
    if how is None:
        by_role = {Role.EXPERT: Route.EXPERT, Role.EXTERNAL: Route.EXTERNAL}
        how = Route.DESIGNATED if designated else by_role.get(Role(to.role), Route.DIRECT)
    _record_assignment(work, demand, to, how, reason, at)
    demand.handler_id, demand.status = to.id, Status.ASSIGNED
    if not designated:
        demand.leader_id = None
    _locate(work, demand)
    tell(work, demand, {"assigned"} if to.role == Role.SPECIALIST else {"assigned", "handed"}, at)
    work.describe(f"派单 {demand.code} → {to.name}（{how.label}）")
    return how


def refer(work: Work, demand: Demand, leader: Contact, *, at: datetime, reason: str = "") -> None:
    """Refer a demand to a branch leader, who designates a handler (R 3.1)."""
    lifecycle.require_open(state_of(demand), "转领导指派")
    _require_active(leader)
    if not leads(leader.role, leader.leader):
        raise Refused(f"{leader.name} 不是分管领导", f"直接派给他：demandctl assign {demand.id} {leader.name}")
    if demand.status == Status.REFERRED and demand.leader_id == leader.id:
        raise Refused(f"{demand.code} 已转给 {leader.name}", f"他指派了谁：demandctl assign {demand.id} 跟进人")
    require_time(work, demand, at)
    _record_assignment(work, demand, leader, Route.REFERRED, reason, at)
    demand.handler_id, demand.leader_id, demand.status = None, leader.id, Status.REFERRED
    _locate(work, demand)
    tell(work, demand, {"referred"}, at)
    work.describe(f"转领导 {demand.code} → {leader.name}")


def _record_assignment(work: Work, demand: Demand, to: Contact, how: Route, reason: str, at: datetime) -> None:
    work.session.add(
        Assignment(
            demand_id=demand.id,
            at=at,
            from_id=demand.handler_id or demand.leader_id,
            to_id=to.id,
            how=how.value,
            reason=reason,
            operator=work.who,
        )
    )


def _require_active(contact: Contact) -> None:
    if not contact.active:
        raise Refused(f"{contact.name} 已离职，不再派给他", "看看派给谁合适：demandctl who …")


def missing_for_handler(demand: Demand, customer: Customer) -> list[str]:
    """What the handler needs and the demand lacks (R 4, R 5): said, never a reason to refuse."""
    broken = demand.kind == Kind.SERVICE and demand.subtype == "repair"
    lacks = {
        called("demand", "verified"): demand.kind == Kind.OPPORTUNITY and demand.verified is None,
        called("customer", "phone"): not customer.phone,
        called("demand", "region"): not demand.region,
        called("demand", "product"): not demand.product and _is_about_a_machine(demand),
        called("demand", "warranty"): broken and not demand.warranty,
        called("demand", "wish"): demand.kind == Kind.COMPLAINT and not demand.wish,
    }
    return [name for name, lacking in lacks.items() if lacking]


def _is_about_a_machine(demand: Demand) -> bool:
    return demand.kind == Kind.SERVICE or (demand.kind == Kind.OPPORTUNITY and demand.subtype != "erp")


# -- following up ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Feedback:
    """What a follow-up says; a bare date means the whole day, until its closing time."""

    text: str
    at: datetime
    by: Contact | None = None
    by_name: str = ""
    phone: str = ""
    internal: bool = False
    method: str | None = None
    stage: str = ""
    next_time: date | datetime | None = None
    plan: str = ""
    wait_until: date | datetime | None = None
    resolved: bool = False
    nothing_new: bool = False
    """There is nothing in it that the customer would have to be told."""


def follow_up(work: Work, demand: Demand, report: Feedback) -> FollowUp:
    """Record what was said or done; meets and starts the deadlines that follow from it."""
    _require_plan(demand, report)
    require_time(work, demand, report.at)
    person = _who_reports(work, demand, report)
    if demand.status == Status.NEW and person and person.role in HANDLERS:
        assign(work, demand, person, at=report.at, how=Route.DIRECT, reason="群内对接")
    new_status = lifecycle.after_follow_up(
        state_of(demand), resolved=report.resolved, waits=report.wait_until is not None
    )
    promised, wait_until = _promise(work, report)
    row = _written(work, demand, report, person, promised, wait_until)
    demand.status = new_status
    if report.resolved:
        demand.resolved_at = report.at
    _settle_escalation(work, demand, person, report)
    names = _follow_up_names(work, demand, person, report)
    tell(
        work, demand, names, report.at, due=promised, wait_until=wait_until, person=person.id if person else None,
        owed_by=_promiser(demand, person, waits=wait_until is not None) if promised else "",
        what=f"按约定跟进：{report.plan}" if report.plan else "",
        plan=report.plan,
    )  # fmt: skip
    if not report.internal:
        _contact_customer(work, demand, person, report.at)
    work.describe(f"跟进 {demand.code}：{short(report.text, 80)}")
    return row


def _require_plan(demand: Demand, report: Feedback) -> None:
    """A demand that has ended promises nothing, and a follow-up makes one promise at the most."""
    state = state_of(demand)
    if report.next_time and not state.is_open:
        lifecycle.require_open(state, "约定下次跟进")
    if report.next_time and report.wait_until:
        raise UsageError("--next 和 --wait-until 只能用一个", "客户要等到那天再说，用 --wait-until")


def _promiser(demand: Demand, person: Contact | None, *, waits: bool) -> str:
    """Who owes what was promised: whoever the follow-up is by; the specialist sees to it that a wait ends."""
    if waits or person is None or person.role == Role.SPECIALIST:
        return "specialist"
    return "" if person.id == demand.handler_id else PROMISER  # a promise of the handler's follows the demand


def note(work: Work, demand: Demand, kind: NoteKind, text: str, *, at: datetime, to: Contact | None = None,
         to_name: str = "", method: str | None = None) -> FollowUp:  # fmt: skip
    """A nudge, or an attempt that reached nobody: on record as the specialist's, and no deadline is met by it."""
    lifecycle.require_open(state_of(demand), kind.label)
    require_time(work, demand, at)
    row = FollowUp(
        demand_id=demand.id, at=at, by_name=work.who, phone=work.context.config.get("specialist", "phone"),
        internal=kind is NoteKind.NUDGE, method=method, text=text, note=kind.value, to_id=to.id if to else None,
        to_name=to.name if to else to_name,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    whom = f" {row.to_name}" if row.to_name else ""
    work.describe(f"{kind.label}{whom} {demand.code}：{short(text, 80)}")
    return row


def _who_reports(work: Work, demand: Demand, report: Feedback) -> Contact | None:
    """Who of the directory said it: whoever was named, else the handler."""
    if report.by is None and not report.by_name and demand.handler_id:
        return work.session.get(Contact, demand.handler_id)
    return report.by


def _written(
    work: Work, demand: Demand, report: Feedback, person: Contact | None, promised: datetime | None,
    wait_until: datetime | None,
) -> FollowUp:  # fmt: skip
    """The row of a follow-up, added to the ledger."""
    row = FollowUp(
        demand_id=demand.id,
        at=report.at,
        by_name=person.name if person else report.by_name or work.who,
        by_id=person.id if person else None,
        phone=report.phone or (person.phone if person else work.context.config.get("specialist", "phone")),
        internal=report.internal,
        method=report.method,
        stage=report.stage,
        text=report.text,
        next_at=promised if report.next_time else None,
        next_plan=report.plan,
        wait_until=wait_until,
        resolved=report.resolved,
    )
    work.session.add(row)
    return row


def _follow_up_names(work: Work, demand: Demand, person: Contact | None, report: Feedback) -> set[str]:
    escalated = (
        person is not None
        and work.session.exec(
            select(Escalation.id).where(Escalation.demand_id == demand.id, Escalation.to_id == person.id)
        ).first()
    )
    names = {"follow-up"}
    if not report.internal:
        names.add("contact")
        if demand.kind in ANSWERED_HERSELF and (person is None or person.role == Role.SPECIALIST):
            names.add("answered")
    elif demand.status == Status.CLOSED:
        return names  # a note on what has ended: nobody owes the customer a word about it
    elif (
        not report.nothing_new
        and person
        and (person.id == demand.handler_id or person.role == Role.EXPERT or escalated)
    ):
        names.add("internal")
    if person and person.id == demand.handler_id:
        names.add("handler-follow-up")
    if escalated:
        names.add("escalated-follow-up")
    if report.next_time or report.wait_until:
        names.add("promised")
    if report.resolved:
        names.add("resolved")
    return names


def _settle_escalation(work: Work, demand: Demand, person: Contact | None, report: Feedback) -> None:
    """What came of an escalation is what the person escalated to says first (S 4)."""
    for escalation in work.session.exec(
        select(Escalation).where(Escalation.demand_id == demand.id, col(Escalation.done_at).is_(None))
    ):
        if person and escalation.to_id == person.id and escalation.at <= report.at:
            escalation.done_at, escalation.result = report.at, report.text


def _promise(work: Work, report: Feedback) -> tuple[datetime | None, datetime | None]:
    """When the promise is due and when waiting ends: a bare date's closing and opening time, also on a day off."""
    value = report.wait_until or report.next_time
    if value is None or isinstance(value, datetime):
        return value, value if report.wait_until else None
    opening = work.calendar.opening(value) if report.wait_until else None
    return work.calendar.closing(value), opening


def _contact_customer(work: Work, demand: Demand, person: Contact | None, at: datetime) -> None:
    """A word with the customer counts for the customer's own clocks too (C 1.4)."""
    customer = work.session.get_one(Customer, demand.customer_id)
    day = work.calendar.local_day(at)
    tracked = customer.business_contact or customer.last_order
    if tracked and person and person.role in HANDLERS and day > tracked:
        customer.business_contact = day
        customers.tell(work, customer, {"contact", "business-contact"}, at=at, on=day)
        return
    if has_open(work.session, Subject.customer(demand.customer_id)):
        customers.tell(work, customer, {"contact"}, at=at)


# -- confirming, ending, reopening -------------------------------------------------------------------------------


def confirm(work: Work, demand: Demand, *, solved: bool, at: datetime, text: str = "") -> None:
    """What the customer says about the result (R 5): solved ends the demand, unsolved takes the work up again.

    One that nobody had marked as resolved is so at the same moment when the customer says that it is solved.
    """
    state = state_of(demand)
    require_time(work, demand, at)
    if solved and state.is_open and state.kind in lifecycle.CONFIRMED_KINDS and demand.status != Status.CONFIRMING:
        demand.status, demand.resolved_at = Status.CONFIRMING, at
        tell(work, demand, {"resolved"}, at)
    lifecycle.require_confirming(state_of(demand))
    if demand.resolved_at and at < demand.resolved_at:
        raise UsageError(f"时间早于解决的 {echo(demand.resolved_at, work.now, work.calendar)}", "--at 写客户确认的时间")
    if text:
        work.session.add(FollowUp(demand_id=demand.id, at=at, by_name=work.who, text=text))
    if solved:
        demand.confirmed_at = at
        tell(work, demand, {"confirmed"}, at)
        _end(work, demand, Outcome.SOLVED, at)
        work.describe(f"客户确认 {demand.code} 已解决，结束")
        return
    demand.status, demand.resolved_at = Status.FOLLOWING, None
    tell(work, demand, {"confirmed", "unsolved"}, at)
    work.describe(f"客户确认 {demand.code} 未解决，继续跟进")


def close(
    work: Work,
    demand: Demand,
    outcome: Outcome,
    *,
    at: datetime,
    reason: str = "",
    amount: str | None = None,
    duplicate_of: int | None = None,
) -> None:
    """End a demand; Refused when its kind has no such end or lacks what it needs (R 3.1.1, R 5)."""
    lifecycle.check_outcome(state_of(demand), outcome, reason=reason, amount=amount, duplicate_of=duplicate_of)
    require_time(work, demand, at)
    if duplicate_of is not None:
        find_demand(work.session, duplicate_of)
    demand.reason, demand.amount, demand.duplicate_of = reason, amount, duplicate_of
    _end(work, demand, outcome, at)
    work.describe(f"结束 {demand.code}：{outcome.label}" + (f"，{short(reason)}" if reason else ""))


def _end(work: Work, demand: Demand, outcome: Outcome, at: datetime) -> None:
    demand.status, demand.outcome, demand.closed_at = Status.CLOSED, outcome, at
    tell(work, demand, {"closed", outcome.value}, at)
    customer = work.session.get_one(Customer, demand.customer_id)
    if outcome is Outcome.WON:
        day = work.calendar.local_day(at)
        orders.record_order(work, customer, day, product=demand.product, amount=demand.amount, demand=demand)
    elif outcome is Outcome.SOLVED and demand.kind == Kind.SERVICE:
        customers.tell(work, customer, {"sale"}, at=at, demand_id=demand.id)


def reopen(work: Work, demand: Demand, *, reason: str = "") -> None:
    """Take an ended demand up again: back to following, or to new without a handler."""
    lifecycle.require_closed(state_of(demand))
    sold = demand.outcome in (Outcome.WON, Outcome.SOLVED)
    handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
    if handler and not handler.active:
        demand.handler_id, handler = None, None
    demand.status = Status.FOLLOWING if handler else Status.NEW
    if handler is None:
        demand.leader_id = None
    demand.outcome, demand.closed_at, demand.resolved_at, demand.confirmed_at = None, None, None, None
    demand.amount, demand.duplicate_of, demand.reason = None, None, ""
    if reason:
        work.session.add(
            FollowUp(demand_id=demand.id, at=work.now, by_name=work.who, internal=True, text=f"重开：{reason}")
        )
    _locate(work, demand)
    tell(work, demand, {"reopened"} if handler else {"reopened", "undispatched"})
    if sold:
        orders.withdraw_order(work, work.session.get_one(Customer, demand.customer_id), demand)
    work.describe(f"重开 {demand.code}" + (f"：{short(reason)}" if reason else ""))


# -- other steps -------------------------------------------------------------------------------------------------


def upgrade(work: Work, demand: Demand, subtype: str = "new") -> bool:
    """An inquiry that shows an intention to buy becomes an opportunity (R 3.1.3); whether its handler stays."""
    lifecycle.require_upgradable(state_of(demand))
    demand.subtype = parse_subtype(subtype, Kind.OPPORTUNITY)
    demand.kind = Kind.OPPORTUNITY
    handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
    taken = Role.PARTS if demand.subtype == "parts" else Role.SALES
    stays = handler is not None and handler.role == taken
    names = {"upgraded", "kind-changed"}
    if not stays and demand.status != Status.REFERRED:
        demand.handler_id, demand.leader_id, demand.status = None, None, Status.NEW
        names.add("undispatched")
        _locate(work, demand)
    tell(work, demand, names)
    work.describe(f"{demand.code} 由咨询转为商机")
    return stays


def escalate(
    work: Work, demand: Demand, to: Contact, *, problem: str, within: str, at: datetime, tried: str = ""
) -> int:
    """Ask a higher person or a department (S 4); returns the level, which counts up.

    *within* is opening time such as ``2h``; *tried*: what was done so far, unless the last follow-ups tell it.
    """
    lifecycle.require_open(state_of(demand), "升级")
    _require_active(to)
    require_time(work, demand, at)
    demand.escalation += 1
    work.session.add(
        Escalation(
            demand_id=demand.id, at=at, to_id=to.id, level=demand.escalation, problem=problem, within=within,
            product=demand.product, tried=tried or _tried(work, demand, at),
        )
    )  # fmt: skip
    work.session.flush()
    tell(work, demand, {"escalated"}, at, person=to.id, target=within, what=f"处理升级的问题：{short(problem)}")
    work.describe(f"升级 {demand.code} → {to.name}（第 {demand.escalation} 级）：{short(problem)}")
    return demand.escalation


_TOLD = 3
"""How many of the last follow-ups tell what was tried."""


def _tried(work: Work, demand: Demand, at: datetime) -> str:
    said = select(FollowUp).where(
        FollowUp.demand_id == demand.id, FollowUp.note == NoteKind.FOLLOW_UP.value, FollowUp.at <= at
    )
    newest = work.session.exec(said.order_by(col(FollowUp.at).desc(), col(FollowUp.id).desc()).limit(_TOLD)).all()
    zone = work.context.zone
    return "\n".join(f"{row.at.astimezone(zone):%m-%d %H:%M} {row.by_name}：{row.text}" for row in reversed(newest))


def parse_within(text: str) -> str:
    """The time allowed on the work clock, ``2h`` or ``1d``, as the ledger stores it; UsageError otherwise."""
    try:
        target = Target.parse(text.strip())
    except ValueError as error:
        raise UsageError(f"--within：{error}", "例如 --within 2h、--within 1d（按上班时间）") from error
    if not target.amount:
        raise UsageError("--within 要大于 0")
    return str(target)


def verify(work: Work, demand: Demand, verified: bool) -> None:
    """Whether an opportunity is real (商机真实性, R 4)."""
    demand.verified = verified
    work.describe(f"核实 {demand.code}：{'属实' if verified else '不属实'}")


def edit(
    work: Work, demand: Demand, values: Mapping[str, Any], machine: str = "", customer: Mapping[str, str] | None = None
) -> None:
    """Correct a demand, and what is known of its *customer*; open deadlines that hang on it are reckoned again.

    *machine* names the one of the customer's that it is about.
    """
    before = demand.values()
    if values.get("kind", demand.kind) != demand.kind:
        lifecycle.require_open(state_of(demand), "改类型")
    for name, value in values.items():
        setattr(demand, name, value)
    if demand.raised_at > work.now:
        raise UsageError("--raised 不能晚于现在")
    if machine:
        machines.take_machine(work, demand, machines.find_machine(work, demand.customer_id, machine))
    elif {"kind", "product"} & set(values):
        machines.settle_machine(work, demand)
    changed = [name for name, value in demand.values().items() if before[name] != value]
    if "raised_at" in changed:
        _require_raised_first(work.session, demand)
    if "kind" in changed:
        if "subtype" not in values:
            demand.subtype = None
        if demand.status == Status.CONFIRMING and demand.kind not in lifecycle.CONFIRMED_KINDS:
            demand.status, demand.resolved_at = Status.FOLLOWING, None
    if "group_name" in changed:
        _meet_group(work, demand)
        work.session.flush()
    if {"region", "group_name"} & set(changed):
        _locate(work, demand)
    if {"kind", "urgency", "region", "raised_at", "channel", "group_name"} & set(changed) and demand.closed_at is None:
        tell(work, demand, {"edited", "kind-changed"} if "kind" in changed else {"edited"})
    asked = work.session.get_one(Customer, demand.customer_id)
    his = customers.edit_customer(work, asked, customer) if customer else []
    told = [named("demand", changed)] if changed else []
    told += [f"{asked.code} {named('customer', his)}"] if his else []
    work.describe(f"修改 {demand.code}：{'；'.join(told)}")


def _require_raised_first(session: Session, demand: Demand) -> None:
    first = session.exec(select(FollowUp.at).where(FollowUp.demand_id == demand.id).order_by(col(FollowUp.at))).first()
    if demand.raised_at > demand.registered_at or (first and demand.raised_at > first):
        raise UsageError("--raised 不能晚于登记时间和已有的跟进")


# -- inside ------------------------------------------------------------------------------------------------------


def require_time(work: Work, demand: Demand, at: datetime) -> None:
    """Refuse a time of an event (``--at``) that is yet to come or before the customer asked."""
    if at > work.now:
        raise UsageError(f"时间还没到：{echo(at, work.now, work.calendar)}", "--at 写已经发生的时间")
    if at < demand.raised_at:
        raise UsageError(
            f"时间早于客户提出需求的 {echo(demand.raised_at, work.now, work.calendar)}",
            f"提出时间记错了：demandctl edit {demand.id} --raised …",
        )


def _waits_until(work: Work, demand: Demand) -> datetime | None:
    """When the wait that a demand is in ends."""
    told = select(FollowUp.wait_until).where(FollowUp.demand_id == demand.id, FollowUp.note == NoteKind.FOLLOW_UP.value)
    return work.session.exec(told.order_by(col(FollowUp.at).desc(), col(FollowUp.id).desc())).first()


def settle_branch(work: Work, demand: Demand) -> None:
    """What a demand's branch follows from was changed: whoever owes for the branch owes there."""
    before = demand.branch, demand.branch_leader_id
    _locate(work, demand)
    if (demand.branch, demand.branch_leader_id) != before:
        tell(work, demand, {"edited"})


def _locate(work: Work, demand: Demand) -> None:
    demand.branch, demand.branch_leader_id = customers.branch_of(work, demand)


def event_about(
    work: Work,
    demand: Demand,
    names: set[str],
    at: datetime | None = None,
    *,
    facts: Mapping[str, Any] | None = None,
    **details: Any,
) -> Event:
    """What happened to a demand as its deadlines are told, with how long it waits where it does."""
    work.session.flush()
    if demand.status == Status.WAITING and "waits_until" not in details and not details.get("wait_until"):
        details["waits_until"] = _waits_until(work, demand)
    return Event(frozenset(names), at or work.now, demand_facts(demand.values()) | dict(facts or {}), **details)


def tell(
    work: Work,
    demand: Demand,
    names: set[str],
    at: datetime | None = None,
    *,
    plan: str = "",
    facts: Mapping[str, Any] | None = None,
    **details: Any,
) -> None:
    """Let the deadlines of a demand know what happened to it; its next step is the promise that is open afterwards.

    *plan* says what was promised, *facts* what the demand itself does not, *details* are fields of the event.
    """
    event = event_about(work, demand, names, at, facts=facts, **details)
    still_open = happen_to_demand(work, demand, event)
    promise = min((d for d in still_open if d.role == RulePart.PROMISE), key=lambda d: d.due_at, default=None)
    if promise is None:
        demand.next_at, demand.next_plan = None, ""
    elif demand.next_at != promise.due_at or "promised" in names:
        demand.next_at, demand.next_plan = promise.due_at, plan
    work.session.flush()
