"""What the ledger has of a kind: what may be typed where such a thing is named, and whether there is what was typed.

Completion by Tab and questions on a terminal read the same two tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from demandctl.context import Context
from demandctl.errors import NotFound
from demandctl.language.subject import About, Subject
from demandctl.store.conditions import customer_code
from demandctl.terminal import typed

if TYPE_CHECKING:
    from demandctl.queries.reader import Reader

Found = Iterator[tuple[str, str]]
"""Values with their descriptions."""


def candidates(app: Context, kind: str, start: str, command: str, most: int) -> list[tuple[str, str]]:
    """Of a *kind* those that begin so and that *command* can be about; NotFound where there is no ledger yet."""
    from demandctl.queries.reader import reading

    source = SOURCES[kind]
    if kind in OUTSIDE:
        return [*source(SimpleNamespace(context=app), start, command, most)]
    with reading(app) as reader:
        return [*source(reader, start, command, most)]


def check(app: Context, kind: str, text: str) -> None:
    """A DemandctlError unless there is such a thing as *text* names."""
    if kind in CHECKS:
        CHECKS[kind](app, text)


# -- what may be typed ---------------------------------------------------------------------------------------------


_OF_DEMANDS = {
    "reopen": "d.closed_at IS NOT NULL",
    "confirm": "d.status = 'confirming'",
    "upgrade": "d.closed_at IS NULL AND d.kind = 'inquiry'",
    "verify": "d.closed_at IS NULL AND d.kind = 'opportunity'",
}
_OF_REVISITS = {
    "record": "r.recorded_at IS NULL",
    "call": "r.recorded_at IS NULL",
    "forward": "r.problem <> '' AND r.forwarded_at IS NULL AND r.solved_at IS NULL",
    "contacted": "r.forwarded_at IS NOT NULL AND r.contacted_at IS NULL",
    "planned": "r.forwarded_at IS NOT NULL AND r.solved_at IS NULL",
    "escalate": "r.recorded_at IS NOT NULL AND r.solved_at IS NULL",
    "solved": "r.recorded_at IS NOT NULL AND r.solved_at IS NULL",
}
"""Which ones a command can be about; others are about any that is open."""


def _lettered(start: str, about: About) -> tuple[str, str]:
    """The letter that a code begins with, as it was typed, and the figures behind it."""
    return (start[:1], start[1:]) if Subject.read(f"{start[:1]}0") == Subject(about, 0) else ("", start)


def _demands(reader: Reader, start: str, command: str, most: int) -> Found:
    letter, digits = _lettered(start, About.DEMAND)
    rows = reader.rows(
        "SELECT d.id, d.kind, d.product, d.content, c.name FROM demand AS d JOIN customer AS c ON c.id = d.customer_id "
        f"WHERE {_OF_DEMANDS.get(command, 'd.closed_at IS NULL')} AND CAST(d.id AS TEXT) LIKE ? "
        f"ORDER BY d.id DESC LIMIT {most}",
        (f"{digits}%",),
    )
    from demandctl.vocabulary import Kind

    for row in rows:
        yield f"{letter}{row['id']}", f"{row['name']} {Kind(row['kind']).label} {row['product'] or row['content'][:16]}"


def _contacts(reader: Reader, start: str, command: str, most: int) -> Found:
    rows = reader.rows(
        "SELECT id, name, branch, role, phone FROM contact WHERE active AND (name LIKE :s OR CAST(id AS TEXT) LIKE :s) "
        f"ORDER BY branch = '', id LIMIT {most}",
        {"s": f"{start}%"},
    )
    from demandctl.vocabulary import Role

    names = [row["name"] for row in rows]
    for row in rows:
        plain = names.count(row["name"]) == 1 and not start.isdecimal()
        about = f"{row['branch'] or '无分公司'} {Role(row['role']).label} {row['phone']}"
        yield (row["name"], about) if plain else (str(row["id"]), f"{row['name']} {about}")


def _customers(reader: Reader, start: str, command: str, most: int) -> Found:
    rows = reader.rows(
        "SELECT id, name, region FROM customer WHERE erased_at IS NULL AND merged_into IS NULL AND "
        f"(name LIKE :s OR {customer_code('id')} LIKE :s) ORDER BY id DESC LIMIT {most}",
        {"s": f"{start}%"},
    )
    for row in rows:
        code = Subject.customer(row["id"]).code
        by_name = start and not code.lower().startswith(start.lower())
        yield (row["name"], f"{code} {row['region']}") if by_name else (code, f"{row['name']} {row['region']}")


def _revisits(reader: Reader, start: str, command: str, most: int) -> Found:
    from demandctl.vocabulary import RevisitKind

    letter, digits = _lettered(start, About.REVISIT)
    for row in reader.rows(
        "SELECT r.id, r.kind, c.name FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id "
        f"WHERE CAST(r.id AS TEXT) LIKE ? AND {_OF_REVISITS.get(command, '1')} "
        f"ORDER BY r.solved_at IS NOT NULL, r.id DESC LIMIT {most}",
        (f"{digits}%",),
    ):
        yield f"{letter}{row['id']}", f"{row['name']} {RevisitKind(row['kind']).label}"


def _codes(reader: Reader, start: str, command: str, most: int) -> Found:
    of = _LETTERED.get(start[:1].upper(), _demands)
    yield from of(reader, start, command, most)


_LETTERED = {"K": _customers, "R": _revisits}


def _attachments(reader: Reader, start: str, command: str, most: int) -> Found:
    query = "SELECT id, name FROM attachment WHERE CAST(id AS TEXT) LIKE ? ORDER BY id DESC LIMIT ?"
    for row in reader.rows(query, (f"{start}%", most)):
        yield str(row["id"]), row["name"]


def _distinct(table: str, column: str) -> Callable[..., Found]:
    def names(reader: Reader, start: str, command: str, most: int) -> Found:
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} LIKE ? AND {column} <> '' LIMIT {most}"
        for row in reader.rows(query, (f"{start}%",)):
            yield row[0], ""

    return names


def _tags(reader: Reader, start: str, command: str, most: int) -> Found:
    for table in ("demand", "customer"):
        tags = f"{table}, json_each({table}.tags) AS tag"
        query = f"SELECT DISTINCT tag.value FROM {tags} WHERE tag.value LIKE ? LIMIT {most}"
        for row in reader.rows(query, (f"{start}%",)):
            yield row[0], ""


def _rules(reader: Reader, start: str, command: str, most: int) -> Found:
    for row in reader.rows("SELECT DISTINCT rule, rule_name FROM deadline WHERE rule LIKE ?", (f"{start}%",)):
        yield row["rule"], row["rule_name"]


def _scripts(reader: Reader, start: str, command: str, most: int) -> Found:
    from demandctl.messages import scripts

    for script in scripts.load(reader.context.scripts_path):
        if script.id.startswith(start):
            yield script.id, script.name


def _departments(reader: Reader, start: str, command: str, most: int) -> Found:
    ours = reader.context.config.department
    given = reader.rows("SELECT DISTINCT department FROM revisit WHERE department <> '' ORDER BY 1 LIMIT 50")
    for name in dict.fromkeys([ours, *(row["department"] for row in given)]):
        if name and name.startswith(start):
            yield name, ""


def _backups(reader: Reader, start: str, command: str, most: int) -> Found:
    from demandctl.store import copies

    for copy in copies.kept(reader.context):
        yield str(copy.path), copies.REASONS.get(copy.reason, copy.reason)


def _settings(reader: Reader, start: str, command: str, most: int) -> Found:
    from demandctl.context import settings

    for name, value in settings(reader.context).items():
        if name.startswith(start) and name != "notify":
            yield name, "、".join(value) if isinstance(value, list) else str(value or "")


def _notices(reader: Reader, start: str, command: str, most: int) -> Found:
    for name in reader.context.config.data.get("notify", {}).get("channels", []):
        if isinstance(name, str) and name.startswith(start):
            yield name, ""


def _either(*sources: Callable[..., Found]) -> Callable[..., Found]:
    def both(reader: Reader, start: str, command: str, most: int) -> Found:
        for source in sources:
            yield from source(reader, start, command, most)

    return both


def _machines(reader: Reader, start: str, command: str, most: int) -> Found:
    query = (
        "SELECT m.model, m.serial, c.name FROM machine AS m JOIN customer AS c ON c.id = m.customer_id "
        f"WHERE m.serial LIKE :s OR m.model LIKE :s ORDER BY m.id DESC LIMIT {most}"
    )
    for row in reader.rows(query, {"s": f"{start}%"}):
        by_serial = row["serial"] and not (start and row["model"].startswith(start))
        yield (row["serial"], f"{row['model']} {row['name']}") if by_serial else (row["model"], row["name"])


SOURCES: Mapping[str, Callable[..., Found]] = {
    "demand": _demands,
    "revisit": _revisits,
    "code": _codes,
    "attachment": _attachments,
    "subject": _either(_demands, _contacts),
    "visit": _either(_revisits, _customers),
    "customer": _customers,
    "contact": _contacts,
    "whom": _either(_contacts, _departments),
    "script": _scripts,
    "rule": _rules,
    "tag": _tags,
    "branch": _distinct("contact", "branch"),
    "group": _distinct("wechat_group", "name"),
    "wechat-group": _distinct("wechat_group", "name"),
    "product": _distinct("demand", "product"),
    "machine": _machines,
    "industry": _distinct("customer", "industry"),
    "source": _distinct("customer", "source"),
    "region": _distinct("demand", "region"),
    "department": _departments,
    "backup": _backups,
    "setting": _settings,
    "notice": _notices,
}
"""What completes a parameter, by what it names."""

OUTSIDE = {"script", "backup", "setting", "notice"}
"""Of these the ones that are kept outside the ledger, so that they are known without one."""


# -- whether there is what was typed -------------------------------------------------------------------------------


def _demand(app: Context, text: str) -> None:
    from demandctl.queries.demands import read_demand
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        read_demand(reader, typed.demand_number(text))


def _revisit(app: Context, text: str) -> None:
    from demandctl.queries.reader import reading
    from demandctl.queries.revisits import read_revisit

    with reading(app) as reader:
        read_revisit(reader, typed.revisit_number(text))


def _customer(app: Context, text: str) -> None:
    from demandctl.queries.naming import find_customer_id
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        find_customer_id(reader, typed.one_line(text))


def _contact(app: Context, text: str) -> None:
    from demandctl.queries.naming import find_contact_id
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        find_contact_id(reader, typed.one_line(text))


def _whom(app: Context, text: str) -> None:
    with suppress(NotFound):  # a department, or the supervisor, is taken into the directory by its name
        _contact(app, text)


def _script(app: Context, text: str) -> None:
    from demandctl.messages import scripts

    scripts.find(scripts.load(app.scripts_path), text)


def _code(app: Context, text: str) -> None:
    about = typed.subject(text).about
    {About.CUSTOMER: _customer, About.REVISIT: _revisit}.get(about, _demand)(app, text)


def _group(app: Context, text: str) -> None:
    from demandctl.queries.groups import find_group_id
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        find_group_id(reader, typed.one_line(text))


def _attachment(app: Context, text: str) -> None:
    from demandctl.queries.attachments import read_attachment
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        read_attachment(reader, typed.whole_number(text))


def _file(app: Context, text: str) -> None:
    if not Path(text).expanduser().is_file():
        raise NotFound(f"没有文件 {text}")


CHECKS: Mapping[str, Callable[[Context, str], None]] = {
    "demand": _demand,
    "code": _code,
    "attachment": _attachment,
    "wechat-group": _group,
    "revisit": _revisit,
    "customer": _customer,
    "contact": _contact,
    "whom": _whom,
    "script": _script,
    "backup": _file,
}
"""What is looked up before the next question."""
