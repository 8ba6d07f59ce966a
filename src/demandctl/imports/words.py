"""The words of old workbooks for the values of our vocabulary. Data, and the few functions that look things up in it."""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

import re
from functools import cache, lru_cache

from demandctl import vocabulary
from demandctl.imports.cells import Words, plain, word
from demandctl.imports.files.sheet import Cell
from demandctl.language.figures import narrow


@cache
def labels(term: type[vocabulary.Term]) -> dict[str, str]:
    """Value to label of an enum."""
    return {item.value: item.label for item in term}


KINDS: Words = (
    ("投诉|抱怨|客诉|不满|举报", "complaint"),
    ("建议|意见", "suggestion"),
    ("商机|购买|求购|购机|采购|意向|销售|线索|订购|询价|新机|二手机|配件|置换|买|ERP|erp", "opportunity"),
    ("售后|修|服务|故障|保养|退换|质量", "service"),
    ("咨询|求助|询问|问询|求租|出租|租赁|招聘|求职|求出售|二手出售|政策|金融|法务|找人|疑问|帮忙|帮助", "inquiry"),
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
    (
        "私聊|私信|专号|单聊|一对一|^企业微信$|^企微$|^微信$|^个人微信$|^WX$|^wx$|好友|^微信号$|加了?微信|^微信(?!.*(?:群|小程序))",
        "direct",
    ),
    ("群", "group"),
    ("电话|来电|热线|手机|400", "phone"),
    (
        "^其他$|^其它$|抖音|直播|快手|B站|知乎|头条|贴吧|微博|QQ|钉钉|传真|来信|来函|信访|转介|推荐|经销商|代理|合作方|活动|扫码|二维码|广告|电商|淘宝|京东|商城|门店|现场|展|官网|朋友|介绍|展会|邮件|上门|到店|线下|现场|视频号|小红书|网站|短信|走访|网络|百度|地推|业务员|同行|自己|小程序|老客户|市场|论坛|平台|网上",
        "other",
    ),
)
URGENCIES: Words = (
    ("特急|(?:非常|特别|十分|万分|极其?|最|火)紧?急|十万火急|^一级$|^最高$", "critical"),
    ("不急|不着急|不忙|^平$|不紧急|不加急|^一般$|普通|正常|^低$|^中$|平件|^缓$|^否$|^三级$|常规", "normal"),
    ("紧急|加急|急|尽快|速办|马上|^高$|^是$|^二级$|优先", "urgent"),
)
MODES: Words = (
    ("上门|现场", "onsite"), ("电话", "phone"), ("寄", "mailin"), ("送|到店|进厂|回厂", "dropoff"), ("在线|线上|远程|微信|视频|网", "online")
)  # fmt: skip
METHODS: Words = (
    ("短信|信息", "sms"), ("群", "group"), ("上门|现场|拜访|面谈|当面|实地|走访|登门|面访|入户|到访|见面|到店", "onsite"),
    ("微信|企微|私聊|私信|语音|视频|(?i:wechat)|(?i:^wx$)|线上", "wechat"), ("电话|致电|来电|手机|通话|电访|座机", "phone"),
)  # fmt: skip
REVISIT_KINDS: Words = (
    ("未合作|未成交|流失|沉默|沉睡|久未|长期未|未订货|休眠|不活跃|未下单", "inactive"),
    ("纪念|生日|周年", "anniversary"),
    ("节|假日|元旦|中秋|端午|国庆|拜年|过年|问候", "holiday"),
    ("新品|推介|推荐|促销|活动|推广", "promotion"),
    ("售后|成交|投诉|服务|维修|保养|修后|交机|购机|购后|安装", "after-sale"),
    ("常规|日常|定期|例行|普通|一般|月度|季度|老客户|例访|关怀|满意度", "regular"),
)
REVISIT_TITLES: Words = REVISIT_KINDS[:5]
"""Those that the name of a sheet may stand for."""
RATINGS: Words = (
    (
        r"不满|不太满|不怎么|不理想|不行|太慢|太差|冷淡|恶劣|不耐烦|很差|^差|较差|差评|失望|^[12]分?$|^[12]星$|^★{1,2}$|不好|不佳|不及时|^慢|较慢|很慢|未兑现|没兑现|^(?:1[1-9]|[2-5]\d)分$",
        "unsatisfied",
    ),
    (
        r"一般|还行|还可以|马马虎虎|^[67]\d?分?$|尚可|基本满意|中等|^中$|^3分?$|^3星$|^★{3}$|凑合|过得去|及格|部分",
        "fair",
    ),
    (
        r"满意|好|优|^[45]分?$|^[45]星$|^★{4,5}$|不错|及时|快|棒|已兑现|兑现|点赞|良|认可|没问题|热情|^可以$|^A$|(?i:^ok$)|^(?:[89]|10|[89]\d|100)分?$",
        "satisfied",
    ),
)
ROLES: Words = (
    ("总经理|分公司经理|大区经理|区域经理|领导|总监|主任|负责人|老总|大区总|主管|副总|部长|站长|店长|厂长", "leader"),
    ("专家|^(?!.*(?:销售|服务|售后|业务)).*顾问", "expert"), ("需求专员|客服|社群|信息员", "specialist"),
    ("配件|备件|零件|仓管|库管|仓库", "parts"), ("外部|第三方|合作|物流|律师", "external"),
    ("销售|业务|营销|商务|客户经理", "sales"), ("售后|服务|维修|工程师|技师|师傅|技术|修", "service"),
    ("经理", "leader"), ("专员", "specialist"),
)  # fmt: skip
REACHED: Words = (
    ("未|没|无|不|关机|停机|空号|拒接|占线|失败", "no"),
    ("通|接|正常|联系上|方便|成功", "yes"),
)
"""How the call went, in other words than 是 and 否."""
VALUES: Words = (
    ("高|重要|核心|大客户|优质|战略|一级|^★{3,5}$|(?i:^A)|VIP|vip", "high"), ("中|一般|二级|^★★$|(?i:^B)", "medium"),
    ("低|普通|小客户|[三四]级|^★$|(?i:^[CD])", "low"),
)  # fmt: skip
NEED_CLASSES: Words = (("战略|重点", "strategic"), ("特殊", "special"), ("普通|一般", "ordinary"))
STAGES: Words = (
    ("流失|丢|(?:停止|终止|不再?)合作", "lost"),
    ("签约|成交|(?<!未)合作|已购|老客户", "signed"),
    ("意向|洽谈|跟进", "intent"),
    ("潜在|潜客|陌生|线索|新", "prospect"),
)
ROUTES: Words = (
    ("领导指派|指定|指派$", "designated"), ("领导|转领导", "referred"), ("专家", "expert"), ("外部", "external"),
    ("交接|继承|移交", "handover"), ("直接|派", "direct"),
)  # fmt: skip

NO_LABELS: dict[str, str] = {}
_NO_WORDS: Words = ()

# -- how a demand stands -----------------------------------------------------------------------------------------

STATES: Words = (
    ("未派|待派|未分配|待分配|待处理|未处理|未受理|待受理|新建|新增|^新$|待跟进|未跟进|待对接|待登记|已登记|已受理", "new"),
    ("待指派|待领导|转领导|等领导", "referred"),
    ("未成交|未成单|丢单|战败|失败|流失|输单|未采纳|不采纳|已成交|成交|成单|签约|已签|赢单|已解决|解决完|已处理|处理完|处理好|处理毕|解决|已采纳|采纳|签单|签合同|已购|已买|提机|谅解"
     "|无需跟进|无效|作废|取消|放弃|不需要|重复|流标|废标|未中标|落标|黄了|吹了|谈崩|凉了|没戏|跑单|飞单|中标|拿下|到款|收款|提车|交车|交付|已结|结束|完了|搞定|妥了|弄好|修完|搞好|完成|完结|办结|闭环|关闭|结案|终止|归档|已修复|已修好|已回复|已答复|已完|办毕|了结|好了|完工|已修|买了|没谈成", "closed"),
    ("待确认|待客户确认|确认中|待回访|待验收", "confirming"),
    ("等待|暂缓|搁置|挂起|延后|延期|暂停|观望|缓办|再等|待定|等配件|待配件|待件|等件|缺件|等客户", "waiting"),
    ("跟进|处理中|进行|洽谈|沟通|办理中|维修中|联系中|对接中|受理中|谈判|报价|未解决|未完|未结|持续|处理|推进|在办|开放|正在|解决中|在跟|跟踪|协商|在谈|意向|考虑|已联系|已上门|已沟通", "following"),
    ("已派|已转|已推送|已分配|已指派|已转派|派单|转派|已通知|已接单|转办|已下发|已移交|已安排", "assigned"),
)  # fmt: skip
_OPEN_FIRST = (
    "未解决",
    "未完",
    "未结",
    "未办",
    "未了结",
    "未修",
    "没修好",
    "没好",
    "没解决",
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
    (
        "未成|没成|流标|废标|未中标|落标|黄了|吹了|谈崩|凉了|没戏|跑单|飞单|转投|丢单|战败|失败|流失|输单|没买|未购|没购|不成交|未签|没签|没谈成|不买|放弃购买|买了?别|别家|别的牌|别的品牌|其[他它]品牌|竞品|同行抢",
        "lost",
    ),
    ("[未没不]采|不予采|暂不采", "declined"),
    (
        "无需|不需|不用跟|无效|作废|取消|放弃|无意向|终止|虚假|假信息|空号|错号|号码错|撤销|撤单|自行(?:处理|解决)",
        "dropped",
    ),
    ("重复", "duplicate"),
    ("采纳|采用|已落实|已改进", "adopted"),
    (
        "成交|成单|中标|拿下|到款|收款|已?提车|已?交车|签约|签单|签合同|已签|赢单|已购|已买|买了|^购买$|下单|提机|付定金|交定金|^成功$",
        "won",
    ),
    ("解决|搞定|妥了|弄好|完了|处理完|处理好|处理毕|已处理|修好|修复|完成|完结|办结|闭环|满意", "solved"),
)
ANSWERS: Words = (
    (
        "^正常|恢复|好了|更换|已换|已维修|维修完|已道歉|谅解|平息|解答|答复|已回复|已告知|已说明|已转告|已咨询|回复客户",
        "solved",
    ),
)
"""Words that end what a customer asked or complained of, and say nothing of a purchase or a suggestion."""
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
    "不满意",
    "未修",
    "没修",
    "未恢复",
    "没好",
    "未办",
    "未答复",
    "未回复",
    "未解答",
    "维修中",
    "待件",
    "等配件",
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
def state(value: Cell) -> str | None:
    """The status that a cell names; None when it names none."""
    text = narrow(plain(value)).replace(" ", "")
    if any(mark in text for mark in _OPEN_FIRST):
        return "following"
    return word(text, labels(vocabulary.Status), STATES)


@lru_cache(maxsize=4096, typed=True)
def outcome(value: Cell, kind: str) -> str | None:
    """The outcome that a cell names, in the words of its kind (a repair is solved, not won); None when it names none."""
    text = narrow(plain(value)).replace(" ", "")
    if any(mark in text for mark in _UNENDED):
        return None
    found = word(text, labels(vocabulary.Outcome), OUTCOMES)
    if found is None and kind in ("service", "inquiry", "complaint"):
        found = word(text, NO_LABELS, ANSWERS)
    if found in _ENDED_WELL and not (kind == "opportunity" and found != "won"):
        return POSITIVE[kind]
    if found in ("lost", "declined"):
        return NEGATIVE.get(kind, "dropped")
    return found


@lru_cache(maxsize=4096, typed=True)
def kind_and_subtype(value: Cell) -> tuple[str | None, str | None]:
    """商机, 商机类信息, 咨询及求助类, 商机-配件, 二手机: the kind, and the subtype where the cell says it."""
    text = narrow(plain(value)).replace(" ", "")
    main = text
    found = word(text, labels(vocabulary.Kind), _NO_WORDS)
    if found:
        return found, None
    named = next((kind for kind in vocabulary.Kind if text.startswith(kind.label)), None)
    found = named.value if named else None
    if found is None:
        for kind, subtypes in vocabulary.SUBTYPES.items():
            for name, label in subtypes.items():
                if text in (label, f"{label}类") and name not in ("other", "product", "service"):
                    return kind.value, name
        found = word(text, NO_LABELS, KINDS)
    if found is None:
        return None, None
    for label in (vocabulary.Kind(found).label, "类信息", "类", "信息", "服务", "求助", "及"):
        main = main.replace(label, "", 1)
    main = main.strip("-—－/、()（）:： ·")
    return found, subtype(main, found) if main else None


_SECTION = r"^(?:[一二三四五六七八九\d]+[、.．)）])?要?"
_TITLE_KINDS = (
    ("complaint", re.compile("投诉|客诉|抱怨")), ("suggestion", re.compile("建议")),
    ("opportunity", re.compile("商机|求购|购机|购买|采购|销售线索|意向(?:客户|机型|产品|登记|信息|台账)|询价"
                               rf"|{_SECTION}买")),
    ("service", re.compile("售后(?!服务?[部科组])|报修|维修(?![部科组站])|故障|抢修|保养"
                           rf"|{_SECTION}修")),
    ("inquiry", re.compile("咨询|问询|求助")),
)  # fmt: skip


@lru_cache(maxsize=1024)
def kind_of_title(text: str) -> tuple[str | None, str | None]:
    """The kind that a title, a section, a sheet or a header names for what stands below; none where it names several."""
    text = narrow(text).replace(" ", "")[:60]
    found = [kind for kind, pattern in _TITLE_KINDS if pattern.search(text)]
    if len(found) != 1:
        return None, None
    kind, named = kind_and_subtype(text)
    return found[0], named if kind == found[0] else None


@lru_cache(maxsize=4096)
def channel(text: str) -> str | None:
    """The channel that a cell names; None when it names none."""
    return word(text, labels(vocabulary.Channel), CHANNELS)


def subtype(value: Cell, kind: str) -> str | None:
    """The subtype of a kind that a cell names; None when it names none."""
    return word(value, vocabulary.SUBTYPES[vocabulary.Kind(kind)], SUBTYPES[kind])


_EITHER = frozenset({"是", "否", "有", "无", "会", "不会", "愿意", "不愿意", "能", "不能", "可以", "不可以", "方便", "不方便", "属实", "不属实"})  # fmt: skip


def choice(known: tuple[type[vocabulary.Term], Words] | None, text: str, *, either: bool = True) -> bool:
    """Whether a word is one of those that a cell of such a field may hold: then it may head a column of ticks."""
    return (either and text in _EITHER) or (known is not None and word(text, labels(known[0]), known[1]) is not None)
