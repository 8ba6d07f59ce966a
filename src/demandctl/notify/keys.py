"""Keys and passwords: taken from the environment or a file only the user can read, and kept out of every text."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

from demandctl.notify.channels import Channel
from demandctl.notify.message import Failed

ANSWER_CHARS = 200


def resolve(channel: Channel) -> tuple[str, str]:
    """The key (or password) and the signing secret of a channel, empty where it has none. Failed: what is missing."""
    return (
        _one(channel, channel.key_env, channel.key_file),
        _one(channel, channel.secret_env, channel.secret_file),
    )


def _one(channel: Channel, variable: str, file: str) -> str:
    if file:
        return _usable(_read(_path(channel, file)), file)
    if not variable:
        return ""
    value = os.environ.get(variable, "")
    if not value.strip():
        raise Failed(f"环境变量 {variable} 没有设置")
    return _usable(value, variable)


def _usable(value: str, origin: str) -> str:
    value = value.strip()
    if not value or not value.isascii() or not value.isprintable():
        raise Failed(f"{origin} 里的密钥是空的，或有认不得的字符")
    return value


def _path(channel: Channel, file: str) -> Path:
    return channel.config.parent / Path(file).expanduser()


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            status = os.fstat(stream.fileno())
            # Windows keeps its rights elsewhere: a file of the user's profile is his alone unless he shares it.
            if os.name == "posix" and (status.st_mode & 0o077 or status.st_uid not in (os.geteuid(), 0)):
                raise Failed(f"密钥文件别人也能读：{path}，请先 chmod 600")
            return stream.read(4096)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是文字"
        raise Failed(f"密钥文件读不了：{path}（{reason}）") from None


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """A text from outside without any secret, in whatever dress it wears, cut to one short line."""
    for secret in filter(None, secrets):
        coded = base64.b64encode(secret.encode()).decode()
        for dress in (secret, quote(secret, safe=""), quote_plus(secret), coded, coded.rstrip("=")):
            text = text.replace(dress, "***")
    return " ".join(text.split())[:ANSWER_CHARS]


def without_secrets(channels: Iterable[Channel]) -> dict[str, str]:
    """The environment that a local command gets: all but the keys of the channels."""
    hidden = {name for channel in channels for name in (channel.key_env, channel.secret_env)}
    return {name: value for name, value in os.environ.items() if name not in hidden}
