"""``init``: make ledger, config and rules."""

from typing import Annotated

import typer

from demandctl import db
from demandctl.config import TEMPLATE
from demandctl.context import Context
from demandctl.errors import Refused
from demandctl.queries.reader import reading
from demandctl.store.writing import put_text
from demandctl.terminal.answers import answer
from demandctl.terminal.options import Json
from demandctl.terminal.render import put_json
from demandctl.terminal.takes import Option

Demo = Annotated[bool, Option("--demo", "用示例数据填满一份新台账，供试用")]


def init(ctx: typer.Context, demo: Demo = False, json: Json = False) -> None:
    """建台账和配置；已有的不动。"""
    app: Context = ctx.obj
    with db.making(app.db_path) as draft:
        fresh = draft is not None
        if demo and not fresh:
            raise Refused(f"已有台账：{app.db_path}", "示例只填进新台账：demandctl --db 新文件 init --demo")
        if not app.config_path.exists():
            put_text(app.config_path, _template(demo))
        on = app if draft is None else app.later().on(draft)
        _begin(on)
        if demo:
            from demandctl.upkeep.demo import fill

            fill(on, ctx.find_root().command.main)
    if json:
        put_json({"ledger": str(app.db_path), "config": str(app.config_path), "created": fresh})
        return
    said = f"{'已建台账' if fresh else '台账已在'}：{app.db_path}"
    config = f"配置：{app.config_path}"
    if demo:
        answer(f"{said}，已填进示例", config, "今天的事：demandctl；谁欠谁什么：demandctl due")
        return
    following = ("导入通讯录：demandctl contact import 文件.csv", "登记第一条：demandctl intake --help")
    name = () if app.config.specialist else ("写上自己的姓名：demandctl config set specialist.name 姓名",)
    answer(said, config, *name, *following)


def _template(demo: bool) -> str:
    if not demo:
        return TEMPLATE
    from demandctl.upkeep.demo import examples

    return (examples() / "config.toml").read_text(encoding="utf-8")


def _begin(app: Context) -> None:
    """Start what the ledger itself owes, unless an earlier run has."""
    with reading(app) as reader:
        if reader.rows("SELECT 1 FROM ledger WHERE key = 'init'"):
            return
    from demandctl.actions import duties
    from demandctl.db import transaction

    with transaction(app, "init") as work:
        duties.begin(work)
