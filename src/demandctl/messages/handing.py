"""Ready-to-paste texts: what goes back into the chat. Pure: rows in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from demandctl.core.parts import RulePart
from demandctl.language.subject import Subject
from demandctl.messages.scripts import fill
from demandctl.queries.demands import DemandInFull
from demandctl.queries.history import EscalationView
from demandctl.queries.people import PersonView
from demandctl.queries.revisits import RevisitInFull, RevisitView
from demandctl.store.fields import TABLES, names
from demandctl.vocabulary import Role, Urgency, subtype_label


def for_handler(demand: DemandInFull, lacking: Sequence[str], now: datetime, due: datetime | None) -> str:
    """The message that hands a demand to its handler, what is still to be verified marked 待核实."""
    customer, its, his = demand.customer, names("demand"), names("customer")
    source = demand.channel.label + (f"“{demand.group}”" if demand.group else "")
    told = {
        its["customer_id"]: customer.name + (f"（{customer.company}）" if customer.company else ""),
        his["phone"]: customer.phone or "待核实",
        his["wechat"]: customer.wechat,
        its["region"]: demand.region or "待核实",
        its["product"]: demand.product,
        its["machine_id"]: demand.machine.name if demand.machine else "",
        its["service_mode"]: demand.service_mode.label if demand.service_mode else "",
        its["warranty"]: demand.warranty,
        its["content"]: demand.content,
        its["wish"]: demand.wish,
        its["channel"]: f"{source}，{clock(demand.raised_at, now)}",
        TABLES["attachment"]: _attached(demand),
        "待核实": "、".join(lacking),
    }
    ask = f"请在 {clock(due, now)} 前联系客户并反馈进展。" if due else "请尽快联系客户并反馈进展。"
    return "\n".join([_heading(demand), *_lines(told), ask])


def _attached(demand: DemandInFull) -> str:
    """The files that go with the message, by name: a chat takes them one by one."""
    named = "、".join(attachment.name for attachment in demand.attachments)
    return f"{named}（随后发来）" if named else ""


def to_whom_it_went(demand: DemandInFull, lacking: Sequence[str], now: datetime, *, leader: bool) -> str:
    """The text for whoever just got a demand: its handler, or the leader who designates one; none for herself."""
    role = demand.handler.role if demand.handler else None
    if role is Role.SPECIALIST and not leader:
        return ""
    part = RulePart.DESIGNATE if leader else RulePart.FEEDBACK
    due_at = next((clock.due_at for clock in demand.deadlines if clock.role == part and clock.is_open), None)
    write = for_leader if leader else for_expert if role is Role.EXPERT else for_handler
    return write(demand, lacking, now, due_at)


def for_expert(demand: DemandInFull, lacking: Sequence[str], now: datetime, due: datetime | None) -> str:
    """The message that asks an expert to answer (R 3.2): he calls nobody, the specialist tells the customer."""
    its = names("demand")
    told = {
        its["customer_id"]: demand.customer.name,
        its["region"]: demand.region,
        its["product"]: demand.product,
        its["warranty"]: demand.warranty,
        its["content"]: demand.content,
        its["wish"]: demand.wish,
    }
    where = f"在“{demand.group}”群里答复，或" if demand.group else ""
    until = f"{clock(due, now)} 前" if due else "尽快"
    ask = f"请您{until}{where}把答复发给我，由我转告客户。"
    return "\n".join([f"【请教】{_heading(demand)}", *_lines(told), ask])


def _heading(demand: DemandInFull) -> str:
    flag = f"【{demand.urgency.label}】" if demand.urgency is not Urgency.NORMAL else ""
    return f"{flag}【{demand.kind.label}】{subtype_label(demand.kind, demand.subtype)} {demand.subject}"


def _lines(told: Mapping[str, str | None]) -> list[str]:
    return [f"{name}：{value}" for name, value in told.items() if value]


def for_leader(demand: DemandInFull, lacking: Sequence[str], now: datetime, due: datetime | None) -> str:
    """The message that asks a branch leader to designate somebody."""
    body = for_handler(demand, lacking, now, None).rsplit("\n", 1)[0]
    until = f"，{clock(due, now)} 前告知跟进人姓名和电话" if due else "，并告知跟进人姓名和电话"
    return f"{body}\n请安排人员跟进{until}。"


def handover_notice(
    template: str,
    values: Mapping[str, str],
    customer: str,
    old: PersonView,
    new: PersonView,
    numbers: Sequence[int],
) -> str:
    """The notice that tells a customer who looks after him from now on (W 5.3), out of the script of that name."""
    about = "、".join(Subject.demand(number).code for number in numbers)
    people = {
        "customer": customer,
        "old": old.name,
        "old_phone": old.phone,
        "handler": new.name,
        "handler_phone": new.phone,
        "branch": new.branch or "",
    }
    text = fill(template, {**values, **people, "number": about})
    return f"{text}（在办：{about}）" if about and about not in text else text


def for_department(revisit: RevisitView, now: datetime) -> str:
    """The message that hands what a customer said on a visit to the department that is to solve it (C 2.2, C 2.4)."""
    customer, its, his = revisit.customer, names("revisit"), names("customer")
    asked = "拿出解决方案并告知我们" if revisit.kind == "inactive" else "联系客户并告知处理结果"
    told = {
        its["customer_id"]: customer.name + (f"（{customer.company}）" if customer.company else ""),
        his["phone"]: customer.phone or "待核实",
        his["region"]: customer.region,
        its["problem"]: revisit.problem,
        its["dissatisfaction"]: revisit.dissatisfaction,
        its["inactive_reason"]: revisit.inactive_reason,
        its["visited_at"]: clock(revisit.visited_at, now),
    }
    return "\n".join([f"【回访转办】{revisit.department}：", *_lines(told), f"请在 24 小时内{asked}。"])


def for_escalation(demand: DemandInFull, raised: EscalationView, now: datetime) -> str:
    """The message that asks a higher person or a department to help with a demand (S 4)."""
    customer, its, his = demand.customer, names("escalation"), names("customer")
    told = {
        names("demand")["customer_id"]: customer.name + (f"（{customer.company}）" if customer.company else ""),
        his["phone"]: customer.phone,
        names("demand")["region"]: demand.region,
        its["product"]: raised.product,
        names("demand")["machine_id"]: demand.machine.name if demand.machine else "",
        names("demand")["content"]: demand.content,
        its["problem"]: raised.problem,
        its["tried"]: raised.tried,
        names("demand")["handler_id"]: f"{demand.handler.name} {demand.handler.phone}" if demand.handler else "",
    }
    until = f"请在 {clock(raised.due_at, now)} 前" if raised.due_at else "请尽快"
    ask = f"{until}给出处理意见并告知我们，我们转告客户。"
    return "\n".join([f"【疑难升级 第 {raised.level} 级】{demand.subject} {raised.to}：", *_lines(told), ask])


def for_superior(revisit: RevisitInFull, now: datetime) -> str:
    """The message that takes an unsolved problem of a customer to a higher person (C 2.1)."""
    customer, its, his = revisit.customer, names("revisit"), names("customer")
    due_at = next((c.due_at for c in revisit.deadlines if c.is_open and c.owed_by.role == "escalated"), None)
    told = {
        its["customer_id"]: customer.name + (f"（{customer.company}）" if customer.company else ""),
        his["phone"]: customer.phone,
        his["region"]: customer.region,
        its["problem"]: revisit.escalation_problem or revisit.problem,
        its["department"]: revisit.department,
        its["forwarded_at"]: clock(revisit.forwarded_at, now),
        its["plan"]: revisit.plan,
    }
    until = f"请在 {clock(due_at, now)} 前" if due_at else "请尽快"
    return "\n".join(
        [
            f"【回访问题上报】{revisit.subject} {revisit.escalated_to}：",
            *_lines(told),
            f"{until}拿出可行的办法并告知我们。",
        ]
    )


def clock(moment: datetime | None, now: datetime) -> str:
    """A time of a message: the date is left out when it is today."""
    if not moment:
        return ""
    moment = moment.astimezone(now.tzinfo)
    if moment.date() == now.date():
        return f"今天{moment:%H:%M}"
    year = f"{moment.year}年" if moment.year != now.year else ""
    return f"{year}{moment.month}月{moment.day}日 {moment:%H:%M}"
