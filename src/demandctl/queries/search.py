"""Text looked for in the ledger: over everything about a demand or a customer, and names by their pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable

from demandctl.language.figures import narrow
from demandctl.language.subject import About, Subject
from demandctl.queries.identity import ALSO
from demandctl.queries.reader import Reader
from demandctl.store.conditions import customer_code
from demandctl.store.fields import searched

_MAPPED = 2**31 - 1

SPELLED = "(instr(' ' || {0}, ' ' || :py) > 0 OR (length(:py) > 3 AND instr({0}, :py) > 0))"
"""Whether a stored pinyin begins with what was typed, in full or by initials; longer ones count anywhere."""

CUSTOMER_HOLDS = (
    f"({' OR '.join(f'c.{column} LIKE :like' for column in (*searched('customer'), 'region'))} "
    f"OR {ALSO.format('c.id', 'a.value LIKE :like')} "
    f"OR {customer_code('c.id')} = upper(:text) OR (:py <> '' AND {SPELLED.format('c.pinyin')}))"
)
"""Whether customer ``c`` holds ``:text``, of which ``:like`` is the LIKE pattern."""


_NAMED = {
    About.DEMAND: "SELECT id FROM demand WHERE id = {}",
    About.CUSTOMER: "SELECT id FROM demand WHERE customer_id = {}",
    About.REVISIT: "SELECT demand_id FROM revisit WHERE id = {} AND demand_id IS NOT NULL",
}
"""The demands that a code stands for."""


def typed_letters(text: str) -> dict[str, str]:
    """What was typed as the ``:py`` of these conditions: pinyin letters, empty where it is none."""
    from demandctl.language.pinyin import typed

    return {"py": typed(text)}


def demands_holding(text: str) -> tuple[list[str], dict[str, str]]:
    """Conditions on demand ``d`` that all words of a text are somewhere about it, and the values that they name.

    What was said about a demand, its follow-ups with it, is one text in the table ``search``.
    """
    conditions: list[str] = []
    values = {"all_py": typed_letters(text)["py"]}
    for place, word in enumerate(text.split()):
        found, named = _places_of(word, f"word{place}")
        conditions.append(f"d.id IN ({' UNION ALL '.join(found)})")
        values |= named
    return conditions, values


def _places_of(word: str, name: str) -> tuple[list[str], dict[str, str]]:
    """Queries for the numbers of the demands that hold one word, each in another place, and the values they name."""
    cased = re.search("[A-Za-z]", word) is not None
    spellings = dict(zip((name, f"{name}_narrow"), dict.fromkeys((word, narrow(word))), strict=False))
    values = {named: _pattern(spelling) if cased else spelling for named, spelling in spellings.items()}

    def holds(columns: Iterable[str]) -> str:
        # Where there is no case to ignore, instr takes half the time.
        one = "{} LIKE :{} ESCAPE '~'" if cased else "instr({}, :{})"
        return " OR ".join(one.format(column, named) for column in columns for named in spellings)

    spelled = " OR ".join(
        f"(:{named} <> '' AND {SPELLED.format('pinyin').replace(':py', f':{named}')})"
        for named in ("all_py", f"{name}_py")
    )
    customer, contact, revisit, alias = (
        holds(searched(table)) for table in ("customer", "contact", "revisit", "alias")
    )
    queries = [
        f"SELECT demand_id FROM search WHERE {holds(['text'])}",
        f"SELECT id FROM demand WHERE customer_id IN (SELECT id FROM customer WHERE {customer} OR {spelled})",
        f"SELECT id FROM demand WHERE customer_id IN (SELECT customer_id FROM alias WHERE {alias})",
        f"SELECT id FROM demand WHERE handler_id IN (SELECT id FROM contact WHERE {contact} OR {spelled})",
        f"SELECT demand_id FROM revisit WHERE demand_id IS NOT NULL AND ({revisit})",
        *(f"SELECT demand_id FROM {table} WHERE demand_id IS NOT NULL AND ({holds(searched(table))})"
          for table in ("escalation", "service_step", "attachment")),
    ]  # fmt: skip
    if subject := Subject.read(word):
        queries.append(_NAMED[subject.about].format(subject.number))
    return queries, values | {f"{name}_py": typed_letters(word)["py"]}


def _pattern(word: str) -> str:
    return "%" + re.sub("([%_~])", r"~\1", word) + "%"


def map_file(reader: Reader) -> None:
    """Let SQLite see the file as memory: what reads all of it need not copy all of it."""
    reader.sql.execute(f"PRAGMA mmap_size = {_MAPPED}")
