"""The life of a demand: which action a state allows, what it leads to, and what a refusal says. Pure."""

from __future__ import annotations

from typing import NamedTuple

from demandctl.errors import Refused, UsageError
from demandctl.language.subject import Subject
from demandctl.vocabulary import Kind, Outcome, Status

OUTCOMES: dict[Kind, tuple[Outcome, ...]] = {
    Kind.OPPORTUNITY: (Outcome.WON, Outcome.LOST, Outcome.DROPPED, Outcome.DUPLICATE),
    Kind.SERVICE: (Outcome.SOLVED, Outcome.DROPPED, Outcome.DUPLICATE),
    Kind.INQUIRY: (Outcome.SOLVED, Outcome.DROPPED, Outcome.DUPLICATE),
    Kind.COMPLAINT: (Outcome.SOLVED, Outcome.DROPPED, Outcome.DUPLICATE),
    Kind.SUGGESTION: (Outcome.ADOPTED, Outcome.DECLINED, Outcome.DROPPED, Outcome.DUPLICATE),
}
NEED_REASON = (Outcome.LOST, Outcome.DROPPED, Outcome.DECLINED)
CONFIRMED_KINDS = (Kind.SERVICE, Kind.COMPLAINT)
"""Kinds that end as solved only when the customer has confirmed it (R 5, P)."""

SAME_DEMAND_DAYS = 7
"""The same customer with the same kind open within so many days: perhaps the same demand."""


class State(NamedTuple):
    """What decides whether an action is allowed."""

    number: int
    kind: Kind
    status: Status
    handled: bool

    @property
    def code(self) -> str:
        """What people call the demand: D12."""
        return Subject.demand(self.number).code

    @property
    def is_open(self) -> bool:
        """Whether the demand has not ended."""
        return self.status is not Status.CLOSED


def require_open(state: State, action: str) -> None:
    """Refuse what only an open demand allows."""
    if not state.is_open:
        raise Refused(f"{state.code} 已结束，不能{action}", f"要继续处理，先重开：demandctl reopen {state.number}")


def after_follow_up(state: State, *, resolved: bool, waits: bool) -> Status:
    """The status after a follow-up, or a refusal."""
    if (resolved or waits) and not state.is_open:
        require_open(state, "标记解决" if resolved else "等待")
    if resolved and waits:
        raise UsageError("--resolved 和 --wait-until 只能用一个")
    if resolved:
        if state.kind not in CONFIRMED_KINDS:
            raise Refused(
                f"{state.code} 是{state.kind.label}，--resolved 只用于售后和投诉",
                f"有结果了就结束它：demandctl close {state.number} --outcome …",
            )
        return Status.CONFIRMING
    if waits:
        if not state.handled:
            raise Refused(f"{state.code} 还没有对接人，不能等待", f"先派单：demandctl assign {state.number}")
        if state.status is Status.CONFIRMING:
            raise Refused(
                f"{state.code} 正等客户确认，不能等待",
                f"客户说没好：demandctl confirm {state.number} --unsolved；已好：--solved",
            )
        return Status.WAITING
    return Status.FOLLOWING if state.status in (Status.ASSIGNED, Status.WAITING) else state.status


def check_outcome(state: State, outcome: Outcome, *, reason: str, amount: str | None, duplicate_of: int | None) -> None:
    """Refuse an end that the kind does not have or that lacks what it needs (R 3.1.1, R 5)."""
    number, allowed = state.number, OUTCOMES[state.kind]
    if outcome not in allowed:
        listed = "、".join(f"{o.value} {o.label}" for o in allowed)
        raise Refused(f"{state.kind.label}不能以“{outcome.label}”结束", f"可以是：{listed}")
    require_open(state, "再次结束")
    if outcome is Outcome.SOLVED and state.kind in CONFIRMED_KINDS:
        if state.status is Status.CONFIRMING:
            raise Refused(f"{state.code} 要客户确认后才算解决", f"客户确认了：demandctl confirm {number} --solved")
        raise Refused(
            f"{state.code} 还没有标记解决，也没有客户确认",
            f'先记录解决：demandctl follow-up {number} "…" --resolved，再 demandctl confirm {number} --solved',
        )
    if outcome in NEED_REASON and not reason.strip():
        raise UsageError(f"以“{outcome.label}”结束要写明原因", '加上 --reason "…"')
    if outcome is Outcome.DUPLICATE and duplicate_of is None:
        raise UsageError("以“重复”结束要指明与哪一条重复", "加上 --duplicate-of 编号")
    if duplicate_of is not None and outcome is not Outcome.DUPLICATE:
        raise UsageError("--duplicate-of 只用于 --outcome duplicate")
    if duplicate_of == number:
        raise Refused(f"{state.code} 不能与自己重复")
    if amount is not None and outcome is not Outcome.WON:
        raise UsageError("--amount 只用于 --outcome won")


def require_confirming(state: State) -> None:
    """Refuse a confirmation when nothing waits for one."""
    require_open(state, "确认")
    if state.kind not in CONFIRMED_KINDS:
        raise Refused(
            f"{state.code} 是{state.kind.label}，不需要客户确认",
            f"直接结束：demandctl close {state.number} --outcome …",
        )
    if state.status is not Status.CONFIRMING:
        raise Refused(
            f"{state.code} 还没有标记解决（现在是{state.status.label}）",
            f'先记录解决：demandctl follow-up {state.number} "…" --resolved',
        )


def require_upgradable(state: State) -> None:
    """Refuse to upgrade what is no open inquiry (R 3.1.3)."""
    require_open(state, "转为商机")
    if state.kind is Kind.OPPORTUNITY:
        raise Refused(f"{state.code} 已经是商机", f"派单：demandctl assign {state.number}")
    if state.kind is not Kind.INQUIRY:
        raise Refused(
            f"{state.code} 是{state.kind.label}，只有咨询可以转为商机",
            f"类型记错了：demandctl edit {state.number} --kind opportunity；"
            f"客户另有购买需求：demandctl intake --from {state.number} …",
        )


def require_closed(state: State) -> None:
    """Refuse to reopen what has not ended."""
    if state.is_open:
        raise Refused(
            f"{state.code} 没有结束（现在是{state.status.label}），不用重开",
            f'记录进展：demandctl follow-up {state.number} "…"',
        )
