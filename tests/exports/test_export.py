"""What is handed upward: complete, finished, inert, and written whole or not at all."""

import csv
import json
import os
import resource
import shutil
import signal
import sqlite3
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from demandctl.context import Context
from demandctl.language.cells import CELL_LIMIT, guarded, inert, readable, unguarded, xml
from tests.support.cli import Cli
from tests.support.kept import kept
from tests.support.killing import ran, spawn


def titles(text: str) -> list[str]:
    """The titles of columns, written with blanks between."""
    return text.split()


DEMANDS = titles(
    "序号 需求编号 提出时间 登记时间 来源渠道 社群名称 客户编号 客户姓名 联系电话 微信 单位 所在地区 需求类型 "
    "子类 产品/机型 需求内容 客户期望 紧急程度 服务方式 保修状态 商机属实 "
    "分公司 对接人 对接人电话 指派领导 派单时间 首次响应 跟进次数 最近跟进 "
    "跟进记录 下次跟进 状态 升级时间 解决时间 客户确认 结果 成交金额 未成交原因 结束时间 时限 备注"
)
FOLLOW_UPS = titles("需求编号 客户 时间 跟进人 跟进人电话 对客户/内部 方式 进度 内容 下次计划 下次时间")
ASSIGNMENTS = titles("需求编号 客户 时间 转出 转给 电话 方式 原因 操作人")
REVISITS = titles(
    "序号 回访编号 客户编号 客户名称 联系电话 单位 所在地区 关联需求 回访类型 回访方式 计划时间 回访时间 "
    "是否方便 改约时间 产品评价 服务态度 响应速度 承诺兑现 整体满意度 不满意原因 了解渠道 建议 愿意推荐 "
    "未合作原因 能否继续合作 遗留问题 需即时解决 责任部门 转交时间 部门首次联络 解决时间 登记时间 登记及时 "
    "回访人 备注"
)


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a form under its header in row 3, up to the first empty one."""
    rows = list(load_workbook(path)[sheet].iter_rows(min_row=3, values_only=True))
    body = rows[1 : next((n for n, row in enumerate(rows) if not any(row)), None)]
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in body]


def a_day(cli: Cli) -> None:
    """A repair that was answered late and solved, and an inquiry that waits."""
    kept(cli, "a_day", _live).at("2026-11-20T16:00:00")


def _live(cli: Cli) -> None:
    cli.demand(phone="13800000121", product="37米泵车", subtype="repair", wish="当天修好", company="恒通混凝土")
    cli("assign", "1", "李铁柱")
    cli.at("2026-11-20T10:00:00")("follow-up", "1", "已电话联系", "--method", "phone", "--next", "明天上午9点")
    cli("follow-up", "1", "问了厂里", "--internal")
    cli.at("2026-11-20T11:00:00")
    cli.demand("按揭怎么提前还款", customer="小马哥", kind="inquiry", subtype="finance", region="武汉")
    cli("revisit", "add", "K00001", "--kind", "after-sale", "--at", "今天14:00", "--demand", "1")
    cli.at("2026-11-20T16:00:00")
    cli(
        "revisit",
        "record",
        "1",
        "--satisfaction",
        "fair",
        "--problem",
        "配件慢",
        "--department",
        "配件部",
        "--method",
        "phone",
    )


def test_the_form_of_demands_has_every_column_and_sheet_of_the_specification(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    target = tmp_path / "表.xlsx"
    cli("export", "demands", "-o", str(target))
    book = load_workbook(target)
    assert book.sheetnames == ["需求信息", "打印", "跟进明细", "派单明细", "升级明细", "服务明细", "汇总"]
    for sheet, titles in (("需求信息", DEMANDS), ("跟进明细", FOLLOW_UPS), ("派单明细", ASSIGNMENTS)):
        assert [cell.value for cell in book[sheet][3]] == titles
    assert len(book["汇总"]._charts) >= 3


def test_a_row_tells_what_the_ledger_knows(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "demands", "-o", str(tmp_path / "a.xlsx"))
    row, other = table(tmp_path / "a.xlsx", "需求信息")
    assert (row["需求编号"], row["客户编号"], row["联系电话"]) == ("D1", "K00001", "13800000121")
    assert (row["需求类型"], row["子类"], row["来源渠道"], row["状态"]) == ("售后", "故障报修", "私聊", "跟进中")
    assert row["提出时间"] == datetime(2026, 11, 20, 9, 0)
    assert row["首次响应"] == datetime(2026, 11, 20, 10, 0)
    assert row["下次跟进"] == datetime(2026, 11, 21, 9, 0)
    assert (row["对接人"], row["跟进次数"]) == ("李铁柱", 2)
    assert row["跟进记录"] == (
        "2026-11-20 10:00 李铁柱 15200010149：已电话联系｜下次：2026-11-21 09:00\n"
        "2026-11-20 10:00 李铁柱 15200010149（内部）：问了厂里"
    )
    # The first response came an hour late; the word passed on to the customer is late as well by the afternoon.
    assert row["时限"] == "超时 2 次"
    assert (row["客户期望"], row["备注"]) == ("当天修好", None)
    assert other["时限"] == "超时 2 次"
    told = table(tmp_path / "a.xlsx", "跟进明细")
    assert [(entry["需求编号"], entry["对客户/内部"]) for entry in told] == [("D1", "对客户"), ("D1", "内部")]


def test_the_form_of_revisits_says_whether_it_was_filled_in_time(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "revisits", "-o", str(tmp_path / "r.xlsx"))
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["客户回访", "打印", "汇总"]
    (row,) = table(tmp_path / "r.xlsx", "客户回访")
    assert list(row) == REVISITS
    assert (row["回访编号"], row["关联需求"], row["登记及时"], row["整体满意度"]) == ("R1", "D1", "按时", "一般")
    assert (row["遗留问题"], row["责任部门"], row["需即时解决"]) == ("配件慢", "配件部", "否")


def test_a_sheet_is_finished(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli.config.write_text(cli.config.read_text(encoding="utf-8").replace('name = ""', 'name = "恒达机械"', 1), "utf-8")
    cli("export", "demands", "-o", str(tmp_path / "a.xlsx"), "--month", "本月")
    sheet = load_workbook(tmp_path / "a.xlsx")["需求信息"]
    assert sheet["A1"].value == "需求信息记录表"
    for part in ("恒达机械", "2026年11月", "李敏", "2026-11-20 16:00"):
        assert part in str(sheet["A2"].value)
    assert sheet.freeze_panes == "C4"
    assert sheet.auto_filter.ref == "A3:AO5"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.print_title_cols, sheet.page_setup.scale) == ("$G:$H", 90)
    assert "&P" in sheet.oddFooter.center.text
    assert any("超时" in rule.formula[0] for marked in sheet.conditional_formatting for rule in marked.rules)
    assert '"社群,私聊,公众号,电话,其他"' in [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert str(sheet.cell(sheet.max_row, 1).value).startswith("填表人")
    assert sheet["I4"].number_format == "@"
    # Seven lines of follow-ups would be cut in a row of one line.
    assert sheet.row_dimensions[4].height >= 2 * 14


def test_a_long_text_is_printed_smaller_rather_than_cut(cli: Cli, tmp_path: Path) -> None:
    cli.demand("臂架异响，客户要求尽快处理。" * 70)
    cli.demand("臂架异响", kind="inquiry")
    cli("export", "demands", "-o", str(tmp_path / "a.xlsx"))
    sheet = load_workbook(tmp_path / "a.xlsx")["需求信息"]
    long, short = (sheet.cell(row, 1 + DEMANDS.index("需求内容")) for row in (4, 5))
    assert long.font.sz < short.font.sz == 10
    assert 15 <= sheet.row_dimensions[5].height < 200 < sheet.row_dimensions[4].height <= 409


def test_dates_are_wide_enough_to_be_shown(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "all", "-o", str(tmp_path / "all"))
    for path in (tmp_path / "all").iterdir():
        for sheet in load_workbook(path).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if getattr(cell, "is_date", False):
                        assert sheet.column_dimensions[cell.column_letter].width >= 12


def test_every_workbook_opens_without_a_problem(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    made = cli("export", "all", "-o", str(tmp_path / "all"), "--json").json
    names = {Path(file["path"]).name.rsplit("-2026", 1)[0] for file in made["files"]}
    assert names == {
        "需求信息记录表", "客户回访记录表", "跟进明细", "通讯录",
        "社群", "客户档案", "需求周报", "月度回访整理", "季度总结",
    }  # fmt: skip
    for file in made["files"]:
        assert load_workbook(file["path"]).sheetnames
        assert Path(file["path"]).stat().st_mode & 0o777 == 0o600


def test_the_week_has_its_sheets_and_the_month_one_for_each_department(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "weekly", "--week", "本周", "-o", str(tmp_path / "w.xlsx"))
    book = load_workbook(tmp_path / "w.xlsx")
    assert book.sheetnames == [
        "概览", "指标", "新增需求", "商机进展", "售后咨询进展", "投诉建议进展", "超时未办", "本周结束", "回访", "分析",
    ]  # fmt: skip
    assert len(table(tmp_path / "w.xlsx", "新增需求")) == 2
    assert {row["谁欠"] for row in table(tmp_path / "w.xlsx", "超时未办")} == {"需求专员"}
    cli("export", "monthly", "--month", "2026-11", "-o", str(tmp_path / "m.xlsx"))
    assert load_workbook(tmp_path / "m.xlsx").sheetnames == ["概览", "配件部"]
    cli("export", "quarterly", "--quarter", "2026Q4", "-o", str(tmp_path / "q.xlsx"))
    assert load_workbook(tmp_path / "q.xlsx").sheetnames == ["总结", "月度走势", "分析", "回访问题"]


DEPARTMENTS = ["售后/一部[长沙]:*?", "概览", "'配件部'", "很长的部门名称" * 8, "很长的部门名称" * 9, "换\x0b行"]


def test_a_department_may_be_called_anything(cli: Cli, tmp_path: Path) -> None:
    cli.demand(phone="13800000121")
    for number, name in enumerate(DEPARTMENTS, 1):
        cli("revisit", "add", "K00001", "--kind", "regular", "--at", "今天14:00")
        cli("revisit", "record", str(number), "--problem", "配件慢", "--department", name)
    cli("export", "monthly", "--month", "本月", "-o", str(tmp_path / "m.xlsx"))
    names = load_workbook(tmp_path / "m.xlsx").sheetnames
    assert len(names) == len({name.lower() for name in names}) == 1 + len(DEPARTMENTS)
    assert all(0 < len(name) <= 31 for name in names)


def test_one_revisit_is_a_paper_form_of_one_page(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "revisit", "R1", "-o", str(tmp_path / "p.xlsx"))
    sheet = load_workbook(tmp_path / "p.xlsx").active
    assert sheet is not None
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    for name in (
        "受理部门",
        "客户名称",
        "地址",
        "被访人",
        "电话",
        "回访方式",
        "遗留问题",
        "客户意见",
        "客户确认\n（盖章）",
        "主管审批",
    ):
        assert name in texts
    assert "□满意　☑一般　□不满意" in texts
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert cli.run("export", "revisit", "9", "-o", str(tmp_path / "x.xlsx")).code == 3
    assert not (tmp_path / "x.xlsx").exists()


# -- filters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ("", [1, 2]), ("--kind 售后", [1]), ("--branch 长沙", [1]), ("--from 2026-11-21", []),
        ("--to 2026-11-20", [1, 2]), ("--week 本周", [1, 2]), ("--week 上周", []), ("--month 2026-11", [1, 2]),
        ("--quarter 2026Q3", []), ("--open", [1, 2]),
    ],
)  # fmt: skip
def test_an_export_takes_what_was_asked_for(cli: Cli, tmp_path: Path, options: str, numbers: list[int]) -> None:
    a_day(cli)
    target = tmp_path / "d.json"
    cli("export", "demands", "-o", str(target), *options.split())
    assert [demand["number"] for demand in json.loads(target.read_text("utf-8"))] == numbers


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("demands --week 本周 --month 本月", 2), ("demands --week 下周", 2), ("demands --month 13月", 2),
        ("demands -o x.pdf", 2), ("demands --kind 无", 2), ("demands --from 2026-11-20 --to 2026-11-19", 2),
        ("nothing", 2), ("demands -o missing/x.xlsx", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = cli.run("export", *words.split())
    assert (answer.code, "Traceback" in answer.err) == (code, False)
    assert not list(tmp_path.glob("*.xlsx"))


def test_a_file_without_a_name_is_called_by_its_form_and_the_day(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("export", "demands", "--json").json["path"] == "需求信息记录表-2026-11-20.xlsx"
    assert cli("export", "weekly", "--json").json["path"] == "需求周报-2026-W46.xlsx"


# -- CSV, JSON, masks --------------------------------------------------------------------------------------------


def test_json_holds_the_objects_that_the_command_line_prints(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "demands", "-o", str(tmp_path / "d.json"))
    first = json.loads((tmp_path / "d.json").read_text("utf-8"))[0]
    shown = cli("show", "1", "--json").json
    for key in shown:
        if key != "operations":
            assert first[key] == shown[key], key
    assert first["first_response_at"] == "2026-11-20T10:00:00+08:00"
    assert first["breaches"] == 2
    cli("export", "revisits", "-o", str(tmp_path / "r.json"))
    revisit = json.loads((tmp_path / "r.json").read_text("utf-8"))[0]
    for key, value in cli("revisit", "show", "1", "--json").json.items():
        assert revisit[key] == value, key


def test_csv_is_read_back_as_it_was_typed(cli: Cli, tmp_path: Path) -> None:
    cli.demand('=HYPERLINK("http://x","点我")', customer="@老周", phone="13800000121")
    cli.demand("'-1 第一行\n第二行，有“,”和\t制表", customer="+小马", kind="inquiry")
    cli("export", "demands", "-o", str(tmp_path / "d.csv"))
    raw = (tmp_path / "d.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert not any(cell[:1] in tuple("=+-@\t\r") for row in rows for cell in row.values() if cell)
    assert [unguarded(row["客户姓名"]) for row in rows] == ["@老周", "+小马"]
    assert unguarded(rows[0]["需求内容"]) == '=HYPERLINK("http://x","点我")'
    assert unguarded(rows[1]["需求内容"]) == "'-1 第一行\n第二行，有“,”和\t制表"
    assert rows[0]["提出时间"] == "2026-11-20 09:00:00"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_hostile_text_comes_back_whole_by_an_import(cli: Cli, tmp_path: Path, suffix: str) -> None:
    texts = ["=1+1", "'-1 撇号", "竖\x0b排", "_x000B_ 字面", "第一行\n第二行"]
    for number, text in enumerate(texts):
        cli.demand(text, customer=f"@客户{number}", kind="inquiry")
    target = tmp_path / f"d.{suffix}"
    cli("export", "demands", "-o", str(target))
    cli("--db", str(tmp_path / "new.db"), "init")
    cli("--db", str(tmp_path / "new.db"), "import", "demands", str(target))
    found = cli("--db", str(tmp_path / "new.db"), "list", "--json").json
    assert {d["content"]: d["customer"]["name"] for d in found} == {t: f"@客户{n}" for n, t in enumerate(texts)}


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_masked_files_hold_no_phone_and_no_wechat_id(cli: Cli, tmp_path: Path, suffix: str) -> None:
    cli.demand("请打 138 0000 0121 或 0731-84000012", phone="13800000121", wechat="xiaoma_888")
    cli("assign", "1", "李铁柱")
    cli("follow-up", "1", "客户另一个号 13900000345")
    for what in ("demands", "follow-ups", "customers", "contacts"):
        target = tmp_path / f"{what}.{suffix}"
        cli("export", what, "--mask", "-o", str(target))
        text = target.read_bytes().decode("utf-8", "replace")
        if suffix == "xlsx":
            with zipfile.ZipFile(target) as archive:
                text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
        for secret in ("13800000121", "138 0000 0121", "84000012", "13900000345", "xiaoma_888", "15000010107"):
            assert secret not in text


# -- text stays text ---------------------------------------------------------------------------------------------

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\x0b纵向", "a\x07铃", "_x000B_", "<b>&amp;",
           "#N/A", "0012", "TRUE", "x" * 40_000, "😀" * 20_000, " 两头空 ", "第一行\n第二行", "\ufffe",
           "]]>"]  # fmt: skip


def test_hostile_text_stays_text_in_a_workbook(cli: Cli, tmp_path: Path) -> None:
    for text in HOSTILE:
        cli("intake", "--customer", "湘潭老周", "--kind", "inquiry", "--channel", "direct", "--new", "--", text)
    connection = sqlite3.connect(cli.db)  # what no command takes in may still stand in a ledger
    connection.execute("INSERT INTO current_operation VALUES (1, 1)")
    connection.execute("UPDATE demand SET content = ' \x1b[31m两头空\r\n ' WHERE id = 15")
    connection.execute("DELETE FROM current_operation")
    connection.commit()
    connection.close()
    target = tmp_path / "h.xlsx"
    cli("export", "demands", "-o", str(target))
    rows = load_workbook(target)["需求信息"].iter_rows(min_row=4, max_row=3 + len(HOSTILE))
    cells = [row[DEMANDS.index("需求内容")] for row in rows]
    assert {cell.data_type for cell in cells} == {"s"}
    for cell, text in zip(cells, HOSTILE, strict=True):
        if cell.row != 18 and len(text) < 20_000:
            assert readable(str(cell.value)) == text.strip()
        assert len(str(cell.value).encode("utf-16-le")) // 2 <= CELL_LIMIT
    with zipfile.ZipFile(target) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_what_is_made_inert_reads_back(text: str) -> None:
    assert readable(inert(text)) == text
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in tuple("=+-@\t\r＝＋－＠")


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_text_makes_well_formed_xml(text: str) -> None:
    from lxml.etree import fromstring

    read = fromstring(f"<t>{xml(text)}</t>".encode())
    assert readable(read.text or "") == text


# -- written whole or not at all ---------------------------------------------------------------------------------


def test_an_existing_file_is_replaced_only_when_told(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("旧的", encoding="utf-8")
    refused = cli.run("export", "contacts", "-o", str(target))
    assert refused.code == 1
    assert "--force" in refused.err
    assert target.read_text("utf-8") == "旧的"
    cli("export", "contacts", "-o", str(target), "--force")
    assert "姓名" in target.read_text("utf-8-sig")
    cli("export", "contacts", "-o", str(target), "--yes")


def test_a_link_goes_on_pointing_to_the_file_that_was_replaced(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("旧的", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    cli("export", "contacts", "-o", str(tmp_path / "link.csv"), "--force")
    assert (tmp_path / "link.csv").is_symlink()
    assert "姓名" in (tmp_path / "real.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("lock", [".~lock.a.xlsx#", "~$a.xlsx"])
def test_a_file_that_is_open_elsewhere_is_not_replaced(cli: Cli, tmp_path: Path, lock: str) -> None:
    (tmp_path / "a.xlsx").write_text("旧的", encoding="utf-8")
    (tmp_path / lock).touch()
    refused = cli.run("export", "demands", "-o", str(tmp_path / "a.xlsx"), "--force")
    assert (refused.code, "打开" in refused.err) == (1, True)
    assert (tmp_path / "a.xlsx").read_text("utf-8") == "旧的"


def test_a_folder_and_a_device_are_no_target(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    os.mkfifo(tmp_path / "b.csv")
    for name in ("a.xlsx", "b.csv"):
        assert cli.run("export", "contacts", "-o", str(tmp_path / name), "--force").code == 1


def small() -> None:
    """Let this process write no file above 60 KB: what a full disk does, without one."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
def test_a_disk_that_fills_up_leaves_the_old_file_whole_and_nothing_beside_it(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for _ in range(3):
        cli.demand("".join(map(chr, range(0x4E00, 0x4E00 + 12_000))))
    target = folder / f"a.{suffix}"
    target.write_text("旧的", encoding="utf-8")
    assert ran(["export", "demands", "-o", str(target), "--force"], small) == 1
    assert target.read_text("utf-8") == "旧的"
    assert os.listdir(folder) == [target.name]


def test_an_export_that_is_killed_leaves_the_old_file_or_the_new_one(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    cli.demand("泵车臂架下不来了" * 100)
    target = folder / "a.xlsx"
    cli("export", "demands", "-o", str(target))
    old = target.read_bytes()
    for number in range(12):
        child = spawn(["export", "demands", "-o", str(target), "--force"])
        time.sleep(0.02 + number * 0.025)
        os.kill(child, signal.SIGKILL if number % 2 else signal.SIGTERM)
        os.waitpid(child, 0)
        assert os.listdir(folder) == [target.name]
        assert target.read_bytes() == old or load_workbook(target).sheetnames


# -- what the ledger owes ----------------------------------------------------------------------------------------


def owed(cli: Cli) -> dict[str, str]:
    """The open deadlines of the ledger itself: rule and what it says."""
    connection = sqlite3.connect(cli.db)
    query = "SELECT rule, period FROM deadline WHERE about = 'ledger' AND met_at IS NULL AND voided_at IS NULL"
    rows = dict(connection.execute(query).fetchall())
    connection.close()
    return rows


def test_a_fresh_ledger_owes_the_reports_of_its_first_week_month_and_quarter(cli: Cli) -> None:
    assert owed(cli) == {"weekly-report": "2026-W47", "monthly-digest": "2026-11", "quarterly-summary": "2026Q4"}
    assert cli("due --json").json == []
    (line,) = cli.at("2026-11-23T09:00:00")("due --json").json
    assert (line["rule"], line["due_at"], line["demand"]) == ("weekly-report", "2026-11-23T17:30:00+08:00", None)
    assert "台账" in cli("due").out


def test_an_export_meets_what_the_ledger_owed_and_the_next_one_is_owed(cli: Cli, tmp_path: Path) -> None:
    cli.at("2026-11-24T09:00:00")
    assert cli("due --json").json[0]["state"] == "overdue"
    assert cli("export", "weekly", "-o", str(tmp_path / "w.xlsx"), "--json").json["noted"]
    assert owed(cli)["weekly-report"] == "2026-W48"
    assert cli("due --json").json == []
    assert not cli("export", "weekly", "-o", str(tmp_path / "w.xlsx"), "--force", "--json").json["noted"]


def test_a_week_exported_out_of_turn_is_not_owed_again(cli: Cli, tmp_path: Path) -> None:
    cli.at("2026-12-08T09:00:00")
    cli("export", "weekly", "--week", "2026-W48", "-o", str(tmp_path / "a.xlsx"))
    assert owed(cli)["weekly-report"] == "2026-W47"
    cli("export", "weekly", "--week", "2026-W47", "-o", str(tmp_path / "b.xlsx"))
    assert owed(cli)["weekly-report"] == "2026-W49"
    connection = sqlite3.connect(cli.db)
    met = connection.execute("SELECT period, met_at > due_at FROM deadline WHERE met_at IS NOT NULL").fetchall()
    connection.close()
    assert met == [("2026-W47", 1)]


@pytest.mark.parametrize("options", ["--week 本周", "--week 2026-W40", "--branch 长沙"])
def test_what_is_not_the_whole_week_that_is_owed_meets_nothing(cli: Cli, tmp_path: Path, options: str) -> None:
    cli.at("2026-11-24T09:00:00")
    cli("export", "weekly", *options.split(), "-o", str(tmp_path / "a.xlsx"))
    assert owed(cli)["weekly-report"] == "2026-W47"


def test_month_and_quarter_are_owed_within_working_days(cli: Cli, tmp_path: Path) -> None:
    cli.at("2027-01-01T09:00:00")  # a day off
    due = {line["rule"]: line["due_at"][:16] for line in cli("due", "--within", "30d", "--json").json}
    assert due["monthly-digest"] == "2026-12-03T17:30"  # from Tuesday 1 December, two working days after it
    cli("export", "monthly", "--month", "2026-11", "-o", str(tmp_path / "m.xlsx"))
    cli("export", "quarterly", "--quarter", "2026Q4", "-o", str(tmp_path / "q.xlsx"))
    assert (owed(cli)["monthly-digest"], owed(cli)["quarterly-summary"]) == ("2026-12", "2027Q1")


def test_undo_passes_over_what_was_handed_upward(cli: Cli, tmp_path: Path) -> None:
    cli.demand()
    cli.at("2026-11-24T09:00:00")("export", "weekly", "-o", str(tmp_path / "w.xlsx"))
    assert "登记 D1" in cli("undo").out
    assert owed(cli)["weekly-report"] == "2026-W48"


def test_replaying_the_history_of_the_ledger_gives_the_stored_deadlines(cli: Cli, tmp_path: Path) -> None:
    from demandctl.db import transaction
    from demandctl.language.subject import LEDGER
    from demandctl.store.deadlines import replay

    for day, week in (("2026-11-24", "2026-W47"), ("2026-12-08", "2026-W49"), ("2026-12-09", "2026-W48")):
        cli.at(f"{day}T09:00:00")("export", "weekly", "--week", week, "-o", str(tmp_path / f"{week}.xlsx"))
    with transaction(Context(cli.db, cli.config), "test", keep=False) as work:
        replayed, stored = replay(work.session, LEDGER)
    assert replayed == stored
    assert len(stored) == 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_ledger_that_cannot_be_written_is_still_exported(cli: Cli, tmp_path: Path) -> None:
    cli.at("2026-11-24T09:00:00")
    cli.db.chmod(0o400)
    answer = cli("export", "weekly", "-o", str(tmp_path / "w.xlsx"), "--json")
    assert not answer.json["noted"]
    assert "没能记下" in answer.err


def test_reading_exports_write_nothing_into_the_ledger(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    before = shutil.copy(cli.db, tmp_path / "before.db")
    for what in ("demands", "revisits", "follow-ups", "contacts", "customers", "weekly"):
        cli("export", what, "-o", str(tmp_path / f"{what}.json"))
    dumps = []
    for path in (before, cli.db):
        connection = sqlite3.connect(path)
        dumps.append(list(connection.iterdump()))
        connection.close()
    assert dumps[0] == dumps[1]


# -- paper -------------------------------------------------------------------------------------------------------


def test_a_wide_form_has_a_sheet_to_print_that_an_import_passes_over(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "all", "-o", str(tmp_path / "all"))
    for path in (tmp_path / "all").iterdir():
        for sheet in load_workbook(path).worksheets:
            across = sum(dimension.width for dimension in sheet.column_dimensions.values())
            one_page = bool(sheet.sheet_properties.pageSetUpPr.fitToPage)
            assert one_page or across < 70 or sheet.print_title_cols, sheet.title
            assert across <= 140 or not one_page, sheet.title
    demands = next((tmp_path / "all").glob("需求信息*"))
    (one, other), full = table(demands, "打印"), table(demands, "需求信息")
    assert (one["需求编号"], one["最新进度"]) == ("D1", "问了厂里")
    assert other["需求内容"] == full[1]["需求内容"]
    assert cli("import", "demands", str(demands), "--json").json["skipped"] == 2


def test_what_is_told_of_a_week_is_as_of_its_end(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli.at("2026-11-25T10:00:00")("follow-up", "1", "已修好", "--resolved")
    cli("confirm", "1", "--solved")
    cli("follow-up", "2", "已答复")
    cli("export", "weekly", "--week", "2026-W47", "-o", str(tmp_path / "w.xlsx"))
    (service, inquiry) = table(tmp_path / "w.xlsx", "售后咨询进展")
    assert (service["需求编号"], service["最新进度"]) == ("D1", "问了厂里")
    assert inquiry["最新进度"] is None
    assert {row["编号"] for row in table(tmp_path / "w.xlsx", "超时未办")} == {"D1", "D2"}
    texts = [str(row[0].value) for row in load_workbook(tmp_path / "w.xlsx")["概览"].iter_rows(max_row=5)]
    assert texts[2] == "新增 2 条（咨询 1、售后 1），结束 0 条，还有 2 条没有结束。"
    assert texts[3].startswith("到11月22日周末超时 ")


def test_no_number_is_a_decimal_of_minutes_and_no_change_is_a_dash(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli("export", "weekly", "--week", "本周", "-o", str(tmp_path / "w.xlsx"))
    rows = {row[0]: row[1:4] for row in load_workbook(tmp_path / "w.xlsx")["指标"].iter_rows(values_only=True)}
    assert rows["首次响应中位数"] == ("1小时", "—", "—")
    assert rows["结束需求"] == (0, 0, "—")
    assert rows["新增需求"] == (2, 0, "+2")


def test_a_week_in_which_nothing_happened_says_so_without_a_chart(cli: Cli, tmp_path: Path) -> None:
    cli("export", "weekly", "--week", "上周", "-o", str(tmp_path / "w.xlsx"))
    book = load_workbook(tmp_path / "w.xlsx")
    assert not any(sheet._charts for sheet in book.worksheets)
    assert "这段时间没有。" in {cell.value for row in book["指标"].iter_rows() for cell in row}


def test_follow_ups_in_one_cell_of_a_csv_come_back_as_they_were(cli: Cli, tmp_path: Path) -> None:
    cli.demand(phone="13800000121")
    cli("assign", "1", "李铁柱")
    cli("follow-up", "1", "已报价", "--stage", "报价", "--next", "2026-11-25", "--plan", "送样")
    cli("follow-up", "1", "催一下", "--nudged")
    cli("follow-up", "1", "没人接", "--no-answer")
    cli("export", "demands", "-o", str(tmp_path / "d.csv"))
    fresh = ["--db", str(tmp_path / "new.db")]
    cli(*fresh, "init")
    cli(*fresh, "import", "demands", str(tmp_path / "d.csv"))
    names = ("at", "by", "phone", "stage", "text", "next_plan", "note", "to", "internal")
    one, two = cli("show", "1", "--json").json, cli(*fresh, "show", "1", "--json").json
    assert [[entry[name] for name in names] for entry in one["follow_ups"]] == [
        [entry[name] for name in names] for entry in two["follow_ups"]
    ]


def test_a_week_is_one_page_for_a_phone_in_which_text_stays_text(cli: Cli, tmp_path: Path) -> None:
    a_day(cli)
    cli.demand("<script>alert(1)</script>", customer="A&B", phone="13800000779")
    cli("export", "weekly", "--week", "本周", "-o", str(tmp_path / "w.html"))
    text = (tmp_path / "w.html").read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert 'name="viewport"' in text
    assert "<script" not in text
    for part in ("A&amp;B", "新增 3 条", "最急的五件", "13800000779"):
        assert part in text
    cli("export", "weekly", "--week", "本周", "--mask", "-o", str(tmp_path / "m.html"))
    assert "13800000779" not in (tmp_path / "m.html").read_text("utf-8")
