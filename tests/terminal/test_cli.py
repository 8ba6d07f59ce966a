"""The command line as a whole: every command is reachable, says in Chinese what it is, and fails politely."""

from collections.abc import Iterator
from typing import Any

import pytest

from demandctl.cli import TREE, app
from demandctl.terminal.grammar import Group, loaded
from tests.support.cli import Cli


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        yield (*path, name)
        if isinstance(command, Group):
            yield from _commands(command, (*path, name))


COMMANDS = list(_commands(app()))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_chinese_within_80_cells(cli: Cli, path: tuple[str, ...]) -> None:
    from demandctl.language.display import width

    answer = cli(*path, "--help")
    assert answer.out.startswith(f"用法：demandctl {' '.join(path)}")
    assert not [line for line in answer.out.splitlines() if width(line) > 80 and "用法" not in line]
    for english in ("Usage", "Options", "Show this", "required", "default"):
        assert english not in answer.out


@pytest.mark.parametrize("name", TREE)
def test_the_line_in_the_list_of_commands_is_the_functions_own(name: str) -> None:
    entry = TREE[name]
    found = loaded(entry.does) if isinstance(entry.does, str) else None
    if callable(found):
        assert entry.line == (found.__doc__ or "").strip().split("\n")[0]


def test_a_mistyped_command_is_answered_with_the_nearest(cli: Cli) -> None:
    answer = cli.run("asign", "1")
    assert answer.code == 2
    assert "assign" in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("due --nosuch", "--nosuch"),
        ("show", "编号"),
        ("show abc", "不是需求编号"),
        ("due --limit x", "--limit"),
        ("reopen x", "不是需求编号"),
        ("edit 1 2", "多出来的参数"),
        ("due --within", "要跟一个值"),
        ("intake 坏了", "--customer"),
    ],
)
def test_a_wrong_call_is_a_usage_error_in_chinese(cli: Cli, words: str, said: str) -> None:
    answer = cli.run(words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.startswith("错误：")
    assert answer.out == ""


def test_what_is_not_there_is_not_found(cli: Cli) -> None:
    for words in ("show 99", "follow-up 99 好", "revisit show 9", "customer show 没有这人", "contact show 没有这人"):
        assert cli.run(words).code == 3, words


def test_without_a_ledger_the_way_to_make_one_is_named(cli: Cli) -> None:
    cli.db.unlink()
    for words in ("due", "list", "log", "undo"):
        answer = cli.run(words)
        assert answer.code == 3
        assert "demandctl init" in answer.err


def test_what_is_too_much_is_named_as_it_was_typed(cli: Cli) -> None:
    assert cli.run("revisit", "show", "1", "臂架 抖").err.startswith("错误：多出来的参数：臂架 抖\n")


def test_a_number_that_is_none_is_told_in_chinese(cli: Cli) -> None:
    assert "“x”应是整数" in cli.run("list --limit x").err
