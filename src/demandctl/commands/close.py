"""``close``, ``confirm`` and ``reopen``: how a demand ends, and begins again."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.subject import Subject
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal import asking
from demandctl.terminal.answers import answer, demand_answer
from demandctl.terminal.options import At, Json, Number, Reason, Yes
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
    number: Number,
    outcome: OutcomeOption = None,
    reason: Reason = "",
    amount: Amount = None,
    duplicate_of: DuplicateOf = None,
    at: At = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """结束一条需求。

    未成交、无需跟进、未采纳要写原因；售后和投诉解决后用 confirm。
    """
    app: Context = ctx.obj
    asks = asking.can_ask() and not (yes or json)
    if asks:
        outcome, reason, duplicate_of = _asked(app, number, outcome, reason, duplicate_of)
    if outcome is None:
        raise UsageError("缺少 --outcome", f"可以是：{'、'.join(f'{o.label} {o.value}' for o in Outcome)}")
    if asks and _means_to_buy(app, number, outcome):
        answer(f"{Subject.demand(number)} 没有结束", f"转为商机：demandctl upgrade {number}")
        return
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "close") as work:
        demand = demands.find_demand(work.session, number)
        demands.close(work, demand, outcome, at=at or app.now, reason=reason, amount=amount, duplicate_of=duplicate_of)
        product_inquiry = demand.kind == Kind.INQUIRY and demand.subtype == "product"
    following = f"重开：demandctl reopen {number}"
    if product_inquiry and outcome is Outcome.SOLVED:
        following = f"客户有意购买的话，转为商机：demandctl undo，再 demandctl upgrade {number}"
    demand_answer(app, number, json, f"{Subject.demand(number)} 已结束：{outcome.label}", following)


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
    number: Number,
    solved: Solved = None,
    note: Note = "",
    at: At = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录客户对结果的确认：--solved 就此结束，--unsolved 继续跟进。"""
    app: Context = ctx.obj
    if solved is None and asking.can_ask() and not (yes or json):
        solved = _heard(app, number)
    if solved is None:
        raise UsageError("客户怎么说？", f"解决了：demandctl confirm {number} --solved；没解决：--unsolved")
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "confirm") as work:
        demand = demands.find_demand(work.session, number)
        demands.confirm(work, demand, solved=solved, at=at or app.now, text=note)
    if solved:
        demand_answer(
            app, number, json, f"{Subject.demand(number)} 客户确认已解决，结束", f"重开：demandctl reopen {number}"
        )
        return
    demand_answer(
        app, number, json, f"{Subject.demand(number)} 客户说没有解决，继续跟进",
        f'需要更高层协助：demandctl escalate {number} 联系人 --problem "…"',
    )  # fmt: skip


def _heard(app: Context, number: int) -> bool:
    """What the customer says about the result; Refused where nothing waits for his word."""
    from demandctl.core import lifecycle

    with reading(app) as reader:
        demand = read_demand(reader, number)
    state = lifecycle.State(number, demand.kind, demand.status, demand.handler is not None)
    lifecycle.require_confirming(state)
    answers = [(True, "解决了，就此结束"), (False, "没有解决，继续跟进")]
    return bool(asking.choose(f"{Subject.demand(number)} 客户怎么说", answers))


def reopen(ctx: typer.Context, number: Number, reason: Reason = "", json: Json = False) -> None:
    """重开一条已结束的需求。"""
    app: Context = ctx.obj
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "reopen") as work:
        demand = demands.find_demand(work.session, number)
        demands.reopen(work, demand, reason=reason)
        handled, status = demand.handler_id, Status(demand.status)
    following = f'demandctl follow-up {number} "…"' if handled else f"demandctl assign {number}"
    demand_answer(app, number, json, f"{Subject.demand(number)} 已重开，{status.label}", f"下一步：{following}")
