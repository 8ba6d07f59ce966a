"""``close``, ``confirm`` and ``reopen``: how a demand ends, and begins again."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from demandctl import vocabulary as words
from demandctl.commands.answers import demand_answer
from demandctl.commands.options import At, Json, Number, Reason, choices, clean, demand_number, past
from demandctl.context import Context
from demandctl.errors import UsageError

OutcomeOption = Annotated[str, typer.Option("--outcome", metavar="结果", help=f"{choices(words.Outcome)}（或中文）")]
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
    json: Json = False,
) -> None:
    """结束一条需求。

    未成交、无需跟进、未采纳要写原因；售后和投诉解决后用 confirm。
    """
    app: Context = ctx.obj
    if not outcome:
        raise UsageError("缺少 --outcome", f"可以是：{'、'.join(f'{o.value} {o.label}' for o in words.Outcome)}")
    result = words.Outcome.parse(outcome)
    money = parse_amount(amount) if amount else None
    twin = demand_number(duplicate_of) if duplicate_of else None
    moment = past(app, at)
    from demandctl import ledger
    from demandctl.db import transaction

    with transaction(app, "close") as work:
        demand = ledger.find_demand(work.session, number)
        ledger.close(work, demand, result, at=moment, reason=clean(reason), amount=money, duplicate_of=twin)
        product_inquiry = demand.kind == words.Kind.INQUIRY and demand.subtype == "product"
    following = f"重开：demandctl reopen {number}"
    if product_inquiry and result is words.Outcome.SOLVED:
        following = f"客户有意购买的话，转为商机：demandctl undo，再 demandctl upgrade {number}"
    demand_answer(app, number, json, f"D{number} 已结束：{result.label}", following)


def parse_amount(text: str) -> str:
    """An amount in yuan as the ledger stores it: ``1280000``, ``1,280,000.50``, ``128万``. UsageError otherwise."""
    import unicodedata

    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").lstrip("¥￥").removesuffix("元")
    factor = Decimal(1)
    for unit, size in (("万", Decimal(10_000)), ("亿", Decimal(100_000_000))):
        if plain.endswith(unit):
            plain, factor = plain.removesuffix(unit), size
    try:
        value = Decimal(plain) * factor
    except InvalidOperation as error:
        raise UsageError(f"“{text[:40]}”不是金额", "例如 --amount 1280000 或 --amount 128万") from error
    if not value.is_finite() or not 0 <= value < Decimal(10) ** 12 or round(value, 2) != value:
        raise UsageError(f"金额“{text[:40]}”不对", "应是 0 以上、最多两位小数的数，单位元")
    return f"{value:.2f}".removesuffix(".00")


def confirm(
    ctx: typer.Context, number: Number, solved: Solved = None, note: Note = "", at: At = "", json: Json = False
) -> None:
    """记录客户对结果的确认：--solved 就此结束，--unsolved 继续跟进。"""
    app: Context = ctx.obj
    if solved is None:
        raise UsageError("客户怎么说？", f"解决了：demandctl confirm {number} --solved；没解决：--unsolved")
    moment = past(app, at)
    from demandctl import ledger
    from demandctl.db import transaction

    with transaction(app, "confirm") as work:
        demand = ledger.find_demand(work.session, number)
        ledger.confirm(work, demand, solved=solved, at=moment, text=clean(note))
    if solved:
        demand_answer(app, number, json, f"D{number} 客户确认已解决，结束", f"重开：demandctl reopen {number}")
        return
    demand_answer(
        app, number, json, f"D{number} 客户说没有解决，继续跟进",
        f'需要更高层协助：demandctl escalate {number} 联系人 --problem "…"',
    )  # fmt: skip


def reopen(ctx: typer.Context, number: Number, reason: Reason = "", json: Json = False) -> None:
    """重开一条已结束的需求。"""
    app: Context = ctx.obj
    from demandctl import ledger
    from demandctl.db import transaction

    with transaction(app, "reopen") as work:
        demand = ledger.find_demand(work.session, number)
        ledger.reopen(work, demand, reason=clean(reason))
        handled, status = demand.handler_id, words.Status(demand.status)
    following = f'demandctl follow-up {number} "…"' if handled else f"demandctl assign {number}"
    demand_answer(app, number, json, f"D{number} 已重开，{status.label}", f"下一步：{following}")
