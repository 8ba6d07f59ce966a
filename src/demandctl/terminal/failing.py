"""How a command ends that does not end well: text on stderr, and the exit code that it stands for."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TextIO

from demandctl.errors import Cancelled, DemandctlError, Ended
from demandctl.language.display import shown
from demandctl.terminal.render import say

_LONG = 600
"""No line of an error is longer: what was typed may be."""


def told(error: BaseException) -> int:
    """Say what went wrong and what to do about it; the exit code that it stands for."""
    if isinstance(error, BrokenPipeError):  # nobody reads on: nothing to say, and nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, Ended):
        return error.code
    if isinstance(error, Cancelled | KeyboardInterrupt | EOFError):
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # once more says nothing more
        say("已取消，没有写入")
        signal.signal(signal.SIGINT, before)
        return 130
    message, hint, code = _failure(error)
    fail(message, hint)
    return code


def _failure(error: BaseException) -> tuple[str, str, int]:
    """What to say about an error, a hint, and the exit code; one that nobody foresaw is raised again for DEBUG."""
    if isinstance(error, DemandctlError):
        return str(error), error.hint, error.exit_code
    for kinds, failure in _FAILURES.items():
        if isinstance(error, kinds):
            return failure
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC and not error.filename:
            return "结果写不出来：输出的磁盘满了", "命令本身做没做完，看看：demandctl log", 4
        named = f"（{error.filename}）" if error.filename else ""
        return f"系统报错：{error.strerror or error}{named}", "", 4 if error.errno == errno.ENOSPC else 1
    if isinstance(error, RuntimeError) and "home directory" in str(error):  # an account without one, and no HOME
        return "不知道家目录在哪里，也就不知道台账在哪里", "设置 HOME，或写明 --db 和 --config", 4
    if "null byte" in str(error):  # a path with a NUL in it
        return "文件名里有不能用的字符", "", 2
    if os.environ.get("DEMANDCTL_DEBUG"):
        raise error
    # Most likely a ledger that another program has changed.
    return (
        f"程序没有料到的错误：{type(error).__name__}：{error}",
        "检查台账：demandctl doctor；完整信息：DEMANDCTL_DEBUG=1",
        4,
    )


_FAILURES: dict[tuple[type[BaseException], ...], tuple[str, str, int]] = {
    (UnicodeEncodeError,): ("文字里有无法识别的字符", "请检查终端的编码（应为 UTF-8）", 2),
    (OverflowError,): ("数字或日期超出了范围", "", 2),
}


def fail(message: str, hint: str = "") -> None:
    """An error on stderr: what, why, and the command that would be right."""
    for number, text in enumerate(filter(None, (message, hint))):
        for line in text.split("\n"):
            say(f"{'  ' if number else '错误：'}{shown(line if len(line) <= _LONG else line[:_LONG] + '…')}")


def mend_streams() -> None:
    """A program that is started without a standard stream gets one that leads nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        _forgiving(stream)
    sys.unraisablehook = _quiet_about_ctrl_c


def _quiet_about_ctrl_c(what: sys.UnraisableHookArgs) -> None:
    """Ctrl-C that falls into the tidying up behind a question interrupts nothing, and prints no traceback."""
    if what.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(what)


def _forgiving(stream: TextIO) -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback.

    One that has no Chinese at all (ASCII, Latin-1) gets UTF-8: a screen of question marks tells nobody anything.
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if not reconfigure:
        return
    try:
        "需求".encode(stream.encoding)
    except (UnicodeEncodeError, LookupError):
        reconfigure(encoding="utf-8")
    reconfigure(errors="replace")
