"""What the showing commands share: times and deadlines as people read them."""

from datetime import datetime

from demandctl.language.display import lateness, moment
from demandctl.queries.deadlines import Clock
from demandctl.queries.demands import DemandView
from demandctl.terminal.render import Column, put, put_styled, put_table
from demandctl.vocabulary import DeadlineState


def status_label(demand: DemandView) -> str:
    """The status in Chinese; an ended demand shows how it ended."""
    return (demand.outcome or demand.status).label


def put_deadlines(deadlines: list[Clock], now: datetime) -> None:
    """The clocks: the open ones first, then how the past ones ended."""
    if not deadlines:
        return
    put()
    put_styled("时限", "bold")
    columns = [
        Column("时限", wrap=False), Column("谁", wrap=False), Column("起算", wrap=False), Column("到期", wrap=False),
        Column("情况"),
    ]  # fmt: skip
    ordered = sorted(deadlines, key=lambda clock: not clock.is_open)
    put_table(
        columns,
        [
            [clock.rule_name, clock.owed_by.name, moment(clock.started_at, now), moment(clock.due_at, now),
             how_it_stands(clock, now)]
            for clock in ordered
        ],
        styles=[
            "red" if clock.state is DeadlineState.OVERDUE else "" if clock.is_open else "dim" for clock in ordered
        ],
    )  # fmt: skip


def how_it_stands(clock: Clock, now: datetime) -> str:
    """State and lateness of a deadline in words."""
    if clock.met_at:
        return f"{moment(clock.met_at, now)} {'完成，已超时' if clock.met_at > clock.due_at else '按时完成'}"
    if clock.voided_at:
        return f"取消：{clock.void_reason}" + ("（当时已超时）" if clock.voided_at > clock.due_at else "")
    if clock.state is DeadlineState.OVERDUE:
        times = f"，连续 {clock.missed} 次" if (clock.missed or 0) > 1 else ""
        return f"超时 {lateness(clock.late_minutes or 0, clock.workday_minutes)}{times}"
    return clock.state.label + ("（暂定，当年放假安排未公布）" if clock.provisional else "")
