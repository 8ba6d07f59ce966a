"""A second reckoning of the deadlines, from the rules as people read them and by another method than the program's.

Opening time is walked minute by minute; every rule is written out in plain statements, one actor after the other, with
no table of rules and no import from the program. What the two disagree about is a bug in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from demandctl.language.festivals import legal_days

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

LAST_WITH_LEGAL_DAYS = 2031
"""The calendar package ends with 2026; of five years more the days off by law are known."""


def at(text: str) -> datetime:
    """``2026-11-20 09:00`` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# -- opening time ------------------------------------------------------------------------------------------------


class Office:
    """Opening hours walked minute by minute."""

    def __init__(
        self,
        hours: Iterable[tuple[str, str]] = (("08:30", "12:00"), ("13:30", "17:30")),
        closed: Iterable[date] = (),
        opened: Iterable[date] = (),
    ) -> None:
        self.spans = [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in hours]
        self.closed, self.opened = set(closed), set(opened)
        self._seen: dict[date, bool] = {}

    def known(self, day: date) -> bool:
        """Whether the official calendar, or the user, has said what the day is."""
        if day in self.closed | self.opened:
            return True
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return False
        return True

    def works(self, day: date) -> bool:
        """Whether people work that day: overrides, then the official calendar, then Monday to Friday."""
        if day not in self._seen:
            self._seen[day] = self._look_up(day)
        return self._seen[day]

    def _look_up(self, day: date) -> bool:
        if day in self.closed:
            return False
        if day in self.opened:
            return True
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5 and not (day.year <= LAST_WITH_LEGAL_DAYS and day in legal_days(day.year))

    def is_open(self, moment: datetime) -> bool:
        """Half-open spans: the closing second is closed already."""
        local = moment.astimezone(ZONE)
        return any(a <= local.time() < b for a, b in self.spans) and self.works(local.date())

    def closing(self, day: date) -> datetime:
        """The closing time of that very date."""
        return datetime.combine(day, self.spans[-1][1], ZONE)

    def opening(self, day: date) -> datetime:
        """The opening time of that very date."""
        return datetime.combine(day, self.spans[0][0], ZONE)

    def closing_on_or_after(self, day: date) -> datetime:
        """The closing time of that date; a date off moves to the next working day."""
        while not self.works(day):
            day += DAY
        return self.closing(day)

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when open, else the next opening."""
        while not self.is_open(moment):
            moment = moment.replace(second=0, microsecond=0) + MINUTE
        return moment

    def add(self, start: datetime, work: timedelta) -> datetime:
        """When so much opening time has passed."""
        moment, left = start, work
        if not left:
            return self.next_open(start)
        while True:
            end = moment.replace(second=0, microsecond=0) + MINUTE
            if self.is_open(moment):
                step = min(end - moment, left)
                moment, left = moment + step, left - step
                if not left:
                    return moment
            else:
                moment = end

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The opening time between two moments."""
        total, moment = timedelta(), start
        while moment < end:
            stop = min(moment.replace(second=0, microsecond=0) + MINUTE, end)
            if self.is_open(moment):
                total += stop - moment
            moment = stop
        return total

    def days(self, start: datetime, count: int) -> datetime:
        """Closing time of the Nth working day after day 0, the day of the next opening."""
        day = self.next_open(start).astimezone(ZONE).date()
        while count:
            day += DAY
            count -= self.works(day)
        return self.closing(day)

    def work(self, start: datetime, target: str) -> datetime:
        """When a target such as ``15m``, ``4h`` or ``3d`` on the work clock is due."""
        amount, unit = int(target[:-1]), target[-1]
        if unit == "d":
            return self.days(start, amount)
        return self.add(start, timedelta(minutes=amount) if unit == "m" else timedelta(hours=amount))

    def leans_on_guess(self, start: datetime, due: datetime) -> bool:
        """Whether the way from start to due passes a day that nobody has announced yet."""
        day, last = start.astimezone(ZONE).date(), due.astimezone(ZONE).date()
        while day <= last:
            if not self.known(day):
                return True
            day += DAY
        return False


def monday_after(day: date) -> date:
    """The first Monday later than that day."""
    day += DAY
    while day.weekday() != 0:
        day += DAY
    return day


# -- what is owed ------------------------------------------------------------------------------------------------


@dataclass
class Owed:
    """One deadline as the rules want it."""

    rule: str
    started: datetime
    due: datetime
    role: str
    name: str = ""
    met: datetime | None = None
    voided: datetime | None = None
    work: bool = False
    paused: datetime | None = None
    left: timedelta | None = None
    fixed: bool = False
    moved: bool = False
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Neither met nor voided."""
        return self.met is None and self.voided is None


@dataclass
class Person:
    """Whom the directory knows."""

    name: str
    role: str


LEADER, SALES, SERVICE, EXPERT, PARTS, SPECIALIST = "leader", "sales", "service", "expert", "parts", "specialist"
RESPOND = {"opportunity": "15m", "service": "15m", "complaint": "15m", "inquiry": "30m", "suggestion": "1d"}
SERVICE_RESOLVE = {"critical": "4h", "urgent": "1d", "normal": "3d"}
RESOLVE = {"inquiry": "2d", "complaint": "1d", "suggestion": "5d"}


@dataclass
class DemandBook:
    """What is owed about one demand, told step by step what its people do."""

    office: Office
    kind: str
    channel: str
    raised: datetime
    registered: datetime
    urgency: str = "normal"
    status: str = "new"
    handler: Person | None = None
    leader: Person | None = None
    rows: list[Owed] = field(default_factory=list)
    escalated_to: set[str] = field(default_factory=set)
    wait_start: datetime = datetime.min
    wait_end: datetime | None = None
    resolved: datetime | None = None

    def __post_init__(self) -> None:
        self._start("respond", self.raised, RESPOND[self.kind])
        if self.channel == "group":
            self._start("takeover", self.raised, "30m")
        self._start("dispatch", self.registered, "45m" if self.channel == "group" else "15m")
        self._start_resolve(self.registered)
        if self.channel == "phone":
            self._meet("respond", self.raised)

    # what the tests read

    def open(self) -> dict[str, Owed]:
        """The open deadlines by rule."""
        return {row.rule: row for row in self.rows if row.open}

    # starting, meeting, voiding

    def _who(self, rule: str) -> tuple[str, str]:
        handler = ("handler", self.handler.name) if self.handler else ("specialist", "")
        if rule == "respond":
            return ("branch", "") if self.channel == "group" else ("specialist", "")
        if rule in ("first-feedback", "weekly"):
            return handler
        if rule in ("resolve", "promise"):
            if self.handler:
                return handler
            return ("leader", self.leader.name) if self.leader else ("specialist", "")
        if rule == "designate":
            assert self.leader
            return "leader", self.leader.name
        return "specialist", ""

    def _start(self, rule: str, started: datetime, target: str) -> Owed:
        return self._put(rule, started, self.office.work(started, target), work=True)

    def _put(self, rule: str, started: datetime, due: datetime, *, work: bool = False) -> Owed:
        role, name = self._who(rule)
        row = Owed(rule, started, due, role, name, work=work)
        self.rows.append(row)
        if self.status == "waiting" and self.wait_end and started < self.wait_end:
            self._pause(row, started, self.wait_end)
        return row

    def _start_resolve(self, started: datetime) -> None:
        if self.kind == "service":
            self._start("resolve", started, SERVICE_RESOLVE[self.urgency])
        elif self.kind in RESOLVE:
            self._start("resolve", started, RESOLVE[self.kind])

    def _start_first_feedback(self, started: datetime) -> None:
        if self.kind == "inquiry":
            self._put("first-feedback", started, started + 24 * timedelta(hours=1))
        elif self.kind != "suggestion":
            self._start("first-feedback", started, "1h")

    def _start_weekly(self, started: datetime, after: date) -> None:
        if self.kind in ("opportunity", "service") and self.handler:
            self._put("weekly", started, self.office.closing_on_or_after(monday_after(after)))

    def _meet(self, rule: str, moment: datetime) -> list[Owed]:
        met = [row for row in self.rows if row.rule == rule and row.open and row.started <= moment]
        for row in met:
            row.met = moment
        return met

    def _void(self, rules: Iterable[str], moment: datetime) -> None:
        for row in self.rows:
            if row.rule in rules and row.open:
                row.voided = moment

    def _refresh_owners(self) -> None:
        for row in self.rows:
            if row.open and row.rule in ("resolve", "weekly", "promise") and not row.fixed:
                row.role, row.name = self._who(row.rule)

    # what people do

    def assign(self, to: Person, moment: datetime) -> None:
        """A handler gets it: takeover, dispatch and designate are done, the old handler's first feedback is void."""
        self._meet("takeover", moment)
        self._meet("dispatch", moment)
        self._meet("designate", moment)
        self._void(["first-feedback", "takeover", "dispatch", "designate"], moment)
        had = self.handler
        self.handler, self.leader, self.status = to, None, "assigned"
        if to.role != SPECIALIST:
            self._start_first_feedback(moment)
        if had is None or "weekly" not in self.open():
            self._start_weekly(moment, _day(moment))
        self._refresh_owners()

    def refer(self, leader: Person, moment: datetime) -> None:
        """The leader is asked (also an assignment): the handler is cleared, what only a handler owes is void."""
        self._meet("takeover", moment)
        self._meet("dispatch", moment)
        self._void(["first-feedback", "weekly", "dispatch", "designate"], moment)
        self.handler, self.leader, self.status = None, leader, "referred"
        self._start("designate", moment, "1h")
        self._refresh_owners()

    def follow_up(
        self,
        moment: datetime,
        by: Person | None = None,
        *,
        internal: bool = False,
        next_at: datetime | None = None,
        wait_until: datetime | None = None,
        wait_due: datetime | None = None,
        resolved: bool = False,
    ) -> None:
        """Somebody reports; without *by* the handler, before there is one the specialist."""
        by = by or self.handler
        if self.status == "closed":
            if not internal:
                self._meet("tell-customer", moment)
            return
        if self.status == "new" and by and by.role in (SALES, SERVICE, PARTS):
            self.assign(by, moment)
        self._end_wait(moment)
        if not internal:
            self._meet("respond", moment)
            self._meet("takeover", moment)
            self._meet("relay", moment)
            if by is None and self.kind in ("inquiry", "suggestion"):
                self._meet("dispatch", moment)
        if by and self.handler and by.name == self.handler.name:
            self._meet("first-feedback", moment)
        if by:
            for row in self.rows:
                if row.rule == "escalated" and row.open and row.name == by.name and row.started <= moment:
                    row.met = moment
        self._follow_up_weekly(moment)
        for row in self.rows:
            if row.rule == "promise" and row.open and row.started < moment and _day(moment) >= _day(row.due):
                row.met = moment
        spoke = by and (
            by.role == EXPERT or by.name in self.escalated_to or (self.handler and by.name == self.handler.name)
        )
        if self.status in ("assigned", "waiting"):
            self.status = "following"
        if internal and spoke and self._owes_relay() and "relay" not in self.open():
            self._start("relay", moment, "1h")
        if resolved:
            self._meet("resolve", moment)
            self.status, self.resolved = "confirming", moment
            self._void(["confirm"], moment)
            self._start("confirm", moment, "1h")
        if next_at:
            self._void(["promise"], moment)
            row = self._put("promise", moment, next_at)
            if by is None:
                row.role, row.name, row.fixed = "specialist", "", True
            elif self.handler is None or by.name != self.handler.name:
                row.role, row.name, row.fixed = "promiser", by.name, True
        if wait_until:
            self._void(["promise"], moment)
            row = self._put("promise", moment, wait_due or wait_until)
            row.role, row.name, row.fixed = "specialist", "", True
            self._wait_from(moment, wait_until)

    def _follow_up_weekly(self, moment: datetime) -> None:
        for row in list(self.rows):
            if row.rule == "weekly" and row.open and row.started <= moment and _day(moment) >= _day(row.due):
                row.met = moment
                self._start_weekly(moment, _day(moment))

    def _wait_from(self, moment: datetime, until: datetime) -> None:
        self.status, self.wait_start, self.wait_end = "waiting", moment, until
        for row in self.rows:
            if row.open:
                self._pause(row, moment, until)

    def _pause(self, row: Owed, moment: datetime, until: datetime) -> None:
        if row.work and row.due >= moment:
            row.paused, row.left = moment, self.office.between(moment, row.due)
            row.due = self.office.add(until, row.left)
            row.pauses.append((moment, until))
        if row.rule == "weekly" and moment <= row.due:
            row.due, row.moved = self.office.closing_on_or_after(monday_after(_day(until))), True

    def _end_wait(self, moment: datetime) -> None:
        if self.wait_end is None or moment < self.wait_start:
            return
        early = moment < self.wait_end
        for row in self.rows:
            if row.paused and row.open and early and row.left is not None:
                row.due = self.office.add(moment, row.left)
                row.pauses[-1] = (row.pauses[-1][0], moment)
            if row.rule == "weekly" and row.open and row.moved and early:
                row.due = self.office.closing_on_or_after(monday_after(_day(moment)))
            row.paused, row.moved = None, False
        self.wait_end = None

    def confirm(self, solved: bool, moment: datetime) -> None:
        """The customer says whether it is done."""
        self._meet("confirm", moment)
        if solved:
            self.close("solved", moment)
            return
        self.status = "following"
        if "resolve" in self.open():  # another kind has started its own since
            return
        row = [r for r in self.rows if r.rule == "resolve" and r.met][-1]
        assert row.met
        if row.met <= row.due:
            row.due = self.office.add(moment, self.office.between(row.met, row.due))
            row.pauses.append((row.met, moment))
        row.met = None
        row.role, row.name = self._who("resolve")

    def close(self, outcome: str, moment: datetime) -> None:
        """It ends: resolve is met, the rest void; a suggestion's answer is owed to the customer."""
        self._meet("resolve", moment)
        self._meet("dispatch", moment)
        for row in self.rows:
            if row.open:
                row.voided = moment
        self.status = "closed"
        if self.kind == "suggestion" and outcome in ("adopted", "declined"):
            self._start("tell-customer", moment, "1d")

    def reopen(self, moment: datetime) -> None:
        """It begins again: what applies starts from now."""
        self._void(["tell-customer"], moment)
        self.status = "following" if self.handler else "new"
        if not self.handler:
            self.leader = None
            self._start("dispatch", moment, "45m" if self.channel == "group" else "15m")
        self._start_weekly(moment, _day(moment))
        self._start_resolve(moment)

    def escalate(self, to: Person, moment: datetime, within: str = "4h") -> None:
        """A higher person is asked."""
        row = self._start("escalated", moment, within)
        row.role, row.name = "escalated", to.name
        self.escalated_to.add(to.name)

    def upgrade(self, moment: datetime, *, keeps: bool) -> None:
        """An inquiry becomes an opportunity: the first response is kept, the inquiry's clocks are void."""
        self.kind = "opportunity"
        self._void(["resolve", "first-feedback"], moment)
        if keeps:
            self._start_first_feedback(moment)
            self._start_weekly(moment, _day(moment))
        elif self.status != "referred":
            self.handler, self.leader, self.status = None, None, "new"
            self._void(["dispatch"], moment)
            self._start("dispatch", moment, "45m" if self.channel == "group" else "15m")
            self._refresh_owners()

    def edit_urgency(self, urgency: str) -> None:
        """Open deadlines are reckoned again from their own start."""
        self.urgency = urgency
        respond, resolve = self.open().get("respond"), self.open().get("resolve")
        if respond:
            self._recompute(respond, RESPOND[self.kind])
        if resolve and self.kind == "service":
            self._recompute(resolve, SERVICE_RESOLVE[urgency])

    def _recompute(self, row: Owed, target: str) -> None:
        """From its own start, and then every pause again."""
        row.due = self.office.work(row.started, target)
        for begin, end in row.pauses:
            if row.due >= begin:
                row.left = self.office.between(begin, row.due)
                row.due = self.office.add(end, row.left)

    def edit_raised(self, raised: datetime) -> None:
        """The customer asked at another time."""
        self.raised = raised
        for rule, target in (("respond", RESPOND[self.kind]), ("takeover", "30m")):
            row = self.open().get(rule)
            if row:
                row.started, row.due = raised, self.office.work(raised, target)

    def edit_kind(self, kind: str, moment: datetime) -> None:
        """What no longer applies is void, the new kind's start from now, the others keep their start."""
        self.kind = kind
        respond = self.open().get("respond")
        if respond:
            self._recompute(respond, RESPOND[kind])
        self._void(["resolve"], moment)
        self._start_resolve(moment)
        first = self.open().get("first-feedback")
        if kind == "suggestion":
            self._void(["first-feedback"], moment)
        elif first:
            work = kind != "inquiry"
            if work:
                self._recompute(first, "1h")
            else:
                first.due = first.started + DAY
            first.work = work
        if kind not in ("opportunity", "service"):
            self._void(["weekly"], moment)
        elif "weekly" not in self.open():
            self._start_weekly(moment, _day(moment))
        if kind not in ("service", "complaint"):
            self._void(["confirm"], moment)
            if self.status == "confirming":
                self.status = "following"
        if not self._owes_relay():
            self._void(["relay"], moment)

    def _owes_relay(self) -> bool:
        return self.channel in ("direct", "official", "phone") or self.kind == "complaint" or bool(self.escalated_to)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


# -- customers and revisits: when each rule is due -----------------------------------------------------------------


def add_months(day: date, months: int) -> date:
    """The same day so many months later, the last one when the month lacks it."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = 31
    while True:
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            last -= 1


def half_or_end_of_month(day: date) -> date:
    """The first 15th or last day of a month on or after that day."""
    while not (day.day == 15 or (day + DAY).day == 1):
        day += DAY
    return day
