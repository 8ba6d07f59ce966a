"""Words of the domain: read by value, by label, by a part that only one has, and by what people say."""

import pytest

from demandctl import vocabulary
from demandctl.errors import UsageError
from demandctl.vocabulary import SUBTYPES, Channel, Kind, Outcome, Role, Term, Urgency, parse_subtype

TERMS = Term.__subclasses__()


@pytest.mark.parametrize(
    ("term", "text", "meant"),
    [
        (Kind, "商", Kind.OPPORTUNITY),
        (Kind, "报修", Kind.SERVICE),
        (Kind, "INQ", Kind.INQUIRY),
        (Kind, " 投诉 ", Kind.COMPLAINT),
        (Urgency, "急", Urgency.URGENT),  # though 特急 holds it too
        (Channel, "微信", Channel.DIRECT),
        (Channel, "群", Channel.GROUP),
        (Outcome, "成交", Outcome.WON),  # though 未成交 holds it too
        (Outcome, "黄了", Outcome.LOST),
        (Role, "领导", Role.LEADER),
        (vocabulary.RevisitKind, "节日", vocabulary.RevisitKind.HOLIDAY),
    ],
)
def test_a_word_is_understood_as_people_use_it(term: type[Term], text: str, meant: Term) -> None:
    assert term.parse(text) is meant


SAID = {
    Kind: "商 售 咨 投 建 报修 维修 求购 买机 询问 "
    "抱怨 意见 线索 问价 购机 采购 修车 坏了 SERV opp",
    Channel: "群 微信 微信群 公众 私 来电 打电话 朋友圈 企微 个人微信 "
    "线下 短信 抖音 视频号 私聊 社 公众号 热线 group dir 群里",
    Urgency: "急 不急 加急 马上 尽快 一般 很急 非常急 立即 立刻 "
    "火急 正常 特 普 急用 急急急 着急 十万火急 urgent crit",
    vocabulary.ServiceMode: "在线 电话 上门 送修 寄修 远程 现场 寄 送 到店 "
    "快递 视频 送厂 线上 上 到场 进厂 邮寄 微信 drop",
    vocabulary.Status: "跟进 等待 确认 未派 已派 结案 完成 关闭 新 等 "
    "已关闭 完结 处理中 没派 指派 结束 办结 转领导 clos wait",
    Outcome: "解决 采纳 丢单 输单 赢单 放弃 无效 修好了 没成 流失 "
    "不采纳 已成交 解决了 黄了 搞定 重了 签单 买了 won decl",
    Role: "专家 领导 专员 外部 部门 分管 业务员 维修 师傅 经理 "
    "顾问 老师 外援 工程师 售后 供应商 销 配 负责人 外协",
    vocabulary.Method: "群 打电话 去电 现场 面谈 拜访 微 语音 视频 "
    "群里 私聊 来电 通话 短 信息 上 电 群聊 sms",
    vocabulary.RevisitKind: "未合作 节日 纪念日 新品 售后 常规 定期 生日 周年 推介 "
    "过节 例行 沉睡 流失 日常 推广 推荐 久未合作 hol after",
    vocabulary.Satisfaction: "很满意 非常满意 还行 差 好 不错 比较满意 基本满意 凑合 很差 "
    "不太满意 还可以 可以 不好 不行 很不满意 一 满意 sat unsat",
}  # fmt: skip
"""What people say for the values of a kind."""


@pytest.mark.parametrize("term", SAID, ids=lambda term: term.__name__)
def test_what_people_say_is_one_value_of_its_kind(term: type[Term]) -> None:
    assert {text for text in SAID[term].split() if term.parse(text) not in term} == set()


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        (Kind.SERVICE, "报修", "repair"),
        (Kind.SERVICE, "退货", "return"),
        (Kind.INQUIRY, "招聘", "recruiting"),
        (Kind.OPPORTUNITY, "erp", "erp"),
        (Kind.OPPORTUNITY, "二手", "used"),
        (Kind.COMPLAINT, "人员", "staff"),
    ],
)
def test_a_subtype_is_understood_by_what_its_kind_has(kind: Kind, text: str, meant: str) -> None:
    assert parse_subtype(text, kind) == meant


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.__name__)
def test_no_word_stands_for_two_and_each_is_read_back(term: type[Term]) -> None:
    said = [(name.lower(), value) for value in term for name in dict.fromkeys((value.value, value.label, *value.words))]
    assert len({name for name, _ in said}) == len(said)
    for name, value in said:
        assert term.parse(name) is value


def test_what_is_not_understood_is_answered_with_those_that_are_of_this_kind_only() -> None:
    with pytest.raises(UsageError) as refused:
        parse_subtype("采购", Kind.SUGGESTION)
    assert str(refused.value) == "建议的子类“采购”不认识"
    assert refused.value.hint == "可选：产品 product、服务 service、其他 other"
    assert "新机" not in refused.value.hint
    with pytest.raises(UsageError) as refused:
        Outcome.parse("采")
    assert (str(refused.value), refused.value.hint) == ("“采”不止一种意思", "可选：已采纳 adopted、未采纳 declined")


def test_nothing_typed_means_nothing() -> None:
    for term in TERMS:
        with pytest.raises(UsageError):
            term.parse(" ")


def test_every_kind_has_its_subtypes() -> None:
    assert set(SUBTYPES) == set(Kind)
