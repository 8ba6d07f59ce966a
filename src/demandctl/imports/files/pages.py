"""Web pages with tables, what Chinese systems export as .xls: each table is a sheet, what stands above it its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

from demandctl.errors import Refused
from demandctl.imports.files.formats import Format
from demandctl.imports.files.grid import Grid, TooLarge
from demandctl.imports.files.sheet import Book, Cell, Place, Sheet, colour_word

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030"}
_COLOUR = re.compile(r"background(?:-color)?\s*:\s*#([0-9a-f]{6})", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DATED = re.compile(r"\d{1,2}\s*[月/.\-]\s*\d{1,2}|\d{1,2}:\d{2}")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_BLOCKS = frozenset(
    {"p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "center"}
)
_SILENT = frozenset({"script", "style", "head", "title", "meta", "noscript"})
_TITLE_LINES = 12


def read_page(path: Path, only: str, form: Format) -> Book:
    """The tables of a web page; Refused when it has none."""
    raw = path.read_bytes()
    parts = [_decoded(raw)] if form is Format.PAGE else [*_parts(raw)]
    try:
        sheets = [sheet for part in parts for sheet in _tables(part)]
    except TooLarge as error:
        raise Refused(f"{path.name} 的表格太大，没有打开", "删去多余的行列，或按月份拆成几个文件再导入") from error
    if not sheets:
        raise Refused(f"{path.name} 是网页，里面没有表格", "用浏览器或 Excel 打开，把表格另存为 .xlsx 再导入")
    return Book(
        [Sheet(f"表{number}", *_rest(sheet)) if len(sheets) > 1 else sheet for number, sheet in enumerate(sheets, 1)]
    )


def _rest(sheet: Sheet) -> tuple[Any, Any, Any]:
    return sheet.rows, sheet.merges, sheet.marks


def _parts(raw: bytes) -> Iterator[str]:
    """The pages of an .mht, which is written as a mail with attachments."""
    for part in message_from_bytes(raw).walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield _decoded(content)


def _decoded(raw: bytes) -> str:
    """The text of a page: as its first bytes or its head say, where that holds; else UTF-8, else GB18030."""
    named = _CHARSET.search(raw[:8192])
    told = named[1].decode("ascii", "ignore").lower() if named else ""
    codes = (
        ["utf-16"] if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else [_WIDER.get(told, told), "utf-8-sig", "gb18030"]
    )
    for code in filter(None, codes):
        try:
            return _DECLARED.sub("", raw.decode(code).lstrip("\ufeff"))
        except (UnicodeDecodeError, LookupError):
            continue
    return _DECLARED.sub("", raw.decode("gb18030", "replace"))


def _tables(text: str) -> Iterator[Sheet]:
    """The tables that hold no other, each with the lines that stand between it and the one before."""
    from lxml import html

    if not text.strip():
        return
    page = html.document_fromstring(text, parser=html.HTMLParser(encoding=None, remove_comments=True))
    lines: list[str] = []
    for node in _walk(page):
        if isinstance(node, str):
            lines.append(node)
            continue
        grid = Grid("")
        for line in lines[-_TITLE_LINES:]:
            grid.row()
            grid.cell(line)
        lines = []
        _fill(grid, node)
        yield grid.sheet()


def _walk(page: Any) -> Iterator[Any]:
    """The innermost tables, and the lines of text outside of them, in the order of the page."""
    texts: list[str] = []

    def line() -> Iterator[str]:
        joined = " ".join("".join(texts).split())
        texts.clear()
        if joined:
            yield joined

    def visit(node: Any) -> Iterator[Any]:
        if not isinstance(node.tag, str) or node.tag in _SILENT:
            return
        if node.tag == "table" and not node.xpath(".//table"):
            yield from line()
            yield node
            return
        block = node.tag in _BLOCKS
        if block or node.tag == "br":
            yield from line()
        texts.append(node.text or "")
        for child in node:
            yield from visit(child)
            texts.append(child.tail or "")
        if block:
            yield from line()

    yield from visit(page)
    yield from line()


def _fill(grid: Grid, table: Any) -> None:
    for caption in table.xpath("./caption"):
        grid.row()
        grid.cell(_text(caption))
    for row in table.iter("tr"):
        grid.row()
        place: Place | None = None
        look = f"{row.get('style', '')} {_old_colour(row)}"
        for cell in row.iterchildren("td", "th"):
            place = grid.cell(_value(cell), _number(cell, "rowspan"), _number(cell, "colspan"))
            colour = _COLOUR.search(f"{cell.get('style', '')} {_old_colour(cell)} {look}")
            if colour and cell.tag == "td" and (word := colour_word(*bytes.fromhex(colour[1]))):
                grid.colours[place] = f"{word}底"
        if place and _HIDDEN.search(row.get("style", "")):
            grid.hidden.add(place[0])


def _old_colour(node: Any) -> str:
    return f"background:{node.get('bgcolor')}" if node.get("bgcolor") else ""


def _number(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _value(cell: Any) -> Cell:
    """What a cell says. Excel keeps the number of a date beside the way it is shown, which may lack the year."""
    text = _text(cell)
    number = (cell.get("num") or cell.get("x:num") or "").strip()
    if _SERIAL.fullmatch(number) and _DATED.search(text):
        return datetime(1899, 12, 30) + timedelta(days=float(number))
    return text


def _text(node: Any) -> str:
    """The text of a cell, a line for each break and paragraph in it."""
    pieces: list[str] = []

    def visit(element: Any) -> None:
        if not isinstance(element.tag, str) or element.tag in _SILENT:
            return
        if element.tag == "br" or (element.tag in _BLOCKS and pieces):
            pieces.append("\n")
        pieces.append(re.sub(r"[ \t\r\n]+", " ", element.text or ""))
        for child in element:
            visit(child)
            pieces.append(re.sub(r"[ \t\r\n]+", " ", child.tail or ""))

    visit(node)
    lines = (line.replace("\xa0", " ").strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
