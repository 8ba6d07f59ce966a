"""A copied WeChat message -> drafts of demands. Pure: text, now, the directory and the keyword table come in.

``transcript`` splits the paste into messages, ``matters`` finds what they want; here each matter becomes a draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demandctl.paste import details
from demandctl.paste.details import Found
from demandctl.paste.keywords import Wording
from demandctl.paste.matters import Matter, Response, cue_text, is_small, matters, without_mentions
from demandctl.paste.senders import Person, Staff, is_specialist
from demandctl.paste.transcript import Message, Transcript, squeezed, transcribe
from demandctl.vocabulary import Channel

FIELDS = (
    "kind", "subtype", "channel", "group", "customer", "phone", "wechat", "company", "region", "address", "product",
    "urgency", "service_mode", "warranty", "raised_at",
)  # fmt: skip


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

    def put(self, name: str, found: Found | None) -> None:
        """Keep what was found of a field, the later over the earlier; nothing found changes nothing."""
        if found and found.value:
            self.values[name], self.words[name] = found.value, found.words


def drafts(text: str, now: datetime, directory: Sequence[Person], wording: Wording) -> list[Draft]:
    """The demands in a paste, in the order in which they begin; *now* is aware and in the ledger's zone."""
    staff = Staff(directory)
    names = [name for person in directory for name in (person.name, person.wechat) if len(name) > 1]
    transcript = transcribe(text, now, wording.labels, names)
    drafter = _Drafter(staff, wording, _Where(transcript, staff))
    found = [drafter.draft(matter) for matter in matters(transcript, staff, wording)]
    if len(found) == 1:
        found[0].source = text
    return found


class _Drafter:
    """What is read out of one matter after the other."""

    def __init__(self, staff: Staff, wording: Wording, where: _Where) -> None:
        self.staff, self.wording, self.where = staff, wording, where

    def draft(self, matter: Matter) -> Draft:
        """The demand that a matter tells of."""
        made = Draft(first_response=matter.response)
        telling = [said for said in matter.messages if said.text and not is_small(said, self.wording)]
        made.content = "\n".join(without_mentions(said.message.text) for said in telling).strip()
        made.source = "\n".join("\n".join(said.message.raw) for said in matter.messages).strip()
        text = "\n".join(matter.texts)
        verdict, opening = matter.verdict, matter.first.message
        because = "、".join(verdict.signals[name] for name in verdict.why)
        made.put("kind", Found(verdict.kind, because) if verdict.kind else None)
        made.put("subtype", Found(verdict.subtype, because) if verdict.subtype else None)
        for name, found in self._labelled(text).items():
            made.put(name, found)
        made.put("customer", Found(matter.sender, matter.sender) if matter.sender else None)
        self._put_details(made, text, matter)
        for name, found in self.where.of(opening).items():
            made.put(name, found)
        if opening.at:
            made.values["raised_at"] = opening.at
            made.words["raised_at"] = opening.header.strip() or opening.at.isoformat(" ", "minutes")
        return made

    def _put_details(self, made: Draft, text: str, matter: Matter) -> None:
        """What stands in the words themselves; a phone may stand in the sender's name."""
        numbers = details.phone_numbers(text, self.wording, self.staff.phones)
        if not numbers and matter.sender:
            numbers = details.phone_numbers(matter.sender, self.wording, self.staff.phones)
        made.put("phone", numbers[0] if numbers else None)
        made.put("wechat", details.wechat_id(text))
        made.put("region", details.region(matter.texts, self.wording))
        made.put("product", details.product(text, self.wording))
        made.put("urgency", details.urgency(cue_text(text), self.wording))
        made.put("service_mode", details.first_of(self.wording.mode, text))
        made.put("warranty", details.first_of(self.wording.warranty, text))

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

    def __init__(self, transcript: Transcript, staff: Staff) -> None:
        self.found: dict[str, Found] = {}
        senders = {squeezed(m.sender): m.sender for m in transcript.messages if m.sender}
        title = transcript.title
        if title:
            self._from_title(title, senders, staff)
        if transcript.group:
            self.found["group"] = Found(transcript.group, transcript.group)
        if transcript.group or (transcript.channel == "group"):
            self.found["channel"] = Found(Channel.GROUP.value, transcript.group or title)
        others = [name for name in senders.values() if not is_specialist(staff.who(name))]
        if "channel" not in self.found and len(others) > 1 and not any(m.official for m in transcript.messages):
            self.found["channel"] = Found(Channel.GROUP.value, "、".join(others[:3]))

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
