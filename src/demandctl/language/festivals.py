"""Festivals of the year, and the days that are off by law whatever a year's notice says. The table is data. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from demandctl import DATA


class Festivals(NamedTuple):
    """The days of one year that move: by the moon, and Qingming by the sun."""

    spring: date
    qingming: date
    dragon: date
    moon: date


@cache
def _table() -> dict[int, Festivals]:
    found: dict[int, Festivals] = {}
    for line in (DATA / "festivals.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            year, *days = line.split("\t")
            found[int(year)] = Festivals(*(date.fromisoformat(f"{year}-{day}") for day in days))
    return found


def festivals(year: int) -> Festivals | None:
    """The moving festivals of a year; None outside 2004 to 2099."""
    return _table().get(year)


def legal_days(year: int) -> dict[date, str]:
    """The days off by law (全国年节及纪念日放假办法, as of 2025), each with its name; empty outside 2004 to 2099."""
    moving = festivals(year)
    if moving is None:
        return {}
    eve = moving.spring - timedelta(days=1)
    days = {date(year, 1, 1): "元旦", moving.qingming: "清明", moving.dragon: "端午", moving.moon: "中秋"}
    days |= {eve + timedelta(days=n): "春节" for n in range(4)}
    days |= {date(year, 5, day): "劳动节" for day in (1, 2)}
    return days | {date(year, 10, day): "国庆节" for day in (1, 2, 3)}
