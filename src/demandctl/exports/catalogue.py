"""Everything that can be exported, each as a workbook, as CSV and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple

from demandctl.errors import NotFound, Refused
from demandctl.exports import books, columns, plain, rows
from demandctl.exports.calendar import CalendarFile
from demandctl.exports.columns import FormColumn
from demandctl.exports.credit import credit_form
from demandctl.exports.escalation import escalation_form
from demandctl.exports.job import Job
from demandctl.exports.paper import paper
from demandctl.exports.rows import CustomerRow, DemandRow, EscalationRow, FollowUpRow, MachineRow, OrderRow, RevisitRow
from demandctl.exports.week import APART, WeekStory
from demandctl.exports.workbook import NewBook
from demandctl.language.subject import Subject
from demandctl.queries import report
from demandctl.queries.attachments import attachments_of
from demandctl.queries.contacts import ContactView
from demandctl.queries.customers import CustomerInFull, read_customer
from demandctl.queries.deadlines import deadlines_of
from demandctl.queries.demands import Filter, read_demand
from demandctl.queries.groups import GroupView
from demandctl.queries.view import View


class Export(NamedTuple):
    """A thing to hand upward: the name of its file, its workbook, its columns and rows as CSV.

    Its JSON is a list, streamed, of the rows as they are or of *objects*; or it is one *document*. Some
    have a web *page*.
    """

    name: str
    book: Callable[[Job], NewBook]
    columns: tuple[FormColumn, ...]
    rows: Callable[[Job], Iterable[View]]
    objects: Callable[[Job], Iterable[object]] | None = None
    document: Callable[[Job], dict[str, object]] | None = None
    tables: tuple[str, ...] = ()
    page: Callable[[Job, IO[bytes]], None] | None = None

    def write(self, job: Job, file: IO[bytes], suffix: str) -> None:
        """Write it to an open file, in the format of a suffix."""
        if suffix == ".xlsx":
            self.book(job).save(file)
        elif suffix == ".html" and self.page:
            self.page(job, file)
        elif suffix == ".csv":
            plain.write_csv(file, self.columns, job.over(self.name, self.rows(job)), job.mask)
        elif self.document:
            document = self.document(job)
            numbers = document.get("numbers")
            job.sheets[self.name] = len(numbers) if isinstance(numbers, list) else 1
            plain.write_document(file, job.shown(document))
        else:
            objects = (self.objects or self.rows)(job)
            plain.write_json(file, (job.shown(item) for item in job.over(self.name, objects)))


# -- JSON --------------------------------------------------------------------------------------------------------


def _demands(job: Job) -> Iterator[DemandRow]:
    return rows.demands(job.reader, job.asked.demands)


def _demand_objects(job: Job, found: Iterable[DemandRow]) -> Iterator[dict[str, object]]:
    for data, row in rows.demand_objects(job.reader, found):
        yield data | {"breaches": row.breaches} | plain.counted(columns.DEMANDS, row)


def _revisit_objects(job: Job, found: Iterable[RevisitRow] | None = None) -> Iterator[dict[str, object]]:
    for row in list(found or rows.revisits(job.reader, job.asked)):
        more = {
            "deadlines": deadlines_of(job.reader, row.subject), "attachments": attachments_of(job.reader, row.subject),
            "compiled_for": row.compiled_for,
        }  # fmt: skip
        yield row.data() | more | plain.counted(columns.REVISITS, row)


def _follow_ups(job: Job) -> Iterator[FollowUpRow]:
    return rows.follow_ups(job.reader, job.asked.demands, by_own_time=True)


def _follow_up_objects(job: Job) -> Iterator[dict[str, object]]:
    for row in _follow_ups(job):
        data = row.data()
        yield {"demand": data.pop("demand"), "customer": data.pop("customer"), **data}


def _customers(job: Job) -> Iterator[CustomerRow]:
    return rows.customers(job.reader, job.asked.branch)


def _customer_objects(job: Job) -> Iterator[dict[str, object]]:
    """Customers as JSON has them, each with his orders and machines."""
    ordered, used = rows.orders(job.reader, job.asked.branch), rows.machines(job.reader, job.asked.branch)
    orders, machines = _by_customer(ordered), _by_customer(used)
    for row in _customers(job):
        yield row.data() | {"orders": orders.get(row.code, []), "machines": machines.get(row.code, [])}


def _by_customer(found: Iterable[OrderRow | MachineRow]) -> dict[str, list[dict[str, object]]]:
    kept: dict[str, list[dict[str, object]]] = {}
    for row in found:
        data = row.data()
        del data["customer"]
        kept.setdefault(row.customer.code, []).append(data)
    return kept


def _whose(job: Job) -> CustomerInFull:
    return read_customer(job.reader, job.number or 0)


def _contacts(job: Job) -> Iterator[ContactView]:
    return rows.contacts(job.reader, job.asked.branch)


def _groups(job: Job) -> Iterator[GroupView]:
    return rows.groups(job.reader, job.asked.branch)


def _report_data(job: Job) -> dict[str, object]:
    assert job.period is not None
    return report.data(report.read_report(job.reader, job.period, job.asked.branch), job.reader)


def _week(job: Job) -> dict[str, object]:
    week = WeekStory(job)
    opportunities, *others = (list(_demand_objects(job, week.open(part.kinds))) for part in APART)
    return {
        **report.data(week.report, job.reader),
        "sentences": week.sentences(),
        "new": list(_demand_objects(job, week.new())),
        "opportunities": opportunities,
        "services": others[0],
        "complaints": others[1],
        "overdue": week.late,
        "closed": list(_demand_objects(job, week.ended())),
        "revisits": list(_revisit_objects(job, week.visits())),
    }


def _month(job: Job) -> dict[str, object]:
    span = job.within_period()
    names = rows.departments(job.reader, span)
    compiled = {name: list(_revisit_objects(job, rows.revisits(job.reader, span, department=name))) for name in names}
    departments = [{"department": name, "revisits": found} for name, found in compiled.items()]
    return {**_report_data(job), "departments": departments}


def _quarter(job: Job) -> dict[str, object]:
    assert job.period is not None
    months = report.months_of(job.period, job.reader.now.date())
    return {
        **_report_data(job),
        "months": [
            report.data(report.read_report(job.reader, month, job.asked.branch), job.reader) for month in months
        ],
    }


# -- numbers as CSV ----------------------------------------------------------------------------------------------

NUMBERS = tuple(
    FormColumn(key, title, 12, columns.plain(key), "text" if key in ("section", "by", "name", "unit") else "number")
    for key, title in (
        ("section", "部分"), ("by", "按"), ("name", "指标"), ("unit", "单位"), ("numerator", "分子"),
        ("denominator", "分母"), ("value", "数值"), ("before", "上期"),
    )
)  # fmt: skip
_UNITS = {"count": "个", "share": "比率", "minutes": "分钟", "days": "天", "yuan": "元"}


class NumberRow(View):
    """A number of a report as a row of a form."""

    section: str
    by: str
    name: str
    unit: str
    numerator: float
    denominator: float | None
    value: float | None
    before: float | None


def _number_rows(job: Job) -> Iterator[NumberRow]:
    assert job.period is not None
    found = report.read_report(job.reader, job.period, job.asked.branch)
    for number in found.numbers:
        before = found.before.get(number.id)
        yield NumberRow(
            section=report.SECTIONS[number.section],
            by=report.BY.get(number.by, ""),
            name=number.name,
            unit=_UNITS[number.unit],
            numerator=number.numerator,
            denominator=number.denominator,
            value=number.value,
            before=before.value if before else None,
        )


# -- one revisit -------------------------------------------------------------------------------------------------


def _one(job: Job) -> RevisitRow:
    found = next(iter(rows.revisits(job.reader, rows.Asked(), number=job.number)), None)
    if found is None:
        raise NotFound(f"没有{Subject.revisit(job.number or 0).words}", "看看有哪些：demandctl revisit list")
    return found


def _newest_escalation(job: Job) -> EscalationRow:
    asked = Filter(numbers=(job.number,))
    found = [*rows.escalations(job.reader, asked)]
    if not found:
        read_demand(job.reader, job.number)
        code = Subject.demand(job.number).code
        raise Refused(f"{code} 没有升级过", f'先升级：demandctl escalate {job.number} 谁 --problem "…"')
    return found[-1]


def _escalation_book(job: Job) -> NewBook:
    return escalation_form(job, _newest_escalation(job), read_demand(job.reader, job.number))


DEPARTMENT = FormColumn("compiled_for", "部门", 14, columns.plain("compiled_for"))
EXPORTS: dict[str, Export | CalendarFile] = {
    "demands": Export(
        "需求信息记录表", books.demands, columns.DEMANDS, _demands,
        lambda job: _demand_objects(job, _demands(job)),
        tables=("demand", "follow_up", "assignment", "escalation", "service_step"),
    ),
    "revisits": Export(
        "客户回访记录表", books.revisits, columns.REVISITS, lambda job: rows.revisits(job.reader, job.asked),
        _revisit_objects, tables=("revisit",),
    ),
    "revisit": Export(
        "客户回访记录表", lambda job: paper(job, _one(job)), columns.REVISITS, lambda job: [_one(job)],
        document=lambda job: next(_revisit_objects(job, [_one(job)])),
    ),
    "escalation": Export(
        "疑难问题升级单", _escalation_book, columns.ESCALATIONS, lambda job: [_newest_escalation(job)],
        document=lambda job: _newest_escalation(job).data(),
    ),
    "follow-ups": Export(
        "跟进明细", books.follow_ups, columns.FOLLOW_UPS, _follow_ups, _follow_up_objects, tables=("follow_up",)
    ),
    "contacts": Export("通讯录", books.contacts, columns.CONTACTS, _contacts, tables=("contact",)),
    "groups": Export("社群", books.groups, columns.GROUPS, _groups, tables=("wechat_group",)),
    "customers": Export(
        "客户档案", books.customers, columns.CUSTOMERS, _customers, _customer_objects, tables=("customer",)
    ),
    "credit": Export(
        "信用额度账期申请单", lambda job: credit_form(job, _whose(job)), columns.CREDITS,
        lambda job: [row for row in rows.credit_changes(job.reader, ()) if row.customer.code == _whose(job).code],
        document=lambda job: {"customer": _whose(job).code, "credits": [c.data() for c in _whose(job).credits]},
    ),
    "weekly": Export(
        "需求周报", books.weekly, NUMBERS, _number_rows, document=_week, page=books.weekly_page
    ),
    "monthly": Export(
        "月度回访整理", books.monthly, (DEPARTMENT, *columns.REVISITS),
        lambda job: rows.revisits(job.reader, job.within_period()), document=_month,
    ),
    "calendar": CalendarFile("需求日历"),
    "quarterly": Export("季度总结", books.quarterly, NUMBERS, _number_rows, document=_quarter),
}  # fmt: skip
