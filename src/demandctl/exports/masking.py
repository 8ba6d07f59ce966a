"""Masking: phones and WeChat ids hidden, in their own columns and in texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from demandctl.exports.columns import Column
from demandctl.language import phones
from demandctl.queries.reader import Row

_PHONE = re.compile(r"(?<![0-9])(?:1[3-9]\d([ -]?)\d{4}\1\d{4}|0\d{2,3}-?\d{7,8})(?![0-9])")


def hidden(text: str) -> str:
    """A text with the phone numbers in it masked."""
    return _PHONE.sub(lambda found: phones.masked(re.sub(r"[ -]", "", found[0])), text)


def value_of(column: Column, *, mask: bool) -> Callable[[Row], Any]:
    """How to get a column's value as it may be handed on: masked when asked."""
    get = column.get
    if not mask or column.form not in ("phone", "wechat", "text"):
        return get
    if column.form == "text":
        return lambda row: hidden(get(row) or "")
    return lambda row: phones.masked(get(row) or "")
