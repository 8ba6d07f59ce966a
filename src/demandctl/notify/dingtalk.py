"""The DingTalk group robot: signed when it has a secret, mentions people by phone."""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass
from typing import ClassVar

from demandctl.notify.message import Accepted, Letter, Limit
from demandctl.notify.robot import SignedRobot, json_size

_LIMIT = Limit(15_000, json_size)
"""The whole body may have 20,000 bytes; the rest is room for 250 phones to mention."""


@dataclass(kw_only=True, eq=False)
class Dingtalk(SignedRobot):
    """``POST url?access_token=…``; success is ``errcode`` 0 (130101: too fast). 20 messages a minute."""

    type: ClassVar[str] = "dingtalk"
    can_mention: ClassVar[bool] = True
    too_fast: ClassVar[frozenset[int]] = frozenset({130101, 410100})
    advice: ClassVar[dict[int, str]] = {
        310000: "安全设置不合：选“加签”的，secret_env 或 secret_file 要是 SEC 开头的那一串，电脑的时间也要准；"
        "选“自定义关键词”的，关键词写“需求”；选“IP 地址”的，要有这台电脑的出口 IP",
        **dict.fromkeys(
            (300005, 400101, 400106),
            "access_token 不对，或机器人已删除：在群设置 → 机器人里，把 Webhook 地址 access_token= 后的一串重抄进密钥",
        ),
        400102: "机器人被停用了：在群设置 → 机器人里启用",
        400013: "群已解散：换一个群的机器人",
        460101: "消息太长：请把这件事告诉我们",
    }

    @property
    def limit(self) -> Limit | None:
        """By the bytes of the JSON that it is sent in."""
        return _LIMIT

    def send(self, letter: Letter) -> Accepted:
        """A text; whom it mentions stands apart from it, so no phone is written out."""
        body: dict[str, object] = {"msgtype": "text", "text": {"content": letter.text}}
        if letter.mobiles:
            body["at"] = {"atMobiles": list(letter.mobiles), "isAtAll": False}
        return self.post(self.url, lambda: (self._signed(), body))

    def _signed(self) -> dict[str, str]:
        """The parameters that sign a request; they are URL-encoded once, on the way into the address."""
        if not self.signing:
            return {"access_token": self.key}
        moment = round(time.time() * 1000)
        signed = hmac.digest(self.signing.encode(), f"{moment}\n{self.signing}".encode(), "sha256")
        return {"access_token": self.key, "timestamp": str(moment), "sign": base64.b64encode(signed).decode()}
