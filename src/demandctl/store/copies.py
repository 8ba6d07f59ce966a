"""Where copies of the ledger lie, and which files are copies."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from demandctl.context import Context

REASONS = {"manual": "手动", "daily": "每日", "upgrade": "升级前", "import": "导入前", "merge": "合并前"}
"""Why a copy was made; part of its name."""

_NAME = r"{stem}-(\d{{8}}-\d{{6}})-([a-z]+)(?:-(\d+))?\.db"


class Kept(NamedTuple):
    """A backup in the folder."""

    path: Path
    made: str
    number: int
    reason: str


def folder(context: Context) -> Path:
    """Where backups go."""
    return context.config.backup_folder or context.db_path.absolute().parent / "backups"


def kept(context: Context) -> list[Kept]:
    """The backups in the folder, the newest first; files of other names are none of ours."""
    pattern = re.compile(_NAME.format(stem=re.escape(context.db_path.stem)))
    place = folder(context)
    found = [(pattern.fullmatch(path.name), path) for path in place.iterdir()] if place.is_dir() else []
    copies = [Kept(path, match[1], int(match[3] or 0), match[2]) for match, path in found if match]
    return sorted(copies, key=lambda copy: (copy.made, copy.number), reverse=True)


def replaced(context: Context) -> list[Path]:
    """Ledgers that a restore has put aside, beside the one in use."""
    ledger = context.db_path.absolute()
    start = f"{ledger.stem}.replaced-"
    found = ledger.parent.iterdir() if ledger.parent.is_dir() else ()
    return sorted(path for path in found if path.name.startswith(start) and path.suffix == ".db")


def last_made(context: Context) -> datetime | None:
    """When the newest backup in the folder was made."""
    copies = kept(context)
    return datetime.strptime(copies[0].made, "%Y%m%d-%H%M%S").replace(tzinfo=context.zone) if copies else None
