"""Keys pressed faster than a question can go: the first one counts, and nobody sees a traceback."""

import pexpect
import pytest

from tests.support.cli import Cli
from tests.support.terminal import CTRL_C, ENTER, Terminal

ESC = "\x1b"


@pytest.mark.parametrize("keys", [ESC + CTRL_C, CTRL_C + CTRL_C, ESC + ENTER, ENTER + CTRL_C + ESC])
@pytest.mark.parametrize("command", ["intake", "close 1", "assign 1", "customer merge K1 K2"])
def test_esc_and_ctrl_c_at_once_leave_a_question_quietly(cli: Cli, command: str, keys: str) -> None:
    cli.demand()
    cli.demand(customer="老王", phone="13800000199")
    terminal = Terminal(cli, *command.split()).sees("?").press(keys, CTRL_C, CTRL_C)
    terminal.child.expect(pexpect.EOF)
    assert "Unhandled" not in terminal.child.before
    assert "Traceback" not in terminal.child.before
    assert cli.run("doctor").code == 0
