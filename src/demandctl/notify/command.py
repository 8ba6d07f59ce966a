"""A local command: the digest on its stdin. No shell stands between, so nothing a customer wrote is ever run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from demandctl.notify import settings
from demandctl.notify.channel import NoticeChannel
from demandctl.notify.message import Accepted, Failed, Letter

if TYPE_CHECKING:
    import subprocess


@dataclass(kw_only=True, eq=False)
class LocalCommand(NoticeChannel):
    """Runs the channel's command once for each digest; exit code 0 is success."""

    type: ClassVar[str] = "command"

    argv: tuple[str, ...] = settings.texts(key="command")

    def problems(self) -> Iterator[tuple[str, str]]:
        """No command."""
        if not self.argv:
            yield "command", '缺少，应是命令和它的参数，如 ["/usr/bin/mail", "-s", "提醒", "me@example.com"]'

    @property
    def where(self) -> str:
        """The command's name."""
        return self.argv[0]

    def alone(self) -> Iterator[str]:
        """A name that is looked for where scheduled runs do not look."""
        if not os.path.isabs(self.argv[0]):
            yield f"定时任务里找不到 {self.argv[0]}，command 要写完整路径"

    def send(self, letter: Letter) -> Accepted:
        """Run the command; what it writes is dropped, since it may hold anything."""
        import subprocess

        name = self.argv[0]
        try:
            running = subprocess.Popen(
                self.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: value for name, value in os.environ.items() if name not in self.hidden},
                start_new_session=os.name == "posix",
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "参数不对"
            advice = f"看看 {name} 在不在、能不能运行；定时运行时要写完整路径"
            raise Failed(f"{name} 运行不了（{reason}）", advice=advice) from None
        try:
            running.communicate((letter.text + "\n").encode(errors="replace"), timeout=self.timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"{name} 没有在 {self.timeout:g} 秒内结束", advice="本来就慢的，把 timeout 加大") from None
        finally:
            _ended(running)
        if running.returncode:
            raise Failed(f"{name} 以退出码 {running.returncode} 结束", advice="在终端里用同样的输入运行一次看看")
        return Accepted("退出码 0")


def _ended(running: subprocess.Popen[bytes]) -> None:
    """End a command that is still running, and what it has started."""
    if running.poll() is not None:
        return
    if os.name == "posix":
        import signal

        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
    running.wait()
