"""Follow-ups and assignments that stand on sheets of their own, by the demand that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from demandctl.imports import words
from demandctl.imports.cells import our_number, plain, without_phone
from demandctl.imports.files.sheet import Cell
from demandctl.imports.kinds import ASSIGNMENTS, FOLLOW_UPS
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.rows import rows_of
from demandctl.imports.tables import Table
from demandctl.language.figures import narrow
from demandctl.language.subject import About
from demandctl.vocabulary import Method, NoteKind, Route


@dataclass(slots=True)
class SaidBeside:
    """A follow-up as the file tells it; ``by`` empty means the handler."""

    at: datetime
    text: str
    by: str = ""
    phone: str = ""
    internal: bool = False
    method: str | None = None
    stage: str = ""
    next_plan: str = ""
    next_at: datetime | None = None
    wait_until: datetime | None = None
    resolved: bool = False
    note: NoteKind = NoteKind.FOLLOW_UP
    to: str = ""

    def told_as(self, nature: str) -> None:
        """Take what our own sheets say of a follow-up that was none with the customer: 内部, 没接通, 催办 and whom."""
        self.internal = "内部" in nature
        kind, _, to = nature.partition(" ")
        if kind in (NoteKind.NUDGE.label, NoteKind.ATTEMPT.label):
            self.note, self.to = NoteKind.parse(kind), to
            self.internal = self.note is NoteKind.NUDGE


@dataclass
class Handed:
    """An assignment as the file tells it."""

    at: datetime
    to: str
    to_phone: str = ""
    giver: str = ""
    how: str = "direct"
    reason: str = ""
    operator: str = ""


Beside = dict[str, list[tuple[SaidBeside, tuple[str, int]]]]
"""Follow-ups by the ``label_of`` their demand, each with its sheet and row."""


def read_beside(tables: Sequence[Table], frame: Frame) -> tuple[Beside, dict[int, list[Handed]]]:
    """Follow-ups and assignments, by the number of their demand."""
    said: Beside = {}
    handed: dict[int, list[Handed]] = {}
    for table in tables:
        if table.kind is FOLLOW_UPS:
            for label, entry, place in read_follow_ups(table, frame):
                said.setdefault(label, []).append((entry, place))
        elif table.kind is ASSIGNMENTS:
            for number, step in read_assignments(table, frame):
                handed.setdefault(number, []).append(step)
    return said, handed


def read_follow_ups(table: Table, frame: Frame) -> Iterator[tuple[str, SaidBeside, tuple[str, int]]]:
    """The rows of a sheet 跟进明细 with the ``label_of`` their demands, and where each stands."""
    for row in rows_of(table):
        reader = RowReader(row, table, frame)
        if found := follow_up_of(reader):
            yield *found, (row.sheet, row.number)


def follow_up_of(reader: RowReader) -> tuple[str, SaidBeside] | None:
    """The follow-up of a row, with the ``label_of`` its demand; None where something in it is wrong."""
    table, text = reader.table, reader.text
    label = label_of(reader.cell("number")) or _person_key(reader)
    at = reader.instant("at", opening=False)
    if not label or at is None:
        if not reader.bad:
            reader.problem("number" if not label else "at", "没有需求编号" if not label else "没有写时间")
        return None
    by, beside = without_phone(text("by"))
    said = SaidBeside(
        at, reader.words("text"), by, reader.phone("by_phone") or beside,
        method=reader.word("method", words.labels(Method), words.METHODS),
    )  # fmt: skip
    said.told_as(text("internal"))
    said.stage, said.next_plan = text("stage"), text("next_plan")
    said.next_at, said.wait_until = reader.ahead("next_at"), reader.ahead("wait_until")
    said.resolved = "resolved" in table.fields and bool(reader.flag("resolved"))
    if (reader.row.extras or "note" in table.fields) and (rest := reader.note()):
        said.text = f"{said.text}\n{rest}".strip()
    return label, said


def _person_key(reader: RowReader) -> str:
    """Whom a follow-up is about where the sheet gives no numbers: his phone, else his name."""
    name, beside = without_phone(reader.text("customer"))
    number = reader.phone("phone") or beside
    return f"{ABOUT}{number or name}" if number or name else ""


ABOUT = "@"
"""Before the phone or the name of a customer that a sheet of follow-ups names instead of a number."""


@lru_cache(maxsize=65_536, typed=True)
def label_of(value: Cell) -> str:
    """The number of a demand as a sheet beside names it: D12 and 12 are the same, any other numbering is its text."""
    number = our_number(value, About.DEMAND)
    return str(number) if number is not None else narrow(plain(value)).replace(" ", "").upper()


def read_assignments(table: Table, frame: Frame) -> Iterator[tuple[int, Handed]]:
    """The rows of a sheet 派单明细 with the numbers of their demands."""
    for row in rows_of(table):
        reader = RowReader(row, table, frame)
        number = our_number(row.cells.get("number", ""), About.DEMAND)
        at, to = reader.instant("at"), reader.text("to")
        if number is None or at is None or not to:
            if not reader.bad:
                reader.problem("number" if number is None else "at" if at is None else "to", "没有写")
            continue
        how = reader.word("how", words.labels(Route), words.ROUTES) or "direct"
        yield (
            number,
            Handed(
                at,
                to,
                reader.phone("to_phone"),
                reader.text("from"),
                how,
                reader.text("reason"),
                reader.text("operator"),
            ),
        )
