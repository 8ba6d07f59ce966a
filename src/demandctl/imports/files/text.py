"""A table written as text, .csv as Excel writes it: UTF-8 with or without a mark, UTF-16 with one, else GB18030."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from demandctl.errors import Refused
from demandctl.imports.files import guard
from demandctl.imports.files.formats import Format
from demandctl.imports.files.sheet import Book, Sheet
from demandctl.language.cells import unguarded

csv.field_size_limit(1024 * 1024)
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
"""What Excel itself is told by the first line of some files."""


def read_text(path: Path, only: str, form: Format) -> Book:
    """The one sheet of a text file; Refused when it is no table."""
    text = _decoded(path)
    told = _SEPARATOR.match(text)
    text = text[told.end() :] if told else text
    line = max(text[:20_000].split("\n")[:10], key=lambda line: sum(line.count(mark) for mark in ",\t;|"))
    delimiter = told[1] if told else max(",\t;|", key=line.count)
    if text.count(delimiter) > guard.MAX_TEXT_CELLS:
        raise Refused(f"{path.name} 的格子太多，没有打开", "删去多余的列，或按月份拆成几个文件再导入")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return Book([Sheet("", [list(map(unguarded, row)) for row in rows])])
    except csv.Error as error:
        raise Refused(f"{path.name} 不是文字表格（{error}）", "请另存为 CSV（UTF-8）或 .xlsx") from error


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for code in _codes(raw):
        try:
            text = raw.decode(code)
        except UnicodeDecodeError:
            continue
        odd = sum(1 for char in text[:100_000] if char < " " and char not in "\t\r\n\v\f")
        if "\0" not in text and odd * 100 <= len(text[:100_000]):
            return text
    raise Refused(f"{path.name} 不是文字表格", "请另存为 CSV（UTF-8）或 .xlsx")


def _codes(raw: bytes) -> list[str]:
    """The codes that a text may be written in, the likeliest first; UTF-16 without its mark shows by its zero bytes."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    head = raw[:4096]
    for start, code in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head and head[start::2].count(0) * 5 > len(head) // 2:
            return [code]
    return ["utf-8-sig", "gb18030"]
