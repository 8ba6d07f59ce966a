"""What a customer wrote and no draft took: shown with the reason, and taken as a draft by one key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from demandctl.context import Context
from demandctl.language.display import moment, shown
from demandctl.language.short import short
from demandctl.paste.clauses import Why
from demandctl.paste.matters import LeftOut
from demandctl.paste.proposals import Pasted
from demandctl.terminal import asking
from demandctl.terminal.render import put, say

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""One for each line that is shown at once."""

CELLS = 60


class _Line(NamedTuple):
    """Messages that say the same: 在吗 a hundred times is one line."""

    first: LeftOut
    times: int


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


def _lines(pasted: Pasted) -> Iterator[_Line]:
    """What was not understood first: it may well be a demand."""
    counted: dict[tuple[str | None, str, Why], list[LeftOut]] = {}
    for left in pasted.left_out:
        counted.setdefault((left.message.sender, left.message.text, left.why), []).append(left)
    for same in sorted(counted.values(), key=lambda same: same[0].why is not Why.UNCLEAR):
        yield _Line(same[0], len(same))


def _told(app: Context, line: _Line) -> str:
    message = line.first.message
    who = " ".join(filter(None, [message.sender, moment(message.at, app.now)]))
    times = f" ×{line.times}" if line.times > 1 else ""
    return shown(f"{who + '：' if who else ''}{short(message.text, CELLS)}{times}（{line.first.why.value}）")


def show(app: Context, pasted: Pasted) -> None:
    """The list below the drafts."""
    if pasted.left_out:
        put(f"没有放进草稿的 {len(pasted.left_out)} 句：")
    for line in _lines(pasted):
        put(f"  {_told(app, line)}")


def tell(app: Context, pasted: Pasted) -> None:
    """The same on stderr, where nobody is asked."""
    for line in _lines(pasted):
        say(f"提示：没有登记：{_told(app, line)}")


def choose(app: Context, pasted: Pasted) -> LeftOut | None:
    """Show the list and wait for a key: that of the message which is a demand after all, or Enter for none."""
    lines = list(_lines(pasted))[: len(KEYS)]
    if not lines:
        return None
    put(f"没有放进草稿的 {len(pasted.left_out)} 句：")
    for key, line in zip(KEYS, lines, strict=False):
        put(f"  {key}  {_told(app, line)}")
    key = asking.key("哪一句也是需求（按前面的数字或字母，都不是就按回车）：", KEYS[: len(lines)])
    if not key:
        return None
    chosen = lines[KEYS.index(key)].first
    same = (chosen.message.sender, chosen.message.text)
    pasted.left_out[:] = [left for left in pasted.left_out if (left.message.sender, left.message.text) != same]
    return chosen
