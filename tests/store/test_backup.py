"""Copies of the ledger: whole, kept in number, and put back only when they are sound."""

import shlex
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from demandctl.store import migrations
from tests.support.cli import EXAMPLES, Cli


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _backups(cli: Cli) -> list[Path]:
    return sorted((cli.folder / "backups").glob("*.db"))


def test_a_backup_is_whole_private_and_one_file(cli: Cli) -> None:
    cli.demand()
    made = Path(cli("backup", "--json").json["path"])
    assert _mode(made) == 0o600
    assert _mode(made.parent) == 0o700
    assert [path.name for path in made.parent.iterdir() if path.name.startswith(made.name)] == [made.name]
    assert cli("--db", str(made), "list", "--json").json == cli("list", "--json").json


def test_a_backup_is_consistent_while_another_program_is_writing(cli: Cli) -> None:
    cli.demand()
    with closing(sqlite3.connect(cli.db, isolation_level=None)) as other, other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO ledger VALUES ('half', 'done')")
        made = cli("backup", "--json").json["path"]
        other.execute("ROLLBACK")
    with closing(sqlite3.connect(made)) as copy, copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT 1 FROM ledger WHERE key = 'half'").fetchone() is None


def test_old_backups_make_room_for_new_ones(cli: Cli) -> None:
    cli.config.write_text("[backup]\nkeep = 3\n")
    made = [cli.at(f"2026-11-20T10:0{minute}:00")("backup", "--json").json["path"] for minute in range(1, 6)]
    assert [str(path) for path in _backups(cli)] == made[-3:]
    assert len(cli("backup", "--list", "--json").json) == 3


def test_a_clock_that_jumps_back_does_not_cost_the_backup_just_made(cli: Cli) -> None:
    cli.config.write_text("[backup]\nkeep = 2\n")
    for moment in ("2026-11-20T10:00:00", "2026-11-20T11:00:00"):
        cli.at(moment)("backup")
    made = cli.at("2026-11-01T10:00:00")("backup", "--json").json["path"]
    assert Path(made) in _backups(cli)


def test_a_named_file_is_not_replaced_unasked_and_the_ledger_never(cli: Cli) -> None:
    target = cli.folder / "copy.db"
    cli("backup", str(target))
    before = target.read_bytes()
    assert cli.run("backup", str(target)).code == 2
    assert target.read_bytes() == before
    cli("backup", str(target), "--yes")
    assert cli.run("backup", str(cli.db), "--yes").code == 1
    assert cli("list", "--json").json == []


def test_an_import_makes_a_backup_first(cli: Cli) -> None:
    cli.at("2026-11-20T10:00:00")("contact", "import", str(EXAMPLES / "contacts.csv"))
    assert "ledger-20261120-100000-import.db" in [path.name for path in _backups(cli)]


def test_restore_brings_the_day_back_and_keeps_what_it_replaced(cli: Cli) -> None:
    cli.demand("第一条")
    backup = cli("backup", "--json").json["path"]
    cli.demand("第二条", customer="别人")
    done = cli("restore", backup, "--yes", "--json").json
    assert [d["content"] for d in cli("list", "--json").json] == ["第一条"]
    replaced = cli("--db", done["replaced"], "list", "--json").json
    assert [d["content"] for d in replaced] == ["第二条", "第一条"]
    assert _mode(Path(done["replaced"])) == 0o600


def test_restore_asks_first_and_off_a_terminal_names_the_option(cli: Cli) -> None:
    backup = cli("backup", "--json").json["path"]
    refused = cli.run("restore", backup)
    assert refused.code == 2
    assert "--yes" in refused.err


def test_restore_ends_the_chain_of_undo_and_gives_no_number_twice(cli: Cli) -> None:
    cli.demand("第一条")
    backup = cli("backup", "--json").json["path"]
    lost = cli.demand("第二条", customer="别人")["number"]
    cli("restore", backup, "--yes")
    assert cli("log", "--json").json[-1]["command"] == "restore"
    assert cli.run("undo").code == 1
    assert cli.demand("第三条", customer="又一位")["number"] > lost
    cli("undo")
    assert cli.run("undo").code == 1


@pytest.mark.parametrize("damage", ["empty", "truncated", "garbage"])
def test_a_damaged_ledger_is_restored_and_kept_aside_as_it_was(cli: Cli, damage: str) -> None:
    cli.demand()
    backup = cli("backup", "--json").json["path"]
    whole = cli.db.read_bytes()
    broken = {"empty": b"", "truncated": whole[: len(whole) // 2], "garbage": b"nothing of ours" * 500}[damage]
    cli.db.write_bytes(broken)
    assert cli.run("list").code == 4
    assert cli.run("verify", "1").code == 4
    assert cli.db.read_bytes() == broken
    done = cli("restore", backup, "--yes", "--json").json
    assert Path(done["replaced"]).read_bytes() == broken
    assert len(cli("list", "--json").json) == 1
    assert cli("doctor", "--json").json["ok"]


def test_a_lost_ledger_is_restored(cli: Cli) -> None:
    cli.demand()
    backup = cli("backup", "--json").json["path"]
    cli.db.unlink()
    assert cli("restore", backup, "--yes", "--json").json["replaced"] is None
    assert len(cli("list", "--json").json) == 1


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE theirs (x)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        other.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION + 1}")


@pytest.mark.parametrize(
    "spoil",
    [_foreign, _newer, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"no database" * 999)],
    ids=["foreign", "newer", "empty", "garbage"],
)
def test_a_file_that_is_no_sound_backup_of_ours_restores_nothing(cli: Cli, spoil: object) -> None:
    cli.demand()
    file = cli.folder / "bad.db"
    spoil(file)  # type: ignore[operator]
    before = cli("list", "--json").json
    assert cli.run("restore", str(file), "--yes").code == 1
    assert cli("list", "--json").json == before
    assert not list(cli.folder.glob("*.replaced-*"))


def test_a_damaged_page_in_a_backup_is_found_before_it_replaces_anything(cli: Cli) -> None:
    for number in range(5):
        cli.demand(f"第{number}条", customer=f"客户{number}")
    backup = Path(cli("backup", "--json").json["path"])
    whole = bytearray(backup.read_bytes())
    for page in range(3, len(whole) // 4096, 2):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    backup.write_bytes(bytes(whole))
    assert cli.run("restore", str(backup), "--yes").code == 1
    assert len(cli("list", "--json").json) == 5


def test_neither_restore_nor_backup_touches_what_another_program_wrote(cli: Cli) -> None:
    backup = cli("backup", "--json").json["path"]
    for spoil in (_foreign, _newer):
        cli.db.unlink()
        spoil(cli.db)
        before = cli.db.read_bytes()
        assert cli.run("restore", backup, "--yes").code == 4
        assert cli.run("list").code == 4
        assert cli.db.read_bytes() == before


def test_an_older_ledger_is_upgraded_by_the_first_command_after_a_backup(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.demand()
    old = cli.db.read_bytes()
    backup = Path(cli("backup", "--json").json["path"])
    _next_schema(monkeypatch)
    assert len(cli("list", "--json").json) == 1
    with closing(sqlite3.connect(cli.db)) as upgraded, upgraded:
        assert upgraded.execute("SELECT colour FROM demand").fetchall() == [("",)]
    made = [path for path in _backups(cli) if "upgrade" in path.name]
    assert len(made) == 1
    assert len(old) > 0
    cli("edit", "1", "--note", "升级之后")
    cli("undo")
    cli("restore", str(backup), "--yes")  # an older backup is upgraded on its way back
    assert len(cli("list", "--json").json) == 1


def test_an_upgrade_that_fails_leaves_the_old_ledger_whole(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.demand()

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE demand ADD COLUMN colour TEXT NOT NULL DEFAULT ''")
        connection.execute("CREATE TABLE demand (x)")

    with monkeypatch.context() as patch:
        _next_schema(patch, broken)
        assert cli.run("list").code == 4
    assert len(cli("list", "--json").json) == 1


def _next_schema(patch: pytest.MonkeyPatch, step: object = None) -> None:
    def colour(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE demand ADD COLUMN colour TEXT NOT NULL DEFAULT ''")
        migrations._audit(connection, "demand")

    steps = (*migrations.UPGRADES, step or colour)
    patch.setattr(migrations, "UPGRADES", steps)
    for module in ("store.migrations", "db", "store.backup", "upkeep.doctor"):
        patch.setattr(f"demandctl.{module}.SCHEMA_VERSION", len(steps))


def test_the_command_that_restores_can_be_pasted(cli: Cli) -> None:
    cli("config", "set", "backup.folder", str(cli.folder / "空 格"))
    told = cli("backup")
    hint = next(line for line in (told.out + told.err).splitlines() if "demandctl restore" in line)
    words = shlex.split(hint.partition("demandctl ")[2])
    assert cli.run(*words, "--yes").code == 0


def test_a_restored_ledger_stays_where_its_link_points(cli: Cli) -> None:
    cli("backup", str(cli.folder / "copy.db"))
    real = cli.folder / "elsewhere.db"
    cli.db.rename(real)
    cli.db.symlink_to(real)
    real.write_bytes(b"junk" * 5000)
    cli("restore", str(cli.folder / "copy.db"), "--yes")
    assert cli.db.is_symlink()
    assert real.read_bytes().startswith(b"SQLite format 3")
