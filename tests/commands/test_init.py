"""The first run: what is asked, and what an empty day says."""

import os

from tests.support.cli import EXAMPLES, Cli
from tests.support.terminal import ENTER, Terminal


def test_the_first_run_asks_what_a_first_day_needs_and_enter_passes_over(cli: Cli) -> None:
    os.remove(cli.db)
    cli.config.unlink(missing_ok=True)
    term = Terminal(cli, "init")
    term.sees("姓名").press("李敏", ENTER).sees("您的电话").press("15200010600", ENTER).sees("公司名").press(ENTER)
    term.sees("通讯录文件").press(str(EXAMPLES / "contacts.csv"), ENTER).sees("新增").sees("以前的需求表").press(ENTER)
    term.sees("Tab").press(ENTER).sees("定时").press(ENTER).sees("config set company.name", "demandctl intake")
    assert term.ends() == 0
    settings = cli("config", "show", "--json").json
    assert (settings["specialist.name"], settings["specialist.phone"]) == ("李敏", "15200010600")
    assert len(cli("contact", "list", "--json").json) > 60


def test_an_empty_day_says_what_to_do_first(cli: Cli) -> None:
    said = cli.run().out
    assert "还没有需求。先做这几件" in said
    assert "demandctl intake" in said
    cli.demand()
    cli("close", "1", "--outcome", "dropped", "--reason", "记错")
    assert "现在没有未结束的需求" in cli.at("2026-11-20T09:00:01").run().out
