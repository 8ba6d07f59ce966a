"""A ledger that many tests start from: built once, then copied into its place."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from tests.support.cli import Cli

_KEPT: dict[str, bytes] = {}


def kept(cli: Cli, name: str, build: Callable[[Cli], object]) -> Cli:
    """The ledger as *build* leaves it; the second time under that name it is a copy."""
    if name not in _KEPT:
        build(cli)
        with closing(sqlite3.connect(cli.db)) as ledger, ledger:
            _KEPT[name] = ledger.serialize()
        return cli
    for leftover in ("-wal", "-shm"):
        cli.db.with_name(cli.db.name + leftover).unlink(missing_ok=True)
    cli.db.write_bytes(_KEPT[name])
    return cli
