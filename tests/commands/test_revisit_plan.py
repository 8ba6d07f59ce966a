"""Whom to visit: one line a customer, several planned at once, whoever is due called; forms that are not whole."""

from __future__ import annotations

import pytest

from tests.support.cli import Cli
from tests.support.terminal import DOWN, ENTER, Terminal


@pytest.fixture
def sold(cli: Cli) -> Cli:
    """K00001 bought twice and is to be visited regularly, K00002 had a repair, both a week ago."""
    cli.at("2026-11-16T09:00:00")
    for number, (name, kind) in enumerate((("老周", "opportunity"), ("老吴", "service")), 1):
        cli.demand(customer=name, kind=kind, phone=f"1380000012{number}")
        cli("assign", str(number), "李铁柱" if kind == "service" else "彭振宇")
    cli("close", "1", "--outcome", "won")
    cli("confirm", "2", "--solved")
    cli("customer", "edit", "K1", "--revisit-every", "FREQ=WEEKLY;BYDAY=TU")
    return cli.at("2026-11-20T09:30:00")


def test_the_plan_has_one_line_a_customer_with_all_the_reasons(sold: Cli) -> None:
    lines = [line for line in sold("revisit", "plan").out.splitlines() if line.startswith("K0")]
    assert [line.split()[0] for line in lines] == ["K00001", "K00002"]
    assert "成交后回访（D1）" in lines[0]
    assert "定期回访" in lines[0]
    assert len(sold("revisit", "plan", "--json").json) == 3


def test_several_customers_are_planned_in_one_operation(sold: Cli) -> None:
    made = sold("revisit", "add", "老周", "K2", "--at", "周三上午10点", "--json").json
    assert [(r["customer"]["name"], r["kind"], r["demand"]) for r in made] == [
        ("老周", "after-sale", 1), ("老吴", "after-sale", 2),
    ]  # fmt: skip
    sold("undo")
    assert sold("revisit", "list", "--json").json == []


def test_all_that_the_plan_names_are_planned_and_none_twice(sold: Cli) -> None:
    sold("revisit", "add", "老周", "--at", "今天下午4点")
    made = sold("revisit", "add", "--due", "--json").json
    assert (made["customer"]["name"], made["planned_at"]) == ("老吴", "2026-11-23T17:30:00+08:00")
    again = sold.run("revisit", "add", "--due")
    assert again.code == 1
    assert sold.run("revisit", "add", "老周", "--due").code == 2
    assert sold.run("revisit", "add", "老周", "老吴", "--demand", "1", "--at", "明天").code == 2


def test_whoever_is_due_is_called_planned_or_not(sold: Cli) -> None:
    call = Terminal(sold, "revisit", "call", "老吴")
    call.sees("请问您是老吴吗", "现在方便吗").press(ENTER).sees("服务满意吗", "客户说").press(ENTER)
    call.sees("什么渠道", "记下").press(ENTER).sees("什么建议", "记下").press(ENTER)
    call.sees("介绍给您的朋友", "客户说").press(ENTER).sees("各项评价").press(DOWN, ENTER).sees("的表已填")
    assert call.ends() == 0
    (made,) = sold("revisit", "list", "--json").json
    assert (made["customer"]["name"], made["kind"], made["demand"]) == ("老吴", "after-sale", 2)
    assert (made["satisfaction"], made["attitude"]) == ("satisfied", "satisfied")
    assert [due["customer"]["name"] for due in sold("revisit", "plan", "--json").json] == ["老周", "老周"]
    call = Terminal(sold, "revisit", "call", "--due").sees("请问您是老周吗", "现在方便吗").press(DOWN, DOWN, ENTER)
    assert call.sees("没联系上").ends() == 0
    assert [r["visited_at"] for r in sold("revisit", "list", "--customer", "老周", "--json").json] == [None]


def test_a_customer_who_is_owed_no_visit_is_not_called(sold: Cli) -> None:
    sold("customer", "add", "新客")
    refused = Terminal(sold, "revisit", "call", "新客").sees("没有到期的回访", "revisit add")
    assert refused.ends() == 1
    assert sold.run("revisit", "call", "老吴").code == 2
    assert sold.run("revisit", "call", "老吴", "--due").code == 2


@pytest.fixture
def planned(cli: Cli) -> Cli:
    """Revisit 1, planned for ten o'clock; it is eleven."""
    cli("customer add 老周 --phone 13800000121")
    cli("revisit add K00001 --kind after-sale --at 今天10点")
    return cli.at("2026-11-20T11:00:00")


def open_rules(cli: Cli) -> set[str]:
    """The open clocks of revisit 1."""
    found = cli("revisit", "show", "1", "--json").json["deadlines"]
    return {d["rule"] for d in found if d["met_at"] is None and d["voided_at"] is None}


def test_a_form_that_does_not_say_why_stays_open_until_it_does(planned: Cli) -> None:
    said = planned("revisit", "record", "1", "--satisfaction", "不满意")
    assert "缺不满意原因" in said.out
    assert planned("revisit", "show", "1", "--json").json["recorded_at"] is None
    assert "revisit-form" in open_rules(planned)
    planned("revisit", "record", "1", "--dissatisfaction", "配件等了三周")
    form = planned("revisit", "show", "1", "--json").json
    assert (form["satisfaction"], form["recorded_at"] is not None) == ("unsatisfied", True)
    assert open_rules(planned) == set()


def test_ratings_may_be_passed_over_where_the_whole_is_satisfied(planned: Cli) -> None:
    assert planned("revisit", "record", "1", "--satisfaction", "满意", "--json").json["recorded_at"]
    part = planned("revisit", "add", "K1", "--kind", "常规", "--at", "明天", "--json").json["id"]
    assert planned("revisit", "record", str(part), "--attitude", "满意", "--json").json["recorded_at"] is None


def test_on_a_terminal_dissatisfaction_is_asked_why_and_a_problem_whose_it_is(planned: Cli) -> None:
    term = Terminal(planned, "revisit", "record", "1", "--satisfaction", "一般", now="2026-11-20T11:00:00+08:00")
    term.sees("哪方面不满意").press("配件太慢", ENTER).sees("什么问题").press(ENTER).sees("现在就解决").press("n")
    term.sees("哪个部门").press("配件部", ENTER).sees("表已填", "回访转办")
    assert term.ends() == 0
    form = planned("revisit", "show", "1", "--json").json
    assert (form["problem"], form["urgent"], form["department"]) == ("配件太慢", False, "配件部")


def test_rest_hours_are_said_for_a_call_back_too(planned: Cli) -> None:
    assert "避免打扰" in planned("revisit", "record", "1", "--call-back", "明天中午12:30").err


def test_the_text_for_the_department_is_printed_whichever_command_names_it(planned: Cli) -> None:
    said = planned(
        "revisit", "record", "1", "--satisfaction", "不满意", "--problem", "漏油", "--department", "品管部"
    ).out
    assert "【回访转办】品管部" in said
