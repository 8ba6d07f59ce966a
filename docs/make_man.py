"""Write what a wheel installs below share/, man page and completions. ``--check`` fails when one is not up to date.

The page is made of the same tree of commands as docs/commands.md. Its lines are broken here, after Chinese punctuation:
man breaks at blanks only, and Chinese has none.
"""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import typer
from make_reference import commands

from demandctl import __version__
from demandctl.language.display import width, wrapped
from demandctl.terminal.shells import SCRIPTS

SHARE = Path(__file__).parent.parent / "share"
REVISED = "2026-11-22"  # the day the text below was last changed by hand; mandoc wants one
CELLS = 70  # of the 80 of a terminal man leaves 73 to its text
ESCAPED = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", '"': r"\(dq", "~": r"\(ti", "^": r"\(ha", "`": r"\(ga"})

DESCRIPTION = [
    "客户在微信群、私聊、公众号里提的每一条需求，都记在一份本地的 SQLite 台账里：派给谁、谁在什么时候之前欠谁什么、"
    "说了什么、结果怎样。表格从台账里导出。",
    "不带命令时显示今日一览。每个命令都有 --help；显示或改动东西的命令都有 --json，键名是英文，只增不改。",
    "结果写到标准输出，提示、提问、错误写到标准错误。颜色只用在终端上；接管道时是不截断的纯文本。",
]
ENVIRONMENT = [
    ("DEMANDCTL_DB", "台账文件，同 --db"),
    ("DEMANDCTL_CONFIG", "配置文件，同 --config"),
    ("DEMANDCTL_USER", "谁在操作，写进每一步；没有时用配置里的 specialist.name，再没有用登录名"),
    ("DEMANDCTL_NOW", "代替时钟，供演练和测试，如 2026-11-20T09:20:00+08:00"),
    ("DEMANDCTL_DEBUG", "设了就在程序没有料到的错误里显示完整信息"),
    ("NO_COLOR", "设了就不用颜色"),
]
FILES = [
    ("~/.local/share/demandctl/ledger.db", "台账，只有本人可读；macOS 和 Windows 上在各自的用户数据文件夹"),
    ("~/.config/demandctl/config.toml", "配置"),
    ("~/.config/demandctl/rules.toml", "自己的时限规则，由 demandctl sla init 复制出来；没有时用随程序来的"),
    ("~/.config/demandctl/scripts.toml", "自己的话术"),
]
CODES = [
    ("0", "做完了"),
    ("1", "按规矩不能做，或文件不能用"),
    ("2", "命令写得不对"),
    ("3", "没有找到；也指还没有台账"),
    ("4", "台账用不了：被占用、已损坏、不是台账、版本更新、不能写、磁盘满"),
    ("5", "有提醒没有发出去，或只收进了一部分"),
]
EXAMPLES = [
    (
        "记一条，派出去",
        ['demandctl intake "37米泵车臂架下不来" --customer 老周 --kind 售后', "demandctl assign 1 --auto"],
    ),
    ("谁欠谁什么", ["demandctl due --within 2d"]),
    ("每十分钟提醒一次（crontab）", ["*/10 * * * * demandctl due --notify"]),
]


def page() -> str:
    """The man page."""
    lines = [
        r"'\" -*- coding: utf-8 -*-",
        r".\" 由 make docs 从命令的帮助生成，不要手改。",
        f'.TH DEMANDCTL 1 {REVISED} "demandctl {__version__}" 用户手册',
        ".nh",
        ".ad l",
    ]
    lines += [".SH 名称", r"demandctl \- 需求专员的台账：谁在何时欠谁什么"]
    lines += [".SH 用法", r"demandctl [选项] 命令 …", ".SH 说明", *_paragraphs(DESCRIPTION)]
    for path, command in commands():
        context = typer.Context(command, info_name=" ".join(("demandctl", *path)))
        if path:
            lines += [f".SS {_escaped(command.usage(context))}", *_paragraphs((command.help or "").split("\n"))]
        for title, rows in command.sections(context):
            terms = [(name, text) for name, text in rows if name != "-h, --help"]
            if not terms:
                continue
            lines += [*([] if path else [f".SH {title}"]), *_terms(terms, apart=bool(path))]
        if not path:
            lines.append(".SH 各个命令")
    for title, pairs in (("环境变量", ENVIRONMENT), ("文件", FILES), ("退出码", CODES)):
        lines += [f".SH {title}", *_terms(pairs)]
    lines.append(".SH 例子")
    for title, samples in EXAMPLES:
        lines += [title, ".PP", ".nf", ".RS 4", *map(_escaped, samples), ".RE", ".fi", ".PP"]
    lines += [".SH 另见", *_paragraphs(["demandctl config path 说出每个文件的位置。", "crontab(5), sqlite3(1)"])]
    return "".join(f"{line}\n" for line, after in pairwise([*lines, ""]) if not _idle(line, after))


def _idle(line: str, following: str) -> bool:
    """A paragraph mark right before a heading or another one."""
    return line == ".PP" and following.startswith((".S", ".PP"))


def _paragraphs(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(filter(None, (text.strip() for text in texts))):
        if number:
            yield ".PP"
        yield from _broken(text, CELLS)


def _terms(pairs: list[tuple[str, str]], *, apart: bool = False) -> Iterator[str]:
    """Names and what they mean, in two columns where the names are short; *apart* from a text above."""
    indent = min(max(width(name) for name, _ in pairs), 20) + 2
    if apart:
        yield ".sp"
    yield ".PD 0"
    for name, text in pairs:
        yield f".TP {indent}"
        yield f"\\fB{_escaped(name)}\\fR"
        yield from _broken(text, CELLS - indent)
    yield ".PD"


def _broken(text: str, cells: int) -> Iterator[str]:
    """The lines of a text, none wider."""
    for number, line in enumerate(wrapped(text, cells)):
        if number:
            yield ".br"
        yield _escaped(line.strip())


def _escaped(text: str) -> str:
    """Text that troff prints as it is; a hyphen stays one that can be copied."""
    text = text.translate(ESCAPED)
    return rf"\&{text}" if text.startswith(".") else text


def shared() -> dict[Path, str]:
    """What lies below share/, by its place."""
    return {
        SHARE / "man/man1/demandctl.1": page(),
        SHARE / "bash-completion/completions/demandctl": SCRIPTS["bash"],
        SHARE / "zsh/site-functions/_demandctl": SCRIPTS["zsh"],
        SHARE / "fish/vendor_completions.d/demandctl.fish": SCRIPTS["fish"],
    }


if __name__ == "__main__":
    for path, text in shared().items():
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.relative_to(SHARE.parent)} is not up to date: make docs")
