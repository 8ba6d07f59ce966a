"""The pure parts of notices: when they may go out, how a digest is split, and what is masked in it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demandctl.core.targets import Target
from demandctl.core.worktime import Calendar
from demandctl.language.phones import masked_text
from demandctl.notify.digest import TOO_LONG, Notice, split
from demandctl.notify.message import Limit
from demandctl.notify.robot import json_size, utf8_size
from demandctl.notify.schedule import asked_for, held_until, next_change, reached
from demandctl.queries.deadlines import Due

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(
    ZONE,
    [(30600, 43200), (48600, 63000)],
    {date(2026, 10, day): "国庆节" for day in range(1, 8)},
    {date(2026, 10, 10): "国庆节调休"},
)
STEPS = [Target.parse("4h"), Target.parse("1d")]
ALL = ("soon", "overdue", "escalated")
moments = st.datetimes(datetime(2026, 9, 20), datetime(2026, 10, 20)).map(
    lambda t: t.replace(microsecond=0, tzinfo=ZONE)
)
spans = st.tuples(st.integers(0, 23), st.integers(1, 15)).map(lambda s: (s[0] * 3600, (s[0] + s[1]) * 3600))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("09-30T19:59", None),
        ("09-30T20:00", "10-08T08:30"),
        ("10-03T10:00", "10-08T08:30"),
        ("10-08T08:29", "10-08T08:30"),
        ("10-08T08:30", None),
        ("10-08T12:30", None),
        ("10-09T23:00", "10-10T08:30"),
        ("10-10T09:00", None),
        ("10-10T20:00", "10-12T08:30"),
    ],
)
def test_quiet_hours_and_days_off_end_at_the_next_opening(now: str, until: str | None) -> None:
    release = held_until(datetime.fromisoformat(f"2026-{now}:00+08:00"), [(72000, 115200)], CALENDAR)
    assert release == (until and datetime.fromisoformat(f"2026-{until}:00+08:00"))


@given(now=moments, quiet=st.lists(spans, max_size=3))
def test_what_is_released_is_not_held_again_and_what_is_held_is_released_when_open(
    now: datetime, quiet: list[tuple[int, int]]
) -> None:
    until = held_until(now, quiet, CALENDAR)
    second = now.hour * 3600 + now.minute * 60 + now.second
    silent = any(start <= second < end or second < end - 86400 for start, end in quiet)
    if until is None:
        assert CALENDAR.is_working(now.date())
        assert not silent
    elif until < now + timedelta(days=60):  # hours that cover all opening hours are never over
        assert until > now
        assert held_until(until, quiet, CALENDAR) is None


@given(due=moments, late=st.integers(0, 14 * 24 * 3600))
def test_a_level_lasts_until_its_next_change_and_then_climbs(due: datetime, late: int) -> None:
    now = due + timedelta(seconds=late)
    change = next_change(due, [], STEPS, now, CALENDAR)
    level = reached(due, now, STEPS, CALENDAR, ALL)
    if change is None:
        assert level == 3
        return
    assert change >= now
    assert reached(due, change, STEPS, CALENDAR, ALL) == level
    assert reached(due, change + timedelta(seconds=1), STEPS, CALENDAR, ALL) > level


@given(now=moments)
def test_a_repeating_deadline_is_about_the_newest_occurrence_that_was_missed(now: datetime) -> None:
    mondays = [date(2026, 9, 21) + timedelta(weeks=n) for n in range(5)]
    due = CALENDAR.closing(mondays[0])
    about = asked_for(due, mondays, now, CALENDAR)
    assert about in [CALENDAR.closing(day) for day in mondays]
    assert not any(about < CALENDAR.closing(day) < now for day in mondays)
    assert about < now or about == due


def item(number: int, level: int) -> Notice:
    """An item of which only the section counts."""
    return Notice(Due(id=number), level, datetime.now(UTC), None, 0)  # type: ignore[call-arg]


letters = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
lines = st.lists(st.text(letters, min_size=1, max_size=900), min_size=1, max_size=25)


@settings(max_examples=60)
@given(texts=lines, size=st.integers(300, 3000), measure=st.sampled_from([utf8_size, json_size]))
def test_every_line_is_in_one_message_whole_and_every_message_fits(
    texts: list[str], size: int, measure: object
) -> None:
    limit = Limit(size, measure)  # type: ignore[arg-type]
    items = [item(n, 1 if n < len(texts) // 2 else 0) for n in range(len(texts))]
    parts = split(items, texts, limit, datetime(2026, 11, 20, 9, tzinfo=ZONE))
    assert [entry.due.id for part in parts for entry in part.items] == list(range(len(texts)))
    assert all(limit.fits(part.text) for part in parts)
    said = [text for part in parts for _, text in part.lines]
    for whole, text in zip(texts, said, strict=True):
        assert text == whole or (text.endswith(TOO_LONG) and whole.startswith(text.removesuffix(TOO_LONG)))
    assert sum(part.cut for part in parts) == sum(a != b for a, b in zip(texts, said, strict=True))
    assert all(f"\n{text}" in part.text for part in parts for _, text in part.lines)


@given(
    middle=st.integers(0, 10**8 - 1),
    gap=st.sampled_from(["", "-", " ", "  ", "－", ".", "\u3000"]),
    before=st.sampled_from(["电话", "+86", "+86 ", "我是", "tel:", "微信-", "（"]),
    after=st.sampled_from(["，急", "转8", "（王）", "/13900000001", ""]),
    wide=st.booleans(),
)
def test_no_phone_leaves_in_a_text_however_it_is_written(
    middle: int, gap: str, before: str, after: str, wide: bool
) -> None:
    digits = f"138{middle:08d}"
    written = gap.join([digits[:3], digits[3:7], digits[7:]])
    said = f"臂架下不来{before}{written}{after}"
    text = masked_text(said.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}) if wide else said)
    assert digits not in text
    assert written not in text
    assert f"138****{digits[-4:]}" in text


@pytest.mark.parametrize(
    "text", ["D12 SYG5180THB 37米", "编号 20261120093000123", "2026-11-20 17:30", "12345678901", ""]
)
def test_what_is_no_phone_stays(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize(
    "text", ["0731-84000012", "（0731）8400 0012", "010 84000012", "400-123-4567", "０７３１８４００００１２"]
)
def test_landlines_and_hotlines_are_masked_too(text: str) -> None:
    assert text not in masked_text(f"打{text}找我")
    assert "****" in masked_text(f"打{text}找我")
