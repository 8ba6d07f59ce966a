"""What is to be told on which channel: open deadlines that have reached a level the channel has not heard of yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from demandctl.notify import schedule
from demandctl.notify.channel import LEVELS, NoticeChannel
from demandctl.notify.channels import Settings
from demandctl.notify.digest import Notice, ordered
from demandctl.queries.deadlines import Due, deadlines_until
from demandctl.queries.reader import Reader
from demandctl.store.values import stored
from demandctl.vocabulary import Urgency

# What a channel has been told of, and what cannot have climbed since, is passed over by the database: the cost of a run
# follows what is to be said, not what is overdue.
_UNTOLD = """NOT EXISTS (
    SELECT 1 FROM notification AS n WHERE n.deadline_id = l.id AND n.channel = :channel AND n.accepted = 1
    AND n.row_due_at = l.due_at AND n.reckoned_by = :reckoned_by AND (n.next_at IS NULL OR n.next_at >= :now))"""


class Plan(NamedTuple):
    """What a channel gets now, what waits for the next opening, and when that is."""

    channel: NoticeChannel
    items: list[Notice]
    held: list[Notice]
    held_until: datetime | None
    reckoned_by: str


def made(reader: Reader, settings: Settings, channels: Sequence[NoticeChannel]) -> list[Plan]:
    """The plan of each channel at this moment."""
    by = _reckoned_by(settings)
    plans = []
    for channel in channels:
        found = _untold(reader, settings, channel, by)
        until = None
        if found:
            until = schedule.held_until(reader.now, settings.quiet, reader.context.calendar)
        now = [item for item in found if not until or item.due.urgency is Urgency.CRITICAL]
        held = [item for item in found if until and item.due.urgency is not Urgency.CRITICAL]
        plans.append(Plan(channel, ordered(now), ordered(held), until if held else None, by))
    return plans


def _untold(reader: Reader, settings: Settings, channel: NoticeChannel, reckoned_by: str) -> list[Notice]:
    running = deadlines_until(
        reader, reader.now + settings.lead, _UNTOLD, {"channel": channel.name, "reckoned_by": reckoned_by}
    )
    found = (_item(reader, settings, channel, due) for due in running)
    return [item for item in found if item is not None]


def _item(reader: Reader, settings: Settings, channel: NoticeChannel, due: Due) -> Notice | None:
    """The deadline as an item of this channel, None when it is not the channel's or it has been told already."""
    if not channel.takes_branch(due.branch):
        return None
    now, calendar, days = reader.now, reader.calendar(due.ruleset), due.deadline.occurrences
    asked_for = schedule.asked_for(due.due_at, days, now, calendar)
    level = schedule.reached(asked_for, now, settings.steps, calendar, _heard(settings, due.branch))
    if schedule.level_name(level) not in channel.levels or _told(reader, channel, due.id, asked_for) >= level:
        return None
    return Notice(
        due=due,
        level=level,
        due_at=asked_for,
        next_at=schedule.next_change(asked_for, days, settings.steps, now, calendar),
        asked=_asked(reader, due.id),
    )


def _heard(settings: Settings, branch: str | None) -> frozenset[str]:
    """The levels that any channel of a branch listens to: where nobody hears of escalations, overdue is the highest."""
    return frozenset(level for channel in settings.channels if channel.takes_branch(branch) for level in channel.levels)


def _told(reader: Reader, channel: NoticeChannel, deadline_id: int, due: datetime) -> int:
    row = reader.sql.execute(
        "SELECT max(level) FROM notification WHERE deadline_id = ? AND channel = ? AND due_at = ? AND accepted = 1",
        (deadline_id, channel.name, stored(due)),
    ).fetchone()
    return -1 if row[0] is None else int(row[0])


def _asked(reader: Reader, deadline_id: int) -> int:
    """How often a deadline was asked for: two channels that heard the same are once."""
    row = reader.sql.execute(
        "SELECT count(*) FROM (SELECT DISTINCT due_at, level FROM notification WHERE deadline_id = ? AND accepted = 1)",
        (deadline_id,),
    ).fetchone()
    return int(row[0])


def _reckoned_by(settings: Settings) -> str:
    """Stands for all settings that a level depends on; a record made under others is looked at again."""
    heard = [(sorted(c.branches), sorted(c.levels, key=LEVELS.index)) for c in settings.channels]
    return sha256(repr(([str(step) for step in settings.steps], heard)).encode()).hexdigest()[:16]
