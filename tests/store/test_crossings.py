"""Deadlines where two things cross: a pause and a correction, two visits before one day, two sales to one customer."""

from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.oracle import at
from tests.support.road import SALESMAN, SERVICEMAN, Road

NINE = at("2026-11-20 09:00")

AFTER_TWO_DAYS = """
[[rules]]
id = "second-look"
name = "再看一眼"
about = "demand"
starts = ["assigned"]
after = "2d"
met_by = ["contact"]
target = "1h work"
owed_by = "specialist"
source = "部门要求"
"""


def clocks(cli: Cli) -> list[dict[str, Any]]:
    """The open deadlines of the customer himself."""
    deadlines = cli("customer", "show", "K00001", "--json").json["deadlines"]
    return [d for d in deadlines if d["met_at"] is None and d["voided_at"] is None]


def test_a_pause_that_began_after_a_deadline_now_is_due_moves_it_no_more(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    waited = at("2026-11-26 08:30"), at("2026-11-26 17:30")
    road.follow_up(at("2026-11-23 10:00"), wait=("2026-11-26", *waited))
    assert road.check()["resolve"]["due_at"] > "2026-11-26"
    road.edit_urgency(at("2026-11-23 10:05"), "critical")
    assert road.check()["resolve"]["due_at"] == "2026-11-20T14:30:00+08:00"


def test_what_was_solved_before_a_reopening_stays_solved_when_the_second_answer_is_no(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 10:00"), resolved=True)
    road.confirm(at("2026-11-20 10:30"), solved=True)
    road.reopen(at("2026-11-20 11:00"))
    road.follow_up(at("2026-11-20 14:00"), resolved=True)
    road.confirm(at("2026-11-20 15:00"), solved=False)
    road.check()
    ends = [d["met_at"] for d in road.json["deadlines"] if d["rule"] == "resolve"]
    assert sorted(end or "" for end in ends) == ["", "2026-11-20T10:00:00+08:00"]


def test_a_word_at_closing_time_itself_leaves_no_monday_missed(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.assign(at("2026-11-20 09:05"), SALESMAN)
    road.follow_up(at("2026-11-23 17:30"))
    road.check()
    met = next(d for d in road.json["deadlines"] if d["rule"] == "weekly" and d["met_at"])
    assert (met["missed"], met["met_at"]) == (0, met["due_at"])


def test_a_second_visit_before_the_same_wednesday_does_not_count_for_the_next_one(cli: Cli) -> None:
    cli("customer", "add", "路遥")
    cli("customer", "edit", "K00001", "--revisit-every", "FREQ=WEEKLY;BYDAY=WE")
    for number, moment in enumerate(("2026-11-23 10:00", "2026-11-24 10:00"), 1):
        cli.at(f"{moment[:10]}T10:05:00")("revisit", "add", "K00001", "--kind", "regular", "--at", "今天 11:00")
        cli("revisit", "record", str(number), "--visited-at", moment)
        assert [d["due_at"] for d in clocks(cli) if d["rule"] == "regular"] == ["2026-12-02T17:30:00+08:00"]


def test_reopening_one_sale_takes_only_its_own_visit_away(cli: Cli) -> None:
    numbers = [cli.demand("要一台泵车", kind="opportunity", customer=who)["number"] for who in ("老周", "K00001")]
    for number in numbers:
        cli("assign", str(number), SALESMAN.name)
        cli("close", str(number), "--outcome", "won")
    cli("reopen", str(numbers[0]))
    assert len([d for d in clocks(cli) if d["rule"] == "after-sale"]) == 1
    cli("reopen", str(numbers[1]))
    assert not [d for d in clocks(cli) if d["rule"] == "after-sale"]


@pytest.mark.parametrize(("ordered", "provisional"), [("2026-12-20", False), ("2026-12-28", True)])
def test_a_closing_time_in_a_year_that_is_not_published_is_provisional(
    cli: Cli, ordered: str, provisional: bool
) -> None:
    cli.at("2026-12-30T09:00:00")("customer", "add", "路遥")
    cli("customer", "order", "K00001", ordered)
    assert [d["provisional"] for d in clocks(cli) if d["rule"] == "after-sale"] == [provisional]


def test_a_rule_of_ones_own_can_start_days_after_its_event(cli: Cli) -> None:
    cli("sla init")
    rules = cli.folder / "rules.toml"
    rules.write_text(rules.read_text(encoding="utf-8") + AFTER_TWO_DAYS, encoding="utf-8")
    number = int(cli.demand()["number"])
    cli("assign", str(number), SERVICEMAN.name)
    found = cli.open_deadlines(number)["second-look"]
    assert (found["started_at"], found["due_at"]) == ("2026-11-22T00:00:00+08:00", "2026-11-23T09:30:00+08:00")


def test_another_urgency_moves_the_demand_up_in_due(cli: Cli) -> None:
    first, second = (cli.demand(customer=who)["number"] for who in ("甲", "乙"))
    cli.at("2026-11-20T11:00:00")("edit", str(second), "--urgency", "critical")
    assert [d["demand"] for d in cli("due", "--json").json if d["rule"] == "respond"] == [second, first]


def test_what_was_moved_is_explained_by_the_calendar_that_moved_it(cli: Cli) -> None:
    number = cli.demand(kind="complaint")["number"]
    cli.config.write_text('[calendar]\nclosed = ["2026-11-23"]\n', encoding="utf-8")
    cli("sla apply")
    resolve = {d["rule"]: d for d in cli(f"sla explain {number} --json").json}["resolve"]
    assert not [s for s in resolve["steps"] if s["counted"] and s["start"].startswith("2026-11-23")]
