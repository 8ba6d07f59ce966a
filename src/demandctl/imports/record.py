"""What the rows of every kind of table share: a row read cell by cell, its problems collected, nothing dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from demandctl.core.times import BORN, DATED, TAKEN_IN, too_far
from demandctl.core.worktime import Calendar
from demandctl.imports.cells import (
    CoveredTime,
    Unreadable,
    is_nothing,
    moment,
    one_line,
    our_number,
    phone,
    plain,
    ticked,
    word,
    yes_no,
)
from demandctl.imports.files.sheet import Cell
from demandctl.imports.problems import Problem
from demandctl.imports.tables import Table, TableRow
from demandctl.language import phones
from demandctl.language.subject import About

T = TypeVar("T")
_WORD = 6
"""What is longer than a word says more than the word that is found in it."""


_BARE_TIME = re.compile(
    r"[\d\s年月日号时点分秒:：./\-、,，上下中午早晚凌晨傍周星期礼拜一二三四五六七八九十〇零○天半刻整TZ()（）AMPamp+]*"
)
"""What a cell says that holds a time and nothing else."""


@lru_cache(maxsize=65_536)
def _cleaned(text: str) -> str:
    """Names, phones and places come again and again."""
    return "" if is_nothing(text) else " ".join(text.split())


class Frame:
    """What reading a file needs to know: the moment, the calendar; and where problems and remarks go."""

    def __init__(self, now: datetime, calendar: Calendar) -> None:
        self.now, self.calendar = now.astimezone(calendar.zone), calendar  # of one zone, times compare at once
        self.today = calendar.local_day(now)
        self.problems: list[Problem] = []
        self.remarks: dict[str, list[tuple[str, int]]] = {}
        """What is to be told of rows that are taken all the same: the remark, and where."""

    def instant(self, value: date | datetime, *, opening: bool = True, exact: bool = False) -> datetime:
        """The instant of a cell's time. A bare date is its opening, else its closing time; *exact*: its midnight."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=self.calendar.zone)
        if exact:
            return self.calendar.start_of(value)
        return self.calendar.opening(value) if opening else min(self.calendar.closing(value), self.now)

    def remark(self, text: str, sheet: str, row: int) -> None:
        """Note down something to be told of a row that is taken."""
        self.remarks.setdefault(text, []).append((sheet, row))


class RowReader:
    """One row being read. What cannot be read is a problem, or kept in ``notes``; nothing that was written is lost."""

    def __init__(self, row: TableRow, table: Table, frame: Frame) -> None:
        self.row, self.table, self.frame, self.own = row, table, frame, table.own
        self.notes: list[str] = []
        self.bad = False
        self.company = ""
        """A company that stood beside the customer's name."""
        self._cells = row.cells
        self._used: set[str] = set()
        self._wrong: set[str] = set()

    @property
    def kept(self) -> list[str]:
        """The headers that are no field of ours and whose cells ``note`` keeps."""
        return [title for title, _ in self.row.extras]

    def cell(self, field: str) -> Any:
        """The cell of a field, which is taken from now on."""
        self._used.add(field)
        return self._cells.get(field, "")

    def problem(self, field: str, message: str, value: Cell = None) -> None:
        """Note down that a cell cannot be taken; of one cell only the first thing that is wrong."""
        self.bad = True
        self._used.add(field)
        if field in self._wrong:
            return
        self._wrong.add(field)
        cell = self.row.cells.get(field, "") if value is None else value
        title = self.table.titled(field)
        self.frame.problems.append(Problem(self.row.sheet, self.row.number, title, plain(cell)[:80], message, field))

    def remark(self, text: str) -> None:
        """Note down something to be told of this row, which is taken all the same."""
        self.frame.remark(text, self.row.sheet, self.row.number)

    def keep(self, field: str, text: str = "") -> None:
        """Keep a cell that has no place of its own, under its header."""
        text = text or plain(self.cell(field))
        if text:
            self.notes.append(f"{self.table.titled(field)}：{text}")

    def text(self, field: str) -> str:
        """A text on one line; '' for an empty cell and for 无."""
        self._used.add(field)
        value = self._cells.get(field, "")
        if type(value) is str:
            return _cleaned(value) if value else ""
        return one_line(value)

    def words(self, field: str) -> str:
        """A text with its line breaks."""
        return plain(self.cell(field))

    def read(self, field: str, parse: Callable[[Any], T]) -> T | None:
        """A cell through a parser; what it refuses is a problem when it has figures, else words that are kept."""
        value = self.cell(field)
        if value == "" or is_nothing(value):
            return None
        try:
            return parse(value)
        except Unreadable as why:
            if re.search(r"\d", plain(value)):
                self.problem(field, str(why))
            else:
                self.keep(field)
            return None

    def time(self, field: str, after: date | None = None) -> date | datetime | None:
        """A date or a naive time; None when there is none."""
        value = self.cell(field)
        found = (
            self.moment(value, after)
            if type(value) is datetime
            else self.read(field, lambda value: self.moment(value, after))
        )
        if found is None or not self.is_meant(field, found):
            return None
        if type(value) is not datetime:
            self.leftover(field, value)
        return found

    def is_meant(self, field: str, value: date | datetime) -> bool:
        """Whether a time can be meant; one that is too far away is a problem."""
        reach = {"birthday": BORN, "warranty_until": DATED}.get(field, TAKEN_IN)
        if abs(value.year - self.frame.today.year) < min(reach.back, reach.ahead or 1):
            return True
        reason = too_far(value, self.frame.now, self.frame.calendar, reach)
        if reason:
            self.problem(field, f"日期太远：{reason}")
        return not reason

    def leftover(self, field: str, value: Cell) -> None:
        """Keep a cell that says more than the time that was read out of it."""
        if type(value) is str and not _BARE_TIME.fullmatch(value):
            self.keep(field)

    def moment(self, value: Cell, after: date | None = None) -> date | datetime:
        """A date as this table means it."""
        return moment(value, self.row.period if after is None else CoveredTime(), self.frame.today, after)

    def instant(self, field: str, after: date | None = None, *, opening: bool = True) -> datetime | None:
        """The instant of a cell that lies in the past; a problem when it is yet to come."""
        value = self.time(field, after)
        if value is None:
            return None
        found = self.frame.instant(value, opening=opening, exact=self.own)
        if found > self.frame.now:
            if self.frame.calendar.local_day(found) > self.frame.today:
                self.problem(field, "时间还没有到")
                return None
            found = self.frame.now
        return found

    def ahead(self, field: str) -> datetime | None:
        """The instant of a cell that may lie ahead; a bare date is its midnight."""
        value = self.cell(field)
        if value == "":
            return None
        found = self.read(field, lambda cell: moment(cell, CoveredTime(), self.frame.today))
        return None if found is None or not self.is_meant(field, found) else self.frame.instant(found, exact=True)

    def day(self, field: str) -> date | None:
        """A date; the time of a cell that has one is of no use here."""
        value = self.time(field)
        return value.date() if isinstance(value, datetime) else value

    def phone(self, field: str) -> str:
        """The phone number of a cell; a second one and words beside it are kept."""
        self._used.add(field)
        value = self._cells.get(field, "")
        if value == "":
            return ""
        try:
            number, rest = phone(value)
        except Unreadable as why:
            self.problem(field, str(why))
            return ""
        if rest:
            self.keep(field)
        if number and phones.lacks_area(number):
            self.remark(f"{self.table.titled(field)}没有区号，照写的记下")
        return number

    def code(self) -> int | None:
        """The number of a customer's code ``K00012``; other words are kept."""
        number = our_number(self.text("code"), About.CUSTOMER, bare=False)
        if number is None:
            self.keep("code")
        return number

    def region(self) -> str:
        """The place; province, city and county in columns of their own make one."""
        places = (one_line(value) for _, value in self.row.more.get("region", ()) if not is_nothing(value))
        return " ".join(dict.fromkeys(places))

    def word(self, field: str, labels: dict[str, str], patterns: Any, *, strict: bool = False) -> str | None:
        """A value of the vocabulary; unknown words are kept, or a problem when *strict*."""
        self._used.add(field)
        value = self._cells.get(field, "")
        if value == "" or is_nothing(value):
            return None
        found, said = word(value, labels, patterns), ticked(self.text(field))
        if found is None and strict:
            self.problem(field, f"不认识，可以是：{'、'.join(labels.values())}")
        elif said and (found is None or len(said) > _WORD):  # boxes of which none is ticked say nothing
            self.keep(field)
        return found

    def flag(self, field: str) -> bool | None:
        """是 or 否; other words are kept."""
        try:
            return yes_no(self.cell(field))
        except Unreadable:
            self.keep(field)
            return None

    def note(self, *more: str) -> str:
        """备注: the cell itself, then what has no place elsewhere, each part with its header. Asked for last."""
        own = self.words("note")
        for field, value in self.row.cells.items():
            if value != "" and field not in self._used and not is_nothing(value):
                self.keep(field)
        extras = [f"{title}：{plain(value)}" for title, value in self.row.extras]
        return "\n".join(part for part in (own, *self.notes, *more, *extras) if part)
