"""The directory: contacts and customers, found by what people type and changed one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from demandctl.actions import aliases
from demandctl.core.event import Event
from demandctl.core.identity import Identity, look_alike
from demandctl.core.rules import repeat_problem
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language import phones
from demandctl.language.subject import About, Subject, read_number
from demandctl.queries.identity import holder, namesakes
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reader_in
from demandctl.store.deadlines import happen
from demandctl.store.fields import called
from demandctl.store.models import Contact, Customer, Demand, Purchase
from demandctl.store.work import Work
from demandctl.vocabulary import AliasKind

if TYPE_CHECKING:
    from demandctl.core.routing import Branch, Need

DOCUMENTS = (
    "客户信息登记", "送货申请表", "营业执照", "担保书", "购销合同", "安全生产许可证", "土地使用证复印件", "开票资料",
)  # fmt: skip
"""What a first co-operation must have on file (C 1.5.1)."""


# -- customers ---------------------------------------------------------------------------------------------------


def find_customer(work: Work, text: str) -> Customer:
    """The customer that a code, a name, a phone or a part names; NotFound for nobody, UsageError for several."""
    customer = work.session.get_one(Customer, find_customer_id(reader_in(work), text))
    _require_present(customer)
    return customer


def _require_present(customer: Customer) -> None:
    """Refuse to write anew about somebody whose data was erased at his wish."""
    if customer.erased_at:
        raise Refused(f"{customer.code} 的个人资料已按要求删除", "他又来了，就当新客户登记：写姓名，不写编号")


def identify_customer(work: Work, values: Mapping[str, Any]) -> tuple[Customer, list[str]]:
    """The customer of a demand: the one with that phone or WeChat id, else a new one; with what is worth saying.

    A known phone or WeChat id wins over the name; blanks are filled in, differences reported, and two that belong to
    two customers are refused.
    """
    session = work.session
    given = {name: value for name, value in values.items() if value}
    name = str(given.get("name", ""))
    if not given.get("phone") and (number := _as_phone(name)):
        given["phone"] = number
    if given.get("phone"):
        given["phone"] = phones.normalise(given["phone"])
    doubts = [doubt] if (doubt := phones.doubt(given.get("phone", ""))) else []
    by_code = _by_code(session, name)
    by_phone = _holder(work, AliasKind.PHONE, given.get("phone", ""))
    by_wechat = _holder(work, AliasKind.WECHAT, given.get("wechat", ""))
    known = [c for c in (by_code, by_phone, by_wechat) if c]
    if len({c.id for c in known}) > 1:
        listed = "、".join(dict.fromkeys(f"{c.code} {c.name}" for c in known))
        raise Refused(f"编号、电话和微信属于不同的客户：{listed}", "核对号码，只留下对的那个")
    if known:
        if by_code or _as_phone(name):
            given.pop("name", None)
        further = {"phone"} if by_phone and by_phone.phone else set()
        further |= {"wechat"} if by_wechat and by_wechat.wechat else set()
        told = _fill_in(known[0], {name: value for name, value in given.items() if name not in further})
        return known[0], told + doubts
    customer = Customer(created_at=work.now, nickname=name, **given)
    session.add(customer)
    session.flush()
    return customer, _look_alikes(work, customer) + doubts


def _as_phone(name: str) -> str:
    """The phone that stands where a name may stand; '' for a name."""
    try:
        return phones.normalise(name) if name else ""
    except UsageError:
        return ""


def _by_code(session: Session, text: str) -> Customer | None:
    """The customer whose code stands where a name may stand; NotFound for a code that nobody has."""
    number = read_number(text, About.CUSTOMER, bare=False)
    if number is None:
        return None
    customer = survivor(session, session.get(Customer, number))
    if customer is None:
        raise NotFound(f"没有{Subject.customer(number).words}", "看看有谁：demandctl customer list")
    _require_present(customer)
    return customer


def _look_alikes(work: Work, customer: Customer) -> list[str]:
    """What is worth saying of a new customer: that others may be the same."""
    who = Identity(customer.name, customer.nickname, customer.phone, customer.wechat, customer.region)
    others = [(n, one) for n, one in namesakes(reader_in(work), who) if n != customer.id and look_alike(who, one)]
    listed = "、".join(f"{Subject.customer(n)} {one.name}（{one.region or '地区未知'}）" for n, one in others[:5])
    return [f"已有同名客户 {listed}；若是同一人，撤销后改用 --customer 编号"] if others else []


def _holder(work: Work, kind: AliasKind, value: str) -> Customer | None:
    """The customer of a phone or a WeChat id."""
    number = holder(reader_in(work), kind, value) if value else None
    return work.session.get_one(Customer, number) if number else None


def survivor(session: Session, customer: Customer | None) -> Customer | None:
    """The customer whom one who was merged has become."""
    while customer and customer.merged_into:
        customer = session.get(Customer, customer.merged_into)
    return customer


def _fill_in(customer: Customer, given: Mapping[str, Any]) -> list[str]:
    """Fill what is blank; what differs stays as it was and is said."""
    notes: list[str] = []
    for name, value in given.items():
        had = getattr(customer, name)
        if not had:
            setattr(customer, name, value)
        elif had != value and not (name == "name" and value == customer.nickname) and name != "region":
            notes.append(f"{customer.code} 的{called('customer', name)}原为“{had}”，这次是“{value}”，没有改")
    return notes


def add_customer(work: Work, values: Mapping[str, Any]) -> Customer:
    """Record a customer; Refused when the phone or the WeChat id belongs to one already."""
    customer = Customer(name="", created_at=work.now)
    _set_customer(work, customer, values)
    customer.nickname = customer.nickname or customer.name
    work.session.add(customer)
    work.session.flush()
    if customer.revisit_every:
        tell(work, customer, {"scheduled"}, repeat=customer.revisit_every)
    return customer


def edit_customer(work: Work, customer: Customer, values: Mapping[str, Any]) -> list[str]:
    """Change a customer's data; returns the names of the fields that changed."""
    before = customer.values()
    _set_customer(work, customer, values)
    work.session.flush()
    changed = [name for name, value in customer.values().items() if before[name] != value and name != "pinyin"]
    if "revisit_every" in changed:
        tell(work, customer, {"scheduled"}, repeat=customer.revisit_every)
    since = max((d for d in (customer.last_order, customer.business_contact) if d), default=None)
    if "business_contact" in changed and since:
        tell(work, customer, {"business-contact"}, on=since)
    if {"arrears", "handed"} & set(changed):
        free = since and not customer.arrears and not customer.handed
        tell(work, customer, {"released"} if free else {"edited"}, on=since if free else None)
    return changed


def _set_customer(work: Work, customer: Customer, values: Mapping[str, Any]) -> None:
    given = dict(values)
    if given.get("phone"):
        given["phone"] = phones.normalise(given["phone"])
    for kind in (AliasKind.PHONE, AliasKind.WECHAT):
        if given.get(kind):
            aliases.require_his(work, customer, kind, given[kind])
    for name, value in given.items():
        setattr(customer, name, value)
    if not customer.name.strip():
        raise UsageError("客户要有姓名")
    if customer.revisit_every and (reason := repeat_problem(customer.revisit_every)):
        raise UsageError(
            f"--revisit-every：{reason}", "例如每月一次：FREQ=MONTHLY；每两周的周三：FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"
        )


def record_order(
    work: Work,
    customer: Customer,
    on: date,
    *,
    product: str = "",
    amount: str | None = None,
    demand: Demand | None = None,
) -> Purchase:
    """A customer ordered: a visit within a week (C 2.2), and the clocks of inactivity start anew (C 1.4).

    A demand that was won is an order; recording that order again fills in what it lacks and owes no second visit.
    """
    known = _same_order(work, customer, on, product, demand)
    if known:
        known.product, known.amount = known.product or product, known.amount or amount
        work.session.flush()
        return known
    number = demand.id if demand else None
    order = Purchase(customer_id=customer.id, ordered_on=on, product=product, amount=amount, demand_id=number)
    work.session.add(order)
    if customer.last_order and on < customer.last_order:
        # Recorded late: a visit is owed, but the clocks of inactivity run from the last order.
        tell(work, customer, {"sale"}, on=on, demand_id=number)
        return order
    customer.last_order = on
    work.session.flush()
    tell(work, customer, {"order", "sale"}, on=on, demand_id=number)
    if customer.business_contact and customer.business_contact > on:
        tell(work, customer, {"business-contact"}, on=customer.business_contact)
    return order


def _same_order(work: Work, customer: Customer, on: date, product: str, demand: Demand | None) -> Purchase | None:
    """The order that is meant again: of the same demand, or of the same day, one of the two out of a won demand."""
    orders = work.session.exec(select(Purchase).where(Purchase.customer_id == customer.id)).all()
    number = demand.id if demand else None
    for order in orders:
        if number is not None and order.demand_id == number:
            return order
        one_is_won = (number is None) != (order.demand_id is None)
        if order.ordered_on == on and one_is_won and (not product or not order.product or product == order.product):
            if number is not None:
                order.demand_id = number
            return order
    return None


def withdraw_order(work: Work, customer: Customer, demand: Demand) -> None:
    """A demand that had been won or solved is open again: its order, and the visit that hung on it, are gone."""
    withdrawn = work.session.exec(select(Purchase).where(Purchase.demand_id == demand.id)).all()
    days = {order.ordered_on for order in withdrawn}
    for order in withdrawn:
        work.session.delete(order)
    work.session.flush()
    tell(work, customer, {"withdrawn"}, demand_id=demand.id)
    newest = select(Purchase).where(Purchase.customer_id == customer.id).order_by(col(Purchase.ordered_on).desc())
    left = work.session.exec(newest).first()
    if customer.last_order in days:
        customer.last_order = left.ordered_on if left else None


def accept_contract(work: Work, customer: Customer, on: date) -> None:
    """The sales contract was accepted: the profile is due within three days (C 1.5.1)."""
    customer.contract_on = on
    work.session.flush()
    tell(work, customer, {"contracted"}, on=on)


def complete_profile(work: Work, customer: Customer, documents: Sequence[str], approved_by: str, on: date) -> list[str]:
    """The customer's file is complete; missing documents, returned, need somebody's approval (C 1.5.1)."""
    unknown = [name for name in documents if name not in DOCUMENTS]
    if unknown:
        raise UsageError(f"不认识的资料：{'、'.join(unknown)}", f"可以是：{'、'.join(DOCUMENTS)}")
    customer.documents = [name for name in DOCUMENTS if name in {*customer.documents, *documents}]
    missing = [name for name in DOCUMENTS if name not in customer.documents]
    if missing and not approved_by:
        raise Refused(
            f"资料不全，还缺：{'、'.join(missing)}",
            "领导同意先建档的，加上 --approved-by 姓名；补齐的，加上 --document 名称",
        )
    customer.approved_by = approved_by or customer.approved_by
    customer.profiled_on = on
    work.session.flush()
    tell(work, customer, {"profiled"})
    return missing


def give_owner(work: Work, customer: Customer, owner: Contact) -> None:
    """Give a customer to his own salesman or serviceman; the two talk within a week (C 1.3)."""
    if not owner.active:
        raise Refused(f"{owner.name} 已离职，不能负责客户", "换一位：demandctl contact list")
    if customer.owner_id == owner.id:
        raise Refused(f"{customer.code} 已由 {owner.name} 负责")
    customer.owner_id, customer.briefed_at = owner.id, None
    work.session.flush()
    tell(work, customer, {"owned"})


def brief_owner(work: Work, customer: Customer) -> None:
    """The talk about a customer with his owner took place (C 1.3)."""
    if customer.owner_id is None:
        raise Refused(f"{customer.code} 还没有专属对接人", f"先指定：demandctl customer owner {customer.code} 联系人")
    customer.briefed_at = work.now
    work.session.flush()
    tell(work, customer, {"briefed"})


def tell(
    work: Work,
    customer: Customer,
    names: set[str],
    *,
    at: datetime | None = None,
    on: date | None = None,
    repeat: str = "",
    demand_id: int | None = None,
) -> None:
    """Let the customer's deadlines know what happened; one who was erased is not to be called or visited any more."""
    assert customer.id is not None
    if customer.erased_at:
        return
    facts = {
        "arrears": customer.arrears,
        "handed": customer.handed,
        "scheduled": bool(customer.revisit_every),
        "owner": customer.owner_id,
    }
    event = Event(frozenset(names), at or work.now, facts, on=on, repeat=repeat, demand_id=demand_id)
    happen(work, customer.subject, event, customer_id=customer.id)


def branch_of(work: Work, demand: Demand) -> Branch:
    """The branch of a demand as it now stands."""
    from demandctl.core.routing import branch_of
    from demandctl.queries.routing import branch_of_group, candidates

    people = candidates(reader := reader_in(work))
    by_id = {person.id: person for person in people}
    handler, leader = by_id.get(demand.handler_id or 0), by_id.get(demand.leader_id or 0)
    return branch_of(handler, leader, demand.region, branch_of_group(reader, demand.group_name), people)


def need_of(session: Session, demand: Demand) -> Need:
    """What routing asks about a demand."""
    from demandctl.core.routing import Need

    owner = session.get_one(Customer, demand.customer_id).owner_id
    return Need(demand.kind, demand.subtype, demand.region, demand.product, owner, demand.content)
