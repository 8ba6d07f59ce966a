"""A spreadsheet file to plain rows: .xlsx .xls .ods through calamine, .csv as UTF-8 or GB18030.

Refused, in words, is what is no table, is damaged, has a password or is not safe to open (``guard``).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from demandctl.errors import NotFound, Refused
from demandctl.imports.files import confined, guard
from demandctl.imports.files.workbook import Sheet, read_book
from demandctl.language.cells import unguarded

csv.field_size_limit(1024 * 1024)


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
