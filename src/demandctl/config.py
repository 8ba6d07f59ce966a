"""The user's settings: one TOML file and, beside it, the rules that he edits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demandctl import DATA
from demandctl.errors import UsageError

if TYPE_CHECKING:
    from demandctl.core.holidays import HolidayNotice
    from demandctl.core.targets import Target
    from demandctl.core.worktime import Calendar

DEFAULT_ZONE = "Asia/Shanghai"
DEFAULT_HOURS = ("08:30-12:00", "13:30-17:30")
DEFAULT_LEVELS = ("4h", "1d")
DEFAULT_CALL_HOURS = ("09:00-11:30", "14:00-17:30")
"""C 2.5.2: a customer is not disturbed while he rests."""

RETENTION = r"(\d{1,4})(y|mo|d)"

TEMPLATE = """\
# demandctl 的配置。改完后 demandctl config show 看看读到了什么。
timezone = "Asia/Shanghai"

[company]
name = ""                       # 报表抬头

[specialist]
name = ""                       # 需求专员，写进每一步操作
phone = ""
supervisor = ""                 # 主管：回访问题当场拍板
department = "客服部"           # 本部门
call_hours = ["09:00-11:30", "14:00-17:30"]   # 适合打电话的时间

[calendar]
hours = ["08:30-12:00", "13:30-17:30"]        # 上班时间
closed = []                     # 另外放假的日子，如 ["2026-05-08"]
open = []                       # 另外上班的日子

[notify]                        # 提醒发到哪里，见 docs/notifying.md；发：demandctl due --notify
lead = "30m"                    # 到期前多久提醒
quiet = ["20:00-08:00"]         # 这些时候和休息日不发，攒到上班
levels = ["4h", "1d"]           # 超时多久升级

# [[notify.channels]]
# name = "需求群"
# type = "wecom"                # wecom dingtalk feishu mail command
# url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"   # 不带密钥
# key_file = "wecom.key"        # 密钥放在只有自己能读的文件里，或用 key_env 写环境变量名

[backup]
folder = ""                     # 备份放在哪里；空的就放在台账旁边的 backups 文件夹
keep = 20                       # 最多留几份，旧的自动删；0 全留

[privacy]
retention = "3y"                # 结束超过多久的记录由 doctor 提醒清理：3y、18mo、400d；空的不提醒
"""


@cache
def known_settings() -> Mapping[str, frozenset[str]]:
    """The settings that are read, by section; those above all sections under the empty name.

    Read off the lines of the template: every command asks, and parsing it as TOML takes as long as the user's own file.
    """
    section = ""
    found: dict[str, set[str]] = {section: set()}
    for line in TEMPLATE.splitlines():
        if line.startswith("["):
            section = line[1 : line.index("]")]
            found[section] = set()
        elif " = " in line and not line.startswith("#"):
            found[section].add(line.partition(" = ")[0])
    found["notify"].add("channels")
    return {section: frozenset(keys) for section, keys in found.items()}


def nearest(word: str, known: Iterable[str]) -> str:
    """A question after a word that nobody knows: whether one that is known was meant; empty where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"，是不是 {near[0]}？" if near else ""


class Config:
    """What the file says, defaults filled in; ``path`` need not exist."""

    def __init__(self, path: Path, data: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.data: Mapping[str, Any] = data or {}

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read the file; a missing one gives the defaults. UsageError names file, line and reason of a wrong one."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return cls(path)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"配置文件读不了：{path}（{error}）") from error
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> Config:
        """The settings that a text says; *path* is the file that it stands in, or is to stand in."""
        import tomllib

        try:
            config = cls(path, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"配置文件有误：{path}：{error}") from error
        config._check()
        return config

    def get(self, section: str, key: str, default: Any = "") -> Any:
        """One setting of a section, the default when the file does not set it."""
        return self.data.get(section, {}).get(key, default)

    @property
    def zone_name(self) -> str:
        """The ledger's time zone."""
        return str(self.data.get("timezone", DEFAULT_ZONE))

    @property
    def specialist(self) -> str:
        """The specialist's name, empty when it is not set."""
        return str(self.get("specialist", "name"))

    @property
    def department(self) -> str:
        """The specialist's own department."""
        return str(self.get("specialist", "department", "客服部"))

    @property
    def backup_folder(self) -> Path | None:
        """Where backups go, None for the folder ``backups`` beside the ledger."""
        folder = str(self.get("backup", "folder"))
        return Path(folder).expanduser() if folder else None

    @property
    def backups_kept(self) -> int:
        """How many backups are kept, 0 for all of them."""
        return int(self.get("backup", "keep", 20))

    @property
    def retention(self) -> tuple[int, int] | None:
        """How long records that have ended are kept, as (months, days); None for ever."""
        found = re.fullmatch(RETENTION, str(self.get("privacy", "retention", "3y")))
        if not found or not int(found[1]):
            return None
        count = int(found[1])
        return {"y": (12 * count, 0), "mo": (count, 0), "d": (0, count)}[found[2]]

    @property
    def rules_path(self) -> Path:
        """The user's own rules, beside the config file; it need not exist."""
        return self.path.with_name("rules.toml")

    @property
    def holidays_path(self) -> Path:
        """The holiday notices that were pasted, beside the config file; it need not exist."""
        return self.path.parent / "holidays.toml"

    def notices(self) -> list[HolidayNotice]:
        """The holiday notices that were pasted. UsageError names the file when it is wrong."""
        if not self.holidays_path.exists():
            return []
        import tomllib

        from demandctl.core.holidays import parse_notice

        try:
            data = tomllib.loads(self.holidays_path.read_text(encoding="utf-8-sig"))
            return [parse_notice(str(entry["text"])) for entry in data.get("notices", [])]
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise UsageError(
                f"放假通知读不了：{self.holidays_path}（{error}）", "删掉它，再贴一遍：demandctl calendar add"
            ) from error

    def hours(self, key: str = "hours", section: str = "calendar") -> list[tuple[int, int]]:
        """Opening hours as seconds of the day."""
        from demandctl.core.worktime import parse_hours

        default = DEFAULT_HOURS if section == "calendar" else DEFAULT_CALL_HOURS
        try:
            return parse_hours(self.get(section, key, default))
        except (ValueError, AttributeError, TypeError) as error:
            raise self._wrong(section, key, f'“{error}”不是时间段，应写成 ["08:30-12:00", "13:30-17:30"]') from error

    def days(self, key: str) -> list[date]:
        """Dates of an override, ``closed`` or ``open``."""
        found: list[date] = []
        for value in self.get("calendar", key, []):
            try:
                found.append(value if type(value) is date else date.fromisoformat(str(value)))
            except ValueError as error:
                raise self._wrong("calendar", key, f"“{value}”不是日期，应写成 2026-05-08") from error
        return found

    @cached_property
    def steps(self) -> tuple[Target, ...]:
        """How long after its due time a deadline climbs a level, and another: opening time unless they say ``wall``."""
        from demandctl.core.targets import Target

        texts = self.get("notify", "levels", DEFAULT_LEVELS)
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            raise self._wrong("notify", "levels", '应是时长的列表，如 ["4h", "1d"]')
        try:
            return tuple(Target.parse(text) for text in texts)
        except ValueError as error:
            raise self._wrong("notify", "levels", str(error)) from error

    def _check(self) -> None:
        self._check_names()
        for section, keys in {"company": ["name"], "specialist": ["name", "phone", "supervisor", "department"]}.items():
            for key in keys:
                if not isinstance(self.get(section, key), str):
                    raise self._wrong(section, key, "应是文字，用引号括起来")
        for key in ("closed", "open"):
            if not isinstance(self.get("calendar", key, []), list):
                raise self._wrong("calendar", key, '应是日期的列表，如 ["2026-05-08"]')
            self.days(key)
        if not self.hours():
            raise self._wrong("calendar", "hours", "至少要有一段上班时间")
        self.hours("call_hours", "specialist")
        self._check_keeping()
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(self.zone_name)
        except (ValueError, OSError, KeyError) as error:
            raise self._wrong("", "timezone", f"没有“{self.zone_name}”这个时区") from error

    def _check_names(self) -> None:
        """Nothing that is written stands there unread: who mistypes a name would believe that it holds."""
        known = known_settings()
        for name, value in self.data.items():
            if name in known[""]:
                continue
            if name not in known:
                raise self._wrong(name, "", f"没有这一项{self._meant('', name)}")
            if not isinstance(value, dict):
                raise self._wrong(name, "", f"应是一张表，写成 [{name}]")
            for key in value:
                if key not in known[name]:
                    raise self._wrong(name, key, f"没有这一项{self._meant(name, key)}")

    @staticmethod
    def _meant(section: str, key: str) -> str:
        """The setting of another section that is called so, else the nearest of this one, else all of this one."""
        known = known_settings()
        here = known[section] if section else [*known[""], *filter(None, known)]
        elsewhere = {f"{other}.{name}" for other, names in known.items() for name in names if other and name == key}
        near = f"，是不是 {min(elsewhere)}？" if elsewhere else nearest(key, here)
        return near or f"；有：{'、'.join(sorted(here))}"

    def _check_keeping(self) -> None:
        keep = self.get("backup", "keep", 20)
        if type(keep) is not int or not 0 <= keep <= 10_000:
            raise self._wrong("backup", "keep", "应是 0 到 10000 的整数")
        if not isinstance(self.get("backup", "folder"), str):
            raise self._wrong("backup", "folder", "应是文字，用引号括起来")
        retention = self.get("privacy", "retention", "3y")
        if not isinstance(retention, str) or (retention and not re.fullmatch(RETENTION, retention)):
            raise self._wrong("privacy", "retention", "应写成 3y、18mo 或 400d，空串表示不提醒")

    def _wrong(self, section: str, key: str, reason: str) -> UsageError:
        where = ".".join(part for part in (section, key) if part)
        return UsageError(f"配置文件有误：{self.path}\n{where}：{reason}")


def work_calendar(config: Config) -> Calendar:
    """China's official calendar (2004 to the package's last year) with the user's hours and overrides on top.

    A notice that was pasted (``calendar add``), or overrides that hold all legal days of a year, make that year known.
    Of the years after it the days are off that are so by law whatever the notice will say.
    """
    from zoneinfo import ZoneInfo

    from chinese_calendar import constants

    from demandctl.core.worktime import Calendar
    from demandctl.language.festivals import legal_days

    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    closed = {day: chinese.get(name, name) for day, name in constants.holidays.items()}
    opened = {day: f"{chinese.get(name, name)}调休" for day, name in constants.workdays.items()}
    years = {day.year for day in closed}
    for notice in config.notices():
        closed = {day: name for day, name in closed.items() if day.year != notice.year} | notice.closed
        opened = {day: name for day, name in opened.items() if day.year != notice.year}
        opened |= {day: f"{name}调休" for day, name in notice.opened.items()}
        years.add(notice.year)
    own = set(config.days("closed"))
    last = min(years)
    while last + 1 in years or (legal_days(last + 1) and legal_days(last + 1).keys() <= own):
        last += 1
    for year in range(last + 1, last + 1 + YEARS_AHEAD):
        closed |= legal_days(year)
    for day in own:
        closed[day] = "自定放假"
        opened.pop(day, None)
    for day in config.days("open"):
        opened[day] = "自定上班"
        closed.pop(day, None)
    known = (date(min(years), 1, 1), date(last, 12, 31))
    return Calendar(ZoneInfo(config.zone_name), config.hours(), closed, opened, known)


YEARS_AHEAD = 5
"""How many years beyond the known ones have their legal days off: no promise is further away."""


def calendar_version() -> str:
    """The version of the official calendar that is installed."""
    from importlib.metadata import version

    return version("chinesecalendar")


def rules_text(config: Config) -> tuple[str, Path]:
    """The rules in force and where they stand: the user's own file beside the config, else the one in the package."""
    path = config.rules_path if config.rules_path.exists() else DATA / "rules.toml"
    try:
        return path.read_text(encoding="utf-8-sig"), path
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"规则文件读不了：{path}（{error}）") from error


SECRETS = "secrets.env"
"""The file beside the config that holds, for scheduled runs, what a terminal has in its environment."""

SECRET = r"(?i)(key|secret|password|token)"
"""Settings whose value is never shown."""
