"""客户信用额度、账期更改申请单 (C 1.5.2) as one page: what is asked for, and the four who sign it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from demandctl.core.signing import SIGNATURES
from demandctl.exports.job import Job
from demandctl.exports.printed import Spanned, boxed, head, pair, printed, signature
from demandctl.exports.workbook import NewBook
from demandctl.queries.belongings import CreditView
from demandctl.queries.customers import CustomerInFull
from demandctl.store.fields import names

TITLE = "客户信用额度、账期更改申请单"


def credit_form(job: Job, customer: CustomerInFull) -> NewBook:
    """The newest application of a customer, or a blank one, to be printed."""
    return printed(job, "信用申请单", list(_form(job, customer, customer.credits[-1] if customer.credits else None)))


def _form(job: Job, customer: CustomerInFull, asked: CreditView | None) -> Iterator[Spanned]:
    his, its = names("customer"), names("credit")
    yield from head(job, TITLE, customer.code)
    yield [*pair("客户名称", customer.company or customer.name, 3), *pair(his["name"], customer.name, 3)]
    yield [*pair(his["phone"], customer.phone, 3), *pair("地址", customer.address or customer.region, 3)]
    ordered = f"{customer.order_count} 次，共 {customer.order_sum:,} 元" if customer.order_count else ""
    yield [*pair("订货", ordered, 3), *pair(his["arrears"], "是" if customer.arrears else "否", 3)]
    before = _before(customer, asked)
    limit, term = (asked.credit_limit, asked.credit_term) if asked else (None, None)
    yield [*pair(f"原{its['credit_limit']}", _yuan(before[0]), 3), *pair(f"原{its['credit_term']}", before[1], 3)]
    yield [*pair("申请额度", _yuan(limit), 3), *pair("申请账期", term, 3)]
    yield boxed("申请原因", (asked and asked.reason) or "")
    for part, who in SIGNATURES.items():
        name = getattr(asked, f"{part}_by", None)
        day: date | None = getattr(asked, f"{part}_on", None)
        yield signature("申请人" if part == "applied" else who, name or "", day.isoformat() if day else "")


def _before(customer: CustomerInFull, asked: CreditView | None) -> tuple[float | None, str | None]:
    """Limit and term as they were before what was asked for: what the applications before it came to."""
    if asked is None or asked.lacking:
        return customer.credit_limit, customer.credit_term
    held = [each for each in customer.credits if each is not asked and not each.lacking]
    limits = [each.credit_limit for each in held if each.credit_limit is not None]
    terms = [each.credit_term for each in held if each.credit_term]
    return (limits[-1] if limits else None), (terms[-1] if terms else None)


def _yuan(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,} 元"
