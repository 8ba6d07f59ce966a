"""How text is broken into the width of a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from demandctl.language.display import width, wrapped

TEXTS = st.text(alphabet="需求湘潭，。）（ab12 ", max_size=60)


@given(TEXTS, st.integers(8, 40))
def test_no_line_is_wider_than_there_is_room_and_nothing_is_lost(text: str, cells: int) -> None:
    lines = wrapped(text, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_no_line_begins_with_a_mark_and_no_number_is_cut() -> None:
    assert wrapped("超时4个工作日，升2级", 14) == ["超时4个工作", "日，升2级"]
    assert wrapped("建议15200010149联系", 12) == ["建议", "15200010149", "联系"]
    assert wrapped("恢复：demandctl restore /tmp/a-2026.db（572 KB）", 30) == [
        "恢复：demandctl restore", "/tmp/a-2026.db（572 KB）",
    ]  # fmt: skip
    assert wrapped("已写到这里（五百七十二）", 12)[0] == "已写到这里"
    assert wrapped("按约定跟进：到件安装", 14) == ["按约定跟进：", "到件安装"]
