"""The words of old workbooks for the values of our vocabulary. Data, and the few functions that look things up in it."""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from demandctl import vocabulary as v
from demandctl.sheets.cells import Words, narrow, plain, word


@cache
def labels(term: type[v.Term]) -> dict[str, str]:
    """Value to label of an enum."""
    return {item.value: item.label for item in term}


KINDS: Words = (
    ("投诉|抱怨|客诉", "complaint"),
    ("建议|意见", "suggestion"),
    ("商机|购买|求购|购机|采购|意向|销售|线索|订购|询价|新机|二手机|配件|ERP|erp", "opportunity"),
    ("售后|维修|报修|服务|故障|保养|退换", "service"),
    ("咨询|求助|询问|问询|求租|出租|租赁|招聘|求职|求出售|二手出售|政策|金融|法务|找人", "inquiry"),
)
SUBTYPES: dict[str, Words] = {
    "opportunity": (("新机|整机|主机|新车", "new"), ("二手", "used"), ("配件|零件|备件", "parts"), ("(?i:erp)|系统|软件", "erp")),
    "service": (("报修|维修|上门|抢修", "repair"), ("退|换货", "return"), ("咨询|指导", "advice")),
    "inquiry": (
        ("政策", "policy"), ("金融|贷款|按揭|分期", "finance"), ("法务|法律|合同", "legal"), ("租", "rental"),
        ("招聘|求职|招工|人员", "recruiting"), ("出售|卖", "resale"), ("行业|物流|办证|图纸|安装|求助", "industry"),
        ("产品|业务", "product"),
    ),
    "complaint": (("产品|质量|设备", "product"), ("人员|态度|师傅", "staff"), ("服务|售后", "service")),
    "suggestion": (("产品|设备", "product"), ("服务|售后", "service")),
}  # fmt: skip
CHANNELS: Words = (
    ("公众号|服务号|订阅号|留言|后台", "official"),
    ("私聊|私信|专号|单聊|一对一|^企业微信$|^企微$|^微信$|^个人微信$|^WX$|^wx$|好友|^微信号$", "direct"),
    ("群", "group"),
    ("电话|来电|热线|手机|400", "phone"),
    ("其他|其它|抖音|快手|官网|朋友|介绍|展会|邮件|上门|到店|线下|现场|视频号|小红书|网站|短信", "other"),
)
URGENCIES: Words = (
    ("特急|非常紧急|十万火急|特别紧急|^一级$|^最高$", "critical"),
    ("不急|不紧急|不加急|^一般$|普通|正常|^低$|^中$|平件|^缓$|^否$|^三级$|常规", "normal"),
    ("紧急|加急|急|^高$|^是$|^二级$|优先", "urgent"),
)
MODES: Words = (
    ("上门|现场", "onsite"), ("电话", "phone"), ("寄", "mailin"), ("送|到店|进厂|回厂", "dropoff"), ("在线|线上|远程|微信|视频|网", "online")
)  # fmt: skip
METHODS: Words = (
    ("短信|信息", "sms"), ("群", "group"), ("上门|现场|拜访|面谈|当面|实地|走访|登门", "onsite"),
    ("微信|企微|私聊|私信|语音|视频|(?i:wechat)|(?i:^wx$)|线上", "wechat"), ("电话|致电|来电|手机|通话|电访|座机", "phone"),
)  # fmt: skip
REVISIT_KINDS: Words = (
    ("未合作|未成交|流失|沉默|未订货|休眠|不活跃|未下单", "inactive"),
    ("纪念|生日|周年", "anniversary"),
    ("节|假日|春节|元旦|拜年|问候", "holiday"),
    ("新品|推介|推荐|促销|活动|推广", "promotion"),
    ("售后|成交后|服务后|维修后|交机|购机|购后|安装", "after-sale"),
    ("常规|日常|定期|例行|普通|一般|月度|季度|老客户|例访", "regular"),
)
REVISIT_TITLES: Words = REVISIT_KINDS[:5]
"""Those that the name of a sheet may stand for."""
RATINGS: Words = (
    (
        "不满|很差|^差|较差|差评|失望|^[12]分?$|^[12]星$|^★{1,2}$|不好|不佳|不及时|^慢|较慢|很慢|未兑现|没兑现",
        "unsatisfied",
    ),
    ("一般|还行|尚可|基本满意|中等|^中$|^3分?$|^3星$|^★{3}$|凑合|过得去|及格|部分", "fair"),
    ("满意|好|优|^[45]分?$|^[45]星$|^★{4,5}$|不错|及时|快|棒|已兑现|兑现|点赞|良", "satisfied"),
)
ROLES: Words = (
    ("领导|经理|总监|主任|负责人|总经理|老总|主管", "leader"), ("专家|顾问", "expert"), ("需求专员|客服|专员", "specialist"),
    ("配件|备件|零件", "parts"), ("外部|第三方|合作|物流|律师", "external"),
    ("销售|业务|营销|商务|客户经理", "sales"), ("售后|服务|维修|工程师|技师|师傅|技术", "service"),
)  # fmt: skip
VALUES: Words = (("高|重要|(?i:^A)|VIP|vip", "high"), ("中|一般|(?i:^B)", "medium"), ("低|普通|(?i:^[CD])", "low"))
NEED_CLASSES: Words = (("战略|重点", "strategic"), ("特殊", "special"), ("普通|一般", "ordinary"))
STAGES: Words = (
    ("流失|丢", "lost"),
    ("签约|成交|合作|已购", "signed"),
    ("意向", "intent"),
    ("潜在|线索|新", "prospect"),
)
ROUTES: Words = (
    ("领导指派|指定|指派$", "designated"), ("领导|转领导", "referred"), ("专家", "expert"), ("外部", "external"),
    ("交接|继承|移交", "handover"), ("直接|派", "direct"),
)  # fmt: skip

_NO_LABELS: dict[str, str] = {}
_NO_WORDS: Words = ()

# -- how a demand stands -----------------------------------------------------------------------------------------

STATES: Words = (
    ("未派|待派|未分配|待分配|待处理|未处理|未受理|待受理|新建|新增|^新$|待跟进|未跟进|待对接|待登记|已登记|已受理", "new"),
    ("待指派|待领导|转领导|等领导", "referred"),
    ("未成交|未成单|丢单|战败|失败|流失|输单|未采纳|不采纳|已成交|成交|成单|签约|已签|赢单|已解决|解决完|已处理|已采纳|采纳"
     "|无需跟进|无效|作废|取消|放弃|不需要|重复|已结|结束|完成|完结|办结|闭环|关闭|结案|终止|归档|已修复|已修好|已回复|已答复|已完", "closed"),
    ("待确认|待客户确认|确认中|待回访|待验收", "confirming"),
    ("等待|暂缓|搁置|挂起|延后|延期|暂停|观望|缓办|再等", "waiting"),
    ("跟进|处理中|进行|洽谈|沟通|办理中|维修中|联系中|对接中|受理中|谈判|报价|未解决|未完|未结|持续|处理|推进|在办|开放|正在|解决中", "following"),
    ("已派|已转|已推送|已分配|已指派|已转派|派单|转派|已通知|已接单|转办", "assigned"),
)  # fmt: skip
_OPEN_FIRST = (
    "未解决",
    "未完",
    "未结",
    "没有解决",
    "尚未",
    "未处理完",
    "解决中",
    "处理中",
    "进行中",
    "跟进中",
    "洽谈中",
    "未闭环",
    "未关闭",
    "待解决",
)

OUTCOMES: Words = (
    ("未成交|未成单|没成交|丢单|战败|失败|流失|输单|没买|未购|不成交|未签", "lost"),
    ("未采纳|不采纳|不予采纳|没采纳|暂不采纳", "declined"),
    ("无需跟进|不需跟进|不用跟进|无效|作废|取消|放弃|不需要|无需|无意向|终止|虚假", "dropped"),
    ("重复|同上", "duplicate"),
    ("采纳|采用|已落实", "adopted"),
    ("成交|成单|签约|已签|赢单|已购|已买|下单", "won"),
    ("解决|处理完|已处理|修好|修复|已回复|已答复|完成|完结|办结|闭环|满意", "solved"),
)
_UNENDED = (
    "未解决",
    "没解决",
    "没有解决",
    "尚未",
    "未完",
    "待解决",
    "解决中",
    "处理中",
    "跟进中",
    "进行中",
    "洽谈",
    "未处理",
    "暂未",
    "待定",
    "部分解决",
)
POSITIVE = {
    "opportunity": "won",
    "service": "solved",
    "inquiry": "solved",
    "complaint": "solved",
    "suggestion": "adopted",
}
NEGATIVE = {"opportunity": "lost", "suggestion": "declined"}
_ENDED_WELL = ("won", "solved", "adopted")


@lru_cache(maxsize=4096, typed=True)
def state(value: Any) -> str | None:
    """The status that a cell names; None when it names none."""
    text = narrow(plain(value)).replace(" ", "")
    if any(mark in text for mark in _OPEN_FIRST):
        return "following"
    return word(text, labels(v.Status), STATES)


@lru_cache(maxsize=4096, typed=True)
def outcome(value: Any, kind: str) -> str | None:
    """The outcome that a cell names, in the words of its kind (a repair is solved, not won); None when it names none."""
    text = narrow(plain(value)).replace(" ", "")
    if any(mark in text for mark in _UNENDED):
        return None
    found = word(text, labels(v.Outcome), OUTCOMES)
    if found in _ENDED_WELL and not (kind == "opportunity" and found != "won"):
        return POSITIVE[kind]
    if found in ("lost", "declined"):
        return NEGATIVE.get(kind, "dropped")
    return found


@lru_cache(maxsize=4096, typed=True)
def kind_and_subtype(value: Any) -> tuple[str | None, str | None]:
    """商机, 商机类信息, 咨询及求助类, 商机-配件, 二手机: the kind, and the subtype where the cell says it."""
    text = narrow(plain(value)).replace(" ", "")
    main = text
    found = word(text, labels(v.Kind), _NO_WORDS)
    if found:
        return found, None
    named = next((kind for kind in v.Kind if text.startswith(kind.label)), None)
    found = named.value if named else None
    if found is None:
        for kind, subtypes in v.SUBTYPES.items():
            for name, label in subtypes.items():
                if text in (label, f"{label}类") and name not in ("other", "product", "service"):
                    return kind.value, name
        found = word(text, _NO_LABELS, KINDS)
    if found is None:
        return None, None
    for label in (v.Kind(found).label, "类信息", "类", "信息", "服务", "求助", "及"):
        main = main.replace(label, "", 1)
    main = main.strip("-—－/、()（）:： ·")
    return found, subtype(main, found) if main else None


def subtype(value: Any, kind: str) -> str | None:
    """The subtype of a kind that a cell names; None when it names none."""
    return word(value, v.SUBTYPES[v.Kind(kind)], SUBTYPES[kind])
