"""The DingTalk group robot: signed when it has a secret, mentions people by phone."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

from demandctl.notify.channels import Channel
from demandctl.notify.message import Accepted, Failed, Limit, Message
from demandctl.notify.robot import PATIENCE, Robot, Talk, json_size

LIMIT = Limit(15_000, json_size)
"""The whole body may have 20,000 bytes; the rest is room for 250 phones to mention."""


class Dingtalk(Robot):
    """``POST url?access_token=…``; success is ``errcode`` 0 (130101: too fast). 20 messages a minute."""

    too_fast = frozenset({130101})

    def __init__(self, channel: Channel, talk: Talk, patience: tuple[float, ...] = PATIENCE) -> None:
        super().__init__(channel, talk, patience)
        self.limit: Limit | None = LIMIT
        self.file_over: int | None = None

    def prepared(self, text: str) -> str:
        """A text has no markup here."""
        return text

    def send(self, message: Message) -> Accepted:
        """A text; whom it mentions stands apart from it, so no phone is written out."""
        body: dict[str, Any] = {"msgtype": "text", "text": {"content": message.text}}
        if message.mobiles:
            body["at"] = {"atMobiles": list(message.mobiles), "isAtAll": False}
        return self.post(self.channel.url, lambda: (self._signed(), body))

    def send_file(self, name: str, text: str) -> Accepted:
        """This robot takes no files."""
        raise Failed("钉钉机器人不收文件")

    def _signed(self) -> dict[str, str]:
        return {"access_token": self.key} | (signature(self.secret, round(time.time() * 1000)) if self.secret else {})


def signature(secret: str, milliseconds: int) -> dict[str, str]:
    """The parameters that sign a request; they are URL-encoded once, on the way into the address."""
    signed = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    return {"timestamp": str(milliseconds), "sign": base64.b64encode(signed).decode()}
