"""Questions on a terminal: editing that knows double-width characters, cancel that leaves nothing half done.

Questions go to stderr like all talk. Each raises ``Cancelled`` when the person cancels (Esc, Ctrl-C, Ctrl-D). Off a
terminal nothing may be asked: look at ``can_ask`` first. In a ``form`` one can go back to the question before.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from demandctl.errors import Cancelled, DemandctlError, Several
from demandctl.language.display import shown
from demandctl.terminal.render import say

if TYPE_CHECKING:
    from prompt_toolkit.application import Application
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import Output
    from questionary import Question

T = TypeVar("T")

Check = Callable[[str], object]
"""Reads an answer; a DemandctlError says what is wrong with it, and the question is asked again."""

Words = Sequence[tuple[str, str]]
"""What may be typed, each with its description."""

KEYS, ARROWS = "（方向键或数字选，回车确定，Esc 取消）", "（方向键选，回车确定，Esc 取消）"
BACK = "<"
"""Typed alone it goes back to the question before, where there is one."""


class Back(Exception):
    """The person wants the question before again."""


class _Look(TypedDict):
    """How each question looks, and where it is written."""

    qmark: str
    output: Output


class _Aids(TypedDict, total=False):
    """What helps while a line is typed."""

    instruction: str
    completer: Completer
    complete_while_typing: bool


def can_ask() -> bool:
    """Whether a person sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def text(
    question: str,
    default: str = "",
    *,
    check: Check | None = None,
    needed: bool = False,
    known: Iterable[str | tuple[str, str]] = (),
    back: bool = False,
    files: bool = False,
) -> str:
    """A line of text; *known* are completed while typing, and those that come with a description are listed at once.

    What is typed of a description that no other has stands for its value. ``needed`` refuses an empty answer; with
    ``files`` names of files are completed.
    """
    import questionary

    words = [(word, "") if isinstance(word, str) else word for word in known]
    asked = questionary.text(
        question, default, validate=partial(_problem, words=words, check=check, needed=needed, back=back),
        validate_while_typing=False, **_look(), **_aids(words, files=files, back=back),
    )  # fmt: skip
    if any(about for _, about in words) and not default:
        asked.application.pre_run_callables.append(asked.application.current_buffer.start_completion)
    answer: str = _asked(asked, typed=True).strip()
    if back and answer == BACK:
        raise Back
    meant = _meant(answer, words)
    if meant != answer:
        say(f"  {shown(meant)}  {shown(dict(words)[meant])}")
    return _which(meant, check)


def _problem(answer: str, words: Words, check: Check | None, needed: bool, back: bool) -> bool | str:
    """What is wrong with an answer, True where nothing is."""
    typed = answer.strip()
    if not typed:
        return "这一项不能空着" if needed else True
    if check is None or (back and typed == BACK):
        return True
    try:
        check(_meant(typed, words))
    except Several:
        return True  # which one is asked after
    except DemandctlError as error:
        fits = [value for value, about in words if typed in about]
        return f"“{shown(typed)}”不止一个，从列表里选一个" if len(fits) > 1 else shown(error)
    return True


def _aids(words: Words, *, files: bool, back: bool) -> _Aids:
    """What completes a line while it is typed, and the word about the way back."""
    aids: _Aids = {"instruction": f"（{BACK} 上一步，Esc 取消）"} if back else {}
    if files:
        from prompt_toolkit.completion import PathCompleter

        return aids | {"completer": PathCompleter(expanduser=True), "complete_while_typing": True}
    return aids | {"completer": _completer(words), "complete_while_typing": True} if words else aids


def _meant(answer: str, words: Words) -> str:
    """The value whose description alone has the answer in it, else the answer itself; a number is always itself."""
    if not answer or answer.isdecimal() or answer in dict(words):
        return answer
    found = [value for value, about in words if answer in about]
    return found[0] if len(found) == 1 else answer


def _which(answer: str, check: Check | None) -> str:
    """The answer, or the one that the person chooses where it names several."""
    try:
        if check and answer:
            check(answer)
    except Several as several:
        return one_of(several)
    return answer


def one_of(several: Several) -> str:
    """Which one a name is meant to be."""
    question = f"“{shown(several.text)}”不止一位，是哪一位"
    return choose(question, [(value, shown(label)) for value, label in several.choices])


def _completer(words: Words) -> Completer:
    """Completes by any part of a value, of its description, or of the pinyin of the name in either."""
    from prompt_toolkit.completion import Completer, Completion

    from demandctl.language import pinyin

    spelled: list[str] = []

    class OfWords(Completer):
        def get_completions(self, document: Document, event: CompleteEvent) -> Iterator[Completion]:
            typed = document.text.strip().lower()
            letters = pinyin.typed(typed)
            if letters and not spelled:
                spelled.extend(pinyin.spelled(value, about.partition(" ")[0]) for value, about in words)
            for place, (value, about) in enumerate(words):
                by_pinyin = letters and f" {letters}" in f" {spelled[place]}"
                if typed in value.lower() or typed in about.lower() or by_pinyin:
                    yield Completion(value, -len(document.text), display=shown(value), display_meta=shown(about))

    return OfWords()


def choose(
    question: str, choices: Sequence[tuple[T, str]], default: object = None, *, back: bool = False, keys: str = "",
    last_at_once: bool = False,
) -> T:  # fmt: skip
    """One of several: pairs of a value and its label; *default* is the value the pointer stands on.

    *keys* are theirs, one each, where a figure in their order will not do; with *last_at_once* the last one's key
    answers by itself, without Enter.
    """
    import questionary

    # By place, not by value: the package takes a value of None for none given.
    labels = [label for _, label in choices] + ["← 上一步"] * back
    own = dict(enumerate(keys))
    listed = [questionary.Choice(label, value=place, shortcut_key=own.get(place)) for place, label in enumerate(labels)]
    start = next((listed[place] for place, (value, _) in enumerate(choices) if value == default is not None), None)
    few = bool(keys) or len(listed) < 10
    asked = questionary.select(
        question, listed, default=start, use_shortcuts=few, use_jk_keys=False, instruction=KEYS if few else ARROWS,
        **_look(),
    )  # fmt: skip
    if last_at_once:
        _answer_at_once(asked.application, keys[len(choices) - 1], len(choices) - 1)
    place = int(_asked(asked))
    if place == len(choices):
        raise Back
    return choices[place][0]


def _answer_at_once(application: Application[Any], pressed: str, place: int) -> None:
    """Let a key answer by itself."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    bindings = KeyBindings()

    @bindings.add(pressed, eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=place)

    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), bindings])


def key(question: str, keys: str) -> str:
    """One key out of *keys*, or Enter for none of them: an empty text. Other keys are not heard."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    bindings = KeyBindings()

    def answer(char: str) -> None:
        @bindings.add(char or "enter", eager=True)
        def _(event: KeyPressEvent) -> None:
            event.app.current_buffer.text = char
            event.app.exit(result=char)

    @bindings.add("<any>")
    def _(event: KeyPressEvent) -> None:
        pass

    for char in ["", *keys]:
        answer(char)
    bound = merge_key_bindings([bindings, _leaving(typed=False)])
    session: PromptSession[str] = PromptSession(key_bindings=bound, output=_look()["output"])
    with _leaves(session.app):
        return session.prompt(question)


def form(steps: Sequence[tuple[str, Callable[[bool], T]]]) -> dict[str, T]:
    """Ask one after the other; each step is a name and a question that is told whether it may go back."""
    answers: dict[str, T] = {}
    place = 0
    while place < len(steps):
        name, ask = steps[place]
        try:
            answers[name] = ask(place > 0)
            place += 1
        except Back:
            place -= 1
    return answers


def pasted(question: str) -> str:
    """Text of many lines, put in by the terminal's own paste: Enter ends it, of typed lines Ctrl-D does."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.keys import Keys

    keys, whole = KeyBindings(), []

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        whole.append(True)
        event.current_buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        if whole:
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")

    @keys.add("c-d")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    bindings = merge_key_bindings([_leaving(typed=True), keys])
    session: PromptSession[str] = PromptSession(multiline=True, key_bindings=bindings, output=_look()["output"])
    with _leaves(session.app):
        return session.prompt(question + "\n")


def yes(question: str, default: bool = True) -> bool:
    """A yes or no; one key is enough."""
    import questionary
    from questionary.prompts import confirm

    for name, word in (("YES", "是"), ("NO", "否")):
        setattr(confirm, name, word)  # the package speaks English alone
    hint = "（回车是，n 否）" if default else "（y 是，回车否）"
    answer: bool = _asked(questionary.confirm(question, default, instruction=hint, **_look()))
    return answer


def _look() -> _Look:
    from prompt_toolkit.output import create_output

    return {"qmark": "?", "output": create_output(stdout=sys.stderr)}


def _asked(question: Question, *, typed: bool = False) -> Any:
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    application = question.application
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), _leaving(typed)])
    with _leaves(application):
        return question.unsafe_ask()


@contextmanager
def _leaves(application: Application[Any]) -> Iterator[None]:
    """Cancelled for whoever leaves a question, by a key or by Ctrl-C before or after it is on the screen.

    Until the terminal gives Ctrl-C as a key it is a signal, which would fall into the making of the event loop: it is
    remembered, and leaves the question as soon as that runs.
    """
    pressed: list[int] = []

    def leave() -> None:
        if pressed:
            application.exit(exception=KeyboardInterrupt)

    _mind_keys(application)
    application.pre_run_callables.append(leave)
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    except (KeyboardInterrupt, EOFError) as error:
        raise Cancelled from error
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise Cancelled


def _leaving(typed: bool) -> KeyBindings:
    """Keys that leave a question as Ctrl-C does: Esc, and where nothing is *typed* Ctrl-D."""
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.keys import Keys

    keys = KeyBindings()

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt)

    keys.add("escape")(leave)
    if not typed:
        keys.add("c-d")(leave)

    @keys.add(Keys.Vt100MouseEvent)
    def _(event: KeyPressEvent) -> None:
        """A colour code in what is pasted is taken for the mouse, which is not in use: nothing happens."""

    return keys


def _mind_keys(application: Application[str]) -> None:
    """A short wait tells Esc from the arrow keys that begin with it; the first key that leaves a question leaves it.

    A second one that was pressed before the question was gone (Ctrl-C behind Esc) would be an error of its own.
    """
    application.ttimeoutlen = 0.2
    application.timeoutlen = 0.2
    leave = application.exit

    def leave_once(**how: Any) -> None:
        if application.future and not application.future.done():
            leave(**how)

    vars(application)["exit"] = leave_once
