"""What a scheduled run is told in place of an environment: ``secrets.env`` beside the config, for the user alone.

Whatever runs the program again and again starts it without the variables of a terminal. The file holds those that
notices need, as ``NAME=value``; the environment goes before it.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from demandctl.notify.keys import read_private
from demandctl.notify.message import Failed
from demandctl.store.writing import put_text

_NETWORK = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_WAYS_OUT = (*_NETWORK, *(name.lower() for name in _NETWORK[:4]))
"""How the world is reached from here."""


def told(path: Path) -> dict[str, str]:
    """The variables that the file holds, none where there is no file. Failed when others may read it."""
    if not path.exists():
        return {}
    found = {}
    for line in read_private(path).splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            words = _words(value)
            found[name.strip()] = words[0] if len(words) == 1 else value.strip()
    return found


def _words(value: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:
        return []


def adopt(path: Path) -> None:
    """Reach the world as the file says, where the environment says nothing."""
    try:
        found = told(path)
    except Failed:
        return  # whoever needs a secret from it says so
    for name in _WAYS_OUT:
        if name in found and name not in os.environ:
            os.environ[name] = found[name]


def to_keep(path: Path, variables: Iterable[str]) -> dict[str, str]:
    """What stands in the environment of now and not in the file: of the secrets' variables, and of the ways out."""
    known = told(path)
    now = {name: os.environ[name] for name in (*sorted(variables), *_WAYS_OUT) if os.environ.get(name)}
    return {name: value for name, value in now.items() if known.get(name) != value}


def keep(path: Path, values: Mapping[str, str]) -> None:
    """Write variables into the file; what else stands in it stays."""
    lines = read_private(path).splitlines() if path.exists() else []
    lines = [line for line in lines if line.strip().removeprefix("export ").partition("=")[0].strip() not in values]
    lines += [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    put_text(path, "\n".join(lines) + "\n")
    if os.name == "posix":
        path.chmod(0o600)
