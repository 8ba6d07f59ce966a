"""``follow-up``: record what was said or done."""

import sys
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language import phones
from demandctl.language.subject import Subject
from demandctl.terminal.answers import demand_answer
from demandctl.terminal.options import At, Json, Number, Yes, choices
from demandctl.terminal.typed import clean, future, one_line, past, understood
from demandctl.vocabulary import Method, Status

Text = Annotated[str, typer.Argument(metavar="内容", help="说了什么、做了什么；写 - 从标准输入读")]
By = Annotated[str, typer.Option("--by", metavar="人", help="谁跟进的，默认当前对接人，没有则是需求专员")]
Internal = Annotated[bool, typer.Option("--internal", help="内部沟通，客户还不知道")]
MethodOption = Annotated[str, typer.Option("--method", metavar="方式", help=f"{choices(Method)}（或中文）")]
StageOption = Annotated[str, typer.Option("--stage", metavar="进度", help="进度，如 已报价、已试机")]
Next = Annotated[str, typer.Option("--next", metavar="时间", help="约定下次跟进的时间，如 下周一、3天后下午3点半")]
Plan = Annotated[str, typer.Option("--plan", metavar="文字", help="下次做什么")]
WaitUntil = Annotated[str, typer.Option("--wait-until", metavar="时间", help="客户要等到那时再说：上班时钟暂停")]
Resolved = Annotated[bool, typer.Option("--resolved", help="问题已解决，等客户确认（售后、投诉）")]
Phone = Annotated[str, typer.Option("--phone", metavar="电话", help="跟进人电话，默认通讯录里的")]


def follow_up(
    ctx: typer.Context,
    number: Number,
    text: Text,
    by: By = "",
    internal: Internal = False,
    method: MethodOption = "",
    at: At = "",
    stage: StageOption = "",
    next_: Next = "",
    plan: Plan = "",
    wait_until: WaitUntil = "",
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
    next_time, wait = future(app, next_, "--next"), future(app, wait_until, "--wait-until")
    moment = past(app, at)
    from demandctl.actions import demands
    from demandctl.actions.contacts import find_contact
    from demandctl.db import transaction

    with transaction(app, "follow-up") as work:
        demand = demands.find_demand(work.session, number)
        myself = by and by in (app.config.specialist, app.who, "专员", "需求专员")
        report = demands.Report(
            text=said,
            at=moment,
            by=find_contact(work, one_line(by)) if by and not myself else None,
            by_name=(app.config.specialist or app.who) if myself else "",
            phone=phones.normalise(phone) if phone else "",
            internal=internal,
            method=Method.parse(method) if method else None,
            stage=one_line(stage),
            next_time=next_time,
            plan=clean(plan),
            wait_until=wait,
            resolved=resolved,
        )
        row = demands.follow_up(work, demand, report)
        who, status = row.by_name, Status(demand.status)
    done = f"{Subject.demand(number)} 已记录 {who} 的跟进，{status.label}"
    if at:
        done += f"，时间 {understood(app, moment)}"
    if next_time or wait:
        done += f"，{'下次' if next_time else '等到'} {understood(app, next_time or wait)}"  # type: ignore[arg-type]
    following = (
        f"客户确认后：demandctl confirm {number} --solved，没好：--unsolved"
        if resolved
        else f"看全部：demandctl show {number}"
    )
    demand_answer(app, number, json, done, following)
