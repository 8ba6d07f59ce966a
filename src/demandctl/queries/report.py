"""The numbers that are handed upward, reckoned once for the terminal, JSON and the workbooks.

Each number has its numerator and denominator. What counts where:

- *new* are the demands raised in the period, *closed* those that ended in it, *open* those not ended at its end.
- A first response is the first follow-up with the customer, of the demands raised in the period.
- On time: what fell due in the period. Met late, voided while overdue and overdue now are breaches; voided before it
  was due does not count; of a repeating rule each occurrence counts.
- Conversion, resolution and adoption are of the demands that ended in the period, duplicates aside.
- Coverage (C 2.5.2: 100 % required): customers who were to be visited by a time in the period, and those reached.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

from demandctl.core.parts import RulePart
from demandctl.core.periods import Period, period_of
from demandctl.language.display import minutes
from demandctl.queries.demands import Filter, demand_condition
from demandctl.queries.narrowing import OF_BRANCH, bound, holds_one
from demandctl.queries.reader import Reader
from demandctl.queries.verdicts import Verdict, verdicts
from demandctl.store.values import stored
from demandctl.vocabulary import SPOKEN, Channel, Kind, NoteKind, Satisfaction, subtype_label

SECTIONS = {
    "new": "新增需求",
    "closed": "结束需求",
    "open": "未结束需求",
    "first-response": "首次响应",
    "on-time": "按时率",
    "opportunity": "商机",
    "resolution": "问题解决",
    "complaint": "投诉",
    "suggestion": "建议",
    "revisit": "回访",
    "ageing": "未结束的时长",
}
GROUPS = {
    "kind": "d.kind",
    "branch": "d.branch",
    "channel": "d.channel",
    "subtype": "d.kind || '/' || coalesce(d.subtype, '')",
    "region": "d.region",
}
BY = {"kind": "类型", "branch": "分公司", "channel": "渠道", "subtype": "子类", "region": "地区", "rule": "规则",
      "handler": "对接人", "reason": "原因", "satisfaction": "满意度", "age": "时长"}  # fmt: skip
AGES = (
    ("1d", "1天以内", 1),
    ("3d", "1至3天", 3),
    ("7d", "3至7天", 7),
    ("30d", "7至30天", 30),
    ("more", "30天以上", None),
)
_OF_BRANCH = holds_one("d.branch", "branch")


class Number(NamedTuple):
    """One number. ``by`` and ``key`` say of which part, empty for the whole.

    ``unit``: count, share (numerator by denominator), minutes, days, yuan (``measured`` on as many).
    """

    section: str
    name: str
    numerator: float
    denominator: int
    unit: str = "count"
    by: str = ""
    key: str = ""
    measured: float | None = None

    @property
    def value(self) -> float | None:
        """What it comes to; None where there was nothing to measure."""
        if self.unit == "share":
            return self.numerator / self.denominator if self.denominator else None
        return self.numerator if self.unit == "count" else self.measured

    @property
    def id(self) -> tuple[str, str, str]:
        """What makes it the same number in another period."""
        return self.section, self.by, self.key


def in_words(number: Number) -> str:
    """A number's value with its unit, a dash where there was nothing to measure."""
    value = number.value
    if value is None:
        return "—"
    if number.unit in LASTING:
        return lasting(number.unit, value)
    return {"share": f"{value:.1%}", "yuan": f"{value:,.0f} 元"}.get(number.unit, f"{value:.0f}")


LASTING = {"minutes": 1, "days": 24 * 60}
"""Units of how long something took, in minutes."""


def lasting(unit: str, value: float) -> str:
    """How long something took, as people say it."""
    return minutes(round(value * LASTING[unit]))


class Report(NamedTuple):
    """The numbers of a period and those of the one before."""

    period: Period
    until: datetime
    numbers: list[Number]
    before: dict[tuple[str, str, str], Number]

    def get(self, section: str, key: str = "", by: str = "") -> Number:
        """One number; 0 of 0 where nothing was counted."""
        found = (number for number in self.numbers if number.id == (section, by, key))
        return next(found, Number(section, key, 0, 0, by=by, key=key))

    def parts(self, section: str, by: str) -> list[Number]:
        """The numbers of a section by kind, branch, …"""
        return [number for number in self.numbers if number.section == section and number.by == by]


def read_report(reader: Reader, period: Period, branches: Collection[str] = ()) -> Report:
    """The numbers of a period, so far when it has not ended yet, beside those of the one before; all or of branches."""
    calendar = reader.context.calendar
    end = calendar.start_of(period.end)
    before = {number.id: number for number in _numbers(reader, period.before, branches)}
    return Report(period, min(end, reader.now), list(_numbers(reader, period, branches)), before)


def data(found: Report, reader: Reader) -> dict[str, object]:
    """A report as JSON has it."""
    start_of = reader.context.calendar.start_of

    def span(period: Period) -> dict[str, object]:
        return {
            "unit": period.unit, "key": period.key, "name": period.name, "from": start_of(period.start).isoformat(),
            "to": start_of(period.end).isoformat(),
        }  # fmt: skip

    def plain(number: Number | None) -> dict[str, object]:
        if number is None:
            return {"value": None, "numerator": 0, "denominator": 0}
        return {"value": number.value, "numerator": number.numerator, "denominator": number.denominator}

    return {
        "period": span(found.period) | {"until": found.until.isoformat()},
        "before": span(found.period.before),
        "numbers": [
            {"section": n.section, "by": n.by or None, "key": n.key or None, "name": n.name, "unit": n.unit}
            | plain(n)
            | {"before": plain(found.before.get(n.id))}
            for n in found.numbers
        ],
    }


# -- the numbers of one period -----------------------------------------------------------------------------------


def _numbers(reader: Reader, period: Period, branches: Collection[str]) -> Iterator[Number]:
    start_of = reader.context.calendar.start_of
    moment = min(start_of(period.end), reader.now)
    span = {
        "start": stored(start_of(period.start)),
        "end": stored(start_of(period.end)),
        "moment": stored(moment),
        "branch": bound(branches),
    }
    for section, condition in (
        ("new", "d.raised_at >= :start AND d.raised_at < :end"),
        ("closed", "d.closed_at >= :start AND d.closed_at < :end"),
        ("open", "d.raised_at < :moment AND (d.closed_at IS NULL OR d.closed_at >= :moment)"),
    ):
        yield from _counts(reader, section, f"{condition} AND {_OF_BRANCH}", span)
    yield from _first_responses(reader, span)
    yield from _on_time(verdicts(reader, span=(span["start"], span["end"]), branches=branches))
    yield from _endings(reader, span)
    yield from _visits(reader, span, branches)
    yield from _ages(reader, span, moment)


def _counts(reader: Reader, section: str, condition: str, span: Mapping[str, str]) -> Iterator[Number]:
    total: int = reader.sql.execute(f"SELECT count(*) FROM demand AS d WHERE {condition}", span).fetchone()[0]
    yield Number(section, SECTIONS[section], total, total)
    for by, column in GROUPS.items():
        query = f"SELECT {column}, count(*) FROM demand AS d WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1"
        for key, count in reader.rows(query, span):
            yield Number(section, name_of(by, key), count, total, by=by, key=key)


def name_of(by: str, key: str) -> str:
    """What people call a part."""
    if by == "kind":
        return Kind(key).label
    if by == "channel":
        return Channel(key).label
    if by == "subtype":
        kind, _, subtype = key.partition("/")
        return f"{Kind(kind).label}·{subtype_label(kind, subtype) or '未分'}"
    return key or "未知"


def _first_responses(reader: Reader, span: Mapping[str, str]) -> Iterator[Number]:
    spoken = ", ".join(f"'{channel}'" for channel in SPOKEN)
    query = (
        f"SELECT d.raised_at AS raised, iif(d.channel IN ({spoken}), d.raised_at, "
        "(SELECT min(f.at) FROM follow_up AS f WHERE f.demand_id = d.id AND NOT f.internal "
        f"AND f.note = '{NoteKind.FOLLOW_UP}')) AS answered "
        f"FROM demand AS d WHERE d.raised_at >= :start AND d.raised_at < :end AND {_OF_BRANCH}"
    )
    rows = reader.rows(query, span)
    pairs = [tuple(map(datetime.fromisoformat, row)) for row in rows if row["answered"]]
    worked = reader.context.calendar.worked
    spans = {
        "work": ("上班时间", [_minutes(worked(raised, answered)) for raised, answered in pairs]),
        "wall": ("自然时间", [_minutes(answered - raised) for raised, answered in pairs]),
    }
    yield Number("first-response", "已响应", len(pairs), len(rows), "share")
    for clock, (name, taken) in spans.items():
        for key, title, value in (("median", "中位数", _median(taken)), ("p90", "九成不超过", _ninetieth(taken))):
            named, of = f"{title}（{name}）", len(rows)
            yield Number("first-response", named, len(pairs), of, "minutes", key=f"{key}-{clock}", measured=value)


def _minutes(span: timedelta) -> float:
    return round(max(span, timedelta()).total_seconds() / 60, 2)


def _median(values: Sequence[float]) -> float | None:
    return round(statistics.median(values), 2) if values else None


def _ninetieth(values: Sequence[float]) -> float | None:
    """The nearest rank: the smallest value that nine in ten do not exceed."""
    return sorted(values)[ceil(len(values) * 0.9) - 1] if values else None


def _on_time(found: Iterable[Verdict]) -> Iterator[Number]:
    kept: Counter[tuple[str, str]] = Counter()
    all_: Counter[tuple[str, str]] = Counter()
    names: dict[str, str] = {}
    complaints = [0, 0]
    for verdict in found:
        names[verdict.rule] = verdict.rule_name
        parts = [("", ""), ("rule", verdict.rule)]
        parts += [("branch", verdict.branch)] if verdict.branch else []
        parts += [("handler", verdict.handler)] if verdict.handler else []
        for part in parts:
            all_[part] += 1
            kept[part] += verdict.kept
        if verdict.role == RulePart.RESOLVE and verdict.kind == Kind.COMPLAINT:
            complaints = [complaints[0] + verdict.kept, complaints[1] + 1]
    yield Number("on-time", "按时率", kept["", ""], all_["", ""], "share")
    for by in ("rule", "branch", "handler"):
        for part in sorted((part for part in all_ if part[0] == by), key=lambda part: (-all_[part], part[1])):
            name = names[part[1]] if by == "rule" else part[1]
            yield Number("on-time", name, kept[part], all_[part], "share", by, part[1])
    yield Number("complaint", "投诉处理及时率", complaints[0], complaints[1], "share", key="on-time")


def _endings(reader: Reader, span: Mapping[str, str]) -> Iterator[Number]:
    rows = reader.rows(
        "SELECT d.kind, d.outcome, d.reason, d.amount, d.raised_at, d.closed_at FROM demand AS d "
        f"WHERE d.closed_at >= :start AND d.closed_at < :end AND d.outcome <> 'duplicate' AND {_OF_BRANCH}",
        span,
    )
    tries = [row for row in rows if row["kind"] == "opportunity"]
    won = [row for row in tries if row["outcome"] == "won"]
    priced = [float(row["amount"]) for row in won if row["amount"] is not None]
    days = [_days(row["raised_at"], row["closed_at"]) for row in won]
    lost = Counter(" ".join(row["reason"].split()) or "未写明" for row in tries if row["outcome"] == "lost")
    yield Number("opportunity", "成交率", len(won), len(tries), "share", key="conversion")
    yield Number("opportunity", "成交金额", len(priced), len(won), "yuan", key="amount", measured=round(sum(priced), 2))
    yield Number(
        "opportunity", "成交用时（中位数）", len(won), len(won), "days", key="time-to-win", measured=_median(days)
    )
    for reason, count in lost.most_common():
        yield Number("opportunity", reason, count, lost.total(), by="reason", key=reason)
    asked = [row for row in rows if row["kind"] in ("service", "inquiry", "complaint")]
    solved = sum(row["outcome"] == "solved" for row in asked)
    yield Number("resolution", "问题解决率", solved, len(asked), "share", key="solved")
    yield _reopened(reader, span)
    judged = [row["outcome"] for row in rows if row["outcome"] in ("adopted", "declined")]
    yield Number("suggestion", "建议采纳率", judged.count("adopted"), len(judged), "share", key="adopted")


def _reopened(reader: Reader, span: Mapping[str, str]) -> Number:
    reopened = (
        "SELECT e.demand_id FROM event AS e JOIN demand AS d ON d.id = e.demand_id WHERE e.about = 'demand' "
        f"AND e.at >= :start AND e.at < :end AND ' ' || e.names || ' ' LIKE '% reopened %' AND {_OF_BRANCH}"
    )
    ended = f"SELECT d.id FROM demand AS d WHERE d.closed_at >= :start AND d.closed_at < :end AND {_OF_BRANCH}"
    one = reader.sql.execute(
        f"SELECT (SELECT count(DISTINCT demand_id) FROM ({reopened})), "
        f"(SELECT count(*) FROM ({ended} UNION {reopened}))",
        span,
    ).fetchone()
    return Number("resolution", "重开率", one[0], one[1], "share", key="reopened")


def _days(start: str, end: str) -> float:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)) / timedelta(days=1), 2)


_VISITED = f"""
FROM revisit AS r JOIN customer AS c ON c.id = r.customer_id LEFT JOIN demand AS d ON d.id = r.demand_id
LEFT JOIN contact AS o ON o.id = c.owner_id
WHERE r.visited_at >= :start AND r.visited_at < :end
AND {OF_BRANCH}
"""


def _visits(reader: Reader, span: Mapping[str, str], branches: Collection[str]) -> Iterator[Number]:
    satisfied = [row[0] for row in reader.rows(f"SELECT r.satisfaction {_VISITED}", span)]
    rated = Counter(rating for rating in satisfied if rating)
    yield Number("revisit", "客户满意度", rated["satisfied"], rated.total(), "share", key="satisfaction")
    for term in Satisfaction:
        yield Number("revisit", term.label, rated[term], rated.total(), by="satisfaction", key=term.value)
    yield Number("revisit", "回访次数", len(satisfied), len(satisfied), key="visits")
    yield coverage(reader, span["start"], span["end"], branches)


def coverage(reader: Reader, since: str = "", until: str = "", branches: Collection[str] = ()) -> Number:
    """Of the customers who were to be visited by a time in a span, those who were reached (C 2.5.2)."""
    reached: dict[int, bool] = {}
    for row in reader.sql.execute(
        "SELECT l.customer_id, l.met_at FROM deadline AS l JOIN customer AS c ON c.id = l.customer_id "
        "LEFT JOIN demand AS d ON d.id = l.demand_id LEFT JOIN contact AS o ON o.id = c.owner_id "
        f"WHERE l.role = '{RulePart.VISIT}' AND l.due_at >= :start AND l.due_at < :end "
        f"AND {OF_BRANCH} "
        "AND (l.met_at IS NOT NULL OR l.voided_at > l.due_at OR (l.voided_at IS NULL AND l.due_at < :now))",
        {"start": since, "end": until or "~", "branch": bound(branches), "now": stored(reader.now)},
    ):
        reached[row["customer_id"]] = reached.get(row["customer_id"], True) and row["met_at"] is not None
    return Number("revisit", "回访率（应为 100%）", sum(reached.values()), len(reached), "share", key="coverage")


def months_of(period: Period, today: date) -> list[Period]:
    """The months of a period that have begun."""
    months = [period_of("month", period.start)]
    while months[-1].end < period.end and months[-1].end <= today:
        months.append(months[-1].after)
    return months


def _ages(reader: Reader, span: Mapping[str, str], moment: datetime) -> Iterator[Number]:
    query = (
        "SELECT d.raised_at FROM demand AS d WHERE d.raised_at < :moment "
        f"AND (d.closed_at IS NULL OR d.closed_at >= :moment) AND {_OF_BRANCH}"
    )
    ages = [(moment - datetime.fromisoformat(row[0])) / timedelta(days=1) for row in reader.sql.execute(query, span)]
    least = 0.0
    for key, name, most in AGES:
        count = sum(least <= age and (most is None or age < most) for age in ages)
        yield Number("ageing", name, count, len(ages), by="age", key=key)
        least = most or least


# -- the demands of a filter, for 汇总 ---------------------------------------------------------------------------


def kinds_by_status(reader: Reader, asked: Filter) -> dict[str, Counter[str]]:
    """How many demands of each kind have each status."""
    condition, values = demand_condition(asked)
    found: dict[str, Counter[str]] = {kind: Counter() for kind in Kind}
    for kind, status, count in reader.sql.execute(
        "SELECT d.kind, d.status, count(*) FROM demand AS d JOIN customer AS c ON c.id = d.customer_id "
        f"LEFT JOIN contact AS h ON h.id = d.handler_id WHERE {condition} GROUP BY 1, 2",
        values,
    ):
        found[kind][status] = count
    return found


def by_branch(reader: Reader, asked: Filter) -> list[tuple[str, int, int, int]]:
    """(branch, demands, still open, won or solved or adopted), the busiest first."""
    condition, values = demand_condition(asked)
    rows = reader.rows(
        "SELECT d.branch, count(*), sum(d.closed_at IS NULL), "
        "sum(coalesce(d.outcome, '') IN ('won', 'solved', 'adopted')) "
        "FROM demand AS d JOIN customer AS c ON c.id = d.customer_id "
        f"LEFT JOIN contact AS h ON h.id = d.handler_id WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1",
        values,
    )
    return [(row[0] or "未定分公司", row[1], row[2], row[3]) for row in rows]


def on_time(reader: Reader, asked: Filter) -> list[Number]:
    """The on-time rates of the demands of a filter: all, by rule, by branch, by handler."""
    return [number for number in _on_time(verdicts(reader, demands=asked)) if number.section == "on-time"]
