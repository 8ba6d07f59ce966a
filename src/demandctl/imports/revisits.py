"""Revisits out of a file into the ledger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from demandctl.actions import revisits
from demandctl.imports import whom, words
from demandctl.imports.arrival import Arrival
from demandctl.imports.bulk import columns, insert_dicts, next_id, sql
from demandctl.imports.cells import is_nothing, our_number, word
from demandctl.imports.files.sheet import Cell
from demandctl.imports.importer import Found, Importer
from demandctl.imports.kinds import REVISITS
from demandctl.imports.newcomers import Clash, Contacts, Customers
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.language.subject import About, Subject
from demandctl.store.fields import IN_NOTE, RATINGS, called
from demandctl.store.models import Revisit
from demandctl.store.values import Columns, stored
from demandctl.store.work import Work
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

_SAME = {
    "kind": "kind", "method": "method", "visited_at": "visited", "planned_at": "planned",
    "satisfaction": "satisfaction", "problem": "problem", "suggestion": "suggestion",
}  # fmt: skip
"""Columns, and the field of the file, by which two revisits of a customer are the same one."""


class RevisitImport(Importer[Found]):
    """Revisits with their own times; only what is still to be done gets clocks, from now on."""

    kind = REVISITS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._contacts, self._customers = Contacts(work), Customers(work)
        self._demands = {row[0]: row[1] for row in sql(work, "SELECT id, customer_id FROM demand")}
        self._stored = {row["id"]: row for row in columns(work, "revisit", ("id", "customer_id", *_SAME))}
        self._known = {_identity(row["customer_id"], row) for row in self._stored.values()}
        self._numbers = set(self._stored)
        self._next = next_id(work, "revisit")
        self._made: list[Columns] = []

    def record(self, row: TableRow, table: Table) -> Found | None:
        """A revisit of a row."""
        return _revisit(row, table, self.frame)

    def expect(self, found: Sequence[Found]) -> None:
        """Codes and numbers of our own that the file brings along: nobody else gets them."""
        self._customers.claim(record.person["code"] for record in found)
        self._next = max([self._next, *((record.values["number"] or 0) + 1 for record in found)])

    def take(self, found: Found) -> None:
        """Take one revisit in, or see that it is known already."""
        values = found.values
        number = values.pop("number")
        try:
            candidates = self._customers.candidates(found.person)
            if number in self._stored:
                self._compare(found, number, candidates)
                return
            if any(_identity(customer, values) in self._known for customer in candidates):
                self.arrival.skipped += 1
                return
            customer, told = self._customers.find_or_add(found.person, values["visited_at"] or self.work.now)
        except Clash as why:
            self.problem(found, why.field, str(found.person.get(why.field, "")), str(why))
            return
        if number is None or number in self._numbers:
            number, self._next = self._next, self._next + 1
        self._numbers.add(number)
        self._known.add(_identity(customer, values))
        escalated = self._contacts.named(values.pop("escalated_to"))
        if values["demand_id"] is not None and self._demands.get(values["demand_id"]) != customer:
            told = [*told, f"{found.table.titled('demand') or '关联需求'}：{Subject.demand(values['demand_id'])}"]
            values["demand_id"] = None
        values["note"] = "\n".join(part for part in (values["note"], *told) if part)
        escalated_to = escalated.id if escalated else None
        self._made.append({"id": number, "customer_id": customer, "escalated_to": escalated_to, **values})
        self.arrival.added += 1

    def _compare(self, found: Found, number: int, candidates: Sequence[int]) -> None:
        """A row with the number of a known revisit: the same, or a problem."""
        had, values = self._stored[number], found.values
        wrong = [name for name in _SAME if values[name] and _text(values[name]) != had[name]]
        if had["customer_id"] not in candidates:
            self.problem(found, "customer", "", f"与台账里的{Subject.revisit(number).words} 不同")
        for name in wrong:
            self.problem(found, _SAME[name], f"{values[name]}", f"与台账里的{Subject.revisit(number).words} 不同")
        self.arrival.skipped += not wrong and had["customer_id"] in candidates

    def store(self) -> None:
        """Write them, and start the clocks of what is still to be done."""
        self._customers.store()
        self.arrival.customers = self._customers.added
        insert_dicts(self.work, "revisit", sorted(self._made, key=lambda row: row["id"]))
        for row in self._made:
            _start_clocks(self.work, row)


def _text(value: Cell) -> Any:
    return stored(value) if isinstance(value, datetime) else value


def _identity(customer: int, values: Columns) -> tuple[object, ...]:
    return (customer, *(_text(values[name]) or "" for name in _SAME))


def _revisit(row: TableRow, table: Table, frame: Frame) -> Found | None:
    reader = RowReader(row, table, frame)
    person = whom.customer(reader)
    if not (person["name"] or person["phone"] or person["code"]):
        reader.problem("customer", "没有写客户名称，也没有电话")
    visited = reader.instant("visited")
    planned = reader.time("planned")
    planned_at = frame.instant(planned, exact=table.own) if planned else None
    called = reader.time("call_back")
    link = our_number(reader.cell("demand"), About.DEMAND)
    if link is None:
        reader.keep("demand")
    number = our_number(reader.cell("number"), About.REVISIT)
    if number is None:
        reader.keep("number")
    kind = reader.word("kind", words.labels(RevisitKind), words.REVISIT_KINDS, strict=True)
    values: Columns = {
        "number": number, "demand_id": link,
        "kind": kind or _kind_of(table, linked=link is not None),
        "method": reader.word("method", words.labels(Method), words.METHODS),
        "planned_at": planned_at, "visited_at": visited, "reachable": _reached(reader, visited),
        "call_back_at": frame.instant(called, exact=table.own) if called else None, **_told(reader),
    }  # fmt: skip
    form = any(values[name] for name in revisits.FORM_FIELDS)
    values["recorded_at"] = reader.instant("recorded") or (visited if form else None)
    if visited is None and planned_at is None:
        if "visited" in table.fields and values["recorded_at"] is None:
            reader.problem("visited", "没有写回访时间")
        values["visited_at"] = values["recorded_at"]
    values |= _note(reader.note(), table.own)
    return None if reader.bad else Found(table=table, row=row.number, person=person, values=values, kept=reader.kept)


def _told(reader: RowReader) -> Columns:
    """What the customer said, and what became of it."""
    return {
        **{name: reader.word(name, words.labels(Satisfaction), words.RATINGS) for name in RATINGS},
        "dissatisfaction": _unless_nothing(reader, "dissatisfaction"), "heard_from": reader.text("heard"),
        "suggestion": _unless_nothing(reader, "suggestion"), "recommend": reader.flag("recommend"),
        "inactive_reason": _unless_nothing(reader, "inactive_reason"), "would_continue": reader.flag("would_continue"),
        "problem": _unless_nothing(reader, "problem"), "urgent": bool(reader.flag("urgent")),
        "department": reader.text("department"), "forwarded_at": reader.instant("forwarded"),
        "contacted_at": reader.instant("contacted"), "solved_at": reader.instant("solved"),
        "visitor": reader.text("visitor"),
    }  # fmt: skip


def _unless_nothing(reader: RowReader, field: str) -> str:
    text = reader.words(field)
    return "" if is_nothing(text) else text


def _note(text: str, own: bool) -> Columns:
    """备注 and the columns that our own export adds to it for want of room, such as the department's plan."""
    columns = {called("revisit", column): column for column in IN_NOTE["revisit"]}
    values: Columns = dict.fromkeys(columns.values(), "")
    lines = text.split("\n")
    while own and lines and (match := re.fullmatch(f"({'|'.join(columns)})：(.+)", lines[-1])):
        values[columns[match[1]]] = match[2]
        lines.pop()
    return {**values, "note": "\n".join(lines)}


def _reached(reader: RowReader, visited: datetime | None) -> bool | None:
    told = word(reader.text("reachable"), words.NO_LABELS, words.REACHED)
    answer = told == "yes" if told else reader.flag("reachable")
    if len(reader.text("reachable")) > 4:
        reader.keep("reachable")
    return answer if answer is not None else True if visited else None


def _kind_of(table: Table, *, linked: bool) -> str:
    """Without a cell that says so: what the sheet or the title is called, else 售后 for a demand, else 常规."""
    for text in (table.sheet, table.title):
        if found := word(text, words.labels(RevisitKind), words.REVISIT_TITLES):
            return found
    return (RevisitKind.AFTER_SALE if linked else RevisitKind.REGULAR).value


def _start_clocks(work: Work, row: Columns) -> None:
    """A visit that is still to come, and a problem that waits for its solution."""
    names: set[str] = set()
    details: Columns = {}
    if row["visited_at"] is None:
        due = row["call_back_at"] or row["planned_at"]
        if due is None or due <= work.now:
            return
        names = {"called-later"} if row["call_back_at"] else {"planned"}
        details = {"due": due, "what": RevisitKind(row["kind"]).label}
    elif row["problem"] and row["solved_at"] is None and (row["urgent"] or row["forwarded_at"]):
        names = (
            {"department-responded"} if row["contacted_at"] else {"forwarded"} if row["forwarded_at"] else {"recorded"}
        )
    if names:
        revisit = work.session.get_one(Revisit, row["id"])
        revisits.tell(work, revisit, names, **details)
