"""Noise, told by the clause: what of a message asks for nothing, and why; the rest is judged. Pure.

A clause that states a demand of its own is never noise, and no clause takes the rest of its message with it.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from typing import NamedTuple

from demandctl.paste.judging import Judge
from demandctl.paste.keywords import Wording

SURE = 5.0
"""A rule of this weight makes a clause a demand."""


DOUBTFUL = 0.25
"""Below this likelihood of asking for nothing a clause is not taken for noise whatever its words."""


class Why(Enum):
    """Why a message of a customer is in no draft."""

    SMALL = "寒暄"
    ADVERT = "广告"
    STAFF = "内部人员"
    SETTLED = "已了结"
    UNCLEAR = "没看懂"


_REASONS = {
    "chatter": Why.SMALL,
    "wishes": Why.SMALL,
    "praise": Why.SMALL,
    "peer": Why.SMALL,
    "advert": Why.ADVERT,
    "announcement": Why.STAFF,
    "staff_wording": Why.STAFF,
    "settled": Why.SETTLED,
}
"""The lists of noise in the keyword table, and what they say of a clause; in the order in which they are asked."""

_MARKS = re.compile(r"([，,。！!？?；;\n]+)")
_EMPTY = re.compile(r"[\s，。！？!?~～、.…；;:：\-—]+")


class Sifted(NamedTuple):
    """What is left of a message, and the reasons of what was taken out."""

    kept: str
    reasons: Counter[Why]


def sifted(cues: str, judge: Judge) -> Sifted:
    """Take the noise out of a message, clause by clause."""
    kept: list[str] = []
    reasons: Counter[Why] = Counter()
    parts = _MARKS.split(cues)
    filler = judge.wording.noise["filler"]
    for clause, mark in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if len(parts) > 1 and filler.fullmatch(clause.strip()):
            continue
        why = _noise(clause.strip(), judge)
        if why is None:
            kept += [clause, mark]
        else:
            reasons[why] += 1
            kept.append("，" if mark else "")
    return Sifted("".join(kept).strip("， \n"), reasons)


def is_small(cues: str, wording: Wording) -> bool:
    """Greetings and thanks, and nothing else."""
    rest = whole = _EMPTY.sub("", cues)
    for name in ("greeting", "thanks", "greeting"):
        rest = re.sub(rf"^(?:{wording.noise[name].pattern})+", "", rest)
    return bool(whole) and not rest


def _noise(clause: str, judge: Judge) -> Why | None:
    """The reason, if a list of noise has the clause, no rule finds a demand in it and the second reader agrees."""
    if not clause:
        return None
    if is_small(clause, judge.wording):
        return Why.SMALL
    found = next((why for name, why in _REASONS.items() if judge.wording.noise[name].search(clause)), None)
    if found in (None, Why.SETTLED):
        return found
    read = judge.judge(clause)
    return None if read.weight >= SURE or read.nothing < DOUBTFUL else found
