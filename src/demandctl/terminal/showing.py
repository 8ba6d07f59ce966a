"""What the showing commands share: times and deadlines as people read them."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType

from demandctl.language.display import lateness, moment
from demandctl.language.subject import Subject
from demandctl.queries.deadlines import Clock
from demandctl.queries.demands import DemandView
from demandctl.queries.view import View
from demandctl.store.fields import TABLES, Field, Holds, fields_of, names
from demandctl.terminal.render import Column, put, put_styled, put_table
from demandctl.vocabulary import DeadlineState, Term


def status_label(demand: DemandView) -> str:
    """The status in Chinese; an ended demand shows how it ended."""
    return (demand.outcome or demand.status).label


def details(
    table: str,
    read: View,
    at: Callable[[datetime], str],
    *,
    without: Collection[str] = (),
    instead: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, str]]:
    """What was read of a row, by the names of its columns and in their order.

    *at* says how a time is told, *instead* what is told of a column together with others, *without* what is not told.
    """
    values = vars(read)

    def told(field: Field) -> str:
        if field.column in instead:
            return instead[field.column]
        return _in_words(field, values.get(field.column, values.get(field.column.removesuffix("_id"))), at)

    return [(field.name, told(field)) for field in fields_of(table) if field.told and field.column not in without]


def _in_words(field: Field, value: object, at: Callable[[datetime], str]) -> str:
    """A value that was read as people read it; empty where there is nothing to tell."""
    if value in (None, "", []) or (field.holds is Holds.FLAG and not value):
        return ""
    if isinstance(value, bool):
        return field.says[not value]
    if isinstance(value, Term):
        return value.label
    if isinstance(value, datetime):
        return at(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(map(str, value))
    if field.holds is Holds.DEMAND and isinstance(value, int):
        return Subject.demand(value).code
    return f"{value:,}" if field.holds is Holds.MONEY else str(getattr(value, "name", value))


def put_deadlines(deadlines: list[Clock], now: datetime) -> None:
    """The clocks: the open ones first, then how the past ones ended."""
    if not deadlines:
        return
    put()
    put_styled(TABLES["deadline"], "bold")
    its = names("deadline")
    columns = [
        Column(TABLES["deadline"], wrap=False), Column(its["owner_id"], wrap=False),
        Column(its["started_at"], wrap=False), Column(its["due_at"], wrap=False),
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
