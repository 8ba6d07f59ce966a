"""``nudge``: the ready-to-paste reminder for one demand or one person."""

from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.language.subject import About, read_number
from demandctl.messages import reminders
from demandctl.queries.naming import find_contact_id
from demandctl.queries.owing import owed_by_person, owed_for_demand, owed_late
from demandctl.queries.reader import reading
from demandctl.terminal.copying import Copy, Unmask, put_notes
from demandctl.terminal.options import Json
from demandctl.terminal.takes import Argument, ref

Whom = Annotated[str, Argument("催谁", ref("subject", "对象"), "需求编号，或人的姓名、电话；不写就是每个有超时的人")]

_PHONES = 10**8
"""From here on a number is somebody's phone."""


def nudge(ctx: typer.Context, whom: Whom = "", unmask: Unmask = False, copy: Copy = False, json: Json = False) -> None:
    """催一条或催一个人：打印可以直接粘贴的提醒。

    写需求编号，催这一条；写人，催他欠的每一件，最急的在前；不写，催每个有超时的人。
    """
    app: Context = ctx.obj
    with reading(app) as reader:
        number = read_number(whom, About.DEMAND)
        if number is not None and number < _PHONES:
            people = owed_for_demand(reader, number)
        elif whom:
            people = owed_by_person(reader, find_contact_id(reader, whom))
        else:
            people = owed_late(reader)
    notes = [(person, reminders.to_person(person.name, owed, app.now, unmask=unmask)) for person, owed in people]
    put_notes(app, "nudge", notes, nobody="没有人超时。", copy=copy, as_json=json, unmasked=unmask)
