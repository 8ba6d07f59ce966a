"""Phones as people type them: good ones are taken, doubtful ones with a word about them, wrong ones refused."""

import pytest

from tests.support.cli import Cli

GOOD = [
    ("+86-731-88001234", "0731-88001234"), ("8613800000036", "13800000036"), ("+852 9876 5432", "+85298765432"),
    ("+853 66123456", "+85366123456"), ("+1 (212) 555-0134", "+12125550134"), ("186 - 0002 - 0166", "18600020166"),
    ("幺三八零零零零零零三六", "13800000036"), ("0731-88001234转8", "0731-88001234-8"),
    ("４００８８００１２３", "400-880-0123"),]  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), GOOD)
def test_a_good_number_is_taken_wherever_one_is_typed(cli: Cli, typed: str, kept: str) -> None:
    assert cli("contact", "add", "钱多", "--role", "sales", "--phone", typed, "--json").json["phone"] == kept
    assert cli("customer", "add", "钱二", "--phone", typed, "--json").json["phone"] == kept
    assert cli.demand(customer="钱二", phone=typed)["customer"]["code"] == "K00001"
    assert cli("customer", "show", typed, "--json").json["code"] == "K00001"


def test_a_landline_without_its_area_code_is_kept_as_typed_and_said(cli: Cli) -> None:
    for command in (
        ("intake", "修车", "--kind", "service", "--channel", "direct", "--customer", "钱二", "--phone", "8800 1234"),
        ("contact", "add", "钱多", "--role", "sales", "--phone", "88001234"),
        ("customer", "edit", "钱二", "--phone", "8800-1235"),
    ):
        answer = cli(*command)
        assert "没有区号" in answer.out + answer.err
    assert cli("customer", "show", "钱二", "--json").json["phone"] == "88001235"


@pytest.mark.parametrize("typed", ["1380000003", "138000000361", "12345", "无"])
def test_a_number_that_nobody_could_call_is_refused_with_an_example(cli: Cli, typed: str) -> None:
    refused = cli.run("customer", "add", "钱二", "--phone", typed)
    assert refused.code == 2
    assert "0731-84000012" in refused.err
