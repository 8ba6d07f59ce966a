"""Completion by Tab: what may stand at a place of the command line, asked from the ledger, and the shells' side of it.

The shell calls the program with ``_DEMANDCTL_COMPLETE`` set and the words so far as arguments; it answers a line for
each candidate, value and description with a tab between. What a parameter takes is known by its metavar, so that a new
command is completed without a word about it. A value never needs quoting: names that would are given by their number.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, get_args, get_type_hints

import typer
from typer.models import ParameterInfo

from demandctl.context import Context
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.terminal.shells import COMPLETING

SHELLS = ("bash", "zsh", "fish")
LIMIT = 50

_SAFE = re.compile(r"[\w.·-]+")
_ONE_OF = re.compile(r"[a-z][\w-]*(?:\|[a-z][\w-]*)+")

Found = Iterator[tuple[str, str]]


def answer(root: Any, words: Sequence[str]) -> None:
    """Print the candidates for the last word; whatever goes wrong, a shell gets none, never an error."""
    try:
        found = candidates(root, list(words[:-1]), words[-1] if words else "")
    except Exception:
        return
    for value, about in found:
        sys.stdout.write(f"{value}\t{about}\n" if about else f"{value}\n")


def candidates(root: Any, words: list[str], unfinished: str) -> list[tuple[str, str]]:
    """Value and description of each candidate for an unfinished word after others."""
    module = import_module(typer.BadParameter.__mro__[2].__module__.rpartition(".")[0] + ".shell_completion")
    unused = dict.fromkeys(module.ShellComplete.__abstractmethods__)
    finder = type("Finder", (module.ShellComplete,), unused)
    words = [_unquoted(word) for word in words if word != "="]
    items = finder(root, {}, "demandctl", COMPLETING).get_completions(words, "" if unfinished == "=" else unfinished)
    # bash takes --kind=se apart at the sign; the other shells want the whole word back.
    before = unfinished[: unfinished.index("=") + 1] if re.match(r"--[\w-]+=", unfinished) else ""
    return [(before + str(item.value), shown(item.help or "")) for item in items if item.type == "plain"]


def _unquoted(word: str) -> str:
    import shlex

    try:
        return " ".join(shlex.split(word))
    except ValueError:
        return word.strip("'\"")


def item(value: str, about: str = "") -> Any:
    """A candidate as the parser wants it."""
    module = import_module(typer.BadParameter.__mro__[2].__module__.rpartition(".")[0] + ".shell_completion")
    return module.CompletionItem(value, help=about.rstrip("。"))


# -- what a parameter takes --------------------------------------------------------------------------------------


def attach(function: Callable[..., None]) -> None:
    """Let the parameters of a command know what completes them."""
    for hint in get_type_hints(function, include_extras=True).values():
        for info in get_args(hint):
            if isinstance(info, ParameterInfo) and info.autocompletion is None:
                info.autocompletion = _completer(info.metavar or "", info.help or "")


def _completer(metavar: str, about: str) -> Callable[..., Any] | None:
    source = SOURCES.get(metavar)
    if source:

        def from_ledger(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
            return _read(ctx, source, incomplete)

        return from_ledger
    listed = choices(about)
    if listed:

        def one_of(incomplete: str) -> list[tuple[str, str]]:
            return [(value, label) for value, label in listed if value.startswith(incomplete)]

        return one_of
    return None


def choices(about: str) -> list[tuple[str, str]]:
    """The values that a help line lists, each with its Chinese; none where it lists none."""
    listed = _ONE_OF.search(about)
    values = listed[0].split("|") if listed else []
    return [(value, _label(value, values)) for value in values]


def _label(value: str, among: list[str]) -> str:
    """The Chinese of an enumeration's value; the values around it tell which enumeration."""
    from demandctl.vocabulary import Term

    for term in Term.__subclasses__():
        if list(term) == among:
            return term(value).label
    return ""


def _read(ctx: Any, source: Callable[..., Found], incomplete: str) -> list[tuple[str, str]]:
    from demandctl.queries.reader import reading

    given = ctx.find_root().params
    app = Context(given.get("db"), given.get("config_file"))
    try:
        with reading(app) as reader:
            found = source(reader, incomplete, ctx.info_name, LIMIT)
            return [(value, shown(about)) for value, about in found if _SAFE.fullmatch(value)][:LIMIT]
    except Exception:
        return []


_OF_DEMANDS = {
    "reopen": "d.closed_at IS NOT NULL",
    "confirm": "d.status = 'confirming'",
    "upgrade": "d.closed_at IS NULL AND d.kind = 'inquiry'",
    "verify": "d.closed_at IS NULL AND d.kind = 'opportunity'",
}
_OF_REVISITS = {
    "record": "r.recorded_at IS NULL",
    "call": "r.recorded_at IS NULL",
    "forward": "r.problem <> '' AND r.forwarded_at IS NULL AND r.solved_at IS NULL",
    "contacted": "r.forwarded_at IS NOT NULL AND r.contacted_at IS NULL",
    "planned": "r.forwarded_at IS NOT NULL AND r.solved_at IS NULL",
    "escalate": "r.recorded_at IS NOT NULL AND r.solved_at IS NULL",
    "solved": "r.recorded_at IS NOT NULL AND r.solved_at IS NULL",
}
"""Which ones a command can be about; others are about any that is open."""


def _demands(reader: Any, start: str, command: str, most: int) -> Found:
    letter = start[:1] if start[:1] in ("D", "d") else ""
    rows = reader.rows(
        "SELECT d.id, d.kind, d.product, d.content, c.name FROM demand AS d JOIN customer AS c ON c.id = d.customer_id "
        f"WHERE {_OF_DEMANDS.get(command, 'd.closed_at IS NULL')} AND CAST(d.id AS TEXT) LIKE ? "
        f"ORDER BY d.id DESC LIMIT {most}",
        (f"{start[len(letter) :]}%",),
    )
    from demandctl.vocabulary import Kind

    for row in rows:
        yield f"{letter}{row['id']}", f"{row['name']} {Kind(row['kind']).label} {row['product'] or row['content'][:16]}"


def _contacts(reader: Any, start: str, command: str, most: int) -> Found:
    rows = reader.rows(
        "SELECT id, name, branch, role, phone FROM contact WHERE active AND (name LIKE :s OR CAST(id AS TEXT) LIKE :s) "
        f"ORDER BY branch = '', id LIMIT {most}",
        {"s": f"{start}%"},
    )
    from demandctl.vocabulary import Role

    names = [row["name"] for row in rows]
    for row in rows:
        plain = _SAFE.fullmatch(row["name"]) and names.count(row["name"]) == 1 and not start.isdecimal()
        about = f"{row['branch'] or '无分公司'} {Role(row['role']).label} {row['phone']}"
        yield (row["name"], about) if plain else (str(row["id"]), f"{row['name']} {about}")


def _customers(reader: Any, start: str, command: str, most: int) -> Found:
    rows = reader.rows(
        "SELECT id, name, region FROM customer WHERE erased_at IS NULL AND merged_into IS NULL AND "
        f"(name LIKE :s OR printf('K%05d', id) LIKE :s) ORDER BY id DESC LIMIT {most}",
        {"s": f"{start}%"},
    )
    for row in rows:
        code = Subject.customer(row["id"]).code
        by_name = start and not code.lower().startswith(start.lower()) and _SAFE.fullmatch(row["name"])
        yield (row["name"], f"{code} {row['region']}") if by_name else (code, f"{row['name']} {row['region']}")


def _revisits(reader: Any, start: str, command: str, most: int) -> Found:
    from demandctl.vocabulary import RevisitKind

    for row in reader.rows(
        "SELECT r.id, r.kind, c.name FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id "
        f"WHERE CAST(r.id AS TEXT) LIKE ? AND {_OF_REVISITS.get(command, '1')} "
        f"ORDER BY r.solved_at IS NOT NULL, r.id DESC LIMIT {most}",
        (f"{start}%",),
    ):
        yield str(row["id"]), f"{row['name']} {RevisitKind(row['kind']).label}"


def _distinct(table: str, column: str) -> Callable[..., Found]:
    def names(reader: Any, start: str, command: str, most: int) -> Found:
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE ? AND {column} <> '' LIMIT {most}"
        for row in reader.rows(query, (f"{start}%",)):
            yield row[0], ""

    return names


def _tags(reader: Any, start: str, command: str, most: int) -> Found:
    for table in ("demand", "customer"):
        tags = f"{table}, json_each({table}.tags) AS tag"
        query = f"SELECT DISTINCT tag.value FROM {tags} WHERE tag.value LIKE ? LIMIT {most}"
        for row in reader.rows(query, (f"{start}%",)):
            yield row[0], ""


def _rules(reader: Any, start: str, command: str, most: int) -> Found:
    for row in reader.rows("SELECT DISTINCT rule, rule_name FROM deadline WHERE rule LIKE ?", (f"{start}%",)):
        yield row["rule"], row["rule_name"]


def _scripts(reader: Any, start: str, command: str, most: int) -> Found:
    from demandctl.messages import scripts

    for script in scripts.load(reader.context.scripts_path):
        if script.id.startswith(start):
            yield script.id, script.name


def _departments(reader: Any, start: str, command: str, most: int) -> Found:
    ours = reader.context.config.department
    given = reader.rows("SELECT DISTINCT department FROM revisit WHERE department <> '' ORDER BY 1 LIMIT 50")
    for name in dict.fromkeys([ours, *(row["department"] for row in given)]):
        if name and name.startswith(start):
            yield name, ""


def _backups(reader: Any, start: str, command: str, most: int) -> Found:
    from demandctl.store import copies

    for copy in copies.kept(reader.context):
        yield str(copy.path), copies.REASONS.get(copy.reason, copy.reason)


def _settings(reader: Any, start: str, command: str, most: int) -> Found:
    from demandctl.context import settings

    for name, value in settings(reader.context).items():
        if name.startswith(start) and name != "notify":
            yield name, "、".join(value) if isinstance(value, list) else str(value or "")


def _either(*sources: Callable[..., Found]) -> Callable[..., Found]:
    def both(reader: Any, start: str, command: str, most: int) -> Found:
        for source in sources:
            yield from source(reader, start, command, most)

    return both


SOURCES: dict[str, Callable[..., Found]] = {
    "编号": _demands,
    "回访编号": _revisits,
    "对象": _either(_demands, _contacts),
    "客户": _customers,
    "联系人": _contacts,
    "对接人": _contacts,
    "人": _contacts,
    "交出人": _contacts,
    "接手人": _contacts,
    "话术": _scripts,
    "规则": _rules,
    "标签": _tags,
    "分公司": _distinct("contact", "branch"),
    "社群": _distinct("demand", "group_name"),
    "产品": _distinct("demand", "product"),
    "地区": _distinct("demand", "region"),
    "部门": _departments,
    "备份文件": _backups,
    "配置项": _settings,
}
"""What completes a parameter, by its metavar."""

OUTSIDE = {"话术", "备份文件", "配置项"}
"""Of these the ones that are kept outside the ledger, so that they are known without one."""


# -- the shells' side --------------------------------------------------------------------------------------------

BASH = """\
# demandctl 的补全。编号旁边显示客户姓名。
_demandctl() {
    local line
    local -a lines=()
    while IFS= read -r line; do lines+=("$line"); done < <(
        %(variable)s=bash "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=()
    if [ "${#lines[@]}" -eq 1 ]; then
        COMPREPLY=("${lines[0]%%%%$'\\t'*}")
        return 0
    fi
    for line in "${lines[@]+"${lines[@]}"}"; do
        COMPREPLY+=("${line//$'\\t'/  }")
    done
}
complete -o default -o nosort -F _demandctl demandctl 2>/dev/null || complete -o default -F _demandctl demandctl
"""

ZSH = """\
#compdef demandctl
# demandctl 的补全。编号旁边显示客户姓名。
_demandctl() {
    local line
    local -a values labels
    for line in "${(@f)$(%(variable)s=zsh ${(Q)words[1]} "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ -z $line ]] && continue
        values+=("${line%%%%$'\\t'*}")
        labels+=("${line//$'\\t'/  }")
    done
    if (( $#values )); then
        compadd -V demandctl -l -d labels -a values
    else
        _files
    fi
}
if [[ $funcstack[1] == _demandctl ]]; then
    _demandctl "$@"
else
    compdef _demandctl demandctl
fi
"""

FISH = """\
# demandctl 的补全。编号旁边显示客户姓名。
function __demandctl_some
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -g __demandctl_found (env %(variable)s=fish $program $words (commandline -ct) 2>/dev/null)
    test (count $__demandctl_found) -gt 0
end
complete -c demandctl -n __demandctl_some -f -k -a '$__demandctl_found'
"""

SCRIPTS = {name: text % {"variable": COMPLETING} for name, text in zip(SHELLS, (BASH, ZSH, FISH), strict=True)}
