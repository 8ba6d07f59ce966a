"""What others take to list what is due among as many items: Taskwarrior, todoman and sqlite-utils, where installed.

As in our ledger one item in ten is open. Fifty are due, so that every program prints fifty lines, also one that has no
limit. sqlite-utils asks our own ledger.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from ledgers import NOW

DUE = 50
LARGEST = 100_000  # todoman keeps a file for each item
QUERY = (
    "SELECT id, rule, due_at FROM deadline WHERE met_at IS NULL AND voided_at IS NULL "
    f"ORDER BY rank DESC, due_at LIMIT {DUE}"
)


class Peer(NamedTuple):
    """A program's name, its command for what is due, and the environment that it needs."""

    name: str
    command: list[str]
    env: dict[str, str]


def peers(folder: Path, ledger: Path, size: int) -> Iterator[Peer]:
    """Those that are on the path, each with its own items made once in *folder*."""
    if size > LARGEST:
        return
    if task := shutil.which("task"):
        yield _taskwarrior(task, folder / "taskwarrior", size)
    if todo := shutil.which("todo"):
        yield _todoman(todo, folder / "todoman", size)
    if utils := shutil.which("sqlite-utils"):
        yield Peer("sqlite-utils", [utils, "query", str(ledger), QUERY, "--table"], {})


def _items(size: int) -> Iterator[tuple[int, str, bool, str]]:
    """Number, text, whether it is open, and when it is due."""
    for number in range(1, size + 1):
        open_ = number % 10 == 0
        days = -1 - number % 30 if open_ and number <= DUE * 10 else 30 + number % 300
        yield number, f"第{number}条：37米泵车臂架下不来了", open_, f"{NOW + timedelta(days=days):%Y%m%dT%H%M%SZ}"


def _taskwarrior(program: str, folder: Path, size: int) -> Peer:
    settings = folder / "taskrc"
    env = {"TASKRC": str(settings), "TASKDATA": str(folder)}
    if not settings.exists():
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            {
                "uuid": str(UUID(int=number)),
                "description": text,
                "entry": due,
                "due": due,
                **({"status": "pending"} if open_ else {"status": "completed", "end": due}),
            }
            for number, text, open_, due in _items(size)
        ]
        settings.write_text("confirmation=off\nhooks=off\nnews.version=9.9.9\n", encoding="utf-8")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(
            [program, "import", "-"], input=json.dumps(rows).encode(), env=os.environ | env, check=True, **quiet
        )
    return Peer("Taskwarrior", [program, "rc.defaultwidth=120", "overdue"], env)


def _todoman(program: str, folder: Path, size: int) -> Peer:
    settings, items = folder / "config.py", folder / "lists" / "demands"
    if not settings.exists():
        items.mkdir(parents=True, exist_ok=True)
        for number, text, open_, due in _items(size):
            done = "STATUS:NEEDS-ACTION" if open_ else f"STATUS:COMPLETED\r\nCOMPLETED:{due}\r\nPERCENT-COMPLETE:100"
            (items / f"{number}.ics").write_text(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:bench\r\nBEGIN:VTODO\r\n"
                f"UID:{number}\r\nDTSTAMP:{due}\r\nSUMMARY:{text}\r\nDUE:{due}\r\n{done}\r\n"
                "END:VTODO\r\nEND:VCALENDAR\r\n",
                encoding="utf-8",
            )
        lists, cache = str(folder / "lists" / "*"), str(folder / "cache.sqlite3")
        settings.write_text(f"path = {lists!r}\ncache_path = {cache!r}\n", encoding="utf-8")
    return Peer("todoman", [program, "--config", str(settings), "list", "--due", "24"], {})
