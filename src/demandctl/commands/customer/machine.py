"""``customer machine``: the machines that a customer uses, with their serial numbers and warranty."""

from datetime import date
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer
from demandctl.queries.customers import CustomerInFull, read_customer
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import reading
from demandctl.store.work import NOTHING
from demandctl.terminal.answers import agreed, object_answer
from demandctl.terminal.changed import changed_lines
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json, Who, Yes
from demandctl.terminal.takes import ANY_DAY, DAY, Argument, Option, prose, ref, word
from demandctl.terminal.typed import one_line

Model = Annotated[str, Argument("machine.model", word("机型", known="product"))]
Which = Annotated[str, Argument("哪一台", ref("machine", "设备"), "序列号或机型")]
NewModel = Annotated[str | None, Option("--model", "machine.model", word("机型", known="product"))]
Serial = Annotated[str | None, Option("--serial", "machine.serial", word("序列号"))]
Bought = Annotated[date | None, Option("--bought", "machine.bought_on", DAY)]
Warranty = Annotated[date | None, Option("--warranty", "machine.warranty_until", ANY_DAY, "如 2027-05-01")]
Note = Annotated[str | None, Option("--note", "machine.note", prose("文字"))]


def add(
    ctx: typer.Context, customer: Who, model: Model, serial: Serial = None, bought: Bought = None,
    warranty: Warranty = None, note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """添一台设备；以后报修，产品、序列号、保修就都知道了。"""
    app: Context = ctx.obj
    from demandctl.actions.customers import find_customer
    from demandctl.actions.machines import add_machine
    from demandctl.db import transaction

    with transaction(app, "customer machine") as work:
        found = find_customer(work, customer)
        machine = add_machine(work, found, {"model": model, **_given(serial, bought, warranty, note)})
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} 添设备 {machine.model} {machine.serial}".rstrip())
    object_answer(json, _one(app, number), f"{code} 的设备 {model} 已记录", f"看资料：demandctl customer show {code}")


def edit(
    ctx: typer.Context, customer: Who, machine: Which, model: NewModel = None, serial: Serial = None,
    bought: Bought = None, warranty: Warranty = None, note: Note = None, json: Json = False,
) -> None:  # fmt: skip
    """改一台设备的资料。"""
    app: Context = ctx.obj
    values = ({"model": model} if model else {}) | _given(serial, bought, warranty, note)
    if not values:
        raise Lacking(
            "没有写要改什么", "demandctl customer machine edit --help", lambda: _offers(app, customer, machine)
        )
    from demandctl.actions.customers import find_customer
    from demandctl.actions.machines import edit_machine, find_machine
    from demandctl.db import transaction
    from demandctl.store.fields import named

    with transaction(app, "customer machine") as work:
        found = find_customer(work, customer)
        which = find_machine(work, found.id, machine)
        changed = edit_machine(work, which, values)
        number, code = found.id, found.code
        work.describe(f"{code} {found.name} 的设备 {which.model}：{named('machine', changed)}")
    lines = [] if json else changed_lines(app, work)
    object_answer(json, _one(app, number), f"{code} {'的设备已改' if work.changed else NOTHING}", *lines)


def remove(ctx: typer.Context, customer: Who, machine: Which, yes: Yes = False, json: Json = False) -> None:
    """去掉一台记错了的设备。"""
    app: Context = ctx.obj
    agreed(f"去掉 {customer} 的设备 {machine}？", yes)
    from demandctl.actions.customers import find_customer
    from demandctl.actions.machines import find_machine, remove_machine
    from demandctl.db import transaction

    with transaction(app, "customer machine") as work:
        found = find_customer(work, customer)
        which = find_machine(work, found.id, machine)
        work.describe(f"{found.code} {found.name} 去掉设备 {which.model} {which.serial}".rstrip())
        remove_machine(work, which)
        number, code = found.id, found.code
    object_answer(json, _one(app, number), f"{code} 的设备 {machine} 已去掉", "去错了：demandctl undo")


def _given(serial: str | None, bought: date | None, warranty: date | None, note: str | None) -> dict[str, object]:
    given = {"serial": serial, "bought_on": bought, "warranty_until": warranty, "note": note}
    return {name: value for name, value in given.items() if value is not None}


def _offers(app: Context, customer: str, machine: str) -> dict[str, Offer]:
    """What of a machine can be changed, with what it is now."""
    from demandctl.core.identity import squeezed

    wanted = squeezed(machine)
    his = _one_of(app, customer).machines
    now = next((m for m in his if wanted in (squeezed(m.serial or ""), squeezed(m.model))), None)
    told = {"serial": "serial", "bought": "bought_on", "warranty": "warranty_until", "note": "note", "model": "model"}
    return {name: Offer(str(getattr(now, column, None) or "")) for name, column in told.items()}


def _one_of(app: Context, text: str) -> CustomerInFull:
    with reading(app) as reader:
        return read_customer(reader, find_customer_id(reader, one_line(text)))


def _one(app: Context, number: int) -> CustomerInFull:
    with reading(app) as reader:
        return read_customer(reader, number)


TREE: Tree = {
    "add": Entry("添加", add),
    "edit": Entry("修改", edit),
    "remove": Entry("去掉", remove),
}
