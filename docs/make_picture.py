"""Draw docs/due.svg: a real screen of ``demandctl due`` on the demo ledger, by Rich's SVG export."""

import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

TARGET = Path(__file__).with_name("due.svg")
COLUMNS, LINES = 140, 40


def screen(command: list[str], env: dict[str, str]) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=env, stdout=theirs, stdin=theirs)
    os.close(theirs)
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # the terminal is closed when the program ends
        pass
    process.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "DEMANDCTL_DB": f"{folder}/ledger.db",
            "DEMANDCTL_CONFIG": f"{folder}/config.toml",
            "DEMANDCTL_NOW": "2026-11-20T10:20:00+08:00",
            "COLUMNS": str(COLUMNS),
            "LINES": str(LINES),
            "TERM": "xterm-256color",
        }
        program = str(Path(sys.executable).with_name("demandctl"))
        subprocess.run([program, "init", "--demo"], env=env, check=True, stdout=subprocess.DEVNULL)
        text = screen([program, "due", "--limit", "16"], env)
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text("$ demandctl due --limit 16", style="bold green"))
    console.print(Text.from_ansi(text))
    TARGET.write_text(console.export_svg(title="demandctl"), encoding="utf-8")
