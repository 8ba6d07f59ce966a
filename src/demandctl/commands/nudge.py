"""``nudge``: the ready-to-paste reminder for whoever owes, and the record that he was urged."""

from collections.abc import Sequence
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import NotFound
from demandctl.language.subject import About, Subject, read_number
from demandctl.messages import reminders
from demandctl.queries.deadlines import Due
from demandctl.queries.demands import DemandView
from demandctl.queries.naming import find_contact_id
from demandctl.queries.owing import (
    Owed,
    owed_by_name,
    owed_by_person,
    owed_for_demand,
    owed_for_revisit,
    owed_late,
)
from demandctl.queries.reader import Reader, reading
from demandctl.terminal import asking
from demandctl.terminal.copying import Copy, Mask, put_notes
from demandctl.terminal.options import Json
from demandctl.terminal.render import say
from demandctl.terminal.takes import Argument, Option, ref

Whom = Annotated[
    str, Argument("催谁", ref("subject", "对象"), "需求 12、回访 R1，或人、分公司、部门、主管；不写就是每个有超时的")
]
Sent = Annotated[bool, Option("--sent", "发出去了：记下催过谁、哪几条")]

_PHONES = 10**8
"""From here on a number is somebody's phone."""
_SUPERVISOR = ("主管", "客服主管")


def nudge(
    ctx: typer.Context, whom: Whom = "", mask: Mask = False, copy: Copy = False, sent: Sent = False,
    json: Json = False,
) -> None:  # fmt: skip
    """催一条或催一个人：打印可以直接粘贴的提醒，发出去了就记一笔。

    写需求或回访编号，催这一条；写人、分公司、部门或主管，催他欠的每一件，最急的在前；不写，催每个有超时的。
    记下的催办谁的时限都不算完成。
    """
    app: Context = ctx.obj
    with reading(app) as reader:
        people = _owed(reader, whom.strip())
    notes = [(person, reminders.to_person(person.name, owed, app.now, mask=mask)) for person, owed in people]
    put_notes(notes, nobody="没有人超时。", copy=copy, as_json=json)
    asks = not (sent or json) and any(_numbers(owed) for _, owed in people) and asking.can_ask()
    if sent or (asks and asking.yes("发出去了吗？是的话记一笔催办", default=False)):
        from demandctl.actions.steps import urged

        say(urged(app, people))


def _owed(reader: Reader, whom: str) -> list[Owed]:
    """Who is to be urged, and about what."""
    number = read_number(whom, About.DEMAND)
    if number is not None and number < _PHONES:
        return owed_for_demand(reader, number)
    subject = Subject.read(whom)
    if subject and subject.about is About.REVISIT:
        return owed_for_revisit(reader, subject.number)
    if not whom:
        return owed_late(reader)
    if whom in _SUPERVISOR:
        whom = str(reader.context.config.get("specialist", "supervisor")) or whom
    try:
        return owed_by_person(reader, find_contact_id(reader, whom))
    except NotFound:
        if found := owed_by_name(reader, whom):
            return found
        raise


def _numbers(owed: Sequence[tuple[Due, DemandView | None]]) -> list[int]:
    """The demands that somebody was urged about."""
    return list(dict.fromkeys(demand.number for _, demand in owed if demand is not None))
