"""The numbers that are handed upward, reckoned again by hand from the JSON export."""

import json
import statistics
from collections import Counter
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from demandctl.core.periods import parse_period, period_of
from demandctl.errors import UsageError
from tests.support.cli import Cli
from tests.support.kept import kept


def weeks(cli: Cli) -> None:
    """A fortnight of all kinds: won, lost, late, reopened, visited."""
    kept(cli, "weeks", _live).at("2026-11-20T18:00:00")


def _live(cli: Cli) -> None:
    cli.at("2026-11-10T09:00:00")
    cli.demand(
        "要一台新泵车",
        customer="路遥",
        kind="opportunity",
        subtype="new",
        region="长沙",
        product="泵车",
        phone="13900002210",
    )
    cli("assign", "1", "彭振宇")
    cli.at("2026-11-10T09:10:00")("follow-up", "1", "加了微信")
    cli.demand(
        "想换一台", customer="老谢", kind="opportunity", subtype="new", channel="group", group="交流群", region="长沙"
    )
    cli.at("2026-11-12T16:00:00")("follow-up", "2", "价格谈不拢", "--by", "彭振宇")
    cli("close", "2", "--outcome", "lost", "--reason", "价格高")
    cli.at("2026-11-17T09:00:00")
    cli.demand("臂架下不来", customer="湘潭老周", region="湘潭", phone="13800000121", subtype="repair", product="泵车")
    cli("assign", "3", "李铁柱")
    cli.demand("报修三天没人来", customer="阿宝", kind="complaint", subtype="service", region="常德")
    cli.at("2026-11-17T09:30:00")("follow-up", "3", "已联系")
    cli("follow-up", "4", "道歉，记录")
    cli.at("2026-11-18T10:00:00")("follow-up", "3", "修好", "--resolved")
    cli("confirm", "3", "--solved")
    cli("reopen", "3")
    cli.at("2026-11-18T11:00:00")("follow-up", "3", "又修好", "--resolved")
    cli("confirm", "3", "--solved")
    cli("close", "1", "--outcome", "won", "--amount", "268万")
    cli.at("2026-11-19T15:00:00")
    cli.demand("建议加个防水壳", customer="小谢", kind="suggestion", region="娄底")
    cli("close", "5", "--outcome", "adopted")
    cli("revisit", "add", "K00001", "--kind", "after-sale", "--at", "今天16:00", "--demand", "1")
    cli.at("2026-11-19T16:30:00")("revisit", "record", "1", "--satisfaction", "satisfied")


class Numbers:
    """A report as others read it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.numbers = {(n["section"], n["by"], n["key"]): n for n in document["numbers"]}

    def of(self, section: str, key: str | None = None, by: str | None = None) -> tuple[Any, Any]:
        """Numerator and denominator."""
        number = self.numbers.get((section, by, key), {"numerator": 0, "denominator": 0})
        return number["numerator"], number["denominator"]

    def value(self, section: str, key: str | None = None, by: str | None = None) -> Any:
        """What it comes to."""
        return self.numbers[section, by, key]["value"]


def exported(cli: Cli, tmp_path: Path, what: str = "demands") -> list[dict[str, Any]]:
    """The objects of a JSON export."""
    target = tmp_path / f"{what}.json"
    cli("export", what, "-o", str(target), "--force")
    found: list[dict[str, Any]] = json.loads(target.read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("unit", "first", "last"), [("week", "2026-11-16", "2026-11-23"), ("month", "2026-11-01", "2026-12-01")]
)
def test_the_numbers_are_those_of_the_json_export(cli: Cli, tmp_path: Path, unit: str, first: str, last: str) -> None:
    weeks(cli)
    numbers = Numbers(cli("report", unit, "--json").json)
    demands = exported(cli, tmp_path)
    new = [d for d in demands if first <= d["raised_at"] < last]
    closed = [d for d in demands if d["closed_at"] and first <= d["closed_at"] < last]
    still = [d for d in demands if not d["closed_at"]]
    for section, found in (("new", new), ("closed", closed), ("open", still)):
        assert numbers.of(section)[0] == len(found)
        for by, key in (("kind", "kind"), ("channel", "channel"), ("region", "region"), ("branch", "branch")):
            for name, count in Counter(d[key] or "" for d in found).items():
                assert numbers.of(section, name, by) == (count, len(found))
    waits = [
        datetime.fromisoformat(d["first_response_at"]) - datetime.fromisoformat(d["raised_at"])
        for d in new
        if d["first_response_at"]
    ]
    minutes = sorted(wait.total_seconds() / 60 for wait in waits)
    assert numbers.of("first-response") == (len(waits), len(new))
    assert numbers.value("first-response", "median-wall") == round(statistics.median(minutes), 2)
    assert numbers.value("first-response", "p90-wall") == minutes[ceil(len(minutes) * 0.9) - 1]
    ended = [d for d in closed if d["outcome"] != "duplicate"]
    tries = [d for d in ended if d["kind"] == "opportunity"]
    won = [d for d in tries if d["outcome"] == "won"]
    assert numbers.of("opportunity", "conversion") == (len(won), len(tries))
    assert numbers.value("opportunity", "amount") == sum(d["amount"] for d in won)
    asked = [d for d in ended if d["kind"] in ("service", "inquiry", "complaint")]
    assert numbers.of("resolution", "solved") == (sum(d["outcome"] == "solved" for d in asked), len(asked))
    reopened = {d["number"] for d in demands if any(first <= at < last for at in d["reopenings"])}
    assert numbers.of("resolution", "reopened") == (len(reopened), len(reopened | {d["number"] for d in closed}))
    assert numbers.of("suggestion", "adopted") == (1, 1)


def test_on_time_rates_count_what_fell_due_and_is_settled(cli: Cli, tmp_path: Path) -> None:
    weeks(cli)
    numbers = Numbers(cli("report", "month", "--json").json)
    now = "2026-11-20T18:00:00+08:00"
    judged: dict[tuple[str, str], list[bool]] = {}
    for demand in exported(cli, tmp_path):
        for line in demand["deadlines"]:
            end = line["met_at"] or line["voided_at"] or now
            if line["rule"] == "weekly" or not "2026-11-01" <= line["due_at"] < "2026-12-01":
                continue
            if line["met_at"] or end > line["due_at"]:
                kept = bool(line["met_at"]) and end <= line["due_at"]
                judged.setdefault(("rule", line["rule"]), []).append(kept)
    for (by, rule), verdicts in judged.items():
        if rule != "after-sale":
            assert numbers.of("on-time", rule, by) == (sum(verdicts), len(verdicts)), rule
    # The complaint's answer came after a day without a handler: its time to solve ran out on the 18th.
    assert numbers.of("complaint", "on-time") == (0, 1)
    assert numbers.of("on-time", "重开", "rule") == (0, 0)


def test_each_missed_monday_counts_and_each_kept_one(cli: Cli) -> None:
    cli.at("2026-11-03T09:00:00")
    cli.demand("要一台新泵车", kind="opportunity", subtype="new", region="长沙", product="泵车")
    cli("assign", "1", "彭振宇")
    cli.at("2026-11-09T10:00:00")("follow-up", "1", "周一反馈")  # kept
    cli.at("2026-11-24T10:00:00")("follow-up", "1", "补上")  # the 16th and the 23rd were missed
    cli.at("2026-11-30T10:00:00")("follow-up", "1", "周一反馈")  # kept
    november = Numbers(cli("report", "month", "--json").json)
    assert november.of("on-time", "weekly", "rule") == (2, 4)
    week = Numbers(cli("report", "week", "--of", "2026-W47", "--json").json)
    assert week.of("on-time", "weekly", "rule") == (0, 1)
    assert week.of("on-time", "彭振宇", "handler") == (0, 1)


def test_missed_mondays_of_what_is_still_open_count_too(cli: Cli) -> None:
    cli.at("2026-11-03T09:00:00")
    cli.demand("要一台新泵车", kind="opportunity", subtype="new", region="长沙", product="泵车")
    cli("assign", "1", "彭振宇")
    cli.at("2026-11-03T09:20:00")("follow-up", "1", "已联系")
    cli.at("2026-11-24T10:00:00")
    assert Numbers(cli("report", "month", "--json").json).of("on-time", "weekly", "rule") == (0, 3)


def test_satisfaction_and_coverage_are_of_the_visits_of_the_period(cli: Cli, tmp_path: Path) -> None:
    weeks(cli)
    numbers = Numbers(cli("report", "week", "--json").json)
    rated = [r["satisfaction"] for r in exported(cli, tmp_path, "revisits") if r["satisfaction"]]
    assert numbers.of("revisit", "satisfaction") == (rated.count("satisfied"), len(rated))
    assert numbers.of("revisit", "coverage") == (1, 1)


def test_the_period_before_stands_beside_each_number(cli: Cli) -> None:
    weeks(cli)
    now, then = (cli("report", "week", "--of", of, "--json").json for of in ("本周", "上周"))
    before = {(n["section"], n["by"], n["key"]): n for n in then["numbers"]}
    assert now["before"]["key"] == then["period"]["key"] == "2026-W46"
    for number in now["numbers"]:
        if number["section"] not in (
            "open",
            "ageing",
        ):  # these speak of a moment, and a demand closed since was open then
            other = before.get((number["section"], number["by"], number["key"]), {"numerator": 0})
            assert number["before"]["numerator"] == other["numerator"]


def test_the_numbers_of_a_branch_are_its_own(cli: Cli, tmp_path: Path) -> None:
    weeks(cli)
    numbers = Numbers(cli("report", "month", "--branch", "长沙", "--json").json)
    ours = [d for d in exported(cli, tmp_path) if "长沙" in (d["branch"] or "")]
    assert ours
    assert numbers.of("new")[0] == len(ours)
    assert {key for section, by, key in numbers.numbers if (section, by) == ("on-time", "branch")} <= {"长沙分公司"}
    assert numbers.of("revisit", "satisfaction") == (1, 1)
    other = Numbers(cli("report", "month", "--branch", "贵州", "--json").json)
    assert other.of("new") == other.of("on-time") == other.of("revisit", "coverage") == (0, 0)


def test_an_empty_ledger_has_a_report_without_numbers_to_divide(cli: Cli) -> None:
    numbers = Numbers(cli("report", "--json").json)
    assert numbers.of("new") == (0, 0)
    assert numbers.value("on-time") is None
    assert "新增需求" in cli("report", "quarter").out


def test_the_workbooks_show_the_same_numbers(cli: Cli, tmp_path: Path) -> None:
    weeks(cli)
    numbers = Numbers(cli("report", "week", "--json").json)
    cli("export", "weekly", "--week", "本周", "-o", str(tmp_path / "w.xlsx"))
    sheet = load_workbook(tmp_path / "w.xlsx")["指标"]
    shown = {row[0]: row[1] for row in sheet.iter_rows(min_row=4, max_row=20, values_only=True)}
    assert shown["新增需求"] == numbers.value("new")
    assert shown["时限按时率"] == pytest.approx(numbers.value("on-time"), abs=1e-4)
    assert shown["问题解决率"] == numbers.value("resolution", "solved")
    cli("export", "weekly", "--week", "本周", "-o", str(tmp_path / "w.json"))
    assert Numbers(json.loads((tmp_path / "w.json").read_text("utf-8"))).numbers == numbers.numbers


def test_bars_and_the_period_before_are_shown_on_the_terminal(cli: Cli) -> None:
    weeks(cli)
    out = cli("report").out
    assert "2026年第47周（11月16日至11月22日）（到现在），与2026年第46周" in out
    assert "█" in out
    assert "上期" in out


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("unit", "text", "key"),
    [
        ("week", "2026-W47", "2026-W47"), ("week", "本周", "2026-W47"), ("week", "上周", "2026-W46"),
        ("week", "上上周", "2026-W45"), ("week", "2026-11-01", "2026-W44"), ("month", "2026-11", "2026-11"),
        ("month", "本月", "2026-11"), ("month", "上个月", "2026-10"), ("month", "2026年3月", "2026-03"),
        ("month", "9月", "2026-09"), ("quarter", "2026Q4", "2026Q4"), ("quarter", "本季", "2026Q4"),
        ("quarter", "上季度", "2026Q3"), ("quarter", "2025年第4季度", "2025Q4"), ("quarter", "一季度", "2026Q1"),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_type_it(unit: str, text: str, key: str) -> None:
    assert parse_period(unit, text, TODAY).key == key


@pytest.mark.parametrize(
    ("unit", "text"),
    [("week", "2026-W54"), ("week", "下周"), ("month", "2026-13"), ("month", ""), ("quarter", "2026Q5"),
     ("quarter", "2027Q1"), ("month", "0000-01"), ("week", "9999-12-31")],
)  # fmt: skip
def test_what_is_no_period_is_refused(unit: str, text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(unit, text, TODAY)


@pytest.mark.parametrize("unit", ["week", "month", "quarter"])
def test_periods_follow_each_other_without_a_gap(unit: str) -> None:
    period = period_of(unit, date(2024, 12, 30))
    for _ in range(60):
        assert period.after.start == period.end
        assert period.after.before == period
        assert parse_period(unit, period.key, date(2040, 1, 1)) == period
        period = period.after
