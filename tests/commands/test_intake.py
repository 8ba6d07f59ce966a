"""Taking a demand in: by questions, with the customer's first answer, as urgent as his words are."""

from __future__ import annotations

import pytest

from demandctl.vocabulary import Urgency
from tests.support.cli import Cli
from tests.support.terminal import DOWN, ENTER, Terminal


def met(cli: Cli, number: int) -> dict[str, bool]:
    """The clocks of a demand, and whether each is met."""
    return {d["rule"]: d["met_at"] is not None for d in cli("show", str(number), "--json").json["deadlines"]}


def test_a_demand_that_was_answered_owes_no_first_answer_and_is_still_to_be_dispatched(cli: Cli) -> None:
    for kind in ("inquiry", "service", "suggestion"):
        answer = cli(
            "intake", f"问一下{kind}", "--customer", kind, "--kind", kind, "--channel", "direct", "--replied", "--json"
        )
        number = answer.json["number"]
        assert met(cli, number)["respond"]
        assert not met(cli, number)["dispatch"]
        (said,) = cli("show", str(number), "--json").json["follow_ups"]
        assert (said["by"], said["internal"]) == ("李敏", False)


def test_in_a_group_her_answer_takes_over_from_the_branch(cli: Cli) -> None:
    cli("intake", "要一台泵车", "--customer", "甲", "--kind", "商机", "--group", "泵车群", "--replied")
    assert {n: met(cli, 1)[n] for n in ("respond", "takeover")} == {"respond": True, "takeover": True}


def test_a_call_is_answered_as_it_is_raised(cli: Cli) -> None:
    for more in ((), ("--replied",)):
        number = cli("intake", "泵车坏了", "--customer", f"甲{len(more)}", "--kind", "售后", "--channel", "电话",
                     "--raised", "8:50", "--json", *more).json["number"]  # fmt: skip
        first = next(d for d in cli("show", str(number), "--json").json["deadlines"] if d["rule"] == "respond")
        assert first["met_at"] == "2026-11-20T08:50:00+08:00"


def test_where_she_owes_the_answer_the_words_to_paste_are_named(cli: Cli) -> None:
    direct = ("intake", "泵车坏了", "--customer", "甲", "--kind", "售后", "--channel", "direct")
    assert "demandctl script received --demand 1" in cli(*direct).out
    assert "script received" not in cli(*direct, "--new", "--replied").out
    assert (
        "script received"
        not in cli("intake", "坏了", "--customer", "乙", "--kind", "售后", "--group", "群", "--region", "湘潭").out
    )


@pytest.mark.parametrize(
    ("said", "urgency"),
    [
        ("37米泵车坏了，急", "urgent"), ("尽快派人", "urgent"), ("马上来人修", "urgent"),
        ("工地停机了", "urgent"), ("特急，臂架下不来", "critical"), ("十万火急", "critical"),
        ("不急，有空来看看", "normal"), ("先别急着派人", "normal"), ("臂架下不来了", "normal"),
        ("急停按钮坏了", "normal"), ("我马上发照片给你", "normal"), ("请先停机检查", "normal"),
        ("周末打不通急死人", "normal"), ("马上要过保了", "urgent"),
    ],
)  # fmt: skip
def test_urgency_is_what_the_words_say(cli: Cli, said: str, urgency: str) -> None:
    assert cli.demand(said)["urgency"] == urgency


def test_urgency_that_was_typed_wins_over_the_words(cli: Cli) -> None:
    assert cli.demand("尽快派人来修", urgency="普通")["urgency"] == "normal"
    assert "紧急（“尽快”）" in cli("intake", "尽快", "--customer", "乙", "--kind", "售后", "--channel", "电话").out


def test_the_words_for_an_urgency_are_read_so_in_a_sentence_too(cli: Cli) -> None:
    spoken = [(urgency, word) for urgency in Urgency for word in urgency.words]
    for number, (term, word) in enumerate(spoken):
        if word not in ("一般", "正常"):  # 一般都是他来修 says nothing of haste
            assert cli.demand(f"泵车坏了，{word}。", customer=f"客户{number}")["urgency"] == term, word


def test_content_that_is_typed_twice_is_refused(cli: Cli) -> None:
    assert cli.run("intake", "甲", "--content", "乙", "--customer", "丙").code == 2


def test_questions_begin_with_the_words_and_the_rest_is_guessed_from_them(cli: Cli) -> None:
    term = Terminal(cli, "intake")
    term.sees("客户说了什么").press("湘潭这边37米泵车臂架下不来了，尽快派师傅来修，13800000121", ENTER)
    term.sees("客户姓名").press("老周", ENTER).sees("从哪里来的").press("2", ENTER)
    term.sees("草稿 售后 故障报修", "老周", "13800000121", "湘潭", "37米泵车", "紧急", "私聊", "这条怎么办")
    term.press(ENTER).sees("已登记 D1", "已回过客户", "编号 D1", "派给谁").press(ENTER).sees("已派给 李铁柱")
    assert term.ends() == 0
    demand = cli("show", "1", "--json").json
    assert (demand["kind"], demand["urgency"], demand["customer"]["phone"]) == ("service", "urgent", "13800000121")
    assert met(cli, 1)["respond"]


def test_whom_and_which_group_the_words_name_is_not_asked(cli: Cli) -> None:
    cli.demand(customer="湘潭老周", phone="13800000121", channel="group", group="湘潭泵车交流群")
    cli("close", "1", "--outcome", "dropped", "--reason", "试")
    term = Terminal(cli, "intake", "湘潭老周在湘潭泵车交流群问37米泵车多少钱一台")
    term.sees("草稿 ", "老客户", "K00001", "社群 湘潭泵车交流群", "这条怎么办").press(ENTER).sees("派给谁")
    term.press("\x03").ends()
    demand = cli("show", "2", "--json").json
    assert (demand["customer"]["code"], demand["group"]) == ("K00001", "湘潭泵车交流群")


def test_when_she_answered_is_asked_where_it_may_have_been_in_time(cli: Cli) -> None:
    term = Terminal(cli, "intake", "泵车坏了", "--raised", "9:00", "--customer", "老周", "--phone", "13800000121")
    term.sees("从哪里来的").press("2", ENTER).sees("地区").press("湘潭", ENTER)
    term.sees("这条怎么办").press(DOWN, ENTER).sees("什么时候回的").press("9:05", ENTER)
    term.sees("派给谁").press("\x03").ends()
    first = next(d for d in cli("show", "1", "--json").json["deadlines"] if d["rule"] == "respond")
    assert first["met_at"] == "2026-11-20T09:05:00+08:00"
