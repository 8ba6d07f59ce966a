"""What goes wrong around the desk: locked, moved, damaged ledgers, small terminals, kills, faults."""

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pexpect
import pytest

from demandctl.store.backup import integrity
from tests.support.cli import Cli
from tests.support.desk import Seat, another_program, at_the_desk


def assigned(cli: Cli) -> None:
    """A demand that somebody has in hand."""
    cli.demand(phone="13800000121")
    cli("assign", "1", "李铁柱")


async def until(seat: Seat, text: str) -> None:
    """Wait until a text is on the screen."""
    for _ in range(200):
        await seat.pilot.pause(0.05)
        if text in seat.screen:
            return
    raise AssertionError(f"{text} does not come:\n{seat.screen}")


def test_a_ledger_that_is_locked_for_five_seconds_loses_nothing_that_was_typed(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        other = sqlite3.connect(cli.db, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await seat.press("3", "f")
        await seat.type("下午到现场")
        await seat.pilot.press("enter")
        await until(seat, "正在写")
        await until(seat, "别的程序")
        assert "下午到现场" in seat.screen
        other.execute("ROLLBACK")
        await seat.press("enter")
        assert "已记录 李铁柱 的跟进" in seat.screen

    at_the_desk(work)
    told = cli("show", "1", "--json").json["follow_ups"]
    assert [one["text"] for one in told] == ["下午到现场"]


def test_a_ledger_that_was_moved_is_told_and_found_again(cli: Cli) -> None:
    assigned(cli)
    elsewhere = cli.db.with_name("elsewhere.db")

    async def work(seat: Seat) -> None:
        await seat.press("3", "f")
        await seat.type("下午到现场")
        cli.db.rename(elsewhere)
        await seat.press("enter")
        assert "还没有台账" in seat.screen
        assert "下午到现场" in seat.screen
        elsewhere.rename(cli.db)
        await seat.press("enter")
        assert "已记录 李铁柱 的跟进" in seat.screen
        cli.db.rename(elsewhere)
        await until(seat, "还没有台账")
        elsewhere.rename(cli.db)
        await until(seat, "又能读台账了")

    at_the_desk(work)


def test_a_damaged_ledger_is_told_in_the_foot(cli: Cli) -> None:
    assigned(cli)
    another_program("list")
    whole = cli.db.read_bytes()

    async def work(seat: Seat) -> None:
        cli.db.write_bytes(whole[:100] + os.urandom(len(whole) - 100))
        await seat.press("3", "2", "3")
        assert "损坏" in seat.screen or "读不了" in seat.screen or "不是" in seat.screen, seat.screen
        await seat.press("u")
        assert seat.desk.fault is None

    at_the_desk(work)


def test_a_terminal_that_shrinks_and_grows_again(cli: Cli) -> None:
    assigned(cli)

    async def work(seat: Seat) -> None:
        for key in "1234567":
            await seat.press(key)
            for size in ((40, 12), (200, 50), (20, 5), (110, 30)):
                await seat.pilot.resize_terminal(*size)
                await seat.settle()
        await seat.press("3", "f")
        await seat.type("周三再联系")
        for size in ((40, 12), (110, 30)):
            await seat.pilot.resize_terminal(*size)
            await seat.settle()
            assert "周三再联系" in seat.screen
        await seat.press("enter")
        assert "已记录 李铁柱 的跟进" in seat.screen

    at_the_desk(work)


def test_a_new_minute_shows_a_new_lateness(cli: Cli) -> None:
    cli.demand(phone="13800000121")

    async def work(seat: Seat) -> None:
        assert "还剩15分" in seat.screen
        cli.at("2026-11-20T09:03:00")
        await until(seat, "还剩12分")

    at_the_desk(work)


def spawn(cli: Cli, *command: str, columns: int = 100) -> "pexpect.spawn[str]":
    """The program in a pseudo-terminal."""
    env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": str(cli.folder / "state")}
    child = pexpect.spawn(
        sys.executable, list(command), env=env, encoding="utf-8", dimensions=(30, columns), timeout=20
    )
    child.delaybeforesend = None
    return child


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_kill_in_the_middle_of_an_act_leaves_a_whole_ledger(cli: Cli) -> None:
    assigned(cli)
    for delay in (0.0, 0.02, 0.05, 0.1):
        child = spawn(cli, "-m", "demandctl", "desk")
        child.expect_exact("该我做")
        child.send("3")
        child.expect_exact("D1")
        time.sleep(0.7)
        child.send("o")
        time.sleep(delay)
        child.kill(signal.SIGKILL)
        child.close(force=True)
        assert not integrity(cli.db)
    assert cli.run("doctor").code == 0
    log = cli("log", "--limit", "0", "--json").json
    attempts = [one for one in cli("show", "1", "--json").json["follow_ups"] if one["note"] == "attempt"]
    assert len(attempts) == sum(step["summary"].startswith("没接通") for step in log)


BROKEN = """
from demandctl.desk.screen import Day
def broken(self):
    secret = "13800000121"
    raise RuntimeError("out of order")
Day.action_keys = broken
from demandctl.cli import app
app().main(["desk"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_fault_gives_the_terminal_back_and_leaves_a_file_to_send(cli: Cli) -> None:
    assigned(cli)
    child = spawn(cli, "-c", BROKEN)
    child.expect_exact("该我做")
    time.sleep(0.5)
    child.send("?")
    child.expect_exact("\x1b[?1049l")
    child.expect_exact("没有料到的错误")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 4
    (report,) = Path(cli.folder / "state").rglob("desk-*.txt")
    told = report.read_text(encoding="utf-8")
    assert re.search("RuntimeError: out of order", told)
    assert "13800000121" not in told.replace(BROKEN, "")


def test_the_desk_wants_a_terminal(cli: Cli) -> None:
    answer = cli.run("desk")
    assert answer.code == 2
    assert "要在终端里打开" in answer.err


def test_two_desks_write_at_once(cli: Cli) -> None:
    assigned(cli)
    cli.demand("要配件", customer="株洲老李", phone="13900000001")
    cli("assign", "2", "李铁柱")

    async def work(seat: Seat) -> None:
        await seat.press("3")
        for _ in range(3):
            await asyncio.gather(
                asyncio.to_thread(another_program, "follow-up", "2", "别处写的"), seat.press("o"),
            )  # fmt: skip

    at_the_desk(work)
    told = [cli("show", str(number), "--json").json["follow_ups"] for number in (1, 2)]
    assert sum(map(len, told)) == 6
