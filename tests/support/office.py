"""An office whose notices go out: its channels, and what they are told."""

import json
from typing import Any

from tests.support.cli import Cli
from tests.support.robots import Robots


def wecom(robots: Robots, name: str = "需求群", **more: Any) -> dict[str, Any]:
    """A WeCom channel."""
    return {"name": name, "type": "wecom", "url": robots.wecom, "key_env": "TEST_KEY", "timeout": 5, **more}


def configure(cli: Cli, *channels: dict[str, Any], **notify: Any) -> None:
    """Write the config file; JSON values are TOML values here."""
    lines = ["[specialist]", 'name = "李敏"', 'phone = "13700000001"', "[notify]"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in notify.items()]
    for channel in channels:
        lines += ["[[notify.channels]]"]
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in channel.items()]
    cli.config.write_text("\n".join(lines), encoding="utf-8")


def notify(cli: Cli, *more: str) -> dict[str, dict[str, Any]]:
    """Run ``due --notify --json`` and return its channels by name."""
    return {c["name"]: c for c in cli("due", "--notify", "--json", *more).json["channels"]}


def keys(channel: dict[str, Any]) -> set[tuple[str, str]]:
    """Rule and level of what was sent."""
    return {(item["rule"], item["level_name"]) for item in channel["items"] if item["result"] == "sent"}


def repair(cli: Cli, **options: str) -> int:
    """A repair in 湘潭, assigned: its handler owes a first feedback."""
    number: int = cli.demand(subtype="repair", product="37米泵车", **options)["number"]
    cli("assign", str(number), "--auto")
    return number
