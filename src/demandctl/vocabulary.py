"""The vocabulary of the domain: each enum has a stable English value and a Chinese label.

The value stands in the database, in JSON and on the command line; the label is what people read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from demandctl.errors import UsageError


class Term(StrEnum):
    """A word of the domain. ``Kind.SERVICE == "service"`` and ``Kind.SERVICE.label == "售后"``.

    A member is its value, its label, and the other words that people use for it, with blanks between.
    """

    label: str
    words: tuple[str, ...]

    def __new__(cls, value: str, label: str = "", words: str = "") -> Self:
        term = str.__new__(cls, value)
        term._value_ = value
        term.label = label
        term.words = tuple(words.split())
        return term

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a value, a label, a word that people use, or a part that only one has; UsageError names the choices."""
        return cls(match(text, cls.choices(), {term.value: term.words for term in cls}))

    @classmethod
    def choices(cls) -> dict[str, str]:
        """Values with their labels."""
        return {term.value: term.label for term in cls}


WEEKDAYS = "一二三四五六日"
"""Of the week from Monday."""


def match(text: str, choices: Mapping[str, str], words: Mapping[str, Iterable[str]] = MappingProxyType({})) -> str:
    """The value that *text* means: itself, its label or one of its *words*, else the only one that it is a part of.

    A part is the beginning of a value or anything in a label. UsageError names the choices, or those that it fits.
    """
    wanted = " ".join(text.split())
    folded = wanted.lower()
    for value, label in choices.items():
        if wanted == label or folded == value or folded in words.get(value, ()):
            return value
    found = [
        value for value, label in choices.items() if folded and (value.startswith(folded) or folded in label.lower())
    ]
    if len(found) == 1:
        return found[0]
    listed = "、".join(f"{label} {value}".strip() for value, label in choices.items() if not found or value in found)
    raise UsageError(f"“{text[:40]}”{'不止一种意思' if found else '不认识'}", f"可选：{listed}")


class Kind(Term):
    """需求类型."""

    OPPORTUNITY = "opportunity", "商机", "求购 购机 买机 采购 线索 意向 问价 询价"
    SERVICE = "service", "售后", "报修 维修 修理 故障 售后服务 修车 坏了"
    INQUIRY = "inquiry", "咨询", "询问 问询 求助"
    COMPLAINT = "complaint", "投诉", "客诉 举报 抱怨"
    SUGGESTION = "suggestion", "建议", "意见 提议"


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


_SUBTYPE_WORDS = {
    value: tuple(words.split())
    for value, words in {
        "new": "新车 整机 主机", "used": "二手 旧机 二手车", "parts": "零件 备件", "erp": "系统 软件",
        "repair": "维修 修理 抢修", "advice": "指导", "return": "退货 换货 退机 换机",
        "policy": "补贴", "finance": "贷款 融资 按揭 分期", "legal": "法律 纠纷", "rental": "出租 求租 租机",
        "recruiting": "招工 招人 找工作", "resale": "卖二手 转让 卖", "staff": "态度", "product": "质量",
        "other": "其它 别的",
    }.items()
}  # fmt: skip
"""What people say for a subtype, whichever kind it is of."""


def parse_subtype(text: str, kind: Kind) -> str:
    """Read a subtype of *kind*; UsageError names those that the kind has."""
    try:
        return match(text, SUBTYPES[kind], _SUBTYPE_WORDS)
    except UsageError as error:
        raise UsageError(f"{kind.label}的子类{error}", error.hint) from error


def subtype_label(kind: str, subtype: str | None) -> str:
    """The Chinese label of a stored subtype, empty when there is none."""
    return SUBTYPES[Kind(kind)].get(subtype, subtype) if subtype else ""


class Channel(Term):
    """渠道."""

    GROUP = "group", "社群", "群 群聊 群里 微信群"
    DIRECT = "direct", "私聊", "微信 私信 单聊 企业微信 企微 个人微信"
    OFFICIAL = "official", "公众号", "服务号 订阅号"
    PHONE = "phone", "电话", "来电 热线 手机 打电话"
    OTHER = "other", "其他", "其它 别的 朋友圈 抖音 视频号 线下 介绍 短信"


SPOKEN = (Channel.PHONE,)
"""Channels on which the customer is answered as he speaks: the first answer stands when the demand is raised."""


class Urgency(Term):
    """紧急程度."""

    NORMAL = "normal", "普通", "一般 正常 不急"
    URGENT = "urgent", "紧急", "急 加急 着急 尽快 马上 很急 急用 立即 立刻"
    CRITICAL = "critical", "特急", "非常急 特别急 十万火急 火急 急急急"


class ServiceMode(Term):
    """服务方式."""

    ONLINE = "online", "在线", "线上 远程 视频 微信"
    PHONE = "phone", "电话", "电话指导"
    ONSITE = "onsite", "上门", "现场 到场"
    DROPOFF = "dropoff", "送修", "送厂 到店 进厂"
    MAILIN = "mailin", "寄修", "邮寄 快递"


class Status(Term):
    """状态."""

    NEW = "new", "待派单", "未派单 没派 未派 新"
    REFERRED = "referred", "待指派", "转领导"
    ASSIGNED = "assigned", "已派单", "已指派"
    FOLLOWING = "following", "跟进中", "处理中"
    WAITING = "waiting", "等待中", "客户要等"
    CONFIRMING = "confirming", "待确认", "等确认"
    CLOSED = "closed", "已结束", "完结 办结 已关闭 结案 完成 关闭"


class Outcome(Term):
    """结果."""

    WON = "won", "成交", "成单 赢单 签单 买了 已成交"
    SOLVED = "solved", "已解决", "修好 搞定 已处理 修好了 解决了"
    LOST = "lost", "未成交", "丢单 输单 没成 黄了 流失 流标 已流标"
    DROPPED = "dropped", "无需跟进", "放弃 不跟了 不用跟进 无效"
    DUPLICATE = "duplicate", "重复", "重了"
    ADOPTED = "adopted", "已采纳", "采纳"
    DECLINED = "declined", "未采纳", "不采纳"


class Role(Term):
    """角色 of a contact."""

    SALES = "sales", "销售", "业务员 销售员"
    SERVICE = "service", "服务", "售后 维修 技师 工程师 服务员 师傅"
    PARTS = "parts", "配件", "配件员"
    LEADER = "leader", "分管领导", "经理 负责人"
    EXPERT = "expert", "专家顾问", "老师"
    SPECIALIST = "specialist", "需求专员", "专员"
    EXTERNAL = "external", "外部资源", "外协 外援 供应商"
    DEPARTMENT = "department", "部门"


MYSELF = ("我", "我自己", "本人")
"""How the specialist calls herself where somebody of the directory may be named."""


class Expertise(Term):
    """专长 of an expert."""

    SERVICE = "service", "售后", "服务 维修"
    SALES = "sales", "销售"
    LEGAL = "legal", "法务", "法律 律师"
    FINANCE = "finance", "金融", "财务 贷款"
    PRODUCT = "product", "产品", "技术"


class Method(Term):
    """方式 of a follow-up or a revisit."""

    WECHAT = "wechat", "微信", "企业微信 私聊 语音 视频"
    PHONE = "phone", "电话", "打电话 来电 去电 通话 电联"
    ONSITE = "onsite", "上门", "现场 拜访 面谈"
    SMS = "sms", "短信", "信息"
    GROUP = "group", "群内", "群里 群聊"


class RevisitKind(Term):
    """回访类型."""

    AFTER_SALE = "after-sale", "售后回访"
    REGULAR = "regular", "常规回访", "定期 例行 日常"
    INACTIVE = "inactive", "未合作回访", "沉睡 久未合作 流失"
    HOLIDAY = "holiday", "节日回访", "过节"
    ANNIVERSARY = "anniversary", "纪念日回访", "生日 周年"
    PROMOTION = "promotion", "新品推介", "推广 推荐"


class Satisfaction(Term):
    """满意度: of each rating and overall."""

    SATISFIED = "satisfied", "满意", "好 很满意 非常满意 不错 比较满意"
    FAIR = "fair", "一般", "还行 还可以 凑合 基本满意 可以"
    UNSATISFIED = "unsatisfied", "不满意", "差 不好 很不满意 不行 很差 不太满意"


class Value(Term):
    """客户价值."""

    HIGH = "high", "高", "重要 高价值 大客户 vip"
    MEDIUM = "medium", "中", "中等 一般 普通"
    LOW = "low", "低"


class NeedClass(Term):
    """客户需求分类 (P)."""

    STRATEGIC = "strategic", "战略", "战略需求 战略客户"
    ORDINARY = "ordinary", "普通", "一般 普通需求"
    SPECIAL = "special", "特殊需求"


class Stage(Term):
    """客户阶段."""

    PROSPECT = "prospect", "潜在", "潜客 潜在客户"
    INTENT = "intent", "意向", "意向客户"
    SIGNED = "signed", "签约", "成交 合作 签约客户 老客户 已签"
    LOST = "lost", "流失", "不合作 流失客户 丢了"


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

    RECEIVED = "received", "收机", "收到 入库"
    INSPECTED = "inspected", "检测", "检查"
    PARTS_OUT = "parts-out", "领备件", "领料 领件"
    PARTS_BACK = "parts-back", "还备件", "退料 还件"
    REPAIRED = "repaired", "修好", "维修 修完"
    SENT = "sent", "发出", "寄出 发货"
    FETCHED = "fetched", "取机", "取走 提机"
    VISITED = "visited", "上门", "现场"
    AGAIN = "again", "再次上门", "二次上门"
    RETURNED = "returned", "退货", "退机"
    EXCHANGED = "exchanged", "换货", "换机"
    CHARGED = "charged", "收费", "收款"


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
