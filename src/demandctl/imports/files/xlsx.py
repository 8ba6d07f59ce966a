"""What calamine does not tell of an .xlsx: comments, colours, hidden rows and columns."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demandctl.imports.files.sheet import Marks, Place, colour_word

_CHUNK = 1024 * 1024
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr=["'](\d{1,7})["'][^>]*?\shidden=["'](?:1|true)["']""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\b[^>]*?\shidden=["'](?:1|true)["'][^>]*>""")
_MIN_MAX = re.compile(rb"""\s(min|max)=["'](\d{1,5})["']""")
_MOST_COLUMNS = 1000
"""Hidden up to the end of the sheet: there is nothing."""
_STYLED = rb"""<(?:\w+:)?c\b[^>]*?\sr=["']([A-Z]{1,3}\d{1,7})["'][^>]*?\ss=["'](%s)["'][^>/]*>"""
"""A filled cell with one of some styles; a cell without a value closes itself, and its look says nothing."""
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def marks(path: Path) -> Mapping[str, Marks]:
    """The marks of each sheet by its name; the file has passed ``guard``. Broken parts have none."""
    from lxml import etree

    found: dict[str, Marks] = {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        try:
            colours = _colours(archive) if "xl/styles.xml" in names else {}
            for name, part in _sheets(archive):
                if part in names:
                    found[name] = _sheet(archive, part, names, colours)
        except (etree.XMLSyntaxError, KeyError, ValueError):
            return found
    return found


def _tree(archive: zipfile.ZipFile, part: str) -> Any:
    from lxml import etree

    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The parts that a part names: by id, its kind and its path."""
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    found = {}
    for node in _tree(archive, relations):
        target = node.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[node.get("Id", "")] = (node.get("Type", "").rpartition("/")[2], whole)
    return found


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = _relations(archive, "xl/workbook.xml")
    for node in _tree(archive, "xl/workbook.xml").iter("{*}sheet"):
        number = next((value for key, value in node.attrib.items() if key.endswith("}id")), "")
        yield node.get("name", ""), relations.get(number, ("", ""))[1]


def _colours(archive: zipfile.ZipFile) -> dict[str, str]:
    """Styles of cells that say something by their look, each in a word."""
    tree = _tree(archive, "xl/styles.xml")
    fills = [_fill(node) for node in tree.iterfind("{*}fills/{*}fill")]
    struck = [node.find("{*}strike") is not None for node in tree.iterfind("{*}fonts/{*}font")]
    found: dict[str, str] = {}
    for number, node in enumerate(tree.iterfind("{*}cellXfs/{*}xf")):
        fill, font = int(node.get("fillId", 0)), int(node.get("fontId", 0))
        if font < len(struck) and struck[font]:
            found[str(number)] = "删除线"
        elif fill < len(fills) and fills[fill]:
            found[str(number)] = f"{fills[fill]}底"
    return found


_THEME = {"4": "蓝", "5": "橙", "7": "黄", "8": "蓝", "9": "绿"}
"""Colours of the theme that a new workbook has; the third is a grey."""


def _fill(node: Any) -> str:
    pattern = node.find("{*}patternFill")
    colour = None if pattern is None else pattern.find("{*}fgColor")
    if colour is None or pattern.get("patternType") in (None, "none"):
        return ""
    if colour.get("theme"):
        return _THEME.get(colour.get("theme"), "")
    rgb = colour.get("rgb", "")[-6:]
    return colour_word(*bytes.fromhex(rgb)) if len(rgb) == 6 else ""


def _sheet(archive: zipfile.ZipFile, part: str, names: set[str], colours: Mapping[str, str]) -> Marks:
    comments: dict[Place, str] = {}
    for kind, target in _relations(archive, part).values():
        if kind == "comments" and target in names:
            comments |= _comments(archive, target)
    rows, columns = set[int](), set[int]()
    coloured: dict[Place, str] = {}
    styled = re.compile(_STYLED % b"|".join(map(str.encode, colours)))
    with archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"<")
            text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
            if b"hidden=" in text:
                rows.update(int(number) - 1 for number in _HIDDEN_ROW.findall(text))
                columns.update(*map(_span, _HIDDEN_COLUMN.findall(text)))
            if colours:
                for place, style in styled.findall(text):
                    coloured[_place(place.decode())] = colours[style.decode()]
    return Marks(comments, coloured, frozenset(rows), frozenset(columns))


def _span(tag: bytes) -> range:
    ends = {name: int(number) for name, number in _MIN_MAX.findall(tag)}
    first, last = ends.get(b"min", 1), ends.get(b"max", 0)
    return range(first - 1, last) if last - first < _MOST_COLUMNS else range(0)


def _comments(archive: zipfile.ZipFile, part: str) -> dict[Place, str]:
    found: dict[Place, str] = {}
    for node in _tree(archive, part).iter("{*}comment"):
        text = "".join(piece.text or "" for piece in node.iter("{*}t")).strip()
        if text:
            found[_place(node.get("ref", "A1"))] = text
    return found


def _place(reference: str) -> Place:
    match = _PLACE.match(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
