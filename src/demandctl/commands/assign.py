"""``assign`` and ``who``: route a demand to the right person."""

from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from demandctl.context import Context
from demandctl.core.routing import Proposal, Routing
from demandctl.errors import UsageError
from demandctl.language.display import shown, shown_lines
from demandctl.language.subject import Subject
from demandctl.messages import handing
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal import asking
from demandctl.terminal.answers import answer
from demandctl.terminal.copying import Copy, put_on_clipboard
from demandctl.terminal.options import At, Json, Number, Reason, Yes
from demandctl.terminal.render import put, put_json, put_styled, tell
from demandctl.terminal.takes import SUBTYPE, Argument, Option, choice, ref, word
from demandctl.terminal.typed import clean, one_line
from demandctl.vocabulary import Kind, parse_subtype

Who = Annotated[str, Argument("派给谁", ref("contact", "联系人"), "姓名、电话或编号；不写就给出建议")]
Auto = Annotated[bool, Option("--auto", "建议明确时，直接派给第一位")]
Leader = Annotated[bool, Option("--leader", "转给分公司领导，由领导指派")]
Expert = Annotated[bool, Option("--expert", "请专家顾问解答")]
External = Annotated[bool, Option("--external", "内部解决不了，找外部资源")]


def assign(
    ctx: typer.Context,
    number: Number,
    contact: Who = "",
    auto: Auto = False,
    leader: Leader = False,
    expert: Expert = False,
    external: External = False,
    reason: Reason = "",
    at: At = None,
    copy: Copy = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """派单：派给对接人、转领导指派、请专家或外部资源。

    不写联系人时列出建议和理由，在终端里可以直接选；派定后打印一段可以直接粘贴给对方的消息。
    """
    app: Context = ctx.obj
    if sum((auto, leader, expert, external)) > 1:
        raise UsageError("--auto --leader --expert --external 只能用一个")
    if contact and auto:
        raise UsageError("已写了联系人，就不用 --auto")
    moment = at or app.now
    if not (contact or auto or leader or expert or external):
        if json or not asking.can_ask():
            _propose(app, number, json)
            return
        offer(app, number, copy=copy, reason=clean(reason), moment=moment, yes=yes)
        return
    choice = _Choice(contact, leader=leader, expert=expert, external=external)
    _give(app, number, choice, moment=moment, reason=clean(reason), copy=copy, as_json=json)


class _Choice(NamedTuple):
    """To whom: a contact that was named, or whom the directory makes clear, and in which way."""

    contact: str = ""
    leader: bool = False
    expert: bool = False
    external: bool = False


def _give(
    app: Context, number: int, to_whom: _Choice, *, moment: datetime, reason: str, copy: bool, as_json: bool
) -> None:
    """Assign or refer, and print the message for whoever got it."""
    from demandctl.actions import steps

    whom = steps.Recipient(
        one_line(to_whom.contact), leader=to_whom.leader, expert=to_whom.expert, external=to_whom.external
    )
    handed = steps.hand(app, number, whom, at=moment, reason=reason)
    with reading(app) as reader:
        written = read_demand(reader, number)
    text = handing.to_whom_it_went(written, handed.lacking, app.now, leader=handed.leader)
    if as_json:
        put_json(written)
    else:
        answer(handed.done.sentence, handed.done.following, "发给对方的消息：")
        put()
        put(shown_lines(text))
    if copy:
        put_on_clipboard(text)


def offer(
    app: Context, number: int, *, copy: bool, reason: str = "", moment: datetime | None = None, yes: bool = False
) -> None:
    """Let the person choose among the proposals; the pointer stands on the one that is clear, else on the leader."""
    from demandctl.queries import routing

    with reading(app) as reader:
        demand = read_demand(reader, number)
        found = routing.for_demand(reader, demand)
    listed = [(_Choice(str(p.id)), _line(p)) for p in found.proposals[:6]]
    leader = found.leader
    referral = [(_Choice(str(leader.id), leader=True), f"转领导指派：{_line(leader)}")] if leader else []
    by_rule = listed[:1] if found.clear else referral
    choice: _Choice | None
    if yes and by_rule:
        choice = by_rule[0][0]
    else:
        later = (None, "先不派")
        place = f"{Subject.demand(number)} {demand.kind.label}，{demand.region or '地区未知'}"
        choice = asking.choose(f"{place}：派给谁", [*listed, *referral, later], by_rule[0][0] if by_rule else None)
    if choice is None:
        answer(f"{Subject.demand(number)} 还没有派单", f"以后再派：demandctl assign {number}")
        return
    _give(app, number, choice, moment=moment or app.now, reason=reason, copy=copy, as_json=False)


def _line(person: Proposal) -> str:
    return shown(f"{person.name}  {person.why}")


def _propose(app: Context, number: int, as_json: bool) -> None:
    from demandctl.queries import routing

    with reading(app) as reader:
        demand = read_demand(reader, number)
        found = routing.for_demand(reader, demand)
    if as_json:
        put_json(_document(found))
        return
    head = f"{Subject.demand(number)} {demand.kind.label}：{demand.customer.name}，{demand.region or '地区未知'}"
    put_styled(shown(head), "bold")
    put_proposals(found)
    first = found.proposals[0].name if found.clear else "联系人"
    leader = "--leader" if found.leader else "领导姓名 --leader"
    answer("", f"派单：demandctl assign {number} {first}", f"转领导：demandctl assign {number} {leader}")


def _document(found: Routing) -> dict[str, object]:
    """Proposals as JSON has them."""
    return {
        "clear": found.clear,
        "proposals": [proposal._asdict() for proposal in found.proposals],
        "leader": found.leader._asdict() if found.leader else None,
    }


def who(
    ctx: typer.Context,
    region: Annotated[str, Option("--region", "设备或工地所在地", word("地区", known="region"))] = "",
    kind: Annotated[Kind, Option("--kind", "demand.kind", choice(Kind, "类型"), "默认商机")] = Kind.OPPORTUNITY,
    subtype: Annotated[str, Option("--subtype", "demand.subtype", SUBTYPE)] = "",
    product: Annotated[str, Option("--product", "demand.product", word("产品", known="product"))] = "",
    customer: Annotated[str, Option("--customer", "客户", ref("customer", "客户"), "编号、姓名或电话")] = "",
    json: Json = False,
) -> None:
    """这样的需求该派给谁：按合适程度排列，附理由。"""
    from demandctl.queries import routing

    app: Context = ctx.obj
    with reading(app) as reader:
        found = routing.for_need(
            reader,
            kind=kind,
            subtype=parse_subtype(subtype, kind) if subtype else None,
            region=region,
            product=product,
            customer=customer,
        )
    if json:
        put_json(_document(found))
        return
    put_proposals(found)


def put_proposals(found: Routing) -> None:
    """The proposals with their reasons, and the leader it would go to otherwise."""
    for place, person in enumerate(found.proposals[:8], 1):
        tell(shown(f"{place}. {person.name}  {person.phone}  {person.why}"))
    if not found.proposals:
        put("通讯录里没有直接合适的人。")
    elif not found.clear:
        put("几位难分先后，请指定一位或转领导。")
    leader = found.leader
    if leader:
        tell(shown(f"领导：{leader.name}  {leader.phone}  {leader.branch}"))
