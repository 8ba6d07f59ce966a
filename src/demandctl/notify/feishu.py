"""The Feishu group robot: its key is the last part of the address, its signature stands in the body."""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from demandctl.notify.message import Accepted, Letter, Limit
from demandctl.notify.robot import SignedRobot, json_size

_LIMIT = Limit(18_000, json_size)
"""The whole body may have 20 KB."""


@dataclass(kw_only=True, eq=False)
class Feishu(SignedRobot):
    """``POST url/KEY``; success is ``code`` 0 (11232: too fast). 100 messages a minute, 5 a second.

    It mentions people by ids of its own only, not by phone.
    """

    type: ClassVar[str] = "feishu"
    code: ClassVar[str] = "code"
    reason: ClassVar[str] = "msg"
    too_fast: ClassVar[frozenset[int]] = frozenset({11232})
    paces: ClassVar[tuple[tuple[int, float], ...]] = ((100, 60.0), (5, 1.0))
    advice: ClassVar[dict[int, str]] = {
        19001: "密钥不对，或机器人已删除：在群设置 → 群机器人里看看，把 Webhook 地址的最后一段重新抄进密钥",
        19021: "签名不对：secret_env 或 secret_file 要是“签名校验”里的那一串；电脑的时间差一小时以上也会这样",
        19022: "安全设置里限制了 IP：加上这台电脑的出口 IP",
        19024: "安全设置里有自定义关键词：关键词写“需求”",
    }

    @property
    def limit(self) -> Limit | None:
        """By the bytes of the JSON that it is sent in."""
        return _LIMIT

    def prepared(self, text: str) -> str:
        """``<at user_id="all">`` in a customer's words must not call everybody."""
        return text.replace("<", "＜").replace(">", "＞")

    def send(self, letter: Letter) -> Accepted:
        """A text."""
        url = f"{self.url.rstrip('/')}/{quote(self.key, safe='')}"
        body = {"msg_type": "text", "content": {"text": letter.text}}
        return self.post(url, lambda: ({}, self._signed() | body))

    def _signed(self) -> dict[str, object]:
        """The fields that sign a request: an empty message under the key ``timestamp\\nsecret``."""
        if not self.signing:
            return {}
        moment = round(time.time())
        signed = hmac.digest(f"{moment}\n{self.signing}".encode(), b"", "sha256")
        return {"timestamp": str(moment), "sign": base64.b64encode(signed).decode()}
