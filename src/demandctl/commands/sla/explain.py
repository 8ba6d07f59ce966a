"""``sla explain`` and ``sla apply``: why a deadline is due when it is, and what a change of the rules moves."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from demandctl.context import Context
from demandctl.core.parts import GIVEN
from demandctl.core.rules import NEXT_STEP
from demandctl.errors import NotFound, UsageError
from demandctl.language.display import minutes, moment, shown
from demandctl.language.subject import About, Subject
from demandctl.queries.deadlines import deadlines_of, read_deadline
from demandctl.queries.reader import reading
from demandctl.queries.reckoning import Reckoning, explained
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json, put_styled, put_table, tell
from demandctl.terminal.showing import how_it_stands
from demandctl.terminal.takes import Argument, Option, word

if TYPE_CHECKING:
    from demandctl.actions.apply_rules import Move

Meant = Annotated[
    str, Argument("需求、回访或时限", word("对象", known="demand"), "需求 12 或 D12，回访 R3，一条时限 L45")
]
All = Annotated[bool, Option("--all", "连同已完成、已取消的")]
DryRun = Annotated[bool, Option("--dry-run", "只列出会怎样，不写入")]


def explain(ctx: typer.Context, meant: Meant, everything: All = False, json: Json = False) -> None:
    """时限是怎么算出来的：依据、起算、算进去的每一段、跳过的每一段和原因。"""
    app: Context = ctx.obj
    # L45 is one deadline, and no subject of any.
    one, subject = re.fullmatch(r"[Ll]([0-9]{1,12})", meant.strip()), Subject.read(meant, About.DEMAND)
    with reading(app) as reader:
        if one:
            found = [d for d in [read_deadline(reader, int(one[1]))] if d]
        elif subject:
            found = deadlines_of(reader, subject)
        else:
            raise UsageError(f"“{meant[:40]}”不是编号", "需求 12 或 D12，回访 R3，一条时限 L45")
        reckonings = [explained(reader, clock) for clock in found]
    if not reckonings:
        raise NotFound(f"{meant} 没有时限", "看看有哪些：demandctl due；demandctl list")
    if not everything and not one:
        reckonings = [reckoning for reckoning in reckonings if reckoning.is_open] or reckonings
    if json:
        put_json(reckonings)
        return
    for number, reckoning in enumerate(reckonings):
        if number:
            put()
        _put(reckoning, app.now)


def _put(reckoning: Reckoning, now: datetime) -> None:
    from demandctl.commands.sla.rules import in_words

    named = f"{reckoning.rule_name}（L{reckoning.id}）"
    head = f"{reckoning.subject}  {named}  {reckoning.owed_by.name}  {how_it_stands(reckoning, now)}"
    put_styled(shown(head), "bold")
    given = reckoning.target == GIVEN
    said = "约定的时间" if given else in_words(reckoning.target, repeats=not reckoning.clock)
    tell(f"规则  {said}，依据 {reckoning.source or '（规则已删）'}")
    put(f"起算  {moment(reckoning.started_at, now)}")
    put_table(
        [
            Column("", wrap=False),
            Column("从", wrap=False),
            Column("到", wrap=False),
            Column("算", right=True, wrap=False),
            Column("说明"),
        ],
        [
            [
                "＋" if span.counted else "－",
                moment(span.start, now),
                moment(span.end, now),
                minutes(span.minutes) if span.minutes else "",
                span.why,
            ]
            for span in reckoning.steps
        ],
        styles=["" if span.counted else "dim" for span in reckoning.steps],
    )
    hours, rest = divmod(reckoning.counted_minutes, 60)
    took = (f"{hours}小时" if hours else "") + (f"{rest}分" if rest else "")
    counted = f"，共算 {took}" if took else ""
    provisional = "（暂定：当年放假安排未公布，公布后自动重算）" if reckoning.provisional else ""
    tell(f"到期  {moment(reckoning.due_at, now)}{counted}{provisional}")


def apply(ctx: typer.Context, dry_run: DryRun = False, json: Json = False) -> None:
    """让未完成、未超时的时限改按现在的规则、上班时间和放假安排。"""
    app: Context = ctx.obj
    from demandctl.actions.apply_rules import apply_rules
    from demandctl.db import transaction

    with transaction(app, "sla apply", keep=not dry_run) as work:
        moves, seen_to = apply_rules(work)
    if json:
        put_json([_move_json(app, move) for move in moves])
        return
    if not moves:
        put("没有要调整的时限。")
        return
    put_table(
        [
            Column("编号", wrap=False),
            Column("时限", wrap=False),
            Column("原来", wrap=False),
            Column("改为", wrap=False),
        ],
        [
            [
                m.subject.code,
                m.name,
                moment(m.old, app.now) or "（新）",
                moment(m.new, app.now) or "取消",
            ]
            for m in moves
        ],
    )
    if seen_to:
        listed = "、".join(Subject.demand(number).code for number in seen_to)
        tell(f"按现在的规则，{listed} 没有别的时限了，各给一条“{NEXT_STEP.name}”，免得遗漏")
    tell(f"共 {len(moves)} 条" + ("，只是试看，没有写入" if dry_run else "，已调整；撤销：demandctl undo"))


def _move_json(app: Context, move: "Move") -> dict[str, object]:
    about, number = move.subject.about.value, move.subject.number
    moments = {"old": _iso(app, move.old), "new": _iso(app, move.new)}
    return {"about": about, "subject": number, "rule": move.rule, "name": move.name, **moments}


def _iso(app: Context, instant: datetime | None) -> str | None:
    return instant.astimezone(app.zone).isoformat() if instant else None
