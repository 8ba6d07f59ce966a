"""Letters and figures as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demandctl.language import figures


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("28", 28), ("五", 5), ("零五", 5), ("十", 10), ("十二", 12), ("二十", 20), ("二十八", 28), ("廿五", 25),
        ("一百零三", 103), ("一百一十五", 115), ("一百二十", 120), ("两百", 200), ("一千零五十", 1050),
        ("三万五千", 35_000), ("二〇二五", 2025), ("二零二六", 2026), ("二○二六", 2026), ("两千零二十五", 2025),
        ("叁拾", 30),
    ],
)  # fmt: skip
def test_a_number_in_han_is_read(text: str, number: int) -> None:
    assert figures.number(text) == number


@pytest.mark.parametrize("text", ["", "两三", "一百二", "百", "十百", "十零", "一零百", "三月", "○○", "-5", "1.5"])
def test_what_is_no_one_sure_number_is_none(text: str) -> None:
    assert figures.number(text) is None


def test_numbers_in_a_text_become_digits_and_uncertain_ones_stay() -> None:
    assert figures.in_digits("二〇二五年三月二十一日，两三天") == "2025年3月21日，两三天"


def test_full_width_is_made_narrow_and_every_place_stays() -> None:
    assert figures.narrow("Ａ１：（２．５）　Ｂ") == "A1:(2.5) B"
    assert figures.narrow_letters("Ａ１：（２．５），＋Ｂ") == "A1：（2．5），+B"
    assert figures.narrow("①３．８㎡²") == "①3.8㎡²"


@given(st.text())
def test_no_text_grows_or_shrinks(text: str) -> None:
    assert len(figures.narrow(text)) == len(figures.narrow_letters(text)) == len(text)
