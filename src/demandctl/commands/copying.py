"""Putting a ready-to-paste text on the clipboard, where there is one."""

from typing import Annotated

import typer

from demandctl.render import say

Copy = Annotated[bool, typer.Option("--copy", help="同时放进剪贴板")]


def put_on_clipboard(text: str) -> None:
    """Copy the text and say whether it worked; without a clipboard the printed text is still there to be marked."""
    from demandctl.clipboard import copy

    say("已放进剪贴板，可以直接粘贴" if copy(text) else "这里没有剪贴板，请从上面选中复制")
