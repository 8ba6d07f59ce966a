"""Headers by meaning: which field of ours a column of an old workbook stands for.

A header is compared without blanks, brackets and signs against the ``synonyms`` of a kind of table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from demandctl.imports.cells import plain
from demandctl.imports.kind import TableKind
from demandctl.language.figures import narrow

MANY = frozenset({"progress", "follow_at", "region", "phones"})
"""Fields that several columns may fill."""

COMPOUNDS: Mapping[frozenset[str], str] = {
    frozenset({"customer", "phone"}): "customer", frozenset({"name", "phone"}): "name",
    frozenset({"handler", "handler_phone"}): "handler", frozenset({"handler", "phone"}): "handler",
    frozenset({"region", "address"}): "region", frozenset({"branch", "handler"}): "handler",
}  # fmt: skip
"""What a header of two words heads, 姓名/电话: the field whose cell is taken apart into the two."""

_BRACKETS = re.compile(r"[(\[【〔{<][^)\]】〕}>]*[)\]】〕}>]?")
_SIGNS = re.compile(r"[^\w#]+|_")


class Fit(NamedTuple):
    """What a header stands for, and how surely: 0 is the surest."""

    field: str
    doubt: int


def bare(title: object) -> str:
    """A header as it is compared: narrow, without blanks, brackets and signs."""
    return _SIGNS.sub("", _BRACKETS.sub("", narrow(plain(title)))).lower()


_LEADING = frozenset({"product", "content", "region", "kind", "company"})
"""Fields whose header may go on with a word that is none of ours: 机型/机号."""
_JOINED = re.compile(r"[/／、|+＋&\n]|(?<=.)[及和与](?=.)")


@cache
def meant(title: str, kind: TableKind) -> Fit | None:
    """The field of a header as written, 客户/机主 and 姓名（电话） too; None when it is none of ours."""
    if found := fit(bare(title), kind):
        return found
    words = [bare(word) for word in _JOINED.split(narrow(title)) if bare(word)]
    fits = [fit(word, kind) for word in words] if 1 < len(words) < 4 else []
    fields = frozenset(each.field for each in fits if each)
    if fits and fits[0] and None in fits and fits[0].field in _LEADING:
        return Fit(fits[0].field, 3)
    if not fits or None in fits:
        return None
    name = next(iter(fields)) if len(fields) == 1 else COMPOUNDS.get(fields)
    return Fit(name, 2) if name else None


@cache
def fit(title: str, kind: TableKind) -> Fit | None:
    """The field of a bare header; None when it is none of ours."""
    if not title or len(title) > 24:
        return None
    if kind.computed and re.fullmatch(kind.computed, title):
        return Fit("computed", 0)
    best: Fit | None = None
    for field, patterns in kind.fields.items():
        for doubt, pattern in enumerate(patterns):
            if (best is None or doubt < best.doubt) and re.fullmatch(pattern, title):
                best = Fit(field, doubt)
                break
    return best
