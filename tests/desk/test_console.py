"""Any command from the desk, all keys on a page, deeds by their Chinese names, the mouse."""

from demandctl.cli import app
from tests.support.cli import Cli
from tests.support.desk import Seat, at_the_desk


def test_any_command_is_typed_with_completion_and_its_answer_read(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.type(":sho")
        await seat.press("tab")
        assert "show" in seat.screen
        await seat.type(" 1")
        await seat.press("enter")
        assert "37米泵车臂架下不来了" in seat.screen
        await seat.press("escape")
        assert seat.desk.screen is seat.desk.day

    at_the_desk(work, complete=app().candidates)


def test_a_command_that_is_refused_says_why(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.type(":show 99")
        await seat.press("enter")
        assert "没有需求 D99" in seat.screen
        assert "退出码 3" in seat.screen

    at_the_desk(work)


def test_what_a_command_writes_is_on_the_list_at_once(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.press("6")
        await seat.type(":customer add 王五")
        await seat.press("enter", "escape")
        assert "王五" in seat.screen

    at_the_desk(work)


def test_all_keys_stand_on_a_page(cli: Cli) -> None:
    async def work(seat: Seat) -> None:
        await seat.type("?")
        for word in ("跟进", "派单", "回访", "粘贴"):
            assert word in seat.screen
        await seat.press("escape")

    at_the_desk(work, size=(100, 50))


def test_a_deed_is_found_by_its_chinese_name(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        await seat.press("3", "ctrl+p")
        await seat.type("派")
        await seat.press("tab", "enter")
        await seat.pilot.pause(0.1)
        await seat.settle()
        assert "派给谁" in seat.screen

    at_the_desk(work)


def test_the_mouse_reaches_lists_lines_and_keys(cli: Cli) -> None:
    cli.demand(phone="13800000121")
    cli.demand("要配件", customer="株洲老李", phone="13900000001")

    async def work(seat: Seat) -> None:
        await seat.click("全部未结束")
        assert seat.desk.day.listing == "3"
        await seat.click("D1 ")
        assert str(seat.desk.day.rows.current and seat.desk.day.rows.current.subject) == "D1"
        await seat.click("派单")
        assert "派给谁" in seat.screen
        await seat.press("escape")
        await seat.click("待派单")
        assert "待派单" in seat.screen.splitlines()[2]

    at_the_desk(work)
