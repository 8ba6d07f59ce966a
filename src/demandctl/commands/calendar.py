"""``calendar show``: the working calendar of a month."""

from datetime import date, timedelta
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.display import padded
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json, put_styled
from demandctl.terminal.takes import Argument, word
from demandctl.vocabulary import WEEKDAYS

Month = Annotated[str, Argument("哪个月", word("月份"), "如 2026-10，默认本月")]


def show(ctx: typer.Context, month: Month = "", json: Json = False) -> None:
    """工作日历：放假（写名称）、调休上班、自定的日子、尚未公布的年份。"""
    app: Context = ctx.obj
    calendar = app.calendar
    try:
        first = date.fromisoformat(f"{month}-01") if month else app.now.date().replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"“{month[:20]}”不是月份", "例如 demandctl calendar show 2026-10") from error
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    notes = {day: calendar.opened.get(day) or calendar.closed.get(day) or "" for day in days}
    if json:
        put_json(
            [
                {
                    "date": day.isoformat(),
                    "working": calendar.is_working(day),
                    "name": notes[day] or None,
                    "known": calendar.is_known(day),
                }
                for day in days
            ]
        )
        return
    put_styled(f"{first.year}年{first.month}月　工作 {sum(map(calendar.is_working, days))} 天", "bold")
    put("".join(padded(f"周{name}", 12) for name in WEEKDAYS).rstrip())
    cells = [""] * first.weekday() + [_cell(day, calendar.is_working(day), notes[day]) for day in days]
    for start in range(0, len(cells), 7):
        put("".join(padded(cell, 12) for cell in cells[start : start + 7]).rstrip())
    put(
        "休 放假　班 调休或自定上班"
        + ("　？ 当年放假安排未公布，暂按周一至周五" if not calendar.is_known(last) else "")
    )


def _cell(day: date, working: bool, note: str) -> str:
    """A day with its mark; a plain working day or weekend has none."""
    mark = "班" if working and note else "休" if not working else ""
    short = note.removesuffix("调休").removeprefix("自定")[:3] if note else ""
    return f"{day.day:>2}{mark}{short}"


TREE: Tree = {"show": Entry("查看", show)}
