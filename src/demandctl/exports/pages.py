"""Pages of numbers: small tables one under the other, their charts beside them, so that a leader sees all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from demandctl.exports import charts, workbook
from demandctl.exports.charts import Chart
from demandctl.exports.form import SIGNATURES, Heading
from demandctl.exports.rows import RevisitRow
from demandctl.exports.workbook import EMPTY, NewBook, SheetCell, SheetRow
from demandctl.queries import report
from demandctl.queries.demands import Filter
from demandctl.queries.reader import Reader
from demandctl.queries.report import Number, Report
from demandctl.store.fields import RATINGS, called
from demandctl.vocabulary import Kind, RevisitKind, Satisfaction, Status

CHARTS_ACROSS, CHART_COLUMNS, CHART_ROWS = 2, 7, 14
"""Two charts side by side, each over so many of the narrow columns beside the tables and so many rows."""
CHART_WIDTH = 9.5
ROW = 20.0


class Drawn(NamedTuple):
    """A chart of a block: the places of its series among the block's columns, from 0."""

    kind: str
    title: str
    series: tuple[int, ...]
    percent: bool = False


class Panel(NamedTuple):
    """A small table with a title, and the charts that are drawn from it."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[SheetCell]]
    drawn: tuple[Drawn, ...] = ()


def add(book: NewBook, title: str, name: str, heading: Heading, blocks: Sequence[Panel]) -> None:
    """Add a page of blocks as a sheet."""
    blocks = [block for block in blocks if block.rows]
    widths = _widths(blocks)
    lines = [SheetRow([SheetCell(name, "title")], 30), SheetRow([SheetCell(heading.line(), "subtitle")], 20)]
    placed: list[Chart] = []
    for block in blocks:
        lines.append(SheetRow([SheetCell(block.title, "section")], 24))
        lines.append(SheetRow([SheetCell(text, "header") for text in block.header], ROW + 2))
        header = len(lines)
        lines += [SheetRow(row, _height(row, widths)) for row in block.rows]
        for drawn in block.drawn:
            series = tuple(place + 1 for place in drawn.series)
            placed.append(Chart(drawn.kind, drawn.title, header, header + 1, len(lines), 1, series, drawn.percent))
        lines.append(EMPTY)
    rows_of_charts = -(-len(placed) // CHARTS_ACROSS)
    lines += [EMPTY] * (2 + rows_of_charts * CHART_ROWS - len(lines))
    lines.append(SheetRow([SheetCell(SIGNATURES, "sign")], 30))
    beside = [3.0, *[CHART_WIDTH] * (min(CHARTS_ACROSS, len(placed)) * CHART_COLUMNS)] if placed else []
    sheet = book.sheet(title, [*widths, *beside], lambda _: workbook.lines_xml(book, lines))
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 85
    workbook.page(sheet, one_page=len(lines) < 60)
    for number, chart in enumerate(placed):
        column = len(widths) + 2 + number % CHARTS_ACROSS * CHART_COLUMNS
        row = 3 + number // CHARTS_ACROSS * CHART_ROWS
        charts.draw(sheet, chart, f"{get_column_letter(column)}{row}", width=12.4, height=9.2)


def _widths(blocks: Sequence[Panel]) -> list[float]:
    """As wide as the widest text of each column needs, within reason."""
    found: list[float] = []
    for block in blocks:
        rows = [[SheetCell(title) for title in block.header], *block.rows]
        for place in range(len(block.header)):
            if place == len(found):
                found.append(16.0 if place == 0 else 9.0)
            needs = max(_needs(row[place]) for row in rows if place < len(row))
            found[place] = min(max(found[place], needs + 3.0), 34.0)
    return found


def _needs(cell: SheetCell) -> int:
    """How wide a cell's text is, or its number as it is shown."""
    if isinstance(cell.value, str):
        return workbook.room(cell.value)
    return len(f"{cell.value:,.2f}") if cell.style == "money" and cell.value < 1e10 else 8


def _height(row: Sequence[SheetCell], widths: Sequence[float]) -> float:
    lines = (workbook.lines_of(c.value, w) for c, w in zip(row, widths, strict=False) if isinstance(c.value, str))
    return max(ROW, max(lines, default=1) * workbook.LINE + 5)


# -- numbers as cells --------------------------------------------------------------------------------------------

FORMATS = {"count": "number", "share": "percent", "minutes": "decimal", "days": "decimal", "yuan": "money"}
UNIT_NAMES = {"minutes": "（分钟）", "days": "（天）", "yuan": "（元）"}


def value_cell(number: Number | None) -> SheetCell:
    """A number's value in its format, a dash where there was nothing to measure."""
    if number is None or number.value is None:
        return SheetCell("—", "code")
    return SheetCell(round(number.value, 4), FORMATS[number.unit])


def share_cells(number: Number) -> list[SheetCell]:
    """Kept, of how many, and the rate."""
    return [SheetCell(number.numerator, "number"), SheetCell(number.denominator, "number"), value_cell(number)]


KEY_NUMBERS = (
    ("new", "", "新增需求"),
    ("closed", "", "结束需求"),
    ("open", "", "期末未结束"),
    ("first-response", "median-work", "首次响应中位数"),
    ("first-response", "p90-work", "首次响应九成不超过"),
    ("on-time", "", "时限按时率"),
    ("opportunity", "conversion", "商机成交率"),
    ("opportunity", "amount", "成交金额"),
    ("resolution", "solved", "问题解决率"),
    ("resolution", "reopened", "重开率"),
    ("complaint", "on-time", "投诉处理及时率"),
    ("suggestion", "adopted", "建议采纳率"),
    ("revisit", "satisfaction", "客户满意度"),
    ("revisit", "coverage", "回访率（应为 100%）"),
)


def key_numbers(found: Report) -> Panel:
    """The numbers that a leader asks for first, each with what it is made of and how it was before."""
    rows = []
    for section, key, name in KEY_NUMBERS:
        number, before = found.get(section, key), found.before.get((section, "", key))
        shared = number.unit == "share"
        rows.append(
            [
                SheetCell(name + UNIT_NAMES.get(number.unit, ""), "label"),
                value_cell(number),
                value_cell(before),
                _change(number, before),
                SheetCell(number.numerator, "number") if shared else SheetCell("", "code"),
                SheetCell(number.denominator, "number") if number.unit != "count" else SheetCell("", "code"),
            ]
        )
    return Panel("主要指标", ("指标", "本期", "上期", "增减", "其中达到", "总数"), rows)


def _change(number: Number, before: Number | None) -> SheetCell:
    if before is None or number.value is None or before.value is None:
        return SheetCell("—", "code")
    change = number.value - before.value
    if number.unit == "share":
        return SheetCell(f"{change * 100:+.1f}个百分点".replace("+0.0个", "0个").replace("-0.0个", "0个"), "code")
    return SheetCell(f"{change:+,.0f}" if number.unit in ("count", "yuan") else f"{change:+,.1f}", "code")


def by_kind(found: Report) -> Panel:
    """New, closed and open by kind."""
    sections = ("new", "closed", "open")
    parts = [{number.key: number for number in found.parts(section, "kind")} for section in sections]
    rows = [
        [
            SheetCell(kind.label, "label"),
            *(SheetCell(part[kind].numerator if kind in part else 0, "number") for part in parts),
        ]
        for kind in Kind
    ]
    drawn = (Drawn("column", "各类需求", (1, 2, 3)),)
    return Panel("按需求类型", ("类型", "新增", "结束", "未结束"), rows, drawn)


def by_branch(found: Report, limit: int = 12) -> Panel:
    """New, closed and open of each branch with its on-time rate."""
    sections = ("new", "closed", "open")
    parts = [{number.key: number for number in found.parts(section, "branch")} for section in sections]
    rates = {number.key: number for number in found.parts("on-time", "branch")}
    known = dict.fromkeys([*parts[0], *parts[1], *parts[2], *rates])  # no set: a sheet made twice is the same
    names = sorted(known, key=lambda b: -sum(p[b].numerator for p in parts if b in p))
    rows = [
        [
            SheetCell(name or "未定分公司", "label"),
            *(SheetCell(part[name].numerator if name in part else 0, "number") for part in parts),
            value_cell(rates.get(name)),
        ]
        for name in names[:limit]
    ]
    drawn = (Drawn("bar", "各分公司新增与未结束", (1, 3)), Drawn("bar", "各分公司按时率", (4,), percent=True))
    return Panel("按分公司", ("分公司", "新增", "结束", "未结束", "按时率"), rows, drawn)


def rates(numbers: Sequence[Number], by: str, limit: int = 40) -> Panel:
    """On-time rates by rule, branch or handler."""
    rows = [[SheetCell(n.name, "label"), *share_cells(n)] for n in numbers if n.by == by and n.denominator][:limit]
    drawn = (Drawn("bar", f"按时率（按{report.BY[by]}）", (3,), percent=True),) if len(rows) <= 20 else ()
    return Panel(f"按时率：按{report.BY[by]}", (report.BY[by], "按时", "应完成", "按时率"), rows, drawn)


def ages(found: Report) -> Panel:
    """How long what is open has been open."""
    rows = [[SheetCell(n.name, "label"), SheetCell(n.numerator, "number")] for n in found.parts("ageing", "age")]
    return Panel("未结束的时长", ("提出至今", "需求数"), rows, (Drawn("column", "未结束需求的时长", (1,)),))


def lost(found: Report) -> Panel:
    """Why opportunities were lost."""
    rows = [
        [SheetCell(n.name, "label"), SheetCell(n.numerator, "number")] for n in found.parts("opportunity", "reason")
    ][:12]
    name = called("demand", "reason")
    return Panel(name, ("原因", "次数"), rows, (Drawn("bar", name, (1,)),))


def satisfaction(found: Report) -> Panel:
    """How satisfied the customers were that were visited."""
    parts = [number for number in found.parts("revisit", "satisfaction") if number.denominator]
    rows = [[SheetCell(n.name, "label"), SheetCell(n.numerator, "number")] for n in parts]
    return Panel("客户满意度", (called("revisit", "satisfaction"), "次数"), rows, (Drawn("pie", "客户满意度", (1,)),))


def summary(reader: Reader, asked: Filter) -> list[Panel]:
    """汇总 of 需求信息记录表: by kind and status, by branch, on-time rates."""
    counts = report.kinds_by_status(reader, asked)
    used = list(Status)
    matrix = [
        [
            SheetCell(kind.label, "label"),
            *(SheetCell(counts[kind][s], "number") for s in used),
            SheetCell(counts[kind].total(), "number"),
        ]
        for kind in Kind
    ]
    numbers = report.on_time(reader, asked)
    kept = {number.key: number for number in numbers if number.by == "branch"}
    branches = [
        [
            SheetCell(name, "label"),
            SheetCell(total, "number"),
            SheetCell(still, "number"),
            SheetCell(good, "number"),
            value_cell(kept.get(name)),
        ]
        for name, total, still, good in report.by_branch(reader, asked)
    ]
    places = tuple(range(1, len(used) + 1))
    return [
        Panel("按类型和状态", (called("demand", "kind"), *(s.label for s in used), "合计"), matrix,
              (Drawn("stacked", "各类需求的状态", places), Drawn("pie", called("demand", "kind"), (len(used) + 1,)))),
        Panel("按分公司", ("分公司", "需求", "未结束", "成交或解决", "按时率"), branches,
              (Drawn("bar", "各分公司需求", (1, 2)),)),
        rates(numbers, "rule"),
    ]  # fmt: skip


def revisit_summary(revisits: Sequence[RevisitRow], coverage: Number) -> list[Panel]:
    """汇总 of 客户回访记录表: counts by kind, ratings, coverage."""
    kinds = []
    for kind in RevisitKind:
        of_kind = [r for r in revisits if r.kind == kind]
        cells = (
            len(of_kind),
            sum(bool(r.visited_at) for r in of_kind),
            sum(bool(r.recorded_at) for r in of_kind),
        )
        kinds.append([SheetCell(kind.label, "label"), *(SheetCell(count, "number") for count in cells)])
    scales = []
    for key in RATINGS:
        counts = [sum(getattr(r, key) == term for r in revisits) for term in Satisfaction]
        rate = SheetCell(counts[0] / sum(counts), "percent") if sum(counts) else SheetCell("—", "code")
        scales.append(
            [SheetCell(called("revisit", key), "label"), *(SheetCell(count, "number") for count in counts), rate]
        )
    timely = [r.form_late for r in revisits if r.form_late is not None]
    asked = [r for r in revisits if r.problem]
    answers = [r.recommend for r in revisits if r.recommend is not None]
    shares = [
        Number("revisit", "回访率（应为 100%）", coverage.numerator, coverage.denominator, "share"),
        Number("revisit", "登记及时率", timely.count(False), len(timely), "share"),
        Number("revisit", "问题解决率", sum(bool(r.solved_at) for r in asked), len(asked), "share"),
        Number("revisit", called("revisit", "recommend"), answers.count(True), len(answers), "share"),
    ]
    return [
        Panel("回访次数", (called("revisit", "kind"), "计划", "已访", "已登记"), kinds,
              (Drawn("column", "各类回访", (1, 2, 3)),)),
        Panel("评价", ("项目", "满意", "一般", "不满意", "满意率"), scales,
              (Drawn("stacked", "客户评价", (1, 2, 3)), Drawn("bar", "满意率", (4,), percent=True))),
        Panel("比率", ("项目", "达到", "总数", "比率"), [[SheetCell(n.name, "label"), *share_cells(n)] for n in shares],
              (Drawn("bar", "比率", (3,), percent=True),)),
    ]  # fmt: skip


def by_department(compiled: Sequence[tuple[str, Sequence[RevisitRow]]]) -> Panel:
    """The revisits of a month by the department that they are compiled for."""
    rows = []
    for name, found in compiled:
        counts = [
            len(found),
            sum(bool(r.visited_at) for r in found),
            *(sum(r.satisfaction == term for r in found) for term in Satisfaction),
            sum(bool(r.problem) for r in found),
            sum(bool(r.problem and r.solved_at) for r in found),
        ]
        rows.append([SheetCell(name, "label"), *(SheetCell(count, "number") for count in counts)])
    header = ("部门", "回访", "已访", "满意", "一般", "不满意", "有问题", "已解决")
    return Panel("按部门", header, rows, (Drawn("stacked", "各部门满意度", (3, 4, 5)),))


def months(found: Sequence[Report]) -> list[Panel]:
    """The key numbers of the months of a quarter beside each other."""
    names = tuple(f"{each.period.start.month}月" for each in found)
    counts: list[list[SheetCell]] = []
    shares: list[list[SheetCell]] = []
    for section, key, name in KEY_NUMBERS:
        numbers = [each.get(section, key) for each in found]
        row = [SheetCell(name + UNIT_NAMES.get(numbers[0].unit, ""), "label"), *map(value_cell, numbers)]
        (shares if numbers[0].unit == "share" else counts).append(row)
    flow = [
        [
            SheetCell(name, "label"),
            *(SheetCell(each.get(part).numerator, "number") for part in ("new", "closed", "open")),
        ]
        for name, each in zip(names, found, strict=True)
    ]
    return [
        Panel("数量", ("指标", *names), counts),
        Panel("比率", ("指标", *names), shares),
        Panel("走势", ("月份", "新增", "结束", "未结束"), flow, (Drawn("line", "每月需求", (1, 2, 3)),)),
    ]
