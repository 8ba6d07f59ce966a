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
from demandctl.terminal.options import At, Json, Number, Reason, Yes, choices
from demandctl.terminal.questions import terms
from demandctl.terminal.typed import clean, demand_number, past
from demandctl.vocabulary import Kind, Outcome, Status

OutcomeOption = Annotated[str, typer.Option("--outcome", metavar="结果", help=f"{choices(Outcome)}（或中文）")]
Amount = Annotated[str, typer.Option("--amount", metavar="金额", help="成交金额，元；可写 128万")]
DuplicateOf = Annotated[str, typer.Option("--duplicate-of", metavar="编号", help="与哪条重复")]
Solved = Annotated[bool | None, typer.Option("--solved/--unsolved", help="客户说解决了，还是没解决")]
Note = Annotated[str, typer.Option("--note", metavar="文字", help="客户的原话")]


def close(
    ctx: typer.Context,
    number: Number,
    outcome: OutcomeOption = "",
    reason: Reason = "",
    amount: Amount = "",
    duplicate_of: DuplicateOf = "",
    at: At = "",
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
    if not outcome:
        raise UsageError("缺少 --outcome", f"可以是：{'、'.join(f'{o.value} {o.label}' for o in Outcome)}")
    result = Outcome.parse(outcome)
    money = parse_amount(amount) if amount else None
    twin = demand_number(duplicate_of) if duplicate_of else None
    moment = past(app, at)
    if asks and _means_to_buy(app, number, result):
        answer(f"{Subject.demand(number)} 没有结束", f"转为商机：demandctl upgrade {number}")
        return
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "close") as work:
        demand = demands.find_demand(work.session, number)
        demands.close(work, demand, result, at=moment, reason=clean(reason), amount=money, duplicate_of=twin)
        product_inquiry = demand.kind == Kind.INQUIRY and demand.subtype == "product"
    following = f"重开：demandctl reopen {number}"
    if product_inquiry and result is Outcome.SOLVED:
        following = f"客户有意购买的话，转为商机：demandctl undo，再 demandctl upgrade {number}"
    demand_answer(app, number, json, f"{Subject.demand(number)} 已结束：{result.label}", following)


def _asked(app: Context, number: int, outcome: str, reason: str, duplicate_of: str) -> tuple[str, str, str]:
    """What an end needs and was not typed: how it ended, why, of which one it is a duplicate."""
    from demandctl.core import lifecycle

    with reading(app) as reader:
        demand = read_demand(reader, number)
    if demand.closed_at:
        return outcome, reason, duplicate_of
    if not outcome:
        ends = lifecycle.OUTCOMES[demand.kind]
        head = f"{Subject.demand(number)} {demand.customer.name}：结果是"
        outcome = asking.choose(head, terms(ends))
    result = Outcome.parse(outcome)
    if result in lifecycle.NEED_REASON and not reason.strip():
        reason = asking.text("原因", needed=True)
    if result is Outcome.DUPLICATE and not duplicate_of:
        duplicate_of = asking.text("与哪条重复（编号）", needed=True, check=demand_number)
    return outcome, reason, duplicate_of


def _means_to_buy(app: Context, number: int, result: Outcome) -> bool:
    """R 3.1.3: a question about a product may be the beginning of a sale."""
    with reading(app) as reader:
        demand = read_demand(reader, number)
    asked = demand.kind == Kind.INQUIRY and demand.subtype == "product" and not demand.closed_at
    return asked and result is Outcome.SOLVED and asking.yes("客户有意购买吗？有的话应转为商机", default=False)


def parse_amount(text: str) -> str:
    """An amount in yuan as the ledger stores it: ``1280000``, ``1,280,000.50``, ``128万``. UsageError otherwise."""
    from demandctl.language.money import read_amount, stored_amount

    try:
        value = read_amount(text)
    except ValueError as error:
        raise UsageError(f"“{text[:40]}”不是金额", "例如 --amount 1280000 或 --amount 128万") from error
    if not 0 <= value < 10**12 or round(value, 2) != value:
        raise UsageError(f"金额“{text[:40]}”不对", "应是 0 以上、最多两位小数的数，单位元")
    return stored_amount(value)


def confirm(
    ctx: typer.Context,
    number: Number,
    solved: Solved = None,
    note: Note = "",
    at: At = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """记录客户对结果的确认：--solved 就此结束，--unsolved 继续跟进。"""
    app: Context = ctx.obj
    if solved is None and asking.can_ask() and not (yes or json):
        solved = _heard(app, number)
    if solved is None:
        raise UsageError("客户怎么说？", f"解决了：demandctl confirm {number} --solved；没解决：--unsolved")
    moment = past(app, at)
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "confirm") as work:
        demand = demands.find_demand(work.session, number)
        demands.confirm(work, demand, solved=solved, at=moment, text=clean(note))
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
        demands.reopen(work, demand, reason=clean(reason))
        handled, status = demand.handler_id, Status(demand.status)
    following = f'demandctl follow-up {number} "…"' if handled else f"demandctl assign {number}"
    demand_answer(app, number, json, f"{Subject.demand(number)} 已重开，{status.label}", f"下一步：{following}")
