"""Revisits out of a file into the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from demandctl.actions import revisits
from demandctl.imports import words
from demandctl.imports.cells import is_nothing, narrow, plain, without_phone, word
from demandctl.imports.newcomers import Clash, Contacts, Customers, insert_dicts, next_id, sql
from demandctl.imports.problems import Problem
from demandctl.imports.record import Frame, Reader
from demandctl.imports.source import Arrival, Source, arrive, clashing, rows_of, settle
from demandctl.imports.tables import Row, Table
from demandctl.store.models import Revisit
from demandctl.store.values import stored
from demandctl.store.work import Work
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

_RATED = ("product_rating", "attitude", "speed", "promise", "satisfaction")
_OWN_REVISIT = frozenset({"number", "code", "recorded", "visited"})
_SAME = ("kind", "method", "visited_at", "planned_at", "satisfaction", "problem", "suggestion")


def import_revisits(work: Work, source: Source, *, skip_errors: bool) -> Arrival:
    """Take revisits in with their own times; only what is still to be done gets clocks, from now on."""
    frame, arrival = arrive(work, source, "revisits")
    contacts, customers = Contacts(work), Customers(work)
    found = [
        (row, table, *read) for row, table in rows_of(arrival) if (read := _revisit(row, table, frame)) is not None
    ]
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
            frame.problems.append(clashing(row, table, person, why))
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
    return settle(work, source, "revisits", arrival)


def _text(value: Any) -> Any:
    return stored(value) if isinstance(value, datetime) else value


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
        "kind": reader.word("kind", words.labels(RevisitKind), words.REVISIT_KINDS) or _kind_of(table,
        link is not None),
        "method": reader.word("method", words.labels(Method), words.METHODS),
        "planned_at": planned_at, "visited_at": visited,
        "reachable": _reached(reader, visited), "call_back_at": frame.instant(called, exact=own) if called else None,
        **{name: reader.word(name, words.labels(Satisfaction), words.RATINGS) for name in _RATED},
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
    form = any(values[name] for name in revisits.FORM_FIELDS)
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
    code = reader.code()
    if not name and not phone and not code:
        reader.problem("customer", "没有写客户名称，也没有电话")
    return {
        "name": name, "phone": phone, "wechat": reader.text("wechat"), "company": reader.text("company"),
        "region": reader.region(), "address": reader.text("address"), "code": code,
    }  # fmt: skip


def _reached(reader: Reader, visited: datetime | None) -> bool | None:
    told = word(reader.text("reachable"), words.NO_LABELS, words.REACHED)
    answer = told == "yes" if told else reader.flag("reachable")
    if len(reader.text("reachable")) > 4:
        reader.keep("reachable")
    return answer if answer is not None else True if visited else None


def _kind_of(table: Table, linked: bool) -> str:
    """Without a cell that says so: what the sheet or the title is called, else 售后 for a demand, else 常规."""
    for text in (table.sheet.name, table.title):
        if found := word(text, words.labels(RevisitKind), words.REVISIT_TITLES):
            return found
    return (RevisitKind.AFTER_SALE if linked else RevisitKind.REGULAR).value


def _start_revisit_clocks(work: Work, row: Mapping[str, Any]) -> None:
    """A visit that is still to come, and a problem that waits for its solution."""
    names: set[str] = set()
    details: dict[str, Any] = {}
    if row["visited_at"] is None:
        due = row["call_back_at"] or row["planned_at"]
        if due is None or due <= work.now:
            return
        names = {"called-later"} if row["call_back_at"] else {"planned"}
        details = {"due": due, "what": RevisitKind(row["kind"]).label}
    elif row["problem"] and row["solved_at"] is None and (row["urgent"] or row["forwarded_at"]):
        names = (
            {"department-responded"} if row["contacted_at"] else {"forwarded"} if row["forwarded_at"] else {"recorded"}
        )
    if names:
        revisit = work.session.get_one(Revisit, row["id"])
        revisits.tell(work, revisit, names, **details)
