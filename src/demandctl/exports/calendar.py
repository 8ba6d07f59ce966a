"""What is owed as a calendar (``.ics``) that a phone takes in: each deadline an entry with a reminder."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import IO, TYPE_CHECKING, NamedTuple

from demandctl.exports.job import Job
from demandctl.exports.leaders import how_late
from demandctl.language.display import shown
from demandctl.language.short import short
from demandctl.queries.deadlines import Due, running_deadlines
from demandctl.queries.narrowing import OWED_BRANCH, bound, holds_one
from demandctl.vocabulary import DeadlineState

if TYPE_CHECKING:
    from icalendar import Event

_BEFORE = timedelta(minutes=15)
"""So long an entry is, up to the time by which something is owed, and so long before it a phone rings."""
_HERS = "l.owed_by = 'specialist'"


class CalendarFile(NamedTuple):
    """The deadlines that run as a calendar: the specialist's own, or everybody's."""

    name: str
    tables: tuple[str, ...] = ()

    def write(self, job: Job, file: IO[bytes], suffix: str) -> None:
        """Write it to an open file."""
        from icalendar import Calendar

        calendar = Calendar()
        for name, value in (
            ("prodid", "-//demandctl//ZH"), ("version", "2.0"), ("method", "PUBLISH"), ("x-wr-calname", "需求时限"),
            ("x-wr-timezone", str(job.reader.zone)),
        ):  # fmt: skip
            calendar.add(name, value)
        where = f"{holds_one(OWED_BRANCH, 'branch')}{'' if job.everybody else f' AND {_HERS}'}"
        for due in job.over(self.name, running_deadlines(job.reader, where, {"branch": bound(job.asked.branch)})):
            calendar.add_component(_entry(job, due))
        file.write(calendar.to_ical())


def _entry(job: Job, due: Due) -> Event:
    """An entry that is the same one each time it is taken in; what is overdue stands on today, the whole day."""
    from icalendar import Alarm, Event

    def text(said: str) -> str:
        return shown(job.mask.text(said) if job.mask else said)

    about = f"{due.subject.code} {due.customer.name if due.customer else ''}".strip()
    entry = Event()
    entry.add("uid", f"deadline-{due.id}@demandctl")
    entry.add("dtstamp", job.reader.now.astimezone(UTC))
    entry.add("transp", "TRANSPARENT")
    summary = f"{due.what}（{about}）" if about else due.what
    if due.state is DeadlineState.OVERDUE:
        today = job.reader.now.date()
        entry.add("dtstart", today)
        entry.add("dtend", today + timedelta(days=1))
        entry.add("summary", text(f"已超时 {how_late(due)}：{summary}"))
    else:
        at = due.due_at.astimezone(UTC)
        entry.add("dtstart", at - _BEFORE)
        entry.add("dtend", at)
        entry.add("summary", text(summary))
        alarm = Alarm()
        for name, value in (("action", "DISPLAY"), ("description", text(summary)), ("trigger", -_BEFORE)):
            alarm.add(name, value)
        entry.add_component(alarm)
    kind = due.kind.label if due.kind else "回访"
    entry.add("categories", [kind])
    lines = [
        f"{due.rule_name}：{due.owed_by.name} {due.owed_by.phone}".strip(), f"到期：{due.due_at:%Y-%m-%d %H:%M}",
        short(due.content, 80, unmask=job.mask is None), f"demandctl show {due.subject.code}" if about else "",
    ]  # fmt: skip
    entry.add("description", "\n".join(text(line) for line in lines if line))
    return entry
