"""Phone numbers: one grammar that finds, spells, hides and strikes them, however people write them. Pure.

A number is found with blanks, dots, dashes or brackets between its figures, in full-width figures or in 汉字, with or
without +86. Figures inside a longer run are a serial number, an order or a date, and no phone. The ledger's spelling:
``13800000121``, ``0731-84000012``, ``0731-84000012-8``, ``400-123-4567``, ``+85298765432`` for every other country,
and ``84000012`` where nobody said the area code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from demandctl.errors import UsageError
from demandctl.language.figures import DIGITS, digits, narrow


class PhoneNumber(NamedTuple):
    """A number that stands in a text: where, and in the ledger's spelling."""

    start: int
    end: int
    phone: str
    usual: bool
    """Whether its figures stand in groups that people make: 150.00 2000.00 are two prices, though masked too."""


HIDDEN = "****"
"""What stands in the place of figures that are not to be seen."""

_HAN = "".join(DIGITS)
# Between figures: blanks, marks without width, the frame of an emoji, dashes, dots, brackets; nothing that is a word.
_BETWEEN = r"[ \t\xa0\u200b-\u200f\u2060\ufeff\ufe0f\u20e3\-‐-―⁃−ー﹘.·・•‧∙⋅()\[\]]"
_G = f"{_BETWEEN}{{0,4}}"
_ANY = r"(?:(?!\*\*)[\W_]){1,4}"  # two asterisks are a mask
_END = "(?![0-9])"
_AREA = "(?:10|2[0-9]|[3-9][0-9][0-9])"
_PLUS = r"(?:\+|00) ?"
_CHINA = rf"(?:\(?{_PLUS}86\)?|\(86\)|86){_G}"
_CHINA_APART = rf"(?:\(?{_PLUS}86\)?{_G}|\(86\){_G}|86{_BETWEEN}{{1,4}})"
_LOCAL = rf"(?:[0-9]{{7,8}}{_END}|[0-9]{{3,4}}{_G}[0-9]{{4}}{_END}|[0-9](?:{_G}[0-9]){{6,7}})"
_EXTENSION = r"(?: {0,2}(?:[-—–#]|转|分机|(?i:ext\.?|x)){1,2}[ :.号]{0,2}(?P<ext>[0-9]{1,6}))?"

_NUMBERS = (
    rf"(?:{_CHINA})?[(\[]?(?:0{_G})?(?P<mobile>1{_G}[3-9](?:{_G}[0-9]){{9}}|1[3-9][0-9]{_ANY}[0-9]{{4}}{_ANY}[0-9]{{4}})",
    rf"(?:{_CHINA})?(?P<service>[48]{_G}0{_G}0(?:(?:{_G}[0-9]){{7}}|(?:{_ANY}[0-9]{{3,7}}){{1,2}}){_END}){_EXTENSION}",
    rf"(?:(?:{_CHINA})?[(\[]?0[)\]]?(?P<area>{_AREA})|{_CHINA_APART}[(\[]?(?P<bare>{_AREA}))[)\]]?(?:{_G}|{_ANY})"
    rf"(?P<land>{_LOCAL}){_EXTENSION}",
    rf"(?P<spaced>0(?:{_BETWEEN}{{1,4}}[0-9]){{9,11}})",
    rf"\(?(?:\+|00(?=85[23]|886)) ?\(?(?P<abroad>[1-9](?:{_G}[0-9]){{8,14}})",
    rf"\(?(?P<abroad>85[23][) \-]{_G}[2-9](?:{_G}[0-9]){{7}}|886[) \-]{_G}[2-9](?:{_G}[0-9]){{7,8}})",
)
"""What is a number wherever it stands."""
_TYPED = (
    rf"86(?P<bare>{_AREA})(?P<land>[0-9]{{7,8}})",
    rf"{_PLUS}\(?(?P<abroad>[1-9](?:{_G}[0-9]){{6,14}})",
    "(?P<abroad>85[23][2-9][0-9]{7}|886[2-9][0-9]{7,8})",
)
"""What only somebody who was asked for a number can have meant as one."""
_LONE = re.compile(rf"(?=[2-9])(?P<lone>{_LOCAL}){_EXTENSION}{_END}")
"""A number without area code: one only where it is called so."""
_GRAMMAR = tuple(re.compile(f"(?:{number}){_END}") for number in _NUMBERS)
_TYPED_GRAMMAR = (*_GRAMMAR, *(re.compile(number) for number in _TYPED), _LONE)
_CALLED = re.compile(
    r"(?:电话|手机|座机|固话|热线|总机|传真|(?<![单证件编器机车架同])号码|联系方式|打|拨|(?i:tel|phone|fax|call|mobile))"
    r"(?:\s*(?:号码?|是|为|打|改成|换成|[:.])){0,3}\s*$"
)
_NO_FIRST = "235679"
"""Figures that only a number without area code begins with."""
_AROUND = 20
"""How far around a number is looked for what it is called, and for its extension."""
_AND = re.compile(r"\s{0,2}[/、或和及]\s{0,2}")

_MAYBE = re.compile(rf"[\d{_HAN}](?:[\W_]{{0,4}}[\d{_HAN}]){{6}}")
_CLUSTER = re.compile(rf"[0-9{_HAN}](?:[\W_]{{0,4}}[0-9{_HAN}]){{6,}}")
_OTHER_SCRIPT = re.compile(r"(?![0-9])\d")
_FIRST = re.compile(r"(?<![0-9])(?:[+(\[]+ ?)?[0-9]")


# -- finding -----------------------------------------------------------------------------------------------------


def find(text: str) -> list[PhoneNumber]:
    """The numbers that a text holds, in their order."""
    if not _MAYBE.search(text):
        return []
    text = _OTHER_SCRIPT.sub(lambda digit: str(unicodedata.decimal(digit[0])), narrow(text))
    found: list[PhoneNumber] = []
    for cluster in _CLUSTER.finditer(text):
        start, end = cluster.span()
        while start and text[start - 1] in "+([ ":
            start -= 1
        # The word that called a number without area code a phone calls the next one so, too.
        called = found[-1].end if found and lacks_area(found[-1].phone) else -1
        held = list(_within(text, start, end, called))
        spoken = [] if cluster[0].isascii() else _spoken(text, *cluster.span(), called)
        found += sorted([*held, *(n for n in spoken if not any(n.start < o.end and o.start < n.end for o in held))])
    return found


def _spoken(text: str, start: int, end: int, called: int) -> list[PhoneNumber]:
    """The numbers that are said in 汉字; 陈二幺三八… and …幺二幺一定: the first or the last of them may be a word."""
    firsts = (start, start + 1) if text[start] in DIGITS else (start,)
    lasts = (end, end - 1) if text[end - 1] in DIGITS else (end,)
    for first, last in ((first, last) for last in lasts for first in firsts):
        said = digits(text[first:last])
        if said == text[first:last]:
            return []
        base = max(first - _AROUND, 0)
        piece = text[base:first] + said + text[last : last + _AROUND]
        if held := list(_within(piece, first - base, last - base, called - base)):
            return [n._replace(start=n.start + base, end=n.end + base) for n in held]
    return []


def _within(text: str, start: int, end: int, called: int) -> Iterator[PhoneNumber]:
    """The numbers that begin between two places; one that was *called* a phone without area code ended there."""
    while first := _FIRST.search(text, start, end):
        at = first.start()
        grammar = () if text[at] in _NO_FIRST else _GRAMMAR
        found = next((m for m in (number.match(text, at) for number in grammar) if m and _spelled(m)), None)
        if not found and (lone := _LONE.match(text, at)):
            is_called = _CALLED.search(text, max(at - _AROUND, 0), at) or (
                called >= 0 and _AND.fullmatch(text, called, at)
            )
            found, called = (lone, lone.end()) if is_called else (None, -1)
        if found:
            yield PhoneNumber(at, found.end(), _spelled(found), _is_usual(found))
        start = found.end() if found else at + 1


def _spelled(match: re.Match[str]) -> str:
    """What was matched, in the ledger's spelling; empty where it is no number after all."""
    group = match.groupdict()
    digits = {name: re.sub("[^0-9]", "", value) for name, value in group.items() if value}
    extension = digits.get("ext")
    if mobile := digits.get("mobile"):
        return mobile
    if service := digits.get("service"):
        return _joined(service[:3], service[3:6], service[6:], extension) if len(service) == 10 else ""
    if spaced := digits.get("spaced"):
        area = re.match(f"0{_AREA}", spaced)
        return _joined(area[0], spaced[area.end() :]) if area and 6 < len(spaced) - area.end() < 9 else ""
    if land := digits.get("land"):
        return _joined(f"0{digits.get('area') or digits['bare']}", land, extension)
    if lone := digits.get("lone"):
        return _joined(lone, extension)
    abroad = digits["abroad"]
    before = match.string[max(match.start() - 1, 0) : match.start()]
    if is_mobile(abroad) and (before.isalnum() or not _AMERICAN.fullmatch(abroad)):
        return abroad  # 加微信+13800000121: a plus that is none
    return "" if abroad.startswith("86") else f"+{abroad}"


_AMERICAN = re.compile("1(?:[2-9][0-9]{2}){2}[0-9]{4}")


def _joined(*parts: str | None) -> str:
    return "-".join(part for part in parts if part)


def _is_usual(match: re.Match[str]) -> bool:
    written = match.groupdict().get("mobile") or ""
    if "\n" in match[0]:
        return False
    groups = [len(group) for group in re.findall("[0-9]+", written)]
    gaps = len(set(re.findall("[^0-9]+", written)))
    spelt_out, grouped = max(groups, default=1) == 1, len(groups) < 5 and min(groups, default=0) > 1
    return groups == [3, 4, 4] or (gaps < 2 and (spelt_out or grouped))


# -- one number --------------------------------------------------------------------------------------------------


def normalise(text: str) -> str:
    """A number that somebody gave as one, in the ledger's spelling: ``+86 138-0000-0121`` is ``13800000121``.

    UsageError when it is none.
    """
    plain = narrow(text).strip(" \t\r\n.,;:。")
    for typed in dict.fromkeys((plain, digits(plain))):
        for number in _TYPED_GRAMMAR:
            if (match := number.fullmatch(typed)) and (phone := _spelled(match)):
                return phone
    raise UsageError(
        f"“{text[:40]}”不像电话号码",
        "手机 11 位，座机带区号，境外写 + 和国家代码，如 13800000121、0731-84000012、+85298765432",
    )


def is_mobile(phone: str) -> bool:
    """Whether a number in the ledger's spelling is a mobile one."""
    return re.fullmatch("1[3-9][0-9]{9}", phone) is not None


def lacks_area(phone: str) -> bool:
    """Whether a number in the ledger's spelling is a landline whose area code nobody said."""
    return phone[:1] > "1" and re.fullmatch("[2-9][0-9]{6,7}(?:-[0-9]{1,6})?", phone) is not None


def doubt(phone: str) -> str:
    """What is worth saying of a number in the ledger's spelling; empty where nothing is."""
    return f"电话 {phone} 没有区号，外地打不通；知道区号就补上，如 0731-{phone}" if lacks_area(phone) else ""


def same(one: str, other: str) -> bool:
    """Whether two spellings are of one number."""
    try:
        return normalise(one) == normalise(other)
    except UsageError:
        return False


# -- hiding and striking -----------------------------------------------------------------------------------------


def masked(phone: str) -> str:
    """The number with its middle hidden: ``138****0121``, ``0731-84****12``; of what is no number the more."""
    try:
        number = normalise(phone)
    except UsageError:
        text = masked_text(phone)
        return text if text != phone else hidden(phone)
    if is_mobile(number):
        return number[:3] + HIDDEN + number[-4:]
    parts = number.split("-")
    if parts[0] in ("400", "800"):
        parts = [parts[0], "".join(parts[1:3])]
    elif number[0] != "0":
        parts = parts[:1]
    whole = "-".join(parts[:2])
    return whole[:-6] + HIDDEN + whole[-2:]


def hidden(text: str) -> str:
    """An id of whatever kind with its middle hidden: ``lao****23``; a short one is hidden whole."""
    return text[: min(len(text) - 6, 3)] + HIDDEN + text[-2:] if len(text) > 6 else "*" * len(text)


def masked_text(text: str) -> str:
    """A text with every number in it masked, however it is written."""
    parts, last = [], 0
    for number in find(text):
        parts += [text[last : number.start], masked(number.phone)]
        last = number.end
    return "".join([*parts, text[last:]]) if parts else text


def spellings(phone: str) -> str:
    """A regular expression of every spelling of one number, its area or country code said or not."""
    plus, digits = phone.startswith("+"), re.sub("[^0-9]", "", phone)
    if not plus and (landline := re.fullmatch(rf"(0{_AREA})-([0-9]+)(?:-([0-9]+))?", phone)):
        area, local, extension = landline.groups()
        after = rf"(?:\D{{0,4}}{_figures(extension)})?" if extension else ""
        return rf"(?:{_figures(area)}[\W_]{{0,4}}|(?<!\d)){_figures(local)}(?!\d){after}"
    if plus and (china := re.fullmatch("(85[23]|886)([0-9]+)", digits)):
        return rf"(?:{_figures(china[1])}[\W_]{{0,4}}|(?<!\d)){_figures(china[2])}(?!\d)"
    return rf"(?<!\d){_figures(digits)}(?!\d)" if len(digits) < 10 else _figures(digits)


def _figures(digits: str) -> str:
    """These figures, each full-width or in 汉字 too, with anything between them that is no word."""
    other = {digit: "".join(han for han in DIGITS if DIGITS[han] == digit) for digit in "0123456789"}
    return r"[\W_]{0,4}".join(f"[{digit}{chr(ord(digit) + 0xFEE0)}{other[digit]}]" for digit in digits)


def struck(text: str, phone: str, instead: str) -> str:
    """The text without a number, however it is written there."""
    return re.sub(spellings(phone), instead, text)
