"""Rules that the user reads, changes and applies; deadlines that explain themselves."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from demandctl.core.rules import read_rules
from tests.support.cli import ROOT, Cli

SHIPPED = (ROOT / "src" / "demandctl" / "data" / "rules.toml").read_text(encoding="utf-8")


def _change(cli: Cli, *pairs: tuple[str, str], add: str = "") -> Path:
    """The user's own rules with some texts replaced."""
    if not (path := cli.folder / "rules.toml").exists():
        cli("sla init")
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text + add, encoding="utf-8")
    return path


WEEKLY_INQUIRY = """
[[rules]]
id = "weekly-inquiry"
name = "咨询周二反馈"
about = "demand"
applies = [{ kind = ["inquiry"] }]
starts = ["registered"]
met_by = ["follow-up"]
repeat = "FREQ=WEEKLY;BYDAY=TU"
window = "on-day"
owed_by = "handler"
source = "部门要求"
"""


def test_the_shipped_rules_are_right_and_each_names_its_source() -> None:
    book, problems = read_rules(SHIPPED)
    assert problems == []
    assert all(rule.source for rule in book.rules)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('starts = ["raised"]', 'starts = ["raisd"]', "starts"),
        ('target = "30m work"', 'target = "30 minutes"', "target"),
        ('target = "30m work"', 'target = "1w work"', "target"),
        ('repeat = "FREQ=WEEKLY;BYDAY=MO"', 'repeat = "EVERY MONDAY"', "repeat"),
        ('repeat = "FREQ=WEEKLY;BYDAY=MO"', 'repeat = "FREQ=MINUTELY"', "repeat"),
        ('owed_by = "leader"', 'owed_by = "boss"', "owed_by"),
        ('window = "on-day"', 'window = "sometimes"', "window"),
        ('applies = [{ channel = ["group"] }]', 'applies = [{ colour = ["red"] }]', "applies"),
        ('id = "takeover"', 'id = "respond"', "id"),
        ('name = "专员接手"', "", "name"),
        ("again = ", "aggain = ", "aggain"),
        ('after = "7d"', 'after = "soon"', "after"),
    ],
)
def test_a_wrong_file_is_refused_with_line_field_and_reason(cli: Cli, old: str, new: str, field: str) -> None:
    path = _change(cli, (old, new))
    answer = cli.run("sla check --json")
    assert answer.code == 1
    problem = answer.json["problems"][0]
    assert problem["field"] == field
    line = path.read_text(encoding="utf-8").splitlines()[problem["line"] - 1]
    assert field in line or line.startswith("[[rules]]")
    refused = cli.run("intake", "坏了", "--customer", "甲", "--kind", "service", "--channel", "direct")
    assert refused.code == 1
    assert "sla check" in refused.err


def test_changed_rules_change_nothing_until_they_are_applied(cli: Cli) -> None:
    number = cli.demand(kind="complaint")["number"]
    before = cli.open_deadlines(number)["resolve"]["due_at"]
    _change(cli, ('complaint = "1d work"', 'complaint = "3d work"'))
    assert cli.open_deadlines(number)["resolve"]["due_at"] == before
    planned = cli("sla apply --dry-run --json").json
    assert [(m["rule"], m["old"], m["new"]) for m in planned] == [("resolve", before, "2026-11-25T17:30:00+08:00")]
    assert cli.open_deadlines(number)["resolve"]["due_at"] == before
    cli("sla apply")
    assert cli.open_deadlines(number)["resolve"]["due_at"] == "2026-11-25T17:30:00+08:00"
    cli("undo")
    assert cli.open_deadlines(number)["resolve"]["due_at"] == before


def test_what_is_missed_keeps_the_rule_of_its_day(cli: Cli) -> None:
    number = cli.demand(kind="complaint")["number"]
    cli.at("2026-11-24T09:00:00")
    _change(cli, ('complaint = "1d work"', 'complaint = "9d work"'))
    assert cli("sla apply --json").json == []
    assert cli.open_deadlines(number)["resolve"]["state"] == "overdue"


def test_a_rule_switched_off_is_voided_and_a_new_one_started(cli: Cli) -> None:
    number = cli.demand(kind="inquiry")["number"]
    _change(cli, ('id = "dispatch"', 'id = "dispatch"\nenabled = false'), add=WEEKLY_INQUIRY)
    moves = {m["rule"]: m for m in cli("sla apply --json").json}
    assert moves["dispatch"]["new"] is None
    assert moves["weekly-inquiry"]["new"] == "2026-11-24T17:30:00+08:00"
    assert {"weekly-inquiry", "resolve"} <= set(cli.open_deadlines(number))
    assert "dispatch" not in cli.open_deadlines(number)
    assert cli.run("doctor").code == 0


def test_a_new_rule_is_never_missed_before_anybody_could_know_of_it(cli: Cli) -> None:
    number = cli.demand(kind="inquiry")["number"]
    cli.at("2026-11-26T09:00:00")
    _change(cli, add=WEEKLY_INQUIRY)
    cli("sla apply")
    assert cli.open_deadlines(number)["weekly-inquiry"]["due_at"] == "2026-12-01T17:30:00+08:00"


def test_the_group_of_inactivity_can_be_switched_off(cli: Cli) -> None:
    cli("customer add 路遥")
    _change(cli, ("inactivity = true", "inactivity = false"))
    rules = {d["rule"] for d in cli("customer order K00001 今天 --json").json["deadlines"]}
    assert rules == {"after-sale"}


def test_opening_hours_and_overrides_move_deadlines_only_by_apply(cli: Cli) -> None:
    number = cli.demand(kind="complaint")["number"]
    cli.config.write_text('[calendar]\nclosed = ["2026-11-23"]\n', encoding="utf-8")
    assert cli.open_deadlines(number)["resolve"]["due_at"] == "2026-11-23T17:30:00+08:00"
    cli("sla apply")
    assert cli.open_deadlines(number)["resolve"]["due_at"] == "2026-11-24T17:30:00+08:00"


def test_rules_that_did_not_change_move_no_monday_off_to_the_next_one(cli: Cli) -> None:
    cli.at("2026-09-28T09:00:00")
    number = cli.demand(kind="opportunity")["number"]
    cli("assign", str(number), "彭振宇")
    for now in ("2026-10-05T10:00:00", "2026-10-08T09:00:00"):  # the Monday in the holiday, and the day it moved to
        cli.at(now)
        assert cli.open_deadlines(number)["weekly"]["due_at"] == "2026-10-08T17:30:00+08:00"
        assert cli("sla apply --json").json == []


def test_an_explanation_accounts_for_every_minute_between_start_and_due(cli: Cli) -> None:
    cli.at("2026-09-30T17:00:00")
    number = cli.demand(urgency="critical")["number"]
    explained = {d["rule"]: d for d in cli(f"sla explain {number} --json").json}["resolve"]
    steps = explained["steps"]
    assert steps[0]["start"] == explained["started_at"]
    assert steps[-1]["end"] == explained["due_at"] == "2026-10-08T12:00:00+08:00"
    assert all(one["end"] == two["start"] for one, two in pairwise(steps))
    assert sum(step["minutes"] for step in steps) == explained["counted_minutes"] == 4 * 60
    assert "国庆节" in {step["why"] for step in steps}


def test_an_explanation_names_lunch_nights_weekends_and_waiting(cli: Cli) -> None:
    number = str(cli.demand(urgency="urgent")["number"])
    cli("assign", number, "李铁柱")
    cli("follow-up", number, "客户下周再说", "--wait-until", "2026-11-24 10:00")
    explained = {d["rule"]: d for d in cli(f"sla explain {number} --json").json}["resolve"]
    why = [step["why"] for step in explained["steps"]]
    assert "等待，时钟暂停" in why
    assert "午休" in why
    counted = sum(
        (
            datetime.fromisoformat(s["end"]) - datetime.fromisoformat(s["start"])
            for s in explained["steps"]
            if s["counted"]
        ),
        timedelta(),
    )
    assert counted == timedelta(minutes=explained["counted_minutes"])


def test_a_monday_off_is_explained_by_its_holiday(cli: Cli) -> None:
    cli.at("2026-09-30T09:00:00")
    number = str(cli.demand(kind="opportunity")["number"])
    cli("assign", number, "易文彬")
    weekly = {d["rule"]: d for d in cli(f"sla explain {number} --json").json}["weekly"]
    assert weekly["due_at"] == "2026-10-08T17:30:00+08:00"
    assert "国庆节" in weekly["steps"][-1]["why"]


def test_one_deadline_a_revisit_and_a_demand_can_be_asked_for(cli: Cli) -> None:
    number = str(cli.demand()["number"])
    deadline = cli.open_deadlines(int(number))["dispatch"]["id"]
    assert len(cli(f"sla explain L{deadline} --json").json) == 1
    assert cli.run("sla explain R9").code == 3
    assert cli.run("sla explain 什么").code == 2
    assert "派单" in cli(f"sla explain D{number}").out


def test_the_calendar_shows_holidays_make_up_days_and_overrides(cli: Cli) -> None:
    cli.config.write_text('[calendar]\nclosed = ["2026-10-12"]\nopen = ["2026-10-18"]\n', encoding="utf-8")
    days = {d["date"]: d for d in cli("calendar show 2026-10 --json").json}
    assert days["2026-10-01"]["name"] == "国庆节"
    assert days["2026-10-10"]["working"]
    assert not days["2026-10-12"]["working"]
    assert days["2026-10-18"]["working"]
    assert cli.run("calendar show 2026-13").code == 2
    assert "未公布" in cli("calendar show 2099-01").out


def test_what_moves_of_a_customer_is_named_by_his_code(cli: Cli) -> None:
    cli("customer add 路遥")
    cli("customer order K1 今天")
    _change(cli, ("inactivity = true", "inactivity = false"))
    out = cli("sla apply --dry-run").out
    assert "K00001 " in out
    assert "K1 " not in out


def test_a_quarter_of_an_hour_is_told_without_hours(cli: Cli) -> None:
    cli.demand()
    assert "共算 15分" in cli("sla explain 1").out
