"""What calamine does not tell of an .ods: merged cells, comments, colours, hidden rows and columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from demandctl.imports.files.sheet import Marks, Merge, Place, colour_word

_REPEATED = 10_000
"""Colours and hidden rows beyond so many repetitions are the rest of the sheet."""


def read(content: bytes) -> tuple[Mapping[str, list[Merge]], Mapping[str, Marks]]:
    """Merged blocks and marks by the name of their table; the file has passed ``guard``."""
    found = _Document()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.text
    parser.Parse(content, True)
    return {name: sorted(table.merges) for name, table in found.tables.items()}, {
        name: table.marks() for name, table in found.tables.items()
    }


class _OdsTable:
    def __init__(self) -> None:
        self.merges: list[Merge] = []
        self.comments: dict[Place, str] = {}
        self.colours: dict[Place, str] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()

    def marks(self) -> Marks:
        return Marks(self.comments, self.colours, frozenset(self.hidden_rows), frozenset(self.hidden_columns))


class _Document:
    def __init__(self) -> None:
        self.tables: dict[str, _OdsTable] = {}
        self._table = _OdsTable()
        self._row = self._column = self._columns = 0
        self._row_repeat = self._cell_repeat = 1
        self._colours: dict[str, str] = {}
        self._style = ""
        self._comment: list[str] | None = None
        self._creator = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if handler := _HANDLERS.get(local):
            handler(self, given)

    def _style_begins(self, given: Mapping[str, str]) -> None:
        self._style = given.get("name", "")

    def _cell_properties(self, given: Mapping[str, str]) -> None:
        colour = given.get("background-color", "")
        if self._style and len(colour) == 7 and (word := colour_word(*bytes.fromhex(colour[1:]))):
            self._colours[self._style] = f"{word}底"

    def _text_properties(self, given: Mapping[str, str]) -> None:
        if self._style and given.get("text-line-through-style", "none") != "none":
            self._colours[self._style] = "删除线"

    def _table_begins(self, given: Mapping[str, str]) -> None:
        self._table = self.tables.setdefault(given.get("name", ""), _OdsTable())
        self._row = self._columns = 0

    def _column_begins(self, given: Mapping[str, str]) -> None:
        repeated = int(given.get("number-columns-repeated", 1))
        if given.get("visibility", "visible") != "visible" and repeated < _REPEATED:
            self._table.hidden_columns.update(range(self._columns, self._columns + repeated))
        self._columns += repeated

    def _row_begins(self, given: Mapping[str, str]) -> None:
        self._column, self._row_repeat = 0, int(given.get("number-rows-repeated", 1))
        if given.get("visibility", "visible") != "visible" and self._row_repeat < _REPEATED:
            self._table.hidden_rows.update(range(self._row, self._row + self._row_repeat))

    def _cell_begins(self, given: Mapping[str, str]) -> None:
        down, across = int(given.get("number-rows-spanned", 1)), int(given.get("number-columns-spanned", 1))
        self._cell_repeat = int(given.get("number-columns-repeated", 1))
        if down > 1 or across > 1:
            self._table.merges.append(((self._row, self._column), (self._row + down - 1, self._column + across - 1)))
        if (word := self._colours.get(given.get("style-name", ""))) and "value-type" in given:
            for column in range(self._column, self._column + min(self._cell_repeat, _REPEATED)):
                self._table.colours[self._row, column] = word

    def _comment_begins(self, given: Mapping[str, str]) -> None:
        self._comment = []

    def _creator_begins(self, given: Mapping[str, str]) -> None:
        self._creator = True

    def text(self, data: str) -> None:
        if self._comment is not None and not self._creator:
            self._comment.append(data)

    def end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in ("creator", "date"):
            self._creator = False
        elif local == "p" and self._comment:
            self._comment.append("\n")
        elif local == "annotation" and self._comment is not None:
            text = "".join(self._comment).strip()
            if text:
                self._table.comments[self._row, self._column] = text
            self._comment = None
        elif local in ("table-cell", "covered-table-cell"):
            self._column += self._cell_repeat
        elif local == "table-row":
            self._row += self._row_repeat


_HANDLERS: Mapping[str, Callable[[_Document, Mapping[str, str]], None]] = {
    "style": _Document._style_begins, "table-cell-properties": _Document._cell_properties,
    "text-properties": _Document._text_properties, "table": _Document._table_begins,
    "table-column": _Document._column_begins, "table-row": _Document._row_begins,
    "table-cell": _Document._cell_begins, "covered-table-cell": _Document._cell_begins,
    "annotation": _Document._comment_begins, "creator": _Document._creator_begins, "date": _Document._creator_begins,
}  # fmt: skip
