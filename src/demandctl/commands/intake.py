"""``intake``: record a demand."""

import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from demandctl import queries
from demandctl import vocabulary as words
from demandctl.commands.answers import demand_answer
from demandctl.commands.options import Json, KindOption, choices, clean, demand_number, one_line, past, understood
from demandctl.commands.show import put_demand
from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.render import say

Text = Annotated[str, typer.Argument(metavar="内容", help="客户的原话；写 - 从标准输入读")]
Customer = Annotated[str, typer.Option("--customer", metavar="客户", help="姓名或昵称；老客户可写编号 K00001")]
Phone = Annotated[str, typer.Option("--phone", metavar="电话", help="手机或座机")]
Wechat = Annotated[str, typer.Option("--wechat", metavar="微信号", help="微信号")]
Company = Annotated[str, typer.Option("--company", metavar="单位", help="客户单位")]
Region = Annotated[str, typer.Option("--region", metavar="地区", help="设备或工地所在地，如 湖南湘潭")]
Address = Annotated[str, typer.Option("--address", metavar="地址", help="详细地址")]
ChannelOption = Annotated[str, typer.Option("--channel", metavar="渠道", help=f"{choices(words.Channel)}（或中文）")]
GroupName = Annotated[str, typer.Option("--group", metavar="社群", help="社群名称；写了就是社群渠道")]
Subtype = Annotated[str, typer.Option("--subtype", metavar="子类", help="如 new used parts repair product（或中文）")]
Product = Annotated[str, typer.Option("--product", metavar="产品", help="产品线和机型，如 37米泵车")]
UrgencyOption = Annotated[str, typer.Option("--urgency", metavar="程度", help=f"{choices(words.Urgency)}（或中文）")]
Mode = Annotated[str, typer.Option("--mode", metavar="方式", help=f"服务方式：{choices(words.ServiceMode)}")]
Warranty = Annotated[str, typer.Option("--warranty", metavar="保修", help="保修状态，如 保内、保外")]
Wish = Annotated[str, typer.Option("--wish", metavar="文字", help="客户期望")]
From = Annotated[str, typer.Option("--from", metavar="编号", help="由哪条需求引出，如维修中要买配件")]
Raised = Annotated[str, typer.Option("--raised", metavar="时间", help="客户提出的时间，默认现在")]
Verified = Annotated[bool | None, typer.Option("--verified/--unverified", help="商机是否属实")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="标签", help="标签，可写多次")]
Content = Annotated[str, typer.Option("--content", metavar="内容", help="同参数“内容”")]
New = Annotated[bool, typer.Option("--new", help="同一客户已有同类未结束需求时，仍另记一条")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只看结果，不写入")]


def intake(
    ctx: typer.Context,
    text: Text = "",
    customer: Customer = "",
    phone: Phone = "",
    wechat: Wechat = "",
    company: Company = "",
    region: Region = "",
    address: Address = "",
    channel: ChannelOption = "",
    group: GroupName = "",
    kind: KindOption = "",
    subtype: Subtype = "",
    product: Product = "",
    urgency: UrgencyOption = "",
    mode: Mode = "",
    warranty: Warranty = "",
    wish: Wish = "",
    from_: From = "",
    raised: Raised = "",
    verified: Verified = None,
    tag: Tags = None,
    content: Content = "",
    new: New = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """登记一条需求。

    例：demandctl intake "37米泵车臂架下不来了" --customer 湘潭老周 --phone 13800000121 --kind service --channel direct
    """
    app: Context = ctx.obj
    kind_term = words.Kind.parse(kind) if kind else None
    words_of_customer = clean(sys.stdin.read() if text == "-" else text or content)
    person = {
        "name": one_line(customer) or one_line(wechat), "phone": clean(phone), "wechat": one_line(wechat),
        "company": one_line(company), "region": one_line(region), "address": one_line(address),
    }  # fmt: skip
    channel = channel or ("group" if group else "")
    required = {
        "--customer": person["name"] or person["phone"],
        "--kind": kind,
        "--channel": channel,
        "内容": words_of_customer,
    }
    if missing := [name for name, value in required.items() if not value]:
        raise UsageError(
            f"还缺：{'、'.join(missing)}", "一条需求至少要有客户、类型、渠道和内容：demandctl intake --help"
        )
    person["name"] = person["name"] or person["phone"]
    assert kind_term is not None
    values = {
        "kind": kind_term.value,
        "subtype": words.parse_subtype(subtype, kind_term) if subtype else None,
        "channel": words.Channel.parse(channel).value,
        "group_name": one_line(group),
        "region": one_line(region) or None,
        "product": one_line(product),
        "content": words_of_customer,
        "wish": clean(wish),
        "urgency": words.Urgency.parse(urgency).value if urgency else "normal",
        "service_mode": words.ServiceMode.parse(mode).value if mode else None,
        "warranty": one_line(warranty),
        "from_id": demand_number(from_) if from_ else None,
        "tags": [one_line(name) for name in tag or [] if name.strip()],
        "raised_at": past(app, raised, "--raised", opening=True) if raised else None,
        "verified": verified,
    }
    _record(app, person, values, insist=new, dry_run=dry_run, as_json=json)


def _record(
    app: Context, person: dict[str, str], values: Mapping[str, object], *, insist: bool, dry_run: bool, as_json: bool
) -> None:
    from demandctl.db import transaction
    from demandctl.ledger import intake as record

    with transaction(app, "intake", keep=not dry_run) as work:
        demand, notes = record(work, person, values, insist=insist)
        number, kind, where, raised = demand.id, words.Kind(demand.kind), demand.branch, demand.raised_at
        preview = queries.demand(queries.within(work), number) if dry_run else None
    if preview:
        for note in notes:
            say(f"提示：{note}")
        put_demand(preview, app.now, as_json=as_json)
        say("只是试看，没有写入")
        return
    said = f"，提出于 {understood(app, raised)}" if values["raised_at"] else ""
    demand_answer(
        app, number, as_json,
        f"已登记 D{number} {kind.label}：{person['name']}{said}" + (f"，{where}" if where else ""),
        f"下一步：demandctl assign {number}",
        notes=notes,
    )  # fmt: skip
