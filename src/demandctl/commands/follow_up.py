"""``follow-up``: record what was said or done."""

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.subject import Subject
from demandctl.terminal.answers import demand_answer
from demandctl.terminal.options import At, Json, Number, Yes
from demandctl.terminal.takes import FUTURE, PHONE, Argument, Option, choice, prose, ref, word
from demandctl.terminal.typed import clean, understood
from demandctl.vocabulary import Method, Status

Later = date | datetime | None
Text = Annotated[str, Argument("说了什么、做了什么", prose("内容"), "写 - 从标准输入读")]
By = Annotated[str, Option("--by", "谁跟进的", ref("contact", "人"), "默认当前对接人，没有则是需求专员")]
Internal = Annotated[bool, Option("--internal", "内部沟通，客户还不知道")]
MethodOption = Annotated[Method | None, Option("--method", "follow_up.method", choice(Method, "方式"))]
StageOption = Annotated[str, Option("--stage", "follow_up.stage", word("进度"), "如 已报价、已试机")]
Next = Annotated[Later, Option("--next", "约定下次跟进的时间", FUTURE, "如 下周一、3天后下午3点半")]
Plan = Annotated[str, Option("--plan", "下次做什么", prose("文字"))]
WaitUntil = Annotated[Later, Option("--wait-until", "客户要等到那时再说", FUTURE, "上班时钟暂停")]
Resolved = Annotated[bool, Option("--resolved", "问题已解决，等客户确认", more="售后、投诉")]
Phone = Annotated[str, Option("--phone", "follow_up.phone", PHONE, "默认通讯录里的")]


def follow_up(
    ctx: typer.Context,
    number: Number,
    text: Text,
    by: By = "",
    internal: Internal = False,
    method: MethodOption = None,
    at: At = None,
    stage: StageOption = "",
    next_: Next = None,
    plan: Plan = "",
    wait_until: WaitUntil = None,
    resolved: Resolved = False,
    phone: Phone = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录一次跟进。

    例：demandctl follow-up 12 "已报价，客户考虑" --next 下周一 --plan 问结果
    """
    app: Context = ctx.obj
    said = clean(sys.stdin.read() if text == "-" else text)
    if not said:
        raise UsageError("跟进内容不能是空的", f'demandctl follow-up {number} "说了什么"')
    if plan and not (next_ or wait_until):
        raise UsageError("写了 --plan 就要写时间", "加上 --next 时间")
    from demandctl.actions import demands
    from demandctl.actions.contacts import find_contact
    from demandctl.db import transaction

    with transaction(app, "follow-up") as work:
        demand = demands.find_demand(work.session, number)
        myself = by and by in (app.config.specialist, app.who, "专员", "需求专员")
        report = demands.Report(
            text=said,
            at=at or app.now,
            by=find_contact(work, by) if by and not myself else None,
            by_name=(app.config.specialist or app.who) if myself else "",
            phone=phone,
            internal=internal,
            method=method,
            stage=stage,
            next_time=next_,
            plan=plan,
            wait_until=wait_until,
            resolved=resolved,
        )
        row = demands.follow_up(work, demand, report)
        who, status = row.by_name, Status(demand.status)
    done = f"{Subject.demand(number)} 已记录 {who} 的跟进，{status.label}"
    if at:
        done += f"，时间 {understood(app, at)}"
    if next_:
        done += f"，下次 {understood(app, next_)}"
    elif wait_until:
        done += f"，等到 {understood(app, wait_until)}"
    following = (
        f"客户确认后：demandctl confirm {number} --solved，没好：--unsolved"
        if resolved
        else f"看全部：demandctl show {number}"
    )
    demand_answer(app, number, json, done, following)
