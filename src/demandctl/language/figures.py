"""Letters and figures as keyboards and people write them: full-width made narrow, numbers in 汉字 read. Pure."""

from __future__ import annotations

import re
import unicodedata

DIGITS = dict(zip("零〇○一幺二两三四五六七八九", "00011223456789", strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)
)
"""What a 汉字 stands for where a number is said figure by figure."""
WEEK = "(?:星期|周|週|礼拜|禮拜)"
WEEKDAY = f"{WEEK}[一二三四五六日天]"
"""A day of the week as it stands beside a date: part of a pattern."""

_DIGITS = str.maketrans(DIGITS)
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000}
_VALUES = {figure: int(digit) for figure, digit in DIGITS.items() if figure != "幺"}
_ZERO = "零〇○"
_PAIR = "两(?![百佰千仟万])"  # 十两 is a weight
_TENS = {"廿": "二十", "卅": "三十"}


class _Narrow(dict[int, int]):
    """Each character with the one plain character that it is another form of, looked up when it is met."""

    def __init__(self, *, signs: bool) -> None:
        super().__init__()
        self.signs = signs

    def __missing__(self, code: int) -> int:
        self[code] = plain = self._plain(chr(code))
        return plain

    def _plain(self, char: str) -> int:
        plain, kind = unicodedata.normalize("NFKC", char), unicodedata.decomposition(char).partition(" ")[0]
        # ① and ² say something beside the figure (①3.8 is not 13.8); a letter of another script is another letter.
        if len(plain) != 1 or not (kind in ("<wide>", "<narrow>") or plain == " " or "一" <= plain <= "鿿"):
            return ord(char)
        return ord(plain if self.signs or plain.isalnum() or plain in "+-" else char)


_NARROW, _LETTERS = _Narrow(signs=True), _Narrow(signs=False)


def narrow(text: str) -> str:
    """Full-width letters, figures, signs and blanks made plain ones, one for one: every place stays where it was."""
    return text if text.isascii() else text.translate(_NARROW)


def narrow_letters(text: str) -> str:
    """The same for letters and figures, with + and -; Chinese punctuation stays, which parts the clauses of a text."""
    return text if text.isascii() else text.translate(_LETTERS)


def digits(text: str) -> str:
    """The text with each figure in 汉字 as a digit: 二五 is 25."""
    return text.translate(_DIGITS)


def number(text: str) -> int | None:
    """``28``, ``二十八``, ``一百零三``, ``二〇二五``; None for what is not one sure number: 两三, 一百二."""
    if text.isascii():
        return int(text) if text.isdecimal() else None
    if re.search(_PAIR, text) and text != "两":
        return None
    if all(figure in _VALUES for figure in text) and text.strip("○"):
        return int("".join(DIGITS[figure] for figure in text)) if len(text) != 2 or text[0] in _ZERO else None
    return _with_units(text)


def _with_units(text: str) -> int | None:
    """A number that names its tens and hundreds, each unit less than the one before it."""
    for short, whole in _TENS.items():
        text = text.replace(short, whole)
    total, last, pending, zero = 0, 100_000, -1, False
    for char in text:
        if (unit := _UNITS.get(char)) is not None:
            # 十二 is one ten; no other unit stands alone, and a zero stands for a unit that was left out.
            if unit >= last or (pending < 1 and (unit > 10 or (total and not zero))) or pending == 0:
                return None
            total, last, pending, zero = total + max(pending, 1) * unit, unit, -1, False
        elif char in _ZERO:
            if zero or pending >= 0 or not total:
                return None
            zero = True
        elif (value := _VALUES.get(char)) is not None and pending < 0:
            pending = value
        else:
            return None
    if pending >= 0 and total and last > 10 and not zero:
        return None  # 一百二 is 120 or 102
    return None if zero and pending < 0 else total + max(pending, 0)


_RUN = f"[{''.join(_VALUES)}{''.join(_UNITS)}{''.join(_TENS)}]+"


def in_digits(text: str) -> str:
    """The text with each number in 汉字 that is one written in digits: 二〇二五年三月 is 2025年3月."""
    return re.sub(_RUN, lambda found: found[0] if (read := number(found[0])) is None else str(read), text)
