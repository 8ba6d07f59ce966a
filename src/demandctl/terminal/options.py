"""Options and arguments that several commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from demandctl.terminal.takes import (
    COUNT,
    FILES,
    NUMBERS,
    PAST,
    RAISED,
    SINCE,
    UNTIL,
    YES,
    Argument,
    Option,
    choice,
    many,
    prose,
    ref,
    word,
)
from demandctl.vocabulary import Kind

Number = Annotated[int, Argument("demand.id", ref("demand", "编号"), "12 或 D12")]
Who = Annotated[str, Argument("客户", ref("customer", "客户"), "编号 K00001、姓名、电话")]
Numbers = Annotated[tuple[int, ...], Argument("demand.id", NUMBERS, "12 或 D12；可写几条：3 5 7、3-6")]
Json = Annotated[bool, Option("--json", "输出 JSON")]
Yes = Annotated[bool, YES]
At = Annotated[datetime | None, Option("--at", "发生的时间", PAST, "默认现在；如 今天9:30、昨天下午3点")]
Raised = Annotated[datetime | None, Option("--raised", "demand.raised_at", RAISED, "默认现在")]
Reason = Annotated[str, Option("--reason", "原因", prose("文字"))]
Since = Annotated[str, Option("--from", "从哪天起", SINCE)]
Until = Annotated[str, Option("--to", "到哪天止", UNTIL, "含当天")]
KindOption = Annotated[Kind | None, Option("--kind", "demand.kind", choice(Kind, "类型"))]
Attach = Annotated[tuple[Path, ...], Option("--attach", "附件", FILES, "照片、合同、截图")]
Within = Annotated[str, Option("--within", "给多长时间", word("时限"), "按上班时间，如 2h、1d；默认 4h")]
Send = Annotated[str, Option("--send", "发到哪个渠道", ref("notice", "渠道"), "配置里的提醒渠道")]

# -- filters: several values add up ------------------------------------------------------------------------------

KindFilter = Annotated[tuple[Kind, ...], Option("--kind", "demand.kind", many(choice(Kind, "类型")))]
BranchFilter = Annotated[
    tuple[str, ...], Option("--branch", "分公司", many(word("分公司", known="branch")), "写一部分即可")
]
OwnerFilter = Annotated[tuple[str, ...], Option("--owner", "对接人", many(ref("contact", "对接人")), "姓名或电话")]
TagFilter = Annotated[tuple[str, ...], Option("--tag", "标签", many(word("标签", known="tag")))]

LINES = 50
"""How many rows a list shows unless asked for more."""
Limit = Annotated[int | None, Option("--limit", "最多几条", COUNT, f"默认 {LINES}，0 为全部")]


def row_limit(limit: int | None, as_json: bool) -> int | None:
    """The limit that holds: programs get everything unless they ask for less."""
    if limit is None:
        return None if as_json else LINES
    return limit or None
