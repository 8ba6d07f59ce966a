"""Contacts, customers and revisits out of a file into the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from demandctl import revisits as revisiting
from demandctl import vocabulary as v
from demandctl.db import Work
from demandctl.errors import DemandctlError
from demandctl.importing import Arrival, Source, remember, required_tables, unknown_of
from demandctl.models import Contact, Customer, Revisit, to_text
from demandctl.newcomers import Clash, Contacts, Customers, insert, insert_dicts, next_id, sql, stored_cell
from demandctl.sheets import words
from demandctl.sheets.cells import Unreadable, is_nothing, narrow, one_line, parts, plain, without_phone
from demandctl.sheets.problems import Problem
from demandctl.sheets.record import Frame, Reader
from demandctl.sheets.tables import Row, Table
from demandctl.sla import Event, advance


def _arrive(work: Work, source: Source, what: str) -> tuple[Frame, list[Table], Arrival]:
    frame = Frame(work.now, work.calendar)
    tables = required_tables(source, what, frame)
    return (
        frame,
        tables,
        Arrival(tables=tables, unknown=unknown_of(tables), sheets=[table.sheet.name for table in tables]),
    )


def _settle(work: Work, source: Source, what: str, label: str, arrival: Arrival) -> Arrival:
    remember(work, source, what, arrival.tables)
    work.describe(f"导入{label} {source.path.name}：新增 {arrival.added}，更新 {arrival.updated}")
    return arrival


# -- contacts ----------------------------------------------------------------------------------------------------


def import_contacts(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Add those who are new and update those who are known: by phone, else by name and branch."""
    from sqlmodel import select

    from demandctl.directory import add_contact, edit_contact

    frame, tables, arrival = _arrive(work, source, "contacts")
    found: list[tuple[Row, dict[str, Any]]] = []
    for table in tables:
        for row in table.rows():
            arrival.read += 1
            if (values := _contact(row, table, frame)) is not None:
                found.append((row, values))
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
    return _settle(work, source, "contacts", "通讯录", arrival)


def _same_contact(people: list[Contact], values: Mapping[str, Any]) -> Contact | None:
    phone = values.get("phone")
    known = [p for p in people if phone and p.phone == phone]
    known = known or [
        p
        for p in people
        if p.name == values["name"] and p.branch == values.get("branch", "") and not (p.phone and phone)
    ]
    return known[0] if known else None


def _contact(row: Row, table: Table, frame: Frame) -> dict[str, Any] | None:
    reader = Reader(row, table, frame, own=True)
    name, beside = without_phone(reader.text("name"))
    if not name:
        reader.problem("name", "姓名不能空")
    values: dict[str, Any] = {"name": name}
    for field in table.fields & {"branch", "wechat"}:
        values[field] = reader.text(field)
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
    from demandctl.sheets.cells import yes_no

    try:
        return yes_no(reader.row.cells.get(field, ""))
    except Unreadable as why:
        reader.problem(field, str(why))
        return None


def _role(reader: Reader, values: Mapping[str, Any]) -> str:
    labels = words.labels(v.Role)
    if reader.text("role"):
        return reader.word("role", labels, words.ROLES, strict=True) or ""
    if values.get("leader"):
        return v.Role.LEADER.value
    reader.problem("role", f"没有写角色，可以是：{'、'.join(labels.values())}")
    return ""


# -- customers ---------------------------------------------------------------------------------------------------

_DAYS = ("birthday", "last_order", "business_contact", "contract_on", "profiled_on", "consent_on")


def import_customers(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Add new customers; of known ones fill in what is blank and tell what differs."""
    frame, tables, arrival = _arrive(work, source, "customers")
    contacts, customers = Contacts(work), Customers(work)
    found: list[tuple[Row, Table, dict[str, Any], dict[str, Any]]] = []
    for table in tables:
        for row in table.rows():
            arrival.read += 1
            if (read := _customer(row, table, frame)) is not None:
                found.append((row, table, *read))
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
            frame.problems.append(
                Problem(row.sheet, row.number, table.titled(why.field), str(person.get(why.field, "")), str(why))
            )
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
        arrival.notes += [f"K{identity:05d} 与台账不同，没有改：{text}" for text in told]
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
    return _settle(work, source, "customers", "客户", arrival)


def insert_update(work: Work, identity: int, values: Mapping[str, Any]) -> None:
    """Change some columns of a customer."""
    sets = ", ".join(f"{name} = ?" for name in values)
    insert(
        work,
        f"UPDATE customer SET {sets} WHERE id = ?",
        [(*(stored_cell(value) for value in values.values()), identity)],
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
    given = {name: stored_cell(value) for name, value in values.items() if value}
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
    code = re.fullmatch(r"[Kk](\d{1,6})", reader.text("code"))
    if code is None:
        reader.keep("code")
    nickname = reader.text("nickname")
    phone = reader.phone("phone") or beside
    wechat = reader.text("wechat")
    if not (name or nickname or phone or wechat):
        reader.problem("name", "没有写客户姓名，也没有电话")
    region = " ".join(
        dict.fromkeys(one_line(value) for _, value in row.more.get("region", ()) if not is_nothing(value))
    )
    person = {
        "name": name or nickname, "nickname": nickname or name, "phone": phone, "wechat": wechat,
        "company": reader.text("company"), "region": region, "address": reader.text("address"),
        "code": int(code[1]) if code else None,
    }  # fmt: skip
    values: dict[str, Any] = {
        "value": reader.word("value", words.labels(v.Value), words.VALUES),
        "need_class": reader.word("need_class", words.labels(v.NeedClass), words.NEED_CLASSES),
        "stage": reader.word("stage", words.labels(v.Stage), words.STAGES),
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
    from demandctl.rules import repeat_problem

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
    from demandctl.directory import tell

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


# -- revisits ----------------------------------------------------------------------------------------------------

_RATED = ("product_rating", "attitude", "speed", "promise", "satisfaction")
_OWN_REVISIT = frozenset({"number", "code", "recorded", "visited"})
_SAME = ("kind", "method", "visited_at", "planned_at", "satisfaction", "problem", "suggestion")


def import_revisits(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Take revisits in with their own times; only what is still to be done gets clocks, from now on."""
    frame, tables, arrival = _arrive(work, source, "revisits")
    contacts, customers = Contacts(work), Customers(work)
    found: list[tuple[Row, Table, dict[str, Any], dict[str, Any]]] = []
    for table in tables:
        for row in table.rows():
            arrival.read += 1
            if (read := _revisit(row, table, frame)) is not None:
                found.append((row, table, *read))
    customers.claim(person["code"] for _, _, person, _ in found)
    demands = {row[0]: row[1] for row in sql(work, "SELECT id, customer_id FROM demand")}
    names = ("id", "customer_id", *_SAME)
    stored_rows = {
        row[0]: dict(zip(names, row, strict=True)) for row in sql(work, f"SELECT {', '.join(names)} FROM revisit")
    }
    known = {_identity(row["customer_id"], row) for row in stored_rows.values()}
    numbers = set(stored_rows)
    upcoming = max([next_id(work, "revisit"), *((values["number"] or 0) + 1 for _, _, _, values in found)])
    made: list[dict[str, Any]] = []
    for count, (row, table, person, values) in enumerate(found):
        if count % 200 == 0:
            source.progress("写入", count, len(found))
        number = values.pop("number")
        try:
            candidates = customers.candidates(person)
            if number in stored_rows:
                _compare(frame, row, table, number, candidates, values, stored_rows[number])
                arrival.skipped += not frame.problems or frame.problems[-1].row != row.number
                continue
            if any(_identity(customer, values) in known for customer in candidates):
                arrival.skipped += 1
                continue
            customer, told = customers.find_or_add(person, values["visited_at"] or work.now)
        except Clash as why:
            frame.problems.append(
                Problem(row.sheet, row.number, table.titled(why.field), str(person.get(why.field, "")), str(why))
            )
            continue
        if number is None or number in numbers:
            number, upcoming = upcoming, upcoming + 1
        numbers.add(number)
        known.add(_identity(customer, values))
        escalated = contacts.named(values.pop("escalated_to"))
        if values["demand_id"] is not None and demands.get(values["demand_id"]) != customer:
            told = [*told, f"{table.titled('demand') or '关联需求'}：D{values['demand_id']}"]
            values["demand_id"] = None
        values["note"] = "\n".join(part for part in (values["note"], *told) if part)
        made.append(
            {"id": number, "customer_id": customer, "escalated_to": escalated.id if escalated else None, **values}
        )
        arrival.added += 1
    arrival.problems = sorted(frame.problems, key=lambda problem: problem.row)
    if arrival.problems and not skip_errors:
        return arrival
    customers.store()
    insert_dicts(work, "revisit", sorted(made, key=lambda row: row["id"]))
    for row_made in made:
        _start_revisit_clocks(work, row_made)
    arrival.customers = customers.added
    return _settle(work, source, "revisits", "回访", arrival)


def _text(value: Any) -> Any:
    return to_text(value) if isinstance(value, datetime) else value


def _identity(customer: int, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return (customer, *(_text(values[name]) or "" for name in _SAME))


def _compare(
    frame: Frame,
    row: Row,
    table: Table,
    number: int,
    candidates: list[int],
    values: Mapping[str, Any],
    had: Mapping[str, Any],
) -> None:
    """A row with the number of a known revisit: the same, or a problem."""
    titles = {"kind": "kind", "method": "method", "visited_at": "visited", "planned_at": "planned"}
    wrong = [name for name in _SAME if values[name] and _text(values[name]) != had[name]]
    if had["customer_id"] not in candidates:
        wrong.insert(0, "customer_id")
    for name in wrong:
        title = table.titled("customer" if name == "customer_id" else titles.get(name, name))
        value = "" if name == "customer_id" else f"{values[name]}"
        frame.problems.append(Problem(row.sheet, row.number, title, value[:80], f"与台账里的回访 {number} 不同"))


def _revisit(row: Row, table: Table, frame: Frame) -> tuple[dict[str, Any], dict[str, Any]] | None:
    own = table.fields >= _OWN_REVISIT
    reader = Reader(row, table, frame, own=own)
    person = _visited_person(reader)
    visited = reader.instant("visited")
    planned = reader.time("planned")
    planned_at = frame.instant(planned, exact=own) if planned else None
    called = reader.time("call_back")
    link = re.fullmatch(r"[Dd]?(\d{1,7})", narrow(plain(row.cells.get("demand", ""))))
    if link is None:
        reader.keep("demand")
    number = re.fullmatch(r"[Rr]?(\d{1,6})", narrow(plain(row.cells.get("number", ""))))
    if number is None:
        reader.keep("number")
    values: dict[str, Any] = {
        "number": int(number[1]) if number else None, "demand_id": int(link[1]) if link else None,
        "kind": reader.word("kind", words.labels(v.RevisitKind), words.REVISIT_KINDS) or _kind_of(table,
        link is not None),
        "method": reader.word("method", words.labels(v.Method), words.METHODS),
        "planned_at": planned_at, "visited_at": visited,
        "reachable": _reached(reader, visited), "call_back_at": frame.instant(called, exact=own) if called else None,
        **{name: reader.word(name, words.labels(v.Satisfaction), words.RATINGS) for name in _RATED},
        "dissatisfaction": reader.words("dissatisfaction"), "heard_from": reader.text("heard"),
        "suggestion": reader.words("suggestion"), "recommend": reader.flag("recommend"),
        "inactive_reason": reader.words("inactive_reason"), "would_continue": reader.flag("would_continue"),
        "problem": "" if is_nothing(reader.words("problem")) else reader.words("problem"),
        "urgent": bool(reader.flag("urgent")), "department": reader.text("department"),
        "forwarded_at": reader.instant("forwarded"), "contacted_at": reader.instant("contacted"),
        "solved_at": reader.instant("solved"), "visitor": reader.text("visitor"),
    }  # fmt: skip
    for name in ("dissatisfaction", "suggestion", "inactive_reason"):
        values[name] = "" if is_nothing(values[name]) else values[name]
    form = any(values[name] for name in revisiting.FORM_FIELDS)
    values["recorded_at"] = reader.instant("recorded") or (visited if form else None)
    if visited is None and planned_at is None:
        if "visited" in table.fields and values["recorded_at"] is None:
            reader.problem("visited", "没有写回访时间")
        values["visited_at"] = values["recorded_at"]
    values["note"], values["plan"], values["escalated_to"] = _note(reader.note(), own)
    return None if reader.bad else (person, values)


def _note(text: str, own: bool) -> tuple[str, str, str]:
    """备注 without what our own export adds to it: the department's plan, whom it was escalated to."""
    found = {"部门方案": "", "上报": ""}
    lines = text.split("\n")
    while own and lines and (match := re.fullmatch("(部门方案|上报)：(.+)", lines[-1])):
        found[match[1]] = match[2]
        lines.pop()
    return "\n".join(lines), found["部门方案"], found["上报"]


def _visited_person(reader: Reader) -> dict[str, Any]:
    name, beside = without_phone(reader.text("customer"))
    phone = reader.phone("phone") or beside
    code = re.fullmatch(r"[Kk](\d{1,6})", reader.text("code"))
    if code is None:
        reader.keep("code")
    if not name and not phone and not code:
        reader.problem("customer", "没有写客户名称，也没有电话")
    region = " ".join(
        dict.fromkeys(one_line(value) for _, value in reader.row.more.get("region", ()) if not is_nothing(value))
    )
    return {
        "name": name, "phone": phone, "wechat": reader.text("wechat"), "company": reader.text("company"),
        "region": region,
        "address": reader.text("address"), "code": int(code[1]) if code else None,
    }  # fmt: skip


def _reached(reader: Reader, visited: datetime | None) -> bool | None:
    answer = reader.flag("reachable")
    return answer if answer is not None else True if visited else None


def _kind_of(table: Table, linked: bool) -> str:
    """Without a cell that says so: what the sheet or the title is called, else 售后 for a demand, else 常规."""
    from demandctl.sheets.cells import word

    for text in (table.sheet.name, table.title):
        if found := word(text, words.labels(v.RevisitKind), words.REVISIT_TITLES):
            return found
    return (v.RevisitKind.AFTER_SALE if linked else v.RevisitKind.REGULAR).value


def _start_revisit_clocks(work: Work, row: Mapping[str, Any]) -> None:
    """A visit that is still to come, and a problem that waits for its solution."""
    names: set[str] = set()
    details: dict[str, Any] = {}
    if row["visited_at"] is None:
        due = row["call_back_at"] or row["planned_at"]
        if due is None or due <= work.now:
            return
        names = {"called-later"} if row["call_back_at"] else {"planned"}
        details = {"due": due, "what": v.RevisitKind(row["kind"]).label}
    elif row["problem"] and row["solved_at"] is None and (row["urgent"] or row["forwarded_at"]):
        names = (
            {"department-responded"} if row["contacted_at"] else {"forwarded"} if row["forwarded_at"] else {"recorded"}
        )
    if names:
        revisit = work.session.get_one(Revisit, row["id"])
        revisiting._happen(work, revisit, names, **details)
