"""A ledger of every released schema is upgraded to that of a new one, and answers as it did."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from demandctl.store.fields import SCHEMA_VERSION
from tests.data.make_ledger import LATER, answers
from tests.support.cli import DATA, Cli

RELEASED = sorted((DATA).glob("ledger-v*.db"))


def _schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows}


def _holds(now: Any, then: Any, where: str = "") -> None:
    """All that was answered then is answered now; keys may have been added."""
    if isinstance(then, dict):
        assert then.keys() <= now.keys(), where
        for key, value in then.items():
            if key in ("name", "what") and "field" in then:
                continue  # what people call a column and its row may be bettered, their own names stand beside it
            _holds(now[key], value, f"{where}.{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), where
        for number, (a, b) in enumerate(zip(now, then, strict=True)):
            _holds(a, b, f"{where}[{number}]")
    else:
        assert now == then, where


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest, cli: Cli) -> Cli:
    """A ledger as a released program left it, in the place of the test's own."""
    cli.db.write_bytes(request.param.read_bytes())
    cli.config.unlink()
    cli.release = request.param  # type: ignore[attr-defined]
    return cli.at(LATER)


def test_there_is_a_ledger_of_the_schema_of_today() -> None:
    assert f"ledger-v{SCHEMA_VERSION}.db" in [path.name for path in RELEASED]


def test_a_released_ledger_answers_as_it_did(released: Cli) -> None:
    then = json.loads(released.release.with_suffix(".json").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    _holds(answers(released.db), then)


def test_an_upgraded_ledger_has_the_schema_of_a_new_one(released: Cli) -> None:
    released("list")
    new = released.folder / "new.db"
    released("--db", str(new), "init")
    assert _schema(released.db) == _schema(new)


def test_an_upgraded_ledger_is_sound_and_goes_on(released: Cli) -> None:
    assert released("doctor", "--all", "--json").json["ok"]
    number = released.demand(customer="新来的")["number"]
    released("follow-up", "1", "接头换了 --resolved")
    for _ in range(4):
        released("undo")
    assert released.run("show", str(number)).code == 3
    assert released("doctor", "--all", "--json").json["ok"]
