"""What the group robots have in common: one careful POST, the real answer inside HTTP 200, and the pace they allow."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from demandctl.notify.channels import Channel
from demandctl.notify.keys import resolve, scrubbed
from demandctl.notify.message import Accepted, Failed

if TYPE_CHECKING:
    import httpx

PATIENCE = (2.0, 5.0, 10.0, 20.0, 30.0)
"""How long to wait, again and again, when a robot says that it is too fast: together just over its minute."""
_ANSWER_BYTES = 65536

Talk = Callable[[str], None]


class Pace:
    """At most *count* messages in *seconds*, counted from the answers: the robot cannot have seen them later."""

    def __init__(self, count: int, seconds: float, talk: Talk) -> None:
        self._seconds, self._talk = seconds, talk
        self._sent: deque[float] = deque(maxlen=count)

    def wait(self) -> None:
        """Return when one more message is allowed."""
        if len(self._sent) < (self._sent.maxlen or 0):
            return
        room = self._sent[0] + self._seconds - time.monotonic()
        if room > 0:
            if room > 2:
                self._talk(f"发得太快会被机器人拒收，等 {room:.0f} 秒")
            time.sleep(room)

    def count(self) -> None:
        """One more message has been answered."""
        self._sent.append(time.monotonic())


_PACES: dict[tuple[str, str], list[Pace]] = {}
"""One for each robot, also when several channels speak through it."""


class Robot:
    """A group robot behind a webhook; its makes differ in signature, shape of a message, and word for success."""

    code = "errcode"
    reason = "errmsg"
    too_fast: frozenset[int] = frozenset()
    paces: tuple[tuple[int, float], ...] = ((20, 60.0),)

    def __init__(self, channel: Channel, talk: Talk, patience: tuple[float, ...] = PATIENCE) -> None:
        self.channel = channel
        self.key, self.secret = resolve(channel)
        self._talk, self._patience = talk, patience
        self._client: httpx.Client | None = None
        fresh = [Pace(count, seconds, talk) for count, seconds in self.paces]
        self._paces = _PACES.setdefault((channel.url, self.key), fresh)

    def post(self, url: str, request: Callable[[], tuple[Mapping[str, str], Any]]) -> Accepted:
        """Send parameters and a JSON body, made anew for each try: they may hold a signature of the moment."""

        def exchange() -> dict[str, Any]:
            parameters, body = request()
            return self._exchange(url, parameters, json=body)

        answer = self._patiently(exchange, paced=True)
        return Accepted(self._clean(str(answer.get(self.reason, ""))) or "ok")

    def upload(self, url: str, parameters: Mapping[str, str], files: Mapping[str, Any]) -> dict[str, Any]:
        """Send a file; the answer as it came."""
        return self._patiently(lambda: self._exchange(url, parameters, files=files), paced=False)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _patiently(self, exchange: Callable[[], dict[str, Any]], *, paced: bool) -> dict[str, Any]:
        for pause in (*self._patience, None):
            for pace in self._paces if paced else ():
                pace.wait()
            answer = exchange()
            code = answer.get(self.code)
            for pace in self._paces if paced and code not in self.too_fast else ():
                pace.count()
            if type(code) is int and code == 0:  # an `errcode` that is missing, "0" or false is no success
                return answer
            if code not in self.too_fast or pause is None:
                break
            self._talk(f"机器人说发得太快，等 {pause:.0f} 秒再试")
            time.sleep(pause)
        said = self._clean(str(answer.get(self.reason) or "没有说明原因"))
        if code in self.too_fast:
            raise Failed(f"机器人一直说发得太快（{self.code} {code}）：{said}")
        shown = code if isinstance(code, int) else "缺失"
        raise Failed(f"机器人没有收下（{self.code} {shown}）：{said}", refused=True)

    def _exchange(self, url: str, parameters: Mapping[str, str], **content: Any) -> dict[str, Any]:
        """One request and its answer as JSON. Every failure is told in our own words: theirs may hold the address."""
        import httpx

        host = urlsplit(url).hostname
        seconds = self.channel.timeout
        if "json" in content:
            text = json.dumps(content.pop("json"), ensure_ascii=False)
            content |= {"content": text.encode(), "headers": {"Content-Type": "application/json; charset=utf-8"}}

        def exchange(client: httpx.Client) -> tuple[int, bytes]:
            with client.stream("POST", url, params=parameters, **content) as response:
                status = response.status_code
                return status, _body(response.iter_bytes()) if status == 200 else b""

        try:
            client = self._connected()
            status, raw = _within(seconds, lambda: exchange(client))
        except (httpx.TimeoutException, TimeoutError):
            self._client = None  # an exchange that was given up may still hold it
            raise Failed(f"{host} 没有在 {seconds:g} 秒内回答") from None
        except httpx.ConnectError:
            raise Failed(f"连不上 {host}") from None
        except httpx.ProxyError:
            raise Failed("代理服务器拒绝了") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError):
            raise Failed(f"和 {host} 的连接断了") from None
        except (ValueError, ImportError):  # a proxy in the environment that cannot be understood
            raise Failed("环境变量里的代理设置用不了") from None
        if status == 429:
            return {self.code: next(iter(self.too_fast), 429), self.reason: "HTTP 429"}
        if status != 200:
            raise Failed(f"{host} 回答 HTTP {status}", refused=400 <= status < 500)
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            raise Failed(f"{host} 的回答不是 JSON") from None
        if not isinstance(answer, dict):
            raise Failed(f"{host} 的回答不是 JSON 对象")
        return answer

    def _connected(self) -> httpx.Client:
        if self._client is None:
            import logging

            import httpx

            for name in ("httpx", "httpcore"):  # they log whole addresses, and the key is part of it
                logging.getLogger(name).setLevel(logging.ERROR)
            # A kept connection may be closed by the other side just as the next message goes out: lost, or sent twice.
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
            secure = urlsplit(self.channel.url).scheme == "https"
            headers = {"User-Agent": "demandctl", "Accept-Encoding": "identity"}
            self._client = httpx.Client(
                timeout=self.channel.timeout, limits=limits, headers=headers, verify=secure, follow_redirects=False
            )
        return self._client

    def _clean(self, text: str) -> str:
        return scrubbed(text, (self.key, self.secret))


def _within(seconds: float, work: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """What *work* gives, TimeoutError when it takes longer in all: an answer may drip, a name be slow to resolve."""
    ended: list[tuple[int, bytes] | Exception] = []

    def run() -> None:
        try:
            ended.append(work())
        except Exception as error:
            ended.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise TimeoutError
    if isinstance(ended[0], Exception):
        raise ended[0]
    return ended[0]


def _body(chunks: Iterable[bytes]) -> bytes:
    """An answer's body; one that never ends is given up."""
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > _ANSWER_BYTES:
            raise ConnectionError
    return bytes(read)


def json_size(text: str) -> int:
    """Bytes that a text takes inside a JSON body."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def utf8_size(text: str) -> int:
    """Bytes of a text."""
    return len(text.encode())
