"""Whom to greet: whose birthday or anniversary of co-operation comes, and who was greeted for it already."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from demandctl.core.occasions import ANNIVERSARY, BIRTHDAY, days_ahead, next_yearly
from demandctl.language.subject import Subject
from demandctl.queries.narrowing import bound
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store.values import stored

AGAIN = timedelta(days=180)
"""Within so long the same occasion is the same one: nobody is greeted twice for it."""


class ComingView(View):
    """A day of a customer's that comes: his birthday, or so many years of co-operation."""

    customer: CustomerBrief
    occasion: str
    day: date
    years: int
    sent: bool


_DAYS = {
    BIRTHDAY: "c.birthday",
    ANNIVERSARY: "coalesce(c.contract_on, (SELECT min(ordered_on) FROM purchase WHERE customer_id = c.id))",
}


def coming(reader: Reader, days: int) -> list[ComingView]:
    """Birthdays and anniversaries of co-operation within so many days, the nearest first."""
    today = reader.now.astimezone(reader.zone).date()
    found: list[ComingView] = []
    for occasion, column in _DAYS.items():
        sent = greeted(reader, occasion)
        rows = reader.rows(
            f"SELECT c.id, c.name, c.phone, c.company, c.region, {column} AS day FROM customer AS c "
            f"WHERE c.erased_at IS NULL AND c.merged_into IS NULL AND {column} IS NOT NULL "
            f"AND substr({column}, 6) IN (SELECT value FROM json_each(:days)) ORDER BY c.id",
            {"days": bound(days_ahead(today, days))},
        )
        for row in rows:
            first = date.fromisoformat(row["day"])
            again = next_yearly(first, today)
            if again > first:
                who = CustomerBrief(
                    code=Subject.customer(row["id"]).code,
                    **{name: row[name] for name in ("name", "phone", "company", "region")},
                )
                years, told = again.year - first.year, row["id"] in sent
                found.append(ComingView(customer=who, occasion=occasion, day=again, years=years, sent=told))
    return sorted(found, key=lambda one: (one.day, one.customer.code))


def greeted(reader: Reader, occasion: str) -> set[int]:
    """The customers who were greeted for an occasion not long ago."""
    since = datetime.combine(reader.now.astimezone(reader.zone).date() - AGAIN, time(), reader.zone)
    query = "SELECT customer_id FROM greeting WHERE occasion = ? AND at >= ?"
    return {row[0] for row in reader.rows(query, (occasion, stored(since)))}


def ungreeted(reader: Reader, occasion: str, numbers: Iterable[int]) -> list[int]:
    """Those of some customers who were not greeted for an occasion yet."""
    sent = greeted(reader, occasion)
    return [number for number in numbers if number not in sent]
