"""Urging: whoever owes can be urged, late and coming apart, and what was sent is on record."""

from tests.support.cli import Cli
from tests.support.road import SERVICEMAN


def test_what_is_late_and_what_is_to_come_stand_apart(cli: Cli) -> None:
    cli.demand(customer="甲")
    cli("assign", "1", SERVICEMAN.name)
    cli.at("2026-11-20T11:00:00").demand(customer="乙")
    cli("assign", "2", SERVICEMAN.name)
    text = cli("nudge", SERVICEMAN.name, "--json").json[0]["texts"][0]
    late, _, coming = text.partition("还没到期")
    assert "首次反馈" in late
    assert "D2" not in late
    assert "D1" in coming
    assert "D2" in coming
    assert "超时" not in coming


def test_what_was_sent_is_on_record_as_one_operation_and_meets_nothing(cli: Cli) -> None:
    for name in ("甲", "乙"):
        cli.demand(customer=name)
    for number in ("1", "2"):
        cli("assign", number, SERVICEMAN.name)
    cli.at("2026-11-20T14:00:00")
    before = cli.open_deadlines(1).keys()
    cli("nudge", SERVICEMAN.name, "--sent")
    for number in ("1", "2"):
        told = cli("show", number, "--json").json["follow_ups"]
        assert [(note["note"], note["to"]) for note in told] == [("nudge", SERVICEMAN.name)]
    assert cli.open_deadlines(1).keys() == before
    assert SERVICEMAN.name in cli("log").out
    cli("undo")
    assert cli("show", "1", "--json").json["follow_ups"] == []


def test_without_sent_nothing_is_written(cli: Cli) -> None:
    cli.demand()
    cli("assign", "1", SERVICEMAN.name)
    before = cli.db.read_bytes()
    cli("nudge", "1")
    assert cli.db.read_bytes() == before


def test_a_department_that_is_late_is_urged_by_its_name_or_by_the_revisit(cli: Cli) -> None:
    cli.demand(customer="丁一")
    cli("revisit", "add", "K1", "--kind", "regular", "--at", "2026-11-20T10:00")
    cli.at("2026-11-20T11:00:00")
    unhappy = ("--satisfaction", "unsatisfied", "--dissatisfaction", "配送慢", "--problem", "少发了一箱")
    cli("revisit", "record", "1", *unhappy, "--urgent", "--department", "物流部")
    cli("revisit", "forward", "1", "物流部")
    cli.at("2026-11-23T16:00:00")
    assert [entry["to"]["name"] for entry in cli("nudge", "--json").json] == ["物流部"]
    for whom in ("物流部", "R1"):
        entry = cli("nudge", whom, "--json").json[0]
        assert entry["to"]["name"] == "物流部"
        assert "R1" in entry["texts"][0]


def test_a_demand_that_nobody_else_owes_is_refused(cli: Cli) -> None:
    cli.demand()
    assert cli.run("nudge", "1").code == 1


def test_how_often_and_when_last_somebody_was_urged_is_told_everywhere(cli: Cli) -> None:
    number = str(cli.demand(region="湘潭")["number"])
    cli("assign", number, "李铁柱")
    assert cli("show", number, "--json").json["nudges"] == {"count": 0, "last": None}
    cli.at("2026-11-20T14:00:00")("nudge", number, "--sent")
    cli.at("2026-11-20T15:00:00")("follow-up", number, "催了一下", "--nudged")
    told = {"count": 2, "last": "2026-11-20T15:00:00+08:00"}
    assert cli("show", number, "--json").json["nudges"] == told
    assert cli("list", "--json").json[0]["nudges"] == told
    assert {due["demand"]: due["nudges"] for due in cli("due", "--json").json}[1] == told
    for command in ("due", "list", f"show {number}"):
        assert "已催2次，今天 15:00" in cli(*command.split()).out
    assert "今天催过" in cli.run().out


def test_the_reminder_has_full_phones_unless_a_group_reads_it(cli: Cli) -> None:
    number = str(cli.demand(region="湘潭", phone="13800000121")["number"])
    cli("assign", number, "李铁柱")
    assert "13800000121" in cli("nudge", number).out
    masked = cli("nudge", number, "--mask").out
    assert "138****0121" in masked
    assert "13800000121" not in masked
