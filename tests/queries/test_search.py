"""``search`` finds what was said about a demand, wherever it stands, and nothing else."""

import sqlite3
from contextlib import closing

import pytest

from tests.support.cli import Cli


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    """Two demands with a history: a repair that was escalated and visited, and a second-hand machine."""
    cli(
        "intake", "泵车臂架下不来，油缸漏油50%", "--customer", "湘潭老周", "--phone", "13800000121",
        "--kind", "service", "--subtype", "repair", "--channel", "direct", "--region", "湘潭", "--product", "37米泵车",
        "--wish", "后天前修好",
    )  # fmt: skip
    cli("assign 1 李铁柱")
    cli("revisit add 湘潭老周 --kind regular --at 明天上午9点 --demand 1")
    cli("follow-up", "1", "师傅说密封圈要换", "--by", "李铁柱", "--next", "明天", "--plan", "带配件上门")
    cli("escalate", "1", "李铁柱", "--problem", "配件断货")
    cli(
        "intake", "想看看二手搅拌车 ERP系统也问", "--customer", "长沙小刘", "--phone", "13800000122", "--kind",
        "inquiry", "--subtype", "product", "--channel", "group", "--group", "长沙客户群", "--region", "长沙",
        "--tag", "泵友", "--tag", "老客户",
    )  # fmt: skip
    return cli


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("油缸", [1]), ("37米", [1]), ("后天前", [1]), ("密封圈", [1]), ("带配件上门", [1]), ("断货", [1]),
        ("湘潭老周", [1]), ("13800000121", [1]), ("李铁柱", [1]), ("ltz", [1]), ("长沙客户群", [2]), ("erp", [2]),
        ("D2", [2]), ("d1", [1]), ("车", [2, 1]), ("没有这句话", []),
        ("油缸 密封圈", [1]), ("密封圈 老周 37米", [1]), ("油缸 搅拌车", []), ("li tiezhu", [1]), ("D1 ltz", [1]),
        ("K2", [2]), ("k00001", [1]), ("１３８００００", [2, 1]), ("长沙分公司", [2, 1]), ("[", []), (",", []),
        ('"', []), ("泵友", [2]), ("50%", [1]), ("5%", []), ("erp%", []), ("_", []), ("'", []),
        ("油缸漏油50%37米泵车", []), ("R1", [1]), ("Ｄ２", [2]),
    ],
)  # fmt: skip
def test_every_word_is_looked_for_everywhere_and_as_it_is_written(ledger: Cli, text: str, numbers: list[int]) -> None:
    assert [demand["number"] for demand in ledger("search", text, "--json").json] == numbers


def test_what_is_changed_and_taken_back_is_found_as_it_is_now(ledger: Cli) -> None:
    def found(text: str) -> list[int]:
        return [demand["number"] for demand in ledger("search", text, "--json").json]

    ledger("edit", "1", "--product", "52米泵车")
    assert (found("52米"), found("37米")) == ([1], [])
    ledger("undo")
    assert (found("52米"), found("37米")) == ([], [1])
    ledger("undo")
    ledger("undo")
    assert found("搅拌车") == []
    ledger("undo")
    assert (found("密封圈"), found("油缸")) == ([], [1])


def test_the_text_that_is_searched_is_what_doctor_expects(ledger: Cli) -> None:
    assert ledger("doctor").code == 0
    with closing(sqlite3.connect(ledger.db)) as connection, connection:
        connection.execute("UPDATE search SET text = '' WHERE demand_id = 1")
    answer = ledger.run("doctor")
    assert answer.code == 1
    assert "搜索用的文字与记录不符" in answer.out
    assert "D1" in answer.out


@pytest.mark.parametrize("text", ["x" * 60_000, "臂架 " * 2000, "w1 " * 2000])
@pytest.mark.parametrize("words", [["search"], ["list", "--customer"], ["customer", "list"], ["due", "--owner"]])
def test_a_long_text_to_look_for_is_never_the_ledgers_fault(ledger: Cli, words: list[str], text: str) -> None:
    assert ledger.run(*words, text).code in (0, 2, 3)
