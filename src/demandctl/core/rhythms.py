"""Rhythms: 每月, 每两周的周三, 每季度 as recurrence rules (RFC 5545) and back. Pure.

Whether a recurrence rule is one that can be used, ``rules`` says.
"""

from __future__ import annotations

import re

from demandctl.language.figures import number
from demandctl.vocabulary import WEEKDAYS

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNITS = {
    "天": ("DAILY", 1), "日": ("DAILY", 1), "周": ("WEEKLY", 1), "星期": ("WEEKLY", 1), "礼拜": ("WEEKLY", 1),
    "月": ("MONTHLY", 1), "季度": ("MONTHLY", 3), "季": ("MONTHLY", 3), "年": ("YEARLY", 1),
}  # fmt: skip
_SAID_OTHERWISE = (
    ("半年度?", "6月"), ("半个?月", "2周"), ("[隔双](?=周|月|年)", "2"), ("月度|按月", "月"), ("年度|按年", "年"),
    ("按周", "周"),
)  # fmt: skip
"""What means a number of units, as that."""
_RHYTHM = (
    r"(?:每隔?)?(?P<count>\d{1,3})?个?(?P<unit>季度?|[天日周月年]|星期|礼拜)(?:回访)?(?:[1一]次|[1一]回)?"
    r"(?:的?(?:周|星期|礼拜)?(?P<weekdays>[一二三四五六日天、和,，]+))?"
    r"(?:的?(?P<days>(?:\d{1,2}[号日]?|月?底|月?末|最后一天)(?:[、和,，](?:\d{1,2}[号日]?|月?底|月?末|最后一天))*))?"
)
_COUNT = "[一二两三四五六七八九十]+(?=个?(?:季|[天周月年]|星期|礼拜))"
_PARTS = "[、和,，]"


def read_rhythm(text: str) -> str:
    """The recurrence rule that a rhythm means; empty for what is none."""
    said = re.sub(r"\s", "", text)
    if re.search(r"(?i)FREQ=", said):
        return said.upper()
    said = re.sub(r"[（(].*?[）)]|定期|回访|联系|拜访|左右|至少", "", said)
    # 每周一 is a weekday and 一周一次 says how often: a number stands before its unit.
    said = re.sub(_COUNT, lambda found: str(number(found[0]) or found[0]), said)
    for pattern, meant in _SAID_OTHERWISE:
        said = re.sub(pattern, meant, said)
    found = re.fullmatch(_RHYTHM, said)
    if not found:
        return ""
    unit, times = _UNITS[found["unit"]]
    interval = int(found["count"] or 1) * times
    weekdays, days = _weekdays(found["weekdays"] or ""), _month_days(found["days"] or "")
    fits = {"WEEKLY": not days, "MONTHLY": not weekdays}.get(unit, not (weekdays or days))
    if not interval or not fits or None in days:
        return ""
    parts = [f"FREQ={unit}", f"INTERVAL={interval}" if interval > 1 else ""]
    parts += [
        f"BYDAY={','.join(weekdays)}" if weekdays else "",
        f"BYMONTHDAY={','.join(map(str, days))}" if days else "",
    ]
    return ";".join(part for part in parts if part)


def _weekdays(text: str) -> list[str]:
    return [_DAYS[WEEKDAYS.index(letter.replace("天", "日"))] for letter in text if letter in f"{WEEKDAYS}天"]


def _month_days(text: str) -> list[int | None]:
    found: list[int | None] = []
    for part in re.split(_PARTS, text) if text else ():
        digits = part.rstrip("号日")
        day = int(digits) if digits.isdecimal() else -1
        found.append(day if day == -1 or 1 <= day <= 31 else None)
    return found


def say_rhythm(repeat: str) -> str:
    """A recurrence rule as people say it; one that has no such words as it is written."""
    parts = dict(part.partition("=")[::2] for part in repeat.upper().split(";") if part)
    unit, count = parts.pop("FREQ", ""), parts.pop("INTERVAL", "1")
    weekdays, days = parts.pop("BYDAY", ""), parts.pop("BYMONTHDAY", "")
    base = _base(unit, int(count)) if count.isdecimal() else ""
    if not base or parts or (weekdays and unit != "WEEKLY") or (days and unit != "MONTHLY"):
        return repeat
    if weekdays:
        if any(day not in _DAYS for day in weekdays.split(",")):
            return repeat
        named = "、".join(WEEKDAYS[_DAYS.index(day)] for day in weekdays.split(","))
        return f"每周{named}" if base == "每周" else f"{base}的周{named}"
    named = "、".join("月底" if day == "-1" else f"{day} 号" for day in days.split(",") if day)
    if any(day[:1] == "-" and day != "-1" for day in days.split(",")):
        return repeat
    return f"{base} {named}".replace("月 月底", "月底") if days else base


def _base(unit: str, count: int) -> str:
    if unit == "MONTHLY" and count in (3, 6, 12):
        return {3: "每季度", 6: "每半年", 12: "每年"}[count]
    name = {"DAILY": "天", "WEEKLY": "周", "MONTHLY": "个月", "YEARLY": "年"}.get(unit, "")
    if not name:
        return ""
    if count == 1:
        return f"每{name.removeprefix('个')}"
    return f"每两{name}" if count == 2 else f"每 {count} {name}"
