"""Write docs/commands.md from what ``--help`` says. ``--check`` fails when the file is not up to date."""

import contextlib
import io
import sys
from pathlib import Path
from typing import Any

from demandctl.cli import app
from demandctl.grammar import Group

TARGET = Path(__file__).with_name("commands.md")
HEAD = """# 命令参考

由 `make docs` 从 `--help` 生成，不要手改。
"""


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [HEAD, *_sections(app(), ())]
    return "\n".join(parts)


def _sections(command: Any, path: tuple[str, ...]) -> list[str]:
    title = " ".join(("demandctl", *path))
    parts = [f"## {title}\n\n```text\n{_help(path)}\n```\n"]
    if isinstance(command, Group):
        for name in command.list_commands(None):
            parts += _sections(command.get_command(None, name), (*path, name))
    return parts


def _help(path: tuple[str, ...]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        app().main([*path, "--help"])
    return out.getvalue().rstrip()


if __name__ == "__main__":
    text = reference()
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else "docs/commands.md is not up to date: make docs")
    TARGET.write_text(text, encoding="utf-8")
