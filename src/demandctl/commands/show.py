"""``list``, ``show`` and ``search``: look at demands."""

from datetime import datetime
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.display import moment
from demandctl.language.subject import Subject
from demandctl.queries.alike import alike
from demandctl.queries.demands import DemandInFull, DemandView, Filter, read_demand, read_demands
from demandctl.queries.history import DemandStory, read_story
from demandctl.queries.reader import Reader, reading
from demandctl.queries.services import ServiceSums, held_machines
from demandctl.store.fields import TABLES, called, names
from demandctl.terminal.alike import put_helped, put_most_alike
from demandctl.terminal.clocks import urged
from demandctl.terminal.layout import Column
from demandctl.terminal.options import (
    BranchFilter,
    Json,
    KindFilter,
    Limit,
    Numbers,
    OwnerFilter,
    Since,
    TagFilter,
    Until,
    row_limit,
)
from demandctl.terminal.render import gist, pairs, put, put_json, put_styled, put_table, say
from demandctl.terminal.showing import (
    demand_facts,
    demand_story,
    demand_title,
    put_attachments,
    put_deadlines,
    service_lines,
    status_label,
    time_with_us,
)
from demandctl.terminal.takes import ANY_SUBTYPE, Argument, Option, choice, each, many, ref, word
from demandctl.vocabulary import (
    Channel,
    NoteKind,
    ServiceMode,
    Status,
    Urgency,
    subtype_label,
)

SORTED = {"number": "编号", "raised": "提出时间", "next": "下次跟进"}
StatusFilter = Annotated[tuple[Status, ...], Option("--status", "demand.status", many(choice(Status, "状态")))]
CustomerFilter = Annotated[
    tuple[str, ...], Option("--customer", "客户", many(ref("customer", "客户")), "姓名、电话或编号")
]
SubtypeFilter = Annotated[tuple[str, ...], Option("--subtype", "demand.subtype", many(ANY_SUBTYPE))]
ChannelFilter = Annotated[tuple[Channel, ...], Option("--channel", "demand.channel", many(choice(Channel, "渠道")))]
GroupFilter = Annotated[
    tuple[str, ...], Option("--group", "demand.group_name", many(word("社群", known="group")), "写一部分即可")
]
UrgencyFilter = Annotated[tuple[Urgency, ...], Option("--urgency", "demand.urgency", many(choice(Urgency, "程度")))]
ModeFilter = Annotated[
    tuple[ServiceMode, ...], Option("--mode", "demand.service_mode", many(choice(ServiceMode, "方式")))
]
OpenOnly = Annotated[bool, Option("--open", "只看未结束的")]
WithUs = Annotated[bool, Option("--with-us", "机器在我们这里的", more="收机以来多久、取机凭证")]
Like = Annotated[int | None, Option("--like", "找和它类似、已经结束的需求", ref("demand", "编号"))]
Sort = Annotated[str, Option("--sort", "次序", choice(SORTED, "次序"), "编号是新的在前")]


def list_(
    ctx: typer.Context,
    kind: KindFilter = (),
    subtype: SubtypeFilter = (),
    status: StatusFilter = (),
    channel: ChannelFilter = (),
    group: GroupFilter = (),
    urgency: UrgencyFilter = (),
    mode: ModeFilter = (),
    branch: BranchFilter = (),
    owner: OwnerFilter = (),
    customer: CustomerFilter = (),
    tag: TagFilter = (),
    since: Since = "",
    until: Until = "",
    open_only: OpenOnly = False,
    with_us: WithUs = False,
    limit: Limit = None,
    sort: Sort = "number",
    json: Json = False,
) -> None:
    """列出需求。"""
    app: Context = ctx.obj
    asked = Filter(
        kind=kind,
        subtype=subtype,
        status=status,
        channel=channel,
        group=group,
        urgency=urgency,
        mode=mode,
        branch=branch,
        owner=owner,
        customer=customer,
        tag=tag,
        since=since,
        until=until,
        open_only=open_only,
        with_us=with_us,
        sort=sort,
        limit=row_limit(limit, json),
    )
    put_held(app, asked, json) if with_us else put_demands(app, asked, json)


def search(
    ctx: typer.Context,
    text: Annotated[
        tuple[str, ...], Argument("客户、电话、内容、跟进……里的一部分", each(word("文字…")), "几个词要都有")
    ] = (),
    like: Like = None,
    open_only: OpenOnly = False,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """在所有需求里找一段文字；--like 25 找以前类似的。"""
    if like is not None:
        if text or open_only:
            raise UsageError("--like 找已结束的类似需求，不和文字、--open 一起用")
        _search_alike(ctx.obj, like, limit, json)
        return
    if not text:
        raise UsageError("要找什么？", "写几个字：demandctl search 漏油；找类似的：demandctl search --like 25")
    put_demands(ctx.obj, Filter(text=" ".join(text), open_only=open_only, limit=row_limit(limit, json)), json)


def _search_alike(app: Context, number: int, limit: int | None, as_json: bool) -> None:
    with reading(app) as reader:
        found = alike(reader, read_demand(reader, number), row_limit(limit, as_json))
    if as_json:
        put_json(found)
    else:
        put_most_alike(found, app.now)


def show(ctx: typer.Context, numbers: Numbers, json: Json = False) -> None:
    """一条需求的全部：资料、时限、经过。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = [read_story(reader, number) for number in numbers]
        helped = [[] if json else alike(reader, demand) for demand in found]
    if json:
        put_json(found if len(found) > 1 else found[0])
        return
    for place, demand in enumerate(found):
        if place:
            put()
        put_demand(demand, app.now, as_json=False)
        put_helped(helped[place], app.now)


_ITS = names("demand")
COLUMNS = [
    Column(_ITS["id"], wrap=False),
    Column(_ITS["raised_at"], wrap=False, below=True),
    Column(_ITS["kind"], wrap=False),
    Column(_ITS["customer_id"], least=6, most=16),
    Column(_ITS["region"], below=True),
    Column(_ITS["content"], least=16),
    Column(_ITS["handler_id"], least=6),
    Column(_ITS["status"], wrap=False),
    Column(_ITS["next_at"], wrap=False, below=True),
    Column(NoteKind.NUDGE.label, wrap=False, below=True),
]


def put_demands(app: Context, asked: Filter, as_json: bool) -> None:
    """A list of demands, as a table or as JSON."""
    more = asked._replace(limit=asked.limit + 1 if asked.limit else None)
    with reading(app) as reader:
        wanted = asked if as_json else more
        found = read_demands(reader, wanted)
        named = (asked.owner, asked.branch, asked.customer, asked.tag)
        if (not found and any(named)) or any(
            len(names) > 1 for names in named
        ):  # none of several is passed over unsaid
            found = read_demands(reader, _known(reader, wanted))
    if as_json:
        put_json(found)
        return
    if not found:
        put("没有符合条件的需求")
        return
    put_table(COLUMNS, [_row(demand, app.now) for demand in found[: asked.limit]])
    if asked.limit and len(found) > asked.limit:
        say(f"只列出前 {asked.limit} 条；全部：--limit 0")


HELD = [
    Column(_ITS["id"], wrap=False), Column(_ITS["customer_id"], least=6, most=16), Column(_ITS["product"], least=8),
    Column(called("service_step", "number"), least=8), Column("收机", wrap=False), Column("多久", least=12),
    Column(_ITS["handler_id"], least=6), Column(_ITS["status"], wrap=False),
]  # fmt: skip


def put_held(app: Context, asked: Filter, as_json: bool) -> None:
    """The demands whose machine is with us, since when: whoever has waited longest first."""
    with reading(app) as reader:
        found = {demand.number: demand for demand in read_demands(reader, asked)}
        held = held_machines(reader, found)
    longest = sorted(held, key=lambda number: (held[number].since, number))
    if as_json:
        put_json([found[number].data() | {"with_us": held[number]} for number in longest])
        return
    if not longest:
        put("没有机器在我们这里")
        return
    put_table(HELD, [_held_row(found[number], held[number], app.now) for number in longest])


def _held_row(demand: DemandView, held: ServiceSums, now: datetime) -> list[str]:
    person = demand.handler or demand.leader
    return [
        demand.subject.code, demand.customer.name, demand.product, held.number or "", moment(held.since, now),
        time_with_us(held).partition("，已 ")[2], person.name if person else "", status_label(demand),
    ]  # fmt: skip


def _known(reader: Reader, asked: Filter) -> Filter:
    """The filter with its customers found as every command finds one; NotFound for what nobody has heard of."""
    from demandctl.queries.known import customer_meant, require_known

    require_known(reader, owner=asked.owner, branch=asked.branch, tag=asked.tag)
    numbers = {name: customer_meant(reader, name) for name in asked.customer}
    codes = {name: Subject.customer(number).code for name, number in numbers.items() if number is not None}
    return asked._replace(customer=tuple(codes.get(name, name) for name in asked.customer))


def _row(demand: DemandView, now: datetime) -> list[str]:
    label, person = subtype_label(demand.kind, demand.subtype), demand.handler or demand.leader
    return [
        demand.subject.code,
        moment(demand.raised_at, now),
        demand.kind.label + (f"·{label}" if label else ""),
        demand.customer.name,
        demand.region,
        gist(demand.content),
        person.name if person else "",
        status_label(demand),
        moment(demand.next_at, now),
        urged(demand.nudges, now),
    ]


def put_demand(demand: DemandInFull, now: datetime, *, as_json: bool) -> None:
    """One demand on the screen: who, what, its clocks, its story."""
    if as_json:
        put_json(demand)
        return
    put_styled(demand_title(demand), "bold")
    pairs(demand_facts(demand, now))
    put_deadlines(demand.deadlines, now)
    put_attachments(demand.attachments, now)
    if isinstance(demand, DemandStory) and (lines := service_lines(demand.service_sums)):
        put()
        put_styled(TABLES["service_step"], "bold")
        for line in lines:
            put(line)
    if isinstance(demand, DemandStory) and (story := demand_story(demand, now)):
        put()
        put_styled("经过", "bold")
        pairs(story)
