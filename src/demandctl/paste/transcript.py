"""A copied chat -> its messages: who wrote, when, in which group. Pure: no clock is read.

WeChat and WeCom copy in several shapes: ``昵称 11/20 09:13:22`` above the text, ``昵称:`` above it, a forwarded record
with day separators, a message of the official account, or the bare text. A line that is not surely a header is text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from demandctl.paste.stamps import CLOCK, WHEN, day_of, instant_of, moment_of


@dataclass
class Message:
    """One message; ``sender`` None where the paste names nobody, ``raw`` as it was pasted, header and all."""

    sender: str | None
    at: datetime | None
    lines: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    header: str = ""
    quoted: str = ""
    official: bool = False

    @property
    def text(self) -> str:
        """What was written, without quotes."""
        return "\n".join(self.lines).strip()


@dataclass
class Transcript:
    """The messages in their order and what the paste tells about where they were written."""

    messages: list[Message]
    channel: str | None = None
    group: str | None = None
    title: str = ""


_DASHES = "-—–―─－_=*·~"
_TITLE = re.compile(r"^\s*(?:转发)?[「“\"【\[]?(.{1,60}?)[」”\"】\]]?\s*的聊天记录\s*[】\]]?\s*$")
_OFFICIAL = re.compile(
    r"^\s*[【\[]?\s*(?:微信)?(?:公众号|服务号|公众平台|订阅号|后台)\s*(?:后台)?(?:新)?(?:的)?"
    r"(?:留言|消息|私信|咨询|回复|来信)(?:提醒|通知)?\s*[】\]]?\s*[:：]?\s*$"
)
_HEADER = re.compile(
    rf"^\s*(?P<name>\S.{{0,38}}?)(?P<gap>\s*)[\[(（]?(?:(?P<day>{WHEN})\s*[,T]?\s*)?{CLOCK}[\])）]?\s*[:：]?\s*$",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    rf"^\s*[\[(（]?(?P<day>{WHEN})\s*,?\s*{CLOCK}[\])）]?\s+(?P<name>[^\s].{{0,38}}?)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_SAME_LINE = re.compile(
    rf"^\s*(?P<name>\S.{{0,30}}?)\s+[\[(（]?(?P<day>{WHEN})\s*{CLOCK}[\])）]?\s*[:：]\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_DAY_LINE = re.compile(
    rf"^\s*[{re.escape(_DASHES)}\s]*{WHEN}(?:\s*{CLOCK})?\s*[{re.escape(_DASHES)}\s]*$", re.IGNORECASE
)
_COLON = re.compile(r"^\s*(?P<name>[^:：]{1,24}?)\s*[:：]\s*(?P<text>.*)$")
_STAMP = re.compile(rf"^\s*{WHEN},?\s*{CLOCK}\s*$", re.IGNORECASE)
_OFFICIAL_START = re.compile(r"^\s*([【\[](?:微信)?(?:公众号|服务号|订阅号|后台)[^】\]\n]{0,8}[】\]])\s*(\S.*)$")
_OFFICIAL_LABEL = re.compile(r"\s*(?=(?:用户|昵称|时间|内容|手机|电话|地区)\s*[:：])")
_REFERENCE = re.compile(r"^\s*[\[「【]?引用\s*\S.{0,40}(?:的消息)?\s*[:：]|^\s*>\s")
_SPOKEN = re.compile(
    r"^(?:用户|客户|粉丝)\s*[“\"「『]?(.+?)[”\"」』]?\s*(?:在?(?:公众号|后台))?(?:留言|说|咨询|反映|问)$"
)
_QUOTE_END = re.compile(rf"^\s*(?:[{re.escape(_DASHES)}]\s*){{3,}}$")
_GROUP_LINE = re.compile(
    r"^\s*(?:(?:来自|群名|群聊|社群|群|微信群)\s*[:：]\s*|[【\[](?:群聊|微信群|社群|群)[】\]]\s*)?[「“\"【\[]?(?P<name>[^\s:：，。！？,!?]{2,24}?群)[」”\"】\]]?\s*(?:[(（]\s*\d+\s*[)）])?\s*$"
)
_SYSTEM = tuple(
    re.compile(pattern)
    for pattern in (
        r"加入了群聊", r"通过扫描.{1,40}二维码", r"^\s*.{1,40}撤回了(?:一条消息|成员)", r"^\s*.{0,40}拍了拍",
        r"^\s*(?:你已添加了|你们已成为|以上是打招呼|以下为新消息|以下是新消息|消息已发出)", r"现在可以开始聊天了",
        r"移出了?群聊", r"退出了群聊", r"开启了(?:群|朋友)", r"修改群名(?:称)?为", r"^\s*你(?:领取|撤回)了?",
        r"成为(?:新)?群主", r"群公告$",
    )
)  # fmt: skip
_RENAMED = re.compile(r"修改群名(?:称)?为\s*[「“\"](.{1,40}?)[」”\"]")
_NO_NAME = re.compile(
    r"[。！？!?；;]|(?:时间|日期|之前|以前|预约|今天|明天|后天|昨天|上午|下午|晚上|早上|中午|到货)$|.{4,}[约于在是点]$|^[\d\s:：/.-]+$"
)


def transcribe(text: str, now: datetime, labels: dict[str, str], people: Collection[str] = ()) -> Transcript:
    """Split a paste into messages, their times in the zone of *now* (aware).

    *labels*: words before a colon that are no names -> the field they tell. *people*: names known from the directory,
    which may stand before a colon on the same line as their words.
    """
    return _Reading(now, labels, people).read(_cleaned(text, labels))


def _cleaned(text: str, labels: dict[str, str]) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = re.sub(r"[\u200b-\u200d\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).replace("\xa0", " ")
    lines = [part for line in text.split("\n") for part in _parted(line, labels)]
    return list(_joined(lines))


_FORM = ("customer", "phone", "wechat", "region", "address", "product", "content", "company")
_LABEL = re.compile(r"(?:^|(?<=[\s，,；;。】\]]))([\u4e00-\u9fff]{2,5})\s*[:：]")


def _parted(line: str, labels: dict[str, str]) -> list[str]:
    """A form that came on one line, a line for each of its labels."""
    if not (found := _OFFICIAL_START.match(line)):
        starts = [m.start(1) for m in _LABEL.finditer(line) if labels.get(squeezed(m[1])) in _FORM]
        if len(starts) < 3:
            return [line]
        parts = [line[a:b] for a, b in pairwise([0, *starts, len(line)])]
        return [part.strip(" \t，,；;") for part in parts if part.strip(" \t，,；;")]
    return [found[1], *filter(None, map(str.strip, _OFFICIAL_LABEL.split(found[2])))]


def _joined(lines: list[str]) -> Iterator[str]:
    """A name with its time on the line below it as one header."""
    waiting: str | None = None
    for number, line in enumerate(lines):
        if waiting is not None:
            yield f"{waiting} {line.strip()}"
            waiting = None
            continue
        below = lines[number + 1] if number + 1 < len(lines) else ""
        first = number == 0 or not lines[number - 1].strip() or bool(_DAY_LINE.match(lines[number - 1]))
        plain = 0 < len(line.strip()) <= 20 and not _DAY_LINE.match(line) and not _COLON.match(line)
        if first and plain and _STAMP.match(below) and not re.search(r"[，。！？,]|\d{2,}", line):
            waiting = line.strip()
            continue
        yield line


class _Reading:
    """One pass over the lines."""

    def __init__(self, now: datetime, labels: dict[str, str], people: Collection[str]) -> None:
        self.now, self.labels, self.people = now, labels, {squeezed(name) for name in people}
        self.messages: list[Message] = []
        self.channel: str | None = None
        self.group: str | None = None
        self.title = ""
        self.day: date | None = None
        self.moment: datetime | None = None
        self.official = False
        self.seen: set[str] = set()
        self.lines: list[str] = []
        self.first = 0  # the number of the first line that says anything

    def read(self, lines: list[str]) -> Transcript:
        """The transcript of cleaned lines."""
        self.first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        self.lines = lines
        for number, line in enumerate(lines):
            if self.messages:
                self.messages[-1].raw.append(line)
            if line.strip() and not self._special(number, line):
                self._said(line)
            elif not line.strip() and self.messages:
                self.messages[-1].lines.append("")
        for message in self.messages:
            _unquote(message)
        return Transcript(self.messages, self.channel, self.group, self.title)

    # -- lines that are no text

    def _special(self, number: int, line: str) -> bool:
        return (
            self._title(number, line)
            or self._marker(line)
            or self._day(line)
            or self._system(line)
            or self._timed(number, line)
            or self._labelled(line)
            or self._named(number, line)
        )

    def _title(self, number: int, line: str) -> bool:
        if found := _TITLE.match(line):
            self.title = found[1].strip()
            self._drop(line)
            return True
        if (
            number == self.first
            and (found := _GROUP_LINE.match(line))
            and any(map(str.strip, self.lines[number + 1 :]))
        ):
            self.group, self.channel = found["name"], "group"
            return True
        return False

    def _marker(self, line: str) -> bool:
        if not _OFFICIAL.match(line):
            return False
        self._drop(line)
        self.official, self.channel = True, "official"
        self._begin(None, None, "", official=True)
        self.messages[-1].raw.append(line)
        return True

    def _day(self, line: str) -> bool:
        found = _DAY_LINE.match(line)
        if not found or not (found["y"] or found["m"] or found["w2"] or found["near"] or found["mon"] or found["dmon"]):
            return False
        dashed = line.strip()[0] in _DASHES
        if not dashed and not (found["y"] or found["mony"] or found["dmony"]) and not found["H"]:
            return False
        day = day_of(found, self.now)
        if day is None:
            return False
        self._drop(line)
        self.day = day
        self.moment = moment_of(found, day, self.now) if found["H"] else None
        return True

    def _system(self, line: str) -> bool:
        if not any(pattern.search(line) for pattern in _SYSTEM) or len(line) > 120:
            return False
        if found := _RENAMED.search(line):
            self.group = found[1]
        return True

    def _timed(self, number: int, line: str) -> bool:
        for pattern in (_TIME_FIRST, _HEADER, _SAME_LINE):
            found = pattern.match(line)
            if not found:
                continue
            name = _name(found["name"])
            if not name or _NO_NAME.search(name) or squeezed(name) in self.labels:
                continue
            day_given = bool(found["day"])
            if pattern is _HEADER and not self._plausible(number, name, found["gap"], day_given):
                continue
            day = day_of(found, self.now) if day_given else self.day
            if day_given and day is None:
                continue
            at = moment_of(found, day, self.now)
            if at is None:
                continue
            self._drop(line)
            self._begin(name, at, line)
            if pattern is _SAME_LINE:
                self.messages[-1].lines.append(found["text"])
            return True
        return False

    def _plausible(self, number: int, name: str, gap: str, day_given: bool) -> bool:
        """A header without a date stands after a blank line, or names somebody who wrote before."""
        if not gap and not name.endswith((")", "）", "]")):
            return False
        if day_given or squeezed(name) in self.seen or squeezed(name) in self.people:
            return True
        return number == self.first or not self.lines[number - 1].strip() or self._after_title(number)

    def _after_title(self, number: int) -> bool:
        return bool(_TITLE.match(self.lines[number - 1]) or _DAY_LINE.match(self.lines[number - 1]))

    def _labelled(self, line: str) -> bool:
        """用户：… 时间：… of a message of the official account."""
        found = _COLON.match(line)
        what = self.labels.get(squeezed(found["name"])) if found else None
        if not found or what is None or not self.official or not self.messages:
            return False
        message, value = self.messages[-1], found["text"].strip()
        if what == "customer" and not message.sender:
            message.sender = value or None
        elif what == "raised" and not message.at:
            message.at = instant_of(value, self.now)
        elif what == "content":
            message.lines.append(value)
        else:
            return False
        return True

    def _named(self, number: int, line: str) -> bool:
        found = _COLON.match(line)
        if not found or self.official:
            return False
        name, text = _name(found["name"]), found["text"].strip()
        if not name or squeezed(name) in self.labels or _NO_NAME.search(name) or "，" in name or "http" in name:
            return False
        known = squeezed(name) in self.seen or squeezed(name) in self.people
        if text and not known and not (number == self.first and self._looks_like_a_name(name)):
            return False
        if not text and not known and self.messages and self.messages[-1].at and self.lines[number - 1].strip():
            return False  # amid timed messages a line that ends in a colon is text
        self._drop(line)
        self._begin(name, None, line)
        if text:
            self.messages[-1].lines.append(text)
        return True

    def _looks_like_a_name(self, name: str) -> bool:
        return len(name) <= 10 and not re.search(
            r"[您你]们?好|[\d，,、（(]|[的了吗呢吧]|(?:电话|地址|型号|价格|问题|原因|建议|意见|投诉|求|租|售|招|修|急|问|反映|情况|要|请|车|机|泵)",
            name,
        )

    # -- messages

    def _begin(self, sender: str | None, at: datetime | None, header: str, *, official: bool = False) -> None:
        if not official:
            self.official = False
        if sender:
            self.seen.add(squeezed(sender))
        self.messages.append(
            Message(
                sender,
                at or (self.moment if sender else None),
                [],
                [header] if header else [],
                header,
                official=official,
            )
        )

    def _said(self, line: str) -> None:
        if not self.messages:
            self._begin(None, self.moment, "")
            self.messages[-1].raw.append(line)
        self.messages[-1].lines.append(line.strip())

    def _drop(self, line: str) -> None:
        """A line that opens something new is not part of the message before it."""
        if self.messages and self.messages[-1].raw and self.messages[-1].raw[-1] == line:
            self.messages[-1].raw.pop()


def _name(text: str) -> str:
    """A sender as shown, without the marks that WeCom and QQ put around it."""
    name = re.sub(r"@微信$|^\[[^\]]{1,8}\]\s*(?=\S)|[:：]$", "", text.strip()).strip()
    if spoken := _SPOKEN.match(name):
        name = spoken[1].strip()
    return re.sub(r"[(（<]\d{5,12}[)）>]$", "", name).strip() if not re.fullmatch(r"1\d{10}", name) else name


def squeezed(name: str) -> str:
    """A name for comparing: without blanks and signs."""
    return re.sub(r"[\s\-—_·.|丨,，()（）【】\[\]@]", "", name).lower()


def _unquote(message: Message) -> None:
    """Take a quote (「…」 above a dashed line) out of a message; it is not what its sender says."""
    message.lines = [line for line in message.lines if not _REFERENCE.match(line)]
    ends = [n for n, line in enumerate(message.lines) if _QUOTE_END.match(line)]
    if not ends:
        return
    end = ends[-1]
    if any(line.lstrip().startswith(("「", "“", '"', "『")) for line in message.lines[:end]):
        start = next(n for n, line in enumerate(message.lines) if line.lstrip().startswith(("「", "“", '"', "『")))
        message.quoted = "\n".join(message.lines[start:end])
        message.lines = message.lines[:start] + message.lines[end + 1 :]
