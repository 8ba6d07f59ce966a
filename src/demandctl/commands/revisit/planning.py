"""``revisit plan`` and ``revisit add``: whom to visit, and when."""

from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer, Refused, UsageError
from demandctl.language.display import moment
from demandctl.language.subject import Subject
from demandctl.queries.deadlines import visits_owed
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import Reader, reading
from demandctl.queries.revisits import read_revisit
from demandctl.queries.visits import WEEK, VisitOwed, customers_to_visit, kind_of_visit
from demandctl.store.fields import called
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.questions import Step, terms
from demandctl.terminal.render import put, put_json, put_table, say, tell
from demandctl.terminal.takes import FUTURE, SPAN, Argument, Option, choice, each, prose, ref
from demandctl.terminal.typed import future, understood
from demandctl.vocabulary import RevisitKind

Later = date | datetime | None
Customers = Annotated[tuple[str, ...], Argument("客户", each(ref("customer", "客户")), "编号 K00001、姓名、电话")]
KindOption = Annotated[
    RevisitKind | None, Option("--kind", "revisit.kind", choice(RevisitKind, "类型"), "欠着的不用写")
]
PlannedAt = Annotated[Later, Option("--at", "revisit.planned_at", FUTURE, "如 3天后、周五上午10点")]
DemandOption = Annotated[int | None, Option("--demand", "revisit.demand_id", ref("demand", "编号"))]
Note = Annotated[str | None, Option("--note", "revisit.note", prose("文字"))]
AllDue = Annotated[bool, Option("--due", "计划里还没安排的每一位", more="不写 --at 就在各自到期前")]
Within = Annotated[timedelta | None, Option("--within", "看多久以内的", SPAN, "默认 7d")]


def plan(ctx: typer.Context, within: Within = None, json: Json = False) -> None:
    """该回访谁、为什么、何时之前：一位客户一行。"""
    app: Context = ctx.obj
    with reading(app) as reader:
        found = visits_owed(reader, within or WEEK) if json else customers_to_visit(reader, within or WEEK)
    if json:
        put_json(found)
        return
    if not found:
        put("这段时间没有要回访的客户。")
        return
    columns = [
        Column(called("customer", "id"), wrap=False),
        Column(called("customer", "name")),
        Column("为什么", least=8),
        Column("何时之前", wrap=False),
        Column("已计划"),
    ]
    put_table(
        columns,
        [
            [one.customer.code, one.customer.name, one.why, moment(one.due_at, app.now),
             Subject.revisit(one.planned).code if one.planned else ""]
            for one in found if isinstance(one, VisitOwed)
        ],
    )  # fmt: skip
    put("打电话：demandctl revisit call 客户；一起安排：demandctl revisit add --due --at 时间")


class _Planned(NamedTuple):
    """One visit that is to be planned."""

    customer: str
    kind: RevisitKind
    at: datetime
    demand: int | None


def add(
    ctx: typer.Context, customers: Customers = (), kind: KindOption = None, at: PlannedAt = None,
    demand: DemandOption = None, due: AllDue = False, within: Within = None, note: Note = None, yes: Yes = False,
    json: Json = False,
) -> None:  # fmt: skip
    """计划回访，可以几位一起；--due 把计划里还没安排的都排上。"""
    app: Context = ctx.obj
    if not (customers or due):
        hint = "例：demandctl revisit add K00001 --kind after-sale --at 周五上午10点"
        raise Lacking("缺少客户", hint, lambda: {"customers": Offer("")})
    if customers and due:
        raise UsageError("写了客户，就不用 --due", "留下要的那一个")
    if within and not due:
        raise UsageError("--within 和 --due 一起用")
    if demand and (due or len(customers) > 1):
        raise UsageError("--demand 只能写给一位客户")
    with reading(app) as reader:
        owed = {one.customer.code: one for one in customers_to_visit(reader, within or WEEK)}
        codes = [Subject.customer(find_customer_id(reader, name)).code for name in customers]
        if due:
            codes = [code for code, one in owed.items() if not one.planned]
            if not codes:
                raise Refused("没有还没安排的回访", "该回访谁：demandctl revisit plan")
        kinds = {code: kind or _kind_owed(reader, owed.get(code)) for code in codes}
    if not (due and at is None) and not (at and all(kinds.values())) and asking.can_ask() and not (yes or json):
        chosen = None if all(kinds.values()) else kind
        answers = asking.form(_steps(app, chosen or next(iter(kinds.values())), at))
        asked = RevisitKind(str(answers["kind"])) if "kind" in answers else None
        kinds = {code: known or asked for code, known in kinds.items()}
        at = future(app, str(answers["at"])) if "at" in answers else at
    missing = [name for name, lacks in (("--kind", not all(kinds.values())), ("--at", at is None and not due)) if lacks]
    if missing:
        raise UsageError(
            f"缺少 {'、'.join(missing)}", "例：demandctl revisit add K00001 --kind after-sale --at 周五上午10点"
        )
    about = {code: demand or (owed[code].demand if code in owed else None) for code in kinds}
    planned = [
        _Planned(code, known, _when(app, at, owed.get(code)), about[code]) for code, known in kinds.items() if known
    ]
    _write(app, planned, at, note or "", as_json=json)


def _kind_owed(reader: Reader, owed: VisitOwed | None) -> RevisitKind | None:
    return kind_of_visit(reader, owed) if owed else None


def _when(app: Context, at: Later, owed: VisitOwed | None) -> datetime:
    """The time that was typed, a bare day until its closing; without one before it is due, today where it is late."""
    if at is not None:
        return at if isinstance(at, datetime) else app.calendar.closing(at)
    assert owed is not None
    today = app.calendar.closing(app.calendar.working_day(app.now.date()))
    return max(owed.due_at, today if today > app.now else app.now)


def _write(app: Context, planned: list[_Planned], at: Later, note: str, *, as_json: bool) -> None:
    from demandctl.actions import demands, revisits
    from demandctl.actions.customers import find_customer
    from demandctl.db import transaction

    made: list[tuple[int, str, _Planned]] = []
    with transaction(app, "revisit add") as work:
        for one in planned:
            person = find_customer(work, one.customer)
            about = demands.find_demand(work.session, one.demand) if one.demand else None
            revisit = revisits.plan(work, person, one.kind, one.at, demand=about, note=note)
            made.append((revisit.id or 0, person.name, one))
        if len(made) > 1:
            work.describe(f"计划回访 {len(made)} 位：{'、'.join(name for _, name, _ in made)}")
    if isinstance(at, datetime):
        warn_outside_call_hours(app, at)
    with reading(app) as reader:
        written = [read_revisit(reader, number) for number, _, _ in made]
    if len(made) > 1:
        if as_json:
            put_json(written)
            return
        for number, name, one in made:
            tell(f"已计划{Subject.revisit(number).words}：{name} {one.kind.label}，{understood(app, one.at)}")
        tell("  一个个打：demandctl revisit call --due")
        return
    number, name, one = made[0]
    when = understood(app, at if at is not None else one.at)
    object_answer(
        as_json, written[0], f"已计划{Subject.revisit(number).words}：{name} {one.kind.label}，{when}",
        f"照话术打电话：demandctl revisit call {number}；自己填表：demandctl revisit record {number} --satisfaction …",
    )  # fmt: skip


def _steps(app: Context, kind: RevisitKind | None, at: Later) -> list[Step]:
    def on(back: bool) -> str:
        return asking.text("什么时候", needed=True, check=lambda answer: future(app, answer), back=back)

    steps: list[Step] = [
        ("kind", lambda back: asking.choose("回访类型", terms(RevisitKind), back=back)),
        ("at", on),
    ]
    return [step for step, typed in zip(steps, (kind, at), strict=True) if not typed]


def warn_outside_call_hours(app: Context, moment: datetime) -> None:
    """Say when a call would disturb the customer's rest (C 2.5.2)."""
    local = moment.astimezone(app.zone)
    second = local.hour * 3600 + local.minute * 60
    if not any(start <= second < end for start, end in app.config.hours("call_hours", "specialist")):
        say(f"提示：{local:%H:%M} 不在适合打电话的时间，避免打扰客户休息")
