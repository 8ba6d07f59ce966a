"""Handing over: what goes, what stays, what the clocks do, and that it can be taken back."""

import json
import random
import sqlite3
from contextlib import closing

import pytest

from tests.support.cli import Cli
from tests.support.kept import kept
from tests.support.road import LEADER, OTHER_LEADER
from tests.support.terminal import BACKSPACE, ENTER, Terminal
from tests.support.walks import walk

LATER = "2026-11-20T14:00:00+08:00"


def prepare(cli: Cli) -> None:
    """彭振宇 handles D1 (repair), D2 (waits) and D3 (resolved), D4 is escalated to him, and he owns K00001."""
    for number, (name, kind, region) in enumerate(
        (("老周", "service", "湘潭"), ("小李", "opportunity", "株洲"), ("王总", "service", "长沙"),
         ("刘工", "complaint", "长沙")), 1,
    ):  # fmt: skip
        cli.demand(f"第{number}件事", customer=name, kind=kind, region=region, phone=f"1380000012{number}")
        cli("assign", str(number), "龙小燕" if number == 4 else "彭振宇")
    cli.at("2026-11-20T09:30:00+08:00")
    cli("follow-up", "2", "年后再说", "--wait-until", "2026-12-15")
    cli("follow-up", "3", "修好了", "--resolved")
    cli("escalate", "4", "彭振宇", "--problem", "价格谈不拢", "--within", "1d")
    cli("customer", "owner", "K00001", "彭振宇")


@pytest.fixture
def desk(cli: Cli) -> Cli:
    """The ledger so prepared, on Friday afternoon."""
    return kept(cli, "desk", prepare).at(LATER)


def demand(cli: Cli, number: int) -> dict[str, object]:
    """A demand with its whole history."""
    found: dict[str, object] = cli("show", str(number), "--json").json
    return found


def test_everything_open_and_the_customers_go_with_a_record_each(desk: Cli) -> None:
    done = desk("handover", "彭振宇", "向阳", "--yes", "--reason", "调岗", "--json").json
    assert [(i["what"], i["demand"] or i["customer"]["code"]) for i in done["items"]] == [
        ("demands", 1), ("demands", 2), ("demands", 3), ("escalated", 4), ("customers", "K00001"),
    ]  # fmt: skip
    for number in (1, 2, 3):
        handed = demand(desk, number)
        assert handed["handler"]["name"] == "向阳"  # type: ignore[index]
        last = handed["assignments"][-1]  # type: ignore[index]
        assert (last["from"], last["to"], last["how"], last["reason"]) == ("彭振宇", "向阳", "handover", "调岗")
    assert demand(desk, 4)["handler"]["name"] == "龙小燕"  # type: ignore[index]
    assert desk("customer", "show", "K00001", "--json").json["owner"]["name"] == "向阳"
    assert desk("contact", "leave", "彭振宇").code == 0


def test_the_new_handler_owes_a_first_feedback_and_the_other_clocks_keep_their_times(desk: Cli) -> None:
    before = desk.open_deadlines(1)
    desk("handover", "彭振宇", "向阳", "--yes")
    after = desk.open_deadlines(1)
    assert after["first-feedback"]["due_at"] == "2026-11-20T15:00:00+08:00"
    assert {d["rule"] for d in demand(desk, 1)["deadlines"] if d["voided_at"]} == {"first-feedback"}  # type: ignore[attr-defined]
    for rule in ("resolve", "weekly"):
        assert after[rule]["due_at"] == before[rule]["due_at"]
        assert after[rule]["owed_by"]["name"] == "向阳"


def test_a_waiting_demand_waits_on_and_a_resolved_one_still_waits_for_the_customers_word(desk: Cli) -> None:
    desk("handover", "彭振宇", "向阳", "--yes")
    waiting = desk.open_deadlines(2)
    assert demand(desk, 2)["status"] == "waiting"
    assert waiting["first-feedback"]["state"] == "waiting"
    assert waiting["first-feedback"]["due_at"] == "2026-12-15T09:30:00+08:00"
    assert demand(desk, 3)["status"] == "confirming"
    desk("confirm", "3", "--solved")


def test_what_was_escalated_keeps_its_time_and_waits_for_the_new_persons_word(desk: Cli) -> None:
    before = desk.open_deadlines(4)["escalated"]
    desk("handover", "彭振宇", "向阳", "--yes")
    after = desk.open_deadlines(4)["escalated"]
    assert (after["due_at"], after["owed_by"]["name"]) == (before["due_at"], "向阳")
    desk("follow-up", "4", "谈好了", "--by", "彭振宇")
    assert "escalated" in desk.open_deadlines(4)
    desk("follow-up", "4", "谈好了", "--by", "向阳")
    assert "escalated" not in desk.open_deadlines(4)


def test_the_events_replayed_give_the_same_deadlines(desk: Cli) -> None:
    desk("handover", "彭振宇", "向阳", "--yes")
    assert "不一致" not in desk.run("doctor").out
    assert desk.run("doctor").code == 0


def test_one_undo_takes_the_whole_handover_back(desk: Cli) -> None:
    def content() -> list[object]:
        with closing(sqlite3.connect(desk.db)) as ledger, ledger:
            tables = ("demand", "customer", "assignment", "deadline", "escalation", "event")
            return [ledger.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in tables]

    before = content()
    desk("handover", "彭振宇", "向阳", "--yes")
    assert content() != before
    desk("undo")
    assert content() == before


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("--only", "customers"), {"D1", "D2", "D3", "D4"}),
        (("--only", "需求,升级"), {"K00001"}),
        (("--kind", "opportunity"), {"D1", "D3", "D4", "K00001"}),
        (("--region", "湘潭"), {"D2", "D3", "D4"}),
        (("--demand", "1", "--demand", "D3"), {"D2", "D4", "K00001"}),
        (("--customer", "老周"), {"D1", "D2", "D3", "D4"}),
    ],
)
def test_a_part_of_it_goes_alone(desk: Cli, options: tuple[str, ...], left: set[str]) -> None:
    desk("handover", "彭振宇", "向阳", "--yes", *options)
    still = desk("handover", "彭振宇", "向阳", "--dry-run", "--json").json["items"]
    assert {f"D{i['demand']}" if i["demand"] else i["customer"]["code"] for i in still} == left


def test_what_nobody_can_agree_to_is_refused_before_anything_is_listed(desk: Cli) -> None:
    answer = desk.run("handover", "彭振宇", "龙小燕")
    assert (answer.code, answer.out) == (2, "")
    assert "--yes" in answer.err


def test_a_dry_run_lists_and_writes_nothing(desk: Cli) -> None:
    out = desk("handover", "彭振宇", "向阳", "--dry-run").out
    assert "负责的需求 3" in out
    assert "老周您好" in out
    assert demand(desk, 1)["handler"]["name"] == "彭振宇"  # type: ignore[index]


def test_each_customer_gets_a_notice_with_the_new_name_and_phone(desk: Cli) -> None:
    notices = desk("handover", "彭振宇", "向阳", "--yes", "--json").json["notices"]
    assert [n["customer"]["name"] for n in notices] == ["老周", "小李", "王总"]
    assert all("彭振宇" in n["text"] and "向阳" in n["text"] and "15100010128" in n["text"] for n in notices)


def test_off_a_terminal_it_has_to_be_confirmed_by_an_option(desk: Cli) -> None:
    refused = desk.run("handover", "彭振宇", "向阳")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert desk.run("handover", "彭振宇").code == 2
    assert demand(desk, 1)["handler"]["name"] == "彭振宇"  # type: ignore[index]


def test_on_a_terminal_it_is_listed_and_asked(desk: Cli) -> None:
    term = Terminal(desk, "handover", "彭振宇", now=LATER)
    term.sees("接手人").press("查无此人", ENTER).sees("没有").press(*(BACKSPACE,) * 4, "向阳", ENTER)
    term.sees("负责的需求 3", "交给 向阳").press("y").sees("已交接 5 项")
    assert term.ends() == 0
    assert demand(desk, 1)["handler"]["name"] == "向阳"  # type: ignore[index]


def test_what_waits_for_a_leader_goes_to_a_leader_alone(desk: Cli) -> None:
    number = desk.demand("第5件", customer="陈姐", kind="opportunity")["number"]
    desk("assign", str(number), "唐建明", "--leader")
    refused = desk.run("handover", "唐建明", "向阳", "--yes")
    assert (refused.code, "不是分管领导" in refused.err) == (1, True)
    desk("contact", "edit", "向阳", "--leader")
    before = desk.open_deadlines(number)["designate"]["due_at"]
    desk("handover", "唐建明", "向阳", "--yes")
    after = desk.open_deadlines(number)["designate"]
    assert (after["due_at"], after["owed_by"]["name"]) == (before, "向阳")
    assert demand(desk, number)["status"] == "referred"


def test_who_has_left_takes_nothing_and_nobody_hands_over_to_himself(desk: Cli) -> None:
    desk("contact", "leave", "向阳")
    assert desk.run("handover", "彭振宇", "向阳", "--yes").code in (1, 3)
    assert desk.run("handover", "彭振宇", "彭振宇", "--yes").code == 1
    assert desk.run("handover", "易文彬", "龙小燕", "--yes").code == 1
    assert desk.run("handover", "彭振宇", "龙小燕", "--yes", "--demand", "4").code == 0
    assert desk.run("handover", "彭振宇", "龙小燕", "--yes", "--demand", "99").code == 3


def test_leaving_names_the_handover_while_something_is_held(desk: Cli) -> None:
    refused = desk.run("contact", "leave", "彭振宇")
    assert refused.code == 1
    assert "D1" in refused.err
    assert "K00001" in refused.err
    assert "demandctl handover" in refused.err


def test_a_revisit_problem_taken_to_him_goes_too(desk: Cli) -> None:
    desk("revisit", "add", "K00001", "--kind", "after-sale", "--at", "2026-11-20 15:00")
    desk.at("2026-11-20T15:00:00+08:00")
    desk(
        "revisit",
        "record",
        "1",
        "--satisfaction",
        "unsatisfied",
        "--problem",
        "漏油",
        "--urgent",
        "--department",
        "服务部",
    )
    desk("revisit", "escalate", "1", "彭振宇")
    desk("handover", "彭振宇", "向阳", "--yes", "--only", "revisits")
    assert desk("revisit", "show", "1", "--json").json["escalated_to"] == "向阳"


@pytest.mark.parametrize("seed", range(12))
def test_wherever_a_demand_stands_it_can_be_handed_over_and_nothing_is_forgotten(cli: Cli, seed: int) -> None:
    chance = random.Random(seed)
    walk(cli, chance.choice, 6, lambda road: None)
    now = json.loads(cli("list", "--json").out)[0]
    holder = now["handler"] or (now["leader"] if now["status"] == "referred" else None)
    if holder is None or now["closed_at"]:
        return
    other = LEADER if holder["name"] != LEADER.name else OTHER_LEADER
    before = cli.open_deadlines(now["number"])
    cli("handover", str(holder["id"]), other.name, "--yes", "--only", "demands,referred")
    after = cli.open_deadlines(now["number"])
    assert after
    assert all(d["owed_by"]["name"] != holder["name"] for d in after.values() if d["owed_by"]["role"] == "handler")
    kept_times = {rule: d["due_at"] for rule, d in before.items() if rule != "first-feedback" and rule in after}
    assert {rule: after[rule]["due_at"] for rule in kept_times} == kept_times
    findings = {finding["check"] for finding in cli.run("doctor", "--json").json["findings"]}
    assert not findings & {"replay", "states", "forgotten", "references"}
    cli("undo")
    assert cli.open_deadlines(now["number"]) == before
