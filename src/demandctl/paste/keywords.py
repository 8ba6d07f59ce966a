"""The keyword table: what a text holds and what kind of demand that makes. Pure: the table comes in as text.

A rule asks for signals and forbids others; the strongest rule that holds decides, and two equally strong ones that
disagree leave the field empty. The words are data (``data/keywords.toml``); the user's own file adds to them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from demandctl.errors import UsageError
from demandctl.vocabulary import SUBTYPES, Kind

_LISTED = ("lists", "noise", "labels", "urgency", "mode", "warranty", "signals")
_HAN = ("[\\u4e00-\\u9fff]", "[一-鿿]")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Rule(NamedTuple):
    """Signals that must and must not be there, and what follows."""

    all: frozenset[str]
    none: frozenset[str]
    kind: str
    subtype: str | None
    weight: float


class About(NamedTuple):
    """What a complaint or a suggestion is about."""

    kind: str
    signal: str
    subtype: str
    weight: float


class Verdict(NamedTuple):
    """What a text is: ``weight`` 0 when no rule holds. ``signals``: each with the words that gave it."""

    kind: str | None
    subtype: str | None
    weight: float
    signals: Mapping[str, str]
    why: tuple[str, ...]


class Wording(NamedTuple):
    """The table, compiled."""

    lists: Mapping[str, re.Pattern[str]]
    noise: Mapping[str, re.Pattern[str]]
    labels: dict[str, str]
    urgency: Mapping[str, re.Pattern[str]]
    mode: Mapping[str, re.Pattern[str]]
    warranty: Mapping[str, re.Pattern[str]]
    signals: Mapping[str, re.Pattern[str]]
    rules: tuple[Rule, ...]
    about: tuple[About, ...]
    slips: Mapping[str, str]

    def judge(self, text: str) -> Verdict:
        """The kind and subtype of a demand that a text states."""
        text = self.noise["negated"].sub("，", text)
        return self.decide(
            {name: match[0] for name, pattern in self.signals.items() if (match := pattern.search(text))}
        )

    def decide(self, found: Mapping[str, str]) -> Verdict:
        """What the signals of one text, or of several together, make it."""
        holding = [r for r in self.rules if r.all <= found.keys() and not r.none & found.keys()]
        if not holding:
            return Verdict(None, None, 0, found, ())
        top = max(rule.weight for rule in holding)
        kinds = {rule.kind for rule in holding if rule.weight == top}
        kind = kinds.pop() if len(kinds) == 1 else None
        deciding = {rule.subtype for rule in holding if rule.weight == top}
        subtype = deciding.pop() if kind and len(deciding) == 1 else None
        subtype = subtype or (self._subtype(kind, holding, found) if kind else None)
        why = tuple(sorted({name for r in holding if r.weight == top for name in r.all}))
        return Verdict(kind, subtype, top, found, why)

    def _subtype(self, kind: str, holding: list[Rule], found: Mapping[str, str]) -> str | None:
        about = [(a.weight, a.subtype) for a in self.about if a.kind == kind and a.signal in found]
        told: list[tuple[float, str | None]] = [*about] or [(r.weight, r.subtype) for r in holding if r.kind == kind]
        top = max((weight for weight, _ in told), default=0)
        named = {subtype for weight, subtype in told if weight == top}
        return named.pop() if len(named) == 1 else None


@lru_cache(maxsize=4)
def read_wording(text: str, extra: str = "") -> Wording:
    """Compile the table; *extra* is the user's own file. UsageError names what is wrong with it."""
    table = _merged(_parsed(text), _parsed(extra) if extra.strip() else {})
    lists = table["lists"]
    slips = dict(pair.split("=", 1) for pair in lists.pop("slip", []) if "=" in pair)
    known = {name: "|".join(words) for name, words in lists.items()}
    known |= {name: "|".join(words) for name, words in table["signals"].items() if name not in known}
    known["big"] = f"(?:{known['big']})"

    def compiled(section: str) -> dict[str, re.Pattern[str]]:
        return {name: _pattern(name, words, known) for name, words in table[section].items()}

    return Wording(
        lists={name: _pattern(name, words, known) for name, words in lists.items()},
        noise=compiled("noise"),
        labels={re.sub(r"\s", "", word).lower(): what for what, words in table["labels"].items() for word in words},
        urgency=compiled("urgency"),
        mode=compiled("mode"),
        warranty=compiled("warranty"),
        signals=compiled("signals"),
        rules=tuple(_rule(name, rule, table["signals"]) for name, rule in table["rules"].items()),
        about=tuple(_about(name, rule, table["signals"]) for name, rule in table["about"].items()),
        slips=slips,
    )


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


def _pattern(name: str, words: list[str], known: Mapping[str, str]) -> re.Pattern[str]:
    source = "|".join(words)
    for _ in range(3):  # a list may name another one
        source = _PLACEHOLDER.sub(lambda found: f"(?:{known[found[1]]})" if found[1] in known else found[0], source)
    for letters in _HAN:  # they have no case: looking for one takes longer than all the rest
        source = source.replace(letters, f"(?-i:{letters})")
    try:
        return re.compile(source, re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"关键词文件 keywords.toml：{name} 的写法有误：{error}") from error


def _rule(name: str, rule: Mapping[str, Any], signals: Mapping[str, Any]) -> Rule:
    try:
        made = Rule(
            frozenset(rule["all"]), frozenset(rule.get("none", ())), Kind.parse(rule["kind"]), rule.get("subtype"),
            float(rule["weight"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"关键词文件 keywords.toml：rules.{name} 要有 all、kind、weight") from error
    _check(f"rules.{name}", made.kind, made.subtype, made.all | made.none, signals)
    return made


def _about(name: str, rule: Mapping[str, Any], signals: Mapping[str, Any]) -> About:
    try:
        made = About(Kind.parse(rule["kind"]), rule["signal"], rule["subtype"], float(rule["weight"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"关键词文件 keywords.toml：about.{name} 要有 kind、signal、subtype、weight") from error
    _check(f"about.{name}", made.kind, made.subtype, {made.signal}, signals)
    return made


def _check(where: str, kind: str, subtype: str | None, asked: Any, signals: Mapping[str, Any]) -> None:
    if missing := [name for name in asked if name not in signals]:
        raise UsageError(f"关键词文件 keywords.toml：{where} 用了没有的信号 {'、'.join(sorted(missing))}")
    if subtype is not None and subtype not in SUBTYPES[Kind(kind)]:
        raise UsageError(f"关键词文件 keywords.toml：{where} 的子类“{subtype}”不存在")
