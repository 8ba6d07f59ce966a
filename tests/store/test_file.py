"""The ledger file under what happens to files: copies by hand, full disks, kills, links, flipped bits."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.support.cli import Cli


def _mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _without_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def test_a_copy_put_in_place_by_hand_gets_its_log_at_the_next_write(cli: Cli) -> None:
    cli.demand()
    _without_log(cli.db)
    assert cli("doctor", "--json").json["findings"]
    assert any(found["check"] == "journal" for found in cli("doctor", "--json").json["findings"])
    cli("follow-up", "1", "到现场了")
    assert _mode(cli.db) == "wal"


def test_a_restore_works_into_a_ledger_without_a_log(cli: Cli) -> None:
    cli.demand()
    backup = cli("backup", "--json").json["path"]
    cli("follow-up", "1", "后来的")
    _without_log(cli.db)
    cli("restore", backup, "--yes")
    assert cli("show", "1", "--json").json["follow_ups"] == []
    assert _mode(cli.db) == "wal"


def test_without_a_log_the_disk_is_asked_for_more(cli: Cli) -> None:
    from demandctl.store.file import make_durable, open_file

    _without_log(cli.db)
    with closing(sqlite3.connect(cli.db)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM ledger").fetchone()
        with closing(open_file(cli.db, write=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            make_durable(connection)
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == 3  # EXTRA


@pytest.mark.parametrize("words", [
    ("export", "demands", "-o", "{}", "--force"),
    ("customer", "export", "K1", "-o", "{}", "--force"),
    ("backup", "{}", "--yes"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "config.toml", "symbolic.xlsx", "hard.xlsx", "copy"])
def test_nothing_is_written_over_the_ledger_its_settings_or_its_backups(
    cli: Cli, words: tuple[str, ...], name: str
) -> None:
    cli.demand()
    copy = Path(cli("backup", "--json").json["path"])
    (cli.folder / "symbolic.xlsx").symlink_to(cli.db)
    os.link(cli.db, cli.folder / "hard.xlsx")
    target = copy if name == "copy" else cli.folder / name
    before = {path: path.read_bytes() for path in (cli.db, cli.config, copy)}
    refused = cli.run(*(word.format(target) for word in words))
    assert refused.code in (1, 2), refused.err
    assert {path: path.read_bytes() for path in before} == before


def test_an_interrupted_init_leaves_no_ledger_and_the_next_one_a_whole_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = cli.folder / "neu" / "ledger.db"
    with monkeypatch.context() as broken:
        broken.setattr("demandctl.actions.duties.begin", lambda work: (_ for _ in ()).throw(OSError(errno.EIO, "aus")))
        assert cli.run("--db", str(new), "init").code == 4
    assert not new.exists()
    assert list(new.parent.iterdir()) == []
    cli("--db", str(new), "init")
    with closing(sqlite3.connect(new)) as connection:
        owed = {row[0] for row in connection.execute("SELECT rule FROM deadline WHERE about = 'ledger'")}
    assert owed == {"weekly-report", "monthly-digest", "quarterly-summary"}


def test_a_half_made_ledger_is_told_and_init_heals_it(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as connection, connection:
        connection.execute("DELETE FROM ledger WHERE key = 'init'")
        connection.execute("INSERT INTO current_operation VALUES (1, 1)")
        connection.execute("DELETE FROM deadline")
        connection.execute("DELETE FROM event")
        connection.execute("DELETE FROM current_operation")
    assert "half-made" in [found["check"] for found in cli.run("doctor", "--json").json["findings"]]
    cli("init")
    assert "half-made" not in [found["check"] for found in cli.run("doctor", "--json").json["findings"]]


@pytest.fixture
def linkless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has no hard links, as exFAT and SMB."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("linkless")
def test_without_hard_links_a_ledger_is_made_backed_up_exported_and_restored(cli: Cli) -> None:
    new = cli.folder / "exfat" / "ledger.db"
    cli("--db", str(new), "init")
    cli("--db", str(new), "intake", "漏油", "--customer", "甲", "--kind", "service", "--channel", "direct", "--yes")
    backup = cli("--db", str(new), "backup", "--json").json["path"]
    cli("--db", str(new), "export", "demands", "-o", str(new.parent / "表.xlsx"))
    new.write_bytes(b"kaputt" * 999)
    cli("--db", str(new), "restore", backup, "--yes")
    assert len(cli("--db", str(new), "list", "--json").json) == 1
    aside = [path for path in new.parent.glob("*.db") if ".replaced-" in path.name]
    assert [path.read_bytes() for path in aside] == [b"kaputt" * 999]


@pytest.mark.parametrize(
    ("place", "bit"), [(place, bit) for place in (18, 19, 60, 61, 62, 63, 68) for bit in (0, 1, 7)]
)
def test_a_flipped_bit_of_the_header_never_stands_in_the_way_of_a_restore(cli: Cli, place: int, bit: int) -> None:
    cli.demand()
    backup = cli("backup", "--json").json["path"]
    raw = bytearray(cli.db.read_bytes())
    raw[place] ^= 1 << bit
    cli.db.write_bytes(raw)
    done = cli("restore", backup, "--yes", "--json").json
    assert done["replaced"]
    assert len(cli("list", "--json").json) == 1


def test_what_a_killed_run_left_is_told_and_cleared_and_what_runs_is_left_alone(cli: Cli) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = [cli.folder / f".ledger.db.{gone.pid}.restore", cli.folder / f".ledger.db.{gone.pid}.restore-wal"]
    alive = cli.folder / f".ledger.db.{os.getppid()}.part"
    for path in (*dead, alive):
        path.write_bytes(b"x")
    folder = cli.folder / f".ledger.db.{gone.pid}.new"
    folder.mkdir()
    (folder / "ledger.db").write_bytes(b"x")
    found = next(f for f in cli.run("doctor", "--json").json["findings"] if f["check"] == "leftovers")
    assert len(found["items"]) == 3
    cli.demand()
    assert [path for path in (*dead, folder, alive) if path.exists()] == [alive]


def test_a_ledger_may_have_brackets_in_its_name(cli: Cli) -> None:
    odd = cli.folder / "台账[1].db"
    cli("--db", str(odd), "init")
    cli("--db", str(odd), "intake", "漏油", "--customer", "甲", "--kind", "service", "--channel", "direct", "--yes")
    backup = cli("--db", str(odd), "backup", "--json").json["path"]
    replaced = cli("--db", str(odd), "restore", backup, "--yes", "--json").json["replaced"]
    refused = cli.run("--db", str(odd), "backup", replaced, "--yes")
    assert refused.code == 1


def test_a_ledger_that_is_a_dangling_link_is_told_as_one(cli: Cli) -> None:
    link = cli.folder / "link.db"
    link.symlink_to(cli.folder / "nicht-da.db")
    for words in ("list", "init"):
        told = cli.run("--db", str(link), words)
        assert told.code == 4
        assert "链接" in told.err


def test_a_ledger_that_cannot_be_reached_is_no_use(cli: Cli) -> None:
    assert cli.run("--db", str(cli.folder / ("x" * 300)), "list").code == 4


def test_what_undo_cannot_read_is_told_as_that(cli: Cli) -> None:
    cli.demand()
    with closing(sqlite3.connect(cli.db)) as connection, connection:
        connection.execute("UPDATE change SET new = substr(new, 1, 20) WHERE new IS NOT NULL")
    told = cli.run("undo")
    assert told.code == 4
    assert "读不出来" in told.err


def test_a_link_to_a_config_stays_one_when_a_setting_is_changed(cli: Cli) -> None:
    real = cli.folder / "elsewhere.toml"
    cli.config.rename(real)
    cli.config.symlink_to(real)
    cli("config", "set", "company.name", "鸿枫")
    assert cli.config.is_symlink()
    assert "鸿枫" in real.read_text(encoding="utf-8")


def test_the_rules_that_are_copied_are_whole_or_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        told = cli.run("sla", "init")
    assert told.code == 1
    assert "磁盘满了" in told.err
    assert not cli.config.with_name("rules.toml").exists()
    cli.demand()


def test_an_interrupt_while_the_program_loads_shows_no_traceback() -> None:
    code = "import signal, demandctl.__main__; print(signal.getsignal(signal.SIGINT) is signal.SIG_DFL)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("log", [False, True])
def test_a_ledger_on_a_full_disk_is_read_and_nobody_advises_a_backup(cli: Cli, full: Path, log: bool) -> None:
    cli.demand()
    ledger = full / "ledger.db"
    if log:  # a log that a killed program left, with an operation in it that is nowhere else
        with closing(sqlite3.connect(cli.db)) as other:
            other.execute("INSERT INTO ledger VALUES ('later', 'yes')")
            other.commit()
            for ending in ("", "-wal"):
                (full / f"ledger.db{ending}").write_bytes(Path(f"{cli.db}{ending}").read_bytes())
    else:
        ledger.write_bytes(cli.db.read_bytes())
    handle = os.open(full / "fill", os.O_CREAT | os.O_WRONLY)
    with suppress(OSError):
        while os.write(handle, b"x" * 512):
            pass
    os.close(handle)
    assert len(cli("--db", str(ledger), "list", "--json").json) == 1
    told = cli.run("--db", str(ledger), "follow-up", "1", "到现场了")
    assert "restore" not in told.err
    assert cli.run("--db", str(ledger), "doctor").code in (0, 1)
