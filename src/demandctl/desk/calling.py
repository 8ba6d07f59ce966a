"""The revisit: the script of a call walked through, the form filled in from the answers (C 2.3, C 2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from demandctl.core.parts import RulePart
from demandctl.desk.asking import Answered, Write
from demandctl.desk.hands import Handout, Hands
from demandctl.desk.ledger import Moment
from demandctl.desk.lists import Line
from demandctl.desk.values import completing
from demandctl.errors import Refused
from demandctl.language.subject import About
from demandctl.messages import handing, scripts
from demandctl.messages.scripts import CallStep, Script
from demandctl.queries.customers import read_customer
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, reading
from demandctl.queries.revisits import RevisitView, read_revisit
from demandctl.store.fields import RATINGS, called
from demandctl.terminal.typed import future
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

OPTIONAL = ("recommend", "would_continue")
"""Yes or no that a customer may leave unanswered."""


class Visit(NamedTuple):
    """Who is called, about what, and by which script."""

    revisit: RevisitView | None
    customer: CustomerBrief
    demand: DemandView | None
    kind: RevisitKind


class _Broken(Exception):
    """The call broke off; whether anything is to be kept."""

    def __init__(self, keep: bool) -> None:
        super().__init__()
        self.keep = keep


async def call(desk: Hands) -> None:
    """Call the customer under the cursor, planned or not."""
    line = desk.rows.current
    if line is None or line.subject is None:
        return
    visit = await desk.look(lambda reader: _visit(reader, line))
    if visit.revisit and visit.revisit.recorded_at:
        raise Refused(f"{visit.revisit.subject.words} 的表已填过", "填错了就撤销")
    if visit.revisit is None and visit.demand is None:
        kind = await desk.pick(f"给 {visit.customer.name} 打：哪一种回访", [(kind, kind.label) for kind in RevisitKind])
        if kind is None:
            return
        visit = visit._replace(kind=kind)
    await _talk(desk, visit)


def _visit(reader: Reader, line: Line) -> Visit:
    assert line.subject is not None
    if line.subject.about is About.REVISIT:
        revisit = read_revisit(reader, line.subject.number)
        demand = read_demand(reader, revisit.demand) if revisit.demand else None
        return Visit(revisit, revisit.customer, demand, revisit.kind)
    demand = read_demand(reader, line.about) if line.about else None
    kind = RevisitKind.AFTER_SALE if demand else RevisitKind.REGULAR
    return Visit(None, read_customer(reader, line.subject.number), demand, kind)


async def _talk(desk: Hands, visit: Visit) -> None:
    """Walk through the script, then write down what came of it."""
    app = desk.ledger.now()
    script = scripts.for_visit(scripts.load(app.scripts_path), visit.kind)
    values = scripts.values_for(app.config, app.who, visit.customer, visit.demand)
    if visit.kind is RevisitKind.HOLIDAY:
        values["greeting"] = "节日快乐"
    given: dict[str, Any] = {"method": Method.PHONE.value}
    reached = visit.revisit is not None and visit.revisit.visited_at is not None
    broken = False
    try:
        await _Call(desk, visit, script, values, given).walk(reached=reached)
    except _Broken as off:
        if not off.keep:
            return
        broken = True
    written = _written(given, started=None if reached else app.now, broken=broken)

    def does(now: Moment) -> tuple[str, str]:
        from demandctl.actions import steps

        number = visit.revisit.id if visit.revisit else None
        unplanned = (visit.customer.subject.number, visit.kind, visit.demand.number if visit.demand else None)
        done = steps.visited(now, number, written, broken=broken, unplanned=unplanned)
        return done.said, _message(now, done.number)

    said, message = await desk.write(does)
    if message:
        desk.hand_out([Handout(given.get("department") or "部门", message)], f"✓ {said}")
    else:
        desk.say(f"✓ {said}")


def _written(given: Mapping[str, Any], *, started: datetime | None, broken: bool) -> dict[str, Any]:
    values = {"method": given["method"]} if broken else {n: v for n, v in given.items() if n != "reachable"}
    if given.get("reachable") is False and "call_back_at" not in given:
        values["reachable"] = False
    elif "call_back_at" not in given and started:
        values["visited_at"] = started
    return values


def _message(app: Moment, number: int) -> str:
    """The text for the department, where one has to hear of it."""
    with reading(app) as reader:
        visit = read_revisit(reader, number)
    owed = any(clock.role == RulePart.FORWARD and clock.is_open for clock in visit.deadlines)
    return handing.for_department(visit, app.now) if owed else ""


class _Call:
    """One call: step by step, as the script has it."""

    def __init__(
        self, desk: Hands, visit: Visit, script: Script, values: dict[str, str], given: dict[str, Any]
    ) -> None:
        self.desk, self.visit, self.script, self.values, self.given = desk, visit, script, values, given
        self._asks = {
            "yes-no": self._yes_no, "satisfaction": self._satisfaction, "ratings": self._ratings, "text": self._text,
            "call-back": self._call_back, "": self._nothing,
        }  # fmt: skip

    async def walk(self, *, reached: bool) -> None:
        """Ask until the script ends; _Broken where it breaks off."""
        first = self.script.steps[0]
        step: CallStep | None = self._after(first, "yes") if reached else first
        while step:
            answer = await (self._opening(step) if step is first else self._asks[step.ask](step))
            step = self._after(step, answer)

    def _after(self, step: CallStep, answer: str) -> CallStep | None:
        name = step.after(answer)
        return self.script.step(name) if name else None

    def _words(self, step: CallStep) -> list[str]:
        said = [f"“{scripts.fill(step.say, self.values)}”"] if step.say else []
        return said + ([f"（{step.note}）"] if step.note else [])

    @property
    def _title(self) -> str:
        customer = self.visit.customer
        return f"{self.visit.kind.label}  {customer.name}  {customer.phone or '没有电话'}"

    async def _choose(self, step: CallStep, choices: list[tuple[Any, str]], at: int = 0, head: str = "") -> Any:
        while True:
            listed = [((value,), label) for value, label in choices]
            chosen = await self.desk.pick(f"{self._title}{f'：{head}' if head else ''}", listed, at, self._words(step))
            if chosen is not None:
                return chosen[0]
            await self._break_off()

    async def _break_off(self) -> None:
        """Esc: before the customer agreed to talk nothing has happened."""
        if not self.given.get("reachable"):
            raise _Broken(keep=False)
        ways = [("on", "接着问"), ("keep", "中断：记为已访，表稍后填"), ("drop", "什么也不记")]
        way = await self.desk.pick(f"{self._title}：不问了吗", ways)
        if way in ("keep", "drop"):
            raise _Broken(keep=way == "keep")

    async def _opening(self, step: CallStep) -> str:
        answers = [("yes", "接通了，客户方便"), ("no", "不方便，改约时间"), ("none", "没有接通")]
        answer: str = await self._choose(step, answers)
        self.given["reachable"] = answer == "yes"
        return answer

    async def _yes_no(self, step: CallStep) -> str:
        choices: list[tuple[Any, str]] = [(True, "是"), (False, "否")]
        answer = await self._choose(step, [*choices, (None, "没有说")] if step.field in OPTIONAL else choices)
        if step.field and answer is not None:
            self.given[step.field] = answer
        return "yes" if answer else "no"

    async def _satisfaction(self, step: CallStep) -> str:
        answer: str = await self._choose(step, [(term.value, term.label) for term in Satisfaction])
        self.given[step.field or "satisfaction"] = answer
        return answer

    async def _ratings(self, step: CallStep) -> str:
        offered = [*((term.value, term.label) for term in Satisfaction), (None, "没谈到")]
        for field in RATINGS[:-1]:
            self.given[field] = await self._choose(step, offered, head=called("revisit", field))
        return ""

    async def _text(self, step: CallStep) -> str:
        complete = completing(self.desk, "department") if step.field == "department" else None
        while True:
            sheet = Write(
                self._title, about=self._words(step), text=self.given.get(step.like, ""), needed=step.needed,
                complete=complete, keys="回车 下一步  Esc 中断",
            )  # fmt: skip
            answered = await self.desk.line(sheet)
            if answered is not None:
                break
            await self._break_off()
        if answered.text and step.field:
            self.given[step.field] = answered.text
        return ""

    async def _call_back(self, step: CallStep) -> str:
        app = self.desk.ledger.now()

        async def submit(answered: Answered) -> None:
            value = future(app, answered.text, "改约时间")
            self.given["call_back_at"] = value if isinstance(value, datetime) else app.calendar.closing(value)

        sheet = Write(
            f"{self._title}：约在什么时候", about=self._words(step), submit=submit, keys="回车 下一步  Esc 中断"
        )
        if await self.desk.line(sheet) is None:
            raise _Broken(keep=False)
        return ""

    async def _nothing(self, step: CallStep) -> str:
        if self._words(step) and self._after(step, "") is None:
            await self._choose(step, [("", "好，挂电话")])
        elif self._words(step):
            await self._choose(step, [("", "说完了，下一步")])
        return ""
