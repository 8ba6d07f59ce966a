"""Who leads, and which branch a demand is of: one definition each, wherever it is asked."""

import csv
from pathlib import Path

import pytest

from demandctl.vocabulary import Role
from tests.support.cli import Cli


@pytest.fixture
def empty(cli: Cli) -> Cli:
    """A ledger with nobody in it."""
    for path in (cli.db, cli.config):
        path.unlink()
    cli("init")
    return cli


def branch(cli: Cli, number: int = 1) -> str | None:
    found: str | None = cli("show", str(number), "--json").json["branch"]
    return found


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_who_has_the_mark_leads_whatever_his_role(empty: Cli, role: str) -> None:
    empty("contact", "add", "钱多", "--role", role, "--leader", "--branch", "湘西分公司", "--region", "湘西")
    empty.demand("想应聘", kind="inquiry", subtype="recruiting", region="吉首市")
    assert empty("who", "--kind", "inquiry", "--region", "吉首", "--json").json["leader"]["name"] == "钱多"
    empty("assign", "1", "--leader")
    assert empty("show", "1", "--json").json["leader"]["name"] == "钱多"
    empty.demand("想应聘", customer="二", kind="inquiry", subtype="recruiting", region="吉首市")
    empty("assign", "2", "--auto")
    assert empty("show", "2", "--json").json["handler"]["name"] == "钱多"


def test_the_branch_is_the_handlers_else_the_leaders_else_the_regions(empty: Cli) -> None:
    for name, role, of, region in (
        ("甲", "leader", "东区", "湘潭"), ("乙", "service", "西区", "岳阳"), ("丙", "leader", "北区", "常德"),
        ("丁", "leader", "南区", "郴州"),
    ):  # fmt: skip
        empty("contact", "add", name, "--role", role, "--branch", of, "--region", region)
    empty.demand(region="湘潭县")
    assert branch(empty) == "东区"
    empty("assign", "1", "丙", "--leader")
    assert branch(empty) == "北区"
    empty("assign", "1", "乙")
    assert branch(empty) == "西区"
    empty.demand("无处可寻", customer="无名", region="")
    assert branch(empty, 2) is None


@pytest.mark.parametrize("role", ["expert", "external", "specialist", "department"])
def test_who_is_borrowed_moves_neither_the_demand_nor_its_breach(empty: Cli, role: str) -> None:
    empty("contact", "add", "领", "--role", "leader", "--branch", "本地", "--region", "湘潭")
    empty("contact", "add", "借", "--role", role, "--branch", "外地")
    empty.demand(kind="inquiry", subtype="product")
    empty("assign", "1", "借")
    assert branch(empty) == "本地"
    empty.at("2026-11-27T18:00:00")
    assert {line["branch"] for line in empty("due", "--json", "--limit", "0").json if line["demand"]} == {"本地"}
    assert empty.run("due", "--branch", "外地", "--json").json == []
    report = empty("report", "week", "--json").json
    assert "外地" not in {number["name"] for number in report["numbers"] if number["by"] == "branch"}


def test_an_import_gives_a_demand_the_branch_that_the_commands_would(empty: Cli, tmp_path: Path) -> None:
    empty("contact", "add", "领", "--role", "leader", "--branch", "本地", "--region", "湘潭")
    empty("contact", "add", "借", "--role", "expert", "--branch", "外地")
    empty("contact", "add", "服", "--role", "service", "--branch", "外地")
    file = tmp_path / "旧表.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["提出时间", "客户姓名", "所在地区", "需求类型", "需求内容", "对接人"])
        rows.writerow(["2026-11-01", "一", "湘潭县", "咨询", "问价", "借"])
        rows.writerow(["2026-11-01", "二", "湘潭县", "售后", "修车", "服"])
    empty("import", "demands", str(file))
    assert [branch(empty, number) for number in (1, 2)] == ["本地", "外地"]
