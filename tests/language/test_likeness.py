"""What a text is about, as marks that two texts can share."""

from demandctl.language.likeness import marks, words_of


def test_models_codes_and_sizes_are_one_mark_each_however_they_are_written() -> None:
    assert marks("ＳＹ２１５Ｃ 报警 E-045，37米") == ("sy215c", "e-045", "37米", "报警")


def test_words_that_stand_in_any_demand_tell_nothing() -> None:
    assert marks("麻烦派个师傅来看看，我们急") == ()


def test_a_place_and_a_name_are_no_marks() -> None:
    assert marks("湘潭老周的主油泵", ("湘潭", "老周")) == ("主油", "油泵")


def test_shared_marks_are_told_as_the_words_they_make() -> None:
    assert words_of(["液压", "压泵", "异响"], "液压泵有异响") == ["液压泵", "异响"]
