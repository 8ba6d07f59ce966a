"""What holds whatever people do: nothing is forgotten, history explains the deadlines, undo gives back what was."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cli import Cli
from tests.support.ledgerfile import Content, assert_replayed, content, forgotten, owed_on_closed
from tests.support.oracle import at
from tests.support.road import LEADER, SALESMAN, SERVICEMAN, Road, written
from tests.support.walks import walk

roads = settings(max_examples=7, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def chooser(data: st.DataObject) -> Callable[[Sequence[Any]], Any]:
    """Choices drawn by Hypothesis, so that a failing road is shortened."""
    return lambda options: options[data.draw(st.integers(0, len(options) - 1))]


@roads
@given(data=st.data(), steps=st.integers(3, 7))
def test_on_any_road_the_deadlines_are_the_oracles_and_undo_walks_back(
    cli: Cli, data: st.DataObject, steps: int
) -> None:
    before: list[Content] = []

    def look(road: Road) -> None:
        road.check()
        before.append(content(cli.db))
        assert forgotten(cli.db) == []
        assert owed_on_closed(cli.db) == []

    before.append(content(cli.db))
    walk(cli, chooser(data), steps, look)
    assert_replayed(cli.db)
    for earlier in reversed(before[:-1]):
        cli("undo")
        assert content(cli.db) == earlier


CUSTOMER_STEPS = (
    "customer order K00001", "customer order K00001 3天前", "customer contract K00001 昨天",
    "customer profile K00001 --document all", "customer profile K00001 --approved-by 王总",
    "customer owner K00001 易文彬", "customer owner K00001 李铁柱", "customer owner K00001 --briefed",
    "customer edit K00001 --revisit-every FREQ=MONTHLY;BYMONTHDAY=-1",
    "customer edit K00001 --revisit-every FREQ=WEEKLY",
    "customer edit K00001 --arrears", "customer edit K00001 --no-arrears --not-handed", "customer edit K00001 --handed",
    "customer edit K00001 --business-contact 前天", "customer edit K00001 --region 株洲 --tag 大客户",
    "revisit add K00001 --kind after-sale --at 3天后", "revisit add K00001 --kind inactive --at 2小时后",
    "revisit record {r} --visited-at 今天", "revisit record {r} --call-back 明天", "revisit record {r} --unreachable",
    "revisit record {r} --satisfaction satisfied", "revisit record {r} --satisfaction fair --problem 漏油 --urgent",
    "revisit record {r} --satisfaction fair --problem 漏油 --urgent --department 本部门",
    "revisit forward {r} 服务部", "revisit forward {r} 本部门", "revisit contacted {r}", "revisit planned {r} 换新的",
    "revisit escalate {r} 唐建明", "revisit solved {r}", "follow-up 1 问候", "follow-up 1 问候 --by 易文彬",
    "close 1 --outcome won", "reopen 1", "undo",
)  # fmt: skip


@roads
@given(
    steps=st.lists(st.tuples(st.sampled_from(CUSTOMER_STEPS), st.sampled_from((1, 30, 600, 4000, 20000))), max_size=14)
)
def test_whatever_is_done_with_customers_and_visits_history_gives_the_deadlines(
    cli: Cli, steps: list[tuple[str, int]]
) -> None:
    if not content(cli.db)["demand"]:
        cli.demand(kind="opportunity")
    now = at("2026-11-20 09:00")
    for step, minutes in steps:
        now += timedelta(minutes=minutes)
        revisits = content(cli.db)["revisit"]
        number = revisits[-1][0] if revisits else 1
        code = cli.at(written(now)).run(step.format(r=number)).code
        assert code in (0, 1, 2, 3), step
        assert forgotten(cli.db) == []
    assert_replayed(cli.db)


def test_a_number_taken_back_is_never_given_again(cli: Cli) -> None:
    assert [cli.demand(customer=name)["number"] for name in ("甲", "乙")] == [1, 2]
    cli("undo")
    assert cli.demand(customer="丙")["number"] == 3
    cli("undo")
    cli("undo")
    fourth = cli.demand(customer="丁")
    assert (fourth["number"], fourth["customer"]["code"]) == (4, "K00004")


def test_every_change_is_in_the_log_of_one_operation(cli: Cli) -> None:
    road = Road(cli, at("2026-11-20 09:00"), kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.escalate(at("2026-11-20 09:10"), LEADER)
    road.follow_up(at("2026-11-20 09:15"), SALESMAN)
    with closing(sqlite3.connect(cli.db)) as connection:
        operations = connection.execute("SELECT count(*) FROM operation WHERE command <> 'init'").fetchone()[0]
        orphans = connection.execute(
            "SELECT count(*) FROM change WHERE operation_id NOT IN (SELECT id FROM operation)"
        ).fetchone()[0]
        left = connection.execute("SELECT count(*) FROM current_operation").fetchone()[0]
    assert operations == 5, "contact import, intake, assign, escalate, follow-up"
    assert (orphans, left) == (0, 0)


def test_a_change_outside_an_operation_is_refused_by_the_file_itself(cli: Cli) -> None:
    cli.demand()
    with closing(sqlite3.connect(cli.db)) as connection:
        for statement in ("UPDATE demand SET region = 'x'", "DELETE FROM deadline", "UPDATE contact SET name = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match=r"change\.operation_id"):
                connection.execute(statement)
