"""What is wrong with a ledger and what to do about it: file, history, deadlines, permissions. Looks, never writes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl.core.months import months_on
from demandctl.core.rules import read_rules
from demandctl.errors import LedgerUnusable, NotFound, UsageError
from demandctl.language.files import size_of
from demandctl.language.subject import About, Subject
from demandctl.queries.reader import Reader
from demandctl.store import attachments, backup, copies, invariants
from demandctl.store.conditions import is_open
from demandctl.store.fields import SCHEMA_VERSION
from demandctl.store.file import dead_parts, identify, open_file, unusable
from demandctl.store.migrations import structure, structure_of_today
from demandctl.store.values import stored

if TYPE_CHECKING:
    from demandctl.context import Context

REPLAYED = 2_000
"""How many demands, revisits and customers are replayed unless all are asked for, the newest first."""

RESTORE = "用备份恢复：demandctl restore 备份文件；有哪些备份：demandctl backup --list"

NAMED = 20
"""How many of the things that are wrong a finding names."""


class Finding(NamedTuple):
    """Something to know: ``unusable``, a ``problem``, or a mere ``notice``, with what to do."""

    check: str
    level: str
    message: str
    advice: str = ""
    items: tuple[str, ...] = ()


class Diagnosis(NamedTuple):
    """All findings, and what was looked at."""

    findings: list[Finding]
    checks: list[str]
    replayed: int = 0
    of: int = 0

    @property
    def exit_code(self) -> int:
        """0 fine, 1 something found, 4 the ledger is no use."""
        levels = {finding.level for finding in self.findings}
        return 4 if "unusable" in levels else 1 if "problem" in levels else 0


Progress = Callable[[int, int], None]


def examine(context: Context, *, everything: bool = False, progress: Progress | None = None) -> Diagnosis:
    """Look at everything; NotFound when there is no ledger. A file that cannot be used ends the examination."""
    path = context.db_path
    if not path.exists():
        raise NotFound(f"还没有台账：{path}", "先建一个：demandctl init")
    try:
        connection = open_file(path, write=False)
    except sqlite3.Error as error:
        return Diagnosis([_no_use(unusable(error, path))], ["file"])
    connection.row_factory = sqlite3.Row
    try:
        version = identify(connection, path)
        if version > SCHEMA_VERSION and structure(connection) == structure_of_today():
            return Diagnosis(
                [Finding("file", "unusable", f"台账文件的头坏了（版本号读出 {version}）", RESTORE)], ["file"]
            )
        if version > SCHEMA_VERSION:
            newer = f"台账是更新的程序写的（版本 {version}，本程序认得到 {SCHEMA_VERSION}）"
            return Diagnosis([Finding("file", "unusable", newer, "请升级 demandctl")], ["file"])
        connection.execute("BEGIN")
        if broken := list(_file(connection)):
            return Diagnosis([*broken, *_permissions(context)], ["file", "permissions"])
        if version < SCHEMA_VERSION:
            older = Finding("schema", "notice", f"台账是旧版本 {version}，下一个写入的命令会先备份再升级")
            return Diagnosis([older, *_permissions(context)], ["file", "schema", "permissions"])
        reader = Reader(connection, context)
        try:
            findings = [finding for check in CHECKS.values() for finding in check(reader)]
        except sqlite3.OperationalError:  # a table or a column is not there: what is left cannot be looked at
            if not (changed := list(_schema(reader))):
                raise
            return Diagnosis(changed, ["file", "schema"])
        wrong, replayed, total = _replay(reader, everything, progress)
        return Diagnosis([*findings, *wrong], ["file", *CHECKS, "replay"], replayed, total)
    except sqlite3.Error as error:
        return Diagnosis([_no_use(unusable(error, path))], ["file"])
    except LedgerUnusable as error:
        return Diagnosis([_no_use(error)], ["file"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"台账里有读不出来的内容：{error}"
        return Diagnosis([Finding("file", "unusable", message[:200], RESTORE)], ["file"])
    finally:
        connection.close()


def _no_use(error: LedgerUnusable) -> Finding:
    """A file that cannot be read, each cause with its own advice."""
    return Finding("file", "unusable", str(error), error.hint)


def _file(connection: sqlite3.Connection) -> Iterator[Finding]:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    if found != ["ok"]:
        yield Finding("file", "unusable", "台账文件已损坏", "用备份恢复：demandctl restore 备份文件", tuple(found))


# -- file and schema ---------------------------------------------------------------------------------------------


def _references(reader: Reader) -> Iterator[Finding]:
    rows = [tuple(row) for row in reader.rows("PRAGMA foreign_key_check")]
    if rows:
        named = tuple(f"{table} 第 {number} 行指向不存在的 {parent}" for table, number, parent, _ in rows[:NAMED])
        yield _problem("references", f"{len(rows)} 处指向不存在的记录", named)


def _schema(reader: Reader) -> Iterator[Finding]:
    """Tables, indexes and triggers as this program makes them; the audit hangs on the triggers."""
    ours, theirs = structure_of_today(), structure(reader.sql)
    missing = tuple(name for name in ours if name not in theirs)
    changed = tuple(name for name in ours if name in theirs and ours[name] != theirs[name])
    if missing or changed:
        yield _problem("schema", "台账的结构和程序的不一致，有别的程序改过它", missing + changed)


def _unfinished(reader: Reader) -> Iterator[Finding]:
    if reader.rows("SELECT 1 FROM current_operation"):
        yield _problem("unfinished", "有一步操作没有收尾", ())


# -- states and history ------------------------------------------------------------------------------------------


def _states(reader: Reader) -> Iterator[Finding]:
    for what, query in invariants.DEMANDS.items():
        yield from _listed("states", what, reader, query, About.DEMAND)
    for what, query in invariants.REVISITS.items():
        yield from _listed("states", what, reader, query, About.REVISIT)


def _orphans(reader: Reader) -> Iterator[Finding]:
    for what, query in invariants.ORPHANS.items():
        yield from _listed("orphans", f"{what}没有所属的记录", reader, query)


def _listed(check: str, what: str, reader: Reader, query: str, about: About | None = None) -> Iterator[Finding]:
    numbers = [row[0] for row in reader.rows(query)]
    if numbers:
        named = tuple(str(Subject(about, number) if about else number) for number in numbers[:NAMED])
        yield _problem(check, f"{what}（{len(numbers)} 条）", named)


def _problem(check: str, message: str, items: tuple[str, ...]) -> Finding:
    return Finding(check, "problem", message, "先备份：demandctl backup；看经过：demandctl log 编号 --changes", items)


# -- deadlines ---------------------------------------------------------------------------------------------------


def _forgotten(reader: Reader) -> Iterator[Finding]:
    query = (
        "SELECT id FROM demand AS d WHERE closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM deadline AS l "
        f"WHERE l.demand_id = d.id AND l.about = 'demand' AND {is_open()})"
    )
    numbers = [row[0] for row in reader.rows(query)]
    if numbers:
        named = tuple(Subject.demand(number).code for number in numbers[:NAMED])
        advice = "各给一条时限：demandctl sla apply"
        yield Finding("forgotten", "problem", f"{len(numbers)} 条未结束的需求没有时限", advice, named)


def _provisional(reader: Reader) -> Iterator[Finding]:
    last = reader.context.calendar.known[1]
    count, until = reader.rows(
        f"SELECT count(*), max(due_at) FROM deadline AS l WHERE provisional = 1 AND {is_open()}"
    )[0]
    advice = "国务院公布放假安排后升级：pip install -U chinesecalendar；下一个写入的命令会自动重算"
    if last < reader.now.date():
        message = f"工作日历只到 {last.year} 年，今年的节假日不知道"
        yield Finding("calendar", "problem", message, advice)
    elif count:
        message = f"{count} 个时限落在日历还没有公布的年份（最晚 {until[:4]} 年），按周一到周五暂算"
        yield Finding("calendar", "notice", message, advice)


def _calendar_package(reader: Reader) -> Iterator[Finding]:
    from demandctl.config import calendar_version

    newest = reader.rows("SELECT calendar_version FROM ruleset ORDER BY id DESC LIMIT 1")
    if newest and _numbers(newest[0][0]) > _numbers(calendar_version()):
        message = f"装的日历 {calendar_version()} 比台账用过的 {newest[0][0]} 旧"
        yield Finding("calendar-package", "problem", message, "升级：pip install -U chinesecalendar")


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _replay(reader: Reader, everything: bool, progress: Progress | None) -> tuple[list[Finding], int, int]:
    """The stored deadlines against those that the stored events make, each by the rules of its day.

    Returns what was found, how many subjects were replayed, and how many there are.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool
    from sqlmodel import Session

    from demandctl.store.deadlines import replay

    path, subjects = reader.context.db_path, _subjects(reader)
    chosen = subjects if everything else subjects[:REPLAYED]
    engine = create_engine("sqlite://", creator=lambda: open_file(path, write=False), poolclass=NullPool)
    wrong: list[str] = []
    sets: dict[int, Any] = {}
    with engine.connect() as connection, Session(connection) as session:
        for done, subject in enumerate(chosen, 1):
            try:
                made, kept = replay(session, subject, sets)
            except (DBAPIError, ValueError, KeyError, TypeError):  # what is stored cannot be read
                made, kept = [], None
            if made != kept:
                wrong.append(subject.code)
            session.expunge_all()
            if progress:
                progress(done, len(chosen))
    message = f"{len(wrong)} 处时限与按经过重算的不一致"
    found = [_problem("replay", message, tuple(wrong[:NAMED]))] if wrong else []
    return found, len(chosen), len(subjects)


def _subjects(reader: Reader) -> list[Subject]:
    """Whatever has events or deadlines, the newest first."""
    about = (
        "SELECT about, subject_id FROM event UNION SELECT 'demand', demand_id FROM deadline WHERE about = 'demand' "
        "UNION SELECT 'revisit', revisit_id FROM deadline WHERE about = 'revisit' "
        "UNION SELECT 'customer', customer_id FROM deadline WHERE about = 'customer'"
    )
    rows = reader.rows(f"SELECT about, subject_id FROM ({about}) ORDER BY subject_id DESC")
    known = {about.value for about in About}
    return [Subject(About(about), number) for about, number in rows if about in known and number is not None]


# -- outside the ledger ------------------------------------------------------------------------------------------


def _permissions(context: Context) -> Iterator[Finding]:
    if os.name == "nt":
        return
    ledger = context.db_path
    own = [ledger, *(ledger.with_name(ledger.name + ending) for ending in ("-wal", "-shm"))]
    own += [copy.path for copy in copies.kept(context)]
    own += copies.replaced(context)
    own += {attachments.folder(path) for path in own if path.suffix == ledger.suffix}
    others = [context.config_path, *exported_files(context)]
    for level, what, files in (("problem", "台账和备份里", own), ("notice", "配置和表格里", others)):
        if named := tuple(str(path) for path in files if _is_open_to_others(path)):
            message = f"{what}有 {len(named)} 个文件别人也能读"
            yield Finding("permissions", level, message, "只留给自己：chmod 600 文件", named[:NAMED])


def _is_open_to_others(path: Path) -> bool:
    with suppress(OSError):
        return bool(path.stat().st_mode & 0o077)
    return False


def exported_files(context: Context) -> list[Path]:
    """Spreadsheets beside the ledger: what was exported there."""
    folder = context.db_path.absolute().parent
    return sorted(path for ending in ("xlsx", "csv") for path in folder.glob(f"*.{ending}"))


def _rules(reader: Reader) -> Iterator[Finding]:
    from demandctl.config import rules_text

    text, path = rules_text(reader.context.config)
    if problems := read_rules(text)[1]:
        yield Finding("rules", "problem", f"规则文件有 {len(problems)} 处错误：{path}", "逐条看：demandctl sla check")


def _notices(reader: Reader) -> Iterator[Finding]:
    """Whether notices would go out: settings as the sender reads them, secrets, and how the runs went."""
    from demandctl.notify.channels import read
    from demandctl.notify.message import Failed
    from demandctl.notify.standing import Health, health_of

    try:
        channels = read(reader.context.config).channels
    except UsageError as error:
        yield Finding("notify", "problem", str(error), f"改好之前提醒一条也发不出；{error.hint}")
        return
    unable = []
    for channel in channels:
        try:
            channel.open(lambda _: None)
        except Failed as error:
            unable.append(f"{channel.name}：{error}")
    if unable:
        message = f"{len(unable)} 个提醒渠道的密钥在这里用不了"
        advice = "定时任务里另有环境变量的不要紧；试一试：demandctl notify test"
        yield Finding("notify", "notice", message, advice, tuple(unable))
    found = health_of(reader.context.db_path) if channels else Health()
    if trouble := found.trouble(reader.now):
        yield Finding("notify", "problem", f"提醒 {trouble}", "手工发一次看看：demandctl due --notify")
    elif channels and found == Health():
        message = f"配置了 {len(channels)} 个提醒渠道，还没有发过"
        yield Finding("notify", "notice", message, "定时发：demandctl notify schedule --install")


def _clock(reader: Reader) -> Iterator[Finding]:
    last = reader.rows("SELECT max(at) FROM operation")[0][0]
    if last and datetime.fromisoformat(last) > reader.now:
        at = datetime.fromisoformat(last).astimezone(reader.zone)
        yield Finding("clock", "problem", f"最后一步操作在 {at:%Y-%m-%d %H:%M}，比现在还晚", "检查系统时间")


def _journal(reader: Reader) -> Iterator[Finding]:
    mode = reader.rows("PRAGMA journal_mode")[0][0]
    if mode not in ("wal", "off"):  # off: read as an immutable file
        message = f"台账没有写前日志（{mode}）：别人在读时写不进去"
        yield Finding("journal", "notice", message, "下一个写入的命令会改过来")


def _half_made(reader: Reader) -> Iterator[Finding]:
    if not reader.rows("SELECT 1 FROM ledger WHERE key = 'init'"):
        yield Finding("half-made", "problem", "台账没有建完：每周每月的汇报还没有起算", "再运行一次：demandctl init")


def _backups(reader: Reader) -> Iterator[Finding]:
    made = copies.last_made(reader.context)
    if made is None:
        yield Finding("backups", "notice", "还没有备份", "做一份：demandctl backup")
        return
    newest = copies.kept(reader.context)[0].path
    if problems := backup.integrity(newest):
        advice = "另做一份：demandctl backup"
        yield Finding("backups", "problem", f"最近的备份已损坏：{newest}", advice, tuple(problems[:NAMED]))
    elif reader.now - made > timedelta(days=7):
        days = (reader.now - made).days
        yield Finding("backups", "notice", f"最近的备份已是 {days} 天前的", "再做一份：demandctl backup")


def _attachments(reader: Reader) -> Iterator[Finding]:
    """Contents that are lost, damaged or named by nothing."""
    found = attachments.examine(reader.context.db_path, reader.sql.execute)
    place = attachments.folder(reader.context.db_path)
    for what, numbers in (("不见了", found.lost), ("坏了", found.damaged)):
        if numbers:
            advice = f"备份旁边的同名文件放回 {place}，或另附一次：demandctl attach 编号 文件"
            named = tuple(f"附件 {number}" for number in numbers[:NAMED])
            yield Finding("attachments", "problem", f"{len(numbers)} 个附件的内容{what}", advice, named)
    if found.orphaned:
        size = size_of(sum(path.stat().st_size for path in found.orphaned))
        named = tuple(map(str, found.orphaned[:NAMED]))
        message = f"{len(found.orphaned)} 个文件（{size}）没有哪条附件记录用到"
        yield Finding("attachments", "notice", message, "确实用不着就删掉它们", named)


def _retention(reader: Reader) -> Iterator[Finding]:
    """Customers whose records have all ended longer ago than the configured time (PIPL: no longer than needed)."""
    kept = reader.context.config.retention
    if kept is None:
        return
    months, days = kept
    limit = stored(_months_before(reader.now, months) - timedelta(days=days))
    rows = reader.rows(
        "SELECT c.id, count(d.id), max(d.closed_at) FROM customer AS c JOIN demand AS d ON d.customer_id = c.id "
        "WHERE c.erased_at IS NULL GROUP BY c.id HAVING count(*) = count(d.closed_at) AND max(d.closed_at) < :limit "
        "AND coalesce(max(c.last_order), '') < :limit AND NOT EXISTS (SELECT 1 FROM revisit AS r WHERE "
        "r.customer_id = c.id AND coalesce(r.visited_at, r.planned_at) >= :limit) ORDER BY max(d.closed_at)",
        {"limit": limit},
    )
    if rows:
        named = tuple(f"{Subject.customer(row[0])}（{row[1]} 条，{row[2][:10]} 结束）" for row in rows[:NAMED])
        message = f"{len(rows)} 位客户的记录都在 {limit[:10]} 前结束，超过设定的保存时间"
        advice = "不再需要就删除个人资料：demandctl customer erase 客户"
        yield Finding("retention", "notice", message, advice, named)


def _months_before(moment: datetime, months: int) -> datetime:
    return datetime.combine(months_on(moment.date(), -min(months, 12 * (moment.year - 1))), moment.timetz())


def leftovers(context: Context) -> list[Path]:
    """Files of runs that were killed halfway, whole ledgers among them."""
    return dead_parts(context.db_path) + dead_parts(context.db_path, copies.folder(context))


def _leftovers(reader: Reader) -> Iterator[Finding]:
    if found := leftovers(reader.context):
        message = f"{len(found)} 个没有写完的文件留了下来"
        yield Finding("leftovers", "notice", message, "下一个写入或备份的命令会清理", tuple(map(str, found[:NAMED])))


CHECKS: dict[str, Callable[[Reader], Iterator[Finding]]] = {
    "references": _references,
    "schema": _schema,
    "unfinished": _unfinished,
    "states": _states,
    "orphans": _orphans,
    "forgotten": _forgotten,
    "calendar": _provisional,
    "calendar-package": _calendar_package,
    "permissions": lambda reader: _permissions(reader.context),
    "rules": _rules,
    "notify": _notices,
    "clock": _clock,
    "backups": _backups,
    "attachments": _attachments,
    "retention": _retention,
    "leftovers": _leftovers,
    "journal": _journal,
    "half-made": _half_made,
}
