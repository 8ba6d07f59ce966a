"""A file to its sheets, by the reader that its bytes ask for.

Refused, in words, is what is no table, is damaged, has a password or is not safe to open (``formats``, ``guard``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from demandctl.errors import NotFound, Refused
from demandctl.imports.files import confined, guard
from demandctl.imports.files.formats import Format, format_of
from demandctl.imports.files.pages import read_page
from demandctl.imports.files.sheet import Book
from demandctl.imports.files.spreadsheetml import read_xml
from demandctl.imports.files.text import read_text
from demandctl.imports.files.workbook import read_book, read_flat

_READERS: Mapping[Format, Callable[[Path, str, Format], Book]] = {
    Format.XLSX: read_book, Format.ODS: read_book, Format.XLS: confined.read, Format.XLSB: confined.read,
    Format.FODS: read_flat, Format.SPREADSHEETML: read_xml, Format.PAGE: read_page, Format.MAIL: read_page,
    Format.TEXT: read_text,
}  # fmt: skip
"""A file whose cost cannot be told beforehand is read in a process of its own."""


def read_workbook(path: Path, only: str = "") -> Book:
    """The visible sheets of a file, or the one named *only*; NotFound or Refused when it cannot be taken."""
    try:
        form = format_of(path)
        reader = _READERS[form]
        if form is Format.XLSX and guard.repeats_itself(path):
            reader = confined.read
        book = reader(path, only, form)
    except FileNotFoundError as error:
        raise NotFound(f"没有文件：{path}") from error
    except OSError as error:
        raise Refused(f"文件读不了：{path}（{error.strerror or error}）") from error
    if not only or form is Format.TEXT:
        return book
    found = [sheet for sheet in book.sheets if sheet.name.strip() == only.strip()]
    if not found:
        names = [*(sheet.name for sheet in book.sheets), *book.hidden]
        raise Refused(f"{path.name} 里没有工作表“{only}”", f"有：{'、'.join(names)}")
    return Book(found)
