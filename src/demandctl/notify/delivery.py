"""Sending digests: one run at a time, each message recorded before and after, a failing channel stops no other."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from demandctl.context import Context
from demandctl.db import connect
from demandctl.errors import DemandctlError
from demandctl.notify import digest, standing, surroundings
from demandctl.notify.channel import NoticeChannel, Talk
from demandctl.notify.channels import read
from demandctl.notify.digest import Notice, Portion
from demandctl.notify.limits import within
from demandctl.notify.message import Accepted, Failed, Letter
from demandctl.notify.plan import Plan, made
from demandctl.notify.record import Intent, Record
from demandctl.queries.reader import reading

TURN_SECONDS = 300.0
"""How long one channel may take in all, the pauses between messages included."""

Given = TypeVar("Given")


@dataclass
class Delivery:
    """What became of a channel's digest."""

    channel: NoticeChannel
    held: list[Notice]
    held_until: datetime | None
    sent: list[Notice] = field(default_factory=list)
    failed: list[Notice] = field(default_factory=list)
    messages: int = 0
    errors: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def deliver(context: Context, channels: Collection[str], *, unmask: bool, talk: Talk) -> list[Delivery] | None:
    """Send what is to be sent now on the channels of those names, or on all; None when another run is at it.

    UsageError for wrong settings, LedgerUnusable when it could not be recorded; how it went stands beside the ledger.
    """
    ends = time.monotonic() + standing.RUN_SECONDS
    surroundings.adopt(context.secrets_path)
    with (
        closing(connect(context.db_path, write=True, context=context)) as ledger,
        standing.alone(context.db_path) as first,
    ):
        if first is None:
            return None
        try:
            outcomes = _all(context, ledger, channels, unmask, talk, ends)
        except DemandctlError as error:
            standing.went(first, context.now, str(error))
            raise
        standing.went(first, context.now, "；".join(told(outcome) for outcome in outcomes if outcome.errors))
        return outcomes


def _all(
    context: Context, ledger: sqlite3.Connection, channels: Collection[str], unmask: bool, talk: Talk, ends: float
) -> list[Delivery]:
    settings = read(context.config)
    with reading(context) as reader:
        found = made(reader, settings, settings.chosen(channels))
    outcomes = [Delivery(plan.channel, plan.held, plan.held_until) for plan in found]
    busy = [(plan, outcome) for plan, outcome in zip(found, outcomes, strict=True) if plan.items]
    if busy and unmask:
        log_unmasking(context, [plan.channel.name for plan, _ in busy])
    record = Record(ledger, context.db_path, context.now)
    for plan, outcome in busy:
        _Turn(plan, outcome, record, unmask, talk, ends).take()
    return outcomes


def told(outcome: Delivery) -> str:
    """What went wrong with a channel, under its name."""
    return f"渠道“{outcome.channel.name}”：{'；'.join(outcome.errors)}"


def timely(channel: NoticeChannel, seconds: float, work: Callable[[], Given]) -> Given:
    """What comes of a step of a channel's; whatever it raises and however it hangs, it has Failed."""
    try:
        return within(seconds, work)
    except Failed:
        raise
    except TimeoutError:
        raise Failed("用的时间太长，这次不再发", advice="下次运行接着发") from None
    except Exception as error:
        raise Failed(f"没有料到的错误（{type(error).__name__}）：{channel.clean(str(error))}") from None


class _Turn:
    """One channel's turn."""

    def __init__(self, plan: Plan, outcome: Delivery, record: Record, unmask: bool, talk: Talk, ends: float) -> None:
        self.plan, self.channel, self.outcome, self.record = plan, plan.channel, outcome, record
        self.now, self._unmask = record.now, unmask
        self._talk = talk
        self._ends = min(ends, time.monotonic() + TURN_SECONDS)

    def take(self) -> None:
        """Send the channel's digest."""
        try:
            texts = self._timely(self._ready)
        except Failed as error:
            self._failed(self._intend(self.plan.items[:1]), self.plan.items, error)
        else:
            self._all(texts)
        finally:
            with suppress(Failed):
                self._timely(self.channel.close)

    def _ready(self) -> list[str]:
        """Open the channel; each item as a line that it takes."""
        self.channel.open(self._say)
        return [self.channel.prepared(digest.line_of(item, self.now, unmask=self._unmask)) for item in self.plan.items]

    def _all(self, texts: Sequence[str]) -> None:
        """Send the digest, for the most part as a file when it would take too many messages."""
        over = self.channel.file_over
        parts = digest.split(self.plan.items, texts, self.channel.limit, self.now)
        if over is not None and len(parts) > over:
            parts = self._with_file(texts, parts)
        for number, part in enumerate(parts):
            if not self._send(part, part.items):
                for left in parts[number + 1 :]:
                    self.outcome.failed += left.items
                return

    def _with_file(self, texts: Sequence[str], parts: list[Portion]) -> list[Portion]:
        """One message and a file; returns what is to be sent as messages all the same, since the file was refused."""
        first, rest = digest.as_file(self.plan.items, texts, parts, self.now)
        if not self._send(first, self.plan.items):
            self.outcome.failed += rest.items
            return []
        name, content = f"需求提醒-{self.now:%Y%m%d-%H%M}.txt", b"\xef\xbb\xbf" + rest.text.encode()
        intent = self._intend(rest.items)
        try:
            self._accepted(intent, rest, self._timely(lambda: self.channel.send_file(name, content)))
        except Failed as error:
            if error.refused:
                intent.failed(str(error))
                self._say(f"文件没有收下（{error}），其余的分条发")
                return parts[1:]
            self._failed(intent, rest.items, error)
        return []

    def _send(self, part: Portion, mentioned: Sequence[Notice]) -> bool:
        """Send one message; whether the next ones may be tried."""
        if part.cut:
            self._say(f"有 {part.cut} 行太长，发出的是截短的")
        mobiles = digest.mobiles(mentioned) if self.channel.mention else ()
        message = Letter(part.text, mobiles, digest.title(self.plan.items))
        intent = self._intend(part.items)
        try:
            accepted = self._timely(lambda: self.channel.send(message))
        except Failed as error:
            self._failed(intent, part.items, error)
            return error.refused
        self._accepted(intent, part, accepted)
        return True

    def _timely(self, work: Callable[[], Given]) -> Given:
        return timely(self.channel, self._ends - time.monotonic(), work)

    def _intend(self, items: Sequence[Notice]) -> Intent:
        return self.record.intend(self.channel.name, self.plan.reckoned_by, items)

    def _say(self, text: str) -> None:
        self._talk(f"{self.channel.name}：{text}")

    def _accepted(self, intent: Intent, part: Portion, accepted: Accepted) -> None:
        self.outcome.messages += 1
        self.outcome.sent += part.items
        if accepted.complaint:
            self.outcome.errors.append(accepted.complaint)
        intent.accepted(accepted.complaint or accepted.answer)

    def _failed(self, intent: Intent, items: Sequence[Notice], error: Failed) -> None:
        """Keep items unsent, and the reason."""
        self.outcome.failed += items
        if str(error) not in self.outcome.errors:
            self.outcome.errors.append(str(error))
            self.outcome.advice += [error.advice] if error.advice else []
        intent.failed(str(error))


def log_unmasking(context: Context, names: Sequence[str], *, rehearsal: bool = False) -> None:
    """Phones and customers' words leave in full: the log says so before they do."""
    from demandctl.db import transaction

    with transaction(context, "due --notify --unmask") as work:
        work.describe(f"{'预览' if rehearsal else '发'}提醒时不遮电话和客户原话：{'、'.join(names)}")
