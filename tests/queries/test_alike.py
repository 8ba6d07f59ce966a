"""What helped last time: a demand is shown beside ended ones that are like it, and beside nothing where none is."""

import pytest

from tests.support.cli import Cli

FAULT = "37米泵车摆缸不换向，打不出料"
AGAIN = "摆缸又不换向了，料打不出去，在工地等着"


@pytest.fixture
def helped(cli: Cli) -> Cli:
    """Demand 1 was solved by 李铁柱; demands 2 to 13 are about other things and have ended too."""
    cli.demand(content=FAULT)
    cli("assign", "1", "李铁柱")
    cli("follow-up", "1", "换了摆阀的主阀芯，好了", "--by", "李铁柱", "--resolved")
    cli("confirm", "1", "--solved")
    for fault in ("空调不制冷", "轮胎螺栓断了", "显示屏黑屏", "尿素喷嘴结晶", "支腿油缸内泄", "臂架下不来"):
        for place in ("甲工地", "乙工地"):
            number = str(cli.demand(content=f"{place}的{fault}，麻烦派个师傅")["number"])
            cli("close", number, "--outcome", "dropped", "--reason", "客户自己修好了")
    return cli


def test_a_card_tells_how_the_like_of_it_was_solved_and_by_whom(helped: Cli) -> None:
    number = str(helped.demand(content=AGAIN)["number"])
    card = helped("show", number).out
    assert "以前类似的" in card
    assert "换了摆阀的主阀芯，好了（李铁柱，" in card
    assert "空调" not in card


def test_it_is_told_as_the_demand_is_taken_in(helped: Cli) -> None:
    taken = helped("intake", AGAIN, "--customer", "王五", "--kind", "售后", "--channel", "direct")
    assert "换了摆阀的主阀芯" in taken.out


def test_search_lists_them_with_the_words_they_share(helped: Cli) -> None:
    number = str(helped.demand(content=AGAIN)["number"])
    [found] = helped("search", "--like", number, "--json").json
    assert found["number"] == 1
    assert 0 < found["score"] <= 1
    assert "不换向" in found["shared"]
    assert found["solution"]["by"] == "李铁柱"
    assert "不换向" in helped("search", "--like", number).out


@pytest.mark.parametrize(
    "content",
    ["想问一下发票什么时候能开", "麻烦派个师傅，在工地等着，急", "湘潭工地", "SY215C", "？？？"],
)
def test_nothing_is_shown_where_nothing_is_alike(helped: Cli, content: str) -> None:
    number = str(helped.demand(content=content)["number"])
    assert helped("search", "--like", number, "--json").json == []
    assert "以前类似的" not in helped("show", number).out


def test_another_kind_an_open_one_and_an_erased_customer_help_nobody(helped: Cli) -> None:
    other = str(helped.demand(content=FAULT, kind="complaint")["number"])
    assert helped("search", "--like", other, "--json").json == []
    first, second = (str(helped.demand(content=AGAIN, customer=name)["number"]) for name in ("王五", "赵六"))
    assert [found["number"] for found in helped("search", "--like", second, "--json").json] == [1]
    helped("customer", "erase", "K00001", "--yes")
    assert 1 not in [found["number"] for found in helped("search", "--like", first, "--json").json]


def test_search_wants_a_text_or_a_demand_not_both(helped: Cli) -> None:
    for words in (["search"], ["search", "漏油", "--like", "1"]):
        answer = helped.run(*words)
        assert answer.code == 2
        assert "--like" in answer.err
    assert helped.run("search", "--like", "99").code == 3
