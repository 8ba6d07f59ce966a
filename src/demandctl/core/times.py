"""Times as people write them: text and now -> date or instant, and an understood time -> text. Pure: no clock is read.

A day alone is a ``date``; hours, minutes or a time of day make an aware ``datetime`` in the calendar's zone. A
``datetime`` is a ``date`` to ``isinstance`` as well: ask for ``datetime`` first. What the grammar does not have is
refused, never guessed: a wrong promise to a customer costs more than a second try.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from demandctl.core.months import first_of, last_of, months_on
from demandctl.core.worktime import Calendar
from demandctl.errors import UsageError
from demandctl.language import figures
from demandctl.vocabulary import WEEKDAYS

_DAY = timedelta(days=1)
_LONGEST = 100  # no phrase of the grammar comes near it
_EXAMPLES = "明天上午9点、3天后、下周一、15号、月底、2026-11-25 14:20"
_SPAN_EXAMPLES = "30m、4h、2d、1w，或 30分钟、半小时、4小时、2天、1周"


class _Unclear(Exception):
    """Why a phrase is refused, and what could be written instead."""

    def __init__(self, reason: str, example: str = _EXAMPLES) -> None:
        super().__init__(reason)
        self.example = example


def parse(text: str, now: datetime, calendar: Calendar) -> date | datetime:
    """Understand a time as of *now* (aware): a ``date`` for a day, a ``datetime`` in ``calendar.zone`` for an instant.

    UsageError for whatever is not understood, and no other error.
    """
    try:
        return _read(_chinese(_plain(text)), now.astimezone(calendar.zone), calendar)
    except _Unclear as why:
        raise UsageError(f"看不懂时间“{_shown(text)}”：{why}", f"可以写：{why.example}") from None
    except (ValueError, OverflowError):  # beyond the years 1 to 9999
        raise UsageError(f"时间“{_shown(text)}”太远，算不出来", f"可以写：{_EXAMPLES}") from None


def parse_span(text: str) -> timedelta:
    """Understand a length of time above zero (``2d``, ``30m``, ``半小时``); a day is 24 hours. UsageError otherwise."""
    try:
        match = re.fullmatch(rf"{_NUMBER} ?([dwh]|(?-i:m)|天|个?{_WEEKS}|个?小时|分钟)|半个?小时", _plain(text), _FLAGS)
        if not match:
            raise _Unclear("没有这种写法")
        return _length(match[1], match[2])
    except _Unclear as why:
        raise UsageError(f"看不懂时长“{_shown(text)}”：{why}", f"可以写：{_SPAN_EXAMPLES}") from None


def echo(value: date | datetime, now: datetime, calendar: Calendar) -> str:
    """Say an understood time back, in ``calendar.zone``, a day off too: ``2026-11-21 周六 09:00（明天，休息日）``."""
    clock = ""
    if isinstance(value, datetime):
        local = value.astimezone(calendar.zone)
        value, clock = local.date(), f" {local:%H:%M}"
    near = _NEAR.get((value - calendar.local_day(now)).days)
    off = "" if calendar.is_working(value) else calendar.closed.get(value) or "休息日"
    notes = "，".join(filter(None, (near, off)))
    return f"{value.isoformat()} 周{WEEKDAYS[value.weekday()]}{clock}" + (f"（{notes}）" if notes else "")


def must_be_future(value: date | datetime, now: datetime, calendar: Calendar, option: str) -> None:
    """Refuse a time of *option* that has passed: UsageError. Today as a bare date has not passed."""
    if _passed(value, now.astimezone(calendar.zone)):
        raise UsageError(f"{option}不能早于现在：{echo(value, now, calendar)} 已经过去", _now_is(now, calendar))


def must_be_past(value: date | datetime, now: datetime, calendar: Calendar, option: str) -> None:
    """Refuse a time of *option* that is yet to come: UsageError. Today as a bare date has come."""
    if value > now if isinstance(value, datetime) else value > calendar.local_day(now):
        hint = f"{_now_is(now, calendar)}；过去的日子带上年份，如 {now.year}-09-30 10:00"
        raise UsageError(f"{option}不能晚于现在：{echo(value, now, calendar)} 还没有到", hint)


class Reach(NamedTuple):
    """How many years back and ahead a time can be meant; further away it was typed wrong, or is never seen again."""

    back: int
    ahead: int


MEANT = Reach(back=2, ahead=2)
"""When a customer asked, was called, is to be called again."""
DATED = Reach(back=30, ahead=30)
"""What stands in papers: an order, a contract, a warranty."""
TAKEN_IN = Reach(back=30, ahead=2)
"""What an old workbook tells of."""
BORN = Reach(back=120, ahead=0)


def too_far(value: date | datetime, now: datetime, calendar: Calendar, reach: Reach) -> str:
    """Why a time cannot be meant; empty for one that can."""
    day = calendar.local_day(value) if isinstance(value, datetime) else value
    today = calendar.local_day(now)
    for years, side, beyond in ((reach.back, "前", day.year < today.year), (reach.ahead, "后", day.year > today.year)):
        limit = months_on(today, 12 * years * (-1 if side == "前" else 1))
        if beyond and (day < limit if side == "前" else day > limit):
            allowed = "到".join(f"{months_on(today, 12 * n):%Y-%m-%d}" for n in (-reach.back, reach.ahead))
            return f"{echo(value, now, calendar)} 在 {years} 年以{side}，一般在 {allowed} 之间"
    return ""


def _now_is(now: datetime, calendar: Calendar) -> str:
    return f"现在是 {echo(now, now, calendar)}"


# Patterns stay text until a phrase is read (`re` keeps them compiled then), so that importing this module is cheap.
_FLAGS = re.ASCII | re.IGNORECASE
_DAY_WORDS = {"前天": -2, "昨天": -1, "今天": 0, "明天": 1, "后天": 2, "大后天": 3}
_NEAR = {days: word for word, days in _DAY_WORDS.items()}
_ENGLISH_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENGLISH = {
    **{"yesterday": "昨天", "today": "今天", "tomorrow": "明天"},
    **{word: f"周{day}" for name, day in zip(_ENGLISH_WEEK, WEEKDAYS, strict=True) for word in (name, name[:3])},
}
_ENGLISH_UNITS = {"d": "天", "w": "周", "h": "小时", "m": "分钟"}
_HOUR = timedelta(hours=1)
_UNITS = {"天": _DAY, "周": 7 * _DAY, "星期": 7 * _DAY, "礼拜": 7 * _DAY, "小时": _HOUR, "分钟": _HOUR / 60}
_SHIFTS = {"上上": -2, "上": -1, "本": 0, "这": 0, None: 0, "下": 1, "下下": 2}
_SIGN = {"后": 1, "前": -1}
_YEARS = {"去年": -1, "今年": 0, None: 0, "明年": 1}
_HOLIDAYS = {
    "元旦": "元旦", "春节": "春节", "清明": "清明", "五一": "劳动", "劳动": "劳动", "端午": "端午", "中秋": "中秋",
    "国庆": "国庆", "十一": "国庆",
}  # fmt: skip
"""What people say for a holiday, and what is in its name on the calendar."""
_BEFORE_CLOSING = ("下班前", "前")
_MINUTES = {"": 0, "钟": 0, "整": 0, "一刻": 15, "1刻": 15, "半": 30, "三刻": 45, "3刻": 45}
# The first and the last hour that a part of the day can mean; 3 is read as 15 where only that fits. 晚上12点 fits none:
# people differ on which day that is. Nor does 下午9点, as likely a slip for 上午9点 as it is 21:00.
_PARTS = {"凌晨": (0, 6), "早上": (4, 11), "上午": (0, 11), "中午": (11, 13), "下午": (12, 19), "晚上": (17, 23)}
_NUMBER = "([0-9]{1,5}|[零一二两三四五六七八九十百]+)"
_ORDINAL = "([0-9]{1,2}|[零一二三四五六七八九十]+)"  # without 两: 两日 is a length, not the second
_THEN = "(?:以|之)?(后|前)"
_WEEKS = "(?:周|星期|礼拜)"
_SHIFT = "(上上|上|下下|下|这|本(?!个))个?"
_YEAR = "(去年|今年|明年|(?:[0-9]{4}|[零一二三四五六七八九]{4})年)"
_CLOCK = rf"({'|'.join(_PARTS)})?(?:([0-9]{{1,2}}):([0-9]{{2}})|{_NUMBER}[点时](.*))"
_ISO_DAY = "([0-9]{4})-([0-9]{2})-([0-9]{2})"
_ISO_CLOCK = "((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?)"
_ISO_OFFSET = "(Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
_WHY_NOT = (
    (rf"(?:{_SHIFT})?周末", "周末不止一天", "周六、下周日上午9点"),
    (rf"(?:{_SHIFT})?(?:{_WEEKS}|月)$", "没有说是哪一天", "下周一、下月3号"),
    (rf"(?:{_SHIFT})?{_WEEKS}[七八九十0789]", "一周里没有这一天", "周一、下周日"),
    ("[+-]?[0-9]+$", "没有单位", "+3d（天）、+2w（周）、+2h（小时）、+30m（分钟）"),
    ("[+-]?[0-9]{6}", "数目太大", _EXAMPLES),
    ("[0-9]{4}[-/.]", "年月日没有这种写法", "2026-01-05、2026-01-05 09:30"),
    ("(?:凌晨|早上|上午|下午|晚上)$", "没有说几点", "明天上午9点、今天下午3点半"),
    (rf"(?:{_NUMBER}|半)个?(?:天|{_WEEKS}|月|工作日|小时|分钟)$", "没有说是以后还是以前", "3天后、2小时前"),
    (rf"(?:{_NUMBER}|半)个?(?:小时|分钟){_THEN}.", "几小时后、几分钟后已是钟点，后面不能再写", "2小时后、30分钟后"),
)


def _plain(text: str) -> str:
    """Full-width characters made narrow; no spaces but those that keep two figures or English words apart."""
    if len(text) > _LONGEST:
        raise _Unclear("太长了")
    text = " ".join(figures.narrow(text).replace("〇", "零").split())
    if not text:
        raise _Unclear("没有写内容")
    text = re.sub("(?<![0-9A-Za-z]) | (?![0-9A-Za-z])", "", text)
    return re.sub("([昨今明])([早晚])上?", r"\1天\2上", text)


def _chinese(text: str) -> str:
    """English is another spelling: ``+3d`` is 3天后, ``monday 9:30`` 周一 9:30. Not ``+1M``: that may mean a month."""
    if match := re.match("([+-]) ?([0-9]{1,5}) ?([dwh]|(?-i:m))(?![a-z])", text, _FLAGS):
        return match[2] + _ENGLISH_UNITS[match[3].lower()] + {"+": "后", "-": "前"}[match[1]] + text[match.end() :]
    return re.sub("^[a-z]+", lambda word: _ENGLISH.get(word[0].lower(), word[0]), text, flags=_FLAGS)


def _shown(text: str) -> str:
    """What was typed, short, with nothing in it that a terminal would obey or could not print."""
    text = text[:_LONGEST].strip()
    short = text if len(text) <= 20 else text[:20] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


def _read(text: str, now: datetime, calendar: Calendar) -> date | datetime:
    if instant := _instant(text, now):
        return instant.astimezone(calendar.zone)
    for pattern, read in _FORMS:
        if match := re.match(pattern, text, _FLAGS):
            rest = text[match.end() :].strip()
            clock = calendar.closing(now.date()).timetz() if rest in _BEFORE_CLOSING else _clock(rest) if rest else None
            found = read(match, now.date(), calendar)
            if isinstance(found, date):
                return _at(found, clock, now)
            for day in found:
                if not _passed(value := _at(day, clock, now), now):
                    return value
            raise OverflowError
    if text == _BEFORE_CLOSING[0]:
        return calendar.closing(now.date())
    return _at(now.date(), _clock(text), now)


def _at(day: date, clock: time | None, now: datetime) -> date | datetime:
    return day if clock is None else datetime.combine(day, clock, now.tzinfo)


def _passed(value: date | datetime, now: datetime) -> bool:
    return value < now if isinstance(value, datetime) else value < now.date()


def _instant(text: str, now: datetime) -> datetime | None:
    """``2小时后`` or an ISO date-time."""
    # 一个半小时 alone: 两个半小时 are an hour to some.
    if match := re.fullmatch(rf"(?:{_NUMBER}(个?小时|分钟)|([一1]个)?半个?小时){_THEN}", text, _FLAGS):
        # Reckoned in UTC: two hours are two hours also when clocks are changed.
        whole = _HOUR if match[3] else timedelta()
        return now.astimezone(UTC) + (whole + _length(match[1], match[2])) * _SIGN[match[4]]
    if match := re.fullmatch(f"{_ISO_DAY}[T ]{_ISO_CLOCK} ?{_ISO_OFFSET}?", text, _FLAGS):
        day, clock = _iso(match), time.fromisoformat(match[4] + (match[5] or "").upper())
        return datetime.combine(day, clock.replace(microsecond=0), clock.tzinfo or now.tzinfo)
    return None


def _length(number: str | None, unit: str | None) -> timedelta:
    """How long 2小时, 3d and so on are; nothing said is 半小时."""
    if number is None or unit is None:
        return _HOUR / 2
    return _count(number) * _UNITS[_ENGLISH_UNITS.get(unit.lower(), unit.removeprefix("个"))]


def _number(text: str) -> int:
    """``28`` or ``二十八``; 两三, 一百二 and other ways to say about so many are not one number."""
    read = figures.number(text)
    if read is None:
        raise _Unclear(f"“{_shown(text)}”不是一个确定的数", "3天后、十二天后")
    return read


def _count(text: str) -> int:
    number = _number(text)
    if not number:
        raise _Unclear("数目要大于零", "1天后、30分钟后")
    return number


def _clock(text: str) -> time:
    match = re.fullmatch(_CLOCK, text, _FLAGS)
    if match:
        part, hour, minute, spoken_hour, spoken_minute = match.groups()
        if hour:
            return time(_hour(part, int(hour), on_24_hours=True), _minute(f"{minute}分"))
        return time(_hour(part, _number(spoken_hour)), _minute(spoken_minute))
    if text == "中午":
        return time(12)
    for pattern, reason, example in _WHY_NOT:
        if re.match(pattern, text, _FLAGS):
            raise _Unclear(reason, example)
    raise _Unclear("没有这种写法")


def _hour(part: str | None, figure: int, on_24_hours: bool = False) -> int:
    if figure > 23:
        raise _Unclear(f"一天里没有{figure}点", "9:30、15点20")
    if part is None:
        if 1 <= figure <= 6 and not on_24_hours:
            raise _Unclear(f"分不清凌晨还是下午{figure}点", f"下午{figure}点、凌晨{figure}点，或 {figure + 12}:00")
        return figure
    for hour in (figure, figure + 12) if figure else (0,):
        if _PARTS[part][0] <= hour <= _PARTS[part][1]:
            return hour
    if figure in (0, 12):
        raise _Unclear(f"{part}{figure}点分不清是哪个钟点", "中午12点、23:59、明天0:00")
    raise _Unclear(f"{part}没有{figure}点", "凌晨2点、上午9点、下午3点半、晚上8点")


def _minute(text: str) -> int:
    """What follows 点: nothing, 半, 一刻, 20, 20分, 零5分. A lone ``9点5`` may be 9:05 or half past: refused."""
    if text in _MINUTES:
        return _MINUTES[text]
    match = re.fullmatch("零?([0-9]{1,2}|[零一二三四五六七八九十]+)(分)?", text, _FLAGS)
    if not match or (not match[2] and len(text) == 1):
        raise _Unclear(f"“点”后面的“{_shown(text)}”没有这种写法", "9点半、9点一刻、9点20、9点05分")
    minute = _number(match[1])
    if minute > 59:
        raise _Unclear(f"一小时里没有{minute}分", "9:30、15点20")
    return minute


def _working_days_on(count: int, today: date, calendar: Calendar) -> date:
    if count > 0:
        return calendar.working_day_after(today, count)
    while count:
        today -= _DAY
        count += calendar.is_working(today)
    return today


def _weekday(named: str | None, figure: str, today: date) -> date | Iterator[date]:
    ahead = (6 if figure in "日天" else _number(figure) - 1) - today.weekday()
    if named:
        return today + _DAY * (ahead + 7 * _SHIFTS[named])
    return (today + _DAY * (ahead % 7 + more) for more in (0, 7))


def _month_and_day(named: str | None, month: int, day: int, today: date) -> date | Iterator[date]:
    if named:
        return _date(_year(named, today), month, day)
    _date(2000, month, day, f"{month}月")  # a leap year: what it lacks, every year lacks
    return _existing((year, month, day) for year in range(today.year, today.year + 13))


def _day_of_month(named: str | None, day: int, today: date) -> date | Iterator[date]:
    if named:
        month = first_of(today, _SHIFTS[named])
        return _date(month.year, month.month, day)
    _date(2000, 1, day, "哪个月都")
    return _existing((month.year, month.month, day) for month in (first_of(today, more) for more in range(5)))


def _end_of_month(month: int, today: date) -> date:
    """The last day of the next month of that number, today's included."""
    if not 1 <= month <= 12:
        raise _Unclear(f"没有{month}月")
    first = date(today.year + (month < today.month), month, 1)
    return last_of(first, 0)


def _after_holiday(named: str | None, today: date, calendar: Calendar) -> date:
    """The first working day after the next holiday, or after the one that is named; a guess is refused."""
    wanted = (_HOLIDAYS[named],) if named else tuple(_HOLIDAYS.values())
    days = (day for day, name in sorted(calendar.closed.items()) if day >= today and any(w in name for w in wanted))
    first = next(days, None)
    after = calendar.working_day(first) if first else None
    if after is None or not calendar.is_known(after):
        raise _Unclear("那时的放假安排还没有公布", "下周一、10月8日")
    return after


def _iso(match: re.Match[str]) -> date:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _date(year: int, month: int, day: int, where: str = "") -> date:
    """That day, refused when the calendar has none such."""
    if not 1 <= month <= 12:
        raise _Unclear(f"没有{month}月")
    with suppress(ValueError):
        return date(year, month, day)
    raise _Unclear(f"{where or f'{year}年{month}月'}没有{day}日")


def _existing(days: Iterator[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in days:
        with suppress(ValueError):
            yield date(year, month, day)


def _year(text: str | None, today: date) -> int:
    if text is None or text in _YEARS:
        return today.year + _YEARS[text]
    return _number(text.removesuffix("年"))


# Each form says one day, or the days among which it is the next one to come.
_Reader = Callable[[re.Match[str], date, Calendar], date | Iterator[date]]
_FORMS: tuple[tuple[str, _Reader], ...] = (
    ("|".join(_DAY_WORDS), lambda m, today, _: today + _DAY * _DAY_WORDS[m[0]]),
    (rf"{_NUMBER}(天|个?{_WEEKS}){_THEN}", lambda m, today, _: today + _length(m[1], m[2]) * _SIGN[m[3]]),
    (rf"{_NUMBER}个月{_THEN}", lambda m, today, _: months_on(today, _count(m[1]) * _SIGN[m[2]])),
    (rf"{_NUMBER}个?工作日{_THEN}", lambda m, today, cal: _working_days_on(_count(m[1]) * _SIGN[m[2]], today, cal)),
    (rf"(?:{_SHIFT})?{_WEEKS}([一二三四五六日天]|[1-6](?![0-9]))", lambda m, today, _: _weekday(m[1], m[2], today)),
    (rf"{_ISO_DAY}(?![0-9])", lambda m, today, _: _iso(m)),
    (
        rf"{_YEAR}?{_ORDINAL}月{_ORDINAL}[日号]",
        lambda m, today, _: _month_and_day(m[1], _number(m[2]), _number(m[3]), today),
    ),
    ("([0-9]{4})[.]([0-9]{1,2})[.]([0-9]{1,2})(?![0-9.])", lambda m, today, _: _iso(m)),
    ("([0-9]{1,2})[/.]([0-9]{1,2})(?![0-9.])", lambda m, today, _: _month_and_day(None, int(m[1]), int(m[2]), today)),
    (rf"(?:{_SHIFT}月)?{_ORDINAL}[日号]", lambda m, today, _: _day_of_month(m[1], _number(m[2]), today)),
    (rf"半个月{_THEN}", lambda m, today, _: today + 15 * _DAY * _SIGN[m[1]]),
    (rf"{_ORDINAL}月底", lambda m, today, _: _end_of_month(_number(m[1]), today)),
    (
        rf"(?:(?:(?:这个?)?假|节)|({'|'.join(_HOLIDAYS)})节?)(?:以|之)?后",
        lambda m, today, cal: _after_holiday(m[1], today, cal),
    ),
    (rf"(?:{_SHIFT}月?)?月底", lambda m, today, _: last_of(today, _SHIFTS[m[1]])),
    (rf"(?:{_YEAR}年?|年)底", lambda m, today, _: date(_year(m[1], today), 12, 31)),
)
