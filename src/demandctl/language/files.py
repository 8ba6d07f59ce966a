"""Names and sizes of files as people give and read them. Pure."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 80
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_SEEN = {"Cc": "", "Cf": "", "Cs": "_"}
"""Marks that are not seen, or are none at all."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


def harmless(name: str) -> str:
    """A file name that does no harm wherever it is shown or written: one line, no path, nothing hidden or reversed.

    Windows reserves some names, and forbids some characters and a dot at the end.
    """
    seen = "".join(" " if mark.isspace() else _SEEN.get(unicodedata.category(mark), mark) for mark in name)
    plain = re.sub(" +", " ", _FORBIDDEN.sub("_", seen)).strip(" .").lstrip("-~") or "附件"
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST:
        ending = ending[:12] if stem else ""
        plain = f"{(stem or plain)[: _LONGEST - len(ending) - 1]}{dot}{ending}"
    return plain


def size_of(count: int) -> str:
    """How large a file is: ``820 B``, ``12 KB``, ``1.4 MB``."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"
