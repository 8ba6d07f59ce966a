"""A workbook or a summary handed to a group by the command that makes it."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.support.cli import Cli
from tests.support.office import configure, repair, wecom
from tests.support.robots import Robots


def test_a_weekly_workbook_is_uploaded_and_sent_with_its_phones_masked(
    office: Cli, robots: Robots, tmp_path: Path
) -> None:
    repair(office, phone="13800000121")
    office.at("2026-11-23T09:00:00")
    file = tmp_path / "周报.xlsx"
    told = office("export", "weekly", "-o", str(file), "--send", "需求群", "--json").json
    assert told["sent"] == {"channel": "需求群", "answer": "ok"}
    assert [(message["kind"], message["said"]) for message in robots.accepted] == [("file", "周报.xlsx")]
    (upload,) = robots.uploads
    assert upload == ("周报.xlsx", file.read_bytes())
    book = load_workbook(BytesIO(upload[1]))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("138****0121" in cell for cell in cells)
    assert not any("13800000121" in cell for cell in cells)


@pytest.mark.parametrize("name", ["weekly", "monthly", "quarterly"])
def test_every_report_can_be_sent(office: Cli, robots: Robots, tmp_path: Path, name: str) -> None:
    repair(office)
    office.at("2027-01-04T09:00:00")
    answer = office("export", name, "-o", str(tmp_path / f"{name}.xlsx"), "--send", "需求群")
    assert "已发到“需求群”" in answer.out
    assert len(robots.accepted) == 1


def test_a_channel_that_takes_no_files_is_refused_before_anything_is_made(
    office: Cli, robots: Robots, tmp_path: Path
) -> None:
    configure(office, wecom(robots), {"name": "本地", "type": "command", "command": ["true"]})
    file = tmp_path / "周报.xlsx"
    answer = office.run("export", "weekly", "-o", str(file), "--send", "本地")
    assert (answer.code, "能发文件的：wecom" in answer.err) == (2, True)
    assert office.run("export", "weekly", "-o", str(file), "--send", "没有的").code == 3
    assert not file.exists()


def test_what_the_robot_refuses_is_told_with_what_to_do(office: Cli, robots: Robots, tmp_path: Path) -> None:
    robots.faults.append("refuse")
    file = tmp_path / "周报.xlsx"
    answer = office.run("export", "weekly", "-o", str(file), "--send", "需求群")
    assert answer.code == 5
    assert "key= 后面的一串重新抄进密钥" in answer.err
    assert file.exists()  # it was made: only handing it over failed


def test_a_summary_has_at_most_ten_lines_and_goes_to_the_group(office: Cli, robots: Robots) -> None:
    for number in range(3):
        repair(office, customer=f"客户{number}")
    office("follow-up", "1", "已联系", "--method", "phone")
    office("close", "2", "--outcome", "dropped", "--reason", "不要了")
    office.at("2026-11-20T17:00:00")
    lines = office("report", "--message").out.splitlines()
    assert lines[0].startswith("【需求汇总】")
    assert len(lines) <= 10
    assert "新增 3 条" in lines[1]
    assert any(line.startswith("结束 1 条") for line in lines)
    assert any(line.startswith("未结束 2 条") for line in lines)
    assert any("按时率" in line for line in lines)
    told = office("report", "--message", "--send", "需求群", "--json").json
    assert told["message"].splitlines() == lines
    assert robots.texts == [told["message"]]
    assert office.run("report", "--send", "需求群").code == 2
