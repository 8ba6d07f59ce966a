"""Something made here handed to a group: a workbook as a file, a summary as a message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from demandctl.config import SECRETS, Config
from demandctl.errors import PartlyDone, UsageError
from demandctl.notify import surroundings
from demandctl.notify.channel import NoticeChannel, Talk
from demandctl.notify.channels import MAKES, read
from demandctl.notify.delivery import TURN_SECONDS, timely
from demandctl.notify.message import Accepted, Failed, Letter


def takes_files(config: Config, name: str) -> NoticeChannel:
    """The channel of that name. UsageError when it takes no files, NotFound when there is none."""
    (channel,) = read(config).chosen((name,))
    if not channel.file_bytes:
        able = "、".join(make.type for make in MAKES.values() if make.file_bytes)
        raise UsageError(f"渠道“{name}”是 {channel.type}，不能发文件", f"能发文件的：{able}")
    return channel


def hand_file(channel: NoticeChannel, path: Path, talk: Talk) -> str:
    """Send a file; what was answered. PartlyDone when it was not accepted."""
    if path.stat().st_size > channel.file_bytes:
        size = f"{path.stat().st_size / 2**20:.1f} MB，最多 {channel.file_bytes // 2**20} MB"
        raise PartlyDone(f"文件太大，没有发：{path}（{size}）", "分公司或月份分开导出再发，如加 --branch")
    content = path.read_bytes()
    return _handed(channel, lambda: channel.send_file(path.name, content), talk)


def hand_text(config: Config, name: str, text: str, talk: Talk) -> str:
    """Send a text on the channel of that name; what was answered. PartlyDone when it was not accepted."""
    (channel,) = read(config).chosen((name,))
    title = text.partition("\n")[0]
    return _handed(channel, lambda: channel.send(Letter(channel.prepared(text), (), title)), talk)


def _handed(channel: NoticeChannel, send: Callable[[], Accepted], talk: Talk) -> str:
    surroundings.adopt(channel.folder / SECRETS)

    def sent() -> Accepted:
        channel.open(talk)
        return send()

    try:
        accepted = timely(channel, TURN_SECONDS, sent)
    except Failed as error:
        raise PartlyDone(f"渠道“{channel.name}”没有发成：{error}", error.advice or "再试一次") from error
    finally:
        channel.close()
    return accepted.complaint or accepted.answer
