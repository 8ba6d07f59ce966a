"""``customer``: who the customers are, what they bought, who looks after them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

import typer

from demandctl import vocabulary
from demandctl.commands.customer import privacy, same
from demandctl.context import Context
from demandctl.errors import Lacking, Offer, UsageError
from demandctl.language.display import moment, shown
from demandctl.queries.customers import CustomerInFull, read_customer, read_customers
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.store.fields import TABLES, names
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer, say_doubt
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, TagFilter, row_limit
from demandctl.terminal.render import gist, pairs, put, put_json, put_styled, put_table
from demandctl.terminal.showing import details, put_attachments, put_deadlines, status_label
from demandctl.terminal.takes import DAY, PHONE, Argument, Option, choice, many, prose, ref, word
from demandctl.terminal.typed import one_line, split

Name = Annotated[str, Argument("姓名或昵称", word("姓名"))]
Who = Annotated[str, Argument("客户", ref("customer", "客户"), "编号 K00001、姓名、电话")]
NewName = Annotated[str | None, Option("--name", "customer.name", word("姓名"))]
Nickname = Annotated[str | None, Option("--nickname", "customer.nickname", word("昵称"))]
Phone = Annotated[str | None, Option("--phone", "customer.phone", PHONE)]
Wechat = Annotated[str | None, Option("--wechat", "customer.wechat", word("微信号"))]
Company = Annotated[str | None, Option("--company", "customer.company", word("单位"))]
Region = Annotated[str | None, Option("--region", "customer.region", word("地区", known="region"))]
Address = Annotated[str | None, Option("--address", "customer.address", word("地址"))]
ValueOption = Annotated[vocabulary.Value | None, Option("--value", "customer.value", choice(vocabulary.Value, "价值"))]
NeedClass = Annotated[
    vocabulary.NeedClass | None, Option("--need-class", "customer.need_class", choice(vocabulary.NeedClass, "分类"))
]
StageOption = Annotated[vocabulary.Stage | None, Option("--stage", "customer.stage", choice(vocabulary.Stage, "阶段"))]
Tags = Annotated[tuple[str, ...], Option("--tag", "customer.tags", many(word("标签", known="tag")))]
Birthday = Annotated[date | None, Option("--birthday", "customer.birthday", DAY, "如 1980-05-06")]
Consent = Annotated[date | None, Option("--consent", "customer.consent_on", DAY, "客户同意留存资料的日期")]
Business = Annotated[
    date | None, Option("--business-contact", "customer.business_contact", DAY, "业务部门最近一次联系他的日期")
]
Arrears = Annotated[bool | None, Option("--arrears/--no-arrears", "customer.arrears")]
Handed = Annotated[bool | None, Option("--handed/--not-handed", "customer.handed", more="由业务部门跟进")]
RevisitEvery = Annotated[
    str | None, Option("--revisit-every", "customer.revisit_every", word("RRULE"), "如 FREQ=MONTHLY；空串取消")
]
Note = Annotated[str | None, Option("--note", "customer.note", prose("文字"))]
On = Annotated[date | None, Argument("哪一天", DAY, "默认今天")]


def _values(texts: dict[str, str | None], **rest: object) -> dict[str, object]:
    given: dict[str, object] = {name: text for name, text in texts.items() if text is not None}
    given |= {name: term.value for name, term in rest.items() if isinstance(term, vocabulary.Term)}
    plain = ("birthday", "consent_on", "business_contact", "arrears", "handed", "note")
    given |= {name: rest[name] for name in plain if rest.get(name) is not None}
    if tags := rest.get("tags"):
        assert isinstance(tags, tuple)
        given["tags"] = [*tags]
    return given


def add(
    ctx: typer.Context, name: Name, nickname: Nickname = None, phone: Phone = None, wechat: Wechat = None,
    company: Company = None, region: Region = None, address: Address = None, value: ValueOption = None,
    need_class: NeedClass = None, stage: StageOption = None, tag: Tags = (), birthday: Birthday = None,
    consent: Consent = None, note: Note = None, revisit_every: RevisitEvery = None, json: Json = False,
) -> None:  # fmt: skip
    """新增客户。登记需求时会自动建客户，一般不用这个。"""
    app: Context = ctx.obj
    from demandctl.actions import customers
    from demandctl.db import transaction

    texts = {"name": name, "nickname": nickname, "phone": phone, "wechat": wechat, "company": company,
             "region": region, "address": address, "revisit_every": revisit_every}  # fmt: skip
    values = _values(texts, value=value, need_class=need_class, stage=stage, tags=tag, birthday=birthday,
                     consent_on=consent, note=note)  # fmt: skip
    with transaction(app, "customer add") as work:
        customer = customers.add_customer(work, values)
        number, code = customer.id, customer.code
        work.describe(f"新增客户 {code} {customer.name}")
    say_doubt(phone)
    object_answer(json, _one(app, number), f"已新增客户 {code} {name}", f"看资料：demandctl customer show {code}")


def edit(
    ctx: typer.Context, customer: Who, name: NewName = None, nickname: Nickname = None, phone: Phone = None,
    wechat: Wechat = None, company: Company = None, region: Region = None, address: Address = None,
    value: ValueOption = None, need_class: NeedClass = None, stage: StageOption = None, tag: Tags = (),
    birthday: Birthday = None, consent: Consent = None, business_contact: Business = None, arrears: Arrears = None,
    handed: Handed = None, revisit_every: RevisitEvery = None, note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """改客户资料。"""
    app: Context = ctx.obj
    from demandctl.actions import customers
    from demandctl.db import transaction
    from demandctl.store.fields import named

    texts = {"name": name, "nickname": nickname, "phone": phone, "wechat": wechat, "company": company,
             "region": region, "address": address, "revisit_every": revisit_every}  # fmt: skip
    values = _values(
        texts, value=value, need_class=need_class, stage=stage, tags=tag, birthday=birthday, consent_on=consent,
        business_contact=business_contact, arrears=arrears, handed=handed, note=note,
    )  # fmt: skip
    if not values:
        raise Lacking("没有写要改什么", "demandctl customer edit --help", lambda: _offers(app, customer))
    with transaction(app, "customer edit") as work:
        found = customers.find_customer(work, customer)
        changed = customers.edit_customer(work, found, values)
        number, code = found.id, found.code
        work.describe(f"修改客户 {code} {found.name}：{named('customer', changed)}")
    say_doubt(phone)
    object_answer(json, _one(app, number), f"{code} 已改 {len(changed)} 项" if changed else f"{code} 没有变化")


def _offers(app: Context, text: str) -> dict[str, Offer]:
    """What of a customer can be changed, with what it is now."""
    with reading(app) as reader:
        now = read_customer(reader, find_customer_id(reader, one_line(text)))
    texts: dict[str, object] = {
        "name": now.name, "nickname": now.nickname, "phone": now.phone, "wechat": now.wechat, "company": now.company,
        "region": now.region, "address": now.address, "value": now.value, "need_class": now.need_class,
        "stage": now.stage, "birthday": now.birthday, "business_contact": now.business_contact,
        "revisit_every": now.revisit_every, "note": now.note, "consent": now.consent_on, "tag": "、".join(now.tags),
    }  # fmt: skip
    flags = {"arrears": now.arrears, "handed": now.handed}
    offers = {name: Offer(str(value or "")) for name, value in texts.items()}
    return offers | {name: Offer("是" if on else "否") for name, on in flags.items()}


def list_(
    ctx: typer.Context,
    text: Annotated[str, Argument("姓名、电话、单位、地区的一部分", word("文字"))] = "",
    tag: TagFilter = (),
    limit: Limit = None,
    json: Json = False,
) -> None:
    """客户名单。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = read_customers(reader, text=text, tags=tag, limit=row_limit(limit, json))
        if not found or len(tag) > 1:
            from demandctl.queries.known import require_known

            require_known(reader, tag=tag)
    if json:
        put_json(found)
        return
    if not found:
        put("没有符合条件的客户")
        return
    his = names("customer")
    columns = [
        Column(his["id"], wrap=False), Column(his["name"]), Column(his["phone"], wrap=False), Column(his["company"]),
        Column(his["region"]), Column(his["owner_id"]), Column(his["last_order"], wrap=False),
    ]  # fmt: skip
    put_table(
        columns,
        [
            [
                c.code,
                c.name,
                c.phone,
                c.company,
                c.region,
                c.owner.name if c.owner else "",
                c.last_order.isoformat() if c.last_order else "",
            ]
            for c in found
        ],
    )


def show(ctx: typer.Context, customer: Who, json: Json = False) -> None:
    """一位客户的资料、需求、回访、时限。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        data = read_customer(reader, find_customer_id(reader, customer))
    if json:
        put_json(data)
        return
    put_styled(shown(f"{data.code}  {data.name}"), "bold")
    same = ("nickname",) if data.nickname == data.name else ()
    pairs(details("customer", data, partial(moment, now=app.now), without=("name", *same)))
    _put_history(data, app.now)
    put_deadlines(data.deadlines, app.now)
    put_attachments(data.attachments, app.now)


def _put_history(data: CustomerInFull, now: datetime) -> None:
    if data.demands:
        put()
        put_styled(TABLES["demand"], "bold")
        its = names("demand")
        columns = [
            Column(its["id"], wrap=False),
            Column(its["raised_at"], wrap=False),
            Column(its["kind"], wrap=False),
            Column(its["content"], least=12),
            Column(its["status"], wrap=False),
        ]
        put_table(
            columns,
            [
                [
                    d.subject.code,
                    moment(d.raised_at, now),
                    d.kind.label,
                    gist(d.content),
                    status_label(d),
                ]
                for d in data.demands
            ],
        )
    if data.revisits:
        put()
        put_styled(TABLES["revisit"], "bold")
        its = names("revisit")
        columns = [
            Column(its["id"], wrap=False),
            Column(its["kind"], wrap=False),
            Column(its["visited_at"], wrap=False),
            Column(its["satisfaction"], wrap=False),
        ]
        put_table(
            columns,
            [
                [r.subject.code, r.kind.label,
                 moment(r.visited_at or r.planned_at, now),
                 r.satisfaction.label if r.satisfaction else ""]
                for r in data.revisits
            ],
        )  # fmt: skip


def order(ctx: typer.Context, customer: Who, on: On = None, json: Json = False) -> None:
    """记录客户订货：一周内回访，未合作的时钟重新起算。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import record_order

    number, code, done = _dated(app, "customer order", "订货", customer, on, record_order)
    following = f"计划回访：demandctl revisit add {code} --kind after-sale --at 3天后"
    object_answer(json, _one(app, number), done, following)


def contract(ctx: typer.Context, customer: Who, on: On = None, json: Json = False) -> None:
    """记录销售合同验收：三天内建档。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import accept_contract

    number, code, done = _dated(app, "customer contract", "合同验收", customer, on, accept_contract)
    following = f"建档：demandctl customer profile {code} --document 营业执照 …"
    object_answer(json, _one(app, number), done, following)


def _dated(
    app: Context, command: str, what: str, customer: str, on: date | None, use_case: Callable[[Any, Any, date], object]
) -> tuple[int, str, str]:
    """Record what happened on a day in a customer's life: his number, his code and what was done."""
    from demandctl.actions.customers import find_customer
    from demandctl.db import transaction

    day = on or app.now.date()
    with transaction(app, command) as work:
        found = find_customer(work, customer)
        use_case(work, found, day)
        number, code = found.id or 0, found.code
        work.describe(f"{code} {found.name} {what} {day.isoformat()}")
    return number, code, f"{code} {what} {day.isoformat()} 已记录"


Documents = Annotated[tuple[str, ...], Option("--document", "已齐的资料", many(word("资料")), "all 为全部")]
_DOCUMENTS = "已齐的资料（用顿号隔开，all 为全部）"
ApprovedBy = Annotated[str, Option("--approved-by", "customer.approved_by", word("姓名"), "资料不全时，谁同意先建档")]


def profile(
    ctx: typer.Context, customer: Who, document: Documents = (), approved_by: ApprovedBy = "", on: On = None,
    json: Json = False,
) -> None:  # fmt: skip
    """记录建档完成；资料不全要有人批准。"""
    app: Context = ctx.obj
    from demandctl.actions import customers
    from demandctl.db import transaction

    day = on or app.now.date()
    documents = [*document]
    if not (document or approved_by or json) and asking.can_ask():
        documents, approved_by = _on_file(app, customer)
    documents = list(customers.DOCUMENTS) if documents == ["all"] else documents
    with transaction(app, "customer profile") as work:
        found = customers.find_customer(work, customer)
        missing = customers.complete_profile(work, found, documents, approved_by, day)
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} 建档")
    lacking = f"，还缺 {'、'.join(missing)}" if missing else ""
    object_answer(json, _one(app, number), f"{code} 已建档{lacking}")


def _on_file(app: Context, text: str) -> tuple[list[str], str]:
    """What is on file, and where something is missing who agrees to that; the present papers to begin with."""
    from demandctl.actions.customers import DOCUMENTS

    with reading(app) as reader:
        before = read_customer(reader, find_customer_id(reader, one_line(text))).documents

    def check(answer: str) -> None:
        unknown = [name for name in split([answer]) if name not in (*DOCUMENTS, "all")]
        if unknown:
            raise UsageError(f"不认识的资料：{'、'.join(unknown)}。可以是：{'、'.join(DOCUMENTS)}")

    said = asking.text(_DOCUMENTS, "、".join(before), check=check)
    missing = [] if said == "all" else [name for name in DOCUMENTS if name not in {*before, *split([said])}]
    agrees = asking.text(f"还缺 {'、'.join(missing)}，谁同意先建档", needed=True) if missing else ""
    return split([said]), agrees


Owner = Annotated[str, Argument("专属的销售或服务人员", ref("contact", "对接人"))]
Briefed = Annotated[bool, Option("--briefed", "已与对接人沟通过客户资料")]


def owner(ctx: typer.Context, customer: Who, contact: Owner = "", briefed: Briefed = False, json: Json = False) -> None:
    """指定客户的专属对接人；--briefed 记录已沟通。"""
    app: Context = ctx.obj
    if not contact and not briefed:
        raise Lacking(
            "写明对接人，或用 --briefed 记录已沟通", "demandctl customer owner K00001 张三",
            lambda: _owner_offers(app, customer),
        )  # fmt: skip
    from demandctl.actions import contacts, customers
    from demandctl.db import transaction

    with transaction(app, "customer owner") as work:
        found = customers.find_customer(work, customer)
        if contact:
            customers.give_owner(work, found, contacts.find_contact(work, contact))
        if briefed:
            customers.brief_owner(work, found)
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} " + (f"对接人 {contact}" if contact else "已与对接人沟通"))
    done = f"{code} 的对接人已设为 {contact}" if contact else f"{code} 已与对接人沟通"
    object_answer(json, _one(app, number), done)


def _owner_offers(app: Context, text: str) -> dict[str, Offer]:
    """Another owner, and for one with whom nobody has talked about the customer that it was done."""
    with reading(app) as reader:
        now = read_customer(reader, find_customer_id(reader, one_line(text)))
    unbriefed = now.owner and not now.briefed_at
    return {"contact": Offer()} | ({"briefed": Offer()} if unbriefed else {})


def _one(app: Context, number: int) -> CustomerInFull:
    with reading(app) as reader:
        return read_customer(reader, number)


TREE: Tree = {
    "add": Entry("新增", add),
    "edit": Entry("修改", edit),
    "show": Entry("查看", show),
    "list": Entry("名单", list_),
    "order": Entry("订货", order),
    "contract": Entry("合同", contract),
    "profile": Entry("建档", profile),
    "owner": Entry("对接人", owner),
    "tag": Entry("标签", same.tag),
    "duplicates": Entry("查重", same.duplicates),
    "merge": Entry("合并", same.merge),
    "export": Entry("交给本人", privacy.export),
    "erase": Entry("删除", privacy.erase),
}
