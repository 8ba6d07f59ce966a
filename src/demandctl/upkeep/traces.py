"""Files beside the ledger that still hold a person after he was erased: backups, replaced ledgers, exports."""

from __future__ import annotations

import gzip
import os
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from demandctl.errors import LedgerUnusable
from demandctl.store import copies
from demandctl.store.attachments import folder
from demandctl.store.file import open_file

if TYPE_CHECKING:
    from demandctl.context import Context

_SEARCHED_BYTES = 50_000_000
"""Larger files are not read through."""
_DEEP, _MANY = 3, 5000
"""How many folders deep is looked below the ledger's own, and at how many files at the most."""
_TEXTS = frozenset({".xlsx", ".csv", ".json", ".txt", ".html", ".ics"})
_SQLITE, _GZIP = b"SQLite format 3\0", b"\x1f\x8b"


def copies_that_hold(
    context: Context,
    customers: Iterable[int],
    known_as: Iterable[str],
    texts: Iterable[str],
    attached: Iterable[str] = (),
) -> list[Path]:
    """Backups, replaced ledgers and exported files that still hold a person, and what was *attached* beside backups.

    A copy is what its bytes say, whatever it is called: looked at are the ledger's folder and those below it, the
    folder of backups and the present one; copies elsewhere nobody can know of. *known_as*: all that ever named him, of
    which beside his number a single character counts; *texts*: what is his alone.
    """
    ledger = context.db_path.absolute()
    wanted = sorted({text for text in texts if len(text) > 1}, key=len)
    numbers, named = sorted(customers), sorted(known_as)
    copied: list[Path] = []
    held: list[Path] = []
    for path in _files(ledger.parent, copies.folder(context).absolute(), Path.cwd()):
        if path.name.startswith(ledger.name) and path.name[len(ledger.name) :] in ("", "-wal", "-shm", "-journal"):
            continue
        start = _start(path)
        if start == _SQLITE:
            copied.append(path)
            if _ledger_holds(path, numbers, named):
                held.append(path)
        elif (start[:2] == _GZIP or path.suffix in _TEXTS) and _file_holds(path, wanted):
            held.append(path)
    places = {folder(path) for path in copied} - {folder(ledger)}
    files = [place / digest for place in sorted(places) for digest in sorted(attached)]
    return sorted(held) + [path for path in files if path.is_file()]


def _files(own: Path, backups: Path, present: Path) -> list[Path]:
    """The files that may be copies, some thousands at the most."""
    found: dict[Path, None] = {}
    for root, deep in ((own, _DEEP), (backups, 1), (present, 0)):
        for folder_, below, names in os.walk(root):
            depth = len(Path(folder_).relative_to(root).parts)
            if depth >= deep:
                below.clear()
            below[:] = [name for name in below if not name.endswith(".attachments")]
            found |= dict.fromkeys(Path(folder_, name) for name in sorted(names))
            if len(found) > _MANY:
                return [*found][:_MANY]
    return [*found]


def _start(path: Path) -> bytes:
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(16)
    return b""


def _ledger_holds(path: Path, customers: Sequence[int], named: Sequence[str]) -> bool:
    with suppress(sqlite3.Error, OSError, LedgerUnusable):
        connection = open_file(path, write=False)
        try:
            who, called = ", ".join("?" for _ in customers), ", ".join("?" for _ in named)
            query = f"SELECT 1 FROM customer WHERE id IN ({who}) AND erased_at IS NULL AND (name IN ({called}) "
            query += "".join(f"OR {column} IN ({called}) " for column in ("nickname", "phone", "wechat")) + ")"
            return connection.execute(query, (*customers, *named, *named, *named, *named)).fetchone() is not None
        finally:
            connection.close()
    return False


def _file_holds(path: Path, texts: list[str]) -> bool:
    with suppress(OSError, zipfile.BadZipFile, ValueError):
        if path.stat().st_size > _SEARCHED_BYTES:
            return False
        raw = path.read_bytes() if path.suffix != ".xlsx" else b"".join(_parts(path))
        if raw[:2] == _GZIP:
            with gzip.open(path) as packed:
                raw = packed.read(_SEARCHED_BYTES)
        return any(text.encode() in raw for text in texts) or any(
            text.encode("gb18030") in raw for text in texts if path.suffix == ".csv"
        )
    return False


def _parts(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.endswith(".xml") and part.file_size < _SEARCHED_BYTES:
                yield archive.read(part)
