"""The installed command run in-process on a ledger of its own, at a moment that the test sets."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demandctl.cli import app

ROOT = Path(__file__).parents[2]
"""The project."""
DATA = ROOT / "tests" / "data"
"""Ledgers, chats and workbooks that the tests read."""
EXAMPLES = ROOT / "examples"


@dataclass
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as one JSON document."""
        return json.loads(self.out)


class Cli:
    """A specialist at the keyboard: ``cli("due --json")`` or ``cli("intake", "text with blanks", ...)``."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._env, self._capsys = folder, monkeypatch, capsys
        self.db = folder / "ledger.db"
        self.config = folder / "config.toml"
        monkeypatch.setenv("DEMANDCTL_DB", str(self.db))
        monkeypatch.setenv("DEMANDCTL_CONFIG", str(self.config))
        monkeypatch.setenv("DEMANDCTL_USER", "李敏")
        monkeypatch.setenv("DEMANDCTL_DEBUG", "1")  # what nobody foresaw is thrown, not told
        self.at("2026-11-20T09:00:00+08:00")

    def at(self, now: str) -> "Cli":
        """Set the moment: ISO 8601; without an offset, Shanghai time. Returns itself."""
        self._env.setenv("DEMANDCTL_NOW", now if "+" in now[10:] or now.endswith("Z") else f"{now}+08:00")
        return self

    def run(self, *words: str) -> Answer:
        """Run a command whatever its exit code."""
        arguments = words[0].split() if len(words) == 1 else list(words)
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app().main(arguments)
        out, err = self._capsys.readouterr()
        return Answer(int(ended.value.code or 0), out, err)

    def __call__(self, *words: str) -> Answer:
        """Run a command that must succeed."""
        answer = self.run(*words)
        assert answer.code == 0, answer.err + answer.out
        return answer

    def demand(self, content: str = "37米泵车臂架下不来了", **options: str) -> dict[str, Any]:
        """Take a demand in and return it; options as ``kind="service"``, the rest by default."""
        values = {"customer": "湘潭老周", "kind": "service", "channel": "direct", "region": "湘潭"} | options
        flags = [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)]
        demand: dict[str, Any] = self("intake", content, *flags, "--new", "--json").json
        return demand

    def open_deadlines(self, number: int) -> dict[str, dict[str, Any]]:
        """The open deadlines of a demand by rule."""
        demand = self("show", str(number), "--json").json
        return {d["rule"]: d for d in demand["deadlines"] if d["met_at"] is None and d["voided_at"] is None}
