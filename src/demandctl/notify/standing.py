"""How sending stands, in a small file beside the ledger: who is at it, when it last went well, since when it fails.

The file is the lock as well. It holds no more than times and reasons, and is written in one piece of fixed length.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from demandctl.errors import LedgerUnusable, PartlyDone

RUN_SECONDS = 600.0
"""How long one run may take in all; who finds the lock held for longer says so and fails."""
FAILING = timedelta(days=1)
"""For so long without a success, and the day's list says so."""
_BYTES = 2048
_REASON_CHARS = 120


@dataclass(frozen=True)
class Health:
    """The moments are the ledger's, but ``held_since``, which is of the real clock: seconds since 1970."""

    succeeded: str = ""
    failing_since: str = ""
    reason: str = ""
    held_since: float = 0.0
    process: int = 0

    def trouble(self, now: datetime) -> str:
        """What is to be told when nothing has gone out for a day, empty otherwise."""
        since = self.succeeded or self.failing_since
        if not since or now - datetime.fromisoformat(since) < FAILING:
            return ""
        days = (now - datetime.fromisoformat(since)).days
        what = f"{days} 天没有发成" if self.succeeded else f"{days} 天来一次也没有发成"
        return what + (f"：{self.reason}" if self.reason and self.failing_since else "，也没有再运行过")


def health_of(ledger: Path) -> Health:
    """How it stands by the file beside the ledger; nothing is known where there is none, or it cannot be read."""
    with suppress(OSError):
        handle = os.open(_beside(ledger), os.O_RDONLY)
        try:
            return _read(handle)
        finally:
            os.close(handle)
    return Health()


@contextmanager
def alone(ledger: Path) -> Iterator[int | None]:
    """Hold the lock: a handle to write down how it went; None when another run is at it.

    The lock goes with the process, however that ends. PartlyDone when the other run has held it for too long.
    """
    path = _beside(ledger)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerUnusable(
            f"锁文件建不了：{path}（{error.strerror}）", "发提醒要能写台账所在的文件夹；只看看：加 --dry-run"
        ) from error
    try:
        if _locked(handle):
            _write(handle, replace(_read(handle), held_since=time.time(), process=os.getpid()))
            yield handle
        else:
            _mind(_read(handle))
            yield None
    finally:
        os.close(handle)


def went(handle: int, now: datetime, reason: str) -> None:
    """Write down that a run ended, well or for a reason; what cannot be written is not missed."""
    before, at = _read(handle), now.isoformat()
    if not reason:
        _write(handle, Health(succeeded=at))
        return
    since = before.failing_since or at
    _write(handle, replace(before, failing_since=since, reason=reason[:_REASON_CHARS], held_since=0.0, process=0))


def _mind(other: Health) -> None:
    """Fail when another run has been at it for longer than one may take: it hangs, and nothing goes out."""
    if other.held_since and time.time() - other.held_since > RUN_SECONDS:
        minutes = int((time.time() - other.held_since) / 60)
        raise PartlyDone(
            f"另一次发送已占用了 {minutes} 分钟（进程 {other.process}），这次没有发",
            f"它多半卡住了：结束进程 {other.process}，再运行一次",
        )


def _beside(ledger: Path) -> Path:
    path = ledger.resolve()
    return path.with_name(f"{path.name}.notify.lock")


def _read(handle: int) -> Health:
    with suppress(OSError, ValueError, TypeError):
        os.lseek(handle, 0, os.SEEK_SET)
        held = Health(**json.loads(os.read(handle, _BYTES)))
        moments = [datetime.fromisoformat(text) for text in (held.succeeded, held.failing_since) if text]
        if all(moment.tzinfo for moment in moments):
            return replace(held, reason=str(held.reason), held_since=float(held.held_since))
    return Health()


def _write(handle: int, held: Health) -> None:
    with suppress(OSError):
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(asdict(held)).encode().ljust(_BYTES))


def _locked(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, _BYTES, os.SEEK_SET)  # behind what others read
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
