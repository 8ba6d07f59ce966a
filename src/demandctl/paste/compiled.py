"""What costs time to make and is the same at every run, kept in the user's cache folder: patterns, and what was learnt.

Compiling the patterns of the keyword table takes longer than all the rest of a command, so their code is kept as Python
keeps its own in .pyc files, and put where ``re.compile`` looks first. A file that is missing, damaged, of another
Python or cannot be written changes nothing but the time: then everything is made anew.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from demandctl import __version__

_MOST = 400
"""So many patterns are kept; beyond that what the user's own words were before is forgotten."""

_Key = tuple[str, int]
_Code = tuple[int, list[int], int, dict[str, int], tuple[str | None, ...]]


def recalled(path: Path | None, key: bytes, make: Callable[[], Any]) -> Any:
    """What *make* gives, out of the file where that was written under the same *key*; marshal must know its types."""
    if path is None:
        return make()
    kept = _read(path, key)
    if kept is None:
        kept = make()
        _write(path, key, kept)
    return kept


def _read(path: Path, key: bytes) -> Any:
    with suppress(OSError, ValueError, EOFError, TypeError):
        raw = memoryview(path.read_bytes())
        head, payload = raw[:_HEAD], raw[_HEAD:]
        if head == _head(key, payload):  # damaged code must not reach the interpreter
            return marshal.loads(payload)
    return None


def _write(path: Path, key: bytes, kept: Any) -> None:
    """Whole or not at all: two may write at once, and one may read meanwhile."""
    payload = marshal.dumps(kept)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        other = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            other.write_bytes(_head(key, payload) + payload)
            os.replace(other, path)
        finally:
            other.unlink(missing_ok=True)


_HEAD = 16


def _head(key: bytes, payload: bytes | memoryview) -> bytes:
    """What a file begins with: under what it was written, and whether it is whole."""
    return b"".join(n.to_bytes(4, "big") for n in (crc32(key), len(key), crc32(payload), len(payload)))


# -- patterns ------------------------------------------------------------------------------------------------------


class Patterns:
    """The patterns that this process needs, their code out of the cache folder where it was kept before."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / f"patterns.{sys.implementation.cache_tag}.bin" if folder else None
        self.key = f"{__version__} {sys.version}".encode()
        self.kept: set[_Key] = set()
        self.others: set[_Key] = set()
        with suppress(ImportError, AttributeError, ValueError, TypeError):
            self.others = _in_use()
            self._put_in_place(self._codes())

    def _codes(self) -> dict[_Key, _Code]:
        return (_read(self.path, self.key) if self.path else None) or {}

    def _put_in_place(self, codes: dict[_Key, _Code]) -> None:
        import _sre  # type: ignore[import-not-found]

        for (source, flags), code in codes.items():
            re._cache[str, source, flags] = _sre.compile(source, *code)  # type: ignore[attr-defined]
        self.kept = set(codes)

    def keep(self) -> None:
        """Keep what has been compiled since this was made and was not kept yet."""
        with suppress(ImportError, AttributeError):
            found = _in_use() - self.others
            if self.path and not found <= self.kept:
                codes = self._codes() if len(self.kept) < _MOST else {}
                _write(self.path, self.key, codes | {key: _code(*key) for key in sorted(found - codes.keys())})


_patterns: Patterns | None = None


def use_patterns(folder: Path | None) -> None:
    """Put the kept patterns where ``re`` finds them; to be called before the modules are imported that need them."""
    global _patterns
    _patterns = Patterns(folder)


def keep_patterns() -> None:
    """Keep what was compiled since, once the modules are imported and the keyword table is read."""
    if _patterns:
        _patterns.keep()


def _in_use() -> set[_Key]:
    """Under what ``re`` keeps what it has compiled."""
    return {(source, int(flags)) for kind, source, flags in re._cache if kind is str}  # type: ignore[attr-defined]


def _code(source: str, flags: int) -> _Code:
    """What ``re`` makes of a pattern before it hands it to its engine."""
    from re import _compiler, _parser  # type: ignore[attr-defined]

    parsed = _parser.parse(source, flags)
    names: list[str | None] = [None] * parsed.state.groups
    for name, number in parsed.state.groupdict.items():
        names[number] = name
    code = [int(word) for word in _compiler._code(parsed, flags)]
    return int(flags | parsed.state.flags), code, parsed.state.groups - 1, dict(parsed.state.groupdict), tuple(names)
