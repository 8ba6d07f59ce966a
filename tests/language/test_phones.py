"""One grammar of phones: what is found, how it is spelled, what a mask leaves, what striking takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demandctl.errors import UsageError
from demandctl.language import phones
from demandctl.language.figures import DIGITS, narrow

SPELLINGS = {
    "13800000121": [
        "13800000121", "138 0000 0121", "138  0000  0121", "138.0000.0121", "138·0000·0121", "138・0000・0121",
        "138-0000-0121", "138—0000—0121", "138－0000－0121", "138 - 0000 - 0121", "１３８０００００１２１",
        "138(0000)0121", "（138）0000 0121", "1380000 0121", "138 00000121", "1-380-000-0121",
        "1 3 8 0 0 0 0 0 1 2 1", "+86 138 0000 0121", "+8613800000121", "＋86 138-0000-0121", "8613800000121",
        "86 13800000121", "0086 13800000121", "(+86)13800000121", "（86）138 0000 0121", "013800000121",
        "138\xa00000\u30000121", "138\u200b0000\u200b0121", "138/0000/0121", "138,0000,0121", "138、0000、0121",
        "138_0000_0121", "138~0000~0121", "138\n0000\n0121", "幺三八零零零零零幺二幺", "一三八 零零零零 零一二一",
        "壹叁捌〇〇〇〇〇壹贰壹", "138零零零零0121", "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣0️⃣1️⃣2️⃣1️⃣",
    ],
    "0731-84000012": [
        "0731-84000012", "073184000012", "0731 8400 0012", "(0731)84000012", "（0731）8400-0012",
        "０７３１－８４００００１２", "+86-731-84000012", "+86 0731 84000012", "+86 (0)731 8400 0012",
        "0086-731-84000012",
        "86-731-84000012", "0731/84000012", "0 7 3 1 8 4 0 0 0 0 1 2", "零七三一八四零零零零一二",
    ],
    "0731-84000012-803": [
        "0731-84000012-803", "(0731)84000012转803", "0731 8400 0012 分机 803", "0731-84000012 ext. 803",
        "0731-84000012#803", "0731-84000012 — 803",
    ],
    "010-84000012": [
        "010-84000012", "(010) 8400 0012", "01084000012", "+86 10 8400 0012",
    ],
    "0539-8400012": [
        "0539-8400012", "0539 840 0012", "05398400012",
    ],
    "400-123-4567": [
        "400-123-4567", "4001234567", "400 1234 567", "400-12-34567", "400.123.4567", "400/123/4567",
    ],
    "800-830-1234-2": [
        "800-830-1234转2", "8008301234-2",
    ],
    "+85298765432": [
        "+85298765432", "+852 9876 5432", "00852 98765432", "852-98765432", "(852) 9876 5432",
    ],
    "+85366123456": [
        "+853 6612 3456", "853 66123456",
    ],
    "+886912345678": [
        "+886 912 345 678", "886-912345678",
    ],
    "+12125550134": [
        "+1 212 555 0134", "+1 (212) 555-0134", "+12125550134",
    ],
    "+442079460000": [
        "+44 20 7946 0000",
    ],
}  # fmt: skip

NO_PHONES = [
    "SN1380000012112345", "订单20260105123000", "430103199001011234", "6228 1380 0001 2138 888", "2026-01-05 09:30",
    "84000012", "20260105", "138000001211", "37米泵车 52米泵车 2026年", "LG37-2026-0105-0001", "860731000000000",
]  # fmt: skip


@pytest.mark.parametrize(("phone", "text"), [(phone, text) for phone, texts in SPELLINGS.items() for text in texts])
def test_a_phone_is_found_in_a_sentence_however_it_is_written(phone: str, text: str) -> None:
    said = f"打给陈二{text}，今天2026年1月5日"
    found = phones.find(said)
    assert [number.phone for number in found] == [phone]
    assert re.sub(r"[\W_]", "", said[found[0].start : found[0].end]) == re.sub(r"[\W_]", "", text)


@pytest.mark.parametrize(("phone", "text"), [(phone, text) for phone, texts in SPELLINGS.items() for text in texts])
def test_every_spelling_of_a_phone_is_that_phone(phone: str, text: str) -> None:
    if "️" not in text:
        assert phones.normalise(text) == phone
        assert phones.same(text, phone)


@pytest.mark.parametrize("text", NO_PHONES)
def test_figures_in_serials_orders_and_dates_are_no_phone(text: str) -> None:
    assert phones.find(f"编号{text}。") == []
    assert phones.masked_text(text) == text


@pytest.mark.parametrize(
    "text", ["电话84000012", "座机：8400-0012", "打 8400 0012", "tel: 84000012", "电话是８４００００１２"]
)
def test_a_landline_without_area_code_is_found_where_it_is_called_a_phone(text: str) -> None:
    assert [number.phone for number in phones.find(text)] == ["84000012"]
    assert phones.lacks_area(phones.normalise("8400 0012"))


def test_a_list_of_landlines_is_called_so_once() -> None:
    found = phones.find("座机84000012、84000013或8400014，订单20260105")
    assert [number.phone for number in found] == ["84000012", "84000013", "8400014"]


@pytest.mark.parametrize(
    "text",
    ["", "123", "1380000012", "138000001211", "13800000121转5", "张三13800000121", "+8613800000", "12345678", "无"],
)
def test_what_is_no_phone_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        phones.normalise(text)
    assert "13800000121" in str(refused.value.hint)


def test_a_plus_that_joins_is_no_country() -> None:
    assert [number.phone for number in phones.find("加微信＋13812345678")] == ["13812345678"]


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("13800000121", "138****0121"), ("0731-84000012-803", "0731-84****12"), ("400-123-4567", "400-1****67"),
        ("800-830-1234", "800-8****34"), ("800-830-1234-2", "800-8****34"),
        ("+85298765432", "+85298****32"), ("84000012", "84****12"), ("8400012-8", "8****12"),
        ("13800000121/0731-84000012", "138****0121/0731-84****12"), ("laozhou_37", "lao****37"), ("1380000", "1****00"),
        ("lao", "***"),
    ],
)  # fmt: skip
def test_a_mask_hides_the_middle(phone: str, mask: str) -> None:
    assert phones.masked(phone) == mask
    assert phones.masked_text(mask) == mask


# -- whatever separators, whatever figures -------------------------------------------------------------------------

GAPS = st.sampled_from(
    ["", " ", "  ", "-", " - ", "--", ".", "·", "•", "—", "－", "–", "　", "\xa0", "(", ")", "（", "）", "\u200b", "．"]
)
SCRIPTS = ("0123456789", "０１２３４５６７８９", "零一二三四五六七八九", "〇幺两叁肆伍陆柒捌玖")


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A mobile number, and one way to write it: any gaps, in one script."""
    digits = "1" + draw(st.sampled_from("3456789")) + draw(st.text("0123456789", min_size=9, max_size=9))
    script = draw(st.sampled_from(SCRIPTS))
    gaps = draw(st.lists(GAPS, min_size=10, max_size=10))
    figures = [script[int(digit)] for digit in digits]
    prefix = draw(st.sampled_from(["", "+86", "86 ", "0086-", "＋86 ", "(+86)"]))
    return digits, prefix + "".join(figure + gap for figure, gap in zip(figures, [*gaps, ""], strict=True))


@given(
    written(),
    st.sampled_from(["", "电话", "手机号", "联系我：", "陈二，", "见面谈，"]),
    st.sampled_from(["", "，谢谢", "\n", "找我"]),
)
def test_no_masked_text_holds_a_mobile_number(case: tuple[str, str], before: str, after: str) -> None:
    digits, text = case
    masked = phones.masked_text(before + text + after)
    plain = re.sub(r"[^\w*]|_", "", narrow(masked).translate(str.maketrans(DIGITS)))
    assert digits not in plain
    assert max((len(run) for run in re.findall(r"\d+", plain)), default=0) < 8


@given(written())
def test_striking_takes_every_spelling(case: tuple[str, str]) -> None:
    digits, text = case
    left = phones.struck(f"打{text}找我", digits, "…")
    assert not re.search(r"\d", narrow(left).translate(str.maketrans(DIGITS)).replace("00", "").replace("86", ""))


@given(st.text("0123456789-. +()转零一二三:年月日电话\n", max_size=60))
def test_masking_any_text_ends_and_what_is_masked_stays_so(text: str) -> None:
    masked = phones.masked_text(text)
    assert not any(phones.HIDDEN in masked[number.start : number.end] for number in phones.find(masked))


def test_striking_a_landline_takes_it_without_its_area_and_leaves_other_numbers() -> None:
    text = "座机8400 0012，也可0731—84000012转8；13884000012不是"
    assert phones.struck(text, "0731-84000012", "…") == "座机…，也可…转8；13884000012不是"
