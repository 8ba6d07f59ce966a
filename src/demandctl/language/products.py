"""Machines by the names that customers and directories have for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

NAMES = (
    ("泵车", "天泵", "臂架泵"),
    ("搅拌车", "罐车", "砼车", "搅拌运输车"),
    ("搅拌站", "拌合站", "拌和站"),
    ("挖掘机", "挖机", "钩机", "勾机"),
)
"""What one machine is called."""

LINES = (
    *NAMES,
    ("拖泵", "地泵"),
    ("起重机", "吊车", "汽车吊", "随车吊", "履带吊"),
    ("装载机", "铲车"),
    ("旋挖",),
)
"""What belongs to one product line: the names of a machine, and machines that the same people sell and repair."""


def line_of(lines: Iterable[str], product: str) -> str:
    """The product line that a product as written belongs to: 泵车 for 37米泵车, 起重机 for 25吨汽车吊; else empty."""
    wanted = product.strip().lower()
    alike = [words for words in LINES if any(word in wanted for word in words)]
    for line in (text.strip() for text in lines if text.strip() and wanted):
        named = line.lower()
        if named in wanted or wanted in named or any(word in named for words in alike for word in words):
            return line
    return ""
