"""A reading that stays on the screen: drawn again each minute and whenever the ledger changes, until q or Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import StringIO
from shutil import get_terminal_size
from time import monotonic

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.queries.watching import Watch
from demandctl.terminal.render import put

LOOK_SECONDS = 1.0
"""How often it looks whether the ledger has changed, and whether a key was pressed."""
DRAW_SECONDS = 60.0
LEAVE = ("q", "Q", "\x03", "\x04")
_OPEN, _CLOSE, _CLEAR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[H\x1b[2J"


def watch(app: Context, draw: Callable[[Context], object]) -> None:
    """Draw until the user leaves. UsageError where nobody looks."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("--watch 要在终端里用", "看一次：demandctl due；供脚本用：demandctl due --json")
    moves = os.environ.get("TERM", "") not in ("", "dumb") or os.name == "nt"
    ledger = Watch(app)
    try:
        with suppress(KeyboardInterrupt), _keys() as pressed, _own_screen(moves):
            drawn = -DRAW_SECONDS
            while True:
                if ledger.changed() or monotonic() - drawn >= DRAW_SECONDS:
                    put((_CLEAR if moves else "\n") + _fitting(app.later(), draw))
                    sys.stdout.flush()
                    drawn = monotonic()
                if pressed(LOOK_SECONDS) in LEAVE:
                    return
    finally:
        ledger.close()


class _Drawn(StringIO):
    """What would stand on the terminal."""

    def isatty(self) -> bool:
        """It is for one."""
        return True


def _fitting(app: Context, draw: Callable[[Context], object]) -> str:
    """What is drawn, as much as the screen has lines for; how much more there is is said."""
    with redirect_stdout(_Drawn()) as drawn:
        draw(app)
    lines = drawn.getvalue().rstrip("\n").split("\n")
    room = get_terminal_size().lines - 2
    more = len(lines) - room
    shown = lines if more <= 0 else [*lines[: room - 1], f"下面还有 {more + 1} 行：demandctl due"]
    return "\n".join([*shown, f"{app.now.astimezone(app.zone):%H:%M}，每分钟、有变化就重画；q 离开"])


@contextmanager
def _own_screen(moves: bool) -> Iterator[None]:
    """A screen of its own where the terminal has one: what stood there before comes back."""
    if moves:
        sys.stdout.write(_OPEN)
    try:
        yield
    finally:
        if moves:
            sys.stdout.write(_CLOSE)
            sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """A function that waits so long for a key: the key, or nothing."""
    if os.name == "nt":
        import msvcrt
        from time import sleep

        def pressed(seconds: float) -> str:
            sleep(seconds)
            return msvcrt.getwch() if msvcrt.kbhit() else ""  # type: ignore[attr-defined,unused-ignore]

        yield pressed
        return
    import termios
    import tty
    from select import select

    ours = sys.stdin.fileno()
    before = termios.tcgetattr(ours)

    def waited(seconds: float) -> str:
        ready, _, _ = select([ours], [], [], seconds)
        if not ready:
            return ""
        return os.read(ours, 1).decode(errors="replace") or LEAVE[-1]  # the terminal is gone

    try:
        tty.setcbreak(ours)
        yield waited
    finally:
        termios.tcsetattr(ours, termios.TCSADRAIN, before)
