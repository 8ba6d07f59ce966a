"""``when``: how each phrase is understood as a time."""

from datetime import datetime
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Ended, UsageError
from demandctl.language.display import padded, shown, width
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json
from demandctl.terminal.takes import Argument, each, word
from demandctl.terminal.typed import parse_time, understood

Texts = Annotated[tuple[str, ...], Argument("时间的说法", each(word("说法…")), "如 下周一上午9点")]


def when(ctx: typer.Context, texts: Texts, json: Json = False) -> None:
    """时间的说法会被理解成什么。"""
    app: Context = ctx.obj
    found: list[dict[str, str | None]] = []
    said: list[str] = []
    for text in texts:
        try:
            value = parse_time(app, text)
            iso = value.astimezone(app.zone).isoformat() if isinstance(value, datetime) else value.isoformat()
            found.append({"text": text, "value": iso})
            said.append(understood(app, value))
        except UsageError as error:
            found.append({"text": text, "value": None, "error": str(error)})
            said.append(str(error))
    if json:
        put_json(found)
    else:
        room = max(width(shown(text)) for text in texts)
        for text, answer in zip(texts, said, strict=True):
            put(f"{padded(shown(text), room)}  {shown(answer)}")
    if any(entry["value"] is None for entry in found):
        raise Ended(2)
