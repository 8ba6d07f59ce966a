"""The one way a file is written: beside its place, whole and on the disk before it gets its name, for the user alone.

A name that is a link stays one: what it points to is replaced. The ledger's own files are never written over.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from demandctl.errors import DemandctlError, Refused, UsageError
from demandctl.store import copies
from demandctl.store.file import alive, flush_folder

if TYPE_CHECKING:
    from demandctl.context import Context

LOCKS = (".~lock.{}#", "~${}")
"""What LibreOffice and Excel put beside a file while it is open."""
NAMELESS = getattr(os, "O_TMPFILE", 0)


def check(context: Context, target: Path, *, replace: bool) -> None:
    """Refuse what cannot be written, before any work is done: Refused says what is wrong and what to do."""
    spare_own(context, target)
    folder = target.parent
    if not folder.is_dir():
        raise Refused(f"文件夹不存在：{folder}", f"先建好它：mkdir -p {folder}")
    if target.exists() and not target.is_file():
        raise Refused(f"不是普通文件，不能写：{target}", "换一个文件名：-o 文件")
    if any((folder / lock.format(target.name)).exists() for lock in LOCKS):
        raise Refused(f"文件正被打开：{target}", "关掉它再试，或换一个文件名：-o 文件")
    if target.exists() and not replace:
        raise Refused(f"文件已存在，没有动它：{target}", "要替换就加 --force，或换一个文件名：-o 文件")
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise Refused(f"没有写的权限：{target}", "换一个文件夹：-o 文件")


def spare_own(context: Context, target: Path) -> None:
    """Refuse to write over the ledger, its log, its settings or its backups, under whatever name or link."""
    real = Path(os.path.realpath(target))
    for what, path in _own(context):
        with suppress(OSError):
            if real == Path(os.path.realpath(path)) or os.path.samefile(real, path):
                raise Refused(f"那是{what}，不能写在它上面：{target}", "换一个文件名：-o 文件")


def _own(context: Context) -> Iterator[tuple[str, Path]]:
    ledger = Path(os.path.realpath(context.db_path))
    for ending in ("", "-wal", "-shm", "-journal", ".lock", ".notify.lock"):
        yield "正在用的台账", ledger.with_name(ledger.name + ending)
    yield "配置文件", context.config_path
    yield "规则文件", context.config.rules_path
    yield "话术文件", context.scripts_path
    yield "词表文件", context.keywords_path
    yield "密钥文件", context.secrets_path
    for copy in copies.kept(context):
        yield "台账的备份", copy.path
    for path in copies.replaced(context):
        yield "被替换下来的台账", path


def put_text(target: Path, text: str) -> None:
    """Write a small file of text whole; its folder is made when it is missing, the rights of an old file are kept.

    Refused when it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise refusal(error, target) from error
    with replacing(target) as file:
        if target.exists() and os.name != "nt":
            os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
        file.write(text.encode())


@contextmanager
def folder(path: Path) -> Iterator[None]:
    """A folder to write into, made when it is missing, and taken away again when nothing came into it."""
    if path.suffix.lower() in (".xlsx", ".csv", ".json") and not path.is_dir():
        raise UsageError(
            f"-o {path.name} 像文件名，全部表格要写进一个文件夹", f"写文件夹的名字：-o {path.with_suffix('')}"
        )
    fresh = not path.exists()
    try:
        path.mkdir(parents=False, exist_ok=True, mode=0o700)
    except FileNotFoundError as error:
        raise Refused(f"文件夹不存在：{path.parent}", f"先建好它：mkdir -p {path.parent}") from error
    except OSError as error:
        raise refusal(error, path) from error
    try:
        yield
    finally:
        if fresh:
            with suppress(OSError):
                path.rmdir()


@contextmanager
def replacing(target: Path, *, told: Callable[[OSError, Path], DemandctlError] | None = None) -> Iterator[IO[bytes]]:
    """A file to write to that becomes *target* when the block ends well, and leaves no trace when it does not.

    Refused, or what *told* makes of it, when the disk is full or the file cannot be written.
    """
    target = Path(os.path.realpath(target))  # a link goes on pointing to what is replaced
    part = target.with_name(f".demandctl-{os.getpid()}.part")
    _sweep(target.parent)
    try:
        with _terminable(), _opened(part) as (file, nameless):
            yield file
            file.flush()
            os.fsync(file.fileno())
            if nameless:
                _name(file.fileno(), part)
            os.replace(part, target)
            flush_folder(target.parent)
    except OSError as error:
        raise (told or refusal)(error, target) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def refusal(error: OSError, target: Path) -> Refused:
    """What an error of the file system means to the person at the keyboard."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(f"磁盘满了，没有写成：{target}", "腾出空间再试；原来的文件没有动")
    if error.errno == errno.ENAMETOOLONG:
        return Refused(f"文件名太长：{target.name[:60]}…", "换一个短些的：-o 文件")
    return Refused(f"写不了：{target}（{error.strerror or error}）", "文件开着就先关掉，或换一个文件名：-o 文件")


@contextmanager
def _opened(part: Path) -> Iterator[tuple[IO[bytes], bool]]:
    """A new file that the user alone can read; without a name where the system can, so that nothing survives a kill."""
    try:
        handle, nameless = os.open(part.parent, os.O_RDWR | NAMELESS, 0o600) if NAMELESS else -1, bool(NAMELESS)
    except OSError:
        handle, nameless = -1, False
    if handle < 0:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with open(handle, "w+b") as file:
        yield file, nameless


def _name(handle: int, path: Path) -> None:
    """Give a nameless file its name. A folder's handle goes along because only then Python follows the link."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=folder, follow_symlinks=True)
    except OSError:  # nameless files, but no links
        shutil.copyfile(f"/proc/self/fd/{handle}", path)
        path.chmod(0o600)
        with path.open("rb+") as copy:
            os.fsync(copy.fileno())
    finally:
        os.close(folder)


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed left behind."""
    for left in folder.glob(".demandctl-*.part"):
        number = left.name.removeprefix(".demandctl-").removesuffix(".part")
        if number.isdecimal() and not alive(int(number)):
            with suppress(OSError):
                left.unlink()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite kill unwind like Ctrl-C, so that what was begun is cleared away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Scratch:
    """A file to work in: gone when it is closed, and on Linux also when the program is killed."""

    def __init__(self) -> None:
        if Path("/proc/self/fd").is_dir():
            self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
            self.path = f"/proc/self/fd/{self.file.fileno()}"
        else:
            self.file = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115
            self.path = self.file.name

    def close(self) -> None:
        """Give the space back."""
        self.file.close()
        if not self.path.startswith("/proc/"):
            with suppress(OSError):
                os.remove(self.path)
