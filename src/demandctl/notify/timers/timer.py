"""What the systems' own ways of running something again and again have in common."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from demandctl.errors import Refused
from demandctl.notify.timers.job import TimedJob

_SECONDS = 60
"""How long a command of the system may take."""


class Piece(NamedTuple):
    """A file, a table or a task, and what is written in it."""

    where: str
    text: str


class Timer:
    """One way to have jobs run; all of them keep only what is of this program, and a second time changes nothing."""

    name: ClassVar[str]
    label: ClassVar[str]
    program: ClassVar[str]
    """What the system has to have."""
    advice: ClassVar[str] = ""
    """What to know after it is installed."""

    def is_there(self) -> bool:
        """Whether this system has it and it can be used."""
        return shutil.which(self.program) is not None

    def wanted(self, jobs: Sequence[TimedJob]) -> list[Piece]:
        """What is written to have jobs run."""
        raise NotImplementedError

    def installed(self) -> list[Piece]:
        """What stands there of this program, nothing where it is not installed."""
        raise NotImplementedError

    def install(self, jobs: Sequence[TimedJob]) -> None:
        """Have the jobs run from now on. Refused with the system's reason."""
        raise NotImplementedError

    def remove(self) -> None:
        """Have them run no more. Refused with the system's reason."""
        raise NotImplementedError

    def call(self, *words: str, text: str | None = None) -> str:
        """What the system's command says; Refused when it does not succeed."""
        done = self.tried(*words, text=text)
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().splitlines() or [f"退出码 {done.returncode}"]
            raise Refused(f"{self.label}没有接受：{reason[-1]}", f"自己运行看看：{' '.join([self.program, *words])}")
        return done.stdout

    def tried(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """The system's command, however it ends."""
        try:
            return subprocess.run(
                [self.program, *words],
                input=text,
                stdin=None if text is not None else subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = getattr(error, "strerror", None) or f"没有在 {_SECONDS} 秒内结束"
            raise Refused(f"{self.program} 运行不了：{reason}") from error
