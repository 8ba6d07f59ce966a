"""Every rule of the table: when its clock starts, when it is due, what meets it, what makes it void.

Demands go through the real command line and, step by step, through the oracle; revisits and customers are held against
times written out from the rules. The days are around Friday 2026-11-20, National Day and Spring Festival 2026.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.cli import Cli
from tests.support.oracle import Office, Person, at
from tests.support.road import (
    EXPERT,
    LAWYER,
    LEADER,
    OTHER_LEADER,
    OTHER_SALESMAN,
    OTHER_SERVICEMAN,
    PARTSMAN,
    SALESMAN,
    SERVICEMAN,
    Road,
)

NINE = at("2026-11-20 09:00")
KINDS = ("opportunity", "service", "inquiry", "complaint", "suggestion")


def day(text: str) -> tuple[str, datetime]:
    """``--next`` with a bare date: due at its closing."""
    return text, at(f"{text} 17:30")


def wait(text: str) -> tuple[str, datetime, datetime]:
    """``--wait-until`` with a bare date: ends at its opening, the promise is due at its closing."""
    return text, at(f"{text} 08:30"), at(f"{text} 17:30")


# -- respond, takeover, dispatch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channel", ["group", "direct"])
def test_intake_starts_respond_dispatch_and_resolve_each_from_its_own_moment(cli: Cli, kind: str, channel: str) -> None:
    road = Road(cli, NINE, raised=at("2026-11-20 08:10"), kind=kind, channel=channel)
    opened = road.check()
    assert ("takeover" in opened) is (channel == "group")
    assert ("resolve" in opened) is (kind != "opportunity")
    assert opened["respond"]["started_at"] == "2026-11-20T08:10:00+08:00"
    assert opened["respond"]["owed_by"]["role"] == ("branch" if channel == "group" else "specialist")


def test_a_group_demand_is_owed_by_the_branch_with_its_leaders_phone(cli: Cli) -> None:
    road = Road(cli, NINE, channel="group", region="湘潭")
    assert road.check()["respond"]["owed_by"] == {"role": "branch", "name": "长沙分公司", "phone": "15000010107"}


def test_a_group_demand_of_no_known_branch_is_the_specialists(cli: Cli) -> None:
    road = Road(cli, NINE, channel="group", region="拉萨")
    assert road.json["branch"] in ("", None)
    assert cli.open_deadlines(int(road.number))["respond"]["owed_by"]["role"] == "specialist"


@pytest.mark.parametrize("urgency", ["normal", "urgent", "critical"])
@pytest.mark.parametrize("moment", ["2026-09-30 17:20", "2026-02-14 16:00", "2026-10-03 12:00", "2026-11-20 12:15"])
def test_repairs_are_resolved_by_their_urgency_over_holidays_and_lunch(cli: Cli, urgency: str, moment: str) -> None:
    Road(cli, at(moment), kind="service", urgency=urgency).check()


def test_an_internal_word_meets_nothing_that_is_about_reaching_the_customer(cli: Cli) -> None:
    road = Road(cli, NINE, channel="group")
    road.follow_up(at("2026-11-20 09:05"), internal=True)
    assert {"respond", "takeover", "dispatch"} <= set(road.check())
    road.follow_up(at("2026-11-20 09:10"))
    assert not {"respond", "takeover"} & set(road.check())


@pytest.mark.parametrize("person", [SALESMAN, SERVICEMAN, PARTSMAN])
def test_a_salesman_who_answers_in_the_group_becomes_the_handler(cli: Cli, person: Person) -> None:
    road = Road(cli, NINE, channel="group", kind="service")
    road.follow_up(at("2026-11-20 09:10"), person)
    assert set(road.check()) == {"resolve", "weekly"}
    assert road.json["handler"]["name"] == person.name


@pytest.mark.parametrize("person", [EXPERT, LEADER])
def test_others_who_answer_do_not_become_the_handler(cli: Cli, person: Person) -> None:
    road = Road(cli, NINE, channel="group", kind="service")
    road.follow_up(at("2026-11-20 09:10"), person)
    assert "dispatch" in road.check()
    assert road.json["handler"] is None


def test_assigning_and_referring_end_what_waited_for_the_specialist(cli: Cli) -> None:
    road = Road(cli, NINE, channel="group")
    road.refer(at("2026-11-20 09:20"))
    opened = road.check()
    assert not {"takeover", "dispatch"} & set(opened)
    road.assign(at("2026-11-20 10:30"), SERVICEMAN)
    designated = next(d for d in road.json["deadlines"] if d["rule"] == "designate")
    assert designated["met_at"] > designated["due_at"], "met late is a breach for ever"
    road.check()


# -- designate, first-feedback, weekly: who has it ------------------------------------------------------------------


def test_a_second_leader_gets_an_hour_of_his_own(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.refer(at("2026-11-20 09:20"))
    road.refer(at("2026-11-20 11:40"), OTHER_LEADER)
    assert road.check()["designate"]["due_at"] == "2026-11-20T14:10:00+08:00"


@pytest.mark.parametrize("kind", KINDS)
def test_each_handler_owes_a_first_feedback_of_his_own(cli: Cli, kind: str) -> None:
    road = Road(cli, NINE, kind=kind)
    road.assign(at("2026-11-20 11:30"), SALESMAN)
    road.check()
    road.assign(at("2026-11-20 15:00"), OTHER_SERVICEMAN)
    opened = road.check()
    if kind in ("opportunity", "service"):
        assert opened["weekly"]["owed_by"]["name"] == OTHER_SERVICEMAN.name
    road.follow_up(at("2026-11-20 15:20"), SALESMAN)
    assert ("first-feedback" in road.check()) is (kind != "suggestion")
    road.follow_up(at("2026-11-20 15:30"), internal=True)
    assert "first-feedback" not in road.check()


def test_referring_a_handled_demand_takes_the_handlers_clocks_away(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 09:10"), next=day("2026-11-25"))
    road.refer(at("2026-11-20 09:30"))
    opened = road.check()
    assert set(opened) == {"designate", "resolve", "promise"}
    assert opened["resolve"]["owed_by"]["role"] == "leader"
    road.assign(at("2026-11-20 10:00"), OTHER_SERVICEMAN)
    assert road.check()["weekly"]["due_at"] == "2026-11-23T17:30:00+08:00"


def test_a_monday_off_moves_and_two_mondays_on_one_day_are_one(cli: Cli) -> None:
    # Spring Festival 2026: Mondays the 16th and the 23rd of February are off, both land on Tuesday the 24th.
    road = Road(cli, at("2026-02-12 09:00"), kind="opportunity")
    road.assign(at("2026-02-12 10:00"), SALESMAN)
    assert road.check()["weekly"]["due_at"] == "2026-02-24T17:30:00+08:00"
    cli.at("2026-02-25T09:00:00")
    assert cli.open_deadlines(int(road.number))["weekly"]["missed"] == 1
    cli.at("2026-03-03T09:00:00")
    late = cli.open_deadlines(int(road.number))["weekly"]
    assert (late["missed"], late["due_at"]) == (2, "2026-02-24T17:30:00+08:00"), "due at the oldest missed time"
    road.follow_up(at("2026-03-03 10:00"))
    assert road.check()["weekly"]["due_at"] == "2026-03-09T17:30:00+08:00"


@pytest.mark.parametrize(
    ("told", "due"),
    [("2026-10-06 10:00", "2026-10-08"), ("2026-10-08 10:00", "2026-10-12"), ("2026-10-04 10:00", "2026-10-08")],
)
def test_national_days_monday_is_owed_on_the_eighth_and_not_met_before(cli: Cli, told: str, due: str) -> None:
    road = Road(cli, at("2026-09-29 09:00"), kind="opportunity")
    road.assign(at("2026-09-29 10:00"), SALESMAN)
    assert road.check()["weekly"]["due_at"] == "2026-10-08T17:30:00+08:00"
    road.follow_up(at(told))
    assert road.check()["weekly"]["due_at"] == f"{due}T17:30:00+08:00"


@pytest.mark.parametrize(
    ("moment", "missed"),
    [("2026-11-23T17:30:00", 0), ("2026-11-23T17:30:01", 1), ("2026-11-24T08:00:00", 1),
     ("2026-11-30T17:30:00", 1), ("2026-11-30T17:30:01", 2)],
)  # fmt: skip
def test_a_monday_is_missed_from_the_second_after_its_closing_time(cli: Cli, moment: str, missed: int) -> None:
    cli.demand("泵车坏了", kind="service", region="湘潭")
    cli("assign", "1", "李铁柱")
    assert cli.at(moment).open_deadlines(1)["weekly"]["missed"] == missed


def test_assigned_on_a_monday_the_first_report_is_a_week_later(cli: Cli) -> None:
    road = Road(cli, at("2026-11-23 08:40"), kind="service")
    road.assign(at("2026-11-23 08:50"), SERVICEMAN)
    assert road.check()["weekly"]["due_at"] == "2026-11-30T17:30:00+08:00"
    road.follow_up(at("2026-11-29 20:00"))
    assert road.check()["weekly"]["due_at"] == "2026-11-30T17:30:00+08:00"
    road.follow_up(at("2026-11-30 07:00"), internal=True, by=EXPERT)
    assert road.check()["weekly"]["due_at"] == "2026-12-07T17:30:00+08:00"


# -- promise, waiting ------------------------------------------------------------------------------------------------


def test_a_promise_is_kept_on_its_day_or_later_and_a_new_one_replaces_it(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.assign(at("2026-11-20 09:10"), SALESMAN)
    road.follow_up(at("2026-11-20 09:30"), next=day("2026-11-25"))
    assert road.check()["promise"]["owed_by"]["name"] == SALESMAN.name
    assert road.json["next_at"] == "2026-11-25T17:30:00+08:00"
    road.follow_up(at("2026-11-24 17:00"))
    assert "promise" in road.check()
    road.follow_up(at("2026-11-24 17:10"), next=("2026-11-26 10:00", at("2026-11-26 10:00")))
    assert [d["void_reason"] is not None for d in road.json["deadlines"] if d["rule"] == "promise"] == [True, False]
    road.check()
    road.follow_up(at("2026-11-26 08:00"), internal=True)
    assert "promise" not in road.check()
    assert road.json["next_at"] is None


def test_a_promise_for_a_day_off_stays_on_that_day(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.follow_up(at("2026-11-20 09:30"), next=day("2026-11-22"))
    assert road.check()["promise"]["due_at"] == "2026-11-22T17:30:00+08:00"


@pytest.mark.parametrize(
    ("until", "ends"),
    [
        (wait("2026-12-10"), ""),
        (wait("2026-11-22"), "2026-11-20 10:07"),
        (wait("2026-12-10"), "2026-11-21 12:00"),
        (("2026-12-10 15:00", *[at("2026-12-10 15:00")] * 2), "2026-12-11 09:00"),
    ],
)
def test_waiting_stops_the_work_clocks_and_ends_at_its_time_or_with_the_next_word(
    cli: Cli, until: tuple[str, datetime, datetime], ends: str
) -> None:
    road = Road(cli, NINE, kind="service", urgency="urgent")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 09:20"), EXPERT)
    road.escalate(at("2026-11-20 09:30"), LAWYER, "2h")
    road.follow_up(at("2026-11-20 10:05"), EXPERT, internal=True, wait=until)
    opened = road.check()
    assert {rule for rule, d in opened.items() if d["state"] == "waiting"} >= {"resolve", "first-feedback", "escalated"}
    assert opened["promise"]["owed_by"]["role"] == "specialist"
    assert road.json["status"] == "waiting"
    if ends:
        road.follow_up(at(ends), EXPERT)
        assert "waiting" not in {d["state"] for d in road.check().values()}


def test_a_waiting_demand_is_not_in_due_but_its_promise_is(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 09:20"), wait=wait("2026-12-10"))
    cli.at("2026-12-10T08:29:59")
    assert [d["rule"] for d in cli("due", "--json").json if d["demand"]] == ["promise"]
    cli.at("2026-12-10T08:30:00")
    assert {d["rule"] for d in cli("due", "--within", "30d", "--json").json if d["demand"]} >= {
        "promise",
        "resolve",
        "weekly",
    }
    assert cli("show", road.number, "--json").json["status"] == "waiting"


def test_wall_clocks_run_on_while_waiting(cli: Cli) -> None:
    road = Road(cli, NINE, kind="inquiry")
    road.assign(at("2026-11-20 09:05"), EXPERT)
    road.follow_up(at("2026-11-20 09:20"), LEADER, wait=wait("2026-12-10"))
    opened = road.check()
    assert opened["first-feedback"]["due_at"] == "2026-11-21T09:05:00+08:00"
    assert opened["first-feedback"]["state"] != "waiting"


def test_what_was_missed_before_waiting_stays_missed(cli: Cli) -> None:
    road = Road(cli, NINE, kind="complaint")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-24 09:20"), LEADER, wait=wait("2026-12-10"))
    opened = road.check()
    assert opened["resolve"]["due_at"] == "2026-11-23T17:30:00+08:00"
    assert opened["first-feedback"]["state"] == "overdue"


def test_waiting_moves_the_monday_behind_its_day_and_back_when_it_ends_early(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.assign(at("2026-11-20 09:05"), SALESMAN)
    road.follow_up(at("2026-11-20 09:20"), wait=wait("2026-12-07"))
    assert road.check()["weekly"]["due_at"] == "2026-12-14T17:30:00+08:00"
    road.follow_up(at("2026-11-24 09:20"))
    assert road.check()["weekly"]["due_at"] == "2026-11-30T17:30:00+08:00"


def test_a_word_on_a_late_monday_that_asks_to_wait_meets_it_late(cli: Cli) -> None:
    road = Road(cli, NINE, kind="opportunity")
    road.assign(at("2026-11-20 09:05"), SALESMAN)
    road.follow_up(at("2026-11-25 09:20"), wait=wait("2026-12-07"))
    assert road.check()["weekly"]["due_at"] == "2026-12-14T17:30:00+08:00"
    first = next(d for d in road.json["deadlines"] if d["rule"] == "weekly")
    assert (first["missed"], first["met_at"]) == (1, "2026-11-25T09:20:00+08:00")


# -- relay, escalated, resolve, confirm ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "channel", "by", "owed"),
    [
        ("service", "direct", None, True),
        ("service", "direct", EXPERT, True),
        ("service", "direct", LEADER, True),
        ("service", "direct", OTHER_SALESMAN, False),
        ("inquiry", "official", None, True),
        ("complaint", "group", LEADER, True),
        ("opportunity", "phone", None, True),
    ],
)
def test_an_answer_from_inside_is_to_be_passed_on_to_the_customer(
    cli: Cli, kind: str, channel: str, by: Person | None, owed: bool
) -> None:
    road = Road(cli, NINE, kind=kind, channel=channel)
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    if by is LEADER:
        road.escalate(at("2026-11-20 09:10"), LEADER)
    road.follow_up(at("2026-11-20 11:30"), by, internal=True)
    assert ("relay" in road.check()) is owed
    road.follow_up(at("2026-11-20 14:00"), Person("专员", "specialist"))
    assert "relay" not in road.check()


def test_what_is_escalated_out_of_a_group_is_told_to_the_customer_too(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service", channel="group")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 09:20"), EXPERT, internal=True)
    assert "relay" not in road.check()
    road.escalate(at("2026-11-20 09:30"), LEADER)
    road.follow_up(at("2026-11-20 11:30"), LEADER, internal=True)
    assert "relay" in road.check()


def test_a_phone_call_is_answered_as_it_is_raised(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service", channel="phone")
    assert set(road.check()) == {"dispatch", "resolve"}


@pytest.mark.parametrize("kind", ["inquiry", "suggestion"])
def test_a_question_that_she_answered_herself_is_no_late_dispatch(cli: Cli, kind: str) -> None:
    road = Road(cli, NINE, kind=kind)
    road.follow_up(at("2026-11-20 09:10"))
    assert set(road.check()) == {"resolve"}


def test_what_the_specialist_handles_herself_owes_no_first_feedback(cli: Cli) -> None:
    cli("contact", "add", "李敏", "--role", "specialist")
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), Person("李敏", "specialist"))
    assert set(road.check()) == {"respond", "resolve", "weekly"}


@pytest.mark.parametrize(("by", "role"), [(None, "specialist"), (EXPERT, "promiser")])
def test_a_promise_is_owed_by_whoever_made_it(cli: Cli, by: Person | None, role: str) -> None:
    road = Road(cli, NINE, kind="inquiry")
    road.follow_up(at("2026-11-20 09:10"), by, next=day("2026-11-25"))
    assert road.check()["promise"]["owed_by"]["role"] == role
    road.assign(at("2026-11-20 09:30"), SALESMAN)
    assert road.check()["promise"]["owed_by"]["role"] == role


def test_a_clock_that_starts_while_the_customer_waits_waits_too(cli: Cli) -> None:
    cli.demand(kind="service", urgency="normal")
    cli("assign", "1", SERVICEMAN.name)
    cli("follow-up", "1", "客户下周才有空", "--wait-until", "2026-11-27")
    cli("escalate", "1", LEADER.name, "--problem", "要厂里定")
    assert cli.open_deadlines(1)["escalated"]["due_at"] > "2026-11-27"
    cli("edit", "1", "--kind", "complaint")
    assert cli.open_deadlines(1)["resolve"]["due_at"] > "2026-11-27"


def test_a_nudge_and_an_attempt_are_on_record_and_meet_nothing(cli: Cli) -> None:
    from demandctl.actions.demands import find_demand, note
    from demandctl.context import Context
    from demandctl.db import transaction
    from demandctl.vocabulary import NoteKind

    cli.demand()
    cli("assign", "1", SERVICEMAN.name)
    before = cli.open_deadlines(1)
    cli.at("2026-11-20T10:30:00")
    for kind in (NoteKind.NUDGE, NoteKind.ATTEMPT):
        with transaction(Context(), "follow-up") as work:
            note(work, find_demand(work.session, 1), kind, "催了", at=work.now)
    assert cli.open_deadlines(1).keys() == before.keys()
    assert [told["note"] for told in cli("show", "1", "--json").json["follow_ups"]] == ["nudge", "attempt"]
    assert cli("doctor", "--all", "--json").json["ok"]


def test_a_won_demand_is_an_order_and_recording_it_again_owes_no_second_visit(cli: Cli) -> None:
    cli.demand(kind="opportunity", subtype="new", product="37米泵车")
    cli("assign", "1", SALESMAN.name)
    cli("close", "1", "--outcome", "won", "--amount", "80万")
    customer = cli("customer", "show", "K1", "--json").json
    assert customer["last_order"] == "2026-11-20"
    open_now = [d["rule"] for d in customer["deadlines"] if not d["met_at"] and not d["voided_at"]]
    assert sorted(open_now) == ["after-sale", "inactive-month", "inactive-two-months", "inactive-week"]
    cli("customer", "order", "K1")
    again = cli("customer", "show", "K1", "--json").json["deadlines"]
    assert len([d for d in again if d["rule"] == "after-sale"]) == 1
    cli("reopen", "1")
    assert cli("customer", "show", "K1", "--json").json["last_order"] is None


def test_a_note_on_a_closed_demand_starts_nothing(cli: Cli) -> None:
    road = Road(cli, NINE, kind="complaint")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.close(at("2026-11-20 09:30"), "dropped")
    road.follow_up(at("2026-11-20 10:00"), internal=True)
    road.follow_up(at("2026-11-20 10:05"))
    assert road.check() == {}
    assert road.json["status"] == "closed"


def test_an_escalation_counts_up_and_is_met_by_that_person_alone(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.escalate(at("2026-11-20 09:10"), EXPERT)
    road.escalate(at("2026-11-20 16:00"), LEADER, "1d")
    assert road.json["escalation"] == 2
    road.follow_up(at("2026-11-20 16:10"))
    assert road.check()["escalated"]["owed_by"]["name"] == LEADER.name
    road.follow_up(at("2026-11-20 16:30"), LEADER, internal=True)
    assert road.check()["escalated"]["owed_by"]["name"] == EXPERT.name
    road.follow_up(at("2026-11-20 16:40"), EXPERT)
    assert "escalated" not in road.check()


@pytest.mark.parametrize("kind", ["service", "complaint"])
@pytest.mark.parametrize("late", [False, True])
def test_not_confirmed_opens_the_same_resolve_later_by_the_opening_time_between(
    cli: Cli, kind: str, late: bool
) -> None:
    road = Road(cli, NINE, kind=kind, urgency="urgent")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    before = road.check()["resolve"]
    solved = at("2026-11-25 11:00") if late else at("2026-11-20 11:00")
    road.follow_up(solved, resolved=True)
    assert road.check()["confirm"]["owed_by"]["role"] == "specialist"
    road.confirm(solved + timedelta(hours=4), solved=False)
    after = road.check()["resolve"]
    assert after["id"] == before["id"]
    assert (after["due_at"] == before["due_at"]) is late
    assert road.json["status"] == "following"
    road.follow_up(solved + timedelta(hours=5), resolved=True)
    road.confirm(solved + timedelta(hours=6), solved=True)
    assert road.check() == {}
    assert road.json["outcome"] == "solved"


def test_not_confirmed_after_a_reopening_opens_the_newest_resolve_alone(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 11:00"), resolved=True)
    road.confirm(at("2026-11-20 11:30"), solved=True)
    road.reopen(at("2026-11-20 14:00"))
    second = road.check()["resolve"]
    road.follow_up(at("2026-11-20 15:00"), resolved=True)
    road.confirm(at("2026-11-20 16:00"), solved=False)
    owed = [d["id"] for d in road.json["deadlines"] if d["rule"] == "resolve" and not (d["met_at"] or d["voided_at"])]
    assert owed == [second["id"]]


def test_the_owner_of_resolve_is_specialist_then_leader_then_handler(cli: Cli) -> None:
    road = Road(cli, NINE, kind="suggestion")
    assert road.check()["resolve"]["owed_by"]["role"] == "specialist"
    road.refer(at("2026-11-20 09:10"))
    assert road.check()["resolve"]["owed_by"]["name"] == LEADER.name
    road.assign(at("2026-11-20 09:20"), SALESMAN)
    assert road.check()["resolve"]["owed_by"]["role"] == "handler"


# -- ending, reopening, upgrading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["adopted", "declined", "dropped"])
def test_the_answer_to_a_suggestion_is_told_to_the_customer(cli: Cli, outcome: str) -> None:
    road = Road(cli, NINE, kind="suggestion")
    road.close(at("2026-11-20 17:00"), outcome)
    assert ("tell-customer" in road.check()) is (outcome != "dropped")
    road.follow_up(at("2026-11-23 09:00"), internal=True)
    road.check()
    road.follow_up(at("2026-11-23 09:10"))
    assert road.check() == {}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("handled", [True, False])
def test_reopening_starts_what_applies_from_now(cli: Cli, kind: str, handled: bool) -> None:
    road = Road(cli, NINE, kind=kind)
    if handled:
        road.assign(at("2026-11-20 09:05"), SALESMAN)
    else:
        road.refer(at("2026-11-20 09:05"))
    road.close(at("2026-11-20 10:00"), "dropped")
    assert road.check() == {}
    road.reopen(at("2026-11-25 10:00"))
    assert road.check()
    assert road.json["status"] == ("following" if handled else "new")


@pytest.mark.parametrize(
    ("who", "subtype", "answered"),
    [
        (SALESMAN, "new", True),
        (SALESMAN, "parts", True),
        (SERVICEMAN, "new", False),
        (PARTSMAN, "parts", False),
        (None, "used", False),
    ],
)
def test_an_upgraded_inquiry_keeps_a_handler_whose_kind_it_is(
    cli: Cli, who: Person | None, subtype: str, answered: bool
) -> None:
    road = Road(cli, NINE, kind="inquiry")
    if who:
        road.assign(at("2026-11-20 09:05"), who)
    if answered:
        road.follow_up(at("2026-11-20 09:10"))
    road.upgrade(at("2026-11-20 15:00"), subtype)
    opened = road.check()
    keeps = (who, subtype) in ((SALESMAN, "new"), (PARTSMAN, "parts"))
    assert ({"first-feedback", "weekly"} <= set(opened)) is keeps
    assert ("dispatch" in opened) is not keeps
    assert ("respond" in opened) is not answered


def test_an_upgrade_while_the_leader_is_asked_stays_with_him(cli: Cli) -> None:
    road = Road(cli, NINE, kind="inquiry")
    road.refer(at("2026-11-20 09:05"))
    road.upgrade(at("2026-11-20 09:15"))
    assert set(road.check()) == {"respond", "designate"}


# -- corrections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("handled", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_voids_what_no_longer_applies_and_starts_its_own_from_now(
    cli: Cli, kind: str, handled: bool
) -> None:
    road = Road(cli, NINE, kind=kind, channel="group")
    if handled:
        road.assign(at("2026-11-20 09:05"), SALESMAN)
    now = at("2026-11-20 09:45")
    for other in (*KINDS[::2], *KINDS[1::2]):
        if other != road.book.kind:
            road.edit_kind(now, other)
            assert road.check(), other
            now += timedelta(minutes=50)


def test_what_was_overdue_under_the_old_kind_stays_a_breach(cli: Cli) -> None:
    road = Road(cli, NINE, kind="complaint")
    road.edit_kind(at("2026-11-24 09:00"), "suggestion")
    old = next(d for d in road.json["deadlines"] if d["rule"] == "resolve" and d["voided_at"])
    assert old["due_at"] == "2026-11-23T17:30:00+08:00"
    road.check()


@pytest.mark.parametrize("waiting", [True, False])
def test_another_urgency_is_reckoned_from_the_deadlines_own_start(cli: Cli, waiting: bool) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    if waiting:
        road.follow_up(at("2026-11-20 10:00"), wait=wait("2026-11-26"))
    road.edit_urgency(at("2026-11-20 11:00"), "critical")
    road.check()
    if waiting:
        road.follow_up(at("2026-11-23 10:00"))
        road.check()


def test_a_wait_that_began_after_the_new_due_time_moves_nothing(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.assign(at("2026-11-20 09:05"), SERVICEMAN)
    road.follow_up(at("2026-11-20 16:00"), wait=wait("2026-11-26"))
    road.edit_urgency(at("2026-11-20 16:30"), "critical")
    assert road.check()["resolve"]["due_at"] < "2026-11-20T16:00"


def test_another_raised_time_moves_only_the_clocks_that_began_with_it(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service", channel="group")
    road.edit_raised(at("2026-11-20 09:05"), at("2026-11-20 08:05"))
    opened = road.check()
    assert opened["respond"]["due_at"] == "2026-11-20T08:45:00+08:00"
    assert opened["dispatch"]["due_at"] == "2026-11-20T09:45:00+08:00"


def test_another_region_moves_the_branch_that_owes(cli: Cli) -> None:
    road = Road(cli, NINE, channel="group", region="湘潭")
    road.run(at("2026-11-20 09:05"), "edit", "--region", "衡阳")
    assert road.check()["respond"]["owed_by"]["name"] == "湘南分公司"


@pytest.mark.parametrize("step", ["assign", "follow-up"])
def test_an_event_of_the_past_meets_only_what_had_started_by_then(cli: Cli, step: str) -> None:
    road = Road(cli, at("2026-11-20 09:30"), raised=at("2026-11-20 08:40"), kind="service", channel="direct")
    if step == "assign":
        road.assign(at("2026-11-20 10:00"), SERVICEMAN, at=at("2026-11-20 08:50"))
        dispatch = next(d for d in road.json["deadlines"] if d["rule"] == "dispatch")
        assert (dispatch["met_at"], dispatch["state"]) == (None, "voided"), "there is nothing left to dispatch"
        return
    road.assign(at("2026-11-20 10:00"), SERVICEMAN)
    road.follow_up(at("2026-11-20 10:30"), at=at("2026-11-20 08:50"))
    opened = road.check()
    assert "first-feedback" in opened
    assert next(d for d in road.json["deadlines"] if d["rule"] == "respond")["met_at"] == "2026-11-20T08:50:00+08:00"


def test_times_before_the_demand_or_after_now_are_refused(cli: Cli) -> None:
    number = Road(cli, NINE).number
    for moment in ("2026-11-20 08:59", "2026-11-20 09:01", "明天"):
        assert cli.run("follow-up", number, "好", "--at", moment).code == 2
        assert cli.run("assign", number, SERVICEMAN.name, "--at", moment).code == 2


def test_confirming_before_it_was_resolved_is_refused(cli: Cli) -> None:
    road = Road(cli, NINE, kind="service")
    road.follow_up(at("2026-11-20 11:00"), resolved=True)
    cli.at("2026-11-20T11:30:00")
    answer = cli.run("confirm", road.number, "--unsolved", "--at", "2026-11-20 10:00")
    assert answer.code == 2


# -- customers -------------------------------------------------------------------------------------------------------


def clocks(cli: Cli, customer: str = "K00001", *, every: bool = False) -> dict[str, Any]:
    """The open clocks of a customer by rule; with *every*, the newest of each rule whatever its state."""
    found = cli("customer", "show", customer, "--json").json["deadlines"]
    return {d["rule"]: d for d in found if every or (not d["met_at"] and not d["voided_at"])}


@pytest.fixture
def customer(cli: Cli) -> Cli:
    """A ledger with one customer, K00001."""
    cli("customer", "add", "老周", "--phone", "13800000121", "--region", "湘潭")
    return cli


@pytest.mark.parametrize(
    ("kind", "outcome", "owed"),
    [("opportunity", "won", True), ("opportunity", "lost", False), ("inquiry", "solved", False)],
)
def test_a_sale_is_followed_by_a_visit_within_seven_days(cli: Cli, kind: str, outcome: str, owed: bool) -> None:
    road = Road(cli, NINE, kind=kind)
    road.close(at("2026-11-20 16:00"), outcome)
    found = clocks(cli)
    assert ("after-sale" in found) is owed
    if owed:
        assert found["after-sale"]["due_at"] == "2026-11-27T17:30:00+08:00"
        assert found["after-sale"]["demand"] == int(road.number)


def test_a_repair_solved_is_followed_by_a_visit_and_over_a_holiday_at_its_end(cli: Cli) -> None:
    road = Road(cli, at("2026-09-25 09:00"), kind="service")
    road.follow_up(at("2026-09-25 10:00"), resolved=True)
    road.confirm(at("2026-09-25 11:00"), solved=True)
    assert clocks(cli)["after-sale"]["due_at"] == "2026-10-08T17:30:00+08:00"


def test_a_visit_that_reached_them_meets_what_waits_for_one_and_a_failed_call_does_not(customer: Cli) -> None:
    cli = customer
    cli("customer", "order", "K00001", "2026-11-01")
    cli("customer", "edit", "K00001", "--revisit-every", "FREQ=WEEKLY;BYDAY=WE")
    before = clocks(cli)
    assert before["after-sale"]["due_at"] == "2026-11-09T17:30:00+08:00", "Sunday the 8th moves to Monday"
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "2026-11-23 10:00")
    cli("revisit", "record", "1", "--unreachable")
    assert clocks(cli).keys() == before.keys()
    cli("revisit", "record", "1", "--call-back", "2026-11-24 10:00")
    assert clocks(cli).keys() == before.keys()
    cli.at("2026-11-24T10:10:00")("revisit", "record", "1", "--visited-at", "2026-11-24 10:00")
    after = clocks(cli)
    assert "after-sale" not in after
    assert "inactive-week" not in after
    assert after["regular"]["due_at"] == "2026-12-02T17:30:00+08:00", "the visit counts for Wednesday the 25th"


@pytest.mark.parametrize(
    ("ordered", "week", "month", "two_months"),
    [
        ("2026-11-02", "2026-11-16", "2026-12-15", "2027-01-11"),
        ("2026-10-31", "2026-11-16", "2026-12-15", "2027-01-07"),
        ("2026-09-18", "2026-10-08", "2026-10-31", "2026-11-25"),
        ("2026-11-20", "2026-12-04", "2026-12-31", "2027-01-27"),
    ],
)
def test_the_clocks_of_inactivity_run_from_the_last_order(
    customer: Cli, ordered: str, week: str, month: str, two_months: str
) -> None:
    customer("customer", "order", "K00001", ordered)
    office, found = Office(), clocks(customer)
    closing = {
        rule: office.closing_on_or_after(at(f"{d} 00:00").date()).isoformat()
        for rule, d in (("inactive-week", week), ("inactive-month", month), ("inactive-two-months", two_months))
    }
    assert {rule: found[rule]["due_at"] for rule in closing} == closing
    assert found["inactive-week"]["started_at"] == (at(f"{ordered} 00:00") + timedelta(days=7)).isoformat()


def test_a_clock_that_has_not_begun_is_not_shown(customer: Cli) -> None:
    customer("customer", "order", "K00001", "2026-11-19")
    rules = {d["rule"] for d in customer("due", "--within", "90d", "--json").json if d["customer"]}
    assert rules == {"after-sale"}


def test_a_new_order_starts_the_clocks_anew_and_an_old_one_told_late_does_not(customer: Cli) -> None:
    customer("customer", "order", "K00001", "2026-11-02")
    customer("customer", "order", "K00001", "2026-11-18")
    found = clocks(customer)
    assert found["inactive-week"]["due_at"] == "2026-12-02T17:30:00+08:00"
    customer("customer", "order", "K00001", "2026-11-10")
    later = clocks(customer)
    assert {rule: later[rule]["due_at"] for rule in later if rule.startswith("inactive")} == {
        rule: found[rule]["due_at"] for rule in found if rule.startswith("inactive")
    }
    owed = [d for d in customer("customer", "show", "K00001", "--json").json["deadlines"] if d["rule"] == "after-sale"]
    assert len(owed) == 3, "each order is followed by a visit"


def test_a_word_with_the_customer_meets_the_month_and_a_visit_meets_the_week_and_the_two_months(cli: Cli) -> None:
    road = Road(cli, NINE, kind="inquiry")
    cli("customer", "order", "K00001", "2026-09-01")
    assert {"inactive-week", "inactive-month", "inactive-two-months"} <= set(clocks(cli))
    month = clocks(cli)["inactive-month"]
    road.follow_up(at("2026-11-20 10:00"), internal=True)
    assert clocks(cli)["inactive-month"]["id"] == month["id"]
    road.follow_up(at("2026-11-20 10:10"))
    found = clocks(cli)
    assert found["inactive-month"]["id"] != month["id"]
    assert {"inactive-week", "inactive-two-months"} <= set(found)
    cli("revisit", "add", "K00001", "--kind", "inactive", "--at", "2026-11-20 11:00")
    cli.at("2026-11-20T11:10:00")("revisit", "record", "1", "--visited-at", "2026-11-20 11:05")
    assert not {"inactive-week", "inactive-two-months"} & set(clocks(cli))


def test_two_months_without_a_visit_count_only_without_arrears_and_handing_over(customer: Cli) -> None:
    customer("customer", "order", "K00001", "2026-09-18")
    customer("customer", "edit", "K00001", "--arrears")
    assert "inactive-two-months" not in clocks(customer)
    customer("customer", "edit", "K00001", "--no-arrears")
    assert clocks(customer)["inactive-two-months"]["due_at"] == "2026-11-25T17:30:00+08:00"
    customer("customer", "edit", "K00001", "--business-contact", "2026-10-12")
    assert clocks(customer)["inactive-two-months"]["due_at"] == "2026-12-21T17:30:00+08:00"
    customer("customer", "edit", "K00001", "--handed")
    assert "inactive-two-months" not in clocks(customer)


def test_an_order_before_the_last_business_contact_keeps_the_two_months_from_the_contact(customer: Cli) -> None:
    customer("customer", "order", "K00001", "2026-09-18")
    customer("customer", "edit", "K00001", "--business-contact", "2026-11-12")
    customer("customer", "order", "K00001", "2026-10-20")
    assert clocks(customer)["inactive-two-months"]["started_at"] == "2027-01-12T00:00:00+08:00"


def test_the_profile_is_due_three_days_after_the_contract_at_closing(customer: Cli) -> None:
    customer("customer", "contract", "K00001", "2026-11-19")
    found = clocks(customer)["profile"]
    assert found["due_at"] == "2026-11-23T17:30:00+08:00", "Sunday the 22nd moves to Monday"
    assert customer.run("customer", "profile", "K00001").code == 1
    customer("customer", "profile", "K00001", "--document", "营业执照")
    assert not clocks(customer)["profile"]["met_at"], "a paper is no file yet"
    customer("customer", "profile", "K00001", "--approved-by", "王总")
    assert clocks(customer, every=True)["profile"]["met_at"]


def test_a_new_owner_is_briefed_within_seven_days_and_another_one_anew(customer: Cli) -> None:
    customer("customer", "owner", "K00001", SALESMAN.name)
    assert clocks(customer)["briefing"]["due_at"] == "2026-11-27T09:00:00+08:00"
    customer.at("2026-11-23T10:00:00")("customer", "owner", "K00001", OTHER_SALESMAN.name)
    assert clocks(customer)["briefing"]["due_at"] == "2026-11-30T10:00:00+08:00"
    customer("customer", "owner", "K00001", "--briefed")
    assert "briefing" not in clocks(customer)


@pytest.mark.parametrize(
    ("repeat", "due"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01"),
        ("FREQ=WEEKLY;BYDAY=SU", "2026-11-23"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-12-04"),
        ("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3", "2027-10-04"),
    ],
)
def test_regular_visits_follow_their_rule_at_closing_time(customer: Cli, repeat: str, due: str) -> None:
    customer("customer", "edit", "K00001", "--revisit-every", repeat)
    assert clocks(customer)["regular"]["due_at"] == f"{due}T17:30:00+08:00"
    customer("customer", "edit", "K00001", "--revisit-every", "")
    assert "regular" not in clocks(customer)


# -- revisits --------------------------------------------------------------------------------------------------------


def visit(cli: Cli, *words: str) -> dict[str, Any]:
    """The open clocks of revisit 1 after a command about it."""
    if words:
        cli("revisit", words[0], "1", *words[1:])
    found = cli("revisit", "show", "1", "--json").json["deadlines"]
    return {d["rule"]: d for d in found if not d["met_at"] and not d["voided_at"]}


def planned(cli: Cli, kind: str = "after-sale", moment: str = "2026-11-20 14:00") -> Cli:
    """Revisit 1, planned."""
    cli("revisit", "add", "K00001", "--kind", kind, "--at", moment)
    return cli


@pytest.mark.parametrize(
    ("kind", "form"), [("after-sale", "2026-11-21T14:05:00+08:00"), ("inactive", "2026-11-20T15:05:00+08:00")]
)
def test_a_planned_visit_is_due_at_its_time_and_its_form_a_day_later(customer: Cli, kind: str, form: str) -> None:
    cli = planned(customer, kind)
    found = visit(cli)
    assert (found["visit"]["due_at"], found["visit"]["started_at"]) == (
        "2026-11-20T14:00:00+08:00",
        "2026-11-20T09:00:00+08:00",
    )
    cli.at("2026-11-20T15:00:00")
    found = visit(cli, "record", "--visited-at", "2026-11-20 14:05")
    assert set(found) == {"revisit-form"}
    assert found["revisit-form"]["due_at"] == form
    assert visit(cli, "record", "--satisfaction", "satisfied") == {}


def test_a_date_alone_is_planned_for_its_closing(customer: Cli) -> None:
    assert visit(planned(customer, moment="2026-11-22"))["visit"]["due_at"] == "2026-11-22T17:30:00+08:00"


def test_a_customer_who_is_not_free_is_called_at_the_time_agreed(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:00:00")
    found = visit(cli, "record", "--call-back", "2026-11-23 15:00")
    assert set(found) == {"call-back"}, "the planned time is nobody's any more"
    assert found["call-back"]["due_at"] == "2026-11-23T15:00:00+08:00"
    found = visit(cli.at("2026-11-23T15:00:00"), "record", "--call-back", "2026-11-24 10:00")
    assert found["call-back"]["due_at"] == "2026-11-24T10:00:00+08:00"
    assert set(visit(cli.at("2026-11-24T10:30:00"), "record", "--visited-at", "2026-11-24 10:00")) == {"revisit-form"}


URGENT = ("--satisfaction", "unsatisfied", "--problem", "漏油", "--urgent")


def test_a_problem_for_another_department_is_forwarded_contacted_and_solved(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    found = visit(cli, "record", *URGENT, "--department", "服务部")
    assert {r: d["due_at"] for r, d in found.items()} == {"revisit-forward": "2026-11-20T15:05:00+08:00"}
    found = visit(cli.at("2026-11-20T14:30:00"), "forward", "服务部")
    assert {r: d["due_at"] for r, d in found.items()} == {"department-contact": "2026-11-21T14:30:00+08:00"}
    assert found["department-contact"]["owed_by"]["name"] == "服务部"
    found = visit(cli.at("2026-11-20T16:00:00"), "contacted")
    assert {r: d["due_at"] for r, d in found.items()} == {"department-solve": "2026-11-25T17:30:00+08:00"}
    assert visit(cli, "solved") == {}


def test_a_visit_that_is_entered_after_it_took_place_leaves_no_plan_open(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    assert visit(cli, "record", "--satisfaction", "satisfied", "--visited-at", "2026-11-18 10:00") == {}
    assert cli.run("doctor").code == 0


def test_after_an_inactive_visit_the_department_owes_a_plan(customer: Cli) -> None:
    cli = planned(customer, "inactive").at("2026-11-20T14:05:00")
    visit(cli, "record", *URGENT, "--department", "销售部")
    visit(cli, "forward", "销售部")
    assert "department-contact" in visit(cli, "contacted")
    assert set(visit(cli, "planned", "下周上门谈")) == {"department-solve"}


def test_a_problem_of_our_own_department_is_solved_on_the_spot(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    found = visit(cli, "record", *URGENT, "--department", "本部门")
    assert {r: (d["due_at"], d["owed_by"]["role"]) for r, d in found.items()} == {
        "on-the-spot": ("2026-11-20T15:05:00+08:00", "supervisor")
    }
    assert visit(cli, "solved") == {}


@pytest.mark.parametrize("steps", [[], ["forward"]])
def test_a_problem_solved_early_leaves_nothing_that_nobody_can_meet(customer: Cli, steps: list[str]) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    visit(cli, "record", *URGENT, "--department", "服务部")
    for step in steps:
        visit(cli, step, "服务部")
    assert visit(cli, "solved") == {}


def test_a_problem_that_can_wait_starts_no_hour(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    assert visit(cli, "record", "--satisfaction", "fair", "--problem", "想要备件清单", "--department", "配件部") == {}


def test_an_unsolved_problem_taken_higher_is_owed_by_that_person(customer: Cli) -> None:
    cli = planned(customer).at("2026-11-20T14:05:00")
    visit(cli, "record", *URGENT, "--department", "服务部")
    visit(cli, "forward", "服务部")
    found = visit(cli, "escalate", LEADER.name)
    assert LEADER.name in found["department-contact"]["owed_by"]["name"]
    assert found["department-contact"]["owed_by"]["phone"] == "15000010107"
