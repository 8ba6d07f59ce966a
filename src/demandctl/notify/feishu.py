"""The Feishu group robot: its key is the last part of the address, its signature stands in the body."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any
from urllib.parse import quote

from demandctl.notify.channels import Channel
from demandctl.notify.message import Accepted, Failed, Limit, Message
from demandctl.notify.robot import PATIENCE, Robot, Talk, json_size

LIMIT = Limit(18_000, json_size)
"""The whole body may have 20 KB."""


class Feishu(Robot):
    """``POST url/KEY``; success is ``code`` 0 (11232: too fast). 100 messages a minute, 5 a second.

    It mentions people by ids of its own only, not by phone.
    """

    code = "code"
    reason = "msg"
    too_fast = frozenset({11232})
    paces = ((100, 60.0), (5, 1.0))

    def __init__(self, channel: Channel, talk: Talk, patience: tuple[float, ...] = PATIENCE) -> None:
        super().__init__(channel, talk, patience)
        self.limit: Limit | None = LIMIT
        self.file_over: int | None = None

    def prepared(self, text: str) -> str:
        """``<at user_id="all">`` in a customer's words must not call everybody."""
        return text.replace("<", "＜").replace(">", "＞")

    def send(self, message: Message) -> Accepted:
        """A text."""
        url = f"{self.channel.url.rstrip('/')}/{quote(self.key, safe='')}"
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": message.text}}
        return self.post(url, lambda: ({}, self._signed() | body))

    def send_file(self, name: str, text: str) -> Accepted:
        """This robot takes no files."""
        raise Failed("飞书机器人不收文件")

    def _signed(self) -> dict[str, Any]:
        return signature(self.secret, round(time.time())) if self.secret else {}


def signature(secret: str, seconds: int) -> dict[str, str]:
    """The fields that sign a request: an empty message under the key ``timestamp\\nsecret``."""
    signed = hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": str(seconds), "sign": base64.b64encode(signed).decode()}
