"""A customer's right over what is stored about him, and files that nobody else can read."""

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.terminal import ENTER, Terminal

TRACES = (
    "湘潭老周",
    "13800000121",
    "138-0000-0121",
    "13800000999",
    "zhoubc_x",
    "大周砼业",
    "下午到",
    "1980-05-06",
    "换油缸",
)
"""What the ledger of these tests knows of K00001: names, phones past and present, words of his and about him."""


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    cli(
        "intake", "臂架下不来，打138-0000-0121", "--customer", "湘潭老周", "--phone", "13800000121",
        "--wechat", "zhoubc_x", "--kind", "service", "--channel", "direct", "--region", "湘潭",
        "--company", "大周砼业", "--wish", "要换油缸",
    )  # fmt: skip
    cli("assign 1 李铁柱")
    cli("follow-up 1 跟湘潭老周说了下午到 --next 明天 --plan 问湘潭老周修得如何")
    cli("customer edit K1 --phone 13800000999 --birthday 1980-05-06")
    cli("customer edit K1 --note 只是改错")
    cli("undo")
    cli("customer order K1")
    cli("revisit add K1 --kind regular --at 3天后")
    cli("escalate 1 唐建明 --problem 湘潭老周要换油缸")
    cli("intake", "湘潭人，电话 13800000121 介绍来的", "--customer", "小王", "--kind", "inquiry", "--channel", "direct",
        "--region", "长沙")  # fmt: skip
    return cli


def _held(path: Path) -> list[str]:
    raw = path.read_bytes()
    return [text for text in TRACES if text.encode() in raw]


def test_erasing_leaves_no_trace_of_the_person_in_the_file(ledger: Cli) -> None:
    assert _held(ledger.db)
    ledger("customer erase K1 --yes")
    assert _held(ledger.db) == []
    assert not (ledger.db.with_name("ledger.db-wal")).exists() or _held(ledger.db.with_name("ledger.db-wal")) == []
    shown = ledger("customer", "show", "K1", "--json").json
    assert (shown["name"], shown["phone"], bool(shown["erased_at"])) == ("（已删除）", "", True)


def test_erasing_keeps_what_is_counted_and_the_deadlines(ledger: Cli) -> None:
    before = ledger("list", "--json").json
    clocks = [(d["rule"], d["due_at"]) for d in ledger("show", "1", "--json").json["deadlines"]]
    ledger("customer erase K1 --yes")
    after = ledger("list", "--json").json
    for name in ("number", "kind", "status", "region", "branch", "raised_at", "outcome", "escalation"):
        assert [d[name] for d in after] == [d[name] for d in before]
    assert [(d["rule"], d["due_at"]) for d in ledger("show", "1", "--json").json["deadlines"]] == clocks
    assert ledger("doctor", "--json").json["ok"]


def test_nobody_is_to_visit_a_person_who_was_erased(ledger: Cli) -> None:
    ledger("customer erase K1 --yes")
    assert {d["state"] for d in ledger("customer show K1 --json").json["deadlines"]} == {"voided"}
    assert {d["state"] for d in ledger("revisit show 1 --json").json["deadlines"]} == {"voided"}
    ledger("follow-up 1 修好了 --resolved")
    ledger("confirm 1 --solved")
    assert not [d for d in ledger("due --within 30d --json").json if (d["customer"] or {}).get("code") == "K00001"]
    assert ledger("doctor", "--json").json["ok"]


def test_erasing_asks_and_ends_the_chain_of_undo(ledger: Cli) -> None:
    refused = ledger.run("customer", "erase", "K1")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert _held(ledger.db)
    ledger("customer erase K1 --yes")
    assert ledger.run("undo").code == 1
    assert ledger.run("customer", "erase", "K1", "--yes").code == 1


def test_erasing_names_the_files_that_still_hold_the_person(ledger: Cli) -> None:
    backup = ledger("backup", "--json").json["path"]
    export = ledger.folder / "k1.json"
    ledger("customer", "export", "K1", "-o", str(export))
    (ledger.folder / "other.csv").write_text("与他无关")
    preview = ledger("customer", "erase", "K1", "--dry-run", "--json").json
    assert preview["held_in"] == [backup, str(export)]
    erased = ledger("customer", "erase", "K1", "--yes")
    assert backup in erased.err
    assert str(export) in erased.err
    ledger("backup")
    assert [path for path in (ledger.folder / "backups").glob("*.db") if _held(path)] == [Path(backup)]


def test_restoring_an_older_backup_says_who_has_to_be_erased_again(ledger: Cli) -> None:
    backup = ledger("backup", "--json").json["path"]
    ledger("customer erase K1 --yes")
    done = ledger("restore", backup, "--yes", "--json")
    assert done.json["erased_since"] == ["K00001"]
    assert "K00001" in done.err


def test_an_erased_customer_is_not_written_about_again(ledger: Cli) -> None:
    ledger("customer erase K1 --yes")
    assert ledger.run("customer edit K1 --phone 13800000121").code == 1
    taken = ["--kind", "inquiry", "--channel", "direct"]
    assert ledger.run("intake", "又来了", "--customer", "K1", *taken).code == 1
    again = ledger("intake", "又来了", "--customer", "湘潭老周", "--phone", "13800000121", *taken, "--json").json
    assert again["customer"]["code"] == "K00003"


def test_a_name_that_is_also_a_word_of_the_ledger_takes_nothing_else_with_it(cli: Cli) -> None:
    taken = ["--kind", "service", "--channel", "phone", "--wechat", "service", "--region", "湘潭"]
    cli("intake", "phone", "--customer", "phone", *taken)
    cli("assign 1 李铁柱")
    cli("customer erase K1 --yes")
    demand = cli("show 1 --json").json
    assert (demand["kind"], demand["channel"], demand["handler"]["name"]) == ("service", "phone", "李铁柱")
    assert cli("doctor", "--json").json["ok"]


def test_a_customer_is_given_everything_that_is_stored_about_him(ledger: Cli) -> None:
    about = ledger("customer export K1 --json").json
    assert about["customer"]["phone"] == "13800000999"
    assert about["demands"][0]["follow_ups"][0]["text"] == "跟湘潭老周说了下午到"
    assert "小王" not in json.dumps(about, ensure_ascii=False)
    readable = ledger("customer export K1").out
    assert "电话：13800000999" in readable
    assert "跟湘潭老周说了下午到" in readable


def test_ledger_backup_and_export_are_for_the_user_alone(ledger: Cli) -> None:
    export = ledger.folder / "k1.json"
    ledger("customer", "export", "K1", "-o", str(export))
    copy = ledger.folder / "copy.db"
    ledger("backup", str(copy))
    for path in (ledger.db, ledger.config, export, copy):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert ledger.run("customer", "export", "K1", "-o", str(export)).code == 1


def test_on_a_terminal_the_code_has_to_be_typed_out(ledger: Cli) -> None:
    ask = Terminal(ledger, "customer", "erase", "K1").sees("1 条需求的内容", "确定请输入 K00001")
    assert ask.press("y", ENTER).ends() == 130
    assert _held(ledger.db)
    ask = Terminal(ledger, "customer", "erase", "K1").sees("确定请输入 K00001")
    assert ask.press("K00001", ENTER).sees("已删除 K00001").ends() == 0
    assert _held(ledger.db) == []


def test_erasing_takes_those_with_it_who_were_merged_into_the_person(ledger: Cli) -> None:
    ledger("customer merge K2 K1 --yes")
    ledger("customer erase K2 --yes")
    assert _held(ledger.db) == []
    assert "小王".encode() not in ledger.db.read_bytes()
    assert ledger("doctor", "--json").json["ok"]
    assert len(ledger("list", "--json").json) == 2


def _without(cli: Cli, *words: str) -> None:
    """Erase K00001; none of the words is left in the file."""
    before = cli.db.read_bytes()
    assert all(word.encode() in before for word in words)
    cli("customer erase K1 --yes")
    assert not [word for word in words if word.encode() in cli.db.read_bytes()]


TAKEN = ("--kind", "service", "--channel", "direct")


def test_a_demand_that_was_taken_back_by_undo_is_erased_too(ledger: Cli) -> None:
    ledger("intake", "收回的那句话", "--customer", "K1", *TAKEN, "--new")
    ledger("undo")
    _without(ledger, "收回的那句话")


def test_a_number_with_blanks_in_somebody_elses_words_is_his_too(ledger: Cli) -> None:
    ledger("intake", "找 138 0000 0121 问的", "--customer", "小李", *TAKEN)
    _without(ledger, "138 0000 0121")


def test_of_two_names_the_longer_one_is_struck_whole(cli: Cli) -> None:
    cli("intake", "坏了", "--customer", "周建", *TAKEN, "--product", "周建国的泵车")
    cli("customer edit K1 --name 周建国")
    cli("customer erase K1 --yes")
    assert cli("show 1 --json").json["product"] == "（已删除）的泵车"


def test_a_name_of_one_character_strikes_nothing(cli: Cli) -> None:
    cli("intake", "坏了", "--customer", "湘", *TAKEN, "--region", "湘潭")
    cli("customer erase K1 --yes")
    assert cli("show 1 --json").json["region"] == "湘潭"


def test_what_names_one_of_our_own_people_stays(cli: Cli) -> None:
    mate = cli("contact show 李铁柱 --json").json
    cli("intake", "坏了", "--customer", "李铁柱", "--phone", mate["phone"], *TAKEN)
    cli("intake", "漏油", "--customer", "小王", *TAKEN)
    cli("follow-up", "2", f"给{mate['phone']}打了电话")
    cli("customer erase K1 --yes")
    assert mate["phone"] in cli("show 2 --json").json["follow_ups"][0]["text"]


def test_the_file_keeps_no_free_page_with_what_was_erased(cli: Cli) -> None:
    cli("intake", "坏了" * 8000, "--customer", "老周", *TAKEN)
    cli("customer erase K1 --yes")
    with closing(sqlite3.connect(cli.db)) as ledger:
        assert ledger.execute("PRAGMA freelist_count").fetchone() == (0,)


@pytest.mark.parametrize("written", ["１３８００００９９８８", "138.0000.9988", "138_0000_9988", "Zhou_Secret99"])
def test_erasing_strikes_phone_and_id_however_they_are_written(cli: Cli, written: str) -> None:
    cli.demand(customer="某甲", phone="13800009988", wechat="zhou_secret99")
    cli.demand(f"找 {written} 问问", customer="某乙", phone="13700000001")
    cli("customer", "erase", "K00001", "--yes")
    assert written not in cli("show", "2", "--json").out
    assert written not in _searched(cli)


def _searched(cli: Cli) -> str:
    with closing(sqlite3.connect(cli.db)) as ledger:
        return str(ledger.execute("SELECT group_concat(text) FROM search").fetchone()[0])
