"""Customers' codes: ``K00012`` is number 12. Pure."""


def customer_code(number: int) -> str:
    """The code that people read and type for a customer's number."""
    return f"K{number:05d}"
