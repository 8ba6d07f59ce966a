"""The official notice of a year's holidays 关于部分节假日安排的通知: text -> days off and days worked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from demandctl.errors import UsageError
from demandctl.language.festivals import festivals
from demandctl.language.figures import narrow

NAMES = {
    "元旦": "元旦", "春节": "春节", "清明": "清明", "劳动节": "劳动节", "五一": "劳动节", "端午": "端午",
    "中秋": "中秋", "国庆": "国庆节",
}  # fmt: skip
"""Holidays by what a notice may call them."""


class HolidayNotice(NamedTuple):
    """What a notice says of its year: days off and weekend days worked, each with the name of its holiday."""

    year: int
    closed: dict[date, str]
    opened: dict[date, str]


_BESIDE = re.compile(r"[（(][^）)]*[）)]")
_ITEM = re.compile(r"^[一二三四五六七八九十\d]+[、.．]")
_DAY = r"(?:(?P<y{0}>\d{{4}})年)?(?:(?P<m{0}>\d{{1,2}})月)?(?P<d{0}>\d{{1,2}})日"
_SPAN = re.compile(_DAY.format("a") + r"(?:\s*(?:至|到|-|—|~|～)\s*" + _DAY.format("b") + ")?")
_SAID_ASIDE = re.compile("国务院批准|根据|现将|鼓励|带薪|通知如下|妥善|值班|安全|国务院办公厅$|各省|印发|发布|来源")
"""Sentences of a notice that name days without deciding about them, or name none."""


def parse_notice(text: str) -> HolidayNotice:
    """Read a notice; UsageError names the sentence that is not understood, or what is missing."""
    plain = narrow(text)
    year = _year(plain)
    closed: dict[date, str] = {}
    opened: dict[date, str] = {}
    names: list[str] = []
    for sentence in _sentences(plain):
        names = _named(sentence) or names
        days = list(_days(_BESIDE.sub("", sentence), year))
        if not days or _SAID_ASIDE.search(sentence) or re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", sentence):
            continue
        off, work = "放假" in sentence or "休息" in sentence, sentence.endswith("上班")
        if not names or off == work:
            raise UsageError(f"放假通知里这一句看不懂：{sentence[:60]}", "把官方通知的原文整段贴进来；没有改动日历")
        target = closed if off else opened
        for day in days:
            target[day] = _name_of(day, names)
    if len(set(closed.values())) < len(set(NAMES.values())):
        lacking = "、".join(name for name in dict.fromkeys(NAMES.values()) if name not in closed.values())
        raise UsageError(f"放假通知里没有读到：{lacking}", "把官方通知的原文整段贴进来；没有改动日历")
    if wrong := next((day for day in opened if day.weekday() < 5 or day in closed), None):
        raise UsageError(f"放假通知里 {wrong.isoformat()} 既不是周末又说上班，对不上年份吗", "没有改动日历")
    return HolidayNotice(year, closed, opened)


def _year(text: str) -> int:
    title = re.search(r"(20\d\d)年(?:部分)?节假日", text) or re.search(r"(20\d\d)年元旦", text)
    if not title:
        raise UsageError("看不出是哪一年的放假通知", "通知里要有“关于20××年部分节假日安排的通知”这一句")
    return int(title[1])


def _sentences(text: str) -> Iterator[str]:
    """The sentences, each item's number taken off; what follows a name and a colon stays with it."""
    for part in re.split(r"[。；;\n\r]+|(?<=上班)[,，]", text):
        if part.strip():
            yield _ITEM.sub("", "".join(part.split()))


def _named(sentence: str) -> list[str]:
    head = re.split(r"[:：]", sentence)[0] if re.search("[:：]", sentence) else ""
    return list(dict.fromkeys(NAMES[word] for word in re.findall("|".join(NAMES), head)))


def _days(sentence: str, year: int) -> Iterator[date]:
    month = 0
    for found in _SPAN.finditer(sentence):
        month = int(found["ma"] or month)
        first = _day(int(found["ya"] or year), month, int(found["da"]), sentence)
        last = first
        if found["db"]:
            month = int(found["mb"] or month)
            last = _day(int(found["yb"] or first.year), month, int(found["db"]), sentence)
        if not timedelta() <= last - first <= timedelta(days=15):
            raise UsageError(f"放假通知里这一段的日子不对：{sentence[:60]}", "没有改动日历")
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _day(year: int, month: int, day: int, sentence: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UsageError(f"放假通知里没有这一天：{sentence[:60]}", "没有改动日历") from error


def _name_of(day: date, names: list[str]) -> str:
    """The holiday that a day belongs to; where two share their days off, the festival itself has its own day."""
    moving = festivals(day.year)
    if len(names) > 1 and moving and "中秋" in names:
        return "中秋" if day == moving.moon else next(name for name in names if name != "中秋")
    return names[0]
