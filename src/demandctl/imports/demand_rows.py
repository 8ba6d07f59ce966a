"""Rows of a 需求信息记录表 to drafts of demands, each in its own time; what does not fit is a problem."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from demandctl.imports import words
from demandctl.imports.beside import Said, label_of
from demandctl.imports.cells import (
    Period,
    Unreadable,
    amount,
    is_nothing,
    moment,
    our_number,
    parts,
    plain,
    without_phone,
    word,
    yes_no,
)
from demandctl.imports.importer import Found
from demandctl.imports.progress import entries
from demandctl.imports.record import Frame, Reader
from demandctl.imports.rows import rows_of
from demandctl.imports.tables import Row, Table
from demandctl.language.subject import About
from demandctl.store.fields import IN_NOTE, called
from demandctl.vocabulary import Channel, Kind, Method, Outcome, ServiceMode, Urgency

NOBODY = re.compile(r"待定|未定|未派|未分配|待分配|待派|暂无|无人|未知|空缺|待指派|未指派")
_PLACE = "(?:分公司|大区|办事处|公司|服务站|维修站|网点|营业部)"
_BRACKETED = re.compile(rf"([^\s(（【\[]{{2,12}}?)\s*[(（【\[]\s*([^)）】\]]{{1,12}}?{_PLACE})\s*[)）】\]]"
                        rf"|[(（【\[]\s*([^)）】\]]{{1,12}}?{_PLACE})\s*[)）】\]]\s*([^\s]{{2,12}})")  # fmt: skip
_BRANCH_FIRST = re.compile(rf"([^\s\-—－/、,，(（]{{1,12}}?{_PLACE})[\s\-—－/、:：|·]*(.*)")
_BRANCH_LAST = re.compile(rf"([一-鿿]{{2,4}})[\s\-—－/、:：|·]+([^\s\-—－/、,，]{{1,12}}?{_PLACE})")
_BARE_NAME = re.compile("[一-鿿]{2,4}")
_NO_BRANCH = re.compile("(?:部|科|组|室|中心|车间)$")
"""A department that a 部门 column names is no branch."""


@dataclass(slots=True, kw_only=True)
class Draft(Found):
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
    said: list[Said] = field(default_factory=list)
    label: str = ""
    """The number that the file gives the demand, whatever its form: what a sheet of follow-ups names it by."""


def read_demands(table: Table, frame: Frame, people: Collection[str], told: bool) -> Iterator[Draft | None]:
    """The drafts of a table in its order; None for a row that has a problem. *told*: follow-ups have their own sheet.

    Rows that only go on with a demand (its cells merged over them, or left blank) add to the one before.
    """
    known = set(people) | _named_in(table)
    last: Draft | None = None
    for row in rows_of(table):
        if last is not None and _goes_on(row):
            _add_progress(last, row, table, frame, known)
            continue
        if _is_empty(row):
            continue
        last = _Demand(row, table, frame, known, told=told and table.own).draft()
        if last is not None and last.handler:
            known.add(last.handler)
        yield last


def _named_in(table: Table) -> set[str]:
    """The handlers that the table names by bare names: whose entries are theirs, further up too."""
    place = next((column.place for column in table.columns if column.field == "handler"), None)
    if place is None:
        return set()
    cells = {row[place] for row in table.sheet.rows[table.head + 1 :] if place < len(row)}
    return {cell.strip() for cell in cells if type(cell) is str and _BARE_NAME.fullmatch(cell.strip())}


def _is_empty(row: Row) -> bool:
    """A numbered row that waits to be filled in: nobody, nothing, never."""
    return all(is_nothing(row.cells.get(name, "")) for name in ("customer", "phone", "content", "raised")) and (
        sum(1 for value in row.cells.values() if not is_nothing(value)) + len(row.extras) <= 2
        and not row.more.get("progress")
    )


def _goes_on(row: Row) -> bool:
    """Whether a row only adds to the demand above it."""
    if {"content", "customer"} <= row.merged:
        return True
    blank = all(
        is_nothing(row.cells.get(name, "")) for name in ("customer", "phone", "content", "raised", "number", "kind")
    )
    return blank and bool(row.more.get("progress"))


def _add_progress(draft: Draft, row: Row, table: Table, frame: Frame, people: set[str]) -> None:
    more = _Demand(row, table, frame, people, told=False)
    said, originals = more.progress(draft.values["raised_at"], draft.handler)
    draft.said += said
    draft.values["note"] = "\n".join(part for part in (draft.values["note"], *originals) if part)
    if draft.values.get("closed_at") and said and not table.own and "closed_at" not in table.fields:
        draft.values["closed_at"] = max(draft.values["closed_at"], said[-1].at)


class _Demand(Reader):
    """One row of the table."""

    def __init__(self, row: Row, table: Table, frame: Frame, people: set[str], *, told: bool) -> None:
        super().__init__(row, table, frame)
        self.people, self.told = people, told

    def draft(self) -> Draft | None:
        """The draft of this row; None when something in it is wrong."""
        person = self.person()
        raised, timed = self.raised()
        kind, subtype = self.kind()
        content = self.words("content")
        if not content:
            self.problem("content", "没有写需求内容")
        channel, group = self.channel()
        if raised is None or kind is None:
            return None
        day = self.frame.calendar.local_day(raised)
        handler, handler_phone, branch = self.handler()
        assigned = self.instant("assigned_at", day)
        said, originals = ([], []) if self.told else self.progress(raised, handler)
        ended = self.end(kind, raised, [entry.at for entry in said] or ([assigned] if assigned else []))
        values = {
            "kind": kind, "subtype": subtype, "channel": channel, "group_name": group, "content": content,
            "raised_at": raised, **self._values(day, raised), **ended,
        }  # fmt: skip
        next_at, number = self.next_time(day), self.number()
        if self.bad:
            return None
        state = values.pop("state")
        self._without_an_end(values)
        if self.words("address"):
            person["address"] = self.text("address")
        values["note"] = self.note(*originals)
        if self.own:
            _split_note(values)
        if self.words("escalated_at"):  # to whom is not told, so it stays in words
            when = f"{self.table.titled('escalated_at')}：{self.words('escalated_at')}"
            values["note"] = "\n".join(part for part in (values["note"], when) if part)
        return Draft(
            table=self.table, row=self.row.number, values=values, person=person, number=number, timed=timed,
            handler=handler, handler_phone=handler_phone, leader=self.name_of("leader"), branch=branch, state=state,
            assigned_at=assigned, next_at=next_at, next_plan=self.text("next_plan"), said=said,
            label=label_of(self.row.cells.get("number", "")),
        )  # fmt: skip

    def _values(self, day: date, raised: datetime) -> dict[str, Any]:
        """The columns that a cell each fills."""
        return {
            "region": self.region(), "product": self.text("product"),
            "registered_at": (self.instant("registered", day) if "raised" in self.table.fields else None) or raised,
            "wish": self.text("wish"), "warranty": self.text("warranty"), "tags": parts(self.row.cells.get("tags", "")),
            "urgency": self.word("urgency", words.labels(Urgency), words.URGENCIES) or "normal",
            "service_mode": self.word("mode", words.labels(ServiceMode), words.MODES),
            "verified": self.flag("verified"), "reason": self.words("reason"),
            "resolved_at": self.instant("resolved_at", day), "confirmed_at": self.confirmed(day), "escalation": 0,
            "amount": self.read("amount", lambda value: amount(value, self.table.titled("amount"))),
            "from_id": self.link("from"), "duplicate_of": self.link("duplicate_of"),
        }  # fmt: skip

    def _without_an_end(self, values: dict[str, Any]) -> None:
        """A reason of what has not ended, and an amount of what was not won, are kept as words."""
        if values["reason"] and not values["closed_at"] and values["outcome"] is None:
            self.keep("reason")
            values["reason"] = ""
        if values["amount"] and values["outcome"] != "won":
            self.keep("amount")
            values["amount"] = None

    def number(self) -> int | None:
        """Our own number, D12 or 12; another numbering is kept in 备注."""
        number = our_number(self.row.cells.get("number", ""), About.DEMAND)
        if number is None:
            self.keep("number")
        return number

    def link(self, name: str) -> int | None:
        """Another demand, by our own number."""
        number = our_number(self.row.cells.get(name, ""), About.DEMAND)
        if number is None:
            self.keep(name)
        return number

    def person(self) -> dict[str, Any]:
        """Who asks: name, phone and the rest; a number written beside the name is his phone."""
        name, beside = without_phone(self.text("customer"))
        number = self.phone("phone") or beside
        wechat = self.text("wechat")
        if re.fullmatch(r"同号|同手机号?|同电话|手机同号|同上|电话同号", wechat):
            wechat = number
        code = self.code()
        if not name and not number and not wechat and not code:
            self.problem("customer", "没有写客户姓名，也没有电话")
        return {
            "name": name, "phone": number, "wechat": wechat, "company": self.text("company"), "region": self.region(),
            "code": code,
        }  # fmt: skip

    def region(self) -> str:
        """The place; in a table without a column for it, where the customer lives."""
        return super().region() or ("" if "region" in self.table.fields else self.text("address"))

    def raised(self) -> tuple[datetime | None, bool]:
        """When the customer asked, and whether the cell has a time of day."""
        name = "raised" if "raised" in self.table.fields else "registered"
        value = self.row.cells.get(name, "")
        if is_nothing(value) and name == "raised" and not is_nothing(self.row.cells.get("registered", "")):
            name = "registered"
            value = self.row.cells["registered"]
        if is_nothing(value):
            self.problem("raised", "没有写提出时间")
            return None, False
        try:
            found = self.moment(value)
        except Unreadable as why:
            self.problem(name, str(why))
            return None, False
        at = self.frame.instant(found, exact=self.own)
        if at > self.frame.now:
            if self.frame.calendar.local_day(at) > self.frame.today:
                self.problem(name, "提出时间还没有到")
                return None, False
            at = self.frame.now
        return at, isinstance(found, datetime)

    def kind(self) -> tuple[str | None, str | None]:
        """The kind and subtype: of their cells, else as the sheet or the title says for all its rows."""
        value = self.row.cells.get("kind", "")
        subtype_cell = self.text("subtype")
        if is_nothing(value):
            kind, subtype = words.kind_and_subtype(subtype_cell) if subtype_cell else (None, None)
            if kind is None and "kind" not in self.table.fields:
                for text in (self.row.section, self.table.sheet.name, self.table.title[:60]):
                    kind, subtype = words.kind_and_subtype(text) if text and kind is None else (kind, subtype)
            if kind is None:
                self.problem("kind", "没有写需求类型")
                return None, None
        else:
            kind, subtype = words.kind_and_subtype(value)
            if kind is None:
                self.problem("kind", f"不认识的类型，可以是：{'、'.join(k.label for k in Kind)}")
                return None, None
        if subtype_cell:
            named = words.subtype(subtype_cell, kind)
            if named is None:
                self.keep("subtype")
            subtype = named or subtype
        return kind, subtype

    def channel(self) -> tuple[str, str]:
        """The channel and the group's name; a group named as the channel is both."""
        group = self.text("group")
        text = self.text("channel")
        if not text:
            return ("group" if group else "other"), group
        labels = words.labels(Channel)
        found = word(text, labels, words.CHANNELS)
        if (
            found == "group"
            and not group
            and len(text) > 4
            and not re.fullmatch(r"(?:微信|社|客户|企业)*(?:社?群聊?|群里?|微信群)", text)
        ):
            return found, text
        if found is None or (found == "other" and text not in ("其他", "其它")):
            self.keep("channel")
        return found or "other", group

    def handler(self) -> tuple[str, str, str]:
        """Who follows up, his phone and his branch, out of cells that may hold all three; others named are kept."""
        branch = self.text("branch")
        cell = self.text("handler")
        phone = self.phone("handler_phone")
        if not cell or NOBODY.search(cell):
            return "", "", branch
        name, beside = without_phone(cell)
        if branch and _NO_BRANCH.search(branch):
            self.keep("branch")
            branch = ""
        if around := _BRACKETED.fullmatch(name):
            name, branch = around[1] or around[4], branch or around[2] or around[3]
        elif before := _BRANCH_FIRST.match(name):
            branch, name = branch or before[1], before[2]
        elif after := _BRANCH_LAST.fullmatch(name):
            branch, name = branch or after[2], after[1]
        names = [
            part
            for part in re.split(r"[、，,;；/|&\n]+|\s+和\s*|(?<=[一-鿿])\s+(?=[一-鿿]{2,4}$)", name)
            if part.strip()
        ]
        if len(names) > 1:
            self.keep("handler")
        return (names[0].strip("（）() ") if names else ""), phone or beside, branch

    def name_of(self, field: str) -> str:
        """A person's name without the number beside it."""
        name, _ = without_phone(self.text(field))
        return "" if NOBODY.search(name) else name

    def confirmed(self, day: date) -> datetime | None:
        """When the customer confirmed; a mere 是 is kept."""
        value = self.row.cells.get("confirmed", "")
        if is_nothing(value):
            return None
        if not isinstance(value, str) or re.search(r"\d", value):
            return self.instant("confirmed", day)
        self.keep("confirmed")
        return None

    def next_time(self, day: date) -> date | datetime | None:
        """What was agreed for later; words such as 下周 are kept."""
        value = self.row.cells.get("next_at", "")
        if is_nothing(value):
            return None
        try:
            return moment(value, Period(), self.frame.today + timedelta(days=300), day)
        except Unreadable:
            self.keep("next_at")
            return None

    def end(self, kind: str, raised: datetime, times: list[datetime]) -> dict[str, Any]:
        """How the demand stands: its state, and outcome and time where it has ended."""
        state, outcome = self._state(kind)
        told = self._outcome(kind)
        closed_at = self.instant("closed_at", self.frame.calendar.local_day(raised), opening=False)
        reason = self.words("reason")
        ended = state == "closed" or closed_at is not None
        if told == "no":
            outcome = outcome or (words.NEGATIVE.get(kind) if ended or (reason and state is None) else None)
            ended = ended or bool(outcome)
        elif told:
            outcome = told
            ended = ended or state not in ("confirming", "waiting")
        elif state is None and not ended and reason and not is_nothing(reason) and kind == "opportunity":
            outcome, ended = "lost", True
        if not ended:
            return {"state": state, "outcome": None, "closed_at": None}
        last = max([at for at in times if at <= self.frame.now], default=raised)
        return {"state": "closed", "outcome": outcome, "closed_at": closed_at or max(last, raised)}

    def _state(self, kind: str) -> tuple[str | None, str | None]:
        text = self.text("status")
        if not text:
            return None, None
        try:
            answer = yes_no(text)
        except Unreadable:
            answer = None
        if answer is not None:
            return ("closed" if answer else None), None
        found = words.state(text)
        if found is None:
            self.keep("status")
            return None, None
        if len(text) > 8:
            self.keep("status")
        return found, words.outcome(text, kind) if found == "closed" and not re.match("已?结束", text) else None

    def _outcome(self, kind: str) -> str | None:
        """The outcome that the cell names, ``no`` for a plain 否; prose is kept beside."""
        text = self.text("outcome")
        if not text:
            return None
        try:
            answer = yes_no(text)
        except Unreadable:
            answer = None
        if answer is not None:
            return words.POSITIVE[kind] if answer else "no"
        found = words.outcome(text, kind) if len(text) <= 20 else None
        if found is None or len(text) > 6:
            self.keep("outcome")
        if found and Outcome(found) not in _allowed(kind):
            self.problem(
                "outcome", f"{Kind(kind).label}没有这种结果，可以是：{'、'.join(o.label for o in _allowed(kind))}"
            )
            return None
        return found

    def progress(self, raised: datetime, handler: str) -> tuple[list[Said], list[str]]:
        """The follow-ups of the row's progress cells, and the cells as they were where that took something off them."""
        cells = self.row.more.get("progress", ())
        dates = self.row.more.get("follow_at", ())
        day = self.frame.calendar.local_day(raised)
        method = self.word("method", words.labels(Method), words.METHODS)
        stage = self.text("stage")
        people = self.people | {handler} if handler else self.people
        said: list[Said] = []
        originals: list[str] = []
        for index, (title, cell) in enumerate(cells):
            text = plain(cell)
            if is_nothing(text) or (len(text) < 4 and not re.search(r"\w", text)):
                continue
            default = raised
            if index < len(dates) or len(dates) == 1:
                at = self._follow_date(dates[min(index, len(dates) - 1)], day)
                default = self.follow_time(at, raised) if at else raised
            found = entries(text, self.table.period, self.frame.today, day, people)
            for entry in found:
                at = self.follow_time(entry.at, raised) if entry.at is not None else default
                said.append(Said(at, entry.text, entry.by, method=method, stage=stage))
                default = max(default, at) if entry.at is not None else default
            if not self.own and any(entry.text != entry.raw for entry in found):
                originals.append(f"{title}原文：{text}")
        if not cells:
            for title, cell in dates:
                self.notes.append(f"{title}：{plain(cell)}")
        return said, originals

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


def _allowed(kind: str) -> tuple[Outcome, ...]:
    from demandctl.core.lifecycle import OUTCOMES

    return OUTCOMES[Kind(kind)]


_NOTE_PARTS = {called("demand", column): column for column in IN_NOTE["demand"]} | {"保修": "warranty"}
"""The second is how exports of the first release have it."""


def _split_note(values: dict[str, Any]) -> None:
    """What our own export put into 备注 for want of a column goes back to where it belongs."""
    lines = values["note"].split("\n")
    while lines and (match := re.fullmatch(rf"({'|'.join(_NOTE_PARTS)})：(.+)", lines[-1])):
        name, text = _NOTE_PARTS[match[1]], match[2]
        if name == "service_mode":
            values[name] = word(text, words.labels(ServiceMode), words.MODES) or values[name]
        elif name == "tags":
            values[name] = text.split("、")
        elif name in ("from_id", "duplicate_of"):
            values[name] = int(text.lstrip("Dd")) if text.lstrip("Dd").isdecimal() else None
        else:
            values[name] = text
        lines.pop()
    values["note"] = "\n".join(lines)
