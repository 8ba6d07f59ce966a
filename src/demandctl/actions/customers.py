"""The directory: contacts and customers, found by what people type and changed one at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from demandctl.actions import aliases
from demandctl.core.event import Event
from demandctl.core.identity import Identity, look_alike
from demandctl.core.papers import missing
from demandctl.core.recurrence import problem_of
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language import phones
from demandctl.language.subject import About, Subject, read_number
from demandctl.queries.identity import holder, namesakes
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reader_in
from demandctl.store.deadlines import happen
from demandctl.store.fields import called
from demandctl.store.models import Contact, Customer, Demand
from demandctl.store.work import Work
from demandctl.vocabulary import AliasKind, Kind

if TYPE_CHECKING:
    from demandctl.core.routing import Branch, Need


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
        if by_code or _as_phone(name) or aliases.is_called(work, known[0], name):
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
    begin_standing(work, customer, [name for name in ("value", "stage", "birthday") if getattr(customer, name)])
    return customer


def edit_customer(work: Work, customer: Customer, values: Mapping[str, Any]) -> list[str]:
    """Change a customer's data; returns the names of the fields that changed."""
    before = customer.values()
    _set_customer(work, customer, values)
    work.session.flush()
    changed = [name for name, value in customer.values().items() if before[name] != value and name != "pinyin"]
    if "revisit_every" in changed:
        tell(work, customer, {"scheduled"}, repeat=customer.revisit_every)
    begin_standing(work, customer, changed)
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
            if customer.id and given[kind] != getattr(customer, kind):
                aliases.take_up(work, customer, kind, given[kind])
    for name, value in given.items():
        setattr(customer, name, value)
    if not customer.name.strip():
        raise UsageError("客户要有姓名")
    if customer.revisit_every and (reason := problem_of(customer.revisit_every)):
        raise UsageError(f"--revisit-every：{reason}", "例如 每月、每两周的周三、每季度、每月 15 号")


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
    event = Event(frozenset(names), at or work.now, facts_of(customer), on=on, repeat=repeat, demand_id=demand_id)
    happen(work, customer.subject, event, customer_id=customer.id)


def facts_of(customer: Customer) -> dict[str, object]:
    """What rules may ask about a customer."""
    return {
        "arrears": customer.arrears,
        "handed": customer.handed,
        "scheduled": bool(customer.revisit_every),
        "value": customer.value,
        "stage": customer.stage,
        "lacking": bool(customer.profiled_on and missing(customer.documents)),
        "birthday": customer.birthday is not None,
        "owner": customer.owner_id,
    }


def yearly(day: date) -> str:
    """The recurrence of a day each year; of the 29th of February the last day of that month."""
    on = "28,29;BYSETPOS=-1" if (day.month, day.day) == (2, 29) else str(day.day)
    return f"FREQ=YEARLY;BYMONTH={day.month};BYMONTHDAY={on}"


STANDING = frozenset({"classed", "born", "approved"})
"""Events that set what a customer is from then on: a rule that starts from one starts for whoever is so."""


def begin_standing(work: Work, customer: Customer, names: Collection[str]) -> None:
    """Start, or start anew, the clocks that hang on what a customer is: columns that were just set."""
    if {"value", "stage", "revisit_every"} & {*names} and (customer.value or customer.stage):
        tell(work, customer, {"classed"})
    if "birthday" in names:
        born = customer.birthday
        tell(work, customer, {"born"} if born else {"edited"}, repeat=yearly(born) if born else "")


def branch_of(work: Work, demand: Demand) -> Branch:
    """The branch of a demand as it now stands."""
    from demandctl.core.routing import branch_of
    from demandctl.queries.groups import whose
    from demandctl.queries.routing import candidates

    people = candidates(reader := reader_in(work))
    by_id = {person.id: person for person in people}
    handler, leader = by_id.get(demand.handler_id or 0), by_id.get(demand.leader_id or 0)
    return branch_of(handler, leader, demand.region, whose(reader, demand.group_name).branch, people)


def need_of(work: Work, demand: Demand) -> Need:
    """What routing asks about a demand."""
    from demandctl.core.routing import Need
    from demandctl.queries.groups import whose

    owner = work.session.get_one(Customer, demand.customer_id).owner_id
    accused = demand.content if demand.kind == Kind.COMPLAINT else ""
    need = Need(demand.kind, demand.subtype, demand.region, demand.product, owner, accused, demand.accused_id)
    return need.out_of_group(*whose(reader_in(work), demand.group_name))
