"""Bare ``demandctl``: the day at a glance."""

from demandctl.commands.due import put_due
from demandctl.context import Context
from demandctl.language.display import day, shown
from demandctl.queries.deadlines import DueFilter, due_deadlines
from demandctl.queries.glance import glance
from demandctl.queries.reader import reading
from demandctl.terminal.render import put, put_json, put_styled, tell
from demandctl.vocabulary import WEEKDAYS

GLANCE = 12
"""How many lines of each kind the glance shows."""


def today(app: Context, *, as_json: bool) -> None:
    """Overdue and due today, what waits for leaders and for customers, Monday's list, revisits, last week's numbers."""
    with reading(app) as reader:
        found, counts = due_deadlines(reader, DueFilter(limit=None if as_json else GLANCE))
        numbers = glance(reader)
    trouble = _trouble_with_notices(app)
    if as_json:
        put_json({"due": found, **numbers.data(), "notify_trouble": trouble or None})
        return
    put_styled(
        f"{day(app.now.date(), app.now)} {app.now:%Y-%m-%d} 周{WEEKDAYS[app.now.weekday()]} {app.now:%H:%M}",
        "bold",
    )
    tell(
        f"未结束 {numbers.open} 条：待派单 {numbers.new}，待领导指派 {numbers.referred}，"
        f"等待中 {numbers.waiting}，待客户确认 {numbers.confirming}"
    )
    tell(
        f"周一要反馈 {numbers.monday} 条；未来 7 天要回访 {numbers.revisits} 次；"
        f"上周新增 {numbers.last_week.new} 条，结束 {numbers.last_week.closed} 条"
    )
    if trouble:
        put_styled(shown(f"提醒 {trouble}；查一查：demandctl doctor"), "red")
    put()
    put_due(found, counts, app.now)


def _trouble_with_notices(app: Context) -> str:
    """What is to be told of notices that are configured and do not go out."""
    if not app.config.get("notify", "channels"):
        return ""
    from demandctl.notify.standing import standing

    return standing(app.db_path).trouble(app.now)
