"""What a file is decides its bytes; what it says beside its cells is told; what cannot be read is refused in words."""

# ruff: noqa: E501  (rows of tables)

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from tests.support.cli import Cli

HEADER = ["提出时间", "客户姓名", "电话", "类型", "需求内容"]
ROW = ["2026-03-05", "甲", "13800031001", "售后", "漏油"]
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def workbook(path: Path, *rows: list[Any]) -> Path:
    """A workbook of one sheet."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


@pytest.fixture
def empty(cli: Cli) -> Cli:
    """A ledger after the books."""
    return cli.at("2026-11-23T10:00:00")


def archive(path: Path, **parts: str) -> Path:
    """A zip archive of these parts."""
    with zipfile.ZipFile(path, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return path


def flat(path: Path) -> Path:
    """A flat .fods with a comment and a hidden row."""

    def row(*texts: str, more: str = "") -> str:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
        )
        return f"<table:table-row{more}>{cells}</table:table-row>"

    rows = row(*HEADER) + row(*ROW, more=' table:visibility="collapse"')
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    path.write_text(
        f'<?xml version="1.0"?><office:document {spaces} office:mimetype="{ODS}"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body></office:document>',
        encoding="utf-8",
    )
    return path


FILES: dict[str, Callable[[Path], object]] = {
    "其实是xlsx.xls": lambda path: workbook(path.with_suffix(".xlsx"), HEADER, ROW).rename(path),
    "制表符.dat": lambda path: path.write_text("\n".join("\t".join(row) for row in (HEADER, ROW)), encoding="utf-16"),
    "分号.csv": lambda path: path.write_bytes("\n".join(";".join(row) for row in (HEADER, ROW)).encode("gb18030")),
    "平的.fods": flat,
}


@pytest.mark.parametrize("name", FILES)
def test_a_table_is_read_whatever_its_file_is_called(empty: Cli, name: str) -> None:
    path = empty.folder / name
    FILES[name](path)
    assert empty("import", "demands", str(path), "--json").json["added"] == 1
    assert empty("show", "1", "--json").json["content"] == "漏油"


def scrambled(path: Path) -> None:
    """A compound file whose workbook begins with a password record."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    path.write_bytes(head + b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12) + b"\x2f\x00\x06\x00" + bytes(600))


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "加密.ods": (lambda path: archive(path, mimetype=ODS, content_dot_xml="\x01\x02",
                                    **{"META-INF__manifest_dot_xml": "<m><encryption-data/></m>"}), "有密码"),
    "异或.xls": (scrambled, "有密码"),
    "苹果.numbers": (lambda path: archive(path, Index__Document_dot_iwa="x"), "Numbers"),
    "文档.xlsx": (lambda path: archive(path, word__document_dot_xml="<w/>"), "Word"),
    "纸.csv": (lambda path: path.write_bytes(b"%PDF-1.7\n"), "PDF"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_called_what_it_is(empty: Cli, name: str) -> None:
    path = empty.folder / name
    REFUSED[name][0](path)
    answer = empty.run("import", "demands", str(path))
    assert answer.code == 1
    assert REFUSED[name][1] in answer.err


def test_comments_go_into_the_note_and_colours_and_hidden_rows_are_told(empty: Cli) -> None:
    path = workbook(empty.folder / "色.xlsx", HEADER, ROW, ["2026-03-06", "乙", "13800031002", "售后", "异响"],
                    ["2026-03-07", "丙", "13800031003", "售后", "不动"])  # fmt: skip
    made = openpyxl.load_workbook(path)
    sheet = made.worksheets[0]
    sheet["C2"].comment = Comment("他老婆的号", "我")
    sheet["B3"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet.row_dimensions[4].hidden = True
    made.save(path)
    notes = "".join(empty("import", "demands", str(path), "--json").json["notes"])
    assert "批注 C2：他老婆的号" in empty("show", "1", "--json").json["note"]
    assert "黄底" in notes
    assert "第 3 行" in notes
    assert "隐藏的第 4 行也读了" in notes


UNKNOWN = [("状态", "星际漫游"), ("渠道", "甲乙丙"), ("结果", "嗯嗯"), ("紧急程度", "紫色")]


@pytest.mark.parametrize(("title", "text"), UNKNOWN)
def test_a_word_that_nobody_understands_is_a_problem_of_its_row(empty: Cli, title: str, text: str) -> None:
    path = workbook(empty.folder / "词.xlsx", [*HEADER, title], [*ROW, text])
    [problem] = empty.run("import", "demands", str(path), "--json").json["problems"]
    assert (problem["column"], problem["value"]) == (title, text)


@pytest.mark.parametrize(("text", "outcome"), [("已流标", "lost"), ("黄了", "lost"), ("中标", "won")])
def test_what_people_say_of_an_end_is_understood(empty: Cli, text: str, outcome: str) -> None:
    path = workbook(
        empty.folder / "词.xlsx", [*HEADER, "结果"], ["2026-03-05", "甲", "13800031001", "商机", "要一台", text]
    )
    empty("import", "demands", str(path))
    assert empty("show", "1", "--json").json["outcome"] == outcome


def test_one_bad_date_is_one_problem_and_a_dry_run_ends_as_the_import_would(empty: Cli) -> None:
    path = workbook(empty.folder / "日.xlsx", [*HEADER, "登记时间"], ["2026.2.30", *ROW[1:], ""])
    answer = empty.run("import", "demands", str(path), "--dry-run", "--json")
    assert (answer.code, len(answer.json["problems"])) == (1, 1)
    assert empty.run("import", "demands", str(path), "--dry-run", "--skip-errors").code == 5


def test_a_mapping_of_a_column_that_the_file_lacks_is_refused(empty: Cli) -> None:
    path = workbook(empty.folder / "列.xlsx", HEADER, ROW)
    answer = empty.run("import", "demands", str(path), "--map", "没有这列=备注")
    assert answer.code == 2
    assert "没有这列" in answer.err


def test_what_the_whole_table_is_can_be_said_once(empty: Cli) -> None:
    path = workbook(
        empty.folder / "少.xlsx", ["日期", "客户", "电话", "内容"], ["2026-03-05", "甲", "13800031001", "请回电"]
    )
    assert empty.run("import", "demands", str(path)).code == 1
    empty("import", "demands", str(path), "--set", "kind=投诉", "--set", "所在地区=长沙")
    demand = empty("show", "1", "--json").json
    assert (demand["kind"], demand["region"]) == ("complaint", "长沙")


def test_a_header_with_a_meaning_of_its_own_is_never_the_content(empty: Cli) -> None:
    rows = [
        [f"2026-03-0{n}", f"王{n}", f"1380003100{n}", "售后", f"全套报价单第{n}版已经发给对方了"] for n in range(1, 6)
    ]
    path = workbook(empty.folder / "报价.xlsx", [*HEADER[:4], "报价"], *rows)
    assert empty.run("import", "demands", str(path)).code == 1


def test_a_revisit_wants_a_time_or_a_rating(empty: Cli) -> None:
    path = workbook(empty.folder / "客户.xlsx", ["客户名称", "电话", "回访类型"], ["甲", "13800031001", "常规"])
    assert empty.run("import", "revisits", str(path)).code == 1


def test_a_landline_without_its_area_code_is_kept_and_told(empty: Cli) -> None:
    path = workbook(empty.folder / "座机.xlsx", HEADER, ["2026-03-05", "甲", "84001234", "售后", "漏油"])
    notes = empty("import", "demands", str(path), "--json").json["notes"]
    assert "没有区号" in "".join(notes)
    assert empty("show", "1", "--json").json["customer"]["phone"] == "84001234"


def test_a_changed_row_of_our_own_export_names_the_command(empty: Cli) -> None:
    empty.demand("要一台泵车", kind="opportunity", phone="13800031009")
    target = empty.folder / "台账.xlsx"
    empty("export", "demands", "-o", str(target))
    made = openpyxl.load_workbook(target)
    sheet = made.worksheets[0]
    titles = [cell.value for cell in sheet[3]]
    sheet.cell(4, titles.index("状态") + 1).value = "已结束"
    sheet.cell(4, titles.index("结果") + 1).value = "未成交"
    made.save(target)
    [problem] = empty.run("import", "demands", str(target), "--json").json["problems"]
    assert "demandctl close 1 --outcome lost" in problem["message"]


def test_follow_ups_and_groups_come_in_on_their_own(empty: Cli) -> None:
    empty.demand("漏油", phone="13800031001", customer="甲")
    empty.at("2026-11-23T11:00:00")
    said = workbook(empty.folder / "跟进.xlsx", ["需求编号", "跟进时间", "跟进人", "跟进内容"],
                    ["D1", "2026-11-23 10:30", "李敏", "回了电话"], ["D9", "2026-11-23 10:30", "李敏", "没有主"])  # fmt: skip
    answer = empty.run("import", "follow-ups", str(said), "--skip-errors", "--json")
    assert (answer.code, answer.json["added"]) == (5, 1)
    assert [entry["text"] for entry in empty("show", "1", "--json").json["follow_ups"]] == ["回了电话"]
    groups = workbook(empty.folder / "群.xlsx", ["群名称", "分公司", "地区"], ["泵车一群", "湖南分公司", "湘潭"])
    assert empty("import", "groups", str(groups), "--json").json["added"] == 1
    assert empty("import", "groups", str(groups), "--json").json["skipped"] == 1


def test_a_row_that_goes_on_in_a_later_copy_is_told_and_not_changed(empty: Cli) -> None:
    header = [*HEADER, "进展", "状态"]
    empty("import", "demands", str(workbook(empty.folder / "一.xlsx", header, [*ROW, "已联系", "跟进中"])))
    later = workbook(empty.folder / "二.xlsx", header, [*ROW, "已联系\n3.9 修好了", "已完成"])
    answer = empty("import", "demands", str(later), "--dry-run", "--json").json
    assert answer["skipped"] == 1
    assert "D1 已有，状态、跟进与表里不同，没有改" in "".join(answer["notes"])
    same = empty("import", "demands", str(empty.folder / "一.xlsx"), "--json").json
    assert "已有，" not in "".join(same["notes"])


def test_our_own_paper_form_comes_back_in_with_its_ticks(empty: Cli) -> None:
    empty.demand(phone="13800000121", company="恒通混凝土")
    empty("revisit", "add", "K00001", "--kind", "after-sale", "--at", "2026-11-23T14:00", "--demand", "1")
    empty.at("2026-11-23T14:30:00")(
        "revisit", "record", "1", "--method", "phone", "--satisfaction", "fair", "--attitude", "satisfied",
        "--problem", "配件慢", "--department", "配件部", "--suggestion", "多备件", "--recommend",
    )  # fmt: skip
    form = empty.folder / "form.xlsx"
    empty("export", "revisit", "R1", "-o", str(form))
    assert empty("import", "revisits", str(form), "--json").json["skipped"] == 1
    fresh = ["--db", str(empty.folder / "fresh.db")]
    empty(*fresh, "init")
    empty(*fresh, "import", "revisits", str(form))
    [one], [two] = empty("revisit", "list", "--json").json, empty(*fresh, "revisit", "list", "--json").json
    for name in ("method", "satisfaction", "attitude", "speed", "problem", "department", "suggestion", "recommend",
                 "visited_at", "kind"):  # fmt: skip
        assert one[name] == two[name], name
    assert "□" not in (two["note"] or "")
    assert "年月日" not in (two["note"] or "")
