"""``revisit call`` in a real terminal: what is asked follows the script, what is written follows the answers."""

import signal
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.kept import kept
from tests.support.terminal import BACKSPACE, CTRL_C, DOWN, ENTER, Terminal


def prepare(cli: Cli) -> None:
    """A customer to visit: 回访 1 after-sale, 回访 2 inactive."""
    cli("customer", "add", "湘潭老周", "--phone", "13800000121", "--region", "湘潭")
    cli("revisit", "add", "K00001", "--kind", "after-sale", "--at", "2026-11-20 15:00")
    cli("revisit", "add", "K00001", "--kind", "inactive", "--at", "2026-11-20 16:00")


@pytest.fixture
def visit(cli: Cli) -> Cli:
    """The ledger so prepared."""
    return kept(cli, "visit", prepare)


def shown(cli: Cli, number: int = 1) -> dict[str, object]:
    """The revisit as it stands."""
    cli.at("2026-11-20T10:05:00+08:00")
    found: dict[str, object] = cli("revisit", "show", str(number), "--json").json
    return found


def test_a_satisfied_customer_is_asked_how_he_heard_of_us_and_whether_he_recommends(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("请问您是湘潭老周吗").sees("现在方便吗").press(ENTER)
    call.sees("服务满意吗").sees("客户说").press(ENTER)
    call.sees("什么渠道").sees("记下").press("朋友介绍错", BACKSPACE, ENTER)
    call.sees("什么建议").sees("记下").press(ENTER)
    call.sees("介绍给您的朋友").sees("客户说").press(ENTER)
    call.sees("各项评价").press("3", ENTER).sees("产品").press(DOWN, ENTER).sees("服务态度").press(ENTER).sees(
        "响应速度"
    ).press(ENTER)
    call.sees("承诺兑现").press(ENTER).sees("的表已填")
    assert call.ends() == 0
    form = shown(visit)
    assert (form["satisfaction"], form["heard_from"], form["recommend"]) == ("satisfied", "朋友介绍", True)
    assert (form["product_rating"], form["attitude"], form["method"]) == ("satisfied", None, "phone")
    assert form["visited_at"]
    assert form["recorded_at"]


def test_a_dissatisfied_customer_with_a_problem_for_another_department_starts_its_forwarding(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(ENTER).sees("服务满意吗").sees("客户说").press(DOWN, DOWN, ENTER)
    call.sees("哪方面不满意").sees("记下").press("配件等了三周", ENTER)
    call.sees("现在就解决吗").sees("客户说").press("y")
    call.sees("什么问题").sees("配件等了三周").press(ENTER)
    call.sees("哪个部门").sees("记下").press("配件部", ENTER)
    for rating in ("产品", "服务态度", "响应速度", "承诺兑现"):
        call.sees(rating).press(ENTER)
    call.sees("希望您监督").sees("一小时内转交").sees("回访转办")
    assert call.ends() == 0
    form = shown(visit)
    assert (form["satisfaction"], form["urgent"], form["department"]) == ("unsatisfied", True, "配件部")
    assert (form["dissatisfaction"], form["problem"]) == ("配件等了三周", "配件等了三周")
    owed = {d["rule"] for d in form["deadlines"] if d["state"] not in ("met", "voided")}  # type: ignore[attr-defined]
    assert owed == {"revisit-forward"}


def test_an_inactive_customer_is_asked_why_and_whether_he_would_go_on(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "2", "--json")
    call.sees("现在方便吗").press(ENTER).sees("是什么原因").sees("记下").press("价格高", ENTER)
    call.sees("要我们解决的问题").sees("客户说").press("y").sees("记下").press(ENTER)
    call.sees("继续合作").sees("客户说").press(ENTER).sees("建议").sees("记下").press(ENTER)
    call.sees("介绍给您的朋友").sees("客户说").press(DOWN, ENTER).sees("现在就解决").sees("客户说").press("n")
    call.sees("哪个部门", "记下").press(ENTER).sees("尽快处理").sees("recorded_at")
    assert call.ends() == 0
    form = shown(visit, 2)
    assert (form["inactive_reason"], form["problem"], form["would_continue"]) == ("价格高", "价格高", True)
    assert (form["recommend"], form["urgent"]) == (False, False)


def test_a_customer_who_is_not_free_agrees_another_time(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(DOWN, ENTER).sees("什么时候方便").sees("约在")
    call.press("不知道", ENTER).press(*BACKSPACE * 3, "明天上午10点", ENTER).sees("已改约")
    assert call.ends() == 0
    put_off = shown(visit)
    assert put_off["call_back_at"] == "2026-11-21T10:00:00+08:00"
    assert put_off["visited_at"] is None
    assert {d["rule"] for d in put_off["deadlines"] if d["state"] == "soon"} >= {"call-back"}  # type: ignore[attr-defined]


def test_nobody_answering_leaves_the_plan_as_it_is(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(DOWN, DOWN, ENTER).sees("没联系上")
    assert call.ends() == 0
    assert shown(visit)["visited_at"] is None


def test_a_call_that_breaks_off_marks_the_visit_and_loses_no_answer(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(ENTER).sees("服务满意吗").sees("客户说").press(DOWN, ENTER)
    call.sees("哪方面不满意").sees("记下").press(CTRL_C).sees("已记为已访").sees("--satisfaction fair")
    assert call.ends() == 0
    marked = shown(visit)
    assert marked["visited_at"] == "2026-11-20T10:00:00+08:00"
    assert marked["recorded_at"] is None
    assert "revisit-form" in {d["rule"] for d in marked["deadlines"]}  # type: ignore[attr-defined]


def test_giving_up_before_the_customer_answers_writes_nothing(visit: Cli) -> None:
    before = visit("log", "--json").json
    call = Terminal(visit, "revisit", "call", "1", now="2026-11-20T12:30:00+08:00")
    call.sees("不在适合打电话的时间").sees("现在方便吗").press(CTRL_C).sees("已取消")
    assert call.ends() == 130
    assert visit("log", "--json").json == before


def test_off_a_terminal_the_command_names_the_one_that_takes_options(visit: Cli) -> None:
    refused = visit.run("revisit", "call", "1")
    assert refused.code == 2
    assert "demandctl revisit record 1" in refused.err


def test_a_script_of_the_users_own_takes_the_place_of_ours(visit: Cli) -> None:
    own = Path(visit.config).with_name("scripts.toml")
    own.write_text(
        '[[scripts]]\nid = "mine"\nkinds = ["after-sale"]\n[[scripts.steps]]\nid = "a"\nsay = "在吗{customer}"\n'
        'ask = "yes-no"\nnext = { yes = "b" }\n[[scripts.steps]]\nid = "b"\nsay = "可好"\nask = "satisfaction"\n'
        'field = "satisfaction"\n',
        encoding="utf-8",
    )
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("在吗湘潭老周").sees("现在方便吗").press(ENTER).sees("可好").sees("客户说").press(DOWN, ENTER)
    call.sees("的表已填")
    assert call.ends() == 0
    assert shown(visit)["satisfaction"] == "fair"


def test_a_wrong_answer_is_taken_back_and_its_branch_with_it(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(ENTER).sees("服务满意吗", "客户说").press(DOWN, ENTER)
    call.sees("哪方面不满意", "记下").press("<", ENTER).sees("服务满意吗", "客户说").press(ENTER)
    call.sees("什么渠道", "记下").press("网上", ENTER).sees("什么建议", "记下").press(ENTER)
    call.sees("介绍给您的朋友", "客户说").press(DOWN, DOWN, ENTER)
    call.sees("各项评价").press(ENTER).sees("的表已填")
    assert call.ends() == 0
    form = shown(visit)
    assert (form["satisfaction"], form["heard_from"], form["recommend"]) == ("satisfied", "网上", None)
    assert form["dissatisfaction"] is None


def test_without_a_number_one_chooses_among_the_planned_visits(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call")
    call.sees("给谁打", "未合作回访").press(DOWN, ENTER).sees("购买我司产品").press(CTRL_C)
    assert call.ends() == 130
    assert visit.run("revisit", "call").code == 2


def test_closing_the_terminal_in_the_middle_marks_the_visit_too(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(ENTER).sees("服务满意吗", "客户说")
    call.child.kill(signal.SIGHUP)
    call.child.wait()
    assert shown(visit)["visited_at"] == "2026-11-20T10:00:00+08:00"


def test_what_our_own_department_can_solve_is_the_supervisors_at_once(visit: Cli) -> None:
    call = Terminal(visit, "revisit", "call", "1")
    call.sees("现在方便吗").press(ENTER).sees("服务满意吗", "客户说").press(DOWN, ENTER)
    call.sees("哪方面不满意", "记下").press("没人回电话", ENTER).sees("现在就解决吗", "客户说").press("y")
    call.sees("什么问题", "记下").press(ENTER).sees("哪个部门", "记下").press("客服部", ENTER)
    for rating in ("产品", "服务态度", "响应速度", "承诺兑现"):
        call.sees(rating).press(ENTER)
    call.sees("主管一小时内")
    assert call.ends() == 0
    assert {d["rule"] for d in shown(visit)["deadlines"] if d["state"] not in ("met", "voided")} == {"on-the-spot"}  # type: ignore[attr-defined]
