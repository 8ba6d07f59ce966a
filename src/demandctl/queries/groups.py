"""Groups 社群 as they are read: whose they are, who answers in them, and what was asked there."""

from __future__ import annotations

import json
from typing import NamedTuple

from demandctl.errors import NotFound, Several
from demandctl.queries.columns import columns
from demandctl.queries.people import PersonView, person_of
from demandctl.queries.reader import Reader, Row
from demandctl.queries.view import View

_GROUP = """
SELECT g.*, (SELECT count(*) FROM demand AS d WHERE d.group_name = g.name) AS demands,
       (SELECT count(*) FROM demand AS d WHERE d.group_name = g.name AND d.closed_at IS NULL) AS open
FROM wechat_group AS g
"""


class GroupView(View):
    """A group 社群 with its branch, its region, the experts in it, and how many demands came out of it."""

    id: int
    name: str
    branch: str | None
    region: str | None
    experts: list[PersonView]
    note: str | None
    demands: int
    open: int


class Whose(NamedTuple):
    """What is known of the group that a demand came from: empty where it came from none, or nobody said."""

    branch: str = ""
    region: str = ""
    experts: tuple[int, ...] = ()


def read_groups(reader: Reader, branch: str = "") -> list[GroupView]:
    """All groups, or those of a branch, by name."""
    rows = reader.rows(f"{_GROUP} WHERE instr(g.branch, ?) > 0 OR ? = '' ORDER BY g.branch = '', g.branch, g.name",
                       (branch, branch))  # fmt: skip
    return [_view(reader, row) for row in rows]


def read_group(reader: Reader, number: int) -> GroupView:
    """One group."""
    return _view(reader, reader.rows(f"{_GROUP} WHERE g.id = ?", (number,))[0])


def find_group_id(reader: Reader, text: str) -> int:
    """The group of that name, or of a part that only one has; NotFound for none, Several for more."""
    for test in ("name = ?", "instr(name, ?) > 0"):
        found = reader.rows(f"SELECT id, name FROM wechat_group WHERE {test} ORDER BY name LIMIT 9", (text,))
        if text and len(found) == 1:
            return int(found[0]["id"])
        if text and found:
            choices = [(row["name"], row["name"]) for row in found]
            listed = "、".join(name for name, _ in choices)
            raise Several(f"“{text[:40]}”不止一个社群：{listed}", "写全名", text, choices)
    raise NotFound(f"没有社群“{text[:40]}”", "看看有哪些：demandctl group list")


def whose(reader: Reader, name: str) -> Whose:
    """What is known of a group by its name."""
    query = "SELECT branch, region, experts FROM wechat_group WHERE name = ?"
    row = reader.sql.execute(query, (name,)).fetchone() if name else None
    return Whose(row[0], row[1], tuple(json.loads(row[2]))) if row else Whose()


def _view(reader: Reader, row: Row) -> GroupView:
    marks = json.loads(row["experts"])
    people = reader.rows(
        "SELECT id, name AS e_name, phone AS e_phone, branch AS e_branch, role AS e_role FROM contact "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(marks),),
    )
    by_id = {person["id"]: person_of(person, "e", person["id"]) for person in people}
    return GroupView(
        id=row["id"],
        demands=row["demands"],
        open=row["open"],
        experts=[person for number in marks if (person := by_id.get(number))],
        **columns(reader, "wechat_group", row, blank=frozenset({"name"})),
    )
