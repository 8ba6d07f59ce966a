"""What a command lacks is asked for on a terminal, one question for each parameter by what it takes.

An argument that has to be typed and was not is asked for before the command runs; a command that was told of nothing to
do raises ``Lacking``, and its parameters are offered with their present values. The command goes on as if the answers
had been typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from demandctl.context import Context
from demandctl.errors import Lacking, NotFound, Offer, Several
from demandctl.language.display import shown
from demandctl.terminal import asking, known
from demandctl.terminal.takes import Parameter, SoFar

_UNASKED = {"--json", "--yes", "-y"}
"""With one of these nobody is asked."""
_LISTED = 2000
"""How many candidates are looked through for what is typed."""
_YES_NO = ((True, "是"), (False, "否"))

Answer = str | bool
"""What was chosen or typed for a parameter."""


class Spot(NamedTuple):
    """Where in the program one is: a command with its whole and its last name."""

    app: Context
    path: str
    command: str


def may_ask(words: Iterable[str]) -> bool:
    """Whether somebody sits at a terminal who has not asked to be left alone."""
    return asking.can_ask() and not _UNASKED.intersection(words)


# -- what has to be there --------------------------------------------------------------------------------------------


def filled_in(place: Spot, words: Sequence[str], missing: Sequence[Parameter], answers: dict[str, str]) -> list[str]:
    """The words of a command line with those that are *missing*, asked for one after the other.

    *answers* keeps them, for a command that is begun again with one of several names. Cancelled when the person leaves.
    """
    said: dict[str, str] = {}  # who goes back finds what he had answered

    def ask(parameter: Parameter, back: bool) -> str:
        key = _key(place, parameter)
        said[key] = str(_asked(place, parameter, Offer(said.get(key, "")), back))
        return said[key]

    asked = [parameter for parameter in missing if _key(place, parameter) not in answers]
    answers |= asking.form([(_key(place, parameter), partial(ask, parameter)) for parameter in asked])
    options = [f"{p.flags[0]}={answers[_key(place, p)]}" for p in missing if p.flags]
    arguments = [answers[_key(place, p)] for p in missing if not p.flags]
    dashed = "--" not in words and any(word.startswith("-") for word in arguments)
    return [*options, *words, *(["--"] if dashed else []), *arguments]


def _key(place: Spot, parameter: Parameter) -> str:
    return f"{place.path} {parameter.name}"


def one_of(error: Several, words: list[str]) -> list[str] | None:
    """The command line with the one that the person chooses among several; None where nobody can be asked.

    Nothing was written: a name is looked up before anything else happens.
    """
    where = next((n for n, word in enumerate(words) if " ".join(word.split()) == error.text), None)
    if where is None or "--json" in words or not asking.can_ask():
        return None
    return [*words[:where], asking.one_of(error), *words[where + 1 :]]


# -- what could be done ----------------------------------------------------------------------------------------------


def chosen(place: Spot, parameters: Sequence[Parameter], lacking: Lacking) -> dict[str, object]:
    """What the person wants done, as values of parameters: which, and each in turn until that is all."""
    offers = lacking.offers()
    offered = {parameter.name: parameter for parameter in parameters if parameter.name in offers}
    if len(offered) == 1:
        [(name, parameter)] = offered.items()
        return {name: _value(place, parameter, _asked(place, parameter, offers[name], False))}
    told: dict[str, Answer] = {}
    while True:
        lines = [(name, _line(offered[name], offer, told)) for name, offer in offers.items()]
        done = [("", f"就这些，写入（{len(told)} 项）")] if told else []
        name = asking.choose("哪一项", [*done, *lines])
        if not name:
            return {name: _value(place, offered[name], answer) for name, answer in told.items()}
        try:
            answer = _asked(place, offered[name], _now(offers[name], told.get(name)), True, told)
        except asking.Back:
            continue
        told.pop(name, None)
        if _in_words(answer) != offers[name].present:
            told[name] = answer


def _now(offer: Offer, answer: Answer | None) -> Offer:
    return offer if answer is None else offer._replace(present=_in_words(answer))


def _line(parameter: Parameter, offer: Offer, told: SoFar) -> str:
    labels = dict(_choices(parameter, offer, told))
    now = labels.get(offer.present) or offer.present
    after = _in_words(told[parameter.name]) if parameter.name in told else None
    change = "" if after is None else f" → {labels.get(after) or after or '（空）'}"
    return shown(f"{parameter.title}　{now.partition(chr(10))[0][:40]}{change}")


def _choices(parameter: Parameter, offer: Offer, told: SoFar) -> list[tuple[str, str]]:
    if offer.choices:
        return [*offer.choices(told)]
    return [*parameter.takes.choices(told)] if parameter.takes and not parameter.many else []


def _in_words(answer: object) -> str:
    return dict(_YES_NO)[answer] if isinstance(answer, bool) else str(answer)


def _value(place: Spot, parameter: Parameter, answer: Answer) -> object:
    """The answer as the parser would hand it over."""
    return parameter.read(place.app, answer) if isinstance(answer, str) else answer


# -- one question ----------------------------------------------------------------------------------------------------


def _asked(place: Spot, parameter: Parameter, offer: Offer, back: bool, told: SoFar = MappingProxyType({})) -> Answer:
    """The answer for one parameter: chosen where its values are listed, else typed."""
    takes = parameter.takes
    if takes is None:
        if not parameter.off:
            return True
        now = {"是": True, "否": False}.get(offer.present)
        return asking.choose(parameter.title, _YES_NO, now, back=back)
    choices = _choices(parameter, offer, told)
    if choices:
        listed = [(value, label or value) for value, label in choices]
        return asking.choose(parameter.title, listed, offer.present or None, back=back)
    offered = known.candidates(place.app, takes.known, "", place.command, _LISTED) if takes.known else []
    answer = asking.text(
        parameter.title, offer.present, check=partial(_check, place.app, parameter), needed=parameter.required,
        known=offered, back=back, files=takes.files,
    )  # fmt: skip
    return str(Path(answer).expanduser()) if takes.files and answer != "-" else answer


def _check(app: Context, parameter: Parameter, text: str) -> None:
    """A DemandctlError for an answer that the command could not take."""
    assert parameter.takes is not None
    parameter.read(app, text)
    known.check(app, parameter.takes.known, text)
    if parameter.takes.files and text != "-" and not Path(text).expanduser().is_file():
        raise NotFound(f"没有文件 {text}")
