"""One customer stays one: look-alikes with reasons, merging that keeps both histories, names found by pinyin."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from demandctl.language.pinyin import spelled, typed
from demandctl.store.fields import FIELDS, Field, Holds, Joined, fields_of
from tests.support.cli import EXAMPLES, Cli
from tests.support.ledgerfile import add_row, writing


def _pairs(cli: Cli) -> dict[tuple[str, str], list[str]]:
    return {(p["a"]["code"], p["b"]["code"]): p["reasons"] for p in cli("customer", "duplicates", "--json").json}


def _take(cli: Cli, name: str, **options: str) -> dict[str, Any]:
    return cli.demand(customer=name, **{"kind": "service", "channel": "direct", "region": "湘潭"} | options)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"customer": "张三"}, {"customer": "张三", "region": "湖南湘潭"}, "姓名或昵称相同，地区相同"),
        ({"customer": "张三"}, {"customer": "章三"}, "姓名读音相同，地区相同"),
        ({"customer": "湘潭老周"}, {"customer": "老周", "region": "湘乡"}, "称呼相近，地区相同"),
        ({"customer": "甲", "phone": "13800000121"}, {"customer": "乙", "phone": "13900000121"}, "电话尾号相同"),
        ({"customer": "周", "phone": "13800000121"}, {"customer": "周", "phone": "13800000131"}, "电话只差一位"),
        ({"customer": "陈总", "company": "恒基"}, {"customer": "陈老板", "company": "恒基"}, "单位相同"),
        ({"customer": "甲", "wechat": "13800000121"}, {"customer": "乙", "phone": "13800000121"}, "是另一位的电话"),
    ],
)  # fmt: skip
def test_those_who_look_alike_are_shown_with_the_reason(
    cli: Cli, first: dict[str, str], second: dict[str, str], reason: str
) -> None:
    _take(cli, first.pop("customer"), **first)
    _take(cli, second.pop("customer"), **second)
    (reasons,) = _pairs(cli).values()
    assert any(reason in told for told in reasons)


def test_the_same_name_elsewhere_is_somebody_else(cli: Cli) -> None:
    _take(cli, "张三", region="湘潭")
    _take(cli, "张三", region="南宁")
    assert _pairs(cli) == {}


def test_merging_keeps_both_histories_and_the_gone_code_leads_to_the_one_who_stays(cli: Cli) -> None:
    _take(cli, "张三")
    second = _take(cli, "三哥", phone="13800000121", region="", kind="opportunity")
    cli("follow-up", str(second["number"]), "报过价")
    cli("customer", "tag", "K00002", "--add", "大客户")
    cli("revisit", "add", "K00002", "--kind", "regular", "--at", "2026-11-25 10:00")
    cli("customer", "merge", "K00001", "K00002", "--yes")
    kept = cli("customer", "show", "K00002", "--json").json
    assert kept["code"] == "K00001"
    assert (kept["phone"], kept["tags"]) == ("13800000121", ["大客户"])
    assert [d["number"] for d in kept["demands"]] == [1, 2]
    assert len(kept["revisits"]) == 1
    assert cli("show", "2", "--json").json["customer"]["code"] == "K00001"
    assert [c["code"] for c in cli("customer", "list", "--json").json] == ["K00001"]
    assert cli("customer", "show", "三哥", "--json").json["code"] == "K00001"
    assert _pairs(cli) == {}
    cli("doctor")


def test_whoever_calls_from_the_second_phone_is_the_one_who_stays(cli: Cli) -> None:
    _take(cli, "张三", phone="13800000121")
    _take(cli, "三哥", phone="13800000122", kind="opportunity")
    cli("customer", "merge", "K00001", "K00002", "--yes")
    demand = _take(cli, "不知道是谁", phone="13800000122", kind="inquiry")
    assert demand["customer"]["code"] == "K00001"
    assert demand["customer"]["phone"] == "13800000121"


def test_what_a_merge_brings_in_is_seen_found_and_exported_once(cli: Cli) -> None:
    _take(cli, "张三", phone="13800000121")
    _take(cli, "三哥", phone="13800000122", wechat="sange_88", kind="opportunity")
    cli("customer", "merge", "K00001", "K00002", "--yes")
    kept = cli("customer", "show", "K00001", "--json").json
    assert kept["phones"] == ["13800000121", "13800000122"]
    assert (kept["wechats"], kept["names"]) == (["sange_88"], ["张三", "三哥"])
    for said in ("三哥", "13800000122", "sange_88", "sange"):
        assert cli("customer", "show", said, "--json").json["code"] == "K00001"
        assert [c["code"] for c in cli("customer", "list", said, "--json").json] == ["K00001"]
        assert len(cli("search", said, "--json").json) == 2
    assert len(cli("list", "--customer", "三哥", "--json").json) == 2
    cli("export", "customers", "-o", str(cli.folder / "customers.json"))
    assert [c["code"] for c in json.loads((cli.folder / "customers.json").read_text())] == ["K00001"]
    cli("undo")
    assert cli("customer", "show", "三哥", "--json").json["code"] == "K00002"
    assert cli("customer", "show", "K00001", "--json").json["phones"] == ["13800000121"]


def test_a_visit_that_is_owed_goes_over_and_is_owed_once(cli: Cli) -> None:
    _take(cli, "张三")
    _take(cli, "三哥", kind="opportunity")
    cli("assign", "2", "龙小燕")
    cli("close", "2", "--outcome", "won")
    due = cli.at("2026-11-27T09:00:00")("due", "--within", "30d", "--rule", "after-sale", "--json").json
    cli("customer", "merge", "K00001", "K00002", "--yes")
    after = cli("due", "--within", "30d", "--rule", "after-sale", "--json").json
    assert [line["customer"]["code"] for line in after] == ["K00001"]
    assert [line["due_at"] for line in after] == [line["due_at"] for line in due]
    cli("doctor")


def test_undo_parts_them_again(cli: Cli) -> None:
    _take(cli, "张三", phone="13800000121")
    _take(cli, "三哥", phone="13800000122", kind="opportunity")
    before = _rows(cli)
    cli("customer", "merge", "K00001", "K00002", "--yes")
    cli("undo")
    assert _rows(cli) == before
    cli("doctor")


def _rows(cli: Cli) -> list[Any]:
    with closing(sqlite3.connect(cli.db)) as ledger, ledger:
        return [ledger.execute(f"SELECT * FROM {t} ORDER BY id").fetchall() for t in ("customer", "demand", "deadline")]


def test_nobody_is_merged_with_himself(cli: Cli) -> None:
    _take(cli, "张三")
    _take(cli, "三哥", kind="opportunity")
    assert cli.run("customer", "merge", "K00001", "K00001").code == 1
    cli("customer", "merge", "K00001", "K00002", "--yes")
    assert cli.run("customer", "merge", "K00001", "K00002", "--yes").code == 1


@pytest.mark.parametrize("text", ["zs", "ZS", "zhangsan", "zhang san", "zhangs"])
def test_a_customer_is_found_by_initials_and_by_pinyin(cli: Cli, text: str) -> None:
    _take(cli, "张三")
    _take(cli, "李四")
    assert [c["name"] for c in cli("customer", "list", text, "--json").json] == ["张三"]
    assert cli("customer", "show", text, "--json").json["name"] == "张三"
    assert [d["number"] for d in cli("search", text, "--json").json] == [1]


def test_a_contact_is_found_by_initials(cli: Cli) -> None:
    assert cli("contact", "show", "litiezhu", "--json").json["name"] == "李铁柱"
    cli.demand()
    assert cli("assign", "1", "ltz", "--json").json["handler"]["name"] == "李铁柱"


def test_a_new_name_is_found_by_its_own_pinyin_and_undo_brings_back_the_old(cli: Cli) -> None:
    _take(cli, "张三")
    cli("customer", "edit", "K00001", "--name", "王五", "--nickname", "五哥")
    assert cli("customer", "list", "ww", "--json").json
    assert not cli("customer", "list", "zs", "--json").json
    cli("undo")
    assert cli("customer", "list", "zs", "--json").json


def test_letters_and_surnames_are_read_as_people_read_them() -> None:
    assert spelled("A旭日砼泵-小刘😎") == "axuritongbengxiaoliu axrtbxl"
    assert spelled("曾丽").split() == ["zengli", "zl"]
    assert spelled("单工", "老单") == "shangong sg laodan ld"
    assert typed("张三") == typed("138") == typed("z") == ""


def test_tags_come_and_go(cli: Cli) -> None:
    _take(cli, "张三")
    cli("customer", "tag", "K00001", "--add", "大客户", "--add", "湘潭")
    cli("customer", "tag", "K00001", "--remove", "湘潭")
    assert [c["name"] for c in cli("customer", "list", "--tag", "大客户", "--json").json] == ["张三"]
    assert cli.run("customer", "list", "--tag", "湘潭", "--json").code == 3  # nobody has it any more
    assert cli.run("customer", "tag", "K00001").code == 2


def test_a_customer_is_named_by_his_phone_at_intake(cli: Cli) -> None:
    cli("customer", "add", "甲某", "--phone", "13800009988")
    assert cli.demand(customer="13800009988")["customer"]["code"] == "K00001"


def _value(field: Field, number: int) -> str | int:
    """What one of two customers holds in a column."""
    held: dict[Holds, str | int] = {
        Holds.FLAG: number % 2, Holds.LIST: f'["{field.column}{number}"]', Holds.CONTACT: number,
        Holds.DAY: f"2026-01-0{number}", Holds.INSTANT: f"2026-01-0{number}T01:00:00Z", Holds.MONEY: f"{number}",
        Holds.TERM: list(field.term or ())[number].value if field.term else "",
    }  # fmt: skip
    return held.get(field.holds, f"1380000000{number}" if field.holds is Holds.PHONE else f"{field.column}{number}")


def _give(cli: Cli, number: int, fields: list[Field]) -> None:
    with writing(cli.db) as ledger:
        for field in fields:
            value = "FREQ=MONTHLY" if field.column == "revisit_every" else _value(field, number)
            ledger.execute(f"UPDATE customer SET {field.column} = ? WHERE id = ?", (value, number))


def _of(cli: Cli, number: int) -> dict[str, Any]:
    with closing(sqlite3.connect(cli.db)) as ledger:
        ledger.row_factory = sqlite3.Row
        return dict(ledger.execute("SELECT * FROM customer WHERE id = ?", (number,)).fetchone())


JOINED = [field for field in fields_of("customer") if field.joined is not Joined.KEPT]


def test_what_the_one_who_stays_lacks_he_gets_from_the_other_in_every_column_that_joins(cli: Cli) -> None:
    _take(cli, "张三", region="")
    _take(cli, "三哥", region="")
    _give(cli, 2, JOINED)
    before = _of(cli, 2)
    cli("customer merge K1 K2 --yes")
    after, other = _of(cli, 1), _of(cli, 2)
    for field in JOINED:
        assert after[field.column] == before[field.column], field
        assert (other[field.column] == "") is (field.joined is Joined.MOVED), field


def test_where_both_have_something_the_column_says_whose_it_is(cli: Cli) -> None:
    _take(cli, "张三")
    _take(cli, "三哥")
    _give(cli, 1, JOINED)
    _give(cli, 2, JOINED)
    cli("customer merge K1 K2 --yes")
    after = _of(cli, 1)
    both = {
        Joined.LATEST: lambda field: _value(field, 2),
        Joined.EITHER: lambda field: 1,
        Joined.UNITED: lambda field: f'["{field.column}1", "{field.column}2"]',
        Joined.ADDED: lambda field: f"{field.column}1\n{field.column}2",
    }
    note = str(after.pop("note"))
    assert note.startswith("note1\nnote2\nK00002 三哥：")
    for field in JOINED:
        if field.joined is Joined.FILLED and field.column not in ("briefed_at", "revisit_every"):
            assert f"{field.name} " in note, "what only one can keep is noted of the other"
        if field.column not in ("revisit_every", "note"):
            assert after[field.column] == both.get(field.joined, lambda field: _value(field, 1))(field), field


def test_all_that_belongs_to_the_other_goes_over_whatever_table_it_stands_in(cli: Cli) -> None:
    _take(cli, "张三")
    number = _take(cli, "三哥", kind="opportunity")["number"]
    cli("follow-up", str(number), "报过价")
    cli("revisit", "add", "K2", "--kind", "regular", "--at", "3天后")
    cli("attach", "K2", str(EXAMPLES / "contacts.csv"))
    tables = [field.table for field in FIELDS if field.column == "customer_id"]
    with writing(cli.db) as ledger:
        for table in tables:
            if table not in ("demand", "revisit", "deadline", "attachment"):
                add_row(ledger, table, {"customer_id": 2})
    cli("customer merge K1 K2 --yes")
    with closing(sqlite3.connect(cli.db)) as ledger:
        for table in tables:
            about = " AND about <> 'customer'" if table == "deadline" else ""
            left = ledger.execute(f"SELECT count(*) FROM {table} WHERE customer_id = 2{about}").fetchone()
            here = ledger.execute(f"SELECT count(*) FROM {table} WHERE customer_id = 1").fetchone()
            assert (left[0], here[0] > 0) == (0, True), table
    cli("doctor")


def test_what_only_one_can_keep_is_noted_and_found_and_undo_parts_them(cli: Cli) -> None:
    _take(cli, "张三", phone="13800000121", wechat="zs_99", company="甲公司", region="湘潭")
    _take(cli, "三哥", phone="13800000122", wechat="sange9", company="乙公司", region="株洲", kind="opportunity")
    cli("customer edit K2 --note 爱喝茶 --value high --address 河西")
    cli("customer edit K1 --value low")
    before = _rows(cli)
    cli("customer merge K1 K2 --yes")
    assert cli("customer show K1 --json").json["note"] == "爱喝茶\nK00002 三哥：单位 乙公司，所在地区 株洲，客户价值 高"
    for text in ("乙公司", "株洲", "13800000122", "sange9", "三哥", "爱喝茶"):
        assert [c["code"] for c in cli("customer", "list", text, "--json").json] == ["K00001"], text
    told = cli("customer export K1").out
    exported = cli.folder / "客户.csv"
    cli("export", "customers", "-o", str(exported))
    sheet = exported.read_text(encoding="utf-8-sig")
    for text in ("乙公司", "株洲", "13800000122", "sange9", "三哥", "河西"):
        assert text in told, text
        assert text in sheet, text
    assert sheet.count("K0000") == 2, "the one who stays, and the code of the other in his note"
    cli("import", "customers", str(exported))
    assert [c["code"] for c in cli("customer list --json").json] == ["K00001"]
    cli("undo")
    assert cli.run("doctor").code == 0
    assert _rows(cli) == before


@pytest.mark.parametrize(("option", "first", "further"), [("--phone", "13800000121", "13800000122"),
                                                          ("--wechat", "zs_99", "sange9")])  # fmt: skip
def test_the_number_of_the_one_merged_can_become_the_first_and_the_old_one_still_finds_him(
    cli: Cli, option: str, first: str, further: str
) -> None:
    _take(cli, "张三", phone="13800000121", wechat="zs_99")
    _take(cli, "三哥", phone="13800000122", wechat="sange9", kind="opportunity")
    cli("customer merge K1 K2 --yes")
    cli("customer", "edit", "K00001", option, further)
    person = cli("customer show K1 --json").json
    assert [person["phones"], person["wechats"]][option == "--wechat"] == [further, first]
    for number in (first, further):
        assert cli("customer", "show", number, "--json").json["code"] == "K00001"
    cli("customer", "edit", "K00001", option, first)
    cli("undo")
    assert [person["phones"], person["wechats"]][option == "--wechat"] == [further, first]
    assert cli.run("doctor").code == 0
