"""Reading in a process of its own, with a bound on memory and time: for files whose cost cannot be told beforehand.

A damaged .xls can send its reader round in circles until the memory is full, which ends the whole program. Here it ends
the child alone.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from demandctl.errors import DemandctlError

if TYPE_CHECKING:
    from demandctl.imports.files.formats import Format
    from demandctl.imports.files.sheet import Book

MEMORY = 480 * 1024 * 1024
SECONDS = 20


def read(path: Path, only: str, form: Format) -> Book:
    """The sheets of a workbook; Refused when its reader fails, or needs more memory or time than any table does."""
    from demandctl.imports.files.sheet import damaged

    words = [sys.executable, "-m", "demandctl.imports.files.confined", str(path), only, form.name]
    try:
        done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        answer = pickle.loads(done.stdout)  # written by ourselves
    except (subprocess.TimeoutExpired, EOFError, pickle.UnpicklingError) as error:
        raise damaged(path) from error
    if isinstance(answer, DemandctlError):
        raise answer
    book: Book = answer
    return book


def _main(path: str, only: str, form: str) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # no such bounds on this system: the time alone is bounded, by the parent
    from demandctl.imports.files.formats import Format
    from demandctl.imports.files.workbook import read_book

    try:
        answer: object = read_book(Path(path), only, Format[form])
    except DemandctlError as error:
        answer = error
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:])
