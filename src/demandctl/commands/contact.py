"""``contact``: the directory of branches, leaders, experts and outside help."""

from functools import partial
from typing import Annotated

import typer

from demandctl.commands import import_
from demandctl.context import Context
from demandctl.errors import Lacking, Offer, Refused
from demandctl.language.display import moment
from demandctl.queries.contacts import ContactView, read_contact, read_contacts
from demandctl.queries.demands import Filter, read_demands
from demandctl.queries.naming import find_contact_id
from demandctl.queries.reader import reading
from demandctl.store.fields import names
from demandctl.store.work import NOTHING
from demandctl.terminal.answers import object_answer, say_doubt
from demandctl.terminal.changed import changed_lines
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import BranchFilter, Json, Limit, Yes, row_limit
from demandctl.terminal.render import pairs, put, put_json, put_table, say
from demandctl.terminal.showing import details
from demandctl.terminal.takes import PHONE, Argument, Option, choice, many, parted, ref, word
from demandctl.terminal.typed import one_line
from demandctl.vocabulary import Role

Name = Annotated[str, Argument("contact.name", word("姓名"))]
Who = Annotated[str, Argument("联系人", ref("contact", "联系人"), "姓名、电话或编号")]
NewName = Annotated[str | None, Option("--name", "contact.name", word("姓名"))]
RoleOption = Annotated[Role, Option("--role", "contact.role", choice(Role, "角色"))]
NewRole = Annotated[Role | None, Option("--role", "contact.role", choice(Role, "角色"))]
RoleFilter = Annotated[tuple[Role, ...], Option("--role", "contact.role", many(choice(Role, "角色")))]
Branch = Annotated[str | None, Option("--branch", "contact.branch", word("分公司", known="branch"))]
Phone = Annotated[str | None, Option("--phone", "contact.phone", PHONE)]
Wechat = Annotated[str | None, Option("--wechat", "contact.wechat", word("微信"), "微信号或微信名")]
Regions = Annotated[tuple[str, ...] | None, Option("--region", "contact.regions", parted(word("地区", known="region")))]
Products = Annotated[
    tuple[str, ...] | None, Option("--product", "contact.products", parted(word("产品线")), "不写是全部")
]
Skills = Annotated[
    tuple[str, ...] | None,
    Option("--skill", "contact.skills", parted(word("专长")), "专家：售后 销售 法务 金融 产品；外部资源：自由填写"),
]
IsLeader = Annotated[bool | None, Option("--leader/--no-leader", "contact.leader")]
Back = Annotated[bool, Option("--back", "离职后又回来了")]
Everybody = Annotated[bool, Option("--all", "连同已离职的")]


def _values(
    name: str | None, role: Role | None, branch: str | None, phone: str | None, wechat: str | None,
    region: tuple[str, ...] | None, product: tuple[str, ...] | None, skill: tuple[str, ...] | None, leader: bool | None,
) -> dict[str, object]:  # fmt: skip
    given: dict[str, object] = {}
    for key, text in (("name", name), ("branch", branch), ("phone", phone), ("wechat", wechat)):
        if text is not None:
            given[key] = text
    for key, texts in (("regions", region), ("products", product), ("skills", skill)):
        if texts is not None:
            given[key] = [*texts]
    if role:
        given["role"] = role.value
    if leader is not None:
        given["leader"] = leader
    return given


def add(
    ctx: typer.Context, name: Name, *, role: RoleOption, branch: Branch = None, phone: Phone = None,
    wechat: Wechat = None, region: Regions = None, product: Products = None, skill: Skills = None,
    leader: IsLeader = None, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """新增一位联系人。"""
    app: Context = ctx.obj
    from demandctl.actions import contacts
    from demandctl.db import transaction

    with transaction(app, "contact add") as work:
        contact = contacts.add_contact(work, _values(name, role, branch, phone, wechat, region, product, skill, leader))
        number = contact.id
        work.describe(f"新增联系人 {contact.name}")
    say_doubt(phone)
    object_answer(json, _one(app, number), f"已新增联系人 {number} {name}", "看全部：demandctl contact list")


def edit(
    ctx: typer.Context, contact: Who, name: NewName = None, role: NewRole = None, branch: Branch = None,
    phone: Phone = None, wechat: Wechat = None, region: Regions = None, product: Products = None, skill: Skills = None,
    leader: IsLeader = None, back: Back = False, json: Json = False,
) -> None:  # fmt: skip
    """改一位联系人的资料。"""
    app: Context = ctx.obj
    from demandctl.actions import contacts
    from demandctl.db import transaction
    from demandctl.store.fields import named

    values = _values(name, role, branch, phone, wechat, region, product, skill, leader) | (
        {"active": True} if back else {}
    )
    if not values:
        raise Lacking("没有写要改什么", "demandctl contact edit --help", lambda: _offers(app, contact))
    with transaction(app, "contact edit") as work:
        found = contacts.find_contact(work, contact)
        changed = contacts.edit_contact(work, found, values)
        number, who = found.id, found.name
        work.describe(f"修改联系人 {who}：{named('contact', changed)}")
    say_doubt(phone)
    lines = [] if json else changed_lines(app, work)
    done = f"{who} {'已改' if work.changed else NOTHING}"
    object_answer(json, _one(app, number), done, *lines, f"看资料：demandctl contact show {number}")


def _offers(app: Context, text: str) -> dict[str, Offer]:
    """What of a person can be changed, with what it is now."""
    with reading(app) as reader:
        now = read_contact(reader, find_contact_id(reader, one_line(text)))
    texts = {"name": now.name, "role": now.role, "branch": now.branch or "", "phone": now.phone, "wechat": now.wechat}
    lists = {"region": now.regions, "product": now.products, "skill": now.skills}
    offers = {name: Offer(text) for name, text in texts.items()}
    offers |= {name: Offer("、".join(words)) for name, words in lists.items()}
    offers["leader"] = Offer("是" if now.leader else "否")
    return offers if now.active else offers | {"back": Offer()}


def leave(ctx: typer.Context, contact: Who, json: Json = False) -> None:
    """标记离职：不再派给他。手里还有需求或客户时不允许。"""
    app: Context = ctx.obj
    from demandctl.actions import contacts, handover
    from demandctl.db import transaction

    with transaction(app, "contact leave") as work:
        found = contacts.find_contact(work, contact)
        if not found.active:
            raise Refused(f"{found.name} 早已标记离职")
        handover.leave(work, found)
        number, name = found.id, found.name
        work.describe(f"{name} 离职")
    object_answer(json, _one(app, number), f"{name} 已标记离职", f"又回来了：demandctl contact edit {number} --back")


def list_(
    ctx: typer.Context,
    role: RoleFilter = (),
    branch: BranchFilter = (),
    everybody: Everybody = False,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """通讯录。"""
    app: Context = ctx.obj
    most = row_limit(limit, json)
    with reading(app) as reader:
        found = read_contacts(reader, roles=role, branches=branch, everybody=everybody)
        if not found or len(branch) > 1:
            from demandctl.queries.known import require_known

            require_known(reader, branch=branch)
    if json:
        put_json(found[:most])
        return
    if not found:
        put("没有符合条件的联系人" if role or branch else "通讯录里还没有人。导入：demandctl contact import 文件.csv")
        return
    put_table(COLUMNS, [_row(c) for c in found[:most]])
    if most and len(found) > most:
        say(f"只列出前 {most} 位，共 {len(found)} 位；全部：--limit 0")


_ITS = names("contact")
COLUMNS = [
    Column(_ITS["id"], right=True, wrap=False), Column(_ITS["name"], wrap=False), Column(_ITS["role"], wrap=False),
    Column(_ITS["branch"]), Column(_ITS["phone"], wrap=False), Column(_ITS["regions"], least=10),
    Column(_ITS["products"], below=True), Column(_ITS["skills"], below=True),
]  # fmt: skip


def _row(contact: ContactView) -> list[str]:
    name = contact.name + ("" if contact.active else "（离职）")
    role = contact.role.label + ("·领导" if contact.leader and contact.role != "leader" else "")
    regions, products, skills = map("、".join, (contact.regions, contact.products, contact.skills))
    return [str(contact.id), name, role, contact.branch or "", contact.phone, regions, products, skills]


def show(ctx: typer.Context, contact: Who, json: Json = False) -> None:
    """一位联系人的资料和手里的需求。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        number = find_contact_id(reader, contact)
        person = read_contact(reader, number)
        open_ones = read_demands(reader, Filter(open_only=True, handler=number))
    if json:
        put_json(person.data() | {"demands": open_ones})
        return
    left = "" if person.active else "，已离职"
    pairs(
        [
            (_ITS["name"], f"{person.name}（{_ITS['id']} {person.id}）{left}"),
            *details("contact", person, partial(moment, now=app.now), without=("name", "products", "active")),
            (_ITS["products"], "、".join(person.products) or "全部"),
            ("手里的需求", "、".join(d.subject.code for d in open_ones) or "没有"),
        ]
    )


def _one(app: Context, number: int) -> ContactView:
    with reading(app) as reader:
        return read_contact(reader, number)


TREE: Tree = {
    "add": Entry("新增", add),
    "edit": Entry("修改", edit),
    "list": Entry("名单", list_),
    "show": Entry("查看", show),
    "leave": Entry("离职", leave),
    "import": Entry("导入", import_.contacts),
}
