"""What the showing commands share: times and deadlines as people read them."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import partial
from types import MappingProxyType

from demandctl.core.rhythms import say_rhythm
from demandctl.core.targets import Target
from demandctl.language.display import lateness, minutes, moment, shown, shown_lines
from demandctl.language.files import size_of
from demandctl.language.subject import Subject
from demandctl.queries.attachments import AttachmentView
from demandctl.queries.deadlines import Clock
from demandctl.queries.demands import DemandView
from demandctl.queries.history import DemandStory, EscalationView, FollowUpView
from demandctl.queries.people import PersonView
from demandctl.queries.revisits import RevisitView
from demandctl.queries.services import ServiceSums, ServiceView
from demandctl.queries.view import View
from demandctl.store.fields import TABLES, Field, Holds, called, fields_of, names
from demandctl.terminal.clocks import urged
from demandctl.terminal.layout import Column
from demandctl.terminal.render import put, put_styled, put_table
from demandctl.vocabulary import DeadlineState, NoteKind, Term, Urgency, subtype_label


def status_label(demand: DemandView) -> str:
    """The status in Chinese; an ended demand shows how it ended."""
    return (demand.outcome or demand.status).label


def details(
    table: str,
    read: View,
    at: Callable[[datetime], str],
    *,
    without: Collection[str] = (),
    instead: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """What was read of a row, by the names of its columns and in their order.

    *at* says how a time is told, *instead* what is told of a column together with others, *without* what is not told.
    """
    values = vars(read)

    def told(field: Field) -> str:
        if field.column in instead:
            return instead[field.column]
        return _in_words(field, values.get(field.column, values.get(field.column.removesuffix("_id"))), at)

    return [(field.name, told(field)) for field in fields_of(table) if field.told and field.column not in without]


def _in_words(field: Field, value: object, at: Callable[[datetime], str]) -> str:
    """A value that was read as people read it; empty where there is nothing to tell."""
    if value in (None, "", []) or (field.holds is Holds.FLAG and not value):
        return ""
    if isinstance(value, bool):
        return field.says[not value]
    if isinstance(value, Term):
        return value.label
    if isinstance(value, datetime):
        return at(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(map(str, value))
    if field.holds is Holds.DEMAND and isinstance(value, int):
        return Subject.demand(value).code
    if field.holds is Holds.RHYTHM:
        return say_rhythm(str(value))
    return f"{value:,}" if field.holds is Holds.MONEY else str(getattr(value, "name", value))


def put_deadlines(deadlines: list[Clock], now: datetime) -> None:
    """The clocks: the open ones first, then how the past ones ended."""
    if not deadlines:
        return
    put()
    put_styled(TABLES["deadline"], "bold")
    its = names("deadline")
    columns = [
        Column(TABLES["deadline"], wrap=False), Column(its["owner_id"], wrap=False),
        Column(its["started_at"], wrap=False, below=True), Column(its["due_at"], wrap=False),
        Column("情况"),
    ]  # fmt: skip
    ordered = sorted(deadlines, key=lambda clock: not clock.is_open)
    put_table(
        columns,
        [
            [clock.rule_name, clock.owed_by.name, moment(clock.started_at, now), moment(clock.due_at, now),
             how_it_stands(clock, now)]
            for clock in ordered
        ],
        styles=[
            "red" if clock.state is DeadlineState.OVERDUE else "" if clock.is_open else "dim" for clock in ordered
        ],
    )  # fmt: skip


def put_attachments(found: list[AttachmentView], now: datetime) -> None:
    """What is attached, with the number that takes each out."""
    if not found:
        return
    put()
    put_styled(f"{TABLES['attachment']}（取出：demandctl attach save 编号）", "bold")
    its = names("attachment")
    columns = [
        Column("编号", right=True, wrap=False), Column(its["name"], least=12),
        Column(its["size"], right=True, wrap=False), Column(its["at"], wrap=False), Column(its["note"]),
    ]  # fmt: skip
    put_table(columns, [[str(a.id), a.name, size_of(a.size), moment(a.at, now), a.note or ""] for a in found])


def how_it_stands(clock: Clock, now: datetime) -> str:
    """State and lateness of a deadline in words."""
    if clock.met_at:
        return f"{moment(clock.met_at, now)} {'完成，已超时' if clock.met_at > clock.due_at else '按时完成'}"
    if clock.voided_at:
        return f"取消：{clock.void_reason}" + ("（当时已超时）" if clock.voided_at > clock.due_at else "")
    if clock.state is DeadlineState.OVERDUE:
        times = f"，连续 {clock.missed} 次" if (clock.missed or 0) > 1 else ""
        return f"超时 {lateness(clock.late_minutes or 0, clock.workday_minutes)}{times}"
    return clock.state.label + ("（暂定，当年放假安排未公布）" if clock.provisional else "")


_TOLD_WITH_OTHERS = frozenset({
    "kind", "subtype", "urgency", "status", "group_name", "raised_at", "registered_at", "branch", "next_plan",
    "amount", "reason", "duplicate_of", "closed_at", "source",
})  # fmt: skip
"""Columns of a demand that stand in its head, or in a line with another."""


def demand_title(demand: DemandView) -> str:
    """A demand in a few words: its code, its kind, where it stands."""
    label = subtype_label(demand.kind, demand.subtype)
    flag = f"【{demand.urgency.label}】" if demand.urgency is not Urgency.NORMAL else ""
    kind = demand.kind.label + (f"·{label}" if label else "")
    return shown(f"{demand.subject}  {kind}  {status_label(demand)}{flag}")


def demand_facts(demand: DemandView, now: datetime) -> list[tuple[str, str]]:
    """What a demand is, by the names of its columns."""
    customer = demand.customer
    channel = demand.channel.label + (f"“{demand.group}”" if demand.group else "")
    at = partial(moment, now=now)
    instead = {
        "customer_id": f"{customer.code} {customer.name}  {customer.phone}  {customer.wechat}".rstrip(),
        "channel": f"{channel}，{at(demand.raised_at)} 提出，{at(demand.registered_at)} 登记",
        "region": f"{demand.region}  {demand.branch or ''}".strip(),
        "handler_id": _person(demand.handler),
        "leader_id": _person(demand.leader),
        "escalation": f"第 {demand.escalation} 级" if demand.escalation else "",
        "next_at": f"{moment(demand.next_at, now)} {demand.next_plan or ''}".strip(),
        "outcome": _ending(demand, now),
    }
    told = dict(details("demand", demand, at, without=_TOLD_WITH_OTHERS, instead=instead))
    asked = {called("demand", "customer_id"): told.pop(called("demand", "customer_id"))}
    told[NoteKind.NUDGE.label] = urged(demand.nudges, now)
    return list((asked | {called("customer", "company"): customer.company} | told).items())


def _person(person: PersonView | None) -> str:
    if not person:
        return ""
    return f"{person.name}  {person.phone}  {person.branch} {person.role.label}".rstrip()


def _ending(demand: DemandView, now: datetime) -> str:
    if not demand.outcome:
        return ""
    parts = [
        demand.outcome.label,
        f"{demand.amount:,} 元" if demand.amount is not None else "",
        demand.reason or "",
        f"与 {Subject.demand(demand.duplicate_of)} 重复" if demand.duplicate_of else "",
        moment(demand.closed_at, now),
    ]
    return "，".join(part for part in parts if part)


STEPS = ("verify", "upgrade", "confirm", "reopen")
"""What is told from the log, because it leaves no record of its own."""


def demand_story(demand: DemandStory, now: datetime) -> list[tuple[str, str]]:
    """What happened to a demand, and when, the oldest first."""
    story: list[tuple[datetime, int, str]] = []
    for a in demand.assignments:
        how = a.how.label
        told = f"{how} → {a.to} {a.phone}" + (f"（{a.reason}）" if a.reason else "")
        story.append((a.at, 0, told))
    for e in demand.escalations:
        story.append((e.at, 1, _escalated(e, now)))
        if e.done_at:
            story.append((e.done_at, 3, f"第 {e.level} 级升级有了结果：{shown_lines(e.result or '')}"))
    for f in demand.follow_ups:
        story.append((f.at, 2, _told(f, now)))
    for done in demand.services:
        story.append((done.at, 2, service_told(done)))
    for step in demand.operations:
        if step.command in STEPS and not step.undone_by:
            story.append((step.at, 3, step.summary))
    return [(moment(at, now), told) for at, _, told in sorted(story, key=lambda entry: (entry[0], entry[1]))]


def _escalated(raised: EscalationView, now: datetime) -> str:
    """An escalation with its limit: to whom, what is difficult, by when."""
    within = f"给 {Target.parse(raised.within).words}，" if raised.within else ""
    until = f"（{within}{moment(raised.due_at, now)} 前）" if raised.due_at else ""
    return f"升级第 {raised.level} 级 → {raised.to} {raised.phone}".rstrip() + f"：{shown_lines(raised.problem)}{until}"


def service_told(done: ServiceView) -> str:
    """A service step in a line: what, by whom, its number, its amount, why."""
    parts = [
        done.number or "", f"{done.amount:,} 元" if done.amount is not None else "", done.reason or "",
        f"处理意见：{done.decision}" if done.decision else "", done.note or "",
    ]  # fmt: skip
    more = "，".join(part for part in parts if part)
    return f"{done.step.label}（{done.by}）" + (f"：{shown_lines(more)}" if more else "")


def time_with_us(sums: ServiceSums) -> str:
    """How long a machine has been or was with us, the hours that we were open for apart; empty for none (S 5)."""
    if sums.since is None:
        return ""
    length = f"{minutes(sums.minutes or 0)}（上班时间 {minutes(sums.open_minutes or 0)}）"
    waited = f"，修好后等了 {minutes(sums.waited_minutes)}" if sums.waited_minutes is not None else ""
    return f"在我们这里 {length}{waited}" if sums.until else f"机器在我们这里，已 {length}{waited}"


def charges(sums: ServiceSums) -> str:
    """What was charged altogether; empty for nothing."""
    return f"收费合计 {sums.charged:,} 元" if sums.charged else ""


def service_lines(sums: ServiceSums) -> list[str]:
    """What the service steps of a demand come to: how long the machine was with us, visits, parts, charges."""
    again = f"，其中再次上门 {len(sums.again)} 次：{'；'.join(sums.again)}" if sums.again else ""
    lines = (
        time_with_us(sums), f"上门 {sums.visits} 次{again}" if sums.visits else "", charges(sums),
        f"领的备件还没还：{'、'.join(sums.parts_out)}" if sums.parts_out else "",
    )  # fmt: skip
    return [shown(line) for line in lines if line]


def _told(follow_up: FollowUpView, now: datetime) -> str:
    marks = [
        follow_up.note.label if follow_up.note is not NoteKind.FOLLOW_UP else "",
        follow_up.method.label if follow_up.method else "",
        "内部" if follow_up.internal else "",
        follow_up.stage or "",
        "已解决" if follow_up.resolved else "",
    ]
    extra = "·".join(mark for mark in marks if mark)
    text = f"{follow_up.by}{f'［{extra}］' if extra else ''}：{shown_lines(follow_up.text)}"
    if follow_up.wait_until:
        text += f"\n等到 {moment(follow_up.wait_until, now)}"
    elif follow_up.next_at:
        text += f"\n下次 {moment(follow_up.next_at, now)} {follow_up.next_plan or ''}".rstrip()
    return text


PUT_OFF = "已改约"


def progress(revisit: RevisitView) -> str:
    """How far a revisit has come."""
    steps = (
        (revisit.solved_at, "已解决"), (revisit.contacted_at, "部门已联络"), (revisit.forwarded_at, "已转交"),
        (revisit.recorded_at, "已填表"), (revisit.visited_at, "待填表"), (revisit.call_back_at, PUT_OFF),
    )  # fmt: skip
    return next((label for at, label in steps if at), "待回访")
