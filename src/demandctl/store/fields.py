"""The columns of the ledger by the names that people know."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
)

TABLES = {
    "customer": "客户",
    "contact": "联系人",
    "demand": "需求",
    "follow_up": "跟进",
    "assignment": "派单",
    "escalation": "升级",
    "revisit": "回访",
    "deadline": "时限",
}
"""Tables by the name people know; what is not here (the events of the deadline machine) is no news to them."""

_ENUMS: dict[str, type[Term]] = {
    "channel": Channel,
    "urgency": Urgency,
    "service_mode": ServiceMode,
    "status": Status,
    "outcome": Outcome,
    "role": Role,
    "method": Method,
    "satisfaction": Satisfaction,
    "product_rating": Satisfaction,
    "attitude": Satisfaction,
    "speed": Satisfaction,
    "promise": Satisfaction,
    "value": Value,
    "need_class": NeedClass,
    "how": Route,
}
_OWN_ENUMS: dict[tuple[str, str], type[Term]] = {
    ("demand", "kind"): Kind,
    ("revisit", "kind"): RevisitKind,
    ("customer", "stage"): Stage,
}

FIELDS = {
    "name": "姓名", "nickname": "昵称", "wechat": "微信", "phone": "电话", "company": "单位", "region": "地区",
    "address": "地址", "value": "价值", "need_class": "分类", "stage": "阶段", "tags": "标签", "owner_id": "对接人",
    "briefed_at": "交接沟通", "birthday": "生日", "last_order": "最近订货", "business_contact": "业务联系",
    "arrears": "欠款", "handed": "已交业务部门", "contract_on": "合同验收", "profiled_on": "建档", "documents": "资料",
    "approved_by": "批准人", "revisit_every": "定期回访", "note": "备注", "consent_on": "同意日期",
    "erased_at": "删除时间", "merged_into": "合并到", "created_at": "建立时间",
    "role": "角色", "branch": "分公司", "regions": "负责地区",
    "products": "产品线", "skills": "专长", "leader": "是否领导", "active": "在职", "kind": "类型", "subtype": "子类",
    "channel": "渠道", "group_name": "社群", "customer_id": "客户", "product": "产品", "content": "内容",
    "source": "原文", "wish": "客户期望", "urgency": "紧急程度", "service_mode": "服务方式", "warranty": "保修",
    "from_id": "引自", "raised_at": "提出时间", "registered_at": "登记时间", "verified": "属实", "status": "状态",
    "handler_id": "对接人", "leader_id": "指派领导", "branch_leader_id": "分公司领导", "escalation": "升级次数",
    "next_at": "下次跟进", "next_plan": "下次计划", "resolved_at": "解决时间", "confirmed_at": "客户确认",
    "outcome": "结果", "reason": "原因", "amount": "金额", "duplicate_of": "与哪条重复", "closed_at": "结束时间",
    "demand_id": "需求", "at": "时间", "by_name": "谁", "by_id": "跟进人", "internal": "内部", "method": "方式",
    "text": "内容", "wait_until": "等到", "resolved": "已解决", "from_id_contact": "转出", "to_id": "转给",
    "how": "怎样派的", "operator": "操作人", "level": "级别", "problem": "问题", "within": "时限",
    "planned_at": "计划时间", "visited_at": "回访时间", "reachable": "访到客户", "call_back_at": "改约时间",
    "product_rating": "产品评价", "attitude": "服务态度", "speed": "响应速度", "promise": "承诺兑现",
    "satisfaction": "整体满意度", "dissatisfaction": "不满意原因", "heard_from": "了解渠道", "suggestion": "建议",
    "recommend": "愿意推荐", "inactive_reason": "未合作原因", "would_continue": "继续合作", "urgent": "需即时解决",
    "department": "责任部门", "forwarded_at": "转交时间", "contacted_at": "首次联络", "plan": "部门方案",
    "planned_by_department_at": "方案时间", "escalated_to": "上报给", "solved_at": "解决时间",
    "recorded_at": "登记时间", "visitor": "回访人", "due_at": "到期", "started_at": "起算", "met_at": "完成时间",
    "voided_at": "取消时间", "void_reason": "取消原因", "missed": "错过次数", "waiting_until": "等到",
    "owed_by": "谁欠",
}  # fmt: skip
"""Columns by the name people know; a column that is not here is an inner one."""

_INNER: dict[str, Collection[str]] = {
    "deadline": frozenset(FIELDS) - {"started_at", "due_at", "met_at", "voided_at", "void_reason", "missed"},
    "follow_up": {"demand_id"},
    "assignment": {"demand_id"},
    "escalation": {"demand_id"},
}
_BOOLEANS = {
    "arrears", "handed", "leader", "active", "verified", "internal", "resolved", "reachable", "recommend",
    "would_continue", "urgent",
}  # fmt: skip
_CONTACTS = {
    "owner_id", "handler_id", "leader_id", "branch_leader_id", "by_id", "to_id", "escalated_to", "from_id_contact",
}  # fmt: skip
_DEMANDS = {"demand_id", "from_id", "duplicate_of"}
_CUSTOMERS = {"customer_id", "merged_into"}


def named(fields: Iterable[str]) -> str:
    """Columns by the names people know, in a row."""
    return "、".join(FIELDS.get(field, field) for field in fields) or "没有变化"


def label(table: str, field: str, value: str) -> str:
    """The Chinese word for the value of an enumeration; empty for what is none."""
    term = _OWN_ENUMS.get((table, field)) or _ENUMS.get(field)
    return {entry.value: entry.label for entry in term}.get(value, "") if term else ""
