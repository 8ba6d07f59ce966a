"""``due``: what is shown, in which order, in which state, and how it is filtered; the JSON that others build on."""

from datetime import datetime
from typing import Any

import pytest

from tests.support.cli import Cli

SERVICEMAN, SALESMAN, SOUTHERN = "李铁柱", "易文彬", "罗海涛"
DUE_KEYS = {
    "id", "rule", "rule_name", "demand", "revisit", "customer", "kind", "branch", "owed_by", "what", "started_at",
    "due_at", "state", "late_minutes", "missed", "level", "provisional",
}  # fmt: skip
DEMAND_KEYS = {
    "number", "kind", "subtype", "channel", "group", "customer", "region", "branch", "product", "content", "urgency",
    "service_mode", "warranty", "wish", "from", "tags", "raised_at", "registered_at", "verified", "status", "handler",
    "leader", "escalation", "next_at", "next_plan", "outcome", "reason", "amount", "closed_at",
}  # fmt: skip
REVISIT_KEYS = {
    "id", "customer", "demand", "kind", "method", "planned_at", "visited_at", "reachable", "call_back_at",
    "product_rating", "attitude", "speed", "promise", "satisfaction", "dissatisfaction", "heard_from", "suggestion",
    "recommend", "inactive_reason", "would_continue", "problem", "urgent", "department", "forwarded_at", "contacted_at",
    "solved_at", "recorded_at", "visitor", "note",
}  # fmt: skip


@pytest.fixture
def day(cli: Cli) -> Cli:
    """Friday 2026-11-20 until 09:40: five demands of all kinds, two of them handled."""
    cli.demand("泵车坏了", customer="甲", kind="service", urgency="critical", region="湘潭")  # 1
    cli.demand("要一台搅拌车", customer="乙", kind="opportunity", region="湘潭")  # 2
    cli.demand("问政策", customer="丙", kind="inquiry", region="衡阳")  # 3
    cli.demand("态度不好", customer="丁", kind="complaint", channel="group", region="衡阳")  # 4
    cli.demand("建议周末值班", customer="戊", kind="suggestion")  # 5
    cli.at("2026-11-20T09:10:00")("assign", "1", SERVICEMAN)
    cli("follow-up", "1", "已联系")
    cli("assign", "2", SALESMAN)
    return cli.at("2026-11-20T09:40:00")


def lines(cli: Cli, *words: str) -> list[dict[str, Any]]:
    """What ``due`` prints as JSON, the ledger's own reports aside."""
    return [line for line in cli("due", *words, "--json").json if line["demand"] or line["customer"]]


def test_its_keys_are_the_contract(day: Cli) -> None:
    for line in lines(day):
        assert line.keys() >= DUE_KEYS
        assert line["owed_by"].keys() == {"role", "name", "phone"}
        assert line["customer"].keys() == {"code", "name"}
        assert datetime.fromisoformat(line["due_at"]).utcoffset() is not None


def test_the_keys_of_demands_revisits_and_contacts_are_the_contract(day: Cli) -> None:
    shown = day("show 1 --json").json
    assert shown.keys() >= DEMAND_KEYS | {"deadlines", "follow_ups", "assignments", "operations"}
    assert shown["customer"].keys() >= {"code", "name", "nickname", "phone", "wechat", "company", "region"}
    assert shown["handler"].keys() >= {"id", "name", "phone", "branch", "role"}
    assert shown["deadlines"][0].keys() >= DUE_KEYS | {"met_at", "voided_at", "void_reason"}
    assert shown["follow_ups"][0].keys() >= {
        "at", "by", "phone", "internal", "method", "stage", "text", "next_at", "next_plan",
    }  # fmt: skip
    assert shown["assignments"][0].keys() >= {"at", "to", "how", "reason"}
    listed = day("list --json").json
    assert listed[0].keys() >= DEMAND_KEYS
    assert "deadlines" not in listed[0]
    revisit = day("revisit", "add", "甲", "--kind", "regular", "--at", "明天上午10点", "--json").json
    assert revisit.keys() >= REVISIT_KEYS | {"deadlines"}
    contact = day("contact list --json").json[0]
    assert contact.keys() >= {
        "id", "name", "role", "leader", "branch", "regions", "products", "skills", "phone", "wechat", "active",
    }  # fmt: skip
    who = day("who", "--region", "湘潭", "--kind", "service", "--json").json
    assert who.keys() == {"clear", "proposals", "leader"}
    assert who["proposals"][0].keys() >= {"id", "name", "branch", "role", "phone", "reasons"}


def test_overdue_comes_first_by_urgency_then_opportunities_then_the_latest(day: Cli) -> None:
    found = lines(day)
    states = [line["state"] for line in found]
    assert states == sorted(states, key=["overdue", "today", "soon"].index)
    late = [(line["demand"], line["rule"]) for line in found if line["state"] == "overdue"]
    assert late[0] == (2, "respond"), "an opportunity before what is longer or equally late"
    assert {number for number, _ in late} == {2, 3, 4, 5}
    day.at("2026-11-23T17:00:00")
    assert lines(day)[0]["demand"] == 1, "what is critical before everything"


def test_at_the_very_second_nothing_is_late_yet(cli: Cli) -> None:
    cli.demand()
    respond = next(line for line in lines(cli.at("2026-11-20T09:15:00")) if line["rule"] == "respond")
    assert (respond["state"], respond["late_minutes"], respond["level"]) == ("today", None, 0)
    respond = next(line for line in lines(cli.at("2026-11-20T09:15:01")) if line["rule"] == "respond")
    assert (respond["state"], respond["late_minutes"], respond["level"]) == ("overdue", 0, 1)


def test_lateness_is_counted_on_the_rules_own_clock(day: Cli) -> None:
    day("assign", "3", "曾丽")
    by_rule = {(x["demand"], x["rule"]): x for x in lines(day.at("2026-11-23T09:00:00"))}
    assert by_rule[2, "respond"]["late_minutes"] == 165 + 240 + 30, (
        "from 09:15 to 17:30 without lunch, and half an hour"
    )
    assert by_rule[3, "first-feedback"]["late_minutes"] == 47 * 60 + 20, "from Saturday 09:40, nights and all"


def test_levels_count_up_by_opening_time_after_due(cli: Cli) -> None:
    cli.demand()
    steps = (
        ("2026-11-20T14:45:00", 1),
        ("2026-11-20T14:45:01", 2),
        ("2026-11-23T17:30:00", 2),
        ("2026-11-23T17:30:01", 3),
    )
    for moment, level in steps:
        found = next(line for line in lines(cli.at(moment)) if line["rule"] == "respond")
        assert found["level"] == level, moment


def test_the_horizon_is_a_day_unless_another_is_asked_for(day: Cli) -> None:
    assert "weekly" not in {line["rule"] for line in lines(day)}
    further = lines(day, "--within", "4d")
    assert {line["state"] for line in further if line["rule"] == "weekly"} == {"soon"}
    assert len(lines(day, "--within", "1h")) <= len(lines(day)) < len(further)
    assert day.run("due", "--within", "乱写").code == 2


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("--overdue",), lambda line: line["state"] == "overdue"),
        (("--kind", "complaint"), lambda line: line["kind"] == "complaint"),
        (("--kind", "投诉"), lambda line: line["kind"] == "complaint"),
        (("--rule", "dispatch"), lambda line: line["rule"] == "dispatch"),
        (("--rule", "派单"), lambda line: line["rule"] == "dispatch"),
        (("--owner", SERVICEMAN), lambda line: line["owed_by"]["name"] == SERVICEMAN),
        (("--branch", "湘南"), lambda line: line["branch"] == "湘南分公司"),
        (("--mine",), lambda line: line["owed_by"]["role"] == "specialist"),
    ],
)
def test_filters_keep_what_they_name(day: Cli, words: tuple[str, ...], kept: Any) -> None:
    everything = lines(day)
    found = lines(day, *words)
    assert found == [line for line in everything if kept(line)]
    assert 0 < len(found) < len(everything)


def test_the_limit_takes_the_first_and_says_how_many_are_left(day: Cli) -> None:
    everything = day("due --json").json
    assert day("due --limit 3 --json").json == everything[:3]
    assert "没有列出" in day("due --limit 3").out


def test_check_exits_1_when_something_is_overdue(cli: Cli) -> None:
    assert cli.run("due --check").code == 0
    cli.demand()
    assert cli.run("due --check").code == 0
    assert cli.at("2026-11-20T10:00:00").run("due --check --json").code == 1


def test_reading_writes_nothing(day: Cli) -> None:
    before = day.db.read_bytes()
    for words in ("due", "list", "show 1", "search 泵车", "log", "customer list", "contact list", "revisit list"):
        day(*words.split())
        assert day.db.read_bytes() == before, words


def test_a_demand_has_one_line_with_its_worst_clock_and_how_many_more(day: Cli) -> None:
    text = day("due").out
    for number in {line["demand"] for line in lines(day)}:
        assert text.count(f"D{number} ") == 1
    worst = {}
    for line in lines(day):
        worst.setdefault(line["demand"], []).append(line["what"])
    for whats in worst.values():
        told = f"{whats[0]}（另 {len(whats) - 1} 项）" if len(whats) > 1 else whats[0]
        assert told in text


def test_mine_and_others_part_what_is_owed(day: Cli) -> None:
    mine, others = (day("due", flag, "--json").json for flag in ("--mine", "--others"))
    assert {line["owed_by"]["role"] for line in mine} == {"specialist"}
    assert "specialist" not in {line["owed_by"]["role"] for line in others}
    assert len(mine) + len(others) == len(day("due --json").json)
    assert day.run("due --mine --others").code == 2


def test_a_number_shows_that_demands_clocks(day: Cli) -> None:
    found = day("due", "1", "--json").json
    assert {line["demand"] for line in found} == {1}
    assert all(line["state"] in ("overdue", "today", "soon", "later", "waiting") for line in found)


def test_text_and_json_show_the_same_lines(day: Cli) -> None:
    text = day("due --each").out
    for line in lines(day):
        assert f"D{line['demand']}" in text
        assert line["what"] in text
    assert "已超时" in text
    assert "今天到期" in text


def test_over_national_day_nothing_on_the_work_clock_becomes_late(cli: Cli) -> None:
    cli.at("2026-09-30T17:20:00").demand()
    for moment in ("2026-10-01T12:00:00", "2026-10-07T23:59:00", "2026-10-08T08:35:00"):
        assert cli.at(moment).run("due --check").code == 0, moment
    assert cli.at("2026-10-08T08:35:01").run("due --check").code == 1


def test_now_comes_from_the_environment_everywhere_and_nonsense_is_refused(cli: Cli) -> None:
    cli.at("2031-05-06T10:00:00")
    demand = cli.demand()
    assert (demand["raised_at"], demand["registered_at"]) == ("2031-05-06T10:00:00+08:00",) * 2
    assert "2031-05-06T10:00:00+08:00" in {operation["at"] for operation in cli("log --json").json}
    assert cli("when 明天 --json").json[0]["value"] == "2031-05-07"
    assert cli("when 明天9点 --json").json[0]["value"] == "2031-05-07T09:00:00+08:00"
    assert lines(cli.at("2031-05-06T02:00:00Z"))[0]["started_at"] == "2031-05-06T10:00:00+08:00"
    for wrong in ("yesterday+08:00 ", "2026-13-01T00:00:00+08:00"):
        assert cli.at(wrong).run("due").code == 2
