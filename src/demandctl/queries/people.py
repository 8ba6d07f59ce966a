"""The people a reading names in brief: who looks after a demand, and whom it is about."""

from __future__ import annotations

from demandctl.language.subject import About, Subject, read_number
from demandctl.queries.reader import Row
from demandctl.queries.view import View
from demandctl.vocabulary import Role


class Addressee(View):
    """Somebody who is told something; without an id he is not in the directory."""

    id: int | None
    name: str
    phone: str
    branch: str | None
    role: Role


class PersonView(Addressee):
    """Somebody of the directory."""

    id: int


class CustomerName(View):
    """A customer by code and name."""

    code: str
    name: str

    @property
    def subject(self) -> Subject:
        """Himself as a subject."""
        return Subject.customer(read_number(self.code, About.CUSTOMER) or 0)


class CustomerBrief(CustomerName):
    """The customer of a demand or a revisit; each tells more of him."""

    phone: str
    company: str
    region: str


def person_of(row: Row, alias: str, number: int | None) -> PersonView | None:
    """The contact whose columns stand in a row behind an alias; None where there is none."""
    if number is None:
        return None
    return PersonView(
        id=number,
        name=row[f"{alias}_name"],
        phone=row[f"{alias}_phone"],
        branch=row[f"{alias}_branch"],
        role=Role(row[f"{alias}_role"]),
    )
