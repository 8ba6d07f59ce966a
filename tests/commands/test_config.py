"""The settings: where they are, what they say, and that a wrong one never takes the place of a right one."""

import pytest

from tests.support.cli import Cli


def test_config_path_names_ledger_config_and_rules(cli: Cli) -> None:
    places = cli("config path --json").json
    assert places["ledger"] == str(cli.db)
    assert places["config"] == str(cli.config)


def test_a_setting_is_changed_and_the_comments_stay(cli: Cli) -> None:
    cli("config", "set", "specialist.name", "王芳")
    cli("config", "set", "calendar.closed", '["2026-11-23"]')
    shown = cli("config show --json").json
    assert (shown["specialist.name"], shown["calendar.closed"]) == ("王芳", ["2026-11-23"])
    assert "# 报表抬头" in cli.config.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("calendar.hours", '["17:30-08:30"]'),
        ("calendar.hours", "全天"),
        ("calendar.closed", '["2026-02-30"]'),
        ("timezone", "Asia/Nowhere"),
        ("specialist.name", "true"),
        ("notify.quiet", "99:99"),
        ("notify.quiet", '["99:99-08:00"]'),
        ("notify.quiet", '["00:00-12:00", "12:00-24:00"]'),
        ("notify.lead", "5x"),
        ("notify.lead", "30"),
        ("notify.levels", "4小时"),
        ("notify.levels", '["4小时"]'),
        ("notify.channels", "[]"),
        ("notify.channels", "需求群"),
        ("notify.channels", '[{ name = "群", type = "weixin" }]'),
        ("backup.keep", "20000"),
        ("privacy.retention", "三年"),
    ],
)
def test_a_wrong_setting_is_refused_and_the_file_stays(cli: Cli, name: str, value: str) -> None:
    before = cli.config.read_text(encoding="utf-8")
    answer = cli.run("config", "set", name, value)
    assert answer.code == 2
    assert name in answer.err
    assert cli.config.read_text(encoding="utf-8") == before


def test_the_editor_saves_only_what_is_right(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/客服部/服务部/")
    cli("config edit")
    assert cli("config show --json").json["specialist.department"] == "服务部"
    monkeypatch.setenv("EDITOR", "sed -i s/timezone/time,zone/")
    assert cli.run("config edit").code == 2
    assert cli("config show --json").json["timezone"] == "Asia/Shanghai"


def test_other_hours_move_new_deadlines(cli: Cli) -> None:
    cli("config", "set", "calendar.hours", '["09:00-18:00"]')
    cli.at("2026-11-20T17:45:00")
    number = cli.demand()["number"]
    assert cli.open_deadlines(number)["dispatch"]["due_at"] == "2026-11-20T18:00:00+08:00"


def test_a_phone_of_digits_alone_is_kept_as_text(cli: Cli) -> None:
    cli("config set specialist.phone 13911112222")
    assert cli("config show --json").json["specialist.phone"] == "13911112222"
    cli("config set backup.keep 5")
    assert cli("config show --json").json["backup.keep"] == 5


def test_a_setting_that_nothing_reads_is_refused_with_the_nearest(cli: Cli) -> None:
    before = cli.config.read_bytes()
    answer = cli.run("config set specialist.nam 周敏")
    assert answer.code == 2
    assert "是不是 specialist.name" in answer.err
    assert cli.config.read_bytes() == before


@pytest.mark.parametrize("words", [["sla", "init"], ["config", "edit"]])
def test_what_changes_something_takes_json(cli: Cli, words: list[str]) -> None:
    assert "--json" in cli(*words, "--help").out


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('timezoen = "Asia/Shanghai"', "timezoen：没有这一项，是不是 timezone？"),
        ('[specialits]\nname = "李敏"', "specialits：没有这一项，是不是 specialist？"),
        ('[calendar]\nclose = ["2026-11-23"]', "calendar.close：没有这一项，是不是 closed？"),
        ('[calendar]\nhour = ["09:00-17:00"]', "calendar.hour：没有这一项，是不是 hours？"),
        ('[company]\nnme = "甲"', "company.nme：没有这一项，是不是 name？"),
        ("[specialist]\ncallhours = []", "specialist.callhours：没有这一项，是不是 call_hours？"),
        ('[notify]\nleed = "1h"', "notify.leed：没有这一项，是不是 lead？"),
        ("[backup]\nkeeps = 3", "backup.keeps：没有这一项，是不是 keep？"),
        ('[privacy]\nretain = "3y"', "privacy.retain：没有这一项，是不是 retention？"),
        ('hours = ["09:00-17:00"]', "hours：没有这一项，是不是 calendar.hours？"),
        ('[specialist]\nclosed = ["2026-11-23"]', "specialist.closed：没有这一项，是不是 calendar.closed？"),
        ('calendar = ["2026-11-23"]', "calendar：应是一张表"),
        ("[mars]\na = 1", "mars：没有这一项；有：backup、calendar、company"),
        ("[company]\nxyz = 1", "company.xyz：没有这一项；有：name"),
    ],
)
def test_what_nothing_reads_is_refused_with_the_nearest_in_every_section(cli: Cli, written: str, told: str) -> None:
    cli.config.write_text(written, encoding="utf-8")
    answer = cli.run("due")
    assert answer.code == 2
    assert told in answer.err


def test_a_setting_that_is_wrong_can_be_set_right(cli: Cli) -> None:
    cli.config.write_text('[notify]\nlead = "5x"\n[calendar]\nhours = ["8"]\n', encoding="utf-8")
    assert cli.run("due").code == 2
    assert cli.run("config", "set", "calendar.hours", '["09:00-17:00"]').code == 2  # the other one is still wrong
    cli.config.write_text('[calendar]\nhours = ["8"]\n', encoding="utf-8")
    cli("config", "set", "calendar.hours", '["09:00-17:00"]')
    assert cli("due").code == 0


def test_the_editor_does_not_save_what_no_notice_could_be_sent_by(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cli.config.read_bytes()
    monkeypatch.setenv("EDITOR", "sed -i s/30m/30x/")
    answer = cli.run("config edit")
    assert (answer.code, "notify.lead" in answer.err, str(cli.config) in answer.err) == (2, True, True)
    assert cli.config.read_bytes() == before
