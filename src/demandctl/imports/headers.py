"""Headers by meaning: which column of an old workbook stands for which field of ours. Data, and the matching.

A header is compared without blanks, brackets and signs against patterns that must fit it whole, the first of a field
being the surest. Nothing is matched by mere likeness: 照片编号 is no 需求编号.
"""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from demandctl.imports.cells import narrow, plain

_TEL = "(?:联系|联络|移动)?(?:电话|手机|手机号|手机号码|电话号码|号码|联系方式|联络方式|联系号码|电话手机|手机电话|tel|phone|mobile)"
_WHEN = "(?:时间|日期|年月日|日)"
_CLIENT = "(?:客户|用户|客人|车主|机主|老板|业主|设备主)"
_ASKER = "(?:需求|提出|提报|报修|咨询|来电|投诉|求购|申报|反馈|反映|需求提出|使用)(?:人员|人|者|方|客户)"
_HANDLER = (
    "(?:跟进|跟踪|对接|负责|处理|责任|经办|承办|办理|主办|承接|执行|服务|销售|维修|接单|指派|指定|分派|派单|被派单|跟单|业务|销服|具体|当前|现|派工|解决"
    "|受派|落实|售后|营销|对应|所属|归属)"
)
_PERSON = "(?:人|人员|员|者|负责人|对接人|跟进人|工程师|经理|师傅|销服|人姓名|人员姓名|代表|同事|业务员|销售|顾问|工)"
_ORDINAL = r"(?:[0-9一二三四五六七八九十]{0,3})"
_PROGRESS = (
    "(?:跟进|跟踪|处理|进展|进度|沟通|落实|对接|反馈|回复|服务|跟单|最新|目前|当前|后续|维护)"
    "(?:记录|情况|进度|进展|过程|内容|明细|经过|详情|反馈|动态|说明|备注|状况|措施|跟进)?(?:记录|情况|内容|说明)?"
)

Fields = Mapping[str, tuple[str, ...]]

_PLACED = f"{_CLIENT}|设备|机器|机械|项目|施工|工地|作业|使用|停机|现场"
_RATED = "(?:评价|满意度|满意情况|是否满意|满意否|评分|情况)"

_CUSTOMER: Fields = {
    "code": ("客户编号|客户编码|客户代码|客户号|会员号",),
    "customer": (
        f"{_CLIENT}(?:的)?(?:姓名|名称|名字|名|称呼)|(?:真实|本人)?姓名|户名",
        f"{_CLIENT}方?|名字|称呼|客户昵称|昵称|微信昵称|客户微信名|微信名|群昵称|需求客户|{_ASKER}(?:姓名|名称)?|反馈客户|客户联系人|客户信息|客户及联系人|姓名昵称",
        "(?:联系|联络)人(?:姓名)?|(?:被访|受访|被回访)(?:人|者|客户)(?:姓名)?|回访客户|回访对象|名称|甲方",
    ),
    "phone": (
        f"{_CLIENT}(?:的)?{_TEL}",
        f"(?:常用|主要)?{_TEL}[1一]?",
        f"(?:联系人|联络人|本人|被访人|受访人|报修|来电|{_ASKER}){_TEL}",
    ),
    "wechat": (f"(?:{_CLIENT}|个人|联系人)?(?:微信号|微信账号|微信id|wechat|微信)",),
    "company": (f"(?:{_CLIENT}|所在|所属|工作|施工)?(?:单位|公司|单位名称|公司名称|企业|企业名称|工作单位)",),
    "region": (
        f"(?:{_PLACED})?(?:所在|所属|归属|使用|作业)?(?:地区|区域|省市|地市|所在地|地域|位置|省市县|省市区|城市区域|地州|州市|地州市)",
        "(?:所在|所属|客户)?(?:省份|省|城市|市|县|区县|市县|县市|区|州市)|地点|服务地点|籍贯|归属地|属地|"
        f"(?:{_PLACED})(?:所在)?(?:地点|地)|工地",
    ),
    "address": (
        f"住址|(?:家庭|通信|现场|{_CLIENT}|详细|具体|联系|通讯|工地|施工|送货|收货|单位|公司)?(?:详细)?(?:地址|住址)",
    ),
    "note": ("备注|备注说明|备注信息|说明|补充|补充说明|附注|其他说明|其它说明|其他|备注栏|备注[0-9一二三]",),
}

DEMANDS: Fields = {
    "number": (
        "需求编号",
        "需求单号|需求号|需求编码",
        "(?:工单|信息|登记|受理|台账|记录)?(?:编号|单号)|工单号|登记号|受理号|流水号",
    ),
    "seq": ("序号|序|行号|项次|号|no|行次|顺序|序列|#",),
    "raised": (
        f"(?:{_CLIENT})?(?:需求)?(?:提出|提报|提问|反映|来电|呼入|收到|接收|接到|获取|留言|发生|发现|报修|咨询|提交|来访|诉求|发布|发起|投诉|接报|申报|上报|故障){_WHEN}",
        f"(?:需求|信息|商机|线索|客户需求)(?:收集|采集)?{_WHEN}|{_CLIENT}反馈{_WHEN}|(?:收集|采集){_WHEN}",
        "日期|时间|日期时间|月日|年月日",
    ),
    "registered": (f"(?:登记|记录|录入|填写|填表|填报|受理|接单|建单|创建|入表){_WHEN}",),
    "channel": (
        "(?:需求|信息|客户|商机|线索)?来源(?:渠道|途径|方式|平台|类型)?|渠道来源|来源渠道",
        "(?:接入|获取|获客|反馈|受理|沟通|需求|信息|客户|提出|来电|报修)?(?:渠道|途径|平台)|(?:受理|接入|获取|报修|提出)方式",
    ),
    "group": ("(?:所在|所属|来源)?(?:社群|微信群|群聊|群)(?:名称|名|名字)?|群组|社群微信群|所在群聊",),
    **{name: patterns for name, patterns in _CUSTOMER.items() if name != "note"},
    "kind": (
        "(?:客户)?(?:需求|信息|诉求)(?:的)?(?:类型|类别|种类|分类|大类|性质)",
        "(?:业务|问题|工单|受理|事项|事件|反馈|来电)?(?:类型|类别|种类|分类|大类|性质|归类|属性)|一级分类|信息类",
    ),
    "subtype": (
        "小类|细类|需求?子类(?:型|别)?|(?:二级|细分|子|具体)(?:分类|类型|类别)|子类|细分|需求子类|商机(?:类型|种类|类别)|明细类型",
    ),
    "product": (
        "(?:意向|咨询|需求|所需|购买|意向购买|求购|报修|故障|客户|涉及|关注|现有)?(?:产品|机型|型号|设备|车型|机器|机械|整机|车辆|商品|配件|主机|品类|机种|货品|品名|品牌|规格)"
        "{1,3}(?:和|及|或|与)?(?:产品|机型|型号|设备|车型|名称|规格|类别|类型|线)*",
    ),
    "content": (
        f"(?:{_CLIENT}的?)?(?:具体|详细)?(?:需求|信息|问题|咨询|反映|诉求|故障|事项|事件|报修|投诉|留言|来电|求助|意见|建议|线索|商机|工单)(?:和|及|或)?(?:需求|问题|信息|诉求)?"
        "(?:的)?(?:内容|描述|详情|详细|说明|现象|摘要|概述|概况|概要|详细内容|具体内容|情况|简述|要点|明细|事项|事由)+",
        "(?:具体|详细|主要)?内容|描述|详情|事项|内容描述|内容摘要|事由",
        f"{_CLIENT}(?:需求|诉求|问题|反映|咨询|留言|原话)|需求|问题|诉求|需求信息|具体需求|具体问题|需求事项|情况描述|(?:反映|咨询|投诉|报修)(?:的)?问题|(?:问题|诉求)(?:及|和|或|与)?需求|需求(?:及|和|或|与)?问题",
    ),
    "wish": ("客户(?:期望|要求|希望|期待)|期望|期望结果|要求|客户想法|客户意愿",),
    "urgency": ("(?:是否)?(?:紧急|加急|缓急|急缓|急迫|轻重缓急)(?:程度|级别|度|情况|与否)?|优先级|重要程度|优先级别",),
    "mode": ("(?:服务|维修)(?:方式|形式)|服务类型",),
    "warranty": ("是否在保|(?:是否)?(?:在)?(?:保修|质保|三包|保内|保外)(?:内|期|期内|状态|情况|内外)?|保内保外",),
    "verified": (
        "(?:商机|信息|需求)?(?:是否)?(?:属实|真实|真实性|核实|已核实|有效)(?:性|情况|与否)?|商机真实性|是否有效商机|真伪",
    ),
    "branch": (
        "(?:所属|负责|对接|对口|归属|跟进|责任|承接|受理|转办|对应|营销|派往|转交)?(?:的)?"
        "(?:分公司|大区|区域公司|办事处|分支机构|片区|子公司|营销公司|大区分公司|分部|经销商|代理商|服务站|维修站|服务网点|网点|门店|营业部)(?:名称)?",
        "(?:责任|承办|归属|跟进|受理|处理|负责|对口|承接|对接)(?:的)?(?:单位|部门|公司)|部门|所属部门",
    ),
    "handler": (
        f"{_HANDLER}{_HANDLER}?{_PERSON}|对接销服|(?:派单?|转|交|分|推|分配|指派|转派)给(?:谁|人)?|由?谁(?:跟进|处理|负责)",
        "业务员|销售|销服|销售代表|客户经理|服务工程师|工程师|师傅|派单对象|转办人|受理(?:人|员|人员)|负责|跟进|责任人|推送给|推送人|专属销服|归属人|所属销售|对接",
    ),
    "handler_phone": (
        f"(?:{_HANDLER}{_HANDLER}?{_PERSON}|业务员|销售|销服|工程师|师傅|客户经理|对接|负责|责任人|跟进)(?:的)?{_TEL}",
    ),
    "leader": (
        "(?:指派|分管|负责|分公司|区域|对接|大区|转|上级|推送|审批|派单)?领导(?:姓名|人)?|主管领导|分公司负责人|区域负责人",
    ),
    "assigned_at": (
        f"(?:派单|指派|转派|分派|分配|推送|转办|下派|转交|派工|派出|交办|移交|转出|通知|派发|对接){_WHEN}",
    ),
    "progress": (
        f"{_ORDINAL}{_PROGRESS}{_ORDINAL}",
        f"(?:第?{_ORDINAL}次?|首次|末次)(?:跟进|回访|反馈|跟踪|联系)(?:记录|情况|内容|进度|反馈|结果|跟进)?{_ORDINAL}|进展|进度|处理|处理意见|(?:处理|解决|处置)(?:措施|方案|办法)"
        r"|\d{1,2}月(?:份)?(?:跟进|进展|进度|反馈)(?:情况|记录)?|(?:办理|解决)(?:过程|进度|记录|经过|内容|明细)|(?:处置|维修|联系|答复)(?:情况|记录|过程|经过|内容)|专员跟进|销服反馈|分公司反馈(?:情况)?|对接人反馈|跟进人反馈",
    ),
    "follow_at": (
        f"(?:第?{_ORDINAL}次?|首次|最近|最后|最新)(?:一次)?(?:跟进|处理|反馈|跟踪|联系|沟通|回复|答复|响应)(?:客户)?{_WHEN}{_ORDINAL}|最后跟进|更新{_WHEN}|(?:上门|维修){_WHEN}",
    ),
    "method": ("(?:跟进|沟通|反馈|处理|回复)方式|跟进渠道|联系方法",),
    "stage": ("(?:跟进|商机|进度|销售|客户|需求)?(?:阶段|进度阶段)",),
    "next_at": (
        f"(?:下次|下一次|再次|再|预计|计划|约定|预约|提醒)(?:跟进|跟踪|联系|回访|反馈|沟通|处理|上门)?{_WHEN}|下次跟进|下次联系|约定跟进|跟进提醒",
    ),
    "next_plan": (
        "下次计划|下一步(?:跟进)?(?:计划|工作|措施|安排|打算)?|下步(?:计划|工作|安排)?|后续(?:计划|安排|措施|打算)|跟进计划|计划",
    ),
    "status": (
        "(?:当前|目前|需求|处理|跟进|信息|工单|进度|进展|办理|完成|最新|结案|订单|商机|业务|现在|问题|事项|客户需求)*状态",
        "(?:需求|处理|问题|是否)?(?:是否)?(?:已经?)?(?:结束|完成|完结|办结|关闭|闭环|结案|了结|结单|处理完|处理完毕|办完|办理完毕)(?:情况|与否|状态)?|办理情况|完成情况|跟进状况|进度状况|现状",
    ),
    "outcome": (
        "(?:最终|最后|处理|跟进|跟单|成交|商机|需求|办理|落实)?(?:结果|结论|结局)|最终处理结果",
        "(?:客户|问题|商机|需求)?(?:是否)(?:已)?(?:成交|解决|采纳|成单|签约|签单|购买|修好|落实|处理|采用)|(?:成交|解决|采纳|成单)(?:情况|与否|否|结果|状况)|成交",
    ),
    "amount": ("(?:实际)?(?:成交|合同|订单|签约|签单|销售|实际)?(?:总)?(?:金额|价格|总价|价款|价|额)(?:元|万元|万)?",),
    "reason": (
        "(?:未|没|不|无法)(?:能|需)?(?:成交|成单|解决|采纳|跟进|签约|签单|购买|采购|完成|办结)(?:的)?(?:具体|主要)?(?:原因|理由|说明)(?:分析|说明)?"
        "|(?:丢单|流失|战败|失败|输单|无需跟进|无效|结束|关闭|放弃|取消)(?:具体)?(?:原因|理由)(?:分析|说明)?|原因|原因分析|原因说明|未成交",
    ),
    "closed_at": (
        f"(?:结束|完成|成交|办结|办毕|完工|关闭|结单|完结|闭环|结案|签约|签单|成单|处理完成|办理完成){_WHEN}",
    ),
    "resolved_at": (f"(?:问题)?(?:解决|修复|修好|处理完毕){_WHEN}",),
    "escalated_at": (f"(?:疑难)?升级{_WHEN}",),
    "confirmed": (f"客户(?:是否)?确认(?:情况|{_WHEN})?|(?:确认|客户确认){_WHEN}",),
    "note": _CUSTOMER["note"],
    "tags": ("(?:客户|需求)?标签",),
    "from": ("关联需求|来源需求|上级需求|源需求|由来需求",),
    "duplicate_of": ("重复于|与哪条重复|重复的?需求(?:编号)?|重复编号",),
}
"""First listed, first served: of two columns that fit a field equally well the left one has it."""

FOLLOW_UPS: Fields = {
    "number": (
        "(?:关联)?需求(?:编号|单号|号|编码)?|(?:工单|信息|登记|受理|台账|记录)?(?:编号|单号)|工单号|登记号|流水号",
    ),
    "customer": (f"{_CLIENT}(?:姓名|名称)?|姓名",),
    "at": (f"{_WHEN}", f"(?:跟进|跟踪|处理|联系|沟通|反馈|回复|记录){_WHEN}"),
    "by": (
        "(?:跟进|记录|处理|联系|沟通|反馈|回复|填写)(?:人|人员|者)(?:姓名)?",
        f"{_HANDLER}{_PERSON}|业务员|人员|姓名",
    ),
    "by_phone": (f"(?:{_HANDLER}{_PERSON}|记录人){_TEL}", f"{_TEL}"),
    "phone": (f"{_CLIENT}{_TEL}",),
    "internal": ("对客户内部|客户内部|对象|对内对外|内部",),
    "method": ("(?:跟进|沟通|联系)?方式",),
    "stage": ("进度|(?:跟进|进展)?阶段",),
    "text": (f"内容|{_PROGRESS}|记录|情况|进展",),
    "next_plan": ("下次计划|下一步(?:计划|安排)?|后续计划|后续安排",),
    "next_at": (f"下次(?:跟进|联系)?{_WHEN}|下次跟进|下次联系",),
    "wait_until": ("等待到|等待至|等到",),
    "resolved": ("标记解决|已解决|是否解决|解决",),
    "note": _CUSTOMER["note"],
}

ASSIGNMENTS: Fields = {
    "number": ("需求编号|编号|需求号|单号|需求",),
    "customer": ("客户|客户姓名|客户名称",),
    "at": ("时间|日期|派单时间",),
    "from": ("转出|转出人|由谁",),
    "to": ("转给|转给谁|派给|对接人",),
    "to_phone": (f"转给{_TEL}|{_TEL}",),
    "how": ("方式|派单方式",),
    "reason": ("原因|派单原因",),
    "operator": ("操作人|操作员",),
}

REVISITS: Fields = {
    "number": ("回访编号|回访单号", "编号|单号"),
    "seq": DEMANDS["seq"],
    **{name: patterns for name, patterns in _CUSTOMER.items() if name != "note"},
    "demand": ("关联需求|需求编号|对应需求|关联需求编号",),
    "kind": ("回访(?:内容)?(?:类型|类别|种类|分类|性质)", "类型|类别|种类|回访项目|回访主题|回访目的"),
    "method": ("(?:回访|沟通|拜访|访问)(?:方式|形式|途径|渠道)", "方式|形式|渠道"),
    "planned": (f"(?:计划|预计|预定|应|拟)(?:回访)?{_WHEN}",),
    "visited": (f"(?:实际)?(?:回访|拜访|电访|走访|访问|联系|电话|回访电话|调查){_WHEN}", "日期|时间|日期时间"),
    "reachable": (
        "(?:电话)?是否(?:已)?(?:方便|接通|联系上|有空|接听)|(?:接通|通话|接听|联系|电话)情况|接通|是否方便接听",
    ),
    "call_back": (f"(?:改约|另约|再访|再次回访|下次回访|(?:约定|预约)(?:再访|再次回访|回访|下次)?){_WHEN}|下次回访",),
    "product_rating": (
        f"(?:对)?(?:产品|设备|机器|整机|机械)(?:的)?(?:质量|使用|性能)?(?:质量)?{_RATED}|(?:维修)?质量(?:评价|满意度)|(?:产品|设备|机器|整机)质量",
    ),
    "attitude": (
        f"(?:对)?(?:服务|维修|售后|销售)?(?:人员|员工|工程师|师傅|员)?(?:的)?态度{_RATED}?|(?:对)?服务(?:质量|{_RATED})",
    ),
    "speed": (
        f"(?:对)?(?:响应|服务|反应|处理|回复|到位|到场|上门|维修)(?:速度|及时性|效率|时效|时间){_RATED}?|及时性|速度|(?:响应|服务|处理|上门|维修)?是否及时",
    ),
    "promise": ("(?:承诺|诺言)(?:是否)?(?:兑现|履行)(?:情况|评价|满意度)?|(?:是否)?(?:兑现|履行)承诺(?:情况)?|承诺",),
    "satisfaction": (
        "(?:整体|总体|综合|客户|总)(?:的)?(?:满意度|满意情况|评价|满意程度)|整体满意|总体满意",
        "(?:回访)?满意度|是否满意|满意否|满意情况|满意程度|评价|总评|回访结果|评价结果|客户评分|评分",
    ),
    "dissatisfaction": ("(?:不满意|差评)(?:的|之)?(?:原因|理由|地方|方面|说明|处|项)|不满原因|不满意点|不满意",),
    "heard": (
        "(?:客户)?(?:了解|得知|知晓|获知|认识)(?:我司|我们|公司)?(?:的)?(?:渠道|途径|方式|来源)|(?:如何|从何处?|从哪里?|通过什么|怎么)(?:了解|得知|知道|认识)(?:到)?(?:我司|我们|公司)?|(?:信息)?来源(?:渠道)?",
    ),
    "suggestion": (
        "(?:客户)?(?:的)?(?:意见|建议)(?:及|和|与|或)?(?:意见|建议)?(?:内容|反馈)?|(?:改进|合理化)建议|意见反馈|(?:客户)?反馈(?:的)?意见|客户反馈|宝贵意见",
    ),
    "recommend": (
        "(?:是否|会否)?(?:愿意|会|愿)?(?:向他人|向朋友|给朋友)?推荐(?:意愿|他人|朋友|给朋友|给他人)?|推荐意愿",
    ),
    "inactive_reason": ("(?:未|没|不|停止)(?:再)?(?:合作|订货|下单|成交|采购)(?:的)?(?:原因|理由)|流失原因",),
    "would_continue": (
        "(?:是否|能否|会否)(?:还)?(?:可以|愿意|会)?(?:继续|再次|再)?(?:合作|购买)|续购意愿|继续合作(?:意愿|意向)?|合作意愿|合作意向",
    ),
    "problem": (
        "(?:客户)?(?:遗留|存在|待解决|客户|反映|现存|未解决|尚存|反馈|发现|回访)(?:的)?问题(?:描述|内容)?|问题|问题反馈|存在的?问题|反映问题|遗留事项",
    ),
    "urgent": ("(?:是否)?(?:需|需要|要)?(?:即时|立即|马上|及时|现场|当场|急需)(?:解决|处理)|是否紧急|紧急",),
    "department": (
        "(?:责任|受理|处理|转交|移交|对口|归口|负责|承办|解决|转办|跟进|反馈)(?:的)?(?:部门|单位)|(?:转|交)给哪个部门|部门",
    ),
    "forwarded": (f"(?:转交|转办|移交|反馈部门|转出){_WHEN}",),
    "contacted": (f"部门(?:首次)?(?:联络|联系)(?:{_WHEN})?|首次联络(?:{_WHEN})?",),
    "solved": (f"(?:问题)?(?:解决|处理|完成|办结|处理完成){_WHEN}",),
    "recorded": (f"(?:登记|记录|填表|填写|录入){_WHEN}",),
    "visitor": ("(?:回访|拜访|访问|调查|电访)(?:人|人员|员|者|专员|人姓名)|客服(?:人员|专员)?|记录人|经办人|填表人",),
    "note": _CUSTOMER["note"],
}

CUSTOMERS: Fields = {
    **{name: patterns for name, patterns in _CUSTOMER.items() if name not in ("note", "customer")},
    "name": (*_CUSTOMER["customer"][:1], f"{_CLIENT}|名字|称呼|名称", "联系人|联系人姓名"),
    "nickname": ("(?:客户|微信|群)?昵称|微信名称?|网名|客户微信名",),
    "seq": DEMANDS["seq"],
    "value": ("(?:客户|vip|会员)?(?:价值|等级|级别|分级|评级|价值等级|星级)|重要(?:程度|性)|abc(?:分类|等级|类)",),
    "need_class": ("(?:客户)?需求(?:分类|类型|类别)|客户(?:分类|类型|类别)",),
    "stage": ("(?:客户|跟进|合作|商机|当前|目前)?(?:阶段|状态)|合作情况",),
    "tags": ("(?:客户|微信)?标签(?:分组)?",),
    "owner": ("(?:专属|所属|归属)?(?:对接|负责|归属|跟进|业务|销售|维护|服务|责任)(?:人|员|人员|经理|负责人|专员)|客户经理|专属(?:销服|销售|对接人|客服)|业务员|归属",),
    "owner_phone": (f"(?:对接|负责|归属|跟进|业务|销售|服务)(?:人|员|人员){_TEL}",),
    "birthday": ("(?:客户)?(?:生日|出生日期|出生年月日?|生日日期)",),
    "last_order": (f"(?:最近|最后|上次|末次)(?:一次)?(?:订货|下单|购买|合作|成交|采购|订单|购机|买机)(?:{_WHEN})?|最近订单{_WHEN}?",),
    "business_contact": (f"(?:最近|最后|上次)(?:一次)?(?:业务)?(?:联系|跟进|联络|沟通)(?:{_WHEN})?|业务联系(?:{_WHEN})?",),
    "arrears": ("(?:是否|有无)?(?:有)?(?:欠款|拖欠|欠账)(?:情况|与否)?",),
    "handed": ("(?:是否)?(?:已)?(?:转|移交|交)(?:给)?业务(?:部|部门|跟进)?|业务跟进",),
    "contract_on": (f"(?:合同)?(?:验收|签订|签约|签署)(?:{_WHEN})|合同{_WHEN}|合同验收",),
    "profiled_on": (f"建档(?:完成)?(?:{_WHEN})?",),
    "documents": ("(?:已有|已齐|存档|客户|档案)?(?:资料|材料|证件|档案)(?:情况|清单)?",),
    "approved_by": ("(?:资料|缺件)?(?:批准|审批|同意)(?:人)?|建档批准人?",),
    "revisit_every": ("(?:定期)?回访(?:周期|频率|规则|频次|间隔)|定期回访",),
    "briefed_at": (f"沟通{_WHEN}",),
    "created_at": (f"(?:登记|建立|创建|录入|添加){_WHEN}",),
    "consent_on": (f"(?:授权|同意|知情同意|隐私授权)(?:{_WHEN})?",),
    "note": _CUSTOMER["note"],
}  # fmt: skip

CONTACTS: Fields = {
    "name": ("(?:员工|人员)?姓名", "名字|联系人|人员|销服人员|联系人姓名|员工|名称"),
    "seq": DEMANDS["seq"],
    "role": (
        "(?:人员|担任)?(?:角色|岗位|职务|职称|职位|类别|工种|岗位名称|职责|身份|类型|岗位角色|人员类别|人员类型)",
    ),
    "branch": (
        "(?:所属|所在|归属)?(?:分公司|大区|单位|部门|公司|办事处|机构|区域公司|服务站|维修站|网点|门店)(?:名称)?",
    ),
    "regions": (
        "(?:负责|服务|覆盖|分管|管辖|所辖|辖区|责任|对应)(?:的)?(?:区域|地区|片区|范围|城市|市县|区县|省市|地市)(?:范围)?",
        "区域|地区|片区|辖区|范围|城市|省市",
    ),
    "products": (
        "(?:负责|主管|分管|主营|主销|主推|经营|擅长|对应|服务)?(?:的)?(?:产品线|产品|机型|产品类别|设备|品类|产品机型|产品范围)",
    ),
    "skills": ("专长|专业|擅长|特长|资源类型|专业领域|擅长领域|领域|技能|专家类型|专业方向",),
    "phone": (_TEL, f"(?:工作|办公|个人|手机){_TEL}"),
    "wechat": ("(?:企业)?(?:微信|微信号|微信名|微信昵称|wechat|微信账号|微信id)",),
    "leader": ("(?:是否)?(?:分管)?领导|是否为?(?:分管领导|负责人|主管|领导)|领导与否|(?:负责人|领导)标(?:识|记)",),
    "active": ("(?:是否)?(?:在职|在岗|在用|有效)(?:状态|情况|与否)?|状态|人员状态",),
}

TABLES: Mapping[str, Fields] = {
    "demands": DEMANDS,
    "follow-ups": FOLLOW_UPS,
    "assignments": ASSIGNMENTS,
    "revisits": REVISITS,
    "customers": CUSTOMERS,
    "contacts": CONTACTS,
}

SPARE: Mapping[str, Mapping[str, str]] = {
    "demands": {
        "content": "反馈(?:内容|信息|问题|事项|描述)|问题反馈|沟通内容|(?:情况|信息)(?:说明|反馈)|来访内容",
        "raised": "(?:反馈|联系|处理|跟进|沟通)(?:时间|日期)",
        "handler": "(?:所属)?(?:客服|专员|人员|联系人|联络人)",
    },
}
"""Headers that stand for a field only where the table has no surer column for it."""

COMPOUNDS: Mapping[frozenset[str], str] = {
    frozenset({"customer", "phone"}): "customer", frozenset({"name", "phone"}): "name",
    frozenset({"handler", "handler_phone"}): "handler", frozenset({"handler", "phone"}): "handler",
    frozenset({"region", "address"}): "region", frozenset({"branch", "handler"}): "handler",
}  # fmt: skip
"""What a header of two words heads, 姓名/电话: the field whose cell is taken apart into the two."""

MANY = frozenset({"progress", "follow_at", "region"})
"""Fields that several columns may fill."""

COMPUTED: Mapping[str, str] = {
    "demands": "首次响应|首次响应时间|跟进次数|最近跟进|时限|时限情况",
    "revisits": "登记及时|时限",
    "customers": "需求数|未结束|需求次数|未结束需求|最近需求|最近回访",
    "contacts": "编号|手里的需求|在手需求",
    "follow-ups": "序号",
    "assignments": "序号",
}
"""What our own exports compute: nothing to read, nothing to report."""

NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "demands": (("content",), ("customer", "phone", "code", "wechat")),
    "follow-ups": (("number", "customer", "phone"), ("at",), ("text",)),
    "assignments": (("number",), ("at",), ("to",)),
    "revisits": (("customer", "phone", "code"), ("visited", "planned", "satisfaction", "kind", "attitude")),
    "customers": (("name", "phone", "wechat", "nickname"), ("phone", "region", "company", "code", "wechat", "stage", "value")),
    "contacts": (("name",), ("role", "phone", "branch")),
}  # fmt: skip
"""Of each group a header row must have one, else it heads no such table."""

_BRACKETS = re.compile(r"[(\[【〔{<][^)\]】〕}>]*[)\]】〕}>]?")
_SIGNS = re.compile(r"[^\w#]+|_")


class Fit(NamedTuple):
    """What a header stands for, and how surely: 0 is the surest."""

    field: str
    doubt: int


def bare(title: object) -> str:
    """A header as it is compared: narrow, without blanks, brackets and signs."""
    return _SIGNS.sub("", _BRACKETS.sub("", narrow(plain(title)))).lower()


_LEADING = frozenset({"product", "content", "region", "kind", "company"})
"""Fields whose header may go on with a word that is none of ours: 机型/机号."""
_JOINED = re.compile(r"[/／、|+＋&\n]|(?<=.)[及和与](?=.)")


@cache
def meant(title: str, what: str) -> Fit | None:
    """The field of a header as written, 客户/机主 and 姓名（电话） too; None when it is none of ours."""
    if found := fit(bare(title), what):
        return found
    words = [bare(word) for word in _JOINED.split(narrow(title)) if bare(word)]
    fits = [fit(word, what) for word in words] if 1 < len(words) < 4 else []
    fields = frozenset(each.field for each in fits if each)
    if fits and fits[0] and None in fits and fits[0].field in _LEADING:
        return Fit(fits[0].field, 3)
    if not fits or None in fits:
        return None
    name = next(iter(fields)) if len(fields) == 1 else COMPOUNDS.get(fields)
    return Fit(name, 2) if name else None


@cache
def fit(title: str, what: str) -> Fit | None:
    """The field of a bare header; None when it is none of ours."""
    if not title or len(title) > 24:
        return None
    if re.fullmatch(COMPUTED[what], title):
        return Fit("computed", 0)
    best: Fit | None = None
    for field, patterns in TABLES[what].items():
        for doubt, pattern in enumerate(patterns):
            if (best is None or doubt < best.doubt) and re.fullmatch(pattern, title):
                best = Fit(field, doubt)
                break
    return best
