"""The people of an import: customers and contacts found among those the ledger knows, or taken in. In bulk, in memory.

One phone, one WeChat id or one code is one customer. A name alone is the only customer of that name whose place does
not contradict; otherwise it is somebody new: look-alikes can be merged later, the wrongly merged cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from demandctl.core.identity import squeezed
from demandctl.imports.bulk import insert_dicts, next_id, sql, update
from demandctl.language.places import same
from demandctl.language.subject import Subject
from demandctl.store.values import Columns
from demandctl.store.work import Work
from demandctl.vocabulary import AliasKind, Kind, Role

# -- contacts ----------------------------------------------------------------------------------------------------

_ROLE_OF = {Kind.OPPORTUNITY: Role.SALES}


class Colleague(NamedTuple):
    """A contact as an import sees him."""

    id: int
    name: str
    phone: str
    branch: str
    active: bool
    role: str


def _likely_role(kind: str, *, leader: bool) -> Role:
    """What somebody does who is known by what he was given alone."""
    if leader:
        return Role.LEADER
    return _ROLE_OF.get(Kind(kind), Role.SERVICE) if kind else Role.SALES


class Contacts:
    """The directory during an import: who is meant, and who is new in it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._people: dict[int, Colleague] = {}
        self._by_name: dict[str, list[Colleague]] = {}
        self._found: dict[tuple[str, str, str], Colleague] = {}
        self._new: list[Columns] = []
        for row in sql(work, "SELECT id, name, phone, branch, active, role FROM contact ORDER BY id"):
            self._know(Colleague(row[0], row[1], row[2], row[3], bool(row[4]), row[5]))
        self._next = next_id(work, "contact")

    def _know(self, person: Colleague) -> None:
        self._people[person.id] = person
        self._by_name.setdefault(person.name, []).append(person)

    @property
    def names(self) -> set[str]:
        """Everybody's name."""
        return set(self._by_name)

    @property
    def added(self) -> list[str]:
        """The names of those who are new."""
        return [row["name"] for row in self._new]

    def get(self, number: int) -> Colleague:
        """One of them by his id."""
        return self._people[number]

    def named(self, name: str) -> Colleague | None:
        """Who goes by that name, when just one does."""
        found = self._by_name.get(name, [])
        active = [person for person in found if person.active] or found
        return active[0] if len(active) == 1 else None

    def find_or_add(
        self, name: str, phone: str = "", branch: str = "", *, kind: str = "", leader: bool = False,
        role: Role | None = None,
    ) -> Colleague:  # fmt: skip
        """The contact of that name: by phone, else by branch, else the only one; taken in when there is none."""
        key = (name, phone, branch)
        if key not in self._found:
            self._found[key] = self._find(name, phone, branch) or self._add(
                name, phone, branch, role or _likely_role(kind, leader=leader)
            )
        return self._found[key]

    def _find(self, name: str, phone: str, branch: str) -> Colleague | None:
        people = self._by_name.get(name, [])
        if phone and (exact := [person for person in people if person.phone == phone]):
            return exact[0]
        fitting = [p for p in people if not (branch and p.branch and branch != p.branch)]
        same = [p for p in fitting if p.branch == branch] if branch else fitting
        found = same or fitting
        found = [p for p in found if p.active] or found
        if len(found) == 1 or (found and not phone):
            return found[0]
        return None

    def _add(self, name: str, phone: str, branch: str, role: Role) -> Colleague:
        person = Colleague(self._next, name, phone, branch, True, role.value)
        self._next += 1
        self._new.append(
            {"id": person.id, "name": name, "phone": phone, "wechat": "", "role": role.value, "branch": branch,
             "regions": [], "products": [], "skills": [], "leader": role is Role.LEADER, "active": True}
        )  # fmt: skip
        self._know(person)
        return person

    def store(self) -> None:
        """Write those who are new."""
        insert_dicts(self._work, "contact", self._new)


# -- customers ---------------------------------------------------------------------------------------------------

_FILLED = ("phone", "wechat", "company", "region", "address")
_TOLD = {"name": "客户姓名", "phone": "联系电话", "wechat": "微信", "company": "单位", "address": "地址"}


class Clash(Exception):
    """Why a customer cannot be told: the field that is wrong and the reason."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Customers:
    """The customers during an import."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: dict[int, Columns] = {}
        self._by: dict[str, dict[str, int]] = {"phone": {}, "wechat": {}}
        self._by_name: dict[str, list[int]] = {}
        self._new: dict[int, Columns] = {}
        self._changed: dict[int, set[str]] = {}
        self._became: dict[int, int] = {}
        self._further: dict[tuple[int, AliasKind, str], bool] = {}
        """What customers are known by beside their rows, and whether it is new."""
        names = ("id", "name", "nickname", "phone", "wechat", "company", "region", "address")
        query = f"SELECT merged_into, {', '.join(names)} FROM customer WHERE erased_at IS NULL ORDER BY id"
        for became, *row in sql(work, query):
            self._know(dict(zip(names, row, strict=True)), became)
        for number, kind, value in sql(work, "SELECT customer_id, kind, value FROM alias"):
            self._name(number, {kind: value})
            self._further[number, AliasKind(kind), value] = False
        self._next = next_id(work, "customer")
        self._claimed: set[int] = set()
        self._taken = {row[0] for row in sql(work, "SELECT id FROM customer WHERE erased_at IS NOT NULL")}

    def _know(self, row: Columns, became: int | None = None) -> None:
        """Somebody by his names and numbers; one who was merged is whom he has become."""
        if became:
            self._became[row["id"]] = became
        else:
            self._rows[row["id"]] = row
        self._name(became or row["id"], row)

    def _name(self, number: int, known: Columns) -> None:
        for kind, by in self._by.items():
            if value := known.get(kind):
                by.setdefault(value, number)
        for name in {squeezed(known.get(kind) or "") for kind in ("name", "nickname")} - {""}:
            if number not in (called := self._by_name.setdefault(name, [])):
                called.append(number)

    @property
    def added(self) -> int:
        """How many are new."""
        return len(self._new)

    @property
    def changed(self) -> set[int]:
        """The known ones that had blanks filled in."""
        return set(self._changed)

    def claim(self, codes: Iterable[int | None]) -> None:
        """Codes of our own that the file brings along: nobody else gets them."""
        self._claimed = {code for code in codes if code}
        self._next = max([self._next, *(code + 1 for code in self._claimed)])

    def row(self, number: int) -> Columns:
        """A customer's data."""
        return self._rows[number]

    def name_of(self, number: int) -> str:
        """A customer's name; empty for one that is no longer known."""
        return str(self._rows[number]["name"]) if number in self._rows else ""

    def candidates(self, person: Columns) -> list[int]:
        """Who may be meant: one for sure by code, phone or WeChat id; else those of that name and place."""
        known = self._sure(person)
        if known is not None:
            return [known]
        if person.get("phone") or person.get("wechat") or person.get("code"):
            return []
        called = self._by_name.get(squeezed(person["name"]), [])
        return [n for n in called if same(self._rows[n]["region"], person["region"]) is not False]

    def _sure(self, person: Columns) -> int | None:
        by_phone = self._by["phone"].get(person.get("phone") or "")
        by_wechat = self._by["wechat"].get(person.get("wechat") or "")
        if by_phone and by_wechat and by_phone != by_wechat:
            raise Clash("phone", f"电话是 {Subject.customer(by_phone)} 的，微信是 {Subject.customer(by_wechat)} 的")
        code = person.get("code")
        code = self._became.get(code, code) if code else None
        if code and code in self._rows:
            row = self._rows[code]
            known = by_phone or by_wechat
            if known and known != code:
                told = f"编号 {Subject.customer(code)} 是 {row['name']}，电话或微信是 {Subject.customer(known)} 的"
                raise Clash("code", told)
            contradicts = person.get("phone") and row["phone"] and person["phone"] != row["phone"]
            if (
                not known
                and person["name"] not in ("", row["name"], row["nickname"])
                and (contradicts or not row["phone"] == person.get("phone"))
            ):
                raise Clash("code", f"{Subject.customer(code)} 在台账里是 {row['name']}")
            return int(code)
        return by_phone or by_wechat

    def find_or_add(self, person: Columns, created_at: datetime) -> tuple[int, list[str]]:
        """The customer's id, taken in when nobody fits; with what the file says otherwise than the ledger."""
        found = self.candidates(person)
        if len(found) == 1:
            return found[0], self.fill(found[0], person)
        return self.add(person, created_at), []

    def add(self, person: Columns, created_at: datetime) -> int:
        """Take a customer in, under his own code where the file has one that is free."""
        code = person.get("code")
        number = code if code and code not in self._rows and code not in self._taken else self._next
        if number == self._next:
            self._next += 1
        name = person["name"] or person.get("phone") or person.get("wechat") or Subject.customer(number).code
        row = {
            "id": number, "name": name, "nickname": person.get("nickname") or name,
            **{field: person.get(field) or "" for field in _FILLED}, "created_at": created_at,
        }  # fmt: skip
        self._new[number] = row
        self._know(row)
        return number

    def fill(self, number: int, person: Columns) -> list[str]:
        """Fill a customer's blanks; what differs is returned in words, not changed."""
        row, told = self._rows[number], []
        for field in ("name", *_FILLED):
            value = person.get(field) or ""
            if (
                not value
                or value == row[field]
                or (field == "name" and value == row["nickname"])
                or (field == "region" and row[field])
            ):
                continue
            if row[field] or (field in self._by and value in self._by[field]):
                told.append(f"{_TOLD[field]}：{value}")
                continue
            row[field] = value
            if field in self._by:
                self._by[field][value] = number
            if number not in self._new:
                self._changed.setdefault(number, set()).add(field)
        return told

    def know_further(self, number: int, known: Iterable[tuple[AliasKind, str]]) -> list[str]:
        """Know a customer by further phones, WeChat ids and names; those that are somebody else's are returned."""
        told: list[str] = []
        for kind, value in known:
            own = {self._rows[number][column] for column in ("name", "nickname", "phone", "wechat")}
            if value in own or (number, kind, value) in self._further:
                continue
            holder = self._by[kind].get(value) if kind in self._by else None
            if holder is not None and holder != number:
                told.append(f"{kind.label}：{value}")
                continue
            if holder is None:
                self._further[number, kind, value] = True
                self._name(number, {kind.value: value})
        return told

    def store(self, more: Mapping[int, Columns] | None = None) -> None:
        """Write who is new, with *more* of their columns by their number, and what was filled in."""
        insert_dicts(
            self._work, "customer", ({**row, **(more or {}).get(number, {})} for number, row in self._new.items())
        )
        update(
            self._work,
            "customer",
            {number: {name: self._rows[number][name] for name in names} for number, names in self._changed.items()},
        )
        fresh = ({"customer_id": number, "kind": kind.value, "value": value, "note": ""}
                 for (number, kind, value), new in self._further.items() if new)  # fmt: skip
        insert_dicts(self._work, "alias", fresh)
