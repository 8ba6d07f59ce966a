"""The doctor finds what is wrong, says what to do, and never writes."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demandctl import config
from demandctl.core import worktime
from tests.support.cli import Cli


@contextmanager
def another_program(db: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes into the ledger without asking it; the triggers would refuse him, so he removes them."""
    connection = sqlite3.connect(db)
    for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {row[0]}")
    yield connection
    connection.commit()
    connection.close()


def _found(cli: Cli, check: str) -> str:
    answer = cli.run("doctor", "--json")
    assert answer.code == 1
    [finding] = [f for f in answer.json["findings"] if f["check"] == check and f["level"] == "problem"]
    assert finding["advice"]
    return " ".join([finding["message"], *finding["items"]])


def _problems(cli: Cli) -> set[str]:
    return {f["check"] for f in cli.run("doctor", "--json").json["findings"] if f["level"] == "problem"}


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    cli.demand()
    cli("assign 1 李铁柱")
    cli("follow-up 1 已联系 --next 明天")
    cli("customer order K1")
    cli("revisit add K1 --kind regular --at 3天后")
    return cli


def test_a_sound_ledger_has_no_problems_and_all_its_deadlines_replay(ledger: Cli) -> None:
    report = ledger("doctor", "--json").json
    assert report["ok"]
    assert report["replayed"] == report["subjects"] >= 3


def test_the_doctor_writes_nothing_and_needs_no_right_to_write(ledger: Cli) -> None:
    before = ledger.db.read_bytes(), sorted(ledger.folder.iterdir())
    ledger("doctor")
    assert (ledger.db.read_bytes(), sorted(ledger.folder.iterdir())) == before
    ledger.db.chmod(0o400)
    assert ledger("doctor", "--json").json["ok"]


WRONG = {
    "UPDATE demand SET status = 'closed'": ("states", "D1"),
    "UPDATE demand SET status = 'assigned', handler_id = NULL": ("states", "D1"),
    "UPDATE demand SET escalation = 2": ("states", "D1"),
    "UPDATE demand SET next_at = NULL": ("states", "D1"),
    "DELETE FROM assignment": ("states", "D1"),
    "UPDATE deadline SET due_at = '2026-11-20T02:00:00Z' WHERE rule = 'resolve'": ("replay", "D1"),
    "DELETE FROM event WHERE about = 'customer'": ("replay", "K00001"),
    "UPDATE deadline SET voided_at = '2026-11-20T02:00:00Z' WHERE met_at IS NULL AND about = 'demand'": (
        "forgotten", "D1",
    ),
    "UPDATE event SET subject_id = 99 WHERE about = 'revisit'": ("orphans", "事件"),
    "UPDATE demand SET customer_id = 99": ("references", "demand"),
}  # fmt: skip


@pytest.mark.parametrize("change", WRONG, ids=range(len(WRONG)))
def test_what_disagrees_with_the_history_is_found_and_named(ledger: Cli, change: str) -> None:
    with another_program(ledger.db) as theirs:
        theirs.execute(change)
    check, named = WRONG[change]
    assert named in _found(ledger, check)


def test_a_missing_trigger_or_index_is_found(ledger: Cli) -> None:
    with another_program(ledger.db) as theirs:
        theirs.execute("DROP INDEX deadline_open")
    found = _found(ledger, "schema")
    assert "deadline_open" in found
    assert "audit_demand_update" in found


def test_files_that_others_can_read_are_named(ledger: Cli) -> None:
    backup = Path(ledger("backup", "--json").json["path"])
    ledger.config.chmod(0o644)
    assert str(ledger.config) in ledger("doctor").out  # worth a word, no fault of the ledger
    for path in (ledger.db, backup):
        path.chmod(0o644)
    found = _found(ledger, "permissions")
    assert all(str(path) in found for path in (ledger.db, backup))


def test_a_damaged_page_makes_the_ledger_unusable_and_stays_as_it_is(ledger: Cli) -> None:
    raw = bytearray(ledger.db.read_bytes())
    raw[-3 * 4096 : -3 * 4096 + 200] = os.urandom(200)
    ledger.db.write_bytes(raw)
    answer = ledger.run("doctor", "--json")
    assert answer.code == 4
    assert answer.json["findings"][0]["level"] == "unusable"
    assert "restore" in answer.json["findings"][0]["advice"]
    assert ledger.db.read_bytes() == raw


def test_a_clock_behind_the_last_operation_is_found(ledger: Cli) -> None:
    assert "2026-11-20" in _found(ledger.at("2026-11-19T09:00:00"), "clock")


def test_a_clock_that_jumps_back_is_said_and_harms_nothing(ledger: Cli) -> None:
    written = ledger.at("2026-11-18T09:00:00").run("customer", "edit", "K1", "--note", "旧时间")
    assert written.code == 0
    assert "早于上一步操作" in written.err
    assert ledger.run("follow-up", "1", "早了").code == 2
    assert ledger.at("2026-11-20T10:00:00")("doctor", "--json").json["ok"]


def test_records_that_ended_longer_ago_than_configured_are_named(ledger: Cli) -> None:
    ledger.config.write_text('[privacy]\nretention = "18mo"\n')
    ledger("close 1 --outcome dropped --reason 不修了")

    def named() -> list[list[str]]:
        findings = ledger.run("doctor", "--json").json["findings"]
        return [finding["items"] for finding in findings if finding["check"] == "retention"]

    assert named() == []
    ledger.at("2028-05-19T09:00:00")
    assert named() == []
    ledger.config.write_text('[privacy]\nretention = "17mo"\n')
    [[item]] = named()
    assert item.startswith("K00001")


def test_an_old_calendar_is_found(ledger: Cli) -> None:
    with another_program(ledger.db) as theirs:
        theirs.execute("UPDATE ruleset SET calendar_version = '99.0'")
    assert "99.0" in _found(ledger, "calendar-package")


def _calendar_until(monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    """The official calendar as it was when the package ended with *year*; later holidays are made up."""
    full = config.work_calendar

    def cut(settings: config.Config) -> worktime.Calendar:
        calendar = full(settings)
        data = calendar.to_data()
        for name in ("closed", "open"):
            data[name] = {day: text for day, text in data[name].items() if int(day[:4]) <= year}
        data["known"] = [data["known"][0], f"{year}-12-31"]
        return worktime.Calendar.from_data(data)

    monkeypatch.setattr(config, "work_calendar", cut)


def test_a_provisional_deadline_moves_when_its_calendar_is_known(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.at("2025-12-30T09:00:00")
    with monkeypatch.context() as patch:
        _calendar_until(patch, 2025)
        number = cli.demand(kind="suggestion")["number"]  # five working days: past New Year's Day
        before = cli.open_deadlines(number)["resolve"]
        assert before["provisional"]
        assert before["due_at"].startswith("2026-01-06")
    assert cli.open_deadlines(number)["resolve"] == before  # looking changes nothing
    cli.at("2025-12-30T10:00:00")("customer add 张三")
    after = cli.open_deadlines(number)["resolve"]
    # 1 to 3 January are off, 4 January is worked instead.
    assert (after["provisional"], after["due_at"][:10]) == (False, "2026-01-07")
    assert _problems(cli) == {"clock"}  # the ledger was made later
    events = cli("log", "--changes", "--limit", "1").out
    assert "解决时限" in events
    cli("undo")
    assert cli.open_deadlines(number)["resolve"]["due_at"] == before["due_at"]
    cli("undo")  # the intake itself, whose rows are as it left them
    assert cli("list", "--json").json == []


def test_a_year_that_stays_unknown_is_looked_at_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.at("2026-12-29T09:00:00")
    with monkeypatch.context() as patch:
        _calendar_until(patch, 2025)
        cli.demand(kind="suggestion")
    cli("customer add 张三")
    cli("customer add 李四")
    _, second = cli("log", "--limit", "2", "--changes", "--json").json
    assert {change["table"] for change in second["changes"]} == {"customer"}
    assert cli("doctor", "--json").json["ok"]


def test_a_ledger_without_the_search_table_is_told_as_such(cli: Cli) -> None:
    ledger = sqlite3.connect(cli.db)
    for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search%'"):
        ledger.execute(f"DROP TRIGGER {name}")
    ledger.execute("DROP TABLE search")
    ledger.commit()
    ledger.close()
    assert "结构" in cli.run("doctor").out
