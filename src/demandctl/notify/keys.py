"""Keys and passwords: taken from the environment or a file only the user can read, and kept out of every text."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from demandctl.notify.message import Failed

ANSWER_CHARS = 200


def usable(value: str, origin: str) -> str:
    """A secret without the blanks around it. Failed when it is empty or holds what no secret holds."""
    value = value.strip()
    if not value or not value.isascii() or not value.isprintable():
        raise Failed(f"{origin} 里的密钥是空的，或有认不得的字符")
    return value


def _opened(path: str | Path, flags: int) -> int:
    # A pipe without a writer would hang the opening; of a regular file the flag says nothing.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_private(path: Path) -> str:
    """The text of a file that only the user can read. Failed: what is wrong with it."""
    try:
        with open(path, encoding="utf-8-sig", opener=_opened) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Failed(f"密钥文件不是普通文件：{path}")
            # Windows keeps its rights elsewhere: a file of the user's profile is his alone unless he shares it.
            if os.name == "posix" and (status.st_mode & 0o077 or status.st_uid not in (os.geteuid(), 0)):
                raise Failed(f"密钥文件别人也能读：{path}，请先 chmod 600")
            return stream.read(16_384)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是文字"
        raise Failed(f"密钥文件读不了：{path}（{reason}）") from None


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """A text from outside without any secret, in whatever dress it wears, cut to one short line that can be stored."""
    for hidden in filter(None, secrets):
        coded = base64.b64encode(hidden.encode()).decode()
        for dress in (hidden, quote(hidden, safe=""), quote_plus(hidden), coded, coded.rstrip("=")):
            text = text.replace(dress, "***")
    # Half of a surrogate pair, which JSON may hold, is no character: no file, database or terminal takes it.
    return " ".join(text.encode(errors="replace").decode().split())[:ANSWER_CHARS]
