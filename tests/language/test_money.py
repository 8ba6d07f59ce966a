"""Amounts of money: one reader for what is typed and for what a sheet holds."""

import pytest

from demandctl.language.money import read_amount, stored_amount


@pytest.mark.parametrize(
    ("written", "kept"),
    [("1280000", "1280000"), ("1,280,000.50", "1280000.5"), ("￥128万", "1280000"), ("１２８ 万元", "1280000"),
     ("0", "0"), ("1.5亿", "150000000"), ("3千元整", "3000"), ("-5", "-5")],
)  # fmt: skip
def test_an_amount_reads_the_same_however_it_is_written(written: str, kept: str) -> None:
    assert stored_amount(read_amount(written)) == kept


def test_the_unit_of_a_header_holds_where_none_is_written() -> None:
    assert (read_amount("12", "万"), read_amount("12千", "万")) == (120_000, 12_000)


@pytest.mark.parametrize("text", ["", "面议", "nan", "1e6", "12万3", "万"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        read_amount(text)
