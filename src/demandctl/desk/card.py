"""The card beside the list: all that is known of what the cursor stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from demandctl.core.routing import Routing
from demandctl.desk.drawing import Paragraph, heading, pairs
from demandctl.desk.lists import Line
from demandctl.errors import DemandctlError
from demandctl.language.display import moment
from demandctl.language.files import size_of
from demandctl.language.subject import About, Subject
from demandctl.messages import reminders
from demandctl.queries import routing
from demandctl.queries.alike import alike
from demandctl.queries.attachments import AttachmentView
from demandctl.queries.changes import in_words, of_operations
from demandctl.queries.customers import CustomerInFull, read_customer
from demandctl.queries.deadlines import Clock
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.history import DemandStory, read_story
from demandctl.queries.owing import owed_by_name, owed_by_person
from demandctl.queries.reader import Reader
from demandctl.queries.revisits import RevisitInFull, read_revisit
from demandctl.store.fields import TABLES, called
from demandctl.terminal.alike import helped_lines
from demandctl.terminal.his import customer_facts, customer_tables
from demandctl.terminal.showing import (
    demand_facts,
    demand_story,
    demand_title,
    details,
    how_it_stands,
    progress,
    service_lines,
)
from demandctl.vocabulary import DeadlineState, Status


class Card(NamedTuple):
    """What is said of a line, and the demand that it is about where there is one."""

    said: list[Paragraph]
    demand: DemandView | None = None


def card(reader: Reader, line: Line) -> Card:
    """The card of a line."""
    if line.whom:
        return Card(_whom(reader, line))
    if line.step is not None:
        return Card(_step(reader, line))
    subject = line.subject
    if subject is None:
        return Card([])
    if subject.about is About.DEMAND:
        story = read_story(reader, subject.number)
        found = routing.for_demand(reader, story) if story.status in (Status.NEW, Status.REFERRED) else None
        return Card(_demand(story, found, reader.now), story)
    if subject.about is About.REVISIT:
        visit = read_revisit(reader, subject.number)
        about = read_demand(reader, visit.demand) if visit.demand else None
        return Card(_revisit(visit, about, reader.now))
    if subject.about is About.CUSTOMER:
        return Card(_customer(read_customer(reader, subject.number), reader.now))
    return Card([Paragraph(line.cells[4], look="title"), *pairs([("情况", line.cells[-1])])])


def _demand(story: DemandStory, found: Routing | None, now: datetime) -> list[Paragraph]:
    said = [Paragraph(demand_title(story), look="title"), *pairs(demand_facts(story, now))]
    if found:
        said += heading("派给谁") + _proposals(found)
    said += _clocks(story.deadlines, now) + _files(story.attachments)
    if lines := service_lines(story.service_sums):
        said += heading(TABLES["service_step"]) + [Paragraph(line) for line in lines]
    told = demand_story(story, now)
    if told:
        said += heading("经过")
        for at, text in reversed(told):  # the newest is what one looks for
            said += [Paragraph(text, at, indent=16)]
    return said


def _proposals(found: Routing) -> list[Paragraph]:
    lines = [Paragraph(person.why, person.name, indent=10) for person in found.proposals[:4]]
    if not found.proposals:
        lines = [Paragraph("通讯录里没有直接合适的人", look="quiet")]
    elif not found.clear:
        lines.append(Paragraph("几位难分先后", look="quiet"))
    if found.leader:
        lines.append(Paragraph(f"{found.leader.name}  {found.leader.branch}", "领导", indent=10))
    return lines


def _clocks(clocks: Sequence[Clock], now: datetime) -> list[Paragraph]:
    if not clocks:
        return []
    said = heading(TABLES["deadline"])
    for clock in sorted(clocks, key=lambda clock: not clock.is_open):
        look = "late" if clock.state is DeadlineState.OVERDUE else "plain" if clock.is_open else "done"
        until = f"{moment(clock.due_at, now)}  " if clock.is_open else ""
        said.append(
            Paragraph(f"{until}{how_it_stands(clock, now)}  {clock.owed_by.name}".rstrip(), clock.rule_name, look, 14)
        )
    return said


def _revisit(visit: RevisitInFull, about: DemandView | None, now: datetime) -> list[Paragraph]:
    customer = visit.customer
    asked = f"{customer.code} {customer.name}  {customer.phone}".rstrip()
    told = details("revisit", visit, partial(moment, now=now), without=("customer_id", "kind"))
    said = [Paragraph(f"{visit.subject.words}  {visit.kind.label}  {progress(visit)}", look="title")]
    said += pairs([(called("revisit", "customer_id"), asked), *told])
    if about:
        said += [*heading(f"{about.subject} {about.kind.label}"), Paragraph(about.content)]
    return said + _clocks(visit.deadlines, now) + _files(visit.attachments)


def _customer(customer: CustomerInFull, now: datetime) -> list[Paragraph]:
    said = [Paragraph(f"{customer.subject.words}  {customer.name}", look="title")]
    said += pairs(customer_facts(customer, now))
    for title, _, rows in customer_tables(customer, now):
        if rows:
            said += heading(title)
            said += [Paragraph("  ".join(filter(None, row[1:])), row[0], indent=12) for row in reversed(rows)]
    return said + _clocks(customer.deadlines, now) + _files(customer.attachments)


def _files(found: Sequence[AttachmentView]) -> list[Paragraph]:
    if not found:
        return []
    return heading(TABLES["attachment"]) + [Paragraph(f"{one.name}  {size_of(one.size)}", str(one.id)) for one in found]


def more(reader: Reader, demand: DemandView) -> list[Paragraph]:
    """What is looked for while the cursor rests: how others like it were solved."""
    found = helped_lines(alike(reader, demand), reader.now)
    return heading("以前类似的") + pairs(found) if found else []


def _whom(reader: Reader, line: Line) -> list[Paragraph]:
    """What somebody owes, as the reminder says it."""
    assert line.whom is not None
    debt = line.whom
    said = [Paragraph(f"{debt.name or '没有登记领导'}  {debt.phone}", look="title")]
    try:
        owed = owed_by_person(reader, debt.id) if debt.id else owed_by_name(reader, debt.name)
    except DemandctlError as error:
        return [*said, Paragraph(str(error), look="quiet")]
    for person, his in owed:
        said += [Paragraph(""), *(Paragraph(text) for text in reminders.to_person(person.name, his, reader.now))]
    return said


def _step(reader: Reader, line: Line) -> list[Paragraph]:
    assert line.step is not None
    number, at, who, what, undone = line.cells
    said = [Paragraph(f"#{number}  {what}", look="title"), *pairs([("时间", at), ("谁", who), ("", undone)])]
    changes = list(in_words(reader, of_operations(reader, [line.step])[line.step]))
    return said + heading("改了什么") + [Paragraph(text, indent=2) for text in changes or ["没有改动记录"]]


def subject_of(line: Line | None, about: About) -> Subject | None:
    """The subject of a line where it is of that kind."""
    return line.subject if line and line.subject and line.subject.about is about else None
