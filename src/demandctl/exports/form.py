"""A form as a sheet: title, who and when, frozen header, filter, rows as they stream in, signatures at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from demandctl.exports import workbook
from demandctl.exports.columns import FormColumn
from demandctl.exports.masking import Mask
from demandctl.queries.reader import Reader
from demandctl.queries.view import View

HEADER_ROW = 3
NARROW = 150.0
"""Up to this width the title stands in the middle; on a wider sheet it would be off the screen."""
WRAPPED = ("text", "wechat")


def _red(formula: str) -> Any:
    """A rule that marks the cells for which a formula holds."""
    fill, font = PatternFill(bgColor="F8CBAD"), Font(color="C00000", bold=True)
    return FormulaRule(formula=[formula], fill=fill, font=font)  # type: ignore[no-untyped-call]


class Heading(NamedTuple):
    """What stands above a form: company, period, who filled it in, when."""

    company: str
    period: str
    who: str
    made: datetime

    def line(self) -> str:
        """All of it on one line."""
        parts = [
            self.company, f"期间：{self.period}" if self.period else "", f"填表人：{self.who}",
            f"填表时间：{self.made:%Y-%m-%d %H:%M}",
        ]  # fmt: skip
        return "　　".join(part for part in parts if part)


SIGNATURES = (
    "填表人：＿＿＿＿＿＿＿＿　　审核人：＿＿＿＿＿＿＿＿　　分管领导：＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日"
)


def cell_of(column: FormColumn, mask: Mask | None) -> Callable[[View], Any]:
    """How to get a column's value as a sheet stores it: text, a number, or a local time as its serial number."""
    get = mask.getter(column) if mask else column.get

    def instant(row: View) -> float | None:
        at: datetime | None = get(row)
        return workbook.serial(at.replace(tzinfo=None)) if at else None

    def day(row: View) -> float | None:
        on: date | None = get(row)
        return workbook.serial(datetime.combine(on, datetime.min.time())) if on else None

    return {"instant": instant, "day": day}.get(column.form, get)


def add(
    book: workbook.NewBook,
    reader: Reader,
    title: str,
    name: str,
    heading: Heading,
    columns: Sequence[FormColumn],
    rows: Iterable[View],
    *,
    late: Sequence[tuple[str, str]] = (),
    empty: str = "没有记录",
) -> None:
    """Add a form as a sheet. *late* names columns whose cells are marked by how their text begins."""
    widths = [column.width for column in columns]
    sheet: Any = None

    def lines(made: Any) -> Iterator[str]:
        last = HEADER_ROW
        yield from workbook.lines_xml(book, _top(name, heading, columns))
        for line in _rows(book, columns, rows):
            last += 1
            yield line
        _finish(made, columns, max(last, HEADER_ROW + 1), late, reader)
        end = [workbook.SheetRow([workbook.SheetCell(empty, "subtitle")], 20)] if last == HEADER_ROW else []
        tail = [*end, workbook.EMPTY, workbook.SheetRow([workbook.SheetCell(SIGNATURES, "sign")], 30)]
        yield from workbook.lines_xml(book, tail, last + 1)

    sheet = book.sheet(title, widths, lines)
    sheet.freeze_panes = f"{get_column_letter(_frozen(columns) + 1)}{HEADER_ROW + 1}"
    sheet.sheet_view.zoomScale = 90
    workbook.page(sheet, header_row=HEADER_ROW)
    if sum(widths) <= NARROW:
        for row in (1, 2):
            sheet.merged_cells.add(f"A{row}:{get_column_letter(len(columns))}{row}")


def _frozen(columns: Sequence[FormColumn]) -> int:
    """How many columns stay in sight: those that name the row, on a sheet that is scrolled sideways."""
    return 2 if sum(column.width for column in columns) > NARROW else 0


def _top(name: str, heading: Heading, columns: Sequence[FormColumn]) -> list[workbook.SheetRow]:
    middle = "-middle" if sum(column.width for column in columns) <= NARROW else ""
    lines = max(workbook.lines_of(column.title, column.width) for column in columns)
    return [
        workbook.SheetRow([workbook.SheetCell(name, f"title{middle}")], 30),
        workbook.SheetRow([workbook.SheetCell(heading.line(), f"subtitle{middle}")], 20),
        workbook.SheetRow(
            [workbook.SheetCell(column.title, "header") for column in columns], max(24, lines * workbook.LINE + 6)
        ),
    ]


def _rows(book: workbook.NewBook, columns: Sequence[FormColumn], rows: Iterable[View]) -> Iterator[str]:
    """The rows as XML, each as high as its longest text needs."""
    cells = [
        (get_column_letter(place), book.style(column.form), cell_of(column, book.mask),
         column.width if column.form in WRAPPED or column.form == "code" else 0.0)
        for place, column in enumerate(columns, 1)
    ]  # fmt: skip
    lines_of, row_xml = workbook.lines_of, workbook.row_xml
    for number, row in enumerate(rows, HEADER_ROW + 1):
        line: list[tuple[str, str, Any] | None] = []
        lines = 1
        for letter, style, get, width in cells:
            value = get(row)
            line.append((letter, style, value))
            if width and value and (len(value) * 2 > width - 1.6 or "\n" in value):
                lines = max(lines, lines_of(value, width))
        height = lines * workbook.LINE + 5
        if height > workbook.TALLEST:
            height = _squeeze(book, line, [width for *_, width in cells])
        yield row_xml(number, line, height)


def _squeeze(book: workbook.NewBook, line: list[tuple[str, str, Any] | None], widths: Sequence[float]) -> float:
    """Set the long texts of a row in smaller print; returns the height it takes then."""
    tallest = 0.0
    for place, (cell, width) in enumerate(zip(line, widths, strict=True)):
        if cell and width and cell[2]:
            style, height = workbook.fitting(cell[2], width)
            tallest = max(tallest, height)
            if style != "text":
                line[place] = (cell[0], book.style(style), cell[2])
    return tallest


def _finish(
    sheet: Any, columns: Sequence[FormColumn], last: int, late: Sequence[tuple[str, str]], reader: Reader
) -> None:
    """What refers to all rows: filter, choices, marks."""
    first, letters = HEADER_ROW + 1, {c.key: get_column_letter(n) for n, c in enumerate(columns, 1)}
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(columns))}{last}"
    for column in columns:
        if column.choices:
            rule = DataValidation(
                "list", formula1=f'"{",".join(column.choices)}"', allow_blank=True, showErrorMessage=True
            )
            rule.errorTitle, rule.error = column.title, "请从列表里选一项"
            rule.add(f"{letters[column.key]}{first}:{letters[column.key]}{last}")
            sheet.data_validations.append(rule)
    for key, beginning in late:
        letter = letters[key]
        formula = f'LEFT(${letter}{first},{len(beginning)})="{beginning}"'
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _red(formula))
    if "next_at" in letters and "status" in letters:
        # Overdue at the moment the form was made: what a reader sees a week later must not have turned red by itself.
        now = workbook.serial(reader.now.astimezone(reader.zone).replace(tzinfo=None))
        letter = letters["next_at"]
        formula = f'AND(${letter}{first}<>"",${letter}{first}<{now!r},${letters["status"]}{first}<>"已结束")'
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _red(formula))
