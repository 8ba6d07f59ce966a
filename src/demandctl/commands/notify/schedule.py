"""``notify schedule``: notices and the daily backup run by what the system has for it."""

from typing import TYPE_CHECKING, Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.display import shown, shown_lines
from demandctl.terminal.answers import agreed, answer
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.render import put, put_json, say
from demandctl.terminal.takes import Option, Takes

if TYPE_CHECKING:
    from demandctl.notify.timers.timer import Piece, Timer


def _minutes(text: str) -> int:
    from demandctl.core.targets import Target
    from demandctl.notify.timers.job import HOUR, MINUTES

    units = {"m": 1, "h": HOUR}
    try:
        target = Target.parse(f"{text} wall")
        minutes = target.amount * units.get(target.unit, 0)
    except ValueError:
        minutes = 0
    if minutes not in MINUTES:
        known = "、".join(f"{n // HOUR}h" if n >= HOUR else f"{n}m" for n in MINUTES)
        raise UsageError(f"--every {text} 不行", f"可以是 {known}")
    return minutes


Every = Annotated[
    int,
    Option(
        "--every", "多久看一次有没有要提醒的", Takes("多久", lambda app, text: _minutes(text)), "如 5m、1h；默认 10m"
    ),
]
Install = Annotated[bool, Option("--install", "装上", more="先显示要写什么，再确认")]
Show = Annotated[bool, Option("--show", "看看装了没有、写了什么", more="什么也不写时就是它")]
Remove = Annotated[bool, Option("--remove", "去掉")]
_TRY = "现在发一次：demandctl due --notify；看看：demandctl notify schedule；去掉：demandctl notify schedule --remove"


def schedule(
    ctx: typer.Context,
    every: Every = 10,
    install: Install = False,
    show: Show = False,
    remove: Remove = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """定时运行到期提醒和每日备份：用系统自己的办法（systemd、launchd、计划任务、crontab），电脑关着错过的，开机后补上。"""
    app: Context = ctx.obj
    if install + show + remove > 1:
        raise UsageError("--install、--show、--remove 只能写一个")
    from demandctl.notify.timers.timers import chosen, there

    if remove:
        _remove(there(), yes, json)
    elif install:
        _install(app, chosen(), every, yes, json)
    else:
        _show(app, there(), every, json)


def _install(app: Context, timer: "Timer", every: int, yes: bool, json: bool) -> None:
    """Show what is written and where, ask, write; another way that was taken before is left."""
    from demandctl.notify.channels import read
    from demandctl.notify.surroundings import keep, to_keep
    from demandctl.notify.timers.job import jobs
    from demandctl.notify.timers.timers import there

    channels = read(app.config).channels
    variables = frozenset[str]().union(*(channel.variables for channel in channels))
    kept = to_keep(app.secrets_path, variables)
    wanted = jobs(app, every)
    if not json:
        _put(f"用 {timer.label} 定时运行，要写的是：", timer.wanted(wanted))
        if kept:
            put(shown(f"# 写进 {app.secrets_path}（只有自己能读）：{'、'.join(kept)}"))
        put()
    _warn(app)
    agreed("装上？", yes)
    if kept:
        keep(app.secrets_path, kept)
    timer.install(wanted)
    for other in there():
        if other is not timer and other.installed():
            other.remove()
    if json:
        put_json(_data(timer, timer.wanted(wanted), installed=True) | {"every": every, "secrets": sorted(kept)})
        return
    answer(f"已装上：每 {every} 分钟看一次有没有要提醒的，每天备份一次", _TRY, *filter(None, [timer.advice]))


def _warn(app: Context) -> None:
    """What would not work out of sight of a terminal."""
    from demandctl.notify.channels import read
    from demandctl.notify.message import Failed

    channels = read(app.config).channels
    if not channels:
        say("提示：还没有配置提醒的渠道，现在只有每日备份有用；格式见 docs/notifying.md")
    for channel in channels:
        try:
            channel.open(lambda _: None)
        except Failed as error:
            say(shown(f"提示：渠道“{channel.name}”会发不出：{error}；{error.advice}".rstrip("；")))
        for note in channel.alone():
            say(shown(f"提示：渠道“{channel.name}”：{note}"))


def _remove(timers: "list[Timer]", yes: bool, json: bool) -> None:
    found = [timer for timer in timers if timer.installed()]
    if found:
        agreed(f"去掉 {'、'.join(timer.label for timer in found)} 里的定时提醒和每日备份？", yes)
    for timer in found:
        timer.remove()
    if json:
        put_json({"removed": [timer.name for timer in found]})
        return
    answer("已去掉定时运行" if found else "没有装过定时运行")


def _show(app: Context, timers: "list[Timer]", every: int, json: bool) -> None:
    from demandctl.notify.standing import health_of
    from demandctl.notify.timers.job import jobs
    from demandctl.notify.timers.timers import chosen

    found = [timer for timer in timers if timer.installed()]
    timer = found[0] if found else chosen()
    pieces = timer.installed() if found else timer.wanted(jobs(app, every))
    health = health_of(app.db_path)
    if json:
        about = {"succeeded": health.succeeded or None, "failing_since": health.failing_since or None}
        put_json(_data(timer, pieces, installed=bool(found)) | about | {"reason": health.reason or None})
        return
    _put(f"已装在 {timer.label} 里：" if found else f"还没有装；会用 {timer.label}，写的是：", pieces)
    put()
    last = health.succeeded or "还没有过"
    answer(
        f"最近一次发成：{last}" + (f"；{health.failing_since} 起没有发成：{health.reason}" if health.reason else ""),
        "" if found else "装上：demandctl notify schedule --install",
    )


def _put(title: str, pieces: "list[Piece]") -> None:
    put(title)
    for piece in pieces:
        put(shown(f"# {piece.where}"))
        put(shown_lines(piece.text.rstrip()))


def _data(timer: "Timer", pieces: "list[Piece]", *, installed: bool) -> dict[str, object]:
    return {"kind": timer.name, "installed": installed, "files": {piece.where: piece.text for piece in pieces}}
