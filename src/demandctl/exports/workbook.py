"""Workbooks: finished sheets streamed into a file in bounded memory.

openpyxl makes the workbook, its styles, charts and the frame of each sheet; the rows go into that frame as text, one
at a time, which is several times quicker than a cell object each and holds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from lxml.etree import xmlfile
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import SHEET_MAIN_NS

from demandctl.exports.masking import Mask
from demandctl.language.cells import inert, xml
from demandctl.store.writing import Scratch

FONT = "等线"
LINE = 15.0
"""Points that a line of 10 point text takes, in the widest of the usual Chinese fonts."""
TALLEST = 409.0
"""Excel's limit of a row."""
READABLE = 90
"""Per cent at which 10 points are printed with 9."""
DARK, PALE, GRID, INK = "2F5597", "DCE6F4", "BFBFBF", "404040"

_SIDE = Side(style="thin", color=GRID)
_GRID = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_TIGHT = Alignment(horizontal="center", vertical="center")
_RIGHT = Alignment(horizontal="right", vertical="center")
_FREE = Alignment(horizontal="left", vertical="center")
_MONEY = "[>=10000000000]0.00E+00;#,##0.00"  # a sum that would not fit its column is shown short, never as ####
STYLES: dict[str, tuple[Alignment, Border | None, str, Font | None, str]] = {
    "title": (_FREE, None, "@", Font(name=FONT, size=16, bold=True, color=DARK), ""),
    "title-middle": (_TIGHT, None, "@", Font(name=FONT, size=16, bold=True, color=DARK), ""),
    "subtitle": (_FREE, None, "@", Font(name=FONT, size=10, color=INK), ""),
    "subtitle-middle": (_TIGHT, None, "@", Font(name=FONT, size=10, color=INK), ""),
    "said": (_LEFT, None, "@", Font(name=FONT, size=10.5, color=INK), ""),
    "section": (_FREE, None, "@", Font(name=FONT, size=12, bold=True, color=DARK), ""),
    "header": (_MIDDLE, _GRID, "@", Font(name=FONT, size=10, bold=True, color="FFFFFF"), DARK),
    "text": (_LEFT, _GRID, "@", None, ""),
    "text-8": (_TOP, _GRID, "@", Font(name=FONT, size=8), ""),
    "text-6": (_TOP, _GRID, "@", Font(name=FONT, size=6), ""),
    "code": (_MIDDLE, _GRID, "@", None, ""),
    "phone": (_TIGHT, _GRID, "@", None, ""),
    "wechat": (_LEFT, _GRID, "@", None, ""),
    "instant": (_TIGHT, _GRID, "yyyy-mm-dd hh:mm", None, ""),
    "day": (_TIGHT, _GRID, "yyyy-mm-dd", None, ""),
    "number": (_TIGHT, _GRID, "0", None, ""),
    "decimal": (_TIGHT, _GRID, "0.0", None, ""),
    "money": (_RIGHT, _GRID, _MONEY, None, ""),
    "percent": (_TIGHT, _GRID, "0.0%", None, ""),
    "label": (_LEFT, _GRID, "@", Font(name=FONT, size=10, bold=True), PALE),
    "label-middle": (_MIDDLE, _GRID, "@", Font(name=FONT, size=10, bold=True), PALE),
    "boxed": (_TOP, _GRID, "@", None, ""),
    "signed": (_LEFT, _GRID, "@", None, ""),
    "sign": (_FREE, None, "@", Font(name=FONT, size=11), ""),
}
SIZES = {"text": 10, "text-8": 8, "text-6": 6}
"""The styles of running text and their sizes in points, the largest that fits is taken."""


class SheetCell(NamedTuple):
    """A value in a style; None makes an empty cell that keeps its border."""

    value: Any
    style: str = "text"


class SheetRow(NamedTuple):
    """A row: its cells from the left (None leaves a gap), and its height in points."""

    cells: Sequence[SheetCell | None]
    height: float | None = None


EMPTY = SheetRow(())
_EPOCH = datetime(1899, 12, 30)
_DAY_SECONDS = 86_400


def serial(moment: datetime) -> float:
    """A local time without a zone as spreadsheets count it: days since the end of 1899."""
    since = moment - _EPOCH
    return since.days + since.seconds / _DAY_SECONDS


class NewBook:
    """A workbook in the making: sheets are described first and streamed when it is saved."""

    def __init__(self, title: str, who: str, now: datetime, mask: Mask | None = None) -> None:
        self.mask = mask
        self._book = Workbook(write_only=True)
        self._book.properties.title = title
        self._book.properties.creator = inert(self.shown(who))
        self._book.properties.created = datetime.fromtimestamp(now.timestamp(), now.tzinfo).replace(tzinfo=None)
        self._lines: list[tuple[Any, Callable[[Any], Iterable[str]]]] = []
        self._styles: dict[str, str] = {}

    def shown(self, text: str) -> str:
        """A text as it may stand in this workbook."""
        return self.mask.text(text) if self.mask else text

    def sheet(
        self, title: str, widths: Sequence[float], lines: Callable[[Any], Iterable[str]], *, first: bool = False
    ) -> Any:
        """Add a sheet: *lines* is called when it is written, with the sheet, and yields its rows as XML."""
        sheet = self._book.create_sheet(sheet_name(self.shown(title), self._book.sheetnames), 0 if first else None)
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        self._lines.append((sheet, lines))
        return sheet

    def style(self, name: str) -> str:
        """The number of a style in this workbook."""
        if name not in self._styles:
            alignment, border, number_format, font, fill = STYLES[name]
            cell = WriteOnlyCell(self._book.worksheets[0])
            cell.alignment, cell.number_format = alignment, number_format
            cell.font = font or Font(name=FONT, size=10)
            if border:
                cell.border = border
            if fill:
                cell.fill = PatternFill("solid", start_color=fill)
            self._styles[name] = str(cell.style_id)
        return self._styles[name]

    def save(self, file: IO[bytes]) -> None:
        """Write everything; what was worked with is given back whatever happens."""
        writers: list[_Stream] = []
        try:
            for sheet, lines in self._lines:
                sheet._writer = _Stream(sheet, lines)
                writers.append(sheet._writer)
                sheet._writer.write_top()
            with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6) as archive:
                ExcelWriter(self._book, archive).save()
        finally:
            for writer in writers:
                writer.cleanup()


class _Stream(WorksheetWriter):
    """A sheet whose rows are pulled when the workbook is saved, and go past openpyxl into the file it writes to."""

    def __init__(self, sheet: Any, lines: Callable[[Any], Iterable[str]]) -> None:
        self._lines = lines
        self._scratch = Scratch()
        super().__init__(sheet, out=self._scratch.path)

    def get_stream(self) -> Generator[Any, Any, None]:
        """openpyxl's own, on a file that is ours."""
        with xmlfile(self._scratch.file) as xf, xf.element("worksheet", xmlns=SHEET_MAIN_NS):
            try:
                while True:
                    element = yield
                    if element is True:
                        yield xf
                    elif element is not None:
                        xf.write(element)
            except GeneratorExit:
                pass

    def write_rows(self) -> None:
        """The rows, a thousand at a time."""
        xf: Any = self.xf.send(True)
        out = self._scratch.file
        with xf.element("sheetData"):
            xf.flush()
            chunk: list[str] = []
            for row in self._lines(self.ws):
                chunk.append(row)
                if len(chunk) >= 1000:
                    out.write("".join(chunk).encode())
                    chunk.clear()
            out.write("".join(chunk).encode())
        self.xf.send(None)

    def close(self) -> None:
        """The end of the sheet's XML."""
        super().close()
        self._scratch.file.flush()

    def cleanup(self) -> None:
        """Give the working file back; openpyxl asks for it as soon as the sheet is packed."""
        self._scratch.close()


def row_xml(number: int, cells: Sequence[tuple[str, str, Any] | None], height: float | None) -> str:
    """A row as XML: cells are (column letter, style, value); a time is given as its serial number."""
    parts = [f'<row r="{number}" ht="{height:.1f}" customHeight="1">' if height else f'<row r="{number}">']
    for cell in cells:
        if cell is None:
            continue
        letter, style, value = cell
        if value is None or value == "":
            parts.append(f'<c r="{letter}{number}" s="{style}"/>')
        elif type(value) is str:
            space = ' xml:space="preserve"' if value[0] <= " " or value[-1] <= " " or "\n" in value else ""
            parts.append(f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t{space}>{xml(value)}</t></is></c>')
        else:
            parts.append(f'<c r="{letter}{number}" s="{style}"><v>{value}</v></c>')
    parts.append("</row>")
    return "".join(parts)


def lines_xml(book: NewBook, lines: Iterable[SheetRow], start: int = 1) -> Iterator[str]:
    """Rows that are made of styled cells, as XML; dates and local times become serial numbers."""
    for number, line in enumerate(lines, start):
        cells = [
            (get_column_letter(place), book.style(cell.style), _stored(cell.value, book)) if cell else None
            for place, cell in enumerate(line.cells, 1)
        ]
        yield row_xml(number, cells, line.height)


def _stored(value: Any, book: NewBook) -> Any:
    if isinstance(value, str):
        return book.shown(value)
    if isinstance(value, datetime):
        return serial(value.replace(tzinfo=None))
    if isinstance(value, date):
        return (value - _EPOCH.date()).days
    return value


def room(text: str) -> int:
    """Roughly the cells a text takes: CJK counts double. Quick, and never too small for Chinese."""
    return (len(text) + len(text.encode("utf-8", "surrogatepass")) + 1) // 2


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column, a little too many rather than too few."""
    fits = max(width - 1.6, 2)
    if "\n" in text:
        return sum(lines_of(part, width) for part in text.split("\n"))
    if len(text) * 2 <= fits:
        return 1
    if text.count(" ") > 6:
        fits *= 0.8  # prose with blanks: words that do not fit leave a gap behind
    return int(room(text) // fits) + 1


def fitting(text: str, width: float) -> tuple[str, float]:
    """The style in which a text fits a row that Excel allows, smaller print for a long text, and its height."""
    for style, size in SIZES.items():
        height = lines_of(text, width * 10 / size) * LINE * size / 10 + 5
        if height <= TALLEST:
            return style, height
    return style, TALLEST


def sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """A name that a sheet may have: no forbidden signs, at most 31 characters, and not taken yet."""
    plain = "".join("-" if c in "[]:*?/\\\n\t" or inert(c) != c else c for c in wanted)
    plain = plain.strip("' ")[:31].strip("' ") or "表"
    name, number = plain, 1
    while name.lower() in (other.lower() for other in taken) or name.lower() == "history":
        number += 1
        name = f"{plain[: 30 - len(str(number))]}-{number}"
    return name


def page(
    sheet: Any, *, header_row: int = 0, repeated: str = "", scale: int = 0, pages: int = 0, portrait: bool = False
) -> None:
    """A4, the header row on every page, and page numbers.

    One page wide and at most so many *pages* high, 0 as many as it takes; or at a *scale*, on as many as it takes, with
    some columns *repeated* on each.
    """
    sheet.page_setup.orientation = "portrait" if portrait else "landscape"
    sheet.page_setup.paperSize = 9  # A4
    if scale:
        sheet.page_setup.scale = scale
    else:
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if repeated:
        sheet.page_setup.pageOrder = "overThenDown"
        sheet.print_title_cols = repeated
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.75
    sheet.page_margins.header = sheet.page_margins.footer = 0.35
    sheet.print_options.horizontalCentered = True
    sheet.HeaderFooter.oddFooter.center.text = "第 &P 页，共 &N 页"
    if header_row:
        sheet.print_title_rows = f"{header_row}:{header_row}"
