"""``config``: where things lie and what the settings are."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from demandctl.config import TEMPLATE, Config, known_settings, nearest
from demandctl.context import Context, settings
from demandctl.errors import Refused, UsageError
from demandctl.store.writing import put_text
from demandctl.terminal.answers import object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.options import Json
from demandctl.terminal.render import pairs, put, put_json
from demandctl.terminal.takes import Argument, prose, ref


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
    config, values = app.config, settings(app)
    if json:
        put_json(values)
        return
    for name, value in dict(values.pop("notify")).items():
        values[f"notify.{name}"] = [str(v.get("name", "")) for v in value] if name == "channels" else value
    put(f"# {config.path}{'' if config.path.exists() else '（还没有，全部是默认值）'}")
    pairs((name, "、".join(value) if isinstance(value, list) else str(value or "—")) for name, value in values.items())


Name = Annotated[str, Argument("配置项", ref("setting", "配置项"), "如 specialist.name、calendar.closed")]
NewValue = Annotated[
    str, Argument("设为什么", prose("值"), '文字直接写；列表写 ["2026-05-08"]；数字、true、false 照写')
]


def set_(ctx: typer.Context, name: Name, value: NewValue, json: Json = False) -> None:
    """改一项配置，文件里的注释都留着。"""
    app: Context = ctx.obj
    import tomlkit

    target = app.config_path  # not what it says: a setting that is wrong can be set right
    try:
        document = tomlkit.parse(_text_of(target))
    except tomlkit.exceptions.TOMLKitError:
        Config.read(target)  # says where it is wrong
        raise
    section, _, key = name.rpartition(".")
    known = known_settings()
    if key not in known.get(section, ()):
        names = [f"{s}.{k}" if s else k for s, keys in known.items() for k in keys]
        raise UsageError(f"没有配置项“{name[:40]}”{nearest(name, names)}", "看看有哪些：demandctl config show")
    table: Any = document.setdefault(section, tomlkit.table()) if section else document
    if not isinstance(table, dict):
        raise UsageError(f"{section} 不是一组配置", "看看有哪些：demandctl config show")
    table[key] = value if value.isdigit() and _is_text(document, name) else _typed(value)
    write_config(target, tomlkit.dumps(document))
    object_answer(json, {name: value}, f"{name} 已设为 {value}", "看看读到了什么：demandctl config show")


def _text_of(target: Path) -> str:
    try:
        return target.read_text(encoding="utf-8-sig") if target.exists() else TEMPLATE
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"配置文件读不了：{target}（{error}）") from error


def _is_text(document: Any, name: str) -> bool:
    """Whether a setting is text now or by default: a phone of digits alone stays a phone."""
    import tomllib

    for place in (document, tomllib.loads(TEMPLATE)):
        for part in name.split("."):
            place = place.get(part) if isinstance(place, dict) else None
        if place is not None:
            return isinstance(place, str)
    return False


def _typed(text: str) -> Any:
    """A value as TOML writes it; anything else is text."""
    import tomllib

    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value if isinstance(value, list | bool | int) else text


def write_config(target: Path, text: str) -> None:
    """Put a config in place of the old one, checked first: a wrong one is refused and the old one stays.

    It is checked as all that read it do, the notices too: from a wrong one on none would go out.
    """
    from demandctl.notify import channels

    try:
        channels.read(Config.parse(text, target))
    except UsageError as error:
        raise UsageError(str(error), error.hint or "没有保存") from error
    put_text(target, text)


def edit(ctx: typer.Context, json: Json = False) -> None:
    """用编辑器（环境变量 EDITOR）改配置；有错不保存，说出错在哪里。"""
    app: Context = ctx.obj
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    target = app.config_path
    before = _text_of(target)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        draft.write_text(before, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(draft)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Refused(f"编辑器没有正常结束：{editor}", "设置环境变量 EDITOR，或直接改文件") from error
        after = draft.read_text(encoding="utf-8")
    if after != before:
        write_config(target, after)
    done = "没有变化" if after == before else f"已保存：{target}"
    object_answer(json, {"path": str(target), "changed": after != before}, done)


TREE: Tree = {
    "path": Entry("位置", path),
    "show": Entry("查看", show),
    "set": Entry("设置", set_),
    "edit": Entry("修改", edit),
}
