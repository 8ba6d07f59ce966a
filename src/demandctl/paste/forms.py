"""Labelled lines of a message (电话：…, 意向机型：…): the fields they tell, and what is left to be judged. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from demandctl.paste.details import Detail
from demandctl.paste.layouts import LABEL, what_of

_AROUND = ("customer", "sender", "receiver", "raised")
"""Labels that tell whose a message is and when it was written, and nothing of what it is about."""

_TOLD = ("customer", "sender", "receiver", "phone", "wechat", "company", "raised", "region", "address")
"""Labels whose value says nothing of what is wanted."""


_MAIL = re.compile(r"\s*<[^<>]*@[^<>]*>$")


class FilledForm(NamedTuple):
    """What labelled lines tell by field, what of a message is about something, and what of that is judged."""

    fields: Mapping[str, Detail]
    body: str
    rest: str


def read_form(text: str, labels: Mapping[str, str]) -> FilledForm:
    """Take the labelled lines of a message apart; the first of each field counts."""
    fields: dict[str, Detail] = {}
    body: list[str] = []
    rest: list[str] = []
    for line in text.split("\n"):
        found = LABEL.match(line)
        what = what_of(found["label"], labels) if found else None
        if what not in _AROUND:
            body.append(line)
        if not found or what is None or what == "other":
            rest.append(line)
            continue
        value = _MAIL.sub("", " ".join(found["value"].split()))
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
    return FilledForm(fields, "\n".join(body).strip(), "\n".join(rest).strip())
