"""Amounts of money in yuan: as people write them, and as the ledger stores them. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from demandctl.language.figures import in_digits, narrow

_AMOUNT = re.compile(r"¥?([+-]?(?:\d+\.?\d*|\.\d+))(亿|万|千)?元?(?:整|人民币)?")
_UNITS = {"亿": 100_000_000, "万": 10_000, "千": 1_000}


def read_amount(text: str, unit: str = "") -> Decimal:
    """``1280000``, ``1,280,000.50``, ``￥128万``, in yuan; *unit* holds where none is written. ValueError if none."""
    plain = in_digits(re.sub(r"[,\s]", "", narrow(text)))
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise ValueError(f"no amount: {text}")
    return Decimal(match[1]) * _UNITS.get(match[2] or unit, 1)


def stored_amount(amount: Decimal) -> str:
    """An amount as the ledger stores it: without an exponent, and without zeros that say nothing."""
    whole = amount == amount.to_integral_value()
    return format(amount.quantize(Decimal(1)) if whole else amount.normalize(), "f")
