"""The clipboard: reading it and writing to it with what the machine has; over SSH by the terminal itself (OSC 52).

No package is needed: the ways are few, and a clipboard that is not there must cost nothing.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys

_SECONDS = 5
_OSC_52_LIMIT = 74_000  # bytes that terminals take in one sequence; more is dropped silently by some

_WINDOWS = ("powershell.exe", "-NoProfile", "-Command")
READ = (
    ("WAYLAND_DISPLAY", ("wl-paste", "--no-newline")),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-o")),
    ("DISPLAY", ("xsel", "--clipboard", "--output")),
    ("", ("pbpaste",)),
    ("", (*_WINDOWS, "[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-Clipboard -Raw")),
    ("", ("termux-clipboard-get",)),
)  # fmt: skip
WRITE = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-i")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("", (*_WINDOWS, "[Console]::InputEncoding=[Text.Encoding]::UTF8; $input | Set-Clipboard")),
    ("", ("termux-clipboard-set",)),
)  # fmt: skip
"""The variable that must be set for a way to work, and its command; the first that works is taken."""


def read() -> str | None:
    """The text on the clipboard; None when there is no clipboard that can be read."""
    for command in _there(READ):
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return done.stdout.decode("utf-8", errors="replace")
    return None


def copy(text: str) -> bool:
    """Put a text on the clipboard; whether it worked. Over SSH the terminal at the other end is asked to do it."""
    return (not over_ssh() and copy_here(text)) or _by_terminal(text)


def copy_here(text: str) -> bool:
    """Put a text on the clipboard of this machine by a program that it has; whether it worked."""
    for command in _there(WRITE):
        try:
            # The program that serves an X selection stays alive: its output must not be waited for.
            done = subprocess.run(
                command, input=text.encode(), timeout=_SECONDS, check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return True
    return False


def over_ssh() -> bool:
    """Whether the person sits at another machine."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def _there(ways: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, ...]]:
    return [
        command for variable, command in ways if (not variable or os.environ.get(variable)) and shutil.which(command[0])
    ]


def _by_terminal(text: str) -> bool:
    """The terminal puts the text on the clipboard of the machine it runs on."""
    stream = next((s for s in (sys.stderr, sys.stdout) if s.isatty()), None)
    asked = sequence(text)
    if stream is None or asked is None:
        return False
    stream.write(asked)
    stream.flush()
    return True


def sequence(text: str) -> str | None:
    """OSC 52, by which a terminal is asked to copy, wrapped for tmux; None where that cannot work."""
    encoded = base64.b64encode(text.encode()).decode()
    if len(encoded) > _OSC_52_LIMIT or os.environ.get("TERM") in (None, "dumb", "linux"):
        return None
    asked = f"\x1b]52;c;{encoded}\a"
    return "\x1bPtmux;" + asked.replace("\x1b", "\x1b\x1b") + "\x1b\\" if os.environ.get("TMUX") else asked
