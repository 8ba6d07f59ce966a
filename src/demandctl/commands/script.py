"""``script``: call scripts and quick replies 话术."""

import sys
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer, UsageError
from demandctl.language.display import moment, shown, shown_lines
from demandctl.messages import scripts
from demandctl.queries.customers import read_customer
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.naming import find_customer_id
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import reading
from demandctl.terminal.answers import object_answer
from demandctl.terminal.copying import Copy, put_on_clipboard, say_unset
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json, put_styled, put_table, say
from demandctl.terminal.takes import Argument, Option, prose, ref, word
from demandctl.terminal.typed import clean

Name = Annotated[str, Argument("话术", ref("script", "话术"), "编号或名称的一部分")]
CustomerOption = Annotated[str, Option("--customer", "填上这位客户的称呼", ref("customer", "客户"))]
DemandOption = Annotated[int | None, Option("--demand", "填上这条需求的客户、对接人、时间", ref("demand", "编号"))]
AsToml = Annotated[bool, Option("--toml", "原样输出，抄进自己的话术文件再改")]
Title = Annotated[str, Option("--name", "名称", word("名称"))]
TextOption = Annotated[str, Option("--text", "全文", prose("文字"), "写 - 从标准输入读")]


def list_(ctx: typer.Context, json: Json = False) -> None:
    """有哪些话术和快捷回复。"""
    app: Context = ctx.obj
    found = scripts.load(app.scripts_path)
    if json:
        put_json([script.data() for script in found])
        return
    columns = [Column("编号", wrap=False), Column("类别", wrap=False), Column("名称", least=10), Column("来源")]
    put_table(columns, [[s.id, scripts.GROUPS[s.group], s.name, "自己的" if s.own else ""] for s in found])
    put("看一条：demandctl script 编号 --customer 客户")


def show(
    ctx: typer.Context, name: Name = "", customer: CustomerOption = "", demand: DemandOption = None, copy: Copy = False,
    toml: AsToml = False, json: Json = False,
) -> None:  # fmt: skip
    """一条话术，填好称呼，可以直接粘贴。"""
    app: Context = ctx.obj
    if not name:
        list_(ctx, json=json)
        return
    script = scripts.find(scripts.load(app.scripts_path), name)
    if toml:
        put(scripts.as_toml(script).rstrip())
        return
    text = filled(app, script, customer, demand)
    if json:
        put_json(script.data() | {"filled": text})
        return
    if script.steps:
        put_styled(shown(script.name), "bold")
    put(shown_lines(text))
    mine = {scripts.BLANKS[blank] for blank in scripts.SETTINGS}
    if left := [blank for blank in scripts.blanks_left(text) if blank not in mine]:
        say(f"提示：还要手工填上 {'、'.join(left)}")
    say_unset(text)
    if copy:
        put_on_clipboard(text)


def filled(app: Context, script: scripts.Script, customer: str, demand: int | None) -> str:
    """The script with the names of a customer and a demand in it."""
    person: CustomerBrief | None = None
    about: DemandView | None = None
    when = ""
    if customer or demand:
        with reading(app) as reader:
            about = read_demand(reader, demand) if demand else None
            person = about.customer if about else None
            if customer:
                person = read_customer(reader, find_customer_id(reader, customer))
    if about and about.next_at:
        when = moment(about.next_at, app.now)
    return scripts.fill(script.whole, scripts.values_for(app.config, app.who, person, about, when))


def add(
    ctx: typer.Context, script: Annotated[str, Argument("新话术的编号", word("新编号"), "如 price")],
    text: TextOption = "", name: Title = "", json: Json = False,
) -> None:  # fmt: skip
    """添一条快捷回复，写进自己的话术文件。"""
    app: Context = ctx.obj
    words = _text(text, "")
    made = scripts.add(app.scripts_path, script, name, words)
    object_answer(json, made.data(), f"已添话术 {made.id}", f"用它：demandctl script {made.id} --customer 客户")


def edit(ctx: typer.Context, script: Name, text: TextOption = "", name: Title = "", json: Json = False) -> None:
    """改一条快捷回复；自带的会抄一份到自己的文件里改。"""
    app: Context = ctx.obj
    found = scripts.find(scripts.load(app.scripts_path), script)
    words = "" if name and not text else _text(text, found.text)
    made = scripts.edit(app.scripts_path, found, name, words)
    object_answer(json, made.data(), f"已改话术 {made.id}", f"看看：demandctl script {made.id}")


def _text(given: str, before: str) -> str:
    """The text that was typed or piped in; on a terminal it is asked for, beginning with the one before."""
    if given:
        words = clean(sys.stdin.read() if given == "-" else given)
    else:
        hint = '加上 --text "全文"，或 --text - 从标准输入读'
        raise Lacking("缺少 --text", hint, lambda: {"text": Offer(before)})
    if not words:
        raise UsageError("话术不能是空的")
    return words


# The entry without a name is what `script NAME` means.
TREE: Tree = {
    "": Entry("", show),
    "list": Entry("列表", list_),
    "show": Entry("查看", show),
    "add": Entry("添加", add),
    "edit": Entry("修改", edit),
}
