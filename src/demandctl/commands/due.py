"""``due``: who owes what to whom by when."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Ended, UsageError
from demandctl.language.display import moment, shown
from demandctl.queries.deadlines import Due, DueFilter, due_deadlines
from demandctl.queries.reader import Reader, reading
from demandctl.store.fields import called, names
from demandctl.terminal.clocks import gathered, standing, urged
from demandctl.terminal.layout import Column
from demandctl.terminal.options import BranchFilter, Json, KindFilter, Limit, OwnerFilter, row_limit
from demandctl.terminal.render import put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import NUMBERS, SPAN, Argument, Option, many, ref
from demandctl.vocabulary import DeadlineState, Kind, NoteKind

STYLES = {DeadlineState.OVERDUE: "bold red", DeadlineState.TODAY: "bold yellow", DeadlineState.SOON: "bold green"}
_OWED, _ASKED = names("deadline"), names("demand")
COLUMNS = [
    Column("编号", "cyan", wrap=False),
    Column("类型", wrap=False),
    Column(_ASKED["customer_id"], "bold", least=10),
    Column(_ASKED["region"], below=True),
    Column(_OWED["what"], "bold", least=12),
    Column(_OWED["owner_id"], least=10),
    Column(called("contact", "phone"), "dim", wrap=False, below=True),
    Column(_OWED["due_at"], wrap=False, below=True),
    Column(NoteKind.NUDGE.label, "dim", wrap=False, below=True),
    Column("情况", "red", least=12),
]
Within = Annotated[timedelta | None, Option("--within", "看多久以内到期的", SPAN, "如 2d、4h、3天；默认 1d")]
Overdue = Annotated[bool, Option("--overdue", "只看已超时的")]
Rule = Annotated[
    tuple[str, ...], Option("--rule", "规则", many(ref("rule", "规则")), "编号或名称，如 weekly、周一反馈进度")
]
Mine = Annotated[bool, Option("--mine", "只看需求专员自己欠的")]
Others = Annotated[bool, Option("--others", "只看别人欠的", more="该催的")]
Each = Annotated[bool, Option("--each", "每项时限一行", more="默认一条需求一行，最急的那项")]
Only = Annotated[tuple[int, ...], Argument("demand.id", NUMBERS, "只看这几条需求的时限")]
Watch = Annotated[bool, Option("--watch", "留在屏幕上，每分钟、台账有变化就重画", more="q 或 Ctrl-C 离开")]
Notify = Annotated[bool, Option("--notify", "把到期的事发到配置的渠道", more="每级每个时间只发一次")]
DryRun = Annotated[bool, Option("--dry-run", "和 --notify 一起：只看会发什么，不发")]
Channel = Annotated[tuple[str, ...], Option("--channel", "和 --notify 一起：只发这个渠道", many(ref("notice", "渠道")))]
Unmask = Annotated[bool, Option("--unmask", "和 --notify 一起：不遮电话和原话", more="会记入日志")]
Check = Annotated[bool, Option("--check", "有超时的就以退出码 1 结束", more="供脚本用")]


def due(
    ctx: typer.Context,
    numbers: Only = (),
    within: Within = None,
    overdue: Overdue = False,
    owner: OwnerFilter = (),
    branch: BranchFilter = (),
    kind: KindFilter = (),
    rule: Rule = (),
    mine: Mine = False,
    others: Others = False,
    each: Each = False,
    limit: Limit = None,
    check: Check = False,
    watch: Watch = False,
    notify: Notify = False,
    dry_run: DryRun = False,
    channel: Channel = (),
    unmask: Unmask = False,
    json: Json = False,
) -> None:
    """谁欠谁什么、何时到期：先超时的，再今天到期的，再快到期的。"""
    app: Context = ctx.obj
    if notify or dry_run or channel or unmask:
        filtered = (
            numbers or within or overdue or owner or branch or kind or rule or mine or others or each
            or limit is not None or check or watch
        )  # fmt: skip
        _notify(app, notify and not filtered, channel, dry_run=dry_run, unmask=unmask, json=json)
        return
    if mine and others:
        raise UsageError("--mine 和 --others 只能用一个", "都看就都不写")
    if watch and (json or check):
        raise UsageError("--watch 不和 --json、--check 一起用", "看着：demandctl due --watch")
    if numbers and not watch:
        _of_demands(app, numbers, json)
        return
    asked = DueFilter(
        overdue_only=overdue,
        owner=owner,
        branch=branch,
        kind=kind,
        rule=rule,
        mine=mine,
        others=others,
        limit=row_limit(limit, json),
    )
    if not (each or json) and asked.limit is not None:
        asked = asked._replace(limit=asked.limit * CLOCKS)  # several clocks come to one line
    if within:
        asked = asked._replace(within=within)
    most = row_limit(limit, json)
    if watch:
        from demandctl.terminal import watching

        watching.watch(
            app, lambda at: _of_demands(at, numbers, json) if numbers else _put_asked(at, asked, each=each, most=most)
        )
        return
    if json:
        with reading(app) as reader:
            found, counts = _found(reader, asked)
        put_json(found)
    else:
        counts = _put_asked(app, asked, each=each, most=most)
    if check and counts.get(DeadlineState.OVERDUE):
        raise Ended(1)


def _found(reader: Reader, asked: DueFilter) -> tuple[list[Due], dict[DeadlineState, int]]:
    """What is due, and how much of each state; NotFound for what it was narrowed to and nobody has heard of."""
    found, counts = due_deadlines(reader, asked)
    if not found or any(len(names) > 1 for names in (asked.owner, asked.branch, asked.rule)):
        from demandctl.queries.known import require_known

        require_known(reader, owner=asked.owner, branch=asked.branch, rule=asked.rule)
    return found, counts


def _put_asked(app: Context, asked: DueFilter, *, each: bool, most: int | None) -> dict[DeadlineState, int]:
    """The screen of what is due; how much of each state."""
    with reading(app) as reader:
        found, counts = _found(reader, asked)
    narrowed = [*asked.owner, *asked.branch, *(Kind(kind).label for kind in asked.kind), *asked.rule]
    nothing = f"没有符合条件（{'、'.join(map(shown, narrowed))}）的到期的事。" if narrowed else NOTHING
    put_due(found, counts, app.now, nothing, each=each, most=most)
    return counts


def _notify(app: Context, alone: bool, channel: tuple[str, ...], *, dry_run: bool, unmask: bool, json: bool) -> None:
    if not alone:
        raise UsageError(
            "--dry-run、--channel、--unmask 要和 --notify 一起用，--notify 不和筛选一起用",
            "发提醒：demandctl due --notify；只看：demandctl due --notify --dry-run",
        )
    from demandctl.commands.notify.sending import deliver

    deliver(app, channel, dry_run=dry_run, unmask=unmask, json=json)


def _of_demands(app: Context, numbers: tuple[int, ...], json: bool) -> None:
    """All open clocks of some demands, those of later days too."""
    from demandctl.queries.demands import (
        read_demand,  # late: ``due`` itself reads no demand, and is asked forty times a day
    )

    with reading(app) as reader:
        found = [clock for number in numbers for clock in read_demand(reader, number).deadlines if clock.is_open]
    found.sort(key=lambda clock: clock.due_at)
    if json:
        put_json(found)
        return
    if not found:
        tell("没有未完成的时限。")
        return
    put_table(COLUMNS, [_row(clock, app.now) for clock in found])


NOTHING = "没有到期的事。"
ORDER = "先紧急的，再商机，再超时最久的"
CLOCKS = 5
"""How many clocks of one demand may be due at once."""


def put_due(
    found: list[Due], counts: dict[DeadlineState, int], now: datetime, nothing: str = NOTHING, *, each: bool = False,
    most: int | None = None,
) -> None:  # fmt: skip
    """The screen of the day, grouped as ``due`` orders it."""
    if not found:
        tell(nothing)
        return
    lines = gathered(found, each=each)
    shown_lines = lines if most is None else lines[:most]
    first = True
    for state, style in STYLES.items():
        group = [(due, more) for due, more in shown_lines if due.state is state]
        if not group:
            continue
        if not first:
            put()
        order = f"（{ORDER}）" if first else ""
        first = False
        whole = sum(due.state is state for due, _ in lines)
        cut = f"，列出前 {len(group)} 条" if whole > len(group) or len(found) < sum(counts.values()) else ""
        clocks = counts.get(state, 0)
        items = "" if each or clocks <= whole else f"，{'1000 项以上' if clocks >= 1000 else f'共 {clocks} 项'}时限"
        put_styled(f"{state.label} {whole} 条{items}{cut}{order}", style)
        columns = [*COLUMNS[:-1], COLUMNS[-1]._replace(style=style.removeprefix("bold "))]
        put_table(columns, [_row(due, now, more) for due, more in group])
    if len(lines) > len(shown_lines) or len(found) < sum(counts.values()):
        left = f" {len(lines) - len(shown_lines)} 条" if len(found) == sum(counts.values()) else "一些"
        tell(f"\n还有{left}没有列出：demandctl due --limit 0")


def _row(due: Due, now: datetime, more: int = 0) -> list[str]:
    return [
        due.subject.code,
        due.kind.label if due.kind else "",
        due.customer.name if due.customer else "",
        due.region,
        due.what + (f"（另 {more} 项）" if more else ""),
        due.owed_by.name,
        due.owed_by.phone,
        moment(due.due_at, now),
        urged(due.nudges, now),
        standing(due, now),
    ]
