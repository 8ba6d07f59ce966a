"""Masking: phones and WeChat ids hidden, in their own columns and in texts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demandctl.exports.columns import Column
from demandctl.language import phones
from demandctl.queries.reader import Row


def value_of(column: Column, *, mask: bool) -> Callable[[Row], Any]:
    """How to get a column's value as it may be handed on: masked when asked."""
    get = column.get
    if not mask or column.form not in ("phone", "wechat", "text"):
        return get
    if column.form == "text":
        return lambda row: phones.masked_text(get(row) or "")
    return lambda row: phones.masked(get(row) or "")
