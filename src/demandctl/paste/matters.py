"""Messages of a chat -> matters: which of them tell of one thing that one customer wants, and who answered. Pure.

One customer about one thing is one matter however many messages it took; another customer or another thing is another.
What staff of the directory write is never a demand: the first of it after a demand is the group's first response.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from demandctl.paste import details
from demandctl.paste.keywords import Verdict, Wording
from demandctl.paste.senders import Person, Staff
from demandctl.paste.transcript import Message, Transcript, squeezed

SURE = 5.0
"""A rule of this weight makes a message in a group a demand; below it there must be a request at least."""

TOLD = 4.9
"""The same where the paste holds one customer: what was copied alone was copied for a reason."""

STORY = 7.5
"""What follows a complaint and is no stronger than this belongs to it."""


class Response(NamedTuple):
    """The first answer of staff: when (None: the paste has no times), by whom, in which words."""

    at: datetime | None
    by: Person
    text: str


@dataclass
class Matter:
    """One thing that one customer wants, with the messages that tell of it."""

    sender: str | None
    said: list[Said]
    verdict: Verdict
    first: Said
    response: Response | None = None
    before: list[Said] = field(default_factory=list)
    product: str | None = None

    @property
    def messages(self) -> list[Said]:
        """All of them in their order, those before the demand was stated too."""
        return [*self.before, *self.said]

    @property
    def texts(self) -> list[str]:
        """What they say; a mere picture says nothing."""
        return [s.text for s in self.messages if s.text]


def matters(transcript: Transcript, staff: Staff, wording: Wording) -> list[Matter]:
    """The things that customers want in a transcript, in the order in which they begin."""
    return _Grouping(transcript, staff, wording).read()


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
class Said:
    """A message of a customer, read."""

    message: Message
    text: str
    cues: str
    verdict: Verdict
    to: tuple[str, ...]


def _read(message: Message, wording: Wording) -> Said:
    raw = message.text
    to = tuple(squeezed(a or b) for a, b in _MENTION.findall(raw) if (a or b) not in _EVERYBODY)
    text = _STICKER.sub("", _MEDIA.sub("", _MENTION.sub(" ", raw).replace("\u2005", " ")))
    text = re.sub(r"[ \t]+", " ", text).strip()
    cues = cue_text(text)
    return Said(message, text, cues, wording.judge(cues), to)


def is_small(said: Said, wording: Wording) -> bool:
    """Greetings and thanks, and nothing else."""
    rest = re.sub(r"[\s，。！？!?~～、.…；;:：]+", "", said.cues)
    for name in ("greeting", "thanks", "greeting"):
        rest = re.sub(rf"^(?:{wording.noise[name].pattern})+", "", rest)
    return not rest


def without_mentions(text: str) -> str:
    """A message as it was written, but for whom it calls."""
    return _MENTION.sub("", text).strip()


def cue_text(text: str) -> str:
    """A text as cues are looked for in it: one punctuation, no emoji or phones, blanks between 汉字 parting clauses."""
    flat = details.without_numbers(_EMOJI.sub("", details.plain(text))).translate(_PUNCTUATION)
    flat = re.sub(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])", "，", flat)
    return re.sub(r"[ \t]+", " ", flat)


# -- which messages belong together --------------------------------------------------------------------------------


class _Grouping:
    """One pass over the messages: staff answer, customers ask, add to what they asked, or ask another thing."""

    def __init__(self, transcript: Transcript, staff: Staff, wording: Wording) -> None:
        self.transcript, self.staff, self.wording = transcript, staff, wording
        self.matters: list[Matter] = []
        self.open: dict[str | None, list[Matter]] = {}
        self.waiting: dict[str | None, list[Said]] = {}
        customers = {m.sender for m in transcript.messages if not (m.sender and staff.who(m.sender))}
        self.alone = len(customers) == 1  # what was copied alone was copied for a reason

    def read(self) -> list[Matter]:
        """Go through the messages and find what is wanted in them."""
        for message in self._units():
            person = self.staff.who(message.sender) if message.sender else None
            if person:
                self._answered(message, person)
            else:
                self._asked(_read(message, self.wording))
        return self.matters

    def _units(self) -> Iterator[Message]:
        """The messages; a bare text of several paragraphs with a phone each is one message for each of them."""
        for message in self.transcript.messages:
            parts = _paragraphs(message, self.wording, self.staff.phones) if message.sender is None else []
            yield from parts or [message]

    # -- customers

    def _asked(self, said: Said) -> None:
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
        if is_small(said, self.wording):
            return
        before = self.waiting.setdefault(key, [])
        verdict = said.verdict
        if not self._is_demand(said, verdict):
            together = self.wording.decide({k: v for s in (said, *before) for k, v in s.verdict.signals.items()})
            if not before or not self._is_demand(said, together):
                before.append(said)
                return
            verdict = together
        matter = Matter(said.message.sender, [said], verdict, self._first(said, before), before=list(before))
        before.clear()
        mine.append(matter)
        self.matters.append(matter)

    def _first(self, said: Said, before: list[Said]) -> Said:
        """The first message that states the demand: a phone or a place before it states nothing."""
        stating = [s for s in before if s.verdict.weight or "machine" in s.verdict.signals]
        return stating[0] if stating and not said.verdict.weight else said

    def _is_demand(self, said: Said, verdict: Verdict) -> bool:
        """Whether it states a demand: its words are strong enough, or it asks about a machine or a part."""
        if self._is_noise(said, verdict) or self._is_between_others(said, verdict):
            return False
        if verdict.weight >= (TOLD if self.alone else SURE):
            return True
        signals = verdict.signals
        about = "machine" in signals or "part" in signals
        return any(name in signals for name in _REQUEST) and (
            about or (self.alone and len(said.cues) > 6 and not {"ask", "parcel"}.isdisjoint(signals))
        )

    def _is_noise(self, said: Said, verdict: Verdict) -> bool:
        """What is written in a group and asks for nothing: chatter, announcements, adverts, praise, thanks for help."""
        noise, cues = self.wording.noise, said.cues
        dissatisfied = verdict.kind in ("complaint", "suggestion")
        if noise["chatter"].search(cues) and verdict.weight < 7:
            return True
        told = re.sub(rf"^(?:{noise['greeting'].pattern}|[，。！\s])+", "", cues)
        if verdict.weight >= SURE:
            told = noise["wishes"].sub("", told)
        asked = _asks(verdict) and verdict.weight
        if noise["announcement"].search(told) and verdict.weight < 8 and not asked:
            return True
        if noise["advert"].search(cues) and verdict.subtype not in ("rental", "resale", "recruiting"):
            return True
        if noise["praise"].search(cues) and not dissatisfied:
            return True
        settled = noise["settled"].search(cues) and {"fix", "how"}.isdisjoint(verdict.signals)
        return bool(settled) and not dissatisfied

    def _is_between_others(self, said: Said, verdict: Verdict) -> bool:
        """A word to another customer, or one of staff whom the directory does not know."""
        noise, cues = self.wording.noise, said.cues
        to_a_peer = bool(said.to) and not any(to in self.staff.exact or self.staff.who(to) for to in said.to)
        urgent = (_asks(verdict) and verdict.weight >= 7) or verdict.kind == "complaint"
        if (to_a_peer or noise["peer"].search(cues)) and not urgent:
            return True
        by_staff = verdict.weight < SURE or self._named_as_staff(said)
        return bool(noise["staff_wording"].search(cues)) and by_staff

    def _named_as_staff(self, said: Said) -> bool:
        return bool(said.message.sender and self.wording.noise["staff_name"].search(said.message.sender))

    def _same_matter(self, said: Said, mine: list[Matter]) -> Matter | None:
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

    def _other_product(self, matter: Matter, said: Said) -> bool:
        new = details.product(said.text, self.wording)
        if new is None:
            return False
        if matter.product is None:
            before = details.product("\n".join(matter.texts), self.wording)
            matter.product = before.value if before else ""
        old = matter.product
        return bool(old) and old not in new.value and new.value not in old

    def _another_person(self, said: Said, last: Matter) -> bool:
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

    def _names(self, said: Said, matter: Matter) -> bool:
        name = squeezed(matter.sender or "")
        quoted = squeezed(said.message.quoted)
        return (
            name in said.to
            or any(name.startswith(to) and len(to) > 1 for to in said.to)
            or quoted.startswith(f"「{name}")
        )


def _asks(verdict: Verdict) -> bool:
    """Whether something is asked for in so many words."""
    return not {"ask", "fix", "price"}.isdisjoint(verdict.signals)


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
