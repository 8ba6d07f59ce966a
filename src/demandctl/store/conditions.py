"""Conditions on stored rows that queries share, as SQL."""

from demandctl.vocabulary import Step


def customer_code(number: str) -> str:
    """The code that people know a customer by, out of the column that holds his number."""
    return f"printf('K%05d', {number})"


def is_open(deadline: str = "l") -> str:
    """Of a row of ``deadline``, by its alias: neither met nor voided. Written so, the indexes over open ones serve."""
    return f"{deadline}.met_at IS NULL AND {deadline}.voided_at IS NULL"


LEAVES = (Step.SENT, Step.FETCHED, Step.RETURNED, Step.EXCHANGED)
"""Service steps after which a machine is not with us any more."""


def with_us(step: str = "s") -> str:
    """Of a row of ``service_step``, by its alias: a machine that came, and has not left since."""
    left = ", ".join(f"'{each}'" for each in LEAVES)
    return (
        f"{step}.step = '{Step.RECEIVED}' AND NOT EXISTS (SELECT 1 FROM service_step AS later WHERE "
        f"later.demand_id = {step}.demand_id AND later.step IN ({left}) "
        f"AND (later.at, later.id) > ({step}.at, {step}.id))"
    )


def is_running(deadline: str = "l") -> str:
    """Open, and its clock runs at ``:now``: it has started, and the customer does not ask to wait."""
    waits = f"{deadline}.waiting_until"
    return f"{is_open(deadline)} AND {deadline}.started_at <= :now AND ({waits} IS NULL OR {waits} <= :now)"
