"""Write the table of docs/rules.md from the rules that ship. ``--check`` fails when it is not up to date."""

import re
import sys
from pathlib import Path

from demandctl.commands.sla.rules import in_words, owed
from demandctl.core.rules import read_rules

TARGET = Path(__file__).with_name("rules.md")
RULES = Path(__file__).parent.parent / "src" / "demandctl" / "data" / "rules.toml"


def written(text: str) -> str:
    """The document with its table made anew."""
    book, problems = read_rules(RULES.read_text(encoding="utf-8"))
    assert not problems, problems
    lines = ["| 规则 | 名称 | 欠什么 | 时限 | 谁欠 | 依据 |", "|---|---|---|---|---|---|"]
    for rule in book.rules:
        said = in_words(rule.repeat or rule.target, repeats=bool(rule.repeat))
        lines.append(f"| `{rule.id}` | {rule.name} | {rule.what} | {said} | {owed(rule.owed_by)} | {rule.source} |")
    table = "\n".join(lines)
    after, found = re.subn(
        r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", lambda _: f"{table}\n", text, flags=re.DOTALL
    )
    assert found == 1, "docs/rules.md has lost the place of its table"
    return after


if __name__ == "__main__":
    before = TARGET.read_text(encoding="utf-8")
    after = written(before)
    if "--check" in sys.argv:
        sys.exit(0 if before == after else "docs/rules.md is not up to date: make docs")
    TARGET.write_text(after, encoding="utf-8")
