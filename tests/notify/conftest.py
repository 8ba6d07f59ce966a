"""A ledger with a robot beside it: what the tests of notices share."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import EXAMPLES, Cli
from tests.support.office import configure, wecom
from tests.support.robots import KEY, SECRET, Robots


@pytest.fixture
def robots() -> Iterator[Robots]:
    """The robots, listening."""
    made = Robots()
    yield made
    made.close()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with the example directory in it, made once: the tests copy it."""
    path = tmp_path_factory.mktemp("made") / "ledger.db"
    environment = os.environ | {"DEMANDCTL_DB": str(path), "DEMANDCTL_CONFIG": str(path.with_name("config.toml"))}
    environment |= {"DEMANDCTL_NOW": "2026-11-20T09:00:00+08:00"}
    for words in (["init"], ["contact", "import", str(EXAMPLES / "contacts.csv")]):
        subprocess.run([sys.executable, "-m", "demandctl", *words], check=True, capture_output=True, env=environment)
    return path


@pytest.fixture
def office(
    ledger: Path,
    robots: Robots,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """A ledger whose one channel is a WeCom robot that hears everything, on Friday 2026-11-20 at 09:00."""
    monkeypatch.setenv("TEST_KEY", KEY)
    monkeypatch.setenv("TEST_SECRET", SECRET)
    made = Cli(tmp_path, monkeypatch, capsys)
    shutil.copy(ledger, made.db)
    configure(made, wecom(robots))
    return made
