"""The crontab of the user: a block of lines between two marks; what stands outside of them is left alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import ClassVar

from demandctl.errors import Refused
from demandctl.notify.timers.job import HOUR, TimedJob
from demandctl.notify.timers.timer import Piece, Timer

BEGIN = "# >>> demandctl notify schedule >>>"
END = "# <<< demandctl notify schedule <<<"


class Crontab(Timer):
    """``crontab -l`` and ``crontab -``."""

    name: ClassVar[str] = "crontab"
    label: ClassVar[str] = "crontab"
    program: ClassVar[str] = "crontab"

    def wanted(self, jobs: Sequence[TimedJob]) -> list[Piece]:
        """The lines of the block."""
        return [Piece("crontab", "\n".join(map(_line, jobs)))]

    def installed(self) -> list[Piece]:
        """The lines that stand between the marks."""
        block = _parted(self._table())[1]
        return [Piece("crontab", "\n".join(block))] if block else []

    def install(self, jobs: Sequence[TimedJob]) -> None:
        """Put the block in the place of the old one, or at the end."""
        for job in jobs:
            job.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before, _, after = _parted(self._table())
        self._put([*before, BEGIN, *map(_line, jobs), END, *after])

    def remove(self) -> None:
        """Take the block out."""
        before, _, after = _parted(self._table())
        self._put([*before, *after])

    def _table(self) -> list[str]:
        done = self.tried("-l")
        if done.returncode and "no crontab" not in done.stderr.lower():
            raise Refused(f"crontab 读不了：{done.stderr.strip() or done.returncode}", "自己运行看看：crontab -l")
        return [] if done.returncode else done.stdout.splitlines()

    def _put(self, lines: list[str]) -> None:
        self.call("-", text="".join(f"{line}\n" for line in lines))


def _parted(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before the block, in it, and after it."""
    if BEGIN not in lines or END not in lines[lines.index(BEGIN) :]:
        return lines, [], []
    first = lines.index(BEGIN)
    last = lines.index(END, first)
    return lines[:first], lines[first + 1 : last], lines[last + 1 :]


def _line(job: TimedJob) -> str:
    when = f"*/{job.every} *" if job.every < HOUR else f"0 {_hours(job.every // HOUR)}"
    command = f"{{ date; {shlex.join(job.argv)}; }} >> {shlex.quote(str(job.log))} 2>&1"
    return f"{when} * * * {command}".replace("%", "\\%")  # to cron a bare one ends the line


def _hours(every: int) -> str:
    return {1: "*", 24: "0"}.get(every, f"*/{every}")
