"""Sending digests: one run at a time, each accepted message recorded at once, a failing channel stops no other."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from demandctl.context import Context
from demandctl.db import connect
from demandctl.errors import LedgerUnusable
from demandctl.notify import digest
from demandctl.notify.channels import Channel, Settings
from demandctl.notify.digest import Item, Part
from demandctl.notify.keys import without_secrets
from demandctl.notify.message import Accepted, Failed, Message, Sender
from demandctl.notify.plan import Plan, made
from demandctl.queries.reader import reading
from demandctl.store.file import unusable
from demandctl.store.values import stored

Talk = Callable[[str], None]
_BUSY_MS = 30_000
"""How long a record waits for another command: what was sent and is not written down would be sent again."""


@dataclass
class Outcome:
    """What became of a channel's digest."""

    channel: Channel
    held: list[Item]
    held_until: datetime | None
    sent: list[Item] = field(default_factory=list)
    failed: list[Item] = field(default_factory=list)
    messages: int = 0
    errors: list[str] = field(default_factory=list)


def deliver(
    context: Context, settings: Settings, channels: Sequence[Channel], *, unmask: bool, talk: Talk
) -> list[Outcome] | None:
    """Send what is to be sent now; None when another run is at it. LedgerUnusable when it could not be recorded."""
    with closing(connect(context.db_path, write=True, context=context)) as ledger, _alone(context.db_path) as first:
        if not first:
            return None
        with reading(context) as reader:
            found = made(reader, settings, channels)
        outcomes = [Outcome(plan.channel, plan.held, plan.held_until) for plan in found]
        if any(plan.items for plan in found):
            record = _Record(ledger, context)
            if unmask:
                log_unmasking(context, [plan.channel.name for plan in found if plan.items])
            for plan, outcome in zip(found, outcomes, strict=True):
                if plan.items:
                    _deliver(plan, outcome, record, settings, unmask=unmask, talk=talk)
        return outcomes


def sender_for(channel: Channel, settings: Settings, talk: Talk) -> Sender:
    """The sender of a channel, its module loaded only now. Failed when its key is missing or may be read by others."""
    if channel.type == "wecom":
        from demandctl.notify.wecom import Wecom

        return Wecom(channel, talk)
    if channel.type == "dingtalk":
        from demandctl.notify.dingtalk import Dingtalk

        return Dingtalk(channel, talk)
    if channel.type == "feishu":
        from demandctl.notify.feishu import Feishu

        return Feishu(channel, talk)
    if channel.type == "mail":
        from demandctl.notify.mail import Mail

        return Mail(channel)
    from demandctl.notify.command import Command

    return Command(channel, without_secrets(settings.channels))


def _deliver(plan: Plan, outcome: Outcome, record: _Record, settings: Settings, *, unmask: bool, talk: Talk) -> None:
    run = _Run(plan, outcome, record, unmask, talk)
    try:
        sender = sender_for(plan.channel, settings, talk)
    except Failed as error:
        run.failed(plan.items, error)
        return
    try:
        run.all(sender)
    finally:
        sender.close()


class _Run:
    """One channel's turn."""

    def __init__(self, plan: Plan, outcome: Outcome, record: _Record, unmask: bool, talk: Talk) -> None:
        self.plan, self.outcome, self.record, self.unmask = plan, outcome, record, unmask
        self.now = record.now
        self._talk = talk

    def all(self, sender: Sender) -> None:
        """Send the digest, for the most part as a file when it would take too many messages."""
        items = self.plan.items
        texts = [sender.prepared(digest.line_of(item, self.now, unmask=self.unmask)) for item in items]
        parts = digest.split(items, texts, sender.limit, self.now)
        if sender.file_over is not None and len(parts) > sender.file_over:
            parts = self._with_file(sender, texts, parts)
        for number, part in enumerate(parts):
            if not self._send(sender, part, part.items):
                for left in parts[number + 1 :]:
                    self.outcome.failed += left.items
                return

    def _with_file(self, sender: Sender, texts: Sequence[str], parts: list[Part]) -> list[Part]:
        """One message and a file; returns what is to be sent as messages all the same, since the file was refused."""
        first, rest = digest.as_file(self.plan.items, texts, parts, self.now)
        if not self._send(sender, first, self.plan.items):
            self.outcome.failed += rest.items
            return []
        try:
            self._accepted(rest, sender.send_file(f"需求提醒-{self.now:%Y%m%d-%H%M}.txt", rest.text))
        except Failed as error:
            if error.refused:
                self._say(f"文件没有收下（{error}），其余的分条发")
                return parts[1:]
            self.failed(rest.items, error)
        return []

    def _send(self, sender: Sender, part: Part, mentioned: Sequence[Item]) -> bool:
        """Send one message; whether the next ones may be tried."""
        if part.cut:
            self._say(f"有 {part.cut} 行太长，发出的是截短的")
        mobiles = digest.mobiles(mentioned) if self.plan.channel.mention else ()
        try:
            accepted = sender.send(Message(part.text, mobiles, digest.title(self.plan.items)))
        except Failed as error:
            self.failed(part.items, error)
            return error.refused
        self._accepted(part, accepted)
        return True

    def _say(self, text: str) -> None:
        self._talk(f"{self.plan.channel.name}：{text}")

    def _accepted(self, part: Part, accepted: Accepted) -> None:
        self.outcome.messages += 1
        self.outcome.sent += part.items
        if accepted.complaint:
            self.outcome.errors.append(accepted.complaint)
        self.record.write(self.plan, part.items, accepted.complaint or accepted.answer)

    def failed(self, items: Sequence[Item], error: Failed) -> None:
        """Keep items unsent, and the reason."""
        self.outcome.failed += items
        if str(error) not in self.outcome.errors:
            self.outcome.errors.append(str(error))
        self.record.write(self.plan, items[:1], str(error), failed=True)


class _Record:
    """The ledger's record of what went out, each message in a commit of its own."""

    def __init__(self, ledger: sqlite3.Connection, context: Context) -> None:
        self._ledger, self._path, self.now = ledger, context.db_path, context.now
        try:  # before anything is sent: what cannot be written down would be sent again for ever
            ledger.execute("BEGIN IMMEDIATE")
            ledger.execute("ROLLBACK")
            ledger.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        except sqlite3.Error as error:
            raise unusable(error, self._path) from error

    def write(self, plan: Plan, items: Sequence[Item], answer: str, *, failed: bool = False) -> None:
        """Write down what was accepted, or that something failed."""
        at = stored(self.now)
        rows = [
            (at, plan.channel.name, item.line.id, item.level, stored(item.due_at), item.row_due_at,
             stored(item.next_at) if item.next_at else None, plan.reckoned_by, failed, answer)
            for item in items
        ]  # fmt: skip
        try:
            self._ledger.execute("BEGIN IMMEDIATE")
            self._ledger.executemany(
                "INSERT INTO notification (at, channel, deadline_id, level, due_at, row_due_at, next_at, reckoned_by, "
                "failed, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            self._ledger.execute("COMMIT")
        except sqlite3.Error as error:
            if self._ledger.in_transaction:
                self._ledger.execute("ROLLBACK")
            if failed:
                return
            reason = unusable(error, self._path)
            raise LedgerUnusable(
                f"{reason}\n渠道“{plan.channel.name}”有一条消息已发出却没能记下", "下次运行会再发一遍这一条"
            ) from error


@contextmanager
def _alone(ledger: Path) -> Iterator[bool]:
    """Hold the lock beside the ledger; False when another run holds it. It goes with the process, however that ends."""
    path = ledger.resolve()
    path = path.with_name(f"{path.name}.notify.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LedgerUnusable(
            f"锁文件建不了：{path}（{error.strerror}）", "发提醒要能写台账所在的文件夹；只看看：加 --dry-run"
        ) from error
    try:
        yield _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def log_unmasking(context: Context, names: Sequence[str], *, rehearsal: bool = False) -> None:
    """Phones and customers' words leave in full: the log says so before they do."""
    from demandctl.db import transaction

    with transaction(context, "due --notify --unmask") as work:
        work.describe(f"{'预览' if rehearsal else '发'}提醒时不遮电话和客户原话：{'、'.join(names)}")
