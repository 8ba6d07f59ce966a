"""Drafts become demands: each in a transaction of its own, with the answer that the customer has had already."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from demandctl.commands.group import learn
from demandctl.context import Context
from demandctl.errors import DemandctlError, Refused, UsageError
from demandctl.language.display import shown
from demandctl.paste import proposals
from demandctl.paste.proposals import NEEDED, EnrichedDraft
from demandctl.queries.alike import alike
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal.alike import put_helped
from demandctl.terminal.answers import answer
from demandctl.terminal.render import put_json, say

if TYPE_CHECKING:
    from demandctl.actions.steps import Taken


def record_one(
    app: Context,
    proposal: EnrichedDraft,
    *,
    insist: bool,
    replied_at: datetime | None = None,
    quiet: bool = False,
    asks: bool = False,
) -> Taken:
    """Record a draft in its own transaction, with the first response to it; with *asks* new groups are the caller's."""
    from demandctl.actions import steps

    values, response = proposal.values, proposal.draft.first_response
    customer = proposals.person_of(values, proposal.customer)
    first = response and steps.FirstWord(
        response.at, response.by.id, response.by.name, response.text, proposals.method_of(values["channel"])
    )
    taken = steps.take_in(
        app, customer, proposals.columns_of(values, proposal.draft.source), insist=insist, first=first,
        called=values.get("customer") or (proposal.customer or customer)["name"], replied_at=replied_at,
        attach=values.get("attach", ()),
    )  # fmt: skip
    if not quiet:
        for note in taken.notes:
            say(f"提示：{shown(note)}")
        answer(taken.said, *([] if taken.handled or asks else [f"派单：demandctl assign {taken.number}"]))
        tell_alike(app, taken.number)
    if not asks:
        learn(app, taken.met, asks=False)
    return taken


def tell_alike(app: Context, number: int) -> None:
    """What helped last time, where there is something."""
    with reading(app) as reader:
        found = alike(reader, read_demand(reader, number))
    put_helped(found, app.now)


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
            numbers.append(record_one(app, proposal, insist=insist, replied_at=replied_at, quiet=as_json).number)
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
    from demandctl.actions import steps

    done = steps.said_again(app, number, content)
    answer(done.sentence, done.following)
