"""``customer duplicates``, ``merge`` and ``tag``: keeping one customer one."""

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
from demandctl.errors import Lacking, Offer, Refused
from demandctl.language.subject import Subject
from demandctl.queries.customers import CustomerFilter, read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import reading
from demandctl.store.work import NOTHING
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, OwnerFilter, TagFilter, Yes
from demandctl.terminal.render import put, put_json, put_table, say
from demandctl.terminal.takes import Argument, Option, each, many, ref, word
from demandctl.terminal.typed import one_line

Kept = Annotated[str, Argument("留下的客户", ref("customer", "客户"), "编号、姓名、电话")]
Other = Annotated[str, Argument("并进去的客户", ref("customer", "客户"))]
Whom = Annotated[tuple[str, ...], Argument("客户", each(ref("customer", "客户 …")), "编号、姓名、电话，可写几位")]
Add = Annotated[tuple[str, ...], Option("--add", "加上的标签", many(word("标签", known="tag")))]
Text = Annotated[str, Option("--text", "姓名、电话、单位、地区的一部分", word("文字"))]
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


def _tag_offers(app: Context, customers: tuple[str, ...]) -> dict[str, Offer]:
    """Tags to add, and of those that the customers have some to take away."""
    with reading(app) as reader:
        found = [read_customer(reader, find_customer_id(reader, one_line(each))) for each in customers]
    tags = list(dict.fromkeys(tag for customer in found for tag in customer.tags))
    return {"add": Offer()} | ({"remove": Offer(choices=lambda given: [(tag, tag) for tag in tags])} if tags else {})


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


def tag(
    ctx: typer.Context, customers: Whom = (), add: Add = (), remove: Remove = (), text: Text = "",
    with_tag: TagFilter = (), value: ValueFilter = (), stage: StageFilter = (), need: NeedFilter = (),
    owner: OwnerFilter = (), region: RegionFilter = (), missing_papers: MissingPapers = False,
    inactive: Inactive = False, yes: Yes = False, json: Json = False,
) -> None:  # fmt: skip
    """给客户加标签、去标签：可以几位一起，也可以按条件选。"""
    app: Context = ctx.obj
    asked = CustomerFilter(
        text, with_tag, value, stage, need, owner, region, missing_papers, inactive_since(app, inactive)
    )
    if not customers and not asked.narrows:
        hint = "写客户编号，或用 --value、--region 这样的条件选"
        raise Lacking("没有写给哪位客户", hint, lambda: {"customers": Offer()})
    if not add and not remove:
        example = "例如 demandctl customer tag K00001 --add 大客户 --remove 待核实"
        raise Lacking("没有写标签", example, lambda: _tag_offers(app, customers))
    with reading(app) as reader:
        numbers = [find_customer_id(reader, one_line(each)) for each in customers]
        if asked.narrows:
            chosen = [customer.subject.number for customer in those(reader, asked)]
            numbers = [number for number in numbers if number in chosen] if customers else chosen
    if not numbers:
        raise Refused("没有符合条件的客户，什么也没有改", "看看有谁：demandctl customer list")
    if asked.narrows and len(numbers) > 1:
        agreed(f"给 {len(numbers)} 位客户改标签？", yes)
    from demandctl.actions.customers import edit_customer, find_customer
    from demandctl.db import transaction

    with transaction(app, "customer tag") as work:
        for number in dict.fromkeys(numbers):
            found = find_customer(work, Subject.customer(number).code)
            tags = [name for name in dict.fromkeys([*found.tags, *add]) if name not in remove]
            edit_customer(work, found, {"tags": tags})
        told = f"{found.code} 的标签：{'、'.join(tags) or '（没有）'}"
        if len(numbers) > 1:
            changed = [f"加上 {'、'.join(add)}" if add else "", f"去掉 {'、'.join(remove)}" if remove else ""]
            told = f"{len(numbers)} 位客户的标签：{'，'.join(filter(None, changed))}"
        work.describe(told)
    with reading(app) as reader:
        written = [read_customer(reader, number) for number in numbers]
    object_answer(json, written if len(written) > 1 else written[0], told if work.changed else f"{told}，{NOTHING}")
