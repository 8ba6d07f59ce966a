"""Customers in full: several phones, orders, machines, papers one by one, credit, filters, tags, rhythms, care."""

import sqlite3
from contextlib import closing

import pytest

from tests.support.cli import Cli


def show(cli: Cli, who: str = "K1") -> dict[str, object]:
    """The customer as JSON."""
    found: dict[str, object] = cli("customer", "show", who, "--json").json
    return found


# -- phones, names -------------------------------------------------------------------------------------------------


def test_a_customer_has_several_phones_wechats_and_names_and_is_found_by_each(cli: Cli) -> None:
    cli(
        "customer",
        "add",
        "周建国",
        "--phone",
        "13800000121",
        "--other-phone",
        "139 0000 0122",
        "--other-name",
        "周老板",
    )
    cli("customer", "edit", "K1", "--other-wechat", "zhou_88", "--email", "zhou@example.com", "--industry", "混凝土")
    found = show(cli)
    assert (found["phones"], found["wechats"]) == (["13800000121", "13900000122"], ["zhou_88"])
    assert (found["names"], found["email"], found["industry"]) == (["周建国", "周老板"], "zhou@example.com", "混凝土")
    for said in ("周老板", "13900000122", "zhou_88"):
        assert show(cli, said)["code"] == "K00001"
    demand = cli.demand(customer="周老板", phone="13900000122")
    assert demand["customer"]["code"] == "K00001"
    assert "13900000122" in cli("customer", "show", "K1").out


def test_a_phone_that_is_another_ones_further_phone_is_refused_and_one_can_be_taken_away(cli: Cli) -> None:
    cli("customer", "add", "周建国", "--other-phone", "13900000122")
    assert "K00001" in cli.run("customer", "add", "张三", "--phone", "13900000122").err
    assert cli.run("customer", "edit", "K1", "--forget", "13900000199").code == 3
    cli("customer", "edit", "K1", "--forget", "13900000122")
    assert show(cli)["phones"] == []
    cli("customer", "add", "张三", "--phone", "13900000122")


# -- orders --------------------------------------------------------------------------------------------------------


def test_a_won_demand_and_its_order_are_one_and_owe_one_visit(cli: Cli) -> None:
    cli.demand(kind="opportunity", product="泵车")
    cli("assign", "1", "龙小燕")
    cli("customer", "order", "K1", "--product", "泵车", "--amount", "128万", "--demand", "1")
    cli("close", "1", "--outcome", "won")
    found = show(cli)
    assert found["orders"] == [{"date": "2026-11-20", "product": "泵车", "amount": 1280000, "demand": 1, "note": None}]
    assert (found["order_count"], found["order_sum"], found["last_order"]) == (1, 1280000, "2026-11-20")
    assert [d["rule"] for d in found["deadlines"]].count("after-sale") == 1


def test_an_order_of_somebody_elses_demand_is_refused(cli: Cli) -> None:
    cli.demand(kind="opportunity")
    cli("customer", "add", "张三")
    assert cli.run("customer", "order", "K2", "--demand", "1").code == 1


def test_a_sale_that_is_taken_back_stops_the_clocks_that_hung_on_it(cli: Cli) -> None:
    cli.demand(kind="opportunity")
    cli("assign", "1", "龙小燕")
    cli("close", "1", "--outcome", "won")
    cli("reopen", "1")
    found = show(cli)
    assert (found["order_count"], found["last_order"]) == (0, None)
    assert not [d for d in found["deadlines"] if d["met_at"] is None and d["voided_at"] is None]
    cli("doctor")


# -- machines ------------------------------------------------------------------------------------------------------


def test_a_repair_of_the_only_machine_that_fits_knows_product_serial_and_warranty(cli: Cli) -> None:
    cli("customer", "add", "湘潭老周", "--phone", "13800000121")
    cli("customer", "machine", "add", "K1", "SY5418-49米泵车", "--serial", "SY123456", "--warranty", "2027-03-01")
    cli("customer", "machine", "add", "K1", "10方搅拌车", "--serial", "JB777", "--warranty", "2026-03-01")
    demand = cli.demand("臂架下不来了", phone="13800000121", product="泵车")
    assert demand["machine"] == {
        "model": "SY5418-49米泵车", "serial": "SY123456", "bought_on": None, "warranty_until": "2027-03-01"
    }  # fmt: skip
    assert (demand["product"], demand["warranty"]) == ("泵车", "保内（到 2027-03-01）")
    assert "SY123456" in cli("assign", "1", "李铁柱").out
    answer = cli(
        "intake",
        "罐子不转",
        "--phone",
        "13800000121",
        "--customer",
        "湘潭老周",
        "--kind",
        "service",
        "--channel",
        "direct",
        "--new",
    )
    assert "他有 2 台" in answer.err
    assert cli("show", "2", "--json").json["machine"] is None
    cli("edit", "2", "--machine", "JB777")
    demand = cli("show", "2", "--json").json
    assert (demand["product"], demand["warranty"]) == ("10方搅拌车", "已过保（2026-03-01 到期）")
    assert cli.run("customer", "machine", "remove", "K1", "JB777", "--yes").code == 1


def test_a_serial_number_belongs_to_one_machine(cli: Cli) -> None:
    cli("customer", "add", "甲")
    cli("customer", "add", "乙")
    cli("customer", "machine", "add", "K1", "泵车", "--serial", "SY1")
    assert "K00001" in cli.run("customer", "machine", "add", "K2", "泵车", "--serial", "SY1").err
    cli("customer", "machine", "edit", "K1", "SY1", "--note", "大修过", "--warranty", "明年3月1日")
    assert show(cli)["machines"] == [
        {"model": "泵车", "serial": "SY1", "bought_on": None, "warranty_until": "2027-03-01", "note": "大修过"}
    ]
    cli("customer", "machine", "remove", "K1", "SY1", "--yes")
    assert show(cli)["machines"] == []


# -- papers --------------------------------------------------------------------------------------------------------


def open_rules(cli: Cli, who: str = "K1") -> dict[str, str]:
    """The open deadlines of a customer by rule, with their due times."""
    return {
        d["rule"]: d["due_at"]
        for d in cli("customer", "show", who, "--json").json["deadlines"]
        if d["met_at"] is None and d["voided_at"] is None
    }


def test_papers_come_in_one_by_one_and_what_an_approved_file_lacks_has_a_clock(cli: Cli) -> None:
    cli("customer", "add", "大周砼业")
    cli("customer", "contract", "K1")
    cli("customer", "profile", "K1", "--document", "营业执照")
    assert list(open_rules(cli)) == ["profile"]
    assert show(cli)["papers"] == ["营业执照"]
    cli("customer", "profile", "K1", "--approved-by", "王总")
    assert open_rules(cli) == {"papers": "2026-12-21T17:30:00+08:00"}
    assert [c["code"] for c in cli("customer", "list", "--missing-papers", "--json").json] == ["K00001"]
    assert "担保书" in cli("customer", "list").out
    cli.at("2026-11-30T09:00:00")("customer", "profile", "K1", "--document", "担保书")
    assert open_rules(cli) == {"papers": "2026-12-30T17:30:00+08:00"}
    cli("customer", "profile", "K1", "--document", "all")
    assert open_rules(cli) == {}
    assert show(cli)["missing_papers"] == []
    assert cli("customer", "list", "--missing-papers", "--json").json == []
    cli("doctor")


def test_a_new_contract_wants_the_file_completed_again(cli: Cli) -> None:
    cli("customer", "add", "大周砼业")
    cli("customer", "profile", "K1", "--document", "all")
    cli.at("2026-12-01T09:00:00")("customer", "contract", "K1")
    assert list(open_rules(cli)) == ["profile"]
    cli("customer", "profile", "K1", "--document", "all")
    assert open_rules(cli) == {}
    assert show(cli)["profiled_on"] == "2026-12-01"


def test_somebody_without_a_contract_lacks_no_papers(cli: Cli) -> None:
    cli("customer", "add", "张三")
    assert show(cli)["missing_papers"] == []


# -- credit --------------------------------------------------------------------------------------------------------


def test_credit_holds_with_the_fourth_signature_and_in_that_order(cli: Cli) -> None:
    cli("customer", "add", "大周砼业")
    cli("customer", "credit", "K1", "--limit", "50万", "--term", "60天", "--audited-by", "张总监")
    assert cli.run("customer", "credit", "K1", "--limit", "80万").code == 1
    assert cli.run("customer", "credit", "K1", "--signed-by", "赵总").code == 1
    assert show(cli)["credit_limit"] is None
    cli.at("2026-11-23T09:00:00")("customer", "credit", "K1", "--checked-by", "王会计", "--signed-by", "赵总")
    found = show(cli)
    assert (found["credit_limit"], found["credit_term"]) == (500000, "60天")
    [form] = cli("customer", "show", "K1", "--json").json["credits"]
    assert (form["applied_by"], form["audited_by"], form["checked_by"], form["signed_by"]) == (
        "李敏",
        "张总监",
        "王会计",
        "赵总",
    )
    assert (form["audited_on"], form["signed_on"]) == ("2026-11-20", "2026-11-23")
    cli("customer", "credit", "K1", "--term", "90天")
    assert show(cli)["credit_term"] == "60天"


# -- filters and tags ----------------------------------------------------------------------------------------------


def codes(cli: Cli, *filters: str) -> list[str]:
    """The customers that a filter lets through."""
    return [customer["code"] for customer in cli("customer", "list", *filters, "--json").json]


def test_customers_are_narrowed_by_value_stage_need_owner_region_and_inactivity(cli: Cli) -> None:
    cli("customer", "add", "甲", "--value", "高", "--stage", "签约", "--need-class", "战略", "--region", "湘潭")
    cli("customer", "add", "乙", "--value", "低", "--stage", "潜在", "--region", "长沙")
    cli("customer", "owner", "K2", "李铁柱")
    cli("customer", "order", "K1", "2026-11-12")
    cli("customer", "order", "K2", "2026-11-18")
    assert codes(cli, "--value", "高") == ["K00001"]
    assert codes(cli, "--value", "高,低") == ["K00001", "K00002"]
    assert codes(cli, "--stage", "潜在") == ["K00002"]
    assert codes(cli, "--need", "战略") == ["K00001"]
    assert codes(cli, "--owner", "李铁柱") == ["K00002"]
    assert codes(cli, "--region", "长沙") == ["K00002"]
    assert codes(cli, "--inactive") == ["K00001"]
    assert cli.run("customer", "list", "--owner", "没这人").code == 3


def test_tags_go_to_many_by_number_or_by_filter_and_edit_takes_none_away(cli: Cli) -> None:
    for name, value in (("甲", "高"), ("乙", "低"), ("丙", "高")):
        cli("customer", "add", name, "--value", value, "--tag", "新")
    cli("customer", "tag", "K1", "K2", "--add", "大客户", "--remove", "新")
    cli("customer", "edit", "K1", "--tag", "重点")
    assert [show(cli, f"K{n}")["tags"] for n in (1, 2, 3)] == [["大客户", "重点"], ["大客户"], ["新"]]
    cli("customer", "tag", "--value", "高", "--add", "急", "--yes")
    assert [show(cli, f"K{n}")["tags"] for n in (1, 2, 3)] == [["大客户", "重点", "急"], ["大客户"], ["新", "急"]]
    assert cli.run("customer", "tag", "--value", "高", "--add", "急").code == 2
    assert cli.run("customer", "tag", "--stage", "签约", "--add", "急", "--yes").code == 1
    cli("undo")
    assert show(cli, "K3")["tags"] == ["新"]


# -- rhythms, care -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "rule", "told"),
    [
        ("每月", "FREQ=MONTHLY", "每月"),
        ("每季度", "FREQ=MONTHLY;INTERVAL=3", "每季度"),
        ("每两周的周三", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "每两周的周三"),
        ("每月15号和月底", "FREQ=MONTHLY;BYMONTHDAY=15,-1", "每月 15 号、月底"),
        ("FREQ=WEEKLY", "FREQ=WEEKLY", "每周"),
    ],
)
def test_a_rhythm_is_said_in_words_and_never_told_as_a_rule(cli: Cli, said: str, rule: str, told: str) -> None:
    cli("customer", "add", "甲", "--revisit-every", said)
    assert show(cli)["revisit_every"] == rule
    answer = cli("customer", "show", "K1")
    assert told in answer.out
    assert "FREQ" not in answer.out + cli("log", "--changes").out + cli("sla", "explain", "K1").out


def test_what_is_no_rhythm_is_refused_with_examples(cli: Cli) -> None:
    answer = cli.run("customer", "add", "甲", "--revisit-every", "常常")
    assert answer.code == 2
    assert "每两周" in answer.err


def switched_on(cli: Cli) -> None:
    """Care and birthdays in force."""
    cli("sla", "init")
    rules = cli.folder / "rules.toml"
    rules.write_text(rules.read_text("utf-8").replace("enabled = false", "enabled = true"), "utf-8")


def test_care_is_off_until_it_is_switched_on_and_then_begins_for_those_who_have_a_value(cli: Cli) -> None:
    for name, value in (("甲", "高"), ("乙", "中"), ("丙", "低")):
        cli("customer", "add", name, "--value", value)
    cli("customer", "add", "丁", "--value", "高", "--revisit-every", "每周")
    cli("customer", "add", "戊", "--value", "高", "--stage", "流失", "--lost-reason", "价格高")
    cli("customer", "add", "己")
    assert open_rules(cli) == {}
    switched_on(cli)
    cli("sla", "apply")
    due = {number: open_rules(cli, f"K{number}").get("care", "")[:10] for number in range(1, 7)}
    assert due == {1: "2026-12-21", 2: "2027-02-22", 3: "2027-05-20", 4: "", 5: "2027-05-20", 6: ""}
    assert "K00001" in str(cli("revisit", "plan", "--within", "60d", "--json").json)
    cli("doctor")


def test_care_follows_the_value_and_ends_with_a_rhythm_of_ones_own(cli: Cli) -> None:
    cli("init")
    switched_on(cli)
    cli("customer", "add", "甲", "--value", "低")
    cli("customer", "edit", "K1", "--value", "高")
    assert open_rules(cli)["care"][:10] == "2026-12-21"
    cli("customer", "edit", "K1", "--revisit-every", "每周")
    assert list(open_rules(cli)) == ["regular"]
    cli("customer", "edit", "K1", "--revisit-every", "")
    assert list(open_rules(cli)) == ["care"]
    cli("doctor")


def test_whoever_is_lost_has_a_reason_and_is_asked_for_it(cli: Cli) -> None:
    cli("customer", "add", "甲")
    assert "--lost-reason" in cli("customer", "edit", "K1", "--stage", "流失").err
    answer = cli("customer", "edit", "K1", "--lost-reason", "竞品便宜")
    assert "--lost-reason" not in answer.err
    assert show(cli)["lost_reason"] == "竞品便宜"


# -- erasing, giving out -------------------------------------------------------------------------------------------


def test_who_is_erased_leaves_no_phone_name_or_serial_and_his_orders_are_still_counted(cli: Cli) -> None:
    cli("customer", "add", "周建国", "--other-phone", "13900000122", "--other-name", "周老板", "--email", "zhou@ex.cn")
    cli("customer", "machine", "add", "K1", "泵车", "--serial", "SY123456", "--note", "停在老宅")
    cli("customer", "order", "K1", "--product", "泵车", "--amount", "9万", "--note", "老宅交货")
    cli("customer", "credit", "K1", "--limit", "5万", "--reason", "老宅翻修")
    cli("greet", "元旦", "--sent")
    given = cli("customer", "export", "K1").out
    for said in ("13900000122", "周老板", "SY123456", "老宅交货", "老宅翻修", "元旦"):
        assert said in given
    cli("customer", "erase", "K1", "--yes")
    left = cli.db.read_bytes()
    for said in ("13900000122", "周老板", "周建国", "SY123456", "老宅", "zhou@ex.cn"):
        assert said.encode() not in left, said
    with closing(sqlite3.connect(cli.db)) as ledger:
        assert ledger.execute("SELECT amount FROM purchase").fetchall() == [("90000",)]
    cli("doctor")
