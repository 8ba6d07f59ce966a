"""Options of all commands: what each takes is data, and no value that was typed is dropped in silence."""

import re
from typing import Any

import pytest

from demandctl.cli import TREE, app
from demandctl.context import Context
from demandctl.terminal.grammar import Command, Group, Tree, loaded
from demandctl.terminal.takes import PHONE, Parameter
from demandctl.vocabulary import Term
from tests.support.cli import Cli
from tests.terminal.test_bad_input import COMMANDS


def _functions(tree: Tree = TREE, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Command]:
    found: dict[tuple[str, ...], Command] = {}
    for name, entry in tree.items():
        does = loaded(entry.does) if isinstance(entry.does, str) else entry.does
        found |= {(*path, name): Command(name, does)} if callable(does) else _functions(does, (*path, name))
    return found


FUNCTIONS = _functions()
OPTIONS = [(path, parameter) for path, parameters in COMMANDS for parameter in parameters if parameter.flags]
ONCE = [(path, option) for path, option in OPTIONS if option.takes and not option.many]
MANY = [(path, option) for path, option in OPTIONS if option.many]
PAIRS = [(path, option) for path, option in OPTIONS if option.off]


def named(entry: tuple[tuple[str, ...], Parameter]) -> str:
    """How a test calls an option."""
    path, option = entry
    return f"{' '.join(path)} {option.flags[-1]}"


def needed(path: tuple[str, ...]) -> list[str]:
    """Words for the arguments and options that a command cannot be called without."""
    words: list[str] = []
    for parameter in FUNCTIONS[path].known():
        if parameter.required:
            listed = [value for value, _ in parameter.takes.choices({})] if parameter.takes else []
            words += [*parameter.flags[-1:], (listed or ["销售" if parameter.flags else "1"])[0]]
    return words


def two_values(option: Parameter) -> list[str]:
    """Two values of an option."""
    assert option.takes is not None
    listed = [value for value, _ in option.takes.choices({})]
    if option.takes.metavar == PHONE.metavar:
        return ["13800000121", "13800000122"]
    return listed[:2] if listed else ["1", "2"]


@pytest.mark.parametrize("entry", ONCE, ids=named)
def test_an_option_that_takes_one_value_is_refused_when_it_is_given_twice(
    cli: Cli, entry: tuple[tuple[str, ...], Parameter]
) -> None:
    path, option = entry
    given = [word for flag in (option.flags[0], option.flags[-1]) for word in (flag, "1")]
    answer = cli.run(*path, *needed(path), *given)
    assert answer.code == 2
    assert f"选项 {option.flags[-1]} 写了不止一次" in answer.err


@pytest.mark.parametrize("entry", PAIRS, ids=named)
def test_a_yes_and_a_no_together_are_refused(cli: Cli, entry: tuple[tuple[str, ...], Parameter]) -> None:
    path, option = entry
    answer = cli.run(*path, *needed(path), option.flags[0], option.off[0])
    assert answer.code == 2
    assert option.off[0] in answer.err


@pytest.mark.parametrize("entry", MANY, ids=named)
def test_an_option_that_takes_several_values_keeps_each(cli: Cli, entry: tuple[tuple[str, ...], Parameter]) -> None:
    path, option = entry
    values = two_values(option)
    given = [word for value in values for word in (option.flags[-1], value)]
    call = FUNCTIONS[path].make_context(path[-1], [*needed(path), *given], obj=Context(cli.db, cli.config))
    assert [str(value) for value in call.params[option.name]] == values


def test_the_program_itself_refuses_a_second_value_too(cli: Cli) -> None:
    assert "选项 --db 写了不止一次" in cli.run("--db", "a", "--db", "b", "due").err


def test_every_option_that_takes_a_word_of_the_domain_lists_its_values_chinese_first() -> None:
    for _, option in OPTIONS:
        assert option.takes is None or option.title
        for value, label in option.takes.choices({}) if option.takes else ():
            assert not label or f"{label} {value}" in option.about


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "--kind", "什么"), "选项 --kind：“什么”不认识"),
        (("list", "--limit", "x"), "选项 --limit：“x”应是整数"),
        (("follow-up", "1", "好", "--next", "昨天"), "选项 --next：时间不能早于现在"),
        (("close", "1", "--at", "明天"), "选项 --at：时间不能晚于现在"),
        (("close", "1", "--amount", "很多"), "选项 --amount：“很多”不是金额"),
        (("intake", "x", "--phone", "12"), "选项 --phone："),
        (("show", "x"), "参数 编号：“x”不是需求编号"),
    ],
)
def test_a_value_that_is_none_is_told_with_its_option(cli: Cli, words: tuple[str, ...], told: str) -> None:
    answer = cli.run(*words)
    assert answer.code == 2
    assert told in answer.err


def test_several_values_are_typed_again_or_with_commas(cli: Cli) -> None:
    for kind, customer in (("service", "甲"), ("complaint", "乙"), ("inquiry", "丙")):
        cli.demand(kind=kind, customer=customer)

    def numbers(*words: str) -> list[int]:
        return sorted(demand["number"] for demand in cli("list", *words, "--json").json)

    assert numbers("--kind", "售后", "--kind", "投诉") == [1, 2]
    assert (
        numbers("--kind", "售后,投诉") == numbers("--kind", "售后、投诉") == numbers("--kind", "售后，comp") == [1, 2]
    )
    assert numbers("--kind", "售后,投诉", "--kind", "咨询") == [1, 2, 3]
    assert numbers("--customer", "甲,丙") == [1, 3]
    assert numbers("--kind", "售后,投诉", "--customer", "乙、丙") == [2]


def test_a_list_is_narrowed_by_what_a_demand_has(cli: Cli) -> None:
    cli.demand(subtype="报修", urgency="急", mode="上门", customer="甲")
    cli.demand(subtype="退货", customer="乙")
    cli.demand("要配件", kind="opportunity", subtype="配件", customer="丙", channel="group", group="湘潭泵车群")

    def numbers(*words: str) -> list[int]:
        return sorted(demand["number"] for demand in cli("list", *words, "--json").json)

    assert numbers("--subtype", "报修,配件") == [1, 3]
    assert numbers("--subtype", "return") == [2]
    assert numbers("--urgency", "urgent", "--urgency", "特急") == [1]
    assert numbers("--mode", "上门") == [1]
    assert numbers("--channel", "微信,社群") == [1, 2, 3]
    assert numbers("--group", "泵车群") == [3]
    assert "故障报修" in cli.run("list", "--subtype", "什么").err


def test_several_demands_are_shown_one_after_the_other(cli: Cli) -> None:
    for customer in "甲乙丙":
        cli.demand(customer=customer)
    assert cli("show", "２", "--json").json["number"] == 2
    for words in (("1", "3"), ("1,3",), ("D1", "#3")):
        assert [demand["number"] for demand in cli("show", *words, "--json").json] == [1, 3]
    assert [demand["number"] for demand in cli("show", "1-3", "--json").json] == [1, 2, 3]
    assert "甲" in cli("show", "1", "2").out
    assert "乙" in cli("show", "1", "2").out
    assert cli.run("show", "1", "9").code == 3


# -- the names of commands ---------------------------------------------------------------------------------------


def trees(group: Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Group]]:
    """Every group of the program with the words that lead to it."""
    found = [(path, group)]
    for name in group.list_commands(None):
        inner = group.get_command(None, name)
        if isinstance(inner, Group):
            found += trees(inner, (*path, name))
    return found


@pytest.mark.parametrize(
    ("path", "group"), trees(app()), ids=lambda entry: " ".join(entry) if isinstance(entry, tuple) else "-"
)
def test_every_command_has_a_chinese_name_of_its_own_that_calls_it(
    cli: Cli, path: tuple[str, ...], group: Group
) -> None:
    entries = {name: entry for name, entry in group.tree.items() if name}
    chinese = [entry.chinese for entry in entries.values()]
    assert all(re.fullmatch("[\u4e00-\u9fff]+", name) for name in chinese)
    assert len(set(chinese)) == len(chinese)
    helped = cli(*path, "-h").out
    for name, entry in entries.items():
        assert re.search(rf"^  {name} +{entry.chinese} ", helped, flags=re.MULTILINE), name
        called = group.get_command(None, entry.chinese)
        assert called is not None
        assert called.name == name


def test_a_chinese_name_is_as_good_as_the_english_one(cli: Cli) -> None:
    cli.demand()
    assert cli("列表", "--json").json == cli("list", "--json").json
    assert cli("客户", "查看", "K1").out == cli("customer", "show", "K1").out
    assert "登记" in cli.run("登计").err


def test_help_is_had_every_way(cli: Cli) -> None:
    whole = cli("--help").out
    assert whole == cli("-h").out == cli("help").out == cli("帮助").out
    one = cli("intake", "--help").out
    assert one == cli("help", "intake").out == cli("intake", "-h").out == cli("help", "登记").out
    assert cli("help", "revisit", "call").out == cli("revisit", "help", "call").out
    assert cli("revisit", "--help").out == cli("help", "revisit").out


def test_words_of_the_vocabulary_are_read_as_terms() -> None:
    read: dict[str, Any] = {}
    for path, option in OPTIONS:
        if option.takes and option.takes.metavar == "类型":
            word = next(iter(option.takes.choices({})))[1]
            read[named((path, option))] = option.read(Context(), word)
    assert all(isinstance(value[0] if isinstance(value, tuple) else value, Term) for value in read.values())
