"""The ``[notify]`` part of the user's settings, checked field by field when a notice is about to be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from demandctl.config import Config
from demandctl.core.targets import Target
from demandctl.core.worktime import parse_hours
from demandctl.errors import NotFound, UsageError

LEVELS = ("soon", "overdue", "escalated")
LABELS = {"soon": "快到期", "overdue": "已超时", "escalated": "已升级"}
ROBOTS = ("wecom", "dingtalk", "feishu")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"starttls": 587, "ssl": 465, "none": 25}

_MINUTE = timedelta(minutes=1)
_EXAMPLE = "先在配置里写一段 [[notify.channels]]；格式见 docs/notifying.md"


@dataclass(frozen=True)
class Channel:
    """One ``[[notify.channels]]``: where digests go, for which branches and at which levels. Holds no secret itself."""

    name: str
    type: str
    branches: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS
    timeout: float = 10.0
    # the robots
    url: str = ""
    key_env: str = ""
    key_file: str = ""
    secret_env: str = ""
    secret_file: str = ""
    mention: bool = True
    file_over: int = 20
    # mail
    host: str = ""
    port: int = 0
    tls: str = "starttls"
    insecure: bool = False
    user: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    # a local command
    argv: tuple[str, ...] = ()
    config: Path = Path()

    def takes_branch(self, branch: str | None) -> bool:
        """Whether what happens in a branch is this channel's; one without branches takes all, also what has none."""
        return not self.branches or plain(branch or "") in map(plain, self.branches)

    @property
    def form(self) -> str:
        """How a WeCom robot is spoken to: only a ``text`` can mention somebody by phone."""
        return "text" if self.mention else "markdown"


class Settings(NamedTuple):
    """All of ``[notify]``."""

    lead: timedelta
    quiet: tuple[tuple[int, int], ...]
    steps: tuple[Target, ...]
    channels: tuple[Channel, ...]

    def chosen(self, name: str) -> tuple[Channel, ...]:
        """The channel of that name, all when none is named. UsageError when none is configured."""
        if not self.channels:
            raise UsageError("还没有配置发送渠道", _EXAMPLE)
        found = tuple(channel for channel in self.channels if not name or channel.name == name)
        if not found:
            raise NotFound(f"没有渠道“{name}”", f"有：{'、'.join(channel.name for channel in self.channels)}")
        return found


def read(config: Config) -> Settings:
    """Read and check ``[notify]``; UsageError names the field that is wrong."""
    table = config.data.get("notify", {})
    for key in table:
        if key not in ("lead", "quiet", "levels", "channels"):
            raise _wrong(config, key, "不认识的字段")
    entries = table.get("channels", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _wrong(config, "channels", "应写成一段一段的 [[notify.channels]]")
    channels = tuple(_channel(config, number, entry) for number, entry in enumerate(entries, 1))
    for number, channel in enumerate(channels):
        if channel.name in [other.name for other in channels[:number]]:
            raise _wrong(config, f"channels[{number + 1}].name", f"“{channel.name}”用了两次")
    return Settings(_lead(config, table), _quiet(config, table), config.steps, channels)


def _lead(config: Config, table: Mapping[str, Any]) -> timedelta:
    text = table.get("lead", "30m")
    try:
        lead = Target.parse(f"{text} wall")
    except ValueError as error:
        raise _wrong(config, "lead", f"“{text}”不是时长，应写成 30m、2h 这样") from error
    return {"m": _MINUTE, "h": 60 * _MINUTE, "d": 1440 * _MINUTE, "w": 10080 * _MINUTE}[lead.unit] * lead.amount


def _quiet(config: Config, table: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Spans in seconds of a day; the end lies beyond 86400 where a span goes on after midnight."""
    texts = table.get("quiet", ["20:00-08:00"])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _wrong(config, "quiet", '应是时间段的列表，如 ["20:00-08:00"]')
    spans = []
    for text in texts:
        start, _, end = text.partition("-")
        try:
            first, last = _second_of_day(start), _second_of_day(end)
        except ValueError as error:
            raise _wrong(config, "quiet", f"“{text}”不是时间段，应写成 20:00-08:00") from error
        if not start.strip() or not end.strip() or first == last:
            raise _wrong(config, "quiet", f"“{text}”不是时间段，应写成 20:00-08:00")
        if (first, last) == (0, 86400):
            raise _wrong(config, "quiet", "全天安静就什么也发不出了；不想发可以去掉渠道")
        spans.append((first, last if last > first else last + 86400))
    return tuple(spans)


def _second_of_day(text: str) -> int:
    return 0 if text.strip() in ("00:00", "0:00") else parse_hours([f"00:00-{text.strip()}"])[0][1]


_TEXTS = ("name", "type", "url", "key_env", "key_file", "secret_env", "secret_file", "host", "tls", "user", "from")
_LISTS = ("branches", "levels", "to", "command")
_FLAGS = ("mention", "insecure")
_NUMBERS = {"timeout": (0.05, 300), "port": (1, 65535), "file_over": (1, 1000)}
_EVERYWHERE = ("name", "type", "branches", "levels", "timeout")
_KNOWN: dict[str, tuple[str, ...]] = {
    "wecom": ("url", "key_env", "key_file", "mention", "file_over", "secret_env", "secret_file"),
    "dingtalk": ("url", "key_env", "key_file", "secret_env", "secret_file", "mention"),
    "feishu": ("url", "key_env", "key_file", "secret_env", "secret_file", "mention"),
    "mail": ("host", "port", "tls", "insecure", "user", "key_env", "key_file", "from", "to", "mention"),
    "command": ("command", "mention"),
}
_RENAMED = {"from": "sender", "command": "argv"}


def _channel(config: Config, number: int, entry: Mapping[str, Any]) -> Channel:
    name = entry.get("name")
    where = f"channels[{number}]" + (f"（{name}）" if isinstance(name, str) and name else "")

    def wrong(key: str, reason: str) -> UsageError:
        return _wrong(config, f"{where}.{key}", reason)

    if not isinstance(name, str) or not name.strip():
        raise wrong("name", "缺少，或不是文字")
    kind = entry.get("type")
    if kind not in _KNOWN:
        raise wrong("type", f"只能是 {'、'.join(_KNOWN)}")
    for key, value in entry.items():
        if key in ("key", "secret", "password", "token"):
            raise wrong(key, "密钥不写在配置里；写环境变量名 key_env，或只有自己能读的文件 key_file")
        if key not in (*_EVERYWHERE, *_KNOWN[kind]):
            raise wrong(key, f"{kind} 渠道没有这个字段")
        _check_type(wrong, key, value)
    _check_levels(wrong, entry)
    values: dict[str, Any] = {_RENAMED.get(k, k): tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    if kind in ROBOTS:
        _check_robot(wrong, kind, entry)
    elif kind == "mail":
        usual = PORTS[_check_mail(wrong, entry)]
        values["port"] = entry.get("port", usual)
    elif not entry.get("command"):
        raise wrong("command", '缺少，应是命令和它的参数，如 ["/usr/bin/mail", "-s", "提醒", "me@example.com"]')
    names = {field.name for field in fields(Channel)}
    return Channel(**{key: value for key, value in values.items() if key in names}, config=config.path)


_Wrong = Callable[[str, str], UsageError]
# What keys look like: long and hexadecimal, SEC before it or not. In a wrong field they are refused and not shown back.
_KEY_LIKE = re.compile(r"(SEC)?[0-9A-Fa-f-]{24,}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def _check_type(wrong: _Wrong, key: str, value: Any) -> None:
    if key in _TEXTS and not isinstance(value, str):
        raise wrong(key, "应是文字，用引号括起来")
    if key in _TEXTS and any(ord(char) < 32 for char in value):
        raise wrong(key, "不能有换行或控制字符")
    if key.endswith("_env") and value and (_KEY_LIKE.fullmatch(value) or not _VARIABLE.fullmatch(value)):
        raise wrong(key, "应是环境变量的名字，不是密钥本身")
    if key.endswith("_file") and _KEY_LIKE.fullmatch(value):
        raise wrong(key, "应是文件的名字，不是密钥本身")
    if key in _LISTS and (not isinstance(value, list) or not all(isinstance(item, str) and item for item in value)):
        raise wrong(key, '应是文字的列表，如 ["长沙分公司"]')
    if key in _FLAGS and not isinstance(value, bool):
        raise wrong(key, "只能是 true 或 false")
    if key in _NUMBERS:
        low, high = _NUMBERS[key]
        whole = key == "timeout" or isinstance(value, int)
        if isinstance(value, bool) or not isinstance(value, int | float) or not whole or not low <= value <= high:
            raise wrong(key, f"应是 {low:g} 到 {high:g} 之间的{'数' if key == 'timeout' else '整数'}")


def _check_levels(wrong: _Wrong, entry: Mapping[str, Any]) -> None:
    levels = entry.get("levels", LEVELS)
    if not levels or any(level not in LEVELS for level in levels):
        raise wrong("levels", f"只能是 {'、'.join(LEVELS)}，至少一个")


def _check_robot(wrong: _Wrong, kind: str, entry: Mapping[str, Any]) -> None:
    try:
        parts = urlsplit(entry.get("url", ""))
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        raise wrong("url", "不是网址") from None
    if parts.scheme not in ("https", "http") or not host:
        raise wrong("url", "缺少，或不是 https:// 开头的网址")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise wrong("url", "要用 https://，不然密钥会明文经过网络")
    # Not shown back: whoever writes a query here has put the key into it.
    keyed = any(map(_KEY_LIKE.fullmatch, parts.path.split("/")))
    if parts.query or parts.fragment or parts.username or parts.password or keyed:
        raise wrong("url", "不要带 ? 后面的部分和密钥；密钥用 key_env 或 key_file 给")
    if bool(entry.get("key_env")) == bool(entry.get("key_file")):
        raise wrong("key_env", "key_env 和 key_file 要写一个，且只能写一个")
    if entry.get("secret_env") and entry.get("secret_file"):
        raise wrong("secret_env", "secret_env 和 secret_file 只能写一个")
    if kind == "wecom" and (entry.get("secret_env") or entry.get("secret_file")):
        raise wrong("secret_env", "企业微信机器人不用签名，请去掉")


def _check_mail(wrong: _Wrong, entry: Mapping[str, Any]) -> str:
    tls: str = entry.get("tls", "starttls")
    if tls not in PORTS:
        raise wrong("tls", f"只能是 {'、'.join(PORTS)}")
    for key in ("host", "from", "to"):
        if not entry.get(key):
            raise wrong(key, "缺少")
    for key, addresses in (("from", [entry["from"]]), ("to", entry["to"])):
        for address in addresses:
            if address.count("@") != 1 or " " in address.strip() or not address.isascii():
                raise wrong(key, f"“{address}”不是邮件地址")
    if entry.get("key_env") and entry.get("key_file"):
        raise wrong("key_env", "key_env 和 key_file 只能写一个")
    has_key = bool(entry.get("key_env") or entry.get("key_file"))
    if has_key != bool(entry.get("user")):
        raise wrong("user" if has_key else "key_env", "用户名 user 和密码（key_env 或 key_file）要一起写")
    if has_key and tls == "none" and entry["host"] not in LOOPBACK and entry.get("insecure") is not True:
        raise wrong("tls", '不加密就不发密码；请用 "starttls" 或 "ssl"，确实要这样就写明 insecure = true')
    return tls


def plain(branch: str) -> str:
    """A branch's name without the word 分公司, which people leave out."""
    return branch.strip().removesuffix("分公司")


def _wrong(config: Config, key: str, reason: str) -> UsageError:
    return UsageError(f"配置文件有误：{config.path}\nnotify.{key}：{reason}", "格式见 docs/notifying.md")
