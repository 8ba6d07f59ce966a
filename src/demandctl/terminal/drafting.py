"""A draft of a demand as a person checks it: its head, what it says, and in which ways it can be recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from demandctl.language.display import moment, shown
from demandctl.language.short import short
from demandctl.paste.clauses import Why
from demandctl.paste.drafts import Draft
from demandctl.paste.matters import LeftOut
from demandctl.paste.proposals import LABELS, EnrichedDraft, Pasted
from demandctl.queries.answering import Answering
from demandctl.store.fields import names
from demandctl.vocabulary import Channel, Kind, ServiceMode, Term, Urgency, subtype_label

CELLS = 60
"""How much of a message that was left out is shown."""


def draft_title(proposal: EnrichedDraft, place: str = "") -> str:
    """Its place among several and its kind, marked where that was inferred."""
    values, draft = proposal.values, proposal.draft
    kind = Kind(values["kind"]) if values.get("kind") else None
    subtype = subtype_label(kind, values.get("subtype")) if kind else ""
    titles = {"kind": kind.label if kind else "类型未定", "subtype": subtype}
    heading = [f"{title}{_guessed(draft, name)}" for name, title in titles.items() if title]
    return " ".join([f"草稿 {place}".strip(), *heading])


def draft_facts(proposal: EnrichedDraft, now: datetime, *, explain: bool = False) -> list[tuple[str, str]]:
    """What was read, by the names of the columns; with *explain* each with the words it came from."""
    values, draft = proposal.values, proposal.draft
    kind = Kind(values["kind"]) if values.get("kind") else None
    channel = _label(Channel, values.get("channel"))
    known = proposal.customer
    response = draft.first_response
    answered = f"{response.by.name} {moment(response.at, now)}".strip() if response else ""
    its, his = names("demand"), names("customer")
    rows = [
        ("customer", its["customer_id"], values.get("customer") or (known or {}).get("name") or "？"),
        ("", "老客户", known and f"{known['code']} {known['name']}"),
        ("phone", his["phone"], values.get("phone")),
        ("wechat", his["wechat"], values.get("wechat")),
        ("region", its["region"], values.get("region")),
        ("product", its["product"], values.get("product")),
        ("urgency", its["urgency"], _label(Urgency, values.get("urgency"))),
        ("service_mode", its["service_mode"], _label(ServiceMode, values.get("service_mode"))),
        ("warranty", its["warranty"], values.get("warranty")),
        (
            "channel",
            its["channel"],
            " ".join(filter(None, [channel, values.get("group") or "", _guessed(draft, "channel")])) or "？",
        ),
        ("raised_at", its["raised_at"], moment(values.get("raised_at"), now)),
        ("", its["content"], values.get("content")),
        ("", "群内首答", answered),
        ("", "还缺", "、".join(LABELS[name] for name in proposal.missing)),
    ]
    if explain and kind:
        rows.insert(0, ("", "类型依据", draft.words.get("kind") or "与已知的句子相像"))
    return [
        (label, str(_because(draft, name, value) if explain or name == "urgency" else value))
        for name, label, value in rows
        if value
    ]


def ways_to_record(record: str, answering: Answering) -> list[tuple[str, str]]:
    """How a draft can be recorded; where she owes the first answer, with what came of that."""
    if not answering.hers:
        return [("later", record)]
    return [
        ("answer", f"{record}，回他“收到”（文字放进剪贴板）"), ("replied", f"{record}，已经回过他"),
        ("later", f"{record}，还没回"),
    ]  # fmt: skip


def _label(term: type[Term], value: str | None) -> str:
    return term(value).label if value else ""


def _guessed(draft: Draft, name: str) -> str:
    """The mark of a field that was not read but inferred, with how sure that is."""
    return f"（猜 {draft.inferred[name]:.0%}）" if name in draft.inferred else ""


def _because(draft: Draft, name: str, value: Any) -> Any:
    words = " ".join(draft.words.get(name, "").split())
    return f"{value}（原话：{words}）" if value and words and words != value else value


class Left(NamedTuple):
    """Messages that no draft took and that say the same: 在吗 a hundred times is one line."""

    first: LeftOut
    times: int


def left_lines(pasted: Pasted) -> list[Left]:
    """What was not understood first: it may well be a demand."""
    counted: dict[tuple[str | None, str, Why], list[LeftOut]] = {}
    for left in pasted.left_out:
        counted.setdefault((left.message.sender, left.message.text, left.why), []).append(left)
    ordered = sorted(counted.values(), key=lambda same: same[0].why is not Why.UNCLEAR)
    return [Left(same[0], len(same)) for same in ordered]


def left_told(left: Left, now: datetime) -> str:
    """Who said it when, what, how often, and why no draft took it."""
    message = left.first.message
    who = " ".join(filter(None, [message.sender, moment(message.at, now)]))
    times = f" ×{left.times}" if left.times > 1 else ""
    return shown(f"{who + '：' if who else ''}{short(message.text, CELLS)}{times}（{left.first.why.value}）")


def forget(pasted: Pasted, left: LeftOut) -> None:
    """What became a draft after all is left out no more, nor what says the same."""
    same = (left.message.sender, left.message.text)
    pasted.left_out[:] = [one for one in pasted.left_out if (one.message.sender, one.message.text) != same]
