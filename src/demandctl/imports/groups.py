"""Groups 社群 out of a file into the ledger: by name, those that are known are updated."""

from __future__ import annotations

from collections.abc import Sequence

from demandctl.imports.arrival import Arrival
from demandctl.imports.bulk import columns, insert_dicts, next_id, update
from demandctl.imports.cells import joined, parts
from demandctl.imports.importer import Found, Importer
from demandctl.imports.kinds import GROUPS
from demandctl.imports.newcomers import Contacts
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.store.values import Columns, stored_value
from demandctl.store.work import Work

_NEW = {"branch": "", "region": "", "experts": "[]", "note": ""}


class GroupImport(Importer[Found]):
    """Groups with their branch, their region and the experts in them."""

    kind = GROUPS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._contacts = Contacts(work)
        rows = columns(work, "wechat_group", ("id", "name", *_NEW))
        self._groups = {row["name"]: row for row in rows}
        self._next = next_id(work, "wechat_group")
        self._new: dict[int, Columns] = {}
        self._changed: dict[int, Columns] = {}

    def record(self, row: TableRow, table: Table) -> Found | None:
        """A group of a row; experts whom the directory does not know are kept in 备注."""
        reader = RowReader(row, table, self.frame)
        name = reader.text("name")
        if not name:
            reader.problem("name", "没有写社群名称")
        values: Columns = {"name": name}
        for field in table.fields & {"branch"}:
            values[field] = reader.text(field)
        if "region" in table.fields:
            values["region"] = reader.region()
        if "experts" in table.fields:
            named = parts(reader.cell("experts"))
            known = {each: person for each in named if (person := self._contacts.named(each))}
            values["experts"] = [person.id for person in known.values()]
            if strangers := [each for each in named if each not in known]:
                reader.notes.append(f"{table.titled('experts')}：{'、'.join(strangers)}")
                reader.remark(f"{'、'.join(strangers)}不在通讯录里，留在备注")
        values["note"] = reader.note()
        return None if reader.bad else Found(table=table, row=row.number, values=values, kept=reader.kept)

    def take(self, found: Found) -> None:
        """A new group, or what the file says otherwise of a known one."""
        name = found.values["name"]
        given = {field: stored_value(value) for field, value in found.values.items() if value not in ("", [])}
        had = self._groups.get(name)
        if had is None:
            row = self._groups[name] = self._new[self._next] = {"id": self._next, "name": name, **_NEW, **given}
            self._next = row["id"] + 1
            self.arrival.added += 1
            return
        if "note" in given:
            given["note"] = joined(had["note"], str(given["note"]))
        changed = {field: value for field, value in given.items() if had[field] != value}
        had.update(changed)
        if changed and had["id"] not in self._new:
            self._changed.setdefault(had["id"], {}).update(changed)
        self.arrival.updated += bool(changed)
        self.arrival.skipped += not changed

    def store(self) -> None:
        """Write them."""
        insert_dicts(self.work, "wechat_group", self._new.values())
        update(self.work, "wechat_group", self._changed)
