"""The part that a rule plays: code asks for rules by it, so a rule of the user's own joins what the shipped ones do."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from demandctl.core.parts import PART_OF_OLD, RulePart
from demandctl.core.rules import PARTS, read_rules
from tests.support.cli import ROOT, Cli

SHIPPED = (ROOT / "src" / "demandctl" / "data" / "rules.toml").read_text(encoding="utf-8")
WITHOUT_ROLES = re.sub(r"(?m)^role = .*\n", "", SHIPPED)

WEEKLY_INQUIRY = """
[[rules]]
id = "咨询每周"
name = "咨询周一反馈"
about = "demand"
role = "weekly"
applies = [{ kind = ["inquiry"], handled = [true] }]
starts = ["assigned"]
met_by = ["follow-up"]
repeat = "FREQ=WEEKLY;BYDAY=MO"
window = "on-day"
owed_by = "handler"
source = "部门要求"
"""
WELCOME = """
[[rules]]
id = "welcome"
name = "新客户拜访"
about = "customer"
role = "visit"
starts = ["contracted"]
met_by = ["reached"]
target = "2d wall"
owed_by = "specialist"
source = "部门要求"
"""
THANKS = """
[[rules]]
id = "thanks"
name = "成交答谢"
about = "customer"
starts = ["sale"]
again = "add"
met_by = ["reached"]
target = "3d wall"
owed_by = "specialist"
source = "部门要求"
"""


def own(cli: Cli, text: str, *replaced: tuple[str, str]) -> Path:
    """The user's own rules: a text, some of it replaced."""
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    path = cli.folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def monday(cli: Cli) -> list[int]:
    """The demands of the round."""
    found = cli("monday", "--json").json
    return sorted(owed["demand"] for handler in found["handlers"] for owed in handler["owed"])


def test_no_module_asks_for_a_rule_by_its_id() -> None:
    ids = "|".join(rule.id for rule in read_rules(SHIPPED)[0].rules)
    asked = re.compile(rf"""\brule(_id)?\b["'\]]*\s*(==|!=|=|IN|in)\s*\(?["'](?:{ids})["']""")
    for path in (ROOT / "src").rglob("*.py"):
        assert not asked.search(path.read_text(encoding="utf-8")), path


def test_a_weekly_rule_of_ones_own_joins_the_round(cli: Cli) -> None:
    own(cli, SHIPPED + WEEKLY_INQUIRY)
    cli.demand("油缸多少钱", kind="inquiry", customer="甲", phone="13800000121")
    cli("assign", "1", "彭振宇")
    cli.at("2026-11-23T09:00:00")
    assert monday(cli) == [1]
    cli("follow-up", "1", "报了价")
    assert monday(cli) == []
    assert cli("monday", "--json").json["answered"] == 1


def test_a_visit_rule_of_ones_own_joins_the_visit_plan_the_day_and_the_coverage(cli: Cli) -> None:
    own(cli, SHIPPED + WELCOME)
    cli("customer", "add", "甲", "--phone", "13800000121")
    cli("customer", "contract", "K00001", "今天")
    planned = cli("revisit", "plan", "--json").json
    assert [line["rule"] for line in planned] == ["welcome"]
    assert cli("--json").json["revisits"] == 1
    cli.at("2026-11-23T09:00:00")  # nobody went
    coverage = next(n for n in cli("report", "month", "--json").json["numbers"] if n["key"] == "coverage")
    assert (coverage["numerator"], coverage["denominator"]) == (0, 1)


def test_resolving_by_a_rule_of_ones_own_counts_in_the_rate_of_complaints(cli: Cli) -> None:
    own(cli, SHIPPED, ('id = "resolve"', 'id = "办结"'))
    cli.demand("服务态度差", kind="complaint", customer="甲", phone="13800000121")
    cli.at("2026-11-27T09:00:00")
    numbers = cli("report", "month", "--json").json["numbers"]
    complaints = next(n for n in numbers if n["section"] == "complaint" and n["key"] == "on-time")
    assert (complaints["numerator"], complaints["denominator"]) == (0, 1)


def test_a_promise_by_a_rule_of_ones_own_is_the_next_step_of_the_demand(cli: Cli) -> None:
    own(cli, SHIPPED, ('id = "promise"', 'id = "约定"'))
    cli.demand()
    cli("follow-up", "1", "周二去看", "--next", "2026-11-24 10:00")
    assert cli("show", "1", "--json").json["next_at"] == "2026-11-24T10:00:00+08:00"
    assert cli.run("doctor").code == 0


def test_the_message_to_a_handler_says_the_time_of_whichever_rule_plays_the_part(cli: Cli) -> None:
    own(cli, SHIPPED, ('id = "first-feedback"', 'id = "回话"'), ('id = "designate"', 'id = "指派"'))
    cli.demand()
    cli.demand(customer="乙")
    assert "10:00" in cli("assign", "1", "彭振宇").out
    assert "10:00" in cli("assign", "2", "唐建明", "--leader").out


def test_all_that_a_sale_starts_follows_a_merged_customer(cli: Cli) -> None:
    own(cli, SHIPPED + THANKS)
    cli.demand(kind="opportunity", customer="甲", phone="13800000121")
    cli("close", "1", "--outcome", "won")
    cli("customer", "add", "甲公司", "--phone", "13800000122")
    cli("customer", "merge", "K00002", "K00001", "--yes")
    kept = cli("customer", "show", "K00002", "--json").json["deadlines"]
    assert {d["rule"] for d in kept if d["state"] not in ("met", "voided")} >= {"after-sale", "thanks"}


@pytest.mark.parametrize(
    ("about", "role", "allowed"),
    [("revisit", "weekly", ["form", "forward", "on-the-spot", "visit"]), ("ledger", "visit", ["空"]),
     ("demand", "weeekly", sorted(PARTS["demand"]))],
)  # fmt: skip
def test_a_part_that_is_not_of_the_subject_is_refused_with_those_that_are(
    about: str, role: str, allowed: list[str]
) -> None:
    wrong = re.sub(
        rf'(?m)^about = "{about}"\n(role = .*\n)?', f'about = "{about}"\nrole = "{role}"\n', SHIPPED, count=1
    )
    problems = read_rules(wrong)[1]
    assert [(p.field, p.reason) for p in problems] == [("role", f"只能是 {'、'.join(allowed)}")]
    assert wrong.splitlines()[problems[0].line - 1] == f'role = "{role}"'


def test_a_file_of_rules_from_before_parts_plays_the_same_parts() -> None:
    before, now = read_rules(WITHOUT_ROLES)[0], read_rules(SHIPPED)[0]
    later = {"care", "birthday"}  # no file of that time has them
    parts = [[(rule.id, rule.role) for rule in book.rules if rule.id not in later] for book in (before, now)]
    assert parts[0] == parts[1]
    assert {rule.role for rule in now.rules if rule.role} == set(RulePart)
    assert all(part in PARTS[now[name].about] for name, part in PART_OF_OLD.items())


def test_an_empty_role_takes_a_shipped_rule_out_of_its_part(cli: Cli) -> None:
    own(cli, SHIPPED, ('about = "demand"\nrole = "weekly"', 'about = "demand"\nrole = ""'))
    cli.demand()
    cli("assign", "1", "彭振宇")
    cli.at("2026-11-23T09:00:00")
    assert monday(cli) == []
    assert "weekly" in cli.open_deadlines(1)


def test_a_part_given_later_reaches_open_deadlines_by_applying_the_rules(cli: Cli) -> None:
    path = own(cli, SHIPPED + WEEKLY_INQUIRY.replace('role = "weekly"\n', ""))
    cli.demand("油缸多少钱", kind="inquiry", customer="甲", phone="13800000121")
    cli("assign", "1", "彭振宇")
    path.write_text(SHIPPED + WEEKLY_INQUIRY, encoding="utf-8")
    assert cli("sla", "apply", "--dry-run", "--json").json == []  # nothing moves
    cli("sla", "apply")
    assert cli.run("doctor").code == 0
    cli.at("2026-11-23T09:00:00")
    assert monday(cli) == [1]


def test_deadlines_of_an_old_ledger_get_the_parts_of_their_rules(cli: Cli) -> None:
    cli.db.write_bytes((ROOT / "tests" / "data" / "ledger-v1.db").read_bytes())
    cli.at("2026-11-27T10:00:00")("list")
    with closing(sqlite3.connect(cli.db)) as ledger:
        rows = dict(ledger.execute("SELECT DISTINCT rule, role FROM deadline"))
    assert rows
    assert rows == {rule: PART_OF_OLD.get(rule, "") for rule in rows}
    assert not [f for f in cli.run("doctor", "--json").json["findings"] if f["check"] in ("replay", "states")]


def test_a_demand_that_a_leader_has_given_on_is_referred_no_more(cli: Cli) -> None:
    cli("sla init")
    path = cli.folder / "rules.toml"
    rule = (
        '\n[[rules]]\nid = "asked-leader"\nname = "等指派"\nabout = "demand"\napplies = [{ referred = [true] }]\n'
        'starts = ["registered", "referred"]\nmet_by = ["closed"]\nagain = "keep"\ntarget = "1d work"\n'
        'owed_by = "specialist"\nsource = "P"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + rule, encoding="utf-8")
    cli.demand("想买泵车", kind="opportunity", region="湘潭")
    cli("assign", "1", "唐建明", "--leader")
    assert "asked-leader" in cli.open_deadlines(1)
    cli("assign", "1", "易文彬")
    assert "asked-leader" not in cli.open_deadlines(1)
