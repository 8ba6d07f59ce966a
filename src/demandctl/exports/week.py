"""A week as it is handed upward: what happened in it, and how everything stood at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from demandctl.exports import rows
from demandctl.exports.job import Job
from demandctl.exports.leaders import how_late
from demandctl.exports.rows import DemandRow, RevisitRow
from demandctl.language.subject import LEDGER, Subject
from demandctl.queries import report
from demandctl.queries.deadlines import ABOVE, Due, DueFilter, deadlines_then
from demandctl.vocabulary import Kind

WORST = 5
_NAMED = 3
"""So many are named in a sentence, the rest are counted."""


class Apart(NamedTuple):
    """Open demands that stand on a sheet of their own."""

    title: str
    name: str
    kinds: tuple[Kind, ...]


APART = (
    Apart("商机进展", "未结束的商机", (Kind.OPPORTUNITY,)),
    Apart("售后咨询进展", "未结束的售后和咨询", (Kind.SERVICE, Kind.INQUIRY)),
    Apart("投诉建议进展", "未结束的投诉和建议", (Kind.COMPLAINT, Kind.SUGGESTION)),
)


class WeekStory:
    """A week; of one that has not ended, as it stands now."""

    def __init__(self, job: Job) -> None:
        assert job.period is not None
        self.name = job.period.name
        self.job, self.reader, self.asked = job, job.reader, job.within_period()
        self.past = job.reader.as_of(job.span[1])
        self.report = report.read_report(job.reader, job.period, job.asked.branch)

    def new(self) -> Iterator[DemandRow]:
        """The demands that were raised in it."""
        return rows.demands(self.reader, self.asked.demands)

    def open(self, kinds: Sequence[Kind]) -> Iterator[DemandRow]:
        """The demands of some kinds that were open at its end, each as it stood then."""
        return rows.open_demands(self.past, self.job.asked.demands._replace(since="", until="", kind=tuple(kinds)))

    def ended(self) -> Iterator[DemandRow]:
        """The demands that ended in it."""
        asked = self.asked.demands._replace(
            since="", until="", closed_since=self.asked.since, closed_until=self.asked.until
        )
        return rows.demands(self.reader, asked)

    def visits(self) -> Iterator[RevisitRow]:
        """The revisits of it."""
        return rows.revisits(self.reader, self.asked)

    @cached_property
    def late(self) -> list[Due]:
        """What was overdue at its end; the report that is just being made does not tell of itself."""
        asked = DueFilter(branch=self.job.asked.branch, kind=self.job.asked.kind)
        return [due for due in deadlines_then(self.past, asked) if due.subject != LEDGER]

    @property
    def worst(self) -> list[Due]:
        """The five worst of what was overdue, one of each demand."""
        first: dict[Subject, Due] = {}
        for due in self.late:
            first.setdefault(due.subject, due)
        return [*first.values()][:WORST]

    def sentences(self) -> list[str]:
        """What is new, what is late and whose, what a leader must decide."""
        return [self._happened(), self._late(), self._above()]

    @property
    def _then(self) -> str:
        assert self.job.period is not None
        last = self.job.period.last
        return "到现在" if self.past.now == self.reader.now else f"到{last.month}月{last.day}日周末"

    def _happened(self) -> str:
        new, ended, still = (self.report.get(section).numerator for section in ("new", "closed", "open"))
        parts = "、".join(f"{part.name} {part.numerator:.0f}" for part in self.report.parts("new", "kind"))
        told = f"新增 {new:.0f} 条" + (f"（{parts}）" if parts else "")
        return f"{told}，结束 {ended:.0f} 条，还有 {still:.0f} 条没有结束。"

    def _late(self) -> str:
        if not self.late:
            return f"{self._then}没有超时的事。"
        owing = Counter(_owner(due) for due in self.late)
        told = "、".join(f"{name} {count} 项" for name, count in owing.most_common(_NAMED))
        rest = sum(owing.values()) - sum(count for _, count in owing.most_common(_NAMED))
        more = f"，其余 {len(owing) - _NAMED} 人 {rest} 项" if rest else ""
        return f"{self._then}超时 {len(self.late)} 项：{told}{more}。"

    def _above(self) -> str:
        asked = DueFilter(branch=self.job.asked.branch, kind=self.job.asked.kind)
        waiting = deadlines_then(self.past, asked, ABOVE)
        if not waiting:
            return "没有等领导定的事。"
        told = "；".join(
            f"{due.owed_by.name} {due.subject.code}{f'（{due.customer.name}）' if due.customer else ''} {due.what}"
            for due in waiting[:_NAMED]
        )
        more = f"；另 {len(waiting) - _NAMED} 项" if len(waiting) > _NAMED else ""
        return f"等领导定的 {len(waiting)} 项：{told}{more}。"


def _owner(due: Due) -> str:
    branch = f"（{due.branch}）" if due.branch and due.branch not in due.owed_by.name else ""
    return f"{due.owed_by.name}{branch}" if due.owed_by.role not in ("specialist", "supervisor") else due.owed_by.name


def worst_cells(due: Due) -> tuple[str, str, str, str]:
    """Of one of the worst: what it is about, what is owed, by whom, how late it is."""
    about = f"{due.subject.code} {due.customer.name if due.customer else ''}".strip()
    who = f"{due.owed_by.name} {due.owed_by.phone}".strip()
    return about, due.what, who, how_late(due)
