"""Contacts out of a file into the directory."""

from __future__ import annotations

import re
from collections.abc import Sequence

from demandctl.imports import words
from demandctl.imports.arrival import Arrival
from demandctl.imports.bulk import columns, insert_dicts, next_id, update
from demandctl.imports.cells import Unreadable, joined, parts, whole_name, without_phone, yes_no
from demandctl.imports.importer import Found, Importer
from demandctl.imports.kinds import CONTACTS
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.language.pinyin import spelled
from demandctl.store.values import Columns, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import Role

_COLUMNS = (
    "id",
    "name",
    "phone",
    "wechat",
    "role",
    "branch",
    "regions",
    "products",
    "skills",
    "leader",
    "active",
    "note",
)
_NEW = {
    "phone": "", "wechat": "", "branch": "", "regions": "[]", "products": "[]", "skills": "[]", "leader": 0,
    "active": 1, "note": "",
}  # fmt: skip
"""Somebody of whom the file says only his name and role, as stored."""
_BRANCH = re.compile("(?:公司|大区|办事处|服务站|维修站|网点|营业部|总部|片区|办)$")
_ALL = (["全部"], ["所有"], ["不限"], ["全系列"])


class ContactImport(Importer[Found]):
    """People of the directory: by phone, else by name and branch, those who are known are updated."""

    kind = CONTACTS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._people = {row["id"]: row for row in columns(work, "contact", _COLUMNS)}
        self._by_phone: dict[str, list[int]] = {}
        self._by_name: dict[tuple[str, str], list[int]] = {}
        for number in self._people:
            self._know(number)
        self._next = next_id(work, "contact")
        self._new: list[int] = []
        self._changed: dict[int, set[str]] = {}

    def _know(self, number: int) -> None:
        row = self._people[number]
        for numbers in (
            self._by_phone.setdefault(row["phone"], []), self._by_name.setdefault((row["name"], row["branch"]), [])
        ):  # fmt: skip
            if number not in numbers:
                numbers.append(number)

    def record(self, row: TableRow, table: Table) -> Found | None:
        """A contact of a row."""
        reader = RowReader(row, table, self.frame)
        name, beside = _name(reader)
        values: Columns = {"name": name}
        for field in table.fields & {"branch", "wechat"}:
            values[field] = reader.text(field)
        section = next((text for text in row.sections if _BRANCH.search(text)), "")
        if "branch" not in table.fields and section:
            values["branch"] = section
        for field in table.fields & {"products", "skills", "regions"}:
            values[field] = parts(reader.cell(field))
        if values.get("products") in _ALL:
            values["products"] = []
        if "phone" in table.fields or beside:
            values["phone"] = reader.phone("phone") or beside
        for field, empty in (("leader", False), ("active", True)):
            if field in table.fields:
                answer = _answer(reader, field)
                values[field] = empty if answer is None else answer
        values["role"] = _role(reader, values)
        if note := reader.note():
            values["note"] = note
        return None if reader.bad else Found(table=table, row=row.number, values=values, kept=reader.kept)

    def take(self, found: Found) -> None:
        """Somebody new, or what the file says otherwise of somebody known."""
        number = self._same(found.values)
        row = {"id": self._next, **_NEW} if number is None else {**self._people[number]}
        stored_row = {**row, **{name: stored_value(value) for name, value in found.values.items()}}
        stored_row["note"] = joined(str(row["note"]), found.values.get("note", ""))
        other = self._who_has(stored_row)
        if other is not None:
            had = self._people[other]
            role = Role(had["role"]).label
            self.problem(
                found, "phone", stored_row["phone"], f"电话已是 {had['name']}（{had['branch'] or '无分公司'} {role}）的"
            )
            return
        changed = {name for name, value in stored_row.items() if row[name] != value} if number else set()
        if number is None:
            number, self._next = self._next, self._next + 1
            self._new.append(number)
            self.arrival.added += 1
        elif changed:
            self._changed.setdefault(number, set()).update(changed)
            self.arrival.updated += 1
        else:
            self.arrival.skipped += 1
        self._people[number] = stored_row
        self._know(number)

    def _same(self, values: Columns) -> int | None:
        phone = values.get("phone")
        for number in self._by_phone.get(phone, ()) if phone else ():
            if self._people[number]["phone"] == phone:
                return number
        key = (values["name"], values.get("branch", ""))
        for number in sorted(self._by_name.get(key, ())):
            had = self._people[number]
            if (had["name"], had["branch"]) == key and not (had["phone"] and phone):
                return number
        return None

    def _who_has(self, row: Columns) -> int | None:
        """Another active contact with the phone of an active one."""
        for number in self._by_phone.get(row["phone"], ()) if row["phone"] and row["active"] else ():
            had = self._people[number]
            if number != row["id"] and had["phone"] == row["phone"] and had["active"]:
                return number
        return None

    def store(self) -> None:
        """Write those who are new, and what has changed of the others."""
        insert_dicts(self.work, "contact", [self._people[number] for number in self._new])
        changes: dict[int, Columns] = {}
        for number, names in self._changed.items():
            row = self._people[number]
            changes[number] = {name: row[name] for name in names}
            if "name" in names:
                changes[number]["pinyin"] = spelled(row["name"])
        for number in self._new:
            changes.pop(number, None)
        update(self.work, "contact", changes)


def _name(reader: RowReader) -> tuple[str, str]:
    """The name, and the number beside it; of an address book's export the surname and the given name make it."""
    name, beside = without_phone(reader.text("name"))
    surname, given = reader.text("surname"), reader.text("given")
    name = name or whole_name(surname, given)
    if not name:
        reader.problem("name", "姓名不能空")
    return name, beside


def _answer(reader: RowReader, field: str) -> bool | None:
    try:
        return yes_no(reader.cell(field))
    except Unreadable as why:
        reader.problem(field, str(why))
        return None


def _role(reader: RowReader, values: Columns) -> str:
    labels = words.labels(Role)
    if reader.text("role"):
        return reader.word("role", labels, words.ROLES, strict=True) or ""
    if values.get("leader"):
        return Role.LEADER.value
    reader.problem("role", f"没有写角色，可以是：{'、'.join(labels.values())}")
    return ""
