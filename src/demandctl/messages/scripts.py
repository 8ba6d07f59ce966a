"""Scripts 话术: what is said on the phone, step by step, and quick replies; ours, and the user's own on top.

They are data (``data/scripts.toml`` explains the fields). The user's file stands beside the config; a script of his
with the id of one of ours takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl import DATA
from demandctl.config import Config
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language.short import short
from demandctl.queries.demands import DemandView
from demandctl.queries.people import CustomerBrief
from demandctl.store.writing import put_text

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

GROUPS = {"call": "电话话术", "reply": "快捷回复"}
BLANKS = {
    "customer": "客户", "company": "公司", "me": "姓名", "my_phone": "电话", "number": "编号", "matter": "事情",
    "product": "产品", "region": "地区", "handler": "对接人", "handler_phone": "对接人电话", "branch": "分公司",
    "leader": "领导", "next": "时间", "reason": "原因", "old": "原对接人", "old_phone": "原对接人电话",
    "greeting": "工作愉快", "occasion": "节日", "years": "几",
}  # fmt: skip
"""What stands between braces, and what is shown where nothing fills it."""

RESERVED = ("list", "show", "add", "edit")
"""The commands of ``script``: an id among them could not be called."""

_ASKS = ("", "yes-no", "satisfaction", "ratings", "text", "call-back")
_FIELDS = (
    "", "call_back_at", "satisfaction", "heard_from", "suggestion", "recommend", "dissatisfaction", "urgent", "problem",
    "department", "inactive_reason", "would_continue",
)  # fmt: skip
_BLANK = re.compile(r"\{(\w+)\}")
_ID = re.compile(r"[\w-]{1,40}")


class CallStep(NamedTuple):
    """One step of a call: what is read out, what is asked, where the answer belongs, and what comes next."""

    id: str
    say: str = ""
    note: str = ""
    ask: str = ""
    field: str = ""
    like: str = ""
    needed: bool = False
    next: str | Mapping[str, str] = ""

    def after(self, answer: str) -> str:
        """The step that follows an answer (``yes``, ``no``, a satisfaction); empty at the end."""
        return self.next if isinstance(self.next, str) else self.next.get(answer, "")


class Script(NamedTuple):
    """A quick reply, or the steps of a call."""

    id: str
    name: str
    group: str
    text: str = ""
    steps: tuple[CallStep, ...] = ()
    kinds: tuple[str, ...] = ()
    source: str = ""
    own: bool = False

    def step(self, name: str) -> CallStep:
        """The step of that id."""
        return next(step for step in self.steps if step.id == name)

    @property
    def whole(self) -> str:
        """All of it as one text; of a call each step with its branches."""
        return self.text or "\n".join(_as_text(self.steps))

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        steps = [{k: v for k, v in step._asdict().items() if v} for step in self.steps]
        document = {"id": self.id, "name": self.name, "group": self.group, "text": self.text or None, "own": self.own}
        return document | ({"kinds": list(self.kinds), "steps": steps} if steps else {})


_ANSWERS = {"yes": "是", "no": "否", "satisfied": "满意", "fair": "一般", "unsatisfied": "不满意"}


def _as_text(steps: tuple[CallStep, ...]) -> Iterator[str]:
    places = {step.id: number for number, step in enumerate(steps, 1)}
    for number, step in enumerate(steps, 1):
        yield f"{number}. {step.say}" + (f"（{step.note}）" if step.note else "")
        if isinstance(step.next, Mapping):
            yield "   " + "；".join(f"{_ANSWERS.get(a, a)} → {places[to]}" for a, to in step.next.items())
        elif not step.next:
            yield "   结束"
        elif places[step.next] != number + 1:
            yield f"   → {places[step.next]}"


def shipped() -> str:
    """The text of the scripts that come with the product."""
    return (DATA / "scripts.toml").read_text(encoding="utf-8")


def load(own: Path) -> list[Script]:
    """All scripts, the user's own in the place of ours. UsageError names file, script and reason of a wrong one."""
    found = {script.id: script for script in parse(shipped(), "scripts.toml")}
    text = _text_of(own)
    for script in parse(text, str(own)) if text else ():
        found[script.id] = script._replace(own=True)
    return list(found.values())


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"话术文件读不了：{path}（{error}）") from error


def parse(text: str, path: str) -> list[Script]:
    """The scripts of a file's text."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"话术文件有误：{path}：{error}") from error
    entries = document.get("scripts", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"话术文件有误：{path}：每条话术应写成 [[scripts]]")
    return [_script(entry, path) for entry in entries]


def _script(entry: Mapping[str, Any], path: str) -> Script:
    name = str(entry.get("id", ""))

    def wrong(reason: str) -> UsageError:
        return UsageError(f"话术文件有误：{path}\n话术“{name or '没有编号'}”：{reason}")

    if not _ID.fullmatch(name):
        raise wrong("id 应由字母、数字、汉字和 - 组成")
    if unknown := set(entry) - {"id", "name", "group", "text", "steps", "kinds", "source"}:
        raise wrong(f"不认识 {'、'.join(sorted(unknown))}")
    group = entry.get("group", "call" if "steps" in entry else "reply")
    if group not in GROUPS:
        raise wrong(f"group 只能是 {'、'.join(GROUPS)}")
    try:
        steps = tuple(CallStep(**step) for step in entry.get("steps", []))
    except TypeError as error:
        raise wrong(f"步骤里有不认识的项目（{error}）") from error
    for reason in _step_problems(steps):
        raise wrong(reason)
    if not entry.get("text") and not steps:
        raise wrong("没有 text，也没有 steps")
    kinds = tuple(entry.get("kinds", ()))
    return Script(name, str(entry.get("name", name)), group, str(entry.get("text", "")).strip(), steps, kinds,
                  str(entry.get("source", "")))  # fmt: skip


def _step_problems(steps: tuple[CallStep, ...]) -> Iterator[str]:
    names = {step.id for step in steps}
    for step in steps:
        targets = [step.next] if isinstance(step.next, str) else list(step.next.values())
        for target in filter(None, targets):
            if target not in names:
                yield f"步骤 {step.id} 之后没有“{target}”这一步"
        if step.ask not in _ASKS:
            yield f"步骤 {step.id} 的 ask 只能是 {'、'.join(_ASKS[1:])}"
        if step.field not in _FIELDS:
            yield f"步骤 {step.id} 的 field 不是回访表的栏目：{step.field}"


def find(scripts: list[Script], text: str) -> Script:
    """The script that an id, a name or a part that only one has names; NotFound, or UsageError for several."""
    for test in (lambda s: text in (s.id, s.name), lambda s: s.id.startswith(text), lambda s: text in s.name + s.text):
        found = [script for script in scripts if test(script)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(f"“{text[:40]}”不止一条：{'、'.join(f'{s.id} {s.name}' for s in found[:8])}", "写编号")
    raise NotFound(f"没有话术“{text[:40]}”", "看看有哪些：demandctl script list")


def for_visit(scripts: list[Script], kind: str) -> Script:
    """The call script for a kind of revisit: the user's own first."""
    found = [script for script in scripts if kind in script.kinds and script.steps]
    if not found:
        raise NotFound("没有用于这类回访的话术", "直接填表：demandctl revisit record 编号 --satisfaction …")
    return max(found, key=lambda script: script.own)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; what is not known stays as 【对接人】 to be filled by hand."""
    return _BLANK.sub(lambda m: values.get(m[1]) or (f"【{BLANKS[m[1]]}】" if m[1] in BLANKS else m[0]), text)


def blanks_left(text: str) -> list[str]:
    """What is still to be filled by hand."""
    return list(dict.fromkeys(re.findall(r"【(.+?)】", text)))


SETTINGS = {
    "company": ("company.name", "公司名"), "me": ("specialist.name", "姓名"), "my_phone": ("specialist.phone", "电话"),
}  # fmt: skip
"""Which setting fills a blank, and what is written into it."""


def unset(text: str) -> list[str]:
    """The commands that set what a text lacks of the settings: it must not go out with 【公司】 in it unsaid."""
    return [
        f"demandctl config set {setting} {called}"
        for blank, (setting, called) in SETTINGS.items()
        if f"【{BLANKS[blank]}】" in text
    ]


def values_for(
    config: Config, who: str, customer: CustomerBrief | None, demand: DemandView | None, when: str = ""
) -> dict[str, str]:
    """What fills the blanks: from the settings, a customer and a demand, the time of the next step."""
    values = {
        "company": str(config.get("company", "name")),
        "me": config.specialist or who,
        "my_phone": str(config.get("specialist", "phone")),
        "greeting": "工作愉快",
    }
    if customer:
        values |= {"customer": customer.name, "region": customer.region}
    if demand:
        handler, leader = demand.handler, demand.leader
        values |= {
            "number": demand.subject.code,
            "matter": short(demand.content),
            "product": demand.product,
            "region": demand.region or values.get("region", ""),
            "branch": demand.branch or "",
            "handler": handler.name if handler else "",
            "handler_phone": handler.phone if handler else "",
            "leader": leader.name if leader else "",
            "next": when,
            "reason": demand.reason or "",
        }
    return values


# -- the user's own file -----------------------------------------------------------------------------------------


def add(own: Path, name: str, title: str, text: str) -> Script:
    """Add a quick reply to the user's file; Refused when there is one of that id."""
    if not _ID.fullmatch(name):
        raise UsageError(f"“{name[:40]}”不能作编号", "用字母、数字、汉字和 -，不含空格")
    if name in RESERVED:
        raise UsageError(f"{name} 是 script 的一个命令，不能作编号", "换一个编号")
    if any(script.id == name for script in load(own)):
        raise Refused(f"已有话术 {name}", f"改它：demandctl script edit {name}")
    script = Script(name, title or name, "reply", text, own=True)
    document = _document(own)
    _append(document, script)
    _write(own, document)
    return script


def edit(own: Path, script: Script, title: str, text: str) -> Script:
    """Change a quick reply; one of ours is copied into the user's file and stays as it was in the product."""
    if script.steps:
        raise Refused(
            f"{script.id} 是分步骤的电话话术，不能这样改",
            f"把它从 demandctl script show {script.id} --toml 抄进 {own} 再改",
        )
    changed = script._replace(name=title or script.name, text=text or script.text, own=True)
    document = _document(own)
    written = next((entry for entry in document.get("scripts", ()) if entry.get("id") == script.id), None)
    if written is None:
        _append(document, changed)
    else:
        written.update({key: value for key, value in (("name", title), ("text", text)) if value})
    _write(own, document)
    return changed


def as_toml(script: Script) -> str:
    """A script as it stands in a file, to be copied and changed."""
    import tomlkit

    document = tomlkit.document()
    _append(document, script)
    return tomlkit.dumps(document)


def _document(own: Path) -> TOMLDocument:
    """The user's file, to be changed where it is changed and left as it is everywhere else."""
    import tomlkit

    return tomlkit.parse(_text_of(own))


def _append(document: TOMLDocument, script: Script) -> None:
    import tomlkit

    table = tomlkit.table()
    table.update({key: getattr(script, key) for key in ("id", "name", "group")})
    table.update({key: value for key, value in (("kinds", [*script.kinds]), ("text", script.text)) if value})
    steps = tomlkit.aot()
    for step in script.steps:
        entry = tomlkit.table()
        entry.update({key: _inline(value) for key, value in step._asdict().items() if value})
        steps.append(entry)
    if script.steps:
        table["steps"] = steps
    document.setdefault("scripts", tomlkit.aot()).append(table)


def _inline(value: Any) -> Any:
    """A mapping as it stands on one line."""
    import tomlkit

    if not isinstance(value, Mapping):
        return value
    table = tomlkit.inline_table()
    table.update(value)
    return table


def _write(path: Path, document: TOMLDocument) -> None:
    """Put the file in its place whole, once it is known to be readable."""
    text = document.as_string()
    parse(text, str(path))
    put_text(path, text)
