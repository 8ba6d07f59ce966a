"""The group robots, played by a strict HTTP server on loopback: they take only what the real ones take."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
SECRET = "SECf0e1d2c3b4a5968778695a4b3c2d1e0f"


SAID: dict[str, Any] = {
    "surrogate": "ok \ud83d",
    "nul": "ok \0\x1b[31m",
    "long": "好" * 60_000,
    "number": 7,
    "nested": {"ok": [None]},
    "null": None,
}
"""What a robot may say beside the code that it has taken a message."""


@dataclass
class Robots:
    """All three makes in one server; ``faults`` are used up one a request, ``rate`` is messages in seconds."""

    rate: tuple[int, float] = (20, 60.0)
    faults: deque[str] = field(default_factory=deque)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    uploads: list[tuple[str, bytes]] = field(default_factory=list)
    requests: int = 0
    turned_away: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    _moments: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        robots = self

        class Handler(_Handler):
            played = robots

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[assignment,method-assign]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def wecom(self) -> str:
        """The WeCom webhook, without its key."""
        return f"{self.base}/cgi-bin/webhook/send"

    @property
    def dingtalk(self) -> str:
        """The DingTalk webhook, without its token."""
        return f"{self.base}/robot/send"

    @property
    def feishu(self) -> str:
        """The Feishu webhook, without its key."""
        return f"{self.base}/open-apis/bot/v2/hook"

    @property
    def texts(self) -> list[str]:
        """What people would read, in order."""
        return [message["said"] for message in self.accepted]

    def too_fast(self) -> bool:
        """Count a message, True when there were too many."""
        with self._lock:
            now = time.monotonic()
            while self._moments and self._moments[0] <= now - self.rate[1]:
                self._moments.popleft()
            if len(self._moments) >= self.rate[0]:
                self.turned_away += 1
                return True
            self._moments.append(now)
            return False

    def close(self) -> None:
        """Stop listening."""
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    played: Robots
    fault = ""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        robots = self.played
        robots.requests += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
        fault = self.fault = robots.faults.popleft() if robots.faults else ""
        if fault and self._misbehave(fault, asked):
            return
        if url.path == "/cgi-bin/webhook/upload_media":
            self._say(self._upload(asked, body))
        elif url.path == "/cgi-bin/webhook/send":
            self._say(self._wecom(asked, body))
        elif url.path == "/robot/send":
            self._say(self._dingtalk(asked, body))
        elif url.path.startswith("/open-apis/bot/v2/hook/"):
            self._say(self._feishu(url.path.rpartition("/")[2], body))
        else:
            self._raw(404, b"not found")
        if fault == "hold-after":
            robots.arrived.set()

    def _misbehave(self, fault: str, asked: dict[str, str]) -> bool:
        robots = self.played
        if fault == "500":
            self._raw(500, b"oops")
        elif fault == "404":
            self._raw(404, b"nothing here")
        elif fault == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{robots.wecom}?{urlsplit(self.path).query}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault == "html":
            self._raw(200, b"<html>login</html>")
        elif fault == "list":
            self._raw(200, b"[0]")
        elif fault == "no-code":
            self._raw(200, b"{}")
        elif fault == "text-code":
            self._say({"errcode": "0", "code": "0", "errmsg": "ok"})
        elif fault == "false-code":
            self._say({"errcode": False, "code": False})
        elif fault == "list-code":
            self._say({"errcode": [0], "code": {}})
        elif fault == "refuse":
            self._say(
                {
                    "errcode": 93000,
                    "code": 19024,
                    "errmsg": f"invalid webhook url {asked.get('key', '')}",
                    "msg": SECRET,
                }
            )
        elif fault == "drop":
            self.connection.close()
        elif fault == "half":
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"errcode":')
            self.wfile.flush()
            self.close_connection = True
        elif fault == "slow":
            robots.go_on.wait(20)
        elif fault == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
            while not robots.go_on.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        elif fault == "drip-head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not robots.go_on.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        elif fault == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400000000\r\n\r\n" + b" " * 200_000)
            self.wfile.flush()
        elif fault == "hold":
            robots.arrived.set()
            robots.go_on.wait(20)
            return False
        else:
            return False
        self.close_connection = True
        return True

    # -- the makes -----------------------------------------------------------------------------------------------

    def _wecom(self, asked: dict[str, str], body: bytes) -> dict[str, Any]:
        if asked != {"key": KEY}:
            return _no(93000, "invalid webhook url")
        data = json.loads(body)
        kind = data["msgtype"]
        if kind == "file":
            if data["file"]["media_id"] not in self.played.files:
                return _no(40007, "invalid media_id")
            said = self.played.files[data["file"]["media_id"]]
        elif kind == "image":
            raw = base64.b64decode(data["image"]["base64"], validate=True)
            if len(raw) > 2 * 2**20 or not raw.startswith((b"\x89PNG", b"\xff\xd8")):
                return _no(40009, "invalid image size")
            if hashlib.md5(raw, usedforsecurity=False).hexdigest() != data["image"]["md5"]:
                return _no(301019, "md5 of image not match")
            said = f"{len(raw)} bytes"
        elif kind in ("text", "markdown"):
            said = data[kind]["content"]
            if len(said.encode()) > {"text": 2048, "markdown": 4096}[kind]:
                return _no(40058, f"{kind} content size exceed limit")
        else:
            return _no(40008, "invalid message type")
        if self.played.too_fast():
            return _no(45009, "api freq out of limit")
        return self._take(kind, said, data[kind].get("mentioned_mobile_list", []), _no(0, "ok"))

    def _upload(self, asked: dict[str, str], body: bytes) -> dict[str, Any]:
        if asked != {"key": KEY, "type": "file"}:
            return _no(93000, "invalid webhook url")
        from email.parser import BytesParser

        head = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n"
        (part,) = BytesParser().parsebytes(head + body).get_payload()
        raw = part.get_payload(decode=True)
        if part.get_param("name", header="Content-Disposition") != "media" or not 5 < len(raw) < 20 * 2**20:
            return _no(44001, "empty media data")
        media = f"media-{len(self.played.files)}"
        named = re.search(rb'filename="([^"]+)"', body)  # in UTF-8 as it is: `filename*` is not understood
        if not named:
            return _no(44001, "empty media data")
        name = named[1].decode()
        self.played.uploads.append((name, raw))
        self.played.files[media] = name if name.endswith(".xlsx") else raw.decode("utf-8-sig")
        return _no(0, "ok") | {"type": "file", "media_id": media, "created_at": "1380000000"}

    def _dingtalk(self, asked: dict[str, str], body: bytes) -> dict[str, Any]:
        moment = asked.get("timestamp", "0")
        signed = hmac.new(SECRET.encode(), f"{moment}\n{SECRET}".encode(), hashlib.sha256).digest()
        if asked.get("access_token") != KEY:
            return _no(300005, "token is not exist")
        if len(moment) != 13 or abs(int(moment) / 1000 - time.time()) > 3600:
            return _no(310000, "invalid timestamp")
        if asked.get("sign") != base64.b64encode(signed).decode():
            return _no(310000, "sign not match")
        if len(body) > 20_000:
            return _no(460101, "message too long, exceed 20000 bytes")
        data = json.loads(body)
        if data["msgtype"] != "text":
            return _no(400105, "unsupported message type")
        if self.played.too_fast():
            return _no(130101, "send too fast, exceed 20 times per minute")
        return self._take("text", data["text"]["content"], data.get("at", {}).get("atMobiles", []), _no(0, "ok"))

    def _feishu(self, key: str, body: bytes) -> dict[str, Any]:
        data = json.loads(body)
        moment = str(data.get("timestamp", "0"))
        signed = hmac.new(f"{moment}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        if key != KEY:
            return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
        if abs(int(moment) - time.time()) > 3600 or data.get("sign") != base64.b64encode(signed).decode():
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        if len(body) > 20_480:
            return {"code": 9499, "msg": "Bad Request"}
        if self.played.too_fast():
            return {"code": 11232, "msg": "frequency limited psm"}
        return self._take(data["msg_type"], data["content"]["text"], [], {"code": 0, "msg": "success", "data": {}})

    def _take(self, kind: str, said: str, mentioned: list[str], answer: dict[str, Any]) -> dict[str, Any]:
        self.played.accepted.append({"kind": kind, "said": said, "mentioned": mentioned})
        return answer

    # -- answering -----------------------------------------------------------------------------------------------

    def _say(self, answer: dict[str, Any]) -> None:
        word = "msg" if "msg" in answer else "errmsg"
        answer |= {word: SAID[self.fault]} if self.fault in SAID else {}
        self._raw(200, json.dumps(answer).encode())

    def _raw(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _no(code: int, reason: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": reason}
