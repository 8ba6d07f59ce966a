"""One spelling of a demand, a customer and a revisit, wherever the program tells of them, and every way to type it."""

import pytest

from tests.support.cli import Cli


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    """A demand and a visit of one customer, and a demand of another."""
    cli("intake 泵车坏了 --customer 湘潭老周 --phone 13800000121 --kind service --channel direct --region 湘潭")
    cli("revisit add K1 --kind regular --at 明天上午9点")
    cli("intake 想买泵车 --customer 小刘 --phone 13800000122 --kind opportunity --channel direct --region 长沙")
    cli("customer tag K2 --add 泵友")
    cli("revisit record 1 --visited-at 今天 --yes")
    return cli


@pytest.mark.parametrize("number", ["2", "D2", "d2", "#2", "２", "Ｄ２", "＃２"])
def test_a_demand_is_found_however_its_number_is_typed(ledger: Cli, number: str) -> None:
    assert ledger("show", number, "--json").json["number"] == 2


@pytest.mark.parametrize("number", ["1", "R1", "r1", "Ｒ１"])
def test_a_revisit_is_found_however_its_number_is_typed(ledger: Cli, number: str) -> None:
    assert ledger("revisit", "show", number, "--json").json["id"] == 1


@pytest.mark.parametrize("words", ["show R1", "revisit show D1", "assign K1 我", "log L1", "nudge R9"])
def test_the_code_of_another_kind_is_not_taken_for_it(ledger: Cli, words: str) -> None:
    assert ledger.run(*words.split()).code in (2, 3)


@pytest.mark.parametrize(
    "words", ["revisit list", "revisit show 1", "customer show K1", "log", "log --changes", "due", "sla explain R1"]
)
def test_a_revisit_is_r1_wherever_people_read_of_it(ledger: Cli, words: str) -> None:
    told = ledger(words).out
    assert "R1" in told
    assert "回访 1" not in told
    assert "回访1" not in told


@pytest.mark.parametrize(
    ("subject", "commands"),
    [
        ("D1", ["intake"]), ("2", ["intake"]), ("R1", ["revisit add", "revisit record"]),
        ("K1", ["intake", "revisit add", "revisit record"]), ("K2", ["intake", "customer tag"]),
    ],
)  # fmt: skip
def test_the_log_of_one_subject_tells_what_changed_it_and_no_more(
    ledger: Cli, subject: str, commands: list[str]
) -> None:
    assert [operation["command"] for operation in ledger("log", subject, "--json").json] == commands


@pytest.mark.parametrize(("subject", "words"), [("D9", "需求 D9"), ("K9", "客户 K00009"), ("R9", "回访 R9")])
def test_the_log_of_what_there_is_not_is_refused_by_name(ledger: Cli, subject: str, words: str) -> None:
    refused = ledger.run("log", subject)
    assert refused.code == 3
    assert f"没有{words}" in refused.err
