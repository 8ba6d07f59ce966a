"""Greetings: birthdays, anniversaries of co-operation, festivals of the calendar; what was sent is on record."""

from datetime import date

import pytest

from demandctl.core.occasions import next_festival, next_yearly, read_occasion
from tests.commands.test_customers import open_rules, switched_on
from tests.support.cli import Cli


@pytest.mark.parametrize(
    ("today", "name", "day"),
    [
        (date(2026, 11, 20), "元旦", date(2027, 1, 1)),
        (date(2026, 2, 17), "春节", date(2026, 2, 17)),
        (date(2026, 2, 18), "劳动节", date(2026, 5, 1)),
        (date(2026, 6, 1), "端午", date(2026, 6, 19)),
        (date(2026, 9, 1), "中秋", date(2026, 9, 25)),
        (date(2026, 9, 26), "国庆节", date(2026, 10, 1)),
    ],
)
def test_the_next_festival_is_by_the_calendar(today: date, name: str, day: date) -> None:
    festival = next_festival(today)
    assert festival is not None
    assert (festival.name, festival.day) == (name, day)


def test_a_birthday_on_the_29th_of_february_comes_on_the_28th_of_other_years() -> None:
    assert next_yearly(date(1992, 2, 29), date(2026, 2, 1)) == date(2026, 2, 28)
    assert next_yearly(date(1992, 2, 29), date(2026, 3, 1)) == date(2027, 2, 28)
    assert next_yearly(date(1992, 2, 29), date(2028, 2, 1)) == date(2028, 2, 29)


def test_occasions_are_called_as_people_call_them() -> None:
    said = {text: read_occasion(text) for text in ("国庆", "五一", "中秋节", "周年", "生日", "清明", "你好")}
    assert said == {
        "国庆": "国庆节", "五一": "劳动节", "中秋节": "中秋", "周年": "合作周年", "生日": "生日", "清明": "", "你好": ""
    }  # fmt: skip


@pytest.fixture
def office(cli: Cli) -> Cli:
    """甲 has his birthday on Sunday, 乙 three years of co-operation on Tuesday, 丙 nothing."""
    cli("customer", "add", "甲", "--birthday", "1980-11-22", "--value", "高")
    cli("customer", "add", "乙", "--tag", "大客户")
    cli("customer", "contract", "K2", "2023-11-24")
    cli("customer", "add", "丙")
    return cli


def test_bare_it_tells_whose_day_comes_and_the_next_festival(office: Cli) -> None:
    found = office("greet", "--json").json
    assert [(c["customer"]["code"], c["occasion"], c["day"], c["years"]) for c in found["coming"]] == [
        ("K00001", "生日", "2026-11-22", 46), ("K00002", "合作周年", "2026-11-24", 3)
    ]  # fmt: skip
    assert found["festival"] == {"name": "元旦", "day": "2027-01-01"}
    said = office("greet").out
    assert "合作周年（3 年）" in said
    assert "元旦 2027-01-01（42 天后）" in said
    assert office("greet", "--within", "1d", "--json").json["coming"] == []


def test_a_festival_writes_a_text_for_each_of_a_filter_and_nobody_is_greeted_twice(office: Cli) -> None:
    first = office("greet", "元旦", "--value", "高", "--json").json
    assert [(t["customer"]["name"], t["sent"]) for t in first] == [("甲", False)]
    assert "甲您好，元旦到了" in first[0]["text"]
    office("greet", "元旦", "--value", "高", "--sent")
    left = office("greet", "元旦", "--json").json
    assert [text["customer"]["name"] for text in left] == ["乙", "丙"]
    assert [t["customer"]["name"] for t in office("greet", "元旦", "--tag", "大客户", "--json").json] == ["乙"]
    office("undo")
    assert len(office("greet", "元旦", "--json").json) == 3


def test_what_was_sent_is_on_record_and_owes_no_form(office: Cli) -> None:
    office("greet", "周年", "--sent", "--method", "短信")
    found = office("customer", "show", "K2", "--json").json
    assert [(g["occasion"], g["method"]) for g in found["greetings"]] == [("合作周年", "sms")]
    assert "合作已经 3 年" in found["greetings"][0]["text"]
    assert found["revisits"] == []
    assert "合作周年" in office("customer", "show", "K2").out
    assert office("greet", "周年").out.startswith("没有要合作周年问候的客户")


def test_her_own_text_for_a_festival_comes_before_the_shipped_one(office: Cli) -> None:
    office("script", "add", "greet-春节", "--text", "{customer}，新春大吉")
    assert office("greet", "春节", "--customer", "甲", "--json").json[0]["text"] == "甲，新春大吉"


def test_the_birthday_clock_is_due_on_the_working_day_before_and_met_by_a_greeting(office: Cli) -> None:
    assert "birthday" not in open_rules(office)
    switched_on(office)
    office("sla", "apply")
    assert open_rules(office)["birthday"] == "2026-11-20T17:30:00+08:00"
    assert "提前到上一个工作日" in office("sla", "explain", "K1").out
    assert "greet 生日 --customer K00001" in office().out
    office("greet", "生日", "--sent")
    assert open_rules(office)["birthday"][:10] == "2027-11-22"
    assert office("due", "--rule", "birthday", "--json").json == []
    office("customer", "edit", "K1", "--birthday", "1980-11-30")
    assert open_rules(office)["birthday"][:10] == "2026-11-30"
    office("doctor")


def test_an_unknown_occasion_names_those_that_there_are(office: Cli) -> None:
    answer = office.run("greet", "清明")
    assert answer.code == 2
    assert "春节" in answer.err
    assert office.run("greet", "--value", "高").code == 2
