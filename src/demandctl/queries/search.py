"""Text looked for in the ledger: over everything about a demand or a customer, and names by their pinyin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demandctl.queries.reader import Reader

SPELLED = "(instr(' ' || {0}, ' ' || :py) > 0 OR (length(:py) > 3 AND instr({0}, :py) > 0))"
"""Whether a stored pinyin begins with what was typed, in full or by initials; longer ones count anywhere."""

CUSTOMER_HOLDS = (
    "(c.name LIKE :like OR c.nickname LIKE :like OR c.phone LIKE :like OR c.company LIKE :like "
    "OR c.region LIKE :like OR c.wechat = :text OR printf('K%05d', c.id) = upper(:text) "
    f"OR (:py <> '' AND {SPELLED.format('c.pinyin')}))"
)
"""Whether customer ``c`` holds ``:text``, of which ``:like`` is the LIKE pattern."""


def typed_letters(text: str) -> dict[str, str]:
    """What was typed as the ``:py`` of these conditions: pinyin letters, empty where it is none."""
    from demandctl.pinyin import typed

    return {"py": typed(text)}


_CUSTOMER = ("name", "nickname", "phone", "wechat", "company")
_REVISIT = ("problem", "dissatisfaction", "suggestion", "inactive_reason")
_MAPPED = 2**31 - 1


def demands_holding(text: str) -> tuple[list[str], dict[str, str]]:
    """Conditions on demand ``d`` that all words of a text are somewhere about it, and the values that they name.

    What was said about a demand, its follow-ups with it, is one text in the table ``search``.
    """
    conditions: list[str] = []
    values = {"all_py": typed_letters(text)["py"]}
    for place, word in enumerate(text.split()):
        named = f"word{place}"
        plain = not re.search("[A-Za-z]", word)
        values[named] = word if plain else "%" + re.sub("([%_~])", r"~\1", word) + "%"
        values[f"{named}_py"] = typed_letters(word)["py"]
        spelled = f"{_spelled('all_py')} OR {_spelled(f'{named}_py')}"
        said, customer, contact, revisit, escalation = (
            _any(columns, named, plain=plain) for columns in (("text",), _CUSTOMER, ("name",), _REVISIT, ("problem",))
        )
        parts = [
            f"SELECT demand_id FROM search WHERE {said}",
            f"SELECT id FROM demand WHERE customer_id IN (SELECT id FROM customer WHERE {customer} OR {spelled})",
            f"SELECT id FROM demand WHERE handler_id IN (SELECT id FROM contact WHERE {contact} OR {spelled})",
            f"SELECT demand_id FROM revisit WHERE demand_id IS NOT NULL AND ({revisit})",
            f"SELECT demand_id FROM escalation WHERE {escalation}",
        ]
        if number := re.fullmatch(r"[Dd](\d{1,9})", word):
            parts.append(f"SELECT {int(number[1])}")
        conditions.append(f"d.id IN ({' UNION ALL '.join(parts)})")
    return conditions, values


def _spelled(named: str) -> str:
    return f"(:{named} <> '' AND {SPELLED.format('pinyin').replace(':py', f':{named}')})"


def _any(columns: Sequence[str], named: str, *, plain: bool) -> str:
    """Whether one of the columns holds a word. Where there is no case to ignore, ``instr`` takes half the time."""
    one = "instr({}, :{})" if plain else "{} LIKE :{} ESCAPE '~'"
    return " OR ".join(one.format(column, named) for column in columns)


def map_file(reader: Reader) -> None:
    """Let SQLite see the file as memory: what reads all of it need not copy all of it."""
    reader.sql.execute(f"PRAGMA mmap_size = {_MAPPED}")
