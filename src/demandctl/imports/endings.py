"""How a demand stands: its state, outcome and end, out of the cells of a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from demandctl.core.lifecycle import OUTCOMES
from demandctl.imports import words
from demandctl.imports.cells import Unreadable, is_nothing, yes_no
from demandctl.imports.record import RowReader
from demandctl.store.values import Columns
from demandctl.vocabulary import Kind, Outcome, Status

_WORD = 6
"""What is longer than a word tells what happened."""


def end(reader: RowReader, kind: str, raised: datetime, times: Sequence[datetime]) -> Columns:
    """The state, and outcome and time where the demand has ended; *times* are those of its follow-ups."""
    state, outcome = _state(reader, kind)
    told = _outcome(reader, kind)
    closed_at = reader.instant("closed_at", reader.frame.calendar.local_day(raised), opening=False)
    reason = reader.words("reason")
    ended = state == "closed" or closed_at is not None
    if told == "no":
        outcome = outcome or (words.NEGATIVE.get(kind) if ended or (reason and state is None) else None)
        ended = ended or bool(outcome)
    elif told:
        outcome = told
        ended = ended or state not in ("confirming", "waiting")
    elif state is None and not ended and reason and not is_nothing(reason) and kind == "opportunity":
        outcome, ended = "lost", True
    if not ended:
        return {"state": state, "outcome": None, "closed_at": None}
    last = max([at for at in times if at <= reader.frame.now], default=raised)
    return {"state": "closed", "outcome": outcome, "closed_at": closed_at or max(last, raised)}


def _state(reader: RowReader, kind: str) -> tuple[str | None, str | None]:
    text = reader.text("status")
    if not text:
        return None, None
    try:
        answer = yes_no(text)
    except Unreadable:
        answer = None
    if answer is not None:
        return ("closed" if answer else None), None
    found = words.state(text)
    if found is None:
        _unknown(reader, "status", text, [status.label for status in Status])
        return None, None
    if len(text) > _WORD:
        reader.keep("status")
    return found, words.outcome(text, kind) if found == "closed" and not text.startswith(("结束", "已结束")) else None


def _outcome(reader: RowReader, kind: str) -> str | None:
    """The outcome that the cell names, ``no`` for a plain 否; prose is kept beside."""
    text = reader.text("outcome")
    if not text:
        return None
    try:
        answer = yes_no(text)
    except Unreadable:
        answer = None
    if answer is not None:
        return words.POSITIVE[kind] if answer else "no"
    found = words.outcome(text, kind) if len(text) <= 20 else None
    allowed = OUTCOMES[Kind(kind)]
    labels = [outcome.label for outcome in allowed]
    if found and Outcome(found) not in allowed:
        reader.problem("outcome", f"{Kind(kind).label}没有这种结果，可以是：{'、'.join(labels)}")
        return None
    if found is None and words.state(text) is None:
        _unknown(reader, "outcome", text, labels)
    elif found is None or len(text) > _WORD:
        reader.keep("outcome")
    return found


def _unknown(reader: RowReader, field: str, text: str, labels: Sequence[str]) -> None:
    """A word that nobody understands is a problem; a sentence tells what happened, and is kept."""
    if len(text) > _WORD:
        reader.keep(field)
    else:
        reader.problem(
            field, f"不认识，可以是：{'、'.join(labels)}；只想留在备注，加 --map '{reader.table.titled(field)}=备注'"
        )
