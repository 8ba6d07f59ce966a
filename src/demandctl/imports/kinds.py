"""The kinds of tables that can come in."""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

from collections.abc import Mapping

from demandctl import vocabulary
from demandctl.imports import synonyms, words
from demandctl.imports.kind import TableKind
from demandctl.imports.likely import is_customer, is_kind, is_name, is_phone, is_told
from demandctl.store.fields import RATINGS

_ASKER = {
    "customer": "customer.name", "phone": "customer.phone", "wechat": "customer.wechat", "company": "customer.company",
    "code": "customer.id", "address": "customer.address",
}  # fmt: skip


def _columns(table: str, same: str, **others: str) -> Mapping[str, str]:
    """Field to column: *same* are those of the table under their own names."""
    return {**{name: f"{table}.{name}" for name in same.split()}, **others}


ASSIGNMENTS = TableKind(
    "assignments", "派单", synonyms.ASSIGNMENTS, table="assignment",
    columns=_columns("assignment", "at how reason operator", number="demand.id", to="assignment.to_id",
                     **{"from": "assignment.from_id"}),
    hint="派单|转派", own=frozenset({"number", "at", "to"}), computed="序号",
    needed=(("number",), ("at",), ("to",)),
)  # fmt: skip
FOLLOW_UPS = TableKind(
    "follow-ups", "跟进", synonyms.FOLLOW_UPS, table="follow_up",
    columns=_columns("follow_up", "at internal method stage text next_plan next_at wait_until resolved",
                     number="demand.id", customer="customer.name", phone="customer.phone", by="follow_up.by_name",
                     by_phone="follow_up.phone"),
    hint="跟进|沟通|联系|回复", own=frozenset({"internal", "next_plan"}), computed="序号",
    needed=(("number", "customer", "phone"), ("at",), ("text",)), asked="number、at、text",
)  # fmt: skip
ESCALATIONS = TableKind(
    "escalations", "升级", synonyms.ESCALATIONS, table="escalation",
    columns=_columns("escalation", "product level problem within at done_at result", number="demand.id",
                     to="escalation.to_id", due="deadline.due_at"),
    hint="升级", own=frozenset({"number", "to", "at", "problem"}), needed=(("number",), ("to",), ("at",), ("problem",)),
)  # fmt: skip
SERVICE_STEPS = TableKind(
    "services", "服务环节", synonyms.SERVICE_STEPS, table="service_step",
    columns=_columns("service_step", "step at amount reason decision note", number="demand.id",
                     by="service_step.by_name", voucher="service_step.number"),
    hint="服务", own=frozenset({"number", "step", "at"}), needed=(("number",), ("step",), ("at",)),
)  # fmt: skip
_PERSON = ("customer", "phone", "wechat", "company", "code", "address")
DEMANDS = TableKind(
    "demands", "需求", synonyms.DEMANDS, table="demand",
    columns=_columns("demand", "channel region kind subtype product content wish urgency warranty verified branch "
                     "next_at next_plan status outcome amount reason closed_at resolved_at note tags duplicate_of",
                     number="demand.id", raised="demand.raised_at", registered="demand.registered_at",
                     group="demand.group_name", mode="demand.service_mode", handler="demand.handler_id",
                     leader="demand.leader_id", confirmed="demand.confirmed_at",
                     **{"from": "demand.from_id"}, **_ASKER),
    person=_PERSON, fresh=("content", "raised"), beside=(FOLLOW_UPS, ASSIGNMENTS, ESCALATIONS, SERVICE_STEPS),
    own=frozenset({"number", "code", "registered", "raised"}),
    needed=(("content",), ("customer", "phone", "code", "wechat")), asked="content、customer、raised、kind",
    computed="首次响应|首次响应时间|跟进次数|最近跟进|时限|时限情况",
    spare={
        "content": "反馈(?:内容|信息|问题|事项|描述)|问题反馈|沟通内容|(?:情况|信息)(?:说明|反馈)|来访内容|(?:具体)?(?:要求|诉求|事由)",
        "raised": "(?:反馈|联系|处理|跟进|沟通)(?:时间|日期)",
        "handler": "(?:所属)?(?:客服|专员|人员|联系人|联络人)",
    },
    looks={"phone": is_phone, "kind": is_kind, "customer": is_customer, "content": is_told},
    choices={
        "kind": (vocabulary.Kind, words.KINDS), "channel": (vocabulary.Channel, words.CHANNELS),
        "urgency": (vocabulary.Urgency, words.URGENCIES), "status": (vocabulary.Status, words.STATES),
        "outcome": (vocabulary.Outcome, words.OUTCOMES),
    },
)  # fmt: skip
REVISITS = TableKind(
    "revisits", "回访", synonyms.REVISITS, table="revisit",
    columns=_columns("revisit", "kind method reachable product_rating attitude speed promise satisfaction dissatisfaction "
                     "suggestion recommend inactive_reason would_continue problem urgent department visitor note",
                     number="revisit.id", demand="revisit.demand_id", planned="revisit.planned_at",
                     visited="revisit.visited_at", call_back="revisit.call_back_at", heard="revisit.heard_from",
                     forwarded="revisit.forwarded_at", contacted="revisit.contacted_at", solved="revisit.solved_at",
                     recorded="revisit.recorded_at", region="customer.region", **_ASKER),
    own=frozenset({"number", "code", "recorded", "visited"}),
    needed=(("customer", "phone", "code"), ("visited", "planned", "recorded", *RATINGS)),
    asked="customer、visited", computed="登记及时|时限", looks={"phone": is_phone, "customer": is_name},
    choices={
        "kind": (vocabulary.RevisitKind, words.REVISIT_KINDS), "method": (vocabulary.Method, words.METHODS),
        **dict.fromkeys(RATINGS, (vocabulary.Satisfaction, words.RATINGS)),
    },
)  # fmt: skip
ORDERS = TableKind(
    "orders", "订货", synonyms.ORDERS, table="purchase",
    columns=_columns("purchase", "product amount note", date="purchase.ordered_on", demand="purchase.demand_id",
                     serial="machine.serial", warranty_until="machine.warranty_until", **_ASKER),
    own=frozenset({"code", "date", "demand"}), person=_PERSON, fresh=("date",), hint="订货|购机|购买|订单|销售",
    needed=(("customer", "phone", "code", "wechat", "company"), ("date",), ("product", "serial"), ("amount", "serial", "demand", "warranty_until")),
    asked="customer、date、product", looks={"phone": is_phone, "customer": is_customer},
)  # fmt: skip
MACHINES = TableKind(
    "machines", "设备", synonyms.MACHINES, table="machine",
    columns=_columns("machine", "model serial bought_on warranty_until note", **_ASKER),
    own=frozenset({"code", "serial", "warranty_until"}), person=_PERSON, fresh=("model",), hint="设备|机器|保修",
    needed=(("customer", "phone", "code", "wechat", "company"), ("model",), ("serial", "warranty_until")),
    asked="customer、model、serial", looks={"phone": is_phone, "customer": is_customer},
)  # fmt: skip
CREDITS = TableKind(
    "credits", "信用申请", synonyms.CREDITS, table="credit", own=frozenset({"code", "at", "audited_by"}),
    columns=_columns("credit", " ".join(name for name in synonyms.CREDITS if name not in _PERSON)),
    needed=(("code", "customer"), ("at",), ("credit_limit", "credit_term"), ("audited_by",)), asked="customer、at",
)  # fmt: skip
GREETINGS = TableKind(
    "greetings", "问候", synonyms.GREETINGS, table="greeting", own=frozenset({"code", "at", "occasion"}),
    columns=_columns("greeting", "at occasion method text"),
    needed=(("code", "customer"), ("at",), ("occasion",)), asked="customer、at、occasion",
)  # fmt: skip
CUSTOMERS = TableKind(
    "customers", "客户", synonyms.CUSTOMERS, table="customer",
    columns=_columns("customer", "name nickname phone wechat company region address value need_class stage tags "
                     "birthday last_order business_contact arrears handed contract_on profiled_on documents approved_by "
                     "revisit_every note consent_on briefed_at created_at source email industry lost_reason credit_limit credit_term",
                     code="customer.id", owner="customer.owner_id"),
    beside=(ORDERS, MACHINES, CREDITS, GREETINGS),
    own=frozenset({"code", "created_at"}),
    needed=(("name", "phone", "wechat", "nickname", "given"), ("phone", "region", "company", "code", "wechat", "stage", "value", "email")),
    asked="name、phone", computed="订货次数|订货金额|缺件|需求数|未结束|需求次数|未结束需求|最近需求|最近回访",
    looks={"phone": is_phone, "name": is_name},
    choices={"value": (vocabulary.Value, words.VALUES), "stage": (vocabulary.Stage, words.STAGES)},
)  # fmt: skip
CONTACTS = TableKind(
    "contacts", "通讯录", synonyms.CONTACTS, table="contact",
    columns=_columns("contact", "name role branch regions products skills phone wechat leader active note"),
    needed=(("name", "given"), ("role", "phone", "branch")), asked="name、role",
    computed="编号|手里的需求|在手需求", looks={"phone": is_phone, "name": is_name},
    choices={"role": (vocabulary.Role, words.ROLES)},
)  # fmt: skip

GROUPS = TableKind(
    "groups", "社群", synonyms.GROUPS, table="wechat_group", columns=_columns("wechat_group", "name branch region experts note"),
    needed=(("name",), ("branch", "region", "experts")), asked="name、branch",
)  # fmt: skip

KINDS: Mapping[str, TableKind] = {
    kind.name: kind
    for kind in (
        DEMANDS,
        FOLLOW_UPS,
        ASSIGNMENTS,
        ESCALATIONS,
        SERVICE_STEPS,
        REVISITS,
        CUSTOMERS,
        CONTACTS,
        GROUPS,
        ORDERS,
        MACHINES,
        CREDITS,
        GREETINGS,
    )
}
