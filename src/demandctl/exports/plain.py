"""The same forms as CSV and JSON, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from demandctl.exports.columns import FormColumn
from demandctl.exports.masking import Mask
from demandctl.language.cells import guarded
from demandctl.queries.view import View, as_json


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as one of text; it stays open, its owner names it."""
    wrapped = io.TextIOWrapper(file, encoding=encoding, errors="backslashreplace", newline="")
    try:
        yield wrapped
        wrapped.flush()
    finally:
        wrapped.detach()


def write_csv(file: IO[bytes], columns: Sequence[FormColumn], rows: Iterable[View], mask: Mask | None) -> None:
    """Write a form as CSV: UTF-8 with BOM, local times to the second, text that no spreadsheet runs."""
    getters = [mask.getter(column) if mask else column.get for column in columns]
    with _text(file, "utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow([column.title for column in columns])
        writer.writerows([_field(get(row)) for get in getters] for row in rows)


def _field(value: object) -> str:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def write_json(file: IO[bytes], objects: Iterable[object]) -> None:
    """Write a list of objects, one at a time."""
    with _text(file, "utf-8") as out:
        between = "[\n"
        for document in objects:
            out.write(between + json.dumps(document, ensure_ascii=False, default=as_json))
            between = ",\n"
        out.write("[]\n" if between == "[\n" else "\n]\n")


def write_document(file: IO[bytes], document: object) -> None:
    """Write one JSON document."""
    with _text(file, "utf-8") as out:
        json.dump(document, out, ensure_ascii=False, indent=2, default=as_json)
        out.write("\n")


def counted(columns: Sequence[FormColumn], row: View) -> dict[str, object]:
    """What a form reckons beside the fields of the object itself, for JSON."""
    return {column.key: column.get(row) for column in columns if column.counted}
