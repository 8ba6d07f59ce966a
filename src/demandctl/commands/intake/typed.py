"""``intake``: record a demand."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from demandctl.commands.group import learn
from demandctl.commands.show import put_demand
from demandctl.context import Context
from demandctl.core.parts import RulePart
from demandctl.errors import SameDemand, UsageError
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reader_in, reading
from demandctl.terminal import asking
from demandctl.terminal.answers import demand_answer
from demandctl.terminal.copying import Copy
from demandctl.terminal.options import Attach, Json, KindOption, Raised, Yes
from demandctl.terminal.render import say
from demandctl.terminal.takes import PHONE, SUBTYPE, Argument, Option, choice, many, prose, ref, word
from demandctl.terminal.typed import clean, understood
from demandctl.vocabulary import Channel, Kind, ServiceMode, Urgency, parse_subtype

Text = Annotated[str, Argument("客户的原话", prose("内容"), "写 - 从标准输入读")]
Customer = Annotated[
    str, Option("--customer", "客户", word("客户", known="customer"), "姓名或昵称；老客户可写编号 K00001")
]
Phone = Annotated[str, Option("--phone", "customer.phone", PHONE, "手机或座机")]
Wechat = Annotated[str, Option("--wechat", "微信号", word("微信号"))]
Company = Annotated[str, Option("--company", "customer.company", word("单位"))]
Region = Annotated[str, Option("--region", "设备或工地所在地", word("地区", known="region"), "如 湖南湘潭")]
Address = Annotated[str, Option("--address", "customer.address", word("地址"))]
ChannelOption = Annotated[Channel | None, Option("--channel", "demand.channel", choice(Channel, "渠道"))]
GroupName = Annotated[str, Option("--group", "demand.group_name", word("社群", known="group"), "写了就是社群渠道")]
Subtype = Annotated[str, Option("--subtype", "demand.subtype", SUBTYPE, "如 新机、配件、报修、产品，随需求类型")]
Product = Annotated[str, Option("--product", "demand.product", word("产品", known="product"), "如 37米泵车")]
UrgencyOption = Annotated[Urgency | None, Option("--urgency", "demand.urgency", choice(Urgency, "程度"))]
Mode = Annotated[ServiceMode | None, Option("--mode", "demand.service_mode", choice(ServiceMode, "方式"))]
Warranty = Annotated[str, Option("--warranty", "demand.warranty", word("保修"), "如 保内、保外")]
Wish = Annotated[str, Option("--wish", "demand.wish", prose("文字"))]
From = Annotated[int | None, Option("--from", "由哪条需求引出", ref("demand", "编号"), "如维修中要买配件")]
Accused = Annotated[str, Option("--accused", "demand.accused_id", ref("contact", "人"), "不派给他")]
Verified = Annotated[bool | None, Option("--verified/--unverified", "demand.verified")]
Tags = Annotated[tuple[str, ...], Option("--tag", "demand.tags", many(word("标签", known="tag")))]
Content = Annotated[str, Option("--content", "demand.content", prose("内容"), "同参数“内容”")]
Replied = Annotated[bool, Option("--replied", "已经回过客户", more="首次响应就此完成")]
New = Annotated[bool, Option("--new", "同一客户已有同类未结束需求时，仍另记一条")]
Paste = Annotated[bool, Option("--paste", "从复制的微信聊天里认出需求", more="读管道或剪贴板，看过再登记")]
Explain = Annotated[bool, Option("--explain", "同 --paste 用：每一项从哪句话来，哪些话没有放进草稿", more="不写入")]
DryRun = Annotated[bool, Option("--dry-run", "只看结果，不写入")]


def intake(
    ctx: typer.Context,
    text: Text = "",
    customer: Customer = "",
    phone: Phone = "",
    wechat: Wechat = "",
    company: Company = "",
    region: Region = "",
    address: Address = "",
    channel: ChannelOption = None,
    group: GroupName = "",
    kind: KindOption = None,
    subtype: Subtype = "",
    product: Product = "",
    urgency: UrgencyOption = None,
    mode: Mode = None,
    warranty: Warranty = "",
    wish: Wish = "",
    from_: From = None,
    raised: Raised = None,
    accused: Accused = "",
    verified: Verified = None,
    tag: Tags = (),
    attach: Attach = (),
    content: Content = "",
    replied: Replied = False,
    new: New = False,
    paste: Paste = False,
    copy: Copy = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    explain: Explain = False,
    json: Json = False,
) -> None:
    """登记一条需求。

    例：demandctl intake "37米泵车臂架下不来了" --customer 湘潭老周 --phone 13800000121 --kind service --channel direct
    复制了微信聊天：demandctl intake --paste
    """
    app: Context = ctx.obj
    if text and content:
        raise UsageError("内容写了两遍：参数和 --content", "留下要的那一个")
    typed = {
        "customer": customer, "phone": phone, "wechat": wechat, "company": company, "region": region,
        "address": address, "group": group, "product": product, "wish": wish, "warranty": warranty,
        "tags": [*tag], "attach": attach, "kind": kind and kind.value, "subtype": subtype,
        "channel": channel.value if channel else Channel.GROUP.value if group else "",
        "urgency": urgency and urgency.value, "service_mode": mode and mode.value, "from": from_, "raised_at": raised,
        "verified": verified, "accused_id": _contact(app, accused),
    }  # fmt: skip
    given: dict[str, Any] = {name: value for name, value in typed.items() if value not in ("", None, [], ())}
    if subtype:
        given["subtype"] = _subtype(subtype, given.get("kind"))
    if paste:
        if text or content:
            raise UsageError(
                "--paste 读管道或剪贴板，不用再写内容", "从管道送进来：demandctl intake --paste < 聊天.txt"
            )
        from demandctl.paste.compiled import use_patterns

        use_patterns(app.cache_folder)
        from demandctl.commands.intake.paste import take_in

        take_in(app, given, insist=new, dry_run=dry_run, explain=explain, as_json=json, yes=yes, copy=copy,
                replied=replied)  # fmt: skip
        return
    if explain:
        raise UsageError("--explain 和 --paste 一起用", "看这句话会怎么登记：--dry-run")
    given["content"] = clean(sys.stdin.read() if text == "-" else text or content)
    asks = asking.can_ask() and not (yes or json or dry_run) and text != "-"
    missing = [name for name, fields in _NEEDED.items() if not any(given.get(field) for field in fields)]
    if missing and asks:
        from demandctl.paste.compiled import use_patterns

        use_patterns(app.cache_folder)
        from demandctl.commands.intake.walk import by_questions

        by_questions(app, given, insist=new, copy=copy, replied=replied)
        return
    if missing:
        raise UsageError(
            f"还缺：{'、'.join(missing)}", "一条需求至少要有客户、类型、渠道和内容：demandctl intake --help"
        )
    try:
        met = _record(app, given, insist=new, replied=replied, dry_run=dry_run, as_json=json)
    except SameDemand as twin:
        if not asks:
            raise
        if not _another(app, twin, given["content"]):
            return
        met = _record(app, given, insist=True, replied=replied, dry_run=False, as_json=False)
    learn(app, met, asks=asks)


_NEEDED = {
    "--customer": ("customer", "wechat", "phone"), "--kind": ("kind",), "--channel": ("channel",), "内容": ("content",),
}  # fmt: skip
"""What a demand cannot do without, by the option, with the fields each of which tells it."""


def _contact(app: Context, name: str) -> int | None:
    if not name:
        return None
    from demandctl.queries.naming import find_contact_id

    with reading(app) as reader:
        return find_contact_id(reader, name)


def _another(app: Context, twin: SameDemand, content: str) -> bool:
    """Whether it is another demand; else what the customer said is noted on the one that is open."""
    say(f"提示：{shown(twin)}")
    ways = [(False, f"同一件事，记在 {Subject.demand(twin.number)} 上"), (True, "另一件事，另记一条")]
    another: bool = asking.choose("这次是", ways)
    if not another:
        from demandctl.commands.intake.recording import follow

        follow(app, twin.number, content)
    return another


def _subtype(text: str, kind: str | None) -> str:
    """A subtype of the kind that was given."""
    if kind:
        return parse_subtype(text, Kind(kind))
    raise UsageError("写了 --subtype 就要写 --kind", f"--kind 可以是：{'、'.join(term.label for term in Kind)}")


def _record(
    app: Context, given: Mapping[str, Any], *, insist: bool, replied: bool, dry_run: bool, as_json: bool
) -> list[str]:
    """Write the demand, or only show what would be written; how urgent it is, the words tell where nobody typed it.

    Returns the groups that it is the first to name.
    """
    from demandctl.actions import demands
    from demandctl.actions.attachments import attach
    from demandctl.actions.groups import met_now
    from demandctl.db import transaction
    from demandctl.paste import proposals
    from demandctl.paste.reading import urgency_told
    from demandctl.store.attachments import kept

    told = None if "urgency" in given else urgency_told(app, given["content"])
    given = {"urgency": told.value, **given} if told else given
    person = proposals.person_of(given)
    files = () if dry_run else given.get("attach", ())
    with kept(app.db_path, files) as contents, transaction(app, "intake", keep=not dry_run) as work:
        demand, notes = demands.intake(work, person, proposals.columns_of(given), insist=insist)
        attach(work, demand.subject, contents)
        if replied:
            demands.acknowledge(work, demand, at=work.now)
        met = met_now(work)
        number, kind, where, raised = demand.id, Kind(demand.kind), demand.branch, demand.raised_at
        preview = read_demand(reader_in(work), number) if dry_run else None
    if preview:
        for note in notes:
            say(f"提示：{note}")
        put_demand(preview, app.now, as_json=as_json)
        say("只是试看，没有写入")
        return []
    done = f"已登记 {Subject.demand(number)} {kind.label}：{person['name']}"
    if given.get("raised_at"):
        done += f"，提出于 {understood(app, raised)}"
    if told and told.value != Urgency.NORMAL:
        done += f"，{Urgency(told.value).label}（“{told.words}”）"
    done += f"，{where}" if where else ""
    demand_answer(app, number, as_json, done, *_next_steps(app, number, as_json=as_json), notes=notes)
    if not as_json:
        from demandctl.commands.intake.recording import tell_alike

        tell_alike(app, number)
    return met


def _next_steps(app: Context, number: int, *, as_json: bool) -> list[str]:
    """To hand it on; and to answer the customer where she still owes him that."""
    steps = [f"下一步：demandctl assign {number}"]
    if as_json:
        return steps
    with reading(app) as reader:
        clocks = read_demand(reader, number).deadlines
    if any(c.role == RulePart.FIRST_ANSWER and c.is_open and c.owed_by.role == "specialist" for c in clocks):
        steps.append(f"回客户一句“收到”：demandctl script received --demand {number} --copy")
    return steps
