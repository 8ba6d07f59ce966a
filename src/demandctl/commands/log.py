"""``log`` and ``undo``: what was done, and the last step taken back."""

from datetime import datetime
from typing import Annotated

import typer

from demandctl import queries
from demandctl.commands.answers import object_answer
from demandctl.commands.options import Json, demand_number
from demandctl.commands.show import Limit, row_limit
from demandctl.context import Context
from demandctl.render import Column, moment, put, put_json, put_table

MaybeNumber = Annotated[str, typer.Argument(metavar="编号", help="只看一条需求的")]


def log(ctx: typer.Context, number: MaybeNumber = "", limit: Limit = None, json: Json = False) -> None:
    """操作日志：谁在何时做了什么。"""
    app: Context = ctx.obj
    with queries.reading(app) as reader:
        demand = demand_number(number) if number else None
        if demand:
            queries.demand(reader, demand)
        found = queries.operations(reader, demand=demand, limit=row_limit(limit, json))
    if json:
        put_json(found)
        return
    if not found:
        put("还没有操作")
        return
    columns = [
        Column("#", right=True, wrap=False),
        Column("时间", wrap=False),
        Column("谁"),
        Column("做了什么", least=20),
        Column(""),
    ]
    put_table(
        columns,
        [
            [str(o["id"]), moment(datetime.fromisoformat(o["at"]), app.now), o["who"], o["summary"] or o["command"],
             f"已撤销（#{o['undone_by']}）" if o["undone_by"] else ""]
            for o in found
        ],
    )  # fmt: skip


def undo(ctx: typer.Context, json: Json = False) -> None:
    """撤销最近一步；再撤销就是再往前一步。"""
    app: Context = ctx.obj
    from demandctl import audit
    from demandctl.db import transaction

    with transaction(app, "undo") as work:
        operation = audit.undo(work)
        number, summary, who = operation.id, operation.summary or operation.command, operation.who
        moment_ = operation.at.astimezone(app.zone)
    document = {"undone": number, "summary": summary, "who": who, "at": moment_.isoformat()}
    object_answer(
        json, document, f"已撤销 #{number}：{summary}（{who}，{moment(moment_, app.now)}）", "看看现在：demandctl log"
    )
