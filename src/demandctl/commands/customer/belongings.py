"""``customer order`` and ``credit``: what he bought, and how much he may owe for how long."""

from datetime import date
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.core.signing import SIGNATURES, unsigned
from demandctl.errors import Lacking, Offer
from demandctl.queries.belongings import CreditView
from demandctl.queries.customers import read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.terminal.answers import object_answer
from demandctl.terminal.options import Json, Who
from demandctl.terminal.takes import AMOUNT, DAY, Argument, Option, prose, ref, word
from demandctl.terminal.typed import one_line

On = Annotated[date | None, Argument("哪一天", DAY, "默认今天")]
Product = Annotated[str, Option("--product", "purchase.product", word("产品", known="product"))]
Amount = Annotated[str | None, Option("--amount", "purchase.amount", AMOUNT)]
DemandOption = Annotated[
    int | None, Option("--demand", "purchase.demand_id", ref("demand", "编号"), "成交的是哪条需求")
]
Note = Annotated[str, Option("--note", "备注", prose("文字"))]


def order(
    ctx: typer.Context, customer: Who, on: On = None, product: Product = "", amount: Amount = None,
    demand: DemandOption = None, note: Note = "", json: Json = False,
) -> None:  # fmt: skip
    """记录客户订货：一周内回访，未合作的时钟重新起算。成交的需求已经是订货，不用再记。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import find_customer
    from demandctl.actions.demands import find_demand
    from demandctl.actions.orders import record_order
    from demandctl.db import transaction

    day = on or app.now.date()
    with transaction(app, "customer order") as work:
        found = find_customer(work, customer)
        about = find_demand(work.session, demand) if demand else None
        record_order(work, found, day, product=product, amount=amount, demand=about, note=note)
        number, code, is_open = found.id, found.code, about is not None and about.closed_at is None
        work.describe(f"{code} {found.name} 订货 {day.isoformat()}" + (f" {product}" if product else ""))
    with reading(app) as reader:
        written = read_customer(reader, number)
    following = [f"计划回访：demandctl revisit add {code} --kind after-sale --at 3天后"]
    following += [f"需求也成交了：demandctl close {demand} --outcome won"] if is_open else []
    told = f"，共 {written.order_count} 次" if written.order_count > 1 else ""
    object_answer(json, written, f"{code} 订货 {day.isoformat()} 已记录{told}", *following)


Limit = Annotated[str | None, Option("--limit", "credit.credit_limit", AMOUNT)]
Term = Annotated[str, Option("--term", "credit.credit_term", word("账期"), "如 60天、月结30天")]
Reason = Annotated[str, Option("--reason", "credit.reason", prose("文字"))]
Applied = Annotated[str, Option("--applied-by", "credit.applied_by", word("姓名"), "默认专员自己")]
Audited = Annotated[str, Option("--audited-by", "credit.audited_by", word("姓名"), "营销总监审核")]
Checked = Annotated[str, Option("--checked-by", "credit.checked_by", word("姓名"), "财务主管核对")]
Signed = Annotated[str, Option("--signed-by", "credit.signed_by", word("姓名"), "总经理签字")]
SignedOn = Annotated[date | None, Option("--on", "签的日期", DAY, "默认今天")]


def credit(
    ctx: typer.Context, customer: Who, limit: Limit = None, term: Term = "", reason: Reason = "",
    applied_by: Applied = "", audited_by: Audited = "", checked_by: Checked = "", signed_by: Signed = "",
    on: SignedOn = None, json: Json = False,
) -> None:  # fmt: skip
    """申请改信用额度、账期，或记录谁签了；审核、核对、签字都有了才生效。"""
    app: Context = ctx.obj
    names = dict(zip(SIGNATURES, (applied_by, audited_by, checked_by, signed_by), strict=True))
    signed = {part: name for part, name in names.items() if name}
    if limit is None and not term and not signed:
        raise Lacking(
            "没有写额度、账期，也没有写谁签了", "demandctl customer credit K00001 --limit 50万 --term 60天",
            lambda: _credit_offers(app, customer),
        )  # fmt: skip
    from demandctl.actions.credit import change_credit
    from demandctl.actions.customers import find_customer
    from demandctl.db import transaction

    with transaction(app, "customer credit") as work:
        found = find_customer(work, customer)
        form = change_credit(work, found, limit=limit, term=term, reason=reason, signed=signed, on=on or app.now.date())
        number, code, lacking = found.id, found.code, unsigned(form.values())
        told = "，".join(f"{SIGNATURES[part]} {name}" for part, name in signed.items())
        asked = " ".join(filter(None, [f"额度 {limit}" if limit else "", f"账期 {term}" if term else ""]))
        work.describe(f"{code} {found.name} 信用申请：{asked or told}")
    done = f"{code} 的信用额度、账期已生效"
    following = []
    if lacking:
        done = f"{code} 的申请单还差{'、'.join(SIGNATURES[part] for part in lacking)}，签完才生效"
        following = [
            f"签了就记：demandctl customer credit {code} --{lacking[0]}-by 姓名",
            f"打印申请单：demandctl export credit {code}",
        ]
    with reading(app) as reader:
        object_answer(json, read_customer(reader, number), done, *following)


def _credit_offers(app: Context, text: str) -> dict[str, Offer]:
    """The next signature of an application, or a new application."""
    with reading(app) as reader:
        now = read_customer(reader, find_customer_id(reader, one_line(text)))
    newest: CreditView | None = now.credits[-1] if now.credits else None
    if newest and newest.lacking:
        return {f"{unsigned(vars(newest))[0]}_by": Offer()}
    return {"limit": Offer(str(now.credit_limit or "")), "term": Offer(now.credit_term or ""), "reason": Offer()}
