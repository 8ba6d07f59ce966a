"""A revisit at the desk: the script walked through, the form filled in."""

from tests.support.cli import Cli
from tests.support.desk import Seat, at_the_desk


def planned(cli: Cli) -> None:
    """A call that is planned for this morning."""
    cli.demand(phone="13800000121")
    cli("revisit", "add", "K00001", "--kind", "after-sale", "--at", "今天10点")


def test_a_satisfied_customer_is_twelve_keys_at_most(cli: Cli) -> None:
    planned(cli)
    cli.at("2026-11-20T10:00:00")

    async def work(seat: Seat) -> None:
        await seat.press("5")
        seat.keys = 0
        await seat.press("r")
        for _ in range(14):
            if seat.desk.screen is seat.desk.day:
                break
            await seat.press("enter")
        assert "的表已填" in seat.screen
        assert seat.keys <= 12, seat.keys

    at_the_desk(work)
    visit = cli("revisit", "show", "1", "--json").json
    assert visit["satisfaction"] == "satisfied"
    assert visit["recorded_at"] == "2026-11-20T10:00:00+08:00"


def test_nobody_answers_and_the_plan_stays(cli: Cli) -> None:
    planned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("5", "r", "3")
        for _ in range(3):
            if seat.desk.screen is not seat.desk.day:
                await seat.press("enter")
        assert "没联系上" in seat.screen

    at_the_desk(work)
    assert cli("revisit", "show", "1", "--json").json["visited_at"] is None


def test_another_time_is_agreed(cli: Cli) -> None:
    planned(cli)

    async def work(seat: Seat) -> None:
        await seat.press("5", "r", "2")
        for _ in range(4):
            if "约在什么时候" in seat.screen:
                break
            await seat.press("enter")
        await seat.type("明天上午10点")
        await seat.press("enter")
        for _ in range(3):
            if seat.desk.screen is not seat.desk.day:
                await seat.press("enter")

    at_the_desk(work)
    assert cli("revisit", "show", "1", "--json").json["call_back_at"] == "2026-11-21T10:00:00+08:00"


def test_a_call_that_breaks_off_is_a_visit_whose_form_comes_later(cli: Cli) -> None:
    planned(cli)
    cli.at("2026-11-20T10:00:00")

    async def work(seat: Seat) -> None:
        await seat.press("5", "r", "1", "escape", "2")
        assert "中断，已记为已访" in seat.screen

    at_the_desk(work)
    visit = cli("revisit", "show", "1", "--json").json
    assert visit["visited_at"] is not None
    assert visit["recorded_at"] is None


def test_esc_before_anybody_answered_leaves_no_trace(cli: Cli) -> None:
    planned(cli)
    before = cli("revisit", "show", "1", "--json").json

    async def work(seat: Seat) -> None:
        await seat.press("5", "r", "escape")
        assert seat.desk.screen is seat.desk.day

    at_the_desk(work)
    assert cli("revisit", "show", "1", "--json").json == before


def test_a_customer_who_is_due_is_called_without_a_plan(cli: Cli) -> None:
    cli.demand(phone="13800000121")
    cli("assign", "1", "李铁柱")
    cli("confirm", "1", "--solved")
    cli.at("2026-11-24T10:00:00")

    async def work(seat: Seat) -> None:
        await seat.press("5", "r")
        for _ in range(14):
            if seat.desk.screen is seat.desk.day:
                break
            await seat.press("enter")

    at_the_desk(work)
    (visit,) = cli("revisit", "list", "--json").json
    assert (visit["demand"], visit["satisfaction"]) == (1, "satisfied")
