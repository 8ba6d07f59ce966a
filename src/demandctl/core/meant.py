"""What a follow-up means beyond its words: a promise for a time, a wait, a nudge, a call that nobody answered. Pure.

What is found is offered, never taken: whoever writes sees it beside the line and takes it away where it is wrong.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from demandctl.core import times
from demandctl.core.worktime import Calendar
from demandctl.errors import UsageError
from demandctl.vocabulary import NoteKind

LONGEST = 14
"""Characters of a time within a sentence: no phrase that people use there is longer."""

# Patterns stay text until something is read, so that importing this module is cheap.
_BEGINS = "[0-9０-９一二两三四五六七八九十半今明后大本这下周星礼月年国节中春端清元早晚上]"
_SAYS = "[\u4e00-\u9fff]"
_PAST = "已|了|过了|刚"
_WAITS = "再说|再联系|再谈|再看|等到|先等|要等"
_LEADING = r"^(?:再|去|会|前|之前|以前|以后|时|[，,：:\s])+"

READS_LIKE = {
    NoteKind.NUDGE: "已?催|又催|再催|催促|提醒(?:了)?(?:他|她|一下|对接人)",
    NoteKind.ATTEMPT: "没(?:有)?(?:人)?接|无人接|打不通|没打通|未接通|没接通|关机|占线|联系不上|没联系上",
}
"""Words that tell what a note is when nobody said."""


_RESOLVED = "修好|已?解决了|已解决|处理好|弄好|搞定|换好|装好"


class Promise(NamedTuple):
    """A time that a sentence names for what comes next, in which words, and what is to be done then."""

    at: date | datetime
    words: str
    plan: str
    waits: bool


def reads_like(text: str) -> NoteKind | None:
    """What a note is by its words, where it is no follow-up."""
    return next((kind for kind, words in READS_LIKE.items() if re.search(words, text)), None)


def is_resolved(text: str) -> bool:
    """Whether a note says that the trouble is over, and not that it is not."""
    return re.search(_RESOLVED, text) is not None and re.search(f"(?:没|未|等|还).{{0,3}}(?:{_RESOLVED})", text) is None


def promised(text: str, now: datetime, calendar: Calendar) -> Promise | None:
    """The last time to come that a sentence names; none where its clause tells of what is past."""
    for clause in reversed(re.split(r"[，,。；;！!？?\n]", text)):
        if not clause.strip() or re.search(_PAST, clause):
            continue
        found = _named(clause, now, calendar)
        if found is None:
            continue
        at, words, rest = found
        plan = re.sub(_LEADING, "", rest).strip()
        return Promise(at, words, plan, re.search(_WAITS, clause) is not None)
    return None


def _named(clause: str, now: datetime, calendar: Calendar) -> tuple[date | datetime, str, str] | None:
    """The first time of a clause, its words, and what stands behind it."""
    for start, char in enumerate(clause):
        if not re.match(_BEGINS, char):
            continue
        for end in range(min(start + LONGEST, len(clause)), start + 1, -1):
            words = clause[start:end].strip()
            if not re.search(_SAYS, words):
                continue
            with suppress(UsageError):
                at = times.parse(words, now, calendar)
                times.must_be_future(at, now, calendar, "")
                return at, words, clause[end:]
    return None
