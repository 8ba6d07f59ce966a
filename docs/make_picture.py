"""Draw real screens of the demo ledger by Rich's SVG export: a paste with its message, and what is due."""

import os
import pty
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

FOLDER = Path(__file__).parent
LINES = 40
CHAT = """\
湘潭老周 2026/11/20 10:05
师傅，我的37米泵车摆缸不换向了，打不出料，工地等着浇筑，急！电话13800000121
开心每一天 2026/11/20 10:13
早上好各位[玫瑰]
"""
PICTURES = {
    "paste.svg": (88, [["intake", "--paste", "--explain"], ["intake", "--paste", "--yes"], ["assign", "19", "--auto"]]),
    "due.svg": (140, [["due", "--limit", "16"]]),
}
"""The width of each picture, and the commands that it shows."""


def screen(command: list[str], env: dict[str, str], typed: str = "") -> str:
    """What a command writes to a terminal; *typed* comes to it through a pipe."""
    ours, theirs = pty.openpty()
    source = subprocess.PIPE if typed else theirs
    process = subprocess.Popen(command, env=env, stdout=theirs, stderr=theirs, stdin=source)
    os.close(theirs)
    if process.stdin:
        process.stdin.write(typed.encode())
        process.stdin.close()
    parts: list[bytes] = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # the terminal is closed when the program ends
        pass
    process.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")


def widened(svg: str) -> str:
    """The picture with each text as wide as its cells: Rich reckons a 汉字 as one; they would overlap."""

    def cells(found: re.Match[str]) -> str:
        before, length, middle, text = found.groups()
        plain = unescape(text)
        return f'{before}textLength="{float(length) / len(plain) * cell_len(plain):g}"{middle}>{text}</text>'

    return re.sub(r'(<text [^>]*?)textLength="([\d.]+)"([^>]*)>([^<]+)</text>', cells, svg)


def draw(name: str, columns: int, commands: list[list[str]]) -> None:
    """One picture, on a demo ledger of its own."""
    console = Console(record=True, width=columns, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "DEMANDCTL_DB": f"{folder}/ledger.db",
            "DEMANDCTL_CONFIG": f"{folder}/config.toml",
            "DEMANDCTL_NOW": "2026-11-20T10:20:00+08:00",
            "COLUMNS": str(columns),
            "LINES": str(LINES),
            "TERM": "xterm-256color",
        }
        program = str(Path(sys.executable).with_name("demandctl"))
        subprocess.run([program, "init", "--demo"], env=env, check=True, stdout=subprocess.DEVNULL)
        for words in commands:
            pasted = CHAT if "--paste" in words else ""
            shell = f"$ demandctl {' '.join(words)}" + (" < 聊天.txt" if pasted else "")
            console.print(Text(shell, style="bold green"))
            console.print(Text.from_ansi(screen([program, *words], env, pasted)))
    (FOLDER / name).write_text(widened(console.export_svg(title="demandctl")), encoding="utf-8")


if __name__ == "__main__":
    for name, (columns, commands) in PICTURES.items():
        draw(name, columns, commands)
