"""Attachments: kept once beside the ledger, listed, named to the handler, and covered by whatever covers the ledger."""

import os
import resource
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from demandctl.context import Context
from demandctl.desk.card import card
from demandctl.desk.lists import Line
from demandctl.language.subject import Subject
from demandctl.queries.reader import reading
from demandctl.store.attachments import LARGEST, folder
from tests.support.cli import Cli
from tests.support.killing import ran

PHOTO = b"\xff\xd8\xff" + b"oil on the boom" * 50


@pytest.fixture
def photo(cli: Cli) -> Path:
    """A photo of what is broken, beside a demand and its visit."""
    cli.demand()
    cli("revisit add K1 --kind after-sale --at 3天后 --demand 1")
    path = cli.folder / "漏油.jpg"
    path.write_bytes(PHOTO)
    return path


def contents(cli: Cli) -> list[Path]:
    place = folder(cli.db)
    return sorted(place.iterdir()) if place.is_dir() else []


def test_a_file_is_listed_where_it_belongs_and_named_to_the_handler(cli: Cli, photo: Path) -> None:
    [listed] = cli("attach", "1", str(photo), "--note", "油缸根部", "--json").json
    assert {name: listed[name] for name in ("of", "name", "media_type", "size", "note")} == {
        "of": "D1", "name": "漏油.jpg", "media_type": "image/jpeg", "size": len(PHOTO), "note": "油缸根部",
    }  # fmt: skip
    assert "漏油.jpg" in cli("show 1").out
    assert cli("show 1 --json").json["attachments"] == [listed]
    assert "附件：漏油.jpg" in cli("assign 1 李铁柱").out
    assert [d["number"] for d in cli("search 油缸根部 --json").json] == [1]


def test_a_customer_and_a_visit_have_theirs(cli: Cli, photo: Path) -> None:
    cli("attach", "K1", str(photo))
    cli("attach", "R1", str(photo))
    assert [a["of"] for a in cli("attach list --json").json] == ["R1", "K00001"]
    assert "漏油.jpg" in cli("customer show K1").out
    assert "漏油.jpg" in cli("revisit show 1").out
    assert len(contents(cli)) == 1


@pytest.mark.parametrize(
    "call", [("follow-up", "1", "现场看过"), ("revisit", "record", "1", "--satisfaction", "fair")], ids=lambda c: c[0]
)
def test_what_is_recorded_may_bring_its_files(cli: Cli, photo: Path, call: tuple[str, ...]) -> None:
    second = cli.folder / "a,b.pdf"
    second.write_bytes(b"%PDF")
    cli(*call, "--attach", str(photo), "--attach", str(second))
    assert [a["name"] for a in cli("attach list --json").json] == ["a,b.pdf", "漏油.jpg"]


def test_intake_takes_files_and_a_try_keeps_none(cli: Cli, photo: Path) -> None:
    words = ("intake", "漏油", "--customer", "张三", "--kind", "service", "--channel", "direct", "--attach", str(photo))
    cli(*words, "--dry-run")
    assert contents(cli) == []
    assert cli(*words, "--json").json["attachments"][0]["of"] == "D2"


def test_the_same_file_again_is_no_second_attachment(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    steps = len(cli("log --json").json)
    assert "早已附上" in cli("attach", "1", str(photo), str(photo)).out
    assert len(cli("attach list 1 --json").json) == 1
    assert len(cli("log --json").json) == steps


def test_it_is_taken_out_whole_and_never_over_another_file(
    cli: Cli, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("attach", "1", str(photo))
    out = cli.folder / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    cli("attach save 1")
    assert (out / "漏油.jpg").read_bytes() == PHOTO
    assert stat.S_IMODE((out / "漏油.jpg").stat().st_mode) == 0o600
    photo.write_bytes(b"mine")
    refused = cli.run("attach", "save", "1", "-o", str(cli.folder))
    assert (refused.code, photo.read_bytes()) == (1, b"mine")
    cli("attach", "save", "1", "-o", str(photo), "--force")
    assert photo.read_bytes() == PHOTO


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("=cmd|calc.xlsx", "=cmd_calc.xlsx"),
        ("a\x1b[2Jb.jpg", "a[2Jb.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", ""),
        ("CON.txt", "_CON.txt"),
        (".bashrc", "bashrc"),
        ("两\n行.pdf", "两 行.pdf"),
        ("长" * 80 + ".jpeg", "长" * 75 + ".jpeg"),
        (b"\xff\xfe.jpg", "__.jpg"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_dangerous_name_does_no_harm(cli: Cli, name: str | bytes, kept: str) -> None:
    cli.demand()
    path = Path(os.fsdecode(os.path.join(os.fsencode(cli.folder), os.fsencode(name))))
    if kept:
        path.write_bytes(PHOTO)
        assert cli("attach", "1", str(path), "--json").json[0]["name"] == kept
        cli("attach", "save", "1", "-o", str(cli.folder / "plain"))
        assert "\x1b" not in cli("show 1").out
    else:
        assert cli.run("attach", "1", str(path)).code == 1


def test_what_is_no_file_is_empty_or_too_large_is_refused_and_leaves_nothing(cli: Cli, photo: Path) -> None:
    empty, large, pipe = (cli.folder / name for name in ("empty.jpg", "large.mp4", "pipe"))
    empty.touch()
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    os.mkfifo(pipe)
    for path, code in ((empty, 1), (large, 1), (pipe, 1), (cli.folder, 1), (cli.folder / "no.jpg", 3)):
        assert cli.run("attach", "1", str(photo), str(path)).code == code
    assert cli.run("attach", "99", str(photo)).code == 3
    assert cli.run("attach", "K9", str(photo)).code == 3
    assert cli("attach list --json").json == []
    assert contents(cli) == []
    assert cli("doctor --json").json["ok"]
    with large.open("wb") as file:
        file.truncate(LARGEST)
    assert cli("attach", "1", str(large), "--json").json[0]["size"] == LARGEST


def test_undo_takes_an_attachment_off_and_gives_one_back_with_its_content(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    cli("attach remove 1 --yes")
    assert cli("attach list --json").json == []
    cli("undo")
    cli("attach", "save", "1", "-o", str(cli.folder / "again.jpg"))
    assert (cli.folder / "again.jpg").read_bytes() == PHOTO
    cli("undo")
    assert cli("attach list --json").json == []
    assert cli("doctor --json").json["ok"]


def test_a_backup_has_the_contents_and_a_restore_brings_them(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    own, elsewhere = Path(cli("backup --json").json["path"]), cli.folder / "stick" / "copy.db"
    elsewhere.parent.mkdir()
    cli("backup", str(elsewhere))
    assert own.parent.joinpath("ledger.attachments").is_dir()
    [content] = contents(cli)
    assert os.path.samefile(content, folder(own) / content.name)
    cli("attach remove 1 --yes")
    for copy in (own, elsewhere):
        content.unlink(missing_ok=True)
        assert cli("restore", str(copy), "--yes", "--json").json["missing_attachments"] == 0
        cli("attach", "save", "1", "-o", str(cli.folder / copy.name))
        assert (cli.folder / copy.name).read_bytes() == PHOTO
    assert cli("doctor --json").json["ok"]


def test_a_backup_without_its_folder_says_that_contents_are_missing(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    copy = Path(cli("backup --json").json["path"])
    (folder(copy) / contents(cli)[0].name).unlink()
    contents(cli)[0].unlink()
    assert "1 个附件的内容不在" in cli("restore", str(copy), "--yes").err


def test_contents_go_with_the_last_backup_that_names_them(
    cli: Cli, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demandctl.store.attachments._SETTLED", -1.0)
    cli.config.write_text('[backup]\nkeep = 2\n[specialist]\nname = "李敏"\n')
    cli("attach", "1", str(photo))
    copies = [Path(cli("backup --json").json["path"])]
    cli("undo")
    with closing(sqlite3.connect(cli.db)) as ledger:
        ledger.execute("DELETE FROM change WHERE table_name = 'attachment'")
        ledger.commit()
    there = folder(copies[0])
    for minute, left in ((1, 1), (2, 0)):
        cli.at(f"2026-11-20T09:0{minute}:00")
        cli("backup")
        assert len(list(there.iterdir())) == left
    assert len(contents(cli)) == 1  # the ledger's own is not the backups'


def test_doctor_finds_what_is_lost_damaged_or_nobodys(cli: Cli, photo: Path) -> None:
    other = cli.folder / "合同.pdf"
    other.write_bytes(b"%PDF-1.7")
    cli("attach", "1", str(photo), str(other))
    (folder(cli.db) / ("0" * 64)).write_bytes(b"?")
    jpg, pdf = sorted((p for p in contents(cli) if p.name != "0" * 64), key=lambda p: -p.stat().st_size)
    jpg.unlink()
    pdf.write_bytes(b"%PDF-9.9")
    answer = cli.run("doctor --json")
    found = [f for f in answer.json["findings"] if f["check"] == "attachments"]
    assert [(f["level"], f["items"][0][-1]) for f in found] == [("problem", "1"), ("problem", "2"), ("notice", "0")]
    assert cli.run("attach save 2 -o x").code == 4
    cli("attach remove 1 --yes")
    cli("attach", "1", str(photo))
    assert (jpg.read_bytes(), cli.run("attach save 3 -o y").code) == (PHOTO, 0)
    for left in (cli.folder.parent / "x", Path("y")):
        left.unlink(missing_ok=True)


def test_who_is_erased_leaves_no_file_and_others_keep_theirs(cli: Cli, photo: Path) -> None:
    cli.demand(customer="长沙小李", kind="inquiry")
    alone = cli.folder / "身份证.jpg"
    alone.write_bytes(b"only his")
    cli("attach", "1", str(photo), str(alone))
    cli("attach", "K1", str(alone))
    cli("attach", "2", str(photo))
    copy = Path(cli("backup --json").json["path"])
    cli("attach remove 3 --yes")
    erased = cli("customer", "erase", "K1", "--yes", "--json").json
    assert [a["of"] for a in cli("attach list --json").json] == ["D2"]
    assert [path.read_bytes() for path in contents(cli)] == [PHOTO]
    assert str(folder(copy) / contents(cli)[0].name) in erased["held_in"]
    assert "身份证" not in cli("log --changes --json").out
    assert b"\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81" not in cli.db.read_bytes()
    assert cli("doctor --json").json["ok"]


def test_he_gets_all_that_is_stored_of_him_his_files_too(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    cli("attach", "R1", str(photo))
    cli("customer", "export", "K1", "-o", str(cli.folder / "his.txt"))
    assert "漏油.jpg" in (cli.folder / "his.txt").read_text()
    given = sorted((cli.folder / "his-附件").iterdir())
    assert [(path.name, path.read_bytes()) for path in given] == [("1-漏油.jpg", PHOTO), ("2-漏油.jpg", PHOTO)]
    assert [a["of"] for a in cli("customer export K1 --json").json["attachments"]] == ["D1", "R1"]


def test_two_who_are_one_have_all_that_was_attached(cli: Cli, photo: Path) -> None:
    cli.demand(customer="长沙小李", kind="inquiry")
    cli("attach", "K2", str(photo))
    cli("customer merge K1 K2 --yes")
    assert [a["name"] for a in cli("customer show K1 --json").json["attachments"]] == ["漏油.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files")
def test_a_full_disk_is_said_and_nothing_is_lost(cli: Cli, photo: Path) -> None:
    cli("attach", "1", str(photo))
    large = cli.folder / "large.jpg"
    large.write_bytes(os.urandom(200_000))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    cli("due")  # what the ledger's log holds is in the file
    assert ran(["follow-up", "1", "看过", "--attach", str(large)], full) == 4
    assert [p.read_bytes() for p in contents(cli)] == [PHOTO]
    assert cli("show 1 --json").json["follow_ups"] == []
    assert ran(["follow-up", "1", "看过", "--attach", str(large)]) == 0
    assert cli("doctor --json").json["ok"]


def test_the_card_of_the_desk_names_what_is_attached_and_done(cli: Cli, photo: Path) -> None:
    for of in ("1", "K1", "R1"):
        cli("attach", of, str(photo))
    cli("service 1 charged --amount 800")
    with reading(Context(cli.db)) as reader:
        for subject in (Subject.demand(1), Subject.customer(1), Subject.revisit(1)):
            said = [paragraph.text for paragraph in card(reader, Line(subject, (), subject=subject)).said]
            assert any("漏油.jpg" in text for text in said), subject
            assert ("收费合计 800 元" in said) is (subject == Subject.demand(1))
