"""A form as a sheet: title, who and when, frozen header, filter, rows as they stream in, signatures at the end.

One that fits the width of a page prints so. A wider one keeps every column and prints on as many pages as it takes;
beside it a sheet 打印 has the columns that a leader reads.
"""

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
from demandctl.imports.source import PRINTED, PRINTED_TITLE
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store.writing import Scratch

HEADER_ROW = 3
NARROW = 150.0
"""Up to this width the title stands in the middle; on a wider sheet it would be off the screen."""
PAGE = 142.0
"""What fits the width of A4, lying, where text of 10 points is printed with some 9."""
WRAPPED = ("text", "wechat")
_CODES = ("id", "number", "code", "customer_code")
_CUSTOMER = ("customer", "customer_name", "name")


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


_SIGNATURES = (
    "填表人：＿＿＿＿＿＿＿＿",
    "审核人：＿＿＿＿＿＿＿＿",
    "分管领导：＿＿＿＿＿＿＿＿",
    "日期：＿＿＿＿年＿＿月＿＿日",
)


def signatures(width: float) -> list[str]:
    """Who signs, on as many lines as a sheet that is so wide needs."""
    across = 4 if width > 90 else 2
    return ["　　".join(_SIGNATURES[start : start + across]) for start in range(0, len(_SIGNATURES), across)]


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


class SheetForm(NamedTuple):
    """A form: its sheet, the name above it, its columns, and those of its sheet 打印 where it is wider than a page.

    *late* names columns whose cells are marked by how their text begins.
    """

    title: str
    name: str
    columns: Sequence[FormColumn]
    printed: Sequence[FormColumn] = ()
    late: Sequence[tuple[str, str]] = ()
    empty: str = "没有记录"

    @property
    def width(self) -> float:
        """In characters."""
        return sum(column.width for column in self.columns)


Body = Callable[[], Iterator[str]]


def add(book: workbook.NewBook, reader: Reader, form: SheetForm, heading: Heading, rows: Iterable[View]) -> None:
    """Add a form as a sheet, and its sheet 打印 where it has one. The rows are read once."""
    last = [HEADER_ROW]  # where the last row stands, known once they have passed
    short = form._replace(title=PRINTED, name=f"{form.name}{PRINTED_TITLE}", columns=form.printed)
    printed = form.printed and form.width > PAGE
    spool = Scratch() if printed else None

    def body() -> Iterator[str]:
        line_of, short_line_of = _line_maker(book, form.columns), _line_maker(book, short.columns)
        for number, row in enumerate(rows, HEADER_ROW + 1):
            last[0] = number
            if spool:
                spool.file.write(f"{short_line_of(number, row)}\n".encode())
            yield line_of(number, row)

    def again() -> Iterator[str]:
        assert spool is not None
        spool.file.seek(0)
        for line in spool.file:
            yield line.decode()
        spool.close()

    _sheet(book, reader, form, heading, body, last)
    if printed:
        _sheet(book, reader, short, heading, again, last)


def _sheet(
    book: workbook.NewBook, reader: Reader, form: SheetForm, heading: Heading, body: Body, last: Sequence[int]
) -> None:
    columns, fits = form.columns, form.width <= PAGE

    def lines(made: Any) -> Iterator[str]:
        yield from workbook.lines_xml(book, _top(form, heading))
        yield from body()
        _finish(made, columns, max(last[0], HEADER_ROW + 1), form.late, reader)
        end = [workbook.SheetRow([workbook.SheetCell(form.empty, "subtitle")], 20)] if last[0] == HEADER_ROW else []
        signed = [workbook.SheetRow([workbook.SheetCell(line, "sign")], 30) for line in signatures(form.width)]
        tail = [*end, workbook.EMPTY, *signed]
        yield from workbook.lines_xml(book, tail, last[0] + 1)

    sheet = book.sheet(form.title, [column.width for column in columns], lines)
    sheet.freeze_panes = f"{get_column_letter(_frozen(columns) + 1)}{HEADER_ROW + 1}"
    sheet.sheet_view.zoomScale = 90
    if fits:
        workbook.page(sheet, header_row=HEADER_ROW)
    else:
        workbook.page(sheet, header_row=HEADER_ROW, repeated=_naming(columns), scale=workbook.READABLE)
    if form.width <= NARROW:
        for row in (1, 2):
            sheet.merged_cells.add(f"A{row}:{get_column_letter(len(columns))}{row}")


def _frozen(columns: Sequence[FormColumn]) -> int:
    """How many columns stay in sight: those that name the row, on a sheet that is scrolled sideways."""
    return 2 if sum(column.width for column in columns) > NARROW else 0


def _naming(columns: Sequence[FormColumn]) -> str:
    """The columns that are repeated on every page of a wide sheet: the customer, and the codes right before him."""
    last = next((place for place, column in enumerate(columns, 1) if column.key in _CUSTOMER), 1)
    first = last
    while first > 1 and columns[first - 2].key in _CODES:
        first -= 1
    return f"{get_column_letter(first)}:{get_column_letter(last)}"


def _top(form: SheetForm, heading: Heading) -> list[workbook.SheetRow]:
    columns, middle = form.columns, "-middle" if form.width <= NARROW else ""
    lines = max(workbook.lines_of(column.title, column.width) for column in columns)
    return [
        workbook.SheetRow([workbook.SheetCell(form.name, f"title{middle}")], 30),
        workbook.SheetRow([workbook.SheetCell(heading.line(), f"subtitle{middle}")], 20),
        workbook.SheetRow(
            [workbook.SheetCell(column.title, "header") for column in columns], max(24, lines * workbook.LINE + 6)
        ),
    ]


def _line_maker(book: workbook.NewBook, columns: Sequence[FormColumn]) -> Callable[[int, View], str]:
    """How to make a row of XML, as high as its longest text needs."""
    cells = [
        (get_column_letter(place), book.style(column.form), cell_of(column, book.mask),
         column.width if column.form in WRAPPED or column.form == "code" else 0.0)
        for place, column in enumerate(columns, 1)
    ]  # fmt: skip
    widths = [width for *_, width in cells]
    lines_of, row_xml = workbook.lines_of, workbook.row_xml

    def made(number: int, row: View) -> str:
        line: list[tuple[str, str, Any] | None] = []
        lines = 1
        for letter, style, get, width in cells:
            value = get(row)
            line.append((letter, style, value))
            if width and value and (len(value) * 2 > width - 1.6 or "\n" in value):
                lines = max(lines, lines_of(value, width))
        height = lines * workbook.LINE + 5
        if height > workbook.TALLEST:
            height = _squeeze(book, line, widths)
        return row_xml(number, line, height)

    return made


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
    for key, beginning in ((key, beginning) for key, beginning in late if key in letters):
        letter = letters[key]
        formula = f'LEFT(${letter}{first},{len(beginning)})="{beginning}"'
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _red(formula))
    if "next_at" in letters and "status" in letters:
        # Overdue at the moment the form was made: what a reader sees a week later must not have turned red by itself.
        now = workbook.serial(reader.now.astimezone(reader.zone).replace(tzinfo=None))
        letter = letters["next_at"]
        formula = f'AND(${letter}{first}<>"",${letter}{first}<{now!r},${letters["status"]}{first}<>"已结束")'
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", _red(formula))
