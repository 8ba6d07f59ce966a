"""Follow-ups out of a file to demands that the ledger knows, each in its own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demandctl.actions.demands import Feedback, follow_up
from demandctl.errors import DemandctlError
from demandctl.imports.arrival import Arrival
from demandctl.imports.beside import ABOUT, SaidBeside, follow_up_of
from demandctl.imports.bulk import insert_dicts, next_id, sql
from demandctl.imports.importer import Found, Importer
from demandctl.imports.kinds import FOLLOW_UPS
from demandctl.imports.newcomers import Contacts
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.store.models import Contact, Demand
from demandctl.store.values import stored
from demandctl.store.work import Work
from demandctl.vocabulary import NoteKind, Status


@dataclass(slots=True, kw_only=True)
class Told(Found):
    """A follow-up of a row, and the demand that it names."""

    label: str
    said: SaidBeside


class FollowUpImport(Importer[Told]):
    """Follow-ups, by the number of their demand, else to the latest demand of the customer whom they name."""

    kind = FOLLOW_UPS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._contacts = Contacts(work)
        query = (
            "SELECT d.id, d.raised_at, d.status, c.name, c.phone FROM demand d JOIN customer c ON c.id = d.customer_id"
        )
        self._demands = {row[0]: row for row in sql(work, f"{query} ORDER BY d.raised_at, d.id")}
        self._known = {tuple(row) for row in sql(work, "SELECT demand_id, at, text FROM follow_up")}
        self._settled: list[tuple[int, Told]] = []

    def record(self, row: TableRow, table: Table) -> Told | None:
        """A follow-up of a row."""
        reader = RowReader(row, table, self.frame)
        found = follow_up_of(reader)
        if found is None:
            return None
        label, said = found
        if not said.text:
            reader.problem("text", "没有写内容")
        values = {"at": said.at, "by_name": said.by, "text": said.text}
        return None if reader.bad else Told(table=table, row=row.number, values=values, label=label, said=said)

    def take(self, found: Told) -> None:
        """Find its demand, and see whether it is known already."""
        number = self._demand(found)
        if number is None:
            field = "customer" if found.label.startswith(ABOUT) else "number"
            self.problem(found, field, found.label.removeprefix(ABOUT), "台账里没有这条需求")
            return
        key = (number, stored(found.said.at), found.said.text)
        if key in self._known:
            self.arrival.skipped += 1
            return
        self._known.add(key)
        self._settled.append((number, found))
        self.arrival.added += 1

    def _demand(self, found: Told) -> int | None:
        label = found.label
        if label.isdecimal() and int(label) in self._demands:
            return int(label)
        if not label.startswith(ABOUT):
            return None
        whose = label.removeprefix(ABOUT)
        theirs = [row for row in self._demands.values() if whose in (row[3], row[4])]
        begun = [row for row in theirs if row[1] <= stored(found.said.at)]
        return (begun or theirs[:1])[-1][0] if theirs else None

    def store(self) -> None:
        """Write them in the order of their times: what is open goes on as if it were told now, the rest is history."""
        for number, found in sorted(self._settled, key=lambda each: each[1].said.at):
            if self._demands[number][2] == Status.CLOSED or found.said.note is not NoteKind.FOLLOW_UP:
                self._history(number, found.said)
                continue
            try:
                self._tell(number, found.said)
            except DemandctlError as error:
                self.arrival.added -= 1
                self.problem(found, "", found.said.text, str(error))
                self.arrival.problems = [*self.frame.problems]

    def _tell(self, number: int, said: SaidBeside) -> None:
        session, now = self.work.session, self.work.now
        person = self._contacts.named(said.by) if said.by else None
        report = Feedback(
            said.text, said.at, session.get(Contact, person.id) if person else None, said.by, said.phone, said.internal,
            said.method, said.stage, said.next_at if said.next_at and said.next_at > now else None, said.next_plan,
            said.wait_until if said.wait_until and said.wait_until > now else None, said.resolved,
        )  # fmt: skip
        with session.begin_nested():
            follow_up(self.work, session.get_one(Demand, number), report)

    def _history(self, number: int, said: SaidBeside) -> None:
        person = self._contacts.named(said.by) if said.by else None
        self.work.session.flush()
        insert_dicts(self.work, "follow_up", [{
            "id": next_id(self.work, "follow_up"), "demand_id": number, "at": said.at,
            "by_name": said.by or self.work.who, "by_id": person.id if person else None, "phone": said.phone,
            "internal": said.internal, "method": said.method, "stage": said.stage, "text": said.text,
            "next_at": said.next_at, "next_plan": said.next_plan, "wait_until": said.wait_until,
            "resolved": said.resolved, "note": said.note, "to_name": said.to,
        }])  # fmt: skip
