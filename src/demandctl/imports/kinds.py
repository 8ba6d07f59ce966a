"""The kinds of tables that can come in."""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

from collections.abc import Mapping

from demandctl import vocabulary
from demandctl.imports import synonyms, words
from demandctl.imports.kind import TableKind
from demandctl.imports.likely import is_customer, is_kind, is_name, is_phone, is_told

RATINGS = ("product_rating", "attitude", "speed", "promise", "satisfaction")
"""What a customer rates in a revisit."""

ASSIGNMENTS = TableKind(
    "assignments", "派单", synonyms.ASSIGNMENTS, own=frozenset({"number", "at", "to"}), computed="序号",
    needed=(("number",), ("at",), ("to",)),
)  # fmt: skip
FOLLOW_UPS = TableKind(
    "follow-ups", "跟进", synonyms.FOLLOW_UPS, own=frozenset({"internal", "next_plan"}), computed="序号",
    needed=(("number", "customer", "phone"), ("at",), ("text",)),
)  # fmt: skip
DEMANDS = TableKind(
    "demands", "需求", synonyms.DEMANDS, beside=(FOLLOW_UPS, ASSIGNMENTS),
    own=frozenset({"number", "code", "registered", "raised"}),
    needed=(("content",), ("customer", "phone", "code", "wechat")), asked="content、customer、raised、kind",
    computed="首次响应|首次响应时间|跟进次数|最近跟进|时限|时限情况",
    spare={
        "content": "反馈(?:内容|信息|问题|事项|描述)|问题反馈|沟通内容|(?:情况|信息)(?:说明|反馈)|来访内容",
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
    "revisits", "回访", synonyms.REVISITS, own=frozenset({"number", "code", "recorded", "visited"}),
    needed=(("customer", "phone", "code"), ("visited", "planned", "satisfaction", "kind", "attitude")),
    asked="customer、visited", computed="登记及时|时限", looks={"phone": is_phone, "customer": is_name},
    choices={
        "kind": (vocabulary.RevisitKind, words.REVISIT_KINDS), "method": (vocabulary.Method, words.METHODS),
        **dict.fromkeys(RATINGS, (vocabulary.Satisfaction, words.RATINGS)),
    },
)  # fmt: skip
CUSTOMERS = TableKind(
    "customers", "客户", synonyms.CUSTOMERS, own=frozenset({"code", "created_at"}),
    needed=(("name", "phone", "wechat", "nickname"), ("phone", "region", "company", "code", "wechat", "stage", "value")),
    asked="name、phone", computed="需求数|未结束|需求次数|未结束需求|最近需求|最近回访",
    looks={"phone": is_phone, "name": is_name},
    choices={"value": (vocabulary.Value, words.VALUES), "stage": (vocabulary.Stage, words.STAGES)},
)  # fmt: skip
CONTACTS = TableKind(
    "contacts", "通讯录", synonyms.CONTACTS, needed=(("name",), ("role", "phone", "branch")), asked="name、role",
    computed="编号|手里的需求|在手需求", looks={"phone": is_phone, "name": is_name},
    choices={"role": (vocabulary.Role, words.ROLES)},
)  # fmt: skip

KINDS: Mapping[str, TableKind] = {
    kind.name: kind for kind in (DEMANDS, FOLLOW_UPS, ASSIGNMENTS, REVISITS, CUSTOMERS, CONTACTS)
}
