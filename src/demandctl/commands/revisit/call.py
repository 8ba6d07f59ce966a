"""``revisit call``: walk through the script of a call, and fill the form from the answers (C 2.3, C 2.4)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import typer

from demandctl.commands.revisit import form
from demandctl.commands.revisit.planning import warn_outside_call_hours
from demandctl.context import Context
from demandctl.core.parts import RulePart
from demandctl.errors import Cancelled, DemandctlError, Refused, UsageError
from demandctl.language.display import moment, shown
from demandctl.language.subject import About, Subject, read_number
from demandctl.messages import scripts
from demandctl.messages.scripts import CallStep, Script
from demandctl.queries.customers import read_customer
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.naming import find_customer_id
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, reading
from demandctl.queries.revisits import RevisitInFull, RevisitView, read_revisit, read_revisits
from demandctl.queries.visits import VisitOwed, customers_to_visit, kind_of_visit
from demandctl.store.fields import RATINGS, called
from demandctl.terminal import asking
from demandctl.terminal.answers import object_answer
from demandctl.terminal.copying import say_unset
from demandctl.terminal.options import Json
from demandctl.terminal.questions import terms
from demandctl.terminal.render import put_json, say
from demandctl.terminal.takes import Argument, Option, choice, ref
from demandctl.terminal.typed import future
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

MethodOption = Annotated[Method, Option("--method", "revisit.method", choice(Method, "方式"), "默认电话")]
Visit = Annotated[str, Argument("回访谁", ref("visit", "回访编号或客户"), "到期的客户不用先安排；不写就从该回访的里选")]
Due = Annotated[bool, Option("--due", "最早到期的那一位", more="安排没安排都算")]
OPTIONAL = ("recommend", "would_continue")
"""Yes or no that a customer may leave unanswered."""

Answers = dict[str, Any]


def walk(app: Context, script: Script, values: dict[str, str], given: Answers, *, reached: bool) -> None:
    """Ask step by step; ``given`` fills up with the form's fields. Abort when the call breaks off."""
    say_unset(*(scripts.fill(each.say, values) for each in script.steps))
    step: CallStep | None = script.steps[0]
    if reached:
        step = _following(script, script.steps[0], "yes")
    past: list[tuple[CallStep, Answers]] = []
    while step:
        say("")
        if step.say:
            say(f"“{shown(scripts.fill(step.say, values))}”")
        if step.note:
            say(f"（{shown(step.note)}）")
        ask, before = _opening if step is script.steps[0] else ASKED[step.ask], dict(given)
        try:
            answer = ask(app, step, given, bool(past))
        except asking.Back:
            step, before = past.pop()
            given.clear()
            given.update(before)
            continue
        past.append((step, before))
        step = _following(script, step, answer)


def _following(script: Script, step: CallStep, answer: str) -> CallStep | None:
    name = step.after(answer)
    return script.step(name) if name else None


def _opening(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    answer: str = asking.choose(
        "接通了吗，客户现在方便吗？", [("yes", "方便"), ("no", "不方便，改约时间"), ("none", "没有接通")]
    )
    given["reachable"] = answer == "yes"
    return answer


def _yes_no(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    answer: bool | None
    if step.field not in OPTIONAL:
        answer = asking.yes("客户说")
    else:
        answer = asking.choose("客户说", [(True, "是"), (False, "否"), (None, "没有说")], back=back)
    if step.field and answer is not None:
        given[step.field] = answer
    return "yes" if answer else "no"


def _satisfaction(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    answer: str = asking.choose("客户说", terms(Satisfaction), back=back)
    given[step.field or "satisfaction"] = answer
    return answer


def _ratings(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    offered = [(None, "没谈到"), *terms(Satisfaction)]
    fields, place = RATINGS[:-1], 0
    if given.get("satisfaction") == Satisfaction.SATISFIED:  # nothing of it has to be told
        ways = [("none", "客户没细说，略过"), ("all", "四项都满意"), ("each", "逐项记")]
        told = asking.choose("各项评价", ways, back=back)
        if told != "each":
            given |= dict.fromkeys(fields, Satisfaction.SATISFIED.value) if told == "all" else {}
            return ""
    while place < len(fields):
        try:
            given[fields[place]] = asking.choose(called("revisit", fields[place]), offered, back=back or place > 0)
            place += 1
        except asking.Back:
            if not place:
                raise
            place -= 1
    return ""


def _text(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    known = form.departments(app) if step.field == "department" else []
    needed = step.needed or (step.field == "problem" and bool(given.get("urgent")))
    answer = asking.text("记下", given.get(step.like, ""), needed=needed, known=known, back=back)
    if step.field == "department":
        answer = answer or app.config.department
    if answer and step.field:
        given[step.field] = answer
    return "yes" if answer else "no"


def _call_back(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    text = asking.text("约在", needed=True, back=back, check=lambda answer: future(app, answer, "改约时间"))
    value = future(app, text, "改约时间")
    if isinstance(value, datetime):
        warn_outside_call_hours(app, value)
    given["call_back_at"] = value if isinstance(value, datetime) else app.calendar.closing(value)
    return ""


def _nothing(app: Context, step: CallStep, given: Answers, back: bool) -> str:
    return ""


ASKED: dict[str, Callable[[Context, CallStep, Answers, bool], str]] = {
    "yes-no": _yes_no,
    "satisfaction": _satisfaction,
    "ratings": _ratings,
    "text": _text,
    "call-back": _call_back,
    "": _nothing,
}


def call(
    ctx: typer.Context, whom: Visit = "", due: Due = False, method: MethodOption = Method.PHONE, json: Json = False
) -> None:
    """照着话术打回访电话，边问边记，最后填好回访表。

    不方便就改约；没接通记一笔；客户答应接听后中断的，记为已访，表稍后再填。
    """
    app: Context = ctx.obj
    if whom and due:
        raise UsageError("写了回访谁，就不用 --due", "留下要的那一个")
    call = _meant(app, whom, due=due)
    if not asking.can_ask():
        number = call.number or "编号"
        raise UsageError(
            "这一步要在终端里边打电话边答", f"直接填表：demandctl revisit record {number} --satisfaction …"
        )
    with reading(app) as reader:
        demand = read_demand(reader, call.demand) if call.demand else None
    script = scripts.for_visit(scripts.load(app.scripts_path), call.kind)
    warn_outside_call_hours(app, app.now)
    _introduce(call, demand)
    values = scripts.values_for(app.config, app.who, call.customer, demand)
    if call.kind == RevisitKind.HOLIDAY:
        values["greeting"] = "节日快乐"
    given: Answers = {"method": method.value}
    broken = False
    try:
        with hanging_up_cancels():
            walk(app, script, values, given, reached=call.reached)
    except (Cancelled, KeyboardInterrupt, OSError):
        if not (given.get("reachable") or call.reached):
            raise
        broken = True
    _write(app.later(), call, given, started=None if call.reached else app.now, broken=broken, as_json=json)


class Call(NamedTuple):
    """A visit by phone: one that is planned, or, without a number, one that is owed and not planned yet."""

    number: int | None
    customer: CustomerBrief
    kind: RevisitKind
    demand: int | None
    note: str = ""
    reached: bool = False
    """Whether the customer was reached before, and only the form is left."""


def _meant(app: Context, whom: str, *, due: bool) -> Call:
    """The visit that is meant: by its number or a customer who is due, the first that is due, or one that is chosen."""
    number = read_number(whom, About.REVISIT) if whom else None
    with reading(app) as reader:
        if number is not None:
            return _planned(read_revisit(reader, number))
        if whom:
            return _of_customer(reader, find_customer_id(reader, whom))
        found = _waiting(reader)
    if not found:
        raise Refused("没有计划好的、也没有到期的回访", "该回访谁：demandctl revisit plan")
    if due:
        return found[0][0]
    if not asking.can_ask():
        raise UsageError("缺少回访编号", "看看有哪些：demandctl revisit list --open；到期的第一位：--due")
    return asking.choose("给谁打", [(call, shown(line)) for call, line in found[:30]])


def _planned(visit: RevisitView) -> Call:
    if visit.recorded_at:
        raise Refused(f"{visit.subject.words} 的表已填过", f"看：demandctl revisit show {visit.id}")
    reached = visit.visited_at is not None
    return Call(visit.id, visit.customer, visit.kind, visit.demand, visit.note or "", reached)


def _of_customer(reader: Reader, customer: int) -> Call:
    """A customer's visit that is planned, else the one that he is owed."""
    planned = [v for v in read_revisits(reader, customers=[customer], open_only=True) if not v.recorded_at]
    if planned:
        return _planned(planned[0])
    code = Subject.customer(customer).code
    owed = next((one for one in customers_to_visit(reader) if one.customer.code == code), None)
    if owed is None:
        name = read_customer(reader, customer).name
        raise Refused(
            f"{code} {name} 没有到期的回访", f"另外安排一次：demandctl revisit add {code} --kind 类型 --at 时间"
        )
    return _owed(reader, owed)


def _owed(reader: Reader, owed: VisitOwed) -> Call:
    brief = read_customer(reader, owed.customer.subject.number)
    return Call(None, brief, kind_of_visit(reader, owed), owed.demand)


def _waiting(reader: Reader) -> list[tuple[Call, str]]:
    """Visits to be made, the most pressing first: those that are planned, and customers who are due without a plan."""
    planned = [visit for visit in read_revisits(reader, open_only=True) if not visit.recorded_at]
    codes = {visit.customer.code for visit in planned}
    due = [owed for owed in customers_to_visit(reader) if not owed.planned and owed.customer.code not in codes]
    found = [
        (visit.call_back_at or visit.planned_at or reader.now, _planned(visit), visit.kind.label) for visit in planned
    ]
    found += [(owed.due_at, _owed(reader, owed), owed.why) for owed in due]
    found.sort(key=lambda entry: entry[0])
    now = reader.now
    return [(call, f"{call.customer.name}  {why}  {moment(at, now)}".rstrip()) for at, call, why in found]


@contextmanager
def hanging_up_cancels() -> Iterator[None]:
    """A terminal that is closed in the middle of a call breaks it off as Ctrl-C does: the visit is marked."""
    import signal

    def cancel(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), cancel) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _introduce(visit: Call, demand: DemandView | None) -> None:
    customer = visit.customer
    kind = visit.kind.label
    say(shown(f"{kind}：{customer.code} {customer.name}  {customer.phone or '没有电话'}  {customer.region}"))
    if demand:
        handler = demand.handler.name if demand.handler else ""
        say(shown(f"{demand.subject} {demand.product} {demand.content}  {handler}"))
    if visit.note:
        say(shown(f"备注：{visit.note}"))
    say("Ctrl-C 中断：客户答应接听之后中断的，记为已访，表可以稍后再填。")


def _write(app: Context, call: Call, given: Answers, *, started: datetime | None, broken: bool, as_json: bool) -> None:
    """One transaction for all that came of the call."""
    from demandctl.actions import steps

    values = {name: value for name, value in given.items() if name != "reachable"}
    if broken:
        values = {"method": given["method"]}
    if given.get("reachable") is False and "call_back_at" not in given:
        values["reachable"] = False
    elif "call_back_at" not in given and started:
        values["visited_at"] = started
    try:
        about = Subject.read(call.customer.code)
        unplanned = (about.number if about else 0, call.kind, call.demand)
        done = steps.visited(app, call.number, values, broken=broken, unplanned=unplanned)
    except DemandctlError:
        code = call.number or "编号"
        say(f"没有写进去，客户说的可以这样补上：demandctl revisit record {code} {' '.join(_as_options(given))}")
        raise
    number = done.number
    with reading(app) as reader:
        written = read_revisit(reader, number)
    if as_json:
        put_json(written)
        return
    unfinished = done.what == "unfinished"
    following = form.completed_by(done.lacking, number) if unfinished else _after(written, given, done.what, broken)
    object_answer(False, written, done.said, following)
    if done.what == "form":
        form.put_for_department(app, written)


def _after(visit: RevisitInFull, given: Answers, what: str, broken: bool) -> str:
    """The command that is next."""
    number = visit.id
    if broken:
        return f"表稍后填：demandctl revisit record {number} {' '.join(_as_options(given)) or '--satisfaction …'}"
    if what == "call-back":
        return f"到时：demandctl revisit call {number}"
    if what == "attempt":
        return f"改约：demandctl revisit record {number} --call-back 时间"
    if _owes(visit, RulePart.ON_THE_SPOT):
        return f"请主管一小时内当场拍板；解决后：demandctl revisit solved {number}"
    if _owes(visit, RulePart.FORWARD):
        return (
            f"一小时内转交：demandctl revisit forward {number} {_word(visit.department or '部门')}；"
            f"已解决：demandctl revisit solved {number}"
        )
    return f"看：demandctl revisit show {number}"


def _owes(visit: RevisitInFull, part: RulePart) -> bool:
    return any(clock.role == part and clock.is_open for clock in visit.deadlines)


def _word(text: str) -> str:
    """A text as one word of a command line, in quotes only where it needs them."""
    return text if re.fullmatch(r"[\w.-]+", text) else shlex.quote(text)


def _as_options(given: Answers) -> list[str]:
    """The answers so far as options of ``revisit record``, so that a call that broke off loses none."""
    flags = {
        ("recommend", True): "--recommend", ("recommend", False): "--no-recommend",
        ("would_continue", True): "--would-continue", ("would_continue", False): "--would-not-continue",
        ("urgent", True): "--urgent", ("urgent", False): "--not-urgent",
    }  # fmt: skip
    options = []
    for name, value in given.items():
        if (name, value) in flags:
            options.append(flags[name, value])
        elif value is not None and name not in ("method", "reachable"):
            options.append(f"--{name.replace('_', '-')} {_word(str(value))}")
    return options
