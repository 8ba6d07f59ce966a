"""``group``: the WeChat groups of customers 社群: whose they are, and the experts in them."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer
from demandctl.language.display import moment, shown
from demandctl.queries.demands import Filter, read_demands
from demandctl.queries.groups import GroupView, find_group_id, read_group, read_groups
from demandctl.queries.reader import reading
from demandctl.store.fields import named, names
from demandctl.store.work import NOTHING
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer
from demandctl.terminal.changed import changed_lines
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json
from demandctl.terminal.render import pairs, put, put_json, put_table, say
from demandctl.terminal.showing import details
from demandctl.terminal.takes import Argument, Option, many, prose, ref, word
from demandctl.terminal.typed import one_line

Name = Annotated[str, Argument("wechat_group.name", word("社群", known="group"))]
Which = Annotated[str, Argument("社群", ref("wechat-group", "社群"), "名称，写一部分即可")]
NewName = Annotated[str | None, Option("--name", "wechat_group.name", word("社群"))]
Branch = Annotated[str | None, Option("--branch", "wechat_group.branch", word("分公司", known="branch"))]
Region = Annotated[str | None, Option("--region", "wechat_group.region", word("地区", known="region"))]
Experts = Annotated[
    tuple[str, ...], Option("--expert", "群里的专家", many(ref("contact", "专家")), "换成写的这些；写“无”清空")
]
Note = Annotated[str | None, Option("--note", "wechat_group.note", prose("文字"))]
BranchFilter = Annotated[str, Option("--branch", "wechat_group.branch", word("分公司", known="branch"), "写一部分即可")]


def add(
    ctx: typer.Context, name: Name, branch: Branch = None, region: Region = None, expert: Experts = (),
    note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """记下一个社群：哪个分公司的、什么地区、群里有哪些专家。登记需求时遇到新群会自动记下。"""
    app: Context = ctx.obj
    from demandctl.actions import groups
    from demandctl.db import transaction

    with transaction(app, "group add") as work:
        group = groups.add_group(work, groups.given(work, branch, region, expert, note, name=name))
        number, called = group.id, group.name
        work.describe(f"新增社群 {called}")
    object_answer(json, _one(app, number), f"已记下社群“{called}”", f"看看：demandctl group show {called}")


def edit(
    ctx: typer.Context, group: Which, name: NewName = None, branch: Branch = None, region: Region = None,
    expert: Experts = (), note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """改一个社群；分公司或地区变了，群里没有写地区的未结束需求跟着归过去。"""
    app: Context = ctx.obj
    if not expert and (name, branch, region, note) == (None,) * 4:
        raise Lacking("没有写要改什么", "demandctl group edit --help", lambda: _offers(app, group))
    from demandctl.actions import groups
    from demandctl.db import transaction

    with transaction(app, "group edit") as work:
        found = groups.find_group(work, group)
        changed = groups.edit_group(work, found, groups.given(work, branch, region, expert, note, name=name))
        number, called = found.id, found.name
        work.describe(f"修改社群 {called}：{named('wechat_group', changed)}")
    lines = [] if json else changed_lines(app, work)
    done = f"“{called}”{'已改' if work.changed else NOTHING}"
    object_answer(json, _one(app, number), done, *lines, f"看看：demandctl group show {called}")


def _offers(app: Context, text: str) -> dict[str, Offer]:
    """What of a group can be changed, with what it is now."""
    with reading(app) as reader:
        now = read_group(reader, find_group_id(reader, one_line(text)))
    texts = {"name": now.name, "branch": now.branch, "region": now.region, "note": now.note}
    offers = {name: Offer(text or "") for name, text in texts.items()}
    return offers | {"expert": Offer("、".join(person.name for person in now.experts))}


_ITS = names("wechat_group")
COLUMNS = [
    Column(_ITS["name"], least=12), Column(_ITS["branch"]), Column(_ITS["region"]), Column(_ITS["experts"], least=8),
    Column("未结束", right=True, wrap=False), Column("共", right=True, wrap=False),
]  # fmt: skip


def list_(ctx: typer.Context, branch: BranchFilter = "", json: Json = False) -> None:
    """有哪些社群。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = read_groups(reader, branch)
        if branch and not found:
            from demandctl.queries.known import require_known

            require_known(reader, branch=(branch,))
    if json:
        put_json(found)
        return
    if not found:
        put("还没有社群。登记群里的需求时写 --group，就记下了")
        return
    put_table(COLUMNS, [_row(group) for group in found])


def _row(group: GroupView) -> list[str]:
    experts = "、".join(person.name for person in group.experts)
    return [group.name, group.branch or "", group.region or "", experts, str(group.open), str(group.demands)]


def show(ctx: typer.Context, group: Which, json: Json = False) -> None:
    """一个社群：归谁、有哪些专家、群里没完的需求。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = read_group(reader, find_group_id(reader, group))
        asked = Filter(open_only=True, group=(found.name,))
        open_ones = [demand for demand in read_demands(reader, asked) if demand.group == found.name]
    if json:
        put_json(found.data() | {"open_demands": open_ones})
        return
    experts = "、".join(f"{person.name} {person.phone}".rstrip() for person in found.experts)
    told = details("wechat_group", found, partial(moment, now=app.now), instead={"experts": experts})
    numbers = "、".join(demand.subject.code for demand in open_ones) or "没有"
    pairs([*told, ("没完的需求", shown(numbers)), ("一共", f"{found.demands} 条")])


def learn(app: Context, met: Sequence[str], *, asks: bool) -> None:
    """Whose a group is that was met for the first time: asked once on a terminal, elsewhere a word how to say it."""
    for name in met:
        if not (asks and asking.can_ask()):
            say(f"提示：第一次见到社群“{shown(name)}”，写上归属：demandctl group edit {name} --branch … --region …")
            continue
        from demandctl.terminal.known import candidates

        known = candidates(app, "branch", "", "group", 200)
        branch = asking.text(f"第一次见到社群“{shown(name)}”，是哪个分公司的（空着以后再说）", known=known)
        region = asking.text("群里的客户主要在什么地区（空着以后再说）")
        if branch or region:
            _tell_whose(app, name, branch, region)


def _tell_whose(app: Context, name: str, branch: str, region: str) -> None:
    from demandctl.actions import groups
    from demandctl.db import transaction

    with transaction(app, "group edit") as work:
        group = groups.find_group(work, name)
        groups.edit_group(work, group, {"branch": one_line(branch), "region": one_line(region)})
        work.describe(f"修改社群 {name}：{named('wechat_group', ('branch', 'region'))}")


def _one(app: Context, number: int) -> GroupView:
    with reading(app) as reader:
        return read_group(reader, number)


TREE: Tree = {
    "add": Entry("新增", add),
    "edit": Entry("修改", edit),
    "list": Entry("名单", list_),
    "show": Entry("查看", show),
}
