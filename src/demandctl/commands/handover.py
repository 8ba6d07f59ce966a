"""``handover``: what one person holds goes to another (W 5.3)."""

from collections.abc import Sequence
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Refused
from demandctl.language.display import shown, shown_lines
from demandctl.messages import handing, scripts
from demandctl.queries import holdings
from demandctl.queries.contacts import ContactView, read_contact
from demandctl.queries.naming import find_contact_id, find_customer_id
from demandctl.queries.people import CustomerName
from demandctl.queries.reader import Reader, reader_in, reading
from demandctl.store.fields import names
from demandctl.terminal import asking
from demandctl.terminal.answers import agreed
from demandctl.terminal.copying import Copy, copy_in_turn, say_unset, short
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Reason, Yes
from demandctl.terminal.render import put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import Argument, Option, choice, many, ref, word
from demandctl.vocabulary import Kind

From = Annotated[str, Argument("交出人", ref("contact", "交出人"), "姓名、电话或编号")]
To = Annotated[str, Argument("接手人", ref("contact", "接手人"), "姓名、电话或编号")]
ONLY = {
    "demands": "需求",
    "referred": "待指派",
    "escalated": "升级",
    "branch": "分公司",
    "revisits": "回访",
    "customers": "客户",
}
Only = Annotated[tuple[str, ...], Option("--only", "只交这几类", many(choice(ONLY, "哪类")))]
Kinds = Annotated[tuple[Kind, ...], Option("--kind", "只交这类需求", many(choice(Kind, "类型")))]
Regions = Annotated[tuple[str, ...], Option("--region", "只交这个地区的", many(word("地区", known="region")))]
Demands = Annotated[tuple[int, ...], Option("--demand", "只交这几条需求", many(ref("demand", "编号")))]
Customers = Annotated[tuple[str, ...], Option("--customer", "只交这几位客户", many(ref("customer", "客户")))]
DryRun = Annotated[bool, Option("--dry-run", "只列出来，不交接")]


def handover(
    ctx: typer.Context, from_: From, to: To, only: Only = (), kind: Kinds = (), region: Regions = (),
    demand: Demands = (), customer: Customers = (), reason: Reason = "", dry_run: DryRun = False, yes: Yes = False,
    copy: Copy = False, json: Json = False,
) -> None:  # fmt: skip
    """交接：一个人手里没完的事和客户交给另一个人。

    先列出来，确认后一次交清，每条留一笔记录；再打印给每位客户的通知，可以直接粘贴。
    """
    app: Context = ctx.obj
    with reading(app) as reader:
        old = read_contact(reader, find_contact_id(reader, from_))
        new = read_contact(reader, find_contact_id(reader, to))
        part = _part(reader, only, kind, region, demand, customer)
        held = holdings.held_by(reader, old.id, part)
        holdings.require_all(part, held)
    notices = _notices(app, held, old, new)
    if dry_run:
        _put_list(held, old, new, notices, as_json=json)
        return
    if not held:
        raise Refused(f"{old.name} 手里没有要交接的", f"看看他手里有什么：demandctl contact show {old.id}")
    question = f"把这 {len(held)} 项交给 {new.name}？"
    if not (yes or asking.can_ask()):
        agreed(question, yes)  # nobody can answer: nothing is listed before it is refused
    if not json:
        _put_list(held, old, new, [], as_json=False)
    agreed(question, yes)
    from demandctl.actions.handover import hand_over
    from demandctl.db import transaction
    from demandctl.store.models import Contact

    with transaction(app, "handover") as work:
        now_held = holdings.held_by(reader_in(work), old.id, part)
        giver, taker = (work.session.get_one(Contact, person.id) for person in (old, new))
        hand_over(work, giver, taker, now_held, reason=reason)
    if json:
        _put_list(held, old, new, notices, as_json=True)
        return
    tell(shown(f"已交接 {len(held)} 项：{old.name} → {new.name}"))
    tell(shown(f"  标记离职：demandctl contact leave {old.name}；交错了：demandctl undo"))
    _put_notices(notices, copy=copy)


def _part(
    reader: Reader, only: tuple[str, ...], kinds: tuple[Kind, ...], regions: tuple[str, ...], demands: tuple[int, ...],
    customers: tuple[str, ...],
) -> holdings.HeldPart:  # fmt: skip
    return holdings.HeldPart(
        only=frozenset(only),
        kinds=frozenset(kind.value for kind in kinds),
        regions=regions,
        demands=frozenset(demands),
        customers=frozenset(find_customer_id(reader, name) for name in customers),
    )


Notices = list[tuple[CustomerName, str]]
"""The notice for each customer who gets another person."""


def _notices(app: Context, held: Sequence[holdings.Holding], old: ContactView, new: ContactView) -> Notices:
    told = {h.customer.code: h.customer for h in held if h.what in ("demands", "customers")}
    his = {
        code: [h.demand for h in held if h.what == "demands" and h.demand and h.customer.code == code] for code in told
    }
    template = scripts.find(scripts.load(app.scripts_path), "handover").text
    base = scripts.values_for(app.config, app.who, None, None)
    return [
        (customer, handing.handover_notice(template, base, customer.name, old, new, his[customer.code]))
        for customer in sorted(told.values(), key=lambda customer: customer.subject)
    ]


def _put_list(
    held: Sequence[holdings.Holding],
    old: ContactView,
    new: ContactView,
    notices: Notices,
    *,
    as_json: bool,
) -> None:
    if as_json:
        told = [{"customer": customer, "text": text} for customer, text in notices]
        put_json({"from": short(old), "to": short(new), "items": held, "notices": told})
        return
    put_styled(shown(f"{old.name} → {new.name}（{new.branch or '无分公司'} {new.phone}）"), "bold")
    its = names("demand")
    columns = [Column("哪类", wrap=False), Column("编号", wrap=False),
               Column(its["kind"], wrap=False), Column(its["customer_id"]), Column(its["region"]),
               Column(its["content"], least=8)]  # fmt: skip
    rows = [
        [holdings.KINDS[h.what], h.subject.code, h.kind.label if h.kind else "", h.customer.name, h.region or "",
         h.about or ""]
        for h in held
    ]  # fmt: skip
    put_table(columns, rows)
    counts = {what: sum(1 for h in held if h.what == what) for what in holdings.KINDS}
    tell("合计 " + ("，".join(f"{holdings.KINDS[what]} {n}" for what, n in counts.items() if n) or "0"))
    _put_notices(notices, copy=False)


def _put_notices(notices: Notices, *, copy: bool) -> None:
    if notices:
        put()
        put("给客户的通知：")
        say_unset(*(text for _, text in notices))
    named = [(f"{customer.code} {customer.name}", text) for customer, text in notices]
    for head, text in named:
        put()
        put(shown(f"【{head}】"))
        put(shown_lines(text))
    if copy:
        copy_in_turn(named)
