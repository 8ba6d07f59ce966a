"""The life of a demand: every arrow, every refusal with its reason, and the command that would be right."""

import pytest

from tests.support.cli import Answer, Cli

SERVICEMAN, SALESMAN, LEADER = "李铁柱", "易文彬", "唐建明"
KINDS = ("opportunity", "service", "inquiry", "complaint", "suggestion")
ENDS = {
    "opportunity": ("won", "lost", "dropped"),
    "service": ("dropped",),
    "inquiry": ("solved", "dropped"),
    "complaint": ("dropped",),
    "suggestion": ("adopted", "declined", "dropped"),
}
FOREIGN = {
    "opportunity": ("solved", "adopted", "declined"),
    "service": ("won", "lost", "adopted", "declined"),
    "inquiry": ("won", "lost", "adopted", "declined"),
    "complaint": ("won", "lost", "adopted", "declined"),
    "suggestion": ("won", "lost", "solved"),
}

TO: dict[str, tuple[str, ...]] = {
    "new": (),
    "referred": (f"assign 1 {LEADER} --leader",),
    "assigned": (f"assign 1 {SERVICEMAN}",),
    "following": (f"assign 1 {SERVICEMAN}", "follow-up 1 已联系"),
    "waiting": (f"assign 1 {SERVICEMAN}", "follow-up 1 下周再说 --wait-until 7天后"),
    "confirming": (f"assign 1 {SERVICEMAN}", "follow-up 1 修好了 --resolved"),
    "closed": ("close 1 --outcome dropped --reason 不要了",),
}
"""The commands that bring demand 1, a repair, to each state."""


def brought(cli: Cli, status: str, kind: str = "service") -> Cli:
    """A ledger whose demand 1 stands in that state."""
    cli.demand(kind=kind)
    for command in TO[status]:
        cli(command)
    assert state(cli) == status
    return cli


def state(cli: Cli) -> str:
    """The state of demand 1."""
    found: str = cli("show", "1", "--json").json["status"]
    return found


def assert_refused(answer: Answer, hint: str, code: int = 1) -> None:
    """Refused in one to three lines on stderr that name the command which would be right."""
    assert answer.code == code, answer.err
    assert answer.out == ""
    assert answer.err.startswith("错误：")
    assert 1 <= len(answer.err.strip().splitlines()) <= 3
    assert hint in answer.err


@pytest.mark.parametrize(
    ("before", "command", "after"),
    [
        ("new", f"assign 1 {SERVICEMAN}", "assigned"),
        ("new", f"assign 1 {LEADER} --leader", "referred"),
        ("new", "assign 1 --auto", "assigned"),
        ("new", "assign 1 --leader", "referred"),
        ("new", "follow-up 1 已联系", "new"),
        ("new", f"follow-up 1 我来 --by {SERVICEMAN}", "following"),
        ("new", "follow-up 1 电话里好了 --resolved", "confirming"),
        ("referred", f"assign 1 {SERVICEMAN}", "assigned"),
        ("referred", "follow-up 1 催了领导 --internal", "referred"),
        ("assigned", "follow-up 1 已联系", "following"),
        ("assigned", "follow-up 1 还没空 --wait-until 7天后", "waiting"),
        ("assigned", f"assign 1 {SALESMAN}", "assigned"),
        ("assigned", f"assign 1 {LEADER} --leader", "referred"),
        ("following", "follow-up 1 修好了 --resolved", "confirming"),
        ("following", f"assign 1 {SALESMAN}", "assigned"),
        ("waiting", "follow-up 1 他来电话了", "following"),
        ("waiting", "follow-up 1 再等等 --wait-until 9天后", "waiting"),
        ("waiting", "follow-up 1 好了 --resolved", "confirming"),
        ("confirming", "confirm 1 --solved", "closed"),
        ("confirming", "confirm 1 --unsolved", "following"),
        ("confirming", "follow-up 1 问过了 --internal", "confirming"),
        ("following", "close 1 --outcome dropped --reason 不修了", "closed"),
        ("confirming", "close 1 --outcome dropped --reason 不修了", "closed"),
        ("following", f"escalate 1 {LEADER} --problem 缺件", "following"),
        ("closed", "reopen 1", "new"),
        ("closed", "follow-up 1 备注", "closed"),
    ],
)
def test_each_step_leads_where_the_rules_say(cli: Cli, before: str, command: str, after: str) -> None:
    brought(cli, before)(command)
    assert state(cli) == after


def test_a_handled_demand_reopens_into_following(cli: Cli) -> None:
    brought(cli, "confirming")("confirm 1 --solved")
    again = cli("reopen", "1", "--reason", "又漏了", "--json").json
    assert (again["status"], again["outcome"], again["closed_at"]) == ("following", None, None)
    assert again["handler"]["name"] == SERVICEMAN


@pytest.mark.parametrize(
    "command",
    [
        f"assign 1 {SERVICEMAN}",
        f"assign 1 {LEADER} --leader",
        "assign 1 --auto",
        "follow-up 1 好 --next 明天",
        "follow-up 1 好 --wait-until 明天",
        "follow-up 1 好 --resolved",
        "confirm 1 --solved",
        "confirm 1 --unsolved",
        "close 1 --outcome dropped --reason 不要",
        "upgrade 1",
        f"escalate 1 {LEADER} --problem 缺件",
        "edit 1 --kind complaint",
    ],
)
def test_what_a_closed_demand_does_not_allow_points_to_reopen(cli: Cli, command: str) -> None:
    brought(cli, "closed")
    assert_refused(cli.run(command), "demandctl reopen 1")
    assert state(cli) == "closed"


@pytest.mark.parametrize(
    ("before", "command", "hint"),
    [
        ("new", "follow-up 1 下周 --wait-until 7天后", "demandctl assign 1"),
        ("referred", "follow-up 1 下周 --wait-until 7天后", "demandctl assign 1"),
        ("confirming", "follow-up 1 下周 --wait-until 7天后", "demandctl confirm 1"),
        ("new", "confirm 1 --unsolved", "--resolved"),
        ("following", "confirm 1 --unsolved", "--resolved"),
        ("following", "close 1 --outcome solved", "--resolved"),
        ("confirming", "close 1 --outcome solved", "demandctl confirm 1 --solved"),
        ("new", "reopen 1", "demandctl follow-up 1"),
        ("waiting", "reopen 1", "demandctl follow-up 1"),
        ("new", "upgrade 1", "demandctl edit 1 --kind opportunity"),
        ("assigned", f"assign 1 {SERVICEMAN}", "demandctl nudge 1"),
        ("referred", f"assign 1 {LEADER} --leader", "demandctl assign 1"),
        ("new", f"assign 1 {SERVICEMAN} --leader", f"demandctl assign 1 {SERVICEMAN}"),
        ("new", "assign 1 卢军", "demandctl who"),
    ],
)
def test_what_a_state_does_not_allow_is_refused_with_the_right_command(
    cli: Cli, before: str, command: str, hint: str
) -> None:
    brought(cli, before)
    assert_refused(cli.run(command), hint)
    assert state(cli) == before


@pytest.mark.parametrize("kind", ["opportunity", "inquiry", "suggestion"])
def test_only_repairs_and_complaints_are_resolved_and_confirmed(cli: Cli, kind: str) -> None:
    cli.demand(kind=kind)
    assert_refused(cli.run("follow-up 1 好了 --resolved"), "demandctl close 1 --outcome")
    assert_refused(cli.run("confirm 1 --solved"), "demandctl close 1 --outcome")


@pytest.mark.parametrize(("kind", "outcome"), [(kind, outcome) for kind in KINDS for outcome in ENDS[kind]])
def test_every_end_that_a_kind_has(cli: Cli, kind: str, outcome: str) -> None:
    cli.demand(kind=kind)
    needs_reason = outcome in ("lost", "dropped", "declined")
    if needs_reason:
        assert_refused(cli.run("close", "1", "--outcome", outcome), "--reason", code=2)
        assert_refused(cli.run("close", "1", "--outcome", outcome, "--reason", "  "), "--reason", code=2)
    ended = cli("close", "1", "--outcome", outcome, *(["--reason", "价格"] if needs_reason else []), "--json").json
    assert (ended["status"], ended["outcome"], ended["closed_at"]) == ("closed", outcome, "2026-11-20T09:00:00+08:00")


@pytest.mark.parametrize(("kind", "outcome"), [(kind, outcome) for kind in KINDS for outcome in FOREIGN[kind]])
def test_an_end_of_another_kind_is_refused_and_its_own_are_named(cli: Cli, kind: str, outcome: str) -> None:
    cli.demand(kind=kind)
    assert_refused(cli.run("close", "1", "--outcome", outcome, "--reason", "说明"), ENDS[kind][-1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_duplicate_names_the_other(cli: Cli, kind: str) -> None:
    cli.demand(kind=kind)
    cli.demand(kind=kind)
    assert_refused(cli.run("close 2 --outcome duplicate"), "--duplicate-of", code=2)
    assert cli.run("close 2 --outcome duplicate --duplicate-of 2").code == 1
    assert cli.run("close 2 --outcome duplicate --duplicate-of 9").code == 3
    assert cli("close 2 --outcome duplicate --duplicate-of D1 --json").json["outcome"] == "duplicate"


def test_the_amount_of_a_sale_is_optional_and_belongs_to_a_sale(cli: Cli) -> None:
    cli.demand(kind="opportunity")
    assert cli.run("close 1 --outcome dropped --reason 无 --amount 5").code == 2
    assert cli("close 1 --outcome won --amount 128万 --json").json["amount"] in ("1280000", 1280000)
    cli.demand(kind="opportunity")
    assert cli("close 2 --outcome won --json").json["amount"] is None


def test_a_won_demand_owes_its_visit_and_the_clocks_of_inactivity_are_the_customers(cli: Cli) -> None:
    number = cli.demand(kind="opportunity")["number"]
    won = cli("close", str(number), "--outcome", "won", "--json").json
    assert [d["rule"] for d in won["deadlines"] if not d["met_at"] and not d["voided_at"]] == ["after-sale"]
    cli.at("2027-01-29T09:00:00")
    quiet = [line for line in cli("due --within 30d --json").json if line["rule"].startswith("inactive")]
    assert quiet
    assert {line["demand"] for line in quiet} == {None}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("close 1", "--outcome"),
        ("confirm 1", "--solved"),
        (f"escalate 1 {LEADER}", "--problem"),
        ("follow-up 1", "follow-up"),
        ("follow-up 1 好 --next 明天 --wait-until 后天", "--wait-until"),
        ("follow-up 1 好 --plan 报价", "--next"),
        ("follow-up 1 好 --next 昨天", "--next"),
        ("follow-up 1 好 --wait-until 昨天", "--wait-until"),
        ("follow-up 1 好 --at 明天", "--at"),
        (f"escalate 1 {LEADER} --problem 缺件 --within 0h", "--within"),
        ("assign 1 --auto --leader", "--auto"),
        ("intake 坏了 --customer 老周 --kind service", "--channel"),
        ("intake 坏了 --kind service --channel direct", "--customer"),
    ],
)
def test_a_needed_answer_that_is_missing_or_wrong_is_a_usage_error_that_names_it(
    cli: Cli, words: str, named: str
) -> None:
    brought(cli, "assigned")
    answer = cli.run(words)
    assert answer.code == 2
    assert named in answer.err


def test_the_same_demand_again_offers_a_follow_up_on_the_first(cli: Cli) -> None:
    cli.demand(phone="13800000121")
    words = (
        "intake",
        "又不动了",
        "--customer",
        "老周",
        "--phone",
        "13800000121",
        "--kind",
        "service",
        "--channel",
        "direct",
    )
    assert_refused(cli.run(*words), "demandctl follow-up 1")
    assert cli.at("2026-11-28T09:00:00").run(*words).code == 0, "more than seven days later it is another one"


def test_an_upgrade_keeps_number_and_history(cli: Cli) -> None:
    cli.demand(kind="inquiry", subtype="product")
    cli(f"assign 1 {SALESMAN}")
    cli("follow-up 1 想买一台")
    upgraded = cli("upgrade 1 --json").json
    assert (upgraded["number"], upgraded["kind"], upgraded["subtype"]) == (1, "opportunity", "new")
    assert upgraded["handler"]["name"] == SALESMAN
    assert len(cli("show 1 --json").json["follow_ups"]) == 1
    assert_refused(cli.run("upgrade 1"), "demandctl")


def test_parts_out_of_a_repair_are_a_linked_demand(cli: Cli) -> None:
    cli.demand()
    linked = cli.demand("要一套密封件", kind="opportunity", subtype="parts", **{"from": "1"})
    assert linked["from"] == 1
    assert (
        cli.run("intake", "x", "--customer", "乙", "--kind", "service", "--channel", "direct", "--from", "9").code == 3
    )


def test_levels_of_escalation_count_up(cli: Cli) -> None:
    brought(cli, "following")
    assert [
        cli("escalate", "1", who, "--problem", "缺件", "--json").json["escalation"] for who in (LEADER, "欧阳勇")
    ] == [1, 2]


def test_the_history_of_assignments_stays(cli: Cli) -> None:
    brought(cli, "referred")
    cli(f"assign 1 {SERVICEMAN}")
    cli(f"assign 1 {SALESMAN} --reason 他熟")
    history = cli("show 1 --json").json["assignments"]
    assert [(a["to"], a["how"], a["reason"]) for a in history] == [
        (LEADER, "referred", None),
        (SERVICEMAN, "designated", None),
        (SALESMAN, "direct", "他熟"),
    ]


def test_what_the_handler_lacks_is_said_and_refuses_nothing(cli: Cli) -> None:
    cli.demand(kind="complaint", region="湘潭")
    assert "待核实" in cli(f"assign 1 {SERVICEMAN}").out


def test_what_the_customer_said_about_the_result_stands_in_the_timeline(cli: Cli) -> None:
    cli.demand()
    cli("assign 1 李铁柱")
    cli("follow-up", "1", "修好了", "--resolved")
    cli("confirm 1 --unsolved")
    assert "客户确认 D1 未解决，继续跟进" in cli("show 1").out
    cli("undo")
    assert "未解决" not in cli("show 1").out.partition("经过")[2]


def test_software_has_no_machine_to_be_verified(cli: Cli) -> None:
    for subtype, asked in (("erp", False), ("new", True)):
        number = cli.demand(kind="opportunity", subtype=subtype)["number"]
        assert ("产品/机型" in cli("assign", str(number), "唐建明").out) == asked


def test_a_proposal_says_the_role_once(cli: Cli) -> None:
    cli.demand(kind="service", region="邵阳")
    cli.demand(kind="opportunity", subtype="erp", region="邵阳")
    for number, role in (("1", "服务"), ("2", "分管领导")):
        first = next(line for line in cli("assign", number).out.splitlines() if line.startswith("1. "))
        assert first.count(role) == 1


def test_referring_is_only_proposed_as_it_would_work(cli: Cli) -> None:
    cli.demand(kind="opportunity", subtype="erp", region="西藏")
    assert "assign 1 领导姓名 --leader" in cli("assign", "1").out
