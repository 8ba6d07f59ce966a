"""``attach``: photos, contracts and screenshots of a demand, a customer or a revisit."""

from pathlib import Path
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.language.display import moment, shown
from demandctl.language.files import size_of
from demandctl.language.subject import Subject
from demandctl.queries.attachments import attachments_of, read_attachment, read_attachments
from demandctl.queries.reader import reading
from demandctl.store.fields import names
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, Yes, row_limit
from demandctl.terminal.render import put, put_json, put_table
from demandctl.terminal.takes import CODE, FILE, FILES, Argument, Option, prose, ref

Of = Annotated[Subject, Argument("是谁的", CODE, "需求 12，客户 K00001，回访 R3")]
MaybeOf = Annotated[Subject | None, Argument("是谁的", CODE, "不写就是全部，新的在前")]
Files = Annotated[tuple[Path, ...], Argument("照片、合同、截图", FILES, "每个最大 20 MB")]
Note = Annotated[str, Option("--note", "attachment.note", prose("文字"))]
Number = Annotated[int, Argument("附件编号", ref("attachment", "附件编号"), "看编号：demandctl attach list")]
Output = Annotated[Path | None, Option("-o --output", "写到文件或文件夹", FILE, "默认原来的文件名，写到这里")]
Force = Annotated[bool, Option("--force", "替换已有的文件")]


def add(ctx: typer.Context, subject: Of, files: Files, note: Note = "", json: Json = False) -> None:
    """把照片、合同、截图附到一条需求、一位客户或一次回访上。

    例：demandctl attach 12 泵车漏油.jpg 合同.pdf
    """
    app: Context = ctx.obj
    from demandctl.actions import steps

    done = steps.attach(app, subject, files, note=note)
    with reading(app) as reader:
        now = attachments_of(reader, subject)
    object_answer(json, now, done, f"看看：demandctl attach list {subject}")


def list_(ctx: typer.Context, subject: MaybeOf = None, limit: Limit = None, json: Json = False) -> None:
    """有哪些附件。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = attachments_of(reader, subject) if subject else read_attachments(reader, row_limit(limit, json))
    if json:
        put_json(found)
        return
    if not found:
        put("没有附件")
        return
    its = names("attachment")
    columns = [
        Column("编号", right=True, wrap=False), Column("属于", wrap=False), Column(its["name"], least=12),
        Column(its["size"], right=True, wrap=False), Column(its["at"], wrap=False), Column(its["note"]),
    ]  # fmt: skip
    put_table(
        columns,
        [[str(a.id), a.of, a.name, size_of(a.size), moment(a.at, app.now), a.note or ""] for a in found],
    )


def save(ctx: typer.Context, number: Number, output: Output = None, force: Force = False, json: Json = False) -> None:
    """把一个附件取出来，写成文件。"""
    app: Context = ctx.obj
    from demandctl.store import writing
    from demandctl.store.attachments import content

    with reading(app) as reader:
        found = read_attachment(reader, number)
    target = output or Path.cwd()
    target = target / found.name if target.is_dir() else target
    data = content(app.db_path, found.sha256)
    writing.check(app, target, replace=force)
    with writing.replacing(target) as file:
        file.write(data)
    object_answer(json, found.data() | {"path": str(target)}, f"附件 {number} 已写到 {target}（{size_of(found.size)}）")


def remove(ctx: typer.Context, number: Number, yes: Yes = False, json: Json = False) -> None:
    """去掉一个附件；撤销能找回来。"""
    app: Context = ctx.obj
    from demandctl.actions import attachments
    from demandctl.db import transaction

    with reading(app) as reader:
        found = read_attachment(reader, number)
    agreed(f"去掉 {found.of} 的附件“{found.name}”？", yes)
    with transaction(app, "attach remove") as work:
        attachments.remove(work, number)
        work.describe(f"去掉 {found.of} 的附件：{found.name}")
    object_answer(json, found, f"已去掉 {found.of} 的附件 {shown(found.name)}", "找回来：demandctl undo")


# The entry without a name is what `attach N FILE…` means.
TREE: Tree = {
    "": Entry("", add),
    "add": Entry("添加", add),
    "list": Entry("列表", list_),
    "save": Entry("取出", save),
    "remove": Entry("去掉", remove),
}
