"""The second reader: what kind of demand a text is, by its likeness to sentences whose kind is known. Pure.

Naive Bayes over single characters and pairs of them, after machines and parts have become one sign each. It knows no
rule, so it has an opinion of every text; how sure it is says whether to believe it. Shipped sentences teach it
(``data/sentences.txt``), and on top of them what the specialist has confirmed himself.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import exp, log
from typing import NamedTuple

from demandctl.paste.keywords import Wording

SMOOTHING = 0.1
TEMPER = 0.75
"""Characters and their pairs are no independent witnesses, and the more of them the less: what they say is tempered by
the square root of their number. Measured by cross-validation on the shipped sentences, and on pastes.
"""

OWN = 3
"""A demand that the specialist confirmed counts for so many shipped sentences."""

_MOST = 255  # a count is one byte
_MARKS = re.compile(r"[^\w\ue000\ue001]+|_+")
_FIGURES = re.compile(
    r"\d+(?:\.\d+)?|(?<![\u4e00-\u9fff])[一二两三四五六七八九十百几]+(?=[台辆个条根套箱桶吨袋块把副只件部万年天月])"
)


class Counts(NamedTuple):
    """How often each feature was met in each class; of plain types, so that it can be kept in a file.

    ``keys``: the features in their order, eight bytes each; ``rows``: for each of them one byte for each class.
    """

    classes: list[str]
    keys: bytes
    rows: bytes
    totals: list[int]


class Guess(NamedTuple):
    """How likely a text is of each class: ``kind/subtype``, or ``none/…`` for what asks for nothing."""

    shares: Mapping[str, float]

    @property
    def nothing(self) -> float:
        """How likely it asks for nothing."""
        return sum(share for name, share in self.shares.items() if name.startswith("none/"))

    def of(self, kind: str | None, subtype: str | None = None) -> float:
        """How likely it is of a kind and subtype, given that it asks for something."""
        asked = {name: share for name, share in self.shares.items() if not name.startswith("none/")}
        wanted = f"{kind}/{subtype or ''}"
        return sum(s for name, s in asked.items() if name.startswith(wanted)) / (sum(asked.values()) or 1)

    def best(self, kind: str | None = None) -> tuple[str, str]:
        """The likeliest kind and subtype of what asks for something, of one *kind* where that is known."""
        kinds: dict[str, float] = {}
        for name, share in self.shares.items():
            of = name.partition("/")[0]
            kinds[of] = kinds.get(of, 0) + share
        kind = kind or max((of for of in kinds if of != "none"), key=kinds.__getitem__)
        asked = [name for name in self.shares if name.startswith(f"{kind}/")]
        return kind, max(asked, key=self.shares.__getitem__, default="").partition("/")[2]

    def why_nothing(self) -> str:
        """What kind of nothing it is: small, advert or staff."""
        names = [name for name in self.shares if name.startswith("none/")]
        return max(names, key=self.shares.__getitem__, default="none/small").partition("/")[2]


def sentences(text: str) -> list[tuple[str, str]]:
    """The shipped sentences: class and words."""
    found: list[tuple[str, str]] = []
    name = ""
    for line in text.splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
        elif line.strip() and not line.startswith("#"):
            found.append((name, line))
    return found


def counted(known: Iterable[tuple[str, str]], wording: Wording) -> Counts:
    """Count the features of sentences whose class is known."""
    known = list(known)
    classes = sorted({name for name, _ in known})
    place = {name: at for at, name in enumerate(classes)}
    counts: dict[int, bytearray] = {}
    for name, words in known:
        at = place[name]
        for feature in _features(words, wording):
            row = counts.setdefault(feature, bytearray(len(classes)))
            row[at] = min(row[at] + 1, _MOST)
    keys = array("Q", sorted(counts))
    totals = [sum(row[at] for row in counts.values()) for at in range(len(classes))]
    return Counts(classes, keys.tobytes(), b"".join(counts[key] for key in keys), totals)


def _features(text: str, wording: Wording) -> set[int]:
    """The characters of a text and their pairs, each as one number."""
    plain = _MARKS.sub("，", _FIGURES.sub("0", wording.read(text).signs)).strip("，")
    codes = [ord(char) for char in plain]
    line = [ord("^"), *codes, ord("$")]
    return {*codes, *(one << 21 | other for one, other in pairwise(line))}


class Learnt:
    """The second reader: shipped counts, and those of the specialist's own demands."""

    def __init__(self, counts: Counts, wording: Wording, own: Iterable[tuple[str, str]] = ()) -> None:
        self.classes, self.rows, self.wording = counts.classes, counts.rows, wording
        self.keys = array("Q", counts.keys)
        self.totals = list(counts.totals)
        self.own: dict[int, dict[int, int]] = {}
        self.size = 0  # how many demands of the specialist's own it has learnt
        place = {name: at for at, name in enumerate(self.classes)}
        for name, words in own:
            if (at := place.get(name)) is not None:
                self._learn(at, words)
        room = SMOOTHING * (len(self.keys) + len(self.own))
        self.scale = [log(total + room) for total in self.totals]
        self.logs = [log(count + SMOOTHING) for count in range(_MOST + 1)]

    def _learn(self, at: int, words: str) -> None:
        self.size += 1
        for feature in _features(words, self.wording):
            row = self.own.setdefault(feature, {})
            row[at] = row.get(at, 0) + OWN
            self.totals[at] += OWN

    def guess(self, text: str) -> Guess:
        """What a text is; as prepared for the keyword table, without numbers and names."""
        sums = [0.0] * len(self.classes)
        logs, scale, met = self.logs, self.scale, 0
        for feature in _features(text, self.wording):
            row, own = self._row(feature), self.own.get(feature)
            if row is None and own is None:
                continue
            met += 1
            for at, count in enumerate(row or bytes(len(sums))):
                sums[at] += logs[min(count + own.get(at, 0), _MOST)] if own else logs[count]
        sums = [value - met * each for value, each in zip(sums, scale, strict=True)]
        top, temper = max(sums), TEMPER * max(met, 1) ** 0.5
        shares = [exp((value - top) / temper) for value in sums]
        whole = sum(shares)
        return Guess({name: share / whole for name, share in zip(self.classes, shares, strict=True)})

    def _row(self, feature: int) -> bytes | None:
        """How often a feature was met in each class; None where it never was."""
        at, width = bisect_left(self.keys, feature), len(self.classes)
        if at == len(self.keys) or self.keys[at] != feature:
            return None
        return self.rows[at * width : (at + 1) * width]
