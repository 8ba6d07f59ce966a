"""``calendar``: the working calendar of a month, and the official notice of a year's holidays taken in."""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.core.holidays import parse_notice
from demandctl.core.months import first_of, last_of
from demandctl.db import transaction
from demandctl.errors import NotFound, UsageError
from demandctl.store.writing import put_text
from demandctl.terminal import clipboard
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.render import pairs, put, put_json, put_styled, put_table
from demandctl.terminal.takes import FILE, Argument, word
from demandctl.vocabulary import WEEKDAYS

NoticeFile = Annotated[Path | None, Argument("通知原文的文字文件", FILE, "不写就读标准输入或剪贴板")]
Month = Annotated[str, Argument("哪个月", word("月份"), "如 2026-10，默认本月")]


def show(ctx: typer.Context, month: Month = "", json: Json = False) -> None:
    """工作日历：放假（写名称）、调休上班、自定的日子、尚未公布的年份。"""
    app: Context = ctx.obj
    calendar = app.calendar
    try:
        first = date.fromisoformat(f"{month}-01") if month else first_of(app.now.date())
        last = last_of(first)
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
    cells = [""] * first.weekday() + [
        _cell(day, calendar.is_working(day), notes[day], calendar.is_known(day)) for day in days
    ]
    cells += [""] * (-len(cells) % 7)
    weeks = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    put_table([Column(f"周{name}") for name in WEEKDAYS], weeks)
    guessed = not all(map(calendar.is_known, days))
    put("休 放假　班 调休或自定上班" + ("　？ 放假安排未公布：暂按周一至周五，法定节日放假" if guessed else ""))
    if guessed:
        put("公布后把通知原文贴进来：demandctl calendar add")


def add(ctx: typer.Context, file: NoticeFile = None, yes: Yes = False, json: Json = False) -> None:
    """贴进国务院的放假通知原文（文件、标准输入或剪贴板）：读懂、列出，从此就是日历。"""
    app: Context = ctx.obj
    notice = parse_notice(text := _notice_text(file))
    off, work = _listed(notice.closed), _listed(notice.opened)
    if not json:
        pairs([("年份", f"{notice.year} 年"), *off.items(), *((f"{name}上班", days) for name, days in work.items())])
        agreed(f"按这份通知排 {notice.year} 年的日历？", yes)
    _keep(app, notice.year, text)
    with transaction(app.later(), "calendar add") as done:  # opening it reckons what was provisional
        done.describe(f"{notice.year} 年放假安排")
    document = {
        "year": notice.year,
        "closed": {day.isoformat(): name for day, name in sorted(notice.closed.items())},
        "open": {day.isoformat(): name for day, name in sorted(notice.opened.items())},
    }
    told = f"{notice.year} 年的日历已知：放假 {len(notice.closed)} 天，调休上班 {len(notice.opened)} 天"
    object_answer(json, document, told, "暂定的时限已重算", f"看看：demandctl calendar show {notice.year}-02")


def _notice_text(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise NotFound(f"通知读不了：{file}", "存成 UTF-8 的文字文件") from error
    text = clipboard.read() if sys.stdin.isatty() else sys.stdin.read()
    if not (text or "").strip():
        raise UsageError("没有读到通知", "复制通知原文再运行，或写上文件名：demandctl calendar add 通知.txt")
    return str(text)


def _listed(days: dict[date, str]) -> dict[str, str]:
    """The days of each holiday, runs of them as one."""
    found: dict[str, list[list[date]]] = {}
    for day, name in sorted(days.items()):
        runs = found.setdefault(name, [])
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return {name: "、".join(_run(run) for run in runs) for name, runs in found.items()}


def _run(days: list[date]) -> str:
    first, last = days[0], days[-1]
    one = f"{first.month}月{first.day}日"
    return one if first == last else f"{one}至{last.month}月{last.day}日（{len(days)} 天）"


def _keep(app: Context, year: int, text: str) -> None:
    """Put the notice into the file beside the config, in the place of an older one of the same year."""
    import tomlkit

    path = app.config.holidays_path
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
    kept = [entry for entry in document.get("notices", []) if entry.get("year") != year]
    entries = tomlkit.aot()
    for entry in [*kept, {"year": year, "text": text}]:
        table = tomlkit.table()
        table["year"], table["text"] = entry["year"], tomlkit.string(str(entry["text"]), multiline=True)
        entries.append(table)
    document["notices"] = entries
    put_text(path, tomlkit.dumps(document))


def _cell(day: date, working: bool, note: str, known: bool) -> str:
    """A day with its mark; a plain working day or weekend has none, one that nobody has announced a question mark."""
    if not known:
        return f"{day.day:>2}？"
    mark = "班" if working and note else "休" if not working else ""
    short = note.removesuffix("调休").removeprefix("自定")[:3] if note else ""
    return f"{day.day:>2}{mark} {short}".rstrip()


TREE: Tree = {"show": Entry("查看", show), "add": Entry("添加", add)}
