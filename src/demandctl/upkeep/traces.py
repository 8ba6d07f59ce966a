"""Files beside the ledger that still hold a person after he was erased: backups, replaced ledgers, exports."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from demandctl.store import copies
from demandctl.store.attachments import folder
from demandctl.store.file import open_file

if TYPE_CHECKING:
    from demandctl.context import Context

_SEARCHED_BYTES = 50_000_000
"""Larger files are not read through."""


def copies_that_hold(
    context: Context, customer_id: int, texts: Iterable[str], attached: Iterable[str] = ()
) -> list[Path]:
    """Backups, replaced ledgers and exported files that still hold a person, and what was *attached* beside backups.

    Looked at are the folder of backups, the ledger's own and the present one; copies elsewhere nobody can know of.
    """
    ledger = context.db_path.absolute()
    folders = {ledger.parent, Path.cwd()}
    ledgers = {copy.path.absolute() for copy in copies.kept(context)}
    ledgers |= {path for folder in folders for path in folder.glob("*.db") if path != ledger}
    sheets = {p for folder in folders for ending in ("xlsx", "csv", "json", "txt") for p in folder.glob(f"*.{ending}")}
    wanted = sorted({text for text in texts if len(text) > 1}, key=len)
    found = [path for path in sorted(ledgers) if _ledger_holds(path, customer_id, wanted)]
    places = {folder(path) for path in ledgers} - {folder(ledger)}
    files = [place / digest for place in sorted(places) for digest in sorted(attached)]
    found += [path for path in sorted(sheets) if _file_holds(path, wanted)]
    return found + [path for path in files if path.is_file()]


def _ledger_holds(path: Path, customer_id: int, texts: list[str]) -> bool:
    with suppress(sqlite3.Error, OSError):
        connection = open_file(path, write=False)
        try:
            marks = ", ".join("?" for _ in texts)
            query = f"SELECT 1 FROM customer WHERE phone IN ({marks}) OR name IN ({marks}) OR wechat IN ({marks})"
            own = "SELECT 1 FROM customer WHERE id = ? AND erased_at IS NULL"
            same = connection.execute(own, (customer_id,)).fetchone()
            return bool(same and connection.execute(query, tuple(texts) * 3).fetchone())
        finally:
            connection.close()
    return False


def _file_holds(path: Path, texts: list[str]) -> bool:
    with suppress(OSError, zipfile.BadZipFile, ValueError):
        if path.stat().st_size > _SEARCHED_BYTES:
            return False
        raw = path.read_bytes() if path.suffix != ".xlsx" else b"".join(_parts(path))
        return any(text.encode() in raw for text in texts) or any(
            text.encode("gb18030") in raw for text in texts if path.suffix == ".csv"
        )
    return False


def _parts(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if part.filename.endswith(".xml") and part.file_size < _SEARCHED_BYTES:
                yield archive.read(part)
