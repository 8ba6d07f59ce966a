"""Labelled lines of a message (电话：…, 意向机型：…): the fields they tell, and what is left to be judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from demandctl.paste.details import Detail
from demandctl.paste.layouts import LABEL, what_of

_TOLD = ("customer", "sender", "receiver", "phone", "wechat", "company", "raised", "region", "address")
"""Labels whose value says nothing of what is wanted."""


class FilledForm(NamedTuple):
    """What labelled lines tell by field, and the words of a message without them."""

    fields: Mapping[str, Detail]
    rest: str


def read_form(text: str, labels: Mapping[str, str]) -> FilledForm:
    """Take the labelled lines of a message apart; the first of each field counts."""
    fields: dict[str, Detail] = {}
    rest: list[str] = []
    for line in text.split("\n"):
        found = LABEL.match(line)
        what = what_of(found["label"], labels) if found else None
        if not found or what is None or what == "other":
            rest.append(line)
            continue
        value = " ".join(found["value"].split())
        if value:
            fields.setdefault("product" if what == "wanted" else what, Detail(value, line.strip()))
        if what == "wanted":
            rest.append(f"想买{value}")
        elif what not in _TOLD:
            rest.append(value)
    # Of a mail the sender is the customer, of a parcel whoever gets it.
    for name in ("sender", "receiver"):
        if told := fields.pop(name, None):
            fields.setdefault("customer", told)
    return FilledForm(fields, "\n".join(rest).strip())
