"""Names as people type them without an input method: 张三 is found by ``zs`` and by ``zhangsan``. Pure.

The readings come from ``data/pinyin.tsv``: the package they were made from takes 0.3 s to import, which every command
that records a customer would pay.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from demandctl import DATA
from demandctl.language.figures import narrow


class _Syllables(NamedTuple):
    """The file as text, looked through for each character: quicker than taking it apart for the few of a name."""

    text: str
    surnames: dict[str, str]

    def reading(self, char: str) -> str:
        """How a character is read, empty when it is none of ours."""
        at = self.text.find(char) if "\u4e00" <= char <= "\u9fa5" else -1
        if at < 0:
            return ""
        start = self.text.rfind("\n", 0, at) + 1
        return self.text[start : self.text.index("\t", start)]


@cache
def _table() -> _Syllables:
    text = (DATA / "pinyin.tsv").read_text(encoding="utf-8")
    _, _, rest = text.partition("\n~")
    surnames, _, syllables = rest.partition("\n")
    return _Syllables(syllables, {word[0]: word[1:] for word in surnames.split()})


def spelled(*names: str) -> str:
    """What the names are found by, stored with them: of each the full pinyin and the initials, parted by blanks."""
    return " ".join(dict.fromkeys(key for name in names if name for key in _keys(name)))


def _keys(name: str) -> list[str]:
    full, initials = "", ""
    table = _table()
    for place, char in enumerate(narrow(name).lower()):
        surname = table.surnames.get(char) if place == 0 and len(name) < 5 else None
        syllable = surname or table.reading(char) or (char if char.isascii() and char.isalnum() else "")
        full += syllable
        initials += syllable[:1]
    return [full, initials] if full else []


def typed(text: str) -> str:
    """The text as pinyin is looked for, empty when it cannot be meant as pinyin."""
    key = text.strip().lower().replace(" ", "").replace("'", "")
    return key if len(key) > 1 and key.isascii() and key.isalnum() and not key.isdecimal() else ""
