"""Old workbooks of other houses: other header words, other layouts, other ways to write dates, numbers and outcomes."""

# ruff: noqa: E501  (tables of words: a line is an entry)

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from demandctl.imports import words
from demandctl.imports.cells import CoveredTime, Unreadable, amount, moment, phone
from demandctl.imports.headers import meant
from demandctl.imports.kinds import DEMANDS, KINDS
from demandctl.imports.progress import entries
from tests.support.cli import Cli

TITLES = {
    "demands": {
        "raised": "提报日期 客户来电时间 报修日期 信息收集日期 客户反馈时间 故障时间",
        "channel": "信息来源 线索来源 获客渠道 报修方式",
        "customer": "反馈人 报修人姓名 机主 业主 来电者 客户/机主 提报人",
        "phone": "机主电话 报修电话 来电号码 反馈人电话 联络方式 电话/手机",
        "region": "工地位置 机器位置 施工地 地州 归属地 停机地点 地址/区域",
        "kind": "信息类别 事项类型 来电类别 反馈类型",
        "product": "品牌型号 整机型号 机种 机械名称 故障设备 机型/机号",
        "content": "用户需求 机主诉求 故障现象 来电事由 商机内容 问题/需求 求助内容",
        "handler": "处理人 交给谁 由谁跟进 责任工程师 对接销售 分配给 指定跟进人 维修师傅",
        "handler_phone": "工程师电话 业务员手机 办理人电话 责任人联系方式",
        "progress": "办理经过 维修记录 第一次跟进 处置情况 联系情况",
        "status": "办结情况 进展状态 是否处理完毕 是否完结 现状",
        "outcome": "是否签单 是否修好 问题是否解决 最后结果",
        "amount": "签单金额 成交价（元） 成交金额/万元",
        "reason": "未签单原因 丢单原因 无效原因",
        "closed_at": "完工日期 办毕时间 签单日期",
        "follow_at": "回复时间 回复客户时间 首次联系时间 上门时间",
    },
    "revisits": {
        "satisfaction": "总评 满意否 总体满意情况",
        "product_rating": "设备质量 对产品是否满意",
        "attitude": "服务人员态度 对服务是否满意 维修人员态度",
        "speed": "是否及时 到场速度",
        "heard": "从何处了解我司 如何知道我们",
        "call_back": "约定再访时间 另约时间",
        "department": "移交部门 归口部门",
        "reachable": "接听情况 电话是否接通",
        "customer": "受访者 被访客户",
        "address": "住址 家庭住址",
    },
    "customers": {"name": "机主姓名 真实姓名", "arrears": "有无欠款", "owner": "归属业务员 服务专员"},
    "contacts": {"products": "主管产品 擅长机型", "role": "职称 岗位/职务", "branch": "服务站 归属单位"},
}


@pytest.mark.parametrize(("what", "field"), [(what, field) for what, fields in TITLES.items() for field in fields])
def test_a_header_is_known_by_its_meaning(what: str, field: str) -> None:
    for title in TITLES[what][field].split():
        fit = meant(title, KINDS[what])
        assert fit is not None, title
        assert fit.field == field, title


@pytest.mark.parametrize("title", ["照片编号", "车架号", "备用电话", "姓名/性别", "预算", "录入员"])
def test_a_header_that_only_resembles_one_is_left_alone(title: str) -> None:
    assert meant(title, DEMANDS) is None


def book(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """A workbook of these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def taken(cli: Cli, what: str, path: Path) -> list[dict[str, Any]]:
    """What the ledger holds of a file that comes in without a problem, in the order of the file."""
    answer = cli.run("import", what, str(path), "--json")
    assert answer.json["problems"] == []
    if what != "demands":
        return list(
            cli({"revisits": "revisit", "customers": "customer", "contacts": "contact"}[what], "list", "--json").json
        )
    found = sorted(cli("list", "--json").json, key=lambda demand: int(demand["number"]))
    return [cli("show", str(demand["number"]), "--json").json for demand in found]


@pytest.fixture
def empty(cli: Cli) -> Cli:
    """A ledger in the year after the workbooks."""
    return cli.at("2026-01-20T10:00:00")


LOG = [
    "登记日期",
    "信息来源",
    "反馈人",
    "手机号",
    "所在城市",
    "信息类别",
    "设备型号",
    "问题描述",
    "处理人",
    "处理情况",
    "办结情况",
]


def test_a_log_of_another_house_reads_field_by_field(empty: Cli) -> None:
    first = ["2025。3。7", "群里", "孟春生", "138 0000 0101", "唐山", "报修", "DX150W", "动臂没力",
             "魏云飞（唐山分公司）", "3.8魏云飞电话联系；3.10 换件（陆新民 3/10）", "已办结"]  # fmt: skip
    second = ["三月九日", "400热线", "韩立新", 13800000102.0, "保定", "购机意向", "ZX200", "想置换一台",
              "唐山分公司 魏云飞 13900000101", None, "未办结"]  # fmt: skip
    rows: list[list[Any]] = [
        ["华北客户台账（2025年度）"],
        LOG,
        first,
        ["3月小计", "1条"],
        LOG,
        second,
        ["总计", "2条"],
        ["制表：沈佳", "审核："],
    ]
    one, two = taken(empty, "demands", book(empty.folder / "台账.xlsx", 台账=rows))
    assert (one["raised_at"][:10], one["channel"], one["kind"], one["subtype"]) == (
        "2025-03-07",
        "group",
        "service",
        "repair",
    )
    assert (one["customer"]["name"], one["customer"]["phone"], one["region"]) == ("孟春生", "13800000101", "唐山")
    assert (one["handler"]["name"], one["branch"], one["handler"]["phone"]) == ("魏云飞", "唐山分公司", "13900000101")
    assert [(said["at"][:10], said["by"]) for said in one["follow_ups"]][:1] == [("2025-03-08", "魏云飞")]
    assert (one["status"], one["outcome"]) == ("closed", "solved")
    assert (two["raised_at"][:10], two["channel"], two["kind"]) == ("2025-03-09", "phone", "opportunity")
    assert (two["handler"]["name"], two["status"]) == ("魏云飞", "following")


def test_columns_that_are_ticked_say_the_word_above_the_tick(empty: Cli) -> None:
    path = empty.folder / "回访.xlsx"
    book(path, 回访=[
        ["回访日期", "受访者", "客户电话", "总体满意程度", None, None, "是否愿意推荐", "接听情况"],
        [None, None, None, "满意", "一般", "不满意"],
        ["2025.5.6", "甲", "13800000201", None, "√", None, "×", "正常"],
        ["2025.5.7", "乙", "13800000202", None, None, "✓", "会", "无人接听"],
    ])  # fmt: skip
    made = openpyxl.load_workbook(path)
    made.worksheets[0].merge_cells("D1:F1")
    made.save(path)
    got = {revisit["customer"]["name"]: revisit for revisit in taken(empty, "revisits", path)}
    assert [got[name]["satisfaction"] for name in "甲乙"] == ["fair", "unsatisfied"]
    assert [got[name]["recommend"] for name in "甲乙"] == [False, True]
    assert [got[name]["reachable"] for name in "甲乙"] == [True, False]


def test_two_rows_of_header_in_a_csv_have_no_merged_cells_to_tell_them(empty: Cli) -> None:
    path = empty.folder / "商机.csv"
    rows: list[list[Any]] = [
        ["2025年商机台账"],
        ["日期", "客户", "", "", "客户需求", "跟进", "", "", "成交", "", "战败原因"],
        ["", "姓名", "电话", "市县", "", "业务员", "时间", "内容", "是否成交", "金额(万)", ""],
        ["5月6日", "甲", "13800000301", "海口", "要一台泵车", "常立新", "5.7", "报价了", "是", "9.6", ""],
        ["5月8日", "乙", "13800000302", "三亚", "要一台挖机", "常立新", "5.9", "比价中", "否", "", "选了别的品牌"],
    ]
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    won, lost = taken(empty, "demands", path)
    assert (won["outcome"], won["amount"], lost["outcome"], lost["reason"]) == ("won", 96000, "lost", "选了别的品牌")
    assert [(said["at"][:10], said["text"]) for said in won["follow_ups"]] == [("2025-05-07", "报价了")]
    assert (won["handler"]["name"], won["region"]) == ("常立新", "海口")


def test_ditto_marks_say_what_the_cell_above_says(empty: Cli) -> None:
    header = ["时间", "姓名", "电话号码", "工地位置", "需求类型", "需求描述", "交给谁"]
    rows: list[list[Any]] = [
        header,
        ["（年月日）", "（姓名）", "（11位）"],
        ["例", "张三", "13800000000", "南宁", "商机", "想买一台", "李四"],
        ["2025.4.2", "韦庆丰", "13800000401", "南宁", "售后", "漏油", "农新民"],
        ["同上", "〃", "〃", "同上", "咨询", "怎么保养", "同上"],
    ]
    one, two = taken(empty, "demands", book(empty.folder / "收集表.xlsx", 收集表=rows))
    assert one["customer"] == two["customer"]
    assert (two["raised_at"], two["region"], two["handler"]["name"]) == (one["raised_at"], "南宁", "农新民")


@pytest.mark.parametrize("key", ["需求单号", "用户"])
def test_follow_ups_on_a_sheet_of_their_own_find_their_demand(empty: Cli, key: str) -> None:
    demands = [["需求单号", "接收时间", "用户", "联系方式", "大类", "用户需求", "对接人", "对接电话"],
               ["YN-001", "2025.2.5", "甲", "13800000501", "售后", "漏油", "钟海涛", "13900000501"],
               ["YN-002", "2025.2.6", "乙", "13800000502", "咨询", "怎么保养", "钟海涛", "13900000501"]]  # fmt: skip
    told = {"需求单号": ("YN-001", "YN-002"), "用户": ("甲", "乙")}[key]
    said = [[key, "跟进日期", "跟进人", "跟进方式", "跟进内容"], [told[1], "2025.2.8", "钟海涛", "电话", "回了电话"],
            [told[0], "2025.2.7", "钟海涛", "微信", "看了视频"]]  # fmt: skip
    one, two = taken(empty, "demands", book(empty.folder / "云南.xlsx", 需求=demands, 跟进=said))
    assert [(entry["at"][:10], entry["by"], entry["text"]) for entry in one["follow_ups"]] == [
        ("2025-02-07", "钟海涛", "看了视频")
    ]
    assert [entry["method"] for entry in two["follow_ups"]] == ["phone"]
    stray = book(empty.folder / "又一份.xlsx", 需求=[demands[0], [*demands[1][:5], "另一件", "", ""]],
                 跟进=[*said, ["YN-009", "2025.2.9", "钟海涛", "微信", "没有主"]])  # fmt: skip
    if key == "需求单号":
        answer = empty.run("import", "demands", str(stray), "--json")
        assert [(p["sheet"], p["value"]) for p in answer.json["problems"]] == [("跟进", "YN-002"), ("跟进", "YN-009")]


def test_a_sheet_that_looks_like_a_table_and_is_not_read_is_named(empty: Cli) -> None:
    path = book(
        empty.folder / "两张.xlsx",
        一=[["日期", "客户", "电话", "类型", "需求内容"], ["2025.4.2", "甲", "13800000601", "售后", "漏油"]],
        二=[["日期", "客户", "电话", "类型", "天书"], ["2025.4.3", "乙", "13800000602", "售后", "漏水"]],
    )
    [note] = empty("import", "demands", str(path), "--json").json["notes"]
    assert "二" in note
    assert "天书" in note


def test_a_column_whose_header_says_nothing_is_told_by_its_cells_and_said(empty: Cli) -> None:
    header = ["登记日期", "列一", "联系电话", "字段2", "机型", "C", "转给谁"]
    rows = [["2025.4.2", f"孟{name}", f"1380000080{n}", kind, "PC60", f"{text}，要人来看看", "魏云飞"]
            for n, (name, kind, text) in enumerate([("春生", "售后", "动臂没有力气"), ("立新", "咨询", "不知道怎么保养"),
                                                    ("宏伟", "投诉", "等了三天没有人来")])]  # fmt: skip
    path = book(empty.folder / "口语.xlsx", 表=[header, *rows])
    notes = empty("import", "demands", str(path), "--dry-run", "--json").json["notes"]
    assert [title in "".join(notes) for title in ("列一", "字段2", "C")] == [True] * 3
    got = taken(empty, "demands", path)
    assert [d["customer"]["name"] for d in got] == ["孟春生", "孟立新", "孟宏伟"]
    assert [d["kind"] for d in got] == ["service", "inquiry", "complaint"]
    assert got[0]["content"] == "动臂没有力气，要人来看看"


def test_all_exports_go_into_a_folder_not_a_file(cli: Cli, tmp_path: Path) -> None:
    answer = cli.run("export", "all", "-o", str(tmp_path / "all.xlsx"))
    assert answer.code == 2
    assert "文件夹" in answer.err
    assert not (tmp_path / "all.xlsx").exists()


def test_a_line_of_its_own_names_the_branch_of_those_below(empty: Cli) -> None:
    rows: list[list[Any]] = [
        ["联络表"],
        ["姓 名", "职 务", "联系电话", "服务区域", "擅长机型"],
        ["太原分公司"],
        ["郝宝田", "销售经理", "13800000701", "忻州/朔州", "挖掘机"],
        ["大同分公司"],
        ["康润生", "仓管", "138-0000-0702", "大同", None],
    ]
    got = {p["name"]: p for p in taken(empty, "contacts", book(empty.folder / "联络.xlsx", 联络表=rows))}
    assert [(got[n]["branch"], got[n]["role"]) for n in ("郝宝田", "康润生")] == [
        ("太原分公司", "sales"),
        ("大同分公司", "parts"),
    ]


OUTCOMES = [
    ("service", "没修好", None), ("service", "未修好", None), ("service", "修好了", "solved"), ("service", "待件", None),
    ("complaint", "客户不满意", None), ("complaint", "客户谅解", "solved"), ("inquiry", "已告知", "solved"),
    ("opportunity", "客户已买其他品牌", "lost"), ("opportunity", "签单", "won"), ("opportunity", "没谈成", "lost"),
    ("opportunity", "已告知", None), ("suggestion", "未采用", "declined"), ("suggestion", "已答复", None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), OUTCOMES)
def test_what_did_not_end_is_not_read_as_ended(kind: str, text: str, expected: str | None) -> None:
    assert words.outcome(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("处理完毕", "closed"), ("未办结", "following"), ("办毕", "closed"), ("在跟", "following"), ("待料", None)],
)
def test_a_state_in_other_words(text: str, expected: str | None) -> None:
    assert words.state(text) == expected


DATES = [
    ("2025。3。7", date(2025, 3, 7)), ("二〇二五年三月七日", date(2025, 3, 7)), ("（3月7日）", date(2025, 3, 7)), ("周五 3.7", date(2025, 3, 7)),
    ("2025-03-07 00:00:00", date(2025, 3, 7)), ("250307", date(2025, 3, 7)), ("3/25/2025", date(2025, 3, 25)),
    ("202503071500", datetime(2025, 3, 7, 15)), ("3月7日下午三点", datetime(2025, 3, 7, 15)),
    ("2025-03-07T15:00:00+08:00", datetime(2025, 3, 7, 15)), ("7/3/2025", None), ("3月上旬", None), ("202503", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_a_date_in_other_spellings_or_refused(text: str, expected: date | None) -> None:
    try:
        assert moment(text, CoveredTime((2025,)), date(2026, 1, 20)) == expected
    except Unreadable:
        assert expected is None


PHONES = [
    ("595-22337717", "0595-22337717"), ("59522337717", "0595-22337717"), ("1.3800001234E+10", "13800001234"),
    ("1.38E+10", None), ("013800001234", "13800001234"), ("+86-731-82220000", "0731-82220000"), ("400 8001234", "400-800-1234"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PHONES)
def test_a_phone_in_other_spellings_or_refused(text: str, expected: str | None) -> None:
    try:
        assert phone(text)[0] == expected
    except Unreadable:
        assert expected is None


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("35.8w", "", "358000"),
        ("人民币358000元整", "", "358000"),
        ("358,000（含税）", "", "358000"),
        ("358000", "金额（万元）", None),
    ],
)
def test_an_amount_in_other_spellings_or_refused(text: str, title: str, expected: str | None) -> None:
    try:
        assert float(amount(text, title) or 0) == float(expected or -1)
    except Unreadable:
        assert expected is None


TOLD = [
    ("3.8罗敏电话联系；3.10 已报价", [("03-08", "罗敏", "电话联系"), ("03-10", "", "已报价")]),
    ("已联系（罗敏 3/8）\n已报价（3/10）", [("03-08", "罗敏", "已联系"), ("03-10", "", "已报价")]),
    ("罗敏 3.8 已联系；罗敏 3.10 已报价", [("03-08", "罗敏", "已联系"), ("03-10", "罗敏", "已报价")]),
    ("【2025-03-08】已联系【2025-03-10】已报价", [("03-08", "", "已联系"), ("03-10", "", "已报价")]),
    ("3.8联系过  3.10报价了", [("03-08", "", "联系过"), ("03-10", "", "报价了")]),
    ("①3.8已联系②3.10已报价", [("03-08", "", "已联系"), ("03-10", "", "已报价")]),
    ("3月8日已联系，客户3月10日回复", [("03-08", "", "已联系，客户3月10日回复")]),
    ("已联系，约3月10日上门", [("", "", "已联系，约3月10日上门")]),
]


@pytest.mark.parametrize(("text", "expected"), TOLD)
def test_progress_in_other_layouts_is_taken_apart(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = entries(text, CoveredTime((2025,)), date(2026, 1, 20), date(2025, 3, 7), {"罗敏"})
    assert [(f"{e.at:%m-%d}" if e.at else "", e.by, e.text) for e in found] == expected
