"""Rows of a 需求信息记录表 to drafts of demands, each in its own time; what does not fit is a problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from demandctl.imports import endings, whom, words
from demandctl.imports.beside import SaidBeside, label_of
from demandctl.imports.cells import CoveredTime, Unreadable, amount, is_nothing, moment, our_number, parts, plain, word
from demandctl.imports.importer import Found
from demandctl.imports.names import is_person
from demandctl.imports.progress import entries, title_day
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.rows import rows_of
from demandctl.imports.tables import Table, TableRow
from demandctl.language.story import StoryLine, of_lines
from demandctl.language.subject import About
from demandctl.store.fields import IN_NOTE, called
from demandctl.store.values import Columns
from demandctl.vocabulary import Channel, Kind, Method, ServiceMode, Urgency

Judge = Callable[[str], tuple[str | None, str | None]]
"""The kind and subtype of a demand that a text states; None where it does not say."""
_BARE_NAME = re.compile("[一-鿿]{2,4}")
_ANY_GROUP = re.compile(r"(?:微信|社|客户|企业)*(?:社?群聊?|群里?|微信群)")
"""Words for a group that name none."""


@dataclass(slots=True, kw_only=True)
class DemandDraft(Found):
    """A demand as the file tells it: columns of our own, people by name, times as instants."""

    number: int | None
    timed: bool
    """Whether the raised time has a time of day; without one the day alone tells two demands apart."""
    handler: str = ""
    handler_phone: str = ""
    leader: str = ""
    branch: str = ""
    state: str | None = None
    assigned_at: datetime | None = None
    next_at: date | datetime | None = None
    next_plan: str = ""
    said: list[SaidBeside] = field(default_factory=list)
    label: str = ""
    """The number that the file gives the demand, whatever its form: what a sheet of follow-ups names it by."""


def read_demands(
    table: Table, frame: Frame, people: Collection[str], judge: Judge, *, told: bool
) -> Iterator[DemandDraft | None]:
    """The drafts of a table in its order; None for a row that has a problem. *told*: follow-ups have their own sheet.

    Rows that only go on with a demand (its cells merged over them, or left blank) add to the one before.
    """
    known = set(people) | _named_in(table)
    around = _kind_around(table)
    last: DemandDraft | None = None
    for row in rows_of(table):
        if last is not None and goes_on(row):
            _add_progress(last, row, table, frame, known)
            continue
        if _is_empty(row):
            continue
        last = _Demand(row, table, frame, known, judge, around, told=told and table.own).draft()
        if last is not None and last.handler:
            known.add(last.handler)
        yield last


def _named_in(table: Table) -> set[str]:
    """The handlers that the table names by bare names: whose entries are theirs, further up too."""
    place = next((column.place for column in table.columns if column.field == "handler"), None)
    if place is None:
        return set()
    cells = {row[place] for row in table.block.rows[table.head + 1 :] if place < len(row)}
    names = {cell.strip() for cell in cells if type(cell) is str}
    return {name for name in names if _BARE_NAME.fullmatch(name) and is_person(name)}


def _kind_around(table: Table) -> tuple[str | None, str | None]:
    """The kind that all rows have, as what stands above them, the sheet, the headers or the file say."""
    headers = [column.title for column in table.columns if column.field in ("content", "raised", "kind", "handler")]
    for text in (*table.title.split("\n"), table.sheet, *headers, table.file):
        if (found := words.kind_of_title(text))[0]:
            return found
    return None, None


def _is_empty(row: TableRow) -> bool:
    """A numbered row that waits to be filled in: nobody, nothing, never."""
    return all(is_nothing(row.cells.get(name, "")) for name in ("customer", "phone", "content", "raised")) and (
        sum(1 for value in row.cells.values() if not is_nothing(value)) + len(row.extras) <= 2
        and not row.more.get("progress")
    )


def goes_on(row: TableRow) -> bool:
    """Whether a row only adds to the demand above it."""
    if {"content", "customer"} <= row.merged:
        return True
    blank = all(
        is_nothing(row.cells.get(name, "")) for name in ("customer", "phone", "content", "raised", "number", "kind")
    )
    return blank and bool(row.more.get("progress"))


def _add_progress(draft: DemandDraft, row: TableRow, table: Table, frame: Frame, people: set[str]) -> None:
    nothing = (None, None)
    more = _Demand(row._replace(cells=_own_cells(row)), table, frame, people, lambda text: nothing, nothing, told=False)
    said, originals = more.progress(draft.values["raised_at"], draft.handler)
    draft.said += said
    draft.values["note"] = "\n".join(part for part in (draft.values["note"], *originals, more.note()) if part)
    if draft.values.get("closed_at") and said and not table.own and "closed_at" not in table.fields:
        draft.values["closed_at"] = max(draft.values["closed_at"], said[-1].at)


def _own_cells(row: TableRow) -> Columns:
    """The cells of a row that are not those of the row above, merged down to it."""
    return {name: value for name, value in row.cells.items() if name not in row.merged}


class _Demand(RowReader):
    """One row of the table."""

    def __init__(
        self, row: TableRow, table: Table, frame: Frame, people: set[str], judge: Judge,
        around: tuple[str | None, str | None], *, told: bool,
    ) -> None:  # fmt: skip
        super().__init__(row, table, frame)
        self.people, self.judge, self.around, self.told = people, judge, around, told

    def draft(self) -> DemandDraft | None:
        """The draft of this row; None when something in it is wrong."""
        person = whom.customer(self)
        if not (person["name"] or person["phone"] or person["wechat"] or person["code"]):
            self.problem("customer", "没有写客户姓名，也没有电话")
        raised, timed = self.raised()
        content = self.words("content")
        kind, subtype = self.kind(content)
        if not content:
            self.problem("content", "没有写需求内容")
        channel, group = self.channel()
        if raised is None or kind is None:
            return None
        day = self.frame.calendar.local_day(raised)
        handler = whom.handler(self, self.people)
        leader = whom.person(self, "leader", self.people)
        assigned = self.assigned(day, handler.name or leader)
        said, originals = ([], []) if self.told else self.progress(raised, handler.name)
        ended = endings.end(self, kind, raised, [entry.at for entry in said] or ([assigned] if assigned else []))
        values = {
            "kind": kind, "subtype": subtype, "channel": channel, "group_name": group, "content": content,
            "raised_at": raised, **self._values(day, raised), **ended,
        }  # fmt: skip
        next_at, next_plan, number = self.next_time(day), self.text("next_plan"), self.number()
        self._without_an_end(values)
        state = values.pop("state")
        self.keep("escalated_at")  # to whom is not told, so it stays in words
        values["note"] = self.note(*originals)
        if self.own:
            _split_note(values)
        if self.bad:
            return None
        return DemandDraft(
            table=self.table, row=self.row.number, values=values, person=person, number=number, timed=timed,
            handler=handler.name, handler_phone=handler.phone, leader=leader, branch=handler.branch, state=state,
            assigned_at=assigned, next_at=next_at, next_plan=next_plan, said=said, kept=self.kept,
            label=label_of(self.row.cells.get("number", "")),
        )  # fmt: skip

    def _values(self, day: date, raised: datetime) -> Columns:
        """The columns that a cell each fills."""
        return {
            "region": self.place(), "product": self.text("product"),
            "registered_at": (self.instant("registered", day) if "raised" in self.table.fields else None) or raised,
            "wish": self.text("wish"), "warranty": self.text("warranty"), "tags": parts(self.cell("tags")),
            "urgency": self.word("urgency", words.labels(Urgency), words.URGENCIES, strict=True) or "normal",
            "service_mode": self.word("mode", words.labels(ServiceMode), words.MODES),
            "verified": self.flag("verified"), "reason": self.words("reason"),
            "resolved_at": self.instant("resolved_at", day), "confirmed_at": self.confirmed(day), "escalation": 0,
            "amount": self.read("amount", lambda value: amount(value, self.table.titled("amount"))),
            "machine_id": None, "from_id": self.link("from"), "duplicate_of": self.link("duplicate_of"),
        }  # fmt: skip

    def _without_an_end(self, values: Columns) -> None:
        """A reason of what has not ended, and an amount of what was not won, are kept as words."""
        if values["reason"] and not values["closed_at"] and values["outcome"] is None:
            self.keep("reason")
            values["reason"] = ""
        if values["amount"] and values["outcome"] != "won":
            self.keep("amount")
            values["amount"] = None

    def number(self) -> int | None:
        """Our own number, D12 or 12; another numbering is kept in 备注."""
        found = our_number(self.cell("number"), About.DEMAND)
        if not found:
            self.keep("number")
        return found or None

    def link(self, name: str) -> int | None:
        """Another demand, by our own number."""
        found = our_number(self.cell(name), About.DEMAND)
        if found is None:
            self.keep(name)
        return found

    def place(self) -> str:
        """Where it is about; in a table without a column for it, where the customer lives."""
        return self.region() or ("" if "region" in self.table.fields else self.text("address"))

    def raised(self) -> tuple[datetime | None, bool]:
        """When the customer asked, and whether the cell has a time of day."""
        name = "raised" if "raised" in self.table.fields else "registered"
        value = self.cell(name)
        if is_nothing(value) and name == "raised" and not is_nothing(self.row.cells.get("registered", "")):
            name = "registered"
            value = self.cell(name)
        if is_nothing(value):
            self.problem("raised", "没有写提出时间")
            return None, False
        try:
            found = self.moment(value)
        except Unreadable as why:
            self.problem(name, str(why))
            return None, False
        if not self.is_meant(name, found):
            return None, False
        self.leftover(name, value)
        at = self.frame.instant(found, exact=self.own)
        if at > self.frame.now:
            if self.frame.calendar.local_day(at) > self.frame.today:
                self.problem(name, "提出时间还没有到")
                return None, False
            at = self.frame.now
        return at, isinstance(found, datetime)

    def kind(self, content: str) -> tuple[str | None, str | None]:
        """The kind and subtype: of their cells, else as what stands around the row says, else as the content does."""
        value, subtype_cell = self.cell("kind"), self.text("subtype")
        kind, subtype = words.kind_and_subtype(value) if not is_nothing(value) else (None, None)
        if kind is None and not is_nothing(value):
            self.problem("kind", f"不认识的类型，可以是：{'、'.join(k.label for k in Kind)}")
            return None, None
        if kind is None and subtype_cell:
            kind, subtype = words.kind_and_subtype(subtype_cell)
        if kind is None:
            sections = map(words.kind_of_title, self.row.sections)
            kind, subtype = next((found for found in sections if found[0]), self.around)
        if kind is None:
            kind, subtype = self.judge(content)
            if kind is None:
                self.problem("kind", "没有写需求类型，内容里也看不出；整张表同一类的，加 --set kind=售后")
                return None, None
            self.notes.append(f"需求类型：按内容当作{Kind(kind).label}")
            self.remark(f"没有写需求类型，按内容当作{Kind(kind).label}，请核对")
        if subtype_cell:
            named = words.subtype(subtype_cell, kind)
            if named is None:
                self.keep("subtype")
            subtype = named or subtype
        return kind, subtype

    def channel(self) -> tuple[str, str]:
        """The channel and the group's name, whichever of the two columns names it."""
        group, text = self.text("group"), self.text("channel")
        if not text and group and (named := words.channel(group)) not in (None, "group", "other"):
            return str(named), ""
        if not text:
            return ("group" if group else "other"), "" if _ANY_GROUP.fullmatch(group) else group
        found = words.channel(text)
        if found is None:
            self.problem("channel", f"不认识，可以是：{'、'.join(c.label for c in Channel)}")
            return "other", group
        if found == "group" and not group and not _ANY_GROUP.fullmatch(text):
            return found, text
        if found == "other" and text not in ("其他", "其它"):
            self.keep("channel")
        return found, group

    def assigned(self, day: date, to_whom: str) -> datetime | None:
        """When it was assigned; without somebody to whom the time is kept."""
        at = self.instant("assigned_at", day)
        if at is not None and not to_whom:
            self.keep("assigned_at")
        return at

    def confirmed(self, day: date) -> datetime | None:
        """When the customer confirmed; a mere 是 is kept."""
        value = self.cell("confirmed")
        if is_nothing(value):
            return None
        if not isinstance(value, str) or re.search(r"\d", value):
            return self.instant("confirmed", day)
        self.keep("confirmed")
        return None

    def next_time(self, day: date) -> date | datetime | None:
        """What was agreed for later; words such as 下周 are kept."""
        value = self.cell("next_at")
        if is_nothing(value):
            return None
        try:
            found = moment(value, CoveredTime(), self.frame.today + timedelta(days=300), day)
        except Unreadable:
            self.keep("next_at")
            return None
        self.leftover("next_at", value)
        return found if self.is_meant("next_at", found) else None

    def progress(self, raised: datetime, handler: str) -> tuple[list[SaidBeside], list[str]]:
        """The follow-ups of the row's progress cells, and the cells as they were where that took something off them."""
        cells = self.row.more.get("progress", ())
        dates = list(self.row.more.get("follow_at", ()))
        day = self.frame.calendar.local_day(raised)
        people = self.people | {handler} if handler else self.people
        used: set[int] = set()
        said: list[SaidBeside] = []
        originals: list[str] = []
        for index, (title, cell) in enumerate(cells):
            text = plain(cell)
            if is_nothing(text):
                continue
            dated, at = title_day(title, self.row.period, self.frame.today, day)
            if at is None and dates:
                used.add(place := min(index, len(dates) - 1) if len(dates) > 1 else 0)
                at = self._follow_date(dates[place], day)
            default = self.follow_time(at, raised) if at else raised
            if self.own and (ours := of_lines(text)):
                said += map(self._our_own, ours)
                continue
            found = entries(text, self.row.period, self.frame.today, day, people)
            for entry in found:
                default = at = self.follow_time(entry.at, raised) if entry.at is not None else default
                said.append(SaidBeside(at, f"{title}：{entry.text}" if dated else entry.text, entry.by))
            if not self.own and any(entry.text != entry.raw for entry in found):
                originals.append(f"{title}原文：{text}")
        self.notes += [f"{title}：{plain(cell)}" for n, (title, cell) in enumerate(dates) if n not in used]
        if said and not self.own:
            method, stage = self.word("method", words.labels(Method), words.METHODS), self.text("stage")
            for entry_said in said:
                entry_said.method, entry_said.stage = method, stage
        return said, originals

    def _our_own(self, line: StoryLine) -> SaidBeside:
        """A line that our own export wrote."""
        said = SaidBeside(
            self.frame.instant(line.at), line.text, line.by, line.phone, stage=line.stage, next_plan=line.next_plan,
            next_at=self.frame.instant(line.next_at) if line.next_at else None,
        )  # fmt: skip
        said.told_as(line.nature)
        return said

    def _follow_date(self, cell: tuple[str, Any], day: date) -> date | datetime | None:
        try:
            return self.moment(cell[1], day)
        except Unreadable:
            self.notes.append(f"{cell[0]}：{plain(cell[1])}")
            return None

    def follow_time(self, value: date | datetime, raised: datetime) -> datetime:
        """When a follow-up was: of a bare date its closing time, never before the demand of that day nor after now."""
        at = self.frame.instant(value, opening=False)
        if not isinstance(value, datetime) and at < raised and value == self.frame.calendar.local_day(raised):
            at = raised
        return min(at, self.frame.now)


_NOTE_PARTS = {
    **{called("demand", column): column for column in (*IN_NOTE["demand"], "wish", "service_mode", "warranty")},
    "保修": "warranty",
}
"""What is not in ``IN_NOTE`` is how exports of the first release have it."""


def _split_note(values: Columns) -> None:
    """What our own export put into 备注 for want of a column goes back to where it belongs."""
    lines = values["note"].split("\n")
    while lines and (match := re.fullmatch(rf"({'|'.join(_NOTE_PARTS)})：(.+)", lines[-1])):
        name, text = _NOTE_PARTS[match[1]], match[2]
        if name == "service_mode":
            values[name] = word(text, words.labels(ServiceMode), words.MODES) or values[name]
        elif name == "tags":
            values[name] = text.split("、")
        elif name in ("from_id", "duplicate_of"):
            values[name] = our_number(text, About.DEMAND)
        else:
            values[name] = text
        lines.pop()
    values["note"] = "\n".join(lines)
