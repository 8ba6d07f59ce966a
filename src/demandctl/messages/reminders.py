"""Ready-to-paste reminders: to a handler, to a branch leader, about one demand. Pure: rows in, texts out.

They go to whoever owes, who has to call the customer: phones stand in full unless a group is to read it too (*mask*).

A text that is too long for one WeChat message becomes several, split between items and never inside one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from demandctl.language.display import minutes
from demandctl.language.phones import masked, masked_text
from demandctl.language.short import short
from demandctl.messages.handing import clock
from demandctl.queries.deadlines import Due
from demandctl.queries.demands import DemandView
from demandctl.queries.monday import RoundItem
from demandctl.vocabulary import DeadlineState, subtype_label

MOST = 2000
"""Characters of one WeChat message."""


def to_handler(items: Sequence[RoundItem], due_at: datetime, now: datetime, *, mask: bool = False) -> list[str]:
    """Ask a handler how his demands stand (R 3.1): one message, or several."""
    name = items[0].handler.name
    until = f"{clock(due_at, now)} 前" if due_at >= now else "已过时间，请今天补上"
    lines = [f"{n}. {_about(item, now, mask=mask)}" for n, item in enumerate(items, 1)]
    return split(
        f"{name}，请反馈以下 {len(items)} 条的最新进度（{until}）：",
        lines,
        "每条请写：跟客户谈得怎样、到哪一步、下次何时联系；不再跟进的写明原因。",
        mask=mask,
    )


def _about(item: RoundItem, now: datetime, *, mask: bool) -> str:
    said = ""
    if item.last:
        said = f"。上次 {_day(item.last.at, now)}：{short(item.last.text, 40, unmask=not mask)}"
    return f"{_head(item.demand, mask)}：{_matter(item.demand, mask)}{said}{_missed(item.due)}"


def to_leader(
    branch: str,
    leader: str,
    items: Sequence[RoundItem],
    referred: Sequence[DemandView],
    due_at: datetime,
    now: datetime,
    *,
    mask: bool = False,
) -> list[str]:
    """Tell a branch leader what his people owe this week, and what waits for his word."""
    lines = []
    for name in dict.fromkeys(item.handler.name for item in items):
        his = [item for item in items if item.handler.name == name]
        lines.append(f"{name}（{len(his)} 条）")
        lines += [f"· {_head(i.demand, mask)}：{_matter(i.demand, mask, 24)}{_missed(i.due)}" for i in his]
    if referred:
        lines.append(f"等您指派跟进人（{len(referred)} 条）")
        lines += [f"· {_head(demand, mask)}：{_matter(demand, mask, 24)}" for demand in referred]
    until = f"{clock(due_at, now)} 前" if due_at >= now else "已过时间"
    whom = f"{leader}，" if leader else ""
    owed = f"本周要反馈进度的有 {len(items)} 条（{until}），请督促：" if items else "有需求在等您安排："
    return split(f"{whom}{branch or '分公司'}{owed}", lines, mask=mask)


def to_person(
    name: str,
    found: Sequence[tuple[Due, DemandView | None]],
    now: datetime,
    *,
    mask: bool = False,
) -> list[str]:
    """Remind somebody of all that he owes: what is late and what is still to come apart, most urgent first."""
    late = _matters([entry for entry in found if entry[0].state is DeadlineState.OVERDUE], now, mask)
    coming = _matters([entry for entry in found if entry[0].state is not DeadlineState.OVERDUE], now, mask)
    if not late:
        return split(f"{name}，以下 {len(coming)} 件请按时处理并回复：", coming, mask=mask)
    apart = [f"还没到期、请按时处理的 {len(coming)} 件：", *coming] if coming else []
    return split(f"{name}，以下 {len(late)} 件已超时，请尽快处理并回复：", [*late, *apart], mask=mask)


def _matters(found: Sequence[tuple[Due, DemandView | None]], now: datetime, mask: bool) -> list[str]:
    """A numbered line a demand, revisit or customer, with what of it is owed."""
    about: dict[str, tuple[str, list[str]]] = {}
    for due, demand in found:
        key = due.subject.code
        named = f"{key} {due.customer.name if due.customer else ''}"
        head = f"{_head(demand, mask)}：{_matter(demand, mask)}" if demand else named
        about.setdefault(key, (head, []))[1].append(f"{due.what}（{_standing(due, now)}）")
    return [f"{n}. {head} —— {'；'.join(owed)}" for n, (head, owed) in enumerate(about.values(), 1)]


def split(head: str, lines: Iterable[str], tail: str = "", most: int = MOST, *, mask: bool = False) -> list[str]:
    """The head, the lines and the tail as one text, or as several numbered ones of at most *most* characters."""
    head, *lines = map(masked_text, (head, *lines)) if mask else (head, *lines)
    room = most - len(head) - len(tail) - 16
    parts: list[list[str]] = [[]]
    for line in lines:
        if parts[-1] and sum(len(one) + 1 for one in parts[-1]) + len(line) > room:
            parts.append([])
        parts[-1].append(line)
    count = len(parts)
    return [
        "\n".join(filter(None, (f"{head}（{n}/{count}）" if count > 1 else head, *part, tail)))
        for n, part in enumerate(parts, 1)
    ]


def _head(demand: DemandView, mask: bool) -> str:
    sub, customer = subtype_label(demand.kind, demand.subtype), demand.customer
    named = short(f"{customer.name} {masked(customer.phone) if mask else customer.phone}", 80, unmask=not mask)
    return f"{demand.subject} {demand.kind.label}{f'·{sub}' if sub else ''} {named}"


def _matter(demand: DemandView, mask: bool, cells: int = 48) -> str:
    product, about = demand.product, demand.content
    return short(f"{product}，{about}" if product and product not in about else about, cells, unmask=not mask)


def _missed(due: Due) -> str:
    return f"。已连续 {due.missed} 次没有反馈" if (due.missed or 0) > 1 else ""


def _standing(due: Due, now: datetime) -> str:
    if due.state is not DeadlineState.OVERDUE:
        return f"{clock(due.due_at, now)} 前"
    repeated = f"连续 {due.missed} 次，" if (due.missed or 0) > 1 else ""
    late = due.late_minutes or 0
    # Opening hours that add up to days say little to the one who reads them: the day it was due says more.
    if late >= 24 * 60:
        return f"{repeated}{clock(due.due_at, now)} 已到期"
    return f"{repeated}超时{minutes(late)}" if late else f"{repeated}刚超时"


def _day(at: datetime, now: datetime) -> str:
    moment = at.astimezone(now.tzinfo)
    return "今天" if moment.date() == now.date() else f"{moment.month}月{moment.day}日"
