"""The WeCom group robot: text that mentions people by phone, markdown without, files and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from demandctl.notify import settings
from demandctl.notify.message import Accepted, Failed, Letter, Limit
from demandctl.notify.robot import Json, Robot, utf8_size

_TEXT, _MARKDOWN = Limit(2048, utf8_size), Limit(4096, utf8_size)
_IMAGE_BYTES = 2 * 2**20
_LEAST_BYTES = 6
"""A file of five bytes or less is refused by the robot as empty."""
# What customers wrote must stay words: no link, no colour, no mention.
_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "#": "＃", "_": "＿"})


@dataclass(kw_only=True, eq=False)
class Wecom(Robot):
    """``POST url?key=…``; success is ``errcode`` 0 (45009: too fast). 20 messages a minute."""

    type: ClassVar[str] = "wecom"
    can_mention: ClassVar[bool] = True
    file_bytes: ClassVar[int] = 20 * 2**20
    too_fast: ClassVar[frozenset[int]] = frozenset({45009})
    advice: ClassVar[dict[int, str]] = {
        93000: "密钥不对，或机器人已被移出群：在群设置 → 群机器人里看看，把 Webhook 地址里 key= 后面的一串重新抄进密钥",
        93004: "机器人被停用了：请群主在群设置 → 群机器人里启用，或另加一个",
        93008: "机器人不在群里了：在群设置 → 群机器人里重新添加，换上新的密钥",
        60020: "企业限制了来源 IP：请企业微信管理员把这台电脑的出口 IP 加进可信名单",
        44001: "文件是空的，或没有传上去：再试一次",
        45001: "文件太大：分公司或月份分开导出再发",
        40058: "内容不合机器人的要求：demandctl due --notify --dry-run 看看要发的是什么",
    }

    file_over: int | None = settings.number(20, 1, 1000)

    @property
    def limit(self) -> Limit | None:
        """Only a ``text`` can mention somebody by phone; it may be half as long as markdown."""
        return _TEXT if self.mention else _MARKDOWN

    def prepared(self, text: str) -> str:
        """Plain in a text; in markdown without anything that is markup."""
        return text if self.mention else text.translate(_HARMLESS)

    def send(self, letter: Letter) -> Accepted:
        """A text with its mentions, or markdown."""
        if not self.mention:
            return self._say({"msgtype": "markdown", "markdown": {"content": letter.text}})
        text: dict[str, object] = {"content": letter.text}
        if letter.mobiles:
            text["mentioned_mobile_list"] = list(letter.mobiles)
        return self._say({"msgtype": "text", "text": text})

    def send_file(self, name: str, content: bytes) -> Accepted:
        """Upload beside the webhook, then send what came back; the robot keeps the upload for three days."""
        if not _LEAST_BYTES <= len(content) <= self.file_bytes:
            raise Failed(f"文件要在 {_LEAST_BYTES} 字节到 20 MB 之间，这份有 {len(content)} 字节", refused=True)
        url = self.url.rstrip("/").rpartition("/")[0] + "/upload_media"
        parts = {"media": (name, content, "application/octet-stream")}
        answer = self.upload(url, {"key": self.key, "type": "file"}, parts)
        media = answer.get("media_id")
        if not isinstance(media, str) or not media:
            raise Failed("机器人收了文件却没有给出编号", refused=True)
        return self._say({"msgtype": "file", "file": {"media_id": media}})

    def send_image(self, content: bytes) -> Accepted:
        """A picture inside the message, with its MD5 before it was coded."""
        import base64
        import hashlib

        if not content.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
            raise Failed("图片只能是 PNG 或 JPG", refused=True)
        if len(content) > _IMAGE_BYTES:
            raise Failed(f"图片最多 2 MB，这张有 {len(content)} 字节", refused=True)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return self._say({"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": digest}})

    def _say(self, body: Json) -> Accepted:
        return self.post(self.url, lambda: ({"key": self.key}, body))
