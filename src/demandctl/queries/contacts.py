"""The directory as it is read."""

from __future__ import annotations

from collections.abc import Iterable

from demandctl.queries.columns import columns
from demandctl.queries.narrowing import bound, holds_one, is_one
from demandctl.queries.people import PersonView
from demandctl.queries.reader import Reader, Row


class ContactView(PersonView):
    """A person of the directory, or a department, with all that routing asks about."""

    leader: bool
    regions: list[str]
    products: list[str]
    skills: list[str]
    wechat: str
    active: bool


def read_contacts(
    reader: Reader, *, roles: Iterable[str] = (), branches: Iterable[str] = (), everybody: bool = False
) -> list[ContactView]:
    """The directory in its order; those who left only when *everybody* is asked for."""
    rows = reader.stream(
        f"SELECT * FROM contact WHERE {is_one('role', 'roles')} AND {holds_one('branch', 'branches')} "
        "AND (:everybody OR active) ORDER BY branch = '', id",
        {"roles": bound(roles), "branches": bound(branches), "everybody": everybody},
    )
    return [contact_view(reader, row) for row in rows]


def read_contact(reader: Reader, number: int) -> ContactView:
    """One contact."""
    return contact_view(reader, reader.sql.execute("SELECT * FROM contact WHERE id = ?", (number,)).fetchone())


def contact_view(reader: Reader, row: Row) -> ContactView:
    """A contact out of its row."""
    return ContactView(
        id=row["id"], **columns(reader, "contact", row, blank=frozenset({"name", "phone", "wechat"}))
    )  # fmt: skip
