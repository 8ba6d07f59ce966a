"""What people wrote into a cell: dates, phones, amounts, yes and no, words of the domain. Pure.

``Unreadable`` says why a cell cannot be taken. Nothing is guessed where two readings are equally likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from demandctl.errors import UsageError
from demandctl.imports.files.sheet import Cell
from demandctl.language import figures, phones
from demandctl.language.figures import narrow
from demandctl.language.subject import About, read_number
from demandctl.store.values import Columns


class Unreadable(ValueError):
    """Why a cell cannot be taken."""


_OURS = 10**6
"""Numbers from here on that no letter marks as ours are phones, dates and other people's numbering."""


def plain(value: Cell) -> str:
    """The text of a cell as it is kept: trimmed, whole numbers without a point, line breaks as ``\\n``."""
    if type(value) is str:
        return value.replace("\r\n", "\n").replace("\r", "\n").strip() if "\r" in value else value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    return str(value).strip()


@lru_cache(maxsize=65_536, typed=True)
def our_number(value: Cell, about: About, *, bare: bool = True) -> int | None:
    """The number of a cell that names a demand (or a customer, a revisit) of ours; None for any other numbering."""
    lettered = read_number(plain(value), about, bare=False)
    number = read_number(plain(value), about) if lettered is None and bare else lettered
    return number if number and number < (_OURS if lettered is None else 10 * _OURS) else None


def one_line(value: Cell) -> str:
    """The text of a cell on one line, blanks inside it single."""
    return " ".join(value.split() if type(value) is str else plain(value).split())


NOTHING = frozenset({
    "", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "未知", "不详", "n/a", "na", "none", "null", "未留",
    "空",
})  # fmt: skip
"""How people write that there is nothing to write."""


def is_nothing(value: Cell) -> bool:
    """Whether a cell says that there is nothing."""
    if type(value) is str:
        return not value or (len(value) < 9 and value.strip().lower() in NOTHING)
    return value is None


# -- dates -------------------------------------------------------------------------------------------------------


class CoveredTime(NamedTuple):
    """The time that a table covers, as its title, its sheet or its file name says; it lends dates their year."""

    years: tuple[int, ...] = ()
    month: int | None = None
    latest: date | None = None
    """The day it was filled in."""


_FILLED = re.compile(
    r"(?:填[表报写]|制表|打印|导出|报送|编制|更新)(?:日期|时间)?[:：]?\s*(\d{4}[年./-]\d{1,2}[月./-]\d{1,2}日?)"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|[./\-~—至]|\D|$)")
_MONTH = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])月(?:份)?(?![\d日]|\s*[-~—至到]\s*\d)")


def period_of(texts: Iterable[str], today: date) -> CoveredTime:
    """What the title, the sheet's name and the file's name say about time; the first of them that names a year wins."""
    month: int | None = None
    latest: date | None = None
    for raw in texts:
        text = figures.in_digits(narrow(raw)) if "月" in raw else narrow(raw)
        for found in _FILLED.findall(text):
            try:
                day = moment(found, CoveredTime(), today)
                latest = day.date() if isinstance(day, datetime) else day
            except Unreadable:
                pass
        text = _FILLED.sub(" ", text)
        months = _MONTH.findall(text)
        if month is None and len(months) == 1:
            month = int(months[0])
        if years := tuple(sorted({int(year) for year in _YEAR.findall(text)})):
            return CoveredTime(years[:1] + years[-1:] if len(years) > 1 else years, month, latest)
    return CoveredTime((), month, latest)


_DATE = re.compile(
    r"(?:(?P<year>\d{4}|\d{2}(?=\s*年|[./\-]\d{1,2}[./\-]\d))\s*[年./\-—–、,]\s*)?"
    r"(?P<month>\d{1,2})\s*[月./\-—–、,]\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?"
)
_COMPACT = re.compile(r"(?P<year>20\d\d|19\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)")
_DAY_ONLY = re.compile(r"(?P<day>\d{1,2})\s*(?:[日号]|$)")
_WEEKDAY = re.compile(rf"\s*[(\[【]?{figures.WEEKDAY}[)\]】]?")
_CLOCK = re.compile(
    r"[\sT,，]*(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|早|AM|PM|am|pm)?\s*"
    r"(?:(?P<hour>\d{1,2})\s*[:点时.]\s*(?:(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2})?)?|(?P<half>半|一刻|三刻|整)?)"
    r"(?:\.\d+)?\s*[分秒]?\s*(?P<after>AM|PM|am|pm)?)?"
)
_UNTIL = re.compile(r"\s*(?:[-~—–至到、,/].*)?$", re.DOTALL)
_LATE = ("下午", "傍晚", "晚上", "晚", "pm")
_HALVES = {"半": 30, "一刻": 15, "三刻": 45}
_SERIALS = (20_000, 80_000)  # 1954 to 2119: what a date looks like whose cell lost its format


def moment(value: Cell, period: CoveredTime, today: date, after: date | None = None) -> date | datetime:
    """The date of a cell, with its time where it has one; naive, in the time of the ledger's people.

    A missing year is the period's; else the earliest that is not before *after* (what must come later than that), else
    the latest that is not in the future. Unreadable for what is no date.
    """
    if isinstance(value, datetime):
        return _whole(value)
    if isinstance(value, date):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _from_number(float(value), period, today, after)
    text = narrow(plain(value)).strip(" '\t\n。；;.、")
    try:
        return _written(text, period, today, after)
    except Unreadable:
        other = _respelled(text)
        if other == text:
            raise
    return _written(other, period, today, after)


def _written(text: str, period: CoveredTime, today: date, after: date | None) -> date | datetime:
    if (match := _YEAR_LAST.match(text)) is not None:
        return _existing(*_year_last(match), text)
    match = _COMPACT.match(text) or _DATE.match(text)
    if match is None:
        return _odd_date(text, period, today, after)
    day = _day(match.groupdict(), period, today, after, text)
    return _with_clock(day, text[match.end() :], text)


_YEAR_LAST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-]((?:19|20)\d\d)(?!\d)\s*$")
_SEPARATED = re.compile(r"(?<=\d)\s*[。·\\_]\s*(?=\d)|(?<=\d)[.]{2,}(?=\d)")
_ROUND = re.compile(r"[(\[【](.*?)[)\]】]\s*")
_WEEKDAY_FIRST = re.compile(rf"^{figures.WEEKDAY}\s*(?=\d)")
_FIGURES = re.compile(
    r"(?<![周期拜])[〇零一二三四五六七八九十]+(?=[年月日号点时分])|(?<=点)[〇零一二三四五六七八九十]+"
)
_OFFSET = re.compile(r"(?<=\d)\+08:?00$")
_RUN = re.compile(r"^(20\d{6})(\d\d)(\d\d)(?:\d\d)?$")


def _year_last(match: re.Match[str]) -> tuple[int, int, int]:
    one, two, year = (int(group) for group in match.groups())
    if one != two and one < 13 and two < 13:
        raise Unreadable(f"“{match[0]}”分不清哪个是月、哪个是日，请写成 {year}-03-05 这样")
    return (year, two, one) if one > 12 else (year, one, two)


def _respelled(text: str) -> str:
    """A date in other signs, or in Chinese figures: 二〇二五年三月七日, (3月7日), 周五 3.7."""
    text = _RUN.sub(r"\1 \2:\3", _OFFSET.sub("", text))
    text = _SEPARATED.sub(".", _WEEKDAY_FIRST.sub("", text))
    if inside := _ROUND.match(text):
        text = f"{inside[1]} {text[inside.end() :]}".strip()
    return figures.in_digits(text) if _FIGURES.search(text) else text


def _whole(value: datetime) -> date | datetime:
    """Excel keeps fractions of a day: rounded to the second; midnight sharp is a date without a time."""
    if value.microsecond:
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if value.tzinfo is not None:
        value = value.replace(tzinfo=None)
    return value if value.hour or value.minute or value.second else value.date()


def _from_number(number: float, period: CoveredTime, today: date, after: date | None) -> date | datetime:
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _whole(datetime(1899, 12, 30) + timedelta(days=number))
    if number.is_integer() and (19_000_000 < number < 21_000_000 or 100_000 < number < 1_000_000):
        return moment(str(int(number)), period, today, after)
    text = f"{number:g}"
    month, _, days = text.partition(".")
    if 1 <= number < 13 and days:
        if days in ("1", "2", "3"):
            raise Unreadable(f"分不清是 {month}月{days}日 还是 {month}月{days}0日，请写成 {month}月{days}日")
        return _day({"month": month, "day": days}, period, today, after, text)
    if period.month and number.is_integer() and 1 <= number < 32:
        return _day({"month": str(period.month), "day": text}, period, today, after, text)
    raise Unreadable(f"“{text}”不是日期")


def _odd_date(text: str, period: CoveredTime, today: date, after: date | None) -> date | datetime:
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _from_number(float(text), period, today, after)
    if re.fullmatch(r"\d{6}", text) and today.year - 5 <= 2000 + int(text[:2]) <= today.year:
        return _existing(2000 + int(text[:2]), int(text[2:4]), int(text[4:]), text)
    only = _DAY_ONLY.match(text)
    if only and period.month:
        day = _day({"month": str(period.month), "day": only["day"]}, period, today, after, text)
        return _with_clock(day, text[only.end() :], text)
    raise Unreadable(f"“{text[:30]}”不是日期，可写 2026-03-05 或 2026-03-05 14:20")


def _with_clock(day: date, rest: str, text: str) -> date | datetime:
    if weekday := _WEEKDAY.match(rest):
        rest = rest[weekday.end() :]
    clock = _CLOCK.match(rest)
    assert clock is not None
    end = rest[clock.end() :]
    if (weekday := _WEEKDAY.match(end)) and clock["hour"] is None:
        end = end[weekday.end() :]
    if not _UNTIL.fullmatch(end) and not re.fullmatch(r"\s*\(.*\)\s*", end):
        raise Unreadable(f"“{text[:30]}”不是日期，可写 2026-03-05 或 2026-03-05 14:20")
    if clock["hour"] is None:
        return day
    found = _time(clock)
    if found is None:
        raise Unreadable(f"“{text[:30]}”里的钟点不对")
    if found == time() and not clock["part"]:
        return day  # 00:00:00 is what a program writes for a day
    return datetime.combine(day, found)


def _time(match: re.Match[str]) -> time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or _HALVES.get(match["half"] or "", 0))
    part = (match["part"] or match["after"] or "").lower()
    if part in _LATE and hour < 12:
        hour += 12
    if part == "中午" and hour < 3:
        hour += 12
    if part == "am" and hour == 12:
        hour = 0
    try:
        return time(hour, minute, int(match["second"] or 0))
    except ValueError:
        return None


def _day(parts: Columns, period: CoveredTime, today: date, after: date | None, text: str) -> date:
    month, day = int(parts["month"]), int(parts["day"])
    if year := parts.get("year"):
        return _existing(int(year) + (2000 if len(year) == 2 else 0), month, day, text)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise Unreadable(f"没有{month}月{day}日")
    if after is not None:
        later = [
            found for year in (after.year, after.year + 1) if (found := _maybe(year, month, day)) and found >= after
        ]
        if later and later[0] <= today:
            return later[0]
        return _existing(after.year, month, day, text)
    last = period.latest or today
    if len(period.years) == 1:
        return _existing(period.years[0], month, day, text)
    for year in range(last.year, last.year - 9, -1):
        found = _maybe(year, month, day)
        if found and found <= last and (not period.years or period.years[0] <= year <= period.years[-1]):
            return found
    if period.years:
        return _existing(period.years[0], month, day, text)
    raise Unreadable(f"没有{month}月{day}日")


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _existing(year: int, month: int, day: int, text: str) -> date:
    found = _maybe(year, month, day)
    if found is None:
        raise Unreadable(
            f"“{text[:30]}”：{year}年{month}月没有{day}日" if 1 <= month <= 12 else f"“{text[:30]}”：没有{month}月"
        )
    return found


# -- phones, amounts, yes and no ---------------------------------------------------------------------------------

_LOST = re.compile(r"1\.\d{0,9}[eE]\+?1[01]")
"""What Excel makes of a mobile number in a .csv: its last digits are gone."""
_ZERO_GONE = re.compile(r"(?![48]00)(?:(?:10|2\d)[\-\s]?\d{8}|[3-9]\d\d[\-\s]?\d{7,8})")
"""A landline whose area code lost its zero where the cell was a number."""
_EDGES = " /、,，;；:：\n()（）"


@lru_cache(maxsize=65_536, typed=True)
def phone(value: Cell) -> tuple[str, str]:
    """The phone number of a cell in the ledger's spelling, and what else the cell says; Unreadable for a wrong one."""
    text = narrow(plain(value))
    if text.lower() in NOTHING:
        return "", ""
    if _LOST.fullmatch(text):
        raise Unreadable(f"“{text}”是科学计数，号码的后几位已经丢了，请补全")
    if re.fullmatch(r"1\.\d{10}[eE]\+?10", text):
        text = str(round(float(text)))
    if _ZERO_GONE.fullmatch(text) and (isinstance(value, float) or not text.startswith("1")):
        text = f"0{text}"
    try:
        return phones.normalise(text), ""
    except UsageError:
        pass
    if found := phones.find(text):
        rest = f"{text[: found[0].start]} {text[found[0].end :]}".strip(_EDGES)
        return found[0].phone, rest
    if re.search(r"\d{5}", text) or text.isdigit():
        raise Unreadable(f"“{text[:30]}”不像电话号码，手机 11 位，座机带区号")
    return "", text


@lru_cache(maxsize=65_536)
def without_phone(text: str) -> tuple[str, str]:
    """A name and the number written beside it: ``罗敏 13907910004`` gives both apart."""
    found = phones.find(text)
    if not found:
        try:
            return ("", phones.normalise(text)) if re.search(r"\d{7}", text) else (text, "")
        except UsageError:
            return text, ""
    rest = f"{text[: found[0].start]} {text[found[0].end :]}".strip(_EDGES)
    return rest, found[0].phone


_AROUND_AMOUNT = re.compile(r"^\s*(?:人民币|RMB|rmb|约|共|合计)[:：]?\s*|[(（][^)）]*[)）]\s*$|整\s*$")


def amount(value: Cell, title: str = "") -> str | None:
    """An amount of money in yuan as the ledger stores it: ``128万`` gives ``1280000``. The header may name the unit."""
    if is_nothing(value):
        return None
    from demandctl.language.money import read_amount, stored_amount

    text = _AROUND_AMOUNT.sub("", plain(value))
    text = re.sub(r"(?<=\d)\s*(?:[wW]|萬)(?=元?$)", "万", text)
    try:
        number = read_amount(text, "万" if "万" in title else "")
    except ValueError as error:
        raise Unreadable(f"“{text[:30]}”不是金额") from error
    if "万" in title and re.fullmatch(r"[\d,]{5,}(?:\.\d+)?", text):
        raise Unreadable(f"“{text[:30]}”：表头写的是万元，这个数像是元，请核对")
    if number < 0:
        raise Unreadable("金额不能是负数")
    return stored_amount(number)


_YES = frozenset([
    "是", "有", "对", "愿意", "可以", "能", "会", "方便", "需要", "要", "属实", "真实", "已核实", "真", "y", "yes",
    "true", "1", "已", "是的", "会的", "肯定会", "行", "好", "同意", "●", "√", "✓", "✔", "☑", "在职", "已确认", "在",
])  # fmt: skip
_NO = frozenset([
    "否", "无", "不", "没有", "不愿意", "不可以", "不能", "不会", "不方便", "不需要", "不用", "不属实", "虚假", "假",
    "n", "no", "false", "0", "x", "没", "未", "不行", "不同意", "暂不",
    "无欠款", "不欠", "×", "✗", "☐", "离职", "已离职", "不是", "未确认", "不在",
])  # fmt: skip


@lru_cache(maxsize=4096, typed=True)
def yes_no(value: Cell) -> bool | None:
    """是 or 否 in their many spellings; None for an empty cell, Unreadable for anything else."""
    if isinstance(value, bool):
        return value
    text = narrow(ticked(plain(value))).lower().rstrip("。.!")
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in NOTHING:
        return None
    raise Unreadable(f"“{text[:30]}”应是“是”或“否”")


def parts(value: Cell) -> list[str]:
    """A list that is written in one cell."""
    return [part for part in re.split(r"[、，,;；/|\s]+", plain(value)) if part and part.lower() not in NOTHING]


def joined(note: str, more: str) -> str:
    """A note with the lines of another that it does not hold yet."""
    have = note.split("\n")
    return "\n".join([*filter(None, have), *(line for line in more.split("\n") if line and line not in have)])


def whole_name(surname: str, given: str) -> str:
    """A surname and a given name: 李 and 铁柱 make 李铁柱, Tom and Lee stay apart."""
    if re.search("[一-鿿]", surname + given):
        return f"{surname}{given}"
    return f"{given} {surname}".strip()


# -- words -------------------------------------------------------------------------------------------------------

Words = Sequence[tuple[str, str]]
"""(pattern, value): the first pattern found in the text says what it means."""


def word(value: Cell, labels: dict[str, str], patterns: Words) -> str | None:
    """The value of the vocabulary that a cell means: its label or value, else by the patterns; None if neither."""
    key = (plain(value), id(labels), id(patterns))
    if key not in _FOUND:
        if len(_FOUND) > 10_000:
            _FOUND.clear()
        _FOUND[key] = _word(key[0], labels, patterns)
    return _FOUND[key]


_BOXES = re.compile("[☑☒✓✔√■●□☐○]")
_BOXED = re.compile(r"[☑☒✓✔√■●]\s*([^☑☒✓✔√■●□☐○\s　、/，,]+)")
_BOXED_AFTER = re.compile(r"([^☑☒✓✔√■●□☐○\s　、/，,（(]+)\s*[（(]?\s*[☑☒✓✔√■●]\s*[)）]?")


def ticked(text: str) -> str:
    """Of choices with boxes in one cell those that are ticked: □满意 ☑一般 is 一般; '' where none is."""
    if len(text) < 3 or not _BOXES.search(text):
        return text
    first = _BOXES.search(text)
    assert first is not None
    before = not text[: first.start()].strip(" 　（(")
    return "、".join((_BOXED if before else _BOXED_AFTER).findall(text))


_FOUND: dict[tuple[str, int, int], str | None] = {}
"""Words looked up before. Vocabularies and patterns are constants: which object they are says what they hold."""


def _word(value: str, labels: dict[str, str], patterns: Words) -> str | None:
    text = re.sub(r"\s+", "", narrow(ticked(value)))
    for known, label in labels.items():
        if text == label or text.lower() == known:
            return known
    for pattern, known in patterns:
        if re.search(pattern, text):
            return known
    return None
