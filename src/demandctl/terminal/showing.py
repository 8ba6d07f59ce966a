"""What the showing commands share: times and deadlines as people read them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from demandctl.language.display import lateness, moment
from demandctl.queries.demands import DemandView
from demandctl.terminal.render import Column, put, put_styled, put_table
from demandctl.vocabulary import DeadlineState


def status_label(demand: DemandView) -> str:
    """The status in Chinese; an ended demand shows how it ended."""
    return (demand.outcome or demand.status).label


def when(at: datetime | str | None, now: datetime) -> str:
    """An instant as people read it."""
    return moment(datetime.fromisoformat(at) if isinstance(at, str) else at, now)


def put_deadlines(deadlines: list[dict[str, Any]], now: datetime) -> None:
    """The clocks: the open ones first, then how the past ones ended."""
    if not deadlines:
        return
    put()
    put_styled("时限", "bold")
    columns = [
        Column("时限", wrap=False), Column("谁", wrap=False), Column("起算", wrap=False), Column("到期", wrap=False),
        Column("情况"),
    ]  # fmt: skip
    ordered = sorted(deadlines, key=lambda d: d["state"] in ("met", "voided"))
    put_table(
        columns,
        [
            [
                d["rule_name"],
                d["owed_by"]["name"],
                when(d["started_at"], now),
                when(d["due_at"], now),
                how_it_stands(d, now),
            ]
            for d in ordered
        ],
        styles=[
            "red" if d["state"] == "overdue" else "dim" if d["state"] in ("met", "voided") else "" for d in ordered
        ],
    )


def how_it_stands(deadline: Mapping[str, Any], now: datetime) -> str:
    """State and lateness of a deadline in words."""
    state, due = deadline["state"], datetime.fromisoformat(deadline["due_at"])
    if state == "met":
        late = datetime.fromisoformat(deadline["met_at"]) > due
        return f"{when(deadline['met_at'], now)} {'完成，已超时' if late else '按时完成'}"
    if state == "voided":
        late = datetime.fromisoformat(deadline["voided_at"]) > due
        return f"取消：{deadline['void_reason']}" + ("（当时已超时）" if late else "")
    if state == "overdue":
        times = f"，连续 {deadline['missed']} 次" if (deadline["missed"] or 0) > 1 else ""
        return f"超时 {lateness(deadline['late_minutes'], deadline['workday_minutes'])}{times}"
    provisional = "（暂定，当年放假安排未公布）" if deadline["provisional"] else ""
    return DeadlineState(state).label + provisional
