"""Options and arguments that several commands share, and how what people type in them is read."""

from typing import TYPE_CHECKING, Annotated

import typer

from demandctl.terminal.typed import demand_number
from demandctl.vocabulary import Kind

if TYPE_CHECKING:
    from demandctl.vocabulary import Term


def choices(term: "type[Term]") -> str:
    """How a vocabulary is named in a help line."""
    return "|".join(term)


Number = Annotated[int, typer.Argument(parser=demand_number, metavar="编号", help="需求编号，12 或 D12")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="所有询问都答是")]
At = Annotated[str, typer.Option("--at", metavar="时间", help="发生的时间，默认现在；如 今天9:30、昨天下午3点")]
Reason = Annotated[str, typer.Option("--reason", metavar="文字", help="原因")]


def kind(text: str) -> Kind:
    """A kind by value, label or prefix."""
    return Kind.parse(text)


KindOption = Annotated[str, typer.Option("--kind", metavar="类型", help=f"需求类型：{choices(Kind)}（或中文）")]
