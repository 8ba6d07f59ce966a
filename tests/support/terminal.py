"""The program in a pseudo-terminal, driven by keys."""

import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl

import pexpect

from tests.support.cli import Cli

DOWN, UP, ENTER, CTRL_C, BACKSPACE = "\x1b[B", "\x1b[A", "\r", "\x03", "\x7f"


class Terminal:
    """What the program shows, and keys for it."""

    def __init__(self, cli: Cli, *words: str, now: str = "2026-11-20T10:00:00+08:00") -> None:
        env = {
            **os.environ, "DEMANDCTL_DB": str(cli.db), "DEMANDCTL_CONFIG": str(cli.config), "DEMANDCTL_USER": "李敏",
            "DEMANDCTL_NOW": now, "TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            "COLUMNS": "160",  # xdist tells its workers how wide its own terminal is
            "PROMPT_TOOLKIT_NO_CPR": "1",  # nobody answers where the cursor is: without this each question waits for it
        }  # fmt: skip
        self.child = pexpect.spawn(
            sys.executable, ["-m", "demandctl", *words], env=env, encoding="utf-8", dimensions=(40, 160), timeout=20
        )
        self.child.delaybeforesend = None

    def sees(self, *texts: str) -> "Terminal":
        """Wait until each text is shown, one after the other."""
        for text in texts:
            self.child.expect_exact(text)
        return self

    def press(self, *keys: str) -> "Terminal":
        """Press keys, or type text."""
        for key in keys:
            self.child.send(key)
        return self

    def ends(self) -> int:
        """Wait for the end; the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus)


def screen(cli: Cli, columns: int, *words: str, term: str = "xterm", lines: int = 40) -> list[str]:
    """The lines of a command on a terminal of so many columns, colours taken off; nobody is there to answer."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    env = {**os.environ, "TERM": term, "LC_ALL": "C.UTF-8"}
    env.pop("COLUMNS", None)
    command = [sys.executable, "-m", "demandctl", *words]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=env) as child:
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            pieces.append(piece)
        child.wait()
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", b"".join(pieces).decode())
    return [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
