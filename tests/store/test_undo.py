"""Undo: every command that writes can be taken back, several steps, or says why not; and the log says what changed."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from demandctl.store.migrations import AUDITED
from tests.support.cli import EXAMPLES, Cli

CONTACTS = str(EXAMPLES / "contacts.csv")

FORM = ["revisit add K1 --kind regular --at 3天后", "revisit record 1 --satisfaction fair --problem 漏油 --urgent"]

# What a command needs beforehand, and the command: demand 1 is a repair of K00001 with a handler.
COMMANDS: list[tuple[list[str], str]] = [
    ([], "intake 又一条 --customer 新人 --phone 13900000001 --kind inquiry --channel direct --region 长沙"),
    ([], "assign 1 周志强"),
    ([], "assign 1 --leader"),
    ([], "follow-up 1 已联系 --next 明天 --plan 再问"),
    ([], "follow-up 1 等配件 --wait-until 5天后"),
    (["follow-up 1 等配件 --wait-until 5天后"], "follow-up 1 提前到了"),
    ([], "follow-up 1 好了 --resolved"),
    (["follow-up 1 好了 --resolved"], "confirm 1 --solved"),
    (["follow-up 1 好了 --resolved"], "confirm 1 --unsolved"),
    ([], "close 1 --outcome dropped --reason 客户不修了"),
    (["close 1 --outcome dropped --reason 不修了"], "reopen 1"),
    ([], "edit 1 --urgency critical --region 株洲 --kind complaint"),
    ([], "verify 1"),
    ([], "escalate 1 唐建明 --problem 缺件"),
    (["intake 多少钱 --customer K1 --kind inquiry --subtype product --channel direct"], "upgrade 2"),
    ([], "customer add 张三 --phone 13900000002"),
    ([], "customer edit K1 --phone 13900000003 --tag 老客户 --revisit-every FREQ=MONTHLY"),
    ([], "customer order K1"),
    ([], "customer machine add K1 泵车 --serial SY1"),
    ([], "customer credit K1 --limit 50万 --audited-by 张总 --checked-by 王会计 --signed-by 赵总"),
    ([], "customer edit K1 --other-phone 13900000009 --other-name 老周头 --value 高"),
    ([], "customer profile K1 --document 营业执照"),
    ([], "customer contract K1"),
    ([], "customer profile K1 --document all"),
    ([], "customer owner K1 李铁柱"),
    (["customer owner K1 李铁柱"], "customer owner K1 --briefed"),
    ([], "contact add 王五 --role sales --branch 长沙分公司"),
    ([], "contact edit 李铁柱 --phone 13900000004"),
    ([], "contact leave 龙小燕"),
    (["contact edit 李铁柱 --phone 13900000004"], f"contact import {CONTACTS}"),
    ([], "revisit add K1 --kind regular --at 3天后"),
    (["revisit add K1 --kind regular --at 3天后"], "revisit record 1 --satisfaction satisfied"),
    (["revisit add K1 --kind regular --at 3天后"], "revisit record 1 --call-back 明天"),
    (FORM, "revisit forward 1 服务部"),
    (["customer owner K1 李铁柱"], "handover 李铁柱 周志强 --yes"),
    ([], "customer tag K1 --add 大客户"),
    (["customer add 张三 --phone 13900000002", "customer order K2"], "customer merge K2 K1 --yes"),
    (FORM, "revisit escalate 1 唐建明"),
    (FORM, "revisit solved 1"),
    ([*FORM, "revisit forward 1 服务部"], "revisit contacted 1"),
    ([*FORM, "revisit forward 1 服务部"], "revisit planned 1 下周换油封"),
    ([], "import customers {customers}"),
    ([], "import demands {demands}"),
    ([], "import revisits {revisits}"),
]

FILES = {
    "customers": "姓名,电话,单位\n赵一,13900000011,一号工地\n钱二,13900000012,二号工地\n",
    "demands": "客户姓名,联系电话,需求类型,需求内容,提出时间,来源渠道,状态\n"
    "孙三,13900000013,售后,搅拌车异响,2026-11-18 10:00,私聊,跟进中\n"
    "李四,13900000014,咨询,报价,2026-10-08 09:00,社群,已结束\n",
    "revisits": "客户名称,联系电话,回访类型,回访时间,整体满意度\n湘潭老周,13800000121,常规回访,2026-11-19 10:00,满意\n",
}


def _tables(db: Path) -> dict[str, Sequence[Any]]:
    with closing(sqlite3.connect(db)) as ledger, ledger:
        return {table: ledger.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in AUDITED}


_LEDGER: list[bytes] = []


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    if not _LEDGER:
        cli("intake 臂架下不来 --customer 湘潭老周 --phone 13800000121 --kind service --channel direct --region 湘潭")
        cli("assign 1 李铁柱")
        _LEDGER.append(cli.db.read_bytes())
    cli.db.write_bytes(_LEDGER[0])
    return cli


@pytest.mark.parametrize(("before", "command"), COMMANDS, ids=[command.split(" --")[0] for _, command in COMMANDS])
def test_every_command_that_writes_is_taken_back_whole(ledger: Cli, before: list[str], command: str) -> None:
    for step in before:
        ledger(step)
    paths = {name: ledger.folder / f"{name}.csv" for name in FILES}
    for name, path in paths.items():
        path.write_text(FILES[name])
        path.chmod(0o600)
    tables = _tables(ledger.db)
    ledger.at("2026-11-20T09:30:00")(command.format(**paths))
    assert _tables(ledger.db) != tables
    assert ledger("doctor", "--json").json["ok"]
    ledger.at("2026-11-20T09:31:00")("undo")
    assert _tables(ledger.db) == tables
    assert ledger("doctor", "--json").json["ok"]


def test_undo_walks_back_step_by_step_to_an_empty_ledger(ledger: Cli) -> None:
    ledger("follow-up 1 已联系 --next 明天")
    ledger("close 1 --outcome dropped --reason 不修了")
    undone = [ledger("undo", "--json").json["undone"] for _ in range(5)]
    assert undone == sorted(undone, reverse=True)
    assert ledger("list", "--json").json == []
    assert ledger.run("undo").code == 1


def test_a_number_taken_back_is_not_given_again(ledger: Cli) -> None:
    number = ledger.demand(customer="某人")["number"]
    ledger("undo")
    assert ledger.demand(customer="某人")["number"] == number + 1


def test_undo_is_refused_with_the_reason_when_something_depends_on_it(ledger: Cli) -> None:
    ledger("customer edit K1 --company 大周砼业")
    with (
        closing(sqlite3.connect(ledger.db)) as other,
        other,
    ):  # another program changed the row, under an operation of its own
        other.execute("INSERT INTO current_operation SELECT 1, max(id) FROM operation WHERE command = 'init'")
        other.execute("UPDATE customer SET company = '改了' WHERE id = 1")
        other.execute("DELETE FROM current_operation")
    before = _tables(ledger.db)
    refused = ledger.run("undo")
    assert refused.code == 1
    assert "客户 K00001 后来又被" in refused.err
    assert _tables(ledger.db) == before


def test_what_another_row_still_needs_is_not_taken_away(ledger: Cli) -> None:
    ledger("contact add 王五 --role sales --branch 长沙分公司")
    with closing(sqlite3.connect(ledger.db)) as other, other:
        other.execute("INSERT INTO current_operation SELECT 1, max(id) FROM operation WHERE command = 'init'")
        other.execute("UPDATE customer SET owner_id = (SELECT max(id) FROM contact) WHERE id = 1")
        other.execute("DELETE FROM current_operation")
    before = _tables(ledger.db)
    assert ledger.run("undo").code == 1
    assert _tables(ledger.db) == before


def test_the_log_is_asked_by_person_command_time_and_demand(ledger: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMANDCTL_USER", "王芳")
    ledger.at("2026-11-21T10:00:00")("follow-up 1 周六打了电话")
    ledger("customer add 张三")
    commands = [o["command"] for o in ledger("log", "--who", "王芳", "--json").json]
    assert commands == ["follow-up", "customer add"]
    assert len(ledger("log", "--command", "customer", "--json").json) == 1
    assert [o["command"] for o in ledger("log", "1", "--from", "今天", "--json").json] == ["follow-up"]
    assert [o["command"] for o in ledger("log", "1", "--to", "昨天", "--json").json] == ["intake", "assign"]


def test_the_log_says_in_words_what_changed(ledger: Cli) -> None:
    ledger("customer edit K1 --phone 13900000003")
    out = ledger("log", "--changes", "--limit", "1").out
    assert "客户 K00001 联系电话：13800000121 → 13900000003" in out
    assert "需求 D1 状态：待派单 → 已派单" in ledger("log", "1", "--changes").out
    [operation] = ledger("log", "--changes", "--limit", "1", "--json").json
    assert (operation["changes"][0]["field"], operation["changes"][0]["new"]) == ("phone", "13900000003")


def test_an_index_finds_the_children_of_a_row_that_undo_deletes(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as ledger:
        for table, column in (("demand", "from_id"), ("demand", "duplicate_of"), ("event", "demand_id")):
            indexes = [row[1] for row in ledger.execute(f"PRAGMA index_list({table})")]
            first = {next(iter(ledger.execute(f"PRAGMA index_info({index})")))[2] for index in indexes}
            assert column in first, (table, column)


def test_several_steps_are_taken_back_at_once_as_one_operation(ledger: Cli) -> None:
    before = ledger("list", "--json").json
    for n in range(3):
        ledger.demand(f"第{n}件", customer=f"客户{n}")
    undone = ledger("undo", "3", "--json").json
    assert [step["summary"][:2] for step in undone["steps"]] == ["登记"] * 3
    assert undone["undone"] == undone["steps"][0]["undone"]
    assert ledger("list", "--json").json == before
    last = ledger("log", "--json").json[-1]
    assert (last["command"], last["summary"].count("登记")) == ("undo", 3)


def test_more_steps_than_there_are_take_nothing_back(cli: Cli) -> None:
    cli.demand()
    refused = cli.run("undo", "9")
    assert (refused.code, len(cli("list", "--json").json)) == (1, 1)
    assert cli.run("undo", "0").code == 2


@pytest.mark.parametrize(
    "command",
    [
        "edit 1 --urgency 急 --note 好",
        "customer edit K1 --value 高",
        "customer tag K1 --add 老客户",
        "contact edit 李铁柱 --wechat litz",
        "verify 1",
    ],
)
def test_an_operation_that_changed_nothing_is_none(cli: Cli, command: str) -> None:
    cli.demand()
    assert "没有变化" not in cli(*command.split()).out
    written = cli("log", "--json").json
    assert "没有变化" in cli(*command.split()).out
    assert cli("log", "--json").json == written


def test_a_change_is_told_from_what_to_what_with_the_clocks_that_moved(cli: Cli) -> None:
    cli.demand(phone="13800000121")
    told = cli("edit", "1", "--urgency", "特急", "--phone", "13800000122").out
    assert "紧急程度：普通 → 特急" in told
    assert "联系电话：13800000121 → 13800000122" in told
    assert "时限“解决时限”：11月25日 周三 17:30 → 今天 14:30 到期" in told
    assert "服务 → 配件" in cli("contact", "edit", "李铁柱", "--role", "配件").out
    cli("edit", "1", "--kind", "投诉")
    assert "子类：故障报修 → （空）" not in cli("log", "--changes").out
