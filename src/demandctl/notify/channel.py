"""What every channel of notices has in common; each make is one class on top of it, in a module of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from demandctl.config import SECRETS
from demandctl.core.routing import short_branch
from demandctl.notify import settings, surroundings
from demandctl.notify.keys import read_private, scrubbed, usable
from demandctl.notify.message import Accepted, Failed, Letter, Limit

LEVELS = ("soon", "overdue", "escalated")
LABELS = {"soon": "快到期", "overdue": "已超时", "escalated": "已升级"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Talk = Callable[[str], None]
"""Says to the person at the keyboard why it takes long."""


@dataclass(kw_only=True, eq=False)
class NoticeChannel:
    """One ``[[notify.channels]]``: where digests go, for which branches and at which levels.

    The fields are the settings. A secret is taken from where they say only when the channel opens.
    """

    type: ClassVar[str]
    """What the file calls this make."""
    can_mention: ClassVar[bool] = False
    file_bytes: ClassVar[int] = 0
    """How large a file may be that this make takes; 0: it takes none."""
    name: str = settings.text(needed=True)
    branches: tuple[str, ...] = settings.texts()
    levels: tuple[str, ...] = settings.texts(LEVELS, among=LEVELS)
    timeout: float = settings.seconds(10.0)
    mention: bool = settings.flag(True)

    file_over: int | None = None
    """A digest of more messages than this goes as one file; None: always as messages."""
    folder: Path = Path()
    """Where the settings lie: names of files are relative to it."""
    hidden: frozenset[str] = frozenset()
    """Variables of the environment that hold a secret of some channel."""

    @classmethod
    def declared(cls) -> dict[str, Field[Any]]:
        """The settings by the names that the file has for them."""
        return {f.metadata["key"] or f.name: f for f in fields(cls) if "check" in f.metadata}

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong between settings that are right each by itself, as (setting, reason)."""
        return iter(())

    def takes_branch(self, branch: str | None) -> bool:
        """Whether what happens in a branch is this channel's; one without branches takes all, also what has none."""
        return not self.branches or short_branch(branch or "") in map(short_branch, self.branches)

    @property
    def where(self) -> str:
        """Where it sends to, in a word, without any secret."""
        raise NotImplementedError

    @property
    def variables(self) -> frozenset[str]:
        """The variables of the environment that hold its secrets."""
        named = (getattr(self, f.name) for f in fields(self) if f.metadata.get("check") is settings.is_variable)
        return frozenset(filter(None, named))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be told to nobody, once it is open."""
        return ()

    @property
    def limit(self) -> Limit | None:
        """How long a message may be; None: any length goes."""
        return None

    def prepared(self, text: str) -> str:
        """The text with whatever this channel would take for markup made harmless."""
        return text

    def open(self, talk: Talk) -> None:
        """Get ready to send; Failed when a secret is missing or may be read by others."""

    def send(self, letter: Letter) -> Accepted:
        """Send one message; Failed when it was not accepted."""
        raise NotImplementedError

    def send_file(self, name: str, content: bytes) -> Accepted:
        """Send a file; Failed when it was not accepted."""
        raise Failed(f"{self.type} 渠道不能发文件")

    def send_image(self, content: bytes) -> Accepted:
        """Send a picture, PNG or JPEG; Failed when it was not accepted."""
        raise Failed(f"{self.type} 渠道不能发图片")

    def alone(self) -> Iterator[str]:
        """What may not work where nobody sits at a terminal."""
        return iter(())

    def close(self) -> None:
        """Let go of connections."""

    def clean(self, text: str) -> str:
        """A text from outside without any secret, short, and fit to be stored."""
        return scrubbed(text, self.secrets)

    def secret(self, variable: str, file: str) -> str:
        """A secret from a file or from the environment; empty where neither is named. Failed: what is wrong."""
        if file:
            return usable(read_private(self.folder / Path(file).expanduser()), file)
        if not variable:
            return ""
        value = os.environ.get(variable, "") or surroundings.told(self.folder / SECRETS).get(variable, "")
        if not value.strip():
            raise Failed(
                f"环境变量 {variable} 没有设置", advice=f"设置它，或写进 {self.folder / SECRETS}，或改用 key_file"
            )
        return usable(value, variable)
