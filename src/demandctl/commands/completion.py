"""``completion``: completion by Tab, installed or shown."""

import os
from pathlib import Path
from typing import Annotated

import typer

from demandctl.errors import Lacking, Offer
from demandctl.store.writing import put_text
from demandctl.terminal import shells
from demandctl.terminal.answers import answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json
from demandctl.terminal.takes import Option, choice

ShellOption = Annotated[
    str, Option("--shell", "外壳", choice(dict.fromkeys(shells.SHELLS, ""), "外壳"), "默认正在用的这个")
]


def install(ctx: typer.Context, shell: ShellOption = "", json: Json = False) -> None:
    """装上补全：编号带客户姓名、联系人、各种取值，按 Tab 就有。"""
    name = _shell(shell)
    script, start = _places(name)
    put_text(script, shells.SCRIPTS[name])
    line = _start_line(name, script)
    if start and not _has_line(start, line):
        before = start.read_text(encoding="utf-8") if start.exists() else ""
        put_text(start, f"{before}\n{line}\n")
    if json:
        put_json({"shell": name, "script": str(script), "start": str(start) if start else None})
        return
    answer(f"已装好 {name} 的补全：{script}", "新开一个终端就能用；或：exec " + name)


def show(ctx: typer.Context, shell: ShellOption = "", json: Json = False) -> None:
    """看补全的脚本，自己安装时用。"""
    name = _shell(shell)
    if json:
        put_json({"shell": name, "script": shells.SCRIPTS[name]})
        return
    put(shells.SCRIPTS[name].rstrip())


def _shell(given: str) -> str:
    name = given or _running() or Path(os.environ.get("SHELL", "")).name
    if name not in shells.SHELLS:
        hint = f"加上 --shell {'|'.join(shells.SHELLS)}"
        raise Lacking("看不出用的是哪个外壳", hint, lambda: {"shell": Offer()})
    return name


def _running() -> str:
    """The shell that called us, by the processes above; empty when that cannot be seen."""
    try:
        from importlib import import_module

        return str(import_module("shellingham").detect_shell()[0])  # typer brings it along
    except Exception:
        return ""


def _places(shell: str) -> tuple[Path, Path | None]:
    """Where the script goes, and the start file that has to load it (none for fish, which looks by itself)."""
    home = Path.home()
    if shell == "fish":
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        return config / "fish" / "completions" / "demandctl.fish", None
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "demandctl"
    if shell == "bash":
        return data / "completion.bash", home / ".bashrc"
    return data / "completion.zsh", Path(os.environ.get("ZDOTDIR") or home) / ".zshrc"


def _start_line(shell: str, script: Path) -> str:
    import shlex

    load = f"[ -r {shlex.quote(str(script))} ] && . {shlex.quote(str(script))}"
    return f"(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}; {load}" if shell == "zsh" else load


def _has_line(path: Path, line: str) -> bool:
    return path.exists() and line in path.read_text(encoding="utf-8", errors="replace").splitlines()


TREE: Tree = {"install": Entry("安装", install), "show": Entry("查看", show)}
