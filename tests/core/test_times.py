"""The grammar of times: a list of phrases with what they mean, then the rules one by one, then what holds for any."""

from __future__ import annotations

import csv
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import constants
from hypothesis import example, given
from hypothesis import strategies as st

from demandctl.context import Context
from demandctl.core.times import echo, must_be_future, must_be_past, parse, parse_span
from demandctl.core.worktime import Calendar, parse_hours
from demandctl.errors import UsageError
from tests.support.cli import DATA

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
PHRASES = DATA / "time_phrases.tsv"


@cache
def office() -> Calendar:
    """The official calendar with the usual hours."""
    years = [day.year for day in constants.holidays]
    return Calendar(
        SHANGHAI,
        parse_hours(["08:30-12:00", "13:30-17:30"]),
        {day: str(name) for day, name in constants.holidays.items()},
        {day: str(name) for day, name in constants.workdays.items()},
        (date(min(years), 1, 1), date(max(years), 12, 31)),
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def understood(phrase: str, now: datetime = FRIDAY) -> str:
    """What a phrase means, as a short text: a date, or date and wall-clock time; REFUSE when refused."""
    try:
        value = parse(phrase, now, office())
    except UsageError:
        return "REFUSE"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value.isoformat()


# -- the list -------------------------------------------------------------------------------------------------------


def listed() -> list[dict[str, str]]:
    with PHRASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", listed(), ids=lambda row: f"{row['phrase']}@{row['now'][:10]}")
def test_every_listed_phrase_means_what_the_list_says(row: dict[str, str]) -> None:
    now, expected = datetime.fromisoformat(row["now"]), row["expected"]
    if expected == "REFUSE":
        with pytest.raises(UsageError):
            parse(row["phrase"], now, office())
        return
    value = parse(row["phrase"], now, office())
    wanted = datetime.fromisoformat(expected) if "T" in expected else date.fromisoformat(expected)
    assert (type(value), value) == (type(wanted), wanted)
    assert not isinstance(value, datetime) or value.tzinfo is SHANGHAI


# -- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "now", "expected"),
    [
        ("周五下午3点半", "2026-11-20 16:00", "2026-11-27 15:30"),
        ("周五下午3点半", "2026-11-20 15:30", "2026-11-20 15:30"),
        ("周五9:59", "2026-11-20 10:00", "2026-11-27 09:59"),
        ("周五16:00", "2026-11-20 10:00", "2026-11-20 16:00"),
        ("周五", "2026-11-20 23:59", "2026-11-20"),
        ("friday 9:30", "2026-11-20 10:00", "2026-11-27 09:30"),
        ("20号9点", "2026-11-20 10:00", "2026-12-20 09:00"),
        ("20号", "2026-11-20 23:59", "2026-11-20"),
        ("11月20日上午9点", "2026-11-20 10:00", "2027-11-20 09:00"),
        ("11/20 11:00", "2026-11-20 10:00", "2026-11-20 11:00"),
        ("2月29日上午9点", "2028-02-29 10:00", "2032-02-29 09:00"),
        ("2月29日", "2096-03-01 10:00", "2104-02-29"),
        ("31号上午9点", "2026-10-31 10:00", "2026-12-31 09:00"),
        ("30号", "2027-01-31 10:00", "2027-03-30"),
    ],
)
def test_a_bare_day_is_the_next_to_come_and_today_counts_until_its_time_has_passed(
    phrase: str, now: str, expected: str
) -> None:
    assert understood(phrase, at(now)) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("今天上午8点", "2026-11-20 08:00"),
        ("9:30", "2026-11-20 09:30"),
        ("本周五上午9点", "2026-11-20 09:00"),
        ("这个周三", "2026-11-18"),
        ("本月3号", "2026-11-03"),
        ("今年3月5日", "2026-03-05"),
    ],
)
def test_a_named_day_stays_where_it_is_named_also_when_it_has_passed(phrase: str, expected: str) -> None:
    assert understood(phrase) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("下个星期三", "2026-11-25"),
        ("下下个礼拜天", "2026-12-06"),
        ("上上周一", "2026-11-02"),
        ("上个星期五", "2026-11-13"),
        ("这个月20号", "2026-11-20"),
        ("上个月31号", "2026-10-31"),
        ("下下月3号", "2027-01-03"),
        ("这个月底", "2026-11-30"),
        ("下个月月底", "2026-12-31"),
        ("明年底", "2027-12-31"),
        ("今年年底下午5点", "2026-12-31 17:00"),
        ("明年3月5日", "2027-03-05"),
        ("2028年2月29日", "2028-02-29"),
        ("二〇二七年三月五日上午九点", "2027-03-05 09:00"),
    ],
)
def test_a_week_a_month_or_a_year_can_be_named(phrase: str, expected: str) -> None:
    assert understood(phrase) == expected


@pytest.mark.parametrize("phrase", ["本月31号", "明年2月29日", "2026年2月29日", "2月30日", "4月31日", "0号", "0月1日"])
def test_a_day_that_the_named_month_lacks_is_refused(phrase: str) -> None:
    assert understood(phrase) == "REFUSE"


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [("凌晨", 0, 6), ("早上", 4, 11), ("上午", 0, 11), ("中午", 11, 13), ("下午", 12, 19), ("晚上", 17, 23)],
)
def test_a_part_of_the_day_has_its_hours_from_the_first_to_the_last_and_no_other(
    part: str, first: int, last: int
) -> None:
    within = [hour for hour in range(24) if understood(f"{part}{hour}:30") == f"2026-11-20 {hour:02d}:30"]
    assert within == list(range(first, last + 1))


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("凌晨0点", "00:00"),
        ("凌晨5点半", "05:30"),
        ("早上6点", "06:00"),
        ("上午11点三刻", "11:45"),
        ("上午3点", "03:00"),
        ("中午", "12:00"),
        ("中午11点半", "11:30"),
        ("中午12:30", "12:30"),
        ("中午1点半", "13:30"),
        ("下午12点半", "12:30"),
        ("下午1点", "13:00"),
        ("下午18:00", "18:00"),
        ("晚上6点", "18:00"),
        ("晚上11点59分", "23:59"),
        ("晚上20:15", "20:15"),
        ("7点", "07:00"),
        ("12点", "12:00"),
        ("零点", "00:00"),
        ("13点", "13:00"),
        ("3:00", "03:00"),
        ("09:05", "09:05"),
        ("15点零5分", "15:05"),
        ("15点05", "15:05"),
        ("十五点二十", "15:20"),
        ("九点十分", "09:10"),
        ("9点整", "09:00"),
        ("9点钟", "09:00"),
        ("15时20分", "15:20"),
        ("9点1刻", "09:15"),
    ],
)
def test_a_time_of_day_is_read_by_its_part_of_the_day_else_on_24_hours(phrase: str, expected: str) -> None:
    assert understood(phrase) == f"2026-11-20 {expected}"
    assert understood(f"明天{phrase}") == f"2026-11-21 {expected}"


MISREADABLE = """
1点 3点 明天三点 6点半 周五两点一刻 3时 明天上午 今天晚上 下午 周一凌晨 晚上12点 晚上0点 晚上12点半 凌晨12点
上午12点 晚上3点 晚上24点 24:00 24点 早上20点 上午15点 凌晨10点 中午9点 下午9点 下午10:30 下午0点 晚上9点75分
9点60 9点5 九点五 9点两刻 9点半分 9:5 9:30:15 9点前 9点左右 9am 9点到10点 上午9点明天
"""


@pytest.mark.parametrize("phrase", MISREADABLE.split())
def test_an_hour_that_can_be_misread_is_refused(phrase: str) -> None:
    assert understood(phrase) == "REFUSE"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("3天以后", "2026-11-23"),
        ("三天之后下午3点", "2026-11-23 15:00"),
        ("3天以前", "2026-11-17"),
        ("两个星期后", "2026-12-04"),
        ("一个礼拜前", "2026-11-13"),
        ("2个月前", "2026-09-20"),
        ("一百二十天后", "2027-03-20"),
        ("一百零五天后", "2027-03-05"),
        ("一百二十分钟后", "2026-11-20 12:00"),
        ("半个小时前", "2026-11-20 09:30"),
        ("2小时前", "2026-11-20 08:00"),
        ("十四个小时后", "2026-11-21 00:00"),
        ("1个工作日前", "2026-11-19"),
        ("5个工作日前", "2026-11-13"),
        ("+2w", "2026-12-04"),
        ("-1d", "2026-11-19"),
        ("+30m", "2026-11-20 10:30"),
        ("+3d 9:30", "2026-11-23 09:30"),
    ],
)
def test_so_many_days_or_hours_are_counted_from_now(phrase: str, expected: str) -> None:
    assert understood(phrase) == expected


def test_working_days_backwards_pass_a_holiday_and_count_a_make_up_day() -> None:
    assert understood("2个工作日前", at("2026-10-12 09:00")) == "2026-10-09"
    assert understood("1个工作日前", at("2026-10-08 09:00")) == "2026-09-30"
    assert understood("1个工作日前", at("2026-02-24 09:00")) == "2026-02-14"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Tomorrow", "2026-11-21"),
        ("yesterday 18:00", "2026-11-19 18:00"),
        ("sun", "2026-11-22"),
        ("WEDNESDAY 15点20", "2026-11-25 15:20"),
        ("monday 下午3点", "2026-11-23 15:00"),
        ("2026-11-25T14:20:30", "2026-11-25 14:20"),
        ("2026-11-25T14:20+0900", "2026-11-25 13:20"),
        ("2026-11-25 14:20 +00:00", "2026-11-25 22:20"),
        ("2026-11-25 下午3点", "2026-11-25 15:00"),
        ("2026-11-25 9:30", "2026-11-25 09:30"),
    ],
)
def test_english_days_and_iso_times_are_another_spelling(phrase: str, expected: str) -> None:
    assert understood(phrase) == expected


FOREIGN = """
周末 下周末 下周 本月 3月 周七 星期8 下周0 大前天 今晚 明早 月初 改天 几天后 三五天后 十来天后 一百二天后
十两天后 二天半后 0天后 3天 3d +3 +0d -3天后 +3天后 +1M +30min +1d2h 3月后 3日后 两日 两号 两月三日
两个半小时后 1.5小时后 半小时后9点 99999个月后 99999999999天后 周五20号 周三周四 今天今天 明天的9点 明天，9点
本个周五 sund ſunday २天后 😀 13/1 2/30 12/110:30 12/25/2026 2026/11/25 2026-1-5 20261125 2026-11-2514:20
2026-11-25T24:00 2026-02-30T10:00 2026-11-25Z 2026-11-25T14:20+25:00 0000-01-01 0001-01-01T00:00+14:00
9999-12-31T23:59-12:00
"""
FOREIGN_WITH_SPACES = ["", " ", "+2h 9:30", "next monday", "1 5号", "\x00", "明天\x00", "\ud800", "明" * 10**6]


@pytest.mark.parametrize("phrase", [*FOREIGN.split(), *FOREIGN_WITH_SPACES])
def test_what_is_not_in_the_grammar_is_refused(phrase: str) -> None:
    assert understood(phrase) == "REFUSE"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("周一 十一点", "2026-11-23 11:00"),
        ("周一 二十点", "2026-11-23 20:00"),
        ("周5 10点", "2026-11-20 10:00"),
        ("12/1 10:30", "2026-12-01 10:30"),
        ("12/2 5:30", "2026-12-02 05:30"),
    ],
)
def test_a_space_between_a_day_and_a_figure_never_makes_one_number_of_them(phrase: str, expected: str) -> None:
    assert understood(phrase) == expected


def test_now_is_taken_to_the_zone_of_the_calendar() -> None:
    assert understood("明天9:30", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == "2026-11-22 09:30"


def test_two_hours_are_two_hours_also_when_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")
    calendar = Calendar(new_york, parse_hours(["09:00-17:00"]))
    now = datetime(2026, 3, 8, 1, 0, tzinfo=new_york)
    value = parse("2小时后", now, calendar)
    assert value.isoformat() == "2026-03-08T04:00:00-04:00"


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("明天3点", "下午3点"),
        ("明天上午", "没有说几点"),
        ("下周", "哪一天"),
        ("周末", "周六"),
        ("+3", "没有单位"),
        ("2月30日", "2月没有30日"),
        ("31号 25点", "没有25点"),
        ("两三天后", "两三"),
        ("", "没有写"),
        ("明\x1b[31m天", "\\x1b"),
    ],
)
def test_a_refusal_says_why_and_what_to_write(phrase: str, words: str) -> None:
    with pytest.raises(UsageError) as refusal:
        parse(phrase, FRIDAY, office())
    said = f"{refusal.value}\n{refusal.value.hint}"
    assert words in said
    assert "可以写" in said
    assert len(said) < 150
    assert all(sign.isprintable() for sign in said.replace("\n", ""))


# -- spans ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        *[("2d", 48), ("30m", 0.5), ("4h", 4), ("1w", 168), ("2天", 48), ("30分钟", 0.5), ("4小时", 4)],
        *[("半小时", 0.5), ("1周", 168), ("两个星期", 336), ("十二个小时", 12), ("２ｄ", 48), (" 2 D ", 48)],
    ],
)
def test_a_span_is_wall_time(text: str, hours: float) -> None:
    assert parse_span(text) == timedelta(hours=hours)


NO_SPANS = ("", "2", "d", "0d", "零天", "-2d", "+2d", "2M", "1.5h", "2个月", "两三天", "1天2小时", "明天")


@pytest.mark.parametrize("text", NO_SPANS)
def test_a_span_without_unit_or_above_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="看不懂时长"):
        parse_span(text)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("今晚8点", "2026-09-22 20:00"), ("明早9点", "2026-09-23 09:00"), ("明晚7点", "2026-09-23 19:00"),
        ("今早8点", "2026-09-22 08:00"), ("今晚上8点半", "2026-09-22 20:30"), ("昨晚9点", "2026-09-21 21:00"),
        ("半个月后", "2026-10-07"), ("半个月前", "2026-09-07"), ("一个半小时后", "2026-09-22 11:30"),
        ("12月底", "2026-12-31"), ("2月底", "2027-02-28"), ("9月底", "2026-09-30"),
        ("十月底上午9点", "2026-10-31 09:00"),
        ("2027.1.5", "2027-01-05"), ("10.8", "2026-10-08"), ("10.8上午9点", "2026-10-08 09:00"), ("1.5", "2027-01-05"),
        ("节后", "2026-09-28"), ("中秋以后", "2026-09-28"), ("国庆后", "2026-10-08"),
        ("国庆节后上午9点", "2026-10-08 09:00"),
        ("五一后", "REFUSE"), ("春节之后", "REFUSE"), ("十一后", "2026-10-08"),
        ("下班前", "2026-09-22 17:30"), ("周五下班前", "2026-09-25 17:30"), ("月底前", "2026-09-30 17:30"),
        ("明天下班前", "2026-09-23 17:30"), ("15号前", "2026-10-15 17:30"),
        ("13.1", "REFUSE"), ("10.32", "REFUSE"), ("2027.13.1", "REFUSE"), ("13月底", "REFUSE"), ("今晚", "REFUSE"),
        ("明晚12点", "REFUSE"), ("1.2.3", "REFUSE"), ("下班", "REFUSE"), ("节前", "REFUSE"), ("半个月", "REFUSE"),
    ],
)  # fmt: skip
def test_holidays_closing_times_and_short_days_are_understood(phrase: str, expected: str) -> None:
    now = datetime.fromisoformat("2026-09-22T10:00:00+08:00")
    calendar = Context().calendar
    try:
        value = parse(phrase, now, calendar)
    except UsageError:
        assert expected == "REFUSE"
        return
    assert f"{value:{'%Y-%m-%d %H:%M' if isinstance(value, datetime) else '%Y-%m-%d'}}" == expected


# -- saying it back, and the right side of now ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("下周五", "2026-11-27 周五"),
        ("周一上午9点", "2026-11-23 周一 09:00（大后天）"),
        ("明天9:30", "2026-11-21 周六 09:30（明天，休息日）"),
        ("今天", "2026-11-20 周五（今天）"),
        ("昨天", "2026-11-19 周四（昨天）"),
        ("2026-11-25T06:20:00Z", "2026-11-25 周三 14:20"),
    ],
)
def test_an_understood_time_is_said_back_with_its_weekday(phrase: str, said: str) -> None:
    assert echo(parse(phrase, FRIDAY, office()), FRIDAY, office()) == said


def test_an_instant_of_another_zone_is_said_back_in_the_calendars() -> None:
    assert echo(datetime(2026, 11, 20, 17, 0, tzinfo=UTC), FRIDAY, office()) == "2026-11-21 周六 01:00（明天，休息日）"


@pytest.mark.parametrize("phrase", ["今天", "10:00", "10:01", "明天", "+30m"])
def test_today_and_now_are_no_past_for_next(phrase: str) -> None:
    must_be_future(parse(phrase, FRIDAY, office()), FRIDAY, office(), "时间")


@pytest.mark.parametrize("phrase", ["昨天", "9:59", "-2h"])
def test_next_is_refused_in_the_past(phrase: str) -> None:
    with pytest.raises(UsageError, match=r"^时间不能早于现在：2026-11-"):
        must_be_future(parse(phrase, FRIDAY, office()), FRIDAY, office(), "时间")


@pytest.mark.parametrize("phrase", ["今天", "10:00", "9:59", "昨天", "-2h"])
def test_today_and_now_are_no_future_for_at(phrase: str) -> None:
    must_be_past(parse(phrase, FRIDAY, office()), FRIDAY, office(), "时间")


@pytest.mark.parametrize("phrase", ["明天", "10:01", "+30m"])
def test_at_is_refused_in_the_future(phrase: str) -> None:
    with pytest.raises(UsageError, match=r"^时间不能晚于现在：2026-11-") as refusal:
        must_be_past(parse(phrase, FRIDAY, office()), FRIDAY, office(), "时间")
    assert refusal.value.hint.startswith("现在是 2026-11-20 周五 10:00（今天）")


# -- what holds for any input ---------------------------------------------------------------------------------------

NOWS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(SHANGHAI))
COUNTS = st.integers(1, 999)
WORDS = "星期 礼拜 小时 分钟 工作日 以后 月底 年底 上午 下午 晚上 凌晨 早上 中午 今天 后天 monday"
NAMED_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "这个": 0, "下": 1, "下个": 1, "下下": 2}
SIGNS = "0123456789０９零一二两三九十百半刻天日号周月年点分时前后上下本这个大明昨今+-/:：T Zdwhm"
FRAGMENTS = st.sampled_from([*SIGNS, *WORDS.split()])


def spelled(number: int) -> str:
    """1 to 999 as a person writes it in 汉字."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    figures = "零一二三四五六七八九"
    text = f"{figures[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{figures[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (figures[ones] if ones else "")


def widened(text: str) -> str:
    """The same with full-width figures and signs."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=12).map("".join)), NOWS)
@example("9999年12月31日", FRIDAY)
@example("1月1日9点", datetime(9999, 12, 31, 23, 0, tzinfo=SHANGHAI))
@example("31号9点", datetime(9999, 12, 31, 23, 0, tzinfo=SHANGHAI))
@example("上上周一", datetime(1, 1, 2, tzinfo=SHANGHAI))
@example("1个工作日前", datetime(1, 1, 2, tzinfo=SHANGHAI))
@example("月底", datetime(9999, 12, 31, tzinfo=SHANGHAI))
def test_any_text_is_either_understood_or_refused(text: str, now: datetime) -> None:
    try:
        value = parse(text, now, office())
    except UsageError as refusal:
        str(refusal).encode()  # can be printed
    else:
        assert not isinstance(value, datetime) or value.tzinfo is SHANGHAI
        assert echo(value, now, office()).startswith(value.isoformat()[:10])


@given(COUNTS, NOWS)
def test_days_and_weeks_on_are_date_arithmetic(count: int, now: datetime) -> None:
    assert parse(f"{count}天后", now, office()) == now.date() + timedelta(days=count)
    assert parse(f"{count}天前", now, office()) == now.date() - timedelta(days=count)
    assert parse(f"+{count}w", now, office()) == now.date() + timedelta(weeks=count)
    assert parse(f"{count}小时后", now, office()) == now + timedelta(hours=count)


@given(COUNTS, st.sampled_from(["{}天后", "{}个月前", "{}周后上午9点", "{}个工作日后", "{}分钟后"]), NOWS)
def test_figures_han_numerals_full_width_and_spaces_agree(count: int, phrase: str, now: datetime) -> None:
    plain = parse(phrase.format(count), now, office())
    assert parse(phrase.format(spelled(count)), now, office()) == plain
    assert parse(widened(phrase.format(count)), now, office()) == plain
    assert parse("　" + phrase.format(f" {count} ").replace("点", " 点 "), now, office()) == plain


@given(st.integers(0, 6), st.sampled_from(["周", "星期", "礼拜"]), st.times(), NOWS)
def test_a_bare_weekday_is_that_weekday_within_a_week(weekday: int, week: str, clock: time, now: datetime) -> None:
    name = week + "一二三四五六日"[weekday]
    day = parse(name, now, office())
    assert day.weekday() == weekday
    assert timedelta() <= day - now.date() < timedelta(weeks=1)
    instant = parse(f"{name}{clock:%H:%M}", now, office())
    assert isinstance(instant, datetime)
    assert instant.weekday() == weekday
    assert timedelta() <= instant - now < timedelta(weeks=1)


@given(st.integers(0, 6), st.sampled_from(list(NAMED_WEEKS)), NOWS)
def test_a_weekday_of_a_named_week_lies_in_that_calendar_week(weekday: int, named: str, now: datetime) -> None:
    day = parse(f"{named}周{'一二三四五六日'[weekday]}", now, office())
    monday = now.date() - timedelta(days=now.weekday())
    assert day == monday + timedelta(weeks=NAMED_WEEKS[named], days=weekday)


@given(st.integers(1, 31), NOWS)
def test_a_bare_day_of_the_month_is_the_first_such_day_from_today(day: int, now: datetime) -> None:
    found = parse(f"{day}号", now, office())
    between = (now.date() + timedelta(days=n) for n in range((found - now.date()).days))
    assert found.day == day
    assert found >= now.date()
    assert not any(earlier.day == day for earlier in between)


@given(st.dates(), st.times(), st.sampled_from(["T", " "]))
def test_an_iso_time_means_itself(day: date, clock: time, between: str) -> None:
    assert parse(day.isoformat(), FRIDAY, office()) == day
    instant = datetime.combine(day, clock.replace(microsecond=0), SHANGHAI)
    assert parse(f"{day.isoformat()}{between}{clock:%H:%M:%S}", FRIDAY, office()) == instant


@given(st.text())
def test_any_text_is_a_span_above_nothing_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert parse_span(text) > timedelta()


def test_the_module_loads_no_heavy_package() -> None:
    heavy = "{'dateutil', 'pydantic', 'chinese_calendar', 'zoneinfo', 'typer', 'rich', 'sqlmodel'}"
    code = f"import sys, demandctl.core.times; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
