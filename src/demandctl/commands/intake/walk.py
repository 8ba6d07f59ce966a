"""A draft on a terminal: shown, completed, recorded, answered, handed on; a demand taken in by questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from demandctl.commands.group import learn
from demandctl.commands.intake.draft import show
from demandctl.commands.intake.recording import follow, record_one
from demandctl.context import Context
from demandctl.language.display import shown, shown_lines
from demandctl.paste import proposals
from demandctl.paste.proposals import LABELS, EnrichedDraft
from demandctl.queries.answering import Answering
from demandctl.queries.demands import DemandView
from demandctl.queries.reader import reading
from demandctl.store.fields import called
from demandctl.terminal import asking
from demandctl.terminal.drafting import ways_to_record
from demandctl.terminal.questions import demand_steps
from demandctl.terminal.render import put, say
from demandctl.terminal.typed import past
from demandctl.vocabulary import Channel, Kind, Urgency

EDITABLE = ("customer", "phone", "region", "kind", "subtype", "product", "urgency", "channel", "group", "content")
_ITS = {"phone": called("customer", "phone"), "group": called("demand", "group_name")}


def walk(app: Context, proposal: EnrichedDraft, place: str = "", *, insist: bool, copy: bool, replied: bool) -> None:
    """Show one draft, ask what is missing, record it and hand it on; Enter three times when everything is clear."""
    show(app, proposal, place)
    _ask(app, proposal, proposal.missing)
    _who_is_it(proposal)
    _settle(app, proposal, place, insist=insist, copy=copy, replied=replied)


def by_questions(app: Context, given: Mapping[str, Any], *, insist: bool, copy: bool, replied: bool) -> None:
    """Take a demand in by questions: what the customer said first, then what it does not tell, then all of it shown."""
    content = given.get("content") or asking.text("客户说了什么", needed=True)
    given = {**given, "content": content}
    with reading(app) as reader:
        proposal = proposals.of_text(reader, content)
        proposals.override(reader, proposal, given)
    named = bool({"customer", "phone", "wechat"} & given.keys() or proposal.customer)
    if not named:
        _ask(app, proposal, ["customer"])
        _look_up(app, proposal)
    _who_is_it(proposal)
    _ask(app, proposal, _lacking(app, proposal, given))
    if proposal.values["channel"] == Channel.GROUP and not proposal.values.get("group"):
        _ask(app, proposal, ["group"])
    _look_up(app, proposal)
    show(app, proposal)
    _settle(app, proposal, insist=insist, copy=copy, replied=replied)


def _lacking(app: Context, proposal: EnrichedDraft, given: Mapping[str, Any]) -> list[str]:
    """What is still worth asking of somebody new, or of such a demand."""
    values, known = proposal.values, proposal.customer or {}
    names = [] if values.get("kind") else ["kind", "subtype"]
    if not values.get("channel"):
        names.append("channel")
        with reading(app) as reader:
            values["channel"], values["group"] = proposals.usual_channel(reader, proposal)
    about_machine = values.get("kind") in (None, Kind.OPPORTUNITY, Kind.SERVICE)
    wanted = {"phone": not known.get("phone"), "region": not known.get("region"), "product": about_machine}
    return names + [name for name, lacks in wanted.items() if lacks and not values.get(name) and name not in given]


def _ask(app: Context, proposal: EnrichedDraft, names: Sequence[str]) -> None:
    if names:
        proposal.values.update(asking.form(demand_steps(app, proposal.values, names)))
        for name in names:
            proposal.draft.inferred.pop(name, None)


def _look_up(app: Context, proposal: EnrichedDraft) -> None:
    """Look the customer up anew, unless a person has said who it is."""
    if proposal.customer is None:
        with reading(app) as reader:
            proposals.known(reader, proposal)


def _who_is_it(proposal: EnrichedDraft) -> None:
    """A known name without a phone that tells: the person says whether it is the same customer."""
    if not proposal.alike:
        return
    listed = [
        (c, f"{c['code']} {c['name']}（{c['region'] or '地区未知'} {c['phone'] or '没有电话'}）")
        for c in proposal.alike
    ]
    proposal.customer = asking.choose("已有同名客户，是哪一位", [*listed, (None, "都不是，是新客户")])
    proposal.alike = []


def _settle(app: Context, proposal: EnrichedDraft, place: str = "", *, insist: bool, copy: bool, replied: bool) -> None:
    """What becomes of a draft that is whole: recorded, with or without the customer's answer, changed, or dropped."""
    while True:
        twin = _twin(app, proposal) if not insist else None
        answering = Answering(False, None) if replied else _owed(app, proposal)
        noted = [("follow", f"跟进已有的 {twin.subject}：{twin.content[:20]}")] if twin else []
        ways = [
            *noted,
            *ways_to_record("另记一条" if twin else "记录", answering),
            ("edit", "改一改"),
            ("skip", "跳过，不记录"),
        ]
        choice: str = asking.choose("这条怎么办", ways)
        if choice != "edit":
            break
        if _change(app, proposal):
            show(app, proposal, place)
    if choice == "skip":
        say("跳过，没有记录")
    elif choice == "follow" and twin:
        follow(app, twin.number, proposal.values["content"])
    else:
        how = "replied" if replied else choice
        _record(app, proposal, how, answering, insist=insist or twin is not None, copy=copy)


def _record(app: Context, proposal: EnrichedDraft, how: str, answering: Answering, *, insist: bool, copy: bool) -> None:
    app = app.later()
    replied_at = None if how == "later" else app.now
    if how == "replied" and answering.due_at and answering.due_at < app.now:
        replied_at = _when_replied(app)
    taken = record_one(app, proposal, insist=insist, replied_at=replied_at, asks=True)
    if how == "answer":
        put_received(app, taken.number, proposal.values["kind"])
    if not taken.handled:
        from demandctl.commands.offer import Terms, offer

        offer(app, taken.number, Terms(app.now, copy=copy))
    learn(app, taken.met, asks=True)  # whose a group is can wait until the demand is on its way


def _when_replied(app: Context) -> datetime:
    """When she answered: it may have been in time although it is entered late."""
    text = asking.text("什么时候回的（空着是现在，如 9:05）", check=lambda text: past(app, text))
    return past(app, text) if text else app.now


def put_received(app: Context, number: int, kind: str) -> None:
    """What tells a customer that his demand is taken in, ready to be pasted; a complaint is met by an apology."""
    from demandctl.commands.script import filled
    from demandctl.messages import scripts
    from demandctl.terminal.copying import put_on_clipboard

    name = "apology" if kind == Kind.COMPLAINT else "received"
    text = filled(app, scripts.find(scripts.load(app.scripts_path), name), "", number)
    put()
    put(shown_lines(text))
    if left := scripts.blanks_left(text):
        say(f"提示：还要手工填上 {'、'.join(left)}；写进配置就不用每次填：demandctl config edit")
    put_on_clipboard(text)


def _change(app: Context, proposal: EnrichedDraft) -> bool:
    """Change one field of a draft; whether one was changed."""
    values = proposal.values
    lines = [(name, shown(f"{_ITS.get(name) or LABELS.get(name) or called('demand', name)}　{_now(values, name)}"))
             for name in EDITABLE if name != "group" or values.get("channel") == Channel.GROUP]  # fmt: skip
    name = asking.choose("改哪一项", [*lines, (None, "不改了")])
    if name is None:
        return False
    _ask(app, proposal, [name, "subtype"] if name == "kind" else [name])
    if name in ("customer", "phone"):
        proposal.customer = None
        _look_up(app, proposal)
        _who_is_it(proposal)
    return True


def _now(values: Mapping[str, Any], name: str) -> str:
    from demandctl.vocabulary import subtype_label

    terms = {"kind": Kind, "channel": Channel, "urgency": Urgency}
    value = values.get(name) or ""
    if name == "subtype":
        return subtype_label(values["kind"], value)
    return terms[name](value).label if value and name in terms else str(value).partition("\n")[0][:30]


def _owed(app: Context, proposal: EnrichedDraft) -> Answering:
    with reading(app) as reader:
        return proposals.answering(reader, proposal)


def _twin(app: Context, proposal: EnrichedDraft) -> DemandView | None:
    with reading(app) as reader:
        return proposals.twin(reader, proposal)
