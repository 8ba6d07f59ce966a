"""What the five documents ask, clause by clause: each example of docs/documents.md runs, and what it names is there."""

import re
from typing import NamedTuple

import pytest

from demandctl.core.rules import read_rules
from demandctl.store.fields import known
from tests.support.cli import ROOT, Cli

SCENE = """
customer add 湘潭老周 --phone 13800000121 --region 湘潭 --value 高 --tag 老客户
customer add 长沙小李 --phone 13800000122 --region 长沙 --birthday 1985-11-24 --value 高 --tag 待核实
customer machine add K1 49米泵车 --serial SY1 --warranty 2027-03-01
customer contract K2 2023-11-25
customer owner K2 周志强
customer credit K2 --limit 30万
intake 臂架下不来了 --customer K1 --kind 报修 --channel 私聊
intake 臂架多长 --customer K2 --kind 咨询 --channel 私聊
intake 想买泵车 --customer K1 --kind 商机 --channel 私聊 --product 泵车
assign 1 李铁柱
assign 3 龙小燕
group add 湘潭泵车群 --branch 长沙分公司 --expert 曾丽
intake 合同怎么签 --customer K1 --kind 咨询 --subtype 法务 --group 湘潭泵车群
intake 希望有夜班 --customer K2 --kind 建议 --channel 私聊
intake 水箱漏水 --customer K2 --kind 报修 --channel 私聊
follow-up 6 修好了 --resolved
escalate 1 品管部 --problem 油缸内泄 --within 2h
revisit add K1 --kind regular --at 今天10点
revisit record 1 --satisfaction 不满意 --dissatisfaction 慢 --problem 少发一箱 --urgent --department 物流部
revisit forward 1 物流部
revisit add K2 --kind regular --at 明天10点
"""
"""What there is before each example: K1 with a machine, K2 with a contract, an owner and an application; D1 a repair,
D2 an inquiry, D3 an opportunity, D4 a question in a group with an expert, D5 a suggestion,
D6 a repair that is to be confirmed; D1 was escalated, R1 has a
problem for a department, R2 is planned."""
FILES = {
    "购机记录.csv": "客户姓名,联系电话,购机日期,机型,出厂编号,金额\n孙三,13700000001,2024-03-05,泵车,SY9,2800000\n",
    "服务单.jpg": "照片",
    "合同.pdf": "合同",
}


class Clause(NamedTuple):
    """A row of a table: the clause, what it asks for, what does it, an example."""

    number: str
    asks: str
    does: str
    example: str


def _clauses() -> list[Clause]:
    text = (ROOT / "docs" / "documents.md").read_text(encoding="utf-8")
    rows = [line.strip().strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| [CPRSW] ", line)]
    return [Clause(*(cell.strip() for cell in row)) for row in rows]


CLAUSES = _clauses()
RULES = {rule.id for rule in read_rules((ROOT / "src/demandctl/data/rules.toml").read_text("utf-8"))[0].rules}
_MADE: dict[str, bytes] = {}


@pytest.fixture
def scene(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The scene, made once."""
    monkeypatch.chdir(cli.folder)
    if not _MADE:
        for line in SCENE.strip().splitlines():
            cli(line)
        _MADE[cli.db.name] = cli.db.read_bytes()
    cli.db.write_bytes(_MADE[cli.db.name])
    for name, text in FILES.items():
        (cli.folder / name).write_text(text, "utf-8")
    return cli


def test_the_table_has_all_five_documents() -> None:
    assert {clause.number[0] for clause in CLAUSES} == set("CPRSW")


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: f"{clause.number} {clause.example.strip('`')}")
def test_the_example_of_a_clause_runs(scene: Cli, clause: Clause) -> None:
    command = re.fullmatch("`(.+)`", clause.example)
    assert command, clause
    scene(*(word.strip('“”"') for word in command[1].split()))


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: f"{clause.number} {clause.asks}")
def test_the_rules_and_columns_that_a_clause_names_are_there(clause: Clause) -> None:
    for name in re.findall("`([^`]+)`", clause.does):
        table, dot, column = name.partition(".")
        assert known(table, column) if dot else name in RULES, name
