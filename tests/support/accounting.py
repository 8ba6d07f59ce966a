"""Nothing that a file holds is lost in silence: each of its cells is in the ledger, or is told of as left out."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from demandctl.imports import words
from demandctl.imports.cells import Unreadable, amount, is_nothing, plain, yes_no
from demandctl.imports.files.read import read_workbook
from demandctl.imports.headers import meant
from demandctl.imports.kinds import KINDS
from demandctl.imports.problems import REASONS
from demandctl.imports.rows import DITTO
from demandctl.language import phones
from demandctl.language.figures import in_digits, narrow
from tests.support.cli import Cli

_TABLES = (
    "customer",
    "contact",
    "demand",
    "follow_up",
    "assignment",
    "revisit",
    "wechat_group",
    "purchase",
    "machine",
    "alias",
    "event",
)
_READINGS = (
    words.kind_and_subtype, words.kind_of_title, words.state, words.channel,
    lambda text: words.outcome(text, "opportunity"), lambda text: words.outcome(text, "service"),
)  # fmt: skip
_VOCABULARIES = (
    words.URGENCIES, words.MODES, words.METHODS, words.REVISIT_KINDS, words.RATINGS, words.ROLES, words.REACHED,
    words.VALUES, words.NEED_CLASSES, words.STAGES, words.ROUTES,
)  # fmt: skip
_PERIODIC = re.compile(r"每?(?:半?年|半?月|季度?|周|星期|两周|双周).{0,3}")


def unaccounted(cli: Cli, words_typed: list[str]) -> list[str]:
    """The cells of an imported file that are neither in the ledger nor told of."""
    what, path = words_typed[1], Path(next(word for word in words_typed[2:] if Path(word).suffix))
    sheet = words_typed[words_typed.index("--sheet") + 1] if "--sheet" in words_typed else ""
    again = [word for word in words_typed if word not in ("--skip-errors", "--json", "--dry-run")]
    answer = cli.run(*again, "--dry-run", "--json").json
    stored = _stored(cli)
    told = _squeezed(json.dumps(answer, ensure_ascii=False))
    bad = {(problem["sheet"], problem["row"]) for problem in answer["problems"]}
    read = set(answer["sheets"])
    lost = []
    for page in read_workbook(path, sheet).sheets:
        if page.name not in read and page.name in told:
            continue
        reasons = {place for row in page.rows for place in _reasons(row)}
        for number, row in enumerate(page.rows, 1):
            for place, cell in enumerate(row):
                if place not in reasons and (page.name, number) not in bad and not _found(cell, place, stored, told):
                    lost.append(f"{what} {path.name} {page.name} row {number} column {place + 1}: {plain(cell)[:60]}")
    return lost


def _reasons(row: Sequence[Any]) -> list[int]:
    """The columns that a file of problems has at its end."""
    filled = [place for place, cell in enumerate(row) if plain(cell)]
    return filled[-2:] if tuple(plain(row[place]) for place in filled[-2:]) == REASONS else []


def _stored(cli: Cli) -> str:
    """All that the ledger holds, in one text; times of day in the zone of its people."""
    texts: list[str] = []
    with closing(sqlite3.connect(cli.db)) as ledger:
        for table in _TABLES:
            for row in ledger.execute(f"SELECT * FROM {table}"):
                texts += [_local(value) for value in row if value not in (None, "")]
    return _squeezed("\n".join(texts))


def _local(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+Z", value):
        return f"{datetime.fromisoformat(value).astimezone():%Y-%m-%d %H:%M}"
    return str(value)


def _squeezed(text: str) -> str:
    return re.sub(r"\s|\\n", "", narrow(text))


_TO_SIGN = re.compile(r"[_＿]{2,}|签名[:：]|日期[:：]|年(?=[_＿\s]*月[_＿\s]*日)")
_OUR_CODE = re.compile(r"[DRK]\d+")


def _found(cell: Any, place: int, stored: str, told: str) -> bool:
    text = _TO_SIGN.sub(" ", plain(cell)) if "签名" in plain(cell) else plain(cell)
    bare = _squeezed(text)
    if _OUR_CODE.fullmatch(bare) or bare == "月日":
        return True
    if is_nothing(text) or bare in stored or bare in told or re.fullmatch(r"[\W_]+", bare):
        return True
    if text in DITTO or any(meant(text, kind) for kind in KINDS.values()):
        return True  # what the cell above says; a header
    labelled = re.fullmatch(r"([^:：\n]{1,16})[:：]\s*(\S+)", text)
    if labelled and any(meant(labelled[1], kind) for kind in KINDS.values()):
        return _found(labelled[2], place, stored, told)
    if re.fullmatch(r"[3-5]\d{4}(?:\.\d+)?", bare):  # a date that lost its format
        cell = datetime(1899, 12, 30) + timedelta(days=float(bare))
    if (day := re.fullmatch(r"(\d{1,2})[日号]?", bare)) and f"-{int(day[1]):02}" in stored:
        return True
    if place == 0 and bare.isdigit() and len(bare) < 5:
        return True  # the rows are counted
    if isinstance(cell, date) or _dates(text):
        days = [f"{cell:%m-%d}"] if isinstance(cell, date) else _dates(text)
        rest = re.sub(r"[\d年月日号时点分秒:./\-上下中午早晚周星期一二三四五六日天〇]", "", bare)
        if all(day in stored or day in told for day in days) and (not rest or rest in stored):
            return True
    numbers = phones.find(text)
    if numbers and all(number.phone in stored for number in numbers):
        rest = re.sub(r"[\d\-+()转]", "", bare)
        if not rest or rest in stored:
            return True
    return _understood(text, stored) or _in_parts(narrow(text), stored)


def _dates(text: str) -> list[str]:
    found = re.findall(r"(\d{1,2})\s*[月./\-]\s*(\d{1,2})(?!\d)", in_digits(narrow(text)))
    return [f"{int(month):02}-{int(day):02}" for month, day in found]


def _understood(text: str, stored: str) -> bool:
    """Whether a cell is a word of the domain, however it is said, a number, or yes or no."""
    if len(text) > 12:
        return False
    try:
        yes_no(text)
        return True
    except Unreadable:
        pass
    try:
        if any((number := amount(text, unit)) and number in stored for unit in ("", "万")):
            return True
    except Unreadable:
        pass
    if any(reading(text) not in (None, (None, None)) for reading in _READINGS) or _PERIODIC.fullmatch(text):
        return True
    return any(re.search(pattern, text) for vocabulary in _VOCABULARIES for pattern, _ in vocabulary)


def _in_parts(bare: str, stored: str) -> bool:
    """Whether a cell is a list, or several things at once, each of which is there."""
    parts = [part for part in re.split(r"[\s、，,;；/|()（）【】\[\]:：。\-]", bare) if part]
    return len(parts) > 1 and all(
        part in stored or any(meant(part, kind) for kind in KINDS.values()) or re.search("[☑□]", part) for part in parts
    )
