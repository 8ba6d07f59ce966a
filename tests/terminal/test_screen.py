"""What people read on a terminal: no line is wider than it, and none is broken where it cannot be read."""

import json
import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from demandctl.language.display import width
from tests.support.cli import Cli
from tests.support.terminal import screen

LONG = "37米泵车臂架第三节抖得厉害，昨晚在工地停了，今天还要浇筑两百方，能不能上午就派师傅带上液压油管过来看看"


@pytest.fixture
def desk(cli: Cli) -> Cli:
    """One demand with much to tell."""
    cli.demand(LONG, phone="13907395566")
    cli("assign", "1", "李铁柱")
    cli("follow-up", "1", LONG, "--method", "phone", "--stage", "已约上门", "--next", "明天上午9点", "--plan", LONG)
    return cli


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize(
    "command",
    [
        "show 1", "log 1 --changes", "contact list", "report", "upgrade 1", "close 1 --outcome solved",
        "close 1", "intake x --kind 什么", "doctor", "contact add 王五", "customer profile K1",
        "revisit add K1 --kind after-sale --at 后天上午10点", "revisit --help", "due --help", "list", "",
    ],
)  # fmt: skip
def test_no_line_is_wider_than_the_terminal(desk: Cli, command: str, columns: int) -> None:
    lines = screen(desk, columns, *command.split())
    assert [line for line in lines if width(line) > columns] == []
    assert any(lines)


FIGURE = r"[0-9]+(?:[-:.,][0-9]+)*"


@pytest.fixture
def week(desk: Cli) -> Cli:
    """A few demands with late clocks, a planned visit, an order, phones and amounts."""
    cli = desk
    for n, (kind, region) in enumerate((("opportunity", "株洲"), ("complaint", "常德"), ("inquiry", "湘潭"))):
        cli.demand(f"第{n}件，预算1,280,000元以内", customer=f"诚信搅拌站 彭站长{n}", kind=kind, region=region,
                   phone=f"1380000012{n}", channel="group", group="湘中泵送交流群")  # fmt: skip
    cli("assign", "2", "易文彬")
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "下周三上午10点")
    cli("customer", "edit", "K00002", "--company", "长沙恒通混凝土有限公司")
    return cli.at("2026-11-24T16:35:00")


@pytest.mark.parametrize(
    ("columns", "term"), [(100, "xterm"), (100, "dumb"), (80, "xterm"), (60, "dumb"), (40, "xterm")]
)
@pytest.mark.parametrize(
    "command",
    ["due", "due --each", "due 2", "list", "contact list --limit 9", "revisit list", "monday", "customer list",
     "log --limit 8", "who --region 湘潭 --kind 售后"],
)  # fmt: skip
def test_no_figure_and_no_title_is_lost_at_any_width(week: Cli, command: str, columns: int, term: str) -> None:
    piped = week(*command.split()).out
    lines = screen(week, columns, *command.split(), term=term)
    assert [line for line in lines if width(line) > columns] == []
    on_screen = "\n".join(lines)
    missing = Counter(re.findall(FIGURE, piped)) - Counter(re.findall(FIGURE, on_screen))
    assert not missing
    titles = [
        title
        for line in piped.split("\n")
        if line.startswith(("编号", "需求编号", "回访编号"))
        for title in line.split()
    ]
    assert [title for title in titles if title not in on_screen] == []


@pytest.mark.parametrize(("columns", "lines"), [(100, 30), (80, 24)])
def test_what_to_do_now_is_on_one_screen(week: Cli, columns: int, lines: int) -> None:
    for n in range(14):
        week.demand(f"第{n}件", customer=f"诚信搅拌站 彭站长{n}", phone=f"1380000{n:04}")
    shown = screen(week.at("2026-11-25T16:35:00"), columns, lines=lines)
    assert len(shown) <= lines  # the last one is the prompt's
    assert any("assign" in line for line in shown)
    assert any("nudge" in line for line in shown)


def test_the_rules_fit_on_eighty_columns(desk: Cli) -> None:
    assert max(map(width, screen(desk, 80, "sla", "show")[1:])) <= 80


def test_the_story_stands_under_its_own_column(desk: Cli) -> None:
    lines = screen(desk, 80, "show", "1")
    start = next(n for n, line in enumerate(lines) if "李铁柱［电话·已约上门］" in line)
    column = width(lines[start].partition("李铁柱")[0])
    assert lines[start + 1].startswith(" " * column)
    assert lines[start + 1][column] != " "


def test_a_command_that_is_named_is_read_in_one_piece(desk: Cli) -> None:
    lines = screen(desk, 80, "revisit", "add", "K1", "--kind", "after-sale", "--at", "后天上午10点")
    assert any(line.endswith("demandctl revisit record 1 --satisfaction …") for line in lines)


def test_a_choice_is_not_parted_from_its_label(cli: Cli) -> None:
    lines = screen(cli, 80, "intake", "x", "--kind", "什么")
    assert lines[:2] == [
        "错误：选项 --kind：“什么”不认识",
        "  可选：商机 opportunity、售后 service、咨询 inquiry、投诉 complaint、",
    ]
    assert lines[2].strip() == "建议 suggestion"


def test_further_lines_of_an_error_stand_behind_its_label(cli: Cli) -> None:
    lines = screen(cli, 60, "assign", "1", "x" * 50)
    assert lines[0].startswith("错误：")
    cli.demand()
    lines = screen(cli, 60, "list", "--branch", "很长很长很长很长很长很长很长很长的分公司名字找不到")
    assert lines[0].startswith("错误：")
    assert lines[1].startswith("      ")


def test_a_pipe_gets_long_lines_whole(desk: Cli) -> None:
    out = desk("show", "1").out
    assert LONG in out.replace("\n", "|")
    assert "可选：商机 opportunity、售后 service、咨询 inquiry、投诉 complaint、建议 suggestion\n" in (
        desk.run("intake", "x", "--kind", "什么").err
    )


@pytest.mark.parametrize("words", [["show", "1"], ["due"], ["log", "--changes"], ["show", "99"], ["--help"]])
def test_a_code_page_that_lacks_characters_loses_them_and_nothing_else(
    desk: Cli, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk("follow-up", "1", "客户发来👍和𠮷字")
    monkeypatch.setenv("PYTHONIOENCODING", "gbk")
    done = subprocess.run([sys.executable, "-m", "demandctl", *words], capture_output=True, check=False)
    text = (done.stdout + done.stderr).decode("gbk")
    assert done.returncode == (3 if "99" in words else 0)
    assert "Traceback" not in text
    assert text.strip()


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "latin-1", "big5", "utf-16"])
def test_json_is_utf_8_and_text_is_legible_whatever_the_encoding(cli: Cli, encoding: str) -> None:
    cli.demand("臂架“抖动”😀，é 也写得出")

    def run(*words: str) -> bytes:
        with_encoding = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run([sys.executable, "-m", "demandctl", *words], env=with_encoding, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    found = json.loads(run("show", "1", "--json").decode())
    assert found["content"] == "臂架“抖动”😀，é 也写得出"
    text = run("show", "1")
    readable = "utf-8" if encoding in ("ascii", "latin-1") else encoding
    assert "臂架" in text.decode(readable)
