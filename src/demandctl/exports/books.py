"""The workbooks: which sheets each has, and how each is filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from demandctl.exports import form, pages, rows
from demandctl.exports.columns import (
    ASSIGNMENTS,
    CONTACTS,
    CUSTOMERS,
    DEMANDS,
    FOLLOW_UPS,
    GROUPS,
    REVISITS,
    FormColumn,
    named,
    of,
    picked,
    plain,
)
from demandctl.exports.form import Heading
from demandctl.exports.job import Job
from demandctl.exports.workbook import NewBook
from demandctl.language.display import minutes
from demandctl.language.subject import LEDGER
from demandctl.queries import report
from demandctl.queries.deadlines import Due, DueFilter, due_deadlines
from demandctl.queries.view import View

LATE_DEMAND = (("standing", "超时"),)
LATE_REVISIT = (("form_in_time", "超时"), ("satisfaction", "不满意"))
_LATEST = FormColumn("last_follow_up", "最新进度", 40, plain("last_follow_up"))

NEW = picked(
    DEMANDS, "number", "raised_at", "channel", "customer_name", "customer_phone", "region", "kind", "subtype",
    "content", "urgency", "branch", "handler_name", "status", "standing",
)  # fmt: skip
OPPORTUNITIES = (
    *picked(DEMANDS, "number", "raised_at", "customer_name", "customer_phone", "region", "product", "content",
            "branch", "handler_name", "handler_phone", "last_follow_up_at"),
    _LATEST,
    *picked(DEMANDS, "next_at", "status", "standing"),
)  # fmt: skip
CLOSED = picked(
    DEMANDS, "number", "raised_at", "closed_at", "customer_name", "customer_phone", "region", "kind", "content",
    "branch", "handler_name", "outcome", "amount", "reason", "standing",
)  # fmt: skip
VISITED = picked(
    REVISITS, "id", "customer_code", "customer_name", "customer_phone", "demand", "kind", "method", "planned_at",
    "visited_at", "satisfaction", "dissatisfaction", "suggestion", "problem", "department", "solved_at",
    "form_in_time", "visitor",
)  # fmt: skip
COMPILED = picked(
    REVISITS, "id", "customer_name", "customer_phone", "customer_company", "customer_region", "demand", "kind",
    "method", "visited_at", "product_rating", "attitude", "speed", "promise", "satisfaction", "dissatisfaction",
    "suggestion", "inactive_reason", "would_continue", "problem", "urgent", "forwarded_at", "contacted_at", "solved_at",
    "note",
)  # fmt: skip
OVERDUE = (
    FormColumn("number", "编号", 9, plain("number"), "code"),
    named("demand", "kind", 9, "kind", "kind"),
    named("demand", "customer_id", 14, "customer", "customer"),
    of("demand", "region", 14),
    of("deadline", "what", 30),
    named("deadline", "owner_id", 12, "who", "who"),
    of("contact", "phone", 15),
    of("demand", "branch", 14),
    of("deadline", "due_at", 17),
    FormColumn("late", "超时多久", 16, plain("late"), "code"),
)


class OverdueRow(View):
    """Something overdue as a row of a form."""

    number: str
    kind: str
    customer: str
    region: str
    what: str
    who: str
    phone: str
    branch: str
    due_at: datetime
    late: str


def _book(job: Job, title: str) -> NewBook:
    return NewBook(title, job.who, job.reader.now, job.mask)


def _heading(job: Job) -> Heading:
    branch = f"（{'、'.join(job.asked.branch)}）" if job.asked.branch else ""
    return Heading(job.company, f"{job.period_name}{branch}", job.who, job.reader.now.astimezone(job.reader.zone))


def _form(
    book: NewBook, job: Job, title: str, name: str, columns: tuple[FormColumn, ...], found: Iterable[Any],
    late: tuple[tuple[str, str], ...] = (), empty: str = "没有记录",
) -> None:  # fmt: skip
    form.add(
        book, job.reader, title, name, _heading(job), columns, job.over(title, found), late=late, empty=empty,
    )  # fmt: skip


def demands(job: Job) -> NewBook:
    """需求信息记录表: the demands, their follow-ups and assignments, and what they come to."""
    book, asked, reader = _book(job, "需求信息记录表"), job.asked.demands, job.reader
    _form(book, job, "需求信息", "需求信息记录表", DEMANDS, rows.demands(reader, asked), LATE_DEMAND)
    _form(book, job, "跟进明细", "需求跟进明细", FOLLOW_UPS, rows.follow_ups(reader, asked))
    _form(book, job, "派单明细", "需求派单明细", ASSIGNMENTS, rows.assignments(reader, asked))
    pages.add(book, "汇总", "需求信息汇总", _heading(job), pages.summary(reader, asked))
    return book


def revisits(job: Job) -> NewBook:
    """客户回访记录表: the revisits and what they come to."""
    book, reader = _book(job, "客户回访记录表"), job.reader
    _form(book, job, "客户回访", "客户回访记录表", REVISITS, rows.revisits(reader, job.asked), LATE_REVISIT)
    coverage = report.coverage(reader, job.asked.since, job.asked.until, job.asked.branch)
    found = list(rows.revisits(reader, job.asked))
    pages.add(book, "汇总", "客户回访汇总", _heading(job), pages.revisit_summary(found, coverage))
    return book


def follow_ups(job: Job) -> NewBook:
    """跟进明细 alone, by the time of the follow-ups."""
    book = _book(job, "跟进明细")
    found = rows.follow_ups(job.reader, job.asked.demands, by_own_time=True)
    _form(book, job, "跟进明细", "需求跟进明细", FOLLOW_UPS, found)
    return book


def contacts(job: Job) -> NewBook:
    """通讯录."""
    book = _book(job, "通讯录")
    _form(book, job, "通讯录", "通讯录", CONTACTS, rows.contacts(job.reader, job.asked.branch))
    return book


def groups(job: Job) -> NewBook:
    """社群."""
    book = _book(job, "社群")
    _form(book, job, "社群", "社群名册", GROUPS, rows.groups(job.reader, job.asked.branch))
    return book


def customers(job: Job) -> NewBook:
    """客户档案."""
    book = _book(job, "客户档案")
    _form(book, job, "客户档案", "客户档案", CUSTOMERS, rows.customers(job.reader, job.asked.branch))
    return book


def weekly(job: Job) -> NewBook:
    """周报: the week at a glance, then its new demands, open opportunities, what is overdue, what ended, revisits."""
    assert job.period is not None
    book, reader = _book(job, "需求周报"), job.reader
    found = report.read_report(reader, job.period, job.asked.branch)
    pages.add(book, "概览", f"需求周报　{job.period.name}", _heading(job), _overview(found))
    span = job.within_period()
    ended = span.demands._replace(since="", until="", closed_since=span.since, closed_until=span.until)
    _form(book, job, "新增需求", "本周新增需求", NEW, rows.demands(reader, span.demands), LATE_DEMAND)
    open_ones = span.demands._replace(since="", kind=("opportunity",), open_only=True)
    _form(book, job, "商机进展", "未结束商机进展", OPPORTUNITIES, rows.demands(reader, open_ones), LATE_DEMAND)
    _form(book, job, "超时未办", "超时未办事项", OVERDUE, overdue(job), (("late", "超时"),), "没有超时的事项")
    _form(book, job, "本周结束", "本周结束需求", CLOSED, rows.demands(reader, ended), LATE_DEMAND)
    _form(book, job, "回访", "本周回访", VISITED, rows.revisits(reader, span), LATE_REVISIT)
    pages.add(book, "分析", f"分公司与时限　{job.period.name}", _heading(job), _analysis(found))
    return book


def _overview(found: report.Report) -> list[pages.Panel]:
    return [pages.key_numbers(found), pages.by_kind(found), pages.ages(found)]


def _analysis(found: report.Report) -> list[pages.Panel]:
    return [
        pages.by_branch(found),
        pages.rates(found.numbers, "rule"),
        pages.rates(found.numbers, "handler", 20),
        pages.lost(found),
    ]


def late_ones(job: Job) -> list[Due]:
    """What is overdue now; the report that is just being made does not tell of itself."""
    asked = DueFilter(overdue_only=True, branch=job.asked.branch, kind=job.asked.kind)
    return [due for due in due_deadlines(job.reader, asked)[0] if due.subject != LEDGER]


def overdue(job: Job) -> Iterator[OverdueRow]:
    """What is overdue now and who owes it, as rows of the form."""
    for due in late_ones(job):
        repeated = f"，连续{due.missed}次" if (due.missed or 0) > 1 else ""
        yield OverdueRow(
            number=due.subject.code,
            kind=due.kind.label if due.kind else "",
            customer=due.customer.name if due.customer else "",
            region=due.region,
            what=due.what,
            who=due.owed_by.name,
            phone=due.owed_by.phone,
            branch=due.branch or "",
            due_at=due.due_at,
            late=f"超时{minutes(due.late_minutes or 0)}{repeated}",
        )


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
        _form(book, job, name, f"客户回访整理　{name}", COMPILED, part, (("satisfaction", "不满意"),))
    if not compiled:
        _form(book, job, "回访", "客户回访整理", COMPILED, [], empty="这个月没有回访")
    return book


def quarterly(job: Job) -> NewBook:
    """季度总结 (C 2.2): the quarter at a glance, its three months beside each other, and what is left to solve."""
    assert job.period is not None
    book, reader, span = _book(job, "季度总结"), job.reader, job.within_period()
    found = report.read_report(reader, job.period, job.asked.branch)
    top = [*_overview(found), pages.satisfaction(found)]
    pages.add(book, "总结", f"季度总结　{job.period.name}", _heading(job), top)
    months = [
        report.read_report(reader, month, job.asked.branch) for month in report.months_of(job.period, reader.now.date())
    ]
    pages.add(book, "月度走势", f"月度走势　{job.period.name}", _heading(job), pages.months(months))
    pages.add(book, "分析", f"分公司与时限　{job.period.name}", _heading(job), _analysis(found))
    left = (r for r in rows.revisits(reader, span) if r.problem)
    _form(book, job, "回访问题", "本季度回访反映的问题", COMPILED, left, (("satisfaction", "不满意"),), "没有遗留问题")
    return book
