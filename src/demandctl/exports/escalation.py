"""疑难问题升级单 (S 4) as one page: what is difficult, what was tried, who is asked by when, what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from demandctl.exports.columns import allowed
from demandctl.exports.job import Job
from demandctl.exports.printed import Spanned, boxed, head, pair, printed, signature, written
from demandctl.exports.rows import EscalationRow
from demandctl.exports.workbook import NewBook
from demandctl.queries.demands import DemandView
from demandctl.store.fields import names

TITLE = "疑难问题升级单"


def escalation_form(job: Job, raised: EscalationRow, demand: DemandView) -> NewBook:
    """An escalation, to be printed, handed on and signed."""
    return printed(job, TITLE, list(_form(job, raised, demand)))


def _form(job: Job, raised: EscalationRow, demand: DemandView) -> Iterator[Spanned]:
    customer, its, his, by = demand.customer, names("demand"), names("escalation"), demand.handler
    yield from head(job, TITLE, f"{demand.subject}-{raised.level}")
    yield [*pair(his["level"], f"第 {raised.level} 级", 3), *pair(its["kind"], demand.kind.label, 3)]
    yield [*pair("客户名称", customer.company or customer.name, 3), *pair("联系人", customer.name, 3)]
    yield [*pair("电话", customer.phone, 3), *pair(its["region"], demand.region, 3)]
    machine = demand.machine.name if demand.machine else ""
    yield [*pair(his["product"], raised.product or demand.product, 3), *pair(its["machine_id"], machine, 3)]
    yield [*pair(its["warranty"], demand.warranty, 3), *pair(its["raised_at"], written(demand.raised_at), 3)]
    yield boxed(its["content"], demand.content)
    yield boxed(his["problem"], raised.problem)
    yield boxed(his["tried"], raised.tried or "")
    asks, asked = f"{by.name} {by.phone}" if by else job.who, f"{raised.to} {raised.phone}"
    yield [*pair("提出人", asks.strip(), 3), *pair(his["to_id"], asked.strip(), 3)]
    yield [*pair(his["at"], written(raised.at), 3), *pair(his["within"], allowed(raised), 3)]
    yield [*pair("最迟", written(raised.due_at), 3), *pair(his["done_at"], written(raised.done_at), 3)]
    yield boxed(his["result"], raised.result or "")
    for who in ("提出人", "接收人", "主管审批"):
        yield signature(who)
