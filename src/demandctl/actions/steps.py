"""The steps of a day as a person takes them: each one transaction, and the sentence that tells what it did.

The commands and the desk are two faces of these. What was said stands behind the codes of the demands: D12 已派给 ….
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from demandctl.actions import attachments, demands, revisits
from demandctl.actions.choose_handler import choose
from demandctl.actions.contacts import add_contact, find_contact, find_whom
from demandctl.actions.demands import Feedback, find_demand
from demandctl.actions.groups import met_now
from demandctl.actions.several import each
from demandctl.context import Context
from demandctl.core.times import echo
from demandctl.db import transaction
from demandctl.errors import DemandctlError
from demandctl.language.subject import Subject
from demandctl.queries.owing import Owed
from demandctl.store.attachments import kept
from demandctl.store.models import Contact, Customer, Demand
from demandctl.store.undo import take_back
from demandctl.store.work import NOTHING, Work
from demandctl.vocabulary import MYSELF, Kind, Method, NoteKind, Outcome, RevisitKind, Role, Route, Status


class Done(NamedTuple):
    """What a step came to: what is said of the demands, and the command that would be next."""

    numbers: tuple[int, ...]
    said: str
    following: str = ""

    @property
    def sentence(self) -> str:
        """The demands and what was done to them."""
        return f"{'、'.join(Subject.demand(number).code for number in self.numbers)} {self.said}"


class FirstWord(NamedTuple):
    """The first answer that staff gave in a chat: when, by whom (with a number: of the directory), in which words."""

    at: datetime | None
    contact_id: int | None
    name: str
    text: str
    method: Method


class Taken(NamedTuple):
    """A demand that was taken in: what is said of it, what is worth saying besides, and whether somebody has it."""

    number: int
    said: str
    notes: list[str]
    handled: bool
    met: list[str]
    """Groups that were met for the first time."""


def take_in(
    app: Context, customer: Mapping[str, str], values: Mapping[str, Any], *, called: str, insist: bool,
    first: FirstWord | None = None, replied_at: datetime | None = None, attach: Sequence[Path] = (),
) -> Taken:  # fmt: skip
    """Record a demand out of a draft, with the first answer that the customer has had; *called* is how he is named."""
    with kept(app.db_path, attach) as contents, transaction(app, "intake") as work:
        demand, notes = demands.intake(work, customer, values, insist=insist)
        attachments.attach(work, demand.subject, contents)
        met = met_now(work)
        number, kind, branch = demand.subject.number, Kind(demand.kind), demand.branch
        summary = f"登记 {demand.code} {kind.label}：{demand.content[:30]}"
        if first:
            _answered(work, demand, first)
            summary += f"，{first.name} 已首答"
        elif replied_at:
            demands.acknowledge(work, demand, at=replied_at)
        handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
        handled = handler.name if handler else ""
        work.describe(summary)
    said = f"已登记 {Subject.demand(number)} {kind.label}：{called}" + (f"，{branch}" if branch else "")
    said += f"，{first.name} 已在群里首答" if first else "，已回过客户" if replied_at else ""
    return Taken(number, said + (f"，由 {handled} 跟进" if handled else ""), notes, bool(handled), met)


def _answered(work: Work, demand: Demand, first: FirstWord) -> None:
    """What staff answered in the chat is the first response, and their follow-up."""
    person = work.session.get(Contact, first.contact_id) if first.contact_id else None
    at = max(min(first.at or work.now, work.now), demand.raised_at)
    by_name = "" if person else first.name
    demands.follow_up(work, demand, Feedback(first.text or "已答复", at, person, by_name, method=first.method))


def said_again(app: Context, number: int, content: str) -> Done:
    """What the customer says once more about the same thing, noted on the demand that is open."""
    with transaction(app, "follow-up") as work:
        demand = find_demand(work.session, number)
        said = f"客户又说：{content}"
        demands.follow_up(work, demand, Feedback(said, app.now, internal=True, by_name=app.who))
    return Done((number,), "已记下客户的话", f"看全部：demandctl show {number}")


def attach(app: Context, subject: Subject, files: Sequence[Path], *, note: str = "") -> str:
    """Attach files to a demand, a customer or a revisit; what is said of it."""
    with kept(app.db_path, files) as contents, transaction(app, "attach") as work:
        added = [row.name for row in attachments.attach(work, subject, contents, note=note)]
        work.keep = bool(added)
        work.describe(f"附到 {subject}：{'、'.join(added)}")
    already = len(contents) - len(added)
    return f"{subject} 附上 {len(added)} 个文件" + (f"，另 {already} 个早已附上" if already else "")


def edit(app: Context, number: int, values: Mapping[str, Any]) -> Done:
    """Put columns of a demand right."""
    with transaction(app, "edit") as work:
        demands.edit(work, find_demand(work.session, number), values)
    return Done((number,), "已改" if work.changed else NOTHING, f"看结果：demandctl show {number}")


class Visited(NamedTuple):
    """A call or a visit on record: what it came to, and what is said of it."""

    number: int
    what: str
    said: str
    lacking: list[str]
    """What its form lacks to be whole, while it stays open."""


def visited(
    app: Context, revisit: int | None, values: Mapping[str, Any], *, broken: bool = False,
    unplanned: tuple[int, RevisitKind, int | None] | None = None,
) -> Visited:  # fmt: skip
    """Record what came of a call; one that nobody planned is planned for now first: whom, which kind, about what."""
    with transaction(app, "revisit call") as work:
        if revisit is None:
            assert unplanned is not None
            customer, kind, about = unplanned
            demand = find_demand(work.session, about) if about else None
            made = revisits.plan(work, work.session.get_one(Customer, customer), kind, app.now, demand=demand)
        else:
            made = revisits.find_revisit(work.session, revisit)
        what = revisits.record(work, made, values)
        subject, back = made.subject, made.call_back_at
        lacking = revisits.lacking(made) if what == "unfinished" else []
    words = {"call-back": "已改约", "attempt": "记下没联系上，计划不变", "form": "的表已填", "visit": "已记为已访",
             "unfinished": revisits.said_unfinished(lacking)}  # fmt: skip
    said = f"{subject.words} {'中断，已记为已访' if broken else words[what]}"
    said += f" {echo(back, app.now, app.calendar)}" if what == "call-back" and back else ""
    return Visited(subject.number, what, said, lacking)


class Recipient(NamedTuple):
    """To whom a demand goes: a contact who is named, or whom the directory makes clear, and in which way.

    A *newcomer* is put into the directory in the same step.
    """

    contact: str = ""
    leader: bool = False
    expert: bool = False
    external: bool = False
    newcomer: Mapping[str, str] | None = None


class Dispatched(NamedTuple):
    """A demand that was given to somebody, and what he will need and it lacks."""

    done: Done
    lacking: list[str]
    leader: bool
    whom: str
    """Who got it; empty for the specialist herself, who needs no message."""


def hand(app: Context, number: int, whom: Recipient, *, at: datetime, reason: str = "") -> Dispatched:
    """Give a demand to a handler, or refer it to a leader."""
    return hand_each(app, [number], whom, at=at, reason=reason)[0]


def hand_each(
    app: Context, numbers: Sequence[int], whom: Recipient, *, at: datetime, reason: str = ""
) -> list[Dispatched]:
    """The same for several in one operation: all of them or none."""
    told: list[Dispatched] = []
    with transaction(app, "assign") as work:
        newcomer = add_contact(work, whom.newcomer) if whom.newcomer else None

        def give(demand: Demand) -> None:
            to = newcomer or choose(
                work, demand, whom.contact or None, leader=whom.leader, expert=whom.expert, external=whom.external
            )
            told.append(_given(work, demand, to, whom, at=at, reason=reason))

        each(work, numbers, give, "派单")
    return told


def _given(work: Work, demand: Demand, to: Contact, whom: Recipient, *, at: datetime, reason: str) -> Dispatched:
    before = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
    taken = f"，原由 {before.name} 负责" if before else ""
    if whom.leader:
        demands.refer(work, demand, to, at=at, reason=reason)
        said = f"已转 {to.name}，请他指派跟进人{taken}"
    else:
        route = Route.EXPERT if whom.expert else Route.EXTERNAL if whom.external else None
        how = demands.assign(work, demand, to, at=at, how=route, reason=reason)
        mine = to.role == Role.SPECIALIST
        said = f"由你自己跟进{taken}" if mine else f"已派给 {to.name}（{to.branch or '无分公司'}，{how.label}）{taken}"
    if whom.newcomer:
        said += f"，{to.name} 已记进通讯录"
    lacking = demands.missing_for_handler(demand, work.session.get_one(Customer, demand.customer_id))
    following = f"demandctl assign {demand.id} 跟进人" if whom.leader else f'demandctl follow-up {demand.id} "…"'
    return Dispatched(
        Done((demand.id or 0,), said, f"下一步：{following}"),
        lacking,
        whom.leader,
        "" if to.role == Role.SPECIALIST else to.name,
    )


def follow(
    app: Context, numbers: Sequence[int], report: Feedback, *, by: str = "", attach: Sequence[Path] = (),
    told_at: bool = False,
) -> Done:  # fmt: skip
    """Record a follow-up on each; *by* is who spoke as he was typed, *told_at* that its time is worth saying."""
    with kept(app.db_path, attach) as contents, transaction(app, "follow-up") as work:
        if by:
            mine = by in (app.config.specialist, app.who, *MYSELF, "专员", "需求专员")
            own_name = (app.config.specialist or app.who) if mine else ""
            report = replace(report, by=None if mine else find_contact(work, by), by_name=own_name)
        names: list[str] = []
        told = each(work, numbers, lambda demand: names.append(demands.follow_up(work, demand, report).by_name), "跟进")
        for demand in told:
            attachments.attach(work, demand.subject, contents)
        status = Status(told[0].status)
    understood = partial(echo, now=app.now, calendar=app.calendar)
    said = f"已记录 {names[0]} 的跟进，{status.label}"
    said += f"，时间 {understood(report.at)}" if told_at else ""
    if report.next_time:
        said += f"，下次 {understood(report.next_time)}"
    elif report.wait_until:
        said += f"，等到 {understood(report.wait_until)}"
    first = numbers[0]
    asks = f"客户确认后：demandctl confirm {first} --solved，没好：--unsolved"
    return Done((*numbers,), said, asks if report.resolved else f"看全部：demandctl show {first}")


def note(
    app: Context, numbers: Sequence[int], kind: NoteKind, text: str, *, at: datetime, method: Method | None = None
) -> Done:
    """Put a nudge or an attempt that reached nobody on record."""
    with transaction(app, "follow-up") as work:

        def write(demand: Demand) -> None:
            whom = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
            to = whom if kind is NoteKind.NUDGE else None
            demands.note(work, demand, kind, text, at=at, to=to, method=method)

        each(work, numbers, write, kind.label)
    return Done((*numbers,), f"已记下{kind.label}", f"看全部：demandctl show {numbers[0]}")


def urged(app: Context, people: Sequence[Owed]) -> str:
    """Put on record whom we urged about which demands, as one operation; what is said of it."""
    told: list[str] = []
    with transaction(app, "nudge") as work:
        for person, owed in people:
            to = work.session.get(Contact, person.id) if person.id else None
            for number in dict.fromkeys(demand.number for _, demand in owed if demand is not None):
                demand = find_demand(work.session, number)
                demands.note(work, demand, NoteKind.NUDGE, f"催 {person.name}", at=app.now, to=to, to_name=person.name)
                told.append(demand.code)
        work.keep = bool(told)
        work.describe(f"催办 {'、'.join(person.name for person, _ in people)}：{'、'.join(told)}")
    return f"已记下催办：{'、'.join(told)}" if told else "没有需求可记"


def confirm(app: Context, numbers: Sequence[int], *, solved: bool, at: datetime, text: str = "") -> Done:
    """What the customer says of the result of each: solved ends it, unsolved takes it up again."""
    with transaction(app, "confirm") as work:
        each(
            work, numbers, lambda demand: demands.confirm(work, demand, solved=solved, at=at, text=text),
            f"客户确认{'已' if solved else '未'}解决",
        )  # fmt: skip
    first = numbers[0]
    if solved:
        return Done((*numbers,), "客户确认已解决，结束", f"重开：demandctl reopen {first}")
    following = f'需要更高层协助：demandctl escalate {first} 联系人 --problem "…"'
    return Done((*numbers,), "客户说没有解决，继续跟进", following)


def close(
    app: Context, numbers: Sequence[int], outcome: Outcome, *, at: datetime, reason: str = "",
    amount: str | None = None, duplicate_of: int | None = None,
) -> Done:  # fmt: skip
    """End each of them."""
    with transaction(app, "close") as work:
        ending = partial(demands.close, work, at=at, reason=reason, amount=amount, duplicate_of=duplicate_of)
        ended = each(work, numbers, lambda demand: ending(demand, outcome), f"结束（{outcome.label}）")
        about_a_product = ended[0].kind == Kind.INQUIRY and ended[0].subtype == "product"
    first = numbers[0]
    following = f"重开：demandctl reopen {first}"
    if about_a_product and outcome is Outcome.SOLVED:
        following = f"客户有意购买的话，转为商机：demandctl undo，再 demandctl upgrade {first}"
    return Done((*numbers,), f"已结束：{outcome.label}", following)


def verify(app: Context, numbers: Sequence[int], *, verified: bool) -> Done:
    """Whether each of some opportunities is real."""
    said = "属实" if verified else "不属实"
    with transaction(app, "verify") as work:
        each(work, numbers, lambda demand: demands.verify(work, demand, verified), f"核实（{said}）")
    dropped = f'不用跟进就结束：demandctl close {numbers[0]} --outcome dropped --reason "…"'
    told = f"已核实：{said}" if work.changed else NOTHING
    return Done((*numbers,), told, f"派单：demandctl assign {numbers[0]}" if verified else dropped)


def escalate(
    app: Context, numbers: Sequence[int], contact: str, *, problem: str, at: datetime, within: str = "",
    tried: str = "",
) -> Done:  # fmt: skip
    """Ask a higher person about each of them."""
    allowed = demands.parse_within(within) if within else ""
    with transaction(app, "escalate") as work:
        to = find_whom(work, contact)
        raised = each(
            work, numbers,
            lambda demand: demands.escalate(work, demand, to, problem=problem, within=allowed, at=at, tried=tried),
            f"升级 → {to.name}",
        )  # fmt: skip
        level, name = raised[0].escalation, to.name
    following = f'他处理后：demandctl follow-up {numbers[0]} "…" --by {name}'
    return Done((*numbers,), f"已升级第 {level} 级 → {name}", following)


class Undone(NamedTuple):
    """The operation that was taken back."""

    number: int
    summary: str
    who: str
    at: datetime


def undo(app: Context, count: int = 1) -> list[Undone]:
    """Take so many operations back, the newest first: all or none."""
    with transaction(app, "undo") as work:
        return [
            Undone(step.id, step.summary or step.command, step.who, step.at.astimezone(app.zone))
            for step in take_back(work, count)
        ]


def warm(app: Context) -> None:
    """Build what the first step needs, so that it is as quick as the second; nothing is written."""
    with suppress(DemandctlError), transaction(app, "warm", keep=False) as work:
        work.session.get(Demand, 1)
