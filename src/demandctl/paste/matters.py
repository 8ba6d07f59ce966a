"""Messages of a chat -> matters: which of them tell of one thing that one customer wants, and who answered. Pure.

One customer about one thing is one matter however many messages it took; another customer or another thing is another.
What staff of the directory write is never a demand: the first of it after a demand is the group's first response.
Every message ends in a matter, as a response, or among what was left out, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from demandctl.language import places
from demandctl.paste import details, wares
from demandctl.paste.clauses import SURE, Why, is_small, sifted
from demandctl.paste.forms import FilledForm, read_form
from demandctl.paste.judging import Judge, Judgement
from demandctl.paste.keywords import Wording
from demandctl.paste.layouts import squeezed
from demandctl.paste.senders import Person, Staff
from demandctl.paste.transcript import Message, Transcript

ALONE, AMONG = 0.6, 0.45
"""How likely a text may ask for nothing and still be a demand: where one customer was copied alone, and in a group.

What was copied alone was copied for a reason."""

NEWS = 0.6
"""How likely a further message must be of its kind to open another matter where no rule says so."""

STORY = 7.5
"""What follows a complaint and is no stronger than this belongs to it."""

WAITING = 6
"""So many messages before the one that states a demand may tell of it."""


class Response(NamedTuple):
    """The first answer of staff: when (None: the paste has no times), by whom, in which words."""

    at: datetime | None
    by: Person
    text: str


class Said(NamedTuple):
    """A message of a customer, read: ``cues`` what it is judged by, ``why`` the reason of what was taken out of it."""

    message: Message
    text: str
    cues: str
    judgement: Judgement
    to: tuple[str, ...]
    form: FilledForm
    why: Why | None


@dataclass
class Matter:
    """One thing that one customer wants, with the messages that tell of it."""

    sender: str | None
    said: list[Said]
    judgement: Judgement
    first: Said
    response: Response | None = None
    before: list[Said] = field(default_factory=list)
    product: str | None = None

    @property
    def messages(self) -> list[Said]:
        """All of them in their order, those before the demand was stated too."""
        return [*self.before, *self.said]

    @property
    def written(self) -> list[Message]:
        """The messages as they were written: one of which all parts are here as the whole that it was."""
        found: list[Message] = []
        for said in self.messages:
            whole = said.message.whole
            here = [s for s in self.messages if whole and s.message.whole is whole]
            if whole and len(here) == len(_parts(whole)):
                found += [whole] if here[0] is said else []
            else:
                found.append(said.message)
        return found

    @property
    def texts(self) -> list[str]:
        """What they say; a mere picture says nothing."""
        return [s.form.body for s in self.messages if s.form.body]


class LeftOut(NamedTuple):
    """A message that is in no draft, and why."""

    message: Message
    why: Why


class Sorted(NamedTuple):
    """The matters in the order in which they begin, and what belongs to none."""

    matters: list[Matter]
    left_out: list[LeftOut]


def matters(transcript: Transcript, staff: Staff, judge: Judge) -> Sorted:
    """The things that customers want in a transcript, and the messages that ask for nothing."""
    return _Grouping(transcript, staff, judge).read()


# -- what a message says -------------------------------------------------------------------------------------------

_MEDIA = re.compile(
    r"\[(?:图片|照片|语音|视频|小视频|文件|链接|位置|名片|表情|动画表情|音乐|聊天记录|小程序|视频号|引用|(?:微信)?红包|转账|接龙|语音通话|视频通话"
    r"|Photo|Image|Voice|Video|Sticker|File|Link)[^\]\n]{0,40}\](?:\s*\d{1,3}\s*[\"″”'秒s]+)?",
    re.IGNORECASE,
)
_STICKER = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,6}\]")
_MENTION = re.compile(r"(?<![A-Za-z0-9._-])@([^\s\u2005@，。：:！!]{1,24})(?:[\u2005\s]|$)|@([^\u2005\n@]{1,24})\u2005")
_EVERYBODY = ("所有人", "全体成员", "all", "All")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U0001f1e6-\U0001f1ff]")
_PUNCTUATION = str.maketrans(",;!?", "，；！？")
_ANOTHER = re.compile(
    r"^(?:另外|还有(?:个|一个|件|一件)?(?:事|问题)?|对了|再(?:问|说)(?:一?下|个)|顺便(?:问|说)?|另(?:有|问)|再一个|第二|话说|哦对)"
)
_REQUEST = ("ask", "price", "parcel", "how", "consult", "buy", "want_machine", "want_part")


def read_message(message: Message, judge: Judge) -> Said:
    """A message as it is judged: without calls, pictures and the labels of a form, its noise taken out."""
    raw, wording = message.text, judge.wording
    to = tuple(squeezed(a or b) for a, b in _MENTION.findall(raw) if (a or b) not in _EVERYBODY)
    text = _STICKER.sub("", _MEDIA.sub("", _MENTION.sub(" ", raw).replace("\u2005", " ")))
    text = re.sub(r"[ \t]+", " ", text).strip()
    form = read_form(text, wording.labels)
    cues = cue_text(form.rest)
    kept, reasons = sifted(cues, judge)
    why = reasons.most_common(1)[0][0] if reasons else None
    if Why.SETTLED in reasons and not _asks(judge.wording.judge(kept).signals):
        why, kept = Why.SETTLED, ""
    if Why.ADVERT in reasons and judge.learnt.guess(cues).nothing > ALONE:
        why, kept = Why.ADVERT, ""  # 年底搞活动，欢迎来电: what stands around an advertisement belongs to it
    numbers = details.phone_numbers(text, wording)
    contact = {"contact": numbers[0].words} if numbers else None
    return Said(message, text, kept, judge.judge(kept, contact), to, form, why)


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

    def __init__(self, transcript: Transcript, staff: Staff, judge: Judge) -> None:
        self.transcript, self.staff, self.judge, self.wording = transcript, staff, judge, judge.wording
        self.matters: list[Matter] = []
        self.left_out: list[LeftOut] = []
        self.open: dict[str | None, list[Matter]] = {}
        self.waiting: dict[str | None, list[Said]] = {}
        customers = {m.sender for m in transcript.messages if not (m.sender and staff.who(m.sender))}
        self.alone = len(customers) == 1
        self.members = {squeezed(m.sender) for m in transcript.messages if m.sender}

    def read(self) -> Sorted:
        """Go through the messages and find what is wanted in them."""
        units = list(self._units())
        for message in units:
            person = self.staff.who(message.sender) if message.sender else None
            if message.notice:
                self._leave(message, Why.STAFF)
            elif person:
                self._answered(message, person)
            else:
                self._asked(self._addressed(read_message(message, self.judge)))
        for said in (said for waiting in self.waiting.values() for said in waiting):
            self._leave(said.message, said.why or self._why(said))
        place = {id(message): at for at, message in enumerate(units)}
        self.left_out.sort(key=lambda left: place[id(left.message)])
        return Sorted(self.matters, self.left_out)

    def _units(self) -> Iterator[Message]:
        """The messages; a bare text of several paragraphs with a phone each is one message for each of them."""
        for message in self.transcript.messages:
            blocks = _paragraphs(message, self.wording, self.staff.phones) if message.sender is None else []
            for block in blocks or [message]:
                yield from _parts(block)

    def _leave(self, message: Message, why: Why) -> None:
        if message.text:
            self.left_out.append(LeftOut(message, why))

    def _why(self, said: Said) -> Why:
        """The reason where no clause told one: what the second reader thinks, if it thinks that it is nothing."""
        if said.judgement.nothing < ALONE or not said.cues:
            return Why.UNCLEAR
        return {"advert": Why.ADVERT, "staff": Why.STAFF}.get(said.judgement.guess.why_nothing(), Why.SMALL)

    # -- customers

    def _addressed(self, said: Said) -> Said:
        """铲车小伍 你那个加点油就好: who begins with the name of another member speaks to him."""
        text, own = squeezed(said.text), squeezed(said.message.sender or "")
        others = [name for name in self.members if name != own and len(name) > 1 and text.startswith(name)]
        return said._replace(to=(*said.to, *others))

    def _asked(self, said: Said) -> None:
        key = squeezed(said.message.sender) if said.message.sender else None
        mine, before = self.open.setdefault(key, []), self.waiting.setdefault(key, [])
        if is_small(said.cues or said.text, self.wording):
            self._leave(said.message, Why.SMALL)
            return
        if mine and mine[-1].response is None and self.wording.noise["withdrawn"].search(said.text):
            self._withdraw(mine)
            if not said.cues:
                self._leave(said.message, Why.SETTLED)
                return
        if mine and (matter := self._same_matter(said, mine)):
            self._add(matter, said)
            return
        judgement = said.judgement
        if not self._is_demand(said, judgement):
            together = self._together([*before[-WAITING:], said])
            if not before or not said.cues or not self._is_demand(said, together):
                before.append(said)
                return
            judgement = together
        matter = Matter(said.message.sender, [said], judgement, self._first(said, before), before=list(before))
        before.clear()
        mine.append(matter)
        self.matters.append(matter)

    def _add(self, matter: Matter, said: Said) -> None:
        """A further message of the same thing; it makes that clearer, on its own it makes nothing else of it."""
        matter.said.append(said)
        if not said.cues:
            return
        together = self._together(matter.messages)
        if said.judgement.weight or together.kind == matter.judgement.kind:
            matter.judgement = together

    def _withdraw(self, mine: list[Matter]) -> None:
        """算了: what was wanted last is not wanted any more, and what comes after is another matter."""
        gone = mine.pop()
        self.matters.remove(gone)
        for said in gone.messages:
            self._leave(said.message, Why.SETTLED)

    def _together(self, said: Iterable[Said]) -> Judgement:
        """What several messages make together: the signals of all of them, and their words."""
        told = [s for s in said if s.cues]
        signals = {name: words for s in reversed(told) for name, words in s.judgement.verdict.signals.items()}
        return self.judge.decide(self.wording.decide(signals), "，".join(s.cues for s in told))

    def _first(self, said: Said, before: list[Said]) -> Said:
        """The first message that states the demand: a phone or a place before it states nothing."""
        if said.judgement.weight or self._is_demand(said, said.judgement):
            return said
        stating = [s for s in before if s.judgement.weight or "machine" in s.judgement.verdict.signals]
        return stating[0] if stating else said

    def _is_demand(self, said: Said, judgement: Judgement) -> bool:
        """Whether it states a demand: by a rule, or by its likeness to what asks for something."""
        if not said.cues or self._is_between_others(said, judgement):
            return False
        nothing, weight = judgement.nothing, judgement.weight
        if weight >= SURE:
            return nothing < (0.95 if weight >= 8.5 else 0.8)
        if len(re.sub(r"\W", "", said.cues)) < (3 if self.alone else 7) or _is_place(said.cues):
            return False
        if judgement.kind is None and judgement.verdict.signals.keys().isdisjoint((*_REQUEST, "contact")):
            return False
        return nothing < (ALONE if self.alone else AMONG)

    def _is_between_others(self, said: Said, judgement: Judgement) -> bool:
        """A word to another customer, or one of staff whom the directory does not know."""
        to_a_peer = bool(said.to) and not any(to in self.staff.exact or self.staff.who(to) for to in said.to)
        urgent = (_asks(judgement.verdict.signals) and judgement.weight >= 7) or judgement.kind == "complaint"
        if to_a_peer and not urgent:
            return True
        return said.why is Why.STAFF and self._named_as_staff(said)

    def _named_as_staff(self, said: Said) -> bool:
        return bool(said.message.sender and self.wording.noise["staff_name"].search(said.message.sender))

    def _same_matter(self, said: Said, mine: list[Matter]) -> Matter | None:
        """The matter that a further message belongs to; None when it opens another one."""
        last, judgement = mine[-1], said.judgement
        if said.message.sender is None and self._another_person(said, last):
            return None
        if not said.cues or not self._is_demand(said, judgement):
            return last
        marked = bool(_ANOTHER.match(said.cues))
        best, _ = judgement.guess.best()
        if judgement.weight < SURE and not (marked or (judgement.guess.of(best) >= NEWS and len(said.cues) > 7)):
            return last
        for matter in reversed(mine):
            if _agree(matter.judgement, judgement, marked=marked, other_product=self._other_product(matter, said)):
                return matter
        return None

    def _other_product(self, matter: Matter, said: Said) -> bool:
        new = wares.product(said.text, self.wording)
        if new is None:
            return False
        if matter.product is None:
            before = wares.product("\n".join(matter.texts), self.wording)
            matter.product = before.value if before else ""
        old = matter.product
        return bool(old) and old not in new.value and new.value not in old

    def _another_person(self, said: Said, last: Matter) -> bool:
        """Bare paragraphs: a second phone with a second demand is a second customer, and so is a second form."""
        new = details.phone_numbers(said.text, self.wording, self.staff.phones)
        old = details.phone_numbers("\n".join(last.texts), self.wording, self.staff.phones)
        other = bool(new and old and new[0].value != old[0].value)
        return other and (said.judgement.weight >= SURE or said.message.form)

    # -- staff

    def _answered(self, message: Message, person: Person) -> None:
        """The first word of staff after a demand; an announcement to everybody answers nobody."""
        said = read_message(message, self.judge)
        if not self._is_response(said, person):
            self._leave(message, Why.STAFF)

    def _is_response(self, said: Said, person: Person) -> bool:
        message = said.message
        if not (said.text or message.text) or person.role == "external" or not person.active:
            return False
        waiting = [matter for matter in self.matters if matter.response is None]
        named = [m for m in waiting if m.sender and self._names(said, m)]
        told_to_all = self.wording.noise["announcement"].search(said.text)
        if not named and (said.to or message.quoted or told_to_all):
            return False
        chosen = named or (waiting if len({squeezed(m.sender or "") for m in waiting}) == 1 else [])
        for matter in chosen[:1] if not named else chosen:
            matter.response = Response(message.at, person, message.text)
        return bool(chosen)

    def _names(self, said: Said, matter: Matter) -> bool:
        name = squeezed(matter.sender or "")
        quoted = squeezed(said.message.quoted)
        return (
            name in said.to
            or any(name.startswith(to) and len(to) > 1 for to in said.to)
            or quoted.startswith(f"「{name}")
        )


def _is_place(cues: str) -> bool:
    """Whether a short text names a place and says nothing else."""
    if len(cues) > _PLACE:
        return False
    rest = cues
    for mention in places.recognise(cues):
        rest = rest.replace(mention.text, "", 1)
    return rest != cues and len(re.sub(r"\W|[省市县区镇乡村在的]", "", rest)) < 3


_PLACE = 16
"""No longer than this is a message that tells where and nothing else."""


def _asks(signals: Iterable[str]) -> bool:
    """Whether something is asked for in so many words."""
    return not {"ask", "fix", "price"}.isdisjoint(signals)


def _agree(old: Judgement, new: Judgement, *, marked: bool, other_product: bool) -> bool:
    """Whether a further message that states something states the same thing.

    Repair and advice are one trouble, a question about a machine and the wish to buy it one interest; but another kind,
    or 还有个事 with another subtype, is another matter.
    """
    if old.kind is None or new.kind is None:
        return not (marked or other_product)
    theirs, ours = (old.kind, old.subtype), (new.kind, new.subtype)
    if marked:
        return theirs == ours and not other_product
    if old.kind == "complaint" and new.weight < STORY:
        return True  # a complaint is told with its story: 换个密封收我3800
    if old.kind != new.kind:
        interest = {("inquiry", "product"), ("opportunity", "new"), ("opportunity", "used"), ("opportunity", None)}
        return {theirs, ours} <= interest and not other_product
    if None in (old.subtype, new.subtype) or old.subtype == new.subtype:
        return not other_product
    return old.kind in ("complaint", "suggestion") or {old.subtype, new.subtype} == {"repair", "advice"}


_ASIDE = re.compile(
    r"(?:^|(?<=[\n，。！？；,!?;]))(?=\s*(?:另外|还有(?:个|一个|件|一件)事|再(?:问|说)(?:一?下|个)|顺便问|对了)|\s*\d{1,2}[、.．)）]\s*\D)"
)
"""Where a message may begin to tell of another thing."""


def _parts(message: Message) -> list[Message]:
    """A message in parts, where it goes on to another thing; parts that turn out to be one matter stay together."""
    parts = [part for part in _ASIDE.split(message.text) if part.strip()]
    if len(parts) < 2 or message.form:
        return [message]
    return [replace(message, lines=part.strip("\n").split("\n"), raw=[part], whole=message) for part in parts]


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
