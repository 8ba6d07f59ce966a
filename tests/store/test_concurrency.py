"""Several at once: every command happens whole, none is lost, and the ledger stays sound."""

import json
import os
import subprocess
import sys

from tests.support.cli import Cli
from tests.support.ledgerfile import assert_replayed, content, forgotten

WRITERS = 8


def start(*words: str) -> "subprocess.Popen[str]":
    """A process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "demandctl", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=dict(os.environ),
    )  # fmt: skip


def test_eight_writers_at_once_all_succeed_or_fail_cleanly(cli: Cli) -> None:
    cli.demand()
    running = [
        start("intake", f"第{n}件", "--customer", f"客户{n}", "--kind", "service", "--channel", "direct", "--json")
        for n in range(WRITERS - 2)
    ]
    running += [start("follow-up", "1", f"第{n}次", "--json") for n in range(2)]
    answers = [(process.communicate(), process.returncode) for process in running]
    for (out, err), code in answers:
        assert code in (0, 4), err
        assert "Traceback" not in err
        if code == 4:
            assert err.startswith("错误：")
            assert out == ""
    numbers = [json.loads(out)["number"] for (out, _), code in answers[: WRITERS - 2] if code == 0]
    assert len(set(numbers)) == len(numbers) >= 1
    stored = content(cli.db)
    assert len(stored["demand"]) == 1 + len(numbers)
    assert len(stored["follow_up"]) == sum(1 for _, code in answers[WRITERS - 2 :] if code == 0)
    assert forgotten(cli.db) == []
    assert_replayed(cli.db)


def test_a_reader_sees_the_ledger_while_another_writes(cli: Cli) -> None:
    import sqlite3
    from contextlib import closing

    cli.demand()
    with closing(sqlite3.connect(cli.db, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(cli("list --json").json) == 1
        writer.execute("ROLLBACK")
