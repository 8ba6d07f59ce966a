"""``export``: what is handed upward, as workbooks, CSV or JSON."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from demandctl.context import Context
from demandctl.core.periods import Period, period_of
from demandctl.errors import LedgerUnusable, Refused, UsageError
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.queries.handed import is_owed
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import Reader, reading
from demandctl.store.values import stored
from demandctl.terminal.answers import answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import BranchFilter, Json, KindFilter, Send, Since, Until, Yes
from demandctl.terminal.render import put_json, say
from demandctl.terminal.takes import FILE, Argument, Option, choice, file, many, period, ref
from demandctl.vocabulary import RevisitKind

if TYPE_CHECKING:
    from demandctl.exports.job import Job

SUFFIXES = (".xlsx", ".csv", ".json")
OWN_SUFFIXES = {"weekly": (*SUFFIXES, ".html"), "calendar": (".ics",)}
"""The formats of what has others."""
_ONLY_IN_BOOKS = {
    "demands": "派单明细、升级明细、服务明细、跟进方式和汇总", "revisits": "汇总",
    "weekly": "各张明细", "quarterly": "各张明细",
}  # fmt: skip
"""What a CSV, which is one table, has no room for."""
REPORTS = {"weekly": "week", "monthly": "month", "quarterly": "quarter"}

Week = Annotated[Period | None, Option("--week", "哪一周", period("week", "周"), "2026-W47、本周、上周")]
Month = Annotated[Period | None, Option("--month", "哪个月", period("month", "月"), "2026-11、本月、上月")]
Quarter = Annotated[Period | None, Option("--quarter", "哪个季度", period("quarter", "季度"), "2026Q4、本季、上季")]
VisitKind = Annotated[tuple[RevisitKind, ...], Option("--kind", "revisit.kind", many(choice(RevisitKind, "类型")))]
OpenOnly = Annotated[bool, Option("--open", "只要没完的")]
Output = Annotated[Path | None, Option("-o --output", "写到哪个文件", FILE, ".xlsx、.csv 或 .json；周报还可以 .html")]
Folder = Annotated[Path | None, Option("-o --output", "写到哪个文件夹", file("文件夹"), "默认新建一个")]
Mask = Annotated[bool, Option("--mask", "电话和微信号打码")]
Force = Annotated[bool, Option("--force", "替换已有的文件")]
Everybody = Annotated[bool, Option("--all", "别人欠的也写进去")]
DemandNumber = Annotated[int, Argument("demand.id", ref("demand", "编号"), "12 或 D12")]
Number = Annotated[int, Argument("revisit.id", ref("revisit", "回访编号"))]


class Wanted(NamedTuple):
    """How an export is to be made: where to, and what of it."""

    output: Path | None = None
    replace: bool = False
    mask: bool = False
    as_json: bool = False
    branch: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    open_only: bool = False
    since: str = ""
    until: str = ""
    period: Period | None = None
    name: str = ""
    number: int = 0
    send: str = ""
    everybody: bool = False


def demands(
    ctx: typer.Context, since: Since = "", until: Until = "", week: Week = None, month: Month = None,
    quarter: Quarter = None, branch: BranchFilter = (), kind: KindFilter = (), open_only: OpenOnly = False,
    output: Output = None, mask: Mask = False, force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """需求信息记录表：需求、跟进、派单、汇总。按提出时间选。"""
    app: Context = ctx.obj
    wanted = Wanted(output, force or yes, mask, json, branch, kind, open_only)
    _export(app, "demands", _spanned(app, wanted, since, until, week, month, quarter))


def revisits(
    ctx: typer.Context, since: Since = "", until: Until = "", week: Week = None, month: Month = None,
    quarter: Quarter = None, branch: BranchFilter = (), kind: VisitKind = (), open_only: OpenOnly = False,
    output: Output = None, mask: Mask = False, force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """客户回访记录表：回访和汇总。按回访时间（未访的按计划时间）选。"""
    app: Context = ctx.obj
    wanted = Wanted(output, force or yes, mask, json, branch, kind, open_only)
    _export(app, "revisits", _spanned(app, wanted, since, until, week, month, quarter))


def revisit(
    ctx: typer.Context, number: Number, output: Output = None, mask: Mask = False, force: Force = False,
    yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """一次回访的纸质表，一页，供客户盖章、主管审批。"""
    _export(ctx.obj, "revisit", Wanted(output, force or yes, mask, json, number=number))


def escalation(
    ctx: typer.Context, number: DemandNumber, output: Output = None, mask: Mask = False, force: Force = False,
    yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """疑难问题升级单，一页：问题、已做的处理、时限、结果、签字。"""
    _export(ctx.obj, "escalation", Wanted(output, force or yes, mask, json, number=number))


def follow_ups(
    ctx: typer.Context, since: Since = "", until: Until = "", week: Week = None, month: Month = None,
    quarter: Quarter = None, branch: BranchFilter = (), kind: KindFilter = (), open_only: OpenOnly = False,
    output: Output = None, mask: Mask = False, force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """跟进明细。按跟进时间选。"""
    app: Context = ctx.obj
    wanted = Wanted(output, force or yes, mask, json, branch, kind, open_only)
    _export(app, "follow-ups", _spanned(app, wanted, since, until, week, month, quarter))


def contacts(
    ctx: typer.Context, branch: BranchFilter = (), output: Output = None, mask: Mask = False, force: Force = False,
    yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """通讯录，可原样导入。"""
    _export(ctx.obj, "contacts", Wanted(output, force or yes, mask, json, branch))


def groups(
    ctx: typer.Context, branch: BranchFilter = (), output: Output = None, mask: Mask = False, force: Force = False,
    yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """社群，可原样导入。"""
    _export(ctx.obj, "groups", Wanted(output, force or yes, mask, json, branch))


def customers(
    ctx: typer.Context, branch: BranchFilter = (), output: Output = None, mask: Mask = False, force: Force = False,
    yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """客户档案。"""
    _export(ctx.obj, "customers", Wanted(output, force or yes, mask, json, branch))


def credit(
    ctx: typer.Context, customer: Annotated[str, Argument("客户", ref("customer", "客户"), "编号、姓名、电话")],
    output: Output = None, mask: Mask = False, force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """客户信用额度、账期更改申请单，一页，供审核、核对、签字。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        number = find_customer_id(reader, customer)
    _export(app, "credit", Wanted(output, force or yes, mask, json, number=number))


def weekly(
    ctx: typer.Context, week: Week = None, branch: BranchFilter = (), output: Output = None, mask: Mask = False,
    force: Force = False, send: Send = "", yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """周报，默认上周：概览、新增、商机进展、超时、结束、回访。"""
    _export(
        ctx.obj,
        "weekly",
        _of_period(ctx.obj, Wanted(output, force or yes, mask or bool(send), json, branch, send=send), "week", week),
    )


def monthly(
    ctx: typer.Context, month: Month = None, branch: BranchFilter = (), output: Output = None, mask: Mask = False,
    force: Force = False, send: Send = "", yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """月度回访整理，默认上月：每个部门一张表。"""
    _export(
        ctx.obj,
        "monthly",
        _of_period(ctx.obj, Wanted(output, force or yes, mask or bool(send), json, branch, send=send), "month", month),
    )


def quarterly(
    ctx: typer.Context, quarter: Quarter = None, branch: BranchFilter = (), output: Output = None, mask: Mask = False,
    force: Force = False, send: Send = "", yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """季度总结，默认上季度。"""
    wanted = Wanted(output, force or yes, mask or bool(send), json, branch, send=send)
    _export(ctx.obj, "quarterly", _of_period(ctx.obj, wanted, "quarter", quarter))


def calendar(
    ctx: typer.Context, everybody: Everybody = False, branch: BranchFilter = (), output: Output = None,
    mask: Mask = False, force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """日历（.ics），手机和电脑的日历都能打开：该我做的每个时限一条，提前提醒。"""
    _export(ctx.obj, "calendar", Wanted(output, force or yes, mask, json, branch, everybody=everybody))


def all_(
    ctx: typer.Context, since: Since = "", until: Until = "", week: Week = None, month: Month = None,
    quarter: Quarter = None, branch: BranchFilter = (), output: Folder = None, mask: Mask = False,
    force: Force = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """全部表格，写进一个文件夹。"""
    app: Context = ctx.obj
    wanted = _spanned(app, Wanted(None, force or yes, mask, json, branch), since, until, None, None, None)
    folder = output or Path(f"台账导出-{app.now:%Y-%m-%d}")
    names = ["demands", "revisits", "follow-ups", "contacts", "groups", "customers", *REPORTS]
    given = {"weekly": week, "monthly": month, "quarterly": quarter}
    jobs = [
        (name, wanted if name not in REPORTS else _of_period(app, wanted, REPORTS[name], given[name])) for name in names
    ]
    from demandctl.store import writing

    with writing.folder(folder):
        todo = [(name, each._replace(output=folder / default_name(app, name, each))) for name, each in jobs]
        for _, each in todo:
            assert each.output is not None
            writing.check(app, each.output, replace=_may_replace(each.output, each.replace))
        made = [_make(app, name, each._replace(replace=True)) for name, each in todo]
    if json:
        put_json({"folder": str(folder), "files": made})
        return
    answer(f"已导出 {len(made)} 个表格到 {folder}", *(Path(document["path"]).name for document in made))


def _spanned(
    app: Context, wanted: Wanted, since: str, until: str, week: Period | None, month: Period | None,
    quarter: Period | None,
) -> Wanted:  # fmt: skip
    """What is wanted, of the time that was asked for; everything when none was."""
    named = [each for each in (week, month, quarter) if each]
    if len(named) + bool(since or until) > 1:
        raise UsageError("--week、--month、--quarter 和 --from/--to 只能用一种")
    if named:
        [one], start_of = named, app.calendar.start_of
        first, last = stored(start_of(one.start)), stored(start_of(one.end))
        return wanted._replace(since=first, until=last, period=one, name=one.name)
    if since and until and since >= until:
        raise UsageError("--from 要早于 --to")
    name = " ".join(
        f"{_day(app, text, before)}{end}" if end == "起" else f"{end}{_day(app, text, before)}"
        for text, end, before in ((since, "起", 0), (until, "至", 1))
        if text
    )
    return wanted._replace(since=since, until=until, name=name or "全部")


def _day(app: Context, stored_at: str, before: int) -> str:
    """The day of an end of a span, *before* seconds earlier: the one that ends at midnight is the last in it."""
    return str((datetime.fromisoformat(stored_at) - timedelta(seconds=before)).astimezone(app.zone).date())


def _of_period(app: Context, wanted: Wanted, unit: str, named: Period | None) -> Wanted:
    """What is wanted, of the week, month or quarter that was named, else of the one before this."""
    period = named or period_of(unit, app.now.date()).before
    return wanted._replace(period=period, name=period.name)


def default_name(app: Context, name: str, wanted: Wanted) -> str:
    """What a file is called when nobody says: the form, and the day or the period."""
    from demandctl.exports.catalogue import EXPORTS

    when = f"{app.now:%Y-%m-%d}"
    if name in REPORTS and wanted.period:
        when = wanted.period.key
    if name == "revisit":
        when = Subject.revisit(wanted.number).code
    if name == "escalation":
        when = Subject.demand(wanted.number).code
    if name == "credit":
        when = Subject.customer(wanted.number).code
    return f"{EXPORTS[name].name}-{when}{OWN_SUFFIXES.get(name, SUFFIXES)[0]}"


def _export(app: Context, name: str, wanted: Wanted) -> None:
    """Make one file and say so."""
    output = wanted.output or Path(default_name(app, name, wanted))
    suffixes = OWN_SUFFIXES.get(name, SUFFIXES)
    if output.suffix.lower() not in suffixes:
        raise UsageError(f"不认识的文件格式：{output.name}", f"文件名以 {'、'.join(suffixes)} 结尾")
    from demandctl.store import writing

    channel = None
    if wanted.send:
        from demandctl.notify.handing_over import takes_files

        channel = takes_files(app.config, wanted.send)
    writing.check(app, output, replace=_may_replace(output, wanted.replace))
    document = _make(app, name, wanted._replace(output=output))
    if channel:
        from demandctl.notify.handing_over import hand_file

        said = hand_file(channel, output, lambda text: say(shown(text)))
        document["sent"] = {"channel": wanted.send, "answer": said}
    if output.suffix.lower() == ".csv" and name in _ONLY_IN_BOOKS:
        say(f"提示：CSV 只有一张表，放不下{_ONLY_IN_BOOKS[name]}；要全的，文件名用 .xlsx")
    if wanted.as_json:
        put_json(document)
        return
    parts = [f"{sheet['title']} {sheet['rows']} 行" for sheet in document["sheets"]]
    sent = f"；已发到“{wanted.send}”（电话已打码）" if channel else ""
    answer(f"已导出 {output}" + (f"：{'，'.join(parts)}" if parts else "") + sent)


def _may_replace(output: Path, given: bool) -> bool:
    if given or not output.is_file():
        return given
    from demandctl.terminal import asking

    return asking.can_ask() and asking.yes(f"{shown(output)} 已存在，替换吗？", default=False)


def _make(app: Context, name: str, wanted: Wanted) -> dict[str, Any]:
    """Write the file; what was handed upward is noted in the ledger."""
    from demandctl.exports.catalogue import EXPORTS
    from demandctl.exports.job import Job
    from demandctl.exports.rows import Asked
    from demandctl.store import writing

    assert wanted.output is not None
    export = EXPORTS[name]
    asked = Asked(wanted.since, wanted.until, wanted.branch, wanted.kind, wanted.open_only)
    with reading(app) as reader:
        if wanted.branch:
            from demandctl.queries.known import require_known

            require_known(reader, branch=wanted.branch)
        job = Job(
            reader, asked, wanted.period, wanted.name, wanted.mask, number=wanted.number, everybody=wanted.everybody
        )
        with _progress(job, export.name, export.tables), writing.replacing(wanted.output) as file:
            export.write(job, file, wanted.output.suffix.lower())
        owed = _to_note(reader, name, wanted)
    noted = owed is not None and _note(app, owed)
    period = wanted.period
    return {
        "path": str(wanted.output),
        "rows": job.rows,
        "sheets": [{"title": title, "rows": count} for title, count in job.sheets.items()],
        "period": {"key": period.key, "from": str(period.start), "to": str(period.last)} if period else None,
        "noted": noted,
    }


def _to_note(reader: Reader, name: str, wanted: Wanted) -> Period | None:
    """The period that is handed upward by this export and that the ledger owes, if any."""
    period = wanted.period
    if name not in REPORTS or period is None or wanted.branch:
        return None
    if period.end > reader.now.date():
        say(f"提示：{period.name} 还没有结束，结束后再导一次才算交了")
        return None
    return period if is_owed(reader, period) else None


def _note(app: Context, period: Period) -> bool:
    try:
        from demandctl.actions import duties
        from demandctl.db import transaction

        with transaction(app, "export") as work:
            duties.exported(work, period)
    except (LedgerUnusable, Refused) as error:
        say(f"提示：表格已导出，但台账没能记下这件事：{error}")
        return False
    return True


@contextmanager
def _progress(job: "Job", title: str, tables: tuple[str, ...]) -> Iterator[None]:
    """A progress bar on a terminal, nothing elsewhere."""
    import sys

    if not sys.stderr.isatty() or not tables:
        yield
        return
    from rich.console import Console
    from rich.progress import Progress

    total = sum(job.reader.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"导出{title}", total=total)
        job.tick = lambda count: bar.advance(task, count)
        yield


TREE: Tree = {
    "demands": Entry("需求", demands),
    "revisits": Entry("回访", revisits),
    "revisit": Entry("回访表", revisit),
    "escalation": Entry("升级单", escalation),
    "follow-ups": Entry("跟进", follow_ups),
    "contacts": Entry("通讯录", contacts),
    "groups": Entry("社群", groups),
    "customers": Entry("客户", customers),
    "credit": Entry("信用申请单", credit),
    "weekly": Entry("周报", weekly),
    "monthly": Entry("月报", monthly),
    "quarterly": Entry("季报", quarterly),
    "calendar": Entry("日历", calendar),
    "all": Entry("全部", all_),
}
