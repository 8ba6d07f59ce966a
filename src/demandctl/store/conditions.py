"""Conditions on stored rows that queries share, as SQL."""


def customer_code(number: str) -> str:
    """The code that people know a customer by, out of the column that holds his number."""
    return f"printf('K%05d', {number})"


def is_open(deadline: str = "l") -> str:
    """Of a row of ``deadline``, by its alias: neither met nor voided. Written so, the indexes over open ones serve."""
    return f"{deadline}.met_at IS NULL AND {deadline}.voided_at IS NULL"


def is_running(deadline: str = "l") -> str:
    """Open, and its clock runs at ``:now``: it has started, and the customer does not ask to wait."""
    waits = f"{deadline}.waiting_until"
    return f"{is_open(deadline)} AND {deadline}.started_at <= :now AND ({waits} IS NULL OR {waits} <= :now)"
