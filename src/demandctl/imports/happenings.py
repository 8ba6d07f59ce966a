"""Escalations and service steps that stand on sheets of their own, as our exports write them (S 3-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from demandctl.core.targets import Target
from demandctl.imports import words
from demandctl.imports.bulk import insert_dicts
from demandctl.imports.cells import amount, our_number
from demandctl.imports.kinds import ESCALATIONS, SERVICE_STEPS
from demandctl.imports.newcomers import Contacts
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.rows import rows_of
from demandctl.imports.tables import Table
from demandctl.language.subject import About
from demandctl.store.values import stored, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import Role, Step

Found = dict[int, list[dict[str, Any]]]
"""What a sheet tells of demands, by their numbers."""


class Happenings:
    """What the sheets beside the demands tell of them."""

    def __init__(self, tables: Sequence[Table], frame: Frame, contacts: Contacts) -> None:
        self._contacts = contacts
        self._told: dict[str, Found] = {"escalation": {}, "service_step": {}}
        self._taken: dict[str, list[dict[str, Any]]] = {table: [] for table in self._told}
        for table in tables:
            if table.kind in _READ:
                told = self._told[table.kind.table]
                for number, values in _READ[table.kind](table, frame):
                    told.setdefault(number, []).append(values)

    def take(self, number: int, known_as: int | None) -> int:
        """What is told of a demand of the file is now that demand's; returns how often it was escalated."""
        for name, told in self._told.items():
            for place, values in enumerate(told.get(known_as or 0, ()), 1):
                self._taken[name].append(self._row(name, number, place, values))
        return len(self._told["escalation"].get(known_as or 0, ()))

    def _row(self, name: str, number: int, place: int, values: dict[str, Any]) -> dict[str, Any]:
        if name == "service_step":
            by = self._contacts.named(values["by_name"])
            return {**values, "demand_id": number, "by_id": by.id if by else None}
        to, phone = values.pop("to"), values.pop("phone")
        person = self._contacts.named(to) or self._contacts.find_or_add(to, phone, role=Role.DEPARTMENT)
        return {**values, "demand_id": number, "to_id": person.id, "level": place, "tried": ""}

    def store(self, work: Work) -> None:
        """Write them."""
        for table, rows in self._taken.items():
            insert_dicts(work, table, rows)


def _numbered(table: Table, frame: Frame, needed: Sequence[str]) -> Iterator[tuple[int, RowReader]]:
    """The rows of a sheet with the numbers of their demands; one that lacks what it needs is a problem."""
    for row in rows_of(table):
        reader = RowReader(row, table, frame)
        number = our_number(reader.cell("number"), About.DEMAND)
        lacks = "number" if number is None else next((name for name in needed if not reader.text(name)), "")
        if lacks:
            reader.problem(lacks, "没有写")
        elif number is not None:
            yield number, reader


def _escalations(table: Table, frame: Frame) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, reader in _numbered(table, frame, ("to", "at", "problem")):
        at = reader.instant("at")
        if at is not None:
            yield number, {
                "at": stored(at), "to": reader.text("to"), "phone": reader.phone("to_phone"),
                "product": reader.text("product"), "problem": reader.words("problem"),
                "within": Target.said(reader.text("within")), "result": reader.words("result"),
                "done_at": stored_value(reader.instant("done_at")),
            }  # fmt: skip


def _services(table: Table, frame: Frame) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, reader in _numbered(table, frame, ("step", "at")):
        at, step = reader.instant("at"), reader.word("step", words.labels(Step), ())
        if at is not None and step:
            yield number, {
                "at": stored(at), "step": step, "by_name": reader.text("by"), "number": reader.text("voucher"),
                "amount": reader.read("amount", lambda value: amount(value, table.titled("amount"))),
                "reason": reader.words("reason"), "decision": reader.words("decision"), "note": reader.words("note"),
            }  # fmt: skip


_READ = {ESCALATIONS: _escalations, SERVICE_STEPS: _services}
"""Kinds of sheets that stand beside the demands, with what reads one."""
