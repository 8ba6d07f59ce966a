"""``close``, ``confirm`` and ``reopen``: how a demand ends, and begins again."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.subject import Subject
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal import asking
from demandctl.terminal.answers import answer, demands_answer
from demandctl.terminal.options import At, Json, Numbers, Reason, Yes
from demandctl.terminal.questions import terms
from demandctl.terminal.takes import AMOUNT, Option, choice, prose, ref
from demandctl.terminal.typed import demand_number
from demandctl.vocabulary import Kind, Outcome, Status

OutcomeOption = Annotated[Outcome | None, Option("--outcome", "demand.outcome", choice(Outcome, "结果"))]
Amount = Annotated[str | None, Option("--amount", "demand.amount", AMOUNT, "元；可写 128万")]
DuplicateOf = Annotated[int | None, Option("--duplicate-of", "与哪条重复", ref("demand", "编号"))]
Solved = Annotated[bool | None, Option("--solved/--unsolved", "客户说解决了，还是没解决")]
Note = Annotated[str, Option("--note", "客户的原话", prose("文字"))]


def close(
    ctx: typer.Context,
    numbers: Numbers,
    outcome: OutcomeOption = None,
    reason: Reason = "",
    amount: Amount = None,
    duplicate_of: DuplicateOf = None,
    at: At = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """结束需求，可以几条一起：close 3 5 7。

    未成交、无需跟进、未采纳要写原因；售后和投诉解决后用 confirm。
    """
    app: Context = ctx.obj
    asks = asking.can_ask() and not (yes or json)
    if asks:
        outcome, reason, duplicate_of = _asked(app, numbers[0], outcome, reason, duplicate_of)
    if outcome is None:
        raise UsageError("缺少 --outcome", f"可以是：{'、'.join(f'{o.label} {o.value}' for o in Outcome)}")
    number = numbers[0]
    if asks and len(numbers) == 1 and _means_to_buy(app, number, outcome):
        answer(f"{Subject.demand(number)} 没有结束", f"转为商机：demandctl upgrade {number}")
        return
    from demandctl.actions import steps

    done = steps.close(app, numbers, outcome, at=at or app.now, reason=reason, amount=amount, duplicate_of=duplicate_of)
    demands_answer(app, numbers, json, done.said, done.following)


def _asked(
    app: Context, number: int, outcome: Outcome | None, reason: str, duplicate_of: int | None
) -> tuple[Outcome | None, str, int | None]:
    """What an end needs and was not typed: how it ended, why, of which one it is a duplicate."""
    from demandctl.core import lifecycle

    with reading(app) as reader:
        demand = read_demand(reader, number)
    if demand.closed_at:
        return outcome, reason, duplicate_of
    if not outcome:
        ends = lifecycle.OUTCOMES[demand.kind]
        head = f"{Subject.demand(number)} {demand.customer.name}：结果是"
        outcome = Outcome(asking.choose(head, terms(ends)))
    if outcome in lifecycle.NEED_REASON and not reason.strip():
        reason = asking.text("原因", needed=True)
    if outcome is Outcome.DUPLICATE and not duplicate_of:
        duplicate_of = demand_number(asking.text("与哪条重复（编号）", needed=True, check=demand_number))
    return outcome, reason, duplicate_of


def _means_to_buy(app: Context, number: int, result: Outcome) -> bool:
    """R 3.1.3: a question about a product may be the beginning of a sale."""
    with reading(app) as reader:
        demand = read_demand(reader, number)
    asked = demand.kind == Kind.INQUIRY and demand.subtype == "product" and not demand.closed_at
    return asked and result is Outcome.SOLVED and asking.yes("客户有意购买吗？有的话应转为商机", default=False)


def confirm(
    ctx: typer.Context,
    numbers: Numbers,
    solved: Solved = None,
    note: Note = "",
    at: At = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录客户对结果的确认，可以几条一起：--solved 就此结束，--unsolved 继续跟进。"""
    app: Context = ctx.obj
    if solved is None and asking.can_ask() and not (yes or json):
        solved = _heard(app, numbers[0])
    if solved is None:
        raise UsageError("客户怎么说？", f"解决了：demandctl confirm {numbers[0]} --solved；没解决：--unsolved")
    from demandctl.actions import steps

    done = steps.confirm(app, numbers, solved=bool(solved), at=at or app.now, text=note)
    demands_answer(app, numbers, json, done.said, done.following)


def _heard(app: Context, number: int) -> bool:
    """What the customer says about the result; Refused where it is not for him to say."""
    from demandctl.core import lifecycle

    with reading(app) as reader:
        demand = read_demand(reader, number)
    state = lifecycle.State(number, demand.kind, demand.status, demand.handler is not None)
    if not (state.is_open and state.kind in lifecycle.CONFIRMED_KINDS):
        lifecycle.require_confirming(state)
    answers = [(True, "解决了，就此结束"), (False, "没有解决，继续跟进")]
    return bool(asking.choose(f"{Subject.demand(number)} 客户怎么说", answers))


def reopen(ctx: typer.Context, numbers: Numbers, reason: Reason = "", json: Json = False) -> None:
    """重开已结束的需求，可以几条一起。"""
    app: Context = ctx.obj
    from demandctl.actions import demands
    from demandctl.actions.several import each
    from demandctl.db import transaction

    with transaction(app, "reopen") as work:
        opened = each(work, numbers, lambda demand: demands.reopen(work, demand, reason=reason), "重开")
        handled, status = opened[0].handler_id, Status(opened[0].status)
    following = f'demandctl follow-up {numbers[0]} "…"' if handled else f"demandctl assign {numbers[0]}"
    demands_answer(app, numbers, json, f"已重开，{status.label}", f"下一步：{following}")
