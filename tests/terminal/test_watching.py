"""``due --watch``: a screen that stays, and is drawn again when the ledger changes."""

from tests.support.cli import Cli
from tests.support.terminal import CTRL_C, Terminal

NOW = "2026-11-20T10:00:00+08:00"
FOOT = "q 离开"


def test_it_is_drawn_again_when_the_ledger_changes_and_q_leaves_it(cli: Cli) -> None:
    cli.demand(customer="甲客户")
    term = Terminal(cli, "due", "--watch", now=NOW).sees("甲客户", FOOT)
    cli.demand(customer="乙客户")
    term.sees("乙客户", FOOT).press("q")
    assert term.ends() == 0


def test_ctrl_c_leaves_it_without_a_word(cli: Cli) -> None:
    cli.demand()
    term = Terminal(cli, "due", "1", "--watch", now=NOW).sees("首次响应", FOOT).press(CTRL_C)
    assert term.ends() == 0


def test_off_a_terminal_and_beside_json_it_is_refused(cli: Cli) -> None:
    cli.demand()
    assert cli.run("due", "--watch").code == 2
    assert cli.run("due", "--watch", "--json").code == 2
