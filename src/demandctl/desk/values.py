"""One value of a demand asked for at the desk: a choice where it is one of few, else a line with completions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from demandctl.desk.asking import Answered, Complete, Write
from demandctl.desk.hands import Hands
from demandctl.language.phones import normalise
from demandctl.store.fields import called
from demandctl.terminal import known
from demandctl.terminal.typed import past
from demandctl.vocabulary import SUBTYPES, Channel, Kind, ServiceMode, Term, Urgency

TERMS: Mapping[str, type[Term]] = {
    "kind": Kind, "urgency": Urgency, "channel": Channel, "service_mode": ServiceMode,
}  # fmt: skip
"""What is one of few."""
KNOWN = {"customer": "customer", "region": "region", "product": "product", "group": "group", "group_name": "group"}
"""What the ledger has seen before."""
LABELS = {
    "customer": called("demand", "customer_id"), "phone": called("customer", "phone"),
    "group": called("demand", "group_name"),
}  # fmt: skip


class Given(NamedTuple):
    """What was answered; the value may be None."""

    value: Any


def label_of(name: str) -> str:
    """What a value is called."""
    return LABELS.get(name) or called("demand", name)


def in_words(name: str, values: Mapping[str, Any]) -> str:
    """What a value is at present, on a line."""
    value = values.get(name)
    if not value:
        return ""
    if name in TERMS:
        return TERMS[name](value).label
    if name == "subtype":
        return SUBTYPES[Kind(values["kind"])].get(value, value) if values.get("kind") else str(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return " ".join(str(value).split())


def completing(desk: Hands, kind: str, command: str = "") -> Complete:
    """What the ledger has of a kind, as completions of a line."""

    async def found(text: str) -> list[tuple[str, str]]:
        return await desk.look(lambda reader: [*known.SOURCES[kind](reader, text.strip(), command, 50)])

    return found


async def ask_value(desk: Hands, name: str, values: Mapping[str, Any], title: str = "") -> Given | None:
    """Ask for a value of a demand; None for Esc."""
    question = f"{title}  {label_of(name)}".strip()
    now = values.get(name)
    terms: list[tuple[str | None, str]] = []
    if name in TERMS:
        terms = [(value, label) for value, label in TERMS[name].choices().items()]
    elif name == "subtype" and values.get("kind"):
        terms = [*SUBTYPES[Kind(values["kind"])].items()]
    if terms:
        listed = [(Given(value), label) for value, label in terms]
        at = next((n for n, (given, _) in enumerate(listed) if given.value == now), 0)
        return await desk.pick(question, listed, at)
    given: list[Any] = []

    async def submit(answered: Answered) -> None:
        given.append(_read(desk, name, answered.text))

    sheet = Write(
        question, text=in_words(name, values), needed=name in ("customer", "content"), submit=submit,
        complete=completing(desk, KNOWN[name]) if name in KNOWN else None, keys="回车 就这样  Esc 不改",
    )  # fmt: skip
    return Given(given[-1]) if await desk.line(sheet) is not None else None


def _read(desk: Hands, name: str, text: str) -> Any:
    if name == "phone":
        return normalise(text) if text else ""
    if name == "raised_at":
        return past(desk.ledger.now(), text, label_of(name), opening=True)
    return text
