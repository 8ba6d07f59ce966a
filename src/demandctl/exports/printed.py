"""A form of one page that is printed: rows of cells that span columns, boxes to tick, places to sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from openpyxl.utils import get_column_letter

from demandctl.exports import workbook
from demandctl.exports.job import Job
from demandctl.exports.workbook import NewBook, SheetCell, SheetRow

WIDTHS = (13.0,) * 8
Spanned = Sequence[tuple[SheetCell, int]]
"""The cells of a row from the left, each with the number of columns it takes."""


def printed(job: Job, title: str, rows: Sequence[Spanned]) -> NewBook:
    """The rows as a book of one page."""
    book = NewBook(title, job.who, job.reader.now, job.mask)

    def lines(sheet: Any) -> Iterator[str]:
        made = []
        for number, row in enumerate(rows, 1):
            cells, place = [], 1
            for cell, span in row:
                if span > 1:
                    reach = f"{get_column_letter(place)}{number}:{get_column_letter(place + span - 1)}{number}"
                    sheet.merged_cells.add(reach)
                cells += [cell, *[SheetCell(None, cell.style)] * (span - 1)]
                place += span
            made.append(SheetRow(cells, _height(row)))
        yield from workbook.lines_xml(book, made)

    sheet = book.sheet(title, WIDTHS, lines)
    sheet.sheet_view.showGridLines = False
    workbook.page(sheet, pages=1, portrait=True)
    job.sheets[title] = 1
    return book


def _height(row: Spanned) -> float:
    least = {"title-middle": 40.0, "boxed": 74.0, "signed": 70.0}
    heights = [
        max(least.get(cell.style, 26.0), workbook.lines_of(str(cell.value or ""), WIDTHS[0] * span) * workbook.LINE + 8)
        for cell, span in row
    ]
    return min(max(heights), workbook.TALLEST)


def boxes(choices: Iterable[tuple[Any, str]], chosen: Any) -> str:
    """Choices with a box before each, the chosen one ticked."""
    return "　".join(f"{'☑' if value == chosen else '□'}{name}" for value, name in choices)


def pair(name: str, value: str | None, span: int) -> list[tuple[SheetCell, int]]:
    """A name and its value, over so many columns."""
    return [(SheetCell(name, "label-middle"), 1), (SheetCell(value or "", "text"), span)]


def boxed(name: str, text: str) -> Spanned:
    """A name and room to write."""
    return [(SheetCell(name, "label-middle"), 1), (SheetCell(text, "boxed"), 7)]


def signed(name: str = "", day: str = "") -> str:
    """Where somebody signs, or has signed, and the day."""
    year, month, date = day.split("-") if day else ("＿＿＿＿", "＿＿", "＿＿")
    return f"签名：{name or '＿＿＿＿＿＿＿＿＿＿'}　　　　　　日期：{year}年{month}月{date}日"


def written(at: datetime | None) -> str:
    """A time as a form has it."""
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def signature(who: str, name: str = "", day: str = "") -> Spanned:
    """A row for whoever signs."""
    return [(SheetCell(who, "label-middle"), 1), (SheetCell(signed(name, day), "signed"), 7)]


def head(job: Job, title: str, number: str) -> Iterator[Spanned]:
    """The title, the company and the number of the form."""
    yield [(SheetCell(title, "title-middle"), 8)]
    yield [(SheetCell(f"{job.company}　　编号：{number}".strip("　"), "subtitle-middle"), 8)]
