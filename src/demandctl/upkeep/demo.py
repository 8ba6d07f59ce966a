"""``init --demo``: a ledger filled from the examples, command by command, each at its own moment."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from demandctl import DATA
from demandctl.context import Context
from demandctl.terminal.render import say
from demandctl.vocabulary import WEEKDAYS

DAYS = 3
"""Working days before and after today that a line of the demo may name."""


def examples() -> Path:
    """Where the examples lie: in an installed package, or beside the source."""
    installed = DATA / "examples"
    return installed if installed.is_dir() else DATA.parents[2] / "examples"


def commands(app: Context) -> Iterator[tuple[datetime, list[str]]]:
    """The lines of the demo whose moment has come, in the order of time."""
    calendar, today = app.calendar, app.now.date()
    if not calendar.is_working(today) or app.now >= calendar.closing(today):
        today = calendar.working_day_after(today, 1)
    days = {0: today}
    for ahead in range(1, DAYS + 1):
        days[ahead] = calendar.working_day_after(days[ahead - 1], 1)
        day = days[1 - ahead] - timedelta(days=1)
        while not calendar.is_working(day):
            day -= timedelta(days=1)
        days[-ahead] = day
    # The weeks before end where the days that are counted from today begin.
    monday = days[-DAYS] - timedelta(days=days[-DAYS].weekday())
    named = {f"{ahead:+d}" if ahead else "0": day.isoformat() for ahead, day in days.items()}
    timed: list[tuple[datetime, list[str]]] = []
    for line in (examples() / "demo.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        which, clock, *words = shlex.split(line)
        week, of_week, weekday = which.partition("周")
        day = monday + timedelta(weeks=int(week), days=WEEKDAYS.index(weekday)) if of_week else days[int(which)]
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=app.zone)
        told = [re.sub(r"\{(0|[+-]\d)\}", lambda found: named[found[1]], word) for word in words]
        timed.append((moment, told))
    return (entry for entry in sorted(timed, key=lambda entry: entry[0]) if entry[0] <= app.now)


def fill(app: Context, run: Callable[[list[str]], object]) -> None:
    """Fill a fresh ledger through the program itself, which *run* is: it takes the words of a command, and exits.

    A line that a holiday of that week makes impossible is left out and said.
    """
    kept = {name: os.environ.get(name) for name in ("DEMANDCTL_NOW", "DEMANDCTL_DB", "DEMANDCTL_CONFIG")}
    os.environ |= {"DEMANDCTL_DB": str(app.db_path), "DEMANDCTL_CONFIG": str(app.config_path)}
    first = [(None, ["contact", "import", str(examples() / "contacts.csv")])]
    try:
        for moment, words in [*first, *commands(app)]:
            if moment:
                os.environ["DEMANDCTL_NOW"] = moment.isoformat()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
                try:
                    run(words)
                except SystemExit as ended:
                    failed = ended.code
            if failed:
                say(f"示例跳过一步：{' '.join(words)[:60]}\n{errors.getvalue().rstrip()}")
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
