"""Text as it may stand in a cell: what people typed stays text, in Excel and in CSV. Pure.

- A control character, and whatever XML cannot hold, is written as Excel writes it: ``_x000B_``. Excel, LibreOffice and
  calamine read it back; a text that itself looks so has its underscore written out (``_x005F_``).
- CSV knows no types: a text that a spreadsheet would run gets an apostrophe in front. One that already stands there
  counts to the text, so taking one apostrophe away gives back what was typed (:func:`unguarded`).
"""

from __future__ import annotations

import re

CELL_LIMIT = 32_767
"""How many UTF-16 units a cell holds."""
CUT = "……（太长，下略）"

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_x")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FORMULA = re.compile("'*[=+\\-@\t\r\n|＝＋－＠]")


def inert(text: str) -> str:
    """The text with control characters in Excel's spelling."""
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def readable(text: str) -> str:
    """What :func:`inert` was given."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def xml(text: str) -> str:
    """The text as the content of an element of XML, cut to what a cell holds."""
    if len(text) > CELL_LIMIT // 2:
        text = fitted(text)
    if _UNSAFE.search(text) is None:
        return text
    return inert(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fitted(text: str) -> str:
    """The text, cut with a word about it where a cell cannot hold it."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= CELL_LIMIT:
        return text
    room = (CELL_LIMIT - len(CUT)) * 2
    return text.encode("utf-16-le", "surrogatepass")[:room].decode("utf-16-le", "ignore") + CUT


def guarded(text: str) -> str:
    """The text as a field of CSV that no spreadsheet runs."""
    text = inert(text)
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What :func:`guarded` was given."""
    return readable(text[1:] if text.startswith("'") and _FORMULA.match(text) else text)
