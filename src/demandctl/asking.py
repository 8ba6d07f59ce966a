"""Questions on a terminal: editing that knows double-width characters, cancel that leaves nothing half done.

Questions go to stderr like all talk. Each raises ``typer.Abort`` when the person cancels (Ctrl-C, Ctrl-D). Off a
terminal nothing may be asked: look at ``can_ask`` first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import typer

from demandctl.errors import DemandctlError, UsageError

Check = Callable[[str], object]
"""Reads an answer; a DemandctlError says what is wrong with it, and the question is asked again."""

KEYS = "（方向键或数字选，回车确定）"


def can_ask() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def text(
    question: str, default: str = "", *, check: Check | None = None, needed: bool = False, known: Iterable[str] = ()
) -> str:
    """A line of text; *known* are completed with Tab. ``needed`` refuses an empty answer."""

    def problem(answer: str) -> bool | str:
        if not answer.strip():
            return "这一项不能空着" if needed else True
        try:
            if check:
                check(answer)
        except DemandctlError as error:
            return str(error)
        return True

    import questionary

    words = list(known)
    extra: dict[str, Any] = {}
    if words:
        from prompt_toolkit.completion import WordCompleter

        extra = {"completer": WordCompleter(words, sentence=True, match_middle=True), "complete_while_typing": True}
    answer: str = _asked(questionary.text(question, default, validate=problem, **_look(), **extra))
    return answer.strip()


def choose(question: str, choices: Sequence[tuple[Any, str]], default: Any = None) -> Any:
    """One of several: pairs of a value and its label; *default* is the value the pointer stands on."""
    import questionary

    # By place, not by value: the package takes a value of None for none given.
    listed = [questionary.Choice(label, value=place) for place, (_, label) in enumerate(choices)]
    start = next((listed[place] for place, (value, _) in enumerate(choices) if value == default is not None), None)
    look = _look()
    place: int = _asked(
        questionary.select(
            question, listed, default=start, use_shortcuts=len(listed) < 10, use_jk_keys=False, instruction=KEYS, **look
        )
    )
    return choices[place][0]


def yes(question: str, default: bool = True) -> bool:
    """A yes or no; one key is enough."""
    import questionary
    from questionary.prompts import confirm

    for name, word in (("YES", "是"), ("NO", "否")):
        setattr(confirm, name, word)  # the package speaks English alone
    hint = "（回车是，n 否）" if default else "（y 是，回车否）"
    answer: bool = _asked(questionary.confirm(question, default, instruction=hint, **_look()))
    return answer


def confirmed(question: str, yes_given: bool, option: str = "--yes") -> bool:
    """Whether the person agrees; ``--yes`` agrees at once, off a terminal it is needed."""
    if yes_given:
        return True
    if not can_ask():
        raise UsageError(f"{question}这一步要确认", f"确认无误就加上 {option}")
    return yes(question, default=False)


def _look() -> dict[str, Any]:
    from prompt_toolkit.output import create_output

    return {"qmark": "?", "output": create_output(stdout=sys.stderr)}


def _asked(question: Any) -> Any:
    try:
        return question.unsafe_ask()
    except (KeyboardInterrupt, EOFError) as error:
        raise typer.Abort from error
