"""The official notice of a year's holidays, read out of its text, is the calendar of that year."""

from datetime import date
from pathlib import Path

import chinese_calendar.constants as package
import pytest

from demandctl.config import Config, work_calendar
from demandctl.core.holidays import parse_notice
from demandctl.errors import UsageError
from demandctl.language.festivals import festivals, legal_days
from tests.support.cli import DATA, Cli

NOTICES = DATA / "notices"


def _text(year: int) -> str:
    return (NOTICES / f"{year}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_a_notice_gives_exactly_the_packages_calendar(year: int) -> None:
    chinese = {holiday.value: holiday.chinese for holiday in package.Holiday}
    notice = parse_notice(_text(year))
    assert notice.year == year
    assert notice.closed == {day: chinese[name] for day, name in package.holidays.items() if day.year == year}
    assert notice.opened == {day: chinese[name] for day, name in package.workdays.items() if day.year == year}


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_off_by_law_are_off_in_every_notice_since_the_law(year: int) -> None:
    assert legal_days(year).keys() <= parse_notice(_text(year)).closed.keys()


def test_the_moving_festivals_are_where_the_moon_puts_them() -> None:
    assert festivals(2027) == (date(2027, 2, 6), date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15))
    named = {2: "spring", 5: "dragon", 9: "moon"}
    for year in range(2013, 2027):
        off = {day for day in package.holidays if day.year == year}
        for name in named.values():
            assert getattr(festivals(year), name) in off, (year, name)


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (("4月25日（周日）、5月8日（周六）上班", "4月25日（周日）、5月8日（周六）另行安排"), "另行安排"),
        (("2月5日（农历除夕、周五）至11日", "2月31日至11日"), "2月31日"),
        (("五、端午节：6月9日（周三）放假1天，不调休。\n", ""), "端午"),
        (("2027", "今"), "哪一年"),
        (("1月31日（周日）", "2月1日（周一）"), "2027-02-01"),
        (("10月9日（周六）上班", "10月2日（周六）上班"), "2027-10-02"),
        (("2月5日（农历除夕、周五）至11日", "2月5日至21日"), "2月5日至21日"),
        (("2月5日（农历除夕、周五）至11日", "2月5日至1日"), "2月5日至1日"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_sentence(broken: tuple[str, str], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        parse_notice(_text(2027).replace(*broken))


def test_a_notice_makes_its_year_known_and_provisional_deadlines_are_reckoned_again(cli: Cli) -> None:
    cli.at("2026-12-31T17:20:00").demand(kind="service")
    before = cli.open_deadlines(1)["resolve"]
    assert before["provisional"]
    cli("calendar", "add", str(NOTICES / "2027.txt"), "--yes")
    after = cli.open_deadlines(1)["resolve"]
    assert not after["provisional"]
    days = {day["date"]: day for day in cli("calendar", "show", "2027-02", "--json").json}
    assert (days["2027-02-11"]["working"], days["2027-02-14"]["working"]) == (False, True)
    assert all(day["known"] for day in days.values())


def test_what_is_late_already_stays_as_it_was_missed_when_a_notice_comes(cli: Cli) -> None:
    cli.at("2026-12-31T17:20:00").demand(kind="service")
    cli.at("2027-02-25T10:00:00")
    before = cli.open_deadlines(1)["resolve"]
    assert before["provisional"]
    cli("calendar", "add", str(NOTICES / "2027.txt"), "--yes")
    assert cli.open_deadlines(1)["resolve"] == before


def test_a_notice_that_comes_again_takes_the_place_of_the_first(cli: Cli) -> None:
    cli("calendar", "add", str(NOTICES / "2027.txt"), "--yes")
    cli("calendar", "add", str(NOTICES / "2027.txt"), "--yes")
    assert cli.config.with_name("holidays.toml").read_text(encoding="utf-8").count("[[notices]]") == 1


def test_of_a_year_that_nobody_has_announced_the_days_off_by_law_are_off() -> None:
    calendar = work_calendar(Config(Path()))
    for day in ("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15", "2027-10-01"):
        assert not calendar.is_working(date.fromisoformat(day)), day
    assert calendar.is_working(date(2027, 10, 4))
    assert not calendar.is_known(date(2027, 10, 4))


def test_overrides_that_hold_all_days_by_law_make_a_year_known_and_fewer_do_not() -> None:
    days = [day.isoformat() for day in legal_days(2027)]
    assert work_calendar(Config(Path(), {"calendar": {"closed": days}})).is_known(date(2027, 7, 1))
    assert not work_calendar(Config(Path(), {"calendar": {"closed": days[1:]}})).is_known(date(2027, 7, 1))


def test_an_unknown_days_cell_is_marked(cli: Cli) -> None:
    assert "12？" in cli("calendar", "show", "2027-03").out
    assert "？" not in cli("calendar", "show", "2026-03").out
