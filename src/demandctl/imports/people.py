"""Contacts and customers out of a file into the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from demandctl.core.deadline import Event
from demandctl.errors import DemandctlError
from demandctl.imports import words
from demandctl.imports.cells import Unreadable, parts, without_phone
from demandctl.imports.newcomers import Clash, Contacts, Customers, insert, sql
from demandctl.imports.problems import Problem
from demandctl.imports.record import Frame, Reader
from demandctl.imports.source import Arrival, Source, arrive, clashing, rows_of, settle
from demandctl.imports.tables import Row, Table
from demandctl.language.codes import customer_code
from demandctl.sla import advance
from demandctl.store.models import Contact, Customer
from demandctl.store.values import stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import NeedClass, Role, Stage, Value

# -- contacts ----------------------------------------------------------------------------------------------------


def import_contacts(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Add those who are new and update those who are known: by phone, else by name and branch."""
    from sqlmodel import select

    from demandctl.actions.contacts import add_contact, edit_contact

    frame, arrival = arrive(work, source, "contacts")
    found = [(row, read) for row, table in rows_of(arrival) if (read := _contact(row, table, frame))]
    arrival.problems = frame.problems
    if arrival.problems and not skip_errors:
        return arrival
    people = list(work.session.exec(select(Contact)))
    for number, (row, values) in enumerate(found):
        source.progress("写入", number, len(found))
        known = _same_contact(people, values)
        try:
            if known is None:
                people.append(add_contact(work, values))
                arrival.added += 1
            elif edit_contact(work, known, values):
                arrival.updated += 1
            else:
                arrival.skipped += 1
        except DemandctlError as error:
            work.session.expunge(known) if known in work.session.dirty else None
            arrival.problems.append(Problem(row.sheet, row.number, "", values["name"], str(error)))
    return settle(work, source, "contacts", arrival)


def _same_contact(people: list[Contact], values: Mapping[str, Any]) -> Contact | None:
    phone = values.get("phone")
    known = [p for p in people if phone and p.phone == phone]
    known = known or [
        p
        for p in people
        if p.name == values["name"] and p.branch == values.get("branch", "") and not (p.phone and phone)
    ]
    return known[0] if known else None


_BRANCH = re.compile("(?:公司|大区|办事处|服务站|维修站|网点|营业部|总部|片区|办)$")


def _contact(row: Row, table: Table, frame: Frame) -> dict[str, Any] | None:
    reader = Reader(row, table, frame, own=True)
    name, beside = without_phone(reader.text("name"))
    if not name:
        reader.problem("name", "姓名不能空")
    values: dict[str, Any] = {"name": name}
    for field in table.fields & {"branch", "wechat"}:
        values[field] = reader.text(field)
    if "branch" not in table.fields and _BRANCH.search(row.section):
        values["branch"] = row.section
    for field in table.fields & {"products", "skills"}:
        values[field] = parts(row.cells.get(field, ""))
    if "regions" in table.fields:
        values["regions"] = parts(row.cells.get("regions", ""))
    if "products" in values and values["products"] in (["全部"], ["所有"], ["不限"], ["全系列"]):
        values["products"] = []
    if "phone" in table.fields or beside:
        values["phone"] = reader.phone("phone") or beside
    for field, empty in (("leader", False), ("active", True)):
        if field in table.fields:
            answer = _answer(reader, field)
            values[field] = empty if answer is None else answer
    values["role"] = _role(reader, values)
    return None if reader.bad else values


def _answer(reader: Reader, field: str) -> bool | None:
    from demandctl.imports.cells import yes_no

    try:
        return yes_no(reader.row.cells.get(field, ""))
    except Unreadable as why:
        reader.problem(field, str(why))
        return None


def _role(reader: Reader, values: Mapping[str, Any]) -> str:
    labels = words.labels(Role)
    if reader.text("role"):
        return reader.word("role", labels, words.ROLES, strict=True) or ""
    if values.get("leader"):
        return Role.LEADER.value
    reader.problem("role", f"没有写角色，可以是：{'、'.join(labels.values())}")
    return ""


# -- customers ---------------------------------------------------------------------------------------------------

_DAYS = ("birthday", "last_order", "business_contact", "contract_on", "profiled_on", "consent_on")


def import_customers(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Add new customers; of known ones fill in what is blank and tell what differs."""
    frame, arrival = arrive(work, source, "customers")
    contacts, customers = Contacts(work), Customers(work)
    found = [
        (row, table, *read) for row, table in rows_of(arrival) if (read := _customer(row, table, frame)) is not None
    ]
    customers.claim(person["code"] for _, _, person, _ in found)
    made: dict[int, dict[str, Any]] = {}
    known: dict[int, dict[str, Any]] = {}
    for number, (row, table, person, values) in enumerate(found):
        if number % 200 == 0:
            source.progress("写入", number, len(found))
        try:
            candidates = customers.candidates(person)
            fresh = len(candidates) != 1
            identity, told = customers.find_or_add(person, values.pop("created_at", None) or work.now)
        except Clash as why:
            frame.problems.append(clashing(row, table, person, why))
            continue
        owner = values.pop("owner", "")
        values["owner_id"] = (
            contacts.find_or_add(owner, values.pop("owner_phone", ""), kind="opportunity").id if owner else None
        )
        values.pop("owner_phone", None)
        if fresh:
            made[identity] = values
            arrival.added += 1
        else:
            told = [*told, *_fill(work, known, made, identity, values)]
            arrival.skipped += 1
        arrival.notes += [f"{customer_code(identity)} 与台账不同，没有改：{text}" for text in told]
    arrival.problems = frame.problems
    if arrival.problems and not skip_errors:
        return arrival
    contacts.store()
    customers.store(made)
    arrival.contacts = contacts.added
    arrival.updated = len(set(known) | customers.changed)
    arrival.skipped -= arrival.updated
    for identity, values in known.items():
        names = sorted(values)
        insert_update(work, identity, {name: values[name] for name in names})
    _start_customer_clocks(work, {**made, **known})
    return settle(work, source, "customers", arrival)


def insert_update(work: Work, identity: int, values: Mapping[str, Any]) -> None:
    """Change some columns of a customer."""
    sets = ", ".join(f"{name} = ?" for name in values)
    insert(
        work,
        f"UPDATE customer SET {sets} WHERE id = ?",
        [(*(stored_value(value) for value in values.values()), identity)],
    )


_TOLD = {
    "value": "客户价值",
    "need_class": "需求分类",
    "stage": "客户阶段",
    "revisit_every": "回访周期",
    "birthday": "生日",
}


def _fill(
    work: Work,
    known: dict[int, dict[str, Any]],
    made: dict[int, dict[str, Any]],
    identity: int,
    values: Mapping[str, Any],
) -> list[str]:
    """Fill the blanks of a customer that was made a row ago, or of one in the ledger; what differs is told."""
    given = {name: stored_value(value) for name, value in values.items() if value}
    if identity in made:
        made[identity].update({name: values[name] for name in given if not made[identity].get(name)})
        return []
    if not given:
        return []
    names = list(given)
    had = dict(
        zip(names, sql(work, f"SELECT {', '.join(names)} FROM customer WHERE id = ?", (identity,))[0], strict=True)
    )
    blank = {name: values[name] for name in names if had[name] in (None, "", "[]", 0)}
    if blank:
        known.setdefault(identity, {}).update(blank)
    return [
        f"{_TOLD[name]}：{given[name]}"
        for name in names
        if name in _TOLD and name not in blank and had[name] != given[name]
    ]


def _customer(row: Row, table: Table, frame: Frame) -> tuple[dict[str, Any], dict[str, Any]] | None:
    own = {"code", "created_at"} <= table.fields
    reader = Reader(row, table, frame, own=own)
    name, beside = without_phone(reader.text("name"))
    code = reader.code()
    nickname = reader.text("nickname")
    phone = reader.phone("phone") or beside
    wechat = reader.text("wechat")
    if not (name or nickname or phone or wechat):
        reader.problem("name", "没有写客户姓名，也没有电话")
    person = {
        "name": name or nickname, "nickname": nickname or name, "phone": phone, "wechat": wechat,
        "company": reader.text("company"), "region": reader.region(), "address": reader.text("address"),
        "code": code,
    }  # fmt: skip
    values: dict[str, Any] = {
        "value": reader.word("value", words.labels(Value), words.VALUES),
        "need_class": reader.word("need_class", words.labels(NeedClass), words.NEED_CLASSES),
        "stage": reader.word("stage", words.labels(Stage), words.STAGES),
        "tags": parts(row.cells.get("tags", "")), "documents": parts(row.cells.get("documents", "")),
        "owner": without_phone(reader.text("owner"))[0], "owner_phone": reader.phone("owner_phone"),
        "briefed_at": reader.instant("briefed_at"), "created_at": reader.instant("created_at"),
        **{field: reader.day(field) for field in _DAYS},
        "arrears": bool(reader.flag("arrears")), "handed": bool(reader.flag("handed")),
        "approved_by": reader.text("approved_by"), "revisit_every": _repeat(reader),
    }  # fmt: skip
    values["note"] = reader.note()
    return None if reader.bad else (person, values)


_REPEATS = (
    ("半月|两周|双周", "FREQ=WEEKLY;INTERVAL=2"), ("周|星期", "FREQ=WEEKLY"), ("半年", "FREQ=MONTHLY;INTERVAL=6"),
    ("季", "FREQ=MONTHLY;INTERVAL=3"), ("月", "FREQ=MONTHLY"), ("年", "FREQ=YEARLY"),
)  # fmt: skip


def _repeat(reader: Reader) -> str:
    from demandctl.core.rules import repeat_problem

    text = reader.text("revisit_every")
    if not text or not repeat_problem(text):
        return text
    for pattern, rule in _REPEATS:
        if re.search(pattern, text):
            return rule
    reader.keep("revisit_every")
    return ""


def _start_customer_clocks(work: Work, customers: Mapping[int, Mapping[str, Any]]) -> None:
    """Clocks that lie ahead altogether; whatever would have been due already is history (C 1.4, C 1.5, C 2.2)."""
    from demandctl.actions.customers import tell

    rules = [rule for rule in work.rules.rules if rule.about == "customer"]
    for identity, values in customers.items():
        told: list[tuple[set[str], dict[str, Any]]] = []
        if values.get("revisit_every"):
            told.append(({"scheduled"}, {"repeat": values["revisit_every"]}))
        if values.get("last_order"):
            told.append(({"order"}, {"on": values["last_order"]}))
        if values.get("contract_on") and not values.get("profiled_on"):
            told.append(({"contracted"}, {"on": values["contract_on"]}))
        for names, details in told:
            customer = work.session.get_one(Customer, identity)
            facts = {"arrears": customer.arrears, "handed": customer.handed, "scheduled": bool(customer.revisit_every)}
            ahead = advance([], Event(frozenset(names), work.now, facts, **details), rules, work.calendar)
            if all(deadline.due_at > work.now for deadline in ahead):
                tell(work, customer, names, **details)
