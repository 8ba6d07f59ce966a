"""The keyword table as it is written, TOML with regular expressions -> plain types. Pure.

The words are data (``data/keywords.toml``); the user's own file adds to them, its rules replace those of the name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from demandctl.errors import UsageError
from demandctl.paste.keywords import MACHINE, PART, Plain
from demandctl.vocabulary import SUBTYPES, Kind

_LISTED = ("lists", "noise", "labels", "urgency", "mode", "warranty", "signals")
_PATTERNS = tuple(name for name in _LISTED if name != "labels")
_HAN = ("[\\u4e00-\\u9fff]", "[一-鿿]")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LONG = ("machine", "part")
"""Lists that are looked for once in a text, and not by every pattern that names them."""


def read_table(text: str, extra: str = "") -> Plain:
    """Read the table; *extra* is the user's own file. UsageError names what is wrong with it."""
    table = _merged(_parsed(text), _parsed(extra) if extra.strip() else {})
    lists = table["lists"]
    slips = dict(pair.split("=", 1) for pair in lists.pop("slip", []) if "=" in pair)
    lists["machine"] = [*lists["machine"], *map(re.escape, slips)]
    long = {name: _grouped(lists[name]) for name in _LONG}
    lists["thing"] = ["|".join(f"(?P<{name}>{source})" for name, source in long.items())]
    known = {name: "|".join(words) for name, words in (table["signals"] | lists).items()} | long
    known["big"] = f"(?:{known['big']})"
    made: Plain = {
        section: {name: _source(name, words, known, section) for name, words in table[section].items()}
        for section in _PATTERNS
    }
    return made | {
        "labels": {re.sub(r"\s", "", word).lower(): what for what, words in table["labels"].items() for word in words},
        "rules": [_rule(name, rule, table["signals"]) for name, rule in table["rules"].items()],
        "about": [_about(name, rule, table["signals"]) for name, rule in table["about"].items()],
        "slips": slips,
    }


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"关键词文件 keywords.toml 有误：{error}") from error


def _merged(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The user's lists are added to ours, his rules replace those of the same name."""
    made = {section: dict(content) for section, content in ours.items()}
    for section, content in theirs.items():
        if section not in made or not isinstance(content, dict):
            raise UsageError(f"关键词文件 keywords.toml：没有 [{section}] 这一节", f"可以写：{'、'.join(made)}")
        for name, value in content.items():
            if section not in _LISTED:
                made[section][name] = value
                continue
            if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
                raise UsageError(f"关键词文件 keywords.toml：{section}.{name} 应是文字的列表")
            made[section][name] = [*made[section].get(name, []), *value]
    return made


def _source(name: str, words: list[str], known: Mapping[str, str], section: str) -> str:
    """The one pattern of some words; a signal asks for the signs of machines and parts, not for all their names."""
    source = "|".join(words)
    known = {**known, "machine": MACHINE, "part": PART} if section == "signals" else known
    for _ in range(3):  # a list may name another one
        source = _PLACEHOLDER.sub(lambda found: f"(?:{known[found[1]]})" if found[1] in known else found[0], source)
    for letters in _HAN:  # they have no case: looking for one takes longer than all the rest
        source = source.replace(letters, f"(?-i:{letters})")
    try:
        return re.compile(source, re.IGNORECASE).pattern
    except re.error as error:
        raise UsageError(f"关键词文件 keywords.toml：{name} 的写法有误：{error}") from error


def _grouped(words: list[str]) -> str:
    """A long list by first characters, which is looked through in a tenth of the time."""
    groups: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        first = word[0] if word[0].isalnum() and word[1:2] not in tuple("?*+{|") else ""
        groups.setdefault(first, []).append(word[len(first) :])
    last = groups.pop("", [])
    # Among plain names the longest is meant: 水泥罐车 is no 水泥罐.
    ordered = {first: sorted(rest, key=lambda word: -len(word) * word.isalnum()) for first, rest in groups.items()}
    return "|".join([*(f"{first}(?:{'|'.join(rest)})" for first, rest in ordered.items()), *last])


def _rule(name: str, rule: Mapping[str, Any], signals: Mapping[str, Any]) -> tuple[Any, ...]:
    try:
        kind, subtype, weight = Kind.parse(rule["kind"]), rule.get("subtype"), float(rule["weight"])
        asked, forbidden = list(rule["all"]), list(rule.get("none", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"关键词文件 keywords.toml：rules.{name} 要有 all、kind、weight") from error
    _check(f"rules.{name}", kind, subtype, {*asked, *forbidden}, signals)
    return asked, forbidden, str(kind), subtype, weight


def _about(name: str, rule: Mapping[str, Any], signals: Mapping[str, Any]) -> tuple[Any, ...]:
    try:
        kind, signal, subtype, weight = Kind.parse(rule["kind"]), rule["signal"], rule["subtype"], float(rule["weight"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"关键词文件 keywords.toml：about.{name} 要有 kind、signal、subtype、weight") from error
    _check(f"about.{name}", kind, subtype, {signal}, signals)
    return str(kind), signal, subtype, weight


def _check(where: str, kind: str, subtype: str | None, asked: Any, signals: Mapping[str, Any]) -> None:
    if missing := [name for name in asked if name not in signals]:
        raise UsageError(f"关键词文件 keywords.toml：{where} 用了没有的信号 {'、'.join(sorted(missing))}")
    if subtype is not None and subtype not in SUBTYPES[Kind(kind)]:
        raise UsageError(f"关键词文件 keywords.toml：{where} 的子类“{subtype}”不存在")
