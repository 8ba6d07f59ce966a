"""``customer erase`` and ``customer export``: a customer's right over what is stored about him."""

import json as jsonlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from demandctl.context import Context
from demandctl.errors import LedgerUnusable
from demandctl.language.display import shown, shown_lines
from demandctl.language.files import size_of
from demandctl.language.subject import Subject
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.queries.view import View, as_json
from demandctl.store.fields import TABLES
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.options import Json, Who, Yes
from demandctl.terminal.render import put, put_json, say
from demandctl.terminal.showing import details
from demandctl.terminal.takes import FILE, Option

if TYPE_CHECKING:
    from demandctl.upkeep.privacy import Everything, Preview

Output = Annotated[Path | None, Option("-o --output", "写到文件", FILE, ".json 或文字")]
Force = Annotated[bool, Option("--force", "替换已有的文件")]
DryRun = Annotated[bool, Option("--dry-run", "只看会怎样，不写入")]


def erase(ctx: typer.Context, customer: Who, dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """删除一位客户的个人资料：不能撤销。编号、类型、时间、结果留着，统计不变。"""
    app: Context = ctx.obj
    from demandctl.db import transaction
    from demandctl.upkeep import privacy

    with reading(app) as reader:
        number = find_customer_id(reader, customer)
        about = privacy.preview(app, reader, number)
    if not json or dry_run:
        for line in _preview(about):
            (put if dry_run and not json else say)(shown(line))
    if dry_run:
        if json:
            put_json(about._asdict())
        return
    agreed(f"删除 {about.code} 的个人资料，不能撤销。", yes, typed=about.code)
    with transaction(app, "customer erase") as work:
        attached = privacy.erase(work, number)
    if not privacy.clear(app, attached):
        say("提示：有别的程序正在用台账，文件里的旧数据没有清理干净；稍后再执行一次 demandctl backup 和 doctor")
    for path in about.held_in:
        say(f"提示：这个文件里还有他的资料，请自行处理：{shown(path)}")
    object_answer(
        json, about._asdict() | {"erased": True}, f"已删除 {about.code} 的个人资料",
        f"统计不变：{len(about.demands)} 条需求、{about.revisits} 次回访的编号和时间还在",
    )  # fmt: skip


def _preview(about: "Preview") -> Iterator[str]:
    yield f"{about.code} {about.name}：姓名、电话、微信、单位、地址、标签、备注都将清空"
    yield (
        f"{len(about.demands)} 条需求的内容、{about.follow_ups} 条跟进、{about.revisits} 次回访的文字，"
        f"以及 {about.operations} 步操作的记录一并清空"
    )
    if about.open_demands:
        named = "、".join(Subject.demand(number).code for number in about.open_demands[:10])
        yield f"未结束的 {named} 仍要处理；不再跟进的请随后结束"
    for path in about.held_in:
        yield f"还有他资料的文件：{path}"


def export(ctx: typer.Context, customer: Who, output: Output = None, force: Force = False, json: Json = False) -> None:
    """把存有的一位客户的全部资料交给他本人。"""
    app: Context = ctx.obj
    from demandctl.upkeep import privacy

    with reading(app) as reader:
        about = privacy.everything_about(reader, find_customer_id(reader, customer))
    if json and output is None:
        put_json(about.document())
        return
    if output is not None and output.suffix == ".json":
        text = jsonlib.dumps(about.document(), ensure_ascii=False, indent=2, default=as_json)
    else:
        text = "\n".join(_readable(about, app))
    if output is None:
        put(text)
        return
    from demandctl.store import writing

    writing.check(app, output, replace=force)
    with writing.replacing(output) as file:
        file.write((text + "\n").encode())
    files = _put_files(app, about, output)
    code = about.customer.code
    document = {"customer": code, "path": str(output), "files": [str(path) for path in files]}
    beside = f"，附件 {len(files)} 个在 {files[0].parent}" if files else ""
    object_answer(json, document, f"{code} 的全部资料已写到 {output}（只有自己能读）{beside}")


def _put_files(app: Context, about: "Everything", output: Path) -> list[Path]:
    """His attachments in a folder beside what was written; one whose content is lost is told."""
    from demandctl.store import attachments, writing

    written: list[Path] = []
    if not about.attachments:
        return written
    place = output.with_name(f"{output.stem}-附件")
    with writing.folder(place):
        for each in about.attachments:
            path = place / f"{each.id}-{each.name}"
            try:
                content = attachments.content(app.db_path, each.sha256)
            except LedgerUnusable as error:
                say(f"提示：{each.name} 没有写出：{error}")
                continue
            with writing.replacing(path) as file:
                file.write(content)
            written.append(path)
    return written


def _readable(about: "Everything", app: Context) -> Iterator[str]:
    """The same as sentences: what is stored, demand by demand."""
    person = about.customer
    yield f"我们存有的您的资料（{app.now:%Y-%m-%d %H:%M}，{app.config.get('company', 'name') or app.who}）"
    yield f"客户编号：{person.code}"
    also = {"phone": "、".join(person.phones), "wechat": "、".join(person.wechats)}
    for name, value in details("customer", person, _at, instead=also):
        if value:
            yield f"{name}：{shown_lines(value)}"
    yield from (f"又名：{name}" for name in person.names[1:])
    for order in person.orders:
        yield _row("purchase", order, ordered_on=f"{order.date:%Y-%m-%d}")
    for table, found in (("machine", person.machines), ("credit", person.credits), ("greeting", person.greetings)):
        yield from (_row(table, each) for each in found)
    for demand in about.demands:
        yield ""
        yield f"{demand.subject.words}（{demand.kind.label}，{_at(demand.raised_at)} 提出）"
        yield from _told("demand", demand, "kind", "raised_at", "source")
        for entry in demand.follow_ups:
            yield f"  {_at(entry.at)} {shown(entry.by)}：{shown_lines(entry.text)}"
    for revisit in person.revisits:
        yield ""
        at = revisit.visited_at or revisit.planned_at
        yield f"{revisit.subject.words}（{revisit.kind.label}，{_at(at) if at else '时间未定'}）"
        for line in _told("revisit", revisit, "customer_id", "kind", "planned_at", "visited_at"):
            yield f"  {line}"
    if about.attachments:
        yield ""
        yield "附件（加 -o 文件 就一并写出）"
    for each in about.attachments:
        yield f"  {each.of} {_at(each.at)} {each.name}（{size_of(each.size)}）{each.note or ''}"


def _row(table: str, read: View, **instead: str) -> str:
    """What was read of a row, on one line."""
    told = details(table, read, _at, instead=instead)
    return f"{TABLES[table]}：{'，'.join(f'{name} {shown(value)}' for name, value in told if value)}"


def _told(table: str, read: View, *without: str) -> Iterator[str]:
    """What was read of a row, a column on a line."""
    for name, value in details(table, read, _at, without=without):
        if value:
            yield f"{name}：{shown_lines(value)}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
