"""The filters of ``customer list``, which choose for ``customer tag`` and ``greet`` too."""

from datetime import timedelta
from typing import Annotated

from demandctl.context import Context
from demandctl.queries.customers import CustomerFilter, CustomerView, read_customers
from demandctl.queries.reader import Reader
from demandctl.terminal.takes import Option, choice, many, word
from demandctl.vocabulary import NeedClass, Stage, Value

ValueFilter = Annotated[tuple[Value, ...], Option("--value", "customer.value", many(choice(Value, "价值")))]
StageFilter = Annotated[tuple[Stage, ...], Option("--stage", "customer.stage", many(choice(Stage, "阶段")))]
NeedFilter = Annotated[tuple[NeedClass, ...], Option("--need", "customer.need_class", many(choice(NeedClass, "分类")))]
RegionFilter = Annotated[
    tuple[str, ...], Option("--region", "customer.region", many(word("地区", known="region")), "写一部分即可")
]
MissingPapers = Annotated[bool, Option("--missing-papers", "只看资料没齐的")]
Inactive = Annotated[bool, Option("--inactive", "只看超过一周没订货的")]

INACTIVE = timedelta(days=7)
"""After so long without an order a customer is inactive (C 1.4)."""


def inactive_since(app: Context, inactive: bool) -> str:
    """The last day of an order that makes somebody inactive; empty where it is not asked for."""
    return (app.now.date() - INACTIVE).isoformat() if inactive else ""


def those(reader: Reader, asked: CustomerFilter) -> list[CustomerView]:
    """The customers of a filter; NotFound where it names a person or a tag that nobody has heard of."""
    found = read_customers(reader, asked)
    if not found or len(asked.tag) > 1 or len(asked.owner) > 1:
        from demandctl.queries.known import require_known

        require_known(reader, tag=asked.tag, owner=asked.owner)
    return found
