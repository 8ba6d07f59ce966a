"""The vocabulary of the domain: each enum has a stable English value and a Chinese label.

The value stands in the database, in JSON and on the command line; the label is what people read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from demandctl.errors import UsageError


class Term(StrEnum):
    """A word of the domain. ``Kind.SERVICE == "service"`` and ``Kind.SERVICE.label == "售后"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        return term

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a value, a label or an unambiguous prefix of a value; UsageError names the choices."""
        return cls(match(text, {term.value: term.label for term in cls}))


WEEKDAYS = "一二三四五六日"
"""Of the week from Monday."""


def match(text: str, choices: dict[str, str]) -> str:
    """Find the value that *text* means: exact value, label, or the only value it is a prefix of."""
    wanted = text.strip()
    for value, label in choices.items():
        if wanted in (value, label) or wanted.lower() == value:
            return value
    found = [value for value in choices if wanted and value.startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    listed = "、".join(f"{value} {label}" for value, label in choices.items() if not found or value in found)
    raise UsageError(f"“{text[:40]}”{'不止一种意思' if found else '不认识'}", f"可选：{listed}")


class Kind(Term):
    """需求类型."""

    OPPORTUNITY = "opportunity", "商机"
    SERVICE = "service", "售后"
    INQUIRY = "inquiry", "咨询"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"


SUBTYPES: dict[Kind, dict[str, str]] = {
    Kind.OPPORTUNITY: {"new": "新机", "used": "二手机", "parts": "配件", "erp": "ERP系统", "other": "其他"},
    Kind.SERVICE: {"repair": "故障报修", "advice": "故障咨询", "return": "退换货", "other": "其他"},
    Kind.INQUIRY: {
        "product": "产品业务",
        "policy": "政策",
        "finance": "金融",
        "legal": "法务",
        "rental": "租赁",
        "recruiting": "招聘求职",
        "resale": "二手出售",
        "industry": "行业求助",
        "other": "其他",
    },
    Kind.COMPLAINT: {"product": "产品", "service": "服务", "staff": "人员", "other": "其他"},
    Kind.SUGGESTION: {"product": "产品", "service": "服务", "other": "其他"},
}


def parse_subtype(text: str, kind: Kind) -> str:
    """Read a subtype of *kind*; UsageError names those that the kind has."""
    try:
        return match(text, SUBTYPES[kind])
    except UsageError as error:
        raise UsageError(f"{kind.label}的子类：{error}") from error


def subtype_label(kind: str, subtype: str | None) -> str:
    """The Chinese label of a stored subtype, empty when there is none."""
    return SUBTYPES[Kind(kind)].get(subtype, subtype) if subtype else ""


class Channel(Term):
    """渠道."""

    GROUP = "group", "社群"
    DIRECT = "direct", "私聊"
    OFFICIAL = "official", "公众号"
    PHONE = "phone", "电话"
    OTHER = "other", "其他"


class Urgency(Term):
    """紧急程度."""

    NORMAL = "normal", "普通"
    URGENT = "urgent", "紧急"
    CRITICAL = "critical", "特急"


class ServiceMode(Term):
    """服务方式."""

    ONLINE = "online", "在线"
    PHONE = "phone", "电话"
    ONSITE = "onsite", "上门"
    DROPOFF = "dropoff", "送修"
    MAILIN = "mailin", "寄修"


class Status(Term):
    """状态."""

    NEW = "new", "待派单"
    REFERRED = "referred", "待指派"
    ASSIGNED = "assigned", "已派单"
    FOLLOWING = "following", "跟进中"
    WAITING = "waiting", "等待中"
    CONFIRMING = "confirming", "待确认"
    CLOSED = "closed", "已结束"


class Outcome(Term):
    """结果."""

    WON = "won", "成交"
    SOLVED = "solved", "已解决"
    LOST = "lost", "未成交"
    DROPPED = "dropped", "无需跟进"
    DUPLICATE = "duplicate", "重复"
    ADOPTED = "adopted", "已采纳"
    DECLINED = "declined", "未采纳"


class Role(Term):
    """角色 of a contact."""

    SALES = "sales", "销售"
    SERVICE = "service", "服务"
    PARTS = "parts", "配件"
    LEADER = "leader", "分管领导"
    EXPERT = "expert", "专家顾问"
    SPECIALIST = "specialist", "需求专员"
    EXTERNAL = "external", "外部资源"
    DEPARTMENT = "department", "部门"


class Expertise(Term):
    """专长 of an expert."""

    SERVICE = "service", "售后"
    SALES = "sales", "销售"
    LEGAL = "legal", "法务"
    FINANCE = "finance", "金融"
    PRODUCT = "product", "产品"


class Method(Term):
    """方式 of a follow-up or a revisit."""

    WECHAT = "wechat", "微信"
    PHONE = "phone", "电话"
    ONSITE = "onsite", "上门"
    SMS = "sms", "短信"
    GROUP = "group", "群内"


class RevisitKind(Term):
    """回访类型."""

    AFTER_SALE = "after-sale", "售后回访"
    REGULAR = "regular", "常规回访"
    INACTIVE = "inactive", "未合作回访"
    HOLIDAY = "holiday", "节日回访"
    ANNIVERSARY = "anniversary", "纪念日回访"
    PROMOTION = "promotion", "新品推介"


class Satisfaction(Term):
    """满意度: of each rating and overall."""

    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "一般"
    UNSATISFIED = "unsatisfied", "不满意"


class Value(Term):
    """客户价值."""

    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class NeedClass(Term):
    """客户需求分类 (P)."""

    STRATEGIC = "strategic", "战略"
    ORDINARY = "ordinary", "普通"
    SPECIAL = "special", "特殊需求"


class Stage(Term):
    """客户阶段."""

    PROSPECT = "prospect", "潜在"
    INTENT = "intent", "意向"
    SIGNED = "signed", "签约"
    LOST = "lost", "流失"


class Route(Term):
    """How an assignment was made (派单方式)."""

    DIRECT = "direct", "直接派单"
    REFERRED = "referred", "转领导指派"
    DESIGNATED = "designated", "领导指派"
    EXPERT = "expert", "专家解答"
    EXTERNAL = "external", "外部资源"
    HANDOVER = "handover", "交接"


class NoteKind(Term):
    """记录性质 of a follow-up: a nudge and an attempt are on record and fulfil nothing."""

    FOLLOW_UP = "follow-up", "跟进"
    NUDGE = "nudge", "催办"
    ATTEMPT = "attempt", "没接通"


class Step(Term):
    """服务环节 (S 3-6)."""

    RECEIVED = "received", "收机"
    INSPECTED = "inspected", "检测"
    PARTS_OUT = "parts-out", "领备件"
    PARTS_BACK = "parts-back", "还备件"
    REPAIRED = "repaired", "修好"
    SENT = "sent", "发出"
    FETCHED = "fetched", "取机"
    VISITED = "visited", "上门"
    AGAIN = "again", "再次上门"
    RETURNED = "returned", "退货"
    EXCHANGED = "exchanged", "换货"
    CHARGED = "charged", "收费"


class AliasKind(Term):
    """What a further name of a customer is."""

    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    NAME = "name", "姓名"


class DeadlineState(Term):
    """State of a deadline at a moment."""

    OVERDUE = "overdue", "已超时"
    TODAY = "today", "今天到期"
    SOON = "soon", "即将到期"
    LATER = "later", "未到期"
    WAITING = "waiting", "等待中"
    MET = "met", "已完成"
    VOIDED = "voided", "已取消"
