"""Customers out of a file into the ledger."""

from __future__ import annotations

import json
from collections.abc import Sequence

from demandctl.core.recurrence import problem_of
from demandctl.core.rhythms import read_rhythm
from demandctl.imports import whom, words
from demandctl.imports.arrival import Arrival
from demandctl.imports.belongings import Acquired, read_beside, start_clocks
from demandctl.imports.bulk import sql, update
from demandctl.imports.cells import Unreadable, amount, joined, parts, phone, plain, whole_name, without_phone
from demandctl.imports.files.sheet import Cell
from demandctl.imports.importer import Found, Importer, in_words
from demandctl.imports.kinds import CUSTOMERS
from demandctl.imports.newcomers import Clash, Contacts, Customers
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.language.subject import Subject
from demandctl.store import fields
from demandctl.store.values import Columns, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import AliasKind, NeedClass, Stage, Value

_TEXTS = ("approved_by", "email", "source", "industry", "lost_reason", "credit_term")
_DAYS = ("birthday", "last_order", "business_contact", "contract_on", "profiled_on", "consent_on")


_BLANK = (None, "", 0, False)
"""What a column holds of which nothing is known."""


class CustomerImport(Importer[Found]):
    """Customers: new ones are added; of known ones what is blank is filled in and what differs is told."""

    kind = CUSTOMERS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._contacts, self._customers = Contacts(work), Customers(work)
        self._belongings = Acquired(work)
        self._made: dict[int, Columns] = {}
        self._filled: dict[int, Columns] = {}
        self._known: dict[int, Columns] = {}
        """What is known of those in the ledger, as far as it was asked for."""

    def record(self, row: TableRow, table: Table) -> Found | None:
        """A customer of a row."""
        reader = RowReader(row, table, self.frame)
        person = _person(reader)
        values = _values(reader)
        values["note"] = reader.note()
        return (
            None if reader.bad else Found(table=table, row=row.number, person=person, values=values, kept=reader.kept)
        )

    def expect(self, found: Sequence[Found]) -> None:
        """Codes of our own that the file brings along: nobody else gets them."""
        self._customers.claim(record.person["code"] for record in found)

    def take(self, found: Found) -> None:
        """Somebody new, or the blanks of somebody known."""
        values = found.values
        created_at = values.pop("created_at") or self.work.now
        owner, phone = values.pop("owner"), values.pop("owner_phone")
        try:
            fresh = len(self._customers.candidates(found.person)) != 1
            number, told = self._customers.find_or_add(found.person, created_at)
        except Clash as why:
            self.problem(found, why.field, str(found.person.get(why.field, "")), str(why))
            return
        values["owner_id"] = self._contacts.find_or_add(owner, phone, kind="opportunity").id if owner else None
        told = [*told, *self._customers.know_further(number, found.person["further"])]
        if fresh:
            self._made[number] = values
            self.arrival.added += 1
        else:
            told = [*told, *self._fill(number, values)]
            self.arrival.skipped += 1
        self.arrival.notes += [f"第 {found.row} 行与 {Subject.customer(number)} 不同，没有改：{text}" for text in told]

    def _fill(self, number: int, values: Columns) -> list[str]:
        """Fill the blanks of somebody known: lists and notes add up, of the rest what differs is told."""
        given = {name: value for name, value in values.items() if value}
        had = self._had(number, given)
        told: list[str] = []
        for name, value in given.items():
            if name == "note":
                value = joined(had[name] or "", value)
            elif isinstance(value, list):
                value = [*had[name], *(each for each in value if each not in had[name])]
            elif had[name] not in _BLANK:
                if stored_value(had[name]) != stored_value(value):
                    told.append(f"{fields.called('customer', name)}：{self._said(name, value)}")
                continue
            if value != had[name]:
                had[name] = value
                if number not in self._made:
                    self._filled.setdefault(number, {})[name] = value
        return told

    def _had(self, number: int, given: Columns) -> Columns:
        """The columns of somebody known that are *given*: as a row before left them, else as the ledger has them."""
        if number in self._made:
            return self._made[number]
        had = self._known.setdefault(number, {})
        names = [name for name in given if name not in had]
        if names:
            row = sql(self.work, f"SELECT {', '.join(names)} FROM customer WHERE id = ?", (number,))[0]
            had.update({name: json.loads(value) if isinstance(given[name], list) else value
                        for name, value in zip(names, row, strict=True)})  # fmt: skip
        return had

    def _said(self, name: str, value: object) -> str:
        """A value as people say it."""
        if name == "owner_id":
            return self._contacts.get(int(str(value))).name
        return next(iter(in_words("customer", {name: value}, self.work.calendar.zone).values()), "")

    def store(self) -> None:
        """Write them, and start the clocks that lie ahead."""
        self._contacts.store()
        self._take_belongings()
        self._customers.store(self._made)
        self.arrival.contacts = self._contacts.added
        self.arrival.updated = len(set(self._filled) | self._customers.changed)
        self.arrival.skipped -= self.arrival.updated
        update(self.work, "customer", self._filled)
        self._belongings.store()
        start_clocks(self.work, {**self._made, **self._filled})

    def _take_belongings(self) -> None:
        """The orders and machines of the sheets beside, and the last orders that only 客户档案 tells of."""
        for kind, person, values in read_beside(self.beside, self.frame):
            try:
                number, _ = self._customers.find_or_add(person, self.work.now)
                self._belongings.settle(kind, number, values)
            except Clash as why:
                self.arrival.notes.append(f"{person['name']} 的一条没有收：{why}")
        for number, values in [*self._made.items(), *self._filled.items()]:
            last = values.get("last_order")
            if last and not self._belongings.has_order(number, last):
                self._belongings.order(number, last, {})


def _person(reader: RowReader) -> Columns:
    name, beside = without_phone(reader.text("name"))
    name = name or whole_name(reader.text("surname"), reader.text("given"))
    code = reader.code()
    nickname = reader.text("nickname")
    number = reader.phone("phone") or beside
    more: list[str] = []
    for title, cell in reader.row.more.get("phones", ()):
        others = [_other_phone(part) for part in parts(cell)]
        if not all(others):
            reader.notes.append(f"{title}：{plain(cell)}")
        more += [other for other in others if other]
    if more and not number:
        number = more.pop(0)
    wechat = reader.text("wechat")
    if not (name or nickname or number or wechat):
        reader.problem("name", "没有写客户姓名，也没有电话")
    return {
        "name": name or nickname, "nickname": nickname or name, "phone": number, "wechat": wechat,
        "company": reader.text("company"), "region": reader.region(), "address": reader.text("address"), "code": code,
        "further": [
            *((AliasKind.PHONE, other) for other in more if other != number),
            *((AliasKind.WECHAT, other) for other in parts(reader.cell("wechats"))),
            *((AliasKind.NAME, other) for other in parts(reader.cell("aliases"))),
        ],
    }  # fmt: skip


def _other_phone(cell: Cell) -> str:
    try:
        number, rest = phone(cell)
    except Unreadable:
        return ""
    return "" if rest else number


def _values(reader: RowReader) -> Columns:
    return {
        "value": reader.word("value", words.labels(Value), words.VALUES),
        "need_class": reader.word("need_class", words.labels(NeedClass), words.NEED_CLASSES),
        "stage": reader.word("stage", words.labels(Stage), words.STAGES),
        "tags": parts(reader.cell("tags")), "documents": parts(reader.cell("documents")), **_owner(reader),
        "briefed_at": reader.instant("briefed_at"), "created_at": reader.instant("created_at"),
        **{field: reader.day(field) for field in _DAYS}, **{field: reader.text(field) for field in _TEXTS},
        "arrears": bool(reader.flag("arrears")), "handed": bool(reader.flag("handed")),
        "credit_limit": reader.read("credit_limit", lambda cell: amount(cell, reader.table.titled("credit_limit"))),
        "revisit_every": _repeat(reader),
    }  # fmt: skip


def _owner(reader: RowReader) -> dict[str, str]:
    name, beside = without_phone(reader.text("owner"))
    owner = whom.person(reader, "owner", ())
    number = reader.phone("owner_phone") or beside
    if number and not owner:
        reader.keep("owner_phone")
    return {"owner": owner, "owner_phone": number if name else ""}


def _repeat(reader: RowReader) -> str:
    text = reader.text("revisit_every")
    found = read_rhythm(text)
    if found and not problem_of(found):
        return found
    if text:
        reader.keep("revisit_every")
    return ""
