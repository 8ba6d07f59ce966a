"""What can be done at the desk, each by one key: the same steps as the commands, asked for in a line or a choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from demandctl.core import lifecycle, meant
from demandctl.core.routing import Routing
from demandctl.desk.asking import Answered, Chip, Write
from demandctl.desk.hands import Handout, Hands
from demandctl.desk.ledger import Moment
from demandctl.desk.values import completing
from demandctl.errors import Refused, UsageError
from demandctl.language.display import moment
from demandctl.language.subject import About, Subject
from demandctl.messages import handing, reminders
from demandctl.queries import owing, routing
from demandctl.queries.demands import DemandInFull, DemandView, read_demand
from demandctl.queries.reader import Reader, reading
from demandctl.terminal.takes import amount
from demandctl.terminal.typed import demand_number, future
from demandctl.vocabulary import NoteKind, Outcome

if TYPE_CHECKING:
    from demandctl.actions.steps import Dispatched, Done


def codes(numbers: Sequence[int]) -> str:
    """The demands of an act in its question."""
    return "、".join(Subject.demand(number).code for number in numbers)


def _title(desk: Hands, numbers: Sequence[int]) -> str:
    demand = desk.shown.demand
    if len(numbers) == 1 and demand and demand.number == numbers[0]:
        return f"{demand.subject} {demand.customer.name}"
    return codes(numbers)


def _about(desk: Hands, numbers: Sequence[int]) -> list[str]:
    demand = desk.shown.demand
    return [" ".join(demand.content.split())[:120]] if len(numbers) == 1 and demand else []


# -- following up --------------------------------------------------------------------------------------------------


def _when(at: date | datetime, app: Moment) -> str:
    return moment(at if isinstance(at, datetime) else app.calendar.closing(at), app.now)


def chips_of(app: Moment, demand: DemandView | None) -> Callable[[str], list[Chip]]:
    """What a line of a follow-up says beyond its words."""

    def read(text: str) -> list[Chip]:
        kind = meant.reads_like(text)
        if kind:
            return [Chip(kind.value, f"只记{kind.label}")]
        found: list[Chip] = []
        if demand and demand.kind in lifecycle.CONFIRMED_KINDS and not demand.closed_at and meant.is_resolved(text):
            found.append(Chip("resolved", "已解决，等客户确认"))
        promise = meant.promised(text, app.now, app.calendar)
        if promise and promise.waits:
            return [*found, Chip("wait", f"等到 {_when(promise.at, app)}")]
        if promise:
            found.append(Chip("next", f"下次 {_when(promise.at, app)}"))
            found += [Chip("plan", promise.plan)] if promise.plan else []
        return found

    return read


def _ways(demand: DemandView | None) -> list[Chip]:
    """Who spoke with whom: first what the command takes for granted."""
    mine = [Chip("mine", "我联系了客户"), Chip("mine internal", "内部沟通，客户还不知道")]
    person = demand.handler if demand else None
    if demand is None:
        return [Chip("", "对接人的跟进"), Chip("internal", "内部，客户还不知道"), *mine]
    if person is None:
        return [Chip("", "我联系了客户"), mine[1]]
    return [Chip("", f"{person.name} 的跟进"), Chip("internal", f"{person.name} 说的，客户还不知道"), *mine]


async def follow_up(desk: Hands, *, text: str = "", waits: bool = False) -> None:
    """One line: what was said or done."""
    numbers = desk.numbers(About.DEMAND)
    demand = desk.shown.demand if len(numbers) == 1 else None
    app = desk.ledger.now()

    async def submit(answered: Answered) -> None:
        if waits and not answered.has("wait"):
            raise UsageError("没有看到等到什么时候", "例：等到下周三，客户出差")
        done = await desk.write(lambda now: _record(now, numbers, answered))
        _told(desk, done)

    def read(text: str) -> list[Chip]:
        found = chips_of(app, demand)(text)
        promise = meant.promised(text, app.now, app.calendar) if waits else None
        return [Chip("wait", f"等到 {_when(promise.at, app)}")] if promise else [] if waits else found

    await desk.line(
        Write(
            f"{_title(desk, numbers)}  {'等到什么时候' if waits else '跟进'}", about=_about(desk, numbers), text=text,
            chips=read, submit=submit, ways=_ways(demand), hint="换成谁说的",
        )
    )  # fmt: skip


def _record(app: Moment, numbers: Sequence[int], answered: Answered) -> Done:
    from demandctl.actions import steps
    from demandctl.actions.demands import Feedback

    text = answered.text
    for kind in (NoteKind.NUDGE, NoteKind.ATTEMPT):
        if answered.has(kind.value):
            return steps.note(app, numbers, kind, text, at=app.now)
    promise = meant.promised(text, app.now, app.calendar)
    at = promise.at if promise else None
    names = {name for chip in answered.chips for name in chip.name.split()}
    report = Feedback(
        text=text,
        at=app.now,
        internal="internal" in names,
        next_time=at if "next" in names else None,
        plan=promise.plan if promise and "plan" in names else "",
        wait_until=at if "wait" in names else None,
        resolved="resolved" in names,
    )
    return steps.follow(app, numbers, report, by="我" if "mine" in names else "")


def _told(desk: Hands, done: Done) -> None:
    desk.rows.marked.clear()
    desk.say(f"✓ {done.sentence}")


async def wait(desk: Hands) -> None:
    """The customer asks to be left until a time."""
    await follow_up(desk, text="等到", waits=True)


async def no_answer(desk: Hands) -> None:
    """We called, and nobody answered."""
    numbers = desk.numbers(About.DEMAND)

    def does(app: Moment) -> Done:
        from demandctl.actions import steps

        return steps.note(app, numbers, NoteKind.ATTEMPT, "打了没接通", at=app.now)

    _told(desk, await desk.write(does))


# -- urging --------------------------------------------------------------------------------------------------------


async def nudge(desk: Hands) -> None:
    """The reminder for whoever owes is copied, and it is on record that he was urged."""
    lines = desk.lines()

    def does(app: Moment) -> tuple[str, list[Handout]]:
        from demandctl.actions import steps

        with reading(app) as reader:
            people = _together([owed for line in lines for owed in _owed(reader, line.subject, line.whom)])
        texts = [
            Handout(person.name, text)
            for person, owed in people
            for text in reminders.to_person(person.name, owed, app.now)
        ]
        return steps.urged(app, people), texts

    said, texts = await desk.write(does)
    desk.rows.marked.clear()
    desk.hand_out(texts, f"✓ {said}")


def _owed(reader: Reader, subject: Subject | None, whom: owing.Debt | None) -> list[owing.Owed]:
    if whom:
        return owing.owed_by_person(reader, whom.id) if whom.id else owing.owed_by_name(reader, whom.name)
    if subject and subject.about is About.DEMAND:
        return owing.owed_for_demand(reader, subject.number)
    if subject and subject.about is About.REVISIT:
        return owing.owed_for_revisit(reader, subject.number)
    raise Refused("这一行没有谁可催")


def _together(found: Sequence[owing.Owed]) -> list[owing.Owed]:
    """One message a person, whatever it is about."""
    people: dict[object, owing.Owed] = {}
    for person, owed in found:
        key = person.id or person.name
        before = people.get(key)
        people[key] = (person, [*before[1], *owed]) if before else (person, [*owed])
    return list(people.values())


# -- handing on ----------------------------------------------------------------------------------------------------


async def assign(desk: Hands) -> None:
    """Give the demand to somebody; the pointer stands on whom the directory makes clear."""
    for number in desk.numbers(About.DEMAND):
        if not await offer(desk, number):
            return


class _Else(NamedTuple):
    """Somebody who is not among the proposals."""


async def offer(desk: Hands, number: int) -> bool:
    """Ask to whom a demand goes, and give it to him; whether it was given."""
    from_directory = _Else()
    demand, found = await desk.look(lambda reader: _proposed(reader, number))
    has_it = demand.handler.id if demand.handler else None
    choices: list[tuple[tuple[str, bool] | _Else, str]] = [
        ((str(person.id), False), f"{person.name}  {person.why}")
        for person in found.proposals[:6]
        if person.id != has_it
    ]
    default = 0
    if found.leader:
        if not found.clear:
            default = len(choices)
        choices.append(((str(found.leader.id), True), f"转领导指派：{found.leader.name}  {found.leader.why}"))
    choices += [(("我", False), "我来跟进"), (from_directory, "别人…")]
    title = f"{demand.subject} {demand.kind.label}，{demand.region or '地区未知'}：派给谁"
    about = [" ".join(demand.content.split())[:120]]
    chosen = await desk.pick(title, choices, default, about)
    if chosen is None:
        return False
    if isinstance(chosen, tuple) and not isinstance(chosen, _Else):
        await _hand(desk, number, chosen[0], leader=chosen[1])
        return True

    async def submit(answered: Answered) -> None:
        await _hand(desk, number, answered.text, leader=False)

    sheet = Write(title, about=["写姓名，Tab 补全"], complete=completing(desk, "contact"), submit=submit)
    return await desk.line(sheet) is not None


def _proposed(reader: Reader, number: int) -> tuple[DemandInFull, Routing]:
    demand = read_demand(reader, number)
    if demand.closed_at:
        raise Refused(f"{demand.subject} 已结束，不能派单", "要继续处理，先重开：冒号 reopen")
    return demand, routing.for_demand(reader, demand)


async def _hand(desk: Hands, number: int, contact: str, *, leader: bool) -> None:
    def does(app: Moment) -> tuple[Dispatched, str]:
        from demandctl.actions import steps

        handed = steps.hand(app, number, steps.Recipient(contact, leader=leader), at=app.now)
        with reading(app) as reader:
            written = read_demand(reader, number)
        return handed, handing.to_whom_it_went(written, handed.lacking, app.now, leader=leader)

    handed, text = await desk.write(does)
    desk.rows.marked.clear()
    if handed.whom:
        desk.hand_out([Handout(handed.whom, text)], f"✓ {handed.done.sentence}")
    else:
        desk.say(f"✓ {handed.done.sentence}")


# -- ending --------------------------------------------------------------------------------------------------------


async def confirm(desk: Hands) -> None:
    """What the customer says about the result."""
    numbers = desk.numbers(About.DEMAND)
    demand = desk.shown.demand
    if demand and len(numbers) == 1:
        state = lifecycle.State(demand.number, demand.kind, demand.status, demand.handler is not None)
        if not (state.is_open and state.kind in lifecycle.CONFIRMED_KINDS):
            lifecycle.require_confirming(state)
    choices = [(True, "解决了，就此结束"), (False, "没有解决，继续跟进")]
    solved = await desk.pick(f"{_title(desk, numbers)}  客户怎么说", choices, about=_about(desk, numbers))
    if solved is None:
        return

    def does(app: Moment) -> Done:
        from demandctl.actions import steps

        return steps.confirm(app, numbers, solved=solved, at=app.now)

    _told(desk, await desk.write(does))


async def close(desk: Hands) -> None:
    """How the demand ended, and what that needs."""
    numbers = desk.numbers(About.DEMAND)
    views = await desk.look(lambda reader: [read_demand(reader, number) for number in numbers])
    ends = [
        outcome
        for outcome in lifecycle.OUTCOMES[views[0].kind]
        if all(outcome in lifecycle.OUTCOMES[v.kind] for v in views)
    ]
    if views[0].kind in lifecycle.CONFIRMED_KINDS:
        ends.remove(Outcome.SOLVED)  # the customer says so: that is another key
    outcome = await desk.pick(
        f"{_title(desk, numbers)}  怎么结束", [(o, o.label) for o in ends], about=_about(desk, numbers)
    )
    if outcome is None:
        return
    questions = {
        **dict.fromkeys(lifecycle.NEED_REASON, "原因"),
        Outcome.WON: "成交金额（元，可写 128万；不知道就回车）",
        Outcome.DUPLICATE: "与哪条重复（编号）",
    }

    async def submit(answered: Answered) -> None:
        _told(desk, await desk.write(lambda app: _end(app, numbers, outcome, answered.text)))

    if outcome not in questions:
        await submit(Answered(""))
        return
    complete = completing(desk, "demand") if outcome is Outcome.DUPLICATE else None
    await desk.line(
        Write(
            f"{_title(desk, numbers)}  {outcome.label}：{questions[outcome]}", needed=outcome is not Outcome.WON,
            complete=complete, submit=submit,
        )
    )  # fmt: skip


def _end(app: Moment, numbers: Sequence[int], outcome: Outcome, text: str) -> Done:
    from demandctl.actions import steps

    return steps.close(
        app, numbers, outcome, at=app.now,
        reason=text if outcome in lifecycle.NEED_REASON else "",
        amount=amount(text) if outcome is Outcome.WON and text else None,
        duplicate_of=demand_number(text) if outcome is Outcome.DUPLICATE else None,
    )  # fmt: skip


# -- other steps ---------------------------------------------------------------------------------------------------


async def escalate(desk: Hands) -> None:
    """Ask a higher person: who, and what is the trouble."""
    numbers = desk.numbers(About.DEMAND)
    title = _title(desk, numbers)
    who = await desk.line(Write(f"{title}  升级给谁", complete=completing(desk, "contact"), about=["写姓名，Tab 补全"]))
    if who is None:
        return

    def does(app: Moment, problem: str) -> Done:
        from demandctl.actions import steps

        return steps.escalate(app, numbers, who.text, problem=problem, at=app.now)

    async def submit(answered: Answered) -> None:
        _told(desk, await desk.write(lambda app: does(app, answered.text)))

    await desk.line(Write(f"{title}  请 {who.text} 协助：难在哪里", submit=submit))


async def verify(desk: Hands) -> None:
    """Whether the opportunity is real."""
    numbers = desk.numbers(About.DEMAND)
    verified = await desk.pick(f"{_title(desk, numbers)}  核实", [(True, "属实"), (False, "不属实")])
    if verified is None:
        return

    def does(app: Moment) -> Done:
        from demandctl.actions import steps

        return steps.verify(app, numbers, verified=verified)

    _told(desk, await desk.write(does))


async def undo(desk: Hands) -> None:
    """Take the newest step back."""

    def does(app: Moment) -> str:
        from demandctl.actions import steps

        (undone,) = steps.undo(app)
        return f"已撤销 #{undone.number}：{undone.summary}（{undone.who}，{moment(undone.at, app.now)}）"

    desk.say(f"✓ {await desk.write(does)}")


async def snooze(desk: Hands) -> None:
    """Put lines out of sight until a time: today, on this desk, and nowhere else."""
    lines = desk.lines()
    app = desk.ledger.now()

    async def submit(answered: Answered) -> None:
        at = future(app, answered.text, "时间")
        until = at if isinstance(at, datetime) else app.calendar.opening(at)
        desk.put_aside({line.key: until for line in lines})
        desk.say(f"{len(lines)} 行放到 {moment(until, app.now)}；只在这张工作台上，时限照走", "quiet")

    await desk.line(Write("先放一放，到什么时候（只在这张工作台上）", text="1小时后", submit=submit))
