"""A copied WeChat message -> drafts of demands. Pure: text, now, the directory and the keyword table come in.

One customer about one thing is one draft however many messages it took; another customer or another matter is another.
What staff of the directory write is never a demand: the first of it after a demand is the group's first response.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from demandctl import details
from demandctl.details import Found
from demandctl.errors import UsageError
from demandctl.phones import normalise
from demandctl.transcript import Message, Transcript, squeezed, transcribe
from demandctl.vocabulary import Channel
from demandctl.wording import Verdict, Wording

FIELDS = (
    "kind", "subtype", "channel", "group", "customer", "phone", "wechat", "company", "region", "address", "product",
    "urgency", "service_mode", "warranty", "raised_at",
)  # fmt: skip

SURE = 5.0
"""A rule of this weight makes a message in a group a demand; below it there must be a request at least."""


TOLD = 4.9
"""The same where the paste holds one customer: what was copied alone was copied for a reason."""


STORY = 7.5
"""What follows a complaint and is no stronger than this belongs to it."""


class Person(NamedTuple):
    """Somebody of the directory, or the specialist himself (``id`` None)."""

    id: int | None
    name: str
    wechat: str = ""
    phone: str = ""
    branch: str = ""
    role: str = ""
    active: bool = True


class Response(NamedTuple):
    """The first answer of staff: when (None: the paste has no times), by whom, in which words."""

    at: datetime | None
    by: Person
    text: str


@dataclass
class Draft:
    """A demand as far as the paste tells it; ``words``: field -> the words it came from."""

    content: str = ""
    source: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    first_response: Response | None = None

    def __getattr__(self, name: str) -> Any:
        if name in FIELDS:
            return self.values.get(name)
        raise AttributeError(name)


def drafts(text: str, now: datetime, directory: Sequence[Person], wording: Wording) -> list[Draft]:
    """The demands in a paste, in the order in which they begin; *now* is aware and in the ledger's zone."""
    staff = _Staff(directory)
    names = [name for person in directory for name in (person.name, person.wechat) if len(name) > 1]
    transcript = transcribe(text, now, wording.labels, names)
    return _Grouping(transcript, staff, wording).drafts(text)


# -- who is staff --------------------------------------------------------------------------------------------------


class _Staff:
    """The directory as senders' names are looked up in it."""

    def __init__(self, directory: Sequence[Person]) -> None:
        self.phones = {_digits(person.phone) for person in directory if person.phone}
        self.exact = {squeezed(name): p for p in reversed(directory) for name in (p.wechat, p.name) if name}
        self.people = directory
        self.known: dict[str, Person | None] = {}

    def who(self, sender: str) -> Person | None:
        """The person of the directory who writes under that name."""
        if sender not in self.known:
            self.known[sender] = self._look_up(sender)
        return self.known[sender]

    def _look_up(self, sender: str) -> Person | None:
        name = squeezed(sender)
        if found := self.exact.get(name):
            return found
        for person in self.people:
            own, branch = squeezed(person.name), squeezed(person.branch)
            short = branch.removesuffix("分公司")
            if len(own) < 2 or own not in name:
                continue
            rest = name.replace(own, "", 1)
            at_work = bool(re.search(r"分公司|服务|售后|销售|配件|客服|需求专员|公司|顾问|专家|总部", rest))
            if rest in (branch, short) or at_work or (short and short in rest):
                return person
        return None


def _digits(phone: str) -> str:
    try:
        return normalise(phone)
    except UsageError:
        return phone


# -- what a message says -------------------------------------------------------------------------------------------

_MEDIA = re.compile(
    r"\[(?:图片|照片|语音|视频|小视频|文件|链接|位置|名片|表情|动画表情|音乐|聊天记录|小程序|视频号|引用|红包|转账|接龙|语音通话|视频通话"
    r"|Photo|Image|Voice|Video|Sticker|File|Link)[^\]\n]{0,40}\](?:\s*\d{1,3}\s*[\"″”'秒s]+)?",
    re.IGNORECASE,
)
_STICKER = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,6}\]")
_MENTION = re.compile(r"@([^\s\u2005@，。：:！!]{1,24})(?:[\u2005\s]|$)|@([^\u2005\n@]{1,24})\u2005")
_EVERYBODY = ("所有人", "全体成员", "all", "All")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U0001f1e6-\U0001f1ff]")
_PUNCTUATION = str.maketrans(",;!?", "，；！？")
_ANOTHER = re.compile(
    r"^(?:另外|还有(?:个|一个|件|一件)?(?:事|问题)?|对了|再(?:问|说)(?:一?下|个)|顺便(?:问|说)?|另(?:有|问)|再一个|第二)"
)
_REQUEST = ("ask", "price", "parcel", "how", "consult", "buy", "want_machine", "want_part")


@dataclass
class _Said:
    """A message of a customer, read."""

    message: Message
    text: str
    cues: str
    verdict: Verdict
    to: tuple[str, ...]


def _read(message: Message, wording: Wording) -> _Said:
    raw = message.text
    to = tuple(squeezed(a or b) for a, b in _MENTION.findall(raw) if (a or b) not in _EVERYBODY)
    text = _STICKER.sub("", _MEDIA.sub("", _MENTION.sub(" ", raw).replace("\u2005", " ")))
    text = re.sub(r"[ \t]+", " ", text).strip()
    cues = cue_text(text)
    return _Said(message, text, cues, wording.judge(cues), to)


def cue_text(text: str) -> str:
    """A text as cues are looked for in it: one punctuation, no emoji or phones, blanks between 汉字 parting clauses."""
    flat = details.without_numbers(_EMOJI.sub("", details.plain(text))).translate(_PUNCTUATION)
    flat = re.sub(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])", "，", flat)
    return re.sub(r"[ \t]+", " ", flat)


# -- which messages belong together --------------------------------------------------------------------------------


@dataclass
class _Matter:
    """One thing that one customer wants, with the messages that tell of it."""

    sender: str | None
    said: list[_Said]
    verdict: Verdict
    first: _Said
    response: Response | None = None
    before: list[_Said] = field(default_factory=list)
    product: str | None = None

    @property
    def texts(self) -> list[str]:
        return [s.text for s in (*self.before, *self.said) if s.text]


class _Grouping:
    """One pass over the messages: staff answer, customers ask, add to what they asked, or ask another thing."""

    def __init__(self, transcript: Transcript, staff: _Staff, wording: Wording) -> None:
        self.transcript, self.staff, self.wording = transcript, staff, wording
        self.matters: list[_Matter] = []
        self.open: dict[str | None, list[_Matter]] = {}
        self.waiting: dict[str | None, list[_Said]] = {}
        customers = {m.sender for m in transcript.messages if not (m.sender and staff.who(m.sender))}
        self.alone = len(customers) == 1  # what was copied alone was copied for a reason

    def drafts(self, paste: str) -> list[Draft]:
        """Go through the messages and make the drafts."""
        for message in self._units():
            person = self.staff.who(message.sender) if message.sender else None
            if person:
                self._answered(message, person)
            else:
                self._asked(_read(message, self.wording))
        where = _Where(self.transcript, self.staff)
        return [self._draft(matter, where, paste) for matter in self.matters]

    def _units(self) -> Iterable[Message]:
        """The messages; a bare text of several paragraphs with a phone each is one message for each of them."""
        for message in self.transcript.messages:
            parts = _paragraphs(message, self.wording, self.staff.phones) if message.sender is None else []
            yield from parts or [message]

    # -- customers

    def _asked(self, said: _Said) -> None:
        key = squeezed(said.message.sender) if said.message.sender else None
        mine = self.open.setdefault(key, [])
        if not said.text:
            return
        if mine and (matter := self._same_matter(said, mine)):
            matter.said.append(said)
            together = self.wording.decide({**said.verdict.signals, **matter.verdict.signals})
            # What comes later makes the same thing clearer; on its own it makes nothing else of it.
            if said.verdict.weight or together.kind == matter.verdict.kind:
                matter.verdict = together
            return
        if self._small(said):
            return
        before = self.waiting.setdefault(key, [])
        verdict = said.verdict
        if not self._is_demand(said, verdict):
            together = self.wording.decide({k: v for s in (said, *before) for k, v in s.verdict.signals.items()})
            if not before or not self._is_demand(said, together):
                before.append(said)
                return
            verdict = together
        matter = _Matter(said.message.sender, [said], verdict, self._first(said, before), before=list(before))
        before.clear()
        mine.append(matter)
        self.matters.append(matter)

    def _first(self, said: _Said, before: list[_Said]) -> _Said:
        """The first message that states the demand: a phone or a place before it states nothing."""
        stating = [s for s in before if s.verdict.weight or "machine" in s.verdict.signals]
        return stating[0] if stating and not said.verdict.weight else said

    def _small(self, said: _Said) -> bool:
        """Greetings and thanks, and nothing else."""
        rest = re.sub(r"[\s，。！？!?~～、.…；;:：]+", "", said.cues)
        for name in ("greeting", "thanks", "greeting"):
            rest = re.sub(rf"^(?:{self.wording.noise[name].pattern})+", "", rest)
        return not rest

    def _is_demand(self, said: _Said, verdict: Verdict) -> bool:
        noise, cues, signals = self.wording.noise, said.cues, verdict.signals
        asked = any(name in signals for name in ("ask", "fix", "price"))
        if noise["chatter"].search(cues) and verdict.weight < 7:
            return False
        told = re.sub(rf"^(?:{noise['greeting'].pattern}|[，。！\s])+", "", cues)
        if verdict.weight >= SURE:
            told = noise["wishes"].sub("", told)
        if noise["announcement"].search(told) and verdict.weight < 8 and not (asked and verdict.weight):
            return False
        if noise["advert"].search(cues) and verdict.subtype not in ("rental", "resale", "recruiting"):
            return False
        if noise["praise"].search(cues) and verdict.kind not in ("complaint", "suggestion"):
            return False
        if (
            noise["settled"].search(cues)
            and {"fix", "how"}.isdisjoint(signals)
            and verdict.kind not in ("complaint", "suggestion")
        ):
            return False
        to_a_peer = bool(said.to) and not any(to in self.staff.exact or self.staff.who(to) for to in said.to)
        if (
            (to_a_peer or noise["peer"].search(cues))
            and not (asked and verdict.weight >= 7)
            and verdict.kind != "complaint"
        ):
            return False
        if noise["staff_wording"].search(cues) and (verdict.weight < SURE or self._named_as_staff(said)):
            return False
        if verdict.weight >= (TOLD if self.alone else SURE):
            return True
        about = "machine" in signals or "part" in signals
        return any(name in signals for name in _REQUEST) and (
            about or (self.alone and len(cues) > 6 and not {"ask", "parcel"}.isdisjoint(signals))
        )

    def _named_as_staff(self, said: _Said) -> bool:
        return bool(said.message.sender and self.wording.noise["staff_name"].search(said.message.sender))

    def _same_matter(self, said: _Said, mine: list[_Matter]) -> _Matter | None:
        """The matter that a further message belongs to; None when it opens another one."""
        last, verdict = mine[-1], said.verdict
        if said.message.sender is None and self._another_person(said, last):
            return None
        if not self._is_demand(said, verdict) or verdict.weight < SURE:
            return last
        for matter in reversed(mine):
            marked = bool(_ANOTHER.match(said.cues))
            if _agree(matter.verdict, verdict, marked=marked, other_product=self._other_product(matter, said)):
                return matter
        return None

    def _other_product(self, matter: _Matter, said: _Said) -> bool:
        new = details.product(said.text, self.wording)
        if new is None:
            return False
        if matter.product is None:
            before = details.product("\n".join(matter.texts), self.wording)
            matter.product = before.value if before else ""
        old = matter.product
        return bool(old) and old not in new.value and new.value not in old

    def _another_person(self, said: _Said, last: _Matter) -> bool:
        """Bare paragraphs: a second phone with a second demand is a second customer."""
        new = details.phone_numbers(said.text, self.wording, self.staff.phones)
        old = details.phone_numbers("\n".join(last.texts), self.wording, self.staff.phones)
        return bool(new and old and new[0].value != old[0].value and said.verdict.weight >= SURE)

    # -- staff

    def _answered(self, message: Message, person: Person) -> None:
        """The first word of staff after a demand; an announcement to everybody answers nobody."""
        said = _read(message, self.wording)
        if not (said.text or message.text) or person.role == "external" or not person.active:
            return
        waiting = [matter for matter in self.matters if matter.response is None]
        named = [m for m in waiting if m.sender and self._names(said, m)]
        if not named and (said.to or message.quoted or self.wording.noise["announcement"].search(said.cues)):
            return
        chosen = named or (waiting if len({squeezed(m.sender or "") for m in waiting}) == 1 else [])
        for matter in chosen[:1] if not named else chosen:
            matter.response = Response(message.at, person, message.text)

    def _names(self, said: _Said, matter: _Matter) -> bool:
        name = squeezed(matter.sender or "")
        quoted = squeezed(said.message.quoted)
        return (
            name in said.to
            or any(name.startswith(to) and len(to) > 1 for to in said.to)
            or quoted.startswith(f"「{name}")
        )

    # -- drafts

    def _draft(self, matter: _Matter, where: _Where, paste: str) -> Draft:
        made = Draft(first_response=matter.response)
        telling = [s for s in (*matter.before, *matter.said) if s.text and not self._small(s)]
        made.content = "\n".join(_MENTION.sub("", s.message.text).strip() for s in telling).strip()
        one = len(self.matters) == 1
        made.source = (
            paste if one else "\n".join("\n".join(s.message.raw) for s in (*matter.before, *matter.said)).strip()
        )
        text = "\n".join(matter.texts)

        def put(name: str, found: Found | None) -> None:
            if found and found.value:
                made.values[name], made.words[name] = found.value, found.words

        verdict = matter.verdict
        because = "、".join(verdict.signals[name] for name in verdict.why)
        put("kind", Found(verdict.kind, because) if verdict.kind else None)
        put("subtype", Found(verdict.subtype, because) if verdict.subtype else None)
        for name, found in self._labelled(text).items():
            put(name, found)
        put("customer", Found(matter.sender, matter.sender) if matter.sender else None)
        self._put_details(put, text, matter)
        for name, found in where.of(matter.first.message).items():
            put(name, found)
        if matter.first.message.at:
            made.values["raised_at"] = matter.first.message.at
            made.words["raised_at"] = matter.first.message.header.strip() or matter.first.message.at.isoformat(
                " ", "minutes"
            )
        return made

    def _put_details(self, put: Any, text: str, matter: _Matter) -> None:
        numbers = details.phone_numbers(text, self.wording, self.staff.phones)
        if not numbers and matter.sender:
            numbers = details.phone_numbers(matter.sender, self.wording, self.staff.phones)
        put("phone", numbers[0] if numbers else None)
        put("wechat", details.wechat_id(text))
        put("region", details.region(matter.texts, self.wording))
        put("product", details.product(text, self.wording))
        put("urgency", details.urgency(cue_text(text), self.wording))
        put("service_mode", details.first_of(dict(self.wording.mode), text))
        put("warranty", details.first_of(dict(self.wording.warranty), text))

    def _labelled(self, text: str) -> dict[str, Found]:
        """地址：…, 单位：… inside a message."""
        found: dict[str, Found] = {}
        for line in text.split("\n"):
            name, colon, value = line.replace("：", ":", 1).partition(":")
            what = self.wording.labels.get(squeezed(name), "") if colon else ""
            if what in ("customer", "company", "address") and value.strip() and what not in found:
                found[what] = Found(" ".join(value.split()), line.strip())
        return found


class _Where:
    """Group and channel, as far as the paste tells."""

    def __init__(self, transcript: Transcript, staff: _Staff) -> None:
        self.found: dict[str, Found] = {}
        senders = {squeezed(m.sender): m.sender for m in transcript.messages if m.sender}
        title = transcript.title
        if title:
            self._from_title(title, senders, staff)
        if transcript.group:
            self.found["group"] = Found(transcript.group, transcript.group)
        if transcript.group or (transcript.channel == "group"):
            self.found["channel"] = Found(Channel.GROUP.value, transcript.group or title)
        others = [name for name in senders.values() if not _is_specialist(staff.who(name))]
        if "channel" not in self.found and len(others) > 1 and not any(m.official for m in transcript.messages):
            self.found["channel"] = Found(Channel.GROUP.value, "、".join(others[:3]))

    def _from_title(self, title: str, senders: dict[str, str], staff: _Staff) -> None:
        pairs = [(title[: m.start()].strip(), title[m.end() :].strip()) for m in re.finditer(r"[和与&]", title)]
        known = [
            (a, b)
            for a, b in pairs
            if a and b and (staff.who(a) or staff.who(b) or {squeezed(a), squeezed(b)} <= senders.keys())
        ]
        if squeezed(title) in senders and "群" not in title and len(senders) <= 2:
            known = [(title, title)]  # WeCom names a private chat after the one who is not us
        if known or (pairs and "群" not in title and len(senders) <= 2 and all(pairs[0])):
            self.found["channel"] = Found(Channel.DIRECT.value, title)
            return
        self.found["channel"] = Found(Channel.GROUP.value, title)
        name = re.sub(r"[(（]\d+[)）]$", "", title).strip()
        if name not in ("群聊", "群", "微信群"):
            self.found["group"] = Found(name, title)

    def of(self, message: Message) -> dict[str, Found]:
        """What holds for one message: one of the official account came by it whatever else is in the paste."""
        if message.official:
            return {"channel": Found(Channel.OFFICIAL.value, "公众号")}
        return self.found


def _is_specialist(person: Person | None) -> bool:
    return person is not None and (person.id is None or person.role == "specialist")


def _agree(old: Verdict, new: Verdict, *, marked: bool, other_product: bool) -> bool:
    """Whether a further message that states something states the same thing.

    Repair and advice are one trouble, a question about a machine and the wish to buy it one interest; but another kind,
    or 还有个事 with another subtype, is another matter.
    """
    if old.kind is None or new.kind is None:
        return True
    theirs, ours = (old.kind, old.subtype), (new.kind, new.subtype)
    if marked:
        return theirs == ours and not other_product
    if old.kind == "complaint" and new.weight < STORY:
        return True  # a complaint is told with its story: 换个密封收我3800
    if old.kind != new.kind:
        interest = {("inquiry", "product"), ("opportunity", "new"), ("opportunity", "used"), ("opportunity", None)}
        return {theirs, ours} <= interest
    if None in (old.subtype, new.subtype) or old.subtype == new.subtype:
        return not other_product
    return old.kind in ("complaint", "suggestion") or {old.subtype, new.subtype} == {"repair", "advice"}


def _paragraphs(message: Message, wording: Wording, staff: Iterable[str]) -> list[Message]:
    """The parts of a bare text that are messages of their own: each states a demand and has a phone of its own."""
    blocks: list[list[str]] = [[]]
    for line in message.lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if len(blocks) < 2:
        blocks = [[line] for line in message.lines if line.strip()]
    known = set(staff)
    numbers = [details.phone_numbers("\n".join(block), wording, known) for block in blocks]
    if len(blocks) < 2 or len({n[0].value for n in numbers if n}) < 2:
        return []
    return [Message(None, message.at, block, block, message.header, official=message.official) for block in blocks]
