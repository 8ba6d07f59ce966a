"""What the form of a visit lacks is asked for: why somebody is not satisfied, what is to be solved, and by whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from demandctl.context import Context
from demandctl.language.display import shown_lines
from demandctl.messages import handing
from demandctl.queries.reader import reading
from demandctl.queries.revisits import RevisitView, read_revisit
from demandctl.terminal import asking
from demandctl.terminal.render import put
from demandctl.vocabulary import Satisfaction


def asked_for(app: Context, number: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed with the answers to what it leaves open."""
    with reading(app) as reader:
        before = read_revisit(reader, number)
    values = dict(given)

    def told(name: str) -> Any:
        return values.get(name) if values.get(name) is not None else getattr(before, name)

    satisfaction = values.get("satisfaction")
    if satisfaction in (Satisfaction.FAIR, Satisfaction.UNSATISFIED) and not (
        told("dissatisfaction") or told("problem")
    ):
        needed = satisfaction == Satisfaction.UNSATISFIED
        why = asking.text("哪方面不满意" + ("" if needed else "（可空）"), needed=needed)
        values["dissatisfaction"] = why or None
        if why:
            values["problem"] = asking.text("要解决的是什么问题（没有就清空）", why) or None
    if values.get("problem") and values.get("urgent") is None:
        values["urgent"] = asking.yes("要现在就解决吗", default=False)
    if values.get("problem") and not told("department"):
        values["department"] = (
            asking.text("由哪个部门解决（空着是本部门）", known=departments(app)) or app.config.department
        )
    return values


def departments(app: Context) -> list[str]:
    """Our own department and those that were given something before."""
    with reading(app) as reader:
        rows = reader.rows("SELECT DISTINCT department FROM revisit WHERE department <> '' ORDER BY 1 LIMIT 50")
    return list(dict.fromkeys([app.config.department, *(row["department"] for row in rows)]))


def completed_by(lacking: Sequence[str], number: int) -> str:
    """The command that completes a form which is not whole."""
    options = " ".join(f"--{name.replace('_', '-')} …" for name in lacking)
    return f"补上：demandctl revisit record {number} {options}"


def put_for_department(app: Context, visit: RevisitView) -> None:
    """The text for the department that is to solve what the customer told, where that is another than ours."""
    if visit.problem and visit.department and visit.department != app.config.department and not visit.forwarded_at:
        put("发给责任部门的消息：")
        put()
        put(shown_lines(handing.for_department(visit, app.now)))
