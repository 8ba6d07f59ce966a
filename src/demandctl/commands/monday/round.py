"""``monday``: the weekly round, walked through on a terminal, or as messages to paste."""

from collections.abc import Iterator
from typing import Annotated

import typer

from demandctl.commands.monday.walk import walk
from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.language.display import moment, shown
from demandctl.messages import reminders
from demandctl.queries.contacts import ContactView, read_contacts
from demandctl.queries.monday import Round, RoundItem, leaders_of, this_round
from demandctl.queries.people import Addressee
from demandctl.queries.reader import reading
from demandctl.store.fields import names
from demandctl.terminal import asking
from demandctl.terminal.clocks import standing
from demandctl.terminal.copying import Copy, Mask, Note, put_notes
from demandctl.terminal.layout import Column
from demandctl.terminal.options import BranchFilter, Json, OwnerFilter
from demandctl.terminal.render import is_terminal, put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import Option
from demandctl.vocabulary import Role

Message = Annotated[bool, Option("--message", "每位对接人一段可以直接粘贴的催促消息")]
Leaders = Annotated[bool, Option("--leaders", "每位分公司领导一段可以直接粘贴的消息")]
Ahead = Annotated[bool, Option("--next", "下周一那一轮，提前准备")]


def monday(
    ctx: typer.Context, message: Message = False, leaders: Leaders = False, ahead: Ahead = False,
    owner: OwnerFilter = (), branch: BranchFilter = (), mask: Mask = False, copy: Copy = False, json: Json = False,
) -> None:  # fmt: skip
    """每周一轮：逐人逐条问进度，记下来；--message 打印催促消息。

    在终端里逐条问，每答一条立刻写入，随时可停，下次接着来；本周已反馈的不再问，客户要等的另列。
    """
    app: Context = ctx.obj
    if message and leaders:
        raise UsageError("--message 和 --leaders 只能用一个")
    with reading(app) as reader:
        found = this_round(reader, ahead=ahead).of(owner, branch)
        if not (found.owed or found.waiting or found.referred) or len(owner) > 1 or len(branch) > 1:
            from demandctl.queries.known import require_known

            require_known(reader, owner=owner, branch=branch)
        heads = {c.id: c for c in read_contacts(reader, everybody=True)} if leaders else {}
        of_branch = leaders_of(reader, found) if leaders else {}
    if message or leaders:
        notes = _to_leaders(app, found, heads, of_branch, mask) if leaders else _to_handlers(app, found, mask)
        put_notes(list(notes), nobody="没有要催的。", copy=copy, as_json=json)
    elif json:
        put_json(_document(found))
    elif asking.can_ask() and is_terminal() and not ahead:
        walk(app, found)
    else:
        _put_round(app, found)


# -- messages ----------------------------------------------------------------------------------------------------


def _to_handlers(app: Context, found: Round, mask: bool) -> Iterator[Note]:
    for items in found.by_handler().values():
        yield items[0].handler, reminders.to_handler(items, found.due_at, app.now, mask=mask)


def _to_leaders(
    app: Context, found: Round, heads: dict[int, ContactView], of_branch: dict[int, int | None], mask: bool
) -> Iterator[Note]:
    demands = [item.demand for item in found.owed] + found.referred
    for leader, branch in dict.fromkeys((of_branch[d.number], d.branch) for d in demands):
        nobody = Addressee(id=None, name="", phone="", branch=branch, role=Role.LEADER)
        head = heads.get(leader or 0, nobody)
        whose = (leader, branch)
        items = [i for i in found.owed if (of_branch[i.demand.number], i.demand.branch) == whose]
        referred = [d for d in found.referred if (of_branch[d.number], d.branch) == whose]
        yield (
            head,
            reminders.to_leader(branch or "", head.name, items, referred, found.due_at, app.now, mask=mask),
        )


# -- looking -----------------------------------------------------------------------------------------------------


def _document(found: Round) -> dict[str, object]:
    return {
        "monday": found.monday.isoformat(),
        "due_at": found.due_at.isoformat(),
        "answered": found.answered,
        "handlers": [
            {"handler": items[0].handler, "owed": [item.data() for item in items]}
            for items in found.by_handler().values()
        ],
        "waiting": found.waiting,
        "referred": found.referred,
    }


def _put_round(app: Context, found: Round) -> None:
    its = names("demand")
    columns = [Column(its["id"], wrap=False), Column(its["kind"], wrap=False), Column(its["customer_id"]),
               Column(its["content"], least=8),
               Column("上次", least=6), Column("情况")]  # fmt: skip
    for items in found.by_handler().values():
        person = items[0].handler
        put_styled(shown(f"{person.name}  {person.phone}  {person.branch}  {len(items)} 条"), "bold")
        put_table(columns, [_row(app, item) for item in items])
        put()
    tell(f"这一轮（{moment(found.due_at, app.now)} 前）要反馈 {len(found.owed)} 条，本周已反馈 {found.answered} 条")
    put_waiting(app, found)
    if not found.owed and found.due_at < app.now:
        put("准备下周一那一轮：demandctl monday --next")
    if found.owed:
        tell("逐条问：在终端里 demandctl monday；催促消息：--message；给领导：--leaders")


def put_waiting(app: Context, found: Round) -> None:
    """What the round does not ask for, apart: customers who want to wait, and leaders who have not named anybody."""
    if found.waiting:
        tell(f"\n客户要等的 {len(found.waiting)} 条，不催：")
    for demand in found.waiting:
        name = demand.handler.name if demand.handler else ""
        until = moment(demand.waits_until, app.now)
        tell(shown(f"  {demand.subject} {demand.customer.name} {name}  等到 {until}"))
    if found.referred:
        tell(f"\n等领导指派的 {len(found.referred)} 条：")
    for referred in found.referred:
        name = referred.leader.name if referred.leader else ""
        tell(shown(f"  {referred.subject} {referred.customer.name}  {name}"))


def _row(app: Context, item: RoundItem) -> list[str]:
    demand, last = item.demand, item.last
    return [
        demand.subject.code,
        demand.kind.label,
        demand.customer.name,
        demand.content,
        f"{moment(last.at, app.now)} {last.text}" if last else "",
        standing(item.due, app.now) + ("，跳过过" if item.skipped else ""),
    ]
