"""Putting a ready-to-paste text on the clipboard, where there is one."""

from collections.abc import Sequence
from typing import Annotated

import typer

from demandctl import asking
from demandctl.render import say, shown

Copy = Annotated[bool, typer.Option("--copy", help="同时放进剪贴板")]


def put_on_clipboard(text: str) -> None:
    """Copy the text and say whether it worked; without a clipboard the printed text is still there to be marked."""
    from demandctl.clipboard import copy

    say("已放进剪贴板，可以直接粘贴" if copy(text) else "这里没有剪贴板，请从上面选中复制")


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
