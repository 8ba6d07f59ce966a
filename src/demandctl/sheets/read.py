"""A spreadsheet file to plain rows: .xlsx .xls .ods through calamine, .csv as UTF-8 or GB18030.

Refused, in words, is what is no table, is damaged, has a password or is not safe to open (``guard``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandctl.errors import NotFound, Refused
from demandctl.sheets import confined, guard, ods
from demandctl.sheets.safe import unguarded

csv.field_size_limit(1024 * 1024)

Cell = Any
"""str, float, bool, date, datetime, time or timedelta; an empty cell is ''."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first on, and which cells stand for a whole merged block."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = field(default=())
    """((row, column), (row, column)) of the first and the last cell, counted from 0."""


def read_workbook(path: Path, only: str = "") -> list[Sheet]:
    """The visible sheets of a file, or the one named *only*; NotFound or Refused when it cannot be taken."""
    try:
        kind = guard.kind_of(path)
        if kind == "text":
            sheets = [_csv(path)]
        elif kind == "ole" or (kind == "zip" and guard.repeats_itself(path)):
            sheets = confined.read(path, only, kind)
        else:
            sheets = read_book(path, only, kind)
    except FileNotFoundError as error:
        raise NotFound(f"没有文件：{path}") from error
    except OSError as error:
        raise Refused(f"文件读不了：{path}（{error.strerror or error}）") from error
    if not only or kind == "text":
        return sheets
    found = [sheet for sheet in sheets if sheet.name.strip() == only.strip()]
    if not found:
        raise Refused(f"{path.name} 里没有工作表“{only}”", f"有：{'、'.join(sheet.name for sheet in sheets)}")
    return found


def read_book(path: Path, only: str, kind: str) -> list[Sheet]:
    """The sheets of a workbook that ``guard`` has passed."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            sheets: list[Sheet] = []
            is_ods = kind == "zip" and "content.xml" in guard.names_of(path)
            merged = ods.merges(path) if is_ods else {}
            for number, meta in enumerate(book.sheets_metadata):
                shown = meta.visible is SheetVisibleEnum.Visible or meta.name.strip() == only.strip()
                if meta.typ is not SheetTypeEnum.WorkSheet or not shown:
                    continue
                sheet = book.get_sheet_by_index(number)
                rows = sheet.to_python(skip_empty_area=False) if sheet.start is not None else []
                sheets.append(Sheet(meta.name, rows, merged.get(meta.name) or _merges(sheet.merged_cell_ranges)))
            return sheets
    except PasswordError as error:
        raise Refused(f"{path.name} 有密码，打不开", "在 Excel 里取消密码后另存，再导入") from error
    except (CalamineError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how calamine's own bugs surface; the class is not public
            raise
        raise damaged(path) from error


def damaged(path: Path) -> Refused:
    """A workbook that does not open."""
    return Refused(f"{path.name} 打不开，不是表格文件或已损坏", "用 Excel 能打开的话，另存为 .xlsx 再导入")


def _merges(ranges: Any) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    return tuple(sorted((tuple(first), tuple(last)) for first, last in ranges or ()))


def _csv(path: Path) -> Sheet:
    text = decoded(path)
    line = max(text[:20_000].split("\n")[:10], key=lambda line: sum(line.count(mark) for mark in ",\t;"))
    delimiter = max(",\t;", key=line.count)
    if text.count(delimiter) > guard.MAX_TEXT_CELLS:
        raise Refused(f"{path.name} 的格子太多，没有打开", "删去多余的列，或按月份拆成几个文件再导入")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return Sheet("", [list(map(unguarded, row)) for row in rows])
    except csv.Error as error:
        raise Refused(f"{path.name} 不是文字表格（{error}）", "请另存为 CSV（UTF-8）或 .xlsx") from error


def decoded(path: Path) -> str:
    """The text of a file as Excel writes it: UTF-8 with or without a mark, UTF-16 with one, else GB18030."""
    raw = path.read_bytes()
    codes = ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for code in codes:
        try:
            text = raw.decode(code)
        except UnicodeDecodeError:
            continue
        odd = sum(1 for char in text[:100_000] if char < " " and char not in "\t\r\n\v\f")
        if "\0" not in text and odd * 100 <= len(text[:100_000]):
            return text
    raise Refused(f"{path.name} 不是文字表格", "请另存为 CSV（UTF-8）或 .xlsx")
