"""What ``--mask`` hides, in one place: numbers and ids in their own columns, and wherever else somebody wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from demandctl.exports.columns import FormColumn
from demandctl.language.phones import hidden, masked, masked_text
from demandctl.queries.reader import Reader
from demandctl.queries.view import View, as_json
from demandctl.store.fields import FIELDS, Holds
from demandctl.vocabulary import AliasKind

_SHORTEST = 5
"""A shorter id is too often a word of its own to be looked for in texts."""
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_@.-]*[A-Za-z0-9_])?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.+-]+)?")
_HIDDEN: dict[str, Callable[[str], str]] = {
    field.column: masked if field.holds is Holds.PHONE else hidden
    for field in FIELDS
    if field.holds in (Holds.PHONE, Holds.ACCOUNT)
}
"""Columns that hold what belongs to one person alone, each with how it is hidden."""


class Mask:
    """What a file that is handed on may not hold: a number that one could call, an id that one could add."""

    def __init__(self, reader: Reader) -> None:
        queries = [f"SELECT {f.column} FROM {f.table}" for f in FIELDS if f.holds is Holds.ACCOUNT]
        queries.append(f"SELECT value FROM alias WHERE kind = '{AliasKind.WECHAT.value}'")
        found = (row[0] for row in reader.rows(" UNION ".join(queries)))
        self._ids = frozenset(text.lower() for text in found if len(text or "") >= _SHORTEST)

    def text(self, text: str) -> str:
        """A text with the numbers in it masked, and the ids that the ledger knows."""
        return _WORD.sub(self._word, masked_text(text)) if self._ids else masked_text(text)

    def _word(self, found: re.Match[str]) -> str:
        return hidden(found[0]) if found[0].lower() in self._ids else found[0]

    def getter(self, column: FormColumn) -> Callable[[View], Any]:
        """How to get a column's value as it may be handed on."""
        get = column.get
        if column.form in ("instant", "day"):
            return get
        hide = _HIDDEN.get(column.form, self.text)

        def hiding(row: View) -> Any:
            value = get(row)
            return hide(value) if isinstance(value, str) else value

        return hiding

    def document(self, document: object, key: str = "") -> object:
        """A JSON document as it may be handed on."""
        if isinstance(document, View | date):
            document = as_json(document)
        if isinstance(document, Mapping):
            kind = str(document.get("kind"))
            return {name: self.document(value, kind if name == "value" else name) for name, value in document.items()}
        if isinstance(document, list | tuple):
            return [self.document(value, key.removesuffix("s")) for value in document]
        if not isinstance(document, str) or _TIME.fullmatch(document):
            return document
        return _HIDDEN.get(key, self.text)(document)
