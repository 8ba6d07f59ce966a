"""The lists, the card and the keys that lead through them."""

import pytest

from tests.support.cli import Cli
from tests.support.desk import Seat, another_program, at_the_desk


def test_what_is_owed_stands_there_when_the_desk_opens(cli: Cli) -> None:
    cli.demand()
    cli.at("2026-11-20T10:30:00")

    async def morning(seat: Seat) -> None:
        assert "11月20日 周五" in seat.screen
        assert "D1" in seat.screen
        assert "超时" in seat.screen
        assert "派给谁" in seat.screen  # the card beside it

    at_the_desk(morning)


@pytest.mark.parametrize("key", "1234567")
def test_each_list_has_its_number(cli: Cli, key: str) -> None:
    cli.demand()

    async def look(seat: Seat) -> None:
        await seat.press(key)
        assert seat.desk.day.listing == key
        assert seat.desk.fault is None

    at_the_desk(look)


def test_the_card_lies_over_the_list_where_the_terminal_is_narrow(cli: Cli) -> None:
    cli.demand()

    async def look(seat: Seat) -> None:
        assert "派给谁" not in seat.screen
        await seat.press("enter")
        assert "派给谁" in seat.screen
        await seat.press("escape")
        assert "派给谁" not in seat.screen

    at_the_desk(look, size=(80, 24))


def test_the_keys_come_back_to_the_list_when_the_card_is_closed(cli: Cli) -> None:
    cli.demand()
    cli.demand("要配件", customer="株洲老李", phone="13900000001")

    async def look(seat: Seat) -> None:
        await seat.press("3", "g", "enter", "right")
        assert "湘潭老周" in seat.screen
        await seat.press("down", "J", "escape", "up")
        assert str(seat.desk.day.rows.current and seat.desk.day.rows.current.subject) == "D2"
        await seat.press("j", "enter", "enter", "k")
        assert str(seat.desk.day.rows.current and seat.desk.day.rows.current.subject) == "D2"

    at_the_desk(look, size=(80, 24))


def test_what_another_program_writes_is_shown_without_a_key(cli: Cli) -> None:
    cli.demand()

    async def look(seat: Seat) -> None:
        await seat.press("3")
        assert "D2" not in seat.screen
        another_program("intake", "要配件", "--customer", "株洲老李", "--kind", "service", "--channel", "direct")
        for _ in range(40):
            await seat.pilot.pause(0.1)
            if "D2" in seat.screen:
                return
        raise AssertionError(seat.screen)

    at_the_desk(look)
