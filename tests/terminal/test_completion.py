"""Completion by Tab: what is offered, that it never fails, and that each shell really takes it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demandctl.cli import app
from demandctl.terminal.shells import SCRIPTS
from tests.support.cli import Cli
from tests.support.kept import kept


def prepare(cli: Cli) -> None:
    """Two demands and a visit."""
    cli.demand(phone="13800000121", product="37米泵车")
    cli.demand("要二手车", customer="株洲$(date)小李", kind="opportunity", phone="13800000122")
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "2026-11-25")


@pytest.fixture
def desk(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The ledger so prepared, asked by a shell."""
    made = kept(cli, "completion", prepare)
    monkeypatch.setenv("_DEMANDCTL_COMPLETE", "bash")
    return made


def offered(*words: str) -> dict[str, str]:
    """What is offered for the last word."""
    return dict(app().candidates(words[:-1], words[-1]))


def test_numbers_come_with_the_customers_name_newest_first(desk: Cli) -> None:
    found = offered("show", "")
    assert list(found) == ["2", "1"]
    assert "湘潭老周" in found["1"]
    assert "37米泵车" in found["1"]
    assert list(offered("follow-up", "D1")) == ["D1"]


def test_only_closed_demands_are_offered_for_reopening(desk: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("reopen", "") == {}
    monkeypatch.delenv("_DEMANDCTL_COMPLETE")
    desk("close", "2", "--outcome", "lost", "--reason", "不要了")
    monkeypatch.setenv("_DEMANDCTL_COMPLETE", "bash")
    assert list(offered("reopen", "")) == ["2"]
    assert list(offered("show", "")) == ["1"]


def test_contacts_customers_visits_and_scripts_are_offered_where_they_belong(desk: Cli) -> None:
    assert "销售" in offered("assign", "1", "彭")["彭振宇"]
    assert set(offered("handover", "彭振宇", "向")) == {"向阳"}
    assert "湘潭老周" in offered("customer", "show", "K")["K00001"]
    assert "K00001" in offered("customer", "show", "湘潭")["湘潭老周"]
    assert list(offered("revisit", "call", "")) == ["1", "K00002", "K00001"]  # who is due is called, planned or not
    assert list(offered("revisit", "call", "R")) == ["R1"]
    assert "apology" in offered("script", "apo")
    assert "长沙分公司" in offered("contact", "list", "--branch", "长")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("list", "--kind", ""), {"商机", "售后", "咨询", "投诉", "建议"}),
        (("list", "--kind", "售后,投"), {"售后,投诉"}),
        (("登",), {"登记"}),
        (("客户", "合"), {"合同", "合并"}),
        (("list", "--kind", "s"), {"service", "suggestion"}),
        (("follow-up", "1", "x", "--method", "w"), {"wechat"}),
        (("close", "1", "--outcome", "w"), {"won"}),
        (("intake", "--urgency", "c"), {"critical"}),
        (("revisit", "add", "K00001", "--kind", "after"), {"after-sale"}),
        (("completion", "show", "--shell", ""), {"bash", "zsh", "fish"}),
        (("mon",), {"monday"}),
        (("revisit", "ca"), {"call"}),
        (("monday", "--lea"), {"--leaders"}),
        (("handover", "a", "b", "--only", "cu"), {"customers"}),
    ],
)
def test_values_of_enumerations_commands_and_options_are_offered(
    desk: Cli, words: tuple[str, ...], expected: set[str]
) -> None:
    assert set(offered(*words)) == expected


def test_enumerations_say_what_they_mean(desk: Cli) -> None:
    assert offered("list", "--kind", "op") == {"opportunity": "商机"}
    assert offered("list", "--kind", "商") == {"商机": "opportunity"}
    assert offered("mon")["monday"].startswith("周一 每周一轮")


def test_an_option_joined_to_its_value_is_completed_whole_or_in_parts(desk: Cli) -> None:
    assert set(offered("list", "--kind=op")) == {"--kind=opportunity"}
    assert set(offered("list", "--kind", "=", "op")) == {"opportunity"}


def test_a_name_that_a_shell_would_run_is_quoted_for_bash(desk: Cli) -> None:
    assert desk.run("customer", "show", "株洲").out.startswith("株洲\\$\\(date\\)小李\t")
    assert desk.run("customer", "show", "'株").out.startswith("株洲$(date)小李\t")  # nothing runs between single quotes
    assert desk.run("customer", "show", '"株').out == ""
    assert offered("customer", "show", "K00002") == {"K00002": "株洲$(date)小李 湘潭"}


def test_whatever_is_wrong_a_shell_gets_nothing_and_no_error(desk: Cli) -> None:
    for words in (
        ("--db", "/nowhere/x.db", "show", ""),
        ("nosuch", "command", ""),
        ("show", "'unfinished"),
        ("revisit", "nosuch", ""),
        (),
    ):
        answer = desk.run(*words) if words else desk.run("")
        assert (answer.code, answer.err) == (0, "")
    desk.db.write_bytes(b"damaged")
    answer = desk.run("show", "")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


# -- the shells themselves ---------------------------------------------------------------------------------------


def in_shell(cli: Cli, shell: str, text: str, home: Path) -> str:
    """The output of a script in a shell that knows our program by a name on its path."""
    bin_ = home / "bin"
    bin_.mkdir(exist_ok=True)
    program = bin_ / "demandctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m demandctl "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    env = {
        **os.environ, "PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(home), "LC_ALL": "C.UTF-8",
        "XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local" / "share"),
    }  # fmt: skip
    env.pop("_DEMANDCTL_COMPLETE", None)
    env.pop("ZDOTDIR", None)
    options = ["--norc"] if shell == "bash" else ["-f"] if shell == "zsh" else ["--no-config"]
    done = subprocess.run(
        [shell, *options, "-c", text], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def need(shell: str) -> None:
    """Skip where the shell is not installed."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")


def test_bash_shows_the_names_and_types_the_number_alone(desk: Cli, tmp_path: Path) -> None:
    need("bash")
    ask = '\n_demandctl demandctl; printf "[%s]" "${COMPREPLY[@]}"\n'
    listed = "COMP_TYPE=63; COMP_WORDS=(demandctl show ''); COMP_CWORD=2"
    unlisted = "COMP_TYPE=9; COMP_WORDS=(demandctl show '')"
    text = f"{SCRIPTS['bash']}{listed}{ask}COMP_WORDS=(demandctl show 1){ask}{unlisted}{ask}"
    out = in_shell(desk, "bash", text, tmp_path)
    assert out == "[2  株洲＄（date）小李 商机 要二手车][1  湘潭老周 售后 37米泵车][1][2][1]"


def test_fish_takes_values_with_their_descriptions(desk: Cli, tmp_path: Path) -> None:
    need("fish")
    out = in_shell(desk, "fish", SCRIPTS["fish"] + "\ncomplete -C 'demandctl show '\n", tmp_path)
    assert "1\t湘潭老周 售后 37米泵车\n" in out


def test_zsh_reads_the_script_without_complaint(desk: Cli, tmp_path: Path) -> None:
    need("zsh")
    text = "autoload -Uz compinit && compinit -u -D\n" + SCRIPTS["zsh"] + "\nprint -r -- $_comps[demandctl]\n"
    assert in_shell(desk, "zsh", text, tmp_path) == "_demandctl\n"


@pytest.mark.parametrize(("shell", "start"), [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", "")])
def test_installing_twice_leaves_one_line_and_keeps_what_was_there(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, start: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    if start:
        (home / start).write_text("mine=1", encoding="utf-8")
    done = cli("completion", "install", "--shell", shell, "--json").json
    assert Path(done["script"]).read_text(encoding="utf-8") == SCRIPTS[shell]
    cli("completion", "install", "--shell", shell)
    if start:
        lines = [line for line in (home / start).read_text(encoding="utf-8").splitlines() if line]
        assert lines[0] == "mine=1"
        assert len(lines) == 2
    assert cli("completion", "show", "--shell", shell).out.rstrip() == SCRIPTS[shell].rstrip()
