"""What is wrong with a file, cell by cell; and the rows that were left out, written beside it with the reason."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from demandctl.errors import Refused


class Problem(NamedTuple):
    """A cell that cannot be taken: the sheet, the row as the sheet counts, the header, the value and why."""

    sheet: str
    row: int
    column: str
    value: str
    message: str


class BadRow(NamedTuple):
    """A row that was left out, as it stands in the file."""

    sheet: str
    number: int
    header: Sequence[str]
    cells: Sequence[Any]
    reason: str


def problems_path(path: Path) -> Path:
    """``NAME.problems.xlsx`` beside ``NAME.xlsx``."""
    return path.with_name(f"{path.stem}.problems.xlsx")


def write_problems(path: Path, rows: Sequence[BadRow]) -> Path:
    """Write the rows that were left out with their reasons; sheets keep their names. Refused when it cannot be written.

    The file is written beside its place and renamed over it: an old one stays whole until the new one is.
    """
    from openpyxl import Workbook

    target = problems_path(path)
    book = Workbook(write_only=True)
    by_sheet: dict[str, list[BadRow]] = {}
    for row in rows:
        by_sheet.setdefault(row.sheet, []).append(row)
    for name, bad in by_sheet.items():
        sheet = book.create_sheet(_sheet_name(name))
        sheet.append([*map(_inert(sheet), bad[0].header), "问题", "原行号"])
        for row in bad:
            cells = list(row.cells) + [""] * (len(row.header) - len(row.cells))
            sheet.append([*map(_inert(sheet), cells[: max(len(row.header), 1)]), row.reason, row.number])
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        book.save(fresh)
        os.replace(fresh, target)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Refused(
            f"有问题的行写不进 {target}（{error.strerror or error}），没有导入",
            "关掉打开着的文件，或换到能写的文件夹再导",
        ) from error
    return target


def _sheet_name(name: str) -> str:
    return "".join(char for char in name if char not in "[]:*?/\\")[:31] or "问题"


def _inert(sheet: Any) -> Any:
    """A cell as it was, with nothing in it that a spreadsheet would run or could not hold."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def made(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        cell = WriteOnlyCell(sheet, value="")
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
        cell.data_type = "s"
        return cell

    return made


def by_row(problems: Sequence[Problem]) -> Mapping[tuple[str, int], str]:
    """The reasons of each row on one line."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for problem in problems:
        column = f"{problem.column}：" if problem.column else ""
        reasons.setdefault((problem.sheet, problem.row), []).append(f"{column}{problem.message}")
    return {where: "；".join(texts) for where, texts in reasons.items()}
