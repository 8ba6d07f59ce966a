"""A copied WeChat message -> drafts of demands. Pure: text, now, the directory and the keyword table come in.

``transcript`` splits the paste into messages, ``matters`` finds what they want; here each matter becomes a draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from demandctl.paste import details, wares
from demandctl.paste.details import Detail
from demandctl.paste.judging import Judge, Judgement
from demandctl.paste.layouts import squeezed
from demandctl.paste.matters import LeftOut, Matter, Response, cue_text, matters, read_message, without_mentions
from demandctl.paste.senders import Person, Staff, is_specialist
from demandctl.paste.stamps import instant_of
from demandctl.paste.transcript import Message, Transcript, transcribe
from demandctl.vocabulary import Channel

FIELDS = (
    "kind", "subtype", "channel", "group", "customer", "phone", "wechat", "company", "region", "address", "product",
    "urgency", "service_mode", "warranty", "raised_at",
)  # fmt: skip


@dataclass
class Draft:
    """A demand as far as the paste tells it; ``words``: field -> the words it came from.

    ``inferred``: the fields that were not read but inferred, with their probability.
    """

    content: str = ""
    source: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    first_response: Response | None = None
    inferred: dict[str, float] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name in FIELDS:
            return self.values.get(name)
        raise AttributeError(name)

    def put(self, name: str, found: Detail | None) -> None:
        """Keep what was found of a field, the later over the earlier; nothing found changes nothing."""
        if found and found.value:
            self.values[name], self.words[name] = found.value, found.words


class Read(NamedTuple):
    """What was read out of a paste: the drafts, and the messages that are in none of them."""

    drafts: list[Draft]
    left_out: list[LeftOut]


def read_paste(text: str, now: datetime, directory: Sequence[Person], judge: Judge) -> Read:
    """The demands in a paste in the order in which they begin, and the rest; *now* is aware, in the ledger's zone."""
    staff = Staff(directory)
    names = [name for person in directory for name in (person.name, person.wechat) if len(name) > 1]
    transcript = transcribe(text, now, judge.wording.labels, names)
    drafter = _Drafter(staff, judge, _Where(transcript, staff), now)
    found = matters(transcript, staff, judge)
    made = [drafter.draft(matter) for matter in found.matters]
    _share_contacts(made, found.matters)
    if len(made) == 1 and not found.left_out:
        made[0].source = text
    return Read(made, found.left_out)


def _share_contacts(made: Sequence[Draft], of: Sequence[Matter]) -> None:
    """Who gives his phone with one thing is called at it about the other, too: it is one customer."""
    known: dict[tuple[str, str], tuple[Any, str]] = {}
    for draft, matter in zip(made, of, strict=True):
        for name in ("phone", "wechat"):
            if matter.sender and name in draft.values:
                known.setdefault((matter.sender, name), (draft.values[name], draft.words.get(name, "")))
    for draft, matter in zip(made, of, strict=True):
        for name in ("phone", "wechat"):
            if name not in draft.values and (found := known.get((matter.sender or "", name))):
                draft.values[name], draft.words[name] = found


def draft_of(left: LeftOut, text: str, now: datetime, directory: Sequence[Person], judge: Judge) -> Draft:
    """The draft of a message that was left out of a paste, where a person says that it is a demand."""
    staff = Staff(directory)
    names = [name for person in directory for name in (person.name, person.wechat) if len(name) > 1]
    transcript = transcribe(text, now, judge.wording.labels, names)
    said = read_message(left.message, judge)
    matter = Matter(left.message.sender, [said], said.judgement, said)
    return _Drafter(staff, judge, _Where(transcript, staff), now).draft(matter)


class _Drafter:
    """What is read out of one matter after the other."""

    def __init__(self, staff: Staff, judge: Judge, where: _Where, now: datetime) -> None:
        self.staff, self.judge, self.wording, self.where, self.now = staff, judge, judge.wording, where, now

    def draft(self, matter: Matter) -> Draft:
        """The demand that a matter tells of."""
        made = Draft(first_response=matter.response)
        made.content = "\n".join(without_mentions(message.text) for message in matter.written).strip()
        made.source = "\n".join("\n".join(message.raw) for message in matter.written).strip()
        self._put_kind(made, matter.judgement)
        made.put("customer", Detail(matter.sender, matter.sender) if matter.sender else None)
        text, opening = "\n".join(matter.texts), matter.first.message
        self._put_details(made, text, matter)
        self._put_labelled(made, matter)
        for name, found in self.where.of(opening).items():
            made.put(name, found)
        if opening.at:
            made.values["raised_at"] = opening.at
            made.words["raised_at"] = opening.header.strip() or opening.at.isoformat(" ", "minutes")
        return made

    def _put_kind(self, made: Draft, judgement: Judgement) -> None:
        verdict = judgement.verdict
        because = "、".join(verdict.signals[name] for name in verdict.why)
        for name, value in (("kind", judgement.kind), ("subtype", judgement.subtype)):
            if value:
                made.put(name, Detail(value, "" if name in judgement.inferred else because))
        made.inferred |= judgement.inferred

    def _put_details(self, made: Draft, text: str, matter: Matter) -> None:
        """What stands in the words themselves; a phone may stand in the sender's name."""
        numbers = details.phone_numbers(text, self.wording, self.staff.phones)
        if not numbers and matter.sender:
            numbers = details.phone_numbers(matter.sender, self.wording, self.staff.phones)
        made.put("phone", numbers[0] if numbers else None)
        made.put("wechat", details.wechat_id(text))
        made.put("region", details.region(matter.texts, self.wording, self.staff.regions))
        parts = (made.kind, made.subtype) in _OF_PARTS or made.kind in (None, "opportunity")
        made.put("product", wares.product(text, self.wording, parts=parts))
        if made.subtype == "erp" and (system := matter.judgement.verdict.signals.get("erp")):
            made.put("product", Detail(system, system))
        made.put("urgency", details.first_of(self.wording.urgency, cue_text(text)))
        made.put("service_mode", details.first_of(self.wording.mode, text))
        made.put("warranty", details.first_of(self.wording.warranty, text))
        if not matter.sender:
            made.put("customer", details.person(text))

    def _put_labelled(self, made: Draft, matter: Matter) -> None:
        """地址：…, 单位：… inside a message: what a label says goes before what was found in the words."""
        for said in reversed(matter.messages):
            fields = said.form.fields
            for name in ("customer", "company", "address", "product"):
                made.put(name, fields.get(name))
            if made.customer:
                made.values["customer"] = details.without_numbers(made.customer).strip("，, ") or made.customer
            if not made.region and (told := fields.get("region")):
                made.put("region", told if len(told.value) <= _PLACE else None)
            if (raised := fields.get("raised")) and not matter.first.message.at:
                matter.first.message.at = instant_of(raised.value, self.now)


_OF_PARTS = {("service", "return"), ("complaint", "product"), ("inquiry", "product")}
"""Demands beside opportunities that may be about a part alone."""

_PLACE = 24
"""No longer than this is a place that a label tells and the table of divisions does not know."""


class _Where:
    """Group and channel, as far as the paste tells."""

    def __init__(self, transcript: Transcript, staff: Staff) -> None:
        self.found: dict[str, Detail] = {}
        senders = {squeezed(m.sender): m.sender for m in transcript.messages if m.sender}
        title = transcript.title
        if title:
            self._from_title(title, senders, staff)
        if transcript.group:
            self.found["group"] = Detail(transcript.group, transcript.group)
        if transcript.group or (transcript.channel == "group"):
            self.found["channel"] = Detail(Channel.GROUP.value, transcript.group or title)
        others = [name for name in senders.values() if not is_specialist(staff.who(name))]
        if "channel" not in self.found and len(others) > 1 and not any(m.official for m in transcript.messages):
            self.found["channel"] = Detail(Channel.GROUP.value, "、".join(others[:3]))

    def _from_title(self, title: str, senders: dict[str, str], staff: Staff) -> None:
        pairs = [(title[: m.start()].strip(), title[m.end() :].strip()) for m in re.finditer(r"[和与&]", title)]
        known = [
            (a, b)
            for a, b in pairs
            if a and b and (staff.who(a) or staff.who(b) or {squeezed(a), squeezed(b)} <= senders.keys())
        ]
        if squeezed(title) in senders and "群" not in title and len(senders) <= 2:
            known = [(title, title)]  # WeCom names a private chat after the one who is not us
        if known or (pairs and "群" not in title and len(senders) <= 2 and all(pairs[0])):
            self.found["channel"] = Detail(Channel.DIRECT.value, title)
            return
        self.found["channel"] = Detail(Channel.GROUP.value, title)
        name = re.sub(r"[(（]\d+[)）]$", "", title).strip()
        if name not in ("群聊", "群", "微信群"):
            self.found["group"] = Detail(name, title)

    def of(self, message: Message) -> dict[str, Detail]:
        """What holds for one message: one of the official account came by it whatever else is in the paste."""
        if message.official:
            return {"channel": Detail(Channel.OFFICIAL.value, "公众号")}
        return self.found
