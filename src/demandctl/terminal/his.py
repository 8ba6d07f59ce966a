"""What is a customer's: what he himself is, and a table for each kind of thing that is his."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from demandctl.language.display import moment
from demandctl.language.subject import Subject
from demandctl.queries.belongings import CreditView
from demandctl.queries.customers import CustomerInFull
from demandctl.store.fields import TABLES, called
from demandctl.terminal.layout import Column
from demandctl.terminal.render import gist
from demandctl.terminal.showing import details, status_label

MISSING = "缺件"


def day_text(day: date | None) -> str:
    """A day as tables have it."""
    return day.isoformat() if day else ""


def customer_facts(data: CustomerInFull, now: datetime) -> list[tuple[str, str]]:
    """What he himself is, and what follows from what is his."""
    others = [name for name in data.names if name not in (data.name, data.nickname)]
    bought = f"{data.order_count} 次，共 {data.order_sum:,} 元" if data.order_sum else f"{data.order_count} 次"
    instead = {
        "phone": "、".join(data.phones),
        "wechat": "、".join(data.wechats),
        "nickname": "" if data.nickname == data.name else data.nickname,
        "last_order": f"{day_text(data.last_order)}，{bought}" if data.order_count else day_text(data.last_order),
    }
    told = details("customer", data, partial(moment, now=now), without=("name",), instead=instead)
    own = [("又名", "、".join(others))]
    return [*own, *told, (MISSING, "、".join(data.missing_papers))]


Table = tuple[str, list[Column], list[list[str]]]


def customer_tables(data: CustomerInFull, now: datetime) -> list[Table]:
    """His machines, orders, credit, demands, revisits and greetings, a row each."""
    machines = [[m.model, m.serial or "", day_text(m.bought_on), _warranty(m.warranty_until, now), m.note or ""]
                for m in data.machines]  # fmt: skip
    orders = [[day_text(o.date), o.product or "", _yuan(o.amount), Subject.demand(o.demand).code if o.demand else "",
               o.note or ""] for o in reversed(data.orders)]  # fmt: skip
    demands = [[d.subject.code, moment(d.raised_at, now), d.kind.label, gist(d.content), status_label(d),
                gist(d.last_follow_up or "")] for d in data.demands]  # fmt: skip
    revisits = [[r.subject.code, r.kind.label, moment(r.visited_at or r.planned_at, now),
                 r.satisfaction.label if r.satisfaction else ""] for r in data.revisits]  # fmt: skip
    credits = [[moment(c.at, now), _yuan(c.credit_limit), c.credit_term or "", _signed(c)] for c in data.credits]
    greetings = [[moment(g.at, now), g.occasion or "", gist(g.text or "")] for g in data.greetings]
    return [
        _table("machine", ("model", "serial", "bought_on", "warranty_until", "note"), machines),
        _table("purchase", ("ordered_on", "product", "amount", "demand_id", "note"), orders),
        _table("credit", ("at", "credit_limit", "credit_term"), credits, "签批"),
        _table("demand", ("id", "raised_at", "kind", "content", "status"), demands, "最近一句"),
        _table("revisit", ("id", "kind", "visited_at", "satisfaction"), revisits),
        _table("greeting", ("at", "occasion", "text"), greetings),
    ]


def _table(table: str, columns: Sequence[str], rows: list[list[str]], more: str = "") -> Table:
    wrapped = ("content", "note", "text", "product", "model")
    heads = [Column(called(table, name), wrap=name in wrapped) for name in columns]
    return TABLES[table], [*heads, *([Column(more, least=8)] if more else [])], rows


def _yuan(amount: float | None) -> str:
    return "" if amount is None else f"{amount:,}"


def _warranty(until: date | None, now: datetime) -> str:
    if until is None:
        return ""
    return f"{until.isoformat()}{'' if until >= now.date() else '（已过）'}"


def _signed(change: CreditView) -> str:
    lacking = change.lacking
    return f"还差{'、'.join(lacking)}" if lacking else f"{day_text(change.signed_on)} {change.signed_by} 签，已生效"
