"""The text of a 跟进记录 cell taken apart into its dated entries: when, who, what. Pure."""

# ruff: noqa: E501  (patterns and tables of words: a line is an entry)

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from demandctl.core.months import last_of
from demandctl.imports.cells import CoveredTime, Unreadable, moment
from demandctl.imports.names import is_full_name
from demandctl.language.figures import WEEKDAY, in_digits, narrow

_TITLES = "(?:经理|主任|工程师|工|师傅|总|总监|部长|主管|专员|老师)?"


class DatedEntry(NamedTuple):
    """One dated entry: a naive time, who (empty where the text does not say), what, and the words it came from."""

    at: date | datetime | None
    by: str
    text: str
    raw: str


_NUMBERED = r"(?:[①-⑳⑴-⒇]|[(]\d{1,2}[)]|\d{1,2}[、)]|\d{1,2}\.(?=\s|\d{4}[年./\-]|\d{1,2}月)|第?[一二三四五六七八九十]{1,2}[、.次]|[-•·*●★◆>])?\s*"
_DATE = (
    r"(?:\d{4}\s*[年./\-]\s*|\d{2}(?:年|[./\-](?=\d{1,2}[./\-]\d)))?\d{1,2}\s*(?:月\s*\d{1,2}\s*[日号]?|[./\-]\s*\d{1,2}(?!\d)(?!\s*(?:万|吨|米|元|%|折|个|台|方|寸|公里|小时|天|[./\-]\d))[日号]?)"
    r"|20\d{6}(?!\d)"
)
_CLOCK = (
    rf"(?:\s*[(]?{WEEKDAY}[)]?)?"
    r"(?:[ T]*(?:凌晨|早上|上午|中午|下午|傍晚|晚上|晚)?\s*\d{1,2}\s*(?:[:：]\s*\d{2}(?:[:：]\d{2})?|[点时](?:半|\s*\d{1,2}\s*分?)?)|\s*(?:上午|中午|下午|晚上))?"
)
_HEAD = re.compile(rf"[\[【(（]?\s*({_DATE})({_CLOCK})\s*[\]】)）]?\s*")
_NAMED = r"(?:[一-鿿]{2,4}[ 　]*)?"
_START = re.compile(
    rf"(?:^|(?<=[\n；;。|→⇒>]))[ \t　]*{_NUMBERED}{_NAMED}(?=[\[【(（]?\s*(?:{_DATE}))"
    rf"|(?<=[^\s\d])(?:[①-⑳⑴-⒇]\s*|[ \t]{{2,}}|\s*(?=[\[【]))(?=[\[【(（]?\s*(?:{_DATE}){_CLOCK}\s*[\]】一-鿿A-Za-z：:，,])"
    rf"|(?<=[\s，,、])(?=(?:{_DATE}){_CLOCK}\s*[^\s\d：:，,。；;]{{0,8}}[：:])",
    re.MULTILINE,
)
_COMMA_START = re.compile(rf"(?<=[，,、])[ \t　]*(?=(?:{_DATE}))")
"""In a text that begins with a date, a date after a comma begins another entry."""
_BY = re.compile(rf"\s*[\[【(（]?([一-鿿·]{{2,8}}?){_TITLES}[\]】)）]?\s*[：:]\s*")
_BY_BRACKETS = re.compile(rf"\s*[\[【(（]([一-鿿·]{{2,5}}){_TITLES}[\]】)）]\s*")
_SIGNED = re.compile(rf"[\s，,。；;]*(?:[—\-–]{{1,2}}|[(（\[【])\s*([一-鿿·]{{2,5}}){_TITLES}\s*[)）\]】]?\s*$")
_BLANKED = re.compile(rf"\s*([一-鿿]{{2,4}}?){_TITLES}[ 　,，、\-—/|]+(?=\S)")
_ENDED_BY = re.compile(
    rf"^(.*?)\s*[(（\[【]\s*([一-鿿·]{{2,4}}?)?{_TITLES}[ 　,，]*({_DATE})({_CLOCK})[ 　,，]*([一-鿿·]{{2,4}}?)?{_TITLES}\s*[)）\]】]\s*[。；;，,]?$"
)
_TITLE_FIRST = re.compile("^(?:经理|主任|工程师|师傅|总监|部长|主管|专员|老师)")
_NOT_A_NAME = re.compile(
    "客户|用户|反馈|进展|结果|备注|回复|情况|跟进|说明|电话|微信|联系|沟通|回访|处理|报价|分公司|对方|已经|安排|上门|今天|目前|更新|进度|计划"
)


def entries(
    text: str, period: CoveredTime, today: date, raised: date | None, people: Collection[str]
) -> list[DatedEntry]:
    """The entries of a cell, in its order; an undated beginning or an undated whole is one entry without a time.

    *people* are names known to follow up: a name before a colon counts when it is one of them, or looks like a name.
    """
    whole = text.strip()
    if not whole:
        return []
    even = narrow(whole)
    starts: list[tuple[int, int]] = []
    marks = [match.span() for match in _START.finditer(even)]
    if marks and _HEAD.match(even, marks[0][1]) and not even[: marks[0][0]].strip():
        marks = sorted([*marks, *(match.span() for match in _COMMA_START.finditer(even))])
    for span in marks:
        if not starts or span[0] > starts[-1][1]:
            starts.append(span)
    starts = [span for span in starts if _is_start(even[slice(*span)], people)]
    if not starts and (signed := _signed_lines(whole, period, today, raised, people)):
        return signed
    found: list[DatedEntry] = []
    before = whole[: starts[0][0]].strip(" \n；;") if starts else whole
    if before:
        by, rest = _person(before, people)
        found.append(DatedEntry(None, by, rest or before, before))
    after = raised
    for number, (begin, body) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(whole)
        raw = whole[begin:end].strip(" \n\t　；;|")
        entry = _entry(whole[body:end], raw, period, today, after, people)
        named = _NAME_AT_END.search(whole[begin:body])
        if named and not entry.by and entry.at is not None and _is_name(named[1], people):
            entry = entry._replace(by=named[1])
        if entry.at is None and found:
            last = found[-1]
            found[-1] = last._replace(text=f"{last.text}\n{raw}", raw=f"{last.raw}\n{raw}")
            continue
        found.append(entry)
        if raised is None and entry.at is not None:
            after = entry.at.date() if isinstance(entry.at, datetime) else entry.at
    return found


_NAME_AT_END = re.compile(r"([一-鿿]{2,4})[ 　]*$")


def _is_start(mark: str, people: Collection[str]) -> bool:
    """Whether what stands before a date opens an entry: nothing, a number, or a name."""
    named = _NAME_AT_END.search(mark)
    return named is None or mark.strip().startswith("第") or _is_name(named[1], people)


def _signed_lines(
    whole: str, period: CoveredTime, today: date, raised: date | None, people: Collection[str]
) -> list[DatedEntry]:
    """The entries of a cell each line of which ends in who and when: 已报价（罗敏 3/8）. Empty when one does not."""
    found: list[DatedEntry] = []
    for line in filter(None, (part.strip() for part in whole.split("\n"))):
        match = _ENDED_BY.match(narrow(line))
        if match is None:
            return []
        try:
            at = moment(f"{match[3]}{match[4]}", period, today, raised)
        except Unreadable:
            return []
        name = match[2] or match[5] or ""
        found.append(DatedEntry(at, name if _is_name(name, people) else "", match[1].strip() or line, line))
    return found


def _entry(
    body: str, raw: str, period: CoveredTime, today: date, after: date | None, people: Collection[str]
) -> DatedEntry:
    head = _HEAD.match(narrow(body))
    if head is None:
        return DatedEntry(None, "", raw, raw)
    try:
        at = moment(f"{head[1]}{head[2]}", period, today, after)
    except Unreadable:
        return DatedEntry(None, "", raw, raw)
    rest = body[head.end() :].strip(" \n\t　；;|").lstrip("：:，,、.。—–- ")
    by, rest = _person(rest, people)
    return DatedEntry(at, by, rest.strip() or raw, raw)


def _person(text: str, people: Collection[str]) -> tuple[str, str]:
    """Who an entry is by, and the rest of it."""
    for pattern in (_BY, _BY_BRACKETS):
        match = pattern.match(text)
        if match and _is_name(match[1], people):
            return match[1], text[match.end() :]
    match = _BLANKED.match(text)
    if match and match[1] in people:
        return match[1], text[match.end() :]
    for length in (4, 3, 2):
        if (name := text[:length]) in people and len(text) > length + 1:
            return name, _TITLE_FIRST.sub("", text[length:])
    match = _SIGNED.search(text)
    if match and _is_name(match[1], people) and match.start():
        return match[1], text[: match.start()]
    return "", text


def _is_name(text: str, people: Collection[str]) -> bool:
    return text in people or (not _NOT_A_NAME.search(text) and is_full_name(text))


# -- columns of a day, a week or a month each --------------------------------------------------------------------

_WEEK = re.compile(r"(?:(\d{1,2})月)?第?(\d{1,2})周|[wW](?:eek)?\s*(\d{1,2})")
_DAY_IN_TITLE = re.compile(rf"{_DATE}")
_SHORT_END = re.compile(r"[-~—–至到]\s*(\d{1,2})\s*[日号]?(?![\d.月/])")
_MONTH = re.compile(r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})月(?:份)?")
_THIRDS = {"上": 10, "中": 20}


def title_day(title: str, period: CoveredTime, today: date, after: date) -> tuple[bool, date | None]:
    """Whether a header names a day, a week or a month, and the last day of that, never one to come."""
    text = in_digits(narrow(title)).replace(" ", "")
    found = _named_day(text, period, today, after)
    named = found is not None or _WEEK.match(text) is not None or _MONTH.match(text) is not None
    return named, min(found, today) if found else None


def _named_day(text: str, period: CoveredTime, today: date, after: date) -> date | None:
    year = period.years[-1] if period.years else after.year
    if week := _WEEK.match(text):
        month = int(week[1]) if week[1] else period.month
        number = int(week[2] or week[3])
        if month and number < 6:
            return _end_of_month(year, month, number * 7)
        return date.fromisocalendar(year, number, 5) if 0 < number < 53 else None
    days = [match[0] for match in _DAY_IN_TITLE.finditer(text)]
    if days:
        try:
            found = moment(days[-1], period, today, None if period.years else after)
        except Unreadable:
            return None
        last = found.date() if isinstance(found, datetime) else found
        short = _SHORT_END.search(text)
        return _end_of_month(last.year, last.month, int(short[1])) if short and len(days) == 1 else last
    if month_only := _MONTH.match(text):
        third = next((day for mark, day in _THIRDS.items() if f"月{mark}旬" in text), 31)
        return _end_of_month(int(month_only[1] or year), int(month_only[2]), third)
    return None


def _end_of_month(year: int, month: int, day: int) -> date | None:
    """The day of a month, its last one where it has no such day."""
    return date(year, month, min(day, last_of(date(year, month, 1)).day)) if 1 <= month <= 12 and day > 0 else None
