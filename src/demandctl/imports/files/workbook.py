"""A workbook to its sheets: .xlsx .xlsm .xls .xlsb .ods through calamine, .fods as the .ods that it is."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from demandctl.imports.files import guard, ods, xlsx
from demandctl.imports.files.formats import Format
from demandctl.imports.files.sheet import Book, Cell, Marks, Merge, Sheet, damaged


def read_book(path: Path, only: str, form: Format) -> Book:
    """The sheets of a workbook that ``formats`` has passed; *only* names the one that is wanted."""
    with path.open("rb") as stream:
        if form is Format.ODS:
            content = _content(path)
            return _read(path, stream, only, *ods.read(content))
        marks = xlsx.marks(path) if form is Format.XLSX else {}
        return _read(path, stream, only, {}, marks)


def read_flat(path: Path, only: str, form: Format) -> Book:
    """The sheets of a flat .fods: the same XML without its archive."""
    content = path.read_bytes()
    guard.check_markup(path, content[:4096])
    guard.check_cells(path, io.BytesIO(content))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", "<manifest/>")
        made.writestr("content.xml", content)
    archive.seek(0)
    return _read(path, archive, only, *ods.read(content))


def _content(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read("content.xml")


def _read(
    path: Path, stream: IO[bytes], only: str, merged: Mapping[str, Iterable[Merge]], marks: Mapping[str, Marks]
) -> Book:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        with _silent(), CalamineWorkbook.from_filelike(stream) as book:
            sheets: list[Sheet] = []
            hidden: list[str] = []
            known: dict[str, str] = {}
            for number, meta in enumerate(book.sheets_metadata):
                if meta.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_index(number)
                if meta.visible is not SheetVisibleEnum.Visible and meta.name.strip() != only.strip():
                    hidden += [meta.name] if sheet.start is not None else []
                    continue
                rows = _shared(sheet.to_python(skip_empty_area=False), known) if sheet.start is not None else []
                blocks = sorted(merged.get(meta.name) or sheet.merged_cell_ranges or ())
                sheets.append(Sheet(meta.name, rows, blocks, marks.get(meta.name, Marks())))
            return Book(sheets, hidden)
    except PasswordError as error:
        raise guard.encrypted(path) from error
    except (CalamineError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how calamine's own bugs surface; the class is not public
            raise
        raise damaged(path) from error


def _shared(rows: Sequence[list[Any]], known: dict[str, str]) -> Sequence[Sequence[Cell]]:
    """The rows with each text kept once: names, phones and kinds come again and again, in a third of the memory."""
    once = known.setdefault
    for row in rows:
        row[:] = [once(cell, cell) if type(cell) is str else cell for cell in row]
    return rows


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what calamine's own bugs print, a page of Rust, off the screen."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
