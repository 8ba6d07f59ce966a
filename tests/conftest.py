"""What the tests share: a fresh ledger, and the command that works on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.cli import EXAMPLES, Answer, Cli

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")  # no verdict may hang on how fast the machine is


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


_FRESH: dict[str, bytes] = {}
"""The files of the ledger that the first test made, for the others: making one takes longer than most tests."""


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """A fresh ledger with the example directory in it, on Friday 2026-11-20 at 09:00 in Shanghai."""
    made = Cli(tmp_path, monkeypatch, capsys)
    if not _FRESH:
        made("init")
        made("contact", "import", str(EXAMPLES / "contacts.csv"))
        _FRESH.update({path.name: path.read_bytes() for path in (made.db, made.config)})
    for path in (made.db, made.config):
        path.write_bytes(_FRESH[path.name])
        path.chmod(0o600)
    return made


Command = Callable[..., Answer]
