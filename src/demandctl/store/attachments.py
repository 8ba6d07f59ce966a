"""What attachments hold: each content once, by its hash, in a folder beside the ledger, and shared with its copies.

A content is on the disk before the row that names it is committed, and goes when nothing remembers it any more: no row,
and no change that undo could take back.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from demandctl.errors import LedgerUnusable, NotFound, Refused
from demandctl.language.files import harmless, size_of
from demandctl.store import writing
from demandctl.store.file import flush_folder, open_file

LARGEST = 20 * 1024 * 1024
"""Bytes that one file may have."""

_OF_A_COPY = re.compile(r"(?:-\d{8}-\d{6}-[a-z]+|\.replaced-\d{8}-\d{6})(?:-\d+)?$")
_SETTLED = 3600.0
"""Seconds after which what lies among the contents of backups is no longer about to be named by one."""


class Content(NamedTuple):
    """A file as it was kept."""

    name: str
    media_type: str
    size: int
    sha256: str


class Trouble(NamedTuple):
    """What is wrong with the contents of a ledger: numbers of attachments, and files that nothing names."""

    lost: list[int]
    damaged: list[int]
    orphaned: list[Path]


def folder(ledger: Path) -> Path:
    """Where contents lie: one folder for a ledger, one for its backups in a folder; what a restore put aside has none
    of its own."""
    real = Path(os.path.realpath(ledger))
    return real.with_name(_OF_A_COPY.sub("", real.stem) + ".attachments")


# -- coming in ---------------------------------------------------------------------------------------------------


@contextmanager
def kept(ledger: Path, files: Sequence[Path]) -> Iterator[list[Content]]:
    """The contents of files on the disk, for the block to name in its transaction; if it fails they go again.

    NotFound, or Refused for what is no file, empty or larger than ``LARGEST``; LedgerUnusable when the disk is full.
    """
    contents = [_read(path) for path in files]
    try:
        for content, data in contents:
            _put(folder(ledger), content, data)
        yield [content for content, _ in contents]
    except BaseException:
        with suppress(sqlite3.Error, OSError, LedgerUnusable):
            clear(ledger, {content.sha256 for content, _ in contents})
        raise


def _read(path: Path) -> tuple[Content, bytes]:
    from mimetypes import MimeTypes

    path = path.expanduser()
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Refused(f"{path} 不是普通文件，不能作附件", "写一个文件的名字")
        if about.st_size > LARGEST:
            raise _too_large(path, about.st_size)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFound(f"没有文件 {path}") from error
    except OSError as error:
        raise Refused(f"读不了 {path}（{error.strerror or error}）", "检查文件的权限") from error
    if len(data) > LARGEST:
        raise _too_large(path, len(data))
    if not data:
        raise Refused(f"{path} 是空的", "看看是不是没有传完")
    kind = MimeTypes().guess_type(path.name)[0] or "application/octet-stream"
    return Content(harmless(path.name), kind, len(data), sha256(data).hexdigest()), data


def _too_large(path: Path, size: int) -> Refused:
    return Refused(f"{path} 有 {size_of(size)}，附件最大 {size_of(LARGEST)}", "压缩一下，或只附要紧的几页")


def _put(place: Path, content: Content, data: bytes) -> None:
    """Write a content unless it is there; one that is damaged is written anew."""
    target = place / content.sha256
    if is_sound(target, content.sha256):
        return
    try:
        _make(place)
    except OSError as error:
        raise _failed(error, place) from error
    with writing.replacing(target, told=_failed) as file:
        file.write(data)


def _make(place: Path) -> None:
    if not place.is_dir():
        place.mkdir(mode=0o700, exist_ok=True)
        flush_folder(place.parent)


def _failed(error: OSError, target: Path) -> LedgerUnusable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LedgerUnusable(f"磁盘满了，附件没有存下：{target.parent}", "腾出空间再试；这一步没有写入，台账没有坏")
    return LedgerUnusable(f"附件存不了：{target}（{error.strerror or error}）", "这一步没有写入；检查文件夹的权限")


def is_sound(path: Path, digest: str) -> bool:
    """Whether a content is there and is what its hash says."""
    try:
        with path.open("rb") as file:
            found = sha256()
            while part := file.read(1 << 20):
                found.update(part)
    except OSError:
        return False
    return found.hexdigest() == digest


# -- going out ---------------------------------------------------------------------------------------------------


def content(ledger: Path, digest: str) -> bytes:
    """What an attachment holds; LedgerUnusable when it is lost or damaged."""
    path = folder(ledger) / digest
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LedgerUnusable(f"附件的内容不见了：{path}", "看看缺哪些：demandctl doctor") from error
    if sha256(data).hexdigest() != digest:
        raise LedgerUnusable(f"附件的内容坏了：{path}", "看看坏了哪些：demandctl doctor")
    return data


def clear(ledger: Path, digests: Iterable[str]) -> None:
    """Take those contents away that nothing remembers; while others write it waits."""
    there = [path for digest in digests if (path := folder(ledger) / digest).exists()]
    if not there:
        return
    connection = open_file(ledger, write=True)
    try:
        connection.execute("BEGIN IMMEDIATE")  # nobody can be about to name what is being taken away
        remembered = remembered_in(connection.execute)
        for path in there:
            if path.name not in remembered:
                path.unlink(missing_ok=True)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def remembered_in(sql: Callable[..., Any]) -> set[str]:
    """The hashes of what is attached, and of what was and may come back by undo."""
    if not sql("SELECT 1 FROM sqlite_master WHERE name = 'attachment'").fetchone():
        return set()  # a copy of an older version
    rows = sql(
        "SELECT sha256 FROM attachment UNION "
        "SELECT json_extract(coalesce(new, old), '$.sha256') FROM change WHERE table_name = 'attachment'"
    )
    return {row[0] for row in rows if row[0]}


def _remembered(ledger: Path) -> set[str]:
    connection = open_file(ledger, write=False)
    try:
        return remembered_in(connection.execute)
    finally:
        connection.close()


# -- copies of the ledger ----------------------------------------------------------------------------------------


def share(of: Path, source: Path, target: Path) -> int:
    """Let the contents that a ledger file names lie beside another ledger too; returns how many attachments have none.

    By hard links where there are such; elsewhere a content is copied, and checked.
    """
    connection = open_file(of, write=False)
    try:
        wanted = remembered_in(connection.execute)
        attached = [row[0] for row in connection.execute("SELECT sha256 FROM attachment")] if wanted else []
    finally:
        connection.close()
    here, there = folder(source), folder(target)
    if here != there:
        for digest in sorted(wanted):
            _share_one(here / digest, there / digest)
    return sum(not (there / digest).is_file() for digest in attached)


def _share_one(here: Path, there: Path) -> None:
    if there.exists() or not here.is_file():
        return
    _make(there.parent)
    try:
        os.link(here, there)
    except FileExistsError:
        return
    except OSError:  # another disk, or no links here
        if is_sound(here, here.name):
            with writing.replacing(there, told=_failed) as file:
                file.write(here.read_bytes())
        return
    flush_folder(there.parent)


def prune(copy: Path, ledger: Path, copies: Iterable[Path]) -> None:
    """Take away what lies beside backups and is named by none of them; nothing where one of them cannot be read."""
    place = folder(copy)
    if place == folder(ledger) or not place.is_dir():
        return
    settled = time.time() - _SETTLED
    left = {path.name: path for path in place.iterdir() if path.stat().st_ctime < settled}
    with suppress(sqlite3.Error, LedgerUnusable):
        for each in copies:
            if not left:
                return
            for digest in _remembered(each):
                left.pop(digest, None)
        for path in left.values():
            path.unlink(missing_ok=True)


# -- looking -----------------------------------------------------------------------------------------------------


def examine(ledger: Path, sql: Callable[..., Any]) -> Trouble:
    """What is lost or damaged, and what nothing names."""
    place = folder(ledger)
    lost: list[int] = []
    damaged: list[int] = []
    for number, digest in sql("SELECT id, sha256 FROM attachment ORDER BY id").fetchall():
        path = place / digest
        if not path.is_file():
            lost.append(number)
        elif not is_sound(path, digest):
            damaged.append(number)
    remembered = remembered_in(sql)
    names = sorted(place.iterdir()) if place.is_dir() else []
    return Trouble(lost, damaged, [path for path in names if path.name not in remembered])
