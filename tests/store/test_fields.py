"""The table of columns: nothing of the ledger is unclassed, and what the table says of a column is so."""

import sqlite3
from contextlib import closing

import pytest
from sqlmodel import SQLModel

from demandctl.store import models
from demandctl.store.fields import FIELDS, TABLES, Erased, Holds, fields_of
from tests.support.cli import EXAMPLES, Cli
from tests.support.ledgerfile import writing

STAFF = {
    ("contact", "name"), ("contact", "phone"), ("contact", "wechat"), ("contact", "branch"),
}  # fmt: skip
"""Texts that an erased customer leaves behind as they are: what our own people are called."""


def _stored(cli: Cli) -> dict[tuple[str, str], tuple[str, str]]:
    """Every column of the file, with its type and what a new row holds in it."""
    with closing(sqlite3.connect(cli.db)) as ledger:
        tables = [row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            (table, row[1]): (row[2], row[4])
            for table in tables
            if not table.startswith("sqlite_")
            for row in ledger.execute(f"PRAGMA table_info({table})")
        }


def test_every_column_of_the_models_and_of_the_file_is_classed_once(cli: Cli) -> None:
    classed = [(field.table, field.column) for field in FIELDS]
    assert len(classed) == len(set(classed))
    declared = {
        (str(model.__table__.name), column.name)  # type: ignore[attr-defined]
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, SQLModel) and hasattr(model, "__table__")
        for column in model.__table__.columns
    }
    assert declared <= set(classed)
    assert set(_stored(cli)) == set(classed)


def test_what_people_are_told_of_has_a_chinese_name() -> None:
    for field in FIELDS:
        assert field.name or not field.told, field
        assert field.table in TABLES or not field.told, field


def test_no_text_outlives_the_person_whom_it_tells_of() -> None:
    spoken = {Holds.TEXT, Holds.NAME, Holds.PHONE, Holds.ACCOUNT, Holds.LIST}
    kept = {(f.table, f.column) for f in FIELDS if f.holds in spoken and f.erased is Erased.KEPT}
    assert kept == STAFF


@pytest.fixture
def demand(cli: Cli) -> Cli:
    """A demand with a row in every table that is searched."""
    cli.demand()
    cli("assign 1 李铁柱")
    cli("follow-up 1 去看过")
    cli("escalate 1 唐建明 --problem 修不好")
    cli("revisit add K1 --kind after-sale --at 3天后 --demand 1")
    cli("attach", "1", str(EXAMPLES / "contacts.csv"))
    cli("service 1 收机")
    with writing(cli.db) as ledger:
        ledger.execute("INSERT INTO alias (id, customer_id, kind, value) VALUES (1, 1, 'name', '周老板')")
    return cli


def test_what_is_said_to_be_searched_is_found(demand: Cli) -> None:
    fields = [field for field in FIELDS if field.searched]
    with writing(demand.db) as ledger:
        for place, field in enumerate(fields):
            value = f'["寻{place}处"]' if field.holds is Holds.LIST else f"寻{place}处"
            one = "name = '李铁柱'" if field.table == "contact" else "id = 1"
            ledger.execute(f"UPDATE {field.table} SET {field.column} = ? WHERE {one}", (value,))
    for place, field in enumerate(fields):
        assert [d["number"] for d in demand(f"search 寻{place}处 --json").json] == [1], field


def test_the_search_text_gathers_what_is_said_to_be_searched_and_nothing_else(demand: Cli) -> None:
    spoken = [
        f for t in ("demand", "follow_up") for f in fields_of(t) if f.holds in (Holds.TEXT, Holds.NAME, Holds.LIST)
    ]
    with writing(demand.db) as ledger:
        for place, field in enumerate(spoken):
            value = f'["寻{place}处"]' if field.holds is Holds.LIST else f"寻{place}处"
            ledger.execute(f"UPDATE {field.table} SET {field.column} = ?", (value,))
    with closing(sqlite3.connect(demand.db)) as ledger:
        [text] = ledger.execute("SELECT text FROM search").fetchone()
    for place, field in enumerate(spoken):
        assert (f"寻{place}处" in text) is field.searched, field
    assert demand("doctor --json").json["ok"]
