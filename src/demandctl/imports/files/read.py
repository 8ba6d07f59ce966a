"""A file to its sheets, by the reader that its bytes ask for.

Refused, in words, is what is no table, is damaged, has a password or is not safe to open (``guard``).
"""

from __future__ import annotations

from pathlib import Path

from demandctl.errors import NotFound, Refused
from demandctl.imports.files import confined, guard
from demandctl.imports.files.sheet import Sheet
from demandctl.imports.files.text import read_text
from demandctl.imports.files.workbook import read_book


def read_workbook(path: Path, only: str = "") -> list[Sheet]:
    """The visible sheets of a file, or the one named *only*; NotFound or Refused when it cannot be taken."""
    try:
        kind = guard.kind_of(path)
        if kind == "text":
            sheets = [read_text(path)]
        elif kind == "ole" or (kind == "zip" and guard.repeats_itself(path)):
            sheets = confined.read(path, only, kind)
        else:
            sheets = read_book(path, only, kind)
    except FileNotFoundError as error:
        raise NotFound(f"没有文件：{path}") from error
    except OSError as error:
        raise Refused(f"文件读不了：{path}（{error.strerror or error}）") from error
    if not only or kind == "text":
        return sheets
    found = [sheet for sheet in sheets if sheet.name.strip() == only.strip()]
    if not found:
        raise Refused(f"{path.name} 里没有工作表“{only}”", f"有：{'、'.join(sheet.name for sheet in sheets)}")
    return found
