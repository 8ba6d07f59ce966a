"""The writing use cases of attachments 附件: named in the ledger once their content is kept (``store.attachments``)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import select

from demandctl.actions.demands import find_demand
from demandctl.actions.revisits import find_revisit
from demandctl.errors import LedgerUnusable, NotFound, Refused
from demandctl.language.subject import About, Subject
from demandctl.store.attachments import Content, folder
from demandctl.store.models import Attachment, Customer
from demandctl.store.work import Work

_OWNERS = {About.DEMAND: "demand_id", About.CUSTOMER: "customer_id", About.REVISIT: "revisit_id"}


def attach(work: Work, subject: Subject, contents: Sequence[Content], *, note: str = "") -> list[Attachment]:
    """Name files that were kept as attachments of a demand, a customer or a revisit; returns those that are new to it.

    NotFound when there is no such subject; Refused for a customer who was erased.
    """
    _require_there(work, subject)
    column = _OWNERS[subject.about]
    known = select(Attachment.sha256).where(getattr(Attachment, column) == subject.number)
    there = set(work.session.exec(known))
    added: list[Attachment] = []
    for content in contents:
        if content.sha256 in there:
            continue
        if not (folder(work.context.db_path) / content.sha256).is_file():  # cleared since it was kept
            raise LedgerUnusable("附件刚刚被清理掉了，这一步没有写入", "再来一次")
        there.add(content.sha256)
        row = Attachment(
            **{column: subject.number}, name=content.name, media_type=content.media_type, size=content.size,
            sha256=content.sha256, at=work.now, note=note,
        )  # fmt: skip
        work.session.add(row)
        added.append(row)
    work.session.flush()
    return added


def _require_there(work: Work, subject: Subject) -> None:
    if subject.about is About.DEMAND:
        find_demand(work.session, subject.number)
    elif subject.about is About.REVISIT:
        find_revisit(work.session, subject.number)
    else:
        customer = work.session.get(Customer, subject.number)
        if customer is None:
            raise NotFound(f"没有{subject.words}", "看看有谁：demandctl customer list")
        if customer.erased_at:
            raise Refused(f"{subject} 的个人资料已按要求删除，不再附他的东西")


def remove(work: Work, number: int) -> Attachment:
    """Take an attachment off; its content stays as long as undo may bring it back. NotFound when there is none."""
    row = work.session.get(Attachment, number)
    if row is None:
        raise NotFound(f"没有附件 {number}", "看看有哪些：demandctl attach list")
    work.session.delete(row)
    work.session.flush()
    return row
