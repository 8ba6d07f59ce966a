"""What is owed as a calendar: whatever reads calendars opens it."""

import subprocess
import sys
from pathlib import Path

from icalendar import Calendar

from tests.support.cli import Cli


def written(cli: Cli, tmp_path: Path, *words: str) -> Path:
    """A calendar of a promise to come and of an answer that is overdue."""
    cli.demand("臂架异响，\n要快；换=1+1,泵", phone="13800000121")
    cli("assign", "1", "李铁柱")
    cli("follow-up", "1", "已联系")
    cli("revisit", "add", "K00001", "--kind", "regular", "--at", "2026-11-23T14:00")
    cli.demand("另一件", customer="李总", kind="inquiry", phone="13800000772")
    cli.at("2026-11-20T16:00:00")
    target = tmp_path / "c.ics"
    cli("export", "calendar", "-o", str(target), *words)
    return target


def test_a_calendar_has_what_the_specialist_owes_each_with_a_reminder(cli: Cli, tmp_path: Path) -> None:
    target = written(cli, tmp_path)
    entries = {str(entry["uid"]): entry for entry in Calendar.from_ical(target.read_bytes()).walk("VEVENT")}
    texts = [str(entry["summary"]) for entry in entries.values()]
    assert any(text.startswith("已超时 ") and "D2" in text for text in texts)
    [visit] = [entry for entry in entries.values() if "R1" in str(entry["summary"])]
    assert visit["dtend"].dt.isoformat() == "2026-11-23T06:00:00+00:00"
    assert len(visit.walk("VALARM")) == 1
    assert not any("李铁柱" in str(entry["description"]) for entry in entries.values())
    again = tmp_path / "all.ics"
    cli("export", "calendar", "--all", "-o", str(again))
    more = {str(entry["uid"]): entry for entry in Calendar.from_ical(again.read_bytes()).walk("VEVENT")}
    assert set(entries) < set(more)
    [his] = [e for e in more.values() if "李铁柱" in str(e["description"]) and "D1" in str(e["summary"])][:1]
    assert "臂架异响， 要快；换=1+1,泵" in str(his["description"])


def test_a_masked_calendar_holds_no_number(cli: Cli, tmp_path: Path) -> None:
    text = written(cli, tmp_path, "--all", "--mask").read_text("utf-8").replace("\n ", "")
    assert "李铁柱" in text
    assert "15200010149" not in text


def test_khal_opens_it(cli: Cli, tmp_path: Path) -> None:
    target, settings = written(cli, tmp_path, "--all"), tmp_path / "khal.conf"
    settings.write_text(
        f"[calendars]\n[[one]]\npath = {tmp_path / 'calendars'}\n[locale]\ntimeformat = %H:%M\n", "utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "khal", "-c", str(settings), "printics", str(target)], capture_output=True, text=True,
        env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "R1" in done.stdout, done.stderr
    assert done.stdout.count("超时") >= 1


def test_a_calendar_is_an_ics_and_a_week_may_be_a_page(cli: Cli, tmp_path: Path) -> None:
    assert cli.run("export", "calendar", "-o", str(tmp_path / "c.xlsx")).code == 2
    assert cli.run("export", "demands", "-o", str(tmp_path / "d.html")).code == 2


def test_a_csv_names_what_it_has_no_room_for(cli: Cli, tmp_path: Path) -> None:
    cli.demand()
    assert "派单明细" in cli("export", "demands", "-o", str(tmp_path / "d.csv")).err
    assert cli("export", "demands", "-o", str(tmp_path / "d.xlsx")).err == ""
