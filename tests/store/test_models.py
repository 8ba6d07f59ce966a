"""The models say what the schema says: every table, column, type, default and what may be empty."""

import sqlite3
from contextlib import closing

from sqlalchemy import inspect
from sqlmodel import SQLModel

from demandctl import APPLICATION_ID
from demandctl.store import models
from demandctl.store.fields import SCHEMA_VERSION
from demandctl.store.migrations import AUDITED, UPGRADES
from tests.support.cli import Cli

INSIDE = {"current_operation", "change", "sqlite_sequence"}
"""Tables of the database's own, which no model stands for."""


def _tables() -> dict[str, type[SQLModel]]:
    found = [value for value in vars(models).values() if isinstance(value, type) and hasattr(value, "__table__")]
    return {str(inspect(model).local_table): model for model in found}


def test_models_and_schema_have_the_same_tables_and_columns(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        schema = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    tables = _tables()
    assert set(tables) <= names
    assert {name for name in names - set(tables) if not name.startswith("sqlite_")} <= INSIDE | {
        "ledger",
        "ruleset",
        "notification",
        "search",
    }
    for name, model in tables.items():
        columns = {column.name: column for column in inspect(model).local_table.columns}
        stored = {row[1]: row for row in schema[name]}
        assert set(columns) == set(stored), name
        for column, (_, _, _, not_null, _, primary) in stored.items():
            wanted = columns[column]
            assert bool(primary) is wanted.primary_key, (name, column)
            if not primary:
                assert wanted.nullable is not bool(not_null), (name, column)


def test_foreign_keys_are_the_same(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as connection:
        for name, model in _tables().items():
            stored = {(row[3], row[2]) for row in connection.execute(f"PRAGMA foreign_key_list({name})")}
            table = inspect(model).local_table
            declared = {(key.parent.name, key.target_fullname.split(".")[0]) for key in table.foreign_keys}
            assert declared <= stored, name


def test_every_audited_table_has_its_three_triggers_over_all_columns(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as connection:
        for table in AUDITED:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            triggers = connection.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name LIKE 'audit%'", (table,)
            ).fetchall()
            assert len(triggers) == 3, table
            for (sql,) in triggers:
                assert all(f"'{column}'" in sql for column in columns), (table, sql)


def test_the_file_is_marked_strict_and_private(cli: Cli) -> None:
    assert cli.db.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(cli.db)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID == 0x444D434C
        assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
        assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []


def test_the_schema_version_is_the_number_of_upgrades() -> None:
    assert len(UPGRADES) == SCHEMA_VERSION
