"""What a column is by what stands in it, where its header says nothing: phones, names, kinds, the customer's own words.

Only for columns that no header tells, only where nearly all cells agree, and never without being said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from demandctl.imports.cells import plain
from demandctl.imports.files.sheet import Cell
from demandctl.imports.names import COMPOUND, SURNAMES
from demandctl.imports.words import kind_and_subtype
from demandctl.language.phones import find, is_mobile

_SAMPLE = 60
_NEARLY_ALL = 0.8
_NAME = re.compile(r"[一-鿿·]{2,4}(?:总|师傅|老板|经理)?")
_CALLED = re.compile(r"[一-鿿·]{2,6}[\s：:/、,，]*")


def is_phone(text: str) -> bool:
    """A mobile number."""
    return _before_mobile(text) == ""


def is_name(text: str) -> bool:
    """A Chinese name, 王总 too."""
    return _NAME.fullmatch(text) is not None and (text[0] in SURNAMES or text.startswith(COMPOUND))


def is_customer(text: str) -> bool:
    """A name, with a number beside it or without."""
    return _CALLED.fullmatch(_before_mobile(text) or "") is not None or is_name(text)


def _before_mobile(text: str) -> str | None:
    """What stands before the mobile number that a cell ends in; None where it ends in none."""
    found = find(text)
    ended = found and is_mobile(found[-1].phone) and text[found[-1].end :] in ("", ".0")
    return text[: found[-1].start] if ended else None


def is_kind(text: str) -> bool:
    """A kind of demand."""
    return len(text) < 7 and kind_and_subtype(text)[0] is not None


def is_told(text: str) -> bool:
    """What somebody said, in words of its own."""
    return len(text) > 6 and re.search("[一-鿿]{4}", text) is not None


_NOTHING_SAID = re.compile(
    r"[A-Z]{1,2}列|(?:列|字段|栏|项|数据|column|field|f)\s*[\d一二三四五六七八九十]*|\d{1,2}|[a-z]|[甲乙丙丁]栏?|.*(?:谁|啥|什么|哪|怎么|咋|几号|多少|为何|何时|何人|何事|说的|讲的).*",
    re.IGNORECASE,
)


def says_nothing(title: str) -> bool:
    """Whether a header says nothing of what is below: it is a number, a letter, or a question."""
    return _NOTHING_SAID.fullmatch(title) is not None


def likely(
    rows: Sequence[Sequence[Cell]], unknown: Sequence[int], missing: Mapping[str, Callable[[str], bool]]
) -> dict[int, str]:
    """Of the *unknown* columns those that look like a *missing* field: the leftmost; of texts the most varied."""
    found: dict[int, str] = {}
    cells = {place: [t for row in rows if place < len(row) and (t := plain(row[place]))][:_SAMPLE] for place in unknown}
    for name, looks in missing.items():
        fitting = [place for place in unknown if place not in found and _agree(cells[place], looks)]
        if name == "content":
            fitting.sort(key=lambda place: -len(set(cells[place])))
        if fitting:
            found[fitting[0]] = name
    return found


def _agree(texts: Sequence[str], looks: Callable[[str], bool]) -> bool:
    return len(texts) > 2 and sum(map(looks, texts)) >= _NEARLY_ALL * len(texts)
