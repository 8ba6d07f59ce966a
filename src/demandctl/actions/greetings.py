"""Greetings that were sent: on record, no visit and so owing no form (P 客户关怀, W 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from demandctl.actions.customers import find_customer, tell
from demandctl.core.occasions import BIRTHDAY
from demandctl.language.subject import Subject
from demandctl.store.models import Greeting
from demandctl.store.work import Work


class Sent(NamedTuple):
    """A greeting as it was sent: to whom, by number, and its text."""

    customer_id: int
    text: str


def record_greetings(work: Work, occasion: str, sent: Iterable[Sent], method: str) -> int:
    """Record greetings for an occasion; returns how many. One for a birthday meets the clock of it."""
    count = 0
    for each in sent:
        customer = find_customer(work, Subject.customer(each.customer_id).code)
        work.session.add(
            Greeting(customer_id=customer.id, at=work.now, occasion=occasion, method=method, text=each.text)
        )
        work.session.flush()
        if occasion == BIRTHDAY:
            tell(work, customer, {"birthday-greeted"})
        count += 1
    work.describe(f"{occasion}问候 {count} 位客户")
    return count
