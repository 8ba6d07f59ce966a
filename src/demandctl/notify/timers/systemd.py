"""Timers of systemd, the user's own: a service and a timer for each job."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from demandctl.notify.timers.job import HOUR, NAMES, TimedJob
from demandctl.notify.timers.timer import Piece, Timer
from demandctl.store.writing import put_text

_SERVICE = """\
[Unit]
Description={about}

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec=900
"""
_TIMER = """\
[Unit]
Description={about}

[Timer]
OnCalendar={when}
Persistent=true

[Install]
WantedBy=timers.target
"""


class Systemd(Timer):
    """``systemctl --user``; what was missed while the machine was off runs when it is on again (``Persistent``)."""

    name: ClassVar[str] = "systemd"
    label: ClassVar[str] = "systemd"
    program: ClassVar[str] = "systemctl"
    advice: ClassVar[str] = (
        "不登录也要运行：loginctl enable-linger；看每次发了什么：journalctl --user -u demandctl-notify"
    )

    def is_there(self) -> bool:
        """Whether the user has a systemd of his own: in a container, or by ``su``, he has none."""
        return super().is_there() and self.tried("--user", "show-environment").returncode == 0

    def wanted(self, jobs: Sequence[TimedJob]) -> list[Piece]:
        """Two files a job."""
        pieces = []
        for job in jobs:
            service = _SERVICE.format(about=job.about, command=" ".join(map(_quoted, job.argv)))
            pieces.append(Piece(str(_folder() / f"{job.name}.service"), service))
            timer = _TIMER.format(about=job.about, when=_when(job.every))
            pieces.append(Piece(str(_folder() / f"{job.name}.timer"), timer))
        return pieces

    def installed(self) -> list[Piece]:
        """The files that are there."""
        files = (_folder() / f"{name}.{kind}" for name in NAMES for kind in ("service", "timer"))
        return [Piece(str(file), file.read_text(encoding="utf-8")) for file in files if file.is_file()]

    def install(self, jobs: Sequence[TimedJob]) -> None:
        """Write the files, and start the timers anew."""
        for piece in self.wanted(jobs):
            put_text(Path(piece.where), piece.text)
        timers = [f"{job.name}.timer" for job in jobs]
        self.call("--user", "daemon-reload")
        self.call("--user", "enable", *timers)
        self.call("--user", "restart", *timers)

    def remove(self) -> None:
        """Stop the timers and take the files away."""
        self.tried("--user", "disable", "--now", *(f"{name}.timer" for name in NAMES))
        for piece in self.installed():
            Path(piece.where).unlink(missing_ok=True)
        self.call("--user", "daemon-reload")


def _folder() -> Path:
    given = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(given) if given else Path.home() / ".config") / "systemd" / "user"


def _when(minutes: int) -> str:
    return f"*:0/{minutes}" if minutes < HOUR else f"0/{minutes // HOUR}:00"


def _quoted(word: str) -> str:
    """A word as systemd reads it: ``%`` and ``$`` stand for something there."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or " " in word or "'" in word or ";" in word else word
