"""Recurrence rules: the days that they name, and those that are refused because they never come or cost too much."""

from datetime import date, datetime, time
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from demandctl.core.recurrence import days_of, problem_of
from tests.support.cli import Cli

USABLE = (
    "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=15,-1", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "FREQ=DAILY;COUNT=70",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;UNTIL=20280301", "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=WEEKLY;WKST=SU;INTERVAL=3", "FREQ=YEARLY;BYYEARDAY=-1",
    "RRULE:FREQ=DAILY;INTERVAL=45", "FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=-1",
)  # fmt: skip


@pytest.mark.parametrize("repeat", USABLE)
@pytest.mark.parametrize("start", [date(2026, 11, 20), date(2024, 2, 29), date(2025, 12, 31)])
def test_a_rule_names_the_days_that_the_standard_says(repeat: str, start: date) -> None:
    after = date(2026, 12, 3)
    rule = rrulestr(repeat, dtstart=datetime.combine(start, time()))
    wanted = [moment.date() for moment in islice(rule.xafter(datetime.combine(after, time())), 60)]
    assert list(islice(days_of(repeat, start, after), 60)) == wanted
    assert problem_of(repeat) == ""


@pytest.mark.parametrize(
    "repeat",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY", "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "FREQ=DAILY;UNTIL=20200101", "FREQ=DAILY;COUNT=1", "EXRULE:FREQ=DAILY",
        "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYEASTER=0", "每月", "", "DTSTART:20260101\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;" + "BYMONTHDAY=1," * 60 + "2",
    ],
)  # fmt: skip
def test_what_never_comes_or_is_no_single_rule_is_refused(cli: Cli, repeat: str) -> None:
    assert problem_of(repeat)
    cli("customer add 路遥")
    if repeat and repeat != "每月":
        assert cli.run("customer", "edit", "K1", "--revisit-every", repeat).code == 2
