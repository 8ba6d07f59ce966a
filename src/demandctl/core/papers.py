"""The papers that a first co-operation must have on file (C 1.5.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable

PAPERS = (
    "客户信息登记", "送货申请表", "营业执照", "担保书", "购销合同", "安全生产许可证", "土地使用证复印件", "开票资料",
)  # fmt: skip
"""Each, in the order in which it is asked for."""


def missing(on_file: Iterable[str]) -> list[str]:
    """Those that are not on file yet."""
    there = set(on_file)
    return [paper for paper in PAPERS if paper not in there]
