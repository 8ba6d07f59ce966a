"""Pastes with what a careful specialist writes down of them, and how drafts are counted against that.

``python -m tests.support.pastes FILE [-v]`` prints right, wrong and missing fields of the files of ``tests/data``.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from demandctl import DATA as SHIPPED
from demandctl.paste.drafts import Draft, Read, read_paste
from demandctl.paste.judging import Judge
from demandctl.paste.keywords import wording_of
from demandctl.paste.learnt import Learnt, counted, sentences
from demandctl.paste.senders import Person
from demandctl.paste.table import read_table
from demandctl.vocabulary import Role
from tests.support.cli import DATA, ROOT

NOW = "2026-11-20T18:30:00+08:00"
_SHORT = {"c": "customer", "p": "phone", "r": "region", "m": "product", "t": "raised_at", "g": "group", "ch": "channel",
          "u": "urgency"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A paste and what is right: one mapping of fields for each demand, in their order."""

    id: str
    text: str
    now: datetime
    expect: list[dict[str, Any]]


def cases(name: str) -> list[Case]:
    """The pastes of a file of ``tests/data``, of either form."""
    path = DATA / name
    return list(_written(path) if path.suffix == ".txt" else _jsonl(path))


def _jsonl(path: Path) -> Iterator[Case]:
    for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
        case = json.loads(line)
        yield Case(case["id"], case["text"], datetime.fromisoformat(case["now"]), case["expect"])


def _written(path: Path) -> Iterator[Case]:
    for block in re.split(r"^@(?=[a-z]\d\d$)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = block.partition("\n")
        lines = rest.rstrip().split("\n")
        told = [line[3:] for line in lines if line.startswith("=> ")]
        text = "\n".join(line for line in lines if not line.startswith("=> "))
        expect = [_demand(line) for line in told if line != "none"]
        yield Case(name, text.strip("\n"), datetime.fromisoformat(NOW), expect)


def _demand(line: str) -> dict[str, Any]:
    (kinds, *fields) = line.split()
    kind, _, subtype = kinds.partition("/")
    made: dict[str, Any] = {"kind": kind.split("|"), "subtype": subtype.split("|")}
    for pair in fields:
        name, _, value = pair.partition("=")
        options = [None if option == "-" else option.replace("_", " ") for option in value.split("|")]
        made[_SHORT[name]] = [f"{o}:00+08:00" if name == "t" and o and o.count(":") == 1 else
                              f"{o}+08:00" if name == "t" and o else o for o in options]  # fmt: skip
    return made


@cache
def directory(*files: Path) -> list[Person]:
    """The people of directories as Excel writes them."""
    found: list[Person] = []
    for path in files or (ROOT / "examples" / "contacts.csv", DATA / "contacts_2.csv"):
        with path.open(encoding="utf-8-sig") as file:
            for r in csv.DictReader(file):
                at = len(found) + 1
                person = Person(
                    at, r["姓名"], r["微信"], r["电话"], r["分公司"], Role.parse(r["角色"]), r["在职"] == "是"
                )
                found.append(person)
    return found


def same(name: str, wanted: Any, got: Any) -> bool:
    """The comparison that the samples' README sets out."""
    if isinstance(wanted, list):
        return any(same(name, one, got) for one in wanted)
    if wanted is None:
        return got is None
    if name == "phone":
        return re.sub(r"\D", "", got or "").startswith(re.sub(r"\D", "", wanted))
    if name in ("region", "product"):
        return re.sub(r"[ 的]", "", wanted) in re.sub(r"[ 的]", "", got or "")
    if name == "raised_at":
        return bool(got == datetime.fromisoformat(wanted))
    return bool(wanted == got)


@dataclass
class Score:
    """Fields counted: ``wrong`` holds those that should be empty, ``missing`` those of demands without a draft."""

    fields: dict[str, Counter[str]] = field(default_factory=dict)
    undrafted: int = 0
    extra: int = 0
    nothing: int = 0
    drafted: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, verdict: str) -> int:
        """How many fields of all kinds are right, wrong or missing."""
        return sum(found[verdict] for found in self.fields.values())

    def share(self, verdict: str) -> float:
        """The same of all fields that have a value to be read."""
        return self.count(verdict) / max(sum(map(self.count, ("right", "wrong", "missing"))), 1)

    def add(self, case: Case, found: Sequence[Draft]) -> None:
        """Hold the drafts of a paste against what is right; of several the one that fits best, in the order written."""
        left = list(found)
        told: list[str] = []
        for expected in case.expect:
            draft = max(left, key=lambda d: self._fit(expected, d), default=None)
            if draft is None:
                self.undrafted += 1
            else:
                left.remove(draft)
            told += self._fields(expected, draft)
        if case.expect:
            self.extra += len(left)
        else:
            self.nothing += 1
            self.drafted += bool(found)
        told += [f"extra {draft.kind} {draft.content!r}" for draft in left]
        if told:
            self.faults.append(f"{case.id} {case.text[:240]!r}\n    " + "; ".join(told))

    @staticmethod
    def _fit(expected: Mapping[str, Any], draft: Draft) -> int:
        return sum(same(name, want, getattr(draft, name)) for name, want in expected.items() if want is not None)

    def _fields(self, expected: Mapping[str, Any], draft: Draft | None) -> Iterator[str]:
        for name, want in expected.items():
            got = getattr(draft, name) if draft else None
            counts = self.fields.setdefault(name, Counter())
            empty = want is None or want == [None]
            if empty and got is None:
                continue
            right = draft is not None and same(name, want, got)
            verdict = "right" if right and got is not None else "missing" if got is None and not right else "wrong"
            if right and got is None:
                continue
            counts[verdict] += 1
            if verdict != "right":
                yield f"{name} {want!r} not {got!r}"

    def __str__(self) -> str:
        shown = [
            f"{verdict} {self.count(verdict)} ({self.share(verdict):.1%})" for verdict in ("right", "wrong", "missing")
        ]
        lines = [", ".join(shown) + f"; without a draft {self.undrafted}, one too many {self.extra}"]
        lines.append(f"nothing to record {self.nothing}, drafted {self.drafted}")
        lines += [f"  {name}: {dict(counts)}" for name, counts in self.fields.items()]
        return "\n".join(lines)


@cache
def judge() -> Judge:
    """The two readers as they are shipped."""
    wording = wording_of(read_table((SHIPPED / "keywords.toml").read_text(encoding="utf-8")))
    known = sentences((SHIPPED / "sentences.txt").read_text(encoding="utf-8"))
    return Judge(wording, Learnt(counted(known, wording), wording))


def read(case: Case) -> Read:
    """What is read out of a paste."""
    return read_paste(case.text, case.now, directory(), judge())


def score(wanted: Iterable[Case]) -> Score:
    """The drafts of pastes held against what is right."""
    made = Score()
    for case in wanted:
        made.add(case, read(case).drafts)
    return made


if __name__ == "__main__":
    for file in [word for word in sys.argv[1:] if word != "-v"]:
        result = score(cases(file))
        print(file, result, *(result.faults if "-v" in sys.argv else ()), sep="\n")
