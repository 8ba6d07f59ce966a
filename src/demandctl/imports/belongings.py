"""Orders and machines of customers out of a file: an old 购机记录, or our own sheets beside 客户档案."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from demandctl.actions.customers import facts_of, tell, yearly
from demandctl.core.event import Event
from demandctl.core.identity import squeezed
from demandctl.imports import words
from demandctl.imports.arrival import Arrival
from demandctl.imports.bulk import columns, insert_dicts, next_id, sql, update
from demandctl.imports.cells import amount, our_number, without_phone
from demandctl.imports.importer import Found, Importer
from demandctl.imports.kind import TableKind
from demandctl.imports.kinds import CREDITS, GREETINGS, MACHINES, ORDERS
from demandctl.imports.newcomers import Clash, Customers
from demandctl.imports.record import Frame, RowReader
from demandctl.imports.rows import rows_of
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.language.subject import About, Subject
from demandctl.sla import advance
from demandctl.store.fields import Field, Holds, field_of
from demandctl.store.models import Customer
from demandctl.store.values import Columns, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import Outcome


class Acquired:
    """The orders and machines of the ledger during an import: which are known, and which are new."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._orders: dict[tuple[int, str], list[Columns]] = {}
        for row in columns(
            work, "purchase", ("id", "customer_id", "ordered_on", "product", "amount", "demand_id", "note")
        ):
            self._orders.setdefault((row["customer_id"], row["ordered_on"]), []).append(row)
        self._machines = columns(
            work, "machine", ("id", "customer_id", "model", "serial", "bought_on", "warranty_until", "note")
        )
        self._by_serial = {row["serial"]: row for row in self._machines if row["serial"]}
        self._told = {
            (table, row[0], row[1])
            for table in ("credit", "greeting")
            for row in sql(work, f"SELECT customer_id, at FROM {table}")
        }
        tables = ("purchase", "machine", "credit", "greeting")
        self._next = {table: next_id(work, table) for table in tables}
        self._new: dict[str, list[Columns]] = {table: [] for table in tables}
        self._filled: dict[str, dict[int, Columns]] = {table: {} for table in tables}
        self.latest: dict[int, date] = {}
        """The last day of an order that came in, by customer."""

    def settle(self, kind: str, customer: int, values: Columns) -> bool:
        """Take what a row of a kind told of a customer; whether any of it is new."""
        if kind == MACHINES.name:
            return self.machine(customer, values)
        if table := {CREDITS.name: "credit", GREETINGS.name: "greeting"}.get(kind):
            return self._told_once(table, customer, values)
        order = {name: value for name, value in values.items() if name not in ("on", "machine")}
        made = self.machine(customer, values["machine"]) if values["machine"] else False
        return self.order(customer, values["on"], order) or made

    def order(self, customer: int, on: date, values: Mapping[str, Any]) -> bool:
        """Take an order in; False where the same one of that day is known, whose blanks are filled."""
        known = self._orders.setdefault((customer, on.isoformat()), [])
        product = squeezed(values.get("product") or "")
        for row in known:
            had = squeezed(row["product"])
            if len({row["demand_id"], values.get("demand_id")} - {None}) > 1:
                continue  # two demands that were won are two orders
            if not product or not had or had == product:
                self._fill("purchase", row, values)
                return False
        row = {"product": "", "amount": None, "demand_id": None, "note": "", **values}
        if row["demand_id"] and not sql(self._work, "SELECT 1 FROM demand WHERE id = ?", (row["demand_id"],)):
            row["demand_id"] = None
        known.append(self._add("purchase", {"customer_id": customer, "ordered_on": on.isoformat(), **row}))
        self.latest[customer] = max(on, self.latest.get(customer, on))
        return True

    def has_order(self, customer: int, on: date) -> bool:
        """Whether he ordered anything that day."""
        return bool(self._orders.get((customer, on.isoformat())))

    def _told_once(self, table: str, customer: int, values: Columns) -> bool:
        """A row that is what it is: False where one of that moment is known of him."""
        at = stored_value(values["at"])
        if (table, customer, at) in self._told:
            return False
        self._told.add((table, customer, at))
        self._add(table, {"customer_id": customer, **values})
        return True

    def machine(self, customer: int, values: Mapping[str, Any]) -> bool:
        """Take a machine in; False where it is known, whose blanks are filled. Clash where another has that serial."""
        serial = values.get("serial") or ""
        row = self._by_serial.get(serial) if serial else None
        if row and row["customer_id"] != customer:
            raise Clash("serial", f"序列号 {serial} 是 {Subject.customer(row['customer_id'])} 的 {row['model']}")
        row = row or next((one for one in self._machines if self._is_same(one, customer, values)), None)
        if row:
            self._fill("machine", row, values)
            return False
        blank = {"model": "", "serial": "", "bought_on": None, "warranty_until": None, "note": ""}
        row = self._add("machine", {"customer_id": customer, **blank, **values})
        self._machines.append(row)
        if serial:
            self._by_serial[serial] = row
        return True

    @staticmethod
    def _is_same(row: Columns, customer: int, values: Mapping[str, Any]) -> bool:
        """A machine of his of that model without another serial number, bought that day as far as both say."""
        if row["customer_id"] != customer or squeezed(row["model"]) != squeezed(values["model"]):
            return False
        bought = values.get("bought_on")
        days = {str(day) for day in (row["bought_on"], bought) if day}
        return not (row["serial"] and values.get("serial")) and len(days) < 2

    def _add(self, table: str, row: Columns) -> Columns:
        row = {"id": self._next[table], **row}
        self._next[table] += 1
        self._new[table].append(row)
        return row

    def _fill(self, table: str, row: Columns, values: Mapping[str, Any]) -> None:
        given = {name: value for name, value in values.items() if value not in (None, "") and not row.get(name)}
        row.update(given)
        if given and row["id"] < self._next[table] - len(self._new[table]):
            self._filled[table].setdefault(row["id"], {}).update(given)

    def store(self) -> None:
        """Write what is new and what was filled in, and the last order of each."""
        for table, rows in self._new.items():
            insert_dicts(self._work, table, rows)
            update(self._work, table, self._filled[table])
        ordered = "SELECT id, last_order FROM customer WHERE last_order IS NOT NULL"
        last = {row[0]: row[1] for row in sql(self._work, ordered)}
        later = {n: {"last_order": on} for n, on in self.latest.items() if on.isoformat() > last.get(n, "")}
        update(self._work, "customer", later)
        self.latest = {number: on for number, on in self.latest.items() if number in later}


def order_won(work: Work, demands: Iterable[Columns]) -> None:
    """Demands of a file that were won are orders of their customers; clocks that lie ahead start from them."""
    won = [row for row in demands if row["outcome"] == Outcome.WON and row["closed_at"]]
    if not won:
        return
    acquired = Acquired(work)
    for row in won:
        day = work.calendar.local_day(row["closed_at"])
        order = {"product": row["product"], "amount": row["amount"], "demand_id": row["id"]}
        acquired.order(row["customer_id"], day, order)
    acquired.store()
    start_clocks(work, {number: {"last_order": on} for number, on in acquired.latest.items()})


def whom(reader: RowReader) -> Columns:
    """The customer of a row."""
    name, beside = without_phone(reader.text("customer"))
    number = reader.phone("phone") or beside
    person = {
        "name": name, "nickname": name, "phone": number, "wechat": reader.text("wechat"),
        "company": reader.text("company"), "region": reader.region(), "address": reader.text("address"),
        "code": reader.code(),
    }  # fmt: skip
    if not (name or number or person["wechat"] or person["code"] or person["company"]):
        reader.problem("customer", "没有写是哪位客户的")
    return person


def _order(reader: RowReader) -> Columns:
    """The order of a row: its day as ``on``, and the machine where the row tells of one."""
    on = reader.day("date")
    if on is None and not reader.bad:
        reader.problem("date", "没有写订货的日期")
    elif on and on > reader.frame.today:
        reader.problem("date", "日期还没有到")
    product = reader.text("product")
    machine = _machine_of(reader, product, on)
    tells = machine["serial"] or machine["warranty_until"]
    if tells and not product:
        reader.problem("product", "有序列号或保修，却没有写机型")
    return {
        "on": on, "machine": machine if tells else None, "product": product,
        "amount": reader.read("amount", lambda value: amount(value, reader.table.titled("amount"))),
        "demand_id": our_number(reader.cell("demand"), About.DEMAND), "note": reader.note(),
    }  # fmt: skip


def _machine(reader: RowReader) -> Columns:
    """The machine of a row."""
    model = reader.text("model")
    if not model:
        reader.problem("model", "没有写机型")
    return {**_machine_of(reader, model, reader.day("bought_on")), "note": reader.note()}


def _machine_of(reader: RowReader, model: str, bought: date | None) -> Columns:
    until = reader.day("warranty_until")
    return {"model": model, "serial": reader.text("serial"), "bought_on": bought, "warranty_until": until}


def _as_named(kind: TableKind) -> Callable[[RowReader], Columns]:
    """What reads a row of a sheet that only our own exports have: each column as what it holds."""
    held = {name: field_of(kind.table, name) for name in kind.columns}

    def read(reader: RowReader) -> Columns:
        return {name: _value(reader, name, field) for name, field in held.items()}

    return read


def _value(reader: RowReader, name: str, field: Field) -> Any:
    match field.holds:
        case Holds.INSTANT:
            return reader.instant(name)
        case Holds.DAY:
            return reader.day(name)
        case Holds.MONEY:
            return reader.read(name, amount)
        case Holds.TERM:
            return reader.word(name, words.labels(field.term), ()) if field.term else None
        case _:
            return reader.words(name)


READS = {ORDERS.name: _order, MACHINES.name: _machine, **{k.name: _as_named(k) for k in (CREDITS, GREETINGS)}}
"""What reads a row of each kind."""


def read_beside(tables: Sequence[Table], frame: Frame) -> Iterator[tuple[str, Columns, Columns]]:
    """The orders and machines of the sheets beside 客户档案: the kind, whose, and what."""
    for table in tables:
        read = READS[table.kind.name]
        for row in rows_of(table):
            reader = RowReader(row, table, frame)
            person, values = whom(reader), read(reader)
            if not reader.bad:
                yield table.kind.name, person, values


class _OfCustomers(Importer[Found]):
    """What orders and machines have in common: each belongs to a customer."""

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self._customers, self._belongings = Customers(work), Acquired(work)

    def record(self, row: TableRow, table: Table) -> Found | None:
        """What a row tells, and whose it is."""
        reader = RowReader(row, table, self.frame)
        person, values = whom(reader), READS[self.kind.name](reader)
        if reader.bad:
            return None
        return Found(table=table, row=row.number, person=person, values=values, kept=reader.kept)

    def expect(self, found: Sequence[Found]) -> None:
        """Codes of our own that the file brings along: nobody else gets them."""
        self._customers.claim(record.person["code"] for record in found)

    def take(self, found: Found) -> None:
        """What is new of it."""
        try:
            number, told = self._customers.find_or_add(found.person, self.work.now)
            fresh = self._belongings.settle(self.kind.name, number, found.values)
        except Clash as why:
            told_by = {**found.person, **(found.values.get("machine") or {}), **found.values}
            self.problem(found, why.field, str(told_by.get(why.field, "")), str(why))
            return
        self.arrival.added += fresh
        self.arrival.skipped += not fresh
        self.arrival.notes += [f"第 {found.row} 行与 {Subject.customer(number)} 不同，没有改：{text}" for text in told]

    def store(self) -> None:
        """Write them, and start the clocks of inactivity that lie ahead."""
        self._customers.store()
        self.arrival.customers = self._customers.added
        self._belongings.store()
        start_clocks(self.work, {number: {"last_order": on} for number, on in self._belongings.latest.items()})


class OrderImport(_OfCustomers):
    """Orders 订货, and the machine of a row that has a serial number or a warranty."""

    kind = ORDERS


class MachineImport(_OfCustomers):
    """Machines 设备 with their serial numbers and warranty."""

    kind = MACHINES


def start_clocks(work: Work, customers: Mapping[int, Columns]) -> None:
    """Clocks that lie ahead altogether; whatever would have been due already is history (C 1.4, C 1.5, C 2.2)."""
    rules = [rule for rule in work.rules.rules if rule.about == "customer"]
    for identity, values in customers.items():
        customer = work.session.get_one(Customer, identity)
        for names, on, repeat in _starts(values):
            event = Event(frozenset(names), work.now, facts_of(customer), on=on, repeat=repeat)
            if all(deadline.due_at > work.now for deadline in advance([], event, rules, work.calendar)):
                tell(work, customer, names, on=on, repeat=repeat)


def _starts(values: Columns) -> Iterator[tuple[set[str], date | None, str]]:
    """What the columns of a customer start: the event, its day, how often it comes again."""
    if values.get("revisit_every"):
        yield {"scheduled"}, None, values["revisit_every"]
    if values.get("last_order"):
        yield {"order"}, values["last_order"], ""
    if values.get("contract_on") and not values.get("profiled_on"):
        yield {"contracted"}, values["contract_on"], ""
    if values.get("approved_by") and values.get("profiled_on"):
        yield {"approved"}, None, ""
    if values.get("value") or values.get("stage"):
        yield {"classed"}, None, ""
    if values.get("birthday"):
        yield {"born"}, None, yearly(values["birthday"])
