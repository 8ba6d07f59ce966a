"""Pages of numbers: small tables one under the other, their charts below, so that a page of paper is filled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break

from demandctl.exports import charts, workbook
from demandctl.exports.charts import Chart, Covered
from demandctl.exports.form import Heading, signatures
from demandctl.exports.rows import RevisitRow
from demandctl.exports.week import WeekStory, worst_cells
from demandctl.exports.workbook import EMPTY, NewBook, SheetCell, SheetRow
from demandctl.queries import report
from demandctl.queries.demands import Filter
from demandctl.queries.reader import Reader
from demandctl.queries.report import Number, Report
from demandctl.store.fields import RATINGS, called
from demandctl.vocabulary import Kind, RevisitKind, Satisfaction, Status

WIDE = 96.0
"""What fills the width of A4, upright, in characters."""
TALL = 880.0
"""What a page of A4, upright, has room for above the signatures, in points, where it is so wide."""
LEAST, MOST = 135.0, 300.0
"""How high a chart is, in points."""
ROW = 20.0
BLANK = 15.0
NOTHING = "这段时间没有。"


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

    @property
    def says_something(self) -> bool:
        """Whether anything in it was counted."""
        return any(_counts(cell) for row in self.rows for cell in row[1:])

    @property
    def charts(self) -> list[Drawn]:
        """Its charts, without series that are nothing but zero; none of nothing."""
        kept = (
            drawn._replace(series=tuple(n for n in drawn.series if any(_counts(row[n]) for row in self.rows)))
            for drawn in self.drawn
        )
        return [drawn for drawn in kept if drawn.series and len(self.rows) > 1]


def _counts(cell: SheetCell) -> bool:
    return bool(cell.value) and cell.value != "—"


class Page(NamedTuple):
    """A page that was added: its sheet, and the charts of its tables."""

    sheet: Any
    charts: list[Chart]


def add(book: NewBook, title: str, name: str, heading: Heading, blocks: Sequence[Panel]) -> Page:
    """Add a page of blocks as a sheet: the tables, then their charts two by two."""
    widths = _stretched(_widths(blocks), WIDE)
    lines = [SheetRow([SheetCell(name, "title")], 30), SheetRow([SheetCell(heading.line(), "subtitle")], 20)]
    placed: list[Chart] = []
    if not any(block.says_something for block in blocks):
        lines.append(SheetRow([SheetCell(NOTHING, "subtitle")], ROW))
        blocks = []
    for block in blocks:
        lines.append(SheetRow([SheetCell(block.title, "section")], 24))
        if not block.says_something:
            lines.append(SheetRow([SheetCell(NOTHING, "subtitle")], ROW))
            continue
        lines.append(SheetRow([SheetCell(text, "header") for text in block.header], ROW + 2))
        header = len(lines)
        lines += [SheetRow(row, _height(row, widths)) for row in block.rows]
        placed += (_chart(drawn, header, len(lines)) for drawn in block.charts)
    lines.append(EMPTY)
    below = Below(placed, 2, widths, lines)
    sheet = _sheet(book, title, lines, below)
    below.draw(sheet, sheet)
    return Page(sheet, placed)


def _chart(drawn: Drawn, header: int, last: int) -> Chart:
    return Chart(
        drawn.kind, drawn.title, header, header + 1, last, 1, tuple(n + 1 for n in drawn.series), drawn.percent
    )


class Below:
    """Charts below the rows of a page, so many beside each other: they fill what is left of it, then the next page."""

    def __init__(
        self, charts: Sequence[Chart], across: int, widths: Sequence[float], lines: Sequence[SheetRow]
    ) -> None:
        self.charts, self.across, self.widths, self.first = charts, across, widths, len(lines)
        used = sum(line.height or BLANK for line in lines)
        rows = -(-len(charts) // across)
        page = TALL * sum(widths) / WIDE
        here = min(int(max(page - used, 0) // LEAST), rows)
        there = rows - here
        self.heights = [_fair(page - used, here)] * here + [_fair(page, there)] * there
        self.break_at = self._row(here) if there else 0
        self.pages = 0 if there else 1

    def _row(self, number: int) -> int:
        """How many rows of the sheet stand above a row of charts."""
        return self.first + sum(self.heights[:number])

    @property
    def blank(self) -> list[SheetRow]:
        """The rows that the charts cover."""
        return [EMPTY] * sum(self.heights)

    def draw(self, sheet: Any, source: Any) -> None:
        """Put them there, drawn from the cells of *source*."""
        for number, chart in enumerate(self.charts):
            down, right = divmod(number, self.across)
            left, end = self._column(right), self._column(right + 1)
            place = Covered(left, self._row(down), end, self._row(down) + self.heights[down] - 1)
            charts.draw(source, chart, sheet, place)

    def _column(self, number: int) -> int:
        """Where a chart begins: the first column that stands so far right."""
        reach = sum(self.widths) * number / self.across
        ends = [sum(self.widths[:place]) for place in range(len(self.widths) + 1)]
        return min(range(len(ends)), key=lambda place: abs(ends[place] - reach))


def _fair(room: float, rows: int) -> int:
    """How many rows of the sheet each of so many rows of charts may cover."""
    return int(min(max(room / max(rows, 1), LEAST), MOST) // BLANK)


def _sheet(book: NewBook, title: str, lines: Sequence[SheetRow], below: Below, *, first: bool = False) -> Any:
    """A sheet upright with room for charts below, and signatures at its end."""
    signed = [SheetRow([SheetCell(line, "sign")], 26) for line in signatures(sum(below.widths))]
    lines = [*lines, *below.blank, *signed]
    sheet = book.sheet(title, below.widths, lambda _: workbook.lines_xml(book, lines), first=first)
    sheet.sheet_view.showGridLines = False
    if first:
        workbook.page(sheet, scale=_OF_PHONE, portrait=True)
    else:
        workbook.page(sheet, pages=below.pages, portrait=True)
    if below.break_at:
        sheet.row_breaks.append(Break(id=below.break_at))
    return sheet


_OF_PHONE = 125
"""Per cent at which what is as wide as a phone fills a page whatever the font."""
WORST = ("哪一件", "欠什么", "谁欠", "超时")
_WORST_WIDTHS = (15.0, 16.0, 15.0, 12.0)
"""Together what a phone shows across, some 420 pixels."""


def overview(book: NewBook, title: str, name: str, heading: Heading, week: WeekStory, numbers: Page) -> None:
    """What a leader sees first, on a phone too: three sentences, the five worst, then the charts of a page."""
    widths, merged = _WORST_WIDTHS, [1, 2]
    across = sum(widths)
    lines = [SheetRow([SheetCell(name, "title")], 30), SheetRow([SheetCell(heading.line(), "said")], 34)]
    for sentence in week.sentences():
        lines.append(SheetRow([SheetCell(sentence, "said")], workbook.lines_of(sentence, across) * 16.0 + 6))
        merged.append(len(lines))
    lines.append(SheetRow([SheetCell("最急的五件", "section")], 24))
    if week.worst:
        lines.append(SheetRow([SheetCell(text, "header") for text in WORST], ROW + 2))
    for due in week.worst:
        row = [SheetCell(text) for text in worst_cells(due)]
        lines.append(SheetRow(row, _height(row, widths)))
    if not week.worst:
        lines.append(SheetRow([SheetCell("没有超时的事。", "subtitle")], ROW))
    lines.append(EMPTY)
    below = Below(numbers.charts, 1, widths, lines)
    sheet = _sheet(book, title, lines, below, first=True)
    for number in merged:
        sheet.merged_cells.add(f"A{number}:{get_column_letter(len(widths))}{number}")
    below.draw(sheet, numbers.sheet)


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


def _stretched(widths: Sequence[float], reach: float) -> list[float]:
    """The same columns, over the width of a page."""
    more = max(reach / (sum(widths) or reach), 1.0)
    return [width * more for width in widths]


def _needs(cell: SheetCell) -> int:
    """How wide a cell's text is, or its number as it is shown."""
    if isinstance(cell.value, str):
        return workbook.room(cell.value)
    return len(f"{cell.value:,.2f}") if cell.style == "money" and cell.value < 1e10 else 6


def _height(row: Sequence[SheetCell], widths: Sequence[float]) -> float:
    lines = (workbook.lines_of(c.value, w) for c, w in zip(row, widths, strict=False) if isinstance(c.value, str))
    return max(ROW, max(lines, default=1) * workbook.LINE + 5)


# -- numbers as cells --------------------------------------------------------------------------------------------

FORMATS = {"count": "number", "share": "percent", "yuan": "money"}
UNIT_NAMES = {"yuan": "（元）"}


def value_cell(number: Number | None) -> SheetCell:
    """A number's value in its format, how long something took in words; a dash where there was nothing to measure."""
    if number is None or number.value is None:
        return SheetCell("—", "code")
    if number.unit in report.LASTING:
        return SheetCell(report.in_words(number), "code")
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
    """What became more or less; a dash where nothing did."""
    if before is None or number.value is None or before.value is None:
        return SheetCell("—", "code")
    change = number.value - before.value
    size = abs(change)
    if number.unit in report.LASTING:
        told = report.lasting(number.unit, size)
        none = told == report.lasting(number.unit, 0)
    else:
        told = f"{size * 100:.1f}个百分点" if number.unit == "share" else f"{size:,.0f}"
        none = not float(told.removesuffix("个百分点").replace(",", ""))
    return SheetCell("—" if none else f"{'+' if change > 0 else '-'}{told}", "code")


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


def by_branch(found: Report, limit: int = 8) -> Panel:
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


def rates(numbers: Sequence[Number], by: str, limit: int = 6) -> Panel:
    """On-time rates by rule, branch or handler: where most was owed."""
    rows = [[SheetCell(n.name, "label"), *share_cells(n)] for n in numbers if n.by == by and n.denominator][:limit]
    drawn = (Drawn("bar", f"按时率（按{report.BY[by]}）", (3,), percent=True),)
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
