"""Ready-to-paste texts: printed for several people, and put on the clipboard where there is one."""

from collections.abc import Sequence
from typing import Annotated

from demandctl.language.display import shown, shown_lines
from demandctl.messages.scripts import unset
from demandctl.queries.people import Addressee
from demandctl.terminal import asking
from demandctl.terminal.render import put, put_json, put_styled, say, tell
from demandctl.terminal.takes import Option

Copy = Annotated[bool, Option("--copy", "同时放进剪贴板")]
Mask = Annotated[bool, Option("--mask", "遮住电话", more="发到群里用；默认发给本人，电话写全")]


def put_on_clipboard(text: str) -> None:
    """Copy the text and say whether it worked; without a clipboard the printed text is still there to be marked."""
    from demandctl.terminal.clipboard import copy

    say("已放进剪贴板，可以直接粘贴" if copy(text) else "这里没有剪贴板，请从上面选中复制")


Note = tuple[Addressee, list[str]]
"""To whom, and the messages."""


def short(person: Addressee) -> Addressee:
    """Somebody of the directory as JSON has him beside a text."""
    return Addressee(id=person.id, name=person.name, phone=person.phone, branch=person.branch, role=person.role)


def put_notes(notes: Sequence[Note], *, nobody: str, copy: bool, as_json: bool) -> None:
    """Texts to paste, person by person; *nobody* is said when there are none."""
    if as_json:
        put_json([{"to": short(person), "texts": texts} for person, texts in notes])
        return
    if not notes:
        tell(nobody)
    for number, (person, texts) in enumerate(notes):
        if number:
            put()
        called = f"{person.name or '没有登记领导'} {person.phone}".rstrip()
        put_styled(shown(f"【{called}】"), "bold")
        put("\n\n".join(map(shown_lines, texts)))
    if copy:
        copy_in_turn([(person.name, text) for person, texts in notes for text in texts])


def say_unset(*texts: str) -> None:
    """Say which settings texts for a customer lack, and what sets them."""
    for command in unset("\n".join(texts)):
        say(f"提示：文字里有空着的，发出去以前先设好：{command}")


def copy_in_turn(texts: Sequence[tuple[str, str]]) -> None:
    """Texts for several people, each to be pasted to whom it is for: one by one on a terminal, else all at once."""
    if not texts:
        return
    if len(texts) < 2 or not asking.can_ask():
        put_on_clipboard("\n\n".join(text for _, text in texts))
        return
    for place, (name, text) in enumerate(texts, 1):
        put_on_clipboard(text)
        last = place == len(texts)
        if not last and not asking.yes(f"[{place}/{len(texts)}] 给 {shown(name)} 的，粘贴好了，下一段？"):
            return
