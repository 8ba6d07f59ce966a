"""The keys of the desk: what each does, what it is called, and what it can be done to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from demandctl.core import lifecycle
from demandctl.desk import acts, calling, taking
from demandctl.desk.hands import Hands
from demandctl.language.subject import About
from demandctl.queries.demands import DemandView
from demandctl.vocabulary import Kind, Status

WHOM = "whom"
"""What a line of 该催谁 is about."""


class Act(NamedTuple):
    """Something that can be done: its key, its name, what it can be about, and how it is done."""

    key: str
    name: str
    about: tuple[str, ...]
    does: Callable[[Hands], Awaitable[None]]


ACTS: tuple[Act, ...] = (
    Act("f", "跟进", (About.DEMAND,), acts.follow_up),
    Act("n", "催", (About.DEMAND, About.REVISIT, WHOM), acts.nudge),
    Act("a", "派单", (About.DEMAND,), acts.assign),
    Act("o", "没接通", (About.DEMAND,), acts.no_answer),
    Act("w", "等到", (About.DEMAND,), acts.wait),
    Act("c", "确认", (About.DEMAND,), acts.confirm),
    Act("x", "结束", (About.DEMAND,), acts.close),
    Act("e", "升级", (About.DEMAND,), acts.escalate),
    Act("v", "核实", (About.DEMAND,), acts.verify),
    Act("r", "回访", (About.REVISIT, About.CUSTOMER), calling.call),
    Act("m", "修改", (About.DEMAND,), taking.edit),
    Act("t", "附件", (About.DEMAND, About.REVISIT, About.CUSTOMER), taking.attach),
    Act("z", "放一放", (About.DEMAND, About.REVISIT, About.CUSTOMER, WHOM), acts.snooze),
    Act("p", "粘贴登记", (), taking.from_clipboard),
    Act("i", "登记", (), taking.by_questions),
    Act("u", "撤销", (), acts.undo),
)
"""In the order in which the foot names them; those that are about nothing can be done anywhere."""


def fitting(desk: Hands, demand: DemandView | None) -> Callable[[Act], bool]:
    """Whether an act can be done to the line under the cursor."""
    line = desk.rows.current
    if demand and (line is None or line.subject != demand.subject):
        demand = None  # the card is still that of another line

    def fits(act: Act) -> bool:
        if not act.about:
            return True
        about = WHOM if line and line.whom else line.subject.about if line and line.subject else None
        if about not in act.about:
            return False
        if demand is None or about is not About.DEMAND:
            return True
        wanted = {
            "c": demand.kind in lifecycle.CONFIRMED_KINDS and demand.closed_at is None,
            "v": demand.kind is Kind.OPPORTUNITY and demand.closed_at is None,
            "w": demand.handler is not None and demand.closed_at is None,
            "n": demand.handler is not None or demand.leader is not None,
        }
        return wanted.get(act.key, act.key in "f" or demand.closed_at is None)

    return fits


FIRST = {Status.NEW: "a", Status.REFERRED: "a", Status.CONFIRMING: "c"}
"""The key that comes first where a demand stands so."""


MOVES: tuple[tuple[str, str], ...] = (
    ("1–7", "七个列表；Tab 下一个"), ("↑↓ j k", "上一条、下一条；PgUp PgDn 翻页；g G 到头、到尾"),
    ("回车", "窄屏上打开、合上卡片；卡片上 ←→ 换一条"),
    ("J K", "卡片往下、往上，也可用鼠标滚轮"), ("空格", "选中几条，再按下面任何一个键，一起做"),
    ("/", "到处找：客户、电话、内容、跟进"), ("y", "再复制刚才的消息；几段消息时复制下一段"),
    (":", "运行程序的任何命令，Tab 补全"), ("Ctrl+P", "按中文名找要做的事"), ("Esc", "回去，不留痕迹"), ("q", "离开"),
)  # fmt: skip
"""The keys that lead about, for the page of all keys."""
