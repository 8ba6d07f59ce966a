"""Rules as data: what a file of rules says, checked field by field. Pure: text in, rules or problems out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

from demandctl.core.months import months_on
from demandctl.core.parts import GIVEN, PART_OF_OLD, Facts, RulePart
from demandctl.core.recurrence import problem_of
from demandctl.core.rhythms import read_rhythm
from demandctl.core.targets import Target

ByFacts: TypeAlias = "str | Mapping[str, ByFacts] | None"
"""What holds for a subject: one word for all, or a table by what it is, nested as it is written."""
Entry = dict[str, Any]
"""One ``[[rules]]`` as TOML gives it."""

EVENTS: dict[str, frozenset[str]] = {
    "demand": frozenset({
        "raised", "registered", "imported", "referred", "assigned", "handed", "answered", "undispatched", "contact",
        "internal", "follow-up",
        "handler-follow-up", "escalated-follow-up", "promised", "resolved", "confirmed", "unsolved", "escalated",
        "upgraded", "kind-changed", "closed", "won", "solved", "lost", "dropped", "duplicate", "adopted", "declined",
        "reopened",
    }),
    "revisit": frozenset({
        "planned", "called-later", "visited", "recorded", "forwarded", "department-responded", "settled", "escalated",
    }),
    "customer": frozenset({
        "sale", "order", "contact", "reached", "scheduled", "business-contact", "contracted", "profiled", "approved",
        "paper", "complete", "classed", "born", "birthday-greeted", "owned", "briefed", "released",
    }),
    "ledger": frozenset({"period", "exported"}),
}  # fmt: skip
"""What can happen to a subject, as rules name it; the file's header explains each."""

FACTS: dict[str, frozenset[str]] = {
    "demand": frozenset({"kind", "subtype", "channel", "urgency", "handled", "referred", "escalated"}),
    "revisit": frozenset({"kind", "urgent", "own_department", "settled", "visited", "put_off"}),
    "customer": frozenset({"arrears", "handed", "scheduled", "value", "stage", "lacking", "birthday"}),
    "ledger": frozenset(),
}
"""What the conditions of a rule may ask of its subject."""


PARTS: dict[str, frozenset[str]] = {
    "demand": frozenset(
        [
            RulePart.FIRST_ANSWER,
            RulePart.DESIGNATE,
            RulePart.FEEDBACK,
            RulePart.RESOLVE,
            RulePart.WEEKLY,
            RulePart.PROMISE,
        ]
    ),
    "revisit": frozenset([RulePart.VISIT, RulePart.FORM, RulePart.FORWARD, RulePart.ON_THE_SPOT]),
    "customer": frozenset([RulePart.VISIT, RulePart.GREET]),
    "ledger": frozenset(),
}
"""Which parts a rule about each subject may play."""

OWERS = frozenset(
    ["specialist", "handler", "owner", "expert", "leader", "supervisor", "branch", "department", "escalated"]
)
AGAIN = frozenset({"keep", "replace", "add"})
WINDOWS = frozenset({"on-day", "since-last"})
OFF = frozenset({"before"})
PERIODS = frozenset({"week", "month", "quarter"})


@dataclass(frozen=True)
class Rule:
    """One line of the rules: which events start its clock and which meet it. The file's header explains the fields."""

    id: str
    name: str
    about: str
    starts: frozenset[str]
    met_by: frozenset[str]
    owed_by: ByFacts
    source: str
    what: str = ""
    target: ByFacts = None
    repeat: ByFacts = ""
    off: str = ""
    window: str = ""
    again: str = "keep"
    after: str = ""
    closing: bool = False
    applies: tuple[Mapping[str, tuple[object, ...]], ...] = ()
    reopened_by: frozenset[str] = frozenset()
    period: str = ""
    role: str = ""
    group: str = ""
    enabled: bool = True

    def applies_to(self, facts: Facts) -> bool:
        """Whether the subject meets one of the rule's conditions and the rule has a target for it."""
        if self.applies and not any(all(facts.get(k) in v for k, v in case.items()) for case in self.applies):
            return False
        return choose(self.repeat or self.target, facts) is not None

    def target_for(self, facts: Facts) -> str:
        """The target that holds for a subject, as the file writes it."""
        return str(choose(self.target, facts))

    def repeat_for(self, facts: Facts) -> str:
        """How often it comes again for a subject, as a recurrence rule; ``given`` where the event says so."""
        return read_rhythm(str(choose(self.repeat, facts))) or str(choose(self.repeat, facts))

    def owed_by_for(self, facts: Facts) -> str:
        """Who owes it, as a role: ``handler``, ``branch``, ``specialist``, …"""
        return str(choose(self.owed_by, facts) or "specialist")


_KEYS = ("kind", "channel", "urgency", "stage", "value")


def choose(entry: ByFacts, facts: Facts) -> str | None:
    """Pick what holds for a subject out of a table, nested as it is written: keyed by the kind, the channel or the
    urgency of a demand or a visit, by the stage (which says more) or the value of a customer.
    """
    while isinstance(entry, Mapping):
        keys = [str(facts[name]) for name in _KEYS if facts.get(name)]
        entry = next((entry[key] for key in (*keys, "default") if key in entry), None)
    return entry


def delayed(day: date, after: str) -> date:
    """The date some days (``7d``) or months (``1mo``, clamped to the last day of a shorter month) after *day*."""
    if not after:
        return day
    if not after.endswith("mo"):
        return day + timedelta(days=int(after[:-1]))
    return months_on(day, int(after[:-2]))


NEXT_STEP = Rule(
    id="next-step",
    name="定下一步",
    what="没有别的时限，定下一步",
    about="demand",
    starts=frozenset({"forgotten"}),
    met_by=frozenset({"follow-up"}),
    target="5d work",
    owed_by="specialist",
    source="不得遗漏；默认值",
)
"""What an open demand has when the rules of the file leave it nothing: no file can switch it off."""


class RuleProblem(NamedTuple):
    """Something wrong in a file of rules: the line (from 1, 0 unknown), the field and the reason."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True)
class Rulebook:
    """All rules of a file, in its order; ``text`` keeps the file as it was read."""

    rules: tuple[Rule, ...]
    text: str = field(default="", repr=False)

    def __getitem__(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)

    def get(self, rule_id: str) -> Rule | None:
        """The rule of that id, None when the file has none."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def about(self, subject: str) -> list[Rule]:
        """The enabled rules about ``demand``, ``revisit``, ``customer`` or ``ledger``."""
        return [rule for rule in self.rules if rule.about == subject and rule.enabled]


def read_rules(text: str, *, trusted: bool = False) -> tuple[Rulebook, list[RuleProblem]]:
    """Read a file of rules; with problems the rulebook holds only what is right.

    *trusted* skips the checks for a text that has passed them before: they cost more than the reading.
    """
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = int(str(error).rpartition("line ")[2].split(",")[0]) if "line " in str(error) else 0
        return Rulebook((), text), [RuleProblem(line, "", f"不是有效的 TOML：{error}")]
    problems: list[RuleProblem] = []
    groups = data.get("groups", {})
    if not isinstance(groups, dict):
        problems.append(RuleProblem(_line_of(text, "groups"), "groups", "应是一张表：组名 = true 或 false"))
        groups = {}
    entries = data.get("rules")
    if not isinstance(entries, list) or not entries:
        return Rulebook((), text), [*problems, RuleProblem(0, "rules", "文件里没有一条 [[rules]]")]
    rules: list[Rule] = []
    for number, entry in enumerate(entries):
        found = [] if trusted else _entry_problems(entry, [*rules, NEXT_STEP])
        if found:
            problems += [RuleProblem(_field_line(text, number, name), name, reason) for name, reason in found]
            continue
        rules.append(_rule(entry, bool(groups.get(entry.get("group", ""), True))))
    unknown = set(data) - {"rules", "groups"}
    problems += [RuleProblem(_line_of(text, key), key, "不认识的字段") for key in sorted(unknown)]
    return Rulebook((*rules, NEXT_STEP), text), sorted(problems)


def _entry_problems(entry: object, before: list[Rule]) -> list[tuple[str, str]]:
    if not isinstance(entry, dict):
        return [("rules", "应写成 [[rules]]")]
    found = _problems_of(entry)
    if not found and any(rule.id == entry["id"] for rule in before):
        found = [("id", f"编号 {entry['id']} 出现了两次")]
    return found


def _rule(entry: Entry, group_on: bool) -> Rule:
    values = dict(entry)
    for name in ("starts", "met_by", "reopened_by"):
        values[name] = frozenset(values.get(name, ()))
    values["applies"] = tuple({k: tuple(v) for k, v in case.items()} for case in values.get("applies", ()))
    values["enabled"] = bool(values.get("enabled", True)) and group_on
    values.setdefault("what", values["name"])
    old = PART_OF_OLD.get(values["id"], "")
    values.setdefault("role", old if old in PARTS[values["about"]] else "")
    return Rule(**values)


def _problems_of(entry: Entry) -> list[tuple[str, str]]:
    """What is wrong with one rule, as (field, reason)."""
    found: list[tuple[str, str]] = []
    known = set(Rule.__dataclass_fields__)
    found += [(name, "不认识的字段") for name in entry if name not in known]
    for name in ("id", "name", "about", "source"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            found.append((name, "缺少，或不是文字"))
    about = entry.get("about")
    if about not in EVENTS:
        return [*found, ("about", f"只能是 {'、'.join(EVENTS)}")]
    for name in ("starts", "met_by", "reopened_by"):
        events = entry.get(name, [] if name == "reopened_by" else None)
        if (
            not isinstance(events, list)
            or not all(isinstance(event, str) for event in events)
            or (name != "reopened_by" and not events)
        ):
            found.append((name, '应是事件的列表，如 ["assigned"]'))
        else:
            found += [(name, f"没有“{event}”这个事件") for event in events if event not in EVENTS[about]]
    found += _condition_problems(entry.get("applies", []), FACTS[about])
    found += [
        ("owed_by", f"“{owner}”不认识，只能是 {'、'.join(sorted(OWERS))}")
        for owner in _leaves(entry.get("owed_by", ""))
        if owner not in OWERS
    ]
    parts = PARTS[about] | {""}
    for name, allowed in (("again", AGAIN), ("window", WINDOWS), ("off", OFF), ("period", PERIODS), ("role", parts)):
        if name in entry and entry[name] not in allowed:
            found.append((name, f"只能是 {'、'.join(sorted(allowed - {''})) or '空'}"))
    for name in ("closing", "enabled"):
        if not isinstance(entry.get(name, True), bool):
            found.append((name, "只能是 true 或 false"))
    return found + _time_problems(entry)


def _condition_problems(applies: object, facts: frozenset[str]) -> list[tuple[str, str]]:
    if not isinstance(applies, list) or not all(isinstance(case, dict) for case in applies):
        return [("applies", '应写成 [{ kind = ["service"] }] 这样')]
    found = [("applies", f"没有“{name}”这个条件") for case in applies for name in case if name not in facts]
    return found + [
        ("applies", f"{name} 应是列表")
        for case in applies
        for name, value in case.items()
        if not isinstance(value, list)
    ]


def _time_problems(entry: Entry) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if ("target" in entry) == ("repeat" in entry):
        found.append(("target", "target 和 repeat 要有一个，且只能有一个"))
    for target in _leaves(entry.get("target", GIVEN)):
        try:
            if target != GIVEN:
                Target.parse(str(target))
        except ValueError as error:
            found.append(("target", str(error)))
    after = entry.get("after", "1d")
    number = str(after).removesuffix("mo").removesuffix("d")
    if not (
        isinstance(after, str) and number.isascii() and number.isdecimal() and number != after and int(number) < 1000
    ):
        found.append(("after", "应写成 7d 或 1mo 这样"))
    for repeat in _leaves(entry.get("repeat", GIVEN)):
        if repeat != GIVEN and (reason := problem_of(read_rhythm(str(repeat)) or repeat)):
            found.append(("repeat", reason))
    return found


def _leaves(entry: object) -> list[object]:
    if isinstance(entry, dict):
        return [leaf for value in entry.values() for leaf in _leaves(value)]
    return [entry]


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().strip("[]").split("=")[0].strip() == key:
            return number
    return 0


def _field_line(text: str, index: int, name: str) -> int:
    """The line in the *index*-th rule that sets *name*, else the line that opens the rule."""
    lines = text.splitlines()
    heads = [n for n, line in enumerate(lines) if line.strip().replace(" ", "").startswith("[[rules]]")]
    if index >= len(heads):
        return 0
    end = heads[index + 1] if index + 1 < len(heads) else len(lines)
    for number in range(heads[index], end):
        left = lines[number].split("=")[0].strip()
        if left == name or lines[number].strip() == f"[rules.{name}]":
            return number + 1
    return heads[index] + 1
