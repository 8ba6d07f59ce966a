"""What is to be run again and again: notices, and the daily backup. Each run is short and knows what is left to do."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from demandctl.context import Context

NOTIFY, BACKUP = "demandctl-notify", "demandctl-backup"
NAMES = (NOTIFY, BACKUP)
HOUR = 60
MINUTES = (*(n for n in range(1, 31) if HOUR % n == 0), *(HOUR * n for n in range(1, 25) if 24 % n == 0))
"""How often something may run: so often that it comes at the same minutes of every hour, or the same hours of a day."""


@dataclass(frozen=True)
class TimedJob:
    """A command with its arguments, and every how many minutes it runs."""

    name: str
    about: str
    argv: tuple[str, ...]
    every: int
    log: Path


def jobs(context: Context, every: int) -> tuple[TimedJob, ...]:
    """The jobs of a ledger; paths are whole, since whatever runs them has a folder and an environment of its own."""
    from platformdirs import user_log_path

    log = user_log_path("demandctl", appauthor=False)
    ledger, config = context.db_path.absolute(), context.config_path.absolute()
    start = (*program(), "--db", str(ledger), "--config", str(config))
    return (
        TimedJob(NOTIFY, "demandctl: reminders that are due", (*start, "due", "--notify"), every, log / "notify.log"),
        # Each hour, and most of them find that it is done: a day on which the machine was off at the hour loses none.
        TimedJob(BACKUP, "demandctl: the daily backup", (*start, "backup", "--daily"), HOUR, log / "backup.log"),
    )


def program() -> tuple[str, ...]:
    """What starts this very program from anywhere."""
    if os.name == "nt":
        windowless = Path(sys.executable).with_name("pythonw.exe")  # a console would flash up each time
        return str(windowless if windowless.exists() else sys.executable), "-m", "demandctl"
    script = Path(sys.argv[0])
    if script.name == "demandctl" and script.is_file():
        return (str(script.absolute()),)
    return sys.executable, "-m", "demandctl"
