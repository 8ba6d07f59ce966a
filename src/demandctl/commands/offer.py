"""Giving a demand to somebody: the menu on a terminal, what is doubted, and the message for whoever got it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from demandctl.context import Context
from demandctl.core.routing import Proposal, Routing
from demandctl.errors import Cancelled, UsageError
from demandctl.language.display import shown, shown_lines
from demandctl.language.subject import Subject
from demandctl.messages import handing
from demandctl.queries.demands import DemandInFull, Filter, read_demand, read_demands
from demandctl.queries.reader import reading
from demandctl.store.fields import called
from demandctl.terminal import asking, known
from demandctl.terminal.answers import answer
from demandctl.terminal.copying import put_on_clipboard
from demandctl.terminal.questions import terms
from demandctl.terminal.render import put, put_json, say, tell
from demandctl.vocabulary import MYSELF, Role


class Chosen(NamedTuple):
    """To whom: a contact that was named, or whom the directory makes clear, in which way; or somebody new in it."""

    contact: str = ""
    leader: bool = False
    expert: bool = False
    external: bool = False
    newcomer: Mapping[str, str] | None = None


class Terms(NamedTuple):
    """When and why it is given, and what becomes of the message."""

    at: datetime
    reason: str = ""
    copy: bool = False
    yes: bool = False


def give(app: Context, numbers: Sequence[int], whom: Chosen, terms: Terms, *, as_json: bool = False) -> None:
    """Assign or refer, and print the message for whoever got it."""
    from demandctl.actions import steps

    if whom.contact and not (whom.leader or whom.expert or whom.external):
        _doubted(app, numbers, whom.contact, quiet=terms.yes or as_json, sure=terms.yes)
    handed = steps.hand_each(app, numbers, steps.Recipient(*whom), at=terms.at, reason=terms.reason)
    with reading(app) as reader:
        written = [read_demand(reader, number) for number in numbers]
    texts = [
        handing.to_whom_it_went(demand, one.lacking, app.now, leader=one.leader)
        for demand, one in zip(written, handed, strict=True)
    ]
    if as_json:
        put_json(written if len(written) > 1 else written[0])
    else:
        for one in handed:
            tell(shown(one.done.sentence))
        tell(f"  {handed[0].done.following}" if len(handed) == 1 else "  撤销：demandctl undo")
        if any(texts):
            tell("  发给对方的消息：")
            put("\n" + shown_lines("\n\n".join(filter(None, texts))))
    if terms.copy and any(texts):
        put_on_clipboard("\n\n".join(filter(None, texts)))


def _doubted(app: Context, numbers: Sequence[int], name: str, *, quiet: bool, sure: bool) -> None:
    """Say what speaks against it, and ask where somebody is there; whom the customer complained of is never given it
    unsaid: off a terminal ``--yes`` is needed."""
    from demandctl.queries import routing
    from demandctl.queries.naming import find_contact_id

    if name in MYSELF:
        return
    with reading(app) as reader:
        person = find_contact_id(reader, name)
        found = [routing.doubt(reader, one, person) for one in read_demands(reader, Filter(numbers=(*numbers,)))]
    for doubt in filter(None, found):
        if sure:
            say(f"提示：{shown(doubt.text)}")
        elif not quiet and asking.can_ask():
            if not asking.yes(f"{shown(doubt.text)}。还是派给他？", default=False):
                raise Cancelled
        elif doubt.grave:
            raise UsageError(doubt.text, "换一位；一定要派给他，加上 --yes")
        else:
            say(f"提示：{shown(doubt.text)}")


def offer(app: Context, number: int, given: Terms) -> None:
    """Let the person choose among the proposals; the pointer stands on the one that is clear, else on the leader."""
    from demandctl.queries import routing

    with reading(app) as reader:
        demand = read_demand(reader, number)
        found = routing.for_demand(reader, demand)
    heads = _referrals(found)
    proposed = [(Chosen(str(p.id)), _line(p)) for p in found.proposals[: _ROOM - len(heads)]]
    by_rule = next(iter(proposed if found.clear else heads), None)
    if given.yes and by_rule:
        give(app, [number], by_rule[0], given)
        return
    more = [("me", "我，自己跟进"), ("other", "别人…"), ("new", "新的人…（同时记进通讯录）"), (None, "先不派")]
    place = f"{Subject.demand(number)} {demand.kind.label}，{demand.region or '地区未知'}"
    first = by_rule[0] if by_rule else None
    choice: Chosen | str | None = asking.choose(f"{place}：派给谁", [*proposed, *heads, *more], first)
    if choice is None:
        answer(f"{Subject.demand(number)} 还没有派单", f"以后再派：demandctl assign {number}")
        return
    if isinstance(choice, str):
        choice = {"me": _me, "other": _anybody, "new": _newcomer}[choice](app, demand)
    give(app, [number], choice, given)


_ROOM = 5
"""So many people and leaders are offered, so that with the other ways each has a figure of its own."""


def _referrals(found: Routing) -> list[tuple[Chosen, str]]:
    """The leader who designates somebody; where several fit all of them, where none does the nearest."""
    if found.leader:
        return [(Chosen(str(found.leader.id), leader=True), f"转领导指派：{_line(found.leader)}")]
    heads = found.leaders[:2] or found.nearest[:2]
    return [(Chosen(str(head.id), leader=True), f"转领导指派：{_line(head)}") for head in heads]


def _me(app: Context, demand: DemandInFull) -> Chosen:
    return Chosen(MYSELF[0])


def _anybody(app: Context, demand: DemandInFull) -> Chosen:
    """Anybody of the directory, found while typing."""
    people = known.candidates(app, "contact", "", "assign", 2000)
    return Chosen(asking.text("派给谁（姓名、电话）", needed=True, known=people,
                              check=lambda text: known.check(app, "contact", text)))  # fmt: skip


def _newcomer(app: Context, demand: DemandInFull) -> Chosen:
    """Somebody who is not in the directory yet."""
    from demandctl.language.phones import normalise
    from demandctl.queries.routing import role_wanted

    role, branch = role_wanted(demand), demand.branch or ""
    told = asking.form(
        [
            ("name", lambda back: asking.text(called("contact", "name"), needed=True)),
            ("phone", lambda back: asking.text(called("contact", "phone"), needed=True, check=normalise, back=back)),
            ("role", lambda back: asking.choose(called("contact", "role"), terms(Role), role.value, back=back)),
            ("branch", lambda back: asking.text(called("contact", "branch"), branch, back=back,
                                                known=[v for v, _ in known.candidates(app, "branch", "", "", 99)])),
        ]
    )  # fmt: skip
    return Chosen(newcomer=told)


def _line(person: Proposal) -> str:
    return shown(f"{person.name}  {person.why}")
