"""The same forms as CSV and JSON, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from demandctl.exports.columns import FormColumn
from demandctl.exports.masking import Mask
from demandctl.language.cells import guarded
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import as_json


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Any:
    """The file as one of text; it stays open, its owner names it."""
    wrapped = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace", newline="")
    try:
        yield wrapped
        wrapped.flush()
    finally:
        wrapped.detach()


def write_csv(
    file: IO[bytes], reader: Reader, columns: Sequence[FormColumn], rows: Iterable[Row], mask: Mask | None
) -> None:
    """Write a form as CSV: UTF-8 with BOM, local times to the second, text that no spreadsheet runs."""
    getters = [(column.form, mask.getter(column) if mask else column.get) for column in columns]
    with _text(file, "utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow([column.title for column in columns])
        writer.writerows([_field(reader, form, get(row)) for form, get in getters] for row in rows)


def _field(reader: Reader, form: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if form == "instant":
        return f"{datetime.fromisoformat(value).astimezone(reader.zone):%Y-%m-%d %H:%M:%S}"
    return guarded(value) if isinstance(value, str) else str(value)


def write_json(file: IO[bytes], objects: Iterable[Any]) -> None:
    """Write a list of objects, one at a time."""
    with _text(file, "utf-8") as out:
        between = "[\n"
        for document in objects:
            out.write(between + json.dumps(document, ensure_ascii=False, default=as_json))
            between = ",\n"
        out.write("[]\n" if between == "[\n" else "\n]\n")


def write_document(file: IO[bytes], document: Any) -> None:
    """Write one JSON document."""
    with _text(file, "utf-8") as out:
        json.dump(document, out, ensure_ascii=False, indent=2, default=as_json)
        out.write("\n")


def counted(columns: Sequence[FormColumn], row: Row, reader: Reader) -> dict[str, Any]:
    """What a form reckons beside the fields of the object itself, for JSON."""
    found = {column.key: (column.form, column.get(row)) for column in columns if column.counted}
    return {key: reader.iso(value) if form == "instant" else value for key, (form, value) in found.items()}
