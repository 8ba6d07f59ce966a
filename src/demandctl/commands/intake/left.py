"""What a customer wrote and no draft took: shown with the reason, and taken as a draft by one key."""

from __future__ import annotations

from typing import Any

from demandctl.context import Context
from demandctl.paste.matters import LeftOut
from demandctl.paste.proposals import Pasted
from demandctl.terminal import asking
from demandctl.terminal.drafting import forget, left_lines, left_told
from demandctl.terminal.render import put, say

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""One for each line that is shown at once."""


def document(pasted: Pasted) -> list[dict[str, Any]]:
    """The messages that are in no draft, as JSON has them."""
    return [
        {
            "text": left.message.text,
            "sender": left.message.sender,
            "at": left.message.at.isoformat() if left.message.at else None,
            "why": left.why.value,
        }
        for left in pasted.left_out
    ]


def show(app: Context, pasted: Pasted) -> None:
    """The list below the drafts."""
    if pasted.left_out:
        put(f"没有放进草稿的 {len(pasted.left_out)} 句：")
    for line in left_lines(pasted):
        put(f"  {left_told(line, app.now)}")


def tell(app: Context, pasted: Pasted) -> None:
    """The same on stderr, where nobody is asked."""
    for line in left_lines(pasted):
        say(f"提示：没有登记：{left_told(line, app.now)}")


def choose(app: Context, pasted: Pasted) -> LeftOut | None:
    """Show the list and wait for a key: that of the message which is a demand after all, or Enter for none."""
    lines = list(left_lines(pasted))[: len(KEYS)]
    if not lines:
        return None
    put(f"没有放进草稿的 {len(pasted.left_out)} 句：")
    for key, line in zip(KEYS, lines, strict=False):
        put(f"  {key}  {left_told(line, app.now)}")
    key = asking.key("哪一句也是需求（按前面的数字或字母，都不是就按回车）：", KEYS[: len(lines)])
    if not key:
        return None
    chosen = lines[KEYS.index(key)].first
    forget(pasted, chosen)
    return chosen
