"""``customer list`` and ``show``: who the customers are, and the picture of one."""

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
from demandctl.language.display import shown
from demandctl.queries.customers import CustomerFilter, CustomerView, read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.store.fields import names
from demandctl.terminal.his import MISSING, customer_facts, customer_tables, day_text
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, OwnerFilter, TagFilter, Who, row_limit
from demandctl.terminal.render import pairs, put, put_json, put_styled, put_table
from demandctl.terminal.showing import put_attachments, put_deadlines
from demandctl.terminal.takes import Argument, word


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
        customer.owner.name if customer.owner else "", day_text(customer.last_order),
        "、".join(customer.missing_papers),
    ]  # fmt: skip


def show(ctx: typer.Context, customer: Who, json: Json = False) -> None:
    """一位客户的全部：电话、设备、订货、需求、回访、资料、时限。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        data = read_customer(reader, find_customer_id(reader, customer))
    if json:
        put_json(data)
        return
    put_styled(shown(f"{data.code}  {data.name}"), "bold")
    pairs(customer_facts(data, app.now))
    for title, columns, rows in customer_tables(data, app.now):
        if rows:
            put()
            put_styled(title, "bold")
            put_table(columns, rows)
    put_deadlines(data.deadlines, app.now)
    put_attachments(data.attachments, app.now)
