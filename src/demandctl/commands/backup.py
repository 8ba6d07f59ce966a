"""``backup`` and ``restore``: a copy of the ledger, and a copy put back."""

from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.language.display import moment, shown
from demandctl.language.files import size_of
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.render import put_json, put_table, say, tell
from demandctl.terminal.takes import FILE, Argument, Option, file

MaybeFile = Annotated[Path | None, Argument("写到哪里", FILE, "不写就放进备份文件夹，旧的自动清理")]
File = Annotated[Path, Argument("备份文件", file("备份文件", known="backup"), "看看有哪些：demandctl backup --list")]
Listed = Annotated[bool, Option("--list", "列出备份文件夹里的备份")]
Daily = Annotated[bool, Option("--daily", "今天还没有备份过才做，给定时任务用")]
_OWN = ("manual", "daily")
"""Backups that no other command made before it changed much."""


def backup(
    ctx: typer.Context, file: MaybeFile = None, listed: Listed = False, daily: Daily = False, yes: Yes = False,
    json: Json = False,
) -> None:  # fmt: skip
    """备份台账：正在使用时也完整一致，写好后检查过。"""
    app: Context = ctx.obj
    from demandctl.store.backup import make

    if listed:
        _list(app, json)
        return
    if daily and (today := _made_today(app)):
        object_answer(json, {"path": str(today), "bytes": today.stat().st_size, "removed": []}, f"今天已有备份 {today}")
        return
    replace = bool(file and file.is_file()) and agreed(f"替换已有的文件 {file}？", yes)
    made = make(app, file, reason="daily" if daily and not file else "manual", replace=replace)
    document = {"path": str(made.path), "bytes": made.size, "removed": [str(path) for path in made.removed],
                "missing_attachments": made.missing}  # fmt: skip
    _say_missing(made.missing)
    cleared = f"，清理了 {len(made.removed)} 份旧的" if made.removed else ""
    way_back = f"恢复：demandctl restore {quote(str(made.path))}"
    object_answer(json, document, f"已备份到 {made.path}（{size_of(made.size)}）{cleared}", way_back)


def _made_today(app: Context) -> Path | None:
    """A backup of today that was made for its own sake; one before an import is without what came in."""
    from demandctl.store.copies import kept

    day = f"{app.now:%Y%m%d}"
    return next((copy.path for copy in kept(app) if copy.made.startswith(day) and copy.reason in _OWN), None)


def _list(app: Context, json: bool) -> None:
    from demandctl.store.copies import REASONS, folder, kept

    rows = [(copy, copy.path.stat().st_size) for copy in kept(app)]
    made = [datetime.strptime(copy.made, "%Y%m%d-%H%M%S").replace(tzinfo=app.zone) for copy, _ in rows]
    if json:
        put_json(
            [
                {"path": str(copy.path), "at": at.isoformat(), "reason": copy.reason, "bytes": size}
                for (copy, size), at in zip(rows, made, strict=True)
            ]
        )
        return
    if not rows:
        tell(shown(f"还没有备份。备份放在 {folder(app)}"))
        return
    columns = [Column("时间", wrap=False), Column("缘由", wrap=False), Column("大小", right=True), Column("文件")]
    put_table(
        columns,
        [
            [moment(at, app.now), REASONS.get(copy.reason, copy.reason), size_of(size), str(copy.path)]
            for (copy, size), at in zip(rows, made, strict=True)
        ],
    )


def _say_missing(count: int) -> None:
    if count:
        say(f"提示：{count} 个附件的内容不在，看看是哪些：demandctl doctor")


def restore(ctx: typer.Context, file: File, yes: Yes = False, json: Json = False) -> None:
    """用备份恢复台账；先检查备份，被替换的台账留在旁边。"""
    app: Context = ctx.obj
    from demandctl.store.backup import inspect, put_back

    about = inspect(file)
    last = datetime.fromisoformat(str(about["last"])).astimezone(app.zone) if about["last"] else None
    content = f"{about['demands']} 条需求" + (f"，最后一步在 {moment(last, app.now)}" if last else "")
    agreed(f"用 {file}（{content}）替换现在的台账 {app.db_path}？", yes)
    done = put_back(app, file)
    for code in done.erased_since:
        say(f"提示：{code} 在这份备份之后已按要求删除，请再删一次：demandctl customer erase {code}")
    _say_missing(done.missing)
    document = {
        "restored": str(file), "ledger": str(app.db_path), "demands": about["demands"],
        "replaced": str(done.replaced) if done.replaced else None, "erased_since": done.erased_since,
        "missing_attachments": done.missing,
    }  # fmt: skip
    object_answer(
        json, document, f"已恢复：{content}",
        *([f"被替换的台账留在 {done.replaced}"] if done.replaced else []), "检查：demandctl doctor",
    )  # fmt: skip
