"""A period in at most ten lines, ready to paste into a group."""

from __future__ import annotations

from collections.abc import Iterator

from demandctl.queries.report import Number, Report, in_words

LINES = 10


def summary(found: Report) -> str:
    """What the leaders look for first; a line whose numbers measured nothing is left out."""
    return "\n".join([f"【需求汇总】{found.period.name}", *_lines(found)][:LINES])


def _lines(found: Report) -> Iterator[str]:
    for section, name in (("new", "新增"), ("closed", "结束"), ("open", "未结束")):
        whole = found.get(section)
        parts = "、".join(f"{part.name} {part.numerator:.0f}" for part in found.parts(section, "kind"))
        yield f"{name} {whole.numerator:.0f} 条{_before(found, whole)}" + (f"：{parts}" if parts else "")
    median, slowest = found.get("first-response", "median-work"), found.get("first-response", "p90-work")
    if median.value is not None and slowest.value is not None:
        yield f"首次响应：一半在 {in_words(median)}内，九成在 {in_words(slowest)}内（上班时间）"
    yield from _shares(found, ("on-time", "", "按时率"))
    yield from _shares(found, ("opportunity", "conversion", "成交率"), ("opportunity", "amount", "成交金额"))
    yield from _shares(found, ("resolution", "solved", "问题解决率"), ("complaint", "on-time", "投诉处理及时率"))
    yield from _shares(found, ("revisit", "satisfaction", "客户满意度"), ("revisit", "coverage", "回访率"))
    late = [part for part in found.parts("on-time", "branch") if part.numerator < part.denominator]
    if late:
        worst = sorted(late, key=lambda part: part.numerator - part.denominator)[:3]
        yield "超时最多：" + "、".join(f"{part.name} {part.denominator - part.numerator:.0f} 次" for part in worst)


def _shares(found: Report, *wanted: tuple[str, str, str]) -> Iterator[str]:
    """Several numbers in one line, each with what it was before; none of those that measured nothing."""
    numbers = [(name, found.get(section, key)) for section, key, name in wanted]
    told = [f"{name} {_told(number)}{_before(found, number)}" for name, number in numbers if number.value is not None]
    if told:
        yield "；".join(told)


def _told(number: Number) -> str:
    made_of = f"（{number.numerator:.0f}/{number.denominator}）" if number.unit == "share" else ""
    return in_words(number) + made_of


def _before(found: Report, number: Number) -> str:
    before = found.before.get(number.id)
    return f"（上期 {in_words(before)}）" if before and before.value is not None else ""
