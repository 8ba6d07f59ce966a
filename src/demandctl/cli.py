"""The app: root options and the tree of commands. The one error boundary is ``grammar.Root``."""

from pathlib import Path
from typing import Annotated, cast

import typer

from demandctl.commands import (
    assign,
    close,
    config,
    contact,
    customer,
    due,
    edit,
    export,
    follow_up,
    init,
    intake,
    log,
    revisit,
    show,
    sla,
    today,
    when,
)  # fmt: skip
from demandctl.context import Context
from demandctl.grammar import Root, Tree

TREE: Tree = {
    "intake": intake.intake,
    "assign": assign.assign,
    "follow-up": follow_up.follow_up,
    "close": close.close,
    "due": due.due,
    "revisit": ("回访：计划、记录、转交、解决", revisit.TREE),
    "export": ("导出表格和汇报", export.TREE),
    "init": init.init,
    "list": show.list_,
    "show": show.show,
    "search": show.search,
    "edit": edit.edit,
    "verify": edit.verify,
    "upgrade": edit.upgrade,
    "escalate": edit.escalate,
    "confirm": close.confirm,
    "reopen": close.reopen,
    "customer": ("客户：资料、订货、合同、建档、对接人", customer.TREE),
    "contact": ("通讯录：分公司人员、领导、专家、外部资源", contact.TREE),
    "who": assign.who,
    "when": when.when,
    "log": log.log,
    "undo": log.undo,
    "sla": ("时限规则", sla.TREE),
    "config": ("配置", config.TREE),
}


def program(
    ctx: typer.Context,
    db: Annotated[
        Path | None, typer.Option("--db", metavar="文件", help="台账文件，也可用环境变量 DEMANDCTL_DB")
    ] = None,
    config_file: Annotated[
        Path | None, typer.Option("--config", metavar="文件", help="配置文件，也可用环境变量 DEMANDCTL_CONFIG")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="版本", is_eager=True)] = False,
    json: Annotated[bool, typer.Option("--json", help="今日一览，输出 JSON")] = False,
) -> None:
    """需求专员的台账：谁在何时欠谁什么。

    不带命令时显示今日一览。每个命令都有 --help，能输出数据的都有 --json。
    """
    ctx.obj = Context(db, config_file)
    if version:
        show_version()
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        today.today(ctx.obj, as_json=json)


def show_version() -> None:
    """The program's and the schema's version."""
    from demandctl import __version__
    from demandctl.migrations import SCHEMA_VERSION

    typer.echo(f"demandctl {__version__}（台账版本 {SCHEMA_VERSION}）")


def app() -> Root:
    """The root command, its sub-commands still unbuilt."""
    made = typer.Typer(add_completion=False, rich_markup_mode=None, cls=Root, invoke_without_command=True)
    made.callback()(program)
    root = cast(Root, typer.main.get_command(made))
    root.tree = TREE
    return root


def main() -> None:
    """The entry point of the program."""
    app().main()
