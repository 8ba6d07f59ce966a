"""The WeCom group robot: text that mentions people by phone, markdown without, a file for what is too long."""

from __future__ import annotations

from typing import Any

from demandctl.notify.channels import Channel
from demandctl.notify.message import Accepted, Failed, Limit, Message
from demandctl.notify.robot import PATIENCE, Robot, Talk, utf8_size

LIMITS = {"text": Limit(2048, utf8_size), "markdown": Limit(4096, utf8_size)}
# What customers wrote must stay words: no link, no colour, no mention.
_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "#": "＃", "_": "＿"})


class Wecom(Robot):
    """``POST url?key=…``; success is ``errcode`` 0 (45009: too fast). 20 messages a minute."""

    too_fast = frozenset({45009})

    def __init__(self, channel: Channel, talk: Talk, patience: tuple[float, ...] = PATIENCE) -> None:
        super().__init__(channel, talk, patience)
        self.limit: Limit | None = LIMITS[channel.form]
        self.file_over: int | None = channel.file_over

    def prepared(self, text: str) -> str:
        """Plain in a text; in markdown without anything that is markup."""
        return text if self.channel.form == "text" else text.translate(_HARMLESS)

    def send(self, message: Message) -> Accepted:
        """A text with its mentions, or markdown."""
        if self.channel.form == "markdown":
            return self._say({"msgtype": "markdown", "markdown": {"content": message.text}})
        text: dict[str, Any] = {"content": message.text}
        if message.mobiles:
            text["mentioned_mobile_list"] = list(message.mobiles)
        return self._say({"msgtype": "text", "text": text})

    def send_file(self, name: str, text: str) -> Accepted:
        """Upload beside the webhook, then send what came back; the robot keeps the upload for three days."""
        url = self.channel.url.rstrip("/").rpartition("/")[0] + "/upload_media"
        parts = {"media": (name, b"\xef\xbb\xbf" + text.encode(), "text/plain")}
        answer = self.upload(url, {"key": self.key, "type": "file"}, parts)
        media = answer.get("media_id")
        if not isinstance(media, str) or not media:
            raise Failed("机器人收了文件却没有给出编号", refused=True)
        return self._say({"msgtype": "file", "file": {"media_id": media}})

    def _say(self, body: dict[str, Any]) -> Accepted:
        return self.post(self.channel.url, lambda: ({"key": self.key}, body))
