"""One revisit as the paper form of one page that the customer stamps and the supervisor signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from openpyxl.utils import get_column_letter

from demandctl.exports import workbook
from demandctl.exports.job import Job
from demandctl.exports.rows import RevisitRow
from demandctl.exports.workbook import NewBook, SheetCell, SheetRow
from demandctl.language.subject import Subject
from demandctl.store.fields import RATINGS, names
from demandctl.vocabulary import Method, RevisitKind, Satisfaction

WIDTHS = (13.0,) * 8
Spanned = Sequence[tuple[SheetCell, int]]
"""The cells of a row from the left, each with the number of columns it takes."""


def paper(job: Job, revisit: RevisitRow) -> NewBook:
    """客户回访记录表 of one visit, to be printed."""
    book = NewBook("客户回访记录表", job.who, job.reader.now, job.mask)
    rows = list(_form(job, revisit))

    def lines(sheet: Any) -> Iterator[str]:
        made = []
        for number, row in enumerate(rows, 1):
            cells, place = [], 1
            for cell, span in row:
                if span > 1:
                    reach = f"{get_column_letter(place)}{number}:{get_column_letter(place + span - 1)}{number}"
                    sheet.merged_cells.add(reach)
                cells += [cell, *[SheetCell(None, cell.style)] * (span - 1)]
                place += span
            made.append(SheetRow(cells, _height(row)))
        yield from workbook.lines_xml(book, made)

    sheet = book.sheet("客户回访记录表", WIDTHS, lines)
    sheet.sheet_view.showGridLines = False
    workbook.page(sheet, pages=1, portrait=True)
    job.sheets["客户回访记录表"] = 1
    return book


def _height(row: Spanned) -> float:
    least = {"title-middle": 36.0, "boxed": 62.0, "signed": 62.0}
    heights = [
        max(least.get(cell.style, 24.0), workbook.lines_of(str(cell.value or ""), WIDTHS[0] * span) * workbook.LINE + 8)
        for cell, span in row
    ]
    return min(max(heights), workbook.TALLEST)


def boxes(choices: Iterable[tuple[Any, str]], chosen: Any) -> str:
    """Choices with a box before each, the chosen one ticked."""
    return "　".join(f"{'☑' if value == chosen else '□'}{name}" for value, name in choices)


def _form(job: Job, r: RevisitRow) -> Iterator[Spanned]:
    department = r.department or job.reader.context.config.department
    customer = r.customer
    yes_no = ((True, "是"), (False, "否"))
    name = names("revisit")
    yield [(SheetCell("客户回访记录表", "title-middle"), 8)]
    yield [(SheetCell(f"{job.company}　　编号：{r.subject}".strip("　"), "subtitle-middle"), 8)]
    yield [*_pair("受理部门", department, 3), *_pair(name["kind"], r.kind.label, 3)]
    yield [
        *_pair("客户名称", customer.company or customer.name, 3),
        *_pair("地址", customer.address or customer.region, 3),
    ]
    yield [*_pair("被访人", customer.name, 3), *_pair("电话", customer.phone, 3)]
    yield [*_pair(name["visited_at"], _time(r.visited_at or r.planned_at), 3),
           *_pair(name["demand_id"], Subject.demand(r.demand).code if r.demand else "", 3)]  # fmt: skip
    methods = [(method.value, method.label) for method in Method]
    yield _pair(name["method"], boxes(methods, r.method), 7)
    ratings = [(rating.value, rating.label) for rating in Satisfaction]
    for key in RATINGS:
        yield _pair(name[key], boxes(ratings, getattr(r, key)), 7)
    yield _pair(name["dissatisfaction"], r.dissatisfaction, 7)
    yield [*_pair(name["heard_from"], r.heard_from, 3), *_pair(name["recommend"], boxes(yes_no, r.recommend), 3)]
    if r.kind == RevisitKind.INACTIVE or r.inactive_reason:
        yield [*_pair(name["inactive_reason"], r.inactive_reason, 3),
               *_pair(name["would_continue"], boxes(yes_no, r.would_continue), 3)]  # fmt: skip
    urgent = boxes(yes_no, r.urgent if r.recorded_at else None)
    yield _boxed(name["problem"], "\n".join(filter(None, [r.problem, f"{name['urgent']}：{urgent}"])))
    yield [
        *_pair(name["department"], r.department, 3),
        *_pair(name["forwarded_at"], _time(r.forwarded_at), 3),
    ]
    yield [
        *_pair(name["contacted_at"], _time(r.contacted_at), 3),
        *_pair(name["solved_at"], _time(r.solved_at), 3),
    ]
    yield _boxed("客户意见", r.suggestion or "")
    yield _boxed(name["note"], "\n".join(filter(None, [r.note, f"{name['plan']}：{r.plan}" if r.plan else ""])))
    visitor = _signed(r.visitor or "", _time(r.recorded_at)[:10])
    for who, signed in (("客户确认\n（盖章）", _signed()), (name["visitor"], visitor), ("主管审批", _signed())):
        yield [(SheetCell(who, "label-middle"), 1), (SheetCell(signed, "signed"), 7)]


def _pair(name: str, value: str | None, span: int) -> list[tuple[SheetCell, int]]:
    return [(SheetCell(name, "label-middle"), 1), (SheetCell(value or "", "text"), span)]


def _boxed(name: str, text: str) -> Spanned:
    return [(SheetCell(name, "label-middle"), 1), (SheetCell(text, "boxed"), 7)]


def _signed(name: str = "", day: str = "") -> str:
    year, month, date = day.split("-") if day else ("＿＿＿＿", "＿＿", "＿＿")
    return f"签名：{name or '＿＿＿＿＿＿＿＿＿＿'}　　　　　　日期：{year}年{month}月{date}日"


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
