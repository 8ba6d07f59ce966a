"""Agents of launchd on macOS: a property list for each job."""

from __future__ import annotations

import os
import plistlib
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from demandctl.notify.timers.job import NAMES, TimedJob
from demandctl.notify.timers.timer import Piece, Timer
from demandctl.store.writing import put_text


class Launchd(Timer):
    """``launchctl``; what was missed while the machine slept runs once when it wakes, and each job at logging in."""

    name: ClassVar[str] = "launchd"
    label: ClassVar[str] = "launchd"
    program: ClassVar[str] = "launchctl"

    def wanted(self, jobs: Sequence[TimedJob]) -> list[Piece]:
        """One property list a job."""
        return [Piece(str(_file(job.name)), _list(job)) for job in jobs]

    def installed(self) -> list[Piece]:
        """The lists that are there."""
        files = map(_file, NAMES)
        return [Piece(str(file), file.read_text(encoding="utf-8")) for file in files if file.is_file()]

    def install(self, jobs: Sequence[TimedJob]) -> None:
        """Write the lists and load them anew."""
        for job in jobs:
            job.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            put_text(_file(job.name), _list(job))
            self.tried("bootout", f"{_domain()}/{job.name}")
            self.call("bootstrap", _domain(), str(_file(job.name)))

    def remove(self) -> None:
        """Unload the jobs and take the lists away."""
        for name in NAMES:
            self.tried("bootout", f"{_domain()}/{name}")
            _file(name).unlink(missing_ok=True)


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _file(name: str) -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{name}.plist"


def _list(job: TimedJob) -> str:
    entries = {
        "Label": job.name,
        "ProgramArguments": list(job.argv),
        "StartInterval": job.every * 60,
        "RunAtLoad": True,
        "ProcessType": "Background",
        "StandardOutPath": str(job.log),
        "StandardErrorPath": str(job.log),
    }
    return plistlib.dumps(entries, sort_keys=False).decode()
