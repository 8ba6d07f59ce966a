"""``revisit``: plan visits, record them, pass on what customers said."""

from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer

from demandctl.commands.revisit.planning import add, plan, warn_outside_call_hours
from demandctl.context import Context
from demandctl.core.targets import Target
from demandctl.errors import UsageError
from demandctl.language.display import moment, shown, shown_lines
from demandctl.language.subject import Subject
from demandctl.messages import handing
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.queries.revisits import RevisitInFull, RevisitView, read_revisit, read_revisits
from demandctl.store.fields import called, names
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import At, Attach, Json, Limit, Since, Until, Within, Yes, row_limit
from demandctl.terminal.questions import terms
from demandctl.terminal.render import pairs, put, put_json, put_styled, put_table
from demandctl.terminal.showing import PUT_OFF, details, progress, put_attachments, put_deadlines
from demandctl.terminal.takes import FUTURE, PAST, Argument, Option, choice, many, prose, ref, word
from demandctl.terminal.typed import future, past, understood
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

Later = date | datetime | None
Number = Annotated[int, Argument("revisit.id", ref("revisit", "回访编号"))]
KindFilter = Annotated[tuple[RevisitKind, ...], Option("--kind", "revisit.kind", many(choice(RevisitKind, "类型")))]
Note = Annotated[str | None, Option("--note", "revisit.note", prose("文字"))]
Superior = Annotated[str, Argument("上报给谁", ref("whom", "谁"), "人、部门、分公司，或“主管”")]
EscalatedProblem = Annotated[
    str, Option("--problem", "revisit.escalation_problem", prose("问题"), "默认客户反映的问题")
]
Rating = Satisfaction | None


def record(
    ctx: typer.Context,
    number: Number,
    visited_at: Annotated[datetime | None, Option("--visited-at", "revisit.visited_at", PAST)] = None,
    method: Annotated[Method | None, Option("--method", "revisit.method", choice(Method, "方式"))] = None,
    reachable: Annotated[bool | None, Option("--reachable/--unreachable", "是否联系上、方便接听")] = None,
    call_back: Annotated[Later, Option("--call-back", "revisit.call_back_at", FUTURE, "客户没空时")] = None,
    product: Annotated[
        Rating, Option("--product-rating", "revisit.product_rating", choice(Satisfaction, "评价"))
    ] = None,
    attitude: Annotated[Rating, Option("--attitude", "revisit.attitude", choice(Satisfaction, "评价"))] = None,
    speed: Annotated[Rating, Option("--speed", "revisit.speed", choice(Satisfaction, "评价"))] = None,
    promise: Annotated[Rating, Option("--promise", "revisit.promise", choice(Satisfaction, "评价"))] = None,
    satisfaction: Annotated[
        Rating, Option("--satisfaction", "revisit.satisfaction", choice(Satisfaction, "评价"))
    ] = None,
    dissatisfaction: Annotated[
        str | None, Option("--dissatisfaction", "revisit.dissatisfaction", prose("文字"))
    ] = None,
    heard_from: Annotated[str | None, Option("--heard-from", "revisit.heard_from", prose("文字"))] = None,
    suggestion: Annotated[str | None, Option("--suggestion", "revisit.suggestion", prose("文字"))] = None,
    recommend: Annotated[bool | None, Option("--recommend/--no-recommend", "revisit.recommend")] = None,
    inactive_reason: Annotated[
        str | None, Option("--inactive-reason", "revisit.inactive_reason", prose("文字"))
    ] = None,
    would_continue: Annotated[
        bool | None, Option("--would-continue/--would-not-continue", "revisit.would_continue")
    ] = None,
    problem: Annotated[str | None, Option("--problem", "revisit.problem", prose("文字"))] = None,
    urgent: Annotated[bool | None, Option("--urgent/--not-urgent", "问题要即时解决")] = None,
    department: Annotated[
        str | None, Option("--department", "revisit.department", word("部门", known="department"))
    ] = None,
    visitor: Annotated[str, Option("--visitor", "revisit.visitor", word("人", known="contact"), "默认自己")] = "",
    note: Note = None,
    attach: Attach = (),
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录回访：只写时间是“已访”，写了评价就是填表，客户没空写 --call-back。"""
    app: Context = ctx.obj
    typed = (visited_at, call_back, product, attitude, speed, promise, satisfaction, dissatisfaction, problem)
    asks = asking.can_ask() and not (yes or json)
    if not any(typed) and reachable is None and asks:
        visited_at, call_back, satisfaction = _asked(app, number)
    ratings = {
        "product_rating": product,
        "attitude": attitude,
        "speed": speed,
        "promise": promise,
        "satisfaction": satisfaction,
    }
    texts = {"dissatisfaction": dissatisfaction, "heard_from": heard_from, "suggestion": suggestion,
             "inactive_reason": inactive_reason, "problem": problem, "department": department,
             "note": note}  # fmt: skip
    values = {
        "visited_at": visited_at,
        "method": method and method.value,
        "reachable": reachable,
        "call_back_at": call_back
        if call_back is None or isinstance(call_back, datetime)
        else app.calendar.closing(call_back),
        **{name: given and given.value for name, given in ratings.items()},
        **{name: text or None for name, text in texts.items() if text is not None},
        "recommend": recommend,
        "would_continue": would_continue,
        "urgent": urgent,
        "visitor": visitor or None,
    }
    if isinstance(call_back, datetime):
        warn_outside_call_hours(app, call_back)
    from demandctl.actions import attachments, revisits
    from demandctl.commands.revisit import form
    from demandctl.db import transaction
    from demandctl.store.attachments import kept

    if asks:
        values = form.asked_for(app, number, values)
    with kept(app.db_path, attach) as contents, transaction(app, "revisit record") as work:
        revisit = revisits.find_revisit(work.session, number)
        what = revisits.record(work, revisit, values)
        attachments.attach(work, revisit.subject, contents)
        forwardable = bool(what == "form" and revisit.problem and revisit.urgent)
        lacks = revisits.lacking(revisit)
    told = {"visit": "已记录", "form": "回访表已填", "attempt": "记下没联系上，计划不变"}.get(what, "")
    following = _next_step(number, what, forwardable)
    if call_back is not None:
        told = f"已改约 {understood(app, call_back)}"
    elif what == "unfinished":
        told, following = revisits.said_unfinished(lacks), form.completed_by(lacks, number)
    written = _one(app, number)
    object_answer(json, written, f"{Subject.revisit(number).words} {told}", following)
    if what == "form" and not json:
        form.put_for_department(app, written)


def _next_step(number: int, what: str, forwardable: bool) -> str:
    """The command that comes after a visit, a form or an attempt was recorded."""
    if forwardable:
        return f"一小时内转交：demandctl revisit forward {number} 部门；本部门解决了：demandctl revisit solved {number}"
    if what == "visit":
        return f"填表：demandctl revisit record {number} --satisfaction …"
    return f"看：demandctl revisit show {number}"


def _asked(app: Context, number: int) -> tuple[datetime | None, Later, Rating]:
    """When the visit was, and how satisfied the customer is; or when he wants to be called instead."""
    talked = asking.choose(Subject.revisit(number).words, [(True, "联系上了"), (False, "客户没空，改约")])
    if not talked:
        return None, future(app, asking.text("改约到什么时候", needed=True, check=lambda text: future(app, text))), None
    at = asking.text("什么时候回访的（空着是现在）", check=lambda text: past(app, text))
    chosen: str = asking.choose("整体满意度", [*terms(Satisfaction), ("", "先不填表")])
    return past(app, at) if at else app.now, None, Satisfaction(chosen) if chosen else None


Department = Annotated[str, Argument("revisit.department", word("部门", known="department"))]


def forward(ctx: typer.Context, number: Number, department: Department, at: At = None, json: Json = False) -> None:
    """把客户反馈转交责任部门。"""
    app: Context = ctx.obj
    from demandctl.actions import revisits
    from demandctl.db import transaction

    with transaction(app, "revisit forward") as work:
        revisits.forward(work, revisits.find_revisit(work.session, number), department, at=at or app.now)
    now = _one(app, number)
    object_answer(
        json,
        now,
        f"{now.subject.words} 已转交 {now.department}",
        f"部门联络客户后：demandctl revisit contacted {number}",
    )
    if not json:
        _put_text(handing.for_department(now, app.now))


def _put_text(text: str) -> None:
    put()
    put("发给对方的消息：")
    put(shown_lines(text))


def contacted(ctx: typer.Context, number: Number, at: At = None, json: Json = False) -> None:
    """记录责任部门已首次联络客户。"""
    app: Context = ctx.obj
    from demandctl.actions import revisits
    from demandctl.db import transaction

    with transaction(app, "revisit contacted") as work:
        revisits.contacted(work, revisits.find_revisit(work.session, number), at=at or app.now)
    data = _one(app, number)
    object_answer(json, data, f"{Subject.revisit(number).words} 部门已联络客户", _when_solved(data))


def planned(
    ctx: typer.Context, number: Number, text: Annotated[str, Argument("revisit.plan", prose("方案"))],
    at: At = None, json: Json = False,
) -> None:  # fmt: skip
    """记录责任部门的解决方案。"""
    app: Context = ctx.obj
    from demandctl.actions import revisits
    from demandctl.db import transaction

    if not text:
        raise UsageError("方案不能是空的")
    with transaction(app, "revisit planned") as work:
        revisits.planned(work, revisits.find_revisit(work.session, number), text, at=at or app.now)
    data = _one(app, number)
    object_answer(json, data, f"{Subject.revisit(number).words} 的方案已记录", _when_solved(data))


def _when_solved(revisit: RevisitView) -> str:
    return "" if revisit.solved_at else f"解决后：demandctl revisit solved {revisit.id}"


def escalate(
    ctx: typer.Context, number: Number, contact: Superior, problem: EscalatedProblem = "", within: Within = "",
    at: At = None, json: Json = False,
) -> None:  # fmt: skip
    """部门没有解决：上报更高层，写明问题和时限。"""
    app: Context = ctx.obj
    from demandctl.actions import revisits
    from demandctl.actions.contacts import find_whom
    from demandctl.actions.demands import parse_within
    from demandctl.db import transaction

    allowed = parse_within(within) if within else ""
    with transaction(app, "revisit escalate") as work:
        to = find_whom(work, contact)
        revisit = revisits.find_revisit(work.session, number)
        revisits.escalate(work, revisit, to, at=at or app.now, problem=problem, within=allowed)
        name = to.name
    object_answer(
        json,
        _one(app, number),
        f"{Subject.revisit(number).words} 已上报 {name}",
        f"解决后：demandctl revisit solved {number}",
    )
    if not json:
        _put_text(handing.for_superior(_one(app, number), app.now))


def solved(ctx: typer.Context, number: Number, at: At = None, note: Note = None, json: Json = False) -> None:
    """记录客户的问题已解决。"""
    app: Context = ctx.obj
    from demandctl.actions import revisits
    from demandctl.db import transaction

    with transaction(app, "revisit solved") as work:
        revisits.solved(work, revisits.find_revisit(work.session, number), at=at or app.now, note=note or "")
    object_answer(json, _one(app, number), f"{Subject.revisit(number).words} 的问题已解决")


def list_(
    ctx: typer.Context,
    kind: KindFilter = (),
    customer: Annotated[tuple[str, ...], Option("--customer", "客户", many(ref("customer", "客户")))] = (),
    open_only: Annotated[bool, Option("--open", "只看没完的", more="未访、未填表、问题未解决")] = False,
    since: Since = "",
    until: Until = "",
    limit: Limit = None,
    json: Json = False,
) -> None:
    """回访列表。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = read_revisits(
            reader,
            customers=[find_customer_id(reader, name) for name in customer],
            kinds=kind,
            open_only=open_only,
            since=since,
            until=until,
            limit=row_limit(limit, json),
        )
    if json:
        put_json(found)
        return
    if not found:
        put("没有符合条件的回访")
        return
    its = names("revisit")
    columns = [
        Column(its["id"], wrap=False), Column(its["kind"], wrap=False), Column(its["customer_id"]),
        Column(its["planned_at"], wrap=False), Column(its["visited_at"], wrap=False),
        Column(its["satisfaction"], wrap=False), Column(its["problem"], least=8), Column("情况", wrap=False),
    ]  # fmt: skip
    put_table(
        columns,
        [
            [r.subject.code, r.kind.label, r.customer.name, moment(r.planned_at, app.now),
             moment(r.visited_at, app.now), rating(r.satisfaction), r.problem or "", _standing(r, app)]
            for r in found
        ],
    )  # fmt: skip


def rating(value: Satisfaction | None) -> str:
    """A rating in Chinese, empty when none was given."""
    return value.label if value else ""


def _standing(revisit: RevisitView, app: Context) -> str:
    """How far it has come, and until when it was put off."""
    said = progress(revisit)
    return f"{said} {moment(revisit.call_back_at, app.now)}" if said == PUT_OFF else said


def show(ctx: typer.Context, number: Number, json: Json = False) -> None:
    """一次回访的全部。"""
    app: Context = ctx.obj
    data = _one(app, number)
    if json:
        put_json(data)
        return
    now, customer = app.now, data.customer
    put_styled(shown(f"{data.subject.words}  {data.kind.label}  {progress(data)}"), "bold")
    asked = f"{customer.code} {customer.name}  {customer.phone}".rstrip()
    allowed = data.escalation_within
    within = {"escalation_within": Target.parse(allowed).words} if allowed else {}
    told = details("revisit", data, partial(moment, now=now), without=("customer_id", "kind"), instead=within)
    pairs([(called("revisit", "customer_id"), asked), *told])
    put_deadlines(data.deadlines, now)
    put_attachments(data.attachments, now)


def _one(app: Context, number: int) -> RevisitInFull:
    with reading(app) as reader:
        return read_revisit(reader, number)


TREE: Tree = {
    "plan": Entry("计划", plan),
    "add": Entry("安排", add),
    "call": Entry("打电话", "revisit.call:call", "照着话术打回访电话，边问边记，最后填好回访表。"),
    "record": Entry("填表", record),
    "forward": Entry("转交", forward),
    "contacted": Entry("已联络", contacted),
    "planned": Entry("方案", planned),
    "escalate": Entry("上报", escalate),
    "solved": Entry("已解决", solved),
    "list": Entry("列表", list_),
    "show": Entry("查看", show),
}
