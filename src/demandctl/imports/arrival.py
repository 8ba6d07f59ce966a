"""What an import came to: the account that is kept while it runs, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demandctl.imports.files.sheet import Sheet
from demandctl.imports.finding import nearest_header
from demandctl.imports.headers import meant
from demandctl.imports.kind import TableKind
from demandctl.imports.problems import Problem
from demandctl.imports.tables import Table

_UNTOLD = ("", "computed", "seq")
_NO_TABLE = re.compile("汇总|统计|说明|目录|封面|选项|示例|模板|字典|透视")
_CALLED = {"content": "需求内容", "customer": "客户姓名", "name": "姓名", "phone": "电话", "kind": "需求类型"}


@dataclass
class Arrival:
    """What an import came to."""

    tables: list[Table]
    beside: list[Table] = field(default_factory=list)
    """Tables of other kinds that belong to them, on sheets of their own."""
    read: int = 0
    added: int = 0
    updated: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    customers: int = 0
    contacts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bad_file: Path | None = None

    @property
    def unknown(self) -> list[str]:
        """The headers that are no field of ours, each once."""
        return list(dict.fromkeys(title for table in self.tables for title in table.unknown))

    @property
    def sheets(self) -> list[str]:
        """The sheets that were read, in their order."""
        return [table.sheet.name for table in self.tables]

    def as_json(self) -> dict[str, Any]:
        """The answer of ``--json``."""
        return {
            "read": self.read, "added": self.added, "updated": self.updated, "skipped": self.skipped,
            "problems": [problem._asdict() for problem in self.problems], "unknown": self.unknown,
            "sheets": self.sheets, "customers_added": self.customers, "contacts_added": self.contacts,
            "headers": {c.title: c.field for t in self.tables for c in t.columns if c.field not in _UNTOLD},
            "notes": self.notes, "problems_file": str(self.bad_file) if self.bad_file else None,
        }  # fmt: skip


def unread(sheets: Mapping[str, Sheet], kind: TableKind) -> list[str]:
    """What to say of sheets that look like a table of this kind and whose header was not understood."""
    found: list[str] = []
    for name, sheet in sheets.items():
        titles = [] if _NO_TABLE.search(name) else nearest_header(sheet)
        if len({fit.field for title in titles if (fit := meant(title, kind)) and fit.field != "computed"}) > 2:
            found.append(f"工作表“{name}”没有读，表头认不全：{'、'.join(titles[:12])}")
    return found


def guessed(arrival: Arrival) -> list[str]:
    """What to say of columns that only their cells told."""
    told = {(c.title, c.field) for table in arrival.tables for c in table.columns if c.title in table.guesses}
    return [
        f"列“{title}”的表头认不出，按内容当作{_CALLED[name]}；不对就加 --map '{title}=备注'"
        for title, name in sorted(told)
    ]
