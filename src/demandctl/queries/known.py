"""Whether there is such a thing at all as a list was narrowed to: looked at only where the list is empty."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NoReturn

from demandctl.config import rules_text
from demandctl.core.rules import read_rules
from demandctl.errors import NotFound, Several
from demandctl.language.subject import About, Subject
from demandctl.queries.naming import find_customer_id
from demandctl.queries.reader import Reader

_NEWEST = 2000
"""Among how many names the nearest are looked for."""


_LISTED = {
    About.DEMAND: "demandctl list",
    About.CUSTOMER: "demandctl customer list",
    About.REVISIT: "demandctl revisit list",
}


def require_subject(reader: Reader, subject: Subject) -> None:
    """NotFound for a code that nothing has."""
    if not reader.rows(f"SELECT 1 FROM {subject.about} WHERE id = ?", (subject.number,)):
        raise NotFound(f"没有{subject.words}", f"看看有哪些：{_LISTED[subject.about]}")


def require_known(
    reader: Reader,
    *,
    owner: Collection[str] = (),
    branch: Collection[str] = (),
    rule: Collection[str] = (),
    tag: Collection[str] = (),
) -> None:
    """NotFound, with the nearest ones, for a person, a branch, a rule or a tag that nobody has heard of."""
    if owner:
        named = "SELECT name FROM contact UNION SELECT owner_name FROM deadline WHERE owner_name <> ''"
        specialist = (reader.context.config.specialist, reader.context.who, "专员", "需求专员")
        phones = [row[0] for row in reader.rows("SELECT phone FROM contact WHERE phone <> ''")]
        people = [*(row[0] for row in reader.rows(named)), *specialist]
        for name in owner:
            _require(
                "通讯录里没有", name, [*people, name] if name in phones else people, "看看有谁：demandctl contact list"
            )
    if branch:
        names = "SELECT branch FROM contact UNION SELECT branch FROM demand"
        branches = [row[0] for row in reader.rows(names)]
        for name in branch:
            _require("没有分公司", name, branches, "看看有哪些：demandctl contact list")
    if rule:
        known = {row["rule"]: row["rule_name"] for row in reader.rows("SELECT DISTINCT rule, rule_name FROM deadline")}
        known |= {entry.id: entry.name for entry in read_rules(rules_text(reader.context.config)[0])[0].rules}
        for name in rule:
            if name not in known and name not in known.values():
                _refuse("没有规则", name, _as_read(known), "看看有哪些：demandctl sla show")
    if tag:
        names = " UNION ".join(f"SELECT json_each.value FROM {t}, json_each({t}.tags)" for t in ("demand", "customer"))
        tags = {row[0]: row[0] for row in reader.rows(names)}
        for name in tag:
            if name in tags:
                continue
            _refuse("没有标签", name, tags, f"用过的标签：{'、'.join([*tags][:20])}" if tags else "还没有用过标签")


def customer_meant(reader: Reader, text: str) -> int | None:
    """The customer that a filter names, None where it names several; NotFound, with the nearest ones."""
    try:
        return find_customer_id(reader, text)
    except Several:
        return None
    except NotFound:
        newest = f"SELECT name FROM customer WHERE erased_at IS NULL ORDER BY id DESC LIMIT {_NEWEST}"
        names = {row[0]: row[0] for row in reader.rows(newest)}
        _refuse("没有客户", text, names, "看看有谁：demandctl customer list")


def _require(what: str, text: str, known: Iterable[str], hint: str) -> None:
    names = [name for name in known if name]
    if not any(text in name for name in names):
        _refuse(what, text, {name: name for name in names}, hint)


def _as_read(known: Mapping[str, str]) -> dict[str, str]:
    """Rules by number and by name, each told as both."""
    return {word: f"{number} {name}" for number, name in known.items() for word in (number, name)}


def _refuse(what: str, text: str, known: Mapping[str, str], hint: str) -> NoReturn:
    from difflib import get_close_matches

    near = dict.fromkeys(known[word] for word in get_close_matches(text, list(known), n=3, cutoff=0.5))
    raise NotFound(f"{what}“{text[:40]}”", f"是不是 {'、'.join(near)}？" if near else hint)
