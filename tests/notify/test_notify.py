"""``due --notify``: what is told, to whom, when, and that nothing is lost, told twice or given away."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from demandctl.cli import app
from tests.support.cli import Cli
from tests.support.office import configure, keys, notify, repair, wecom
from tests.support.robots import KEY, SECRET, Robots

KEY_FORM = "693a91f6-7d2e-4bc4-97a0-0ec2f1fa5aaa"
"""What a real key looks like."""


# -- levels --------------------------------------------------------------------------------------------------------


def test_each_level_is_told_once_however_often_cron_runs(office: Cli, robots: Robots) -> None:
    repair(office)  # 09:00; the first response is due at 09:15, the first feedback at 10:00
    told = []
    for clock in ("09:00", "09:10", "09:15", "09:20", "09:20", "09:40", "10:10", "11:00", "14:20", "14:30", "14:50"):
        told.append(keys(notify(office.at(f"2026-11-20T{clock}:00"))["需求群"]))
    assert told == [
        {("respond", "soon")}, set(), set(), {("respond", "overdue")}, set(), {("first-feedback", "soon")},
        {("first-feedback", "overdue")}, set(), set(), set(), {("respond", "escalated")},
    ]  # fmt: skip
    assert len(robots.accepted) == 5


def test_only_the_highest_level_is_told(office: Cli) -> None:
    repair(office)
    sent = notify(office.at("2026-11-24T17:00:00"))["需求群"]["items"]
    assert {item["level"] for item in sent if item["rule"] == "first-feedback"} == {3}
    assert len(sent) == len({item["id"] for item in sent})


def test_a_moved_deadline_is_told_again_and_an_unchanged_one_is_not(office: Cli) -> None:
    number = str(repair(office))
    office("follow-up", number, "已联系", "--method", "phone", "--next", "今天11:00")
    assert keys(notify(office.at("2026-11-20T10:45:00"))["需求群"]) == {("promise", "soon")}
    assert keys(notify(office.at("2026-11-20T11:10:00"))["需求群"]) == {("promise", "overdue")}
    office("follow-up", number, "客户改到下午", "--method", "phone", "--next", "今天15:00")
    assert keys(notify(office.at("2026-11-20T11:20:00"))["需求群"]) == set()
    assert keys(notify(office.at("2026-11-20T14:50:00"))["需求群"]) == {("promise", "soon")}
    assert keys(notify(office.at("2026-11-20T14:55:00"))["需求群"]) == set()


def test_what_waits_and_what_has_not_started_is_not_told(office: Cli) -> None:
    number = str(repair(office))
    office("follow-up", number, "客户月底前没空", "--method", "phone", "--wait-until", "2026-11-30")
    told = notify(office.at("2026-11-26T10:00:00"))["需求群"]["items"]
    assert not [item for item in told if item["demand"]]


def test_each_missed_monday_is_told_anew_and_the_digest_counts_them(office: Cli, robots: Robots) -> None:
    number = str(repair(office))
    office("follow-up", number, "已联系", "--method", "phone")
    told = []
    for day in ("2026-11-23T17:40", "2026-11-24T10:00", "2026-11-30T17:10", "2026-11-30T17:40", "2026-12-01T09:00"):
        told.append(
            [i["asked_for"] for i in notify(office.at(f"{day}:00"))["需求群"]["items"] if i["rule"] == "weekly"]
        )
    assert [len(items) for items in told] == [1, 0, 1, 1, 0]
    assert told[0] == ["2026-11-23T17:30:00+08:00"]
    assert told[3] == ["2026-11-30T17:30:00+08:00"]
    assert "自11月23日 周一 17:30 起超时" in robots.texts[-1]
    assert "连续 2 次没有做" in robots.texts[-1]
    assert "已提醒 2 次" in robots.texts[-1]


def test_what_stays_missed_climbs_to_the_leader_of_its_branch_and_says_since_when(office: Cli, robots: Robots) -> None:
    configure(
        office,
        wecom(robots, "长沙群", branches=["长沙分公司"], levels=["soon", "overdue"]),
        wecom(robots, "长沙领导", branches=["长沙"], levels=["escalated"]),
        wecom(robots, "武汉领导", branches=["武汉分公司"], levels=["escalated"]),
    )
    repair(office)
    first = notify(office.at("2026-11-20T10:10:00"))
    assert keys(first["长沙群"]) == {("respond", "overdue"), ("first-feedback", "overdue")}
    assert not first["长沙领导"]["items"]
    later = notify(office.at("2026-11-23T09:00:00"))
    assert keys(later["长沙群"]) == set()
    assert keys(later["长沙领导"]) == {("respond", "escalated"), ("first-feedback", "escalated")}
    assert not later["武汉领导"]["items"]
    assert "自11月20日 周五 10:00 起超时" in robots.texts[-1]
    assert "升 1 级，已提醒 1 次" in robots.texts[-1]


def test_where_nobody_listens_to_escalations_overdue_is_the_highest_level(office: Cli, robots: Robots) -> None:
    configure(office, wecom(robots, levels=["soon", "overdue"]))
    repair(office)
    assert ("first-feedback", "overdue") in keys(notify(office.at("2026-11-24T17:00:00"))["需求群"])
    assert ("first-feedback", "overdue") not in keys(notify(office.at("2026-11-25T17:00:00"))["需求群"])


def test_other_steps_and_another_lead_hold_from_the_next_run(office: Cli, robots: Robots) -> None:
    repair(office)
    assert keys(notify(office.at("2026-11-20T10:10:00"))["需求群"]) == {
        ("respond", "overdue"), ("first-feedback", "overdue"),
    }  # fmt: skip
    configure(office, wecom(robots), levels=["30m"], lead="6d")
    assert {("first-feedback", "escalated"), ("resolve", "soon")} <= keys(
        notify(office.at("2026-11-20T10:40:00"))["需求群"]
    )


# -- quiet hours -----------------------------------------------------------------------------------------------------


def test_quiet_hours_and_days_off_hold_until_the_office_opens(office: Cli, robots: Robots) -> None:
    number = str(repair(office))
    office("follow-up", number, "已联系", "--method", "phone", "--next", "今天20:10")
    notify(office.at("2026-11-20T19:50:00"))
    for moment in ("20T20:20", "20T23:59", "21T10:00", "22T12:00", "23T07:00", "23T08:00", "23T08:29"):
        held = notify(office.at(f"2026-11-{moment}:00"))["需求群"]
        assert (held["sent"], held["held"], held["held_until"]) == (0, 1, "2026-11-23T08:30:00+08:00")
    assert keys(notify(office.at("2026-11-23T08:30:00"))["需求群"]) == {("promise", "overdue")}


def test_critical_demands_pass_through_the_night(office: Cli) -> None:
    for urgency in ("critical", "normal"):
        number = str(repair(office, urgency=urgency, customer=f"客户{urgency}"))
        office("follow-up", number, "已联系", "--method", "phone", "--next", "今天21:00")
    night = notify(office.at("2026-11-20T23:00:00"))["需求群"]
    assert [(item["demand"], item["result"]) for item in night["items"] if item["rule"] == "promise"] == [
        (1, "sent"), (2, "held"),
    ]  # fmt: skip


def test_the_hours_are_the_users_own(office: Cli, robots: Robots) -> None:
    configure(office, wecom(robots), quiet=["12:00-13:00"])
    number = str(repair(office))
    office("follow-up", number, "已联系", "--method", "phone", "--next", "今天12:20")
    assert notify(office.at("2026-11-20T12:10:00"))["需求群"]["held_until"] == "2026-11-20T13:30:00+08:00"
    assert notify(office.at("2026-11-20T23:10:00"))["需求群"]["sent"] == 1


# -- what leaves -----------------------------------------------------------------------------------------------------


def test_phones_are_masked_and_words_cut_unless_asked_and_then_it_is_logged(office: Cli, robots: Robots) -> None:
    words = "臂架下不来了\n我的电话138-0000-0121或０７３１－８４００００１２\n" + "很急" * 60
    number = str(office.demand(words, phone="13800000121")["number"])
    office("assign", number, "--auto")
    notify(office.at("2026-11-20T10:10:00"))
    text = "".join(robots.texts)
    assert "13800000121" not in text
    assert "0000-0121" not in text
    assert "84000012" not in normalize("NFKC", text)
    assert "****" in text
    assert all("很急" * 40 not in line for line in text.splitlines())
    robots.accepted.clear()
    office("undo")
    office.at("2026-11-20T10:20:00")("assign", number, "--auto")
    notify(office.at("2026-11-20T11:30:00"), "--unmask")
    assert "138-0000-0121" in robots.texts[0]
    assert "很急" * 60 in robots.texts[0]
    assert "不遮" in office("log", "--json").json[-1]["summary"]
    assert "派单" in office("undo").out  # the note of it stands in nobody's way


def test_the_handler_is_mentioned_by_his_phone(office: Cli, robots: Robots) -> None:
    repair(office)
    notify(office.at("2026-11-20T09:50:00"))
    phone = office.open_deadlines(1)["first-feedback"]["owed_by"]["phone"]
    assert phone in robots.accepted[0]["mentioned"]
    assert phone not in robots.texts[0]


def test_without_mentions_it_is_markdown_and_customers_words_are_no_markup(office: Cli, robots: Robots) -> None:
    configure(office, wecom(robots, mention=False))
    office.demand('<font color="warning">[点这里](http://x)</font> **急**', customer="<@all>老周")
    notify(office)
    assert robots.accepted[0]["kind"] == "markdown"
    assert not set("<>[]*") & set(robots.texts[0])


def test_control_characters_are_shown_and_a_name_cannot_break_the_line(office: Cli, robots: Robots) -> None:
    office.demand("臂架\x1b[31m下不来", customer="老\u202e周")
    notify(office)
    assert "\x1b" not in robots.texts[0]
    assert "\u202e" not in robots.texts[0]
    assert len(robots.texts[0].splitlines()) == 4


def test_a_dry_run_shows_and_sends_nothing(office: Cli, robots: Robots) -> None:
    repair(office)
    shown = office.at("2026-11-20T10:10:00")("due", "--notify", "--dry-run").out
    assert "首次反馈" in shown
    assert "需求群" in shown
    assert not robots.requests
    assert not list(office.folder.glob("*.lock"))
    assert notify(office)["需求群"]["sent"] == 2


# -- length ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy_ledger(ledger: Path) -> Path:
    """The same ledger with 24 demands in it that nobody has answered."""
    path = ledger.with_name("busy.db")
    shutil.copy(ledger, path)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()):
        patch.setenv("DEMANDCTL_DB", str(path))
        patch.setenv("DEMANDCTL_CONFIG", str(path.with_name("config.toml")))
        patch.setenv("DEMANDCTL_NOW", "2026-11-20T09:00:00+08:00")
        for number in range(24):
            words = ["intake", f"第{number}件：{'臂架下不来' * 6}", "--customer", f"客户{number:03d}"]
            with pytest.raises(SystemExit, match="0"):
                app().main([*words, "--kind", "service", "--channel", "direct", "--region", "湘潭"])
    return path


@pytest.fixture
def busy(office: Cli, busy_ledger: Path) -> Cli:
    """The office at 09:40: 24 demands with 48 deadlines that are overdue."""
    shutil.copy(busy_ledger, office.db)
    return office.at("2026-11-20T09:40:00")


def told_of(robots: Robots) -> list[str]:
    """The lines about demands in all that was said."""
    return [line for text in robots.texts for line in text.splitlines() if line.startswith("D")]


def test_a_long_digest_is_split_between_lines_and_every_item_is_in_it_once(busy: Cli, robots: Robots) -> None:
    told = notify(busy)["需求群"]
    assert told["messages"] == len(robots.accepted) > 1
    lines = told_of(robots)
    assert len(lines) == told["sent"] == 48  # first response and dispatch of each
    assert len(set(lines)) == 48
    assert all(line.startswith("D") and line.endswith("”") for line in lines)
    assert f"（1/{told['messages']}）" in robots.texts[0]


def test_what_would_take_too_many_messages_goes_as_a_file(busy: Cli, robots: Robots) -> None:
    configure(busy, wecom(robots, file_over=2))
    told = notify(busy)["需求群"]
    assert [message["kind"] for message in robots.accepted] == ["text", "file"]
    lines = told_of(robots)
    assert told["sent"] == len(lines) == len(set(lines)) == 48
    assert not notify(busy)["需求群"]["sent"]


def test_a_robot_that_takes_no_file_gets_messages(busy: Cli, robots: Robots) -> None:
    configure(busy, wecom(robots, file_over=2))
    robots.faults.extend(["", "404"])
    told = notify(busy)["需求群"]
    assert {message["kind"] for message in robots.accepted} == {"text"}
    assert told["sent"] == len(set(told_of(robots))) == len(told_of(robots)) == 48


def test_a_line_longer_than_a_message_is_cut_for_all_to_see(office: Cli, robots: Robots) -> None:
    office.demand("臂架" * 1500)
    answer = office.at("2026-11-20T09:40:00").run("due", "--notify", "--unmask")
    assert answer.code == 0
    assert "太长" in answer.err
    assert any("…（这一行太长" in text for text in robots.texts)


# -- failures --------------------------------------------------------------------------------------------------------

FAULTS = (
    "500",
    "404",
    "redirect",
    "html",
    "list",
    "no-code",
    "text-code",
    "false-code",
    "refuse",
    "drop",
    "half",
    "endless",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_channel_that_fails_keeps_its_items_and_the_others_go_on(office: Cli, robots: Robots, fault: str) -> None:
    configure(office, wecom(robots, "甲群"), {"name": "本地", "type": "command", "command": ["true"]})
    repair(office)
    robots.faults.append(fault)
    answer = office.at("2026-11-20T10:10:00").run("due", "--notify", "--json")
    assert answer.code == 5
    assert "甲群" in answer.err
    assert KEY not in answer.err + answer.out
    assert [(c["sent"], c["failed"]) for c in answer.json["channels"]] == [(0, 2), (2, 0)]
    assert not robots.accepted
    assert [(c["sent"], c["failed"]) for c in office("due", "--notify", "--json").json["channels"]] == [(2, 0), (0, 0)]
    assert len(robots.accepted) == 1


@pytest.mark.parametrize("fault", ["slow", "drip", "drip-head"])
def test_a_slow_answer_is_given_up(office: Cli, robots: Robots, fault: str) -> None:
    configure(office, wecom(robots, timeout=0.3))
    repair(office)
    robots.faults.append(fault)
    answer = office.at("2026-11-20T10:10:00").run("due", "--notify")
    robots.go_on.set()
    assert answer.code == 5
    assert "没有在 0.3 秒内回答" in answer.err


def test_a_failure_in_the_middle_keeps_what_was_accepted(busy: Cli, robots: Robots) -> None:
    robots.faults.extend(["", "", "drop"])
    answer = busy.run("due", "--notify", "--json")
    first = answer.json["channels"][0]
    assert answer.code == 5
    assert first["messages"] == 2
    assert first["sent"] + first["failed"] == 48
    notify(busy)
    lines = told_of(robots)
    assert len({line.split("，")[0] for line in lines}) == len(lines) == 48


def test_one_refused_message_does_not_hold_the_ones_behind_it(busy: Cli, robots: Robots) -> None:
    robots.faults.append("refuse")
    channel = busy.run("due", "--notify", "--json").json["channels"][0]
    assert channel["sent"] > channel["failed"] > 0


def test_a_missing_or_readable_key_fails_its_channel_alone(office: Cli, robots: Robots) -> None:
    key = office.folder / "robot.key"
    key.write_text(KEY + "\n")
    key.chmod(0o644)
    file = {name: value for name, value in wecom(robots, "文件").items() if name != "key_env"} | {
        "key_file": "robot.key"
    }
    configure(office, wecom(robots, "没有", key_env="NO_SUCH_KEY"), file, wecom(robots))
    repair(office)
    answer = office.at("2026-11-20T10:10:00").run("due", "--notify")
    assert answer.code == 5
    assert "NO_SUCH_KEY 没有设置" in answer.err
    assert "chmod 600" in answer.err
    assert len(robots.accepted) == 1
    key.chmod(0o600)
    assert notify_one(office, "文件")["sent"] == 2


def notify_one(cli: Cli, name: str) -> dict[str, Any]:
    """Send on one channel."""
    (channel,) = cli("due", "--notify", "--channel", name, "--json").json["channels"]
    assert channel["name"] == name
    return channel


def test_a_ledger_that_cannot_be_written_is_refused_before_anything_is_sent(
    office: Cli, robots: Robots, monkeypatch: pytest.MonkeyPatch
) -> None:
    repair(office)
    monkeypatch.setattr("demandctl.store.file.BUSY_SECONDS", 0.01)
    other = sqlite3.connect(office.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = office.at("2026-11-20T10:10:00").run("due", "--notify")
    other.close()
    assert answer.code == 4
    assert "占用" in answer.err
    assert not robots.requests


def test_wrong_settings_name_the_field(office: Cli, robots: Robots) -> None:
    good = wecom(robots)
    for wrong, field in (
        ({"type": "weixin"}, "type"),
        ({"url": "http://example.com/send"}, "url"),
        ({"url": f"{robots.wecom}?key={KEY}"}, "url"),
        ({"url": f"{robots.feishu}/{KEY_FORM}"}, "url"),
        ({"key_env": KEY_FORM}, "key_env"),
        ({"key_env": "SEC" + "0a" * 32}, "key_env"),
        ({"key_env": "", "key_file": KEY_FORM}, "key_file"),
        ({"levels": ["late"]}, "levels"),
        ({"branches": "长沙"}, "branches"),
        ({"key": KEY}, "key"),
        ({"key_file": "k"}, "key_env"),
        ({"timeout": "10"}, "timeout"),
        ({"mention": "yes"}, "mention"),
        ({"colour": "red"}, "colour"),
        ({"secret_env": "TEST_SECRET"}, "secret_env"),
        ({"name": ""}, "name"),
        ({"type": "mail", "url": ""}, "url"),
    ):
        configure(office, good | wrong)
        answer = office.run("due", "--notify")
        assert answer.code == 2, wrong
        assert f".{field}：" in answer.err
        assert KEY not in answer.err
        assert KEY_FORM not in answer.err
        assert office.run("due").code == 0
    for notify_, field in (({"lead": "soon"}, "lead"), ({"quiet": ["8-9"]}, "quiet"), ({"levels": ["1x"]}, "levels")):
        configure(office, good, **notify_)
        answer = office.run("due", "--notify")
        assert (answer.code, f"notify.{field}：" in answer.err) == (2, True)
    configure(office, good)
    assert office.run("due", "--notify", "--channel", "别的").code == 3
    assert office.run("due", "--dry-run").code == 2
    assert office.run("due", "--notify", "--mine").code == 2
    configure(office)
    assert office.run("due", "--notify").code == 2


# -- secrets ---------------------------------------------------------------------------------------------------------


def test_no_secret_is_written_anywhere(office: Cli, robots: Robots) -> None:
    signed = {"key_env": "TEST_KEY", "secret_env": "TEST_SECRET", "timeout": 5}
    gone = "http://127.0.0.1:9/cgi-bin/webhook/send"
    out = office.folder / "environment.txt"
    configure(
        office,
        wecom(robots),
        wecom(robots, "没人", url=gone),
        {"name": "钉钉", "type": "dingtalk", "url": robots.dingtalk, **signed},
        {"name": "飞书", "type": "feishu", "url": robots.feishu, **signed},
        {"name": "本地", "type": "command", "command": ["sh", "-c", f"env > {out}"]},
    )
    repair(office)
    said = ""
    for fault in ("refuse", "500", "drop", "half", ""):
        robots.faults.clear()
        robots.faults.extend([fault] * 3)
        answer = office.at("2026-11-20T10:10:00").run("due", "--notify")
        said += answer.out + answer.err
    for words in (
        "notify test",
        "notify log",
        "notify log --json",
        "notify channels",
        "config show",
        "log",
        "due --notify --json",
    ):
        answer = office.run(*words.split())
        said += answer.out + answer.err
    files = b"".join(file.read_bytes() for file in office.folder.iterdir())
    for secret in (KEY, SECRET):
        assert secret not in said
        assert secret.encode() not in files
    assert "PATH=" in out.read_text()
    assert said.count("***") >= 2


# -- several runs ----------------------------------------------------------------------------------------------------


def started(cli: Cli) -> subprocess.Popen[bytes]:
    """``due --notify`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "demandctl", "due", "--notify"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_of_two_runs_at_once_one_sends_and_the_other_says_so(office: Cli, robots: Robots) -> None:
    repair(office)
    office.at("2026-11-20T10:10:00")
    robots.faults.append("hold")
    with started(office) as first:
        assert robots.arrived.wait(20)
        second = office.run("due", "--notify")
        robots.go_on.set()
        assert first.wait(20) == 0
    assert (second.code, "正在进行" in second.err) == (0, True)
    assert len(robots.accepted) == 1
    assert not notify(office)["需求群"]["sent"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_run_that_is_killed_may_repeat_a_message_and_loses_none(busy: Cli, robots: Robots) -> None:
    robots.faults.extend(["", "", "hold"])
    with started(busy) as first:
        assert robots.arrived.wait(20)
        first.send_signal(signal.SIGKILL)
    before = len(robots.accepted)
    robots.go_on.set()
    notify(busy)
    lines = told_of(robots)
    assert before == 2
    assert len({line.split("，")[0] for line in lines}) == 48
    repeated = [line for line in dict.fromkeys(lines, 0) if lines.count(line) > 1]
    assert not set(repeated) & {line for text in robots.texts[:2] for line in text.splitlines()}


def test_with_nothing_to_send_no_http_library_and_no_orm_is_loaded(office: Cli) -> None:
    repair(office)
    notify(office)
    loaded = "\n".join(
        [
            "import sys",
            "from demandctl.cli import app",
            "try: app().main(['due', '--notify'])",
            "except SystemExit as ended: assert not ended.code, ended.code",
            "heavy = {'httpx', 'http.client', 'ssl', 'smtplib', 'asyncio', 'chinese_calendar'}",
            "heavy |= {'sqlmodel', 'sqlalchemy', 'pydantic', 'rich'}",
            "print(sorted(heavy & set(sys.modules)))",
        ]
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines() == ["没有要发的提醒。", "[]"]


# -- notify … --------------------------------------------------------------------------------------------------------


def test_a_test_message_goes_out_and_leaves_no_record(office: Cli, robots: Robots) -> None:
    assert office("notify", "test", "--json").json[0]["accepted"] is True
    assert "测试消息" in robots.texts[0]
    assert office("notify", "log", "--json").json == []
    robots.faults.append("refuse")
    assert office.run("notify", "test").code == 5


def test_the_log_tells_what_was_accepted_and_what_failed(office: Cli, robots: Robots) -> None:
    repair(office)
    robots.faults.append("500")
    office.at("2026-11-20T10:10:00").run("due", "--notify")
    notify(office)
    found = office("notify", "log", "--json").json
    assert [(entry["failed"], entry["answer"]) for entry in found] == [
        (True, "127.0.0.1 回答 HTTP 500"), (False, "ok"), (False, "ok"),
    ]  # fmt: skip
    assert {"channel", "deadline", "demand", "level", "due_at", "at"} <= set(found[0])
    assert "没有发成：" in office("notify", "log").out


def test_the_list_of_channels_says_what_is_missing(office: Cli, robots: Robots) -> None:
    configure(office, wecom(robots, branches=["长沙", "火星"], key_env="NO_SUCH_KEY"))
    answer = office("notify", "channels")
    assert "NO_SUCH_KEY 没有设置" in answer.out
    assert "火星" in answer.err
    assert "长沙" not in answer.err
    assert "branches = []" in answer.err


def test_undo_takes_no_notice_back(office: Cli, robots: Robots) -> None:
    repair(office)
    notify(office.at("2026-11-20T10:10:00"))
    office("undo")
    assert Path(office.db).exists()
    assert len(office("notify", "log", "--json").json) == 2
