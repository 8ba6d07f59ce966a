"""Pasting is enough: a chat becomes drafts, demands, a message for whoever has to go."""

import os
from pathlib import Path
from typing import Any

from tests.support.cli import Cli
from tests.support.desk import Seat, at_the_desk

PRIVATE = "湘潭老周 11-20 08:50\n你好，我37米泵车臂架下不来了，在湘潭工地，电话13800000121，麻烦派个师傅来看看\n"
CHAT = "湘潭泵车群\n" + PRIVATE
TWO = CHAT + "株洲老李 11-20 08:55\n想买一台二手37米泵车，多少钱，我在株洲，13900000001\n小王 11-20 08:56\n在吗\n"


def demands(cli: Cli) -> list[dict[str, Any]]:
    """All demands, the first one first."""
    found: list[dict[str, Any]] = cli("list", "--limit", "0", "--json").json
    return sorted(found, key=lambda demand: int(demand["number"]))


def test_a_pasted_demand_is_taken_in_and_routed_in_three_keys(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        seat.keys = 0
        await seat.paste(CHAT)
        assert "草稿" in seat.screen
        assert "原话" in seat.screen
        await seat.press("enter")
        assert "派给谁" in seat.screen
        await seat.press("enter")
        assert seat.keys == 3
        assert "D1 已派给 李铁柱" in seat.screen
        assert "臂架下不来了" in seat.copied
        assert seat.desk.screen is seat.desk.day

    at_the_desk(work)
    (demand,) = demands(cli)
    assert (demand["status"], demand["handler"]["name"]) == ("assigned", "李铁柱")


def test_a_private_chat_is_three_keys_too_and_the_guess_is_marked(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        seat.keys = 0
        await seat.paste(PRIVATE)
        assert "私聊 （猜 70%）" in seat.screen
        await seat.press("enter", "enter")
        assert seat.keys == 3

    at_the_desk(work)
    (demand,) = demands(cli)
    assert (demand["channel"], demand["status"]) == ("direct", "assigned")


def test_several_drafts_come_one_after_the_other(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.paste(TWO)
        assert "草稿 1/2" in seat.screen
        await seat.press("enter", "enter")
        assert "草稿 2/2" in seat.screen
        await seat.press("enter", "enter")
        assert seat.desk.screen is seat.desk.day

    at_the_desk(work)
    assert [demand["kind"] for demand in demands(cli)] == ["service", "opportunity"]


def test_what_no_draft_took_stands_below_and_is_taken_by_its_number(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.paste(TWO)
        assert "没有放进草稿的 1 句" in seat.screen
        await seat.press("1")
        assert "草稿 3/3" in seat.screen

    at_the_desk(work)
    assert demands(cli) == []


def test_a_field_of_a_draft_is_put_right(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.paste(CHAT)
        await seat.press("e", "3")
        await seat.press("ctrl+u")
        await seat.type("湘乡")
        await seat.press("enter", "enter", "escape")

    at_the_desk(work)
    assert demands(cli)[0]["region"] == "湘乡"


def test_what_is_missing_is_asked_before_it_is_recorded(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.paste("泵车臂架下不来了，麻烦派个师傅")
        await seat.press("enter")
        assert "客户" in seat.screen
        await seat.type("湘潭老周")
        await seat.press("enter", "escape")

    at_the_desk(work)
    assert demands(cli)[0]["customer"]["name"] == "湘潭老周"


def test_the_same_customer_once_more_is_offered_as_a_follow_up(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.paste(CHAT)
        await seat.press("enter")
        assert "跟进已有的 D1" in seat.screen
        await seat.press("enter")

    at_the_desk(work)
    assert len(demands(cli)) == 1
    assert cli("show", "1", "--json").json["follow_ups"][-1]["text"].startswith("客户又说")


def test_esc_at_the_drafts_leaves_no_trace(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.paste(CHAT)
        await seat.press("escape")
        assert seat.desk.screen is seat.desk.day

    at_the_desk(work)
    assert demands(cli) == []


def test_two_hundred_messages_at_once(cli: Cli) -> None:
    chat = "湘潭泵车群\n" + "".join(
        f"客户{n} 11-20 08:{n % 60:02d}\n{f'泵车臂架下不来了，派个师傅，1380000{n:04d}' if n % 10 == 0 else '好的'}\n"
        for n in range(200)
    )

    async def work(seat: Seat) -> None:
        await seat.paste(chat)
        assert "草稿 1/20" in seat.screen
        await seat.press("enter", "escape")
        assert "草稿 2/20" in seat.screen

    at_the_desk(work)
    assert len(demands(cli)) == 1


def test_binary_rubbish_is_no_demand_and_does_no_harm(cli: Cli) -> None:
    rubbish = bytes(range(256)) * 8

    async def work(seat: Seat) -> None:
        await seat.paste(rubbish.decode("latin-1"))
        await seat.press("escape")
        await seat.paste("\ud800\udfff\x1b[31m\x07")
        await seat.press("escape")
        assert seat.desk.screen is seat.desk.day
        assert seat.desk.fault is None

    at_the_desk(work)
    assert demands(cli) == []


def test_the_path_of_a_screenshot_becomes_an_attachment(cli: Cli, tmp_path: Path) -> None:
    cli.demand(phone="13800000121")
    picture = tmp_path / "截图 1.png"
    picture.write_bytes(b"\x89PNG\r\n" + os.urandom(64))

    async def work(seat: Seat) -> None:
        await seat.press("3")
        await seat.paste(f"'{picture}'")
        await seat.press("enter")
        assert "D1 附上 1 个文件" in seat.screen

    at_the_desk(work)
    assert [one["name"] for one in cli("attach", "list", "D1", "--json").json] == ["截图 1.png"]


def test_a_demand_is_taken_in_by_questions(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.press("i")
        await seat.type("臂架下不来了，湘潭工地，13800000121，湘潭老周")
        await seat.press("enter")
        assert "草稿" in seat.screen
        await seat.press("enter")
        for _ in range(4):
            if "派给谁" in seat.screen:
                break
            await seat.press("enter")
        await seat.press("escape")

    at_the_desk(work)
    assert len(demands(cli)) == 1


def test_a_value_of_a_demand_is_put_right(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.press("3", "m")
        assert "改哪一项" in seat.screen
        await seat.press("1")
        await seat.press("ctrl+u")
        await seat.type("株洲")
        await seat.press("enter")
        assert "D1 已改" in seat.screen

    at_the_desk(work)
    assert demands(cli)[0]["region"] == "株洲"
