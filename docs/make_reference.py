"""Write docs/commands.md from what ``--help`` says. ``--check`` fails when the file is not up to date."""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demandctl.cli import app
from demandctl.terminal.grammar import Group

TARGET = Path(__file__).with_name("commands.md")
HEAD = """# 命令参考

由 `make docs` 从 `--help` 生成，不要手改。
"""


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD]
    for path, _ in commands():
        parts.append(f"## {' '.join(('demandctl', *path))}\n\n```text\n{_help(path)}\n```\n")
    return "\n".join(parts)


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that name it, in the order of the tree; the program itself comes first."""
    command = command or app()
    yield path, command
    if isinstance(command, Group):
        for name in command.list_commands(None):
            yield from commands(command.get_command(None, name), (*path, name))


def _help(path: tuple[str, ...]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        app().main([*path, "--help"])
    return out.getvalue().rstrip()


if __name__ == "__main__":
    text = reference()
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else "docs/commands.md is not up to date: make docs")
    TARGET.write_text(text, encoding="utf-8")
