"""``report``: the numbers of a week, a month or a quarter on the terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from demandctl.context import Context
from demandctl.core.periods import UNITS, parse_period, period_of
from demandctl.errors import UsageError
from demandctl.language.display import shown, shown_lines
from demandctl.queries.reader import reading
from demandctl.terminal.layout import Column
from demandctl.terminal.options import BranchFilter, Json, Send
from demandctl.terminal.render import put, put_json, put_styled, put_table, say
from demandctl.terminal.takes import Argument, Option, choice, word

if TYPE_CHECKING:
    from demandctl.queries.report import Number, Report

BAR = 24
"""Cells of the longest bar."""
LONGEST = 12
"""How many parts of a number the terminal lists; JSON has them all."""
BRIEF = ("", "kind", "branch")
"""What the terminal lists of ended and open demands, so that the whole stays short."""

Unit = Annotated[str, Argument("周期", choice(UNITS, "周期"), "默认 week")]
Of = Annotated[str, Option("--of", "哪一个", word("哪一个"), "如 上周、2026-W46、本月、2026-10、2026Q3；默认当前")]


Message = Annotated[bool, Option("--message", "十行以内的汇总", more="可以直接粘贴到群里")]


def report(
    ctx: typer.Context, unit: Unit = "week", of: Of = "", branch: BranchFilter = (), message: Message = False,
    send: Send = "", json: Json = False,
) -> None:  # fmt: skip
    """一周、一月或一季度的数字，与上期相比。"""
    app: Context = ctx.obj
    today = app.now.date()
    period = parse_period(unit, of, today) if of else period_of(unit, today)
    if send and not message:
        raise UsageError("--send 要和 --message 一起用", "demandctl report --message --send 渠道")
    from demandctl.queries.report import SECTIONS, data, read_report

    with reading(app) as reader:
        if branch:
            from demandctl.queries.known import require_known

            require_known(reader, branch=branch)
        found = read_report(reader, period, branch)
        document = data(found, reader)
    if message:
        _put_message(app, found, send, json)
        return
    if json:
        put_json(document)
        return
    so_far = "（到现在）" if period.end > today else ""
    put_styled(f"{period.name}{so_far}，与{period.before.name}相比", "bold")
    for section, title in SECTIONS.items():
        numbers = [number for number in found.numbers if number.section == section and number.value is not None]
        if numbers:
            put()
            put_styled(title, "bold")
            _put_section(found, numbers)


def _put_message(app: Context, found: "Report", send: str, as_json: bool) -> None:
    """The summary, and where it was sent."""
    from demandctl.messages.summary import summary

    text, answer = summary(found), None
    if send:
        from demandctl.notify.handing_over import hand_text

        answer = hand_text(app.config, send, text, lambda said: say(shown(said)))
    if as_json:
        put_json({"message": text, "sent": {"channel": send, "answer": answer} if send else None})
        return
    put(shown_lines(text))
    if send:
        say(shown(f"已发到“{send}”"))


def _put_section(found: "Report", numbers: "list[Number]") -> None:
    """One table: the whole first, then part by part."""
    from demandctl.queries.report import BY

    groups: dict[str, list[Number]] = {}
    for number in numbers:
        if number.by in BRIEF or number.section not in ("closed", "open"):
            groups.setdefault(number.by, []).append(number)
    columns = [Column("", wrap=False), Column("本期", right=True, wrap=False), Column("上期", right=True, wrap=False),
               Column("其中", right=True, wrap=False), Column("", wrap=False)]  # fmt: skip
    rows = []
    for by, group in groups.items():
        most = max((number.numerator for number in group), default=0)
        rows += [[f"按{BY[by]}", "", "", "", ""]] if by else []
        rows += [_row(found, number, most) for number in group[:LONGEST]]
        rows += [[f"  还有 {len(group) - LONGEST} 项：--json", "", "", "", ""]] if len(group) > LONGEST else []
    put_table(columns, rows)


def _row(found: "Report", number: "Number", most: float) -> list[str]:
    from demandctl.queries.report import in_words

    before = found.before.get(number.id)
    made_of = f"{number.numerator:.0f}/{number.denominator}" if number.unit != "count" else ""
    name = f"  {number.name}" if number.by else number.name
    return [name, in_words(number), in_words(before) if before else "", made_of, _bar(number, most)]


def _bar(number: "Number", most: float) -> str:
    """A bar: shares fill it at 100 %, counts beside the largest of their group."""
    if number.value is None or number.unit not in ("share", "count") or (number.unit == "count" and not number.by):
        return ""
    full = number.value if number.unit == "share" else number.numerator / most if most else 0
    return "█" * round(min(full, 1) * BAR)
