"""What a list is narrowed to: a name that nobody has heard of is told with the nearest, not answered with nothing."""

from pathlib import Path

import pytest

from tests.support.cli import Cli


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("list --owner 彭震宇", "是不是 彭振宇？"),
        ("list --branch 长沙公司", "是不是 长沙分公司？"),
        ("list --customer 湘潭老州", "是不是 湘潭老周？"),
        ("list --tag 大客", "是不是 大客户？"),
        ("customer list --tag 大客", "是不是 大客户？"),
        ("contact list --branch 长沙公司", "是不是 长沙分公司？"),
        ("monday --owner 彭震宇", "是不是 彭振宇？"),
        ("due --owner 彭震宇", "是不是 彭振宇？"),
        ("report --branch 长沙公司", "是不是 长沙分公司？"),
        ("export demands --branch 长沙公司", "是不是 长沙分公司？"),
        ("list --owner 查无此人", "demandctl contact list"),
        ("list --customer 查无此人", "demandctl customer list"),
        ("list --tag 别的", "用过的标签：大客户"),
    ],
)
def test_an_unknown_name_is_not_found(cli: Cli, command: str, told: str) -> None:
    cli.demand()
    cli("edit", "1", "--tag", "大客户")
    answer = cli.run(command)
    assert (answer.code, answer.out) == (3, "")
    assert told in answer.err


def test_a_known_name_without_demands_is_an_empty_list(cli: Cli) -> None:
    cli("customer", "add", "株洲小邓")
    cli("customer", "tag", "K1", "--add", "大客户")
    for narrowed in ("--owner 彭振宇", "--branch 长沙", "--customer 株洲小邓", "--tag 大客户"):
        assert cli(f"list {narrowed} --json").json == []


def test_a_customer_is_found_in_a_list_as_everywhere(cli: Cli) -> None:
    cli.demand(wechat="zhou_xt", customer="湘潭老周")
    for text in ("xtlz", "zhou_xt", "湘潭", "K1"):
        assert [d["number"] for d in cli("list", "--customer", text, "--json").json] == [1]


def test_the_directory_is_listed_as_far_as_was_asked(cli: Cli) -> None:
    answer = cli("contact list --limit 3")
    assert len(answer.out.splitlines()) == 4
    assert "全部：--limit 0" in answer.err
    everybody = cli("contact list --json").json
    assert cli("contact list --limit 3 --json").json == everybody[:3]
    assert len(cli("contact list --limit 0").out.splitlines()) == len(everybody) + 1


def test_nobody_who_fits_is_not_an_empty_directory(cli: Cli) -> None:
    assert cli("contact list --role specialist --branch 广西").out == "没有符合条件的联系人\n"


def test_words_of_a_search_need_no_quotes(cli: Cli, tmp_path: Path) -> None:
    cli.demand("37米泵车臂架抖")
    cli.demand("搅拌车抖")
    assert [d["number"] for d in cli("search", "泵车", "抖", "--json").json] == [1]
    assert cli("search", "泵车 抖", "--json").json == cli("search", "泵车", "抖", "--json").json
