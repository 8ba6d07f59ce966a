"""A workbook to plain rows: .xlsx .xls .ods through calamine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandctl.errors import Refused
from demandctl.imports.files import guard, ods

Cell = Any
"""str, float, bool, date, datetime, time or timedelta; an empty cell is ''."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows from the first on, and which cells stand for a whole merged block."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = field(default=())
    """((row, column), (row, column)) of the first and the last cell, counted from 0."""


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
