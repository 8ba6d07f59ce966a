"""``import``: old workbooks and our own exports into the ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from demandctl.context import Context
from demandctl.errors import PartlyDone, Refused
from demandctl.language.display import shown
from demandctl.terminal.answers import object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json
from demandctl.terminal.render import put_json, say
from demandctl.terminal.takes import FILE, Argument, Option, each, word

if TYPE_CHECKING:
    from demandctl.imports.arrival import Arrival
    from demandctl.imports.importer import Importer

File = Annotated[Path, Argument("表格文件", FILE, ".xlsx .xls .ods .csv、网页另存的表格等")]
Map = Annotated[tuple[str, ...], Option("--map", "认不出的列是什么", each(word("列名=字段")), "同样的表头下次记得")]
Set = Annotated[tuple[str, ...], Option("--set", "表里没有写的，整张表都是这个", each(word("字段=值")), "如 kind=售后")]
DryRun = Annotated[bool, Option("--dry-run", "只看会怎样，不写入")]
SkipErrors = Annotated[bool, Option("--skip-errors", "有问题的行写到旁边的 .problems.xlsx，其余照收")]
SheetName = Annotated[str, Option("--sheet", "只读这一张工作表", word("名称"), "默认全部")]

_SHOWN = 20
_MEND = "改好再导；或加 --skip-errors 先收其余的行，有问题的行另存一份"


def demands(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入需求信息记录表：旧表按原来的时间入账，未结束的从现在起计时。"""
    from demandctl.imports.demands import DemandImport

    _run(ctx.obj, DemandImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def revisits(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入客户回访记录表。"""
    from demandctl.imports.revisits import RevisitImport

    _run(ctx.obj, RevisitImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def customers(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入客户资料；同一电话、微信或编号的客户补上空白，不改已有的。"""
    from demandctl.imports.customers import CustomerImport

    _run(ctx.obj, CustomerImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def orders(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入订货、购机记录；有序列号、保修的，设备一并记下。"""
    from demandctl.imports.belongings import OrderImport

    _run(ctx.obj, OrderImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def machines(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入客户的设备：机型、序列号、保修。"""
    from demandctl.imports.belongings import MachineImport

    _run(ctx.obj, MachineImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def contacts(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入通讯录；同一电话的人更新，重复导入不会重复。"""
    from demandctl.imports.contacts import ContactImport

    _run(ctx.obj, ContactImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def follow_ups(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入跟进明细：按需求编号，或按客户，记到台账已有的需求上。"""
    from demandctl.imports.follow_ups import FollowUpImport

    _run(ctx.obj, FollowUpImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def groups(
    ctx: typer.Context, file: File, map_: Map = (), set_: Set = (), dry_run: DryRun = False,
    skip_errors: SkipErrors = False, sheet: SheetName = "", json: Json = False,
) -> None:  # fmt: skip
    """导入社群：名称、分公司、地区、群内专家；同名的更新。"""
    from demandctl.imports.groups import GroupImport

    _run(ctx.obj, GroupImport, file, map_, set_, sheet, dry_run, skip_errors, json)


def _run(
    app: Context, importer: "type[Importer[Any]]", file: Path, mapping: tuple[str, ...], fixed: tuple[str, ...],
    sheet: str, dry_run: bool, skip_errors: bool, json: bool,
) -> None:  # fmt: skip
    """One import: read, taken in inside one transaction, told."""
    from demandctl.db import transaction
    from demandctl.imports.importer import bring_in, leave_out
    from demandctl.imports.source import open_source, parse_fixed, parse_mapping

    kind = importer.kind
    named, given = parse_mapping(mapping, kind), parse_fixed(fixed, kind)
    with _progress() as progress, _no_collecting():
        source = open_source(file, sheet, named, given, progress)
        with transaction(app, f"import {kind.name}", keep=not dry_run) as work:
            arrival = bring_in(work, source, importer, skip_errors=skip_errors or dry_run)
            if arrival.problems and not dry_run:
                if not skip_errors:
                    _refuse(arrival, json)
                leave_out(file, importer, arrival)
    _tell(arrival, kind.name, dry_run, json)
    _end(arrival, kind.name, [*_again("--map", mapping), *_again("--set", fixed)], dry_run, skip_errors)


def _again(option: str, values: tuple[str, ...]) -> list[str]:
    """An option as it was typed, to be typed once more."""
    return [f"{option} '{value}'" for value in values]


def _refuse(arrival: "Arrival", json: bool) -> None:
    """All or nothing: every problem listed, nothing taken; leaving the transaction takes back what was written."""
    arrival.added = arrival.updated = arrival.skipped = 0
    if json:
        put_json(arrival.as_json())
    else:
        _list_notes(arrival)
        _list_problems(arrival, len(arrival.problems))
    raise Refused(f"{len(arrival.problems)} 处有问题，没有导入", _MEND)


def _list_problems(arrival: "Arrival", most: int = _SHOWN) -> None:
    for problem in arrival.problems[:most]:
        where = f"{problem.sheet} " if problem.sheet else ""
        value = f"“{problem.value}”" if problem.value else ""
        say(shown(f"{where}第 {problem.row} 行 {problem.column}{value}：{problem.message}"))
    if len(arrival.problems) > most:
        say(f"另有 {len(arrival.problems) - most} 处")


def _list_notes(arrival: "Arrival") -> None:
    if kept := [title for title in arrival.kept if not title.startswith("批注 ")]:
        say(shown(f"不认识的列，内容留在备注里：{'、'.join(kept)}"))
    if comments := len(arrival.kept) - len(kept):
        say(f"{comments} 个批注留在备注里")
    if arrival.contacts:
        say(shown(f"新加入通讯录 {len(arrival.contacts)} 人，请核对角色：{'、'.join(arrival.contacts[:10])}"))
    for note in arrival.notes[:_SHOWN]:
        say(shown(f"提示：{note}"))
    if len(arrival.notes) > _SHOWN:
        say(f"另有 {len(arrival.notes) - _SHOWN} 条提示，都在 --json 里")


_UNITS = {"demands": "条需求", "revisits": "次回访", "customers": "位客户", "contacts": "人",
    "follow-ups": "条跟进", "groups": "个社群", "orders": "次订货", "machines": "台设备",
}  # fmt: skip
_NEXT = {
    "demands": "看看：demandctl list --open", "revisits": "看看：demandctl revisit list",
    "customers": "看看：demandctl customer list", "contacts": "看看：demandctl contact list",
    "follow-ups": "看看：demandctl list --open", "groups": "看看：demandctl list --open",
    "orders": "看看：demandctl customer list", "machines": "看看：demandctl customer list",
}  # fmt: skip


def _tell(arrival: "Arrival", what: str, dry_run: bool, json: bool) -> None:
    _list_notes(arrival)
    if dry_run and not json:
        for number, record in enumerate(arrival.first, 1):
            say(shown(f"第 {number} 条会是：{'；'.join(f'{name} {value}' for name, value in record.items())}"))
    if arrival.problems and not json:
        _list_problems(arrival)
    told = f"读到 {arrival.read} {_UNITS[what]}：新增 {arrival.added}，更新 {arrival.updated}，已有 {arrival.skipped}"
    if what in ("demands", "revisits"):
        told += f"；新客户 {arrival.customers} 位"
    object_answer(json, arrival.as_json(), told + ("（只是试看，没有写入）" if dry_run else ""), _NEXT[what])


def _end(arrival: "Arrival", what: str, options: list[str], dry_run: bool, skip_errors: bool) -> None:
    """The exit code that the import has, of a dry run too."""
    if not arrival.problems:
        return
    if dry_run and not skip_errors:
        raise Refused(
            f"{len(arrival.problems)} 处有问题，这样导不进去",
            "改好再导；或加 --skip-errors 先收其余的行，有问题的行另存一份",
        )
    bad = len({(problem.sheet, problem.row) for problem in arrival.problems})
    if dry_run:
        raise PartlyDone(f"{bad} 行有问题，不会导入", "真导入时另存一份，改好再导")
    again = " ".join(["demandctl import", what, f"'{arrival.bad_file}'", *options])
    raise PartlyDone(f"{bad} 行有问题没有导入，另存为 {arrival.bad_file}", f"改好标黄的格子后再导：{again}")


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A million cells hold no cycles: looking for some, again and again as they pile up, is a quarter of the time."""
    import gc

    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal's stderr, nothing elsewhere."""
    import sys

    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield progress


TREE: Tree = {
    "demands": Entry("需求", demands),
    "revisits": Entry("回访", revisits),
    "customers": Entry("客户", customers),
    "contacts": Entry("通讯录", contacts),
    "follow-ups": Entry("跟进", follow_ups),
    "groups": Entry("社群", groups),
    "orders": Entry("订货", orders),
    "machines": Entry("设备", machines),
}
