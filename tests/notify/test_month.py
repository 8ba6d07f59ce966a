"""A month of cron over the National Day holiday: each item is told exactly once a level and due time."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from demandctl.config import Config, work_calendar
from tests.support.cli import Cli
from tests.support.office import configure, wecom
from tests.support.robots import Robots

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = work_calendar(Config(Path("/nowhere/config.toml")))
MINUTE = timedelta(minutes=1)
START = datetime(2026, 9, 21, 8, 0, tzinfo=ZONE)
DENSE = (date(2026, 9, 30), date(2026, 10, 8))
"""The last day before the holiday and the first one after: cron runs every ten minutes, all day and night.

The other days have fewer runs, to be quick; a whole week of ten minutes was tried too.
"""
END = datetime(2026, 10, 21, tzinfo=ZONE)


class Key(NamedTuple):
    """What is told once."""

    deadline: int
    level: int
    due_at: datetime


def ticks() -> Iterator[datetime]:
    """When cron runs."""
    moment = START
    while moment < END:
        if moment.date() in DENSE or ((moment.minute, moment.hour % 2) == (0, 0) and 8 <= moment.hour <= 20):
            yield moment
        moment += 10 * MINUTE


def may_go_out(moment: datetime) -> bool:
    """08:30 to 20:00 of a working day, said plainly."""
    return CALENDAR.is_working(moment.date()) and (8, 30) <= (moment.hour, moment.minute) < (20, 0)


def expected(path: Path, now: datetime) -> dict[Key, bool]:
    """What is at some level at a moment, and whether it is critical: read from the rows, reckoned the long way."""
    rows = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    rows.row_factory = sqlite3.Row
    found = {}
    for row in rows.execute(
        "SELECT l.*, d.urgency FROM deadline AS l LEFT JOIN demand AS d ON d.id = l.demand_id "
        "WHERE l.met_at IS NULL AND l.voided_at IS NULL"
    ):
        waits = row["waiting_until"] and datetime.fromisoformat(row["waiting_until"]) > now
        due = datetime.fromisoformat(row["due_at"])
        if waits or datetime.fromisoformat(row["started_at"]) > now or due > now + 30 * MINUTE:
            continue
        for day in map(date.fromisoformat, row["occurrences"].split()):
            closing = datetime(day.year, day.month, day.day, 17, 30, tzinfo=ZONE)
            due = closing if closing < now else due
        level = int(now > due)
        if level:
            level += CALENDAR.worked(due, now) > timedelta(hours=4)
            level += now > CALENDAR.closing(CALENDAR.working_day_after(CALENDAR.next_opening(due).date(), 1))
        found[Key(row["id"], level, due)] = row["urgency"] == "critical"
    rows.close()
    return found


def something_happens(cli: Cli, dice: random.Random, numbers: list[int]) -> None:
    """A step of the daily work, some of which move deadlines."""
    if not numbers or dice.random() < 0.3:
        urgency = dice.choice(["normal", "normal", "urgent", "critical"])
        answer = cli.run(
            "intake", "臂架下不来", "--customer", f"客户{len(numbers)}", "--region", "湘潭", "--urgency", urgency,
            "--kind", dice.choice(["service", "inquiry", "opportunity"]), "--channel", dice.choice(["direct", "group"]),
            "--new", "--json",
        )  # fmt: skip
        numbers.append(answer.json["number"])
        return
    number = str(dice.choice(numbers))
    cli.run(*dice.choice([
        ("assign", number, "--auto"),
        ("follow-up", number, "已联系", "--method", "phone"),
        ("follow-up", number, "再谈", "--method", "phone", "--next", dice.choice(["+3h", "明天9点", "今天21:30"])),
        ("follow-up", number, "等客户", "--method", "phone", "--wait-until", dice.choice(["+3d", "+9d", "明天10点"])),
        ("edit", number, "--urgency", dice.choice(["normal", "urgent", "critical"])),
        ("close", number, "--outcome", "dropped", "--reason", "客户取消"),
        ("undo",),
    ]))  # fmt: skip


def test_in_a_month_each_item_is_told_once_a_level_and_due_time_and_none_is_missed(
    office: Cli,
    robots: Robots,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure(office, wecom(robots), {"name": "本地", "type": "command", "command": ["true"], "levels": ["escalated"]})
    robots.rate = (10_000, 1.0)
    monkeypatch.setattr("demandctl.notify.robot.Robot.paces", ())
    dice, numbers = random.Random(20261001), list[int]()
    told: set[Key] = set()
    for moment in ticks():
        office.at(moment.isoformat())
        if 8 <= moment.hour < 20 and moment.minute == 0 and dice.random() < 0.6:
            something_happens(office, dice, numbers)
        due = expected(office.db, moment)
        free = may_go_out(moment)
        should = {key for key, critical in due.items() if key not in told and (free or critical)}
        answer = office.run("due", "--notify", "--json", "--channel", "需求群")
        assert answer.code == 0, answer.err
        (channel,) = answer.json["channels"]
        went = [key_of(item) for item in channel["items"] if item["result"] == "sent"]
        held = [key_of(item) for item in channel["items"] if item["result"] == "held"]
        assert len(went) == len(set(went))
        assert set(went) == should, (moment, sorted(set(went) ^ should))
        assert set(held) == {key for key in due if key not in told} - should
        told |= should
    assert len(told) > 100
    assert {key.level for key in told} == {0, 1, 2, 3}
    assert sum(
        len([line for line in text.splitlines() if line.startswith(("D", "导出"))]) for text in robots.texts
    ) == len(told)


def key_of(item: dict[str, Any]) -> Key:
    """The key of an item that the command names."""
    return Key(item["id"], item["level"], datetime.fromisoformat(item["asked_for"]))
