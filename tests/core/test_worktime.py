"""Opening time: spans, days, lunch, make-up days, overrides and the years that nobody has announced."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from demandctl.config import Config, work_calendar
from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar, parse_hours
from tests.support.cli import Cli
from tests.support.oracle import ZONE, Office, at

OVERRIDES = """
[calendar]
closed = [2026-11-23, 2027-03-01]
open = [2026-11-21, 2027-01-01]
"""


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return work_calendar(Config(Path()))


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 2, 15)).map(lambda m: m.replace(microsecond=0, tzinfo=ZONE))
SPANS = st.integers(1, 4 * 8 * 3600).map(lambda seconds: timedelta(seconds=seconds))
quick = settings(max_examples=60)


@quick
@given(MOMENTS, SPANS)
@example(at("2026-09-30 17:29"), timedelta(minutes=1))
@example(at("2026-02-13 17:30"), timedelta(hours=8))
def test_adding_opening_time_is_what_walking_minute_by_minute_gives(
    calendar: Calendar, office: Office, start: datetime, span: timedelta
) -> None:
    assert calendar.add(start, span) == office.add(start, span)


@quick
@given(MOMENTS, st.integers(0, 12 * 86400))
@example(at("2026-11-20 09:00"), 0)
@example(at("2026-11-20 12:00"), 5400)
def test_measuring_opening_time_is_what_counting_minutes_gives(
    calendar: Calendar, office: Office, start: datetime, seconds: int
) -> None:
    end = start + timedelta(seconds=seconds)
    assert calendar.worked(start, end) == office.between(start, end)
    assert calendar.worked(end, start) == -office.between(start, end)
    spans = list(calendar.spans(start, end))
    assert sum((b - a for a, b in spans), timedelta()) == office.between(start, end)
    assert all(a < b for a, b in spans)


@quick
@given(MOMENTS, st.integers(0, 12))
def test_n_days_end_at_the_closing_of_the_nth_working_day(
    calendar: Calendar, office: Office, start: datetime, count: int
) -> None:
    assert calendar.add_days(start, count) == office.days(start, count)


@quick
@given(MOMENTS, SPANS)
def test_what_was_added_is_what_is_measured(calendar: Calendar, start: datetime, span: timedelta) -> None:
    assert calendar.worked(start, calendar.add(start, span)) == span


@quick
@given(MOMENTS)
def test_the_time_zone_of_an_instant_makes_no_difference(calendar: Calendar, start: datetime) -> None:
    assert calendar.add(start.astimezone(UTC), timedelta(hours=3)) == calendar.add(start, timedelta(hours=3))
    assert calendar.is_open(start.astimezone(UTC)) is Office().is_open(start)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(0, 40), st.integers(0, 86399))
@settings(max_examples=40)
def test_no_year_is_a_crash(calendar: Calendar, day: date, count: int, second: int) -> None:
    start = datetime.combine(day, time(), ZONE) + timedelta(seconds=second)
    due = calendar.add_days(start, count)
    assert due >= calendar.next_opening(start)
    calendar.leans_on_unknown(start, due)


@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        # half-open: the closing second is closed, so the clock starts at the next opening
        ("2026-11-19 17:30", "15m", "2026-11-20 08:45"),
        ("2026-11-19 17:29", "15m", "2026-11-20 08:44"),
        ("2026-11-20 12:00", "15m", "2026-11-20 13:45"),
        # used up exactly at a closing time, of the day or of the morning: due then
        ("2026-11-19 17:15", "15m", "2026-11-19 17:30"),
        ("2026-11-20 11:00", "1h", "2026-11-20 12:00"),
        ("2026-11-20 09:00", "7h", "2026-11-20 17:30"),
        # lunch is not opening time
        ("2026-11-20 11:45", "30m", "2026-11-20 13:45"),
        # Friday evening waits for Monday
        ("2026-11-20 18:00", "15m", "2026-11-23 08:45"),
        # 0d is before closing today, on a day off before closing of the next working day
        ("2026-11-20 09:00", "0d", "2026-11-20 17:30"),
        ("2026-11-20 17:30", "0d", "2026-11-23 17:30"),
        ("2026-11-21 10:00", "0d", "2026-11-23 17:30"),
        ("2026-11-20 03:00", "1d", "2026-11-23 17:30"),
        ("2026-11-21 10:00", "1d", "2026-11-24 17:30"),
        # Spring Festival: Saturday the 14th of February is worked, the holiday lasts until the 23rd
        ("2026-02-13 17:00", "1h", "2026-02-14 09:00"),
        ("2026-02-14 17:00", "1h", "2026-02-24 09:00"),
        ("2026-02-13 10:00", "1d", "2026-02-14 17:30"),
        ("2026-02-13 10:00", "3d", "2026-02-25 17:30"),
        # National Day: the 1st to the 7th are off, Saturday the 10th is worked
        ("2026-09-30 17:20", "15m", "2026-10-08 08:35"),
        ("2026-10-09 17:00", "1h", "2026-10-10 09:00"),
        ("2026-10-10 09:00", "1d", "2026-10-12 17:30"),
        ("2026-09-30 09:00", "3d", "2026-10-10 17:30"),
    ],
)
def test_targets_end_when_the_rules_say(calendar: Calendar, start: str, target: str, due: str) -> None:
    assert Target.parse(f"{target} work").due(at(start), calendar) == at(due)
    assert Office().work(at(start), target) == at(due)


def test_seconds_count_to_the_second(calendar: Calendar) -> None:
    start = datetime(2026, 11, 20, 11, 59, 59, tzinfo=ZONE)
    assert calendar.add(start, timedelta(seconds=2)) == datetime(2026, 11, 20, 13, 30, 1, tzinfo=ZONE)
    assert calendar.is_open(start)
    assert not calendar.is_open(start + timedelta(seconds=1))


def test_wall_time_runs_through_nights_and_holidays(calendar: Calendar) -> None:
    assert Target.parse("24h wall").due(at("2026-09-30 17:20"), calendar) == at("2026-10-01 17:20")
    assert Target.parse("1w wall").due(at("2026-09-30 17:20"), calendar) == at("2026-10-07 17:20")


def test_a_closing_that_falls_on_a_day_off_moves_to_the_next_working_day(calendar: Calendar) -> None:
    seven = Target.parse("7d wall")
    assert seven.due(at("2026-09-25 10:00"), calendar, closing=True) == at("2026-10-08 17:30")
    assert seven.due(at("2026-10-03 10:00"), calendar, closing=True) == at("2026-10-10 17:30")


def test_a_year_that_nobody_has_announced_is_monday_to_friday_and_provisional(calendar: Calendar) -> None:
    assert calendar.is_working(date(2027, 1, 4))
    assert not calendar.is_working(date(2027, 1, 1))
    assert not calendar.is_working(date(2027, 1, 2))
    assert not calendar.leans_on_unknown(at("2026-12-30 09:00"), at("2026-12-31 17:30"))
    assert calendar.leans_on_unknown(at("2026-12-31 17:00"), at("2027-01-04 09:00"))
    assert calendar.leans_on_unknown(at("2027-06-01 09:00"), at("2027-06-01 10:00"))


def test_the_users_own_days_win_over_the_official_calendar() -> None:
    mine = work_calendar(Config(Path(), tomllib.loads(OVERRIDES)))
    same = Office(closed=[date(2026, 11, 23), date(2027, 3, 1)], opened=[date(2026, 11, 21), date(2027, 1, 1)])
    for day in (date(2026, 11, 20) + timedelta(days=n) for n in range(120)):
        assert mine.is_working(day) is same.works(day), day
    assert mine.add(at("2026-11-20 17:00"), timedelta(hours=1)) == at("2026-11-21 09:00")
    assert mine.add(at("2026-11-21 17:00"), timedelta(hours=1)) == at("2026-11-24 09:00")


def test_a_day_that_is_both_closed_and_opened_is_worked_and_measured() -> None:
    monday = date(2026, 11, 23)
    calendar = Calendar(ZONE, [(0, 3600)], closed={monday: "盘点"}, opened={monday: "加班"})
    assert calendar.is_working(monday)
    assert calendar.worked(calendar.start_of(monday), calendar.start_of(date(2026, 11, 24))) == timedelta(hours=1)


def test_a_reckoning_of_years_leans_on_days_that_nobody_has_announced(calendar: Calendar) -> None:
    assert calendar.leans_on_unknown(at("2026-06-01 09:00"), at("2028-01-03 09:00"))
    assert not calendar.leans_on_unknown(at("2025-01-02 09:00"), at("2026-06-01 09:00"))


def test_spans_may_touch_and_end_at_midnight() -> None:
    assert parse_hours(["08:30-12:00", "12:00-24:00"]) == [(30600, 43200), (43200, 86400)]


def test_hours_may_have_one_span_or_three() -> None:
    whole = Calendar(ZONE, parse_hours(["09:00-18:00"]))
    assert whole.add(at("2026-11-20 17:00"), timedelta(hours=2)) == at("2026-11-23 10:00")
    three = Calendar(ZONE, parse_hours(["08:00-10:00", "11:00-13:00", "15:00-19:00"]))
    same = Office([("08:00", "10:00"), ("11:00", "13:00"), ("15:00", "19:00")])
    for hours in range(1, 20):
        start = at("2026-11-20 09:30")
        assert three.add(start, timedelta(hours=hours)) == same.add(start, timedelta(hours=hours))


@pytest.mark.parametrize("wrong", [["8-12"], ["12:00-08:00"], ["08:30-12:00", "11:00-17:00"], ["08:30-25:00"], [""]])
def test_hours_that_are_none_are_refused(wrong: list[str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_hours(wrong)


def test_a_deadline_that_leans_on_an_unknown_year_says_so(cli: Cli) -> None:
    cli.at("2026-12-31T17:20:00")
    number = cli.demand()["number"]
    opened = cli.open_deadlines(number)
    assert opened["respond"]["provisional"]
    assert opened["respond"]["due_at"] == "2027-01-04T08:35:00+08:00"
    assert cli.at("2027-01-01T09:00:00").run("due").code == 0
    assert cli.at("2031-05-01T09:00:00").run("due", "--json").code == 0
    assert cli.demand(customer="另一位")["number"] == number + 1


def test_overrides_in_the_config_reach_the_deadlines(cli: Cli) -> None:
    cli.config.write_text(OVERRIDES, encoding="utf-8")
    cli.at("2026-11-20T17:20:00")
    number = cli.demand()["number"]
    assert cli.open_deadlines(number)["respond"]["due_at"] == "2026-11-21T08:35:00+08:00"
