"""The columns of each form, declared once for Excel, CSV and JSON: key, title, width, format, and how to get it.

A row is what ``rows`` streams: the ledger's own columns by name, with what is reckoned beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from demandctl.language.subject import About, Subject
from demandctl.queries.reader import Row
from demandctl.vocabulary import (
    Channel,
    Kind,
    Method,
    NeedClass,
    Outcome,
    RevisitKind,
    Role,
    Route,
    Satisfaction,
    ServiceMode,
    Stage,
    Status,
    Term,
    Urgency,
    Value,
    subtype_label,
)


class Column(NamedTuple):
    """A column: ``width`` in characters, CJK counted double; ``form`` says how the value is stored and shown.

    ``text`` wraps, ``code`` is short text, ``phone`` and ``wechat`` can be masked, ``instant`` and ``day`` are stored
    times, ``number`` and ``money`` are numbers. ``choices`` become data validation. ``counted``: reckoned from other
    rows, so JSON has it beside the fields of the object itself.
    """

    key: str
    title: str
    width: float
    get: Callable[[Row], Any]
    form: str = "text"
    choices: tuple[str, ...] = ()
    counted: bool = False


YES_NO = ("是", "否")
SIDES = ("对客户", "内部")
RATINGS = tuple(term.label for term in Satisfaction)


def label(term: type[Term], key: str) -> Callable[[Row], str]:
    """How to get the Chinese label of a stored value."""
    labels = {value.value: value.label for value in term}
    return lambda row: labels.get(row[key], row[key] or "")


def labels(term: type[Term]) -> tuple[str, ...]:
    """The choices of a vocabulary."""
    return tuple(value.label for value in term)


def yes_no(key: str) -> Callable[[Row], str]:
    """How to get 是 or 否, empty where it is not known."""
    return lambda row: "" if row[key] is None else YES_NO[not row[key]]


def plain(key: str) -> Callable[[Row], Any]:
    """How to get a stored value as it is."""
    return lambda row: row[key]


def code(key: str, about: About) -> Callable[[Row], str]:
    """How to get a number as the code of what it is about, ``D12``; empty where there is none."""
    return lambda row: "" if row[key] is None else Subject(about, row[key]).code


def listed(key: str) -> Callable[[Row], str]:
    """How to get a stored list on one line."""
    return lambda row: "、".join(json.loads(row[key]))


def standing(row: Row) -> str:
    """时限: whether anybody was late for this demand, met late, voided while overdue and overdue now alike."""
    return f"超时 {row['breaches']} 次" if row["breaches"] else "按时"


def amount(row: Row) -> float | int | None:
    """The amount of what was won, in yuan."""
    if row["amount"] is None:
        return None
    value = float(row["amount"])
    return int(value) if value.is_integer() else value


NOTE_PARTS: tuple[tuple[str, Callable[[Row], Any]], ...] = (
    ("客户期望", plain("wish")),
    ("服务方式", label(ServiceMode, "service_mode")),
    ("保修", plain("warranty")),
    ("标签", listed("tags")),
    ("由来", code("from_id", About.DEMAND)),
    ("重复于", code("duplicate_of", About.DEMAND)),
)
"""What the ledger knows of a demand and the form has no column for: it stands in 备注, each part with its name."""

REVISIT_NOTE_PARTS: tuple[tuple[str, Callable[[Row], Any]], ...] = (
    ("部门方案", plain("plan")),
    ("上报", plain("e_name")),
)


def note(parts: tuple[tuple[str, Callable[[Row], Any]], ...]) -> Callable[[Row], str]:
    """How to get 备注: the note itself, then a line for each part that is there."""

    def get(row: Row) -> str:
        lines = [row["note"], *(f"{name}：{value}" for name, part in parts if (value := part(row)))]
        return "\n".join(line for line in lines if line)

    return get


DEMANDS = (
    Column("position", "序号", 6, plain("position"), "number"),
    Column("number", "需求编号", 9, code("id", About.DEMAND), "code"),
    Column("raised_at", "提出时间", 17, plain("raised_at"), "instant"),
    Column("registered_at", "登记时间", 17, plain("registered_at"), "instant"),
    Column("channel", "来源渠道", 9, label(Channel, "channel"), "code", labels(Channel)),
    Column("group", "社群名称", 16, plain("group_name")),
    Column("customer_code", "客户编号", 9, code("customer_id", About.CUSTOMER), "code"),
    Column("customer_name", "客户姓名", 12, plain("c_name")),
    Column("customer_phone", "联系电话", 15, plain("c_phone"), "phone"),
    Column("customer_wechat", "微信", 16, plain("c_wechat"), "wechat"),
    Column("customer_company", "单位", 18, plain("c_company")),
    Column("region", "所在地区", 14, plain("region")),
    Column("kind", "需求类型", 9, label(Kind, "kind"), "code", labels(Kind)),
    Column("subtype", "子类", 10, lambda row: subtype_label(row["kind"], row["subtype"]), "code"),
    Column("product", "产品/机型", 14, plain("product")),
    Column("content", "需求内容", 40, plain("content")),
    Column("urgency", "紧急程度", 9, label(Urgency, "urgency"), "code", labels(Urgency)),
    Column("verified", "商机属实", 9, yes_no("verified"), "code", YES_NO),
    Column("branch", "分公司", 14, plain("branch")),
    Column("handler_name", "对接人", 10, plain("h_name")),
    Column("handler_phone", "对接人电话", 15, plain("h_phone"), "phone"),
    Column("leader_name", "指派领导", 10, plain("g_name")),
    Column("assigned_at", "派单时间", 17, plain("assigned_at"), "instant", counted=True),
    Column("first_response_at", "首次响应", 17, plain("first_response_at"), "instant", counted=True),
    Column("follow_up_count", "跟进次数", 9, plain("follow_up_count"), "number", counted=True),
    Column("last_follow_up_at", "最近跟进", 17, plain("last_follow_up_at"), "instant", counted=True),
    Column("story", "跟进记录", 60, plain("story")),
    Column("next_at", "下次跟进", 17, plain("next_at"), "instant"),
    Column("status", "状态", 9, label(Status, "status"), "code", labels(Status)),
    Column("escalated_at", "升级时间", 17, plain("escalated_at"), "instant", counted=True),
    Column("resolved_at", "解决时间", 17, plain("resolved_at"), "instant"),
    Column("confirmed_at", "客户确认", 17, plain("confirmed_at"), "instant"),
    Column("outcome", "结果", 10, label(Outcome, "outcome"), "code", labels(Outcome)),
    Column("amount", "成交金额", 16, amount, "money"),
    Column("reason", "未成交原因", 20, plain("reason")),
    Column("closed_at", "结束时间", 17, plain("closed_at"), "instant"),
    Column("standing", "时限", 11, standing, "code", counted=True),
    Column("note", "备注", 24, note(NOTE_PARTS)),
)

FOLLOW_UPS = (
    Column("demand", "需求编号", 9, code("demand_id", About.DEMAND), "code"),
    Column("customer", "客户", 14, plain("c_name")),
    Column("at", "时间", 17, plain("at"), "instant"),
    Column("by", "跟进人", 10, plain("by_name")),
    Column("phone", "跟进人电话", 15, plain("phone"), "phone"),
    Column("internal", "对客户/内部", 12, lambda row: SIDES[row["internal"]], "code", SIDES),
    Column("method", "方式", 8, label(Method, "method"), "code", labels(Method)),
    Column("stage", "进度", 14, plain("stage")),
    Column("text", "内容", 60, plain("text")),
    Column("next_plan", "下次计划", 20, plain("next_plan")),
    Column("next_at", "下次时间", 17, lambda row: row["next_at"] or row["wait_until"], "instant"),
)

ASSIGNMENTS = (
    Column("demand", "需求编号", 9, code("demand_id", About.DEMAND), "code"),
    Column("customer", "客户", 14, plain("c_name")),
    Column("at", "时间", 17, plain("at"), "instant"),
    Column("from", "转出", 10, plain("from_name")),
    Column("to", "转给", 10, plain("to_name")),
    Column("phone", "电话", 15, plain("to_phone"), "phone"),
    Column("how", "方式", 12, label(Route, "how"), "code", labels(Route)),
    Column("reason", "原因", 40, plain("reason")),
    Column("operator", "操作人", 10, plain("operator")),
)


def _urgent(row: Row) -> str:
    return YES_NO[not row["urgent"]] if row["recorded_at"] else ""


def _in_time(row: Row) -> str:
    return {None: "", 0: "按时", 1: "超时"}[row["form_late"]]


def _rating(key: str, title: str) -> Column:
    return Column(key, title, 10, label(Satisfaction, key), "code", RATINGS)


REVISITS = (
    Column("position", "序号", 6, plain("position"), "number"),
    Column("id", "回访编号", 9, code("id", About.REVISIT), "code"),
    Column("customer_code", "客户编号", 9, code("customer_id", About.CUSTOMER), "code"),
    Column("customer_name", "客户名称", 14, plain("c_name")),
    Column("customer_phone", "联系电话", 15, plain("c_phone"), "phone"),
    Column("customer_company", "单位", 18, plain("c_company")),
    Column("customer_region", "所在地区", 14, plain("c_region")),
    Column("demand", "关联需求", 9, code("demand_id", About.DEMAND), "code"),
    Column("kind", "回访类型", 12, label(RevisitKind, "kind"), "code", labels(RevisitKind)),
    Column("method", "回访方式", 9, label(Method, "method"), "code", labels(Method)),
    Column("planned_at", "计划时间", 17, plain("planned_at"), "instant"),
    Column("visited_at", "回访时间", 17, plain("visited_at"), "instant"),
    Column("reachable", "是否方便", 9, yes_no("reachable"), "code", YES_NO),
    Column("call_back_at", "改约时间", 17, plain("call_back_at"), "instant"),
    _rating("product_rating", "产品评价"),
    _rating("attitude", "服务态度"),
    _rating("speed", "响应速度"),
    _rating("promise", "承诺兑现"),
    _rating("satisfaction", "整体满意度"),
    Column("dissatisfaction", "不满意原因", 24, plain("dissatisfaction")),
    Column("heard_from", "了解渠道", 14, plain("heard_from")),
    Column("suggestion", "建议", 24, plain("suggestion")),
    Column("recommend", "愿意推荐", 9, yes_no("recommend"), "code", YES_NO),
    Column("inactive_reason", "未合作原因", 20, plain("inactive_reason")),
    Column("would_continue", "能否继续合作", 13, yes_no("would_continue"), "code", YES_NO),
    Column("problem", "遗留问题", 30, plain("problem")),
    Column("urgent", "需即时解决", 11, _urgent, "code", YES_NO),
    Column("department", "责任部门", 14, plain("department")),
    Column("forwarded_at", "转交时间", 17, plain("forwarded_at"), "instant"),
    Column("contacted_at", "部门首次联络", 17, plain("contacted_at"), "instant"),
    Column("solved_at", "解决时间", 17, plain("solved_at"), "instant"),
    Column("recorded_at", "登记时间", 17, plain("recorded_at"), "instant"),
    Column("form_in_time", "登记及时", 9, _in_time, "code", counted=True),
    Column("visitor", "回访人", 10, plain("visitor")),
    Column("note", "备注", 24, note(REVISIT_NOTE_PARTS)),
)

CONTACTS = (
    Column("name", "姓名", 10, plain("name")),
    Column("role", "角色", 10, label(Role, "role"), "code", labels(Role)),
    Column("branch", "分公司", 16, plain("branch")),
    Column("regions", "负责区域", 40, listed("regions")),
    Column("products", "产品线", 24, listed("products")),
    Column("skills", "专长", 18, listed("skills")),
    Column("phone", "电话", 15, plain("phone"), "phone"),
    Column("wechat", "微信", 18, plain("wechat"), "wechat"),
    Column("leader", "是否领导", 9, yes_no("leader"), "code", YES_NO),
    Column("active", "在职", 7, yes_no("active"), "code", YES_NO),
)

CUSTOMERS = (
    Column("code", "客户编号", 9, code("id", About.CUSTOMER), "code"),
    Column("name", "客户姓名", 12, plain("name")),
    Column("nickname", "微信昵称", 14, plain("nickname")),
    Column("phone", "联系电话", 15, plain("phone"), "phone"),
    Column("wechat", "微信", 16, plain("wechat"), "wechat"),
    Column("company", "单位", 18, plain("company")),
    Column("region", "所在地区", 14, plain("region")),
    Column("address", "地址", 24, plain("address")),
    Column("value", "客户价值", 9, label(Value, "value"), "code", labels(Value)),
    Column("need_class", "需求分类", 10, label(NeedClass, "need_class"), "code", labels(NeedClass)),
    Column("stage", "客户阶段", 9, label(Stage, "stage"), "code", labels(Stage)),
    Column("tags", "标签", 16, listed("tags")),
    Column("owner", "对接人", 10, plain("o_name")),
    Column("briefed_at", "沟通时间", 17, plain("briefed_at"), "instant"),
    Column("birthday", "生日", 12, plain("birthday"), "day"),
    Column("last_order", "最近订货", 12, plain("last_order"), "day"),
    Column("business_contact", "业务联系", 12, plain("business_contact"), "day"),
    Column("arrears", "欠款", 7, yes_no("arrears"), "code", YES_NO),
    Column("handed", "已交业务", 9, yes_no("handed"), "code", YES_NO),
    Column("contract_on", "合同验收", 12, plain("contract_on"), "day"),
    Column("profiled_on", "建档日期", 12, plain("profiled_on"), "day"),
    Column("documents", "已有资料", 24, listed("documents")),
    Column("approved_by", "缺件批准人", 12, plain("approved_by")),
    Column("revisit_every", "回访周期", 18, plain("revisit_every")),
    Column("demand_count", "需求数", 8, plain("demand_count"), "number", counted=True),
    Column("open_count", "未结束", 8, plain("open_count"), "number", counted=True),
    Column("last_demand_at", "最近需求", 17, plain("last_demand_at"), "instant", counted=True),
    Column("last_visit_at", "最近回访", 17, plain("last_visit_at"), "instant", counted=True),
    Column("consent_on", "同意日期", 12, plain("consent_on"), "day"),
    Column("created_at", "登记时间", 17, plain("created_at"), "instant"),
    Column("note", "备注", 24, plain("note")),
)


def picked(columns: tuple[Column, ...], *keys: str) -> tuple[Column, ...]:
    """Some columns of a form, in the order they are named."""
    by_key = {column.key: column for column in columns}
    return tuple(by_key[key] for key in keys)
