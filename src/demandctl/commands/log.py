"""``log`` and ``undo``: what was done, and the last step taken back."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.display import moment, shown
from demandctl.language.subject import Subject
from demandctl.queries.history import OperationView, read_operations
from demandctl.queries.known import require_subject
from demandctl.queries.reader import reading
from demandctl.terminal.answers import object_answer
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, Since, Until, row_limit
from demandctl.terminal.render import put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import CODE, COUNT, Argument, Option, many, word

About = Annotated[Subject | None, Argument("只看一条的", CODE, "需求 12、客户 K00003、回访 R4")]
WhoFilter = Annotated[tuple[str, ...], Option("--who", "谁做的", many(word("姓名")), "写一部分即可")]
CommandFilter = Annotated[
    tuple[str, ...], Option("--command", "哪个命令", many(word("命令")), "如 follow-up、customer")
]
Changes = Annotated[bool, Option("--changes", "逐项列出改了什么")]


def log(
    ctx: typer.Context, about: About = None, who: WhoFilter = (), command: CommandFilter = (), since: Since = "",
    until: Until = "", changes: Changes = False, limit: Limit = None, json: Json = False,
) -> None:  # fmt: skip
    """操作日志：谁在何时做了什么；--changes 看改了什么。"""
    app: Context = ctx.obj
    from demandctl.queries.changes import in_words, of_operations

    with reading(app) as reader:
        if about:
            require_subject(reader, about)
        found = read_operations(
            reader, about=about, who=who, commands=command, since=since, until=until, limit=row_limit(limit, json)
        )
        changed = of_operations(reader, [o.id for o in found]) if changes else {}
        told = {key: list(in_words(reader, fields)) for key, fields in changed.items()} if not json else {}
    if json:
        put_json([o.data() | {"changes": changed[o.id]} if changes else o for o in found])
        return
    if not found:
        put("没有符合条件的操作" if about or who or command or since or until else "还没有操作")
        return
    if changes:
        _put_changes(app, found, told)
        return
    columns = [
        Column("#", right=True, wrap=False), Column("时间", wrap=False), Column("谁"), Column("做了什么", least=20),
        Column(""),
    ]  # fmt: skip
    put_table(columns, [[str(o.id), *_told(app, o), _taken_back(o)] for o in found])


def _told(app: Context, operation: OperationView) -> tuple[str, str, str]:
    return moment(operation.at, app.now), operation.who, operation.summary or operation.command


def _taken_back(operation: OperationView) -> str:
    return f"已撤销（#{operation.undone_by}）" if operation.undone_by else ""


def _put_changes(app: Context, found: list[OperationView], told: dict[int, list[str]]) -> None:
    for operation in found:
        put_styled(
            shown("  ".join([f"#{operation.id}", *_told(app, operation), _taken_back(operation)])).rstrip(), "bold"
        )
        for line in told[operation.id] or ["没有改动记录"]:
            tell(f"    {shown(line)}")


Steps = Annotated[int | None, Argument("撤销几步", COUNT, "从最近的往前，一次都撤销；默认 1")]
MOST_STEPS = 100


def undo(ctx: typer.Context, count: Steps = None, json: Json = False) -> None:
    """撤销最近一步或几步；再撤销就是再往前一步。"""
    app: Context = ctx.obj
    wanted = 1 if count is None else count
    if not 1 <= wanted <= MOST_STEPS:
        raise UsageError(f"撤销的步数应是 1 到 {MOST_STEPS}", "撤销最近三步：demandctl undo 3")
    from demandctl.actions import steps

    taken = steps.undo(app, wanted)
    document = [{"undone": step.number, "summary": step.summary, "who": step.who, "at": step.at} for step in taken]
    lines = [f"#{step.number}：{step.summary}（{step.who}，{moment(step.at, app.now)}）" for step in taken]
    done = [f"已撤销 {lines[0]}"] if len(lines) == 1 else [f"已撤销 {len(lines)} 步", *lines]
    object_answer(json, {**document[0], "steps": document}, *done, "看看现在：demandctl log")
