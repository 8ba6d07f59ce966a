"""``init --demo``: a calm day, whenever it is made."""

import pytest

from demandctl.vocabulary import DeadlineState
from tests.support.cli import Cli


@pytest.mark.parametrize("now", ["2026-11-26T10:20:00", "2026-11-23T15:00:00", "2026-11-28T11:00:00"])
def test_two_things_are_late_and_nothing_of_it_is_left_out(cli: Cli, now: str) -> None:
    new = str(cli.folder / "demo.db")
    made = cli.at(now)("--db", new, "init", "--demo")
    assert "跳过" not in made.err
    due = cli("--db", new, "due", "--json").json
    late = {clock["demand"] for clock in due if clock["state"] == DeadlineState.OVERDUE}
    assert len(late) == 2
    assert {clock["owed_by"]["role"] for clock in due if clock["demand"] in late} >= {"specialist", "handler"}
