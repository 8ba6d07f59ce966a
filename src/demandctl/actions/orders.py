"""Orders 订货 of a customer (P 购买历史, C 1.4): each starts the clocks of inactivity anew and owes a visit (C 2.2)."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from demandctl.actions.customers import tell
from demandctl.errors import Refused
from demandctl.store.models import Customer, Demand, Purchase
from demandctl.store.work import Work


def record_order(
    work: Work,
    customer: Customer,
    on: date,
    *,
    product: str = "",
    amount: str | None = None,
    demand: Demand | None = None,
    note: str = "",
) -> Purchase:
    """A customer ordered: a visit within a week (C 2.2), and the clocks of inactivity start anew (C 1.4).

    A demand that was won is an order; recording that order again fills in what it lacks and owes no second visit.
    Refused for the demand of somebody else.
    """
    if demand and demand.customer_id != customer.id:
        raise Refused(
            f"{demand.code} 不是 {customer.code} 的需求", f"看他的需求：demandctl customer show {customer.code}"
        )
    known = _same_order(work, customer, on, product, demand)
    if known:
        known.product, known.amount = known.product or product, known.amount or amount
        known.note = known.note or note
        work.session.flush()
        return known
    number = demand.id if demand else None
    order = Purchase(
        customer_id=customer.id, ordered_on=on, product=product, amount=amount, demand_id=number, note=note
    )
    work.session.add(order)
    if customer.last_order and on < customer.last_order:
        # Recorded late: a visit is owed, but the clocks of inactivity run from the last order.
        tell(work, customer, {"sale"}, on=on, demand_id=number)
        return order
    customer.last_order = on
    work.session.flush()
    tell(work, customer, {"order"}, on=on)
    tell(work, customer, {"sale"}, on=on, demand_id=number)
    if customer.business_contact and customer.business_contact > on:
        tell(work, customer, {"business-contact"}, on=customer.business_contact)
    return order


def _same_order(work: Work, customer: Customer, on: date, product: str, demand: Demand | None) -> Purchase | None:
    """The order that is meant again: of the same demand, or of the same day, one of the two out of a won demand."""
    orders = work.session.exec(select(Purchase).where(Purchase.customer_id == customer.id)).all()
    number = demand.id if demand else None
    for order in orders:
        if number is not None and order.demand_id == number:
            return order
        one_is_won = (number is None) != (order.demand_id is None)
        if order.ordered_on == on and one_is_won and (not product or not order.product or product == order.product):
            if number is not None:
                order.demand_id = number
            return order
    return None


def withdraw_order(work: Work, customer: Customer, demand: Demand) -> None:
    """A demand that had been won or solved is open again: its order, and the visit that hung on it, are gone."""
    withdrawn = work.session.exec(select(Purchase).where(Purchase.demand_id == demand.id)).all()
    days = {order.ordered_on for order in withdrawn}
    for order in withdrawn:
        work.session.delete(order)
    work.session.flush()
    tell(work, customer, {"withdrawn"}, demand_id=demand.id)
    newest = select(Purchase).where(Purchase.customer_id == customer.id).order_by(col(Purchase.ordered_on).desc())
    left = work.session.exec(newest).first()
    if customer.last_order in days:
        customer.last_order = left.ordered_on if left else None
        work.session.flush()
        tell(work, customer, {"order"} if left else {"unordered"}, on=customer.last_order)
        if customer.business_contact:
            tell(work, customer, {"business-contact"}, on=customer.business_contact)
