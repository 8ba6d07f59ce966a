"""Changes of credit limit and term 客户信用额度、账期更改申请单 (C 1.5.2): four signatures, then they hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import col, select

from demandctl.core.signing import SIGNATURES, unsigned
from demandctl.errors import Refused
from demandctl.store.models import Credit, Customer
from demandctl.store.work import Work


def change_credit(
    work: Work, customer: Customer, *, limit: str | None = None, term: str = "", reason: str = "",
    signed: Mapping[str, str], on: date,
) -> Credit:  # fmt: skip
    """Apply for another limit or term, or sign what was applied for; with the last signature it holds.

    *signed* are names by the part that they sign (applied, audited, checked, signed). Refused out of that order, and
    for a second application while one is not decided.
    """
    form = open_application(work, customer)
    if limit is not None or term:
        if form:
            raise Refused(
                f"{customer.code} 已有一张没有签完的申请单，还差{'、'.join(_lacking(form))}",
                f"先签完它：demandctl customer credit {customer.code} --{_next(form)}-by 姓名；申请错了就撤销那一步",
            )
        form = Credit(customer_id=customer.id, at=work.now, credit_limit=limit, credit_term=term, reason=reason)
        signed = {"applied": work.who, **signed}
        work.session.add(form)
    elif form is None:
        raise Refused(
            f"{customer.code} 没有要签的申请单",
            f"先申请：demandctl customer credit {customer.code} --limit 50万 --term 60天 --applied-by 姓名",
        )
    form.reason = form.reason or reason
    _sign(form, signed, on)
    if not _lacking(form):
        customer.credit_limit = form.credit_limit or customer.credit_limit
        customer.credit_term = form.credit_term or customer.credit_term
    work.session.flush()
    return form


def _sign(form: Credit, signed: Mapping[str, str], on: date) -> None:
    for part, called in SIGNATURES.items():
        if not (who := signed.get(part, "")):
            continue
        if before := getattr(form, f"{part}_by"):
            raise Refused(f"这张申请单已由 {before} {called}", "看看还差谁：demandctl customer show")
        if _next(form) != part:
            raise Refused(f"还没有{SIGNATURES[_next(form)]}，先不能{called}", f"--{_next(form)}-by 姓名")
        setattr(form, f"{part}_by", who)
        setattr(form, f"{part}_on", on)


def open_application(work: Work, customer: Customer) -> Credit | None:
    """The application of a customer that is not signed by everybody."""
    his = select(Credit).where(Credit.customer_id == customer.id).order_by(col(Credit.id).desc())
    newest = work.session.exec(his).first()
    return newest if newest and _lacking(newest) else None


def _lacking(form: Credit) -> list[str]:
    return [SIGNATURES[part] for part in unsigned(form.values())]


def _next(form: Credit) -> str:
    return unsigned(form.values())[0]
