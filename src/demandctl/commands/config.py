"""``config``: where things lie and what the settings are."""

import typer

from demandctl.commands.options import Json
from demandctl.config import SECRET
from demandctl.context import Context
from demandctl.grammar import Tree
from demandctl.render import pairs, put, put_json


def path(ctx: typer.Context, json: Json = False) -> None:
    """台账、配置、规则各在哪里。"""
    app: Context = ctx.obj
    from demandctl.config import rules_text

    places = {"ledger": app.db_path, "config": app.config_path, "rules": rules_text(app.config)[1]}
    if json:
        put_json({name: str(place) for name, place in places.items()})
        return
    labels = {"ledger": "台账", "config": "配置", "rules": "规则"}
    pairs((labels[name], f"{place}{'' if place.exists() else '（还没有）'}") for name, place in places.items())


def show(ctx: typer.Context, json: Json = False) -> None:
    """现在生效的配置，没写的按默认。"""
    app: Context = ctx.obj
    config = app.config
    calendar = config.hours()
    values = {
        "timezone": config.zone_name,
        "company.name": config.get("company", "name"),
        "specialist.name": config.specialist,
        "specialist.phone": config.get("specialist", "phone"),
        "specialist.supervisor": config.get("specialist", "supervisor"),
        "specialist.department": config.department,
        "calendar.hours": [
            f"{a // 3600:02d}:{a % 3600 // 60:02d}-{b // 3600:02d}:{b % 3600 // 60:02d}" for a, b in calendar
        ],
        "calendar.closed": [day.isoformat() for day in config.days("closed")],
        "calendar.open": [day.isoformat() for day in config.days("open")],
        "notify": _without_secrets(config.data.get("notify", {})),
    }
    if json:
        put_json(values)
        return
    put(f"# {config.path}{'' if config.path.exists() else '（还没有，全部是默认值）'}")
    pairs((name, "、".join(value) if isinstance(value, list) else str(value or "—")) for name, value in values.items())


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {
            k: "***" if SECRET.search(k) and not k.endswith("_env") else _without_secrets(v) for k, v in value.items()
        }
    return [_without_secrets(entry) for entry in value] if isinstance(value, list) else value


TREE: Tree = {"path": path, "show": show}
