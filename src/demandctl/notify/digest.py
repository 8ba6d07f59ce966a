"""The text of a digest: one line for each deadline, split between lines into messages that fit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from demandctl.language.display import lateness, moment, shown, span
from demandctl.language.phones import is_mobile, masked, masked_text
from demandctl.language.short import short
from demandctl.notify.message import Limit
from demandctl.queries.deadlines import Due
from demandctl.vocabulary import Urgency

WORDS_CELLS = 60
"""How much of a customer's words stands in a line."""
TOO_LONG = "…（这一行太长，没有显示完）"
_SECTIONS = {"overdue": "已超时", "soon": "快到期"}


class Notice(NamedTuple):
    """One deadline that is to be told: as it stands, and what a notice adds to it.

    ``due_at`` is the time that is asked for: of a repeating deadline the newest occurrence that went by.
    """

    due: Due
    level: int
    due_at: datetime
    next_at: datetime | None
    asked: int

    @property
    def section(self) -> str:
        """Where it stands: what is overdue comes first, whatever its level."""
        return "overdue" if self.level else "soon"


class Portion(NamedTuple):
    """One message and the lines in it; ``cut`` counts those that even a message of their own could not hold."""

    text: str
    lines: tuple[tuple[Notice, str], ...]
    cut: int = 0

    @property
    def items(self) -> list[Notice]:
        """What it tells of."""
        return [item for item, _ in self.lines]


def line_of(item: Notice, now: datetime, *, unmask: bool) -> str:
    """One line: number, kind, customer, what is owed by whom, since when, how often it was asked for, what was said."""
    due = item.due
    urgency = due.urgency.label if due.urgency not in (None, Urgency.NORMAL) else ""
    number = due.subject.code if due.demand or due.revisit else ""
    customer = due.customer.name if due.customer else ""
    phone = due.owed_by.phone
    head = " ".join(
        filter(
            None,
            [
                number + (f"【{urgency}】" if urgency else ""),
                due.kind.label if due.kind else "",
                customer + (f"（{due.region}）" if due.region else ""),
            ],
        )
    )
    said = " ".join(due.content.split())
    parts = [
        f"{head}：{due.what}" if head else due.what,
        " ".join(filter(None, [due.owed_by.name, phone if unmask else masked(phone)])),
        _standing(item, now),
        f"“{said if unmask else short(said, WORDS_CELLS)}”" if said else "",
    ]
    text = shown("，".join(part for part in parts if part))
    return text if unmask else masked_text(text)


def _standing(item: Notice, now: datetime) -> str:
    """Since when, how late or how long left, how high it has climbed, how often it was asked for."""
    due = item.due
    asked = ("（暂定）" if due.provisional else "") + (f"，已提醒 {item.asked} 次" if item.asked else "")
    if not item.level:
        return f"{moment(due.due_at, now)} 到期，还剩{span(due.due_at - now)}{asked}"
    late = f" {lateness(due.late_minutes, due.workday_minutes)}" if due.late_minutes else ""
    missed = f"，连续 {due.missed} 次没有做" if (due.missed or 0) > 1 else ""
    climbed = f"，升 {item.level - 1} 级" if item.level > 1 else ""
    return f"自{moment(due.due_at, now)} 起超时{late}{missed}{climbed}{asked}"


def title(items: Sequence[Notice]) -> str:
    """What a digest is about, in numbers."""
    late = sum(1 for item in items if item.level)
    counts = [f"已超时 {late} 条" if late else "", f"快到期 {len(items) - late} 条" if len(items) > late else ""]
    return "需求提醒：" + "，".join(filter(None, counts))


def ordered(items: Sequence[Notice]) -> list[Notice]:
    """Overdue first; within that the order of ``due``."""
    return sorted(items, key=lambda item: item.section == "soon")


def split(items: Sequence[Notice], texts: Sequence[str], limit: Limit | None, now: datetime) -> list[Portion]:
    """The digest as messages that fit, never broken inside a line; one that fits nowhere is cut for all to see."""
    head = heading(items, now)

    def fits(lines: _Lines) -> bool:
        return limit is None or limit.fits(_text(head + _ROOM, lines))

    groups: list[_Lines] = [[]]
    cuts = [0]
    for item, text in zip(items, texts, strict=True):
        if groups[-1] and not fits([*groups[-1], (item, text)]):
            groups.append([])
            cuts.append(0)
        if not groups[-1] and not fits([(item, text)]):
            text = _shortened(text, lambda shorter, item=item: fits([(item, shorter)]))  # type: ignore[misc]
            cuts[-1] += 1
        groups[-1].append((item, text))
    count = len(groups)
    return [
        Portion(_text(head + (f"（{number}/{count}）" if count > 1 else ""), lines), tuple(lines), cuts[number - 1])
        for number, lines in enumerate(groups, 1)
    ]


def as_file(
    items: Sequence[Notice], texts: Sequence[str], parts: Sequence[Portion], now: datetime
) -> tuple[Portion, Portion]:
    """The same as one message, the most pressing lines in it, and a file with all the others in full."""
    head, count = heading(items, now), len(parts[0].lines)
    rest = list(zip(items, texts, strict=True))[count:]
    first = Portion(_text(f"{head}{_IN_FILE}", parts[0].lines), parts[0].lines, parts[0].cut)
    return first, Portion(_text(f"{head}（其余 {len(rest)} 条）", rest), tuple(rest))


_Lines = list[tuple[Notice, str]]
_ROOM = "（9999/9999）　　　"
_IN_FILE = "（其余见文件）"
"""No longer than the room that every message leaves for its numbering."""


def heading(items: Sequence[Notice], now: datetime) -> str:
    """The first line of every message."""
    return f"【{title(items)}】{now:%m-%d %H:%M}"


def _shortened(text: str, fits: Callable[[str], bool]) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + TOO_LONG) else (low, middle - 1)
    return text[:low] + TOO_LONG


def _text(head: str, lines: Sequence[tuple[Notice, str]]) -> str:
    texts, section = [head], ""
    for item, text in lines:
        if item.section != section:
            section = item.section
            texts.append(f"{_SECTIONS[section]}：")
        texts.append(text)
    return "\n".join(texts)


def mobiles(items: Sequence[Notice]) -> tuple[str, ...]:
    """Whom to mention: the mobile number of everybody who owes something here, once."""
    phones = (item.due.owed_by.phone for item in items)
    return tuple(dict.fromkeys(phone for phone in phones if is_mobile(phone)))
