"""Targets: a number and a unit on a clock, and how late something is by them. Pure and cheap, for reading too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from demandctl.core.worktime import Calendar

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


_WORDS = {"m": "分钟", "h": "小时", "d": "天", "w": "周"}


_SAID = re.compile("(\\d+)(分钟|小时|天|周|个工作日)(（上班时间）)?")


class Target(NamedTuple):
    """A number and a unit (``m h d w``, for delays also ``mo``) on a clock, ``work`` or ``wall``."""

    amount: int
    unit: str
    clock: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``15m work`` or ``24h wall``; without a clock it is ``work``. ValueError says what is wrong."""
        parts = text.split()
        clock = parts[1] if len(parts) == 2 else "work"
        digits = parts[0].rstrip("mhdwo") if parts else ""
        unit = parts[0][len(digits) :] if parts else ""
        if (
            len(parts) not in (1, 2)
            or not digits.isascii()
            or not digits.isdecimal()
            or unit not in ("m", "h", "d", "w")
        ):
            raise ValueError(f"“{text}”不是时限，应写成 15m work、4h work、1d work、24h wall 这样")
        if clock not in ("work", "wall"):
            raise ValueError(f"“{text}”的时钟只能是 work（上班时间）或 wall（日夜都算）")
        if clock == "work" and unit == "w":
            raise ValueError(f"“{text}”：work 时钟不用 w，请写成 5d work")
        if int(digits) > 10_000:
            raise ValueError(f"“{text}”太大")
        return cls(int(digits), unit, clock)

    def __str__(self) -> str:
        return f"{self.amount}{self.unit} {self.clock}"

    @property
    def words(self) -> str:
        """As people say it: 2 小时（上班时间）, 1 个工作日."""
        if self.clock == "work" and self.unit == "d":
            return f"{self.amount} 个工作日" if self.amount else "当天下班前"
        return f"{self.amount} {_WORDS[self.unit]}" + ("（上班时间）" if self.clock == "work" else "")

    @classmethod
    def said(cls, text: str) -> str:
        """What ``words`` has written as the ledger stores it; empty for any other text."""
        told = _SAID.fullmatch("".join(text.split()))
        if told is None:
            return ""
        unit = next(unit for unit, word in {**_WORDS, "d": "个工作日"}.items() if word == told[2]) if told else ""
        return str(cls(int(told[1]), unit, "work" if told[3] or unit == "d" else "wall"))

    def due(self, start: datetime, calendar: Calendar, closing: bool = False) -> datetime:
        """When the target is used up; ``closing`` moves it to closing time, of the next worked day if that is off."""
        if self.clock == "work":
            if self.unit == "d":
                return calendar.add_days(start, self.amount)
            return calendar.add(start, timedelta(minutes=self.amount * (60 if self.unit == "h" else 1)))
        due = start + self.amount * _UNITS[self.unit]
        return calendar.closing(calendar.working_day(calendar.local_day(due))) if closing else due


def level(due: datetime, now: datetime, steps: Sequence[Target], calendar: Calendar) -> int:
    """0 not late, 1 late, then one more for each escalation step passed; steps count opening time from the due time."""
    if now <= due:
        return 0
    return 1 + sum(1 for step in steps if now > step.due(due, calendar))


def late_minutes(due: datetime, now: datetime, clock: str, calendar: Calendar) -> int:
    """Whole minutes past due on a clock (``wall``, anything else ``work``)."""
    late: timedelta = now - due if clock == "wall" else calendar.worked(due, now)
    return int(late.total_seconds()) // 60
