"""How a channel declares its settings: a field of its class each, with what may stand there in the user's file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from typing import TypeVar

T = TypeVar("T")

Check = Callable[[object], str]
"""Why a value cannot be taken, empty where it can."""

# What keys look like: long and hexadecimal, SEC before it or not. In a wrong field they are refused and not shown back.
KEY_LIKE = re.compile(r"(SEC)?[0-9A-Fa-f-]{24,}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def _declared(check: Check, default: T, key: str = "", *, needed: bool = False) -> T:
    about = {"check": check, "key": key}
    if needed:
        lacking: T = field(metadata=about)
        return lacking
    return field(default=default, metadata=about)


def text(default: str = "", *, key: str = "", needed: bool = False) -> str:
    """A line of text. *key* is its name in the file where Python has another use for it, here and below."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            return "应是文字，用引号括起来"
        if any(ord(char) < 32 for char in value):
            return "不能有换行或控制字符"
        return "缺少" if needed and not value.strip() else ""

    return _declared(check, default, key, needed=needed)


def is_variable(value: object) -> str:
    """The check of what names an environment variable."""
    named = isinstance(value, str) and not KEY_LIKE.fullmatch(value) and (not value or _VARIABLE.fullmatch(value))
    return "" if named else "应是环境变量的名字，不是密钥本身"


def variable() -> str:
    """The name of an environment variable that holds a secret."""
    return _declared(is_variable, "")


def file() -> str:
    """The name of a file that holds a secret."""

    def check(value: object) -> str:
        if not isinstance(value, str) or KEY_LIKE.fullmatch(value) or any(ord(char) < 32 for char in value):
            return "应是文件的名字，不是密钥本身"
        return ""

    return _declared(check, "")


def texts(
    default: tuple[str, ...] = (), *, among: tuple[str, ...] = (), key: str = "", needed: bool = False
) -> tuple[str, ...]:
    """A list of texts, only of those *among* where any are given; *needed*: at least one."""

    def check(value: object) -> str:
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            return '应是文字的列表，如 ["长沙分公司"]'
        if among and (not value or any(item not in among for item in value)):
            return f"只能是 {'、'.join(among)}，至少一个"
        return "缺少" if needed and not value else ""

    return _declared(check, default, key, needed=needed)


def flag(default: bool) -> bool:
    """True or false."""
    return _declared(lambda value: "" if isinstance(value, bool) else "只能是 true 或 false", default)


def choice(default: str, among: tuple[str, ...]) -> str:
    """One word out of several."""
    return _declared(lambda value: "" if value in among else f"只能是 {'、'.join(among)}", default)


def number(default: int, low: int, high: int) -> int:
    """A whole number between two bounds; where 0 lies below them, it is the default that stands for none."""

    def check(value: object) -> str:
        right = type(value) is int and low <= value <= high
        return "" if right else f"应是 {low} 到 {high} 之间的整数"

    return _declared(check, default)


def seconds(default: float) -> float:
    """How long to wait."""
    low, high = 0.05, 300

    def check(value: object) -> str:
        right = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        return "" if right else f"应是 {low:g} 到 {high:g} 之间的数"

    return _declared(check, default)
