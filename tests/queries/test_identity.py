"""The same place, the same customer, a namesake, the same demand: one rule each, whoever asks."""

import csv

import pytest

from demandctl.core.identity import Identity, look_alike, may_be_one
from demandctl.language import places
from tests.support.cli import Cli

SAME = [
    ("湘潭市", "湖南湘潭"), ("湘潭", "湘潭县"), ("湖南", "湘潭市"), ("湘C", "湘潭"), ("长沙经开区", "长沙"),
    ("仰光", "仰光"),    ("北京朝阳", "朝阳区"), ("湖南省湘潭市湘潭县", "湘潭"),
]  # fmt: skip
APART = [("湘潭", "长沙"), ("湘潭县", "湘乡"), ("长沙经开区", "长沙高新区"), ("仰光", "曼谷"), ("吉林省", "湖南")]


def imported(cli: Cli, *rows: tuple[str, str, str]) -> list[dict[str, str]]:
    """The customers after an import of demands of these people: name, region, phone."""
    file = cli.folder / "旧表.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow(["提出时间", "客户姓名", "所在地区", "联系电话", "需求类型", "需求内容"])
        for number, row in enumerate(rows):
            sheet.writerow(["2026-11-01", *row, "咨询", f"问价 {number}"])
    cli("import", "demands", str(file))
    found: list[dict[str, str]] = cli("customer", "list", "--limit", "0", "--json").json
    return found


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_place_is_one_customer_of_that_name(cli: Cli, one: str, other: str) -> None:
    assert places.same(one, other) is places.same(other, one) is True
    assert len(imported(cli, ("钱二", one, ""), ("钱 二", other, ""))) == 1
    assert cli("customer", "duplicates", "--json").json == []


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_places_are_two_customers_of_that_name_and_no_look_alikes(cli: Cli, one: str, other: str) -> None:
    assert places.same(one, other) is places.same(other, one) is False
    assert len(imported(cli, ("钱二", one, ""), ("钱二", other, ""))) == 2
    assert cli("customer", "duplicates", "--json").json == []
    note = cli("intake", "问价", "--customer", "钱二", "--kind", "inquiry", "--channel", "direct", "--region", one).err
    assert "K00001" in note
    assert "K00002" not in note


def test_a_number_that_nobody_has_is_somebody_new_whom_duplicates_and_intake_report(cli: Cli) -> None:
    assert len(imported(cli, ("钱二", "湘潭市", ""), ("钱二", "湖南湘潭", "13800000849"))) == 2
    [pair] = cli("customer", "duplicates", "--json").json
    assert pair["reasons"] == ["姓名或昵称相同，地区相同"]
    note = cli(
        "intake", "问价", "--customer", "钱二", "--kind", "inquiry", "--channel", "direct", "--region", "湘潭县"
    ).err
    assert "K00001" in note
    assert "K00002" in note


def test_who_was_merged_is_met_by_his_name_and_number_in_an_import(cli: Cli) -> None:
    imported(cli, ("钱二", "湘潭", "13800000849"), ("钱老二", "长沙", "13800000850"))
    cli("customer", "merge", "K00001", "K00002", "--yes")
    left = imported(cli, ("钱老二", "湘潭县", ""), ("某某", "", "13800000850"), ("K00002", "", "13800000850"))
    assert [customer["code"] for customer in left] == ["K00001"]


def test_numbers_that_contradict_are_two_people_though_they_look_alike() -> None:
    one, other = (
        Identity("钱二", phone="13800000849", region="湘潭"),
        Identity("钱二", phone="13800000850", region="湘潭市"),
    )
    assert look_alike(one, other)
    assert not may_be_one(one, other)
    assert may_be_one(one, other._replace(phone=""))
    assert not look_alike(one, other._replace(name="钱三"))
