"""Several demands at once are one operation: all of them, or none."""

import pytest

from tests.support.cli import Cli
from tests.support.road import SALESMAN, SERVICEMAN


def _three(cli: Cli) -> None:
    for name in ("甲", "乙", "丙"):
        cli.demand(customer=name)
        cli("assign", cli("list", "--json").json[0]["number"].__str__(), SERVICEMAN.name)


@pytest.mark.parametrize("typed", [("1", "2", "3"), ("1-3",), ("1,2,3",), ("D1", "#2", "３")])
def test_one_note_goes_to_all_that_were_named_in_one_operation(cli: Cli, typed: tuple[str, ...]) -> None:
    _three(cli)
    told = cli("follow-up", *typed, "配件到了", "--json").json
    assert [demand["number"] for demand in told] == [1, 2, 3]
    assert all(cli("show", str(n), "--json").json["follow_ups"][0]["text"] == "配件到了" for n in (1, 2, 3))
    cli("undo")
    assert not any(cli("show", str(n), "--json").json["follow_ups"] for n in (1, 2, 3))


def test_where_one_is_not_possible_none_is_done_and_each_is_named(cli: Cli) -> None:
    _three(cli)
    cli("close", "2", "--outcome", "dropped", "--reason", "不修了")
    refused = cli.run("close", "1-4", "--outcome", "dropped", "--reason", "不修了")
    assert refused.code == 1
    assert "D2" in refused.err
    assert "D4" in refused.err
    assert [demand["status"] for demand in cli("list", "--open", "--json").json] == ["assigned", "assigned"]


def test_confirming_needs_one_step_and_takes_several(cli: Cli) -> None:
    _three(cli)
    cli("confirm", "1", "3", "--solved")
    assert [demand["number"] for demand in cli("list", "--open", "--json").json] == [2]
    assert cli("show", "1", "--json").json["resolved_at"]
    assert cli("doctor", "--all", "--json").json["ok"]


def test_one_number_answers_with_that_demand(cli: Cli) -> None:
    _three(cli)
    assert cli("follow-up", "2", "在路上", "--json").json["number"] == 2


@pytest.mark.parametrize("typed", ["6-3", "1-9999", "x-3"])
def test_a_range_that_cannot_be_meant_is_a_wrong_usage(cli: Cli, typed: str) -> None:
    _three(cli)
    assert cli.run("close", typed, "--outcome", "dropped", "--reason", "x").code == 2


def test_urging_is_on_record_and_is_nobodys_answer(cli: Cli) -> None:
    _three(cli)
    before = cli.open_deadlines(1).keys()
    cli("follow-up", "1", "已催他，说下午去", "--nudged")
    cli("follow-up", "1", "打了没人接", "--no-answer")
    demand = cli("show", "1", "--json").json
    assert [(told["note"], told["to"]) for told in demand["follow_ups"]] == [
        ("nudge", SERVICEMAN.name),
        ("attempt", None),
    ]
    assert cli.open_deadlines(1).keys() == before
    assert demand["status"] == "assigned"


def test_a_note_that_reads_like_urging_is_taken_as_stated_with_a_hint(cli: Cli) -> None:
    _three(cli)
    told = cli("follow-up", "1", "已催他，说下午去")
    assert "--nudged" in told.err
    assert cli("show", "1", "--json").json["follow_ups"][0]["note"] == "follow-up"


@pytest.mark.parametrize("more", [("--next", "明天"), ("--resolved",), ("--by", SALESMAN.name), ("--no-answer",)])
def test_urging_promises_and_resolves_nothing(cli: Cli, more: tuple[str, ...]) -> None:
    _three(cli)
    assert cli.run("follow-up", "1", "催了", "--nudged", *more).code == 2
