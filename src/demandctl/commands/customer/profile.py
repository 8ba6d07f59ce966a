"""``customer``: who the customers are, what is on file about them, who looks after them."""

from datetime import date
from typing import Annotated

import typer

from demandctl import vocabulary
from demandctl.commands.customer import belongings, picture, privacy, same
from demandctl.context import Context
from demandctl.core.papers import PAPERS, missing
from demandctl.core.rhythms import say_rhythm
from demandctl.errors import Lacking, Offer, UsageError
from demandctl.queries.customers import CustomerInFull, read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.store.work import NOTHING
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer, say_doubt
from demandctl.terminal.changed import changed_lines
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json, Who
from demandctl.terminal.render import say
from demandctl.terminal.takes import BIRTHDAY, DAY, PHONE, RHYTHM, Argument, Option, choice, many, prose, ref, word
from demandctl.terminal.typed import one_line, split
from demandctl.vocabulary import AliasKind, Stage

Name = Annotated[str, Argument("姓名或昵称", word("姓名"))]
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
LostReason = Annotated[str | None, Option("--lost-reason", "customer.lost_reason", prose("文字"))]
Tags = Annotated[
    tuple[str, ...], Option("--tag", "customer.tags", many(word("标签", known="tag")), "添上；去掉用 customer tag")
]
OtherPhones = Annotated[tuple[str, ...], Option("--other-phone", "其他电话", many(PHONE))]
OtherWechats = Annotated[tuple[str, ...], Option("--other-wechat", "其他微信", many(word("微信号")))]
OtherNames = Annotated[tuple[str, ...], Option("--other-name", "其他称呼", many(word("姓名")))]
Forget = Annotated[tuple[str, ...], Option("--forget", "去掉的其他电话、微信、称呼", many(word("号码或姓名")))]
Email = Annotated[str | None, Option("--email", "customer.email", word("邮箱"))]
Industry = Annotated[str | None, Option("--industry", "customer.industry", word("行业", known="industry"))]
Source = Annotated[
    str | None, Option("--source", "customer.source", word("来源", known="source"), "怎么认识的：官网、展会、朋友推荐")
]
Birthday = Annotated[date | None, Option("--birthday", "customer.birthday", BIRTHDAY, "如 1980-05-06")]
Consent = Annotated[date | None, Option("--consent", "customer.consent_on", DAY, "客户同意留存资料的日期")]
Business = Annotated[
    date | None, Option("--business-contact", "customer.business_contact", DAY, "业务部门最近一次联系他的日期")
]
Arrears = Annotated[bool | None, Option("--arrears/--no-arrears", "customer.arrears")]
Handed = Annotated[bool | None, Option("--handed/--not-handed", "customer.handed", more="由业务部门跟进")]
RevisitEvery = Annotated[
    str | None, Option("--revisit-every", "customer.revisit_every", RHYTHM, "如 每月、每两周的周三、每季度；空串取消")
]
Note = Annotated[str | None, Option("--note", "customer.note", prose("文字"))]
On = Annotated[date | None, Argument("哪一天", DAY, "默认今天")]


_PLAIN = ("value", "need_class", "stage", "birthday", "consent_on", "business_contact", "arrears", "handed", "note")
"""Columns whose blank is nothing that could be written."""


def _values(texts: dict[str, str | None], **rest: object) -> dict[str, object]:
    given: dict[str, object] = {name: text for name, text in texts.items() if text is not None}
    given |= {name: value for name in _PLAIN if (value := rest.get(name)) is not None}
    return given


Further = list[tuple[AliasKind, str]]
"""What somebody is known by beside his own row."""


def _further(phones: tuple[str, ...], wechats: tuple[str, ...], names: tuple[str, ...]) -> Further:
    return [(kind, value) for kind, values in zip(AliasKind, (phones, wechats, names), strict=True) for value in values]


def add(
    ctx: typer.Context, name: Name, nickname: Nickname = None, phone: Phone = None, wechat: Wechat = None,
    other_phone: OtherPhones = (), other_wechat: OtherWechats = (), other_name: OtherNames = (), email: Email = None,
    company: Company = None, industry: Industry = None, region: Region = None, address: Address = None,
    source: Source = None, value: ValueOption = None, need_class: NeedClass = None, stage: StageOption = None,
    lost_reason: LostReason = None, tag: Tags = (), birthday: Birthday = None, consent: Consent = None,
    note: Note = None, revisit_every: RevisitEvery = None, json: Json = False,
) -> None:  # fmt: skip
    """新增客户。登记需求时会自动建客户，一般不用这个。"""
    app: Context = ctx.obj
    from demandctl.actions import aliases, customers
    from demandctl.db import transaction

    texts = {"name": name, "nickname": nickname, "phone": phone, "wechat": wechat, "email": email, "company": company,
             "industry": industry, "region": region, "address": address, "source": source, "lost_reason": lost_reason,
             "revisit_every": revisit_every}  # fmt: skip
    values = _values(texts, value=value, need_class=need_class, stage=stage, birthday=birthday, consent_on=consent,
                     note=note)  # fmt: skip
    with transaction(app, "customer add") as work:
        customer = customers.add_customer(work, values | {"tags": [*tag]})
        for kind, known in _further(other_phone, other_wechat, other_name):
            aliases.add(work, customer, kind, known)
        number, code = customer.id, customer.code
        work.describe(f"新增客户 {code} {customer.name}")
    say_doubt(phone)
    object_answer(json, _one(app, number), f"已新增客户 {code} {name}", f"看资料：demandctl customer show {code}")


def edit(
    ctx: typer.Context, customer: Who, name: NewName = None, nickname: Nickname = None, phone: Phone = None,
    wechat: Wechat = None, other_phone: OtherPhones = (), other_wechat: OtherWechats = (),
    other_name: OtherNames = (), forget: Forget = (), email: Email = None, company: Company = None,
    industry: Industry = None, region: Region = None, address: Address = None, source: Source = None,
    value: ValueOption = None, need_class: NeedClass = None, stage: StageOption = None,
    lost_reason: LostReason = None, tag: Tags = (), birthday: Birthday = None, consent: Consent = None,
    business_contact: Business = None, arrears: Arrears = None, handed: Handed = None,
    revisit_every: RevisitEvery = None, note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """改客户资料。电话、微信改的是第一个；标签只添不去。"""
    app: Context = ctx.obj
    from demandctl.actions import aliases, customers
    from demandctl.db import transaction
    from demandctl.store.fields import named

    texts = {"name": name, "nickname": nickname, "phone": phone, "wechat": wechat, "email": email, "company": company,
             "industry": industry, "region": region, "address": address, "source": source, "lost_reason": lost_reason,
             "revisit_every": revisit_every}  # fmt: skip
    values = _values(
        texts, value=value, need_class=need_class, stage=stage, birthday=birthday, consent_on=consent,
        business_contact=business_contact, arrears=arrears, handed=handed, note=note,
    )  # fmt: skip
    further = _further(other_phone, other_wechat, other_name)
    if not (values or tag or further or forget):
        raise Lacking("没有写要改什么", "demandctl customer edit --help", lambda: _offers(app, customer))
    with transaction(app, "customer edit") as work:
        found = customers.find_customer(work, customer)
        changed = customers.edit_customer(work, found, values | {"tags": [*dict.fromkeys([*found.tags, *tag])]})
        known = [each for kind, each in further if aliases.add(work, found, kind, each)]
        for each in forget:
            aliases.forget(work, found, each)
        number, code, lost = found.id, found.code, found.stage == Stage.LOST and not found.lost_reason
        told = [named("customer", changed) if changed else "", *known, *(f"去掉 {each}" for each in forget)]
        work.describe(f"修改客户 {code} {found.name}：{'、'.join(filter(None, told)) or '没有变化'}")
    say_doubt(phone)
    if lost:
        say(f"提示：流失原因还没有写：demandctl customer edit {code} --lost-reason …")
    lines = [] if json else changed_lines(app, work)
    object_answer(json, _one(app, number), f"{code} {'已改' if work.changed else NOTHING}", *lines)


def _offers(app: Context, text: str) -> dict[str, Offer]:
    """What of a customer can be changed, with what it is now."""
    with reading(app) as reader:
        now = read_customer(reader, find_customer_id(reader, one_line(text)))
    texts: dict[str, object] = {
        "name": now.name, "nickname": now.nickname, "phone": now.phone, "wechat": now.wechat, "email": now.email,
        "company": now.company, "industry": now.industry, "region": now.region, "address": now.address,
        "source": now.source, "value": now.value, "need_class": now.need_class, "stage": now.stage,
        "lost_reason": now.lost_reason, "birthday": now.birthday, "business_contact": now.business_contact,
        "revisit_every": say_rhythm(now.revisit_every or ""), "note": now.note, "consent": now.consent_on,
        "tag": "", "other_phone": "", "other_wechat": "", "other_name": "",
    }  # fmt: skip
    flags = {"arrears": now.arrears, "handed": now.handed}
    offers = {name: Offer(str(value or "")) for name, value in texts.items()}
    return offers | {name: Offer("是" if on else "否") for name, on in flags.items()}


def contract(ctx: typer.Context, customer: Who, on: On = None, json: Json = False) -> None:
    """记录销售合同验收：三天内建档。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import find_customer
    from demandctl.actions.papers import accept_contract
    from demandctl.db import transaction

    day = on or app.now.date()
    with transaction(app, "customer contract") as work:
        found = find_customer(work, customer)
        accept_contract(work, found, day)
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} 合同验收 {day.isoformat()}")
    following = f"建档：demandctl customer profile {code} --document 营业执照 …"
    object_answer(json, _one(app, number), f"{code} 合同验收 {day.isoformat()} 已记录", following)


_PAPERS = choice({"all": "全部", **dict.fromkeys(PAPERS, "")}, "资料")
Documents = Annotated[tuple[str, ...], Option("--document", "收到的资料", many(_PAPERS))]
_DOCUMENTS = "已齐的资料（用顿号隔开，all 为全部）"
ApprovedBy = Annotated[str, Option("--approved-by", "customer.approved_by", word("姓名"), "资料不全时，谁同意先建档")]


def profile(
    ctx: typer.Context, customer: Who, document: Documents = (), approved_by: ApprovedBy = "", on: On = None,
    json: Json = False,
) -> None:  # fmt: skip
    """记录收到的资料，一件一件也行；齐了或有人批准，就是建档。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import find_customer
    from demandctl.actions.papers import file_papers
    from demandctl.db import transaction

    day = on or app.now.date()
    documents = [*document]
    if not (document or approved_by or json) and asking.can_ask():
        documents, approved_by = _on_file(app, customer)
    documents = list(PAPERS) if documents == ["all"] else documents
    with transaction(app, "customer profile") as work:
        found = find_customer(work, customer)
        lacking = file_papers(work, found, documents, approved_by, day)
        number, code, filed = found.id, found.code, bool(approved_by or found.profiled_on)
        work.describe(f"{code} {found.name} {'建档' if filed else '收到资料'} {'、'.join(documents)}".rstrip())
    more = f"，还缺 {'、'.join(lacking)}" if lacking else ""
    following = "" if filed else f"领导同意先建档的：demandctl customer profile {code} --approved-by 姓名"
    done = f"{code} 已建档{more}" if filed else f"{code} 已收 {'、'.join(documents)}{more}"
    object_answer(json, _one(app, number), done, *filter(None, [following]))


def _on_file(app: Context, text: str) -> tuple[list[str], str]:
    """What is on file, and where something is missing who agrees to that; the present papers to begin with."""
    with reading(app) as reader:
        now = read_customer(reader, find_customer_id(reader, one_line(text)))

    def check(answer: str) -> None:
        unknown = [name for name in split([answer]) if name not in (*PAPERS, "all")]
        if unknown:
            raise UsageError(f"不认识的资料：{'、'.join(unknown)}。可以是：{'、'.join(PAPERS)}")

    said = asking.text(_DOCUMENTS, "、".join(now.papers), check=check)
    lacking = [] if said == "all" else missing({*now.papers, *split([said])})
    if not lacking or now.approved_by:
        return split([said]), ""
    return split([said]), asking.text(f"还缺 {'、'.join(lacking)}，谁同意先建档（还没有就留空）")


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
    object_answer(json, _one(app, number), done if work.changed else f"{code} {NOTHING}")


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
    "show": Entry("查看", picture.show),
    "list": Entry("名单", picture.list_),
    "order": Entry("订货", belongings.order),
    "machine": Entry("设备", "customer.machine:TREE", "设备：添一台、改资料、去掉。"),
    "contract": Entry("合同", contract),
    "profile": Entry("建档", profile),
    "credit": Entry("信用", belongings.credit),
    "owner": Entry("对接人", owner),
    "tag": Entry("标签", same.tag),
    "duplicates": Entry("查重", same.duplicates),
    "merge": Entry("合并", same.merge),
    "export": Entry("交给本人", privacy.export),
    "erase": Entry("删除", privacy.erase),
}
