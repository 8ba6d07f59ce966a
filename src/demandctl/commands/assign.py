"""``assign`` and ``who``: route a demand to the right person."""

from collections.abc import Sequence
from typing import Annotated

import typer

from demandctl.commands.offer import Chosen, Terms, give, offer
from demandctl.context import Context
from demandctl.core.routing import Routing
from demandctl.errors import UsageError
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.queries.demands import DemandInFull, read_demand
from demandctl.queries.reader import reading
from demandctl.terminal import asking, typed
from demandctl.terminal.answers import answer
from demandctl.terminal.copying import Copy
from demandctl.terminal.options import At, Json, Reason, Yes
from demandctl.terminal.render import put, put_json, put_styled, tell
from demandctl.terminal.takes import NUMBERS_AND_NAME, PHONE, SUBTYPE, Argument, Option, choice, ref, word
from demandctl.terminal.typed import clean, one_line
from demandctl.vocabulary import Kind, Role, parse_subtype

Given = Annotated[tuple[str, ...], Argument("demand.id", NUMBERS_AND_NAME, "12 或 D12；可写几条：3 5 7、3-6")]
Who = Annotated[str, Argument("派给谁", ref("contact", "联系人"), "姓名、电话或编号；“我”是自己；不写就给出建议")]
Auto = Annotated[bool, Option("--auto", "建议明确时，直接派给第一位")]
Leader = Annotated[bool, Option("--leader", "转给分公司领导，由领导指派")]
Expert = Annotated[bool, Option("--expert", "请专家顾问解答")]
External = Annotated[bool, Option("--external", "内部解决不了，找外部资源")]
NewContact = Annotated[str, Option("--new-contact", "派给通讯录里还没有的人", word("姓名"), "同时记进通讯录")]
NewPhone = Annotated[str, Option("--phone", "contact.phone", PHONE, "新联系人的")]
NewRole = Annotated[Role | None, Option("--role", "contact.role", choice(Role, "角色"), "新联系人的")]
NewBranch = Annotated[str, Option("--branch", "contact.branch", word("分公司", known="branch"), "新联系人的")]


def assign(
    ctx: typer.Context,
    numbers: Given,
    contact: Who = "",
    auto: Auto = False,
    leader: Leader = False,
    expert: Expert = False,
    external: External = False,
    new_contact: NewContact = "",
    phone: NewPhone = "",
    role: NewRole = None,
    branch: NewBranch = "",
    reason: Reason = "",
    at: At = None,
    copy: Copy = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """派单：派给对接人、转领导指派、请专家或外部资源，可以几条一起。

    不写联系人时列出建议和理由，在终端里可以直接选；派定后打印一段可以直接粘贴给对方的消息。
    """
    app: Context = ctx.obj
    if sum((auto, leader, expert, external)) > 1:
        raise UsageError("--auto --leader --expert --external 只能用一个")
    which, contact = _which(app, numbers, contact)
    if sum(map(bool, (contact, new_contact, auto))) > 1:
        raise UsageError("联系人、--new-contact、--auto 只能用一个", "留下要的那一个")
    if not new_contact and (phone or role or branch):
        raise UsageError("--phone --role --branch 是新联系人的", "加上 --new-contact 姓名")
    newcomer = _newcomer(app, which[0], new_contact, phone, role, branch) if new_contact else None
    terms = Terms(at or app.now, clean(reason), copy=copy, yes=yes)
    if contact or newcomer or auto or leader or expert or external:
        whom = Chosen(one_line(contact), leader, expert, external, newcomer)
        give(app, which, whom, terms, as_json=json)
        return
    if not json and asking.can_ask():
        for number in which:
            offer(app, number, terms)
        return
    if reason or at or copy:
        raise UsageError("还没有写派给谁", f"demandctl assign {which[0]} 联系人，或 --auto、--leader")
    propose(app, which, as_json=json)


_PHONES = 10**8
"""From here on a number is somebody's phone."""


def _which(app: Context, words: tuple[str, ...], contact: str) -> tuple[list[int], str]:
    """The demands, and the contact where he was typed by number behind them."""
    last = words[-1]
    if contact or len(words) < 2 or not last.isdecimal():
        return _numbers(words), contact
    if int(last) >= _PHONES:
        return _numbers(words[:-1]), last
    with reading(app) as reader:
        person = next(iter(reader.rows("SELECT name FROM contact WHERE id = ? AND active", (int(last),))), None)
        demand = reader.rows("SELECT 1 FROM demand WHERE id = ?", (int(last),))
    if person and demand:
        hint = f"派给{person['name']}：写姓名；几条一起派：写 D{last}"
        raise UsageError(f"“{last}”可以是 D{last}，也可以是联系人 {last} {person['name']}", hint)
    return (_numbers(words[:-1]), last) if person else (_numbers(words), "")


def _numbers(words: Sequence[str]) -> list[int]:
    found = (typed.demand_number(part) for word in words for part in typed.numbers(word))
    return list(dict.fromkeys(found))


def _newcomer(app: Context, number: int, name: str, phone: str, role: Role | None, branch: str) -> dict[str, str]:
    """Somebody new: with what was not typed asked for by name, his role and branch those that the demand calls for."""
    from demandctl.queries.routing import role_wanted

    if not phone:
        raise UsageError("缺少 --phone", f"demandctl assign {number} --new-contact {name} --phone 电话 --role 角色")
    with reading(app) as reader:
        demand = read_demand(reader, number)
    return {"name": name, "phone": phone, "role": role or role_wanted(demand), "branch": branch or demand.branch or ""}


def propose(app: Context, numbers: Sequence[int], *, as_json: bool) -> None:
    """Who could get each, with the reasons, and the commands that give it."""
    from demandctl.queries import routing

    with reading(app) as reader:
        demands = [read_demand(reader, number) for number in numbers]
        each = [(demand, routing.for_demand(reader, demand)) for demand in demands]
    if as_json:
        documents = [_document(found) for _, found in each]
        put_json(documents if len(documents) > 1 else documents[0])
        return
    for demand, found in each:
        _put_proposed(demand, found)


def _put_proposed(demand: DemandInFull, found: Routing) -> None:
    number = demand.number
    head = f"{Subject.demand(number)} {demand.kind.label}：{demand.customer.name}，{demand.region or '地区未知'}"
    put_styled(shown(head), "bold")
    put_proposals(found)
    first = found.proposals[0].name if found.clear else "联系人"
    leader = "--leader" if found.leader else f"{found.near} --leader"
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
    for head in [leader] if leader else found.nearest[:3]:
        near = "" if leader else "，" + "；".join(head.reasons[1:]) if head.reasons[1:] else "，不管这里"
        tell(shown(f"领导：{head.name}  {head.phone}  {head.branch}{near}"))
