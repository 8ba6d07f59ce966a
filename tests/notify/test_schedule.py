"""``notify schedule``: what the system's own way of running things is told, and that it then works."""

import os
import plistlib
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.cli import Cli
from tests.support.office import configure, repair, wecom
from tests.support.robots import KEY, Robots

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shell scripts play the systems' programs")

PLAYED = {
    "crontab": """
case "$1" in
-l) [ -f {home}/tab ] || {{ echo "no crontab for me" >&2; exit 1; }}; exec /bin/cat {home}/tab ;;
-) exec /bin/cat > {home}/tab ;;
esac""",
    "systemctl": """
[ "$2" != show-environment ] || [ ! -f {home}/no-systemd ] || exit 1
echo "$*" >> {home}/called""",
    "launchctl": """
echo "$*" >> {home}/called""",
    "schtasks": """
task={home}/$3.xml
case "$1" in
/Create) exec /bin/cp "$5" "$task" ;;
/Query) [ -f "$task" ] || {{ echo "ERROR: The system cannot find the file specified." >&2; exit 1; }}
  exec /usr/bin/iconv -f UTF-16 -t UTF-8 "$task" ;;
/Delete) exec /bin/rm "$task" ;;
esac""",
}
"""The systems' programs, which keep what they are told."""

OTHERS = "MAILTO=me\n# a line of somebody's\n0 5 * * * echo 100\\% of it\n"


class System:
    """A machine that has some of those programs, and a home with blanks and signs in its name."""

    def __init__(self, cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cli, self.home = cli, home
        home.mkdir()
        (home / "bin").mkdir()
        for name in ("HOME", "USERPROFILE"):
            monkeypatch.setenv(name, str(home))
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PATH", str(home / "bin"))

    def has(self, *programs: str) -> "System":
        """Put programs on the path."""
        for name in programs:
            file = self.home / "bin" / name
            file.write_text("#!/bin/sh" + PLAYED[name].format(home=shlex.quote(str(self.home))), encoding="utf-8")
            file.chmod(0o755)
        return self

    @property
    def tab(self) -> str:
        """The crontab."""
        return (self.home / "tab").read_text(encoding="utf-8")

    @property
    def called(self) -> list[str]:
        """How systemctl or launchctl was called."""
        file = self.home / "called"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def units(self, kind: str) -> dict[str, str]:
        """The files of systemd of one kind by name."""
        folder = self.home / ".config" / "systemd" / "user"
        return {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob(f"*.{kind}"))}

    def agents(self) -> dict[str, dict[str, object]]:
        """The property lists by name."""
        folder = self.home / "Library" / "LaunchAgents"
        return {file.stem: plistlib.loads(file.read_bytes()) for file in sorted(folder.glob("*.plist"))}


@pytest.fixture
def system(office: Cli, robots: Robots, monkeypatch: pytest.MonkeyPatch) -> System:
    """An office in a folder whose name a shell, cron and systemd would each like to read as something else."""
    home = office.folder / '李敏\'s 台账 50% $HOME "x"'
    made = System(office, home, monkeypatch)
    for old in (office.db, office.config):
        old.rename(home / old.name)
    office.db, office.config = home / office.db.name, home / office.config.name
    monkeypatch.setenv("DEMANDCTL_DB", str(office.db))
    monkeypatch.setenv("DEMANDCTL_CONFIG", str(office.config))
    repair(office)
    office.at("2026-11-20T10:10:00")
    return made


def alone(command: list[str], home: Path) -> None:
    """Run a command as a system does: with hardly any environment."""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "DEMANDCTL_NOW": "2026-11-20T10:10:00+08:00"}
    subprocess.run(command, check=True, env=environment, cwd="/", capture_output=True)


def unquoted(line: str) -> list[str]:
    """A line of ``ExecStart`` as systemd reads it."""
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)]


# -- each system's way -----------------------------------------------------------------------------------------------


def test_cron_runs_what_was_written_for_it(system: System, robots: Robots) -> None:
    system.has("crontab")
    (system.home / "tab").write_text(OTHERS, encoding="utf-8")
    told = system.cli("notify", "schedule", "--install", "--every", "5m", "--yes")
    first, second = (line for line in system.tab.splitlines() if "demandctl.config" not in line and "--db" in line)
    assert first.startswith("*/5 * * * * ")
    assert second.startswith("0 * * * * ")
    assert first in told.out  # what is written was shown
    for line in (first, second):
        assert not re.search(r"(?<!\\)%", line)
        alone(["/bin/sh", "-c", line.split(None, 5)[5].replace("\\%", "%")], system.home)
    assert len(robots.accepted) == 1
    log = system.home / ".local" / "state" / "demandctl" / "log" / "notify.log"
    assert "需求群：发出 2 条提醒" in log.read_text(encoding="utf-8")
    assert len(list((system.home / "backups").iterdir())) == 1


def test_systemd_runs_what_was_written_for_it(system: System, robots: Robots) -> None:
    system.has("systemctl", "crontab")
    system.cli("notify", "schedule", "--install", "--yes")
    assert "OnCalendar=*:0/10" in system.units("timer")["demandctl-notify"]
    assert "OnCalendar=0/1:00" in system.units("timer")["demandctl-backup"]
    assert all("Persistent=true" in timer for timer in system.units("timer").values())
    for service in system.units("service").values():
        (line,) = re.findall(r"(?m)^ExecStart=(.*)$", service)
        alone(unquoted(line), system.home)
    assert len(robots.accepted) == 1
    assert len(list((system.home / "backups").iterdir())) == 1
    called = [call for call in system.called if not call.endswith("show-environment")]
    assert called == [
        "--user daemon-reload",
        "--user enable demandctl-notify.timer demandctl-backup.timer",
        "--user restart demandctl-notify.timer demandctl-backup.timer",
    ]


def test_launchd_runs_what_was_written_for_it(system: System, robots: Robots) -> None:
    system.has("launchctl", "crontab")
    system.cli("notify", "schedule", "--install", "--every", "1h", "--yes")
    agents = system.agents()
    assert [agent["StartInterval"] for agent in agents.values()] == [3600, 3600]
    for agent in agents.values():
        assert Path(str(agent["StandardOutPath"])).parent.is_dir()
        alone(agent["ProgramArguments"], system.home)  # type: ignore[arg-type]
    assert len(robots.accepted) == 1
    file = system.home / "Library" / "LaunchAgents" / "demandctl-notify.plist"
    assert system.called[:2] == [
        f"bootout gui/{os.getuid()}/demandctl-notify", f"bootstrap gui/{os.getuid()} {file}",
    ]  # fmt: skip


def test_the_task_scheduler_is_told_what_to_run_and_to_catch_up(system: System) -> None:
    system.has("schtasks")
    system.cli("notify", "schedule", "--install", "--every", "15m", "--yes")
    task = (system.home / "demandctl-notify.xml").read_text(encoding="utf-16")
    root = ElementTree.fromstring(task)
    found = {element.tag.partition("}")[2]: element.text for element in root.iter()}
    assert found["Interval"] == "PT15M"
    assert found["StartWhenAvailable"] == "true"
    assert found["DisallowStartIfOnBatteries"] == "false"
    assert found["Command"] == sys.executable
    words = ["-m", "demandctl", "--db", str(system.cli.db), "--config", str(system.cli.config), "due", "--notify"]
    assert found["Arguments"] == subprocess.list2cmdline(words)
    assert (system.home / "demandctl-backup.xml").exists()


# -- installed, shown, removed ---------------------------------------------------------------------------------------

WAYS = ["crontab", "systemctl", "launchctl", "schtasks"]


def state(system: System) -> dict[str, bytes]:
    """All that stands in the home beside the ledger's own files and the list of calls."""
    files = (file for file in system.home.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files if file.name != "called" and "ledger.db" not in file.name}


@pytest.mark.parametrize("way", WAYS)
def test_a_second_time_changes_nothing_and_removing_leaves_what_was_there(system: System, way: str) -> None:
    system.has(way)
    (system.home / "tab").write_text(OTHERS, encoding="utf-8")
    before = state(system)
    assert system.cli("notify", "schedule", "--json").json["installed"] is False
    assert system.cli("notify", "schedule", "--install", "--yes", "--json").json["installed"] is True
    once = state(system)
    shown = system.cli("notify", "schedule", "--show", "--json").json
    system.cli("notify", "schedule", "--install", "--yes")
    assert state(system) == once
    assert shown["installed"] is True
    assert shown["kind"] in (way, way.removesuffix("ctl") + "d")
    assert shown["files"] == system.cli("notify", "schedule", "--json").json["files"]
    system.cli("notify", "schedule", "--install", "--every", "30m", "--yes")
    assert state(system) != once
    assert system.cli("notify", "schedule", "--remove", "--yes", "--json").json["removed"] == [shown["kind"]]
    left = state(system)
    secrets = str(system.cli.config.with_name("secrets.env"))
    assert {name: left[name] for name in left if name != secrets} == before
    assert "没有装过" in system.cli("notify", "schedule", "--remove").out


def test_without_a_systemd_of_the_users_own_cron_is_taken(system: System) -> None:
    system.has("crontab", "systemctl")
    (system.home / "no-systemd").touch()
    assert system.cli("notify", "schedule", "--json").json["kind"] == "crontab"


def test_where_there_is_none_it_says_so(system: System) -> None:
    answer = system.cli.run("notify", "schedule", "--install", "--yes")
    assert (answer.code, "due --notify" in answer.err) == (1, True)


def test_another_way_that_was_taken_before_is_left(system: System) -> None:
    system.has("crontab").cli("notify", "schedule", "--install", "--yes")
    system.has("systemctl").cli("notify", "schedule", "--install", "--yes")
    assert "--db" not in system.tab
    assert system.units("timer")


def test_nothing_is_written_before_a_yes(system: System) -> None:
    system.has("crontab")
    answer = system.cli.run("notify", "schedule", "--install")
    assert (answer.code, "--yes" in answer.err) == (2, True)
    assert "*/10 * * * *" in answer.out
    assert not (system.home / "tab").exists()
    assert not system.cli.config.with_name("secrets.env").exists()


@pytest.mark.parametrize("every", ["7m", "0m", "90m", "5h", "1d", "x", "10s"])
def test_what_no_clock_divides_by_is_refused(system: System, every: str) -> None:
    answer = system.has("crontab").cli.run("notify", "schedule", "--install", "--every", every, "--yes")
    assert (answer.code, "可以是 1m、2m" in answer.err) == (2, True)


def test_the_systems_refusal_is_told(system: System) -> None:
    system.has("crontab")
    (system.home / "bin" / "crontab").write_text("#!/bin/sh\necho 'not allowed to use this program' >&2; exit 1\n")
    answer = system.cli.run("notify", "schedule", "--install", "--yes")
    assert (answer.code, "not allowed to use this program" in answer.err) == (1, True)


# -- the surroundings ------------------------------------------------------------------------------------------------


def test_keys_of_the_environment_are_kept_where_a_scheduled_run_finds_them(
    system: System, robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = system.cli.config.with_name("secrets.env")
    secrets.write_text("# mine\nexport OTHER='a b'\n", encoding="utf-8")
    secrets.chmod(0o600)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pass word@proxy:3128")
    told = system.has("crontab").cli("notify", "schedule", "--install", "--yes")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert secrets.read_text(encoding="utf-8") == (
        f"# mine\nexport OTHER='a b'\nTEST_KEY={KEY}\nHTTPS_PROXY='http://me:pass word@proxy:3128'\n"
    )
    assert "TEST_KEY" in told.out
    assert KEY not in told.out + told.err
    assert "pass word" not in told.out + told.err
    monkeypatch.delenv("TEST_KEY")
    assert system.cli("due", "--notify", "--json").json["channels"][0]["sent"] == 2
    secrets.chmod(0o644)
    answer = system.cli.run("notify", "test")
    assert "chmod 600" in answer.out


def test_what_would_not_work_unattended_is_told(
    system: System, robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY")
    configure(system.cli, wecom(robots), {"name": "本地", "type": "command", "command": ["notify-send"]})
    told = system.has("crontab").cli("notify", "schedule", "--install", "--yes").err
    assert "渠道“需求群”会发不出：环境变量 TEST_KEY 没有设置" in told
    assert "定时任务里找不到 notify-send" in told


def test_how_it_went_is_shown(system: System, robots: Robots) -> None:
    system.has("crontab")
    assert "还没有过" in system.cli("notify", "schedule").out
    system.cli("due", "--notify")
    assert system.cli("notify", "schedule", "--json").json["succeeded"] == "2026-11-20T10:10:00+08:00"


# -- each of the jobs ------------------------------------------------------------------------------------------------


def test_a_day_has_one_backup_of_its_own_at_whatever_hour_the_machine_is_on(cli: Cli) -> None:
    def made() -> list[str]:
        return [copy["reason"] for copy in cli("backup", "--list", "--json").json if copy["reason"] != "import"]

    for moment in ("2026-11-20T09:00:00", "2026-11-20T10:00:00", "2026-11-23T16:00:00", "2026-11-23T17:00:00"):
        cli.at(moment)("backup", "--daily")
    assert made() == ["daily", "daily"]
    cli.at("2026-11-24T09:00:00")("backup")
    cli("backup", "--daily")
    assert made() == ["manual", "daily", "daily"]


def test_without_a_window_what_is_said_goes_to_a_log(cli: Cli) -> None:
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; sys.argv[1:] = ['backup', '--daily']\n"
        "from demandctl.cli import main; main()"
    )
    environment = os.environ | {"HOME": str(cli.folder)}
    environment.pop("XDG_STATE_HOME", None)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    (log,) = cli.folder.rglob("demandctl.log")
    assert "已备份到" in log.read_text(encoding="utf-8")
