"""What a command changed, told as old → new, with the clocks that moved."""

from __future__ import annotations

from demandctl.context import Context
from demandctl.language.display import moment
from demandctl.queries.changes import FieldChange, in_words, of_operations
from demandctl.queries.reader import Reader, reading
from demandctl.store.work import Work

CLOCK = "deadline"


def changed_lines(app: Context, work: Work) -> list[str]:
    """A line a field, and one a clock, of what this operation changed; of one that changed nothing there are none."""
    if not work.changed:
        return []
    with reading(app) as reader:
        found = of_operations(reader, [work.operation_id])[work.operation_id]
        told = [change for change in found if change.table != CLOCK]
        about = f"{told[0].what} " if len({change.what for change in told}) == 1 else ""
        fields = [line.removeprefix(about) for line in in_words(reader, told)]
        return fields + _clocks(reader, [change for change in found if change.table == CLOCK])


def _clocks(reader: Reader, found: list[FieldChange]) -> list[str]:
    """How the clocks stand after it: one that was voided and begun anew has moved."""
    rows = reader.rows(
        "SELECT id, rule_name, due_at, voided_at, met_at FROM deadline WHERE id IN (SELECT value FROM json_each(?))",
        (str(sorted({change.row for change in found})),),
    )
    moved = {change.row: str(change.old) for change in found if change.event == "changed" and change.field == "due_at"}
    new = {change.row for change in found if change.event == "added"}
    gone = {row["rule_name"]: row["due_at"] for row in rows if row["voided_at"] and row["id"] not in new}
    begun = {row["rule_name"] for row in rows if row["id"] in new}

    def at(stored: str) -> str:
        return moment(reader.at(stored), reader.now)

    lines = []
    for row in rows:
        before = moved.get(row["id"]) or (gone.get(row["rule_name"]) if row["id"] in new else None)
        if row["voided_at"]:
            told = "" if row["rule_name"] in begun else f"取消（原 {at(row['due_at'])} 到期）"
        elif row["met_at"]:
            told = "完成"
        elif before:
            told = f"{at(before)} → {at(row['due_at'])} 到期"
        else:
            told = f"新，{at(row['due_at'])} 到期" if row["id"] in new else ""
        lines += [f"时限“{row['rule_name']}”：{told}"] if told else []
    return lines
