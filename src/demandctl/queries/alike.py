"""What helped last time: ended demands that are most alike, each with how it was solved and by whom."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from math import log, sqrt

from demandctl.language.likeness import is_machine, marks, words_of
from demandctl.queries.demands import DemandView, Filter, read_demands
from demandctl.queries.reader import Reader
from demandctl.queries.search import map_file
from demandctl.queries.view import View

SHOWN = 3
"""How many a card shows."""
_LOOKED_AT = 20_000
"""The newest ended demands of a kind: how one helped oneself years ago helps less, and the answer comes at once."""
_LEAST_SCORE = 0.35
"""Below it two demands have words in common by chance."""
_LEAST_WEIGHT = 7.0
"""One rare word makes no two demands alike, however short they are; nor does their machine, whatever its size."""
_UNHEARD = 0.4
"""What a word that stands in no other demand weighs against the rarest that does: it is as often a slip as a clue."""
_FEWEST = 200
"""A small ledger weighs words as if it held so many demands: in it each of them is rare."""

_ENDED = f"""
SELECT id, content || ' ' || product, region FROM demand
WHERE kind = :kind AND closed_at IS NOT NULL AND id <> :number AND outcome IS NOT 'duplicate'
AND (subtype = :subtype OR subtype IS NULL OR :subtype IS NULL)
AND customer_id NOT IN (SELECT id FROM customer WHERE erased_at IS NOT NULL)
ORDER BY id DESC LIMIT {_LOOKED_AT}
"""
_SAID = """
SELECT text, by_name, at FROM follow_up
WHERE demand_id = ? AND note = 'follow-up' AND text <> '' ORDER BY resolved DESC, internal, at DESC, id DESC LIMIT 1
"""


class SolutionView(View):
    """What was said last of a demand, first of all that it was solved."""

    text: str
    by: str
    at: datetime


class PrecedentView(DemandView):
    """An ended demand that is like another: how much, from 0 to 1, and the words that both have."""

    score: float
    shared: list[str]
    solution: SolutionView | None


def alike(reader: Reader, demand: DemandView, most: int | None = SHOWN) -> list[PrecedentView]:
    """The ended demands that are like one, the most alike first; none where nothing is."""
    text = f"{demand.content} {demand.product}"
    wanted = marks(text, (demand.region, demand.customer.name))
    if not wanted:
        return []
    map_file(reader)
    given = {"kind": demand.kind, "subtype": demand.subtype, "number": demand.number}
    scored = _scored(wanted, reader.sql.execute(_ENDED, given).fetchall())
    best = sorted(scored, key=lambda found: (-found[0], -found[1]))[:most]
    views = {view.number: view for view in read_demands(reader, Filter(numbers=tuple(number for _, number, _ in best)))}
    return [
        PrecedentView.with_more(
            views[number],
            score=round(score, 2),
            shared=words_of(shared, text),
            solution=_solution(reader, number),
        )
        for score, number, shared in best
    ]


def _scored(wanted: tuple[str, ...], ended: list[tuple[int, str, str]]) -> list[tuple[float, int, list[str]]]:
    """Those that are alike: how much, their numbers, the marks they share.

    The cosine of both texts, each mark by how rare it is.
    """
    found = re.compile("|".join(map(re.escape, sorted(wanted, key=len, reverse=True)))).findall
    held: Counter[str] = Counter()
    near = []
    for row in ended:
        hits = set(found(row[1].lower()))
        held.update(hits)
        if len(hits) > 1:
            near.append(row)
    many = max(len(ended), _FEWEST)
    unheard = _UNHEARD * log(many + 1)
    weights = {mark: log((many + 1) / (held[mark] + 1)) if held[mark] else unheard for mark in wanted}
    own = sum(weights.values())
    alike = []
    for number, text, region in near:
        its = marks(text, (region,))
        shared = [mark for mark in its if mark in weights]
        common = sum(weights[mark] for mark in shared)
        told = sum(weights[mark] for mark in shared if not is_machine(mark))
        score = common / sqrt(own * sum(weights.get(mark, unheard) for mark in its)) if shared else 0
        if told >= _LEAST_WEIGHT and score >= _LEAST_SCORE:
            alike.append((score, number, shared))
    return alike


def _solution(reader: Reader, number: int) -> SolutionView | None:
    row = reader.sql.execute(_SAID, (number,)).fetchone()
    return SolutionView(text=row[0], by=row[1], at=reader.at(row[2])) if row else None
