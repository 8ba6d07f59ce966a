"""Giving a demand to somebody: to several people's loads, to herself, to somebody new; what is said and asked of it."""

from __future__ import annotations

import pytest

from tests.support.cli import Cli
from tests.support.terminal import ENTER, UP, Terminal


def handler(cli: Cli, number: int) -> str:
    """Who has a demand."""
    demand = cli("show", str(number), "--json").json
    return str(demand["handler"]["name"]) if demand["handler"] else ""


def test_several_go_to_one_person_in_one_operation(cli: Cli) -> None:
    for customer in "甲乙丙":
        cli.demand(customer=customer)
    assert [d["number"] for d in cli("assign", "1", "3", "李铁柱", "--json").json] == [1, 3]
    assert (handler(cli, 1), handler(cli, 2), handler(cli, 3)) == ("李铁柱", "", "李铁柱")
    cli("undo")
    assert (handler(cli, 1), handler(cli, 3)) == ("", "")
    refused = cli.run("assign", "1-2,9", "李铁柱")
    assert refused.code == 1
    assert handler(cli, 1) == ""


def test_a_number_behind_the_demands_is_a_demand_or_a_contact_and_never_guessed(cli: Cli) -> None:
    for customer in "甲乙":
        cli.demand(customer=customer)
    ask = cli.run("assign", "1", "2")
    assert (ask.code, "写 D2" in ask.err) == (2, True)
    assert len(cli("assign", "1", "D2", "--json").json) == 2
    who = cli("contact", "list", "--json").json[8]
    cli("assign", "1", str(who["id"]), "--yes")
    assert handler(cli, 1) == who["name"]
    cli("assign", "2", who["phone"], "--yes")
    assert handler(cli, 2) == who["name"]


def test_she_takes_one_herself_and_owes_no_feedback_to_herself(cli: Cli) -> None:
    cli.demand(kind="inquiry")
    said = cli("assign", "1", "我")
    assert "由你自己跟进" in said.out
    assert "发给对方的消息" not in said.out
    demand = cli("show", "1", "--json").json
    assert (demand["handler"]["name"], demand["handler"]["role"], demand["status"]) == (
        "李敏",
        "specialist",
        "assigned",
    )
    assert "first-feedback" not in {d["rule"] for d in demand["deadlines"]}
    cli.demand(customer="乙")
    cli("assign", "2", "我")
    assert len([c for c in cli("contact", "list", "--json").json if c["name"] == "李敏"]) == 1


def test_somebody_new_goes_into_the_directory_in_the_same_step(cli: Cli) -> None:
    cli.demand()
    cli("assign", "1", "--new-contact", "新来的", "--phone", "13900009999")
    demand = cli("show", "1", "--json").json
    assert demand["handler"] | {"id": 0} == {
        "id": 0, "name": "新来的", "phone": "13900009999", "branch": demand["branch"], "role": "service",
    }  # fmt: skip
    cli("undo")
    assert handler(cli, 1) == ""
    assert not [c for c in cli("contact", "list", "--json").json if c["name"] == "新来的"]
    assert cli.run("assign", "1", "--new-contact", "新来的").code == 2
    assert cli.run("assign", "1", "李铁柱", "--phone", "13900009999").code == 2
    assert cli.run("assign", "1", "李铁柱", "--new-contact", "甲", "--phone", "13900009999").code == 2


def test_from_whom_it_was_taken_is_said(cli: Cli) -> None:
    cli.demand()
    cli("assign", "1", "李铁柱")
    assert "原由 李铁柱 负责" in cli("assign", "1", "蒋卫东").out


def test_of_those_who_fit_alike_whoever_has_the_least_comes_first_and_none_is_chosen(cli: Cli) -> None:
    for name in ("阿一", "阿二", "阿三"):
        cli("contact", "add", name, "--role", "销售", "--branch", "琼北分公司", "--region", "海口", "--phone",
            f"1390000001{'一二三'.index(name[1])}")  # fmt: skip
    for number, name in enumerate(("阿一", "阿一", "阿二"), 1):
        cli.demand(customer=f"客{number}", kind="opportunity", subtype="新机", region="海口")
        cli("assign", str(number), name)
    found = cli("who", "--kind", "商机", "--region", "海口", "--json").json
    assert [(p["name"], p["open_demands"]) for p in found["proposals"]] == [("阿三", 0), ("阿二", 1), ("阿一", 2)]
    assert not found["clear"]
    assert "手上未结 2 条" in cli("who", "--kind", "商机", "--region", "海口").out


def test_a_role_that_does_not_fit_is_said(cli: Cli) -> None:
    cli.demand(subtype="报修")
    assert "彭振宇 是销售" in cli("assign", "1", "彭振宇").err
    assert "是" not in cli("assign", "1", "李铁柱").err
    term = Terminal(cli, "assign", "1", "彭振宇")
    term.sees("还是派给他").press(ENTER)
    assert term.ends() == 130
    assert handler(cli, 1) == "李铁柱"


def test_whom_the_customer_complained_of_is_not_given_it_unsaid(cli: Cli) -> None:
    cli.demand("上门的师傅态度太差", kind="complaint", subtype="服务")
    cli("edit", "1", "--accused", "李铁柱")
    demand = cli("show", "1", "--json").json
    assert demand["accused"]["name"] == "李铁柱"
    assert "李铁柱" not in [p["name"] for p in cli("assign", "1", "--json").json["proposals"]]
    refused = cli.run("assign", "1", "李铁柱")
    assert (refused.code, "被投诉" in refused.err) == (2, True)
    cli("assign", "1", "李铁柱", "--yes")
    assert handler(cli, 1) == "李铁柱"
    named = cli(
        "intake", "骂人", "--customer", "乙", "--kind", "投诉", "--channel", "电话", "--accused", "彭振宇", "--json"
    )
    assert named.json["accused"]["name"] == "彭振宇"


def test_only_a_complaint_accuses_by_its_words(cli: Cli) -> None:
    cli.demand("李师傅上次修得很好，这次泵车又坏了", subtype="报修")
    assert "李铁柱" in [p["name"] for p in cli("assign", "1", "--json").json["proposals"]]


def test_an_expert_is_asked_to_answer_and_gets_no_phone(cli: Cli) -> None:
    cli.demand("这款泵车最高能打多少米", kind="inquiry", subtype="产品", phone="13800000121")
    said = cli("assign", "1", "黎志华").out
    assert "把答复发给我，由我转告客户" in said
    assert "13800000121" not in said
    assert "联系客户" not in said


@pytest.mark.parametrize("region", ["", "拉萨", "海南三亚"])
def test_where_nobody_fits_the_nearest_leader_and_others_are_offered(cli: Cli, region: str) -> None:
    cli(
        "intake",
        "设备坏了",
        "--customer",
        "甲",
        "--kind",
        "售后",
        "--channel",
        "电话",
        *(("--region", region) if region else ()),
    )
    term = Terminal(cli, "assign", "1")
    term.sees("派给谁", "转领导指派", "我，自己跟进", "别人…", "新的人…", "先不派")
    term.press(UP, ENTER)
    assert term.ends() == 0


def test_the_menu_leads_to_anybody_and_to_somebody_new(cli: Cli) -> None:
    cli.demand()
    term = Terminal(cli, "assign", "1")
    term.sees("派给谁").press(UP, UP, UP, ENTER).sees("派给谁（姓名、电话）").press("蒋卫东", ENTER).sees(
        "已派给 蒋卫东"
    )
    assert term.ends() == 0
    term = Terminal(cli, "assign", "1")
    term.sees("派给谁").press(UP, UP, ENTER).sees("姓名").press("新人", ENTER).sees("电话").press("13900009999", ENTER)
    term.sees("角色").press(ENTER).sees("分公司").press(ENTER).sees("已派给 新人", "原由 蒋卫东 负责", "记进通讯录")
    assert term.ends() == 0
    term = Terminal(cli, "assign", "1")
    term.sees("派给谁").press(*(UP,) * 4, ENTER).sees("由你自己跟进")
    assert term.ends() == 0
