"""``sla apply``: whatever is switched off and on again, no open demand is forgotten and every clock comes back."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cli import Cli
from tests.support.ledgerfile import assert_replayed, content, forgotten

Switch = Callable[..., None]


@pytest.fixture
def switch(cli: Cli) -> Switch:
    """``switch("weekly", on=False)``: rules of the user's own file off, or on again."""
    cli("sla init")
    path = cli.folder / "rules.toml"
    shipped = path.read_text(encoding="utf-8")
    off: set[str] = set()

    def turn(*rules: str, on: bool) -> None:
        (off.difference_update if on else off.update)(rules)
        text = shipped
        for rule in off:
            text = text.replace(f'id = "{rule}"\n', f'id = "{rule}"\nenabled = false\n')
        path.write_text(text, encoding="utf-8")

    return turn


def opportunity(cli: Cli, customer: str = "甲") -> int:
    """An opportunity that hangs on its weekly report alone."""
    number: int = cli.demand("想买一台泵车", customer=customer, kind="opportunity")["number"]
    cli("assign", str(number), "易文彬")
    cli("follow-up", str(number), "联系过了", "--by", "易文彬")
    return number


def test_a_demand_that_the_rules_leave_nothing_gets_a_deadline_and_is_named(cli: Cli, switch: Switch) -> None:
    first, second = opportunity(cli), opportunity(cli, "乙")
    cli("follow-up", str(second), "下月谈", "--next", "10天后")
    assert set(cli.open_deadlines(first)) == {"weekly"}
    switch("weekly", on=False)
    told = cli("sla apply --dry-run")
    assert f"D{first} 没有别的时限了，各给一条“定下一步”" in told.out
    assert set(cli.open_deadlines(first)) == {"weekly"}, "a trial writes nothing"
    moves = [(m["subject"], m["rule"], m["old"] is None, m["new"] is None) for m in cli("sla apply --json").json]
    assert moves == [(first, "weekly", False, True), (second, "weekly", False, True), (first, "next-step", True, False)]
    owed = cli.open_deadlines(first)["next-step"]
    assert owed["due_at"] == "2026-11-27T17:30:00+08:00", "five working days"
    assert owed["owed_by"]["role"] == "specialist"
    assert set(cli.open_deadlines(second)) == {"promise"}
    assert cli("sla apply --json").json == []
    assert_replayed(cli.db)
    cli("undo")
    assert set(cli.open_deadlines(first)) == {"weekly"}


def test_what_is_switched_on_again_comes_back_and_goes_on_as_if_it_had_never_been_off(cli: Cli, switch: Switch) -> None:
    number = opportunity(cli)
    switch("weekly", on=False)
    cli("sla apply")
    cli.at("2026-11-24T10:00:00")("follow-up", str(number), "又联系了")
    assert set(cli.open_deadlines(number)) == {"next-step"}, "met by a follow-up, and there is still nothing else"
    switch("weekly", on=True)
    assert {m["rule"] for m in cli("sla apply --json").json} == {"weekly", "next-step"}
    assert cli.open_deadlines(number)["weekly"]["due_at"] == "2026-11-30T17:30:00+08:00"
    assert set(cli.open_deadlines(number)) == {"weekly"}
    cli.at("2026-11-30T10:00:00")("follow-up", str(number), "周一反馈")
    assert cli.open_deadlines(number)["weekly"]["due_at"] == "2026-12-07T17:30:00+08:00"
    assert cli("sla apply --json").json == []
    assert_replayed(cli.db)


def test_a_ledger_without_weekly_forgets_nothing_either(cli: Cli, switch: Switch) -> None:
    switch("weekly", on=False)
    number = opportunity(cli)
    assert set(cli.open_deadlines(number)) == {"next-step"}
    cli.at("2026-12-01T10:00:00")
    assert cli.open_deadlines(number)["next-step"]["state"] == "overdue"
    cli("follow-up", str(number), "再等等", "--next", "明天")
    assert set(cli.open_deadlines(number)) == {"promise"}
    cli("close", str(number), "--outcome", "dropped", "--reason", "不要了")
    assert cli.open_deadlines(number) == {}
    assert forgotten(cli.db) == []
    assert_replayed(cli.db)


def test_a_promise_and_its_plan_come_back_with_their_own_time(cli: Cli, switch: Switch) -> None:
    number = opportunity(cli)
    cli("follow-up", str(number), "下周谈", "--next", "2026-11-27", "--plan", "带报价")
    switch("promise", on=False)
    cli("sla apply")
    assert cli("show", str(number), "--json").json["next_at"] is None
    switch("promise", on=True)
    cli("sla apply")
    demand = cli("show", str(number), "--json").json
    assert (demand["next_at"], demand["next_plan"]) == ("2026-11-27T17:30:00+08:00", "带报价")
    assert cli.run("doctor").code == 0


def test_a_clock_that_comes_back_while_the_customer_waits_waits_too(cli: Cli, switch: Switch) -> None:
    number = int(cli.demand(kind="service", urgency="urgent")["number"])
    cli("assign", str(number), "李铁柱")
    cli("follow-up", str(number), "客户下周在家", "--wait-until", "2026-12-01 10:00")
    before = cli.open_deadlines(number)["resolve"]["due_at"]
    switch("resolve", on=False)
    cli("sla apply")
    switch("resolve", on=True)
    cli("sla apply")
    resolve = cli.open_deadlines(number)["resolve"]
    assert (resolve["state"], resolve["due_at"]) == ("waiting", before)
    assert_replayed(cli.db)


def test_a_breach_stays_one_and_what_comes_back_late_starts_anew(cli: Cli, switch: Switch) -> None:
    number = int(cli.demand(kind="complaint")["number"])
    cli.at("2026-11-25T09:00:00")
    switch("resolve", on=False)
    cli("sla apply")
    switch("resolve", on=True)
    cli("sla apply")
    rows = [d for d in cli("show", str(number), "--json").json["deadlines"] if d["rule"] == "resolve"]
    assert [(d["due_at"], d["state"]) for d in rows] == [
        ("2026-11-23T17:30:00+08:00", "voided"),
        ("2026-11-26T17:30:00+08:00", "later"),
    ]
    assert_replayed(cli.db)


def test_visits_and_duties_come_back_too(cli: Cli, switch: Switch) -> None:
    cli("customer add 路遥 --revisit-every FREQ=MONTHLY;BYMONTHDAY=-1")
    cli("customer order K00001 今天")
    cli("revisit add K00001 --kind regular --at 3天后")

    def due() -> set[tuple[Any, ...]]:
        query = "SELECT rule, due_at FROM deadline WHERE met_at IS NULL AND voided_at IS NULL"
        with closing(sqlite3.connect(cli.db)) as ledger:
            return set(ledger.execute(query))

    rules = ("regular", "visit", "after-sale", "inactive-week", "inactive-month", "weekly-report", "monthly-digest")
    before = due()
    switch(*rules, on=False)
    cli("sla apply")
    assert len(due()) == len(before) - len(rules)
    switch(*rules, on=True)
    cli("sla apply")
    assert due() == before
    assert_replayed(cli.db)


def test_a_rhythm_by_the_value_of_a_customer_comes_back_as_his_value_says(cli: Cli) -> None:
    cli("sla init")
    path = cli.folder / "rules.toml"
    shipped = path.read_text(encoding="utf-8")

    def care(on: str) -> None:
        head, name, rest = shipped.partition('id = "care"')
        path.write_text(head + name + rest.replace("enabled = false", f"enabled = {on}", 1), encoding="utf-8")
        cli("sla apply")

    def owed() -> dict[str, str]:
        return {line["rule"]: line["due_at"] for line in cli("due --each --json --within 60d").json if line["customer"]}

    care("true")
    cli("customer", "add", "老周", "--phone", "13800000121", "--value", "high")
    before = owed()
    assert "care" in before
    care("false")
    assert "care" not in owed()
    care("true")
    assert owed() == before
    assert_replayed(cli.db)


def test_a_rule_that_was_new_once_and_is_gone_again_breaks_nothing(cli: Cli, switch: Switch) -> None:
    number = opportunity(cli)
    path = cli.folder / "rules.toml"
    shipped = path.read_text(encoding="utf-8")
    rule = re.search(r'\[\[rules\]\]\nid = "weekly".*?\n\n', shipped, re.DOTALL)
    assert rule
    path.write_text(shipped + "\n" + rule[0].replace('"weekly"', '"mine"', 1), encoding="utf-8")
    cli("sla apply")
    assert set(cli.open_deadlines(number)) == {"weekly", "mine"}
    path.write_text(shipped, encoding="utf-8")
    cli("sla apply")
    assert set(cli.open_deadlines(number)) == {"weekly"}
    assert cli("sla apply --json").json == []


STEPS = (
    "assign 1 易文彬", "assign 1 李铁柱", "assign 1 唐建明 --leader", "follow-up 1 说了", "follow-up 1 说了 --internal",
    "follow-up 1 下次 --next 3天后", "follow-up 1 等等 --wait-until 5天后", "follow-up 1 好了 --resolved",
    "confirm 1 --unsolved", "escalate 1 唐建明 --problem 难", "upgrade 1", "edit 1 --kind complaint",
    "edit 1 --kind opportunity", "close 1 --outcome dropped --reason 无", "reopen 1", "undo", "sla apply",
)  # fmt: skip
SWITCHED = ("respond", "dispatch", "first-feedback", "resolve", "weekly", "promise", "escalated", "designate", "relay")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    kind=st.sampled_from(("opportunity", "service", "inquiry")),
    steps=st.lists(
        st.one_of(st.sampled_from(STEPS), st.lists(st.sampled_from(SWITCHED), max_size=6)), min_size=3, max_size=9
    ),
)
def test_whatever_is_switched_off_and_on_nothing_open_is_forgotten(
    cli: Cli, switch: Switch, kind: str, steps: list[Any]
) -> None:
    for number in [row[0] for row in content(cli.db)["demand"]]:
        cli.run("close", str(number), "--outcome", "dropped", "--reason", "换一个")
    cli.at("2026-11-20T09:00:00")
    number = str(cli.demand(kind=kind)["number"])
    for day, step in enumerate(steps):
        cli.at(f"2026-12-{day + 1:02}T10:00:00")
        if isinstance(step, list):
            switch(*SWITCHED, on=True)
            switch(*step, on=False)
            cli("sla apply")
        else:
            words = step.split(" ")
            assert cli.run(*(number if word == "1" else word for word in words)).code in (0, 1, 3), (
                step
            )  # 3: undo took the demand itself back
        assert forgotten(cli.db) == [], step
    assert_replayed(cli.db)
