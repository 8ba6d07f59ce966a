"""A workbook to its sheets: .xlsx .xls .ods through calamine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from demandctl.errors import Refused
from demandctl.imports.files import guard, ods
from demandctl.imports.files.sheet import Merge, Sheet, damaged


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


def _merges(ranges: Iterable[Merge] | None) -> list[Merge]:
    return sorted(ranges or ())
