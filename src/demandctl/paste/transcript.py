"""A copied chat -> its messages: who wrote, when, in which group. Pure: no clock is read.

Chat programs copy in several shapes: ``昵称 11/20 09:13:22`` above the text, ``昵称:`` above or before it,
``[时间] 昵称:`` before it, the name above its time, a forwarded record with day separators, a form, or the bare text.
A line that is not surely a header is text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from demandctl.language.figures import narrow
from demandctl.paste.layouts import LABEL, ROW, lines_of, squeezed, what_of
from demandctl.paste.stamps import CLOCK, WHEN, day_of, instant_of, moment_of


@dataclass
class Message:
    """One message; ``sender`` None where the paste names nobody, ``raw`` as it was pasted, header and all.

    ``form``: it is one of labelled lines, not of a chat. ``notice``: told to everybody by whoever runs the group.
    ``whole``: the message of which it is one part, where that tells of several things.
    """

    sender: str | None
    at: datetime | None
    lines: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    header: str = ""
    quoted: str = ""
    official: bool = False
    form: bool = False
    notice: bool = False
    whole: Message | None = None

    @property
    def text(self) -> str:
        """What was written, without quotes."""
        return "\n".join(self.lines).strip()


class Transcript(NamedTuple):
    """The messages in their order and what the paste tells about where they were written."""

    messages: list[Message]
    channel: str | None = None
    group: str | None = None
    title: str = ""


_DASHES = "-—–―─－_=*·~"
_OPEN, _CLOSE = r"[「“\"【\[〖『《]", r"[」”\"】\]〗』》]"
_TITLE = re.compile(rf"^\s*(?:转发)?{_OPEN}?(.{{1,60}}?){_CLOSE}?\s*的聊天记录\s*{_CLOSE}?\s*[:：]?\s*$")
_OFFICIAL = re.compile(
    rf"^\s*{_OPEN}?\s*(?:微信)?(?:公众号|服务号|公众平台|订阅号|后台|企业号|视频号)\s*(?:后台)?(?:新)?(?:的)?\s*{_CLOSE}?\s*"
    rf"(?:粉丝|用户|客户)?(?:的)?(?:留言|消息|私信|咨询|回复|来信|提问)(?:提醒|通知)?\s*{_CLOSE}?\s*[:：]?\s*$"
)
_NOTICE = re.compile(rf"^\s*{_OPEN}?\s*(?:群公告|本群公告|群通知|@所有人 群公告)\s*{_CLOSE}?\s*[:：]?\s*$")
_NAME = r"\S.{0,38}?"
_HEADER = re.compile(
    rf"^\s*(?P<name>{_NAME})(?P<gap>\s*)[\[(（]?(?:(?P<day>{WHEN})\s*[,，T]?\s*)?{CLOCK}[\])）]?\s*[:：]?\s*$",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(
    rf"^\s*[\[(（]?(?P<day>{WHEN})\s*[,，]?\s*{CLOCK}[\])）]?\s*[-—–|]?\s*(?P<name>[^\s:：，,][^:：，,]{{0,38}}?)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_TIME_NAME_TEXT = re.compile(
    rf"^\s*[\[(（]?(?:(?P<day>{WHEN})\s*[,，]?\s*)?{CLOCK}[\])）]?\s*[-—–|]?\s*(?P<name>\S[^:：]{{0,30}}?)\s*[:：]\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_NAME_TIME_TEXT = re.compile(
    rf"^\s*(?P<name>\S.{{0,30}}?)\s+[\[(（]?(?P<day>{WHEN})\s*{CLOCK}[\])）]?(?:\s*(?P<colon>[:：])\s*|\s+)(?P<text>\S.*)$",
    re.IGNORECASE,
)
_BRACKETS = str.maketrans("【】〖〗〔〕", "[][][]")
_TIMED = (_TIME_FIRST, _HEADER, _NAME_TIME_TEXT, _TIME_NAME_TEXT)
_DAY_LINE = re.compile(
    rf"^\s*[{re.escape(_DASHES)}\s]*{WHEN}(?:\s*{CLOCK})?\s*[{re.escape(_DASHES)}\s]*$", re.IGNORECASE
)
_CLOCK_LINE = re.compile(rf"^\s*{CLOCK}\s*$")
_COLON = re.compile(r"^\s*(?P<name>[^:：]{1,24}?)\s*[:：]\s*(?P<text>.*)$")
_STAMP = re.compile(rf"^\s*{WHEN},?\s*{CLOCK}\s*$", re.IGNORECASE)
_REFERENCE = re.compile(r"^\s*[\[「【]?引用\s*\S.{0,40}(?:的消息)?\s*[:：]|^\s*>\s")
_SPOKEN = re.compile(
    r"^(?:用户|客户|粉丝)\s*[“\"「『]?(.+?)[”\"」』]?\s*(?:在?(?:公众号|后台))?(?:留言|说|咨询|反映|问)$"
)
_QUOTE_END = re.compile(rf"^\s*(?:[{re.escape(_DASHES)}]\s*){{3,}}$")
_QUOTE_START = ("「", "“", '"', "『")
_GROUP_LINE = re.compile(
    rf"^\s*(?:{_OPEN}?(?:来自|群名|群聊|社群|群|微信群)\s*[:：]\s*|{_OPEN}(?:群聊|微信群|社群|群){_CLOSE}\s*)?{_OPEN}?"
    rf"(?P<name>[^\s:：，。！？,!?]{{2,24}}?群)\d{{0,2}}{_CLOSE}?\s*(?:[(（]\s*\d+\s*[)）])?\s*{_CLOSE}?\s*$"
)
_SYSTEM = tuple(
    re.compile(pattern)
    for pattern in (
        r"加入了群聊", r"通过扫描.{1,40}二维码", r"^\s*.{1,40}撤回了(?:一条消息|成员)", r"^\s*.{0,40}拍了拍",
        r"^\s*(?:你已添加了|你们已成为|以上是打招呼|以下为新消息|以下是新消息|以上为历史消息|消息已发出|对方已添加)",
        r"现在可以开始聊天了", r"移出了?群聊", r"退出了群聊", r"开启了(?:群|朋友)", r"修改群名(?:称)?为",
        r"^\s*你(?:领取|撤回)了?", r"成为(?:新)?群主", r"^\s*(?:语音|视频)通话(?:已)?(?:结束|取消|时长)",
        r"^\s*【?(?:消息)?已(?:读|收回)】?\s*$",
    )
)  # fmt: skip
_RENAMED = re.compile(r"修改群名(?:称)?为\s*[「“\"](.{1,40}?)[」”\"]")
_NO_NAME = re.compile(
    r"[。！？!?；;]|(?:时间|日期|之前|以前|预约|今天|明天|后天|昨天|上午|下午|晚上|早上|中午|到货)$|.{4,}[约于在是点]$|^[\d\s:：/.-]+$"
)
_NO_BARE_NAME = re.compile(
    r"[您你]们?好|[\d，,、（(]|[的了吗呢吧]|(?:电话|地址|型号|价格|问题|原因|建议|意见|投诉|求|租|售|招|修|急|问|反映|情况|要|请|车|机|泵"
    r"|转让|闲置|收购|采购|处理|通知|公告|报价|资料|内容|备注|产品|规格|数量|需要|想|买|卖|换)"
)


def transcribe(text: str, now: datetime, labels: Mapping[str, str], people: Collection[str] = ()) -> Transcript:
    """Split a paste into messages, their times in the zone of *now* (aware).

    *labels*: words before a colon that are no names -> the field they tell. *people*: names known from the directory,
    which may stand before a colon on the same line as their words.
    """
    lines = lines_of(text, labels)
    return _Pass(now, labels, people).read(list(_joined(lines)))


def _joined(lines: list[str]) -> Iterator[str]:
    """A name with its time on the line below it as one header."""
    said = [line for line in lines if line.strip()]
    # What begins so goes on so; elsewhere a name stands below a blank line, and may have a time without a day.
    throughout = any(_is_name_above(a, b) for a, b in pairwise(said[:3]))
    waiting: str | None = None
    for number, line in enumerate(lines):
        if waiting is not None:
            yield f"{waiting} {line.strip()}"
            waiting = None
            continue
        below = lines[number + 1] if number + 1 < len(lines) else ""
        first = number == 0 or not lines[number - 1].strip() or bool(_DAY_LINE.match(lines[number - 1]))
        if (first or throughout) and _is_name_above(line, below):
            waiting = line.strip()
            continue
        yield line


def _is_name_above(line: str, below: str) -> bool:
    if not 0 < len(line.strip()) <= 20 or not (_STAMP.match(below) or _CLOCK_LINE.match(below)):
        return False
    plain = not _DAY_LINE.match(line) and not LABEL.match(line) and not _TITLE.match(line) and not _OFFICIAL.match(line)
    return plain and not re.search(r"[，。！？,!?]|\d{2,}", line)


class _Pass:
    """One pass over the lines."""

    def __init__(self, now: datetime, labels: Mapping[str, str], people: Collection[str]) -> None:
        self.now, self.labels, self.people = now, labels, {squeezed(name) for name in people}
        self.messages: list[Message] = []
        self.channel: str | None = None
        self.group: str | None = None
        self.title = ""
        self.day: date | None = None
        self.moment: datetime | None = None
        self.official = False
        self.seen: set[str] = set()
        self.told: set[str] = set()  # the labels of the form that is being read
        self.lines: list[str] = []
        self.first = 0  # the number of the first line that says anything
        self.record = False  # each line is a name, a colon and what was said

    def read(self, lines: list[str]) -> Transcript:
        """The transcript of cleaned lines."""
        self.first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        self.lines = lines
        self.record = self._is_record()
        for number, line in enumerate(lines):
            if self.messages and line != ROW:
                self.messages[-1].raw.append(line)
            if line.strip() and not self._special(number, line):
                self._said(line)
            elif not line.strip() and self.messages:
                self.messages[-1].lines.append("")
        for message in self.messages:
            _unquote(message)
        return Transcript(self.messages, self.channel, self.group, self.title)

    def _is_record(self) -> bool:
        """Whether most lines are 名字：话, and names come again or a title says that it is a record."""
        said = [line for line in self.lines if line.strip() and not _TITLE.match(line) and not _DAY_LINE.match(line)]
        names = [squeezed(found["name"]) for line in said if (found := self._name_before_colon(line)) and found["text"]]
        titled = any(_TITLE.match(line) for line in self.lines)
        again = len(names) > 2 and max(Counter(names).values()) > 1
        return len(names) > 1 and len(names) * 10 >= len(said) * 6 and (titled or again)

    def _name_before_colon(self, line: str) -> re.Match[str] | None:
        found = _COLON.match(line)
        name = _name(found["name"]) if found else ""
        if not found or not name or what_of(name, self.labels) is not None:
            return None
        return None if _NO_NAME.search(name) or "，" in name or "http" in name else found

    # -- lines that are no text

    def _special(self, number: int, line: str) -> bool:
        return (
            self._title(number, line)
            or self._marker(line)
            or self._row(line)
            or self._day(line)
            or self._system(line)
            or self._timed(number, line)
            or self._labelled(line)
            or self._named(number, line)
        )

    def _title(self, number: int, line: str) -> bool:
        if found := _TITLE.match(line):
            self.title = self.title or found[1].strip()
            self._drop(line)
            return True
        more = any(map(str.strip, self.lines[number + 1 :]))
        if number == self.first and more and (found := _GROUP_LINE.match(line)):
            self.group = line.strip("〖〗【】[]「」“” ").rpartition("：")[2].rpartition(":")[2].strip()
            self.group = re.sub(r"[(（]\s*\d+\s*[)）]$", "", re.sub(rf"^{_OPEN}.*?{_CLOSE}", "", self.group)).strip()
            self.channel = "group"
            return True
        return False

    def _marker(self, line: str) -> bool:
        """A line that says what the lines below it are: a message to the official account, a notice to a group."""
        official, notice = _OFFICIAL.match(line), _NOTICE.match(line)
        if not official and not notice:
            return False
        self._drop(line)
        self._begin(None, None, "", official=bool(official))
        self.messages[-1].raw.append(line)
        self.messages[-1].notice = bool(notice)
        if official:
            self.official, self.channel = True, "official"
        return True

    def _row(self, line: str) -> bool:
        if line != ROW:
            return False
        self._begin(None, None, "", form=True)
        return True

    def _day(self, line: str) -> bool:
        """A line of its own that says when what follows was written."""
        if found := _CLOCK_LINE.match(line):
            self.moment = moment_of(found, self.day, self.now)
            return self.moment is not None
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
        if self.official and self.messages and not self.messages[-1].at and not self.messages[-1].text:
            self.messages[-1].at = self.moment
        return True

    def _system(self, line: str) -> bool:
        if not any(pattern.search(line) for pattern in _SYSTEM) or len(line) > 120:
            return False
        if found := _RENAMED.search(line):
            self.group = found[1]
        return True

    def _timed(self, number: int, line: str) -> bool:
        plain = narrow(line).translate(_BRACKETS)
        if not re.search(r"\d[:：]\d\d", plain):
            return False
        for pattern in _TIMED:
            found = pattern.match(plain)
            name = _name(line[found.start("name") : found.end("name")]) if found else ""
            if not found or not name or _NO_NAME.search(name) or what_of(name, self.labels) is not None:
                continue
            day_given = bool(found["day"])
            if pattern is _HEADER and not self._plausible(number, name, found["gap"], day_given):
                continue
            if pattern is _TIME_NAME_TEXT and not day_given and not plain.lstrip().startswith(("[", "(")):
                continue
            if pattern is _NAME_TIME_TEXT and not found["colon"] and not self._may_be_bare(name):
                continue
            day = day_of(found, self.now) if day_given else self.day
            at = moment_of(found, day, self.now) if day or not day_given else None
            if at is None:
                continue
            self._drop(line)
            self._begin(name, at, line)
            if "text" in found.groupdict():
                self.messages[-1].lines.append(line[found.start("text") :].strip())
            return True
        return False

    def _may_be_bare(self, name: str) -> bool:
        """Whether a name may stand before a time and its words on one line, with no colon between."""
        return squeezed(name) in self.seen or (len(name) <= 10 and not _NO_BARE_NAME.search(name))

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
        """用户：… 时间：… of a form: who, and when, of the message; the rest of a form is its text, read later."""
        found = LABEL.match(line)
        what = what_of(found["label"], self.labels) if found else None
        chatting = bool(self.messages and self.messages[-1].sender and not self.messages[-1].form)
        if not found or what is None or (chatting and not self.official):
            return False
        value = found["value"].strip()
        if not self.messages or (what in self.told and what in ("customer", "phone", "content") and len(self.told) > 1):
            self._begin(None, None, "", official=self.official, form=True)
            self.messages[-1].raw.append(line)
        message = self.messages[-1]
        self.told.add(what)
        message.form = message.form or not message.sender
        if what in ("customer", "sender") and value and not message.sender:
            message.sender = _name(re.sub(r"\s*<[^>]*>\s*$", "", value)) or None
        elif what == "raised" and not message.at:
            message.at = instant_of(value, self.now)
        if not self.official:
            message.lines.append(line.strip())
        elif what == "content":
            message.lines.append(value)
        elif what not in ("customer", "sender", "raised"):
            message.lines.append(line.strip())
        return True

    def _named(self, number: int, line: str) -> bool:
        found = None if self.official else self._name_before_colon(line)
        if not found:
            return False
        name, text = _name(found["name"]), found["text"].strip()
        known = squeezed(name) in self.seen or squeezed(name) in self.people or name == "我"
        lone = number == self.first and len(name) <= 10 and not _NO_BARE_NAME.search(name)
        if text and not known and not lone and not self.record:
            return False
        if not text and not known and self.messages and self.messages[-1].at and self.lines[number - 1].strip():
            return False  # amid timed messages a line that ends in a colon is text
        self._drop(line)
        self._begin(name, None, line)
        if text:
            self.messages[-1].lines.append(text)
        return True

    # -- messages

    def _begin(
        self, sender: str | None, at: datetime | None, header: str, *, official: bool = False, form: bool = False
    ) -> None:
        self.official, self.told = official, set()
        if sender:
            self.seen.add(squeezed(sender))
        raw = [header] if header else []
        made = Message(sender, at or (self.moment if sender else None), [], raw, header, official=official, form=form)
        self.messages.append(made)

    def _said(self, line: str) -> None:
        if not self.messages:
            self._begin(None, self.moment, "")
            self.messages[-1].raw.append(line)
        self.messages[-1].lines.append(line.strip())

    def _drop(self, line: str) -> None:
        """A line that opens something new is not part of the message before it."""
        if self.messages and self.messages[-1].raw and self.messages[-1].raw[-1] == line:
            self.messages[-1].raw.pop()


_SPACED = re.compile("[\u4e00-\u9fff](?: [\u4e00-\u9fff]){1,3}")


def _name(text: str) -> str:
    """A sender as shown, without the marks that WeCom and QQ put around it."""
    name = re.sub(r"@微信$|^\[[^\]]{1,8}\]\s*(?=\S)|[:：]$|\s*<[^<>]*@[^<>]*>$", "", text.strip()).strip()
    if _SPACED.fullmatch(name):
        name = name.replace(" ", "")
    if spoken := _SPOKEN.match(name):
        name = spoken[1].strip()
    return re.sub(r"[(（<]\d{5,12}[)）>]$", "", name).strip() if not re.fullmatch(r"1\d{10}", name) else name


def _unquote(message: Message) -> None:
    """Take a quote (「…」 above a dashed line) out of a message; it is not what its sender says."""
    message.lines = [line for line in message.lines if not _REFERENCE.match(line)]
    ends = [n for n, line in enumerate(message.lines) if _QUOTE_END.match(line)]
    if not ends:
        return
    end = ends[-1]
    if any(line.lstrip().startswith(_QUOTE_START) for line in message.lines[:end]):
        start = next(n for n, line in enumerate(message.lines) if line.lstrip().startswith(_QUOTE_START))
        message.quoted = "\n".join(message.lines[start:end])
        message.lines = message.lines[:start] + message.lines[end + 1 :]
