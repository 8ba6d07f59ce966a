"""The workbooks: which sheets each has, and how each is filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from demandctl.exports import form, pages, rows, web
from demandctl.exports.columns import (
    ASSIGNMENTS,
    CONTACTS,
    CREDITS,
    CUSTOMERS,
    DEMANDS,
    ESCALATIONS,
    FOLLOW_UPS,
    GREETINGS,
    GROUPS,
    MACHINES,
    ORDERS,
    REVISITS,
    SERVICES,
)
from demandctl.exports.form import Heading, SheetForm
from demandctl.exports.job import Job
from demandctl.exports.leaders import (
    CLOSED,
    COMPILED,
    CUSTOMERS_PRINTED,
    DEMANDS_PRINTED,
    NEW,
    OPEN,
    OVERDUE,
    REVISITS_PRINTED,
    VISITED,
    overdue,
)
from demandctl.exports.week import APART, WeekStory
from demandctl.exports.workbook import NewBook
from demandctl.queries import report
from demandctl.queries.view import View

LATE_DEMAND = (("standing", "超时"),)
LATE_REVISIT = (("form_in_time", "超时"), ("satisfaction", "不满意"))
UNSATISFIED = (("satisfaction", "不满意"),)
_DEMANDS = SheetForm("需求信息", "需求信息记录表", DEMANDS, DEMANDS_PRINTED, LATE_DEMAND)
_REVISITS = SheetForm("客户回访", "客户回访记录表", REVISITS, REVISITS_PRINTED, LATE_REVISIT)
_FOLLOW_UPS = SheetForm("跟进明细", "需求跟进明细", FOLLOW_UPS)
_ESCALATIONS = SheetForm("升级明细", "疑难升级明细", ESCALATIONS, empty="没有升级")
_SERVICES = SheetForm("服务明细", "服务环节明细", SERVICES, empty="没有服务环节")
_CUSTOMERS = SheetForm("客户档案", "客户档案", CUSTOMERS, CUSTOMERS_PRINTED)
_NEW = SheetForm("新增需求", "本周新增需求", NEW, late=LATE_DEMAND, empty="本周没有新增的需求")
_OVERDUE = SheetForm("超时未办", "超时未办事项", OVERDUE, late=(("late", "超时"),), empty="没有超时的事项")
_CLOSED = SheetForm("本周结束", "本周结束需求", CLOSED, late=LATE_DEMAND, empty="本周没有结束的需求")
_VISITED = SheetForm("回访", "本周回访", VISITED, late=LATE_REVISIT, empty="本周没有回访")


def _book(job: Job, title: str) -> NewBook:
    return NewBook(title, job.who, job.reader.now, job.mask)


def _heading(job: Job) -> Heading:
    branch = f"（{'、'.join(job.asked.branch)}）" if job.asked.branch else ""
    return Heading(job.company, f"{job.period_name}{branch}", job.who, job.reader.now.astimezone(job.reader.zone))


def _form(book: NewBook, job: Job, made: SheetForm, found: Iterable[View]) -> None:
    form.add(book, job.reader, made, _heading(job), job.over(made.title, found))


def demands(job: Job) -> NewBook:
    """需求信息记录表: the demands, their follow-ups and assignments, and what they come to."""
    book, asked, reader = _book(job, "需求信息记录表"), job.asked.demands, job.reader
    _form(book, job, _DEMANDS, rows.demands(reader, asked))
    _form(book, job, _FOLLOW_UPS, rows.follow_ups(reader, asked))
    _form(book, job, SheetForm("派单明细", "需求派单明细", ASSIGNMENTS), rows.assignments(reader, asked))
    _form(book, job, _ESCALATIONS, rows.escalations(reader, asked))
    _form(book, job, _SERVICES, rows.services(reader, asked))
    pages.add(book, "汇总", "需求信息汇总", _heading(job), pages.summary(reader, asked))
    return book


def revisits(job: Job) -> NewBook:
    """客户回访记录表: the revisits and what they come to."""
    book, reader = _book(job, "客户回访记录表"), job.reader
    _form(book, job, _REVISITS, rows.revisits(reader, job.asked))
    coverage = report.coverage(reader, job.asked.since, job.asked.until, job.asked.branch)
    found = list(rows.revisits(reader, job.asked))
    pages.add(book, "汇总", "客户回访汇总", _heading(job), pages.revisit_summary(found, coverage))
    return book


def follow_ups(job: Job) -> NewBook:
    """跟进明细 alone, by the time of the follow-ups."""
    book = _book(job, "跟进明细")
    _form(book, job, _FOLLOW_UPS, rows.follow_ups(job.reader, job.asked.demands, by_own_time=True))
    return book


def contacts(job: Job) -> NewBook:
    """通讯录."""
    book = _book(job, "通讯录")
    _form(book, job, SheetForm("通讯录", "通讯录", CONTACTS), rows.contacts(job.reader, job.asked.branch))
    return book


def groups(job: Job) -> NewBook:
    """社群."""
    book = _book(job, "社群")
    _form(book, job, SheetForm("社群", "社群名册", GROUPS), rows.groups(job.reader, job.asked.branch))
    return book


def customers(job: Job) -> NewBook:
    """客户档案."""
    book = _book(job, "客户档案")
    reader, branches = job.reader, job.asked.branch
    _form(book, job, _CUSTOMERS, rows.customers(reader, branches))
    _form(book, job, SheetForm("订货明细", "客户订货明细", ORDERS), rows.orders(reader, branches))
    _form(book, job, SheetForm("设备明细", "客户设备明细", MACHINES), rows.machines(reader, branches))
    _form(book, job, SheetForm("信用申请", "客户信用额度、账期申请", CREDITS), rows.credit_changes(reader, branches))
    _form(book, job, SheetForm("问候记录", "客户问候记录", GREETINGS), rows.greetings(reader, branches))
    return book


def weekly(job: Job) -> NewBook:
    """周报: the week at a glance, its numbers, what is new, open, overdue at its end, what ended, revisits."""
    book, week, heading = _book(job, "需求周报"), WeekStory(job), _heading(job)
    numbers = pages.add(book, "指标", f"本周指标　{week.name}", heading, _numbers(week.report))
    pages.overview(book, "概览", f"需求周报　{week.name}", heading, week, numbers)
    for made, found in _lists(week):
        _form(book, job, made, found)
    pages.add(book, "分析", f"分公司与时限　{week.name}", heading, _analysis(week.report))
    return book


def weekly_page(job: Job, file: IO[bytes]) -> None:
    """周报 as a web page: the same, for a phone."""
    week = WeekStory(job)
    numbers = [*_numbers(week.report), *_analysis(week.report)]
    web.write(job, week, f"需求周报　{week.name}", _heading(job), numbers, file, _lists(week))


def _lists(week: WeekStory) -> Iterator[tuple[SheetForm, Iterable[View]]]:
    """The lists of a week, each with its rows: what is new, open, overdue at its end, what ended, revisits."""
    yield _NEW, week.new()
    for part in APART:
        yield SheetForm(part.title, part.name, OPEN, late=LATE_DEMAND, empty=f"没有{part.name}"), week.open(part.kinds)
    yield _OVERDUE, overdue(week.late)
    yield _CLOSED, week.ended()
    yield _VISITED, week.visits()


def _numbers(found: report.Report) -> list[pages.Panel]:
    return [pages.key_numbers(found), pages.by_kind(found), pages.ages(found)]


def _analysis(found: report.Report) -> list[pages.Panel]:
    return [
        pages.by_branch(found),
        pages.rates(found.numbers, "rule"),
        pages.rates(found.numbers, "handler"),
        pages.lost(found),
    ]


def monthly(job: Job) -> NewBook:
    """月度回访整理 (C 2.2): the month's revisits, a sheet for each department they are for."""
    assert job.period is not None
    book, reader, span = _book(job, "月度回访整理"), job.reader, job.within_period()
    found = report.read_report(reader, job.period, job.asked.branch)
    names = rows.departments(reader, span)
    compiled = [(name, list(rows.revisits(reader, span, department=name))) for name in names]
    blocks = [pages.by_department(compiled), *pages.revisit_summary([r for _, part in compiled for r in part],
                                                                    found.get("revisit", "coverage"))]  # fmt: skip
    pages.add(book, "概览", f"客户回访月度整理　{job.period.name}", _heading(job), blocks)
    for name, part in compiled:
        _form(book, job, SheetForm(name, f"客户回访整理　{name}", COMPILED, late=UNSATISFIED), part)
    if not compiled:
        _form(book, job, SheetForm("回访", "客户回访整理", COMPILED, empty="这个月没有回访"), [])
    return book


def quarterly(job: Job) -> NewBook:
    """季度总结 (C 2.2): the quarter at a glance, its three months beside each other, and what is left to solve."""
    assert job.period is not None
    book, reader, span = _book(job, "季度总结"), job.reader, job.within_period()
    found = report.read_report(reader, job.period, job.asked.branch)
    top = [*_numbers(found), pages.satisfaction(found)]
    pages.add(book, "总结", f"季度总结　{job.period.name}", _heading(job), top)
    months = [
        report.read_report(reader, month, job.asked.branch) for month in report.months_of(job.period, reader.now.date())
    ]
    pages.add(book, "月度走势", f"月度走势　{job.period.name}", _heading(job), pages.months(months))
    pages.add(book, "分析", f"分公司与时限　{job.period.name}", _heading(job), _analysis(found))
    problems = SheetForm("回访问题", "本季度回访反映的问题", COMPILED, late=UNSATISFIED, empty="没有遗留问题")
    _form(book, job, problems, (visit for visit in rows.revisits(reader, span) if visit.problem))
    return book
