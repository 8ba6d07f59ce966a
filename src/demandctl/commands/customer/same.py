"""``customer duplicates``, ``merge`` and ``tag``: keeping one customer one."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer
from demandctl.queries.customers import read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import reading
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.render import put, put_json, put_table, say
from demandctl.terminal.takes import Argument, Option, many, ref, word
from demandctl.terminal.typed import one_line

Kept = Annotated[str, Argument("留下的客户", ref("customer", "客户"), "编号、姓名、电话")]
Other = Annotated[str, Argument("并进去的客户", ref("customer", "客户"))]
Who = Annotated[str, Argument("客户", ref("customer", "客户"), "编号 K00001、姓名、电话")]
Names = Annotated[tuple[str, ...], Argument("加上的标签", many(word("标签", known="tag")))]
Remove = Annotated[tuple[str, ...], Option("--remove", "去掉的标签", many(word("标签", known="tag")))]


def duplicates(ctx: typer.Context, json: Json = False) -> None:
    """可能是同一个人的客户，附理由。"""
    from demandctl.queries.lookalikes import read_duplicates

    app: Context = ctx.obj
    with reading(app) as reader:
        found = read_duplicates(reader)
    if json:
        put_json(found)
        return
    if not found:
        put("没有看起来重复的客户")
        return
    columns = [Column("客户", least=10), Column("可能就是", least=10), Column("理由", least=10)]
    put_table(columns, [[_one_line(pair.a), _one_line(pair.b), "；".join(pair.reasons)] for pair in found])
    first = found[0]
    say(f"是同一个人就合并：demandctl customer merge {first.a.code} {first.b.code}")


def _tag_offers(app: Context, text: str) -> dict[str, Offer]:
    """Tags to add, and of those that the customer has one to take away."""
    with reading(app) as reader:
        tags = read_customer(reader, find_customer_id(reader, one_line(text))).tags
    return {"names": Offer()} | ({"remove": Offer(choices=lambda given: [(tag, tag) for tag in tags])} if tags else {})


def _one_line(customer: CustomerBrief) -> str:
    parts = (customer.code, customer.name, customer.region, customer.phone)
    return " ".join(filter(None, parts))


def merge(ctx: typer.Context, customer: Kept, other: Other, yes: Yes = False, json: Json = False) -> None:
    """合并两位客户：第二位并进第一位，需求、回访、时限都留着；可以撤销。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        first = read_customer(reader, find_customer_id(reader, customer))
        second = read_customer(reader, find_customer_id(reader, other))
    question = f"把 {_one_line(second)}（{len(second.demands)} 条需求）并进 {_one_line(first)}？"
    if first.code != second.code:
        agreed(question, yes)
    from demandctl.actions import customers, merging
    from demandctl.db import transaction

    with transaction(app, "customer merge") as work:
        kept, gone = customers.find_customer(work, first.code), customers.find_customer(work, second.code)
        moved = merging.merge(work, kept, gone)
        number, code = kept.id, kept.code
    with reading(app) as reader:
        written = read_customer(reader, number)
    done = f"{second.code} 已并入 {code} {first.name}，{moved} 条需求一并转来"
    object_answer(json, written, done, f"看资料：demandctl customer show {code}", "并错了：demandctl undo")


def tag(ctx: typer.Context, customer: Who, names: Names = (), remove: Remove = (), json: Json = False) -> None:
    """给客户加标签、去标签。"""
    app: Context = ctx.obj
    if not names and not remove:
        example = "例如 demandctl customer tag K00001 大客户 --remove 待核实"
        raise Lacking("没有写标签", example, lambda: _tag_offers(app, customer))
    from demandctl.actions import customers
    from demandctl.db import transaction

    with transaction(app, "customer tag") as work:
        found = customers.find_customer(work, customer)
        tags = [name for name in dict.fromkeys([*found.tags, *names]) if name not in remove]
        customers.edit_customer(work, found, {"tags": tags})
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} 的标签：{'、'.join(tags) or '（没有）'}")
    with reading(app) as reader:
        written = read_customer(reader, number)
    object_answer(json, written, f"{code} 的标签：{'、'.join(tags) or '（没有）'}")
