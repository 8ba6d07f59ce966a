"""Groups 社群: learnt when met, their branch owes and is proposed, their experts answer and are reminded."""

from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.terminal import ENTER, Terminal

GROUP = "湘南泵车群"


def ask(cli: Cli, content: str = "法兰怎么接", customer: str = "甲", **more: str) -> int:
    """A question in the group, of which nobody knows where it came from."""
    values = {"kind": "inquiry", "subtype": "legal", "region": "", "channel": "group", "group": GROUP} | more
    number: int = cli.demand(content, customer=customer, **values)["number"]
    return number


def test_a_group_is_learnt_when_it_is_met_and_once_alone(cli: Cli) -> None:
    words = ("intake", "--kind", "inquiry", "--group", f"{GROUP}(235)", "--content")
    assert f"demandctl group edit {GROUP}" in cli(*words, "油号", "--customer", "甲").err
    assert cli(*words, "价格", "--customer", "乙").err == ""
    [group] = cli("group list --json").json
    assert (group["name"], group["demands"], group["open"]) == (GROUP, 2, 2)
    cli("undo")
    cli("undo")
    assert cli("group list --json").json == []


def test_on_a_terminal_its_branch_and_region_are_asked_once(cli: Cli) -> None:
    call = ("intake", "油号", "--customer", "甲", "--kind", "inquiry", "--group", GROUP)
    terminal = Terminal(cli, *call)
    terminal.sees("哪个分公司").press("湘南分公司", ENTER).sees("什么地区").press("衡阳", ENTER)
    assert terminal.ends() == 0
    group = cli("group", "show", GROUP, "--json").json
    assert (group["branch"], group["region"]) == ("湘南分公司", "衡阳")
    assert cli("show 1 --json").json["branch"] == "湘南分公司"
    assert Terminal(cli, *call[:3], "乙", *call[4:]).ends() == 0


def test_what_a_branch_is_said_of_its_group_holds_for_what_is_open_already(cli: Cli) -> None:
    number = ask(cli)
    assert cli("show", str(number), "--json").json["branch"] is None
    assert cli.open_deadlines(number)["respond"]["owed_by"]["role"] == "specialist"
    cli("group", "edit", GROUP, "--branch", "湘南分公司")
    assert cli("show", str(number), "--json").json["branch"] == "湘南分公司"
    owed = cli.open_deadlines(number)["respond"]["owed_by"]
    assert (owed["role"], owed["name"], owed["phone"]) == ("branch", "湘南分公司", "18300010191")
    assert cli("doctor --all --json").json["ok"]


def test_without_a_region_the_people_of_the_groups_branch_are_proposed(cli: Cli) -> None:
    cli("group", "add", GROUP, "--branch", "湘南分公司")
    number = ask(cli, "泵车坏了", kind="service", subtype="repair")
    found = cli("assign", str(number), "--json").json
    assert {p["branch"] for p in found["proposals"]} == {"湘南分公司"}
    assert found["leader"]["name"] == "欧阳勇"
    cli("group", "edit", GROUP, "--region", "郴州")
    found = cli("assign", str(number), "--json").json
    assert (found["clear"], found["proposals"][0]["name"]) == (True, "蒋卫东")
    elsewhere = ask(cli, "泵车坏了", "乙", kind="service", subtype="repair", region="湘潭")
    assert cli("assign", str(elsewhere), "--json").json["proposals"][0]["branch"] == "长沙分公司"


@pytest.fixture
def answered(cli: Cli) -> Cli:
    """A group with two experts in it, one of them versed in law."""
    cli(
        "contact",
        "add",
        "钱多",
        "--role",
        "expert",
        "--skill",
        "法务",
        "--branch",
        "外地分公司",
        "--phone",
        "13900000001",
    )
    cli("group", "add", GROUP, "--branch", "湘南分公司", "--expert", "钱多", "--expert", "邹国平")
    return cli


def test_an_expert_of_the_group_answers_before_others_of_his_field(answered: Cli) -> None:
    first = answered("assign", str(ask(answered)), "--json").json["proposals"][0]
    assert (first["name"], first["reasons"][0]) == ("钱多", "在这个社群里")


def test_experts_of_the_group_are_reminded_of_what_they_know_until_it_is_answered(answered: Cli) -> None:
    number = ask(answered, "合同纠纷怎么办")
    answered.at("2026-11-20T09:40:00")
    assert [e["to"]["name"] for e in answered("nudge", str(number), "--json").json] == ["欧阳勇", "钱多"]
    [entry] = answered("nudge 钱多 --json").json
    assert "合同纠纷怎么办" in entry["texts"][0]
    assert "钱多" in {e["to"]["name"] for e in answered("nudge --json").json}
    answered("follow-up", str(number), "已答复", "--by", "钱多", "--method", "group")
    assert answered.run("nudge 钱多 --json").code == 1


def test_who_is_no_expert_or_left_is_refused_and_none_empties(answered: Cli) -> None:
    assert answered.run("group", "edit", GROUP, "--expert", "李铁柱").code == 1
    assert answered.run("group", "add", GROUP).code == 1
    assert answered.run("group", "show", "没有的").code == 3
    answered("group", "edit", GROUP, "--expert", "无")
    assert answered("group", "show", GROUP, "--json").json["experts"] == []


def test_a_group_takes_its_demands_along_under_another_name(answered: Cli) -> None:
    number = ask(answered)
    answered("group", "edit", GROUP, "--name", "湘南砼友群")
    assert answered("show", str(number), "--json").json["group"] == "湘南砼友群"
    answered("edit", str(number), "--group", "新群")
    assert {g["name"] for g in answered("group list --json").json} == {"湘南砼友群", "新群"}
    assert answered("show", str(number), "--json").json["branch"] is None


def test_groups_of_an_old_workbook_are_learnt_and_what_is_exported_comes_back(answered: Cli, tmp_path: Path) -> None:
    ask(answered, group="另一个群")
    answered("group", "edit", "另一个群", "--note", "周三答疑")
    book, table = tmp_path / "社群.xlsx", tmp_path / "需求.xlsx"
    answered("export", "groups", "-o", str(book))
    answered("export", "demands", "-o", str(table))
    before = answered("group list --json").json
    for path in (answered.db, answered.config):
        path.unlink()
    answered("init")
    answered("contact", "add", "钱多", "--role", "expert", "--skill", "法务")
    answered("contact", "add", "邹国平", "--role", "expert", "--skill", "售后")
    answered("import", "demands", str(table))
    assert [g["name"] for g in answered("group list --json").json] == ["另一个群"]
    answered("import", "groups", str(book))
    keys = ("name", "branch", "region", "note")
    assert [[g[k] for k in keys] for g in answered("group list --json").json] == [[g[k] for k in keys] for g in before]
    assert [len(g["experts"]) for g in answered("group list --json").json] == [len(g["experts"]) for g in before]
