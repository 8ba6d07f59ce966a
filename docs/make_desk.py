"""Draw the desk on the demo ledger by Textual's SVG export: the day, a paste with its drafts, a line with its chips."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from make_picture import CHAT, widened
from textual import events
from textual.pilot import Pilot

from demandctl.context import Context
from demandctl.desk.app import Desk

FOLDER = Path(__file__).parent
SIZE = (112, 30)
MORE = "\n株洲老李 2026/11/20 10:16\n想买一台二手37米泵车，什么价，我在株洲 13900000001\n"


async def at_rest(pilot: Pilot[None]) -> None:
    """Wait until nothing is read any more."""
    for _ in range(100):
        await pilot.pause(0.02)
        if not any(worker.is_running for worker in pilot.app.workers if worker.group != "act"):
            return


async def day(pilot: Pilot[None]) -> None:
    """The day as it is when the desk opens."""
    await pilot.press("3")


async def paste(pilot: Pilot[None]) -> None:
    """A chat that was pasted."""
    pilot.app.post_message(events.Paste(CHAT + MORE))
    await pilot.pause(0.2)


async def follow(pilot: Pilot[None]) -> None:
    """A follow-up as it is typed."""
    await pilot.press("3", "j", "j", "f")
    await at_rest(pilot)
    for char in "已报价，周三问结果":
        pilot.app.post_message(events.Key(char, char))
    await pilot.pause(0.2)


PICTURES = {"desk.svg": day, "desk-paste.svg": paste, "desk-follow.svg": follow}


def draw(folder: Path) -> None:
    """All pictures, on a demo ledger of their own."""
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {
            "DEMANDCTL_DB": f"{place}/ledger.db",
            "DEMANDCTL_CONFIG": f"{place}/config.toml",
            "DEMANDCTL_NOW": "2026-11-20T10:20:00+08:00",
            "DEMANDCTL_USER": "李敏",
        }
        os.environ.pop("NO_COLOR", None)
        program = [sys.executable, "-m", "demandctl", "init", "--demo"]
        subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
        for name, scene in PICTURES.items():
            asyncio.run(_draw(folder / name, scene))


async def _draw(path: Path, scene) -> None:  # type: ignore[no-untyped-def]
    desk = Desk(Context())
    async with desk.run_test(size=SIZE) as pilot:
        await at_rest(pilot)
        await scene(pilot)
        await at_rest(pilot)
        path.write_text(widened(desk.export_screenshot(title="demandctl desk")), encoding="utf-8")


if __name__ == "__main__":
    draw(FOLDER)
