"""What the group robots have in common: one careful POST, the real answer inside HTTP 200, and the pace they allow."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from demandctl.notify import proxies, settings
from demandctl.notify.channel import LOOPBACK, NoticeChannel, Talk
from demandctl.notify.limits import within
from demandctl.notify.message import Accepted, Failed

if TYPE_CHECKING:
    import httpx

PATIENCE = (2.0, 5.0, 10.0, 20.0, 30.0)
"""How long to wait, again and again, when a robot says that it is too fast: together just over its minute."""
_ANSWER_BYTES = 2**20

Json = Mapping[str, object]


class Pace:
    """At most *count* messages in *seconds*, counted from the answers: the robot cannot have seen them later."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._sent: deque[float] = deque(maxlen=count)

    def wait(self, talk: Talk) -> None:
        """Return when one more message is allowed."""
        if len(self._sent) < (self._sent.maxlen or 0):
            return
        room = self._sent[0] + self._seconds - time.monotonic()
        if room > 0:
            if room > 2:
                talk(f"发得太快会被机器人拒收，等 {room:.0f} 秒")
            time.sleep(room)

    def count(self) -> None:
        """One more message has been answered."""
        self._sent.append(time.monotonic())


_PACES: dict[tuple[str, str], list[Pace]] = {}
"""One for each robot, also when several channels speak through it."""


@dataclass(kw_only=True, eq=False)
class Robot(NoticeChannel):
    """A group robot behind a webhook; its makes differ in signature, shape of a message, and word for success."""

    code: ClassVar[str] = "errcode"
    reason: ClassVar[str] = "errmsg"
    too_fast: ClassVar[frozenset[int]] = frozenset()
    advice: ClassVar[Mapping[int, str]] = {}
    """What to do about the answers that robots of this make are known to give."""
    paces: ClassVar[tuple[tuple[int, float], ...]] = ((20, 60.0),)

    url: str = settings.text(needed=True)
    key_env: str = settings.variable()
    key_file: str = settings.file()

    patience: tuple[float, ...] = PATIENCE
    key: str = field(default="", repr=False)
    _talk: Talk = field(default=lambda _: None, repr=False)
    _paces: list[Pace] = field(default_factory=list, repr=False)
    _client: httpx.Client | None = field(default=None, repr=False)

    def problems(self) -> Iterator[tuple[str, str]]:
        """An address that would give the key away, or a key that is named nowhere or twice."""
        try:
            parts = urlsplit(self.url)
            host = parts.hostname or ""
            _ = parts.port
        except ValueError:
            yield "url", "不是网址"
            return
        if parts.scheme not in ("https", "http") or not host:
            yield "url", "缺少，或不是 https:// 开头的网址"
        elif parts.scheme == "http" and host not in LOOPBACK:
            yield "url", "要用 https://，不然密钥会明文经过网络"
        # Not shown back: whoever writes a query here has put the key into it.
        keyed = any(map(settings.KEY_LIKE.fullmatch, parts.path.split("/")))
        if parts.query or parts.fragment or parts.username or parts.password or keyed:
            yield "url", "不要带 ? 后面的部分和密钥；密钥用 key_env 或 key_file 给"
        if bool(self.key_env) == bool(self.key_file):
            yield "key_env", "key_env 和 key_file 要写一个，且只能写一个"

    @property
    def where(self) -> str:
        """The address without its key."""
        return self.url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be told to anybody."""
        return (self.key,)

    def open(self, talk: Talk) -> None:
        """Take the key out of where it is kept, and join the pace of whoever speaks through this robot."""
        self._talk = talk
        self.key = self.secret(self.key_env, self.key_file)
        fresh = [Pace(count, seconds) for count, seconds in self.paces]
        self._paces = _PACES.setdefault((self.url, self.key), fresh)

    def post(self, url: str, request: Callable[[], tuple[Mapping[str, str], Json]]) -> Accepted:
        """Send parameters and a JSON body, made anew for each try: they may hold a signature of the moment."""

        def exchange() -> Json:
            parameters, body = request()
            return self._exchange(url, parameters, json=body)

        answer = self._patiently(exchange, paced=True)
        return Accepted(self.clean(str(answer.get(self.reason) or "")) or "ok")

    def upload(self, url: str, parameters: Mapping[str, str], files: Mapping[str, tuple[str, bytes, str]]) -> Json:
        """Send a file; the answer as it came."""
        return self._patiently(lambda: self._exchange(url, parameters, files=files), paced=False)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _patiently(self, exchange: Callable[[], Json], *, paced: bool) -> Json:
        for pause in (*self.patience, None):
            for pace in self._paces if paced else ():
                pace.wait(self._talk)
            answer = exchange()
            code = self._code(answer)
            for pace in self._paces if paced and code not in self.too_fast else ():
                pace.count()
            if code == 0:
                return answer
            if code not in self.too_fast or pause is None:
                break
            self._talk(f"机器人说发得太快，等 {pause:.0f} 秒再试")
            time.sleep(pause)
        raise self._refused(answer)

    def _code(self, answer: Json) -> int | None:
        """The robot's own word for how it went; one that is missing, "0" or false is none, and so no success."""
        code = answer.get(self.code)
        return code if type(code) is int else None

    def _refused(self, answer: Json) -> Failed:
        said, code = self.clean(str(answer.get(self.reason) or "没有说明原因")), self._code(answer)
        if code in self.too_fast:
            return Failed(f"机器人一直说发得太快（{self.code} {code}）：{said}")
        shown, advice = ("缺失", _PORTAL) if code is None else (code, self.advice.get(code, ""))
        return Failed(f"机器人没有收下（{self.code} {shown}）：{said}", refused=True, advice=advice)

    def _exchange(self, url: str, parameters: Mapping[str, str], **content: Any) -> Json:
        """One request and its answer as JSON."""
        if "json" in content:
            text = json.dumps(content.pop("json"), ensure_ascii=False)
            content |= {
                "content": text.encode(errors="replace"),
                "headers": {"Content-Type": "application/json; charset=utf-8"},
            }
        status, raw = self._requested(url, parameters, content)
        host = urlsplit(url).hostname
        if status == 429:
            return {self.code: next(iter(self.too_fast), 429), self.reason: "HTTP 429"}
        if status != 200:
            advice = "看看 url 是不是从群机器人的设置里抄来的" if status == 404 else ""
            raise Failed(f"{host} 回答 HTTP {status}", refused=400 <= status < 500, advice=advice)
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            raise Failed(f"{host} 的回答不是 JSON", advice=_PORTAL) from None
        if not isinstance(answer, dict):
            raise Failed(f"{host} 的回答不是 JSON 对象", advice=_PORTAL)
        return answer

    def _requested(self, url: str, parameters: Mapping[str, str], content: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and body of an answer. Every failure is told in our own words: theirs may hold the address."""
        import httpx

        host, seconds = urlsplit(url).hostname, self.timeout

        def exchange() -> tuple[int, bytes]:
            with self._connected().stream("POST", url, params=parameters, **content) as response:
                status = response.status_code
                return status, _body(response.iter_bytes()) if status == 200 else b""

        try:
            return within(seconds, exchange)
        except (httpx.TimeoutException, TimeoutError):
            self._client = None  # an exchange that was given up may still hold it
            raise Failed(f"{host} 没有在 {seconds:g} 秒内回答", advice=_OFFLINE) from None
        except httpx.ProxyError:
            raise Failed("代理服务器拒绝了", advice=f"{proxies.told(url)}看看代理要不要登录") from None
        except httpx.ConnectError:
            raise Failed(f"连不上 {host}", advice=f"{proxies.told(url)}{_OFFLINE}") from None
        except proxies.Unusable as error:
            raise Failed(str(error), advice=error.advice) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError):
            raise Failed(f"和 {host} 的连接断了", advice="下次运行会再发") from None

    def _connected(self) -> httpx.Client:
        if self._client is None:
            import logging

            import httpx

            for name in ("httpx", "httpcore"):  # they log whole addresses, and the key is part of it
                logging.getLogger(name).setLevel(logging.ERROR)
            # A kept connection may be closed by the other side just as the next message goes out: lost, or sent twice.
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
            secure = urlsplit(self.url).scheme == "https"
            headers = {"User-Agent": "demandctl", "Accept-Encoding": "identity"}
            transport = httpx.HTTPTransport(verify=secure, limits=limits, proxy=proxies.proxy_for(self.url))
            self._client = httpx.Client(
                timeout=self.timeout, headers=headers, transport=transport, follow_redirects=False
            )
        return self._client


_OFFLINE = "看看这台电脑能不能上网，防火墙放不放行"
_PORTAL = "多半是上网登录页或代理在中间；先在浏览器里登录网络，再看 url 抄得对不对"


@dataclass(kw_only=True, eq=False)
class SignedRobot(Robot):
    """A robot that may want its requests signed."""

    secret_env: str = settings.variable()
    secret_file: str = settings.file()
    signing: str = field(default="", repr=False)

    def problems(self) -> Iterator[tuple[str, str]]:
        """A secret that is named twice."""
        yield from super().problems()
        if self.secret_env and self.secret_file:
            yield "secret_env", "secret_env 和 secret_file 只能写一个"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key, and what signs."""
        return (self.key, self.signing)

    def open(self, talk: Talk) -> None:
        """Take the signing secret out as well."""
        super().open(talk)
        self.signing = self.secret(self.secret_env, self.secret_file)


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
