"""The command line: the one file that knows Typer from inside, its commands, groups, parser and errors.

Typer translates nothing, reads none of our values, and builds every command of a program before it runs one. Here a
group knows names and help lines; a command is made out of its function when it is called, its parameters read by what
they take (``takes``), and every expected failure ends in ``Root.main``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from inspect import cleandoc, signature
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from typer._click import Context as Call
from typer._click import exceptions as wrong
from typer._click.core import Command as ClickCommand
from typer._click.core import Parameter as ClickParameter
from typer._click.core import ParameterSource
from typer._click.formatting import HelpFormatter
from typer._click.globals import get_current_context
from typer._click.shell_completion import CompletionItem, _resolve_context, _resolve_incomplete
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from demandctl.errors import Ended, Lacking, Several, UsageError
from demandctl.language.display import shown
from demandctl.terminal import failing, shells
from demandctl.terminal.render import put, say
from demandctl.terminal.takes import YES, Argument, Option, Parameter

if TYPE_CHECKING:
    from demandctl.terminal.filling import Spot


class Entry(NamedTuple):
    """A command in the tree: its Chinese name, its function or a tree of its own, its line in help.

    Instead of the function ``module:attribute`` below ``demandctl.commands``: it is imported when it is called.
    """

    chinese: str
    does: str | Callable[..., None]
    line: str = ""

    @property
    def summary(self) -> str:
        """Its line in help: the first line of a function's docstring."""
        return self.line or (self.does.__doc__ or "").strip().split("\n")[0]


Tree = Mapping[str, Entry]

HELP = ("help", "帮助")
"""``help intake`` is ``intake --help``."""
_HELP_OPTION = Parameter("help", "显示这份帮助", None, flags=("-h", "--help"))


# -- parameters ---------------------------------------------------------------------------------------------------


class _Typed(ClickParameter):
    """A parameter of ours: its words become values by what it takes."""

    known: Parameter

    def consume_value(self, ctx: Call, opts: Mapping[str, object]) -> tuple[object, ParameterSource]:
        """What was typed as the command gets it, else the default of the function."""
        words = opts.get(self.known.name)
        if words is None:
            return self.default, ParameterSource.DEFAULT
        value = words if ctx.resilient_parsing else _read(ctx, self.known, words)
        return self.default if value is None else value, ParameterSource.COMMANDLINE

    def type_cast_value(self, ctx: Call, value: object) -> object:
        """It is a value already."""
        return value

    def shell_complete(self, ctx: Call, incomplete: str) -> list[CompletionItem]:
        """What may stand here, by what it takes."""
        from demandctl.context import Context
        from demandctl.terminal.completing import offered

        given = ctx.find_root().params
        app = Context(given.get("db"), given.get("config_file"))
        found = offered(app, self.known, str(ctx.info_name), ctx.params, incomplete)
        return [CompletionItem(value, help=about) for value, about in found]


class _Option(_Typed, TyperOption):
    """An option."""


class _Argument(_Typed, TyperArgument):
    """An argument."""


def _read(ctx: Call, parameter: Parameter, words: object) -> object:
    """The value of one word, or of all of them where they add up; a refusal names the parameter."""
    try:
        if isinstance(words, list | tuple):
            return parameter.read_all(ctx.obj, words)
        return parameter.read(ctx.obj, words) if isinstance(words, str) else words
    except UsageError as error:
        raise type(error)(f"{parameter.called}：{error}", error.hint) from error


def _reads(ctx: Call, parameter: Parameter, word: object) -> bool:
    """Whether a parameter can take a word."""
    try:
        return isinstance(word, str) and bool(parameter.read(ctx.obj, word))
    except UsageError:
        return False


def _parameters(function: Callable[..., None]) -> Iterator[ClickParameter]:
    """The parameters that a command's function declares."""
    for name, entry in signature(function, eval_str=True).parameters.items():
        for declared in getattr(entry.annotation, "__metadata__", ()):
            if isinstance(declared, Option | Argument):
                required = entry.default is entry.empty
                yield _made(name, declared, required=required, default=None if required else entry.default)


def _made(name: str, declared: Option | Argument, *, required: bool, default: object) -> ClickParameter:
    made: ClickParameter
    title, takes, more = declared.title, declared.takes, declared.more
    if isinstance(declared, Argument):
        known = Parameter(name, title, takes, more, required)
        count = -1 if known.many else 1
        made = _Argument(
            param_decls=[name], type=str, required=required, default=default, nargs=count, metavar=known.usage
        )
    else:
        flags, _, off = declared.names.partition("/")
        known = Parameter(name, title, takes, more, required, tuple(flags.split()), tuple(off.split()))
        made = _option(known, required=required, default=default)
    made.known = known
    return made


def _option(known: Parameter, **settings: Any) -> _Option:
    joined = [f"{known.flags[0]}/{known.off[0]}"] if known.off else known.flags
    kind = {"type": str, "metavar": known.takes.metavar} if known.takes else {"is_flag": True}
    return _Option(param_decls=[known.name, *joined], multiple=known.many, **kind, **settings)


def _show_help(ctx: Call, parameter: object, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        put(ctx.get_help())
        raise Ended


def _help_option() -> _Option:
    made = _option(_HELP_OPTION, default=False, is_eager=True, expose_value=False, callback=_show_help)
    made.known = _HELP_OPTION
    return made


# -- commands and groups ------------------------------------------------------------------------------------------


class _Ours(ClickCommand):
    """What commands and groups have in common: help in Chinese, and no value that is typed twice and dropped."""

    def known(self) -> list[Parameter]:
        """Its parameters."""
        return [parameter.known for parameter in self.params if isinstance(parameter, _Typed)]

    def format_help(self, ctx: Call, formatter: HelpFormatter) -> None:
        """Write usage, the docstring, arguments, options and commands."""
        from demandctl.terminal import helping  # late: hardly a command shows help

        formatter.write(helping.screen(self.usage(ctx), self.help or "", self.sections(ctx)))

    def usage(self, ctx: Call) -> str:
        """How it is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        return f"{ctx.command_path} " + pieces.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 …")

    def sections(self, ctx: Call) -> list[tuple[str, list[tuple[str, str]]]]:
        """Arguments, options and commands: each title with its lines of name and explanation."""
        from demandctl.terminal import helping

        return helping.of_parameters([*self.known(), _HELP_OPTION])

    def get_help_option(self, ctx: Call) -> TyperOption | None:
        """``-h`` and ``--help``."""
        self._help_option = self._help_option or _help_option()
        return self._help_option

    def typed(self, ctx: Call, args: Sequence[str]) -> dict[str, object]:
        """The words of each parameter; UsageError for a second value where only one can be meant."""
        words, _, order = self.make_parser(ctx).parse_args(args=[*args])
        ours = [p.known for p in order if isinstance(p, _Typed)]
        once = [known for known in ours if known.flags and not known.many and (known.takes or known.off)]
        for parameter in once:
            if once.count(parameter) > 1:
                given = (
                    "只能有一个值" if parameter.takes else f"只能写 {parameter.flags[0]} 或 {parameter.off[0]} 中的一个"
                )
                raise UsageError(f"{parameter.called} 写了不止一次，{given}", "留下要的那一个")
        return dict(words)


class Command(_Ours, TyperCommand):
    """One command; what it lacks is asked for where somebody can be asked."""

    allow_extra_args = True  # refused below, in our own words

    def __init__(self, name: str, function: Callable[..., None]) -> None:
        params = [*_parameters(function)]
        if self._asks_of_times(params):
            params.insert(-1, _made("yes", YES, required=False, default=False))
        super().__init__(
            name, callback=_calling(function), params=params, help=cleandoc(function.__doc__ or ""),
            rich_markup_mode=None,
        )  # fmt: skip

    def parse_args(self, ctx: Call, args: list[str]) -> list[str]:
        """The words as values. All that has to be there and is not is named, or asked for, at once."""
        typed = {} if ctx.resilient_parsing else self.typed(ctx, args)
        args = self._with_name(ctx, args, typed)
        try:
            rest = super().parse_args(ctx, [*args])
        except wrong.MissingParameter:
            missing = self._missing(ctx, typed)
            if not missing:
                raise
            args = self._filled_in(ctx, args, missing)
            rest = super().parse_args(ctx, self._with_name(ctx, args, self.typed(ctx, args)))
        if rest and not ctx.resilient_parsing:
            raise UsageError(f"多出来的参数：{' '.join(map(shown, rest))}", "文字里有空格时用引号括起来")
        return rest

    def _with_name(self, ctx: Call, args: list[str], typed: Mapping[str, Any]) -> list[str]:
        """The words, with an empty name behind a list whose last word the parser would take for the name left out."""
        places = [parameter for parameter in self.known() if not parameter.flags]
        if len(places) != 2 or not places[0].many or places[1].required:
            return args
        return [*args, ""] if _reads(ctx, places[0], typed.get(places[1].name)) else args

    def _missing(self, ctx: Call, typed: Mapping[str, object]) -> list[Parameter]:
        """What has to be there and was not typed. One word that stood for a list is the list's: ``follow-up 1``."""
        missing = [p for p in self.known() if p.required and _is_blank(typed.get(p.name))]
        if missing and missing[0].many and not missing[0].flags:
            known = self.known()
            after = [p for p in known[known.index(missing[0]) + 1 :] if p.required and not p.flags]
            if taken := next((p for p in after if _reads(ctx, missing[0], typed.get(p.name))), None):
                return [taken, *missing[1:]]
        return missing

    def _filled_in(self, ctx: Call, args: list[str], missing: list[Parameter]) -> list[str]:
        from demandctl.terminal import filling

        if not filling.may_ask(args):
            usage = " ".join(p.usage for p in self.known() if p.required)
            hints = [f"写法：{ctx.command_path} {usage}", *(f"{p.usage}：{p.values}" for p in missing if p.values)]
            raise UsageError(f"缺少{'、'.join(p.called for p in missing)}", "\n".join(hints))
        root = ctx.find_root().command
        assert isinstance(root, Root)
        return filling.filled_in(_place(ctx), args, missing, root.answers)

    def _asks_of_times(self, params: list[ClickParameter]) -> bool:
        """Whether it may have to be told yes, and has no option for that: some time may be typed that is too far."""
        known = [parameter.known for parameter in params if isinstance(parameter, _Typed)]
        self._own_yes = any(p.takes and p.takes.reach for p in known) and all(p.name != "yes" for p in known)
        return self._own_yes

    def _agree_to_far_times(self, ctx: Call) -> None:
        """A time that can hardly be meant is asked about; off a terminal it is refused without ``--yes``."""
        for known in self.known():
            value = ctx.params.get(known.name)
            if known.takes and known.takes.reach and isinstance(value, date):
                from demandctl.core import times
                from demandctl.terminal.answers import agreed

                reach = getattr(times, known.takes.reach)
                if reason := times.too_far(value, ctx.obj.now, ctx.obj.calendar, reach):
                    agreed(f"{known.called} {reason}，没有写错吗", bool(ctx.params.get("yes")))
        if self._own_yes:
            del ctx.params["yes"]

    def invoke(self, ctx: Call) -> object:
        """Run it; where nothing was typed to do, what could be done is offered."""
        self._agree_to_far_times(ctx)
        while True:
            try:
                return super().invoke(ctx)
            except Lacking as error:
                from demandctl.terminal import filling

                if not filling.may_ask(f"--{name}" for name, value in ctx.params.items() if value is True):
                    raise
                ctx.params.update(filling.chosen(_place(ctx), self.known(), error))


def _calling(function: Callable[..., None]) -> Callable[..., None]:
    """The function with the call that is under way as its first argument."""

    def call(**values: object) -> None:
        function(get_current_context(), **values)

    return call


def _is_blank(words: object) -> bool:
    """Whether nothing was typed, in one word or in several."""
    said = words if isinstance(words, list | tuple) else [words or ""]
    return not "".join(map(str, said)).strip()


def _place(ctx: Call) -> Spot:
    from demandctl.terminal.filling import Spot

    return Spot(ctx.obj, ctx.command_path, str(ctx.info_name))


class Group(_Ours, TyperGroup):
    """A group whose commands are built when they are asked for."""

    def __init__(self, name: str, line: str, tree: Tree, **settings: Any) -> None:
        super().__init__(name=name, help=line, rich_markup_mode=None, **settings)
        self.tree = tree

    def list_commands(self, ctx: Call | None) -> list[str]:
        """The names in the order of the tree."""
        return [name for name in self.tree if name]

    def sections(self, ctx: Call) -> list[tuple[str, list[tuple[str, str]]]]:
        """Its parameters and its commands, each with its Chinese name."""
        room = max(map(len, self.tree))
        rows = [(f"{name:{room}} {entry.chinese}", entry.summary) for name, entry in self.tree.items() if name]
        return [*super().sections(ctx), ("命令", rows)]

    def parse_args(self, ctx: Call, args: list[str]) -> list[str]:
        """Where the tree has a nameless command, it is meant by whatever names no other: ``script NAME``."""
        nameless = self.tree.get("")
        named = self._name(args[0]) or args[0] in {*HELP, *_HELP_OPTION.flags} if args else ctx.resilient_parsing
        if nameless and not named:
            args = [next(name for name, entry in self.tree.items() if name and entry.does is nameless.does), *args]
        if not (args or self.invoke_without_command or ctx.resilient_parsing):
            say(ctx.get_help())  # a group alone: its help is the answer
            raise Ended(2)
        if not ctx.resilient_parsing:
            self.typed(ctx, args)
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Call, incomplete: str) -> list[CompletionItem]:
        """The names with their help lines, without loading a single command."""
        named = [(name, name, entry) for name, entry in self.tree.items() if name.startswith(incomplete)]
        if not incomplete.isascii():
            named = [(entry.chinese, name, entry) for name, entry in self.tree.items()]
        names = [
            CompletionItem(typed, help=f"{entry.chinese if typed == name else name} {entry.summary}".rstrip("。"))
            for typed, name, entry in named
            if name and typed.startswith(incomplete)
        ]
        nameless = self.get_command(ctx, "") if self.tree.get("") else None
        first = nameless.params[0].shell_complete(ctx, incomplete) if nameless else []
        flags = [name for parameter in self.known() for name in parameter.flags if incomplete[:1] == "-"]
        options = [CompletionItem(name) for name in flags if name.startswith(incomplete)]
        return [*names, *first, *options]

    def get_command(self, ctx: Call | None, cmd_name: str) -> Command | Group | None:
        """The command of that name, English or Chinese; None when there is none."""
        name = self._name(cmd_name)
        if name is None:
            return None
        entry = self.tree[name]
        found = loaded(entry.does) if isinstance(entry.does, str) else entry.does
        return Group(name, entry.line, found) if isinstance(found, Mapping) else Command(name, found)

    def _name(self, typed: str) -> str | None:
        """The English name of a command."""
        return (
            typed if typed in self.tree else next((n for n, entry in self.tree.items() if entry.chinese == typed), None)
        )

    def resolve_command(self, ctx: Call, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """The command that was named; a name that is none of ours is answered with the nearest ones."""
        typed, *rest = args
        if typed in HELP:
            if rest:
                return self.resolve_command(ctx, [*rest, "--help"])
            _show_help(ctx, None, True)
        command = self.get_command(ctx, typed)
        if command is not None:
            return command.name, command, rest
        if not typed.startswith("-") and not ctx.resilient_parsing:
            self._refuse(ctx, typed)
        return super().resolve_command(ctx, args)

    def _refuse(self, ctx: Call, typed: str) -> NoReturn:
        from difflib import get_close_matches

        chinese = {entry.chinese: name for name, entry in self.tree.items()}
        alike = 0.6 if typed.isascii() else 0.5  # of two characters one may be wrong
        near = get_close_matches(typed, [*self.tree, *chinese], n=3, cutoff=alike)
        hint = f"是不是 {'、'.join(near)}？" if near else f"看看有哪些：{ctx.command_path} --help"
        raise UsageError(f"没有命令“{shown(typed[:60])}”", hint)


def loaded(target: str) -> Tree | Callable[..., None]:
    """What ``module:attribute`` names, the module below ``demandctl.commands``."""
    module, _, attribute = target.partition(":")
    found: Tree | Callable[..., None] = getattr(import_module(f"demandctl.commands.{module}"), attribute)
    return found


# -- the program --------------------------------------------------------------------------------------------------


class Root(Group):
    """The program itself; every expected failure ends here, as text on stderr and an exit code."""

    def __init__(self, function: Callable[..., None], tree: Tree) -> None:
        line = cleandoc(function.__doc__ or "")
        super().__init__(
            "demandctl", line, tree, callback=_calling(function), params=[*_parameters(function)],
            invoke_without_command=True,
        )  # fmt: skip
        self.answers: dict[str, str] = {}
        """What was asked for because it was not typed."""

    def main(self, args: Sequence[str] | None = None, *_: object, **__: object) -> NoReturn:
        """Run and exit; a traceback can only come of a bug."""
        failing.mend_streams()
        words = sys.argv[1:] if args is None else [*args]
        if os.environ.get(shells.COMPLETING):
            self._answer_shell(words)
        try:
            with self.make_context("demandctl", words) as call:
                self.invoke(call)
            sys.stdout.flush()
            code = 0
        except Several as error:
            from demandctl.terminal import filling

            again = filling.one_of(error, words)
            if again is not None:
                self.main(again)
            code = failing.told(error)
        except wrong.UsageError as error:
            code = failing.told(_in_our_words(error))
        except (Exception, KeyboardInterrupt) as error:
            code = failing.told(error)
        sys.exit(code)

    def candidates(self, words: Sequence[str], unfinished: str) -> list[tuple[str, str]]:
        """Value and description of each candidate for an unfinished word after others."""
        given = [word for word in words if word != "="]
        call = _resolve_context(self, {}, "demandctl", given)
        # bash takes --kind=se apart at the sign; the other shells want the whole word back.
        place, start = _resolve_incomplete(call, given, "" if unfinished == "=" else unfinished)
        flag, sign, _ = unfinished.partition("=")
        before = flag + sign if sign and flag.startswith("--") else ""
        return [(before + str(item.value), shown(item.help or "")) for item in place.shell_complete(call, start)]

    def _answer_shell(self, words: list[str]) -> NoReturn:
        """Print the candidates for the last word; whatever goes wrong, a shell gets none, never an error."""
        try:
            unfinished, quote = shells.plain(words[-1] if words else "")
            found = self.candidates([shells.plain(word)[0] for word in words[:-1]], unfinished)
            sys.stdout.writelines(f"{line}\n" for line in shells.lines(os.environ[shells.COMPLETING], found, quote))
        except Exception:  # a person in the middle of a line is not to be told
            sys.exit(0)
        sys.exit(0)


def _in_our_words(error: wrong.UsageError) -> UsageError:
    """What the parser says about a wrong call, in Chinese."""
    path = error.ctx.command_path if error.ctx else "demandctl"
    hint = f"用法：{path} --help"
    if isinstance(error, wrong.NoSuchOption):
        near = "、".join(_alike(error))
        return UsageError(f"没有选项 {error.option_name}", f"是不是 {near}？" if near else hint)
    if isinstance(error, wrong.BadOptionUsage):
        needs = "不跟值" if "does not take" in error.message else "要跟一个值"
        return UsageError(f"选项 {error.option_name} {needs}", hint)
    return UsageError(f"用法不对：{error.message}", hint)


def _alike(error: wrong.NoSuchOption) -> list[str]:
    """The options of the command that are most like the one typed; ``--no`` alone means the other side of a pair."""
    from difflib import SequenceMatcher

    typed = error.option_name.lstrip("-")
    command = error.ctx.command if error.ctx else None
    known: list[Parameter] = command.known() if isinstance(command, _Ours) else []
    others = [name for parameter in known for name in parameter.off]
    if typed == "no":
        return others
    names = [*(name for parameter in known for name in parameter.flags if name.startswith("--")), *others]
    ratios = {name: SequenceMatcher(None, typed, name.lstrip("-")).ratio() for name in names}
    near = [name for name in names if ratios[name] >= 0.7 or (len(typed) > 1 and name[2:].startswith(typed))]
    return sorted(near, key=lambda name: -ratios[name])[:3]
