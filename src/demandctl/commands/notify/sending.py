"""``due --notify`` and ``notify``: reminders that go out, what went out, and the channels they take."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from demandctl.context import Context
from demandctl.errors import PartlyDone
from demandctl.language.display import moment, shown, shown_lines
from demandctl.language.subject import Subject
from demandctl.terminal.grammar import Entry, Tree
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, Limit, row_limit
from demandctl.terminal.render import put, put_json, put_table, say, tell
from demandctl.terminal.takes import Option, many, ref

if TYPE_CHECKING:  # at run time they are loaded where they are needed: every command passes here
    from demandctl.notify.channel import NoticeChannel
    from demandctl.notify.channels import Settings
    from demandctl.notify.delivery import Delivery
    from demandctl.notify.digest import Notice
    from demandctl.notify.history import SentNotice
    from demandctl.notify.plan import Plan

ChannelName = Annotated[tuple[str, ...], Option("--channel", "只用这个渠道", many(ref("notice", "渠道")), "默认全部")]

_UNSENT = "没发成的仍记作未发，下次运行会再发；看记录：demandctl notify log"


def deliver(app: Context, channel: tuple[str, ...], *, dry_run: bool, unmask: bool, json: bool) -> None:
    """Send what is to be sent now, or show it; exit 5 when a channel failed."""
    from demandctl.notify import delivery

    if dry_run:
        _rehearse(app, channel, unmask=unmask, json=json)
        return
    outcomes = delivery.deliver(app, channel, unmask=unmask, talk=lambda text: say(shown(text)))
    if outcomes is None:
        say("另一次发送正在进行，这次不发。")
        if json:
            put_json({"dry_run": False, "busy": True, "channels": []})
        return
    if json:
        put_json({"dry_run": False, "busy": False, "channels": [_outcome_data(app, outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            _put_outcome(outcome, app.now)
        if not any(outcome.sent or outcome.held or outcome.failed for outcome in outcomes):
            put("没有要发的提醒。")
    failed = [outcome for outcome in outcomes if outcome.errors]
    if failed:
        advice = list(dict.fromkeys(advice for outcome in failed for advice in outcome.advice))
        raise PartlyDone("\n".join(["有渠道没有发成", *map(delivery.told, failed)]), "\n".join([*advice, _UNSENT]))


def _put_outcome(outcome: "Delivery", now: datetime) -> None:
    name = shown(outcome.channel.name)
    if outcome.sent:
        tell(f"{name}：发出 {len(outcome.sent)} 条提醒（{outcome.messages} 条消息）")
    if outcome.held:
        tell(f"{name}：{len(outcome.held)} 条等到 {moment(outcome.held_until, now)} 上班再发")
    if outcome.failed:
        tell(f"{name}：{len(outcome.failed)} 条没有发成")


def _outcome_data(app: Context, outcome: "Delivery") -> dict[str, object]:
    until = outcome.held_until
    results = {"sent": outcome.sent, "held": outcome.held, "failed": outcome.failed}
    return {
        "name": outcome.channel.name,
        "type": outcome.channel.type,
        **{result: len(items) for result, items in results.items()},
        "messages": outcome.messages,
        "held_until": until.astimezone(app.zone).isoformat() if until else None,
        "error": "；".join(outcome.errors) or None,
        "items": [_item_data(app, item, result) for result, items in results.items() for item in items],
    }


def _plan_data(app: Context, plan: "Plan") -> dict[str, object]:
    """The same for what was not sent but shown."""
    from demandctl.notify.delivery import Delivery

    data = _outcome_data(app, Delivery(plan.channel, plan.held, plan.held_until))
    held = [_item_data(app, item, "held") for item in plan.held]
    return data | {"items": [_item_data(app, item, "would-send") for item in plan.items] + held}


def _item_data(app: Context, item: "Notice", result: str) -> dict[str, object]:
    from demandctl.notify.schedule import level_name

    return item.due.data() | {
        "level": item.level,
        "level_name": level_name(item.level),
        "asked_for": item.due_at.astimezone(app.zone).isoformat(),
        "previous": item.asked,
        "result": result,
    }


def _rehearse(app: Context, channel: tuple[str, ...], *, unmask: bool, json: bool) -> None:
    """What would go out now, channel by channel; nothing is sent and nothing written."""
    from demandctl.notify import digest, plan
    from demandctl.notify.channels import read
    from demandctl.notify.delivery import log_unmasking
    from demandctl.queries.reader import reading

    settings = read(app.config)
    with reading(app) as reader:
        plans = plan.made(reader, settings, settings.chosen(channel))
    if unmask and any(entry.items or entry.held for entry in plans):
        log_unmasking(app, [entry.channel.name for entry in plans if entry.items or entry.held], rehearsal=True)
    if json:
        put_json({"dry_run": True, "busy": False, "channels": [_plan_data(app, entry) for entry in plans]})
        return
    for entry in plans:
        put(f"# {shown(entry.channel.name)}（{entry.channel.type}）")
        if not entry.items and not entry.held:
            put("没有要发的。")
        if entry.items:
            texts = [digest.line_of(item, app.now, unmask=unmask) for item in entry.items]
            for part in digest.split(entry.items, texts, entry.channel.limit, app.now):
                put(shown_lines(part.text))
        if entry.held:
            put(f"等到 {moment(entry.held_until, app.now)} 上班再发的：")
            for item in entry.held:
                put(digest.line_of(item, app.now, unmask=unmask))
        put()


def probe(ctx: typer.Context, channel: ChannelName = (), json: Json = False) -> None:
    """给渠道发一条测试消息，看配置对不对。"""
    app: Context = ctx.obj
    from demandctl.notify.channels import read

    results = [_tried(target) for target in read(app.config).chosen(channel)]
    if json:
        put_json([result._asdict() for result in results])
    else:
        for result in results:
            verdict = "已收下" if result.accepted else "没有收下"
            tell(shown(f"{result.name}（{result.type}）：{verdict}，{result.answer}"))
            if result.advice:
                tell(shown(f"  怎么办：{result.advice}"))
    wrong = [result.name for result in results if not result.accepted]
    if wrong:
        raise PartlyDone(f"渠道 {'、'.join(wrong)} 没有发成", "改好配置再试：demandctl notify test")


class _TestMessage(NamedTuple):
    """What became of a test message."""

    name: str
    type: str
    accepted: bool
    answer: str
    advice: str | None


def _tried(channel: "NoticeChannel") -> _TestMessage:
    from demandctl.notify.delivery import TURN_SECONDS, timely
    from demandctl.notify.message import Accepted, Failed, Letter

    # The word 需求 is the one that a robot which wants a keyword is told to look for.
    text = f"【需求提醒】demandctl 的测试消息。收到它，说明渠道“{channel.name}”的配置是对的。"

    def said() -> Accepted:
        channel.open(lambda said: say(shown(said)))
        return channel.send(Letter(channel.prepared(text), (), "demandctl 测试消息"))

    try:
        accepted = timely(channel, TURN_SECONDS, said)
    except Failed as error:
        return _TestMessage(channel.name, channel.type, False, str(error), error.advice or None)
    finally:
        channel.close()
    said_no = accepted.complaint
    return _TestMessage(channel.name, channel.type, not said_no, said_no or accepted.answer, None)


def log(ctx: typer.Context, channel: ChannelName = (), limit: Limit = None, json: Json = False) -> None:
    """发过哪些提醒、发到哪里、对方怎么答；没发成的也在。"""
    app: Context = ctx.obj
    from demandctl.notify.history import sent
    from demandctl.queries.reader import reading

    with reading(app) as reader:
        found = sent(reader, channel, row_limit(limit, json))
    if json:
        put_json(found)
        return
    if not found:
        put("还没有发过提醒。")
        return
    columns = [
        Column("时间", wrap=False), Column("渠道", least=6), Column("编号", wrap=False), Column("欠什么", least=10),
        Column("级别", wrap=False), Column("应于", wrap=False), Column("结果", least=8),
    ]  # fmt: skip
    put_table(columns, [_log_row(entry, app.now) for entry in found])


def _log_row(entry: "SentNotice", now: datetime) -> list[str]:
    from demandctl.notify.channel import LABELS

    level = LABELS[entry.level_name] + (f"{entry.level - 1}级" if entry.level > 1 else "")
    return [
        moment(entry.at, now),
        entry.channel,
        Subject.demand(entry.demand).code if entry.demand else "",
        entry.what or "",
        level,
        moment(entry.due_at, now),
        entry.answer if entry.accepted else "没有发成：" + (entry.answer or "那次运行中断了"),
    ]


def channels(ctx: typer.Context, json: Json = False) -> None:
    """配置了哪些渠道，各收什么，密钥在不在。"""
    app: Context = ctx.obj
    from demandctl.notify.channel import LABELS
    from demandctl.notify.channels import read

    settings = read(app.config)
    found = [_listed(channel) for channel in settings.chosen()]
    if json:
        put_json([entry._asdict() for entry in found])
        return
    columns = [
        Column("渠道", least=6), Column("类型", wrap=False), Column("发到"), Column("分公司"), Column("级别"),
        Column("提醒到人", wrap=False), Column("密钥", least=6),
    ]  # fmt: skip
    put_table(
        columns,
        [
            [c.name, c.type, c.where, "、".join(c.branches) or "全部",
             "、".join(LABELS[level] for level in c.levels), "是" if c.mention else "否", c.problem or "齐全"]
            for c in found
        ],
    )  # fmt: skip
    _warn_of_branches(app, settings)


class _ListedChannel(NamedTuple):
    """A channel as it is listed; ``problem`` is what is wrong with its key."""

    name: str
    type: str
    where: str
    branches: list[str]
    levels: list[str]
    mention: bool
    problem: str | None


def _listed(channel: "NoticeChannel") -> _ListedChannel:
    from demandctl.notify.message import Failed

    problem = None
    try:
        channel.open(lambda _: None)
    except Failed as error:
        problem = str(error)
    return _ListedChannel(
        channel.name, channel.type, channel.where, list(channel.branches), list(channel.levels),
        channel.mention and channel.can_mention, problem,
    )  # fmt: skip


def _warn_of_branches(app: Context, settings: "Settings") -> None:
    """What no channel would tell of, and what a channel waits for in vain."""
    from demandctl.notify.history import branches_unknown
    from demandctl.queries.reader import reading

    if not any(channel.takes_branch(None) for channel in settings.channels):
        say("提示：每个渠道都只收指定的分公司，不属于哪个分公司的事项不会发出；留一个 branches = [] 的渠道")
    if app.db_path.exists():
        with reading(app) as reader:
            unknown = branches_unknown(reader, settings.channels)
        if unknown:
            say(f"提示：通讯录里没有这些分公司：{shown('、'.join(unknown))}")


TREE: Tree = {
    "test": Entry("测试", probe),
    "log": Entry("记录", log),
    "channels": Entry("渠道", channels),
    "schedule": Entry("定时", "notify.schedule:schedule", "定时运行提醒和每日备份，用系统自己的定时办法。"),
}
