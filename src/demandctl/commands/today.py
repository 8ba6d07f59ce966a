"""Bare ``demandctl``: the day at a glance, on one screen of 80 columns and 24 lines."""

from collections.abc import Sequence

from demandctl.context import Context
from demandctl.core.parts import RulePart
from demandctl.language.display import cut, shown
from demandctl.language.subject import About, Subject
from demandctl.queries.deadlines import Due, DueFilter, due_deadlines
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.glance import glance
from demandctl.queries.owing import owed_late
from demandctl.queries.reader import Reader, reading
from demandctl.terminal.clocks import days_off, gathered, standing
from demandctl.terminal.layout import Column
from demandctl.terminal.render import fitting, folded, put, put_json, put_styled, put_table, screen_lines, tell
from demandctl.vocabulary import WEEKDAYS, DeadlineState, Status

SCREEN = 24
"""Lines of the smallest screen that all of it fits on; a pipe gets as many."""
MINE = 0.6
"""How much of the room under the numbers is for what the specialist owes."""
COLUMNS = [Column("", least=14), Column("", wrap=False), Column("", "cyan", wrap=False, below=True)]
NAME_CELLS = 20
"""How much of a customer's name stands in a line."""
OF_A_REVISIT: dict[str | None, str] = {
    RulePart.FORM: "record",
    RulePart.FORWARD: "forward",
    RulePart.ON_THE_SPOT: "solved",
}
"""What is done about a revisit by the part that the rule plays."""
EXPORTS = {"W": "weekly", "Q": "quarterly"}
"""What hands a period upward, by the letter in its name; the rest are months."""


def today(app: Context, *, as_json: bool) -> None:
    """The numbers of the day, what the specialist has to do now, and whom she has to urge."""
    with reading(app) as reader:
        if as_json:
            found, _ = due_deadlines(reader, DueFilter())
            put_json({"due": found, **glance(reader).data(), "notify_trouble": _trouble_with_notices(app) or None})
            return
        mine = gathered(due_deadlines(reader, DueFilter(mine=True, limit=200))[0])
        _, counts = due_deadlines(reader, DueFilter(limit=1))
        numbers = glance(reader)
        late = owed_late(reader)
        statuses = _statuses(reader, [due for due, _ in mine[:SCREEN]])
        off = days_off(reader)
    if not numbers.open and not mine and not late and not numbers.revisits:
        _nothing_open(app)
        return
    now = app.now
    overdue, due_today = (_many(counts.get(state, 0)) for state in (DeadlineState.OVERDUE, DeadlineState.TODAY))
    open_now = f"未结束 {numbers.open} 条（待派单 {numbers.new}，待确认 {numbers.confirming}）"
    trouble = _trouble_with_notices(app)
    head = [
        (f"{now:%Y-%m-%d} 周{WEEKDAYS[now.weekday()]} {now:%H:%M}", "bold"),
        (f"{open_now}；超时 {overdue} 项，今天到期 {due_today} 项", ""),
        (f"7 天内要回访 {numbers.revisits} 次；周一要反馈 {numbers.monday} 条{f'；{off}' if off else ''}", ""),
        *([(shown(f"提醒 {trouble}；查一查：demandctl doctor"), "red")] if trouble else []),
    ]
    for text, style in head:
        put_styled(text, style)
    # Beside them a blank, a title and a line for the rest of each list, and the prompt.
    room = screen_lines(SCREEN) - sum(len(folded(text).split("\n")) for text, _ in head) - 7
    own = [_mine(app, due, more, statuses) for due, more in mine]
    others = [_other(app, person.name, owed) for person, owed in late]
    room -= _put_lines("该我做", own, max(int(room * MINE), room - 2 * len(others)), "demandctl due --mine")
    _put_lines("该催谁", others, max(room, 1), "demandctl due --others")


def _many(count: int) -> str:
    return "1000 以上" if count >= 1000 else str(count)


def _statuses(reader: Reader, found: list[Due]) -> dict[int, Status]:
    numbers = tuple({due.demand for due in found if due.demand})
    return {demand.number: demand.status for demand in read_demands(reader, Filter(numbers=numbers))} if numbers else {}


def _put_lines(title: str, rows: list[list[str]], most: int, rest: str) -> int:
    """What, how late, and the command that does it, as many as *most* lines take; how many lines they took."""
    put()
    put_styled(f"{title}（{len(rows)}），命令前面加 demandctl" if rows else f"{title}：没有", "bold")
    count, lines = fitting(COLUMNS, rows, most)
    put_table(COLUMNS, rows[:count])
    if len(rows) > count:
        tell(f"还有 {len(rows) - count} 条：{rest}")
    return lines


def _mine(app: Context, due: Due, more: int, statuses: dict[int, Status]) -> list[str]:
    customer = due.customer.name if due.customer and due.customer.name not in due.what else ""
    extra = f"（另 {more} 项）" if more else ""
    what = " ".join(filter(None, (due.subject.code, cut(customer, NAME_CELLS), f"{due.what}{extra}")))
    return [shown(what), standing(due, app.now), _command(due, statuses)]


def _command(due: Due, statuses: dict[int, Status]) -> str:
    """The command that does what is owed."""
    subject = Subject.revisit(due.revisit) if due.revisit else due.subject
    if due.role == RulePart.VISIT and due.customer:
        return f"revisit call {subject if due.revisit else due.customer.code}"
    if subject.about is About.DEMAND:
        status = statuses.get(subject.number)
        if status is Status.NEW:
            return f"assign {subject.number}"
        if status is Status.CONFIRMING:
            return f"confirm {subject.number} --solved"
        return f'follow-up {subject.number} "…"'
    if subject.about is About.REVISIT:
        return f"revisit {OF_A_REVISIT.get(due.role, 'show')} {subject.number}"
    if due.role == RulePart.GREET:
        return f"greet 生日 --customer {subject}"
    if subject.about is About.CUSTOMER:
        return f"customer show {subject}"
    letter = next((letter for letter in EXPORTS if letter in due.deadline.period), "")
    return f"export {EXPORTS.get(letter, 'monthly')}"


def _other(app: Context, name: str, owed: Sequence[tuple[Due, DemandView | None]]) -> list[str]:
    subjects = {due.subject for due, _ in owed}
    whom = name or "没有登记领导"
    worst = min((due for due, _ in owed), key=lambda due: due.due_at)
    today = any(due.nudges.last and due.nudges.last.date() == app.now.date() for due, _ in owed)
    what = f"{whom} {len(subjects)} 件" + ("，今天催过" if today else "")
    return [shown(what), f"最久{standing(worst, app.now)}", f"nudge {shown(whom)}"]


def _nothing_open(app: Context) -> None:
    """What to do first, and what to do when all is done."""
    from demandctl.commands.init import first_steps  # late: for a day without anything alone

    put_styled(f"{app.now:%Y-%m-%d} 周{WEEKDAYS[app.now.weekday()]}", "bold")
    with reading(app) as reader:
        ever = reader.rows("SELECT 1 FROM demand LIMIT 1")
        lines = first_steps(reader)
    tell("现在没有未结束的需求。" if ever else "还没有需求。先做这几件：")
    for line in lines:
        tell(f"  {line}")


def _trouble_with_notices(app: Context) -> str:
    """What is to be told of notices that are configured and do not go out."""
    if not app.config.get("notify", "channels"):
        return ""
    from demandctl.notify.standing import health_of

    return health_of(app.db_path).trouble(app.now)
