"""A local command: the digest on its stdin. No shell stands between, so nothing a customer wrote is ever run."""

from __future__ import annotations

from collections.abc import Mapping

from demandctl.notify.channels import Channel
from demandctl.notify.message import Accepted, Failed, Limit, Message


class Command:
    """Runs the channel's command once for each digest; exit code 0 is success."""

    limit: Limit | None = None
    file_over: int | None = None

    def __init__(self, channel: Channel, environment: Mapping[str, str]) -> None:
        self.channel, self._environment = channel, environment

    def prepared(self, text: str) -> str:
        """What the command makes of it is its own affair."""
        return text

    def send(self, message: Message) -> Accepted:
        """Run the command; what it writes is dropped, since it may hold anything."""
        import subprocess

        name = self.channel.argv[0]
        try:
            done = subprocess.run(
                self.channel.argv,
                input=(message.text + "\n").encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.channel.timeout,
                env=dict(self._environment),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"{name} 没有在 {self.channel.timeout:g} 秒内结束") from None
        except (OSError, ValueError) as error:
            raise Failed(f"{name} 运行不了（{getattr(error, 'strerror', None) or '参数不对'}）") from None
        if done.returncode:
            raise Failed(f"{name} 以退出码 {done.returncode} 结束")
        return Accepted("退出码 0")

    def send_file(self, name: str, text: str) -> Accepted:
        """stdin has no limit that would call for a file."""
        raise Failed("本地命令不分文件")

    def close(self) -> None:
        """Nothing stays open."""
