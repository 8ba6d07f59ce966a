"""The reading side: plain SQL to frozen rows and JSON-ready dicts. Never writes, never imports the ORM."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl.context import Context
from demandctl.db import connect, unusable
from demandctl.errors import NotFound, Several, UsageError
from demandctl.targets import late_minutes, level
from demandctl.worktime import Calendar

if TYPE_CHECKING:
    from demandctl.db import Work

RANKS = range(5, -1, -1)
"""Urgency and kind of a deadline's demand, highest first: the order of the partial index over open deadlines."""

STATES = ("overdue", "today", "soon")

Row = sqlite3.Row | Mapping[str, Any]


def stored(instant: datetime) -> str:
    """An instant as the ledger stores it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Reader:
    """One reading command: a connection that cannot write, the moment, and what is needed to name and reckon things."""

    def __init__(self, connection: sqlite3.Connection | sqlite3.Cursor, context: Context) -> None:
        self.sql = connection
        self.context = context
        self.now = context.now
        self.zone: tzinfo = context.zone
        self._calendars: dict[int, Calendar] = {}

    def iso(self, text: str | None) -> str | None:
        """A stored instant as ISO 8601 with the offset of the ledger's zone."""
        return datetime.fromisoformat(text).astimezone(self.zone).isoformat() if text else None

    def local(self, text: str | None) -> datetime | None:
        """A stored instant in the ledger's zone."""
        return datetime.fromisoformat(text).astimezone(self.zone) if text else None

    def calendar(self, ruleset_id: int) -> Calendar:
        """The calendar that a deadline was made by."""
        if ruleset_id not in self._calendars:
            row = self.sql.execute("SELECT calendar FROM ruleset WHERE id = ?", (ruleset_id,)).fetchone()
            self._calendars[ruleset_id] = Calendar.from_data(json.loads(row[0]))
        return self._calendars[ruleset_id]

    def rows(self, query: str, arguments: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.sql.execute(query, arguments).fetchall()


@contextmanager
def reading(context: Context) -> Iterator[Reader]:
    """Open the ledger for one reading command."""
    connection = connect(context.db_path, context=context)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")  # one snapshot for all the queries of the command
        yield Reader(connection, context)
    except sqlite3.Error as error:
        raise unusable(error, context.db_path) from error
    finally:
        connection.close()


def within(work: Work) -> Reader:
    """A reader inside a transaction that is still open."""
    work.session.flush()
    connection: Any = work.session.connection().connection.driver_connection
    cursor: sqlite3.Cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row  # on the cursor alone: the ORM goes on seeing tuples
    return Reader(cursor, work.context)


# -- deadlines ---------------------------------------------------------------------------------------------------


class Due(NamedTuple):
    """What ``due`` is asked for."""

    within: timedelta = timedelta(days=1)
    overdue_only: bool = False
    owner: str = ""
    branch: str = ""
    kind: str = ""
    rule: str = ""
    mine: bool = False
    limit: int | None = None


_DEADLINE = """
SELECT l.*, d.kind AS kind, d.branch AS branch, d.region AS region, d.urgency AS urgency, d.content AS content,
       c.id AS c_id, c.name AS c_name, c.phone AS c_phone, o.name AS o_name, o.phone AS o_phone, o.branch AS o_branch
FROM deadline AS l{index}
LEFT JOIN demand AS d ON d.id = l.demand_id
LEFT JOIN customer AS c ON c.id = l.customer_id
LEFT JOIN contact AS o ON o.id = l.owner_id
"""


def due(reader: Reader, asked: Due) -> tuple[list[sqlite3.Row], dict[str, int]]:
    """Open deadlines whose time has come, in the order they are shown, and how many there are of each state.

    Counts stop at 1,000 for a state that the limit has cut. A clock that has not started, or that waits, is left out.
    """
    now = stored(reader.now)
    midnight = stored(datetime.combine(reader.now.date() + timedelta(days=1), time(), reader.zone))
    horizon = stored(reader.now + asked.within)
    windows = [("l.due_at < :now", 0), ("l.due_at >= :now AND l.due_at < :midnight", 1)]
    windows += [("l.due_at >= :midnight AND l.due_at <= :horizon", 2)]
    where, values = _due_filter(reader, asked)
    values |= {"now": now, "midnight": midnight, "horizon": horizon}
    found: list[sqlite3.Row] = []
    counts: dict[str, int] = {}
    for window, number in windows[: 1 if asked.overdue_only else 3]:
        state, before = STATES[number], len(found)
        for rank in RANKS:
            room = -1 if asked.limit is None else asked.limit - len(found)
            if room == 0:
                break
            query = (
                _DEADLINE.format(index=" INDEXED BY deadline_open")
                + f"WHERE l.met_at IS NULL AND l.voided_at IS NULL AND l.rank = {rank} AND {window} {where} "
                + f"ORDER BY l.due_at, l.id LIMIT {room}"
            )
            found += reader.rows(query, values)
        counts[state] = len(found) - before
        if asked.limit is not None and len(found) >= asked.limit:
            counts[state] = _count(reader, window, where, values)
    return found, counts


def running(reader: Reader, where: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
    """Open deadlines that run now (waiting ones left out) under a condition: overdue first, by rank, then by due."""
    query = _DEADLINE.format(index="") + (
        f"WHERE l.met_at IS NULL AND l.voided_at IS NULL AND {where} AND l.started_at <= :now "
        "AND (l.waiting_until IS NULL OR l.waiting_until <= :now) "
        "ORDER BY l.due_at >= :now, CASE WHEN l.due_at < :now THEN -l.rank END, l.due_at, l.id"
    )
    return reader.rows(query, {"now": stored(reader.now), **values})


def _count(reader: Reader, window: str, where: str, values: Mapping[str, Any]) -> int:
    source = _DEADLINE.format(index="").partition("FROM")[2] if where.count(".") > 3 else "deadline AS l"
    query = (
        f"SELECT count(*) FROM (SELECT 1 FROM {source} "
        f"WHERE l.met_at IS NULL AND l.voided_at IS NULL AND {window} {where} LIMIT 1000)"
    )
    count: int = reader.sql.execute(query, values).fetchone()[0]
    return count


def _due_filter(reader: Reader, asked: Due) -> tuple[str, dict[str, Any]]:
    where = ["AND l.started_at <= :now AND (l.waiting_until IS NULL OR l.waiting_until <= :now)"]
    values: dict[str, Any] = {}
    if asked.owner:
        specialist = reader.context.config.specialist or reader.context.who
        if asked.owner in (specialist, "专员", "需求专员"):
            where.append("AND l.owed_by = 'specialist'")
        else:
            where.append("AND (o.name = :owner OR o.phone = :owner OR l.owner_name = :owner OR o.name LIKE :part)")
            values |= {"owner": asked.owner, "part": f"%{asked.owner}%"}
    if asked.mine:
        where.append("AND l.owed_by = 'specialist'")
    if asked.branch:
        where.append("AND (d.branch LIKE :branch OR o.branch LIKE :branch)")
        values["branch"] = f"%{asked.branch}%"
    if asked.kind:
        where.append("AND d.kind = :kind")
        values["kind"] = asked.kind
    if asked.rule:
        where.append("AND (l.rule = :rule OR l.rule_name = :rule)")
        values["rule"] = asked.rule
    return " ".join(where), values


class Line(NamedTuple):
    """A deadline as it is shown and printed as JSON.

    ``workday_minutes`` is the length of a working day, where ``late_minutes`` counts opening time.
    """

    id: int
    rule: str
    rule_name: str
    demand: int | None
    revisit: int | None
    customer: dict[str, Any] | None
    kind: str | None
    branch: str | None
    owed_by: dict[str, Any]
    what: str
    started_at: str | None
    due_at: str | None
    state: str
    late_minutes: int | None
    workday_minutes: int | None
    missed: int | None
    level: int
    provisional: bool


def line(reader: Reader, row: sqlite3.Row) -> Line:
    """One deadline, its state and lateness reckoned at this moment."""
    due_at, now = datetime.fromisoformat(row["due_at"]), reader.now
    state = _state(reader, row, due_at)
    overdue = state == "overdue"
    steps = reader.context.config.steps if overdue else ()
    calendar = reader.calendar(row["ruleset_id"]) if overdue else None
    return Line(
        id=row["id"],
        rule=row["rule"],
        rule_name=row["rule_name"],
        demand=row["demand_id"],
        revisit=row["revisit_id"],
        customer={"code": f"K{row['c_id']:05d}", "name": row["c_name"]} if row["c_id"] else None,
        kind=row["kind"],
        branch=row["branch"] or row["o_branch"] or None,
        owed_by=_owed_by(reader, row),
        what=row["what"],
        started_at=reader.iso(row["started_at"]),
        due_at=reader.iso(row["due_at"]),
        state=state,
        late_minutes=late_minutes(due_at, now, row["clock"], calendar) if calendar else None,
        workday_minutes=calendar.day_seconds // 60 if calendar and row["clock"] != "wall" else None,
        missed=missed(row, calendar, now),
        level=level(due_at, now, steps, calendar) if calendar else 0,
        provisional=bool(row["provisional"]),
    )


def _state(reader: Reader, row: sqlite3.Row, due_at: datetime) -> str:
    if row["met_at"] or row["voided_at"]:
        return "met" if row["met_at"] else "voided"
    now = reader.now
    if row["waiting_until"] and datetime.fromisoformat(row["waiting_until"]) > now:
        return "waiting"
    if due_at < now:
        return "overdue"
    if datetime.fromisoformat(row["started_at"]) > now:
        return "later"
    if due_at.astimezone(reader.zone).date() <= now.date():
        return "today"
    return "soon" if due_at <= now + timedelta(days=1) else "later"


def _owed_by(reader: Reader, row: sqlite3.Row) -> dict[str, Any]:
    role, name, phone = row["owed_by"], row["o_name"] or "", row["o_phone"] or ""
    config = reader.context.config
    if role == "specialist":
        name, phone = config.specialist or "需求专员", config.get("specialist", "phone")
    elif role in ("branch", "department"):
        name = row["owner_name"] if role == "branch" or not name else f"{row['owner_name']} {name}"
    elif role == "supervisor" and not name:
        name = config.get("specialist", "supervisor") or "主管"
    return {"role": role, "name": name, "phone": phone}


def missed(row: sqlite3.Row, calendar: Calendar | None, now: datetime) -> int | None:
    """How many occurrences in a row of a repeating deadline went by unmet; None for any other."""
    if not row["occurrences"]:
        return None
    if row["met_at"] or row["voided_at"] or calendar is None:
        return int(row["missed"])
    today = now.date().isoformat()
    closed = calendar.closing(now.date()) < now
    return sum(1 for day in row["occurrences"].split() if day < today or (day == today and closed))


def open_until(reader: Reader, until: datetime, condition: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
    """Open deadlines ``l`` due by a time that pass a further condition, in the order they are shown.

    A clock that has not started, or that waits, is left out.
    """
    query = (
        _DEADLINE.format(index=" INDEXED BY deadline_open")
        + "WHERE l.met_at IS NULL AND l.voided_at IS NULL AND l.rank = :rank AND l.due_at <= :until "
        + "AND l.started_at <= :now AND (l.waiting_until IS NULL OR l.waiting_until <= :now) "
        + f"AND ({condition}) ORDER BY l.due_at, l.id"
    )
    moments = {"now": stored(reader.now), "until": stored(until)}
    return [row for rank in RANKS for row in reader.rows(query, {**moments, **values, "rank": rank})]


def deadlines_of(reader: Reader, column: str, number: int) -> list[dict[str, Any]]:
    """All deadlines of a demand, a revisit or a customer (``demand_id``, …), past ones too, in the order they began."""
    test = f"l.{column} = ?"
    if column == "customer_id":  # with those of whoever was merged into him
        test = "l.about = 'customer' AND (l.customer_id = ?1 OR c.merged_into = ?1)"
    query = _DEADLINE.format(index="") + f"WHERE {test} ORDER BY l.started_at, l.id"
    return [deadline_data(reader, row) for row in reader.rows(query, (number,))]


def deadline_data(reader: Reader, row: sqlite3.Row) -> dict[str, Any]:
    """A deadline as JSON has it, with how it ended."""
    return line(reader, row)._asdict() | {
        "met_at": reader.iso(row["met_at"]),
        "voided_at": reader.iso(row["voided_at"]),
        "void_reason": row["void_reason"] or None,
        "waiting_until": reader.iso(row["waiting_until"]),
    }


def stream_deadlines(reader: Reader, column: str) -> Iterator[sqlite3.Row]:
    """All deadlines of demands or revisits (``demand_id``, ``revisit_id``) in their order, to be merged with them."""
    query = _DEADLINE.format(index="") + f"WHERE l.{column} IS NOT NULL ORDER BY l.{column}, l.started_at, l.id"
    yield from reader.sql.execute(query)


# -- demands -----------------------------------------------------------------------------------------------------

_DEMAND = """
SELECT d.*, c.name AS c_name, c.nickname AS c_nickname, c.phone AS c_phone, c.wechat AS c_wechat,
       c.company AS c_company, c.region AS c_region,
       h.name AS h_name, h.phone AS h_phone, h.branch AS h_branch, h.role AS h_role,
       g.name AS g_name, g.phone AS g_phone, g.branch AS g_branch, g.role AS g_role
FROM demand AS d JOIN customer AS c ON c.id = d.customer_id
LEFT JOIN contact AS h ON h.id = d.handler_id
LEFT JOIN contact AS g ON g.id = d.leader_id
"""
SORTS = {"number": "d.id", "raised": "d.raised_at, d.id", "next": "d.next_at IS NULL, d.next_at, d.id"}


def demand(reader: Reader, number: int) -> dict[str, Any]:
    """One demand as JSON has it, with all its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_DEMAND + "WHERE d.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有需求 D{number}", "看看有哪些：demandctl list")
    return demand_data(reader, row) | {"deadlines": deadlines_of(reader, "demand_id", number)}


def history(reader: Reader, number: int) -> dict[str, Any]:
    """What ``show`` adds to a demand: follow-ups, assignments, escalations, operations."""
    rows = reader.rows
    told = rows("SELECT * FROM follow_up WHERE demand_id = ? ORDER BY at, id", (number,))
    handed = rows(
        "SELECT a.*, t.name AS to_name, t.phone AS to_phone, f.name AS from_name FROM assignment AS a "
        "JOIN contact AS t ON t.id = a.to_id LEFT JOIN contact AS f ON f.id = a.from_id "
        "WHERE a.demand_id = ? ORDER BY a.at, a.id",
        (number,),
    )
    raised = rows(
        "SELECT e.*, t.name FROM escalation AS e JOIN contact AS t ON t.id = e.to_id WHERE e.demand_id = ?", (number,)
    )
    return {
        "follow_ups": [follow_up_data(reader, row) for row in told],
        "assignments": [assignment_data(reader, row) for row in handed],
        "escalations": [escalation_data(reader, row) for row in raised],
        "operations": operations(reader, demand=number),
    }


def follow_up_data(reader: Reader, row: sqlite3.Row) -> dict[str, Any]:
    """A follow-up as JSON has it."""
    return {
        "at": reader.iso(row["at"]),
        "by": row["by_name"],
        "phone": row["phone"],
        "internal": bool(row["internal"]),
        "method": row["method"],
        "stage": row["stage"] or None,
        "text": row["text"],
        "next_at": reader.iso(row["next_at"]),
        "next_plan": row["next_plan"] or None,
        "wait_until": reader.iso(row["wait_until"]),
        "resolved": bool(row["resolved"]),
    }


def assignment_data(reader: Reader, row: sqlite3.Row) -> dict[str, Any]:
    """An assignment as JSON has it."""
    return {
        "at": reader.iso(row["at"]),
        "from": row["from_name"],
        "to": row["to_name"],
        "phone": row["to_phone"],
        "how": row["how"],
        "reason": row["reason"] or None,
    }


def escalation_data(reader: Reader, row: sqlite3.Row) -> dict[str, Any]:
    """An escalation as JSON has it."""
    return {"at": reader.iso(row["at"]), "to": row["name"], "level": row["level"], "problem": row["problem"]}


class Filter(NamedTuple):
    """Which demands a list asks for; empty means all."""

    kind: str = ""
    status: str = ""
    branch: str = ""
    owner: str = ""
    handler: int | None = None
    numbers: tuple[int, ...] | None = None
    customer: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    closed_since: str = ""
    closed_until: str = ""
    open_only: bool = False
    text: str = ""
    sort: str = "number"
    limit: int | None = None


def demands(reader: Reader, asked: Filter) -> list[dict[str, Any]]:
    """The demands that a filter lets through, newest first unless sorted otherwise."""
    where, values = _demand_filter(asked)
    order = f"{SORTS[asked.sort]}{' DESC' if asked.sort == 'number' else ''}"
    query = f"{_DEMAND} WHERE {where} ORDER BY {order} LIMIT {-1 if asked.limit is None else asked.limit}"
    return [demand_data(reader, row) for row in reader.rows(query, values)]


def stream_demands(reader: Reader, asked: Filter) -> Iterator[sqlite3.Row]:
    """The rows of the demands that a filter lets through, oldest number first, one at a time."""
    where, values = _demand_filter(asked)
    yield from reader.sql.execute(f"{_DEMAND} WHERE {where} ORDER BY d.id", values)


def demand_condition(asked: Filter) -> tuple[str, dict[str, Any]]:
    """A filter as SQL about demand ``d``, its customer ``c`` and its handler ``h``, with the values that it names."""
    return _demand_filter(asked)


def _demand_filter(asked: Filter) -> tuple[str, dict[str, Any]]:
    tests = {
        "d.kind = :kind": asked.kind,
        "d.status = :status": asked.status,
        "d.branch LIKE :branch": asked.branch and f"%{asked.branch}%",
        "(h.name LIKE :owner OR h.phone = :exact_owner)": asked.owner and f"%{asked.owner}%",
        "(c.name LIKE :customer OR c.nickname LIKE :customer OR c.phone = :exact OR printf('K%05d', c.id) = :exact "
        "OR c.id IN (SELECT merged_into FROM customer WHERE printf('K%05d', id) = :exact))": (
            asked.customer and f"%{asked.customer}%"
        ),
        "d.raised_at >= :since": asked.since,
        "d.raised_at < :until": asked.until,
        "d.closed_at >= :closed_since": asked.closed_since,
        "d.closed_at < :closed_until": asked.closed_until,
        "EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = :tag)": asked.tag,
        _TEXT: asked.text and f"%{asked.text}%",
    }
    names = (
        "kind", "status", "branch", "owner", "customer", "since", "until", "closed_since", "closed_until", "tag",
        "text",
    )  # fmt: skip
    where = ["d.closed_at IS NULL"] if asked.open_only else []
    where += [f"d.handler_id = {asked.handler:d}"] if asked.handler is not None else []
    where += [f"d.id IN ({', '.join(map(str, asked.numbers))})"] if asked.numbers is not None else []
    values: dict[str, Any] = {"exact": asked.customer, "exact_owner": asked.owner} | _pinyin(asked.text)
    for (test, value), name in zip(tests.items(), names, strict=True):
        if value:
            where.append(test)
            values[name] = value
    return " AND ".join(where) or "1", values


_SPELLED = "(instr(' ' || {0}, ' ' || :py) > 0 OR (length(:py) > 3 AND instr({0}, :py) > 0))"
"""Whether a stored pinyin begins with what was typed, in full or by initials; longer ones count anywhere."""

_TEXT = (
    "(d.content LIKE :text OR d.product LIKE :text OR d.region LIKE :text OR d.group_name LIKE :text "
    "OR d.note LIKE :text OR c.name LIKE :text OR c.nickname LIKE :text OR c.phone LIKE :text OR c.company LIKE :text "
    f"OR (:py <> '' AND ({_SPELLED.format('c.pinyin')} OR {_SPELLED.format('h.pinyin')})) "
    "OR h.name LIKE :text OR EXISTS (SELECT 1 FROM follow_up AS f WHERE f.demand_id = d.id AND f.text LIKE :text))"
)


def demand_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A demand as JSON has it, its deadlines aside."""
    iso = reader.iso
    return {
        "number": row["id"],
        "kind": row["kind"],
        "subtype": row["subtype"],
        "channel": row["channel"],
        "group": row["group_name"] or None,
        "customer": {
            "code": f"K{row['customer_id']:05d}",
            **{name: row[f"c_{name}"] for name in ("name", "nickname", "phone", "wechat", "company", "region")},
        },
        "region": row["region"],
        "branch": row["branch"] or None,
        "product": row["product"],
        "content": row["content"],
        "urgency": row["urgency"],
        "service_mode": row["service_mode"],
        "warranty": row["warranty"] or None,
        "wish": row["wish"] or None,
        "from": row["from_id"],
        "tags": json.loads(row["tags"]),
        "raised_at": iso(row["raised_at"]),
        "registered_at": iso(row["registered_at"]),
        "verified": None if row["verified"] is None else bool(row["verified"]),
        "status": row["status"],
        "handler": _person(row, "h", row["handler_id"]),
        "leader": _person(row, "g", row["leader_id"]),
        "escalation": row["escalation"],
        "next_at": iso(row["next_at"]),
        "next_plan": row["next_plan"] or None,
        "resolved_at": iso(row["resolved_at"]),
        "confirmed_at": iso(row["confirmed_at"]),
        "outcome": row["outcome"],
        "reason": row["reason"] or None,
        "amount": _number(row["amount"]),
        "duplicate_of": row["duplicate_of"],
        "note": row["note"] or None,
        "closed_at": iso(row["closed_at"]),
    }


def _person(row: Row, alias: str, contact_id: int | None) -> dict[str, Any] | None:
    if contact_id is None:
        return None
    return {"id": contact_id, **{name: row[f"{alias}_{name}"] for name in ("name", "phone", "branch", "role")}}


def _number(text: str | None) -> float | int | None:
    if text is None:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


# -- people ------------------------------------------------------------------------------------------------------


def contacts(reader: Reader, *, role: str = "", branch: str = "", everybody: bool = False) -> list[dict[str, Any]]:
    """The directory in its order; those who left only when *everybody* is asked for."""
    rows = reader.rows(
        "SELECT * FROM contact WHERE (:role = '' OR role = :role) AND (:branch = '' OR branch LIKE :like) "
        "AND (:everybody OR active) ORDER BY branch = '', id",
        {"role": role, "branch": branch, "like": f"%{branch}%", "everybody": everybody},
    )
    return [contact_data(row) for row in rows]


def contact(reader: Reader, number: int) -> dict[str, Any]:
    """One contact."""
    return contact_data(reader.sql.execute("SELECT * FROM contact WHERE id = ?", (number,)).fetchone())


def find_contact_id(reader: Reader, text: str) -> int:
    """The contact that a number, a name, a phone or a part that only one matches names."""
    wanted = {"t": text, "phone": _digits(text)} | _pinyin(text)
    for test in (
        "name = :t",
        "phone = :phone",
        "wechat = :t",
        "CAST(id AS TEXT) = :t",
        "instr(branch || name, :t) > 0",
        f":py <> '' AND {_SPELLED.format('pinyin')}",
    ):
        query = f"SELECT id, name, branch, active FROM contact WHERE {test} ORDER BY active DESC, id LIMIT 9"
        found = reader.rows(query, wanted) if text else []
        if any(row["active"] for row in found):
            found = [row for row in found if row["active"]]
        if len(found) == 1:
            number: int = found[0]["id"]
            return number
        if found:
            choices = [(str(row["id"]), f"{row['id']} {row['name']}（{row['branch'] or '无分公司'}）") for row in found]
            listed = "、".join(label for _, label in choices)
            raise Several(f"“{text[:40]}”不止一位：{listed}", "写全名或前面的编号", text, choices)
    raise NotFound(f"通讯录里没有“{text[:40]}”", "看看有谁：demandctl contact list")


def find_customer_id(reader: Reader, text: str) -> int:
    """The customer that a code, a name, a phone, a WeChat id or a part that only one matches names."""
    code = text[1:] if text[:1] in "Kk" else text
    number = int(code) if code.isascii() and code.isdecimal() and len(code) < 7 else 0
    if number and reader.rows("SELECT 1 FROM customer WHERE id = ?", (number,)):
        return surviving(reader, number)
    wanted = {"t": text, "phone": _digits(text)} | _pinyin(text)
    part = "instr(name || ' ' || nickname || ' ' || company, :t) > 0"
    letters = f":py <> '' AND {_SPELLED.format('pinyin')}"
    for test in ("name = :t OR nickname = :t", "phone = :phone OR wechat = :t", part, letters):
        # Whoever was merged is found by the name and phone that he had, and is the one he has become.
        query = (
            "SELECT DISTINCT kept.id, kept.name, kept.region FROM customer AS c "
            "JOIN customer AS kept ON kept.id = coalesce(c.merged_into, c.id) WHERE c.id IN "
            f"(SELECT id FROM customer WHERE erased_at IS NULL AND ({test})) ORDER BY kept.id LIMIT 9"
        )
        found = reader.rows(query, wanted) if text else []
        if len(found) == 1:
            return int(found[0]["id"])
        if found:
            codes = [f"K{row['id']:05d}" for row in found]
            labels = [
                f"{c} {row['name']}（{row['region'] or '地区未知'}）" for c, row in zip(codes, found, strict=True)
            ]
            choices = list(zip(codes, labels, strict=True))
            raise Several(f"“{text[:40]}”不止一位：{'、'.join(labels)}", "请写客户编号", text, choices)
    raise NotFound(f"没有客户“{text[:40]}”", "看看有谁：demandctl customer list")


def surviving(reader: Reader, number: int) -> int:
    """The customer whom one who was merged has become, by number."""
    row = reader.sql.execute("SELECT merged_into FROM customer WHERE id = ?", (number,)).fetchone()
    return surviving(reader, row[0]) if row and row[0] else number


def _pinyin(text: str) -> dict[str, str]:
    from demandctl.pinyin import typed

    return {"py": typed(text)}


def _digits(text: str) -> str:
    """The phone number that a text is, in the ledger's spelling; a value that matches nothing when it is none."""
    from demandctl.phones import normalise

    try:
        return normalise(text)
    except UsageError:
        return "-"


def contact_data(row: Row) -> dict[str, Any]:
    """A contact as JSON has it."""
    return {
        "id": row["id"],
        "name": row["name"],
        "role": row["role"],
        "leader": bool(row["leader"]),
        "branch": row["branch"] or None,
        "regions": json.loads(row["regions"]),
        "products": json.loads(row["products"]),
        "skills": json.loads(row["skills"]),
        "phone": row["phone"],
        "wechat": row["wechat"],
        "active": bool(row["active"]),
    }


def customers(reader: Reader, *, text: str = "", tag: str = "", limit: int | None = None) -> list[dict[str, Any]]:
    """Customers whose name, phone, company or region holds a text."""
    rows = reader.rows(
        "SELECT c.*, o.name AS o_name FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id "
        "WHERE c.erased_at IS NULL AND c.merged_into IS NULL "
        "AND (:text = '' OR c.name LIKE :like OR c.nickname LIKE :like OR c.phone LIKE :like OR c.company LIKE :like "
        "OR c.region LIKE :like OR c.wechat = :text OR printf('K%05d', c.id) = upper(:text) "
        f"OR (:py <> '' AND {_SPELLED.format('c.pinyin')})) "
        "AND (:tag = '' OR EXISTS (SELECT 1 FROM json_each(c.tags) WHERE value = :tag)) ORDER BY c.id LIMIT :limit",
        {"text": text, "like": f"%{text}%", "tag": tag, "limit": -1 if limit is None else limit} | _pinyin(text),
    )
    return [customer_data(reader, row) for row in rows]


def customer(reader: Reader, customer_id: int) -> dict[str, Any]:
    """One customer with his demands, revisits and deadlines."""
    row = reader.sql.execute(
        "SELECT c.*, o.name AS o_name FROM customer AS c LEFT JOIN contact AS o ON o.id = c.owner_id WHERE c.id = ?",
        (customer_id,),
    ).fetchone()
    return customer_data(reader, row) | {
        "demands": demands(reader, Filter(customer=f"K{customer_id:05d}", sort="raised")),
        "revisits": revisits(reader, customer_id=customer_id),
        "deadlines": deadlines_of(reader, "customer_id", customer_id),
    }


def customer_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A customer as JSON has it, without his demands."""
    plain = ("name", "nickname", "phone", "wechat", "company", "region", "address", "value", "need_class", "stage")
    dates = ("birthday", "last_order", "business_contact", "contract_on", "profiled_on", "consent_on")
    return {
        "code": f"K{row['id']:05d}",
        **{name: row[name] for name in plain},
        "tags": json.loads(row["tags"]),
        "owner": {"id": row["owner_id"], "name": row["o_name"]} if row["owner_id"] else None,
        "briefed_at": reader.iso(row["briefed_at"]),
        **{name: row[name] for name in dates},
        "arrears": bool(row["arrears"]),
        "handed": bool(row["handed"]),
        "documents": json.loads(row["documents"]),
        "approved_by": row["approved_by"] or None,
        "revisit_every": row["revisit_every"] or None,
        "note": row["note"] or None,
        "erased_at": reader.iso(row["erased_at"]),
        "created_at": reader.iso(row["created_at"]),
    }


# -- revisits ----------------------------------------------------------------------------------------------------

_REVISIT = """
SELECT r.*, c.name AS c_name, c.phone AS c_phone, c.company AS c_company, c.region AS c_region, c.address AS c_address,
       e.name AS e_name
FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id LEFT JOIN contact AS e ON e.id = r.escalated_to
"""


def revisits(
    reader: Reader,
    *,
    customer_id: int | None = None,
    kind: str = "",
    open_only: bool = False,
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Revisits by their planned or actual time."""
    rows = reader.rows(
        _REVISIT + "WHERE (:customer IS NULL OR r.customer_id = :customer) AND (:kind = '' OR r.kind = :kind) "
        "AND (NOT :open OR c.erased_at IS NULL AND (r.recorded_at IS NULL "
        "OR (r.problem <> '' AND r.urgent AND r.solved_at IS NULL) "
        "OR (r.forwarded_at IS NOT NULL AND r.solved_at IS NULL))) "
        "AND (:since = '' OR coalesce(r.visited_at, r.planned_at) >= :since) "
        "AND (:until = '' OR coalesce(r.visited_at, r.planned_at) < :until) "
        "ORDER BY coalesce(r.visited_at, r.planned_at), r.id LIMIT :limit",
        {"customer": customer_id, "kind": kind, "open": open_only, "since": since, "until": until,
         "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [revisit_data(reader, row) for row in rows]


def revisit(reader: Reader, number: int) -> dict[str, Any]:
    """One revisit with its deadlines; NotFound when there is none."""
    row = reader.sql.execute(_REVISIT + "WHERE r.id = ?", (number,)).fetchone()
    if row is None:
        raise NotFound(f"没有回访 {number}", "看看有哪些：demandctl revisit list")
    return revisit_data(reader, row) | {"deadlines": deadlines_of(reader, "revisit_id", number)}


def revisit_data(reader: Reader, row: Row) -> dict[str, Any]:
    """A revisit as JSON has it, its deadlines aside."""
    texts = (
        "dissatisfaction",
        "heard_from",
        "suggestion",
        "inactive_reason",
        "problem",
        "department",
        "visitor",
        "note",
    )
    flags = ("reachable", "recommend", "would_continue")
    return {
        "id": row["id"],
        "customer": {
            "code": f"K{row['customer_id']:05d}",
            **{name: row[f"c_{name}"] for name in ("name", "phone", "company", "region", "address")},
        },
        "demand": row["demand_id"],
        "kind": row["kind"],
        "method": row["method"],
        **{name: reader.iso(row[name]) for name in ("planned_at", "visited_at", "call_back_at")},
        **{name: row[name] for name in ("product_rating", "attitude", "speed", "promise", "satisfaction")},
        **{name: None if row[name] is None else bool(row[name]) for name in flags},
        **{name: row[name] or None for name in texts},
        "urgent": bool(row["urgent"]),
        "plan": row["plan"] or None,
        "escalated_to": row["e_name"],
        **{name: reader.iso(row[name]) for name in ("forwarded_at", "contacted_at", "solved_at", "recorded_at")},
    }


# -- log ---------------------------------------------------------------------------------------------------------


def operations(
    reader: Reader,
    *,
    demand: int | None = None,
    who: str = "",
    command: str = "",
    since: str = "",
    until: str = "",
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """What was done, newest last: of one demand, by one person, by a command or its group, in a span of time."""
    tests = {
        "id IN (SELECT operation_id FROM change WHERE demand_id = :demand)": demand,
        "instr(who, :who) > 0": who,
        "(command = :command OR command LIKE :command || ' %')": command,
        "at >= :since": since,
        "at < :until": until,
    }
    where = " AND ".join(test for test, value in tests.items() if value) or "1"
    rows = reader.rows(
        f"SELECT * FROM (SELECT * FROM operation WHERE {where} ORDER BY id DESC LIMIT :limit) ORDER BY id",
        {"demand": demand, "who": who, "command": command, "since": since, "until": until,
         "limit": -1 if limit is None else limit},
    )  # fmt: skip
    return [
        {
            "id": row["id"],
            "at": reader.iso(row["at"]),
            "who": row["who"],
            "command": row["command"],
            "summary": row["summary"],
            "undoes": row["undoes"],
            "undone_by": row["undone_by"],
        }
        for row in rows
    ]


# -- at a glance -------------------------------------------------------------------------------------------------


def glance(reader: Reader) -> dict[str, Any]:
    """The numbers of the day: open demands by status, Monday's list, visits of the next seven days, last week."""
    by_status = "SELECT status, count(*) FROM demand WHERE closed_at IS NULL GROUP BY status"
    counts: dict[str, int] = {row[0]: row[1] for row in reader.rows(by_status)}
    monday = reader.now.date() - timedelta(days=reader.now.weekday())
    start, end = (stored(datetime.combine(monday - timedelta(days=n), time(), reader.zone)) for n in (7, 0))
    week = stored(reader.now + timedelta(days=7))
    owed = "met_at IS NULL AND voided_at IS NULL"
    one = reader.sql.execute(
        f"SELECT (SELECT count(*) FROM deadline WHERE {owed} AND rule = 'weekly' AND due_at <= :week), "
        f"(SELECT count(*) FROM deadline WHERE {owed} AND rule IN ('visit', 'call-back') AND due_at <= :week), "
        "(SELECT count(*) FROM demand WHERE raised_at >= :start AND raised_at < :end), "
        "(SELECT count(*) FROM demand WHERE closed_at >= :start AND closed_at < :end)",
        {"week": week, "start": start, "end": end},
    ).fetchone()
    return {
        "open": sum(counts.values()),
        **{status: counts.get(status, 0) for status in ("new", "referred", "waiting", "confirming")},
        "monday": one[0],
        "revisits": one[1],
        "last_week": {"new": one[2], "closed": one[3]},
    }


def visits_owed(reader: Reader, horizon: timedelta) -> list[Line]:
    """The visits that are owed until some time from now, and why."""
    query = _DEADLINE.format(index="") + (
        "WHERE l.met_at IS NULL AND l.voided_at IS NULL AND l.due_at <= :until AND l.started_at <= :until AND l.rule IN"
        " ('after-sale', 'visit', 'call-back', 'regular', 'inactive-week', 'inactive-month', 'inactive-two-months') "
        "ORDER BY l.due_at, l.id"
    )
    return [line(reader, row) for row in reader.rows(query, {"until": stored(reader.now + horizon)})]
