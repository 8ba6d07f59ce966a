"""Two doors to one file: what looks at the ledger loads neither the ORM nor anything else that is heavy."""

import os
import subprocess
import sys

import pytest

from tests.support.cli import Cli

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "openpyxl", "icalendar", "textual")
READING = (
    "", "due", "due --json", "list", "show 1", "show 1 --json", "search 泵车", "log", "log 1", "customer list",
    "customer show K00001", "contact list", "contact show 1", "revisit list", "revisit show 1", "revisit plan",
    "who --region 湘潭 --kind service", "when 明天", "assign 1", "--version", "--help",
)  # fmt: skip
LOOK = f"""
import sys
from demandctl.cli import app
for words in sys.argv[1:]:
    try:
        app().main(words.split())
    except SystemExit as ended:
        assert not ended.code, words
    heavy = [name for name in {HEAVY!r} if name in sys.modules]
    assert not heavy, (words, heavy)
"""


def fresh(cli: Cli, *words: str) -> "subprocess.CompletedProcess[str]":
    """A new interpreter that runs commands one after the other and looks at what they have loaded."""
    return subprocess.run(
        [sys.executable, "-c", LOOK, *words], capture_output=True, text=True, encoding="utf-8", env=dict(os.environ)
    )


def test_what_only_looks_loads_nothing_heavy(cli: Cli) -> None:
    cli.demand()
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "明天")
    looked = fresh(cli, *READING)
    assert looked.returncode == 0, looked.stderr


@pytest.mark.parametrize("words", ["due", "list", "show 1"])
def test_a_pipe_needs_no_rich(cli: Cli, words: str) -> None:
    cli.demand()
    program = f"import sys\nfrom demandctl.cli import app\nsys.argv[1:] = {words.split()!r}\ntry:\n    app().main()\n"
    program += (
        "except SystemExit:\n    pass\nassert 'rich' not in sys.modules and 'chinese_calendar' not in sys.modules"
    )
    looked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ))
    assert looked.returncode == 0, looked.stderr


@pytest.mark.parametrize("words", [["list"], ["--help"], ["intake", "x", "--customer", "甲", "--kind", "service",
                                                          "--channel", "direct"]])  # fmt: skip
def test_a_reader_that_went_away_is_no_failure(cli: Cli, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    env = {**os.environ, "DEMANDCTL_DB": str(cli.db), "DEMANDCTL_CONFIG": str(cli.config)}
    assert subprocess.run([sys.executable, "-m", "demandctl", *words], stdout=writing, env=env).returncode == 0
    os.close(writing)
