"""A paste read against the ledger: who is staff, whom the customer may be, what is still missing. The reading side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from demandctl.core.identity import Identity, may_be_one
from demandctl.errors import UsageError
from demandctl.language.subject import About, Subject, read_number
from demandctl.paste.clauses import Why
from demandctl.paste.drafts import Draft, draft_of, read_paste
from demandctl.paste.judging import Judge
from demandctl.paste.matters import LeftOut
from demandctl.paste.reading import judge_of
from demandctl.paste.senders import Person
from demandctl.paste.transcript import Message
from demandctl.queries.answering import Answering, first_answer
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.identity import holder, namesakes, same_demand
from demandctl.queries.reader import Reader
from demandctl.store.fields import called
from demandctl.vocabulary import AliasKind, Channel, Kind, Method, Urgency

LONGEST = 100_000
"""More characters than this are no chat that somebody copied to record a demand of."""

NEEDED = {"customer": "--customer", "kind": "--kind", "channel": "--channel", "content": "--content"}
"""What a demand cannot do without, and the option that gives it."""

LABELS = {"customer": called("demand", "customer_id")} | {name: called("demand", name) for name in [*NEEDED][1:]}

_DEMAND = (
    "number", "kind", "subtype", "channel", "group", "customer", "region", "branch", "product", "content", "urgency",
    "service_mode", "warranty", "wish", "from", "tags", "raised_at", "registered_at", "verified", "status", "handler",
    "leader", "escalation", "next_at", "next_plan", "outcome", "reason", "amount", "closed_at",
)  # fmt: skip
_MOST_ALIKE = 9
_PERSON = ("name", "nickname", "phone", "wechat", "company", "region")


@dataclass
class EnrichedDraft:
    """A draft with what the ledger adds: the known customer, look-alikes, the open demand it may belong to."""

    draft: Draft
    values: dict[str, Any] = field(default_factory=dict)
    customer: dict[str, Any] | None = None
    alike: list[dict[str, Any]] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        """The names of what is needed and not there."""
        have = self.values | {"customer": self.values.get("customer") or self.values.get("phone") or self.customer}
        return [name for name in NEEDED if not have.get(name)]


def people(reader: Reader) -> list[Person]:
    """The directory, and the specialist who pastes."""
    rows = reader.rows("SELECT id, name, wechat, phone, branch, role, active, regions FROM contact ORDER BY id")
    found = [Person._make((*row[:6], bool(row["active"]), tuple(json.loads(row["regions"])))) for row in rows]
    config = reader.context.config
    names = dict.fromkeys(name for name in (config.specialist, reader.context.who) if name)
    known = {person.name for person in found}
    phone = str(config.get("specialist", "phone") or "")
    return found + [Person(None, name, phone=phone, role="specialist") for name in names if name not in known]


class Pasted(NamedTuple):
    """A paste read against the ledger: what is proposed, and what was left out of it."""

    text: str
    proposals: list[EnrichedDraft]
    left_out: list[LeftOut]
    directory: list[Person]
    judge: Judge

    @property
    def learnt(self) -> int:
        """How many of the specialist's own demands the second reader has learnt from."""
        return self.judge.learnt.size


def read(reader: Reader, text: str) -> Pasted:
    """The drafts of a paste, each with the customer that the ledger knows by phone or WeChat id, and the rest.

    UsageError for a text that is too long.
    """
    if len(text) > LONGEST:
        raise UsageError(f"这段文字有 {len(text)} 个字，一次最多 {LONGEST} 个", "分几次粘贴，一次一天的聊天")
    directory, judge = people(reader), judge_of(reader)
    found = read_paste(text, reader.now, directory, judge)
    return Pasted(text, [_proposal(reader, draft) for draft in found.drafts], found.left_out, directory, judge)


def taken(reader: Reader, pasted: Pasted, left: LeftOut) -> EnrichedDraft:
    """What was left out, as the draft that a person wants of it."""
    return _proposal(reader, draft_of(left, pasted.text, reader.now, pasted.directory, pasted.judge))


def of_text(reader: Reader, text: str) -> EnrichedDraft:
    """What a person typed as the words of a customer, as one draft; whom and which group of the ledger it names."""
    pasted = read(reader, text)
    whole = LeftOut(Message(None, None, text.split("\n")), Why.UNCLEAR)
    made = pasted.proposals[0] if len(pasted.proposals) == 1 else taken(reader, pasted, whole)
    made.values["content"], made.draft.source = text, ""
    made.values.pop("raised_at", None)
    if not made.values.get("group") and (group := reader.rows(_GROUP_IN, {"text": text})):
        made.values["group"] = made.draft.words["group"] = group[0][0]
    if made.values.get("group"):
        made.values.setdefault("channel", Channel.GROUP.value)
    named = [] if made.values.get("customer") else reader.rows(_CUSTOMERS_IN, {"text": text})
    if named:
        made.values["customer"] = made.draft.words["customer"] = named[0]["name"]
    known(reader, made)
    if len([row for row in named if row["name"] == named[0]["name"]]) == 1:
        made.customer, made.alike = made.customer or _person(reader, named[0]["id"]), []
    return made


_CUSTOMERS_IN = (
    "SELECT id, name FROM customer WHERE length(name) > 1 AND instr(:text, name) AND erased_at IS NULL "
    "AND merged_into IS NULL ORDER BY length(name) DESC, id DESC LIMIT 9"
)
_GROUP_IN = (
    "SELECT name FROM (SELECT name FROM wechat_group UNION SELECT group_name FROM demand) "
    "WHERE length(name) > 2 AND instr(:text, name) ORDER BY length(name) DESC LIMIT 1"
)
"""What the ledger has of a kind that a text names in full, the longest first."""


def guess_channels(reader: Reader, pasted: Pasted) -> None:
    """Where a paste does not tell how it came: as the customer came last, and where one person alone writes, privately.

    It is marked as inferred, for a person to look at.
    """
    senders = {proposal.values.get("customer") for proposal in pasted.proposals}
    for proposal in pasted.proposals:
        if proposal.values.get("channel"):
            continue
        channel, group = usual_channel(reader, proposal)
        if not channel and len(senders) == 1:
            channel = Channel.DIRECT.value
        if channel:
            proposal.values |= {"channel": channel, "group": group or None}
            proposal.draft.inferred["channel"] = _LIKELY


_LIKELY = 0.7
"""How sure that is."""


def usual_channel(reader: Reader, proposal: EnrichedDraft) -> tuple[str, str]:
    """The channel and the group by which a known customer came last; empty for anybody else."""
    customer = read_number((proposal.customer or {}).get("code", ""), About.CUSTOMER)
    query = "SELECT channel, group_name FROM demand WHERE customer_id = ? ORDER BY id DESC LIMIT 1"
    row = reader.sql.execute(query, (customer,)).fetchone()
    return (row[0], row[1]) if row else ("", "")


def _proposal(reader: Reader, draft: Draft) -> EnrichedDraft:
    values = dict(draft.values) | {"content": draft.content}
    made = EnrichedDraft(draft, values)
    known(reader, made)
    return made


def known(reader: Reader, proposal: EnrichedDraft) -> None:
    """Look the customer up anew: for sure by phone or WeChat id, else those who may be him by name and place."""
    values = proposal.values
    phone, wechat = values.get("phone") or "", values.get("wechat") or ""
    sure = {holder(reader, AliasKind.PHONE, phone), holder(reader, AliasKind.WECHAT, wechat)} - {None}
    who = Identity(values.get("customer") or "", "", phone, wechat, values.get("region") or "")
    alike = [] if sure else [number for number, one in namesakes(reader, who) if may_be_one(who, one)]
    proposal.customer = _person(reader, *sure) if len(sure) == 1 else None
    proposal.alike = [_person(reader, number) for number in alike[:_MOST_ALIKE]]


def _person(reader: Reader, number: int | None) -> dict[str, Any]:
    row = reader.rows("SELECT * FROM customer WHERE id = ?", (number,))[0]
    return {"code": Subject.customer(row["id"]).code, **{name: row[name] for name in _PERSON}}


def override(reader: Reader, proposal: EnrichedDraft, given: Mapping[str, Any]) -> None:
    """Put the fields that were typed as options over those that were read."""
    if not given:
        return
    proposal.values.update(given)
    if "kind" in given and "subtype" not in given:
        proposal.values["subtype"] = None
    for name in ("kind", *given):
        proposal.draft.inferred.pop("subtype" if name == "kind" and "kind" in given else name, None)
    if {"customer", "phone", "wechat", "region"} & given.keys():
        known(reader, proposal)


def answering(reader: Reader, proposal: EnrichedDraft) -> Answering:
    """Who would owe the customer the first answer; nobody where the chat has it."""
    if proposal.draft.first_response:
        return Answering(False, None)
    values = proposal.values
    urgency, raised_at = values.get("urgency") or Urgency.NORMAL.value, values.get("raised_at") or reader.now
    region = values.get("region") or (proposal.customer or {}).get("region") or ""
    return first_answer(reader, values["kind"], values["channel"], urgency, raised_at, region=region,
                        group=values.get("group") or "")  # fmt: skip


def twin(reader: Reader, proposal: EnrichedDraft) -> DemandView | None:
    """The open demand of the same kind that a known customer raised not long before this one."""
    if not proposal.customer:
        return None
    customer = read_number(proposal.customer["code"], About.CUSTOMER)
    raised_at = proposal.values.get("raised_at") or reader.now
    number = same_demand(reader, customer or 0, Kind(proposal.values["kind"]), raised_at)
    return read_demand(reader, number) if number else None


def document(proposal: EnrichedDraft) -> dict[str, Any]:
    """A draft as JSON has it: the demand's fields that were recognised, the others null, and ``words``."""
    values, draft = proposal.values, proposal.draft
    given = {name: values.get(name) or None for name in (*_PERSON[2:], "customer", "address")}
    person = proposal.customer or {"code": None, "name": given["customer"], "nickname": given["customer"]}
    person = {"code": None, **person} | {n: v for n, v in given.items() if n in _PERSON and v}
    told = any(person.get(name) for name in ("code", "name", "phone", "wechat"))
    raised = values.get("raised_at")
    response = draft.first_response
    plain = {name: values.get(name) for name in _DEMAND}
    return plain | {
        "customer": {name: person.get(name) for name in ("code", *_PERSON)} if told else None,
        "phone": given["phone"],
        "wechat": given["wechat"],
        "company": given["company"],
        "address": given["address"],
        "raised_at": raised.isoformat() if raised else None,
        "words": draft.words,
        "inferred": {name: round(share, 3) for name, share in draft.inferred.items()},
        "missing": proposal.missing,
        "first_response": response
        and {"at": response.at.isoformat() if response.at else None, "by": response.by.name, "text": response.text},
    }


def person_of(values: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The customer as ``ledger.intake`` takes him, out of the fields of a draft or of options; *known* is named so."""
    name = (known or {}).get("code") or values.get("customer") or values.get("wechat") or values.get("phone") or ""
    named = {"name": name, **{key: values.get(key) or "" for key in ("phone", "wechat", "company", "address")}}
    return named | {"region": values.get("region") or ""}


def columns_of(values: Mapping[str, Any], source: str = "") -> dict[str, Any]:
    """The demand as ``ledger.intake`` takes it, out of the fields of a draft or of options."""
    texts = {name: values.get(name) or "" for name in ("product", "content", "wish", "warranty")}
    return texts | {
        "kind": Kind(values["kind"]).value,
        "subtype": values.get("subtype"),
        "channel": Channel(values["channel"]).value,
        "group_name": values.get("group") or "",
        "region": values.get("region"),
        "source": source,
        "urgency": values.get("urgency") or "normal",
        "service_mode": values.get("service_mode"),
        "from_id": values.get("from"),
        "accused_id": values.get("accused_id"),
        "tags": values.get("tags") or [],
        "raised_at": values.get("raised_at"),
        "verified": values.get("verified"),
    }


def method_of(channel: str) -> Method:
    """How staff answered: in the group, else by WeChat."""
    return Method.GROUP if channel == Channel.GROUP else Method.WECHAT
