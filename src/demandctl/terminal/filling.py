"""What a command lacks is asked for on a terminal, one question for each parameter by what it takes.

An argument that has to be typed and was not is asked for before the command runs; a command that was told of nothing to
do raises ``Lacking``, and its parameters are offered with their present values. The command goes on as if the answers
had been typed. What a parameter takes is known by its metavar, as in completion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

from demandctl.context import Context
from demandctl.errors import Lacking, NotFound, Offer
from demandctl.language.display import shown
from demandctl.terminal import asking, completing

_UNASKED = {"--json", "--yes", "-y"}
"""With one of these nobody is asked."""
_LISTED = 2000
"""How many candidates are looked through for what is typed."""


def may_ask(words: Iterable[str]) -> bool:
    """Whether somebody sits at a terminal who has not asked to be left alone."""
    return asking.can_ask() and not _UNASKED.intersection(words)


# -- what has to be there --------------------------------------------------------------------------------------------


def filled_in(ctx: Any, words: Sequence[str], missing: Sequence[Any], answers: dict[str, str]) -> list[str]:
    """The words of a command line with those that are *missing*, asked for one after the other.

    *answers* keeps them, for a command that is begun again with one of several names. Abort when the person cancels.
    """
    said: dict[str, str] = {}  # who goes back finds what he had answered

    def ask(parameter: Any, back: bool) -> Any:
        key = _key(ctx, parameter)
        said[key] = _asked(ctx, parameter, Offer(said.get(key, "")), back)
        return said[key]

    asked = [parameter for parameter in missing if _key(ctx, parameter) not in answers]
    answers |= asking.form([(_key(ctx, parameter), partial(ask, parameter)) for parameter in asked])
    options = [f"{p.opts[0]}={answers[_key(ctx, p)]}" for p in missing if p.param_type_name == "option"]
    arguments = [answers[_key(ctx, p)] for p in missing if p.param_type_name == "argument"]
    dashed = "--" not in words and any(word.startswith("-") for word in arguments)
    return [*options, *words, *(["--"] if dashed else []), *arguments]


def _key(ctx: Any, parameter: Any) -> str:
    return f"{ctx.command_path} {parameter.name}"


# -- what could be done ----------------------------------------------------------------------------------------------


def chosen(ctx: Any, lacking: Lacking) -> dict[str, Any]:
    """What the person wants done, as values of parameters: which, and each in turn until that is all."""
    offers = lacking.offers()
    parameters = {p.name: p for p in ctx.command.get_params(ctx) if p.name in offers}
    if len(parameters) == 1:
        [(name, parameter)] = parameters.items()
        return {name: _value(parameter, _asked(ctx, parameter, offers[name], False))}
    given: dict[str, Any] = {}
    while True:
        lines = [(name, _line(ctx, parameters[name], offer, given)) for name, offer in offers.items()]
        done = [(None, f"就这些，写入（{len(given)} 项）")] if given else []
        name = asking.choose("哪一项", [*done, *lines])
        if name is None:
            return given
        try:
            answer = _asked(ctx, parameters[name], _now(offers[name], given.get(name)), True, given)
        except asking.Back:
            continue
        given.pop(name, None)
        if _told(answer) != offers[name].present:
            given[name] = _value(parameters[name], answer)


def _now(offer: Offer, given: Any) -> Offer:
    return offer if given is None else offer._replace(present=_told(given))


def _line(ctx: Any, parameter: Any, offer: Offer, given: Mapping[str, Any]) -> str:
    labels = dict(_choices(parameter, offer, given))
    now = labels.get(offer.present) or offer.present
    after = _told(given[parameter.name]) if parameter.name in given else None
    change = "" if after is None else f" → {labels.get(after) or after or '（空）'}"
    return shown(f"{title(ctx, parameter)}　{now.partition(chr(10))[0][:40]}{change}")


def _choices(parameter: Any, offer: Offer, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [*offer.choices(given)] if offer.choices else completing.choices(parameter.help or "")


def _told(given: Any) -> str:
    if isinstance(given, bool):
        return "是" if given else "否"
    return "、".join(given) if isinstance(given, list) else str(given)


def _value(parameter: Any, answer: Any) -> Any:
    """The answer as the parser would hand it over."""
    from demandctl.terminal.typed import split

    many = getattr(parameter, "multiple", False) or parameter.nargs != 1
    return split([answer]) if many else answer


# -- one question ----------------------------------------------------------------------------------------------------


def _asked(ctx: Any, parameter: Any, offer: Offer, back: bool, given: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """The value of one parameter: chosen where its values are listed, else typed."""
    question = title(ctx, parameter)
    if getattr(parameter, "is_flag", False):
        if not parameter.secondary_opts:
            return True
        now = {"是": True, "否": False}.get(offer.present)
        return asking.choose(question, [(True, "是"), (False, "否")], now, back=back)
    choices = _choices(parameter, offer, given)
    if choices:
        return asking.choose(question, [(v, label or v) for v, label in choices], offer.present or None, back=back)
    app: Context = ctx.obj
    what = parameter.metavar or ""
    known = _known(app, what, ctx.info_name)
    needed, files = parameter.required, what == "文件"
    check = partial(CHECKS[what], app) if what in CHECKS else None
    answer = asking.text(question, offer.present, check=check, needed=needed, known=known, back=back, files=files)
    return str(Path(answer).expanduser()) if files and answer != "-" else answer


_TABLES = {"customer": "customer", "contact": "contact", "revisit": "revisit", "follow-up": "follow_up"}
"""The table whose columns the parameters of a family of commands are; of all others that of demands."""


def title(ctx: Any, parameter: Any) -> str:
    """What a parameter is called in a question."""
    from demandctl.store.fields import known

    what, about = parameter.metavar or "", re.split("[；，：（]", parameter.help or "")[0]
    if parameter.param_type_name == "option" and not parameter.required:
        table = _TABLES.get(ctx.command_path.split()[1], "demand")
        columns = (f"{parameter.name}{ending}" for ending in ("", "s", "_name", "_on", "_at"))
        fields = (known(table, column) for column in columns)
        if name := next((field.name for field in fields if field and field.name), ""):
            return name
    if what in about or not what:
        return about
    return what if not about or completing.choices(about) else f"{what}（{about}）"


def _known(app: Context, what: str, command: str) -> list[tuple[str, str]]:
    """What the ledger has of a kind; NotFound where there is no ledger yet."""
    from demandctl.queries.reader import reading

    source = completing.SOURCES.get(what)
    if source is None:
        return []
    if what in completing.OUTSIDE:
        return [*source(SimpleNamespace(context=app), "", command, _LISTED)]
    with reading(app) as reader:
        return [*source(reader, "", command, _LISTED)]


def _demand(app: Context, text: str) -> None:
    from demandctl.queries.demands import read_demand
    from demandctl.queries.reader import reading
    from demandctl.terminal.typed import demand_number

    with reading(app) as reader:
        read_demand(reader, demand_number(text))


def _revisit(app: Context, text: str) -> None:
    from demandctl.queries.reader import reading
    from demandctl.queries.revisits import read_revisit
    from demandctl.terminal.typed import revisit_number

    with reading(app) as reader:
        read_revisit(reader, revisit_number(text))


def _customer(app: Context, text: str) -> None:
    from demandctl.queries.naming import find_customer_id
    from demandctl.queries.reader import reading
    from demandctl.terminal.typed import one_line

    with reading(app) as reader:
        find_customer_id(reader, one_line(text))


def _contact(app: Context, text: str) -> None:
    from demandctl.queries.naming import find_contact_id
    from demandctl.queries.reader import reading
    from demandctl.terminal.typed import one_line

    with reading(app) as reader:
        find_contact_id(reader, one_line(text))


def _script(app: Context, text: str) -> None:
    from demandctl.messages import scripts

    scripts.find(scripts.load(app.scripts_path), text)


def _phone(app: Context, text: str) -> None:
    from demandctl.language.phones import normalise

    normalise(text)


def _past(app: Context, text: str) -> None:
    from demandctl.terminal.typed import past

    past(app, text, "时间")


def _file(app: Context, text: str) -> None:
    if text != "-" and not Path(text).expanduser().is_file():
        raise NotFound(f"没有文件 {text}")


CHECKS: Mapping[str, Callable[[Context, str], None]] = {
    "编号": _demand,
    "回访编号": _revisit,
    "客户": _customer,
    "联系人": _contact,
    "对接人": _contact,
    "交出人": _contact,
    "接手人": _contact,
    "话术": _script,
    "电话": _phone,
    "时间": _past,
    "日期": _past,
    "文件": _file,
    "备份文件": _file,
}
"""What an answer is held against before the next question, by the parameter's metavar."""
