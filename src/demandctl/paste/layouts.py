"""A pasted text -> plain lines of one shape: what a scanner, a spreadsheet, a form or a mail did to it is undone. Pure.

Cells copied out of a spreadsheet become the labelled lines of a form, a form on one line gets a line for each label,
characters that a scanner set apart are joined. The lines that come out are what ``transcript`` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

ROW = "\x1e"
"""Stands alone on a line before each row of a table: another message begins."""

LABEL = re.compile(r"^\s*[【\[〖「*·•\-]*\s*(?P<label>[^:：\s][^:：]{0,11}?)\s*[】\]〗」]*\s*[:：]\s*(?P<value>.*)$")
"""A line that may be a label and its value."""

_FORM = ("customer", "phone", "wechat", "region", "address", "product", "content", "company", "raised")
_INNER_LABEL = re.compile(r"(?:^|(?<=[\s，,；;。】\]]))([\u4e00-\u9fff]{2,6})\s*[:：]")
_CELLS = re.compile(r"\t+| {3,}|\s*\|\s*")
_COMMA = re.compile(r"\s*[,，]\s*")
_RULE = re.compile(r"^[\s|:\-—+]+$")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORWARDED = re.compile(r"^\s*[>›│┃|]\s?")
_LETTERS = "\u4e00-\u9fff"


def squeezed(name: str) -> str:
    """A name for comparing: without blanks and signs."""
    return re.sub(r"[\s\-—_·.|丨,，()（）【】\[\]@]", "", name).lower()


def lines_of(text: str, labels: Mapping[str, str]) -> list[str]:
    """The lines of a paste; *labels*: words before a colon that are no names -> the field they tell."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    lines = [_INVISIBLE.sub("", line).replace("\xa0", " ") for line in text.split("\n")]
    lines = [_unspaced(line) for line in _unforwarded(lines)]
    return [part for line in _tables(lines, labels) for part in _parted(line, labels)]


_WHOSE = re.compile(
    "^(?:客户|用户|您的|对方|报修|咨询|反馈|服务|设备|产品|联系|申请|登记|故障|项目|施工|当前|所在|详细|下单|采购|收货|使用|现场)"
)


def what_of(label: str, labels: Mapping[str, str]) -> str | None:
    """The field that a label tells, also with whose it is before it; "other" for one that tells none, else None."""
    name = squeezed(label)
    return labels.get(name) or labels.get(_WHOSE.sub("", name))


def _unspaced(line: str) -> str:
    """泵 车 不 打 料 了: characters that a scanner set apart are joined; two blanks stay one."""
    words = line.strip().split(" ")
    single = [word for word in words if len(word) == 1]
    if len(words) < 4 or len(single) < len([word for word in words if word]) * 0.8:
        return line
    if not re.search(f"[{_LETTERS}] [{_LETTERS}]", line):
        return line  # figures set apart are a phone, and read as one
    return re.sub(r" {2,}", "\x00", line.strip()).replace(" ", "").replace("\x00", " ")


def _unforwarded(lines: list[str]) -> list[str]:
    """What was forwarded as a quotation (> before each line) without its marks, where nothing else is said."""
    said = [line for line in lines if line.strip()]
    marked = [line for line in said if _FORWARDED.match(line) and line.count("|") < 2]
    if not marked or len(said) - len(marked) > 1:
        return lines
    return [_FORWARDED.sub("", line) for line in lines]


# -- tables --------------------------------------------------------------------------------------------------------


def _tables(lines: list[str], labels: Mapping[str, str]) -> Iterator[str]:
    """Rows of cells as forms, under a line of headings; without one each row is a message of its own."""
    at = 0
    while at < len(lines):
        titles, apart = _titles(lines[at], labels)
        if apart:
            at += 1
            while at < len(lines) and (_RULE.match(lines[at]) or len(_cells(lines[at], apart)) > 1):
                if not _RULE.match(lines[at]):
                    yield ROW
                    yield from _row(titles, _cells(lines[at], apart, len(titles)))
                at += 1
            continue
        if len(titles) > 2 and "\t" in lines[at]:
            yield from (ROW, "，".join(filter(None, titles)))
        else:
            yield lines[at]
        at += 1


def _titles(line: str, labels: Mapping[str, str]) -> tuple[list[str], re.Pattern[str] | None]:
    """The headings that a line is, and what parts its cells; None for what is no line of headings."""
    for apart, least in ((_CELLS, 0.5), (_COMMA, 1.0)):
        titles = _cells(line, apart)
        known = [title for title in titles if what_of(title, labels) is not None]
        if len(titles) > 2 and len(known) >= len(titles) * least:
            return titles, apart
    return _cells(line), None


def _cells(line: str, apart: re.Pattern[str] = _CELLS, most: int = 0) -> list[str]:
    return [cell.strip() for cell in apart.split(line.strip().strip("|"), maxsplit=max(most - 1, 0))]


def _row(titles: Iterable[str], cells: Iterable[str]) -> Iterator[str]:
    for title, cell in zip(titles, cells, strict=False):
        if cell:
            yield f"{title}：{cell}"


# -- forms ---------------------------------------------------------------------------------------------------------


def _parted(line: str, labels: Mapping[str, str]) -> list[str]:
    """A form that came on one line, a line for each of its labels."""
    starts = [m.start(1) for m in _INNER_LABEL.finditer(line) if what_of(m[1], labels) in _FORM]
    least = 2 if re.match(r"\s*[【\[]", line) else 3
    if len(starts) < least:
        return [line]
    parts = [line[a:b] for a, b in pairwise([0, *starts, len(line)])]
    return [part.strip(" \t，,；;") for part in parts if part.strip(" \t，,；;")]
