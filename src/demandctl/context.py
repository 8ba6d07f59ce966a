"""What a command gets: where things lie, what time it is, who is working."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from demandctl.config import SECRETS, Config
from demandctl.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from demandctl.core.worktime import Calendar

import re
from typing import Any

from demandctl.config import SECRET


class Context:
    """One run of the program. Everything is looked up when first asked for, so a command pays for what it uses."""

    def __init__(self, db: Path | None = None, config: Path | None = None) -> None:
        self._db, self._config = db, config

    @cached_property
    def db_path(self) -> Path:
        """The ledger file: ``--db``, else ``DEMANDCTL_DB``, else the platform's user data folder."""
        given = self._db or os.environ.get("DEMANDCTL_DB")
        if given:
            return Path(given).expanduser()
        from platformdirs import user_data_path

        return user_data_path("demandctl", appauthor=False) / "ledger.db"

    @cached_property
    def config_path(self) -> Path:
        """The config file: ``--config``, else ``DEMANDCTL_CONFIG``, else the platform's user config folder."""
        given = self._config or os.environ.get("DEMANDCTL_CONFIG")
        if given:
            return Path(given).expanduser()
        from platformdirs import user_config_path

        return user_config_path("demandctl", appauthor=False) / "config.toml"

    @property
    def scripts_path(self) -> Path:
        """The user's own scripts, beside the config file."""
        return self.config_path.with_name("scripts.toml")

    @property
    def keywords_path(self) -> Path:
        """The user's own keywords for reading chats, beside the config file."""
        return self.config_path.with_name("keywords.toml")

    @property
    def secrets_path(self) -> Path:
        """What scheduled runs have in place of an environment, beside the config file."""
        return self.config_path.with_name(SECRETS)

    @cached_property
    def cache_folder(self) -> Path | None:
        """The platform's folder for what can be made anew; None where the account has none."""
        if home := os.environ.get("XDG_CACHE_HOME"):
            return Path(home) / "demandctl"
        from platformdirs import user_cache_path

        try:
            return user_cache_path("demandctl", appauthor=False)
        except (RuntimeError, OSError):
            return None

    @cached_property
    def config(self) -> Config:
        """The user's settings."""
        return Config.read(self.config_path)

    @cached_property
    def zone(self) -> tzinfo:
        """The time zone that people read and type."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.config.zone_name)

    @cached_property
    def now(self) -> datetime:
        """The moment of this run, to the second, read once; ``DEMANDCTL_NOW`` replaces the clock."""
        text = os.environ.get("DEMANDCTL_NOW")
        if not text:
            return datetime.now(UTC).replace(microsecond=0).astimezone(self.zone)
        try:
            now = datetime.fromisoformat(text)
            if now.tzinfo is None:
                raise ValueError(text)
            return now.replace(microsecond=0).astimezone(self.zone)
        except (ValueError, OverflowError) as error:
            raise UsageError(
                f"DEMANDCTL_NOW 应是带时区的 ISO 8601 时间，如 2026-11-22T09:00:00+08:00，而不是“{text}”"
            ) from error

    def on(self, ledger: Path) -> Context:
        """The same settings and moment on another ledger."""
        other = Context(ledger, self.config_path)
        other.now, other.config = self.now, self.config
        return other

    def later(self) -> Context:
        """The same ledger and settings a moment later: for a command that talks with people while time goes on."""
        return Context(self._db, self._config)

    @cached_property
    def who(self) -> str:
        """Who is working, as written on every operation."""
        name = os.environ.get("DEMANDCTL_USER") or self.config.specialist
        if not name:
            import getpass

            try:
                name = getpass.getuser()
            except (KeyError, OSError, ImportError):
                name = "需求专员"
        return name

    @cached_property
    def calendar(self) -> Calendar:
        """The working calendar in force: official days, opening hours and overrides."""
        from demandctl.config import work_calendar

        return work_calendar(self.config)

    def warn(self, text: str) -> None:
        """A word to the person at the keyboard that no command has to carry."""
        with suppress(OSError):  # nobody reads it: no reason to fail
            sys.stderr.write(f"提示：{text}\n")


def settings(app: Context) -> dict[str, Any]:
    """The settings in force by name, those by default too."""
    config = app.config
    calendar = config.hours()
    return {
        "timezone": config.zone_name,
        "company.name": config.get("company", "name"),
        "specialist.name": config.specialist,
        "specialist.phone": config.get("specialist", "phone"),
        "specialist.supervisor": config.get("specialist", "supervisor"),
        "specialist.department": config.department,
        "calendar.hours": [
            f"{a // 3600:02d}:{a % 3600 // 60:02d}-{b // 3600:02d}:{b % 3600 // 60:02d}" for a, b in calendar
        ],
        "calendar.closed": [day.isoformat() for day in config.days("closed")],
        "calendar.open": [day.isoformat() for day in config.days("open")],
        "backup.folder": str(config.backup_folder or app.db_path.absolute().parent / "backups"),
        "backup.keep": config.backups_kept,
        "privacy.retention": config.get("privacy", "retention", "3y"),
        "notify": _without_secrets(config.data.get("notify", {})),
    }


def _is_secret(name: str) -> bool:
    return bool(re.search(SECRET, name)) and not name.endswith("_env")


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {name: "***" if _is_secret(name) else _without_secrets(entry) for name, entry in value.items()}
    return [_without_secrets(entry) for entry in value] if isinstance(value, list) else value
