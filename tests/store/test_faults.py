"""What may happen to a ledger: kills, a full disk, no right to write, a lock, many writers, foreign and damaged files.

``python -m benchmarks.faults`` does the same with several hundred kills.
"""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demandctl.store.file import open_file
from tests.support.cli import Cli
from tests.support.killing import ROUNDS, Scene, crowd, ran

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork, signals and mounts")

KILLS = 2


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DEMANDCTL_DB", "DEMANDCTL_CONFIG", "DEMANDCTL_NOW", "DEMANDCTL_USER"):
            patch.setenv(name, "")
        yield Scene(tmp_path_factory.mktemp("faults"), seed=1)


@pytest.mark.parametrize("a_round", ROUNDS, ids=lambda function: function.__name__)
def test_a_kill_at_any_instant_loses_nothing_and_leaves_nothing_by_half(scene: Scene, a_round: object) -> None:
    tally = a_round(scene, KILLS)  # type: ignore[operator]
    assert (tally.lost, tally.half, tally.wrong) == (0, 0, []), str(tally)


def test_eight_writers_at_once_all_come_through(scene: Scene) -> None:
    tally = crowd(scene, writers=8, each=2)
    assert (tally.acknowledged, tally.lost, tally.wrong) == (16, 0, []), str(tally)


def test_a_full_disk_is_said_and_what_was_written_stays(scene: Scene) -> None:
    scene.again()

    def full() -> None:
        limit = scene.db.stat().st_size // 2  # no file may grow beyond: the log of the ledger cannot take the change
        resource.setrlimit(resource.RLIMIT_FSIZE, (min(limit, 4096), resource.RLIM_INFINITY))

    codes = {ran(["intake", "字" * 9000, "--customer", "张三", "--kind", "inquiry", "--channel", "direct"], full)}
    codes |= {ran(["backup"], full), ran(["restore", str(scene.db), "--yes"], full) and 4}
    assert codes == {4}
    assert scene.sql("SELECT count(*) FROM demand") == [(1,)]
    assert not list(scene.folder.glob("backups/*.db"))
    assert ran(["follow-up", "1", "腾出空间了"]) == 0
    assert ran(["doctor"]) == 0


@pytest.fixture
def frozen(cli: Cli) -> Iterator[Cli]:
    """A ledger in a folder that nobody may write to: a read-only mount for root, a mode for everybody else."""
    cli.demand()
    if os.geteuid():
        cli.folder.chmod(0o500)
        cli.db.chmod(0o400)
        yield cli
        cli.folder.chmod(0o700)
        return
    content = cli.db.read_bytes()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", str(cli.folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("root without the right to mount")
    try:
        cli.db.write_bytes(content)
        cli.db.chmod(0o600)
        subprocess.run(["mount", "-o", "remount,ro", str(cli.folder)], check=True)
        yield cli
    finally:
        subprocess.run(["umount", "-l", str(cli.folder)], check=True)


def test_a_read_only_ledger_is_read_and_a_writing_command_says_why_not(frozen: Cli) -> None:
    before = frozen.db.read_bytes()
    assert len(frozen("list", "--json").json) == 1
    frozen("show", "1")
    frozen("due")
    frozen("log")
    assert frozen.run("doctor").code in (0, 1)
    for words in ("follow-up 1 写不进去", "undo", "customer add 张三", "init --demo", "backup"):
        answer = frozen.run(*words.split())
        assert answer.code in (1, 4), words
        assert answer.err.startswith("错误："), words
    assert frozen.run("follow-up 1 写不进去").code == 4
    assert frozen.db.read_bytes() == before


@contextlib.contextmanager
def locked(db: Path, *, from_readers_too: bool = False) -> Iterator[None]:
    other = sqlite3.connect(db, isolation_level=None)
    if from_readers_too:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_lock_that_lasts_is_named_and_nothing_written(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("db", "store.file", "store.backup"):
        monkeypatch.setattr(f"demandctl.{module}.BUSY_SECONDS", 0.1)
    cli.demand()
    backup = cli("backup", "--json").json["path"]
    with locked(cli.db):
        assert len(cli("list", "--json").json) == 1  # a writer does not keep readers out
        for words in (["follow-up", "1", "等不到"], ["undo"], ["restore", backup, "--yes"]):
            answer = cli.run(*words)
            assert (answer.code, "占用" in answer.err) == (4, True), words
    with locked(cli.db, from_readers_too=True):
        for words in (["list"], ["follow-up", "1", "等不到"], ["backup"], ["doctor"]):
            assert cli.run(*words).code == 4, words
    assert cli("show", "1", "--json").json["follow_ups"] == []


@pytest.mark.parametrize("share", range(1, 10))
def test_a_truncated_ledger_is_never_written_to(cli: Cli, monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    monkeypatch.delenv("DEMANDCTL_DEBUG")
    cli.demand()
    whole = cli.db.read_bytes()
    cut = whole[: len(whole) * share // 10]
    cli.db.write_bytes(cut)
    for words in (["list"], ["show", "1"], ["follow-up", "1", "写"], ["doctor"], ["undo"], ["backup"]):
        answer = cli.run(*words)
        assert answer.code == 4, words
        assert "Traceback" not in answer.err
    assert cli.db.read_bytes() == cut


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_page_never_ends_in_a_traceback(cli: Cli, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    import random

    cli.demand()
    monkeypatch.delenv("DEMANDCTL_DEBUG")
    raw = bytearray(cli.db.read_bytes())
    chance = random.Random(seed)
    page = chance.randrange(1, len(raw) // 4096)
    start = page * 4096 + chance.choice([0, 8, 100, 2000, 3500])
    raw[start : start + 300] = chance.randbytes(300)
    cli.db.write_bytes(raw)
    for words in (["list"], ["show", "1"], ["due"], ["log", "--changes"], ["customer", "show", "K1"], ["doctor"]):
        answer = cli.run(*words)
        assert answer.code in (0, 1, 3, 4), (words, answer.err)
        assert "Traceback" not in answer.err


def test_a_signal_to_stop_leaves_the_ledger_as_it_was(scene: Scene) -> None:
    scene.again()
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        code = ran(["follow-up", "1", "停"], lambda number=stop: signal.raise_signal(number))  # type: ignore[misc]
        assert code != 0
    assert scene.sql("SELECT count(*) FROM follow_up") == [(1,)]


def test_a_commit_is_flushed_before_it_is_acknowledged(cli: Cli) -> None:
    connection = open_file(cli.db, write=True)
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    finally:
        connection.close()
