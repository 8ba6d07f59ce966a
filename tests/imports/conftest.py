"""Whatever a test here imports, each of its cells is in the ledger or told of."""

import pytest

from tests.support.accounting import unaccounted
from tests.support.cli import Answer, Cli


@pytest.fixture(autouse=True)
def nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """After every import that took something in the file is held against the ledger."""
    run = Cli.run

    def checked(cli: Cli, *words: str) -> Answer:
        typed = list(words[0].split() if len(words) == 1 else words)
        answer = run(cli, *words)
        if typed[0] == "import" and answer.code in (0, 5) and "--dry-run" not in typed:
            with monkeypatch.context() as patched:
                patched.setattr(Cli, "run", run)
                assert unaccounted(cli, typed) == []
        return answer

    monkeypatch.setattr(Cli, "run", checked)
