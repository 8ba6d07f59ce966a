"""One revisit as the paper form of one page that the customer stamps and the supervisor signs."""

from __future__ import annotations

from collections.abc import Iterator

from demandctl.exports.job import Job
from demandctl.exports.printed import Spanned, boxed, boxes, head, pair, printed, signature, written
from demandctl.exports.rows import RevisitRow
from demandctl.exports.workbook import NewBook
from demandctl.language.subject import Subject
from demandctl.store.fields import RATINGS, names
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

TITLE = "客户回访记录表"


def paper(job: Job, revisit: RevisitRow) -> NewBook:
    """客户回访记录表 of one visit, to be printed."""
    return printed(job, TITLE, list(_form(job, revisit)))


def _form(job: Job, r: RevisitRow) -> Iterator[Spanned]:
    department = r.department or job.reader.context.config.department
    customer = r.customer
    yes_no = ((True, "是"), (False, "否"))
    name = names("revisit")
    yield from head(job, TITLE, r.subject.code)
    yield [*pair("受理部门", department, 3), *pair(name["kind"], r.kind.label, 3)]
    yield [
        *pair("客户名称", customer.company or customer.name, 3),
        *pair("地址", customer.address or customer.region, 3),
    ]
    yield [*pair("被访人", customer.name, 3), *pair("电话", customer.phone, 3)]
    yield [*pair(name["visited_at"], written(r.visited_at or r.planned_at), 3),
           *pair(name["demand_id"], Subject.demand(r.demand).code if r.demand else "", 3)]  # fmt: skip
    methods = [(method.value, method.label) for method in Method]
    yield pair(name["method"], boxes(methods, r.method), 7)
    ratings = [(rating.value, rating.label) for rating in Satisfaction]
    for key in RATINGS:
        yield pair(name[key], boxes(ratings, getattr(r, key)), 7)
    yield pair(name["dissatisfaction"], r.dissatisfaction, 7)
    yield [*pair(name["heard_from"], r.heard_from, 3), *pair(name["recommend"], boxes(yes_no, r.recommend), 3)]
    if r.kind == RevisitKind.INACTIVE or r.inactive_reason:
        yield [*pair(name["inactive_reason"], r.inactive_reason, 3),
               *pair(name["would_continue"], boxes(yes_no, r.would_continue), 3)]  # fmt: skip
    urgent = boxes(yes_no, r.urgent if r.recorded_at else None)
    yield boxed(name["problem"], "\n".join(filter(None, [r.problem, f"{name['urgent']}：{urgent}"])))
    yield [
        *pair(name["department"], r.department, 3),
        *pair(name["forwarded_at"], written(r.forwarded_at), 3),
    ]
    yield [
        *pair(name["contacted_at"], written(r.contacted_at), 3),
        *pair(name["solved_at"], written(r.solved_at), 3),
    ]
    yield boxed("客户意见", r.suggestion or "")
    yield boxed(name["note"], "\n".join(filter(None, [r.note, f"{name['plan']}：{r.plan}" if r.plan else ""])))
    yield signature("客户确认\n（盖章）")
    yield signature(name["visitor"], r.visitor or "", written(r.recorded_at)[:10])
    yield signature("主管审批")
