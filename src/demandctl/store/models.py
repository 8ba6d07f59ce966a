"""The tables as the writing side sees them. The schema itself is in ``migrations``; a test proves that both agree."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, event
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from demandctl.language.pinyin import spelled
from demandctl.language.subject import LEDGER, About, Subject
from demandctl.store.values import stored


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC text to the second: ``2026-11-22T01:00:00Z``."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else stored(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Texts(TypeDecorator[list[str]]):
    """A list of texts, stored as a JSON array."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str:
        return json.dumps(value or [], ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str]:
        return json.loads(value) if value else []


def instant(**options: Any) -> Any:
    """A column of instants."""
    return Field(sa_type=Instant, **options)


def texts() -> Any:
    """A column of text lists."""
    return Field(default_factory=list, sa_type=Texts)


class Row(SQLModel):
    """What all tables share."""

    # Rows are made by use cases, not parsed: building eleven validators would cost every writing command 50 ms.
    model_config = {"defer_build": True}

    def values(self) -> dict[str, object]:
        """The columns by name; pydantic's ``model_dump`` would build a serializer first."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Operation(Row, table=True):
    """One command that wrote."""

    id: int = Field(default=None, primary_key=True)
    at: datetime = instant()
    who: str
    command: str
    summary: str = ""
    undoes: int | None = Field(default=None, foreign_key="operation.id")
    undone_by: int | None = Field(default=None, foreign_key="operation.id")


class Contact(Row, table=True):
    """One person of the directory 通讯录 (R 3.2)."""

    id: int = Field(default=None, primary_key=True)
    name: str
    phone: str = ""
    wechat: str = ""
    role: str
    branch: str = ""
    regions: list[str] = texts()
    products: list[str] = texts()
    skills: list[str] = texts()
    leader: bool = False
    active: bool = True
    pinyin: str = ""
    note: str = ""


class Customer(Row, table=True):
    """A customer 客户; its code is K and its number (C 1.5.1)."""

    id: int = Field(default=None, primary_key=True)
    name: str
    nickname: str = ""
    wechat: str = ""
    phone: str = ""
    company: str = ""
    region: str = ""
    address: str = ""
    value: str | None = None
    need_class: str | None = None
    stage: str | None = None
    tags: list[str] = texts()
    owner_id: int | None = Field(default=None, foreign_key="contact.id")
    briefed_at: datetime | None = instant(default=None)
    birthday: date | None = None
    last_order: date | None = None
    business_contact: date | None = None
    arrears: bool = False
    handed: bool = False
    contract_on: date | None = None
    profiled_on: date | None = None
    documents: list[str] = texts()
    approved_by: str = ""
    revisit_every: str = ""
    note: str = ""
    consent_on: date | None = None
    erased_at: datetime | None = instant(default=None)
    created_at: datetime = instant()
    pinyin: str = ""
    merged_into: int | None = Field(default=None, foreign_key="customer.id")
    source: str = ""
    email: str = ""
    industry: str = ""
    lost_reason: str = ""
    credit_limit: str | None = None
    credit_term: str = ""

    @property
    def subject(self) -> Subject:
        """Itself as a subject."""
        return Subject.customer(self.id)

    @property
    def code(self) -> str:
        """The permanent customer code, ``K00001``."""
        return self.subject.code


class Demand(Row, table=True):
    """A demand 需求; ``id`` is its number."""

    id: int = Field(default=None, primary_key=True)
    kind: str
    subtype: str | None = None
    channel: str
    group_name: str = ""
    customer_id: int = Field(foreign_key="customer.id")
    region: str = ""
    product: str = ""
    content: str
    source: str = ""
    wish: str = ""
    urgency: str = "normal"
    service_mode: str | None = None
    warranty: str = ""
    from_id: int | None = Field(default=None, foreign_key="demand.id")
    tags: list[str] = texts()
    raised_at: datetime = instant()
    registered_at: datetime = instant()
    verified: bool | None = None
    status: str = "new"
    handler_id: int | None = Field(default=None, foreign_key="contact.id")
    leader_id: int | None = Field(default=None, foreign_key="contact.id")
    branch: str = ""
    branch_leader_id: int | None = Field(default=None, foreign_key="contact.id")
    escalation: int = 0
    next_at: datetime | None = instant(default=None)
    next_plan: str = ""
    resolved_at: datetime | None = instant(default=None)
    confirmed_at: datetime | None = instant(default=None)
    outcome: str | None = None
    reason: str = ""
    amount: str | None = None
    duplicate_of: int | None = Field(default=None, foreign_key="demand.id")
    note: str = ""
    closed_at: datetime | None = instant(default=None)
    machine_id: int | None = Field(default=None, foreign_key="machine.id")
    accused_id: int | None = Field(default=None, foreign_key="contact.id")

    @property
    def subject(self) -> Subject:
        """Itself as a subject."""
        return Subject.demand(self.id)

    @property
    def code(self) -> str:
        """What people call it, ``D12``."""
        return self.subject.code


class FollowUp(Row, table=True):
    """A follow-up 跟进记录: when, by whom, how, what was said, what comes next."""

    __tablename__ = "follow_up"

    id: int = Field(default=None, primary_key=True)
    demand_id: int = Field(foreign_key="demand.id")
    at: datetime = instant()
    by_name: str
    by_id: int | None = Field(default=None, foreign_key="contact.id")
    phone: str = ""
    internal: bool = False
    method: str | None = None
    stage: str = ""
    text: str
    next_at: datetime | None = instant(default=None)
    next_plan: str = ""
    wait_until: datetime | None = instant(default=None)
    resolved: bool = False
    note: str = "follow-up"
    to_id: int | None = Field(default=None, foreign_key="contact.id")
    to_name: str = ""


class Assignment(Row, table=True):
    """An assignment 派单记录: from whom to whom, how, why."""

    id: int = Field(default=None, primary_key=True)
    demand_id: int = Field(foreign_key="demand.id")
    at: datetime = instant()
    from_id: int | None = Field(default=None, foreign_key="contact.id")
    to_id: int = Field(foreign_key="contact.id")
    how: str
    reason: str = ""
    operator: str


class Escalation(Row, table=True):
    """An escalation 疑难升级 (S 4): the person, the problem and the time allowed."""

    id: int = Field(default=None, primary_key=True)
    demand_id: int = Field(foreign_key="demand.id")
    at: datetime = instant()
    to_id: int = Field(foreign_key="contact.id")
    level: int
    problem: str
    within: str = ""
    product: str = ""
    tried: str = ""
    done_at: datetime | None = instant(default=None)
    result: str = ""


class Revisit(Row, table=True):
    """A revisit 回访, planned or made."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    demand_id: int | None = Field(default=None, foreign_key="demand.id")
    kind: str
    method: str | None = None
    planned_at: datetime | None = instant(default=None)
    visited_at: datetime | None = instant(default=None)
    reachable: bool | None = None
    call_back_at: datetime | None = instant(default=None)
    product_rating: str | None = None
    attitude: str | None = None
    speed: str | None = None
    promise: str | None = None
    satisfaction: str | None = None
    dissatisfaction: str = ""
    heard_from: str = ""
    suggestion: str = ""
    recommend: bool | None = None
    inactive_reason: str = ""
    would_continue: bool | None = None
    problem: str = ""
    urgent: bool = False
    department: str = ""
    forwarded_at: datetime | None = instant(default=None)
    contacted_at: datetime | None = instant(default=None)
    plan: str = ""
    planned_by_department_at: datetime | None = instant(default=None)
    escalated_to: int | None = Field(default=None, foreign_key="contact.id")
    solved_at: datetime | None = instant(default=None)
    recorded_at: datetime | None = instant(default=None)
    visitor: str = ""
    note: str = ""
    escalated_at: datetime | None = instant(default=None)
    escalation_problem: str = ""
    escalation_within: str = ""

    @property
    def subject(self) -> Subject:
        """Itself as a subject."""
        return Subject.revisit(self.id)

    @property
    def code(self) -> str:
        """What people call it, ``R4``."""
        return self.subject.code


class Alias(Row, table=True):
    """A further phone, WeChat id or name of a customer; ``kind`` says which."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    kind: str
    value: str
    note: str = ""


class Purchase(Row, table=True):
    """An order 订货 (P 购买历史, C 1.4); a demand that was won is one."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    ordered_on: date
    product: str = ""
    amount: str | None = None
    demand_id: int | None = Field(default=None, foreign_key="demand.id")
    note: str = ""


class Machine(Row, table=True):
    """A machine 设备 that a customer uses (P 产品使用情况, S 产品信息)."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    model: str
    serial: str = ""
    bought_on: date | None = None
    warranty_until: date | None = None
    note: str = ""


class Credit(Row, table=True):
    """A change of credit limit or term with its four signatures 客户信用额度、账期更改申请单 (C 1.5.2)."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    at: datetime = instant()
    credit_limit: str | None = None
    credit_term: str = ""
    reason: str = ""
    applied_by: str = ""
    applied_on: date | None = None
    audited_by: str = ""
    audited_on: date | None = None
    checked_by: str = ""
    checked_on: date | None = None
    signed_by: str = ""
    signed_on: date | None = None


class WechatGroup(Row, table=True):
    """A group 社群 of customers: its branch, its region, and the experts in it (R 区域营销社群)."""

    __tablename__ = "wechat_group"

    id: int = Field(default=None, primary_key=True)
    name: str
    branch: str = ""
    region: str = ""
    experts: list[int] = Field(default_factory=list, sa_type=Texts)
    note: str = ""


class ServiceStep(Row, table=True):
    """A service step 服务环节 (S 3-6): a machine received, parts, a second visit, a charge, a return."""

    __tablename__ = "service_step"

    id: int = Field(default=None, primary_key=True)
    demand_id: int = Field(foreign_key="demand.id")
    step: str
    at: datetime = instant()
    by_name: str = ""
    by_id: int | None = Field(default=None, foreign_key="contact.id")
    number: str = ""
    amount: str | None = None
    reason: str = ""
    decision: str = ""
    note: str = ""


class Attachment(Row, table=True):
    """An attachment 附件 of a demand, a customer or a revisit; its content lies beside the ledger, once a hash."""

    id: int = Field(default=None, primary_key=True)
    demand_id: int | None = Field(default=None, foreign_key="demand.id")
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    revisit_id: int | None = Field(default=None, foreign_key="revisit.id")
    name: str
    media_type: str = ""
    size: int
    sha256: str
    at: datetime = instant()
    note: str = ""


class Greeting(Row, table=True):
    """A greeting that was sent: for a birthday, an anniversary or a festival (P 客户关怀, W 4.3)."""

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    at: datetime = instant()
    occasion: str
    method: str | None = None
    text: str = ""


class RuleSet(Row, table=True):
    """The rules and the calendar that deadlines were made by, stored once each."""

    __tablename__ = "ruleset"

    id: int = Field(default=None, primary_key=True)
    digest: str
    rules: str
    calendar: str
    calendar_version: str


class EventRow(Row, table=True):
    """What the deadline machine was told; replayed by ``doctor``."""

    __tablename__ = "event"

    id: int = Field(default=None, primary_key=True)
    about: str
    subject_id: int
    demand_id: int | None = Field(default=None, foreign_key="demand.id")
    at: datetime = instant()
    names: str
    data: str
    ruleset_id: int = Field(foreign_key="ruleset.id")


class DeadlineRow(Row, table=True):
    """A deadline 时限 as it is stored."""

    __tablename__ = "deadline"

    id: int = Field(default=None, primary_key=True)
    rule: str
    rule_name: str
    what: str
    about: str
    demand_id: int | None = Field(default=None, foreign_key="demand.id")
    revisit_id: int | None = Field(default=None, foreign_key="revisit.id")
    customer_id: int | None = Field(default=None, foreign_key="customer.id")
    rank: int = 0
    owed_by: str
    owner_id: int | None = Field(default=None, foreign_key="contact.id")
    owner_name: str = ""
    started_at: datetime = instant()
    due_at: datetime = instant()
    target: str
    clock: str = ""
    given: bool = False
    pauses: str = "[]"
    occurrences: str = ""
    waiting_until: datetime | None = instant(default=None)
    missed: int = 0
    provisional: bool = False
    period: str = ""
    met_at: datetime | None = instant(default=None)
    voided_at: datetime | None = instant(default=None)
    void_reason: str = ""
    ruleset_id: int = Field(foreign_key="ruleset.id")
    role: str = ""

    @property
    def subject(self) -> Subject:
        """What it is about."""
        numbers = {"demand": self.demand_id, "revisit": self.revisit_id, "customer": self.customer_id}
        return Subject(About(self.about), numbers.get(self.about) or LEDGER.number)


@event.listens_for(Customer, "before_insert")
@event.listens_for(Customer, "before_update")
def _spell_customer(mapper: object, connection: object, customer: Customer) -> None:
    """Keep the pinyin beside the names it is made from, whoever changes them."""
    customer.pinyin = "" if customer.erased_at else spelled(customer.name, customer.nickname)


@event.listens_for(Contact, "before_insert")
@event.listens_for(Contact, "before_update")
def _spell_contact(mapper: object, connection: object, contact: Contact) -> None:
    """The same for the directory."""
    contact.pinyin = spelled(contact.name)
