"""Excel's own XML of 2003, which many systems write as .xls: read by lxml, cell by cell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from demandctl.errors import Refused
from demandctl.imports.files import guard
from demandctl.imports.files.formats import Format
from demandctl.imports.files.grid import Grid, TooLarge
from demandctl.imports.files.sheet import Book, Cell, Sheet, colour_word, damaged

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"


def read_xml(path: Path, only: str, form: Format) -> Book:
    """The sheets of an XML spreadsheet; Refused when it is damaged."""
    from lxml import etree

    raw = path.read_bytes()
    guard.check_markup(path, raw[:65_536])
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        book = etree.fromstring(raw, parser)
        colours = _colours(book)
        sheets: list[Sheet] = []
        hidden: list[str] = []
        for node in book.iterfind(f"{_SS}Worksheet"):
            name = node.get(f"{_SS}Name", "")
            sheet = _sheet(name, node, colours)
            visible = node.findtext(f"{_X}WorksheetOptions/{_X}Visible", "")
            if visible.startswith(("SheetHidden", "SheetVeryHidden")) and name.strip() != only.strip():
                hidden += [name] if sheet.rows else []
            else:
                sheets.append(sheet)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(path) from error
    except TooLarge as error:
        raise Refused(f"{path.name} 的表格太大，没有打开", "删去多余的行列，另存后再导入") from error
    return Book(sheets, hidden)


def _colours(book: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for style in book.iterfind(f"{_SS}Styles/{_SS}Style"):
        interior, font = style.find(f"{_SS}Interior"), style.find(f"{_SS}Font")
        colour = "" if interior is None else interior.get(f"{_SS}Color", "")
        if font is not None and font.get(f"{_SS}StrikeThrough") == "1":
            found[style.get(f"{_SS}ID", "")] = "删除线"
        elif len(colour) == 7 and (word := colour_word(*bytes.fromhex(colour[1:]))):
            found[style.get(f"{_SS}ID", "")] = f"{word}底"
    return found


def _sheet(name: str, node: Any, colours: dict[str, str]) -> Sheet:
    grid = Grid(name)
    table = node.find(f"{_SS}Table")
    for row in () if table is None else table.iterfind(f"{_SS}Row"):
        index = row.get(f"{_SS}Index")
        grid.row(int(index) - 1 if index else None)
        looks = colours.get(row.get(f"{_SS}StyleID", ""), "")
        for cell in row.iterfind(f"{_SS}Cell"):
            column = cell.get(f"{_SS}Index")
            down, across = int(cell.get(f"{_SS}MergeDown", 0)) + 1, int(cell.get(f"{_SS}MergeAcross", 0)) + 1
            value = _value(cell.find(f"{_SS}Data"))
            place = grid.cell(value, down, across, int(column) - 1 if column else None)
            comment = cell.find(f"{_SS}Comment")
            if comment is not None and (text := "".join(comment.itertext()).strip()):
                grid.comments[place] = text
            if value != "" and (word := colours.get(cell.get(f"{_SS}StyleID", ""), looks)):
                grid.colours[place] = word
        if row.get(f"{_SS}Hidden") == "1":
            grid.hidden.add(place[0] if index is None else int(index) - 1)
    return grid.sheet()


def _value(data: Any) -> Cell:
    if data is None:
        return ""
    text = "".join(data.itertext())
    kind = data.get(f"{_SS}Type", "String")
    if kind == "Number":
        return float(text)
    if kind == "DateTime":
        return datetime.fromisoformat(text.strip())
    return text.strip() == "1" if kind == "Boolean" else text
