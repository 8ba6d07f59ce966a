"""Importing: old workbooks field by field, our own exports back again, and files that must not be opened."""

import csv
import json
import os
import random
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis.strategies import dates, sampled_from

from demandctl.imports.cells import CoveredTime, moment
from demandctl.imports.progress import entries
from tests.support.cli import DATA, Cli

LEGACY = DATA / "legacy"
DEMANDS = LEGACY / "需求信息记录表-2026上半年.xlsx"
REVISITS = LEGACY / "客户回访记录表-2026.xlsx"
NOW = "2026-04-20T10:00:00"
VALUES = {
    "商机": "opportunity", "售后": "service", "咨询": "inquiry", "投诉": "complaint", "建议": "suggestion",
    "社群": "group",
    "私聊": "direct", "公众号": "official", "电话": "phone", "成交": "won", "已解决": "solved", "未成交": "lost",
    "常规回访": "regular", "节日回访": "holiday", "未合作回访": "inactive", "满意": "satisfied", "一般": "fair",
    "不满意": "unsatisfied", "微信": "wechat", "上门": "onsite", "短信": "sms",
}  # fmt: skip
HEADER = [
    "提出时间",
    "客户姓名",
    "电话",
    "地区",
    "类型",
    "产品",
    "需求内容",
    "渠道",
    "跟进人",
    "跟进记录",
    "状态",
    "结果",
]


@pytest.fixture
def empty(cli: Cli) -> Cli:
    """A ledger on the day that the old workbooks come in."""
    return cli.at(NOW)


def truth(path: Path) -> dict[str, Any]:
    """What a sample should read as."""
    found: dict[str, Any] = json.loads(path.with_suffix("").with_suffix(".truth.json").read_text(encoding="utf-8"))
    return found


def workbook(path: Path, *rows: Sequence[Any], title: str = "Sheet1") -> Path:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def a_row(**cells: Any) -> list[Any]:
    """A demand of the old kind; cells by header."""
    values = dict(
        zip(
            HEADER,
            ["2026.3.5", "王五", "13800000555", "长沙", "售后", "泵车", "泵车坏了", "私聊", "", "", "", ""],
            strict=True,
        )
    )
    return list((values | cells).values())


def demands(cli: Cli) -> list[dict[str, Any]]:
    """All demands with their history, in the order of their numbers."""
    found = sorted(cli("list", "--json").json, key=lambda d: int(d["number"]))
    return [cli("show", str(d["number"]), "--json").json for d in found]


def open_rules(demand: dict[str, Any]) -> set[str]:
    """The rules of its open deadlines."""
    return {d["rule"] for d in demand["deadlines"] if d["met_at"] is None and d["voided_at"] is None}


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_an_old_workbook_of_demands_reads_as_its_truth_says(empty: Cli, suffix: str) -> None:
    empty("import", "demands", str(DEMANDS.with_suffix(suffix)))
    expected = truth(DEMANDS)
    got = demands(empty)
    assert len(got) == len(expected["rows"])
    for want, demand in zip(expected["rows"], got, strict=True):
        handler = demand["handler"] or {"name": None, "phone": None}
        assert {
            "customer": demand["customer"]["name"], "phone": demand["customer"]["phone"], "region": demand["region"],
            "kind": demand["kind"], "product": demand["product"], "content": demand["content"],
            "channel": demand["channel"],
            "group": demand["group"], "handler": handler["name"], "handler_phone": handler["phone"],
            "outcome": demand["outcome"], "reason": demand["reason"], "closed": demand["closed_at"] is not None,
        } == {
            name: VALUES.get(want[name], want[name]) if name in ("kind", "channel", "outcome") else want[name]
            for name in ("customer", "phone", "region", "kind", "product", "content", "channel", "group", "handler",
                         "handler_phone", "outcome", "reason", "closed")
        }  # fmt: skip
        assert want["branch"] in (None, demand["branch"])
        assert demand["raised_at"].startswith(want["raised"].replace(" ", "T"))
        said = [f"{entry['by']}：{entry['text']}" for entry in demand["follow_ups"]]
        assert said == [text.partition(" ")[2] for text in want["progress"]]
        assert all(text in (demand["note"] or "") for text in want["keep"] + want["progress"])


def test_an_old_workbook_of_revisits_reads_as_its_truth_says(empty: Cli) -> None:
    answer = empty("import", "revisits", str(REVISITS), "--json").json
    assert (answer["added"], answer["unknown"]) == (14, ["照片编号"])
    customers = {c["code"]: c for c in empty("customer", "list", "--json").json}
    got = {revisit["customer"]["name"]: revisit for revisit in empty("revisit", "list", "--json").json}
    names = {"overall": "satisfaction", "why": "dissatisfaction", "heard": "heard_from"}
    for want in truth(REVISITS)["rows"]:
        revisit = got[want["customer"]]
        customer = customers[revisit["customer"]["code"]]
        assert (customer["phone"], customer["region"]) == (want["phone"], want["region"])
        for name in (
            "kind",
            "method",
            "attitude",
            "speed",
            "overall",
            "why",
            "heard",
            "suggestion",
            "problem",
            "department",
            "visitor",
        ):
            assert (revisit[names.get(name, name)] or None) == VALUES.get(want[name], want[name]), name
        assert revisit["visited_at"].startswith(want["visited"].replace(" ", "T"))
        assert all(text in (revisit["note"] or "") for text in want["keep"])


def test_nothing_of_the_past_rings_and_every_open_demand_has_a_clock_from_now(empty: Cli) -> None:
    empty("import", "demands", str(DEMANDS))
    for demand in demands(empty):
        assert bool(open_rules(demand)) is (demand["closed_at"] is None)
        for deadline in demand["deadlines"]:
            assert deadline["started_at"].startswith("2026-04-20T10:00")
    assert empty("due", "--overdue", "--json").json == []
    assert empty.at("2026-11-20T10:00:00").run("doctor").code == 0  # what is stored is what the events make of it


def test_the_same_file_twice_adds_nothing(empty: Cli) -> None:
    for what, path in (("demands", DEMANDS), ("revisits", REVISITS)):
        first = empty("import", what, str(path), "--json").json
        again = empty.at("2026-04-21T11:00:00")("import", what, str(path), "--json").json
        assert (again["added"], again["updated"], again["skipped"]) == (0, 0, first["added"])


def test_a_dry_run_says_what_would_happen_and_writes_nothing(empty: Cli) -> None:
    answer = empty("import", "demands", str(DEMANDS), "--dry-run", "--json").json
    assert answer["added"] == 24
    assert empty("list", "--json").json == []
    assert empty("customer", "list", "--json").json == []


def test_undo_takes_a_whole_import_back(empty: Cli) -> None:
    empty("import", "demands", str(DEMANDS))
    empty("undo")
    assert empty("list", "--json").json == []
    assert empty("customer", "list", "--json").json == []
    assert not [c for c in empty("contact", "list", "--json").json if c["name"] == "何军"]


BAD = [
    HEADER,
    a_row(),
    a_row(提出时间="2026.2.30", 客户姓名="甲", 电话="13800000001"),
    a_row(电话="1380000"),
    a_row(类型="天气", 电话="13800000002"),
    a_row(需求内容="", 电话="13800000003"),
    a_row(提出时间="2026-12-01", 电话="13800000004"),
    a_row(客户姓名="", 电话=""),
]


def test_one_bad_row_stops_all_and_every_problem_is_listed(empty: Cli) -> None:
    path = workbook(empty.folder / "旧表.xlsx", *BAD)
    answer = empty.run("import", "demands", str(path), "--json")
    assert answer.code == 1
    assert [(p["row"], p["column"]) for p in answer.json["problems"]] == [
        (3, "提出时间"), (4, "电话"), (5, "类型"), (6, "需求内容"), (7, "提出时间"), (8, "客户姓名"),
    ]  # fmt: skip
    assert {p["sheet"] for p in answer.json["problems"]} == {"Sheet1"}
    assert answer.json["problems"][1]["value"] == "1380000"
    assert empty("list", "--json").json == []


def test_skip_errors_takes_the_good_rows_and_writes_the_bad_ones_beside(empty: Cli) -> None:
    rows = [*BAD, a_row(提出时间="=1+1", 客户姓名="=HYPERLINK(1)", 电话="13800000009")]
    path = workbook(empty.folder / "旧表.xlsx", *rows[:-1])
    answer = empty.run("import", "demands", str(path), "--skip-errors", "--json")
    assert (answer.code, answer.json["added"], answer.json["read"]) == (5, 1, 7)
    left = openpyxl.load_workbook(empty.folder / "旧表.problems.xlsx").worksheets[0]
    lines = list(left.iter_rows(values_only=True))
    assert lines[0][: len(HEADER)] == tuple(HEADER)
    assert lines[0][-2:] == ("问题", "原行号")
    assert [line[-1] for line in lines[1:]] == [3, 4, 5, 6, 7, 8]
    assert "2月没有30日" in str(lines[1][-2])


def test_titles_blank_rows_merged_cells_totals_and_notes_are_no_records(empty: Cli) -> None:
    path = empty.folder / "甲.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "2025年客户需求台账"
    for column, title in enumerate(
        ["日期", "客户信息", None, None, "诉求类别", "具体需求", "对接销服", "联系方式", "进展情况", "目前状态"], 1
    ):
        sheet.cell(2, column, title)
    for column, title in enumerate(["姓名", "手机", "所在城市"], 2):
        sheet.cell(3, column, title)
    sheet.merge_cells("B2:D2")
    for column in "AEFGHIJ":
        sheet.merge_cells(f"{column}2:{column}3")
    rows: list[list[Any]] = [
        [
            "12月3日",
            "赵六",
            13800000061.0,
            "株洲",
            "商机类",
            "想买一台泵车",
            "李四",
            "13900000062",
            "12.4 李四：已报价",
            "跟进中",
        ],
        [None] * 10,
        [
            "12月5日 下午3点",
            "钱七",
            "１３８００００００６３",
            "湘潭",
            "咨询及求助类",
            "怎么年审",
            None,
            None,
            "12.6 回电话\n12.8 李四：办好了",
            "已完结",
        ],
        ["合计", "2条"],
        ["说明：1、每周更新"],
        ["制表人：李四     审核："],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("G4:G6")
    sheet.merge_cells("H4:H6")
    book.save(path)
    answer = empty("import", "demands", str(path), "--json").json
    assert (answer["read"], answer["added"], answer["unknown"]) == (2, 2, [])
    first, second = demands(empty)
    assert (first["raised_at"], first["customer"]["phone"], first["region"]) == (
        "2025-12-03T08:30:00+08:00", "13800000061", "株洲",
    )  # fmt: skip
    assert [d["handler"]["phone"] for d in (first, second)] == ["13900000062", "13900000062"]
    assert (second["raised_at"], second["status"]) == ("2025-12-05T15:00:00+08:00", "closed")
    assert [(f["at"][:10], f["by"], f["text"]) for f in second["follow_ups"]] == [
        ("2025-12-06", "李四", "回电话"), ("2025-12-08", "李四", "办好了"),
    ]  # fmt: skip
    assert second["closed_at"].startswith("2025-12-08")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_comes_as_utf_8_or_gb18030(empty: Cli, encoding: str) -> None:
    path = empty.folder / "旧.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADER, a_row(需求内容="第一行\n第二行，带逗号")])
    empty("import", "demands", str(path))
    [demand] = demands(empty)
    assert (demand["customer"]["name"], demand["content"]) == ("王五", "第一行\n第二行，带逗号")


def test_a_mapping_is_remembered_for_that_header_row(empty: Cli) -> None:
    header = [title.replace("需求内容", "甲栏").replace("客户姓名", "乙栏") for title in HEADER]
    path = workbook(empty.folder / "一.xlsx", header, a_row())
    assert empty.run("import", "demands", str(path)).code == 1
    empty("import", "demands", str(path), "--map", "甲栏=content", "--map", "乙栏=客户姓名")
    other = workbook(empty.folder / "二.xlsx", header, a_row(需求内容="另一件事"))
    empty("import", "demands", str(other))
    assert [d["content"] for d in demands(empty)] == ["泵车坏了", "另一件事"]
    assert empty.run("import", "demands", str(path), "--map", "甲栏=不存在的").code == 2


STATES = [
    ({"状态": "跟进中", "跟进人": "李四"}, "following", None, {"resolve", "weekly"}),
    ({"状态": "", "跟进人": ""}, "new", None, {"dispatch", "resolve"}),
    ({"状态": "已派单", "跟进人": "李四"}, "assigned", None, {"first-feedback", "resolve", "weekly"}),
    ({"状态": "待确认", "跟进人": "李四"}, "confirming", None, {"confirm", "weekly"}),
    ({"状态": "已解决", "跟进人": "李四"}, "closed", "solved", set()),
    ({"状态": "未成交", "类型": "商机"}, "closed", "lost", set()),
    ({"状态": "", "结果": "已成交", "类型": "商机信息"}, "closed", "won", set()),
    ({"状态": "暂缓", "跟进人": "李四", "类型": "投诉"}, "following", None, {"resolve"}),
]


@pytest.mark.parametrize(("cells", "status", "outcome", "rules"), STATES)
def test_old_words_become_states_with_the_clocks_that_they_need(
    empty: Cli, cells: dict[str, str], status: str, outcome: str | None, rules: set[str]
) -> None:
    empty("import", "demands", str(workbook(empty.folder / "a.xlsx", HEADER, a_row(**cells))))
    [demand] = demands(empty)
    assert (demand["status"], demand["outcome"], open_rules(demand)) == (status, outcome, rules)


@pytest.mark.parametrize(("when", "promised"), [("2026.4.1", False), ("2026-04-28", True)])
def test_a_next_date_in_the_past_starts_no_clock(empty: Cli, when: str, promised: bool) -> None:
    path = workbook(empty.folder / "a.xlsx", [*HEADER, "下次跟进时间"], [*a_row(跟进人="李四", 状态="跟进中"), when])
    empty("import", "demands", str(path))
    [demand] = demands(empty)
    assert ("promise" in open_rules(demand)) is promised
    assert demand["next_at"] == ("2026-04-28T17:30:00+08:00" if promised else None)
    assert promised or when.replace(".4.1", "-04-01") in demand["note"]


def test_a_row_that_differs_from_the_demand_of_its_number_is_a_problem(empty: Cli) -> None:
    header = ["需求编号", *HEADER]
    empty("import", "demands", str(workbook(empty.folder / "a.xlsx", header, ["D7", *a_row()])))
    assert [d["number"] for d in demands(empty)] == [7]
    answer = empty.run(
        "import", "demands", str(workbook(empty.folder / "b.xlsx", header, ["D7", *a_row(产品="搅拌车")])), "--json"
    )
    assert answer.code == 1
    [problem] = answer.json["problems"]
    assert (problem["column"], problem["value"]) == ("产品", "搅拌车")


def test_our_own_export_reads_back_to_the_same_ledger(cli: Cli, tmp_path: Path) -> None:
    cli.demand(
        phone="13800000771",
        wechat="wx1",
        company="甲公司",
        kind="opportunity",
        product="泵车",
        wish="尽快",
        tag="老客户",
    )
    cli("assign", "1", "易文彬", "--reason", "区域负责")
    cli(
        "follow-up",
        "1",
        "已联系，客户在比价",
        "--method",
        "phone",
        "--stage",
        "报价",
        "--next",
        "2026-11-25",
        "--plan",
        "送样",
    )
    cli.demand("另一件", customer="李总", kind="service", phone="13800000772")
    cli("assign", "2", "--leader")
    cli.demand("第三件", customer="孙总", kind="inquiry", phone="13800000773")
    cli("assign", "3", "李铁柱")
    cli("follow-up", "3", "已经答复", "--internal")
    cli("close", "3", "--outcome", "solved")
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "2026-11-24")
    for what in ("contacts", "customers", "demands", "revisits"):
        cli("export", what, "-o", str(tmp_path / f"{what}.xlsx"))
    fresh = ["--db", str(tmp_path / "second.db")]
    cli(*fresh, "init")
    for what in ("contacts", "customers", "demands", "revisits"):
        cli(*fresh, "import", what, str(tmp_path / f"{what}.xlsx"))
    names = ("kind", "subtype", "channel", "group", "customer", "region", "branch", "product", "content", "urgency",
    "wish",
             "tags", "raised_at", "registered_at", "verified", "status", "next_at", "next_plan", "outcome", "reason",
             "closed_at", "note", "follow_ups", "assignments")  # fmt: skip
    for number in "123":
        one, two = cli("show", number, "--json").json, cli(*fresh, "show", number, "--json").json
        assert {name: one[name] for name in names} == {name: two[name] for name in names}
    plain = ("kind", "planned_at", "visited_at", "customer")
    [one], [two] = cli("revisit", "list", "--json").json, cli(*fresh, "revisit", "list", "--json").json
    assert [one[name] for name in plain] == [two[name] for name in plain]
    again = cli(*fresh, "import", "demands", str(tmp_path / "demands.xlsx"), "--json").json
    assert (again["added"], again["skipped"]) == (0, 3)


def test_customers_come_in_by_phone_and_fill_only_blanks(empty: Cli) -> None:
    header = ["客户名称", "手机号", "单位", "城市", "客户等级", "负责人", "爱好"]
    path = workbook(
        empty.folder / "a.xlsx", ["客户档案"], header, ["甲", 13800000881.0, "", "长沙", "A类", "易文彬", "钓鱼"]
    )
    first = empty("import", "customers", str(path), "--json").json
    assert (first["added"], first["unknown"]) == (1, ["爱好"])
    more = workbook(empty.folder / "b.xlsx", header, ["甲总", "138-0000-0881", "某公司", "株洲", "", "", ""])
    second = empty("import", "customers", str(more), "--json").json
    assert (second["added"], second["updated"]) == (0, 1)
    [customer] = empty("customer", "list", "--json").json
    assert (customer["name"], customer["company"], customer["region"]) == ("甲", "某公司", "长沙")
    shown = empty("customer", "show", customer["code"], "--json").json
    assert (shown["value"], shown["owner"]["name"]) == ("high", "易文彬")
    assert "爱好：钓鱼" in shown["note"]


@pytest.mark.parametrize("command", [("contact", "import"), ("import", "contacts")])
def test_contacts_come_by_either_command_from_a_workbook_with_other_headers(
    empty: Cli, command: tuple[str, str]
) -> None:
    rows = [
        ["销服通讯录"],
        ["员工姓名", "岗位", "所属分公司", "负责片区", "手机号码"],
        ["新人甲", "销售经理助理业务员", "长沙分公司", "长沙/望城", 13900000991.0],
    ]
    path = workbook(empty.folder / "c.xlsx", *rows[:2], [*rows[2][:1], "业务员", *rows[2][2:]])
    assert empty(*command, str(path), "--json").json["added"] == 1
    [person] = [c for c in empty("contact", "list", "--json").json if c["name"] == "新人甲"]
    assert (person["role"], person["regions"], person["phone"]) == ("sales", ["长沙", "望城"], "13900000991")
    assert empty(*command, str(path), "--json").json["skipped"] == 1


# -- files that must not be opened -------------------------------------------------------------------------------


def rebuilt(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """The sample with its parts changed."""
    with zipfile.ZipFile(DEMANDS) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))


def in_sheet(before: bytes, after: bytes) -> Callable[[str, bytes], bytes]:
    """A change of the sheets alone."""
    return lambda name, data: data.replace(before, after, 1) if "worksheets/sheet2" in name else data


def bomb(path: Path) -> None:
    """Sixty kilobytes that unpack to sixty megabytes of nothing, beside a sheet of the same kind."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(60):
                part.write(b" " * 1024 * 1024)


HOSTILE: dict[str, Callable[[Path], Any]] = {
    "noise.xlsx": lambda p: p.write_bytes(random.Random(1).randbytes(4000)),
    "words.xlsx": lambda p: p.write_text("不是表格", encoding="utf-8"),
    "empty.xlsx": lambda p: p.write_bytes(b""),
    "cut.xlsx": lambda p: p.write_bytes(DEMANDS.read_bytes()[:6000]),
    "page.xls": lambda p: p.write_text("<html><table></table></html>"),
    "noise.xls": lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(2).randbytes(4000)),
    "locked.xlsx": lambda p: p.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    ),
    "bomb.xlsx": bomb,
    "corner.xlsx": lambda p: rebuilt(
        p, in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    ),
    "entity.xlsx": lambda p: rebuilt(
        p, in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet')
    ),
    "wide.csv": lambda p: p.write_bytes(b"a," * 4_000_000),
    "archive.xlsx": lambda p: zipfile.ZipFile(p, "w").close(),
    "noise.csv": lambda p: p.write_bytes(random.Random(3).randbytes(3000)),
    "nul.csv": lambda p: p.write_bytes(b"a,b\0c\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_table_or_not_safe_is_refused_in_words(empty: Cli, name: str) -> None:
    path = empty.folder / name
    HOSTILE[name](path)
    answer = empty.run("import", "demands", str(path))
    assert answer.code == 1
    assert name in answer.err
    assert "Traceback" not in answer.err


def test_a_file_that_is_missing_is_not_found(empty: Cli) -> None:
    assert empty.run("import", "demands", str(empty.folder / "没有.xlsx")).code == 3


def test_a_folder_that_cannot_be_written_leaves_the_ledger_as_it_was(empty: Cli) -> None:
    folder = empty.folder / "只读"
    folder.mkdir()
    path = workbook(folder / "旧表.xlsx", *BAD)
    (folder / "旧表.problems.xlsx").mkdir()
    assert empty.run("import", "demands", str(path), "--skip-errors").code == 1
    assert empty("list", "--json").json == []
    assert not [name for name in os.listdir(folder) if name.endswith(".new")]


def test_a_table_of_something_else_says_what_was_seen(empty: Cli) -> None:
    answer = empty.run(
        "import", "demands", str(workbook(empty.folder / "a.xlsx", ["甲", "乙", "丙"], [1, 2, datetime(2026, 1, 1)]))
    )
    assert answer.code == 1
    assert "甲、乙、丙" in answer.err
    assert "--map" in answer.err


# -- cells -------------------------------------------------------------------------------------------------------

WRITTEN = (
    "{y}.{m}.{d}", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}年{m}月{d}日", "{y}{m:02}{d:02}",
    "{y}．{m}．{d}", " {y}. {m}. {d} ",
)  # fmt: skip


@given(
    day=dates(date(2005, 1, 1), date(2035, 12, 31)),
    form=sampled_from(WRITTEN),
    clock=sampled_from(("", " 14:20", " 下午2点20")),
)
def test_a_date_reads_the_same_however_it_is_written(day: date, form: str, clock: str) -> None:
    wanted: date = datetime.combine(day, time(14, 20)) if clock else day
    assert moment(form.format(y=day.year, m=day.month, d=day.day) + clock, CoveredTime(), day) == wanted


@given(day=dates(date(2005, 1, 1), date(2035, 12, 31)))
def test_a_date_without_its_year_is_the_latest_that_is_not_in_the_future(day: date) -> None:
    for today in (day, day + timedelta(days=200)):
        found = moment(f"{day.month}月{day.day}日", CoveredTime(), today)
        assert (found.month, found.day) == (day.month, day.day)
        assert found <= today
        assert (today - found).days <= 366 * 4


TOLD = [
    ("1.9 罗敏：发货\n1.10 罗敏：再考虑", [("01-09", "罗敏", "发货"), ("01-10", "罗敏", "再考虑")]),
    ("1、3月5日联系，比价；2、3月8日客户：再看看", [("03-05", "", "联系，比价"), ("03-08", "", "客户：再看看")]),
    ("2026.3.5 已报价（罗敏）", [("03-05", "罗敏", "已报价")]),
    ("3月5日 报价\n还要再谈\n3/7 报价3.5万", [("03-05", "", "报价\n还要再谈"), ("03-07", "", "报价3.5万")]),
    ("3.5吨的要两台", [("", "", "3.5吨的要两台")]),
]


@pytest.mark.parametrize(("text", "expected"), TOLD)
def test_progress_is_taken_apart_where_it_is_dated(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = entries(text, CoveredTime((2026,)), date(2026, 4, 20), date(2026, 1, 9), {"罗敏"})
    assert [(f"{e.at:%m-%d}" if e.at else "", e.by, e.text) for e in found] == expected


@pytest.mark.parametrize("speed", ["响应", "响应评价", "服务响应"])
@pytest.mark.parametrize("heard", ["从何渠道了解", "从何途径得知我司", "从哪个渠道了解"])
def test_a_form_of_visits_says_response_and_whence_in_its_own_words(cli: Cli, speed: str, heard: str) -> None:
    book = cli.folder / "回访.csv"
    book.write_text(f"客户,回访时间,{speed},整体满意度,{heard}\n甲,2026-11-02,满意,一般,朋友介绍\n", encoding="utf-8")
    cli("import", "revisits", str(book))
    [visit] = cli("revisit list --json").json
    assert (visit["speed"], visit["heard_from"]) == ("satisfied", "朋友介绍")
