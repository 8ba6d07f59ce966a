"""Which ways of running something again and again there are, and which this system has."""

from __future__ import annotations

from demandctl.errors import Refused
from demandctl.notify.timers.crontab import Crontab
from demandctl.notify.timers.launchd import Launchd
from demandctl.notify.timers.schtasks import Schtasks
from demandctl.notify.timers.systemd import Systemd
from demandctl.notify.timers.timer import Timer

TIMERS: tuple[Timer, ...] = (Schtasks(), Launchd(), Systemd(), Crontab())
"""The better ones first: what catches up with what was missed, and writes logs of its own."""


def there() -> list[Timer]:
    """Those that this system has, the one to take first."""
    return [timer for timer in TIMERS if timer.is_there()]


def chosen() -> Timer:
    """The one to take. Refused where there is none."""
    found = there()
    if not found:
        names = "、".join(timer.program for timer in TIMERS)
        raise Refused(
            f"这台电脑上没有能定时运行的程序（{names}）", "让别的办法每十分钟运行一次：demandctl due --notify"
        )
    return found[0]
