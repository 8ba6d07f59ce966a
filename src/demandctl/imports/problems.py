"""What is wrong with a file, cell by cell; and the rows that were left out, written beside it, ready to mend.

The file looks as the one that it comes from: titles and sections that the rows lean on, the header, the rows with what
they take from others filled in, the wrong cells marked. Two columns at the end say why and where from; they are not
read back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl.errors import Refused
from demandctl.imports.files.sheet import Cell
from demandctl.language.cells import fitted, inert
from demandctl.language.display import width

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

REASONS = ("问题", "原行号")
"""The headers of the last two columns."""
_NARROWEST, _WIDEST = 8, 44


class Problem(NamedTuple):
    """A cell that cannot be taken: the sheet, the row as the sheet counts, the header, the value and why."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    field: str = ""


class BadRow(NamedTuple):
    """A row that was left out, its cells filled in from those that it leans on."""

    number: int
    cells: Sequence[Cell]
    sections: Sequence[str]
    wrong: frozenset[int]
    """The places of the cells that are wrong."""
    reason: str


class BadTable(NamedTuple):
    """The rows of a table that were left out, with what they need to be read again."""

    sheet: str
    titles: Sequence[str]
    header: Sequence[str]
    rows: Sequence[BadRow]


def problems_path(path: Path) -> Path:
    """``NAME.problems.xlsx`` beside ``NAME.xlsx``; of a file of problems the next one."""
    stem, _, number = path.stem.partition(".problems")
    if not path.stem.startswith(f"{stem}.problems"):
        return path.with_name(f"{path.stem}.problems.xlsx")
    return path.with_name(f"{stem}.problems{int(number or 1) + 1 if (number or '1').isdigit() else 2}.xlsx")


def by_row(problems: Iterable[Problem]) -> Mapping[tuple[str, int], str]:
    """The reasons of each row on one line."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for problem in problems:
        column = f"{problem.column}：" if problem.column else ""
        reasons.setdefault((problem.sheet, problem.row), []).append(f"{column}{problem.message}")
    return {where: "；".join(texts) for where, texts in reasons.items()}


def write_problems(path: Path, tables: Sequence[BadTable]) -> Path:
    """Write the rows that were left out; sheets keep their names. Refused when it cannot be written.

    The file is written beside its place and renamed over it: an old one stays whole until the new one is.
    """
    from openpyxl import Workbook

    target = problems_path(path)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: dict[str, Worksheet] = {}
    for table in tables:
        name = _sheet_name(table.sheet)
        if name not in sheets:
            sheets[name] = book.create_sheet(name)
        _write(sheets[name], table)
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        book.save(fresh)
        os.replace(fresh, target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Refused(
            f"有问题的行写不进 {target}（{error.strerror or error}），没有导入",
            "关掉打开着的文件，或换到能写的文件夹再导",
        ) from error
    return target


def _sheet_name(name: str) -> str:
    return "".join(char for char in name if char not in "[]:*?/\\")[:31] or "问题"


def _write(sheet: Worksheet, table: BadTable) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    row = sheet.max_row + 2 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for title in table.titles:
        _put(sheet, row, 1, title).font = Font(bold=True, size=13)
        row += 1
    for place, text in enumerate([*table.header, *REASONS], 1):
        cell = _put(sheet, row, place, text)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="D9E2EC")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if row <= len(table.titles) + 1:
        sheet.freeze_panes = f"A{row + 1}"
    sections: Sequence[str] = ()
    for bad in table.rows:
        for section in [text for text in bad.sections if text not in sections]:
            row += 1
            _put(sheet, row, 1, section).font = Font(bold=True)
        sections = bad.sections
        row += 1
        for place, value in enumerate(bad.cells, 1):
            cell = _put(sheet, row, place, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if place - 1 in bad.wrong:
                cell.fill = PatternFill("solid", fgColor="FFE699")
        last = len(table.header)
        _put(sheet, row, last + 1, bad.reason).font = Font(color="C00000")
        sheet.cell(row, last + 1).alignment = Alignment(vertical="top", wrap_text=True)
        sheet.cell(row, last + 2, bad.number)
    _widen(sheet, table)


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> Any:
    """A cell as it was, with nothing in it that a spreadsheet would run or could not hold."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        if value:
            cell.value = fitted(inert(value))
            cell.data_type = "s"
        return cell
    cell.value = value
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _widen(sheet: Worksheet, table: BadTable) -> None:
    """Columns wide enough for what stands in them, CJK counted double."""
    from openpyxl.utils import get_column_letter

    blank = [""] * len(table.header)
    lines = [[*bad.cells, *blank[len(bad.cells) :], bad.reason] for bad in table.rows]
    lines.append([*table.header, *REASONS])
    for place in range(len(table.header) + 2):
        texts = [str(line[place]) for line in lines if place < len(line)]
        longest = max((width(part) for text in texts for part in text.split("\n")), default=0)
        dimension = sheet.column_dimensions[get_column_letter(place + 1)]
        dimension.width = max(min(longest + 2, _WIDEST), _NARROWEST, dimension.width if dimension.customWidth else 0)
