"""What helped last time, as people read it: on the card of a demand, and as it is taken in."""

from collections.abc import Sequence
from datetime import datetime

from demandctl.language.display import moment
from demandctl.queries.alike import PrecedentView
from demandctl.terminal.layout import Column
from demandctl.terminal.render import gist, pairs, put, put_styled, put_table
from demandctl.terminal.showing import status_label


def put_helped(found: Sequence[PrecedentView], now: datetime) -> None:
    """The ended demands that are like one, a line or two each; nothing where nothing is alike."""
    if not found:
        return
    put()
    put_styled("以前类似的", "bold")
    pairs(helped_lines(found, now))


def helped_lines(found: Sequence[PrecedentView], now: datetime) -> list[tuple[str, str]]:
    """The code of each, what it was about and how it was solved."""
    return [(demand.subject.code, f"{gist(demand.content)}\n→ {_helped(demand, now)}") for demand in found]


def put_most_alike(found: Sequence[PrecedentView], now: datetime) -> None:
    """The same as a table, with the words that they share."""
    if not found:
        put("没有类似的、已经结束的需求")
        return
    columns = [
        Column("编号", wrap=False), Column("相似", right=True, wrap=False), Column("需求内容", least=12),
        Column("怎么解决的", least=12), Column("共同的词", below=True),
    ]  # fmt: skip
    put_table(
        columns,
        [
            [view.subject.code, f"{view.score:.0%}", gist(view.content), _helped(view, now), "、".join(view.shared)]
            for view in found
        ],
    )


def _helped(demand: PrecedentView, now: datetime) -> str:
    """How it ended, by whom, when."""
    if said := demand.solution:
        return f"{status_label(demand)}：{gist(said.text)}（{said.by}，{moment(said.at, now)}）"
    return f"{status_label(demand)}{f'：{gist(demand.reason)}' if demand.reason else ''}"
