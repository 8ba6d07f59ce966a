"""Service steps (S 3-6): what was done to a machine, how long it was with us, second visits, charges, returns."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from demandctl.vocabulary import Step
from tests.support.cli import Cli


@pytest.fixture
def repair(cli: Cli) -> Cli:
    """A machine that was sent in."""
    cli.demand(mode="dropoff", subtype="repair", product="37米泵车")
    cli("assign 1 李铁柱")
    return cli


def sums(cli: Cli) -> Any:
    return cli("show 1 --json").json["service_sums"]


@pytest.mark.parametrize("step", [s for s in Step if s not in ("again", "returned", "exchanged", "charged")])
def test_each_step_is_taken_by_its_value_and_by_its_word_and_is_the_handlers(repair: Cli, step: Step) -> None:
    repair("service", "1", step.value)
    repair("service", "1", step.label, "--by", "周志强", "--number", "QJ-0312")
    done = repair("show 1 --json").json["services"]
    assert [(s["step"], s["by"], s["number"]) for s in done] == [
        (step.value, "李铁柱", None), (step.value, "周志强", "QJ-0312"),
    ]  # fmt: skip
    assert step.label in repair("show 1").out


@pytest.mark.parametrize(
    ("call", "lacks"),
    [
        ("service 1 again", "--reason"),
        ("service 1 charged", "--amount"),
        ("service 1 returned --reason 砂眼", "--decision"),
        ("service 1 exchanged --decision 同意", "--reason"),
    ],
)
def test_what_a_step_cannot_do_without_is_named(repair: Cli, call: str, lacks: str) -> None:
    answer = repair.run(call)
    assert (answer.code, lacks in answer.err) == (2, True)
    assert repair("show 1 --json").json["services"] == []


def test_an_amount_is_of_a_charge_and_a_step_of_a_repair_or_a_complaint(repair: Cli) -> None:
    assert repair.run("service 1 repaired --amount 5").code == 2
    repair.demand("想买", customer="乙", kind="opportunity")
    assert repair.run("service 2 received").code == 1
    assert repair.run("service 1 received --at 2026-11-19").code == 2


def test_a_machine_is_with_us_from_the_day_it_came_until_it_left(repair: Cli) -> None:
    repair("service", "1", "received", "--number", "QJ-0312")
    repair.at("2026-11-23T10:30:00")
    [held] = repair("list --with-us --json").json
    assert (held["number"], held["with_us"]["number"]) == (1, "QJ-0312")
    # Friday 09:00 to Monday 10:30: seven opening hours on Friday, of Saturday and Sunday none, two on Monday.
    assert (held["with_us"]["minutes"], held["with_us"]["open_minutes"]) == (73 * 60 + 30, 420 + 120)
    shown = repair("list --with-us").out
    assert "QJ-0312" in shown
    assert "3天1小时（上班时间 9小时）" in shown
    repair("service 1 repaired")
    repair.at("2026-11-24T10:30:00")
    told = repair("service 1 fetched").out
    assert "在我们这里 4天1小时（上班时间 16小时30分），修好后等了 1天" in told
    assert repair("list --with-us --json").json == []
    repair("service 1 received")
    assert [d["number"] for d in repair("list --with-us --json").json] == [1]


def test_second_visits_are_counted_with_their_reasons(repair: Cli) -> None:
    repair("service 1 visited")
    repair("service 1 again --reason 配件不符")
    assert "第 2 次" in repair("service 1 再次上门 --reason 客户不在").out
    assert (sums(repair)["visits"], sums(repair)["again"]) == (3, ["配件不符", "客户不在"])
    assert "上门 3 次，其中再次上门 2 次：配件不符；客户不在" in repair("show 1").out


def test_charges_are_summed_and_parts_that_are_out_are_named(repair: Cli) -> None:
    repair("service 1 charged --amount 800 --note 上门费")
    assert "收费合计 2,000.5 元" in repair("service 1 charged --amount 1200.5").out
    repair("service 1 parts-out --number 密封圈A")
    repair("service 1 parts-out --number 油管B")
    repair("service 1 parts-back --number 密封圈A")
    assert sums(repair)["parts_out"] == ["油管B"]
    assert "领的备件还没还：油管B" in repair("service 1 repaired").out


def test_a_return_has_its_diagnosis_and_who_decided(repair: Cli) -> None:
    repair("service", "1", "退货", "--reason", "主泵壳体砂眼", "--decision", "技术中心判断属实，唐建明同意退")
    text = repair("show 1").out
    assert "主泵壳体砂眼" in text
    assert "处理意见：技术中心判断属实，唐建明同意退" in text
    assert [d["number"] for d in repair("search 砂眼 --json").json] == [1]


def test_a_step_is_searched_undone_logged_and_erased(repair: Cli, tmp_path: Path) -> None:
    repair("service", "1", "sent", "--number", "SF1234567890")
    assert [d["number"] for d in repair("search SF1234567890 --json").json] == [1]
    assert "发出 D1" in repair("log 1").out
    repair("undo")
    assert repair("show 1 --json").json["services"] == []
    repair("service", "1", "sent", "--number", "SF1234567890")
    repair("customer erase K1 --yes")
    assert b"SF1234567890" not in repair.db.read_bytes()


def test_the_steps_are_a_sheet_of_the_demands(repair: Cli, tmp_path: Path) -> None:
    repair("service 1 received --number QJ-1")
    repair("service 1 charged --amount 800 --note 换油管")
    target = tmp_path / "需求.xlsx"
    repair("export", "demands", "-o", str(target))
    rows = [[cell for cell in row if cell is not None] for row in load_workbook(target)["服务明细"].values]
    assert ["需求编号", "客户", "服务环节", "时间", "经办人", "单号", "金额", "原因", "处理意见", "备注"] in rows
    assert [row[2] for row in rows if row and row[0] == "D1"] == ["收机", "收费"]


def test_steps_and_escalations_come_back_out_of_our_own_workbook(repair: Cli, tmp_path: Path) -> None:
    repair("service", "1", "received", "--number", "QJ-1")
    repair("service", "1", "exchanged", "--reason", "砂眼", "--decision", "同意换", "--by", "周志强")
    repair("service", "1", "charged", "--amount", "800.5", "--note", "换油管")
    repair("escalate", "1", "品管部", "--problem", "油缸内泄", "--within", "1d")
    repair("escalate", "1", "唐建明", "--problem", "要批件", "--within", "2h")
    repair("follow-up", "1", "同意", "--by", "唐建明", "--internal")
    target = tmp_path / "需求.xlsx"
    repair("export", "demands", "-o", str(target))
    before = repair("show 1 --json").json
    repair.db.unlink()
    repair("init")
    repair("import", "demands", str(target))
    after = repair("show 1 --json").json
    assert after["services"] == before["services"]
    for was, now in zip(before["escalations"], after["escalations"], strict=True):
        kept = ("at", "to", "level", "problem", "within", "product", "done_at", "result")
        assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
    assert repair("doctor --all --json").json["ok"]
    assert repair("import", "demands", str(target), "--json").json["added"] == 0
