"""What an operation changed, in words: the rows that the audit triggers wrote down, field by field."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from demandctl import vocabulary as words
from demandctl.codes import customer_code
from demandctl.queries.reader import Reader

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

_ENUMS: dict[str, type[words.Term]] = {
    "channel": words.Channel,
    "urgency": words.Urgency,
    "service_mode": words.ServiceMode,
    "status": words.Status,
    "outcome": words.Outcome,
    "role": words.Role,
    "method": words.Method,
    "satisfaction": words.Satisfaction,
    "product_rating": words.Satisfaction,
    "attitude": words.Satisfaction,
    "speed": words.Satisfaction,
    "promise": words.Satisfaction,
    "value": words.Value,
    "need_class": words.NeedClass,
    "how": words.Route,
}
_OWN_ENUMS: dict[tuple[str, str], type[words.Term]] = {
    ("demand", "kind"): words.Kind,
    ("revisit", "kind"): words.RevisitKind,
    ("customer", "stage"): words.Stage,
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


class FieldChange(NamedTuple):
    """One field of one row before and after; *what* is the row as people call it."""

    table: str
    row: int
    what: str
    event: str
    field: str
    name: str
    old: Any
    new: Any


def of_operations(reader: Reader, operations: Sequence[int]) -> dict[int, list[FieldChange]]:
    """The changed fields of each operation, in order."""
    rows = reader.rows(
        "SELECT operation_id, table_name, row_id, old, new FROM change "
        "WHERE operation_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(operations),),
    )
    found: dict[int, list[FieldChange]] = {number: [] for number in operations}
    for row in rows:
        old, new = (json.loads(text) if text else None for text in (row["old"], row["new"]))
        found[row["operation_id"]] += _fields(row["table_name"], row["row_id"], old, new)
    return found


def _fields(table: str, number: int, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[FieldChange]:
    if table not in TABLES:
        return
    event = "added" if old is None else "removed" if new is None else "changed"
    before, after = old or {}, new or {}
    what = _what(table, number, new or old or {})
    for field in after or before:
        name = "from_id_contact" if (table, field) == ("assignment", "from_id") else field
        if name not in FIELDS or field in _INNER.get(table, ()):
            continue
        a, b = before.get(field), after.get(field)
        if a != b and not (event != "changed" and (a or b) in (None, "", "[]", 0)):
            yield FieldChange(table, number, what, event, name, FIELDS[name], a, b)


def _what(table: str, number: int, row: Mapping[str, Any]) -> str:
    if table == "customer":
        return f"客户 {customer_code(number)}"
    if table == "demand":
        return f"需求 D{number}"
    if table == "deadline":
        about = {"demand": f"D{row.get('demand_id')}", "revisit": f"回访 {row.get('revisit_id')}"}
        customer = customer_code(row["customer_id"]) if row.get("customer_id") else ""
        return f"时限“{row.get('rule_name')}” {about.get(str(row.get('about')), customer)}".rstrip()
    owner = f"D{row['demand_id']} " if row.get("demand_id") and table != "revisit" else ""
    return f"{owner}{TABLES[table]} {number}"


def in_words(reader: Reader, changes: Iterable[FieldChange]) -> Iterator[str]:
    """The changes of one operation as lines: a row that came or went on one line, a changed field on a line each."""
    people = {row["id"]: row["name"] for row in reader.rows("SELECT id, name FROM contact")}
    rows: dict[tuple[str, int, str], list[FieldChange]] = {}
    for change in changes:
        rows.setdefault((change.table, change.row, change.event), []).append(change)
    for (table, _, event), fields in rows.items():
        if event == "changed":
            for field in fields:
                old, new = (_value(reader, people, table, field.field, value) for value in (field.old, field.new))
                yield f"{field.what} {field.name}：{old or '（空）'} → {new or '（空）'}"
            continue
        side = 7 if event == "added" else 6
        told = (f"{field.name} {_value(reader, people, table, field.field, field[side])}" for field in fields)
        yield f"{'新增' if event == 'added' else '去掉'} {fields[0].what}：{'，'.join(told)}"


def _value(reader: Reader, people: Mapping[int, str], table: str, field: str, value: Any) -> str:
    """A stored value as people read it."""
    if value in (None, "", "[]"):
        return ""
    if field in _BOOLEANS:
        return "是" if value else "否"
    if field in _CONTACTS:
        return people.get(value, f"联系人 {value}")
    if field in _DEMANDS:
        return f"D{value}"
    if field in _CUSTOMERS:
        return customer_code(value)
    if field.endswith("_at") or field in ("at", "wait_until", "waiting_until"):
        local = reader.local(value)
        return f"{local:%Y-%m-%d %H:%M}" if isinstance(local, datetime) else ""
    if field in ("tags", "documents", "regions", "products", "skills"):
        return "、".join(json.loads(value))
    return label(table, field, str(value)) or " ".join(str(value).split())


def label(table: str, field: str, value: str) -> str:
    """The Chinese word for the value of an enumeration; empty for what is none."""
    term = _OWN_ENUMS.get((table, field)) or _ENUMS.get(field)
    return {entry.value: entry.label for entry in term}.get(value, "") if term else ""
