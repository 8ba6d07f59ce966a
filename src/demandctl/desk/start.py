"""Opening the desk: on a terminal alone, on a ledger that is there, and with a file to send where it breaks down."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from demandctl.context import Context
from demandctl.db import connect
from demandctl.errors import LedgerUnusable, UsageError


def start(context: Context, complete: Callable[[Sequence[str], str], list[tuple[str, str]]]) -> None:
    """Show the desk until it is left; *complete* says what may follow some words of a command."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        raise UsageError("工作台要在终端里打开", "脚本里看今天：demandctl；或 demandctl due --json")
    if os.environ.get("TERM") == "dumb":
        raise UsageError("这个终端不能整屏显示", "看今天：demandctl")
    connect(context.db_path, context=context).close()
    from demandctl.desk.app import Desk

    desk = Desk(context, complete, light=_is_light())
    desk.run()
    if desk.fault is not None:
        path = _written(desk.fault)
        raise LedgerUnusable(
            f"工作台出了没有料到的错误：{type(desk.fault).__name__}；已写下的都在台账里",
            f"详细情况写在 {path}，可以发给开发者；先检查台账：demandctl doctor",
        ) from desk.fault


def _is_light() -> bool:
    """Whether the terminal is light: what some of them say of themselves."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return ground in ("7", "15")


def _written(fault: BaseException) -> Path:
    """Write down where the desk broke; no values, so that nothing of a customer's is in it."""
    import platform
    import traceback

    from platformdirs import user_log_path

    from demandctl import __version__

    folder = user_log_path("demandctl", appauthor=False, ensure_exists=True)
    path = folder / f"desk-{datetime.now():%Y%m%d-%H%M%S}.txt"
    about = (
        f"demandctl {__version__}, Python {platform.python_version()}, {platform.platform()}, {os.environ.get('TERM')}"
    )
    path.write_text(f"{about}\n\n{''.join(traceback.format_exception(fault))}", encoding="utf-8")
    return path
