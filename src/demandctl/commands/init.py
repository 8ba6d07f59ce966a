"""``init``: make ledger, config and rules."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from demandctl import db
from demandctl.config import TEMPLATE
from demandctl.context import Context, settings
from demandctl.errors import NotFound, Refused
from demandctl.queries.reader import Reader, reading
from demandctl.store.writing import put_text
from demandctl.terminal import asking
from demandctl.terminal.answers import answer
from demandctl.terminal.options import Json, Yes
from demandctl.terminal.render import put_json, say, tell
from demandctl.terminal.takes import Option

Demo = Annotated[bool, Option("--demo", "用示例数据填满一份新台账，供试用")]


ASKED = (
    ("specialist.name", "您的姓名（写进每一步操作）"),
    ("specialist.phone", "您的电话（给客户的文字里用）"),
    ("company.name", "公司名（给客户的文字、报表抬头用）"),
)
"""What texts for customers need, with its question."""
FILES = (
    (("contact", "import"), "通讯录文件（Excel 或 CSV）", "通讯录"),
    (("import", "demands"), "以前的需求表（Excel 或 CSV）", "旧表"),
)
"""What is read in, with its question."""
OFFERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("completion", "install"), "装上 Tab 补全吗"),
    (("notify", "schedule", "--install"), "让系统定时发提醒、每天备份吗"),
)


def init(ctx: typer.Context, demo: Demo = False, yes: Yes = False, json: Json = False) -> None:
    """建台账和配置；已有的不动。

    在终端里接着问姓名、电话、公司、通讯录、旧表、Tab 补全、定时提醒，每一项按回车就跳过；--yes 不问。
    """
    app: Context = ctx.obj
    with db.making(app.db_path) as draft:
        fresh = draft is not None
        if demo and not fresh:
            raise Refused(f"已有台账：{app.db_path}", "示例只填进新台账：demandctl --db 新文件 init --demo")
        if not app.config_path.exists():
            put_text(app.config_path, _template(demo))
        on = app if draft is None else app.later().on(draft)
        _begin(on)
        if demo:
            from demandctl.upkeep.demo import fill

            fill(on, ctx.find_root().command.main)
    if json:
        put_json({"ledger": str(app.db_path), "config": str(app.config_path), "created": fresh})
        return
    said = f"{'已建台账' if fresh else '台账已在'}：{app.db_path}"
    config = f"配置：{app.config_path}"
    if demo:
        answer(f"{said}，已填进示例", config, "今天的事：demandctl；谁欠谁什么：demandctl due")
        return
    answer(said, config)
    if fresh and not yes and asking.can_ask():
        _settle(app, partial(_run, app, ctx.find_root().command.main))
    with reading(app.later()) as reader:
        for line in first_steps(reader):
            tell(f"  {line}")


def first_steps(reader: Reader) -> list[str]:
    """What is still to be done before the first demand, each with its command."""
    known = settings(reader.context)
    unset = [f"{called}：demandctl config set {name} …" for name, called in ASKED if not known[name]]
    people = reader.rows("SELECT 1 FROM contact LIMIT 1")
    old = reader.rows("SELECT 1 FROM demand LIMIT 1")
    return [
        *unset,
        *([] if people else ["导入通讯录：demandctl contact import 文件.csv"]),
        *([] if old else ["导入旧表：demandctl import demands 文件.xlsx --dry-run"]),
        "登记一条：demandctl intake；粘贴一段聊天：demandctl intake --paste",
    ]


def _settle(app: Context, run: Callable[[Sequence[str]], None]) -> None:
    """Ask for what a first day needs; each may be passed over."""
    say("下面几项都可以按回车跳过，以后再设。")
    known = settings(app)
    for setting, question in ASKED:
        if not known[setting] and (value := asking.text(question)):
            run(("config", "set", setting, value))
    for words, question, called in FILES:
        if path := asking.text(question, files=True, check=_is_file):
            run((*words, str(Path(path).expanduser())))
        else:
            say(f"  以后导入{called}：demandctl {' '.join(words)} 文件")
    for offer, question in OFFERS:
        if asking.yes(question, default=False):
            run(offer)


def _is_file(text: str) -> None:
    if text and not Path(text).expanduser().is_file():
        raise NotFound(f"没有文件 {text}")


def _run(app: Context, main: Callable[[list[str]], object], words: Sequence[str]) -> None:
    """Another command on this ledger; what it could not do it says, and the questions go on."""
    with suppress(SystemExit):
        main(["--db", str(app.db_path), "--config", str(app.config_path), *words])


def _template(demo: bool) -> str:
    if not demo:
        return TEMPLATE
    from demandctl.upkeep.demo import examples

    return (examples() / "config.toml").read_text(encoding="utf-8")


def _begin(app: Context) -> None:
    """Start what the ledger itself owes, unless an earlier run has."""
    with reading(app) as reader:
        if reader.rows("SELECT 1 FROM ledger WHERE key = 'init'"):
            return
    from demandctl.actions import duties
    from demandctl.db import transaction

    with transaction(app, "init") as work:
        duties.begin(work)
