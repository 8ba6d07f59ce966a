"""What may go wrong while notices are sent: it stays with its channel, is recorded truly, ends in time, and is told."""

import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import pytest

from demandctl.notify import channels
from demandctl.notify.channel import NoticeChannel
from demandctl.notify.message import Accepted, Letter
from demandctl.notify.standing import RUN_SECONDS
from tests.support.cli import Cli
from tests.support.office import configure, notify, repair, wecom
from tests.support.robots import SAID, Robots

LATE = "2026-11-20T10:10:00"
LOCAL = {"name": "本地", "type": "command", "command": ["true"]}


@dataclass(kw_only=True, eq=False)
class Broken(NoticeChannel):
    """A make that nobody has thought of, whose sender breaks."""

    type: ClassVar[str] = "broken"

    @property
    def where(self) -> str:
        """Nowhere."""
        return "nowhere"

    def send(self, letter: Letter) -> Accepted:
        """Break."""
        raise RuntimeError("\ud83d what nobody foresaw")


def rows(cli: Cli) -> list[tuple[str, int, int]]:
    """Channel, accepted, failed of all that is recorded."""
    with closing(sqlite3.connect(cli.db)) as ledger:
        return ledger.execute("SELECT channel, accepted, failed FROM notification ORDER BY id").fetchall()


# -- one channel's failure -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", list(SAID))
def test_what_was_accepted_is_recorded_whatever_the_answer_holds(
    office: Cli,
    robots: Robots,
    said: str,
) -> None:
    configure(office, wecom(robots), LOCAL)
    repair(office)
    robots.faults.append(said)
    first = notify(office.at(LATE))
    assert (first["需求群"]["sent"], first["本地"]["sent"]) == (2, 2)
    again = notify(office)
    assert (again["需求群"]["sent"], again["本地"]["sent"]) == (0, 0)
    assert len(robots.accepted) == 1
    assert "\x1b" not in office("notify", "log").out


def test_any_exception_of_a_sender_is_its_channels_failure(
    office: Cli,
    robots: Robots,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(channels.MAKES, "broken", Broken)
    configure(office, {"name": "坏的", "type": "broken"}, wecom(robots), LOCAL)
    repair(office)
    answer = office.at(LATE).run("due", "--notify")
    assert answer.code == 5
    assert "渠道“坏的”：没有料到的错误（RuntimeError）" in answer.err
    assert len(robots.accepted) == 1
    assert rows(office) == [("坏的", 0, 1), ("需求群", 1, 0), ("需求群", 1, 0), ("本地", 1, 0), ("本地", 1, 0)]
    tried = office.run("notify", "test", "--json").json
    assert [result["accepted"] for result in tried] == [False, True, True]


@pytest.mark.parametrize("code", ["list-code", "false-code", "text-code"])
def test_a_code_of_an_odd_kind_is_no_success_and_no_crash(
    office: Cli,
    robots: Robots,
    code: str,
) -> None:
    repair(office)
    robots.faults.append(code)
    answer = office.at(LATE).run("due", "--notify")
    assert answer.code == 5
    assert "errcode 缺失" in answer.err


@pytest.mark.parametrize(
    "address", ["x@", "@example.com", "a@b@c", "李 <a@example.com>", "a@-x.com", "a b@example.com"]
)
def test_an_address_that_is_none_is_refused_when_it_is_set(office: Cli, address: str) -> None:
    mail = {"name": "邮件", "type": "mail", "host": "127.0.0.1", "from": "a@example.com", "to": [address]}
    configure(office, mail)
    answer = office.run("due", "--notify")
    assert answer.code == 2
    assert "notify.channels[1]（邮件）.to：" in answer.err


# -- what cannot be recorded -----------------------------------------------------------------------------------------


def test_what_is_about_to_be_sent_is_on_record_before_it_goes(
    office: Cli,
    robots: Robots,
) -> None:
    repair(office)
    robots.faults.append("hold")
    office.at(LATE)
    with subprocess.Popen([sys.executable, "-m", "demandctl", "due", "--notify"], stdout=subprocess.DEVNULL) as run:
        assert robots.arrived.wait(20)
        before = rows(office)
        robots.go_on.set()
        assert run.wait(20) == 0
    assert before == [("需求群", 0, 0), ("需求群", 0, 0)]
    assert rows(office) == [("需求群", 1, 0), ("需求群", 1, 0)]


def limited(size: int) -> None:
    """No file of this process grows beyond a size: a disk that is nearly full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("room", [0, 16, 40])
def test_what_cannot_be_recorded_is_not_sent(
    office: Cli,
    robots: Robots,
    room: int,
) -> None:
    repair(office)
    office.at(LATE)
    with closing(sqlite3.connect(office.db)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, "-m", "demandctl", "due", "--notify"],
            capture_output=True, encoding="utf-8", preexec_fn=lambda: limited(room * 1024),
        )  # fmt: skip
        assert run.returncode == 4, run.stderr
    assert not robots.accepted
    assert notify(office)["需求群"]["sent"] == 2


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte of its own."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1024k,mode=700", "tmpfs", place], capture_output=True)
    if made.returncode:
        pytest.skip("only root mounts a disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs")
def test_a_disk_that_fills_up_repeats_no_message(
    office: Cli,
    robots: Robots,
    small: Path,
) -> None:
    repair(office)
    with closing(sqlite3.connect(office.db)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    environment = os.environ | {"DEMANDCTL_DB": str(small / "ledger.db"), "DEMANDCTL_NOW": f"{LATE}+08:00"}
    sent = []
    for room in range(40, 68, 4):
        for leftover in small.iterdir():
            leftover.unlink()
        (small / "ledger.db").write_bytes(office.db.read_bytes())
        free = os.statvfs(small)
        (small / "ballast").write_bytes(b"x" * max(free.f_bavail * free.f_frsize - room * 1024, 0))
        robots.accepted.clear()
        for _ in range(2):
            run = subprocess.run(
                [sys.executable, "-m", "demandctl", "due", "--notify"],
                capture_output=True, encoding="utf-8", env=environment,
            )  # fmt: skip
            assert run.returncode in (0, 4), (room, run.stderr)
        sent.append(len(robots.accepted))
    assert set(sent) == {0, 1}  # with room enough it goes out, once


# -- what hangs ------------------------------------------------------------------------------------------------------


@contextmanager
def dripping(greeting: bytes) -> Iterator[int]:
    """A server that says its greeting, and then a byte now and then, for ever."""
    stop = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def drip() -> None:
            peer = server.accept()[0]
            with peer:
                peer.sendall(greeting)
                while not stop.wait(0.05):
                    try:
                        peer.sendall(b"2")
                    except OSError:
                        return

        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join(20)


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"])
def test_a_mail_server_that_drips_is_given_up_and_the_next_channel_gets_its_own(
    office: Cli,
    robots: Robots,
    greeting: bytes,
) -> None:
    with dripping(greeting) as port:
        mail = {"name": "邮件", "type": "mail", "host": "127.0.0.1", "port": port, "tls": "none", "timeout": 0.4}
        configure(office, mail | {"from": "a@example.com", "to": ["b@example.com"]}, wecom(robots))
        repair(office)
        answer = office.at(LATE).run("due", "--notify")
    assert answer.code == 5
    assert "没有在 0.4 秒内收完" in answer.err
    assert len(robots.accepted) == 1


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_key_file_that_is_no_file_hangs_nothing(office: Cli, robots: Robots) -> None:
    pipe = office.folder / "pipe"
    os.mkfifo(pipe, 0o600)
    from_pipe = {name: value for name, value in wecom(robots, "管道").items() if name != "key_env"}
    devices = [from_pipe | {"name": name, "key_file": file} for name, file in (("管道", "pipe"), ("零", "/dev/zero"))]
    configure(office, *devices, wecom(robots))
    repair(office)
    answer = office.at(LATE).run("due", "--notify")
    assert answer.code == 5
    assert answer.err.count("不是普通文件") == 2
    assert len(robots.accepted) == 1


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    office: Cli,
    robots: Robots,
) -> None:
    number = office.folder / "number"
    hangs = ["sh", "-c", f"sleep 600 & echo $! > {number}; wait"]
    configure(office, {"name": "本地", "type": "command", "command": hangs, "timeout": 1}, wecom(robots))
    repair(office)
    assert office.at(LATE).run("due", "--notify").code == 5
    assert len(robots.accepted) == 1
    started = int(number.read_text())
    for _ in range(200):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(started)], capture_output=True, encoding="utf-8").stdout
        if not state.strip() or state.startswith("Z"):
            break
        time.sleep(0.05)
    else:
        pytest.fail("it still runs")


@contextmanager
def held(cli: Cli, since: float) -> Iterator[int]:
    """The lock in the hands of another process."""
    lock = cli.db.with_name(f"{cli.db.name}.notify.lock")
    lock.write_text(json.dumps({"held_since": since, "process": 4711}))
    holding = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        yield other.pid
        other.communicate(b"\n")


@pytest.mark.skipif(os.name != "posix", reason="flock")
def test_a_lock_held_for_longer_than_a_run_may_take_is_a_failure(
    office: Cli,
    robots: Robots,
) -> None:
    repair(office)
    office.at(LATE)
    with held(office, time.time() - RUN_SECONDS / 2):
        answer = office.run("due", "--notify")
        assert (answer.code, "正在进行" in answer.err) == (0, True)
    with held(office, time.time() - RUN_SECONDS - 3600):
        answer = office.run("due", "--notify")
        assert (answer.code, "占用了 70 分钟（进程 4711）" in answer.err) == (5, True)
    assert notify(office)["需求群"]["sent"] == 2


# -- who is told -----------------------------------------------------------------------------------------------------


def findings(cli: Cli) -> list[dict[str, Any]]:
    """What ``doctor`` says of notices."""
    return [found for found in cli.run("doctor", "--json").json["findings"] if found["check"] == "notify"]


def test_notices_that_fail_for_a_day_are_told_by_doctor_and_the_days_list(
    office: Cli,
    robots: Robots,
) -> None:
    assert findings(office)[0]["level"] == "notice"  # configured and never sent
    repair(office)
    notify(office.at(LATE))
    assert not findings(office)
    configure(office, wecom(robots, key_env="NO_SUCH_KEY"))
    office.at("2026-11-20T15:00:00").run("due", "--notify")
    assert office("--json").json["notify_trouble"] is None
    office.at("2026-11-23T10:20:00").run("due", "--notify")
    (missing, late) = findings(office)
    assert (missing["level"], late["level"]) == ("notice", "problem")
    assert "NO_SUCH_KEY" in late["message"]
    assert "提醒 3 天没有发成：渠道“需求群”：环境变量 NO_SUCH_KEY 没有设置" in office().out
    configure(office, wecom(robots))
    notify(office)
    assert not findings(office)
    assert "没有发成" not in office().out


def test_a_schedule_that_runs_no_more_is_told_too(office: Cli) -> None:
    notify(office)
    office.at("2026-11-24T09:00:00")
    assert "提醒 4 天没有发成，也没有再运行过" in office().out
    configure(office)  # who wants no notices is not told
    assert "没有发成" not in office().out


def test_wrong_settings_are_a_finding_of_doctor(office: Cli, robots: Robots) -> None:
    configure(office, wecom(robots), lead="5x")
    (found,) = findings(office)
    assert found["level"] == "problem"
    assert "notify.lead" in found["message"]


# -- the way out -----------------------------------------------------------------------------------------------------


def test_a_socks_proxy_is_named_with_the_ways_out(
    office: Cli,
    robots: Robots,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    repair(office)
    answer = office.at(LATE).run("due", "--notify")
    assert answer.code == 5
    assert "环境变量 ALL_PROXY 里的代理是 socks5" in answer.err
    assert "demandctl[socks]" in answer.err
    assert "NO_PROXY 里写上 127.0.0.1" in answer.err
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert notify(office)["需求群"]["sent"] == 2
