"""Traditional and Cantonese characters as simplified ones, one for one: every place stays where it was. Pure."""

from __future__ import annotations

from functools import cache

from demandctl import DATA


@cache
def _table() -> dict[int, int]:
    lines = [line for line in (DATA / "traditional.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return str.maketrans(*lines)


def simplified(text: str) -> str:
    """``我哋台吊機斷咗`` is ``我们台吊机断了``."""
    return text if text.isascii() else text.translate(_table())
