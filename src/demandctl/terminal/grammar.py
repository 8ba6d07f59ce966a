"""The command line in Chinese: help screens, usage errors, and groups that load only the command that is called.

Typer translates nothing, and it builds every command of a program before it runs one: for seventy commands that costs
more than everything else together. Here a group knows names and help lines; the module of a command is imported, and
Typer makes the command out of its function, when it is called.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from shutil import get_terminal_size
from typing import Any, TextIO

import typer
from typer.core import TyperCommand, TyperGroup

from demandctl.errors import DemandctlError, Lacking, Several, UsageError
from demandctl.language.display import padded, shown, width, wrapped
from demandctl.terminal.render import is_terminal, say
from demandctl.terminal.shells import COMPLETING

Tree = Mapping[str, "Callable[..., None] | tuple[str, str]"]
"""Command names to functions, or to ``module:attribute`` and the help line of what is imported when it is called."""

_WIDTH = 80
"""Help is no wider, on a narrow terminal narrower."""
_LONG = 600
"""No line of an error is longer: what was typed may be."""

ClickException: type[Exception] = typer.BadParameter.__mro__[2]


class ChineseHelp:
    """Help screens in Chinese, aligned for double-width characters."""

    def format_help(self: Any, ctx: Any, formatter: Any) -> None:
        """Write usage, the docstring, arguments, options and commands."""
        formatter.write(f"用法：{self.usage(ctx)}\n")
        for paragraph in (self.help or "").split("\n"):
            formatter.write("\n".join(f"  {line}" for line in wrapped(paragraph.strip(), _room() - 4)).rstrip() + "\n")
        for title, rows in self.sections(ctx):
            _write_section(formatter, title, rows)

    def usage(self: Any, ctx: Any) -> str:
        """How it is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        return f"{ctx.command_path} " + pieces.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …")

    def sections(self: Any, ctx: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Arguments, options and commands: each title with its lines of name and explanation."""
        for title, kind in (("参数", "argument"), ("选项", "option")):
            records = [p.get_help_record(ctx) for p in self.get_params(ctx) if p.param_type_name == kind]
            yield title, [(name, _in_chinese(text)) for name, text in filter(None, records)]
        if isinstance(self, TyperGroup):
            yield "命令", [(name, self.summary(name)) for name in self.list_commands(ctx)]  # type: ignore[attr-defined]

    def get_help_option(self: Any, ctx: Any) -> Any:
        """``--help``, said in Chinese."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示这份帮助"
        return option


def _room() -> int:
    return min(_WIDTH, max(get_terminal_size().columns, 40)) if is_terminal() else _WIDTH


def _in_chinese(text: str) -> str:
    """An explanation, what the parser adds to its end in Chinese; brackets of its own stay as they are."""
    said, mark, added = text.rpartition("  [")
    if not mark or not added.endswith("]"):
        return text
    notes = [_note(part) for part in added[:-1].split("; ") if not ("=x" in part or "x>=" in part)]
    new = "；".join(note for note in notes if note not in said)
    return f"{said}（{new}）" if new else said


def _note(english: str) -> str:
    return english.replace("required", "必填").replace("default: ", "默认 ")


def _write_section(formatter: Any, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    formatter.write(f"\n{title}：\n")
    room = min(max(width(name) for name, _ in rows), 26)
    for name, text in rows:
        lines = wrapped(text, _room() - room - 4) or [""]
        if width(name) > room:
            formatter.write(f"  {name}\n")
        else:
            formatter.write(f"  {padded(name, room)}  {lines.pop(0)}".rstrip() + "\n")
        for line in lines:
            formatter.write(f"  {' ' * room}  {line}\n")


class Command(ChineseHelp, TyperCommand):
    """One command; what it lacks is asked for where somebody can be asked."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words as values. All that has to be there and is not is named, or asked for, at once."""
        try:
            return super().parse_args(ctx, [*args])
        except ClickException as error:
            missing = self._missing(ctx, args) if type(error).__name__ == "MissingParameter" else []
            if not missing:
                raise
        from demandctl.terminal import filling

        if not filling.may_ask(args):
            names = "、".join(_named(parameter) for parameter in missing)
            usage = " ".join(_as_typed(parameter) for parameter in self.get_params(ctx) if parameter.required)
            hints = [f"写法：{ctx.command_path} {usage}", *filter(None, map(_values, missing))]
            raise UsageError(f"缺少{names}", "\n".join(hints))
        words = filling.filled_in(ctx, args, missing, ctx.find_root().command.answers)
        return super().parse_args(ctx, words)

    def _missing(self, ctx: Any, args: list[str]) -> list[Any]:
        typed, _, _ = self.make_parser(ctx).parse_args(args=[*args])
        return [p for p in self.get_params(ctx) if p.required and typed.get(str(p.name)) in (None, ())]

    def invoke(self, ctx: Any) -> Any:
        """Run it; where nothing was typed to do, what could be done is offered."""
        while True:
            try:
                return super().invoke(ctx)
            except Lacking as error:
                from demandctl.terminal import filling

                if not filling.may_ask(f"--{name}" for name, value in ctx.params.items() if value is True):
                    raise
                ctx.params.update(filling.chosen(ctx, error))


def _named(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return f"选项 {parameter.opts[0]}"
    return f"参数 {parameter.human_readable_name}"


def _values(parameter: Any) -> str:
    from demandctl.terminal.completing import choices

    listed = "、".join(f"{value} {label}".strip() for value, label in choices(parameter.help or ""))
    return f"{parameter.metavar}：{listed}" if listed else ""


def _as_typed(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return f"{parameter.opts[0]} {parameter.metavar}"
    return str(parameter.human_readable_name)


class Group(ChineseHelp, TyperGroup):
    """A group whose commands are built when they are asked for."""

    tree: Tree

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the tree."""
        return [name for name in self.tree if name]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Where the tree has a nameless command, it is meant by whatever names no other: ``script NAME``."""
        nameless = self.tree.get("")
        named = args[0] in {*self.list_commands(ctx), "--help"} if args else ctx.resilient_parsing
        if nameless and not named:
            args = [next(name for name, entry in self.tree.items() if name and entry is nameless), *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The names with their help lines, without loading a single command."""
        from demandctl.terminal.completing import item

        names = [item(n, self.summary(n)) for n in self.list_commands(ctx) if n.startswith(incomplete)]
        nameless = self.get_command(ctx, "") if self.tree.get("") else None
        first = nameless.get_params(ctx)[0].shell_complete(ctx, incomplete) if nameless else []
        return [*names, *first, *TyperCommand.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None when there is none."""
        entry = self.tree.get(cmd_name)
        if isinstance(entry, tuple):
            target, help_line = entry
            entry = loaded(target)
            if isinstance(entry, Mapping):
                return group(cmd_name, help_line, entry)
        return built(cmd_name, entry) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that was named; a name that is none of ours is answered with the nearest ones."""
        command = self.get_command(ctx, args[0])
        if command is not None:
            return args[0], command, args[1:]  # Typer would build it a second time
        if not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], list(self.tree), n=3)
            hint = f"是不是 {'、'.join(near)}？" if near else f"看看有哪些：{ctx.command_path} --help"
            raise UsageError(f"没有命令“{shown(args[0][:60])}”", hint)
        return super().resolve_command(ctx, args)

    def summary(self, name: str) -> str:
        """The help line of a command: the first line of its docstring."""
        entry = self.tree[name]
        return entry[1] if isinstance(entry, tuple) else (entry.__doc__ or "").strip().split("\n")[0]


def loaded(target: str) -> Any:
    """What ``module:attribute`` names, the module below ``demandctl.commands``."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(f"demandctl.commands.{module}"), attribute)


def built(name: str, function: Callable[..., None]) -> Any:
    """The command that Typer makes of a function."""
    if COMPLETING in os.environ:
        from demandctl.terminal.completing import attach

        attach(function)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=Command)(function)
    return typer.main.get_command(app)


def group(name: str, help_line: str, tree: Tree) -> Group:
    """A group without options of its own."""
    made = Group(name=name, help=help_line, rich_markup_mode=None, no_args_is_help=True)
    made.tree = tree
    return made


class Root(Group):
    """The program itself; every expected failure ends here, as text on stderr and an exit code."""

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.answers: dict[str, str] = {}
        """What was asked for because it was not typed."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> Any:  # type: ignore[override]
        """Run and exit; a traceback can only come of a bug."""
        _mend_streams()
        words = sys.argv[1:] if args is None else list(args)
        if os.environ.get(COMPLETING):
            from demandctl.terminal.completing import answer

            answer(self, words)
            sys.exit(0)
        try:
            code = super().main(args, prog_name or "demandctl", standalone_mode=False, **extra)
            sys.stdout.flush()
        except Several as error:
            again = _one_of(error, words)
            if again is not None:
                return self.main(again, prog_name, **extra)
            code = _told(error)
        except SystemExit:
            # When nobody reads on, Typer swaps stdout for one that forgives and leaves with 1; but all was done.
            if type(sys.stdout).__name__ != "PacifyFlushWrapper":
                raise
            code = 0
        except (Exception, KeyboardInterrupt) as error:
            code = _told(error)
        sys.exit(code or 0)


def _told(error: BaseException) -> int:
    """Say what went wrong and what to do about it; the exit code that it stands for."""
    if isinstance(error, BrokenPipeError):  # nobody reads on: nothing to say, and nothing is wrong
        _discard_stdout()
        return 0
    if type(error).__name__ == "NoArgsIsHelpError":  # a group alone: its help is the answer
        say(error.ctx.get_help())  # type: ignore[attr-defined]
        return 2
    if isinstance(error, _CANCELLED):
        say(_NOTHING_WRITTEN)
        return 130
    message, hint, code = _failure(error)
    fail(message, hint)
    return code


def _failure(error: BaseException) -> tuple[str, str, int]:
    """What to say about an error, a hint, and the exit code; one that nobody foresaw is raised again for DEBUG."""
    if isinstance(error, DemandctlError):
        return str(error), error.hint, error.exit_code
    if isinstance(error, ClickException):
        return *explain_usage(error), 2
    for kinds, failure in _FAILURES.items():
        if isinstance(error, kinds):
            return failure
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC and not error.filename:
            return "结果写不出来：输出的磁盘满了", "命令本身做没做完，看看：demandctl log", 4
        named = f"（{error.filename}）" if error.filename else ""
        return f"系统报错：{error.strerror or error}{named}", "", 4 if error.errno == errno.ENOSPC else 1
    if isinstance(error, RuntimeError) and "home directory" in str(error):  # an account without one, and no HOME
        return "不知道家目录在哪里，也就不知道台账在哪里", "设置 HOME，或写明 --db 和 --config", 4
    if "null byte" in str(error):  # a path with a NUL in it
        return "文件名里有不能用的字符", "", 2
    if os.environ.get("DEMANDCTL_DEBUG"):
        raise error
    # Most likely a ledger that another program has changed.
    return (
        f"程序没有料到的错误：{type(error).__name__}：{error}",
        "检查台账：demandctl doctor；完整信息：DEMANDCTL_DEBUG=1",
        4,
    )


_CANCELLED = (KeyboardInterrupt, typer.Abort, EOFError)
"""A person changed his mind, which is no error."""
_NOTHING_WRITTEN = "已取消，没有写入"
_FAILURES: dict[tuple[type[BaseException], ...], tuple[str, str, int]] = {
    (UnicodeEncodeError,): ("文字里有无法识别的字符", "请检查终端的编码（应为 UTF-8）", 2),
    (OverflowError,): ("数字或日期超出了范围", "", 2),
}


def _one_of(error: Several, words: list[str]) -> list[str] | None:
    """The command line with the one that the person chooses among several; None where nobody can be asked.

    Nothing was written: a name is looked up before anything else happens.
    """
    from demandctl.terminal import asking

    place = next((n for n, word in enumerate(words) if " ".join(word.split()) == error.text), None)
    if place is None or "--json" in words or not asking.can_ask():
        return None
    try:
        chosen = asking.one_of(error)
    except typer.Abort:
        say(_NOTHING_WRITTEN)
        sys.exit(130)
    return [*words[:place], chosen, *words[place + 1 :]]


def _mend_streams() -> None:
    """A program that is started without a standard stream gets one that leads nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        _forgiving(stream)


def _forgiving(stream: TextIO) -> None:
    """A terminal that cannot show a character gets a question mark, not a traceback."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")


def _discard_stdout() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: str, hint: str = "") -> None:
    """An error on stderr: what, why, and the command that would be right."""
    for number, text in enumerate(filter(None, (message, hint))):
        for line in text.split("\n"):
            say(f"{'  ' if number else '错误：'}{shown(line if len(line) <= _LONG else line[:_LONG] + '…')}")


def explain_usage(error: Any) -> tuple[str, str]:
    """What Click says about a wrong call, in Chinese."""
    kind = type(error).__name__
    path = error.ctx.command_path if getattr(error, "ctx", None) else "demandctl"
    hint = f"用法：{path} --help"
    parameter = _parameter_name(error)
    if kind == "NoSuchOption":
        near = "、".join(_alike(error))
        return f"没有选项 {error.option_name}", f"是不是 {near}？" if near else hint
    if kind == "BadOptionUsage":
        return f"选项 {error.option_name} 要跟一个值", hint
    if kind == "BadParameter":
        return f"{parameter}的值不对：{_reason(str(error.message))}", hint
    if "unexpected extra argument" in str(error.message):
        extra = str(error.message).partition("argument(s) (")[2].removesuffix(")")
        return f"多出来的参数：{extra}", "文字里有空格时用引号括起来"
    return f"用法不对：{error.message}", hint


def _alike(error: Any) -> list[str]:
    """The options of the command that are most like the one typed; ``--no`` alone means the other side of a pair."""
    from difflib import SequenceMatcher

    typed = error.option_name.lstrip("-")
    parameters = error.ctx.command.get_params(error.ctx)
    others = [name for p in parameters for name in p.secondary_opts]
    if typed == "no":
        return others
    names = [*(name for p in parameters for name in p.opts if name.startswith("--")), *others]
    ratios = {name: SequenceMatcher(None, typed, name.lstrip("-")).ratio() for name in names}
    near = [name for name in names if ratios[name] >= 0.7 or (len(typed) > 1 and name[2:].startswith(typed))]
    return sorted(near, key=lambda name: -ratios[name])[:3]


def _parameter_name(error: Any) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "参数"
    if parameter.param_type_name == "option":
        return f"选项 {parameter.opts[-1]} "
    return f"参数 {parameter.human_readable_name} "


def _reason(message: str) -> str:
    for english, chinese in (
        ("is not a valid integer", "应是整数"),
        ("is not a valid int range", "应是整数"),
        ("is not a valid float", "应是数字"),
        ("is not in the range", "超出范围"),
        ("is not a valid boolean", "应是 true 或 false"),
    ):
        if english in message:
            return f"{message.split(' is not')[0]} {chinese}"
    return message
