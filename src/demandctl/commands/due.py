"""``due``: who owes what to whom by when."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Ended, UsageError
from demandctl.language.display import brief, lateness, moment, shown, span
from demandctl.queries.deadlines import Due, DueFilter, due_deadlines
from demandctl.queries.reader import reading
from demandctl.terminal.options import BranchFilter, Json, KindFilter, Limit, OwnerFilter, row_limit
from demandctl.terminal.render import Column, is_narrow, put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import SPAN, Option, many, ref
from demandctl.vocabulary import DeadlineState

STYLES = {DeadlineState.OVERDUE: "bold red", DeadlineState.TODAY: "bold yellow", DeadlineState.SOON: "bold green"}
COLUMNS = [
    Column("编号", "cyan", wrap=False),
    Column("类型", wrap=False),
    Column("客户", "bold"),
    Column("地区"),
    Column("欠什么", "bold", least=12),
    Column("谁", least=6),
    Column("电话", "dim", wrap=False),
    Column("到期", wrap=False),
    Column("情况", "red", least=12),
]
NARROW = [
    Column("编号", "cyan", wrap=False),
    Column("类型", wrap=False),
    Column("客户", least=8, most=14),
    Column("欠什么", "bold", least=12),
    Column("谁", least=11, most=12),
    Column("到期", wrap=False),
    Column("情况", "red", least=12),
]
"""On a narrow terminal the place stands under the customer, and the phone under the name."""

Within = Annotated[timedelta | None, Option("--within", "看多久以内到期的", SPAN, "如 2d、4h、3天；默认 1d")]
Overdue = Annotated[bool, Option("--overdue", "只看已超时的")]
Rule = Annotated[
    tuple[str, ...], Option("--rule", "规则", many(ref("rule", "规则")), "编号或名称，如 weekly、周一反馈进度")
]
Mine = Annotated[bool, Option("--mine", "只看需求专员自己欠的")]
Notify = Annotated[bool, Option("--notify", "把到期的事发到配置的渠道", more="每级每个时间只发一次")]
DryRun = Annotated[bool, Option("--dry-run", "和 --notify 一起：只看会发什么，不发")]
Channel = Annotated[tuple[str, ...], Option("--channel", "和 --notify 一起：只发这个渠道", many(ref("notice", "渠道")))]
Unmask = Annotated[bool, Option("--unmask", "和 --notify 一起：不遮电话和原话", more="会记入日志")]
Check = Annotated[bool, Option("--check", "有超时的就以退出码 1 结束", more="供脚本用")]


def due(
    ctx: typer.Context,
    within: Within = None,
    overdue: Overdue = False,
    owner: OwnerFilter = (),
    branch: BranchFilter = (),
    kind: KindFilter = (),
    rule: Rule = (),
    mine: Mine = False,
    limit: Limit = None,
    check: Check = False,
    notify: Notify = False,
    dry_run: DryRun = False,
    channel: Channel = (),
    unmask: Unmask = False,
    json: Json = False,
) -> None:
    """谁欠谁什么、何时到期：先超时的，再今天到期的，再快到期的。"""
    app: Context = ctx.obj
    if notify or dry_run or channel or unmask:
        filtered = within or overdue or owner or branch or kind or rule or mine or limit is not None or check
        _notify(app, notify and not filtered, channel, dry_run=dry_run, unmask=unmask, json=json)
        return
    asked = DueFilter(
        overdue_only=overdue,
        owner=owner,
        branch=branch,
        kind=kind,
        rule=rule,
        mine=mine,
        limit=row_limit(limit, json),
    )
    if within:
        asked = asked._replace(within=within)
    with reading(app) as reader:
        found, counts = due_deadlines(reader, asked)
        if not found or any(len(names) > 1 for names in (owner, branch, rule)):
            from demandctl.queries.known import require_known

            require_known(reader, owner=owner, branch=branch, rule=rule)
    if json:
        put_json(found)
    else:
        narrowed = [*owner, *branch, *(term.label for term in kind), *rule]
        nothing = f"没有符合条件（{'、'.join(map(shown, narrowed))}）的到期的事。" if narrowed else NOTHING
        put_due(found, counts, app.now, nothing)
    if check and counts.get(DeadlineState.OVERDUE):
        raise Ended(1)


def _notify(app: Context, alone: bool, channel: tuple[str, ...], *, dry_run: bool, unmask: bool, json: bool) -> None:
    if not alone:
        raise UsageError(
            "--dry-run、--channel、--unmask 要和 --notify 一起用，--notify 不和筛选一起用",
            "发提醒：demandctl due --notify；只看：demandctl due --notify --dry-run",
        )
    from demandctl.commands.notify.sending import deliver

    deliver(app, channel, dry_run=dry_run, unmask=unmask, json=json)


NOTHING = "没有到期的事。"


def put_due(found: list[Due], counts: dict[DeadlineState, int], now: datetime, nothing: str = NOTHING) -> None:
    """The screen of the day, grouped as ``due`` orders it."""
    if not found:
        tell(nothing)
        return
    first = True
    for state, style in STYLES.items():
        group = [due for due in found if due.state is state]
        if not group:
            continue
        if not first:
            put()
        first = False
        total = counts.get(state, len(group))
        cut = f"，列出前 {len(group)} 条" if total > len(group) else ""
        put_styled(f"{state.label} {'1000 条以上' if total >= 1000 else f'{total} 条'}{cut}", style)
        columns, row = (NARROW, _narrow_row) if is_narrow() else (COLUMNS, _row)
        columns = [*columns[:-1], columns[-1]._replace(style=style.removeprefix("bold "))]
        put_table(columns, [row(due, now) for due in group])
    hidden = sum(counts.values()) - len(found)
    if hidden > 0:
        tell(f"\n还有 {'1000 以上' if hidden >= 999 else hidden} 条没有列出：demandctl due --limit 0")


def _row(due: Due, now: datetime) -> list[str]:
    return [
        due.subject.code,
        due.kind.label if due.kind else "",
        due.customer.name if due.customer else "",
        due.region,
        due.what,
        due.owed_by.name,
        due.owed_by.phone,
        moment(due.due_at, now),
        standing(due, now),
    ]


def _narrow_row(due: Due, now: datetime) -> list[str]:
    number, kind, customer, place, what, name, phone, _, stands = _row(due, now)
    due_at = brief(due.due_at, now)
    who, owes = f"{shown(customer)}\n{shown(place)}", f"{shown(name)}\n{phone}"
    return [number, kind, who.strip(), what, owes.strip(), due_at, stands]


def standing(due: Due, now: datetime) -> str:
    """How late or how long left, the level and the repeat in words."""
    if due.state is DeadlineState.OVERDUE:
        late = f"超时{lateness(due.late_minutes, due.workday_minutes)}" if due.late_minutes else "刚超时"
        repeated = f"，连续{due.missed}次" if (due.missed or 0) > 1 else ""
        raised = f"，升{due.level - 1}级" if due.level > 1 else ""
        return late + repeated + raised
    return f"还剩{span(due.due_at - now)}" + ("（暂定）" if due.provisional else "")
