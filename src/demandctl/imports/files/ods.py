"""The merged cells of an .ods, which calamine does not tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

from demandctl.imports.files.sheet import Merge


def merges(path: Path) -> dict[str, tuple[Merge, ...]]:
    """Merged blocks by the name of their table; the file has passed ``guard``."""
    from xml.parsers import expat

    found = _Merges()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        parser.ParseFile(stream)
    return {name: tuple(sorted(blocks)) for name, blocks in found.tables.items()}


class _Merges:
    def __init__(self) -> None:
        self.tables: dict[str, list[Merge]] = {}
        self._blocks: list[Merge] = []
        self._row = self._column = 0
        self._repeated = 1

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if local == "table":
            self._blocks = self.tables.setdefault(given.get("name", ""), [])
            self._row = 0
        elif local == "table-row":
            self._column, self._repeated = 0, int(given.get("number-rows-repeated", 1))
        elif local in ("table-cell", "covered-table-cell"):
            down, across = int(given.get("number-rows-spanned", 1)), int(given.get("number-columns-spanned", 1))
            if down > 1 or across > 1:
                first = (self._row, self._column)
                self._blocks.append((first, (self._row + down - 1, self._column + across - 1)))
            self._column += int(given.get("number-columns-repeated", 1))

    def end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "table-row":
            self._row += self._repeated
