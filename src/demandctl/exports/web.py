"""The week as one web page that any phone opens: no script, nothing to fetch, text that stays text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import IO

from demandctl.exports import pages
from demandctl.exports.columns import FormColumn
from demandctl.exports.form import Heading, SheetForm
from demandctl.exports.job import Job
from demandctl.exports.pages import WORST, Drawn, Panel
from demandctl.exports.week import WeekStory, worst_cells
from demandctl.exports.workbook import SheetCell
from demandctl.queries.view import View

_STYLE = """
body{font:16px/1.55 -apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#303640;
margin:0 auto;padding:12px 14px 40px;max-width:1040px;background:#fff}
h1{font-size:20px;color:#2f5597;margin:4px 0}h2{font-size:17px;color:#2f5597;margin:26px 0 8px}
.made{font-size:13px;color:#667;margin:0 0 10px}.said{margin:6px 0}.none{color:#667}
table{border-collapse:collapse;width:100%;font-size:14px}th{background:#2f5597;color:#fff;font-weight:600}
th,td{border:1px solid #d0d7e2;padding:5px 7px;text-align:left;vertical-align:top;overflow-wrap:anywhere;
white-space:pre-line}
td.n{text-align:right;white-space:nowrap}td.late{background:#f8cbad;color:#c00000;font-weight:600}
.chart{margin:10px 0}.bar{display:flex;align-items:center;font-size:13px;margin:2px 0}
.bar b{flex:0 0 8em;font-weight:400;overflow-wrap:anywhere}.bar i{background:#2f5597;height:14px;min-width:1px}
.bar span{padding-left:6px}.s1 i{background:#ed7d31}.s2 i{background:#70ad47}
.key{font-size:13px;color:#667;margin:2px 0}
.k0{color:#2f5597}.k1{color:#ed7d31}.k2{color:#70ad47}
@media(max-width:640px){table.rows thead{display:none}table.rows tr{display:block;border:1px solid #d0d7e2;
border-radius:6px;margin:0 0 10px;padding:4px 8px}table.rows td{display:flex;border:0;padding:2px 0}
table.rows td:empty{display:none}table.rows td::before{content:attr(data-of);flex:0 0 6.2em;color:#667}}
@media print{body{max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
"""


def write(job: Job, week: WeekStory, name: str, heading: Heading, numbers: Sequence[Panel], file: IO[bytes],
          lists: Iterable[tuple[SheetForm, Iterable[View]]]) -> None:  # fmt: skip
    """Write a week: its sentences, the five worst, charts, numbers, and *lists* with their rows."""
    page = _Page(job)
    for part in page.parts(week, name, heading, numbers, lists):
        file.write(f"{part}\n".encode(errors="backslashreplace"))


class _Page:
    """A page in the making; what is handed on is masked where that was asked."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def text(self, text: str) -> str:
        """A text as it may stand in the page."""
        return escape(self.job.mask.text(text) if self.job.mask else text)

    def parts(
        self, week: WeekStory, name: str, heading: Heading, numbers: Sequence[Panel],
        lists: Iterable[tuple[SheetForm, Iterable[View]]],
    ) -> Iterator[str]:  # fmt: skip
        """The page from its head to its end."""
        yield '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{self.text(name)}</title><style>{_STYLE}</style></head><body>"
        yield f'<h1>{self.text(name)}</h1><p class="made">{self.text(heading.line())}</p>'
        yield from (f'<p class="said">{self.text(sentence)}</p>' for sentence in week.sentences())
        yield "<h2>最急的五件</h2>"
        worst = [[SheetCell(text) for text in worst_cells(due)] for due in week.worst]
        yield from self.table(WORST, worst) if worst else ['<p class="none">没有超时的事。</p>']
        for panel in numbers:
            for drawn in panel.charts:
                yield from self.chart(panel, drawn)
        for panel in numbers:
            yield f"<h2>{self.text(panel.title)}</h2>"
            yield from self.table(panel.header, panel.rows) if panel.says_something else [_none(pages.NOTHING)]
        for form, rows in lists:
            yield f"<h2>{self.text(form.name)}</h2>"
            yield from self.rows(form, rows)
        yield "</body></html>"

    def table(self, header: Sequence[str], rows: Iterable[Sequence[SheetCell]]) -> Iterator[str]:
        """A small table."""
        yield f"<table><thead><tr>{''.join(f'<th>{self.text(title)}</th>' for title in header)}</tr></thead><tbody>"
        for row in rows:
            yield f"<tr>{''.join(self.cell(cell) for cell in row)}</tr>"
        yield "</tbody></table>"

    def cell(self, cell: SheetCell) -> str:
        """A cell of it, a number as a sheet shows it."""
        if cell.value is None or isinstance(cell.value, str):
            return f"<td>{self.text(cell.value or '')}</td>"
        shown = {"percent": "{:.1%}", "money": "{:,.2f}"}.get(cell.style, "{:.0f}").format(cell.value)
        return f'<td class="n">{shown}</td>'

    def chart(self, panel: Panel, drawn: Drawn) -> Iterator[str]:
        """Bars, as wide as their values; a value that is none has none."""
        amounts = [[_amount(row[place]) for place in drawn.series] for row in panel.rows]
        most = 1 if drawn.percent else max((amount for row in amounts for amount in row), default=0) or 1
        names = "　".join(
            f'<span class="k{number}">■</span> {self.text(panel.header[place])}'
            for number, place in enumerate(drawn.series)
        )
        yield f'<div class="chart"><h2>{self.text(drawn.title)}</h2>'
        if len(drawn.series) > 1:
            yield f'<p class="key">{names}</p>'
        for row, parts in zip(panel.rows, amounts, strict=True):
            kept = [(number, amount) for number, amount in enumerate(parts) if amount] or [(0, 0.0)]
            for number, amount in kept:
                name = self.text(str(row[0].value)) if (number, amount) == kept[0] else ""
                told = f"{amount:.0%}" if drawn.percent else f"{amount:.0f}"
                yield (
                    f'<div class="bar s{number}"><b>{name}</b><i style="width:{amount / most * 62:.1f}%"></i>'
                    f"<span>{told}</span></div>"
                )
        yield "</div>"

    def rows(self, form: SheetForm, rows: Iterable[View]) -> Iterator[str]:
        """The rows of a form: a table, on a phone a card each."""
        getters = [(self.job.mask.getter(column) if self.job.mask else column.get, column) for column in form.columns]
        late, some = dict(form.late), False
        for row in self.job.over(form.title, rows):
            if not some:
                heads = "".join(f"<th>{escape(column.title)}</th>" for column in form.columns)
                yield f'<table class="rows"><thead><tr>{heads}</tr></thead><tbody>'
                some = True
            yield f"<tr>{''.join(_field(column, get(row), late) for get, column in getters)}</tr>"
        yield "</tbody></table>" if some else _none(form.empty)


def _none(text: str) -> str:
    return f'<p class="none">{escape(text)}</p>'


def _amount(cell: SheetCell) -> float:
    return 0.0 if isinstance(cell.value, str) else float(cell.value or 0)


def _field(column: FormColumn, value: object, late: dict[str, str]) -> str:
    """A cell of a list, with the name of its column for the card that it becomes on a phone."""
    if isinstance(value, datetime) and column.form == "instant":
        text = f"{value:%Y-%m-%d %H:%M}"
    elif isinstance(value, date):
        text = f"{value:%Y-%m-%d}"
    else:
        text = "" if value is None else f"{value:,.2f}" if column.form == "money" else str(value)
    marked = ' class="late"' if column.key in late and text.startswith(late[column.key]) else ""
    return f'<td data-of="{escape(column.title)}"{marked}>{escape(text)}</td>'
