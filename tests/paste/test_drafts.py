"""A copied chat becomes drafts: the samples field by field, and the rules behind them in other words."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demandctl import DATA as SHIPPED
from demandctl.errors import UsageError
from demandctl.paste.drafts import Draft, read_paste
from demandctl.paste.judging import Judge
from demandctl.paste.keywords import wording_of
from demandctl.paste.learnt import Learnt, counted, sentences
from demandctl.paste.table import read_table
from demandctl.vocabulary import SUBTYPES, Kind
from tests.support.pastes import directory, judge, same

NOW = datetime.fromisoformat("2026-11-20T18:30:00+08:00")
TABLE = (SHIPPED / "keywords.toml").read_text(encoding="utf-8")
PEOPLE = directory()


def read(text: str, now: datetime = NOW) -> list[Draft]:
    """The drafts of a text."""
    return read_paste(text, now, PEOPLE, judge()).drafts


def only(text: str) -> Draft:
    """The one draft of a text."""
    found = read(text)
    assert len(found) == 1, [draft.content for draft in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("泵车漏油派人修 138-0000-0121", "13800000121"),
        ("泵车漏油派人修，电话：(0731)84000012转8", "0731-84000012-8"),
        ("泵车漏油派人修，打一三八零零零零零一二一", "13800000121"),
        ("泵车漏油派人修，０７３１－８４０００１２３", "0731-84000123"),
        ("泵车漏油派人修，1 3 8 0 0 0 0 0 1 2 1", "13800000121"),
        ("泵车漏油派人修，call me 13800000121", "13800000121"),
        ("泵车漏油派人修，机号FK2023-13800000121", None),
        ("泵车漏油派人修，预算13800000121元", None),
        ("泵车漏油派人修，合同编号13800000121", None),
        ("泵车漏油派人修，运单YT13800000121", None),
        ("泵车漏油派人修，你们那个师傅电话13800000121打不通", None),
        ("泵车漏油派人修，我找过周志强13700010142了", None),
        ("泵车漏油派人修，手机号13800000849", "13800000849"),
        ("泵车漏油派人修，手机号码：138-0000-0849", "13800000849"),
        ("泵车漏油派人修，186 - 0002 - 0166", "18600020166"),
        ("泵车漏油派人修，1五八 0002 3579", "15800023579"),
        ("泵车漏油派人修，WhatsApp +86 138 0006 3324", "13800063324"),
        ("我老公的泵车漏油派人修，他电话14700026011", "14700026011"),
        ("泵车漏油派人修，他电话14700026011，我的13800000121", "13800000121"),
        ("泵车漏油派人修，我的旧电话13800000121不用了，打这个13900000122", "13900000122"),
        ("泵车漏油派人修 13800000121，换号了，新号13900000122", "13900000122"),
    ],
)
def test_a_phone_is_the_customers_own_and_no_other_number(text: str, phone: str | None) -> None:
    assert only(text).phone == phone


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("我是湖南人，泵车坏在广西全州了，派人修", "全州"),
        ("泵车坏了派人修，山东临工的机子，在常德", "常德"),
        ("要一套滤芯，从长沙发到吉首", "吉首"),
        ("拖拉机坏在富锦 谁来修一下", "富锦"),
        ("我的泵車喺東莞工地，壞咗，請派人維修", "东莞"),
        ("车从湖南开到百色平果，停在河池东兰，派人来修", "东兰"),
        ("泵车坏在小店，派人修", None),
        ("泵车坏了派人修，在长沙路", None),
        ("泵车坏在蓉城，派人修", "成都"),
        ("泵车坏了派人修，人在泉城", "济南"),
        ("泵车坏了派人修，在安徽颖上", "颍上"),
        ("泵车坏了派人修，地址金堂县淮口镇", "淮口镇"),
        ("泵车坏了派人修，台州路桥 13800000121", "路桥"),
        ("复合肥结块了要退货", None),
        ("上海施维英的泵车坏了派人修", None),
        ("扫二维码知道真假，建议都印上", None),
        ("泵车坏了派人修", None),
    ],
)
def test_the_region_is_where_the_machine_is(text: str, region: str | None) -> None:
    assert same("region", region, only(text).region)


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("老周 11/20 09:13:22", "2026-11-20T09:13:22+08:00"),
        ("老周 2026/11/20 9:13", "2026-11-20T09:13:00+08:00"),
        ("老周 2025年12月3日 下午3:05", "2025-12-03T15:05:00+08:00"),
        ("老周 12/30 09:13", "2025-12-30T09:13:00+08:00"),
        ("老周 前天 21:00", "2026-11-18T21:00:00+08:00"),
        ("老周 星期五 19:00", "2026-11-13T19:00:00+08:00"),
        ("老周 周五 18:00", "2026-11-20T18:00:00+08:00"),
        ("2026-11-20 09:13:22 老周", "2026-11-20T09:13:22+08:00"),
        ("[2026-11-20 09:13] 老周：", "2026-11-20T09:13:00+08:00"),
        ("老周 Nov 19, 2026 09:13", "2026-11-19T09:13:00+08:00"),
        ("老周 19 November 09:13 PM", "2026-11-19T21:13:00+08:00"),
        ("老周 Yesterday 19:45", "2026-11-19T19:45:00+08:00"),
        ("老周 Wednesday 16:00", "2026-11-18T16:00:00+08:00"),
        ("老周 11/19/2026 09:13", "2026-11-19T09:13:00+08:00"),
        ("老周 26/11/19 09:13", "2026-11-19T09:13:00+08:00"),
        ("老周 2026-11-19T09:13:22", "2026-11-19T09:13:22+08:00"),
    ],
)
def test_a_header_tells_who_and_when_and_never_a_time_to_come(header: str, at: str) -> None:
    draft = only(f"{header}\n泵车臂架不动了，派个师傅来修")
    assert (draft.customer, draft.raised_at) == ("老周", datetime.fromisoformat(at))


BROKEN = "我那台37米泵车臂架下不来了，派个师傅来修，在湘潭"


@pytest.mark.parametrize(
    "shape",
    [
        "老周　１１／２０　０９：１３\n{}",
        "老周 2026－11－20 09：13\n{}",
        "老周\n2026/11/20 09:13\n{}",
        "老周\n11-20 09:13\n{}",
        "[外部] 老周@微信 11-20 09:13\n{}",
        "[2026-11-20 09:13] 老周: {}",
        "【2026-11-20 09:13】老周：{}",
        "2026年11月20日 上午9:13 - 老周: {}",
        "11/20/26, 9:13 AM - 老周: {}",
        "2026-11-20 9:13 老周(12345678)\n{}",
        "老周<laozhou@example.com> 09:13\n{}",
        "老周 11/20 09:13 {}",
        "群聊的聊天记录\n\n—————  2026-11-20  —————\n\n老周  09:13\n\n{}",
        "> 老周 11/20 09:13\n> {}",
        "老 周 11/20 09:13\n{}",
        "11月20日 09:13\n老周:\n{}",
        "老周撤回了一条消息\n老周 11/20 09:13\n{}",
        "群公告\n本周六盘点\n老周 11/20 09:13\n{}",
        "来自：老周\n时间：11-20 09:13\n{}",
        "发件人：老周 <z@example.com>\n日期：2026年11月20日 09:13\n收件人：售后\n主题：报修\n\n{}",
        "From: 老周 <z@example.com>\nDate: 2026-11-20 09:13\nTo: service\nSubject: 报修\n\n{}",
        "【公众号】粉丝留言\n昵称：老周\n时间：2026-11-20 09:13\n内容：{}",
        "公众号后台 用户留言提醒\n粉丝：老周\n留言时间：2026-11-20 09:13\n留言内容：{}",
        "来电号码：13800000121\n来电时间：2026-11-20 09:13\n用户姓名：老周\n用户反映：{}",
        "【小程序】新的线索\n联系人：老周\n提交时间：2026-11-20 09:13\n问题描述：{}",
        "时间\t客户\t内容\n2026-11-20 09:13\t老周\t{}",
        "| 时间 | 客户 | 问题 |\n|---|---|---|\n| 2026-11-20 09:13 | 老周 | {} |",
        "时间,客户,问题\n2026-11-20 09:13,老周,{}",
    ],
)
def test_whatever_a_message_was_copied_from_tells_who_when_and_what(shape: str) -> None:
    draft = only(shape.format(BROKEN))
    told = (draft.customer, draft.raised_at, draft.kind, draft.subtype, draft.product, draft.region)
    at = datetime.fromisoformat("2026-11-20T09:13:00+08:00")
    assert told == ("老周", at, "service", "repair", "37米泵车", "湘潭")


def test_a_record_of_names_and_words_is_read_as_messages() -> None:
    found = read(f"群聊的聊天记录\n老周: {BROKEN}\n小李: 哈哈\n老吴: 要两套密封件，发常德\n老周: 13800000121")
    assert [(d.customer, d.phone, d.subtype) for d in found] == [
        ("老周", "13800000121", "repair"), ("老吴", None, "parts"),
    ]  # fmt: skip


def test_characters_that_a_scanner_set_apart_are_joined() -> None:
    draft = only("泵 车 不 打 料 了 ， 派 人 来 修\n地 址 ： 隆 昌\n电 话 ： 1 3 7 0 0 0 2 7 0 0 4")
    assert (draft.phone, draft.region, draft.product) == ("13700027004", "隆昌", "泵车")


def _told(*said: str) -> list[str]:
    """Kind and subtype of the drafts of what one customer says, one message a minute."""
    found = read("\n\n".join(f"老周 11/20 09:{10 + n}:00\n{words}" for n, words in enumerate(said)))
    return [f"{draft.kind}/{draft.subtype}" for draft in found]


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (("37米泵车漏油，派人来修", "还有那台装载机也打不着火了"), ["service/repair"] * 2),
        (("37米泵车臂架不动了，派人来修", "对了，新的52米泵车现在多少钱"), ["service/repair", "opportunity/new"]),
        (("37米泵车臂架不动了，派人来修\n另外问下大臂油缸多少钱一根",), ["service/repair", "opportunity/parts"]),
        (("我有台泵车要卖", "另外招一个泵车司机"), ["inquiry/resale", "inquiry/recruiting"]),
        (("给我发两箱滤芯", "还有个事，上次来的师傅骂人，我要投诉"), ["opportunity/parts", "complaint/staff"]),
        (("37米泵车臂架不动了，派人来修", "在湘潭县", "13800000121", "好的谢谢"), ["service/repair"]),
        (("我要投诉，修了三次没修好", "上次来换个密封收了我3800"), ["complaint/service"]),
        (("56米泵车油耗怎么样", "有现车吗，想定一台"), ["inquiry/product"]),
        (("要两套滤芯，发株洲", "算了，不要了"), []),
        (("想租台25吨吊车", "算了", "你们二手吊车有卖的吗，25吨的"), ["opportunity/used"]),
    ],
)
def test_another_thing_is_another_draft_and_what_is_taken_back_is_none(said: tuple[str, ...], kinds: list[str]) -> None:
    assert _told(*said) == kinds


def test_a_message_that_stays_one_matter_is_kept_as_it_was_written() -> None:
    draft = only("老周 11/20 09:10:00\n要两个滤芯，另外再带一桶机油，顺便问下几天到")
    assert draft.content == "要两个滤芯，另外再带一桶机油，顺便问下几天到"


def test_a_phone_given_with_one_thing_is_the_customers_for_the_other_too() -> None:
    found = read("老周 11/20 09:10:00\n泵车漏油派人修 13800000121\n\n老周 11/20 09:12:00\n另外招一个泵车司机")
    assert [draft.phone for draft in found] == ["13800000121"] * 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("泵车坏了派人来修，我的旧电话不用了，打13800000121", "service/repair"),
        ("求购一台二手37米泵车，有的私我", "opportunity/used"),
        ("建议你们在湘潭设个配件库", "suggestion/service"),
        ("请问贵公司的水溶肥能跟农药一起用吗", None),
        ("挖机履带掉了装不上，派人来", "service/repair"),
        ("搅拌车停在物流园，转不动了，派人来修", "service/repair"),
        ("出租车撞了我的泵车，臂架弯了，派人来修", "service/repair"),
    ],
)
def test_no_clause_and_no_word_inside_another_takes_a_demand_away(text: str, kind: str | None) -> None:
    draft = only(f"老周 11/20 09:10:00\n{text}")
    assert kind in (None, f"{draft.kind}/{draft.subtype}")


def test_the_first_answer_of_staff_is_kept_with_its_time_and_is_no_demand() -> None:
    draft = only(
        "老周 11/20 09:13:22\n泵车臂架不动了，派个师傅来修\n\n"
        "长沙分公司-周志强 11/20 09:20:00\n收到，马上联系您 13700010142\n\n"
        "老周 11/20 09:25:00\n在湘潭 13800000121\n"
    )
    assert draft.first_response is not None
    assert draft.first_response.by.name == "周志强"
    assert draft.first_response.at == datetime.fromisoformat("2026-11-20T09:20:00+08:00")
    assert (draft.phone, draft.region, draft.channel) == ("13800000121", "湘潭", "group")


def test_an_answer_that_names_nobody_is_not_given_to_one_of_two_who_wait() -> None:
    found = read(
        "老周 11/20 09:13:22\n泵车臂架不动了，派个师傅来修\n"
        "老吴 11/20 09:14:22\n要两套密封件，发常德\n"
        "长沙分公司-周志强 11/20 09:20:00\n收到\n"
        "谢晓梅 11/20 09:21:00\n@老吴\u2005好的，马上报价\n"
    )
    assert [draft.first_response and draft.first_response.by.name for draft in found] == [None, "谢晓梅"]


def test_a_second_phone_with_a_second_demand_is_a_second_customer_also_without_names() -> None:
    found = read("泵车漏油，来人修，湘潭 13800000121\n\n求租一台37米泵车，常德 13800000122")
    assert [(d.kind, d.phone, d.region) for d in found] == [
        ("service", "13800000121", "湘潭"), ("inquiry", "13800000122", "常德"),
    ]  # fmt: skip


def test_line_ends_blanks_and_marks_change_nothing() -> None:
    text = "老周 11/20 09:13:22\n泵车臂架不动了，派个师傅来修，在湘潭\n13800000121\n"
    plain = only(text)
    for other in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        "\ufeff" + text,
        text.replace("师", "\u200b师"),
    ):
        draft = only(other)
        assert (draft.values | {"content": ""}) == (plain.values | {"content": ""})


def test_a_user_adds_words_and_rules_of_his_own() -> None:
    words = "[lists]\nmachine = ['大象机']\n[signals]\nzebra = ['斑马']\n"
    rule = "[rules]\nzebra = { all = ['zebra'], kind = 'complaint', subtype = 'staff', weight = 12 }\n"
    own = wording_of(read_table(TABLE, words + rule))
    known = sentences((SHIPPED / "sentences.txt").read_text(encoding="utf-8"))
    (draft,) = read_paste("老周:\n大象机跟斑马一样", NOW, PEOPLE, Judge(own, Learnt(counted(known, own), own))).drafts
    assert (draft.kind, draft.subtype, draft.product) == ("complaint", "staff", "大象机")


@pytest.mark.parametrize(
    "extra",
    ["[rules", "[nonsense]\na = []\n", "[lists]\nmachine = 'x'\n", "[signals]\nfix = ['(']\n",
     "[rules]\nx = { all = ['nothing'], kind = 'service', weight = 1 }\n",
     "[rules]\nx = { all = ['fix'], kind = 'service', subtype = 'nope', weight = 1 }\n",
     "[rules]\nx = { kind = 'service' }\n"],
)  # fmt: skip
def test_a_wrong_keyword_file_is_refused_with_its_name(extra: str) -> None:
    with pytest.raises(UsageError, match=r"keywords\.toml"):
        read_table(TABLE, extra)


_PIECES = st.sampled_from(
    ["老周 11/20 09:13:22", "老周:", "A和B的聊天记录", "—————  2026-11-20  —————", "【公众号留言】", "用户：x", "\n",
     "\n\n", "「", "」", "- - - - -", "13800000121", "泵车", "坏了", "@", "\u2005", "[图片]",
     "99/99 99:99", "2/29 10:00",
     "湘A", "长沙", "：", "昨天 25:61", "0000-00-00", "星期天 9:00", "😎", "\u202e", "１３８"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(_PIECES, max_size=20).map("".join),
        st.lists(_PIECES, max_size=20).map("\n".join),
    )
)
def test_any_text_gives_drafts_without_an_exception(text: str) -> None:
    for draft in read(text):
        assert draft.content.strip()
        assert draft.kind is None or draft.subtype is None or draft.subtype in SUBTYPES[Kind(draft.kind)]
        assert draft.raised_at is None or draft.raised_at.tzinfo is not None


def test_a_sentence_that_was_learnt_is_read_as_it_was_taught() -> None:
    known = sentences((SHIPPED / "sentences.txt").read_text(encoding="utf-8"))
    right = 0
    for kind, sentence in known:
        found = read(f"老王 11/20 10:00:00\n{sentence}")
        got = [f"{draft.kind}/{draft.subtype}" for draft in found]
        right += got == ([] if kind.startswith("none/") else [kind])
    assert right >= 0.97 * len(known)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("想买台新{}", "opportunity/new"),
        ("有没有二手的{}，想收一台", "opportunity/used"),
        ("{}打不着火了，叫个师傅过来", "service/repair"),
        ("{}液压油温高是什么原因", "service/advice"),
        ("求租一台{}，用三天", "inquiry/rental"),
        ("招{}司机一名", "inquiry/recruiting"),
        ("我有台{}想卖，帮忙问问", "inquiry/resale"),
        ("我按揭的{}想提前还款", "inquiry/finance"),
        ("{}刚买三个月就坏了，质量太差，我要投诉", "complaint/product"),
        ("你们修{}的师傅态度恶劣，我要投诉", "complaint/staff"),
        ("建议{}加个倒车影像", "suggestion/product"),
    ],
)
@pytest.mark.parametrize("machine", ["泵车", "拖泵", "压路机", "空压机", "收割机", "塔吊", "搅拌站", "曲臂车"])
def test_the_kind_is_the_same_whatever_machine_it_is_about(sentence: str, kind: str, machine: str) -> None:
    """A machine whose name holds a word of another matter (拖, 压) changes nothing."""
    draft = only(f"老王 11/20 10:00:00\n{sentence.format(machine)}")
    assert f"{draft.kind}/{draft.subtype}" == kind
    assert machine in (draft.product or "")


@pytest.mark.parametrize(
    "more",
    ["怎么办", "要开票", "祝生意兴隆", "你们谁负责", "帮忙转发一下", "非诚勿扰", "@所有人", "电话没人接请加微信"],
)
@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("泵车臂架不动了，派人来修", "service/repair"),
        ("泵车压力上不去是什么原因", "service/advice"),
        ("想买一台新的56米泵车", "opportunity/new"),
        ("求购二手37米泵车", "opportunity/used"),
        ("要两个眼镜板，发株洲", "opportunity/parts"),
        ("有台泵车对外出租", "inquiry/rental"),
        ("招泵车司机一名", "inquiry/recruiting"),
        ("建议售后周末也有人值班", "suggestion/service"),
    ],
)
def test_what_people_add_to_anything_changes_no_kind(sentence: str, kind: str, more: str) -> None:
    for text in (f"{sentence}，{more}", f"{more}，{sentence}"):
        draft = only(f"老王 11/20 10:00:00\n{text}")
        assert f"{draft.kind}/{draft.subtype}" == kind


RECORD = "泵车群 的聊天记录\n\n—————  2026-11-20  —————\n\n{}"


@pytest.mark.parametrize(
    "shape",
    [
        "老王 11/20 10:00:00\n你好\n老王 11/20 10:00:20\n{0}\n老王 11/20 10:01:00\n电话{1}，在{2}",
        RECORD.format("老李  09:58\n\n早\n\n老王  10:00\n\n{0}\n\n老李  10:01\n\n[呲牙]\n\n老王  10:02\n\n{1} 在{2}\n"),
        RECORD.format("老王  10:00\n\n{0}\n\n周志强  10:01\n\n@老王 收到，请问在哪里\n\n老王  10:02\n\n在{2} {1}\n"),
        "老王:\n{0}\n老王:\n[图片]\n老王:\n{1} {2}的工地",
        "【公众号留言】\n用户：老王\n时间：2026-11-20 10:00\n内容：{0}。{1}，在{2}",
        "客户：老王\n电话：{1}\n地区：{2}\n需求：{0}",
        "客户：老王 电话：{1} 地区：{2} 需求：{0}",
    ],
)
@pytest.mark.parametrize("sentence", ["泵车臂架不动了，派人来修", "求租一台47米泵车", "投诉你们师傅骂人"])
def test_the_shape_of_a_paste_changes_nothing_in_what_it_tells(shape: str, sentence: str) -> None:
    plain = only(f"老王 11/20 10:00:00\n{sentence}")
    draft = only(shape.format(sentence, "13800000121", "株洲"))
    assert (draft.customer, draft.phone, draft.region) == ("老王", "13800000121", "株洲")
    assert (draft.kind, draft.subtype, draft.product) == (plain.kind, plain.subtype, plain.product)
