"""What belongs to a customer beside himself: orders, machines, changes of credit, greetings. As they are read."""

from __future__ import annotations

from datetime import date, datetime

from demandctl.core.signing import SIGNATURES, unsigned
from demandctl.queries.columns import columns
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View
from demandctl.vocabulary import Method


class OrderView(View):
    """An order 订货."""

    date: date
    product: str | None
    amount: float | int | None
    demand: int | None
    note: str | None


class MachineView(View):
    """A machine 设备."""

    model: str
    serial: str | None
    bought_on: date | None
    warranty_until: date | None

    @property
    def name(self) -> str:
        """How it is called in a line."""
        return f"{self.model} {self.serial or ''}".rstrip()


class HisMachine(MachineView):
    """A machine in the picture of its customer."""

    note: str | None


class CreditView(View):
    """A change of credit 客户信用额度、账期更改申请单, signed or not."""

    at: datetime
    credit_limit: float | int | None
    credit_term: str | None
    reason: str | None
    applied_by: str | None
    applied_on: date | None
    audited_by: str | None
    audited_on: date | None
    checked_by: str | None
    checked_on: date | None
    signed_by: str | None
    signed_on: date | None

    @property
    def lacking(self) -> list[str]:
        """Whose signature is not there yet, in words."""
        return [SIGNATURES[part] for part in unsigned(vars(self))]


class GreetingView(View):
    """A greeting that was sent."""

    at: datetime
    occasion: str | None
    method: Method | None
    text: str | None


def order_view(reader: Reader, row: Row) -> OrderView:
    """An order out of its row."""
    told = columns(reader, "purchase", row, without=frozenset({"ordered_on", "demand_id"}))
    return OrderView(date=date.fromisoformat(row["ordered_on"]), demand=row["demand_id"], **told)


_NOTE = frozenset({"note"})


def machine_view(reader: Reader, row: Row) -> MachineView:
    """A machine out of its row."""
    return MachineView(**columns(reader, "machine", row, without=_NOTE))


def his_machine(reader: Reader, row: Row) -> HisMachine:
    """A machine in the picture of its customer."""
    return HisMachine(**columns(reader, "machine", row))


def credit_view(reader: Reader, row: Row) -> CreditView:
    """A change of credit out of its row."""
    return CreditView(**columns(reader, "credit", row))


def greeting_view(reader: Reader, row: Row) -> GreetingView:
    """A greeting out of its row."""
    return GreetingView(**columns(reader, "greeting", row))


def orders_of(reader: Reader, customer_id: int) -> list[OrderView]:
    """His orders, the oldest first."""
    query = "SELECT * FROM purchase WHERE customer_id = ? ORDER BY ordered_on, id"
    return [order_view(reader, row) for row in reader.rows(query, (customer_id,))]


def machines_of(reader: Reader, customer_id: int) -> list[HisMachine]:
    """His machines."""
    query = "SELECT * FROM machine WHERE customer_id = ? ORDER BY id"
    return [his_machine(reader, row) for row in reader.rows(query, (customer_id,))]


def credits_of(reader: Reader, customer_id: int) -> list[CreditView]:
    """What was applied for, the oldest first."""
    query = "SELECT * FROM credit WHERE customer_id = ? ORDER BY id"
    return [credit_view(reader, row) for row in reader.rows(query, (customer_id,))]


def greetings_of(reader: Reader, customer_id: int) -> list[GreetingView]:
    """What he was sent, the oldest first."""
    query = "SELECT * FROM greeting WHERE customer_id = ? ORDER BY at, id"
    return [greeting_view(reader, row) for row in reader.rows(query, (customer_id,))]
