"""``customer list`` and ``show``: who the customers are, and the picture of one."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Annotated

import typer

from demandctl.commands.customer.narrowing import (
    Inactive,
    MissingPapers,
    NeedFilter,
    RegionFilter,
    StageFilter,
    ValueFilter,
    inactive_since,
    those,
)
from demandctl.context import Context
from demandctl.language.display import moment, shown
from demandctl.language.subject import Subject
from demandctl.queries.belongings import CreditView
from demandctl.queries.customers import CustomerFilter, CustomerInFull, CustomerView, read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.store.fields import TABLES, called, names
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, OwnerFilter, TagFilter, Who, row_limit
from demandctl.terminal.render import gist, pairs, put, put_json, put_styled, put_table
from demandctl.terminal.showing import details, put_attachments, put_deadlines, status_label
from demandctl.terminal.takes import Argument, word

MISSING = "缺件"


def list_(
    ctx: typer.Context,
    text: Annotated[str, Argument("姓名、电话、单位、地区的一部分", word("文字"))] = "",
    tag: TagFilter = (),
    value: ValueFilter = (),
    stage: StageFilter = (),
    need: NeedFilter = (),
    owner: OwnerFilter = (),
    region: RegionFilter = (),
    missing_papers: MissingPapers = False,
    inactive: Inactive = False,
    limit: Limit = None,
    json: Json = False,
) -> None:
    """客户名单。"""
    app: Context = ctx.obj
    asked = CustomerFilter(
        text, tag, value, stage, need, owner, region, missing_papers, inactive_since(app, inactive),
        row_limit(limit, json),
    )  # fmt: skip
    with reading(app) as reader:
        found = those(reader, asked)
    if json:
        put_json(found)
        return
    if not found:
        put("没有符合条件的客户")
        return
    his = names("customer")
    told = ["id", "name", "phone", "company", "region", "value", "stage", "owner_id", "last_order"]
    columns = [Column(his[name], wrap=name in ("name", "company", "region", "owner_id")) for name in told]
    columns += [Column(MISSING)] if any(customer.missing_papers for customer in found) else []
    put_table(columns, [_row(customer)[: len(columns)] for customer in found])


def _row(customer: CustomerView) -> list[str]:
    return [
        customer.code, customer.name, customer.phone, customer.company, customer.region,
        customer.value.label if customer.value else "", customer.stage.label if customer.stage else "",
        customer.owner.name if customer.owner else "", _day(customer.last_order), "、".join(customer.missing_papers),
    ]  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def show(ctx: typer.Context, customer: Who, json: Json = False) -> None:
    """一位客户的全部：电话、设备、订货、需求、回访、资料、时限。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        data = read_customer(reader, find_customer_id(reader, customer))
    if json:
        put_json(data)
        return
    put_styled(shown(f"{data.code}  {data.name}"), "bold")
    pairs(_about(data, app.now))
    for title, columns, rows in _tables(data, app.now):
        if rows:
            put()
            put_styled(title, "bold")
            put_table(columns, rows)
    put_deadlines(data.deadlines, app.now)
    put_attachments(data.attachments, app.now)


def _about(data: CustomerInFull, now: datetime) -> list[tuple[str, str]]:
    """What he himself is, and what follows from what is his."""
    others = [name for name in data.names if name not in (data.name, data.nickname)]
    bought = f"{data.order_count} 次，共 {data.order_sum:,} 元" if data.order_sum else f"{data.order_count} 次"
    instead = {
        "phone": "、".join(data.phones),
        "wechat": "、".join(data.wechats),
        "nickname": "" if data.nickname == data.name else data.nickname,
        "last_order": f"{_day(data.last_order)}，{bought}" if data.order_count else _day(data.last_order),
    }
    told = details("customer", data, partial(moment, now=now), without=("name",), instead=instead)
    own = [("又名", "、".join(others))]
    return [*own, *told, (MISSING, "、".join(data.missing_papers))]


Table = tuple[str, list[Column], list[list[str]]]


def _tables(data: CustomerInFull, now: datetime) -> list[Table]:
    """His machines, orders, credit, demands, revisits and greetings, a row each."""
    machines = [[m.model, m.serial or "", _day(m.bought_on), _warranty(m.warranty_until, now), m.note or ""]
                for m in data.machines]  # fmt: skip
    orders = [[_day(o.date), o.product or "", _yuan(o.amount), Subject.demand(o.demand).code if o.demand else "",
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
    return f"还差{'、'.join(lacking)}" if lacking else f"{_day(change.signed_on)} {change.signed_by} 签，已生效"
