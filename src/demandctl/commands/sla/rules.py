"""``sla``: the rules, checked and shown."""

from collections.abc import Callable, Mapping

import typer

from demandctl.config import rules_text
from demandctl.context import Context
from demandctl.core.parts import GIVEN
from demandctl.core.rhythms import read_rhythm, say_rhythm
from demandctl.core.rules import Rule, read_rules
from demandctl.core.targets import Target
from demandctl.errors import Ended, Refused
from demandctl.store.writing import put_text
from demandctl.terminal.answers import object_answer
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json
from demandctl.terminal.render import put, put_json, put_table, tell
from demandctl.vocabulary import Kind, RevisitKind, Urgency, Value

_ABOUT = {"demand": "需求", "revisit": "回访", "customer": "客户", "ledger": "台账"}
_OWERS = {
    "specialist": "需求专员", "handler": "对接人", "owner": "专属对接人", "expert": "专家", "leader": "分管领导",
    "supervisor": "主管", "branch": "分公司", "department": "责任部门", "escalated": "升级对象",
}  # fmt: skip


def show(ctx: typer.Context, json: Json = False) -> None:
    """现在生效的时限规则。"""
    app: Context = ctx.obj
    text, path = rules_text(app.config)
    book, problems = read_rules(text)
    if json:
        put_json([_data(rule) for rule in book.rules])
        return
    put(f"# {path}")
    put_table(COLUMNS, [_row(rule) for rule in book.rules])
    if problems:
        raise Refused(f"规则文件有 {len(problems)} 处错误", "逐条看：demandctl sla check")


COLUMNS = [
    Column("规则", wrap=False), Column("名称", wrap=False), Column("对象", wrap=False), Column("时限", least=14),
    Column("谁欠"), Column("依据", below=True), Column("", below=True),
]  # fmt: skip


def _row(rule: Rule) -> list[str]:
    said = in_words(rule.repeat or rule.target, repeats=bool(rule.repeat))
    off = "" if rule.enabled else "停用"
    return [rule.id, rule.name, _ABOUT[rule.about], said, owed(rule.owed_by), rule.source, off]


def in_words(entry: object, *, repeats: bool) -> str:
    """A target or a recurrence as people say it."""
    return _repeat(entry) if repeats else _target(entry)


def _repeat(entry: object) -> str:
    if isinstance(entry, dict):
        return _each(entry, _repeat)
    if entry == GIVEN:
        return "按客户设定的日子"
    repeat = read_rhythm(str(entry))
    said = say_rhythm(repeat)
    return f"{said}下班前" if "BY" in repeat and said != repeat else said


def _each(entry: Mapping[str, object], said: Callable[[object], str]) -> str:
    """What holds for each of a table, what holds for several once."""
    names = _NAMES | {term.value: term.label for term in (*Kind, *Urgency, *RevisitKind)}
    alike: dict[str, list[str]] = {}
    for key, value in entry.items():
        alike.setdefault(said(value), []).append(names.get(str(key), str(key)))
    return "；".join(f"{'、'.join(keys)} {text}" for text, keys in alike.items())


_NAMES = {term.value: f"{term.label}价值" for term in Value} | {"lost": "流失", "group": "社群", "default": "其余"}


def _target(entry: object) -> str:
    if isinstance(entry, dict):
        return _each(entry, _target)
    if entry == GIVEN:
        return "约定的时间"
    return Target.parse(str(entry)).words


def owed(entry: object) -> str:
    """Who owes it, in Chinese."""
    if isinstance(entry, dict):
        return "，".join(f"{'社群' if key == 'group' else '其余'} {_OWERS[value]}" for key, value in entry.items())
    return _OWERS.get(str(entry), str(entry))


def _data(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id, "name": rule.name, "about": rule.about,
        "starts": sorted(rule.starts), "met_by": sorted(rule.met_by),
        "target": rule.target, "repeat": rule.repeat or None, "owed_by": rule.owed_by, "source": rule.source,
        "enabled": rule.enabled, "role": rule.role or None,
    }  # fmt: skip


def check(ctx: typer.Context, json: Json = False) -> None:
    """检查规则文件，逐条列出错误的行、字段和原因。"""
    app: Context = ctx.obj
    text, path = rules_text(app.config)
    book, problems = read_rules(text)
    if json:
        put_json({"path": str(path), "rules": len(book.rules), "problems": [p._asdict() for p in problems]})
    elif not problems:
        tell(f"{path}：{len(book.rules)} 条规则，没有错误")
    for problem in [] if json else problems:
        tell(f"第 {problem.line} 行 {problem.field}：{problem.reason}")
    if problems:
        raise Ended(1)


def init(ctx: typer.Context, json: Json = False) -> None:
    """把默认规则复制到配置文件旁，供修改。"""
    app: Context = ctx.obj
    target = app.config.rules_path
    if target.exists():
        raise Refused(f"已有规则文件：{target}", "直接改它；改完 demandctl sla check")
    text, _ = rules_text(app.config)
    put_text(target, text)
    object_answer(json, {"path": str(target)}, f"规则已复制到 {target}", "改完检查：demandctl sla check")


TREE: Tree = {
    "show": Entry("查看", show),
    "check": Entry("检查", check),
    "init": Entry("复制", init),
    "explain": Entry(
        "解释", "sla.explain:explain", "时限是怎么算出来的：依据、起算、算进去的每一段、跳过的每一段和原因。"
    ),
    "apply": Entry("重算", "sla.explain:apply", "让未完成、未超时的时限改按现在的规则、上班时间和放假安排。"),
}
