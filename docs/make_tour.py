"""Run the tour of the README: every ``$ demandctl …`` line on a fresh ledger, its output written below it.

``# 11月23日 周一 08:40`` sets the moment (2026); ``! 1`` says that the command before it must end with that exit code.
``--check`` fails when the README does not show what the program says.
"""

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

from demandctl.cli import app

README = Path(__file__).parent.parent / "README.md"
_MOMENT = re.compile(r"# (\d+)月(\d+)日 周. (\d\d:\d\d)")


def toured(text: str) -> str:
    """The text with the outputs of its console blocks as the program gives them now."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DEMANDCTL_DB": f"{folder}/ledger.db",
            "DEMANDCTL_CONFIG": f"{folder}/config.toml",
            "DEMANDCTL_USER": "李敏",
            "DEMANDCTL_NOW": "2026-11-23T08:30:00+08:00",
        }
        _run("demandctl init", 0)
        return re.sub(r"(?<=```console\n)(.*?)(?=```)", lambda block: _block(block[1]), text, flags=re.DOTALL)


def _block(text: str) -> str:
    """A console block run again."""
    lines: list[str] = []
    script = [line for line in text.splitlines() if line[:2] in ("$ ", "# ", "! ")]
    for number, line in enumerate(script):
        lines.append(line)
        if moment := _MOMENT.match(line):
            month, day, clock = moment.groups()
            os.environ["DEMANDCTL_NOW"] = f"2026-{int(month):02d}-{int(day):02d}T{clock}:00+08:00"
        elif line.startswith("$ "):
            following = script[number + 1] if number + 1 < len(script) else ""
            code = int(following[2:]) if following.startswith("! ") else 0
            lines += _run(line[2:], code).rstrip("\n").split("\n")
    return "\n".join(lines) + "\n"


def _run(command: str, code: int) -> str:
    """What a command prints, talk and results alike; an exit code other than *code* is an error."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            app().main(shlex.split(command)[1:])
        except SystemExit as ended:
            if (ended.code or 0) != code:
                raise RuntimeError(f"{command}: exit {ended.code}\n{said.getvalue()}") from ended
    return said.getvalue()


if __name__ == "__main__":
    os.chdir(README.parent)
    before = README.read_text(encoding="utf-8")
    after = toured(before)
    if "--check" in sys.argv:
        sys.exit(0 if before == after else "README.md does not show what the program says: make docs")
    README.write_text(after, encoding="utf-8")
