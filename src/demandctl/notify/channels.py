"""The makes of channels there are, and the ``[notify]`` part of the user's settings, checked field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, replace
from datetime import timedelta
from typing import Any, NamedTuple

from demandctl.config import Config, nearest
from demandctl.core.targets import Target
from demandctl.core.worktime import parse_hours
from demandctl.errors import NotFound, UsageError
from demandctl.notify.channel import NoticeChannel
from demandctl.notify.command import LocalCommand
from demandctl.notify.dingtalk import Dingtalk
from demandctl.notify.feishu import Feishu
from demandctl.notify.mail import Mail
from demandctl.notify.wecom import Wecom

MAKES: dict[str, type[NoticeChannel]] = {make.type: make for make in (Wecom, Dingtalk, Feishu, Mail, LocalCommand)}
"""Every make by its ``type``: a new one is a class in a module of its own, and a place here."""

_MINUTE = timedelta(minutes=1)
_EXAMPLE = "先在配置里写一段 [[notify.channels]]；格式见 docs/notifying.md"
_SECRETS = ("key", "secret", "password", "token")


class Settings(NamedTuple):
    """All of ``[notify]``."""

    lead: timedelta
    quiet: tuple[tuple[int, int], ...]
    steps: tuple[Target, ...]
    channels: tuple[NoticeChannel, ...]

    def chosen(self, names: Collection[str] = ()) -> tuple[NoticeChannel, ...]:
        """The channels of those names, all when none is named. UsageError when none is configured."""
        if not self.channels:
            raise UsageError("还没有配置发送渠道", _EXAMPLE)
        known = {channel.name for channel in self.channels}
        for name in names:
            if name not in known:
                raise NotFound(f"没有渠道“{name}”", f"有：{'、'.join(channel.name for channel in self.channels)}")
        return tuple(channel for channel in self.channels if not names or channel.name in names)


def read(config: Config) -> Settings:
    """Read and check ``[notify]``; UsageError names the field that is wrong."""
    table = config.data.get("notify", {})
    entries = table.get("channels")
    if "channels" in table and (not entries or not isinstance(entries, list) or not all(map(_is_table, entries))):
        raise _wrong(config, "channels", "应写成一段一段的 [[notify.channels]]，至少一段；不发就去掉这一项")
    channels = [_channel(config, number, entry) for number, entry in enumerate(entries or (), 1)]
    for number, channel in enumerate(channels):
        if channel.name in [other.name for other in channels[:number]]:
            raise _wrong(config, f"channels[{number + 1}].name", f"“{channel.name}”用了两次")
    hidden = frozenset[str]().union(*(channel.variables for channel in channels))
    made = tuple(replace(channel, hidden=hidden) for channel in channels)
    return Settings(_lead(config, table), _quiet(config, table), config.steps, made)


def _is_table(entry: object) -> bool:
    return isinstance(entry, Mapping)


def _lead(config: Config, table: Mapping[str, object]) -> timedelta:
    text = table.get("lead", "30m")
    try:
        lead = Target.parse(f"{text} wall")
    except ValueError as error:
        raise _wrong(config, "lead", f"“{text}”不是时长，应写成 30m、2h 这样") from error
    return {"m": _MINUTE, "h": 60 * _MINUTE, "d": 1440 * _MINUTE, "w": 10080 * _MINUTE}[lead.unit] * lead.amount


def _quiet(config: Config, table: Mapping[str, object]) -> tuple[tuple[int, int], ...]:
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
        spans.append((first, last if last > first else last + 86400))
    if _is_silent(spans):
        raise _wrong(config, "quiet", "全天安静就什么也发不出了；不想发可以去掉渠道")
    return tuple(spans)


def _is_silent(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether spans together leave no minute of a day."""
    return all(any(a <= minute < b or a <= minute + 86400 < b for a, b in spans) for minute in range(0, 86400, 60))


def _second_of_day(text: str) -> int:
    return 0 if text.strip() in ("00:00", "0:00") else parse_hours([f"00:00-{text.strip()}"])[0][1]


def _channel(config: Config, number: int, entry: Mapping[str, object]) -> NoticeChannel:
    """One ``[[notify.channels]]`` as the class of its make."""
    name, kind = entry.get("name"), entry.get("type")
    where = f"channels[{number}]" + (f"（{name}）" if isinstance(name, str) and name else "")
    make = MAKES.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise _wrong(config, f"{where}.type", f"只能是 {'、'.join(MAKES)}")
    declared = make.declared()
    values: dict[str, Any] = {"folder": config.path.parent}
    for key, value in entry.items():
        if key == "type":
            continue
        if key in _SECRETS:
            reason = "密钥不写在配置里；写环境变量名 key_env，或只有自己能读的文件 key_file"
            raise _wrong(config, f"{where}.{key}", reason)
        if key not in declared:
            raise _wrong(config, f"{where}.{key}", f"{kind} 渠道没有这个字段{nearest(key, ['type', *declared])}")
        if reason := declared[key].metadata["check"](value):
            raise _wrong(config, f"{where}.{key}", reason)
        values[declared[key].name] = tuple(value) if isinstance(value, list) else value
    for key, setting in declared.items():
        if setting.name not in values and setting.default is MISSING:
            raise _wrong(config, f"{where}.{key}", "缺少")
    channel = make(**values)
    for key, reason in channel.problems():
        raise _wrong(config, f"{where}.{key}", reason)
    return channel


def _wrong(config: Config, key: str, reason: str) -> UsageError:
    return UsageError(f"配置文件有误：{config.path}\nnotify.{key}：{reason}", "格式见 docs/notifying.md")
