"""``edit``, ``verify``, ``upgrade`` and ``escalate``: the other steps of a demand's life."""

from typing import Annotated

import typer

from demandctl.commands.intake.typed import (
    Accused,
    ChannelOption,
    GroupName,
    Mode,
    Product,
    Region,
    Subtype,
    Tags,
    UrgencyOption,
    Warranty,
    Wish,
)
from demandctl.context import Context
from demandctl.errors import Lacking, Offer, UsageError
from demandctl.language.display import shown_lines
from demandctl.language.subject import Subject
from demandctl.messages import handing
from demandctl.queries.demands import read_demand
from demandctl.queries.history import read_story
from demandctl.queries.reader import reading
from demandctl.store.work import NOTHING
from demandctl.terminal.answers import demand_answer, demands_answer, say_doubt
from demandctl.terminal.changed import changed_lines
from demandctl.terminal.options import At, Json, KindOption, Number, Numbers, Raised, Within
from demandctl.terminal.render import put
from demandctl.terminal.takes import PHONE, Argument, Option, choice, prose, ref, word
from demandctl.terminal.typed import understood
from demandctl.vocabulary import SUBTYPES, Kind, parse_subtype

Content = Annotated[str, Option("--content", "demand.content", prose("内容"))]
Note = Annotated[str | None, Option("--note", "demand.note", prose("文字"), "写空串清除")]
MachineOption = Annotated[str, Option("--machine", "demand.machine_id", ref("machine", "设备"), "序列号或机型")]
Verified = Annotated[bool, Option("--verified/--unverified", "属实，或不属实")]
CustomerName = Annotated[str, Option("--name", "customer.name", word("姓名"), "客户的")]
CustomerPhone = Annotated[str, Option("--phone", "customer.phone", PHONE, "客户的")]
UpgradeSubtype = Annotated[
    str, Option("--subtype", "demand.subtype", choice(SUBTYPES[Kind.OPPORTUNITY], "子类"), "默认新机")
]
To = Annotated[str, Argument("请谁协助", ref("whom", "谁"), "人、部门、分公司，或“主管”")]
Tried = Annotated[str, Option("--tried", "escalation.tried", prose("文字"), "默认最近几次跟进")]
Problem = Annotated[str, Option("--problem", "难在哪里", prose("问题"))]


def edit(
    ctx: typer.Context,
    number: Number,
    kind: KindOption = None,
    subtype: Subtype = "",
    urgency: UrgencyOption = None,
    region: Region = "",
    product: Product = "",
    content: Content = "",
    wish: Wish = "",
    mode: Mode = None,
    warranty: Warranty = "",
    machine: MachineOption = "",
    channel: ChannelOption = None,
    group: GroupName = "",
    raised: Raised = None,
    accused: Accused = "",
    tag: Tags = (),
    note: Note = None,
    name: CustomerName = "",
    phone: CustomerPhone = "",
    json: Json = False,
) -> None:
    """改正一条需求，连同它的客户的姓名、电话。

    类型、紧急程度、地区、提出时间变了，未完成的时限跟着重算。
    """
    app: Context = ctx.obj
    typed = (
        kind, subtype, urgency, region, product, content, wish, mode, warranty, machine, channel, group, raised,
        accused, tag,
    )  # fmt: skip
    his = {column: value for column, value in (("name", name), ("phone", phone)) if value}
    if not any(typed) and note is None and not his:
        hint = f"例如：demandctl edit {number} --urgency 急；客户的姓名、电话：--name、--phone"
        raise Lacking("没有写要改什么", hint, lambda: _offers(app, number))
    from demandctl.actions import demands
    from demandctl.actions.contacts import find_contact
    from demandctl.db import transaction

    with transaction(app, "edit") as work:
        demand = demands.find_demand(work.session, number)
        values = {
            "kind": kind and kind.value,
            "subtype": parse_subtype(subtype, kind or Kind(demand.kind)) if subtype else "",
            "urgency": urgency and urgency.value,
            "region": region,
            "product": product,
            "content": content,
            "wish": wish,
            "service_mode": mode and mode.value,
            "warranty": warranty,
            "channel": channel and channel.value,
            "group_name": group,
            "raised_at": raised,
            "accused_id": find_contact(work, accused).id if accused else None,
            "tags": [*tag],
        }
        given = {name: value for name, value in values.items() if value} | ({"note": note} if note is not None else {})
        if not (given or machine or his):
            raise UsageError("要改成什么是空的", f"demandctl edit {number} --help")
        demands.edit(work, demand, given, machine, his)
    say_doubt(phone)
    said = f"，提出时间 {understood(app, raised)}" if raised else ""
    lines = [] if json else changed_lines(app, work)
    done = f"{Subject.demand(number)} {'已改' if work.changed else NOTHING}{said}"
    demand_answer(app, number, json, done, *lines, f"看结果：demandctl show {number}")


def _offers(app: Context, number: int) -> dict[str, Offer]:
    """What of a demand can be put right, with what it is now."""
    with reading(app) as reader:
        now = read_demand(reader, number)
    texts: dict[str, str | None] = {
        "content": now.content, "kind": now.kind, "subtype": now.subtype, "urgency": now.urgency, "region": now.region,
        "product": now.product, "channel": now.channel, "group": now.group, "raised": f"{now.raised_at:%Y-%m-%d %H:%M}",
        "mode": now.service_mode, "warranty": now.warranty, "machine": "", "wish": now.wish, "tag": "、".join(now.tags),
        "accused": now.accused.name if now.accused else "",
        "note": now.note, "name": now.customer.name, "phone": now.customer.phone,
    }  # fmt: skip
    offers = {name: Offer(text or "") for name, text in texts.items()}
    offers["subtype"] = Offer(now.subtype or "", lambda given: SUBTYPES[Kind(str(given.get("kind", now.kind)))].items())
    return offers


def verify(ctx: typer.Context, numbers: Numbers, verified: Verified = True, json: Json = False) -> None:
    """记录商机是否属实，可以几条一起。"""
    app: Context = ctx.obj
    from demandctl.actions import steps

    done = steps.verify(app, numbers, verified=verified)
    demands_answer(app, numbers, json, done.said, done.following)


def upgrade(ctx: typer.Context, number: Number, subtype: UpgradeSubtype = "new", json: Json = False) -> None:
    """咨询客户有意购买：转为商机，经过保留，时限从现在重新起算。"""
    app: Context = ctx.obj
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "upgrade") as work:
        stays = demands.upgrade(work, demands.find_demand(work.session, number), subtype)
    following = f'demandctl follow-up {number} "…"' if stays else f"demandctl assign {number}"
    demand_answer(app, number, json, f"{Subject.demand(number)} 已转为商机", f"下一步：{following}")


def escalate(
    ctx: typer.Context, numbers: Numbers, contact: To, *, problem: Problem, within: Within = "", tried: Tried = "",
    at: At = None, json: Json = False,
) -> None:  # fmt: skip
    """疑难升级：请更高层协助，写明问题和时限。"""
    app: Context = ctx.obj
    if not problem:
        hint = f'写明难在哪里：demandctl escalate {numbers[0]} {contact} --problem "…"'
        raise UsageError("选项 --problem 是空的", hint)
    from demandctl.actions import steps

    done = steps.escalate(app, numbers, contact, problem=problem, at=at or app.now, within=within, tried=tried)
    demands_answer(app, numbers, json, done.said, done.following)
    if not json:
        _put_messages(app, numbers)


def _put_messages(app: Context, numbers: tuple[int, ...]) -> None:
    """The text that goes with each escalation, ready to paste."""
    with reading(app) as reader:
        found = [read_story(reader, number) for number in numbers]
    put()
    put("发给对方的消息：")
    for demand in found:
        put(shown_lines(handing.for_escalation(demand, demand.escalations[-1], app.now)))
