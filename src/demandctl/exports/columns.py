"""The columns of each form, declared once for Excel, CSV and JSON: key, title, width, format, and how to get it.

A row is what ``rows`` streams: what was read, with what is reckoned beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from demandctl.core.rhythms import say_rhythm
from demandctl.core.targets import Target
from demandctl.exports.rows import DemandRow, EscalationRow, RevisitRow, nature
from demandctl.language.subject import Subject
from demandctl.queries.view import View
from demandctl.store.fields import IN_NOTE, RATINGS, Field, Holds, called, choices, field_of
from demandctl.vocabulary import subtype_label

INSTANT = 17.0
"""So wide is a time of day with its date."""


class FormColumn(NamedTuple):
    """A column: ``width`` in characters, CJK counted double; ``form`` says how the value is stored and shown.

    ``text`` wraps, ``code`` is short text, ``phone`` and ``wechat`` can be masked, ``instant`` and ``day`` are
    times, ``number`` and ``money`` are numbers. ``choices`` become data validation. ``counted``: reckoned from other
    rows, so JSON has it beside the fields of the object itself.
    """

    key: str
    title: str
    width: float
    get: Callable[[Any], Any]
    form: str = "text"
    choices: tuple[str, ...] = ()
    counted: bool = False


def plain(path: str) -> Callable[[View], Any]:
    """How to get a value that a row has under a name, or its part (``handler.name``), None where there is no whole."""
    name, _, part = path.partition(".")
    if not part:
        return attrgetter(name)
    get = attrgetter(part)
    return lambda row: None if (whole := getattr(row, name)) is None else get(whole)


_SHOWN: dict[Holds, tuple[str, Callable[[Field, Any], str]]] = {
    Holds.TERM: ("code", lambda field, value: value.label),
    **dict.fromkeys((Holds.FLAG, Holds.ANSWER), ("code", lambda field, value: field.says[not value])),
    Holds.LIST: ("text", lambda field, value: "、".join(value)),
    Holds.MACHINE: ("text", lambda field, value: value.name),
    Holds.RHYTHM: ("text", lambda field, value: say_rhythm(value)),
    Holds.DEMAND: ("code", lambda field, value: Subject.demand(value).code),
    Holds.REVISIT: ("code", lambda field, value: Subject.revisit(value).code),
}
"""How what a column holds is shown, where it is not shown as it was read: its form and its text."""
_FORMS = {
    Holds.PHONE: "phone", Holds.ACCOUNT: "wechat", Holds.INSTANT: "instant", Holds.DAY: "day", Holds.NUMBER: "number",
    Holds.MONEY: "money", Holds.CUSTOMER: "code",
}  # fmt: skip


def shown(table: str, column: str, path: str = "") -> Callable[[View], Any]:
    """How to get a column of the ledger as a sheet shows it; *path*: under what name a row has it."""
    field, get = field_of(table, column), plain(path or column)
    if field.holds not in _SHOWN:
        return get
    tell = _SHOWN[field.holds][1]
    return lambda row: "" if (value := get(row)) is None else tell(field, value)


def of(
    table: str, column: str, width: float, key: str = "", *, path: str = "", get: Callable[[Any], Any] | None = None
) -> FormColumn:
    """A column of the ledger, by the name it has there. *key*, where JSON has it by another, *path*, where a row has.

    *get* shows it otherwise than what it holds is shown.
    """
    field = field_of(table, column)
    form = _SHOWN[field.holds][0] if field.holds in _SHOWN else _FORMS.get(field.holds, "text")
    get = get or shown(table, column, path or key or column)
    return FormColumn(key or column, field.name, width, get, form, choices(field))


def named(table: str, column: str, width: float, key: str, path: str) -> FormColumn:
    """A column that refers to somebody, shown by his name."""
    return FormColumn(key, called(table, column), width, plain(path))


def standing(row: DemandRow) -> str:
    """时限: whether anybody was late for this demand, met late, voided while overdue and overdue now alike."""
    return f"超时 {row.breaches} 次" if row.breaches else "按时"


def allowed(row: EscalationRow) -> str:
    """时限 of an escalation, as people say it."""
    return Target.parse(row.within).words if row.within else ""


def note(table: str, **paths: str) -> Callable[[DemandRow | RevisitRow], str]:
    """How to get 备注: the note itself, then a line for each column that the sheet has no room for.

    *paths*: under what name a row has one of them.
    """
    parts = [(called(table, column), shown(table, column, paths.get(column, ""))) for column in IN_NOTE[table]]

    def get(row: DemandRow | RevisitRow) -> str:
        lines = [row.note, *(f"{name}：{value}" for name, part in parts if (value := part(row)))]
        return "\n".join(line for line in lines if line)

    return get


DEMANDS = (
    FormColumn("position", "序号", 6, plain("position"), "number"),
    of("demand", "id", 9, "number"),
    of("demand", "raised_at", 17),
    of("demand", "registered_at", 17),
    of("demand", "channel", 9),
    of("demand", "group_name", 16, "group"),
    of("customer", "id", 9, "customer_code", path="customer.code"),
    of("customer", "name", 12, "customer_name", path="customer.name"),
    of("customer", "phone", 15, "customer_phone", path="customer.phone"),
    of("customer", "wechat", 16, "customer_wechat", path="customer.wechat"),
    of("customer", "company", 18, "customer_company", path="customer.company"),
    of("demand", "region", 14),
    of("demand", "kind", 9),
    of("demand", "subtype", 10, get=lambda row: subtype_label(row.kind, row.subtype)),
    of("demand", "product", 14),
    of("demand", "content", 40),
    of("demand", "wish", 20),
    of("demand", "urgency", 9),
    of("demand", "service_mode", 9),
    of("demand", "warranty", 10),
    of("demand", "verified", 9),
    of("demand", "branch", 14),
    named("demand", "handler_id", 10, "handler_name", "handler.name"),
    FormColumn(
        "handler_phone",
        f"{called('demand', 'handler_id')}{called('contact', 'phone')}",
        15,
        plain("handler.phone"),
        "phone",
    ),
    named("demand", "leader_id", 10, "leader_name", "leader.name"),
    FormColumn("assigned_at", "派单时间", 17, plain("assigned_at"), "instant", counted=True),
    FormColumn("first_response_at", "首次响应", 17, plain("first_response_at"), "instant", counted=True),
    FormColumn("follow_up_count", "跟进次数", 9, plain("follow_up_count"), "number", counted=True),
    FormColumn("last_follow_up_at", "最近跟进", 17, plain("last_follow_up_at"), "instant", counted=True),
    FormColumn("story", "跟进记录", 60, plain("story")),
    of("demand", "next_at", 17),
    of("demand", "status", 9),
    FormColumn("escalated_at", "升级时间", 17, plain("escalated_at"), "instant", counted=True),
    of("demand", "resolved_at", 17),
    of("demand", "confirmed_at", 17),
    of("demand", "outcome", 10),
    of("demand", "amount", 16),
    of("demand", "reason", 20),
    of("demand", "closed_at", 17),
    FormColumn("standing", "时限", 11, standing, "code", counted=True),
    of("demand", "note", 24, get=note("demand", from_id="from_", machine_id="machine")),
)  # fmt: skip

FOLLOW_UPS = (
    of("follow_up", "demand_id", 7, "demand"),
    named("demand", "customer_id", 10, "customer", "customer.name"),
    of("follow_up", "at", 17),
    of("follow_up", "by_name", 8, "by"),
    of("follow_up", "phone", 13),
    of("follow_up", "internal", 9, get=lambda row: nature(row.note, row.internal, row.to) or "对客户"),
    of("follow_up", "method", 6),
    of("follow_up", "stage", 8),
    of("follow_up", "text", 29),
    of("follow_up", "next_plan", 11),
    of("follow_up", "next_at", 17, get=lambda row: row.next_at or row.wait_until),
)

ASSIGNMENTS = (
    of("assignment", "demand_id", 7, "demand"),
    named("demand", "customer_id", 12, "customer", "customer.name"),
    of("assignment", "at", 17),
    named("assignment", "from_id", 9, "from", "from_"),
    named("assignment", "to_id", 9, "to", "to"),
    of("contact", "phone", 13, path="phone"),
    of("assignment", "how", 11),
    of("assignment", "reason", 30),
    of("assignment", "operator", 9),
)


SERVICES = (
    of("service_step", "demand_id", 7, "demand"),
    named("demand", "customer_id", 11, "customer", "customer.name"),
    of("service_step", "step", 9),
    of("service_step", "at", 17),
    of("service_step", "by_name", 9, "by"),
    of("service_step", "number", 14),
    of("service_step", "amount", 11),
    of("service_step", "reason", 18),
    of("service_step", "decision", 18),
    of("service_step", "note", 18),
)

ESCALATIONS = (
    of("escalation", "demand_id", 7, "demand"),
    named("demand", "customer_id", 11, "customer", "customer.name"),
    of("escalation", "product", 10),
    of("escalation", "level", 5),
    named("escalation", "to_id", 9, "to", "to"),
    of("contact", "phone", 13),
    of("escalation", "problem", 16),
    of("escalation", "within", 9, get=allowed),
    of("escalation", "at", 17),
    FormColumn("due_at", called("deadline", "due_at"), 17, plain("due_at"), "instant"),
    of("escalation", "done_at", 17),
    of("escalation", "result", 12),
)


def _urgent(row: RevisitRow) -> str:
    return str(shown("revisit", "urgent")(row)) if row.recorded_at else ""


def _in_time(row: RevisitRow) -> str:
    return {None: "", False: "按时", True: "超时"}[row.form_late]


REVISITS = (
    FormColumn("position", "序号", 6, plain("position"), "number"),
    of("revisit", "id", 9),
    of("customer", "id", 9, "customer_code", path="customer.code"),
    FormColumn("customer_name", "客户名称", 14, plain("customer.name")),  # as the paper form has it
    of("customer", "phone", 15, "customer_phone", path="customer.phone"),
    of("customer", "company", 18, "customer_company", path="customer.company"),
    of("customer", "region", 14, "customer_region", path="customer.region"),
    of("revisit", "demand_id", 9, "demand"),
    of("revisit", "kind", 12),
    of("revisit", "method", 9),
    of("revisit", "planned_at", 17),
    of("revisit", "visited_at", 17),
    of("revisit", "reachable", 9),
    of("revisit", "call_back_at", 17),
    *(of("revisit", name, 10) for name in RATINGS),
    of("revisit", "dissatisfaction", 24),
    of("revisit", "heard_from", 14),
    of("revisit", "suggestion", 24),
    of("revisit", "recommend", 9),
    of("revisit", "inactive_reason", 20),
    of("revisit", "would_continue", 13),
    of("revisit", "problem", 30),
    of("revisit", "urgent", 11, get=_urgent),
    of("revisit", "department", 14),
    of("revisit", "forwarded_at", 17),
    of("revisit", "contacted_at", 17),
    of("revisit", "solved_at", 17),
    of("revisit", "recorded_at", 17),
    FormColumn("form_in_time", "登记及时", 9, _in_time, "code", counted=True),
    of("revisit", "visitor", 10),
    of("revisit", "note", 24, get=note("revisit")),
)

CONTACTS = (
    of("contact", "name", 8),
    of("contact", "role", 8),
    of("contact", "branch", 14),
    of("contact", "regions", 29),
    of("contact", "products", 19),
    of("contact", "skills", 14),
    of("contact", "phone", 13),
    of("contact", "wechat", 14),
    of("contact", "leader", 7),
    of("contact", "active", 6),
)

GROUPS = (
    of("wechat_group", "name", 24),
    of("wechat_group", "branch", 16),
    of("wechat_group", "region", 18),
    FormColumn(
        "experts", called("wechat_group", "experts"), 24, lambda row: "、".join(person.name for person in row.experts)
    ),
    of("wechat_group", "note", 30),
)

CUSTOMERS = (
    of("customer", "id", 9, "code"),
    of("customer", "name", 12),
    of("customer", "nickname", 14),
    of("customer", "phone", 15),
    of("customer", "wechat", 16),
    FormColumn("other_phones", "其他电话", 15, lambda row: "、".join(row.phones[row.phone != "" :])),
    FormColumn("other_wechats", "其他微信", 16, lambda row: "、".join(row.wechats[row.wechat != "" :])),
    FormColumn("other_names", "又名", 14, lambda row: "、".join(row.names[len({row.name, row.nickname} - {""}) :])),
    of("customer", "email", 20),
    of("customer", "company", 18),
    of("customer", "industry", 12),
    of("customer", "region", 14),
    of("customer", "address", 24),
    of("customer", "source", 12),
    of("customer", "value", 9),
    of("customer", "need_class", 10),
    of("customer", "stage", 9),
    of("customer", "lost_reason", 18),
    of("customer", "tags", 16),
    named("customer", "owner_id", 10, "owner", "owner.name"),
    of("customer", "briefed_at", 17),
    of("customer", "birthday", 12),
    of("customer", "last_order", 12),
    FormColumn("order_count", "订货次数", 9, plain("order_count"), "number", counted=True),
    FormColumn("order_sum", "订货金额", 16, plain("order_sum"), "money", counted=True),
    of("customer", "business_contact", 12),
    of("customer", "arrears", 7),
    of("customer", "handed", 9),
    of("customer", "credit_limit", 16),
    of("customer", "credit_term", 12),
    of("customer", "contract_on", 12),
    of("customer", "profiled_on", 12),
    of("customer", "documents", 24),
    FormColumn("missing_papers", "缺件", 24, lambda row: "、".join(row.missing_papers), counted=True),
    of("customer", "approved_by", 12),
    of("customer", "revisit_every", 18),
    FormColumn("demand_count", "需求数", 8, plain("demand_count"), "number", counted=True),
    FormColumn("open_count", "未结束", 8, plain("open_count"), "number", counted=True),
    FormColumn("last_demand_at", "最近需求", 17, plain("last_demand_at"), "instant", counted=True),
    FormColumn("last_visit_at", "最近回访", 17, plain("last_visit_at"), "instant", counted=True),
    of("customer", "consent_on", 12),
    of("customer", "created_at", 17),
    of("customer", "note", 24),
)


_WHOSE = (
    of("customer", "id", 9, "customer_code", path="customer.code"),
    of("customer", "name", 12, "customer_name", path="customer.name"),
)
ORDERS = (
    *_WHOSE,
    of("purchase", "ordered_on", 12, "date"),
    of("purchase", "product", 18),
    of("purchase", "amount", 16),
    of("purchase", "demand_id", 9, "demand"),
    of("purchase", "note", 24),
)
MACHINES = (
    *_WHOSE,
    *(of("machine", name, width) for name, width in {
        "model": 20, "serial": 20, "bought_on": 12, "warranty_until": 12, "note": 24,
    }.items()),
)  # fmt: skip
CREDITS = (
    *_WHOSE,
    *(of("credit", name, width) for name, width in {
        "at": 17, "credit_limit": 16, "credit_term": 12, "reason": 24, "applied_by": 10, "applied_on": 12,
        "audited_by": 10, "audited_on": 12, "checked_by": 10, "checked_on": 12, "signed_by": 10, "signed_on": 12,
    }.items()),
)  # fmt: skip
GREETINGS = (
    *_WHOSE,
    *(of("greeting", name, width) for name, width in {"at": 17, "occasion": 12, "method": 8, "text": 60}.items()),
)


def picked(columns: tuple[FormColumn, ...], **widths: float) -> tuple[FormColumn, ...]:
    """Some columns of a form, in the order they are named, each so wide; of a time that is narrow its day."""
    by_key = {column.key: column for column in columns}
    chosen = (by_key[key]._replace(width=width) for key, width in widths.items())
    return tuple(c._replace(form="day") if c.form == "instant" and c.width < INSTANT else c for c in chosen)
