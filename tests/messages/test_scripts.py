"""Scripts and quick replies: shipped ones hold together, names are filled in, the user's own take the place of ours."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demandctl.errors import UsageError
from demandctl.messages import scripts
from demandctl.vocabulary import RevisitKind
from tests.support.cli import Cli


def own(cli: Cli) -> Path:
    """The user's own scripts, beside the config."""
    return cli.config.with_name("scripts.toml")


def test_every_kind_of_visit_has_a_script_whose_every_step_leads_to_an_end() -> None:
    shipped = scripts.parse(scripts.shipped(), "shipped")
    for kind in RevisitKind:
        script = scripts.for_visit(shipped, kind)
        reached, todo = set(), [script.steps[0].id]
        while todo:
            step = script.step(todo.pop())
            if step.id in reached:
                continue
            reached.add(step.id)
            todo += [step.next] if isinstance(step.next, str) and step.next else []
            todo += list(step.next.values()) if not isinstance(step.next, str) else []
        assert reached == {step.id for step in script.steps}


def test_no_shipped_text_names_another_company_or_a_blank_that_nothing_fills() -> None:
    for script in scripts.parse(scripts.shipped(), "shipped"):
        assert "鸿枫" not in script.whole
        assert "{" not in scripts.fill(script.whole, {})
        assert "！" not in script.whole


def test_the_usual_situations_have_a_reply(cli: Cli) -> None:
    ids = {script["id"] for script in cli("script", "list", "--json").json}
    assert ids >= {
        "after-sale", "inactive", "apology", "ask-repair", "who-comes", "confirm", "adopted", "declined", "holiday",
        "handover",
    }  # fmt: skip


def test_names_are_filled_in_from_the_customer_the_demand_and_the_settings(cli: Cli) -> None:
    cli.config.write_text('[company]\nname = "湘工机械"\n[specialist]\nname = "李敏"\nphone = "13900000001"\n', "utf-8")
    number = str(cli.demand(phone="13800000121")["number"])
    cli("assign", number, "彭振宇")
    text = cli("script", "who-comes", "--demand", number, "--json").json["filled"]
    assert "湘潭老周您好" in text
    assert "彭振宇" in text
    assert "18600010114" in text
    assert f"D{number}" in text
    assert "湘工机械" in cli("script", "show", "after-sale", "--customer", "湘潭老周").out


def test_what_nothing_fills_is_left_visible_and_said(cli: Cli) -> None:
    shown = cli("script", "who-comes")
    assert "【对接人】" in shown.out
    assert "对接人" in shown.err


def test_a_name_or_a_part_of_it_finds_a_script_and_several_are_named(cli: Cli) -> None:
    assert cli("script", "投诉：先致歉").code == 0
    assert cli.run("script", "ask").code == 2
    assert "ask-repair" in cli.run("script", "ask").err
    assert cli.run("script", "没有这条").code == 3


def test_without_a_name_the_scripts_are_listed(cli: Cli) -> None:
    assert cli("script").out == cli("script", "list").out


def test_a_reply_of_ones_own_is_added_changed_and_used(cli: Cli) -> None:
    cli("script", "add", "price", "--name", "报价", "--text", "{customer}您好，报价单发您了。")
    assert cli.run("script", "add", "price", "--text", "x").code == 1
    assert cli.run("script", "add", "list", "--text", "x").code == 2
    cli("customer", "add", "老周")
    assert cli("script", "price", "--customer", "老周").out == "老周您好，报价单发您了。\n"
    cli("script", "edit", "price", "--text", '改了\n两行 "引号" \\ 反斜杠')
    found = next(s for s in cli("script", "list", "--json").json if s["id"] == "price")
    assert (found["text"], found["name"], found["own"]) == ('改了\n两行 "引号" \\ 反斜杠', "报价", True)


def test_changing_one_of_ours_copies_it_and_keeps_what_else_the_user_wrote(cli: Cli) -> None:
    own(cli).write_text('# 我的话术\n[[scripts]]\nid = "mine"\ntext = "我的"  # 留着\n', encoding="utf-8")
    cli("script", "edit", "apology", "--text", "对不起")
    cli("script", "edit", "apology", "--text", "非常抱歉")
    text = own(cli).read_text(encoding="utf-8")
    assert text.startswith('# 我的话术\n[[scripts]]\nid = "mine"\ntext = "我的"  # 留着\n')
    assert [s["id"] for s in tomllib.loads(text)["scripts"]] == ["mine", "apology"]
    assert cli("script", "apology").out == "非常抱歉\n"


def test_a_reply_of_the_users_own_is_changed_in_its_place_with_his_comments_around_it(cli: Cli) -> None:
    written = '# 头\n[[scripts]]\nid = "a"  # 甲\ntext = """多\n行"""\n\n# 乙的话\n[[scripts]]\nid = "b"\ntext = "乙"\n'
    own(cli).write_text(written, encoding="utf-8")
    cli("script", "edit", "a", "--text", "改")
    text = own(cli).read_text(encoding="utf-8")
    assert [s["text"] for s in tomllib.loads(text)["scripts"]] == ["改", "乙"]
    assert text.startswith('# 头\n[[scripts]]\nid = "a"  # 甲\n')
    assert '\n# 乙的话\n[[scripts]]\nid = "b"\ntext = "乙"\n' in text


def test_a_call_script_is_copied_by_hand_and_works_as_it_stands(cli: Cli) -> None:
    refused = cli.run("script", "edit", "inactive", "--text", "x")
    assert (refused.code, "--toml" in refused.err) == (1, True)
    for name in ("inactive", "apology"):
        copied = scripts.parse(cli("script", name, "--toml").out, "copied")[0]
        ours = scripts.find(scripts.parse(scripts.shipped(), "shipped"), name)
        assert copied == ours._replace(source="")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[scripts]\n", "话术文件有误"),
        ('[[scripts]]\nid = "a b"\ntext = "x"\n', "id"),
        ('[[scripts]]\nid = "a"\n', "没有 text"),
        ('[[scripts]]\nid = "a"\nwho = "x"\ntext = "x"\n', "不认识 who"),
        ('[[scripts]]\nid = "a"\n[[scripts.steps]]\nid = "s"\nnext = "t"\n', "没有“t”这一步"),
        ('[[scripts]]\nid = "a"\n[[scripts.steps]]\nid = "s"\nask = "maybe"\n', "ask 只能是"),
        ('[[scripts]]\nid = "a"\n[[scripts.steps]]\nid = "s"\nfield = "colour"\n', "colour"),
        ('[[scripts]]\nid = "a"\n[[scripts.steps]]\nsay = "s"\n', "步骤"),
        ('scripts = "x"\n', "[[scripts]]"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_reason(cli: Cli, text: str, reason: str) -> None:
    own(cli).write_text(text, encoding="utf-8")
    refused = cli.run("script", "list")
    assert refused.code == 2
    assert str(own(cli)) in refused.err
    assert reason in refused.err
    assert "Traceback" not in refused.err


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_comes_back_from_a_file_as_it_was(text: str, name: str) -> None:
    script = scripts.Script("x", name, "reply", text.strip() or "x", own=False)
    assert scripts.parse(scripts.as_toml(script), "x")[0] == script


def test_a_customers_name_is_data_even_when_it_looks_like_a_blank() -> None:
    assert scripts.fill("{customer}您好", {"customer": "{me}【x】"}) == "{me}【x】您好"
    assert scripts.fill("{nothing} {}", {}) == "{nothing} {}"
    with pytest.raises(UsageError):
        scripts.parse("x =", "x")


def test_a_text_that_lacks_a_setting_says_which_command_sets_it(cli: Cli) -> None:
    cli.demand()
    told = cli("script", "handover", "--customer", "湘潭老周")
    assert "【电话】" in told.out
    assert "demandctl config set specialist.phone" in told.err
    cli("config", "set", "company.name", "鸿远重工")
    cli("config", "set", "specialist.phone", "15200010600")
    cli("config", "set", "specialist.name", "李敏")
    assert "config set" not in cli("script", "handover", "--customer", "湘潭老周").err
