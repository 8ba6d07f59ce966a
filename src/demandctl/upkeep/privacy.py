"""A customer's right over what is stored about him (PIPL): all of it given out to him, or emptied out of the ledger.

Erasing keeps what is counted (numbers, kinds, times, deadlines, outcomes) and empties what tells of the person: his
data, what he wrote and what was written about him, in the rows, in the values that the audit kept, in the summaries of
the log and in the records of notifications. His phone and WeChat id disappear wherever they are written in the ledger.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl.errors import Refused
from demandctl.language.codes import customer_code
from demandctl.queries.customers import read_customer
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.history import history_of
from demandctl.queries.reader import Reader
from demandctl.store.file import open_file
from demandctl.upkeep.traces import copies_that_hold

if TYPE_CHECKING:
    from demandctl.context import Context
    from demandctl.store.work import Work

GONE = "（已删除）"

EMPTIED: dict[str, dict[str, Any]] = {
    "customer": {
        "name": GONE, "nickname": "", "wechat": "", "phone": "", "company": "", "region": "", "address": "",
        "value": None, "need_class": None, "stage": None, "tags": "[]", "owner_id": None, "briefed_at": None,
        "birthday": None, "last_order": None, "business_contact": None, "arrears": 0, "handed": 0,
        "contract_on": None, "profiled_on": None, "documents": "[]", "approved_by": "", "revisit_every": "",
        "note": "", "consent_on": None, "pinyin": "",
    },
    "demand": dict.fromkeys(("content", "source", "wish", "note", "next_plan"), GONE),
    "follow_up": dict.fromkeys(("text", "next_plan"), GONE),
    "escalation": {"problem": GONE},
    "assignment": {"reason": GONE},
    "revisit": dict.fromkeys(
        ("dissatisfaction", "suggestion", "inactive_reason", "problem", "plan", "note"), GONE
    ),
}  # fmt: skip
"""What becomes of a column that holds anything."""

STRUCK: dict[str, tuple[str, ...]] = {
    "demand": ("reason", "group_name", "product", "region", "warranty", "tags"),
    "follow_up": ("stage",),
    "revisit": ("heard_from",),
    "deadline": ("what",),
    "notification": ("answer",),
    "operation": ("summary",),
}
"""Columns that stay, his name, phone and the like struck out of them; columns in neither hold no free text."""

_PHONE_LENGTH, _ID_LENGTH = 7, 5


class Subject(NamedTuple):
    """Everything in the ledger that belongs to a customer, by number; what was taken back by undo too."""

    customers: frozenset[int]
    demands: frozenset[int]
    revisits: frozenset[int]


class Words(NamedTuple):
    """What tells of the person in a text: ``everywhere`` what is his alone, ``within`` his own rows his names too.

    ``events`` are texts of his events that deadlines repeat: whom to visit, what to ask.
    """

    everywhere: re.Pattern[str]
    within: re.Pattern[str]
    events: set[str]


class Preview(NamedTuple):
    """What erasing would empty, and where the customer is still held."""

    code: str
    name: str
    demands: list[int]
    open_demands: list[int]
    follow_ups: int
    revisits: int
    operations: int
    held_in: list[str]


# -- who and what ------------------------------------------------------------------------------------------------


def subject_of(sql: Callable[..., Any], customer_id: int) -> Subject:
    """The customer with those who were merged into him, and their demands and revisits."""
    became = (
        "WITH RECURSIVE mine (id) AS (VALUES (?) UNION "
        "SELECT c.id FROM customer AS c JOIN mine ON c.merged_into = mine.id) SELECT id FROM mine"
    )
    customers = {row[0] for row in sql(became, (customer_id,))}
    marks = _marks(customers)
    owned: dict[str, frozenset[int]] = {}
    for table in ("demand", "revisit"):
        now = sql(f"SELECT id FROM {table} WHERE customer_id IN ({marks})", tuple(customers))
        once = sql(
            f"SELECT DISTINCT row_id FROM change WHERE table_name = ? "
            f"AND json_extract(coalesce(new, old), '$.customer_id') IN ({marks})",
            (table, *customers),
        )
        owned[table] = frozenset(row[0] for row in [*now, *once])
    return Subject(frozenset(customers), owned["demand"], owned["revisit"])


def _marks(values: Iterable[int]) -> str:
    return ", ".join("?" for _ in values)


def identifiers(sql: Callable[..., Any], subject: Subject) -> tuple[set[str], set[str]]:
    """What names the person: what is his alone wherever it stands, and names that others may bear too."""
    marks = _marks(subject.customers)
    rows = [json.loads(row[0]) for row in sql(
        f"SELECT old FROM change WHERE table_name = 'customer' AND row_id IN ({marks}) AND old IS NOT NULL UNION "
        f"SELECT new FROM change WHERE table_name = 'customer' AND row_id IN ({marks}) AND new IS NOT NULL",
        (*subject.customers, *subject.customers),
    )]  # fmt: skip
    values = {name: {str(row[name]) for row in rows if row.get(name)} for name in EMPTIED["customer"]}
    staff = {text for row in sql("SELECT phone, wechat, name FROM contact") for text in row}
    own = {text for text in values["phone"] if len(text) >= _PHONE_LENGTH}
    own |= {text for text in values["wechat"] if len(text) >= _ID_LENGTH}
    names = values["name"] | values["nickname"] | values["company"] | values["address"] | values["wechat"]
    return own - staff, {text for text in names if len(text) > 1 and text != GONE} - staff - own


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """Any of the texts in any case; digits of a phone also full-width, and with blanks, dots or dashes between them."""
    parts = (
        r"[\s.·_\-－—]{0,2}".join(f"[{digit}{chr(ord(digit) + 0xFEE0)}]" for digit in text.replace("-", ""))
        if re.fullmatch(r"[\d-]+", text, re.ASCII)
        else re.escape(text)
        for text in sorted(texts, key=len, reverse=True)
    )
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def preview(context: Context, reader: Reader, customer_id: int) -> Preview:
    """What erasing a customer would do."""
    row = reader.rows("SELECT name, erased_at FROM customer WHERE id = ?", (customer_id,))[0]
    code = customer_code(customer_id)
    if row["erased_at"]:
        raise Refused(f"{code} 的个人资料已经删除了")
    subject = subject_of(reader.sql.execute, customer_id)
    demands = sorted(subject.demands)
    own, names = identifiers(reader.sql.execute, subject)

    def count(query: str, values: Iterable[int]) -> list[int]:
        found = tuple(values)
        return [line[0] for line in reader.rows(query.format(_marks(found)), found)]

    return Preview(
        code=code,
        name=row["name"],
        demands=count("SELECT id FROM demand WHERE id IN ({}) ORDER BY id", demands),
        open_demands=count("SELECT id FROM demand WHERE closed_at IS NULL AND id IN ({}) ORDER BY id", demands),
        follow_ups=count("SELECT count(*) FROM follow_up WHERE demand_id IN ({})", demands)[0],
        revisits=count("SELECT count(*) FROM revisit WHERE id IN ({})", subject.revisits)[0],
        operations=count("SELECT count(DISTINCT operation_id) FROM change WHERE demand_id IN ({})", demands)[0],
        held_in=[str(path) for path in copies_that_hold(context, customer_id, own | names)],
    )


# -- erasing -----------------------------------------------------------------------------------------------------


def erase(work: Work, customer_id: int) -> None:
    """Empty a customer out of the ledger, in the one transaction; ``clear_pages`` afterwards clears the file."""
    from demandctl.store.models import Customer

    work.session.flush()
    connection: Any = work.session.connection().connection.driver_connection
    sql = connection.execute
    subject = subject_of(sql, customer_id)
    own, names = identifiers(sql, subject)
    _stop_clocks(work, subject)
    words = Words(_pattern(own), _pattern(own | names), _texts_of_events(sql, subject))
    for table, condition, values in _rows_of(subject):
        _rewrite(connection, table, condition, values, words)
    _strike_everywhere(connection, words.everywhere)
    ours, others = _rewrite_audit(connection, subject, words)
    _rewrite_log(connection, ours - others, ours & others, words)
    work.session.expire_all()
    for number in sorted(subject.customers):
        work.session.get_one(Customer, number).erased_at = work.now
    work.describe(f"删除 {customer_code(customer_id)} 的个人资料")
    work.session.flush()
    # The last change, too, keeps the row as it was before it was emptied: nothing of it is personal any more.


def _stop_clocks(work: Work, subject: Subject) -> None:
    """Nobody is to be called or visited any more; what is owed for a demand that is still open stays owed."""
    from demandctl.core.deadline import Event
    from demandctl.store.deadlines import happen, has_open

    event = Event(frozenset({"erased"}), work.now, {})
    for about, numbers in (("customer", subject.customers), ("revisit", subject.revisits)):
        for number in sorted(numbers):
            if has_open(work.session, about, number):
                happen(work, about, number, event)


def _texts_of_events(sql: Callable[..., Any], subject: Subject) -> set[str]:
    """The words of events that stand in deadlines: whom to visit, what to ask."""
    found = set()
    for about, numbers in (("demand", subject.demands), ("revisit", subject.revisits), ("customer", subject.customers)):
        rows = sql(
            f"SELECT json_extract(data, '$.what') FROM event WHERE about = ? AND subject_id IN ({_marks(numbers)})",
            (about, *numbers),
        )
        found |= {row[0] for row in rows if row[0]}
    return found


def _rows_of(subject: Subject) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Tables with the rows in them that belong to the person."""
    customers, demands, revisits = (tuple(sorted(numbers)) for numbers in subject)
    yield "customer", f"id IN ({_marks(customers)})", customers
    yield "demand", f"id IN ({_marks(demands)})", demands
    for table in ("follow_up", "assignment", "escalation"):
        yield table, f"demand_id IN ({_marks(demands)})", demands
    yield "revisit", f"id IN ({_marks(revisits)})", revisits
    yield "deadline", f"demand_id IN ({_marks(demands)})", demands
    yield "deadline", f"revisit_id IN ({_marks(revisits)})", revisits
    yield "deadline", f"customer_id IN ({_marks(customers)})", customers
    yield "event", f"about = 'demand' AND subject_id IN ({_marks(demands)})", demands
    yield "event", f"about = 'revisit' AND subject_id IN ({_marks(revisits)})", revisits
    yield "event", f"about = 'customer' AND subject_id IN ({_marks(customers)})", customers
    deadlines = f"SELECT id FROM deadline WHERE customer_id IN ({_marks(customers)})"
    yield "notification", f"deadline_id IN ({deadlines})", customers


def _rewrite(connection: sqlite3.Connection, table: str, where: str, values: tuple[Any, ...], words: Words) -> None:
    """Put rows that belong to the person back without him."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    for stored in cursor.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchall():
        row = dict(stored)
        changed = {name: value for name, value in _emptied(table, row, words).items() if value != row[name]}
        if changed:
            fields = ", ".join(f"{name} = ?" for name in changed)
            connection.execute(f"UPDATE {table} SET {fields} WHERE id = ?", (*changed.values(), row["id"]))


def _emptied(table: str, row: dict[str, Any], words: Words) -> dict[str, Any]:
    """A row without the person: his columns emptied, his name struck out of the others."""
    emptied = EMPTIED.get(table, {})
    result = {}
    for name, value in row.items():
        if name in emptied:
            result[name] = emptied[name] if value not in (None, "", "[]", 0) else value
        elif name == "what" and value in words.events:
            result[name] = GONE
        elif table == "event" and name == "data" and isinstance(value, str):
            data = json.loads(value)
            result[name] = json.dumps(data | ({"what": GONE} if data.get("what") else {}), ensure_ascii=False)
        elif name in STRUCK.get(table, ()) and isinstance(value, str):
            result[name] = words.within.sub(GONE, value)
        else:
            result[name] = value
    return result


def _texts(table: str) -> tuple[str, ...]:
    """The columns of a table that people write freely in."""
    emptied = EMPTIED.get(table, {})
    return (*(name for name, value in emptied.items() if isinstance(value, str)), *STRUCK.get(table, ()))


def _strike_everywhere(connection: sqlite3.Connection, pattern: re.Pattern[str]) -> None:
    """His phone and WeChat id, wherever somebody wrote them: in other customers' words, in notes, in the log."""
    connection.create_function("held", 1, lambda text: bool(text) and bool(pattern.search(text)), deterministic=True)
    connection.create_function("struck", 1, lambda text: pattern.sub(GONE, text), deterministic=True)
    for table in (*EMPTIED, *(name for name in STRUCK if name not in EMPTIED)):
        for name in _texts(table):
            connection.execute(f"UPDATE {table} SET {name} = struck({name}) WHERE held({name})")


def _rewrite_audit(connection: sqlite3.Connection, subject: Subject, words: Words) -> tuple[set[int], set[int]]:
    """The old and new values that the audit kept, those of this very operation too.

    Returns the operations that touched what is the person's, and those that touched anything else.
    """
    ours: set[int] = set()
    others: set[int] = set()
    cursor = connection.cursor()
    rows = cursor.execute("SELECT id, operation_id, table_name, row_id, demand_id, old, new FROM change")
    for number, operation, table, row_id, demand_id, *values in rows:
        mine = _is_of(subject, table, row_id, demand_id, values)
        (ours if mine else others).add(operation)
        fresh = [_struck(table, text, mine, words) for text in values]
        if fresh != values:
            connection.execute("UPDATE change SET old = ?, new = ? WHERE id = ?", (*fresh, number))
    return ours, others


def _rewrite_log(connection: sqlite3.Connection, alone: set[int], shared: set[int], words: Words) -> None:
    """The summaries of operations that were about the person, *alone* or with others."""
    for number, summary in connection.execute("SELECT id, summary FROM operation").fetchall():
        if not summary or number not in alone | shared:
            continue
        told = words.within.sub(GONE, summary)
        if number in alone:  # what he said stands after the colon
            told = re.sub(r"^(撤销 #\d+：)?([^：]*：).+$", rf"\1\2{GONE}", told, flags=re.DOTALL)
        connection.execute("UPDATE operation SET summary = ? WHERE id = ?", (told, number))


def _is_of(subject: Subject, table: str, row_id: int, demand_id: int | None, values: list[str | None]) -> bool:
    """Whether a row that the audit kept belongs to the person."""
    if demand_id is not None:
        return demand_id in subject.demands
    if table in ("customer", "revisit"):
        return row_id in (subject.customers if table == "customer" else subject.revisits)
    if table not in ("deadline", "event"):
        return False
    row: Mapping[str, Any] = json.loads(values[1] or values[0] or "{}")
    number = row.get("subject_id") if table == "event" else row.get(f"{row.get('about')}_id")
    owners = {"customer": subject.customers, "revisit": subject.revisits, "demand": subject.demands}
    return number in owners.get(str(row.get("about")), frozenset())


def _struck(table: str, text: str | None, mine: bool, words: Words) -> str | None:
    """A row that the audit kept as JSON, without the person."""
    if text is None or not (mine or words.everywhere.search(text)):
        return text
    row = json.loads(text)
    if mine:
        row = _emptied(table, row, words)
    else:
        written = (name for name in _texts(table) if isinstance(row.get(name), str))
        row |= {name: words.everywhere.sub(GONE, row[name]) for name in written}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def clear_pages(context: Context) -> bool:
    """Write the file anew, so that what was erased stands in no free page or log; False when others are using it."""
    connection = open_file(context.db_path, write=True)
    try:
        connection.execute("VACUUM")
        busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


# -- giving out --------------------------------------------------------------------------------------------------


def everything_about(reader: Reader, customer_id: int) -> dict[str, Any]:
    """All that is stored about a customer, as he may ask for (PIPL 45): his data, demands, revisits, notices."""
    person = read_customer(reader, customer_id)
    demands = [demand | history_of(reader, demand["number"]) for demand in person.pop("demands")]
    for demand in demands:
        demand.pop("customer")
        demand["deadlines"] = deadlines_of(reader, "demand_id", demand["number"])
    sent = reader.rows(
        "SELECT n.at, n.channel, l.rule_name FROM notification AS n JOIN deadline AS l ON l.id = n.deadline_id "
        "WHERE l.customer_id = ? ORDER BY n.id",
        (customer_id,),
    )
    return {
        "given_at": reader.now.isoformat(),
        "customer": person,
        "demands": demands,
        "notifications": [{"at": reader.iso(row[0]), "channel": row[1], "about": row[2]} for row in sent],
    }
