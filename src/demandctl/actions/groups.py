"""The writing use cases of groups 社群 (R 区域营销社群): learnt when they are met, and told whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from demandctl.actions import demands
from demandctl.actions.contacts import find_contact
from demandctl.core.identity import group_called
from demandctl.errors import Refused, UsageError
from demandctl.queries.groups import find_group_id
from demandctl.queries.reader import reader_in
from demandctl.store.models import Contact, Demand, WechatGroup
from demandctl.store.work import Work
from demandctl.vocabulary import Role


def find_group(work: Work, text: str) -> WechatGroup:
    """The group that a name or a part names; NotFound for none, Several for more."""
    return work.session.get_one(WechatGroup, find_group_id(reader_in(work), text))


def add_group(work: Work, values: Mapping[str, Any]) -> WechatGroup:
    """Keep a group; Refused when there is one of that name. Its open demands are its branch's from now on."""
    group = WechatGroup(name="")
    _set(work, group, values)
    work.session.add(group)
    work.session.flush()
    _locate(work, group)
    return group


def edit_group(work: Work, group: WechatGroup, values: Mapping[str, Any]) -> list[str]:
    """Change a group; its demands follow its name and, while they are open, its branch. Returns what changed."""
    before = group.values()
    _set(work, group, values)
    work.session.flush()
    changed = [name for name, value in group.values().items() if before[name] != value]
    if "name" in changed:
        for demand in work.session.exec(select(Demand).where(Demand.group_name == before["name"])):
            demand.group_name = group.name
    if {"branch", "region"} & set(changed):
        _locate(work, group)
    work.session.flush()
    return changed


def _set(work: Work, group: WechatGroup, values: Mapping[str, Any]) -> None:
    given = dict(values)
    if "name" in given:
        given["name"] = group_called(given["name"])
        if not given["name"]:
            raise UsageError("社群要有名称")
        same = work.session.exec(select(WechatGroup).where(WechatGroup.name == given["name"])).first()
        if same and same.id != group.id:
            raise Refused(f"社群“{same.name}”已经有了", f"改它：demandctl group edit {same.name}")
    for name, value in given.items():
        setattr(group, name, value)


NOBODY = "无"
"""What is written where a group has no experts any more."""


def given(
    work: Work, branch: str | None, region: str | None, named: Sequence[str], note: str | None, *, name: str | None
) -> dict[str, Any]:
    """What was typed of a group, by its columns; the experts as the directory knows them."""
    texts = {"name": name, "branch": branch, "region": region, "note": note}
    values: dict[str, Any] = {column: text for column, text in texts.items() if text is not None}
    if named:
        people = [] if tuple(named) == (NOBODY,) else [find_contact(work, text) for text in named]
        values["experts"] = experts(people)
    return values


def experts(people: Sequence[Contact]) -> list[int]:
    """The numbers of the experts of a group; Refused for somebody who is none, or who left."""
    for person in people:
        if not person.active:
            raise Refused(f"{person.name} 已离职", "看看有谁：demandctl contact list --role expert")
        if person.role != Role.EXPERT:
            hint = f"确是专家的：demandctl contact edit {person.id} --role expert"
            raise Refused(f"{person.name} 是{Role(person.role).label}，不是专家顾问", hint)
    return [person.id for person in people]


def _locate(work: Work, group: WechatGroup) -> None:
    """Its open demands belong where the group does, as far as nothing nearer tells."""
    mine = select(Demand).where(Demand.group_name == group.name, col(Demand.closed_at).is_(None))
    for demand in work.session.exec(mine.order_by(col(Demand.id))).all():
        demands.settle_branch(work, demand)


def met_now(work: Work) -> list[str]:
    """The groups that this operation is the first to name, and of which nobody has said whose they are."""
    sql = work.session.connection().exec_driver_sql
    rows = sql(
        "SELECT g.name FROM wechat_group AS g JOIN change AS c ON c.table_name = 'wechat_group' AND c.row_id = g.id "
        "WHERE c.operation_id = ? AND c.old IS NULL AND g.branch = '' AND g.region = '' ORDER BY g.id",
        (work.operation_id,),
    )
    return [row[0] for row in rows]
