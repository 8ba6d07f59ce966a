"""``follow-up``: record what was said or done."""

import sys
from datetime import date, datetime
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.core.meant import reads_like
from demandctl.errors import UsageError
from demandctl.terminal import asking
from demandctl.terminal.answers import demands_answer
from demandctl.terminal.options import At, Attach, Json, Numbers, Yes
from demandctl.terminal.render import say
from demandctl.terminal.takes import FUTURE, PHONE, Argument, Option, choice, prose, ref, word
from demandctl.terminal.typed import clean
from demandctl.vocabulary import Method, NoteKind

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
Nudged = Annotated[bool, Option("--nudged", "催了对接人：记下催过，不算他的反馈")]
NoAnswer = Annotated[bool, Option("--no-answer", "打了没接通：记下打过，不算联系到")]
Phone = Annotated[str, Option("--phone", "follow_up.phone", PHONE, "默认通讯录里的")]


def follow_up(
    ctx: typer.Context,
    numbers: Numbers,
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
    nudged: Nudged = False,
    no_answer: NoAnswer = False,
    attach: Attach = (),
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录一次跟进，可以几条一起：follow-up 8 9 "已到货"。

    例：demandctl follow-up 12 "已报价，客户考虑" --next 下周一 --plan 问结果
    """
    app: Context = ctx.obj
    said = clean(sys.stdin.read() if text == "-" else text)
    if not said:
        raise UsageError("跟进内容不能是空的", f'demandctl follow-up {numbers[0]} "说了什么"')
    if plan and not (next_ or wait_until):
        raise UsageError("写了 --plan 就要写时间", "加上 --next 时间")
    kind = _note_kind(nudged, no_answer, next_ or wait_until or resolved or by or attach, said, yes or json)
    if kind is not NoteKind.FOLLOW_UP:
        _note(app, numbers, kind, said, at or app.now, method, json)
        return
    from demandctl.actions import steps
    from demandctl.actions.demands import Feedback

    report = Feedback(
        text=said,
        at=at or app.now,
        phone=phone,
        internal=internal,
        method=method,
        stage=stage,
        next_time=next_,
        plan=plan,
        wait_until=wait_until,
        resolved=resolved,
    )
    done = steps.follow(app, numbers, report, by=by, attach=attach, told_at=at is not None)
    demands_answer(app, numbers, json, done.said, done.following)


def _note_kind(nudged: bool, no_answer: bool, more: object, said: str, quiet: bool) -> NoteKind:
    """What a note is: as it was said; where its words read like another, a terminal asks, elsewhere a hint says so."""
    if nudged and no_answer:
        raise UsageError("--nudged 和 --no-answer 只能用一个")
    if nudged or no_answer:
        if more:
            raise UsageError(
                "--nudged、--no-answer 只是记一笔，不能同时约定、解决、附文件、写是谁", "那是另一次跟进，分开记"
            )
        return NoteKind.NUDGE if nudged else NoteKind.ATTEMPT
    likely = reads_like(said)
    if likely is None or more:
        return NoteKind.FOLLOW_UP
    option = "--nudged" if likely is NoteKind.NUDGE else "--no-answer"
    if quiet or not asking.can_ask():
        say(f"提示：记成了跟进；只是{likely.label}的话：demandctl undo，再加上 {option}")
        return NoteKind.FOLLOW_UP
    meant = asking.choose(
        "这句话是", [(likely, f"{likely.label}，谁的反馈都不算"), (NoteKind.FOLLOW_UP, "跟进，有了答复")], likely
    )
    return NoteKind(meant)


def _note(
    app: Context, numbers: tuple[int, ...], kind: NoteKind, said: str, at: datetime, method: Method | None, json: bool
) -> None:
    """Put a nudge or an attempt on record."""
    from demandctl.actions import steps

    done = steps.note(app, numbers, kind, said, at=at, method=method)
    demands_answer(app, numbers, json, done.said, done.following)
