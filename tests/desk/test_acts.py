"""The acts of the desk on a real ledger: what a key does, in how many keys, and that Esc leaves no trace."""

from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.desk import Seat, at_the_desk


def shown(cli: Cli, number: int = 1) -> dict[str, Any]:
    """The demand as it is in the ledger."""
    demand: dict[str, Any] = cli("show", str(number), "--json").json
    return demand


def steps(cli: Cli) -> list[str]:
    """What was done, the newest last."""
    return [step["summary"] for step in cli("log", "--limit", "0", "--json").json]


def assigned(cli: Cli, **more: str) -> None:
    """A demand that somebody has in hand."""
    cli.demand(phone="13800000121", **more)
    cli("assign", "1", "李铁柱")


def test_a_follow_up_is_two_keys_and_its_words(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("3")
        seat.keys = 0
        await seat.press("f")
        await seat.type("已联系客户，下午到现场")
        await seat.press("enter")
        assert seat.keys == 2
        assert "D1 已记录 李铁柱 的跟进，跟进中" in seat.screen

    at_the_desk(work)
    assert shown(cli)["follow_ups"][-1]["text"] == "已联系客户，下午到现场"
    assert steps(cli)[-1].startswith("跟进 D1")


def test_a_time_in_the_line_is_a_promise_with_its_plan(cli: Cli) -> None:
    assigned(cli, kind="opportunity")

    async def work(seat: Seat) -> None:
        await seat.press("3", "f")
        await seat.type("已报价，周三问结果")
        assert "下次 11月25日 周三 17:30" in seat.screen
        assert "17:30   问结果" in seat.screen
        await seat.press("enter")

    at_the_desk(work)
    told = shown(cli)["follow_ups"][-1]
    assert (told["next_at"], told["next_plan"]) == ("2026-11-25T17:30:00+08:00", "问结果")


def test_backspace_on_an_empty_end_takes_a_chip_away(cli: Cli) -> None:
    assigned(cli, kind="opportunity")

    async def work(seat: Seat) -> None:
        await seat.press("3", "f")
        await seat.type("已报价，周三问结果 ")
        await seat.press("backspace")
        assert "17:30   问结果" not in seat.screen
        await seat.press("backspace")
        assert "下次 11月25日" not in seat.screen
        await seat.press("enter")

    at_the_desk(work)
    assert shown(cli)["follow_ups"][-1]["next_at"] is None


def test_chasing_is_one_key(cli: Cli) -> None:
    assigned(cli)
    cli.at("2026-11-20T11:00:00")

    async def work(seat: Seat) -> None:
        await seat.press("3")
        seat.keys = 0
        await seat.press("n")
        assert seat.keys == 1
        assert "李铁柱，以下" in seat.copied
        assert "已记下催办：D1" in seat.screen
        assert "已复制，可以直接粘贴给 李铁柱" in seat.screen

    at_the_desk(work)
    assert shown(cli)["follow_ups"][-1]["note"] == "nudge"


def test_whoever_owes_is_urged_about_all_of_it(cli: Cli) -> None:
    assigned(cli)
    cli.demand("要配件", customer="株洲老李", phone="13900000001")
    cli("assign", "2", "李铁柱")
    cli.at("2026-11-20T11:00:00")

    async def work(seat: Seat) -> None:
        await seat.press("2", "n")
        assert "D1" in seat.copied
        assert "D2" in seat.copied

    at_the_desk(work)


def test_closing_with_confirmation_is_two_keys(cli: Cli) -> None:
    assigned(cli)
    cli("follow-up", "1", "修好了", "--resolved")

    async def work(seat: Seat) -> None:
        await seat.press("3")
        seat.keys = 0
        await seat.press("c", "enter")
        assert seat.keys == 2
        assert "D1 客户确认已解决，结束" in seat.screen

    at_the_desk(work)
    assert shown(cli)["outcome"] == "solved"


def test_assigning_copies_the_message_for_the_handler(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.press("3", "a", "enter")
        assert "D1 已派给 李铁柱（长沙分公司，直接派单）" in seat.screen
        assert "37米泵车臂架下不来了" in seat.copied

    at_the_desk(work)
    assert shown(cli)["handler"]["name"] == "李铁柱"


def test_somebody_else_of_the_directory_is_found_by_tab(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.press("3", "a", "up", "enter")
        await seat.type("龙")
        await seat.press("tab", "enter")

    at_the_desk(work)
    assert shown(cli)["handler"]["name"].startswith("龙")


def test_a_call_that_nobody_answered_is_one_key(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("3", "o")

    at_the_desk(work)
    assert shown(cli)["follow_ups"][-1]["note"] == "attempt"


def test_a_customer_who_wants_to_wait(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("3", "w")
        await seat.type("下周三，客户出差")
        assert "等到 11月25日 周三" in seat.screen
        await seat.press("enter")

    at_the_desk(work)
    assert shown(cli)["status"] == "waiting"


def test_ending_asks_for_the_reason_that_it_needs(cli: Cli) -> None:
    assigned(cli, kind="opportunity")

    async def work(seat: Seat) -> None:
        await seat.press("3", "x", "2")
        await seat.press("enter")
        assert "还没有写" in seat.screen
        await seat.type("价格高")
        await seat.press("enter")

    at_the_desk(work)
    assert (shown(cli)["outcome"], shown(cli)["reason"]) == ("lost", "价格高")


def test_escalating_and_verifying(cli: Cli) -> None:
    assigned(cli, kind="opportunity")

    async def work(seat: Seat) -> None:
        await seat.press("3", "v", "enter", "e")
        await seat.type("唐建明")
        await seat.press("enter")
        await seat.type("客户要总部价")
        await seat.press("enter")
        assert "已升级第 1 级 → 唐建明" in seat.screen

    at_the_desk(work)
    assert shown(cli)["verified"] is True
    assert shown(cli)["escalation"] == 1


def test_undo_takes_the_last_step_back_and_says_which(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("u")
        assert "已撤销" in seat.screen
        assert "派单 D1 → 李铁柱" in seat.screen

    at_the_desk(work)
    assert shown(cli)["handler"] is None


def test_several_lines_are_one_operation(cli: Cli) -> None:
    assigned(cli)
    cli.demand("要配件", customer="株洲老李", phone="13900000001")

    async def work(seat: Seat) -> None:
        await seat.press("3", "g", "space", "space", "f")
        await seat.type("都问过了")
        await seat.press("enter")
        assert "D2、D1 已记录" in seat.screen or "D1、D2 已记录" in seat.screen

    before = len(steps(cli))
    at_the_desk(work)
    assert len(steps(cli)) == before + 1
    assert shown(cli, 2)["follow_ups"][-1]["text"] == shown(cli)["follow_ups"][-1]["text"] == "都问过了"


def test_what_is_put_aside_is_out_of_sight_and_its_clock_runs_on(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        assert "D1" in seat.screen
        await seat.press("z", "enter")
        assert "D1" not in seat.screen

    before = steps(cli)
    at_the_desk(work)
    assert steps(cli) == before


@pytest.mark.parametrize(
    "keys", ["f 下 周 一", "a", "a up enter 龙", "w 1 天", "x", "x 1 贵", "e 唐", "e 唐 enter", "z", "/ D"]
)
def test_esc_leaves_no_trace(cli: Cli, keys: str) -> None:
    cli.demand(phone="13800000121")
    cli("assign", "1", "李铁柱")

    async def work(seat: Seat) -> None:
        await seat.press("3")
        for key in keys.split():
            await (seat.type(key) if len(key) == 1 else seat.press(key))
        await seat.press("escape")
        assert "全部未结束" in seat.screen
        assert seat.desk.screen is seat.desk.day

    before = cli("show", "1", "--json").json, steps(cli)
    at_the_desk(work)
    assert (cli("show", "1", "--json").json, steps(cli)) == before


def test_what_the_ledger_refuses_stays_in_the_line_with_the_reason(cli: Cli) -> None:
    cli.demand(phone="13800000121")
    cli("close", "1", "--outcome", "dropped", "--reason", "打错了")

    async def work(seat: Seat) -> None:
        await seat.type("/臂架")
        await seat.press("enter", "f")
        await seat.type("修好了，明天再看")
        await seat.press("enter")
        assert "已结束" in seat.screen
        assert "修好了，明天再看" in seat.screen

    at_the_desk(work)
