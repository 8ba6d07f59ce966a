"""A table written as text, .csv as Excel writes it: UTF-8 with or without a mark, UTF-16 with one, else GB18030."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from demandctl.errors import Refused
from demandctl.imports.files import guard
from demandctl.imports.files.sheet import Sheet
from demandctl.language.cells import unguarded

csv.field_size_limit(1024 * 1024)


def read_text(path: Path) -> Sheet:
    """The one sheet of a text file; Refused when it is no table."""
    text = _decoded(path)
    line = max(text[:20_000].split("\n")[:10], key=lambda line: sum(line.count(mark) for mark in ",\t;"))
    delimiter = max(",\t;", key=line.count)
    if text.count(delimiter) > guard.MAX_TEXT_CELLS:
        raise Refused(f"{path.name} 的格子太多，没有打开", "删去多余的列，或按月份拆成几个文件再导入")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return Sheet("", [list(map(unguarded, row)) for row in rows])
    except csv.Error as error:
        raise Refused(f"{path.name} 不是文字表格（{error}）", "请另存为 CSV（UTF-8）或 .xlsx") from error


def _decoded(path: Path) -> str:
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
