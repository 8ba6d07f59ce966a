"""Further phones, WeChat ids and names of a customer: the one place where they are written."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import select

from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language import phones
from demandctl.queries.identity import holder
from demandctl.queries.reader import reader_in
from demandctl.store.fields import called
from demandctl.store.models import Alias, Customer
from demandctl.store.work import Work
from demandctl.vocabulary import AliasKind

Known = tuple[AliasKind, str]
"""What somebody is known by, and as what."""


def known_by(customer: Customer) -> list[Known]:
    """By what a customer's own row knows him: what he would be known by further, were he somebody else's part."""
    own = [
        (AliasKind.PHONE, customer.phone), (AliasKind.WECHAT, customer.wechat), (AliasKind.NAME, customer.name),
        (AliasKind.NAME, customer.nickname),
    ]  # fmt: skip
    return [(kind, value) for kind, value in own if value and not (kind is AliasKind.NAME and _is_number(value))]


def _is_number(name: str) -> bool:
    """Whether somebody is called by his phone because nobody knew his name."""
    try:
        return bool(phones.normalise(name))
    except UsageError:
        return False


def add(work: Work, customer: Customer, kind: AliasKind, value: str, note: str = "") -> bool:
    """Know a customer by something further; False where he is known by it. Refused where it is somebody else's."""
    value = phones.normalise(value) if kind is AliasKind.PHONE else value.strip()
    if not value or (kind, value) in known_by(customer):
        return False
    if kind is not AliasKind.NAME:
        require_his(work, customer, kind, value)
    known = select(Alias).where(Alias.customer_id == customer.id, Alias.kind == kind.value, Alias.value == value)
    if work.session.exec(known).first():
        return False
    work.session.add(Alias(customer_id=customer.id, kind=kind.value, value=value, note=note))
    work.session.flush()
    return True


def is_called(work: Work, customer: Customer, name: str) -> bool:
    """Whether a name is a further one of a customer's."""
    his = select(Alias.id).where(Alias.customer_id == customer.id, Alias.kind == AliasKind.NAME.value)
    return work.session.exec(his.where(Alias.value == name)).first() is not None


def require_his(work: Work, customer: Customer, kind: AliasKind, value: str) -> None:
    """Refused for a phone or a WeChat id that belongs to another customer."""
    number = holder(reader_in(work), kind, value)
    if number is None or number == customer.id:
        return
    other = work.session.get_one(Customer, number)
    raise Refused(
        f"{called('customer', kind)} {value} 已是 {other.code} {other.name} 的",
        f"看他的资料：demandctl customer show {other.code}",
    )


def inherit(work: Work, kept: Customer, known: Iterable[Known]) -> None:
    """What another was *known* by before he became part of *kept* is known of the one who stays."""
    for kind, value in known:
        add(work, kept, kind, value)


def take_up(work: Work, customer: Customer, kind: AliasKind, value: str) -> None:
    """Make a further phone or WeChat id of a customer his first; the one that he had so far is a further one then."""
    his = select(Alias).where(Alias.customer_id == customer.id, Alias.kind == kind.value, Alias.value == value)
    further = work.session.exec(his).first()
    merged = select(Customer).where(Customer.merged_into == customer.id, getattr(Customer, kind.value) == value)
    for part in work.session.exec(merged):  # merged by a version that left it with him
        setattr(part, kind.value, "")
    if further is None:
        work.session.flush()
        return
    had = getattr(customer, kind.value)
    work.session.delete(further)
    setattr(customer, kind.value, value)
    work.session.flush()
    if had:
        add(work, customer, kind, had)


def forget(work: Work, customer: Customer, value: str) -> None:
    """A further phone, WeChat id or name that was not his; NotFound for what he is not known by."""
    wanted = {value, phones.normalise(value)} if _is_number(value) else {value}
    found = [
        alias
        for alias in work.session.exec(select(Alias).where(Alias.customer_id == customer.id))
        if alias.value in wanted
    ]
    if not found:
        raise NotFound(
            f"{customer.code} 没有“{value[:40]}”这个别的电话、微信或姓名", f"demandctl customer show {customer.code}"
        )
    for alias in found:
        work.session.delete(alias)
    work.session.flush()
