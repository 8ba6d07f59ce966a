"""A customer's contract and the papers that belong into his file (C 1.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from demandctl.actions.customers import tell
from demandctl.core.papers import PAPERS, missing
from demandctl.errors import Refused, UsageError
from demandctl.store.models import Customer
from demandctl.store.work import Work


def accept_contract(work: Work, customer: Customer, on: date) -> None:
    """The sales contract was accepted: the profile is due within three days (C 1.5.1)."""
    customer.contract_on = on
    work.session.flush()
    tell(work, customer, {"contracted"}, on=on)


def file_papers(work: Work, customer: Customer, papers: Sequence[str], approved_by: str, on: date) -> list[str]:
    """Put papers on file; returns those that are still missing.

    With all of them there, or with somebody's approval of the gap, the profile is complete. What an approved file lacks
    is still to be brought, and each paper that comes in starts that clock anew. Refused when there is nothing to put on
    file and nobody who approves.
    """
    unknown = [name for name in papers if name not in PAPERS]
    if unknown:
        raise UsageError(f"不认识的资料：{'、'.join(unknown)}", f"可以是：{'、'.join(PAPERS)}")
    fresh = [name for name in papers if name not in customer.documents]
    customer.documents = [name for name in PAPERS if name in {*customer.documents, *papers}]
    lacking = missing(customer.documents)
    if lacking and not (papers or approved_by):
        raise Refused(
            f"资料不全，还缺：{'、'.join(lacking)}",
            "领导同意先建档的，加上 --approved-by 姓名；补齐的，加上 --document 名称",
        )
    names = ({"paper"} if fresh else set()) | (set() if lacking else {"complete"})
    if approved_by or not lacking:
        names |= {"profiled", "approved"} if lacking else {"profiled"}
        if not customer.profiled_on or (customer.contract_on and customer.profiled_on < customer.contract_on):
            customer.profiled_on = on
    customer.approved_by = approved_by or customer.approved_by
    work.session.flush()
    if names:
        tell(work, customer, names)
    return lacking
