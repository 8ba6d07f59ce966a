"""The steps of a revisit: which are refused, and what a second one does to the first."""

import pytest

from tests.support.cli import Cli

VISITED = "record 1 --visited-at 2026-11-20"
FORM = "record 1 --satisfaction unsatisfied --problem 漏油 --urgent --department 配件部"


@pytest.fixture
def planned(cli: Cli) -> Cli:
    """Revisit 1, planned for ten o'clock; it is eleven."""
    cli("customer add 老周 --phone 13800000121")
    cli("revisit add K00001 --kind after-sale --at 今天10点")
    return cli.at("2026-11-20T11:00:00")


def run(cli: Cli, *steps: str) -> None:
    """Steps of revisit 1 that succeed."""
    for step in steps:
        cli(f"revisit {step}")


@pytest.mark.parametrize(
    ("before", "step", "code", "why"),
    [
        ([f"{VISITED}T10:00"], "record 1 --call-back 明天10点", 1, "已经访到客户"),
        ([f"{VISITED}T10:00"], "record 1 --unreachable", 1, "已经访到客户"),
        ([], "record 1 --satisfaction fair --urgent", 2, "要写明是什么"),
        ([], "record 1 --satisfaction satisfied --dissatisfaction 太慢", 2, "不满意原因"),
        ([], "record 1 --unreachable --satisfaction fair", 2, "没有评价可填"),
        ([], "record 1 --call-back 明天10点 --satisfaction fair", 2, "不能一起写"),
        ([], "record 1 --visited-at 2026-11-20T11:30", 2, "还没"),
        ([], "forward 1 配件部", 1, "还没有填表"),
        ([FORM], "contacted 1", 1, "还没有转交"),
        ([FORM, "forward 1 配件部"], "contacted 1 --at 2026-11-20T10:30", 2, "早于上一步"),
        ([FORM, "solved 1"], "forward 1 配件部", 1, "已解决"),
        ([FORM, "solved 1"], "solved 1", 1, "已标记解决"),
        ([FORM], FORM, 1, "已填过"),
    ],
)
def test_a_step_that_contradicts_the_visit_is_refused(
    planned: Cli, before: list[str], step: str, code: int, why: str
) -> None:
    run(planned, *before)
    answer = planned.run(f"revisit {step}")
    assert (answer.code, why in answer.err) == (code, True), answer.err


def test_who_named_another_time_was_not_reached(planned: Cli) -> None:
    run(planned, "record 1 --call-back 明天10点")
    shown = planned("revisit show 1 --json").json
    assert (shown["reachable"], shown["visited_at"]) == (False, None)


def test_another_department_has_not_been_in_touch_yet(planned: Cli) -> None:
    run(planned, FORM, "forward 1 配件部", "contacted 1", "forward 1 服务部")
    shown = planned("revisit show 1 --json").json
    assert (shown["department"], shown["contacted_at"]) == ("服务部", None)
