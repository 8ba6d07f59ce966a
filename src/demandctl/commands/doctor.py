"""``doctor``: whether the ledger is sound, and what to do when it is not."""

import sys
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Ended
from demandctl.language.display import shown
from demandctl.terminal.options import Json
from demandctl.terminal.render import is_terminal, put_json, put_styled, tell
from demandctl.terminal.takes import Option

Everything = Annotated[bool, Option("--all", "全部时限都按经过重算，不只最近的")]

_LEVELS = {"unusable": ("用不了", "bold red"), "problem": ("问题", "red"), "notice": ("注意", "yellow")}


def doctor(ctx: typer.Context, everything: Everything = False, json: Json = False) -> None:
    """检查台账、历史、时限、权限，说明怎么办；什么也不改。

    没有问题返回 0，有问题返回 1，台账用不了返回 4。
    """
    app: Context = ctx.obj
    from demandctl.upkeep.doctor import examine

    report = examine(app, everything=everything, progress=_progress if is_terminal() else None)
    if json:
        put_json(
            {
                "ok": report.exit_code == 0,
                "checks": report.checks,
                "replayed": report.replayed,
                "subjects": report.of,
                "findings": [finding._asdict() for finding in report.findings],
            }
        )
    else:
        _put(report, app)
    raise Ended(report.exit_code)


def _progress(done: int, total: int) -> None:
    if total > 200 and (done % 100 == 0 or done == total):
        sys.stderr.write(f"\r重算时限 {done}/{total}" + ("\n" if done == total else ""))
        sys.stderr.flush()


def _put(report: object, app: Context) -> None:
    from demandctl.upkeep.doctor import Diagnosis

    assert isinstance(report, Diagnosis)
    for finding in report.findings:
        name, style = _LEVELS[finding.level]
        put_styled(shown(f"{name}：{finding.message}"), style)
        for item in finding.items:
            tell(f"    {shown(item)}")
        if finding.advice:
            tell(f"  {shown(finding.advice)}")
    if report.of:
        rest = "" if report.replayed == report.of else f"（共 {report.of} 个，全部重算用 --all）"
        tell(f"按经过重算了 {report.replayed} 个对象的时限{rest}")
    if report.exit_code == 0:
        tell(shown(f"{len(report.checks)} 项检查，没有问题：{app.db_path}"))
