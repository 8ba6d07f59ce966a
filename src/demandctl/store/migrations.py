"""The schema and its upgrades: plain SQL, one function a version, each run in a transaction of its own.

Instants are text like ``2026-11-22T01:00:00Z``: readable in any tool, and they sort as time. Lists are JSON arrays.
Numbers are AUTOINCREMENT, so that one taken back by undo is never given again. Every table that holds the user's facts
is audited by triggers: what a command changes is written down by the database itself, so no command can forget.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from demandctl import APPLICATION_ID
from demandctl.core.parts import PART_OF_OLD
from demandctl.store.fields import SCHEMA_VERSION

_AUDITED_1 = ("customer", "contact", "demand", "follow_up", "assignment", "escalation", "revisit", "event", "deadline")
_AUDITED_2 = (
    "alias", "purchase", "machine", "credit", "wechat_group", "service_step", "attachment", "greeting",
)  # fmt: skip
AUDITED = (*_AUDITED_1, *_AUDITED_2)
"""Tables whose every change is written down by triggers."""

_SCHEMA_1 = """
CREATE TABLE ledger (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE operation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    command TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '',
    undoes INTEGER REFERENCES operation (id),
    undone_by INTEGER REFERENCES operation (id)
) STRICT;

-- The operation that is being written; the audit triggers read it and refuse changes outside one.
CREATE TABLE current_operation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    operation_id INTEGER NOT NULL REFERENCES operation (id)
) STRICT;

-- Written by triggers alone, with the current operation's number, and never deleted: no foreign key, no autoincrement.
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    operation_id INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    demand_id INTEGER,
    old TEXT,
    new TEXT
) STRICT;
CREATE INDEX change_operation ON change (operation_id);
CREATE INDEX change_demand ON change (demand_id, operation_id) WHERE demand_id IS NOT NULL;

CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    phone TEXT NOT NULL DEFAULT '',
    wechat TEXT NOT NULL DEFAULT '',
    role TEXT NOT NULL,
    branch TEXT NOT NULL DEFAULT '',
    regions TEXT NOT NULL DEFAULT '[]',
    products TEXT NOT NULL DEFAULT '[]',
    skills TEXT NOT NULL DEFAULT '[]',
    leader INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    pinyin TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX contact_name ON contact (name);

CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    nickname TEXT NOT NULL DEFAULT '',
    wechat TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    value TEXT,
    need_class TEXT,
    stage TEXT,
    tags TEXT NOT NULL DEFAULT '[]',
    owner_id INTEGER REFERENCES contact (id),
    briefed_at TEXT,
    birthday TEXT,
    last_order TEXT,
    business_contact TEXT,
    arrears INTEGER NOT NULL DEFAULT 0,
    handed INTEGER NOT NULL DEFAULT 0,
    contract_on TEXT,
    profiled_on TEXT,
    documents TEXT NOT NULL DEFAULT '[]',
    approved_by TEXT NOT NULL DEFAULT '',
    revisit_every TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    consent_on TEXT,
    erased_at TEXT,
    created_at TEXT NOT NULL,
    pinyin TEXT NOT NULL DEFAULT '',
    merged_into INTEGER REFERENCES customer (id)
) STRICT;
CREATE UNIQUE INDEX customer_phone ON customer (phone) WHERE phone <> '';
CREATE UNIQUE INDEX customer_wechat ON customer (wechat) WHERE wechat <> '';
CREATE INDEX customer_name ON customer (name);
CREATE INDEX customer_merged ON customer (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX customer_owner ON customer (owner_id) WHERE owner_id IS NOT NULL;

CREATE TABLE demand (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subtype TEXT,
    channel TEXT NOT NULL,
    group_name TEXT NOT NULL DEFAULT '',
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    region TEXT NOT NULL DEFAULT '',
    product TEXT NOT NULL DEFAULT '',
    content TEXT NOT NULL,
    source TEXT NOT NULL DEFAULT '',
    wish TEXT NOT NULL DEFAULT '',
    urgency TEXT NOT NULL DEFAULT 'normal',
    service_mode TEXT,
    warranty TEXT NOT NULL DEFAULT '',
    from_id INTEGER REFERENCES demand (id),
    tags TEXT NOT NULL DEFAULT '[]',
    raised_at TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    verified INTEGER,
    status TEXT NOT NULL DEFAULT 'new',
    handler_id INTEGER REFERENCES contact (id),
    leader_id INTEGER REFERENCES contact (id),
    branch TEXT NOT NULL DEFAULT '',
    branch_leader_id INTEGER REFERENCES contact (id),
    escalation INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    next_plan TEXT NOT NULL DEFAULT '',
    resolved_at TEXT,
    confirmed_at TEXT,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '',
    amount TEXT,
    duplicate_of INTEGER REFERENCES demand (id),
    note TEXT NOT NULL DEFAULT '',
    closed_at TEXT
) STRICT;
CREATE INDEX demand_customer ON demand (customer_id);
CREATE INDEX demand_open ON demand (status) WHERE closed_at IS NULL;
CREATE INDEX demand_closed ON demand (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX demand_handler ON demand (handler_id) WHERE handler_id IS NOT NULL;
CREATE INDEX demand_raised ON demand (raised_at);
-- For the foreign keys: a demand that undo deletes asks who hangs on it.
CREATE INDEX demand_from ON demand (from_id) WHERE from_id IS NOT NULL;
CREATE INDEX demand_duplicate ON demand (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE follow_up (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    demand_id INTEGER NOT NULL REFERENCES demand (id),
    at TEXT NOT NULL,
    by_name TEXT NOT NULL,
    by_id INTEGER REFERENCES contact (id),
    phone TEXT NOT NULL DEFAULT '',
    internal INTEGER NOT NULL DEFAULT 0,
    method TEXT,
    stage TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    next_at TEXT,
    next_plan TEXT NOT NULL DEFAULT '',
    wait_until TEXT,
    resolved INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX follow_up_demand ON follow_up (demand_id, at);

CREATE TABLE assignment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    demand_id INTEGER NOT NULL REFERENCES demand (id),
    at TEXT NOT NULL,
    from_id INTEGER REFERENCES contact (id),
    to_id INTEGER NOT NULL REFERENCES contact (id),
    how TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    operator TEXT NOT NULL
) STRICT;
CREATE INDEX assignment_demand ON assignment (demand_id, at);

CREATE TABLE escalation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    demand_id INTEGER NOT NULL REFERENCES demand (id),
    at TEXT NOT NULL,
    to_id INTEGER NOT NULL REFERENCES contact (id),
    level INTEGER NOT NULL,
    problem TEXT NOT NULL,
    within TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX escalation_demand ON escalation (demand_id);

CREATE TABLE revisit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    demand_id INTEGER REFERENCES demand (id),
    kind TEXT NOT NULL,
    method TEXT,
    planned_at TEXT,
    visited_at TEXT,
    reachable INTEGER,
    call_back_at TEXT,
    product_rating TEXT,
    attitude TEXT,
    speed TEXT,
    promise TEXT,
    satisfaction TEXT,
    dissatisfaction TEXT NOT NULL DEFAULT '',
    heard_from TEXT NOT NULL DEFAULT '',
    suggestion TEXT NOT NULL DEFAULT '',
    recommend INTEGER,
    inactive_reason TEXT NOT NULL DEFAULT '',
    would_continue INTEGER,
    problem TEXT NOT NULL DEFAULT '',
    urgent INTEGER NOT NULL DEFAULT 0,
    department TEXT NOT NULL DEFAULT '',
    forwarded_at TEXT,
    contacted_at TEXT,
    plan TEXT NOT NULL DEFAULT '',
    planned_by_department_at TEXT,
    escalated_to INTEGER REFERENCES contact (id),
    solved_at TEXT,
    recorded_at TEXT,
    visitor TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX revisit_customer ON revisit (customer_id);
CREATE INDEX revisit_demand ON revisit (demand_id) WHERE demand_id IS NOT NULL;

-- The set of rules that deadlines were made by, stored once: history is judged by the rule of its day.
CREATE TABLE ruleset (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    rules TEXT NOT NULL,
    calendar TEXT NOT NULL,
    calendar_version TEXT NOT NULL
) STRICT;

-- What happened, as the deadline machine was told: replaying it gives the same deadlines.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    about TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    demand_id INTEGER REFERENCES demand (id),
    at TEXT NOT NULL,
    names TEXT NOT NULL,
    data TEXT NOT NULL,
    ruleset_id INTEGER NOT NULL REFERENCES ruleset (id)
) STRICT;
CREATE INDEX event_subject ON event (about, subject_id);
CREATE INDEX event_demand ON event (demand_id) WHERE demand_id IS NOT NULL;

CREATE TABLE deadline (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    demand_id INTEGER REFERENCES demand (id),
    revisit_id INTEGER REFERENCES revisit (id),
    customer_id INTEGER REFERENCES customer (id),
    rank INTEGER NOT NULL DEFAULT 0,
    owed_by TEXT NOT NULL,
    owner_id INTEGER REFERENCES contact (id),
    owner_name TEXT NOT NULL DEFAULT '',
    started_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    target TEXT NOT NULL,
    clock TEXT NOT NULL DEFAULT '',
    given INTEGER NOT NULL DEFAULT 0,
    pauses TEXT NOT NULL DEFAULT '[]',
    occurrences TEXT NOT NULL DEFAULT '',
    waiting_until TEXT,
    missed INTEGER NOT NULL DEFAULT 0,
    provisional INTEGER NOT NULL DEFAULT 0,
    period TEXT NOT NULL DEFAULT '',
    met_at TEXT,
    voided_at TEXT,
    void_reason TEXT NOT NULL DEFAULT '',
    ruleset_id INTEGER NOT NULL REFERENCES ruleset (id)
) STRICT;
-- In the order that `due` shows them, so that its cost follows what is shown, not what the ledger holds.
CREATE INDEX deadline_open ON deadline (rank DESC, due_at) WHERE met_at IS NULL AND voided_at IS NULL;
CREATE INDEX deadline_owed ON deadline (owed_by, rank DESC, due_at) WHERE met_at IS NULL AND voided_at IS NULL;
CREATE INDEX deadline_rule ON deadline (rule, due_at) WHERE met_at IS NULL AND voided_at IS NULL;
CREATE INDEX deadline_demand ON deadline (demand_id) WHERE demand_id IS NOT NULL;
CREATE INDEX deadline_revisit ON deadline (revisit_id) WHERE revisit_id IS NOT NULL;
CREATE INDEX deadline_customer ON deadline (customer_id) WHERE about = 'customer';
CREATE INDEX deadline_provisional ON deadline (ruleset_id)
    WHERE provisional = 1 AND met_at IS NULL AND voided_at IS NULL;

-- What went out, and what failed: a row for each deadline of an accepted message, and one for each message that failed.
-- due_at is the time that was asked for (of a repeating deadline the newest missed occurrence), row_due_at the
-- deadline's own. Until next_at the deadline reaches no further level by the settings that reckoned_by stands for.
CREATE TABLE notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    channel TEXT NOT NULL,
    deadline_id INTEGER NOT NULL,
    level INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    row_due_at TEXT NOT NULL DEFAULT '',
    next_at TEXT,
    reckoned_by TEXT NOT NULL DEFAULT '',
    failed INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notification_deadline ON notification (deadline_id, channel);

-- All that was said about a demand, kept by triggers: one text to look through where there were tables to join.
CREATE TABLE search (
    demand_id INTEGER PRIMARY KEY REFERENCES demand (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
"""

_SEARCHED_1 = {
    "demand": (
        "content", "product", "region", "branch", "group_name", "note", "source", "wish", "warranty", "next_plan",
        "reason", "tags",
    ),
    "follow_up": ("text", "next_plan", "by_name"),
}  # fmt: skip
"""What ``search.text`` gathers since version 1; ``fields`` says what it should by now, a test that it does."""


def _lines(columns: Iterable[str], alias: str) -> str:
    """Columns of a row, each on a line of its own; of a list of tags its words."""
    tags = f"iif({alias}.tags = '[]', '', (SELECT group_concat(value, char(10)) FROM json_each({alias}.tags)))"
    texts = (tags if column == "tags" else f"{alias}.{column}" for column in columns)
    return " || ".join(f"{text} || char(10)" for text in texts)


def gathered(demand: Iterable[str], follow_up: Iterable[str]) -> str:
    """What ``search.text`` must hold, of these columns of a demand and of its follow-ups, those in any order."""
    return (
        f"(SELECT {_lines(demand, 'd')} FROM demand AS d WHERE d.id = search.demand_id) || coalesce("
        f"(SELECT group_concat({_lines(follow_up, 'f')}, '') FROM follow_up AS f "
        "WHERE f.demand_id = search.demand_id), '')"
    )


def _index_text(connection: sqlite3.Connection, demand: Sequence[str], follow_up: Sequence[str]) -> None:
    """Make the triggers that keep the table ``search``."""
    again = f"UPDATE search SET text = {gathered(demand, follow_up)} WHERE demand_id"
    for name, event, action in (
        ("demand_insert", "INSERT ON demand", f"INSERT INTO search VALUES (NEW.id, {_lines(demand, 'NEW')})"),
        ("demand_update", f"UPDATE OF {', '.join(demand)} ON demand", f"{again} = NEW.id"),
        (
            "follow_up_insert", "INSERT ON follow_up",
            f"UPDATE search SET text = text || {_lines(follow_up, 'NEW')} WHERE demand_id = NEW.demand_id",
        ),
        (
            "follow_up_update", f"UPDATE OF demand_id, {', '.join(follow_up)} ON follow_up",
            f"{again} IN (OLD.demand_id, NEW.demand_id)",
        ),
        ("follow_up_delete", "DELETE ON follow_up", f"{again} = OLD.demand_id"),
    ):  # fmt: skip
        connection.execute(f"CREATE TRIGGER search_{name} AFTER {event} BEGIN {action}; END")


def _audit(connection: sqlite3.Connection, table: str) -> None:
    """(Re)make the three audit triggers of a table from the columns it has now."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    demand = {"demand": "{row}.id"}.get(table, "{row}.demand_id" if "demand_id" in columns else "NULL")

    def row(alias: str) -> str:
        return "json_object(" + ", ".join(f"'{name}', {alias}.{name}" for name in columns) + ")"

    for event, old, new, alias in (
        ("INSERT", "NULL", row("NEW"), "NEW"),
        ("UPDATE", row("OLD"), row("NEW"), "NEW"),
        ("DELETE", row("OLD"), "NULL", "OLD"),
    ):
        name = f"audit_{table}_{event.lower()}"
        connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        connection.execute(
            # Outside an operation there is no id to write, and change.operation_id is NOT NULL: the change fails.
            f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN "
            "INSERT INTO change (operation_id, table_name, row_id, demand_id, old, new) VALUES "
            f"((SELECT operation_id FROM current_operation), '{table}', {alias}.id, {demand.format(row=alias)}, "
            f"{old}, {new}); END"
        )


def _to_1(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA_1.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    for table in _AUDITED_1:
        _audit(connection, table)
    _index_text(connection, **_SEARCHED_1)


_SCHEMA_2 = """
ALTER TABLE contact ADD COLUMN note TEXT NOT NULL DEFAULT '';

ALTER TABLE customer ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN industry TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN lost_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN credit_limit TEXT;
ALTER TABLE customer ADD COLUMN credit_term TEXT NOT NULL DEFAULT '';

ALTER TABLE demand ADD COLUMN machine_id INTEGER REFERENCES machine (id);
ALTER TABLE demand ADD COLUMN accused_id INTEGER REFERENCES contact (id);
CREATE INDEX demand_machine ON demand (machine_id) WHERE machine_id IS NOT NULL;
CREATE INDEX demand_group ON demand (group_name) WHERE group_name <> '';

-- A nudge and an attempt that reached nobody are on record beside the follow-ups, and fulfil nothing.
ALTER TABLE follow_up ADD COLUMN note TEXT NOT NULL DEFAULT 'follow-up';
ALTER TABLE follow_up ADD COLUMN to_id INTEGER REFERENCES contact (id);
ALTER TABLE follow_up ADD COLUMN to_name TEXT NOT NULL DEFAULT '';

ALTER TABLE escalation ADD COLUMN product TEXT NOT NULL DEFAULT '';
ALTER TABLE escalation ADD COLUMN tried TEXT NOT NULL DEFAULT '';
ALTER TABLE escalation ADD COLUMN done_at TEXT;
ALTER TABLE escalation ADD COLUMN result TEXT NOT NULL DEFAULT '';

ALTER TABLE revisit ADD COLUMN escalated_at TEXT;
ALTER TABLE revisit ADD COLUMN escalation_problem TEXT NOT NULL DEFAULT '';
ALTER TABLE revisit ADD COLUMN escalation_within TEXT NOT NULL DEFAULT '';

-- The part that the rule plays, so that code never asks for a rule by its name.
ALTER TABLE deadline ADD COLUMN role TEXT NOT NULL DEFAULT '';
CREATE INDEX deadline_role ON deadline (role, due_at) WHERE met_at IS NULL AND voided_at IS NULL;

-- Written before a message goes out, and marked when it was accepted: what cannot be written is not sent.
ALTER TABLE notification ADD COLUMN accepted INTEGER NOT NULL DEFAULT 1;

-- Further phones, WeChat ids and names of a customer: kind says which.
CREATE TABLE alias (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX alias_customer ON alias (customer_id);
CREATE INDEX alias_value ON alias (value);
CREATE UNIQUE INDEX alias_once ON alias (kind, value) WHERE kind <> 'name';

CREATE TABLE purchase (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    ordered_on TEXT NOT NULL,
    product TEXT NOT NULL DEFAULT '',
    amount TEXT,
    demand_id INTEGER REFERENCES demand (id),
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX purchase_customer ON purchase (customer_id, ordered_on);
CREATE INDEX purchase_demand ON purchase (demand_id) WHERE demand_id IS NOT NULL;

CREATE TABLE machine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    model TEXT NOT NULL,
    serial TEXT NOT NULL DEFAULT '',
    bought_on TEXT,
    warranty_until TEXT,
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX machine_customer ON machine (customer_id);

CREATE TABLE credit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    at TEXT NOT NULL,
    credit_limit TEXT,
    credit_term TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    applied_by TEXT NOT NULL DEFAULT '',
    applied_on TEXT,
    audited_by TEXT NOT NULL DEFAULT '',
    audited_on TEXT,
    checked_by TEXT NOT NULL DEFAULT '',
    checked_on TEXT,
    signed_by TEXT NOT NULL DEFAULT '',
    signed_on TEXT
) STRICT;
CREATE INDEX credit_customer ON credit (customer_id);

CREATE TABLE wechat_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    branch TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    experts TEXT NOT NULL DEFAULT '[]',
    note TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE service_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    demand_id INTEGER NOT NULL REFERENCES demand (id),
    step TEXT NOT NULL,
    at TEXT NOT NULL,
    by_name TEXT NOT NULL DEFAULT '',
    by_id INTEGER REFERENCES contact (id),
    number TEXT NOT NULL DEFAULT '',
    amount TEXT,
    reason TEXT NOT NULL DEFAULT '',
    decision TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX service_step_demand ON service_step (demand_id, at);

-- The content lies beside the ledger, once for each hash.
CREATE TABLE attachment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    demand_id INTEGER REFERENCES demand (id),
    customer_id INTEGER REFERENCES customer (id),
    revisit_id INTEGER REFERENCES revisit (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL DEFAULT '',
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX attachment_demand ON attachment (demand_id) WHERE demand_id IS NOT NULL;
CREATE INDEX attachment_customer ON attachment (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX attachment_revisit ON attachment (revisit_id) WHERE revisit_id IS NOT NULL;
CREATE INDEX attachment_content ON attachment (sha256);
CREATE INDEX change_attachment ON change (table_name) WHERE table_name = 'attachment';

CREATE TABLE greeting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    at TEXT NOT NULL,
    occasion TEXT NOT NULL,
    method TEXT,
    text TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX greeting_customer ON greeting (customer_id, at);
"""


def _to_2(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA_2.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    # No operation changes these: what they say of rows made before follows from what stood there.
    connection.execute("DROP TRIGGER audit_deadline_update")
    connection.executemany("UPDATE deadline SET role = ?2 WHERE rule = ?1", list(PART_OF_OLD.items()))
    connection.execute("UPDATE notification SET accepted = 0 WHERE failed = 1")
    connection.execute(
        # Closing times are those of a Chinese office: no setting of the ledger is known here.
        "INSERT INTO purchase (customer_id, ordered_on, product, amount, demand_id) "
        "SELECT customer_id, date(closed_at, '+8 hours'), product, amount, id FROM demand WHERE outcome = 'won' "
        "ORDER BY closed_at, id"
    )
    connection.execute(
        "INSERT INTO purchase (customer_id, ordered_on) SELECT id, last_order FROM customer AS c "
        "WHERE last_order IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM purchase WHERE customer_id = c.id AND ordered_on = c.last_order)"
    )
    connection.execute(
        "INSERT INTO wechat_group (name) SELECT DISTINCT group_name FROM demand WHERE group_name <> '' ORDER BY 1"
    )
    for table in (*_AUDITED_1, *_AUDITED_2):
        _audit(connection, table)


UPGRADES: tuple[Callable[[sqlite3.Connection], None], ...] = (_to_1, _to_2)
"""``UPGRADES[n]`` takes a ledger from schema version n to n + 1."""


def structure(connection: sqlite3.Connection | sqlite3.Cursor) -> dict[str, str]:
    """Tables, indexes and triggers of a file by name, each with its SQL in one spelling."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {row[0]: " ".join(row[1].replace('"', "").split()) for row in rows}


def structure_of_today() -> dict[str, str]:
    """The structure of a ledger as this program makes it."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        upgrade(fresh)
        return structure(fresh)
    finally:
        fresh.close()


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a ledger to the schema of this program; each step is whole or not at all.

    The connection is in autocommit mode. Two programs that meet an old file at once both come through: the version is
    read again inside the transaction.
    """
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version >= SCHEMA_VERSION:
                connection.execute("ROLLBACK")
                return
            UPGRADES[version](connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
