"""``service``: the steps of a repair 服务环节: a machine received, parts, a second visit, a charge, a return."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Lacking, Offer
from demandctl.language.subject import Subject
from demandctl.queries.history import read_story
from demandctl.queries.reader import reading
from demandctl.terminal.answers import object_answer
from demandctl.terminal.options import At, Attach, Json, Number
from demandctl.terminal.showing import charges, time_with_us
from demandctl.terminal.takes import AMOUNT, Argument, Option, choice, prose, ref, word
from demandctl.vocabulary import Step

StepArgument = Annotated[Step, Argument("service_step.step", choice(Step, "环节"))]
VoucherOption = Annotated[str, Option("--number", "service_step.number", word("单号"), "取机凭证、运单、备件号")]
Amount = Annotated[str | None, Option("--amount", "service_step.amount", AMOUNT, "收了多少")]
ReasonOption = Annotated[str, Option("--reason", "service_step.reason", prose("文字"), "再次上门的缘故，退换货的诊断")]
Decision = Annotated[str, Option("--decision", "service_step.decision", prose("文字"), "退换货：技术判断、谁同意的")]
Note = Annotated[str, Option("--note", "service_step.note", prose("文字"))]
By = Annotated[str, Option("--by", "service_step.by_name", ref("contact", "姓名"), "默认对接人")]

_WANTED = {
    Step.AGAIN: ("reason",), Step.CHARGED: ("amount",), Step.RETURNED: ("reason", "decision"),
    Step.EXCHANGED: ("reason", "decision"),
}  # fmt: skip
"""What a step cannot do without, by the option that tells it."""


def service(
    ctx: typer.Context, number: Number, step: StepArgument, voucher: VoucherOption = "", amount: Amount = None,
    reason: ReasonOption = "", decision: Decision = "", note: Note = "", by: By = "", at: At = None,
    attach: Attach = (), json: Json = False,
) -> None:  # fmt: skip
    """记录服务环节：收机、检测、备件、修好、发出、取机、上门、退换货、收费。

    例：demandctl service 12 收机 --number QJ-0312；demandctl service 12 再次上门 --reason 配件不符
    """
    app: Context = ctx.obj
    given = {"reason": reason, "amount": amount, "decision": decision}
    if missing := [name for name in _WANTED.get(step, ()) if not given[name]]:
        names = "、".join(f"--{name}" for name in missing)
        hint = f"demandctl service {number} {step.value} {' '.join(f'--{name} …' for name in missing)}"
        raise Lacking(f"{step.label}还要写 {names}", hint, lambda: {missing[0]: Offer()})
    from demandctl.actions import attachments, services
    from demandctl.actions.contacts import find_contact
    from demandctl.actions.demands import find_demand
    from demandctl.db import transaction
    from demandctl.store.attachments import kept

    with kept(app.db_path, attach) as contents, transaction(app, "service") as work:
        demand = find_demand(work.session, number)
        who = find_contact(work, by) if by else None
        done = services.WorkDone(step, at or app.now, who, "", voucher, amount, reason, decision, note)
        services.record(work, demand, done)
        attachments.attach(work, demand.subject, contents)
    with reading(app) as reader:
        story = read_story(reader, number)
    sums = story.service_sums
    told = {
        Step.SENT: time_with_us(sums), Step.FETCHED: time_with_us(sums), Step.CHARGED: charges(sums),
        Step.AGAIN: f"第 {len(sums.again)} 次",
    }  # fmt: skip
    more = f"，{told[step]}" if told.get(step) else ""
    done_so = f"{Subject.demand(number)} 已记录 {step.label}{more}"
    object_answer(json, story, done_so, _next(number, step, sums.parts_out))


def _next(number: int, step: Step, parts: list[str]) -> str:
    """What comes after a step: a machine with us goes back, parts are given back."""
    if step is Step.RECEIVED:
        return f"还在我们这里的：demandctl list --with-us；修好：demandctl service {number} repaired"
    if step is Step.REPAIRED:
        back = f"，领的备件还没还：{'、'.join(parts)}" if parts else ""
        return f"请客户取机或寄回：demandctl service {number} fetched（或 sent --number 运单）{back}"
    return f"看全部：demandctl show {number}"
