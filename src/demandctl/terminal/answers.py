"""What a writing command prints: one line that says what changed and the next useful command, or the demand as JSON."""

from collections.abc import Sequence
from typing import Any

from demandctl.context import Context
from demandctl.errors import Cancelled, UsageError
from demandctl.language import phones
from demandctl.language.display import shown
from demandctl.language.subject import Subject
from demandctl.queries.demands import read_demand
from demandctl.queries.reader import reading
from demandctl.terminal.render import put_json, say, tell


def demand_answer(
    app: Context, number: int, as_json: bool, done: str, *following: str, notes: list[str] | None = None
) -> None:
    """Answer for a demand that was written: *done*, then the next commands, each with its purpose."""
    for note in notes or []:
        say(f"提示：{shown(note)}")
    if as_json:
        with reading(app) as reader:
            put_json(read_demand(reader, number))
        return
    answer(done, *filter(None, following))


def demands_answer(app: Context, numbers: Sequence[int], as_json: bool, done: str, *following: str) -> None:
    """Answer for what was done to one demand or to several: JSON is that demand, or a list of them."""
    if len(numbers) == 1:
        demand_answer(app, numbers[0], as_json, f"{Subject.demand(numbers[0])} {done}", *following)
        return
    if as_json:
        with reading(app) as reader:
            put_json([read_demand(reader, number) for number in numbers])
        return
    answer(f"{'、'.join(str(Subject.demand(number)) for number in numbers)} {done}", "撤销：demandctl undo")


def answer(done: str, *following: str) -> None:
    """A line of what was done, and one line with what to do next."""
    tell(shown(done))
    for line in following:
        tell(f"  {shown(line)}")


def say_doubt(phone: str | None) -> None:
    """What is worth saying of a phone that was just taken down."""
    if phone and (doubt := phones.doubt(phones.normalise(phone))):
        say(f"提示：{doubt}")


def object_answer(as_json: bool, document: Any, done: str, *following: str) -> None:
    """Answer with an object of JSON, or with words."""
    if as_json:
        put_json(document)
        return
    answer(done, *following)


def agreed(question: str, yes: bool, *, typed: str = "") -> bool:
    """A yes to a question, by ``--yes`` or on a terminal, where *typed* has to be written out if it is given.

    UsageError off a terminal, Cancelled for a no.
    """
    from demandctl.terminal import asking

    if yes:
        return True
    if not asking.can_ask():
        raise UsageError(f"要先确认：{question}", "确定的话加上 --yes")
    said_so = (
        asking.text(f"{shown(question)}确定请输入 {typed}：") == typed if typed else asking.yes(shown(question), False)
    )
    if not said_so:
        raise Cancelled
    return True
