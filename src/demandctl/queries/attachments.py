"""Attachments as they are read; their content lies beside the ledger (``store.attachments``)."""

from __future__ import annotations

from datetime import datetime

from demandctl.errors import NotFound
from demandctl.language.subject import About, Subject
from demandctl.queries.columns import columns
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View

_OF = {About.DEMAND: "demand_id", About.CUSTOMER: "customer_id", About.REVISIT: "revisit_id"}


class AttachmentView(View):
    """An attachment 附件: what it is of, and what the file was called."""

    unsaid = frozenset({"sha256"})

    id: int
    of: str
    name: str
    media_type: str
    size: int
    at: datetime
    note: str | None
    sha256: str


def attachments_of(reader: Reader, subject: Subject) -> list[AttachmentView]:
    """What is attached to a demand, a customer or a revisit, the oldest first."""
    query = f"SELECT * FROM attachment WHERE {_OF[subject.about]} = ? ORDER BY id"
    return [attachment_view(reader, row) for row in reader.stream(query, (subject.number,))]


def attachments_of_person(reader: Reader, customer: int) -> list[AttachmentView]:
    """What is attached to a customer, to his demands and to his revisits."""
    rows = reader.stream(
        "SELECT * FROM attachment WHERE customer_id = :k "
        "OR demand_id IN (SELECT id FROM demand WHERE customer_id = :k) "
        "OR revisit_id IN (SELECT id FROM revisit WHERE customer_id = :k) ORDER BY id",
        {"k": customer},
    )
    return [attachment_view(reader, row) for row in rows]


def read_attachments(reader: Reader, limit: int | None = None) -> list[AttachmentView]:
    """All of the ledger, the newest first."""
    rows = reader.stream("SELECT * FROM attachment ORDER BY id DESC LIMIT ?", (-1 if limit is None else limit,))
    return [attachment_view(reader, row) for row in rows]


def read_attachment(reader: Reader, number: int) -> AttachmentView:
    """One attachment; NotFound when there is none."""
    row = reader.sql.execute("SELECT * FROM attachment WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有附件 {number}", "看看有哪些：demandctl attach list")
    return attachment_view(reader, row)


def attachment_view(reader: Reader, row: Row) -> AttachmentView:
    about, column = next((about, column) for about, column in _OF.items() if row[column] is not None)
    return AttachmentView(
        id=row["id"],
        of=Subject(about, row[column]).code,
        media_type=row["media_type"],
        sha256=row["sha256"],
        **columns(reader, "attachment", row, blank=frozenset({"name"})),
    )
