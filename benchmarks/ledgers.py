"""Ledgers of any size for the benchmarks: one demand in ten is overdue, each has five follow-ups and five deadlines."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
KINDS = ("opportunity", "service", "inquiry", "complaint", "suggestion")


def environment(folder: Path) -> dict[str, str]:
    """The environment of a command that works on the ledger in *folder*."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {
        "DEMANDCTL_DB": str(folder / "ledger.db"),
        "DEMANDCTL_CONFIG": str(folder / "config.toml"),
        "DEMANDCTL_NOW": NOW.isoformat(),
        "DEMANDCTL_USER": "bench",
    }
    return kept | own


def program() -> str:
    """The installed command beside this Python."""
    return str(Path(sys.executable).with_name("demandctl"))


def build(folder: Path, demands: int) -> Path:
    """A ledger with that many demands, made once; later runs find it again. A million take 8 GB and some minutes."""
    path = folder / "ledger.db"
    if path.exists():
        return path
    making = folder.with_name(f"{folder.name}.making")  # what was stopped halfway is never taken for a ledger
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    run = {"env": environment(making), "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([program(), "init"], **run)  # type: ignore[call-overload]
    directory = Path(__file__).parent.parent / "examples" / "contacts.csv"
    subprocess.run([program(), "contact", "import", str(directory)], **run)  # type: ignore[call-overload]
    _fill(making / "ledger.db", demands)
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)
    return path


def _fill(path: Path, demands: int) -> None:
    """The rows of a ledger, through its own triggers: the operation log is as large as it would really be."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -65536")
    operation = connection.execute(
        "INSERT INTO operation (at, who, command, summary) VALUES (?, 'bench', 'import', '') RETURNING id",
        (_text(NOW),),
    ).fetchone()[0]
    connection.execute("INSERT INTO current_operation VALUES (1, ?)", (operation,))
    ruleset = connection.execute("SELECT max(id) FROM ruleset").fetchone()[0]
    every = range(1, demands + 1)
    _insert(connection, "customer", (_customer(n) for n in range(1, demands // 3 + 2)))
    _insert(connection, "demand", (_demand(n, demands) for n in every))
    _insert(connection, "follow_up", (_follow_up(n, turn) for n in every for turn in range(5)))
    _insert(connection, "deadline", (row for n in every for row in _deadlines(n, demands, ruleset)))
    connection.execute("DELETE FROM current_operation")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("ANALYZE")
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    """Insert rows a batch at a time: a commit each, so that the log beside the file stays small."""
    while batch := list(islice(rows, 20_000)):
        names, marks = ", ".join(batch[0]), ", ".join("?" * len(batch[0]))
        connection.execute("BEGIN")
        connection.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", (tuple(row.values()) for row in batch)
        )
        connection.execute("COMMIT")


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _raised(number: int, demands: int) -> datetime:
    return NOW - timedelta(minutes=30 * (demands - number) % (60 * 24 * 700) + 600)


def _customer(number: int) -> dict[str, object]:
    return {"name": f"客户{number}", "phone": f"138{number:08d}", "region": "湘潭", "created_at": _text(NOW)}


def _demand(number: int, demands: int) -> dict[str, object]:
    raised, overdue = _raised(number, demands), number % 10 == 0
    return {
        "kind": KINDS[number % 5],
        "channel": "direct",
        "customer_id": number // 3 + 1,
        "region": "湘潭",
        "content": f"第{number}条：37米泵车臂架下不来了，麻烦派个师傅",
        "urgency": ("normal", "urgent", "critical")[number % 3],
        "raised_at": _text(raised),
        "registered_at": _text(raised),
        "status": "following" if overdue else "closed",
        "handler_id": number % 60 + 1,
        "branch": "长沙分公司",
        "outcome": None if overdue else "dropped",
        "closed_at": None if overdue else _text(raised + timedelta(days=3)),
    }


def _follow_up(number: int, turn: int) -> dict[str, object]:
    at = _text(NOW - timedelta(days=20 - turn, minutes=number % 500))
    return {"demand_id": number, "at": at, "by_name": "李铁柱", "text": f"第{turn}次跟进，客户说再看看"}


def _deadlines(number: int, demands: int, ruleset: int) -> list[dict[str, object]]:
    raised = _raised(number, demands)
    rows = []
    for turn in range(5):
        due = raised + timedelta(hours=turn + 1)
        still_open = number % 10 == 0 and turn == 4
        rows.append(
            {
                "rule": "resolve",
                "rule_name": "解决时限",
                "what": "解决问题",
                "about": "demand",
                "demand_id": number,
                "customer_id": number // 3 + 1,
                "rank": 2 * (number % 3) + (number % 5 == 0),
                "owed_by": "handler",
                "owner_id": number % 60 + 1,
                "started_at": _text(raised),
                "due_at": _text(due),
                "target": "3d work",
                "clock": "work",
                "pauses": json.dumps([]),
                "met_at": None if still_open else _text(due),
                "ruleset_id": ruleset,
            }
        )
    return rows
