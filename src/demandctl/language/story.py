"""A follow-up on one line, as our own sheets tell it in 跟进记录, and read from there again."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

_NEXT = "｜下次："
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d) (\S[^（【：]*?)(?: (\+?[\d][\d-]{6,}))?"
    r"(?:（([^）]*)）)?(?:【([^】]*)】)?：(.*?)(?:｜下次：(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)?(?: ?(.*))?)?"
)


class StoryLine(NamedTuple):
    """When, by whom with his phone, what kind of note, how far, what, and what is next."""

    at: datetime
    by: str
    phone: str
    nature: str
    stage: str
    text: str
    next_at: datetime | None
    next_plan: str


def as_line(said: StoryLine) -> str:
    """A follow-up as one line."""
    who = f"{said.by} {said.phone}".strip()
    nature = f"（{said.nature}）" if said.nature else ""
    stage = f"【{said.stage}】" if said.stage else ""
    text = " ".join(said.text.splitlines())
    coming = f"{said.next_at:%Y-%m-%d %H:%M}" if said.next_at else ""
    coming = f"{coming} {said.next_plan}".strip() if coming or said.next_plan else ""
    return f"{said.at:%Y-%m-%d %H:%M} {who}{nature}{stage}：{text}" + (f"{_NEXT}{coming}" if coming else "")


def of_lines(text: str) -> list[StoryLine]:
    """The follow-ups of a cell that we wrote; none where a line of it is not ours."""
    found = [_LINE.fullmatch(line) for line in text.split("\n") if line.strip()]
    return [_line(match) for match in found if match] if all(found) else []


def _line(match: re.Match[str]) -> StoryLine:
    at, by, phone, nature, stage, text, coming, plan = (part or "" for part in match.groups())
    return StoryLine(
        datetime.fromisoformat(at), by, phone, nature, stage, text,
        datetime.fromisoformat(coming) if coming else None, plan,
    )  # fmt: skip
