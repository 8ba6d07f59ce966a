"""Words of the domain: read by value, by label, by a part that only one has, and by what people say."""

import pytest

from demandctl import vocabulary
from demandctl.errors import UsageError
from demandctl.vocabulary import SUBTYPES, Channel, Kind, Outcome, Role, Term, Urgency, parse_subtype

TERMS = Term.__subclasses__()


@pytest.mark.parametrize(
    ("term", "text", "meant"),
    [
        (Kind, "商", Kind.OPPORTUNITY),
        (Kind, "报修", Kind.SERVICE),
        (Kind, "INQ", Kind.INQUIRY),
        (Kind, " 投诉 ", Kind.COMPLAINT),
        (Urgency, "急", Urgency.URGENT),  # though 特急 holds it too
        (Channel, "微信", Channel.DIRECT),
        (Channel, "群", Channel.GROUP),
        (Outcome, "成交", Outcome.WON),  # though 未成交 holds it too
        (Outcome, "黄了", Outcome.LOST),
        (Role, "领导", Role.LEADER),
        (vocabulary.RevisitKind, "节日", vocabulary.RevisitKind.HOLIDAY),
    ],
)
def test_a_word_is_understood_as_people_use_it(term: type[Term], text: str, meant: Term) -> None:
    assert term.parse(text) is meant


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        (Kind.SERVICE, "报修", "repair"),
        (Kind.SERVICE, "退货", "return"),
        (Kind.INQUIRY, "招聘", "recruiting"),
        (Kind.OPPORTUNITY, "erp", "erp"),
        (Kind.OPPORTUNITY, "二手", "used"),
        (Kind.COMPLAINT, "人员", "staff"),
    ],
)
def test_a_subtype_is_understood_by_what_its_kind_has(kind: Kind, text: str, meant: str) -> None:
    assert parse_subtype(text, kind) == meant


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.__name__)
def test_no_word_stands_for_two_and_each_is_read_back(term: type[Term]) -> None:
    said = [(name.lower(), value) for value in term for name in dict.fromkeys((value.value, value.label, *value.words))]
    assert len({name for name, _ in said}) == len(said)
    for name, value in said:
        assert term.parse(name) is value


def test_what_is_not_understood_is_answered_with_those_that_are_of_this_kind_only() -> None:
    with pytest.raises(UsageError) as refused:
        parse_subtype("采购", Kind.SUGGESTION)
    assert str(refused.value) == "建议的子类“采购”不认识"
    assert refused.value.hint == "可选：产品 product、服务 service、其他 other"
    assert "新机" not in refused.value.hint
    with pytest.raises(UsageError) as refused:
        Outcome.parse("采")
    assert (str(refused.value), refused.value.hint) == ("“采”不止一种意思", "可选：已采纳 adopted、未采纳 declined")


def test_nothing_typed_means_nothing() -> None:
    for term in TERMS:
        with pytest.raises(UsageError):
            term.parse(" ")


def test_every_kind_has_its_subtypes() -> None:
    assert set(SUBTYPES) == set(Kind)
