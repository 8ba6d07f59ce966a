"""The one table of the ledger's columns: what each is called, what it holds, and what becomes of it.

Told from it are changes in words and the log, erasing, merging, what is searched, the titles of sheets and what an old
workbook may call them. A test holds it against the schema: a column that has no row here fails. Pure data, so that
whoever only reads may have it.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple

from demandctl.language.subject import LEDGER, About, Subject
from demandctl.store.values import Columns
from demandctl.vocabulary import (
    AliasKind,
    Channel,
    Kind,
    Method,
    NeedClass,
    NoteKind,
    Outcome,
    RevisitKind,
    Role,
    Route,
    Satisfaction,
    ServiceMode,
    Stage,
    Status,
    Step,
    Term,
    Urgency,
    Value,
)

SCHEMA_VERSION = 2
"""The version of the ledger that has these columns: the number of upgrades in ``migrations``."""


class Holds(Enum):
    """What a column holds."""

    TEXT = auto()
    """What somebody said or wrote."""
    NAME = auto()
    """By what somebody or something is known; of a customer: what tells who he is wherever it stands in a text."""
    PHONE = auto()
    ACCOUNT = auto()
    """An id that, like a phone, belongs to one person alone."""
    INSTANT = auto()
    DAY = auto()
    MONEY = auto()
    NUMBER = auto()
    FLAG = auto()
    ANSWER = auto()
    """Yes or no, or nobody said."""
    TERM = auto()
    """A word of the vocabulary."""
    LIST = auto()
    CONTACT = auto()
    CONTACTS = auto()
    DEMAND = auto()
    CUSTOMER = auto()
    REVISIT = auto()
    MACHINE = auto()
    RHYTHM = auto()
    """How often something comes again: a recurrence rule, said as 每月."""
    INNER = auto()
    """What the program alone reads."""


class Erased(Enum):
    """What becomes of a column of a customer's rows when he is erased."""

    KEPT = auto()
    """It tells nothing of a person, or it is counted."""
    STRUCK = auto()
    """It stays, his names and numbers struck out of it."""
    MARKED = auto()
    """Where it held anything it says so, and no more."""
    EMPTIED = auto()
    """It is as in a row that was just made."""
    FOLLOWS = auto()
    """It repeats other columns, and is made again of what is left of them."""


class Joined(Enum):
    """How the customer who stays and the one who is merged into him make one."""

    KEPT = auto()
    """The one who stays keeps his own."""
    FILLED = auto()
    """A blank is filled."""
    MOVED = auto()
    """A blank is filled, and the other loses it: it belongs to one customer at a time."""
    LATEST = auto()
    EITHER = auto()
    """True when it was of either."""
    UNITED = auto()
    ADDED = auto()
    """The other's text stands below."""


class Field(NamedTuple):
    """A column: *told* in the log; *searched* by ``search``; *says* what yes and no are called."""

    table: str
    column: str
    name: str
    holds: Holds
    erased: Erased = Erased.KEPT
    joined: Joined = Joined.KEPT
    term: type[Term] | None = None
    searched: bool = False
    told: bool = True
    says: tuple[str, str] = ("是", "否")


TABLES = {
    "customer": "客户",
    "contact": "联系人",
    "demand": "需求",
    "follow_up": "跟进",
    "assignment": "派单",
    "escalation": "升级",
    "revisit": "回访",
    "deadline": "时限",
    "alias": "别名",
    "purchase": "订货",
    "machine": "设备",
    "credit": "信用",
    "wechat_group": "社群",
    "service_step": "服务环节",
    "attachment": "附件",
    "greeting": "问候",
}
"""Tables by the name people know; what is not here (the events of the deadline machine) is no news to them."""

UNCOUNTED = frozenset({"alias", "attachment"})
"""Tables whose rows go with the person when he is erased: nothing counts them."""

TEXT, NAME, PHONE, ACCOUNT, INSTANT, DAY, MONEY, NUMBER, FLAG, ANSWER, TERM, LIST = tuple(Holds)[:12]
CONTACT, CONTACTS, DEMAND, CUSTOMER, REVISIT, MACHINE, RHYTHM, INNER = tuple(Holds)[12:]
KEPT, STRUCK, MARKED, EMPTIED, FOLLOWS = Erased
FILLED, MOVED, LATEST, EITHER, UNITED, ADDED = tuple(Joined)[1:]

_CUSTOMER = (
    Field("customer", "id", "客户编号", CUSTOMER, told=False),
    Field("customer", "name", "客户姓名", NAME, MARKED, searched=True),
    Field("customer", "nickname", "微信昵称", NAME, EMPTIED, searched=True),
    Field("customer", "phone", "联系电话", PHONE, EMPTIED, MOVED, searched=True),
    Field("customer", "wechat", "微信", ACCOUNT, EMPTIED, MOVED, searched=True),
    Field("customer", "email", "邮箱", ACCOUNT, EMPTIED, FILLED, searched=True),
    Field("customer", "company", "单位", NAME, EMPTIED, FILLED, searched=True),
    Field("customer", "industry", "行业", TEXT, EMPTIED, FILLED),
    Field("customer", "region", "所在地区", TEXT, EMPTIED, FILLED),
    Field("customer", "address", "地址", NAME, EMPTIED, FILLED, searched=True),
    Field("customer", "source", "客户来源", TEXT, EMPTIED, FILLED),
    Field("customer", "value", "客户价值", TERM, EMPTIED, FILLED, Value),
    Field("customer", "need_class", "需求分类", TERM, EMPTIED, FILLED, NeedClass),
    Field("customer", "stage", "客户阶段", TERM, EMPTIED, FILLED, Stage),
    Field("customer", "lost_reason", "流失原因", TEXT, EMPTIED, FILLED),
    Field("customer", "tags", "标签", LIST, EMPTIED, UNITED),
    Field("customer", "owner_id", "对接人", CONTACT, EMPTIED, FILLED),
    Field("customer", "briefed_at", "沟通时间", INSTANT, EMPTIED, FILLED),
    Field("customer", "birthday", "生日", DAY, EMPTIED, FILLED),
    Field("customer", "last_order", "最近订货", DAY, EMPTIED, LATEST),
    Field("customer", "business_contact", "业务联系", DAY, EMPTIED, LATEST),
    Field("customer", "arrears", "欠款", FLAG, EMPTIED, EITHER),
    Field("customer", "handed", "已交业务", FLAG, EMPTIED, EITHER),
    Field("customer", "credit_limit", "信用额度", MONEY, EMPTIED, FILLED),
    Field("customer", "credit_term", "账期", TEXT, EMPTIED, FILLED),
    Field("customer", "contract_on", "合同验收", DAY, EMPTIED, FILLED),
    Field("customer", "profiled_on", "建档日期", DAY, EMPTIED, FILLED),
    Field("customer", "documents", "已有资料", LIST, EMPTIED, UNITED),
    Field("customer", "approved_by", "缺件批准人", TEXT, EMPTIED, FILLED),
    Field("customer", "revisit_every", "回访周期", RHYTHM, EMPTIED, FILLED),
    Field("customer", "note", "备注", TEXT, EMPTIED, ADDED, searched=True),
    Field("customer", "consent_on", "同意日期", DAY, EMPTIED, FILLED),
    Field("customer", "created_at", "登记时间", INSTANT),
    Field("customer", "erased_at", "删除时间", INSTANT),
    Field("customer", "merged_into", "合并到", CUSTOMER),
    Field("customer", "pinyin", "", INNER, EMPTIED, told=False),
)

_CONTACT = (
    Field("contact", "id", "编号", CONTACT, told=False),
    Field("contact", "name", "姓名", NAME, searched=True),
    Field("contact", "phone", "电话", PHONE),
    Field("contact", "wechat", "微信", ACCOUNT),
    Field("contact", "role", "角色", TERM, term=Role),
    Field("contact", "branch", "分公司", NAME),
    Field("contact", "regions", "负责区域", LIST, STRUCK),
    Field("contact", "products", "产品线", LIST, STRUCK),
    Field("contact", "skills", "专长", LIST, STRUCK),
    Field("contact", "leader", "是否领导", FLAG),
    Field("contact", "active", "在职", FLAG),
    Field("contact", "pinyin", "", INNER, told=False),
    Field("contact", "note", "备注", TEXT, STRUCK),
)

_DEMAND = (
    Field("demand", "id", "需求编号", DEMAND, told=False),
    Field("demand", "kind", "需求类型", TERM, term=Kind),
    Field("demand", "subtype", "子类", TERM),
    Field("demand", "customer_id", "客户", CUSTOMER),
    Field("demand", "content", "需求内容", TEXT, MARKED, searched=True),
    Field("demand", "source", "原文", TEXT, MARKED, searched=True),
    Field("demand", "wish", "客户期望", TEXT, MARKED, searched=True),
    Field("demand", "urgency", "紧急程度", TERM, term=Urgency),
    Field("demand", "region", "所在地区", TEXT, STRUCK, searched=True),
    Field("demand", "product", "产品/机型", TEXT, STRUCK, searched=True),
    Field("demand", "machine_id", "设备", MACHINE),
    Field("demand", "accused_id", "被投诉人", CONTACT),
    Field("demand", "channel", "来源渠道", TERM, term=Channel),
    Field("demand", "group_name", "社群名称", TEXT, STRUCK, searched=True),
    Field("demand", "service_mode", "服务方式", TERM, term=ServiceMode),
    Field("demand", "warranty", "保修状态", TEXT, EMPTIED, searched=True),
    Field("demand", "from_id", "由来", DEMAND),
    Field("demand", "tags", "标签", LIST, EMPTIED, searched=True),
    Field("demand", "raised_at", "提出时间", INSTANT),
    Field("demand", "registered_at", "登记时间", INSTANT),
    Field("demand", "verified", "商机属实", ANSWER),
    Field("demand", "status", "状态", TERM, term=Status),
    Field("demand", "handler_id", "对接人", CONTACT),
    Field("demand", "leader_id", "指派领导", CONTACT),
    Field("demand", "branch", "分公司", NAME, STRUCK, searched=True),
    Field("demand", "branch_leader_id", "分公司领导", CONTACT),
    Field("demand", "escalation", "升级次数", NUMBER),
    Field("demand", "next_at", "下次跟进", INSTANT),
    Field("demand", "next_plan", "下次计划", TEXT, MARKED, searched=True),
    Field("demand", "resolved_at", "解决时间", INSTANT),
    Field("demand", "confirmed_at", "客户确认", INSTANT),
    Field("demand", "outcome", "结果", TERM, term=Outcome),
    Field("demand", "reason", "未成交原因", TEXT, STRUCK, searched=True),
    Field("demand", "amount", "成交金额", MONEY),
    Field("demand", "duplicate_of", "重复于", DEMAND),
    Field("demand", "note", "备注", TEXT, MARKED, searched=True),
    Field("demand", "closed_at", "结束时间", INSTANT),
)

_FOLLOW_UP = (
    Field("follow_up", "id", "", INNER, told=False),
    Field("follow_up", "demand_id", "需求编号", DEMAND, told=False),
    Field("follow_up", "at", "时间", INSTANT),
    Field("follow_up", "by_name", "跟进人", NAME, STRUCK, searched=True),
    Field("follow_up", "by_id", "跟进联系人", CONTACT),
    Field("follow_up", "phone", "跟进人电话", PHONE, STRUCK),
    Field("follow_up", "internal", "对客户/内部", FLAG, says=("内部", "对客户")),
    Field("follow_up", "method", "方式", TERM, term=Method),
    Field("follow_up", "stage", "进度", TEXT, EMPTIED),
    Field("follow_up", "text", "内容", TEXT, MARKED, searched=True),
    Field("follow_up", "next_at", "下次时间", INSTANT),
    Field("follow_up", "next_plan", "下次计划", TEXT, MARKED, searched=True),
    Field("follow_up", "wait_until", "等到", INSTANT),
    Field("follow_up", "resolved", "已解决", FLAG),
    Field("follow_up", "note", "记录性质", TERM, term=NoteKind),
    Field("follow_up", "to_id", "催办联系人", CONTACT),
    Field("follow_up", "to_name", "催办对象", NAME, STRUCK),
)

_ASSIGNMENT = (
    Field("assignment", "id", "", INNER, told=False),
    Field("assignment", "demand_id", "需求编号", DEMAND, told=False),
    Field("assignment", "at", "时间", INSTANT),
    Field("assignment", "from_id", "转出", CONTACT),
    Field("assignment", "to_id", "转给", CONTACT),
    Field("assignment", "how", "方式", TERM, term=Route),
    Field("assignment", "reason", "原因", TEXT, MARKED),
    Field("assignment", "operator", "操作人", NAME, STRUCK),
)

_ESCALATION = (
    Field("escalation", "id", "", INNER, told=False),
    Field("escalation", "demand_id", "需求编号", DEMAND, told=False),
    Field("escalation", "at", "升级时间", INSTANT),
    Field("escalation", "to_id", "升级给", CONTACT),
    Field("escalation", "level", "级别", NUMBER),
    Field("escalation", "problem", "问题", TEXT, MARKED, searched=True),
    Field("escalation", "within", "时限", TEXT, STRUCK),
    Field("escalation", "product", "产品", TEXT, STRUCK),
    Field("escalation", "tried", "已做处理", TEXT, MARKED, searched=True),
    Field("escalation", "done_at", "处理时间", INSTANT),
    Field("escalation", "result", "结果", TEXT, MARKED, searched=True),
)

_REVISIT = (
    Field("revisit", "id", "回访编号", REVISIT, told=False),
    Field("revisit", "customer_id", "客户", CUSTOMER),
    Field("revisit", "demand_id", "关联需求", DEMAND),
    Field("revisit", "kind", "回访类型", TERM, term=RevisitKind),
    Field("revisit", "method", "回访方式", TERM, term=Method),
    Field("revisit", "planned_at", "计划时间", INSTANT),
    Field("revisit", "visited_at", "回访时间", INSTANT),
    Field("revisit", "reachable", "是否方便", ANSWER),
    Field("revisit", "call_back_at", "改约时间", INSTANT),
    Field("revisit", "product_rating", "产品评价", TERM, term=Satisfaction),
    Field("revisit", "attitude", "服务态度", TERM, term=Satisfaction),
    Field("revisit", "speed", "响应速度", TERM, term=Satisfaction),
    Field("revisit", "promise", "承诺兑现", TERM, term=Satisfaction),
    Field("revisit", "satisfaction", "整体满意度", TERM, term=Satisfaction),
    Field("revisit", "dissatisfaction", "不满意原因", TEXT, MARKED, searched=True),
    Field("revisit", "heard_from", "了解渠道", TEXT, EMPTIED),
    Field("revisit", "suggestion", "建议", TEXT, MARKED, searched=True),
    Field("revisit", "recommend", "愿意推荐", ANSWER),
    Field("revisit", "inactive_reason", "未合作原因", TEXT, MARKED, searched=True),
    Field("revisit", "would_continue", "能否继续合作", ANSWER),
    Field("revisit", "problem", "遗留问题", TEXT, MARKED, searched=True),
    Field("revisit", "urgent", "需即时解决", FLAG),
    Field("revisit", "department", "责任部门", NAME, STRUCK, searched=True),
    Field("revisit", "forwarded_at", "转交时间", INSTANT),
    Field("revisit", "contacted_at", "部门首次联络", INSTANT),
    Field("revisit", "plan", "部门方案", TEXT, MARKED, searched=True),
    Field("revisit", "planned_by_department_at", "方案时间", INSTANT),
    Field("revisit", "escalated_to", "上报", CONTACT),
    Field("revisit", "solved_at", "解决时间", INSTANT),
    Field("revisit", "recorded_at", "登记时间", INSTANT),
    Field("revisit", "visitor", "回访人", NAME, STRUCK),
    Field("revisit", "note", "备注", TEXT, MARKED, searched=True),
    Field("revisit", "escalated_at", "上报时间", INSTANT),
    Field("revisit", "escalation_problem", "上报问题", TEXT, MARKED, searched=True),
    Field("revisit", "escalation_within", "上报时限", TEXT, STRUCK),
)

_DEADLINE = (
    Field("deadline", "id", "", INNER, told=False),
    Field("deadline", "rule", "", INNER, told=False),
    Field("deadline", "rule_name", "", INNER, told=False),
    Field("deadline", "what", "欠什么", TEXT, STRUCK, told=False),
    Field("deadline", "about", "", INNER, told=False),
    Field("deadline", "demand_id", "需求编号", DEMAND, told=False),
    Field("deadline", "revisit_id", "回访编号", REVISIT, told=False),
    Field("deadline", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("deadline", "rank", "", INNER, told=False),
    Field("deadline", "owed_by", "", INNER, told=False),
    Field("deadline", "owner_id", "谁欠", CONTACT, told=False),
    Field("deadline", "owner_name", "", NAME, STRUCK, told=False),
    Field("deadline", "started_at", "起算", INSTANT),
    Field("deadline", "due_at", "到期", INSTANT),
    Field("deadline", "target", "", INNER, told=False),
    Field("deadline", "clock", "", INNER, told=False),
    Field("deadline", "given", "", INNER, told=False),
    Field("deadline", "pauses", "", INNER, told=False),
    Field("deadline", "occurrences", "", INNER, told=False),
    Field("deadline", "waiting_until", "等到", INSTANT, told=False),
    Field("deadline", "missed", "错过次数", NUMBER),
    Field("deadline", "provisional", "", INNER, told=False),
    Field("deadline", "period", "", INNER, told=False),
    Field("deadline", "met_at", "完成时间", INSTANT),
    Field("deadline", "voided_at", "取消时间", INSTANT),
    Field("deadline", "void_reason", "取消原因", TEXT, STRUCK),
    Field("deadline", "ruleset_id", "", INNER, told=False),
    Field("deadline", "role", "", INNER, told=False),
)

_ALIAS = (
    Field("alias", "id", "", INNER, told=False),
    Field("alias", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("alias", "kind", "类别", TERM, term=AliasKind),
    Field("alias", "value", "内容", NAME, MARKED, searched=True),
    Field("alias", "note", "备注", TEXT, EMPTIED),
)

_PURCHASE = (
    Field("purchase", "id", "", INNER, told=False),
    Field("purchase", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("purchase", "ordered_on", "订货日期", DAY),
    Field("purchase", "product", "产品", TEXT, STRUCK),
    Field("purchase", "amount", "金额", MONEY),
    Field("purchase", "demand_id", "关联需求", DEMAND),
    Field("purchase", "note", "备注", TEXT, MARKED),
)

_MACHINE = (
    Field("machine", "id", "", INNER, told=False),
    Field("machine", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("machine", "model", "机型", TEXT, STRUCK),
    Field("machine", "serial", "序列号", ACCOUNT, EMPTIED),
    Field("machine", "bought_on", "购买日期", DAY, EMPTIED),
    Field("machine", "warranty_until", "保修到期", DAY, EMPTIED),
    Field("machine", "note", "备注", TEXT, MARKED),
)

_CREDIT = (
    Field("credit", "id", "", INNER, told=False),
    Field("credit", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("credit", "at", "时间", INSTANT),
    Field("credit", "credit_limit", "信用额度", MONEY, EMPTIED),
    Field("credit", "credit_term", "账期", TEXT, EMPTIED),
    Field("credit", "reason", "原因", TEXT, MARKED),
    Field("credit", "applied_by", "申请人", NAME, STRUCK),
    Field("credit", "applied_on", "申请日期", DAY),
    Field("credit", "audited_by", "审核人", NAME, STRUCK),
    Field("credit", "audited_on", "审核日期", DAY),
    Field("credit", "checked_by", "复核人", NAME, STRUCK),
    Field("credit", "checked_on", "复核日期", DAY),
    Field("credit", "signed_by", "签批人", NAME, STRUCK),
    Field("credit", "signed_on", "签批日期", DAY),
)

_GROUP = (
    Field("wechat_group", "id", "", INNER, told=False),
    Field("wechat_group", "name", "社群名称", NAME, STRUCK),
    Field("wechat_group", "branch", "分公司", NAME, STRUCK),
    Field("wechat_group", "region", "所在地区", TEXT, STRUCK),
    Field("wechat_group", "experts", "专家", CONTACTS),
    Field("wechat_group", "note", "备注", TEXT, STRUCK),
)

_SERVICE_STEP = (
    Field("service_step", "id", "", INNER, told=False),
    Field("service_step", "demand_id", "需求编号", DEMAND, told=False),
    Field("service_step", "step", "服务环节", TERM, term=Step),
    Field("service_step", "at", "时间", INSTANT),
    Field("service_step", "by_name", "经办人", NAME, STRUCK),
    Field("service_step", "by_id", "经办联系人", CONTACT),
    Field("service_step", "number", "单号", TEXT, EMPTIED, searched=True),
    Field("service_step", "amount", "金额", MONEY),
    Field("service_step", "reason", "原因", TEXT, MARKED, searched=True),
    Field("service_step", "decision", "处理意见", TEXT, MARKED, searched=True),
    Field("service_step", "note", "备注", TEXT, MARKED, searched=True),
)

_ATTACHMENT = (
    Field("attachment", "id", "", INNER, told=False),
    Field("attachment", "demand_id", "需求编号", DEMAND, told=False),
    Field("attachment", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("attachment", "revisit_id", "回访编号", REVISIT, told=False),
    Field("attachment", "name", "文件名", TEXT, MARKED, searched=True),
    Field("attachment", "media_type", "", INNER, told=False),
    Field("attachment", "size", "大小", NUMBER),
    Field("attachment", "sha256", "", INNER, EMPTIED, told=False),
    Field("attachment", "at", "时间", INSTANT),
    Field("attachment", "note", "备注", TEXT, MARKED, searched=True),
)

_GREETING = (
    Field("greeting", "id", "", INNER, told=False),
    Field("greeting", "customer_id", "客户编号", CUSTOMER, told=False),
    Field("greeting", "at", "时间", INSTANT),
    Field("greeting", "occasion", "问候缘由", TEXT, STRUCK),
    Field("greeting", "method", "方式", TERM, term=Method),
    Field("greeting", "text", "内容", TEXT, MARKED),
)

_INSIDE = (
    Field("operation", "summary", "", TEXT, STRUCK, told=False),
    Field("notification", "answer", "", TEXT, STRUCK, told=False),
    Field("ledger", "value", "", TEXT, STRUCK, told=False),
    Field("event", "data", "", INNER, FOLLOWS, told=False),
    Field("change", "old", "", INNER, FOLLOWS, told=False),
    Field("change", "new", "", INNER, FOLLOWS, told=False),
    Field("search", "text", "", INNER, FOLLOWS, told=False),
    *(
        Field(table, column, "", INNER, told=False)
        for table, columns in {
            "operation": "id at who command undoes undone_by",
            "notification": "id at channel deadline_id level due_at row_due_at next_at reckoned_by failed accepted",
            "ledger": "key",
            "event": "id about subject_id demand_id at names ruleset_id",
            "ruleset": "id digest rules calendar calendar_version",
            "change": "id operation_id table_name row_id demand_id",
            "current_operation": "one operation_id",
            "search": "demand_id",
        }.items()
        for column in columns.split()
    ),
)
"""What the program keeps for itself."""

FIELDS = (
    *_CUSTOMER, *_CONTACT, *_DEMAND, *_FOLLOW_UP, *_ASSIGNMENT, *_ESCALATION, *_REVISIT, *_DEADLINE, *_ALIAS,
    *_PURCHASE, *_MACHINE, *_CREDIT, *_GROUP, *_SERVICE_STEP, *_ATTACHMENT, *_GREETING, *_INSIDE,
)  # fmt: skip

_BY_COLUMN = {(field.table, field.column): field for field in FIELDS}


def field_of(table: str, column: str) -> Field:
    """A column by its table and its own name."""
    return _BY_COLUMN[table, column]


def known(table: str, column: str) -> Field | None:
    """The same, None for what is no column."""
    return _BY_COLUMN.get((table, column))


def fields_of(table: str) -> tuple[Field, ...]:
    """The columns of a table."""
    return tuple(field for field in FIELDS if field.table == table)


def row_called(table: str, number: int, row: Columns) -> str:
    """What people call a row: 需求 D12, 时限“派单” D12, D12 跟进 30."""
    if table in ("customer", "demand", "revisit"):
        return Subject(About(table), number).words
    if table == "deadline":
        about = About(row["about"])
        return f"时限“{row.get('rule_name')}” {Subject(about, row.get(f'{about}_id') or LEDGER.number)}"
    owners = (About.DEMAND, About.CUSTOMER)
    owner = next((f"{Subject(of, row[f'{of}_id'])} " for of in owners if row.get(f"{of}_id")), "")
    return f"{owner}{TABLES.get(table, table)} {number}"


def called(table: str, column: str) -> str:
    """What people call a column."""
    return _BY_COLUMN[table, column].name


RATINGS = tuple(field.column for field in FIELDS if field.term is Satisfaction)
"""What a customer is asked to rate on a visit, the overall satisfaction last."""


IN_NOTE = {
    "demand": ("machine_id", "tags", "from_id", "duplicate_of"),
    "revisit": ("plan", "escalated_to", "escalation_problem"),
}
"""Columns that their sheet has no room for: they stand in its 备注, a line each, and are read from there."""


def names(table: str) -> dict[str, str]:
    """What people call the columns of a table."""
    return {field.column: field.name for field in fields_of(table)}


def searched(table: str) -> tuple[str, ...]:
    """The columns of a table that ``search`` looks through."""
    return tuple(field.column for field in FIELDS if field.table == table and field.searched)


def named(table: str, columns: Iterable[str]) -> str:
    """Columns of a table by the names people know, in a row."""
    return "、".join(called(table, column) for column in columns) or "没有变化"


def is_written(field: Field) -> bool:
    """Whether people write what they like into a column, so that it may tell of anybody."""
    return field.erased in (Erased.STRUCK, Erased.MARKED) or (
        field.erased is Erased.EMPTIED and field.holds in (Holds.TEXT, Holds.NAME, Holds.LIST)
    )


def choices(field: Field) -> tuple[str, ...]:
    """The words that a column has no others than."""
    if field.holds in (Holds.FLAG, Holds.ANSWER):
        return field.says
    return tuple(word.label for word in field.term or ())


def blank(field: Field) -> str | int | None:
    """What a column holds in a row that was just made."""
    if field.holds is Holds.FLAG:
        return 0
    if field.holds in (Holds.LIST, Holds.CONTACTS):
        return "[]"
    return (
        "" if field.holds in (Holds.TEXT, Holds.NAME, Holds.PHONE, Holds.ACCOUNT, Holds.RHYTHM, Holds.INNER) else None
    )


def label(field: Field, value: str) -> str:
    """The Chinese word for a stored word of the vocabulary; empty for what is none."""
    return next((word.label for word in field.term or () if word.value == value), "")
