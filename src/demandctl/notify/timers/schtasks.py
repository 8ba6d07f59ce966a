"""The task scheduler of Windows: a task for each job, described in XML, which alone can say what is missed is run."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import escape

from demandctl.notify.timers.job import NAMES, TimedJob
from demandctl.notify.timers.timer import Piece, Timer

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>{about}</Description></RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition><Interval>PT{every}M</Interval></Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT15M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec>
  </Actions>
</Task>
"""


class Schtasks(Timer):
    """``schtasks``; what was missed while the machine was off is run when it is on again (``StartWhenAvailable``)."""

    name: ClassVar[str] = "schtasks"
    label: ClassVar[str] = "计划任务"
    program: ClassVar[str] = "schtasks"
    advice: ClassVar[str] = "在“任务计划程序”里能看到上次运行结果：0 正常，5 有渠道没有发成"

    def wanted(self, jobs: Sequence[TimedJob]) -> list[Piece]:
        """One task a job."""
        return [Piece(job.name, _xml(job)) for job in jobs]

    def installed(self) -> list[Piece]:
        """The tasks that are there."""
        found = ((name, self.tried("/Query", "/TN", name, "/XML")) for name in NAMES)
        return [Piece(name, done.stdout.strip()) for name, done in found if not done.returncode]

    def install(self, jobs: Sequence[TimedJob]) -> None:
        """Register the tasks in place of the old ones."""
        for job in jobs:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{job.name}.xml"
                file.write_text(_xml(job), encoding="utf-16")
                self.call("/Create", "/TN", job.name, "/XML", str(file), "/F")

    def remove(self) -> None:
        """Delete the tasks."""
        for piece in self.installed():
            self.call("/Delete", "/TN", piece.where, "/F")


def _xml(job: TimedJob) -> str:
    program, *arguments = job.argv
    quoted = subprocess.list2cmdline(arguments)
    return _TASK.format(about=escape(job.about), every=job.every, program=escape(program), arguments=escape(quoted))
