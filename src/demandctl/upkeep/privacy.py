"""A customer's right over what is stored about him (PIPL): all of it given out to him, or emptied out of the ledger.

Erasing keeps what is counted (numbers, kinds, times, deadlines, outcomes) and empties what tells of the person: his
data, what he wrote and what was written about him, in the rows, in the values that the audit kept, in the summaries of
the log and in the records of notifications. His phone and WeChat id disappear wherever they are written in the ledger.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl.errors import Refused
from demandctl.language import phones
from demandctl.language.subject import About, Subject
from demandctl.queries.attachments import AttachmentView, attachments_of, attachments_of_person
from demandctl.queries.customers import CustomerInFull, read_customer
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.demands import DemandView
from demandctl.queries.history import DemandStory, history_of
from demandctl.queries.reader import Reader
from demandctl.queries.view import View
from demandctl.store import attachments
from demandctl.store.fields import (
    FIELDS,
    TABLES,
    UNCOUNTED,
    Erased,
    Field,
    Holds,
    blank,
    fields_of,
    is_written,
    known,
)
from demandctl.store.file import open_file
from demandctl.store.values import Columns
from demandctl.store.work import driver
from demandctl.upkeep.traces import copies_that_hold
from demandctl.vocabulary import AliasKind

if TYPE_CHECKING:
    from demandctl.context import Context
    from demandctl.store.work import Work

GONE = "（已删除）"

Sql = Callable[..., sqlite3.Cursor]

_OWN_TABLES = ("customer", "demand", "revisit")
_OWNERS = {"customer_id": "customer", "demand_id": "demand", "revisit_id": "revisit"}
"""Columns that say whose a row of another table is."""
OWNED: dict[str, dict[str, str]] = {
    table: owners
    for table in TABLES
    if table not in _OWN_TABLES
    and (owners := {f.column: _OWNERS[f.column] for f in fields_of(table) if f.column in _OWNERS})
}
"""Tables whose rows belong to whom their customer, demand or revisit belongs to, with the columns that name them."""
WRITTEN: dict[str, dict[str, Field]] = {
    table: columns
    for table in dict.fromkeys(field.table for field in FIELDS)
    if (columns := {field.column: field for field in fields_of(table) if is_written(field)})
}
"""Where people write what they like, also about others."""

_ALONE = {Holds.PHONE: 7, Holds.ACCOUNT: 5}
"""From how many characters on a number is its owner's alone, wherever it stands."""
_ALIASES = {AliasKind.PHONE.value: Holds.PHONE, AliasKind.WECHAT.value: Holds.ACCOUNT}


class Belongings(NamedTuple):
    """Everything in the ledger that belongs to a customer, by number; what was taken back by undo too."""

    customers: frozenset[int]
    demands: frozenset[int]
    revisits: frozenset[int]

    def of(self, table: str) -> frozenset[int]:
        """His rows of a table of its own."""
        return {"customer": self.customers, "demand": self.demands, "revisit": self.revisits}[table]


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


def subject_of(sql: Sql, customer_id: int) -> Belongings:
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
        # What was taken back by undo is his too; what was his by a merge that was undone is somebody else's again.
        once = sql(
            f"SELECT DISTINCT row_id FROM change WHERE table_name = ? AND row_id NOT IN (SELECT id FROM {table}) "
            f"AND json_extract(coalesce(new, old), '$.customer_id') IN ({marks})",
            (table, *customers),
        )
        owned[table] = frozenset(row[0] for row in [*now, *once])
    return Belongings(frozenset(customers), owned["demand"], owned["revisit"])


def _marks(values: Iterable[int]) -> str:
    return ", ".join("?" for _ in values)


def identifiers(sql: Sql, subject: Belongings) -> tuple[set[str], set[str]]:
    """What names the person: what is his alone wherever it stands, and names that others may bear too."""
    own: set[str] = set()
    names: set[str] = set()
    for table, row in _once_his(sql, subject):
        for field in fields_of(table):
            value = str(row.get(field.column) or "")
            holds = _ALIASES.get(row["kind"], field.holds) if table == "alias" else field.holds
            if len(value) >= _ALONE.get(holds, sys.maxsize):
                own.add(value)
            if holds in (Holds.NAME, Holds.ACCOUNT) and len(value) > 1 and value != GONE:
                names.add(value)
    staff = {text for row in sql("SELECT phone, wechat, name, branch FROM contact") for text in row}
    staff |= {row[0] for row in sql("SELECT DISTINCT who FROM operation")}
    marks = _marks(subject.customers)
    others = {
        text
        for row in sql(f"SELECT phone, wechat FROM customer WHERE id NOT IN ({marks})", tuple(subject.customers))
        for text in row
    }  # a number that was passed on is another's now
    own -= staff | others
    return own, names - staff - own - others


def known_as(sql: Sql, subject: Belongings) -> set[str]:
    """All that ever named the person, what others are called as well: beside his code it is his."""
    named = (Holds.NAME, Holds.PHONE, Holds.ACCOUNT)
    found = {
        str(row.get(field.column) or "")
        for table, row in _once_his(sql, subject)
        for field in fields_of(table)
        if field.holds in named
    }
    return found - {"", GONE}


def _with_code(subject: Belongings, called: Iterable[str]) -> str:
    """His code with a name behind it, as summaries write it; the name alone may be somebody else's."""
    codes = "|".join(Subject.customer(number).code for number in sorted(subject.customers))
    names = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    return rf"(?<=\b)({codes})[ 　](?:{names})" if names else r"(?!)"


def _once_his(sql: Sql, subject: Belongings) -> Iterator[tuple[str, Columns]]:
    """What tells who the person is, as the audit has kept it: himself, his further names, his machines."""
    marks = _marks(subject.customers)
    own = tuple(subject.customers)
    query = f"SELECT old, new FROM change WHERE table_name = 'customer' AND row_id IN ({marks})"
    yield from (("customer", json.loads(row)) for rows in sql(query, own) for row in rows if row)
    for table in ("alias", "machine"):
        query = (
            f"SELECT old, new FROM change WHERE table_name = ? AND json_extract(coalesce(new, old), '$.customer_id') "
            f"IN ({marks}) AND row_id NOT IN (SELECT id FROM {table} WHERE customer_id NOT IN ({marks}))"
        )
        yield from ((table, json.loads(row)) for rows in sql(query, (table, *own, *own)) for row in rows if row)


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """One of the texts in any case; a number in each of its spellings."""
    parts = (
        phones.spellings(text) if re.fullmatch(r"\+?[\d-]+", text, re.ASCII) else re.escape(text)
        for text in sorted(texts, key=len, reverse=True)
    )
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def preview(context: Context, reader: Reader, customer_id: int) -> Preview:
    """What erasing a customer would do."""
    row = reader.rows("SELECT name, erased_at FROM customer WHERE id = ?", (customer_id,))[0]
    code = Subject.customer(customer_id).code
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
        held_in=[
            str(path)
            for path in copies_that_hold(
                context,
                subject.customers,
                known_as(reader.sql.execute, subject),
                own | names,
                _attached(reader.sql.execute, subject),
            )
        ],
    )


# -- erasing -----------------------------------------------------------------------------------------------------


def erase(work: Work, customer_id: int) -> set[str]:
    """Empty a customer out of the ledger, in the one transaction; ``clear`` afterwards clears what lies on the disk.

    Returns the hashes of what was attached to him, his demands and his revisits.
    """
    from demandctl.store.models import Customer

    work.session.flush()
    connection = driver(work.session)
    sql = connection.execute
    subject = subject_of(sql, customer_id)
    own, names = identifiers(sql, subject)
    attached = _attached(sql, subject)
    _stop_clocks(work, subject)
    coded = re.compile(_with_code(subject, known_as(sql, subject)))
    words = Words(_pattern(own), _pattern(own | names), _texts_of_events(sql, subject))
    for table, condition, values in _rows_of(subject):
        _rewrite(connection, table, condition, values, words)
    _strike_everywhere(connection, words.everywhere)
    ours, others = _rewrite_audit(connection, subject, words)
    _rewrite_log(connection, ours - others, ours & others, words, coded)
    work.session.expire_all()
    for number in sorted(subject.customers):
        work.session.get_one(Customer, number).erased_at = work.now
    work.describe(f"删除 {Subject.customer(customer_id)} 的个人资料")
    work.session.flush()
    # The last change, too, keeps the row as it was before it was emptied: nothing of it is personal any more.
    return attached


def _attached(sql: Callable[..., Any], subject: Belongings) -> set[str]:
    """The hashes of what is, or ever was, attached to the person, his demands and his revisits."""
    rows = sql("SELECT coalesce(new, old) FROM change WHERE table_name = 'attachment'")
    found = [json.loads(row[0]) for row in rows]
    owners = OWNED["attachment"].items()
    return {row["sha256"] for row in found if any(row[column] in subject.of(owner) for column, owner in owners)}


def _stop_clocks(work: Work, subject: Belongings) -> None:
    """Nobody is to be called or visited any more; what is owed for a demand that is still open stays owed."""
    from demandctl.core.event import Event
    from demandctl.store.deadlines import happen, has_open

    event = Event(frozenset({"erased"}), work.now, {})
    for about, numbers in ((About.CUSTOMER, subject.customers), (About.REVISIT, subject.revisits)):
        for each in (Subject(about, number) for number in sorted(numbers)):
            if has_open(work.session, each):
                happen(work, each, event)


def _texts_of_events(sql: Sql, subject: Belongings) -> set[str]:
    """The words of events that stand in deadlines: whom to visit, what to ask."""
    found = set()
    for about, numbers in (("demand", subject.demands), ("revisit", subject.revisits), ("customer", subject.customers)):
        rows = sql(
            f"SELECT json_extract(data, '$.what') FROM event WHERE about = ? AND subject_id IN ({_marks(numbers)})",
            (about, *numbers),
        )
        found |= {row[0] for row in rows if row[0]}
    return found


def _rows_of(subject: Belongings) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Tables with the rows in them that belong to the person."""

    def where(column: str, table: str) -> tuple[str, tuple[int, ...]]:
        numbers = tuple(sorted(subject.of(table)))
        return f"{column} IN ({_marks(numbers)})", numbers

    for table in _OWN_TABLES:
        yield table, *where("id", table)
        condition, numbers = where("subject_id", table)
        yield "event", f"about = '{table}' AND {condition}", numbers
        condition, numbers = where(f"{table}_id", table)
        yield "notification", f"deadline_id IN (SELECT id FROM deadline WHERE {condition})", numbers
    for table, owners in OWNED.items():
        for column, owner in owners.items():
            yield table, *where(column, owner)


def _rewrite(connection: sqlite3.Connection, table: str, where: str, values: tuple[int, ...], words: Words) -> None:
    """Put rows that belong to the person back without him; those that nothing counts go altogether."""
    if table in UNCOUNTED:
        connection.execute(f"DELETE FROM {table} WHERE {where}", values)
        return
    _change(connection, table, where, values, lambda row: _emptied(table, row, words))


def _change(
    connection: sqlite3.Connection,
    table: str,
    where: str,
    values: tuple[int, ...],
    change: Callable[[Columns], Columns],
) -> None:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    for stored in cursor.execute(f"SELECT rowid AS of_row, * FROM {table} WHERE {where}", values).fetchall():
        row = dict(stored)
        number = row.pop("of_row")
        changed = {name: value for name, value in change(row).items() if value != row[name]}
        if changed:
            fields = ", ".join(f"{name} = ?" for name in changed)
            connection.execute(f"UPDATE {table} SET {fields} WHERE rowid = ?", (*changed.values(), number))


def _emptied(table: str, row: Columns, words: Words) -> Columns:
    """A row of the person's without him: as the table of columns says of each."""
    left = {name: _left(known(table, name), value, words) for name, value in row.items()}
    if table == "event":
        left["data"] = _event(row, lambda field, text: _left(field, text, words))
    return left


def _left(field: Field | None, value: Any, words: Words) -> Any:
    """What is left of a value."""
    if field is None or value in (None, "", "[]", 0):
        return value
    if field.erased is Erased.EMPTIED:
        return blank(field)
    if field.erased is Erased.MARKED or (field.column == "what" and value in words.events):
        return GONE
    return _struck(field, value, words.within) if field.erased is Erased.STRUCK else value


def _without(table: str, row: Columns, pattern: re.Pattern[str]) -> Columns:
    """A row that is somebody else's, what a pattern finds struck out of what was written in it."""
    left = {name: _struck(field, row[name], pattern) for name, field in WRITTEN.get(table, {}).items() if row.get(name)}
    if table == "event":
        left["data"] = _event(row, lambda field, text: _struck(field, text, pattern))
    return left


def _struck(field: Field, value: str, pattern: re.Pattern[str]) -> str:
    """A text without what a pattern finds in it; of a list each of its texts."""
    if field.holds is not Holds.LIST:
        return pattern.sub(GONE, value)
    return json.dumps([pattern.sub(GONE, text) for text in json.loads(value)], ensure_ascii=False)


def _event(row: Columns, left: Callable[[Field, str], str]) -> str:
    """What the deadlines were told, with *left* of each text that repeats a column of theirs or of their subject."""
    data = json.loads(row["data"])
    for where, table in ((data, "deadline"), (data.get("facts", {}), row["about"])):
        for name, value in where.items():
            if isinstance(value, str) and (field := WRITTEN.get(table, {}).get(name)):
                where[name] = left(field, value)
    return json.dumps(data, ensure_ascii=False)


def _strike_everywhere(connection: sqlite3.Connection, pattern: re.Pattern[str]) -> None:
    """His phone and WeChat id, wherever somebody wrote them: in other customers' words, in notes, in the log."""
    connection.create_function("held", 1, lambda text: bool(text) and bool(pattern.search(text)), deterministic=True)
    for table, fields in (WRITTEN | {"event": {"data": None}}).items():
        where = " OR ".join(f"held({name})" for name in fields)
        _change(connection, table, where, (), partial(_without, table, pattern=pattern))


def _rewrite_audit(connection: sqlite3.Connection, subject: Belongings, words: Words) -> tuple[set[int], set[int]]:
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
        fresh = [_kept(table, text, mine, words) for text in values]
        if fresh != values:
            connection.execute("UPDATE change SET old = ?, new = ? WHERE id = ?", (*fresh, number))
    return ours, others


def _is_of(subject: Belongings, table: str, row_id: int, demand_id: int | None, values: list[str | None]) -> bool:
    """Whether a row that the audit kept belongs to the person."""
    if table in _OWN_TABLES:
        return row_id in subject.of(table)
    if demand_id is not None:
        return demand_id in subject.demands
    if table not in OWNED and table != "event":
        return False
    row = json.loads(values[1] or values[0] or "{}")
    if table == "event":
        return row["about"] in _OWN_TABLES and row["subject_id"] in subject.of(row["about"])
    return any(row.get(column) in subject.of(owner) for column, owner in OWNED[table].items())


def _kept(table: str, text: str | None, mine: bool, words: Words) -> str | None:
    """A row that the audit kept as JSON, without the person."""
    if text is None or not (mine or words.everywhere.search(text)):
        return text
    row = json.loads(text)
    row |= _emptied(table, row, words) if mine else _without(table, row, words.everywhere)
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _rewrite_log(
    connection: sqlite3.Connection, alone: set[int], shared: set[int], words: Words, coded: re.Pattern[str]
) -> None:
    """The summaries of operations that were about the person, *alone* or with others."""
    for number, summary in connection.execute("SELECT id, summary FROM operation").fetchall():
        told = coded.sub(rf"\1 {GONE}", summary or "")
        if number in alone | shared:
            told = words.within.sub(GONE, told)
        if told == (summary or "") and number not in alone:
            continue
        if number in alone:  # what he said stands after the colon
            told = re.sub(r"^(撤销 #\d+：)?([^：]*：).+$", rf"\1\2{GONE}", told, flags=re.DOTALL)
        connection.execute("UPDATE operation SET summary = ? WHERE id = ?", (told, number))


def clear(context: Context, attached: set[str]) -> bool:
    """Take his files away, and write the ledger anew, so that what was erased stands in no free page or log.

    False when others are using it.
    """
    connection = open_file(context.db_path, write=True)
    try:
        attachments.clear(context.db_path, attached)
        connection.execute("VACUUM")
        busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


# -- giving out --------------------------------------------------------------------------------------------------


class NoticeView(View):
    """A notice that was sent about something that was owed to him."""

    at: datetime
    channel: str
    about: str


class Everything(NamedTuple):
    """All that is stored about a customer, as he may ask for (PIPL 45)."""

    given_at: datetime
    customer: CustomerInFull
    demands: list[DemandStory]
    attachments: list[AttachmentView]
    notices: list[NoticeView]

    def document(self) -> dict[str, object]:
        """As JSON has it: his demands beside him, and him not in each of them."""
        person = self.customer.data()
        del person["demands"]
        demands = [demand.data() for demand in self.demands]
        for demand in demands:
            del demand["customer"]
        return {
            "given_at": self.given_at,
            "customer": person,
            "demands": demands,
            "attachments": self.attachments,
            "notifications": self.notices,
        }


def everything_about(reader: Reader, customer_id: int) -> Everything:
    """His data, demands, revisits and notices."""
    person = read_customer(reader, customer_id)
    sent = reader.rows(
        "SELECT n.at, n.channel, l.rule_name FROM notification AS n JOIN deadline AS l ON l.id = n.deadline_id "
        "WHERE l.customer_id = ? ORDER BY n.id",
        (customer_id,),
    )
    return Everything(
        reader.now,
        person,
        [_story(reader, demand) for demand in person.demands],
        attachments_of_person(reader, customer_id),
        [NoticeView(at=reader.at(row[0]), channel=row[1], about=row[2]) for row in sent],
    )


def _story(reader: Reader, demand: DemandView) -> DemandStory:
    return DemandStory.with_more(
        demand,
        **vars(history_of(reader, demand.number)),
        deadlines=deadlines_of(reader, demand.subject),
        attachments=attachments_of(reader, demand.subject),
    )
