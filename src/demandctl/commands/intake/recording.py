"""Drafts become demands: each in a transaction of its own, with the answer that the customer has had already."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from demandctl.commands.group import learn
from demandctl.context import Context
from demandctl.errors import DemandctlError, Refused, UsageError
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.paste import proposals
from demandctl.paste.proposals import NEEDED, EnrichedDraft
from demandctl.queries.alike import alike
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal.alike import put_helped
from demandctl.terminal.answers import answer
from demandctl.terminal.render import put_json, say
from demandctl.vocabulary import Kind

if TYPE_CHECKING:
    from demandctl.paste.matters import Response
    from demandctl.store.models import Demand
    from demandctl.store.work import Work


def record_one(
    app: Context,
    proposal: EnrichedDraft,
    *,
    insist: bool,
    replied_at: datetime | None = None,
    quiet: bool = False,
    asks: bool = False,
) -> tuple[int, bool]:
    """Record a draft in its own transaction, with the first response to it; its number, and if it has a handler."""
    from demandctl.actions import demands
    from demandctl.actions.attachments import attach
    from demandctl.actions.groups import met_now
    from demandctl.db import transaction
    from demandctl.store.attachments import kept
    from demandctl.store.models import Contact

    values, response = proposal.values, proposal.draft.first_response
    customer = proposals.person_of(values, proposal.customer)
    columns = proposals.columns_of(values, proposal.draft.source)
    with kept(app.db_path, values.get("attach", ())) as contents, transaction(app, "intake") as work:
        demand, notes = demands.intake(work, customer, columns, insist=insist)
        attach(work, demand.subject, contents)
        met = met_now(work)
        number, kind, branch = demand.id, Kind(demand.kind), demand.branch
        summary = f"登记 {Subject.demand(number)} {kind.label}：{demand.content[:30]}"
        if response:
            _answered(work, demand, response)
            summary += f"，{response.by.name} 已首答"
        elif replied_at:
            demands.acknowledge(work, demand, at=replied_at)
        handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
        handled = handler.name if handler else ""
        work.describe(summary)
    if not quiet:
        for note in notes:
            say(f"提示：{shown(note)}")
        name = values.get("customer") or (proposal.customer or customer)["name"]
        done = f"已登记 {Subject.demand(number)} {kind.label}：{name}" + (f"，{branch}" if branch else "")
        done += f"，{response.by.name} 已在群里首答" if response else "，已回过客户" if replied_at else ""
        answer(
            done + (f"，由 {handled} 跟进" if handled else ""),
            *([] if handled else [f"派单：demandctl assign {number}"]),
        )
        tell_alike(app, number)
    learn(app, met, asks=asks)
    return number, bool(handled)


def tell_alike(app: Context, number: int) -> None:
    """What helped last time, where there is something."""
    with reading(app) as reader:
        found = alike(reader, read_demand(reader, number))
    put_helped(found, app.now)


def _answered(work: Work, demand: Demand, response: Response) -> None:
    """What staff answered in the chat is the first response, and their follow-up."""
    from demandctl.actions import demands
    from demandctl.store.models import Contact

    person = work.session.get(Contact, response.by.id) if response.by.id else None
    at = max(min(response.at or work.now, work.now), demand.raised_at)
    by_name, method = "" if person else response.by.name, proposals.method_of(demand.channel)
    demands.follow_up(work, demand, demands.Feedback(response.text or "已答复", at, person, by_name, method=method))


def record_all(
    app: Context, found: list[EnrichedDraft], *, insist: bool, replied_at: datetime | None, as_json: bool
) -> None:
    """Record what is complete, each by itself, and report the rest."""
    numbers: list[int] = []
    problems: list[DemandctlError] = []
    for place, proposal in enumerate(found, 1):
        who = proposal.values.get("customer") or proposal.values.get("phone") or f"第 {place} 条"
        if proposal.missing:
            options = "、".join(NEEDED[name] for name in proposal.missing)
            problems.append(
                UsageError(
                    f"{who}：还缺 {options}，没有登记",
                    f"补上 {options} 再登记，或在终端里运行 demandctl intake --paste",
                )
            )
            continue
        try:
            numbers.append(record_one(app, proposal, insist=insist, replied_at=replied_at, quiet=as_json)[0])
        except (Refused, UsageError) as why:
            problems.append(why)
    if as_json:
        with reading(app) as reader:
            put_json([read_demand(reader, number) for number in numbers])
    if problems:
        for problem in problems[:-1]:
            say(f"错误：{shown(problem)}")
        raise problems[-1]


def follow(app: Context, number: int, content: str) -> None:
    """What the customer says once more about the same thing is noted on the demand that is open."""
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "follow-up") as work:
        demand = demands.find_demand(work.session, number)
        said = f"客户又说：{content}"
        demands.follow_up(work, demand, demands.Feedback(said, app.now, internal=True, by_name=app.who))
    answer(f"{Subject.demand(number)} 已记下客户的话", f"看全部：demandctl show {number}")
