"""The weekly round: who is asked about what, what an answer writes, and the messages to paste."""

import pytest

from demandctl.messages.reminders import split
from tests.support.cli import Cli
from tests.support.kept import kept
from tests.support.terminal import BACKSPACE, CTRL_C, ENTER, Terminal

MONDAY = "2026-11-23T09:00:00+08:00"


def prepare(cli: Cli) -> None:
    """Friday's demands: D1 and D2 with 彭振宇, D3 with 龙小燕, D4 waiting, D5 with the leader."""
    for number, (name, kind, phone) in enumerate(
        (("老周", "service", "13800000121"), ("小李", "opportunity", "13800000122"),
         ("王总", "opportunity", "13800000123"), ("刘工", "opportunity", "13800000124"),
         ("陈姐", "opportunity", "13800000125")), 1,
    ):  # fmt: skip
        cli.demand(f"第{number}件事，打我电话13900001111", customer=name, kind=kind, phone=phone)
    for number, who in ((1, "彭振宇"), (2, "彭振宇"), (3, "龙小燕"), (4, "龙小燕")):
        cli("assign", str(number), who)
    cli("follow-up", "4", "年后再说", "--wait-until", "2026-12-15")
    cli("assign", "5", "唐建明", "--leader")


@pytest.fixture
def week(cli: Cli) -> Cli:
    """The ledger so prepared, on Monday morning."""
    return kept(cli, "week", prepare).at(MONDAY)


def numbers(cli: Cli) -> dict[str, list[int]]:
    """What the round still asks for, by handler."""
    found = cli("monday", "--json").json
    return {h["handler"]["name"]: [owed["demand"] for owed in h["owed"]] for h in found["handlers"]}


def test_the_round_asks_each_handler_and_sets_apart_who_waits_and_what_a_leader_has(week: Cli) -> None:
    found = week("monday", "--json").json
    assert numbers(week) == {"彭振宇": [1, 2], "龙小燕": [3]}
    assert [d["number"] for d in found["waiting"]] == [4]
    assert found["waiting"][0]["waits_until"] == "2026-12-15T08:30:00+08:00"
    assert [d["number"] for d in found["referred"]] == [5]
    assert found["due_at"] == "2026-11-23T17:30:00+08:00"


def test_what_was_answered_this_week_is_not_asked_again(week: Cli) -> None:
    week("follow-up", "1", "换了油缸")
    assert numbers(week) == {"彭振宇": [2], "龙小燕": [3]}
    assert week("monday", "--json").json["answered"] == 1


def test_missed_weeks_are_one_line_that_counts_them(week: Cli) -> None:
    week.at("2026-12-07T18:00:00+08:00")
    owed = week("monday", "--json").json["handlers"][0]["owed"]
    assert {(o["demand"], o["missed"]) for o in owed} == {(1, 3), (2, 3)}
    assert "已连续 3 次没有反馈" in week("monday", "--message").out


def test_on_friday_the_next_round_can_be_prepared(week: Cli) -> None:
    week.at("2026-11-20T17:00:00+08:00")
    assert numbers(week) == {}
    assert [h["handler"]["name"] for h in week("monday", "--next", "--json").json["handlers"]] == ["彭振宇", "龙小燕"]


def test_a_monday_off_is_asked_on_the_next_working_day(week: Cli) -> None:
    week.config.write_text('[calendar]\nclosed = ["2026-11-23"]\n', encoding="utf-8")
    week.at("2026-11-20T16:00:00+08:00")
    number = week.demand(customer="新客户", kind="opportunity", phone="13800000199")["number"]
    week("assign", str(number), "向阳")
    assert week("monday", "--next", "--json").json["due_at"] == "2026-11-24T17:30:00+08:00"
    week.at(MONDAY)("follow-up", str(number), "放假也问了一句")
    assert numbers(week)["向阳"] == [number]  # a word on the day off is not the round's
    week.at("2026-11-24T09:00:00+08:00")("follow-up", str(number), "这次算")
    assert "向阳" not in numbers(week)


def test_each_handler_gets_one_message_with_full_phones_masked_for_a_group(week: Cli) -> None:
    notes = week("monday", "--message", "--mask", "--json").json
    assert [n["to"]["name"] for n in notes] == ["彭振宇", "龙小燕"]
    text = "\n".join(notes[0]["texts"])
    assert "138****0121" in text
    assert "139****1111" in text  # also in the customer's own words
    assert "13800000121" not in text
    assert "13800000121" in week("monday", "--message").out


def test_a_landline_in_a_customers_words_is_masked_in_a_reminder_too(week: Cli) -> None:
    week("edit", "2", "--content", "打座机 0731-84000012 找老周")
    assert "84000012" not in week("nudge", "2", "--mask").out
    assert "84000012" in week("nudge", "2").out


def test_each_leader_gets_one_message_about_his_people_and_what_waits_for_him(week: Cli) -> None:
    notes = week("monday", "--leaders", "--json").json
    assert [n["to"]["name"] for n in notes] == ["唐建明"]
    text = notes[0]["texts"][0]
    assert text.index("彭振宇（2 条）") < text.index("龙小燕（1 条）") < text.index("等您指派跟进人（1 条）")


def test_a_long_message_is_split_between_items_and_nothing_is_lost() -> None:
    lines = [f"{n}. {'字' * 150}" for n in range(40)]
    parts = split("头", lines, "尾")
    assert all(len(part) <= 2000 for part in parts)
    assert [line for part in parts for line in part.split("\n")[1:-1]] == lines
    assert parts[0].startswith(f"头（1/{len(parts)}）")


def test_one_person_or_one_branch_can_be_asked_alone(week: Cli) -> None:
    owed = week("monday", "--owner", "龙小燕", "--json").json
    assert [h["handler"]["name"] for h in owed["handlers"]] == ["龙小燕"]
    assert week("monday", "--branch", "贵州", "--json").json["handlers"] == []
    assert "是不是 贵州分公司" in week.run("monday", "--branch", "贵州公司").err
    assert week.run("monday", "--owner", "没有的人").code == 3


def test_off_a_terminal_the_round_is_a_list(week: Cli) -> None:
    out = week("monday").out
    assert "彭振宇" in out
    assert "不催" in out
    assert week.run("monday", "--message", "--leaders").code == 2


def test_answers_are_written_one_by_one_and_the_round_goes_on_where_it_stopped(week: Cli) -> None:
    term = Terminal(week, "monday", now=MONDAY)
    term.sees("客户要等的 1 条不问", "■ 彭振宇", "D1", "怎么说").press(ENTER)
    term.sees("进展").press("已报价错了", BACKSPACE, BACKSPACE, "，等回话", ENTER)
    term.sees("到哪一步").press("已报价", ENTER).sees("下次什么时候").press("下周三", ENTER)
    term.sees("下次做什么").press("问结果", ENTER).sees("D1 已记下", "D2", "怎么说")
    term.press(CTRL_C).sees("前面答的都已写入", "还有 2 条")
    assert term.ends() == 0
    last = week("show", "1", "--json").json["follow_ups"][-1]
    assert (last["text"], last["stage"], last["by"]) == ("已报价，等回话", "已报价", "彭振宇")
    assert (last["next_at"], last["next_plan"]) == ("2026-12-02T17:30:00+08:00", "问结果")
    assert numbers(week) == {"彭振宇": [2], "龙小燕": [3]}


def test_what_is_skipped_comes_at_the_end_and_again_in_the_next_run(week: Cli) -> None:
    term = Terminal(week, "monday", now=MONDAY)
    term.sees("D1", "怎么说").press("s", ENTER).sees("D2", "怎么说").press("s", ENTER)
    term.sees("D3", "怎么说").press("q").sees("还有 3 条")
    assert term.ends() == 0
    assert numbers(week) == {"龙小燕": [3], "彭振宇": [1, 2]}
    week("undo")
    assert numbers(week) == {"龙小燕": [3], "彭振宇": [1, 2]}


def test_a_lost_opportunity_needs_its_reason_and_ends(week: Cli) -> None:
    week("follow-up", "1", "好了")
    term = Terminal(week, "monday", "--owner", "彭振宇", now=MONDAY)
    term.sees("D2", "怎么说").press("9", ENTER).sees("原因").press(ENTER).sees("不能空着")
    term.press("买了别家", ENTER).sees("D2 已结束", "问完了")
    assert term.ends() == 0
    closed = week("show", "2", "--json").json
    assert (closed["outcome"], closed["reason"]) == ("lost", "买了别家")


def test_nudging_one_demand_names_what_its_handler_owes(week: Cli) -> None:
    note = week("nudge", "2", "--json").json[0]
    assert note["to"]["name"] == "彭振宇"
    assert "反馈最新进度" in note["texts"][0]
    assert "13800000122" in note["texts"][0]


def test_nudging_a_person_puts_the_most_urgent_first(week: Cli) -> None:
    week.at("2026-11-20T09:30:00+08:00").demand("急死了", customer="急客", kind="service", urgency="critical")
    week("assign", "6", "彭振宇")
    week.at(MONDAY)
    text = week("nudge", "彭振宇", "--json").json[0]["texts"][0]
    assert text.index("D6") < text.index("D2") < text.index("D1")
    assert "3 件" in text


def test_nudging_everybody_names_those_who_are_late(week: Cli) -> None:
    assert {note["to"]["name"] for note in week("nudge", "--json").json} == {"彭振宇", "龙小燕", "唐建明"}


def test_there_is_nobody_to_nudge_about_what_has_no_handler_or_has_ended(week: Cli) -> None:
    number = str(week.demand(customer="新来的", kind="inquiry")["number"])
    refused = week.run("nudge", number)
    assert (refused.code, f"demandctl assign {number}" in refused.err) == (1, True)
    week("close", "2", "--outcome", "lost", "--reason", "不要了")
    assert week.run("nudge", "2").code == 1
    assert week.run("nudge", "4").code == 1  # waits
    assert week.run("nudge", "查无此人").code == 3


def test_one_can_go_back_to_the_choice_before(week: Cli) -> None:
    term = Terminal(week, "monday", "--owner", "龙小燕", now=MONDAY)
    term.sees("D3", "怎么说").press("9", ENTER).sees("原因").press("<", ENTER)
    term.sees("怎么说").press("5", ENTER).sees("客户怎么说").press("下月再定", ENTER)
    term.sees("等到什么时候").press("昨天", ENTER).sees("已经过去").press(*(BACKSPACE,) * 2, "12月20日", ENTER)
    term.sees("D3 已记下，等待中", "问完了")
    assert term.ends() == 0
    assert [d["number"] for d in week("monday", "--json").json["waiting"]] == [4, 3]


def test_nudging_a_demand_reminds_everybody_who_owes_something_about_it(week: Cli) -> None:
    week.at("2026-11-20T09:30:00+08:00")("escalate", "3", "唐建明", "--problem", "价格", "--within", "1d")
    assert [note["to"]["name"] for note in week("nudge", "3", "--json").json] == ["龙小燕", "唐建明"]
    group = week.demand(customer="群友", channel="group", group="客户群", region="长沙")["number"]
    assert [note["to"]["name"] for note in week("nudge", str(group), "--json").json] == ["唐建明"]


def test_a_leader_who_only_has_to_name_somebody_is_told_of_nothing_else(week: Cli) -> None:
    for number in ("1", "2", "3"):
        week("close", number, "--outcome", "dropped", "--reason", "不做了")
    said = week("monday", "--leaders").out
    assert "长沙分公司有需求在等您安排" in said
    assert "0 条" not in said


def test_a_round_without_anything_to_ask_says_so(cli: Cli) -> None:
    assert Terminal(cli, "monday").sees("这一轮没有要问的").ends() == 0


def answered(week: Cli, owner: str, *keys: str) -> Terminal:
    """The round of one person, with these keys pressed at its first question."""
    return Terminal(week, "monday", "--owner", owner, now=MONDAY).sees("怎么说").press(*keys)


def test_no_progress_is_an_answer_and_nothing_to_tell_the_customer(week: Cli) -> None:
    term = answered(week, "龙小燕", "3", ENTER)
    term.sees("为什么").press("客户没回话", ENTER).sees("下次什么时候").press("周四", ENTER).sees("下次做什么").press(
        ENTER
    )
    term.sees("没有进展", "问完了")
    assert term.ends() == 0
    demand = week("show", "3", "--json").json
    assert [(f["text"], f["by"], f["note"]) for f in demand["follow_ups"]] == [("客户没回话", "龙小燕", "follow-up")]
    open_ = {d["rule"] for d in demand["deadlines"] if d["met_at"] is None and d["voided_at"] is None}
    assert open_ == {"respond", "weekly", "promise"}  # and no relay
    assert numbers(week) == {"彭振宇": [1, 2]}


def test_who_could_not_be_asked_still_owes_and_it_is_on_record(week: Cli) -> None:
    term = answered(week, "龙小燕", "4", ENTER)
    term.sees("他还欠着", "D3", "怎么说").press("q").sees("还有 1 条")
    assert term.ends() == 0
    demand = week("show", "3", "--json").json
    assert [(f["note"], f["to"]["name"] if isinstance(f["to"], dict) else f["to"]) for f in demand["follow_ups"]] == [
        ("nudge", "龙小燕")
    ]
    assert numbers(week)["龙小燕"] == [3]


def test_a_handler_who_needs_help_has_answered_and_somebody_higher_owes(week: Cli) -> None:
    term = answered(week, "龙小燕", "7", ENTER)
    term.sees("升级给谁").press("唐建明", ENTER).sees("难在哪里").press("价格谈不拢", ENTER)
    term.sees("给多长时间").press("2h", ENTER).sees("已升级第 1 级 → 唐建明", "问完了")
    assert term.ends() == 0
    clocks = week.open_deadlines(3)
    assert (clocks["escalated"]["owed_by"]["name"], clocks["escalated"]["due_at"]) == (
        "唐建明", "2026-11-23T11:00:00+08:00",
    )  # fmt: skip
    assert "relay" not in clocks
    assert numbers(week) == {"彭振宇": [1, 2]}


def test_one_key_stops_whatever_the_demand_is(week: Cli) -> None:
    for owner in ("彭振宇", "龙小燕"):
        term = answered(week, owner, "q").sees("接着来")
        assert term.ends() == 0
    assert numbers(week) == {"彭振宇": [1, 2], "龙小燕": [3]}


def test_what_was_imported_is_asked_on_the_first_monday_after(cli: Cli) -> None:
    sheet = cli.folder / "old.csv"
    standing = (
        ("商机", "彭振宇", "跟进中"),
        ("售后", "李铁柱", "跟进中"),
        ("商机", "龙小燕", "已派单"),
        ("商机", "", "待派单"),
    )
    rows = ["客户,电话,需求类型,需求内容,地区,对接人,状态,提出时间"]
    for number, (kind, who, state) in enumerate(standing):
        rows.append(f"客{number},1390000100{number},{kind},第{number}件,长沙,{who},{state},2026-11-02")
    sheet.write_text("\n".join(rows), encoding="utf-8")
    cli("import", "demands", str(sheet), "--set", "channel=direct")
    found = cli("monday", "--next", "--json").json
    assert sorted(o["demand"] for h in found["handlers"] for o in h["owed"]) == [1, 2, 3]
    assert sorted(o["demand"] for h in cli.at(MONDAY)("monday", "--json").json["handlers"] for o in h["owed"]) == [
        1,
        2,
        3,
    ]
