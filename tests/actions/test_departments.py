"""Departments and the supervisor (C 2.1, 2.2, S 4): asked by name, urged, told with a text, each with a clock."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.support.cli import Cli


@pytest.fixture
def told(cli: Cli) -> Cli:
    """A demand that its handler could not solve, and a visit with a problem for another department."""
    cli.demand(product="37米泵车", kind="service", subtype="repair", channel="group", group="湘潭群")
    cli("assign 1 李铁柱")
    cli("follow-up 1 换了密封圈还漏")
    cli("revisit add K1 --kind regular --at 今天9点30 --demand 1")
    cli.at("2026-11-20T10:00:00")
    cli("revisit", "record", "1", "--satisfaction", "unsatisfied", "--dissatisfaction", "慢", "--problem", "少发一箱",
        "--urgent", "--department", "物流部")  # fmt: skip
    return cli


def test_a_department_is_learnt_by_name_when_it_is_asked_and_has_its_clock(told: Cli) -> None:
    told("escalate", "1", "品管部", "--problem", "油缸内泄", "--within", "2h")
    [found] = told("contact list --role department --json").json
    assert (found["name"], found["role"]) == ("品管部", "department")
    clock = told.open_deadlines(1)["escalated"]
    assert (clock["owed_by"]["name"], clock["due_at"][11:16]) == ("品管部", "12:00")
    assert "油缸内泄" in told("nudge 品管部").out
    assert told.run("escalate", "1", "没这个人", "--problem", "x").code == 3


def test_the_supervisor_is_asked_by_what_he_is(told: Cli) -> None:
    assert told.run("escalate", "1", "主管", "--problem", "要批件").code == 1
    told("config", "set", "specialist.supervisor", "王敏")
    told("escalate", "1", "主管", "--problem", "要批件")
    assert told("show 1 --json").json["escalations"][0]["to"] == "王敏"
    assert told("nudge 主管 --json").json[0]["to"]["name"] == "王敏"


def test_a_branch_is_asked_through_its_leader(told: Cli) -> None:
    told("escalate", "1", "湘南分公司", "--problem", "要备件")
    assert told("show 1 --json").json["escalations"][0]["to"] == "欧阳勇"


def test_the_text_for_whoever_is_asked_says_what_was_tried_and_by_when(told: Cli) -> None:
    text = told("escalate", "1", "品管部", "--problem", "油缸内泄", "--within", "1d").out
    for said in (
        "【疑难升级 第 1 级】D1 品管部：",
        "37米泵车",
        "油缸内泄",
        "李铁柱：换了密封圈还漏",
        "11月23日 17:30 前",
    ):
        assert said in text
    [raised] = told("show 1 --json").json["escalations"]
    assert (raised["level"], raised["within"], raised["due_at"]) == (1, "1d work", "2026-11-23T17:30:00+08:00")
    assert (raised["product"], raised["met_at"], raised["result"]) == ("37米泵车", None, None)


def test_what_is_escalated_is_told_to_the_customer_and_what_came_of_it_is_kept(told: Cli) -> None:
    told("escalate", "1", "品管部", "--problem", "油缸内泄")
    told.at("2026-11-20T11:00:00")("follow-up", "1", "缸筒拉伤，换缸", "--by", "品管部", "--internal")
    assert "relay" in told.open_deadlines(1)
    assert "escalated" not in told.open_deadlines(1)
    [raised] = told("show 1 --json").json["escalations"]
    assert (raised["met_at"], raised["result"]) == ("2026-11-20T11:00:00+08:00", "缸筒拉伤，换缸")
    shown = told("show 1").out
    assert "升级第 1 级 → 品管部：油缸内泄（今天 15:30 前）" in shown
    assert "第 1 级升级有了结果：缸筒拉伤，换缸" in shown


def test_what_goes_to_a_department_comes_with_its_text_and_its_phone(told: Cli) -> None:
    told("contact add 物流部 --role department --phone 073155550000")
    assert "【回访转办】物流部：" in told("revisit forward 1 物流").out
    clock = next(d for d in told("revisit show 1 --json").json["deadlines"] if d["rule"] == "department-contact")
    assert clock["owed_by"] == {"role": "department", "name": "物流部", "phone": "0731-55550000"}
    assert "少发一箱" not in told("nudge 物流部").err
    assert told("nudge 物流部 --json").json[0]["to"]["phone"] == "0731-55550000"


def test_a_visits_problem_goes_higher_with_the_time_allowed_and_a_clock_until_it_is_solved(told: Cli) -> None:
    told("revisit forward 1 物流部")
    told("config", "set", "specialist.supervisor", "王敏")
    text = told("revisit escalate 1 主管 --within 2h").out
    assert "【回访问题上报】R1 王敏：" in text
    assert "今天12:00 前" in text
    visit = told("revisit show 1 --json").json
    assert (visit["escalated_to"], visit["escalation_problem"]) == ("王敏", "少发一箱")
    clock = next(d for d in visit["deadlines"] if d["rule"] == "revisit-escalated")
    assert (clock["owed_by"]["name"], clock["due_at"][11:16], clock["met_at"]) == ("王敏", "12:00", None)
    assert "少发一箱" in told("nudge R1").out
    told("revisit escalate 1 唐建明 --problem 找不到货")
    told.at("2026-11-20T11:00:00")("handover", "唐建明", "欧阳勇", "--yes")
    told("revisit solved 1")
    clocks = [d for d in told("revisit show 1 --json").json["deadlines"] if d["rule"] == "revisit-escalated"]
    assert {d["owed_by"]["name"]: bool(d["met_at"]) for d in clocks} == {"王敏": False, "欧阳勇": True}
    assert not [d for d in told("revisit show 1 --json").json["deadlines"] if not (d["met_at"] or d["voided_at"])]
    assert told("doctor --all --json").json["ok"]


def test_an_escalation_is_a_form_of_one_page_and_a_row_of_its_sheet(told: Cli, tmp_path: Path) -> None:
    assert told.run("export", "escalation", "1", "-o", str(tmp_path / "none.xlsx")).code == 1
    told("escalate", "1", "品管部", "--problem", "油缸内泄", "--within", "1d")
    told.at("2026-11-20T11:00:00")("follow-up", "1", "缸筒拉伤，换缸", "--by", "品管部", "--internal")
    told("export", "escalation", "1", "-o", str(tmp_path / "升级单.xlsx"))
    sheet = load_workbook(tmp_path / "升级单.xlsx").active
    assert sheet is not None
    written = "\n".join(str(cell) for row in sheet.values for cell in row if cell)
    for said in (
        "疑难问题升级单",
        "D1-1",
        "37米泵车",
        "油缸内泄",
        "换了密封圈还漏",
        "1 个工作日",
        "2026-11-23 17:30",
        "换缸",
    ):
        assert said in written
    assert sheet.page_setup.orientation == "portrait"
    told("export", "demands", "-o", str(tmp_path / "需求.xlsx"))
    rows = [list(row) for row in load_workbook(tmp_path / "需求.xlsx")["升级明细"].values]
    head = next(row for row in rows if row[0] == "需求编号")
    assert head[:12] == [
        "需求编号", "客户", "产品", "级别", "升级给", "电话", "问题", "时限", "升级时间", "到期", "处理时间", "结果",
    ]  # fmt: skip
    [row] = [dict(zip(head, row, strict=True)) for row in rows if row[0] == "D1"]
    assert (row["升级给"], row["时限"], row["结果"]) == ("品管部", "1 个工作日", "缸筒拉伤，换缸")
