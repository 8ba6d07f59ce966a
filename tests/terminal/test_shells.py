"""Tab in real shells: what customers wrote stands on the command line and is never run."""

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

from demandctl.terminal.shells import SCRIPTS
from tests.support.cli import Cli

NAMES = ("甲$(touch ran)", "甲`touch ran`", "甲';touch ran;'", '甲" && touch ran "')
"""Two of each begin alike, so that a shell has to list them or to go through them."""

START = {
    "bash": ["--norc", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
SETTINGS = {
    "tab": {"bash": "", "zsh": "", "fish": ""},
    "menu": {"bash": "bind 'TAB: menu-complete'", "zsh": "setopt menu_complete", "fish": ""},
    "listed at once": {"bash": "bind 'set show-all-if-ambiguous on'; bind 'set completion-ignore-case on'",
                       "zsh": "setopt auto_menu", "fish": ""},
    "all inserted": {"bash": r"bind 'TAB: insert-completions'", "zsh": "", "fish": ""},
}  # fmt: skip


def shell(cli: Cli, name: str, setting: str) -> pexpect.spawn:
    """An interactive shell that completes our program, in a folder of its own."""
    if shutil.which(name) is None:
        pytest.skip(f"no {name} here")
    (cli.folder / "bin").mkdir()
    program = cli.folder / "bin" / "demandctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m demandctl "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    script = cli.folder / "completion"
    script.write_text(SCRIPTS[name], encoding="utf-8")
    env = {
        **os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(cli.folder), "LC_ALL": "C.UTF-8",
        "TERM": "xterm", "DEMANDCTL_DB": str(cli.db), "DEMANDCTL_CONFIG": str(cli.config), "INPUTRC": "/dev/null",
    }  # fmt: skip
    env.pop("_DEMANDCTL_COMPLETE", None)
    child = pexpect.spawn(name, START[name], env=env, encoding="utf-8", cwd=str(cli.folder), timeout=30,
                          dimensions=(50, 200))  # fmt: skip
    load = "autoload -Uz compinit && compinit -u -D; " if name == "zsh" else ""
    child.sendline(f"{load}{SETTINGS[setting][name] or ':'}; source {script}; echo rea''dy")
    child.expect_exact("ready")
    return child


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", START)
def test_what_a_customer_is_called_is_never_run(cli: Cli, name: str, setting: str) -> None:
    for customer in NAMES:
        cli("customer", "add", customer)
    child = shell(cli, name, setting)
    for tabs in (1, 2, 3):
        child.send("demandctl customer show --json 甲" + "\t" * tabs)
        child.send("\r\r")  # a list that stands open takes the first
        child.sendline("\x15echo do''ne")
        child.expect_exact("done")
    child.send("demandctl customer export --json \t\t\r\r")
    child.sendline("\x15exit")
    child.expect(pexpect.EOF)
    assert not (cli.folder / "ran").exists()


@pytest.mark.parametrize("name", START)
def test_a_name_with_signs_is_completed_and_found(cli: Cli, name: str) -> None:
    cli("customer", "add", "甲$(touch ran)")
    child = shell(cli, name, "tab")
    child.send("demandctl customer show 甲\t")
    child.expect_exact("touch")
    child.send("\r")
    child.expect_exact("K00001")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    assert not Path(cli.folder / "ran").exists()
