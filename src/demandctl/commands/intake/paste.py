"""``intake --paste``: a copied chat becomes demands: shown, asked about where something is missing, recorded."""

import sys
from collections.abc import Mapping
from typing import Any

from demandctl.context import Context
from demandctl.errors import DemandctlError, Refused, UsageError
from demandctl.language.display import moment, shown
from demandctl.language.subject import Subject
from demandctl.paste import proposals
from demandctl.paste.proposals import LABELS, NEEDED, Proposal
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.reader import Reader, reading
from demandctl.terminal import asking, clipboard
from demandctl.terminal.answers import answer
from demandctl.terminal.questions import demand_steps
from demandctl.terminal.render import pairs, put, put_json, put_styled, say
from demandctl.vocabulary import Channel, Kind, Urgency, subtype_label

NOTHING = "这段文字里没有看到需求，没有写入"


def paste(
    app: Context, given: Mapping[str, Any], *, insist: bool, dry_run: bool, as_json: bool, yes: bool, copy: bool
) -> None:
    """Take a copied chat in; *given* are fields typed as options, which win over what the text says."""
    asks = asking.can_ask() and not (yes or as_json or dry_run)
    text = copied(asks)
    with reading(app) as reader:
        found = proposals.read(reader, text)
        if given:
            _override(reader, found, given)
    if dry_run:
        _preview(app, found, as_json)
        return
    if not found:
        put_json([]) if as_json else put(NOTHING)
        return
    if asks:
        for number, proposal in enumerate(found, 1):
            _walk(app, proposal, f"{number}/{len(found)}" if len(found) > 1 else "", insist=insist, copy=copy)
        return
    if not yes:
        lacking = sorted({NEEDED[name] for p in found for name in p.missing}, key=list(NEEDED.values()).index)
        raise UsageError(
            f"认出 {len(found)} 条需求，" + (f"还缺：{'、'.join(lacking)}" if lacking else "登记前要确认"),
            f"先看看：--paste --dry-run；确认无误就加上 {' '.join([*lacking, '--yes'])}",
        )
    _record_all(app, found, insist=insist, as_json=as_json)


def copied(asks: bool) -> str:
    """What was copied: from a pipe, the clipboard, or put into the terminal. UsageError when there is none."""
    if not sys.stdin.isatty():
        return _decoded()
    text = clipboard.read() if not clipboard.over_ssh() else None
    if text and text.strip():
        return text
    if asks:
        return asking.pasted("把聊天内容粘贴在这里，粘贴完按回车（一行行输入的按 Ctrl-D 结束）：")
    raise UsageError("读不到剪贴板里的文字", "从管道送进来：demandctl intake --paste < 聊天.txt")


def _decoded() -> str:
    """The text of a pipe; what older Windows programs save is GB18030."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read()
    raw: bytes = stream.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError("这段文字的编码认不出来", "请用 UTF-8")


def _override(reader: Reader, found: list[Proposal], given: Mapping[str, Any]) -> None:
    if len(found) != 1:
        why = f"认出 {len(found)} 条需求，选项不知道用在哪一条上" if found else NOTHING
        raise UsageError(
            why, "一次粘贴一条，或不写这些选项" if found else "不用 --paste，直接登记：demandctl intake --help"
        )
    found[0].values.update(given)
    if "kind" in given and "subtype" not in given:
        found[0].values["subtype"] = None
    proposals.known(reader, found[0])


def _preview(app: Context, found: list[Proposal], as_json: bool) -> None:
    if as_json:
        put_json([proposals.document(proposal) for proposal in found])
        return
    for number, proposal in enumerate(found, 1):
        show(app, proposal, f"{number}/{len(found)}" if len(found) > 1 else "")
    if not found:
        put(NOTHING)
    say("只是试看，没有写入")


def show(app: Context, proposal: Proposal, place: str = "") -> None:
    """A draft as the person checks it."""
    values = proposal.values
    kind = Kind(values["kind"]) if values.get("kind") else None
    subtype = subtype_label(kind, values.get("subtype")) if kind else ""
    put_styled(" ".join(filter(None, [f"草稿 {place}".strip(), kind.label if kind else "类型未定", subtype])), "bold")
    channel = Channel(values["channel"]).label if values.get("channel") else ""
    known = proposal.customer
    response = proposal.draft.first_response
    answered = f"{response.by.name} {moment(response.at, app.now)}".strip() if response else ""
    pairs(
        [
            ("客户", values.get("customer") or (known or {}).get("name") or "？"),
            ("老客户", known and f"{known['code']} {known['name']}"),
            ("电话", values.get("phone")),
            ("微信", values.get("wechat")),
            ("地区", values.get("region")),
            ("产品", values.get("product")),
            ("紧急", Urgency(values["urgency"]).label if values.get("urgency") else ""),
            ("来源", " ".join(filter(None, [channel, values.get("group") or ""])) or "？"),
            ("提出", moment(values.get("raised_at"), app.now)),
            ("内容", values.get("content")),
            ("群内首答", answered),
            ("还缺", "、".join(LABELS[name] for name in proposal.missing)),
        ]
    )


# -- on a terminal -------------------------------------------------------------------------------------------------


def _walk(app: Context, proposal: Proposal, place: str, *, insist: bool, copy: bool) -> None:
    """Show one draft, ask what is missing, record it and hand it on; Enter three times when everything is clear."""
    show(app, proposal, place)
    _ask(app, proposal, proposal.missing)
    _who_is_it(proposal)
    while True:
        twin = _twin(app, proposal) if not insist else None
        record = "记录" if twin is None else "另记一条"
        noted = [("follow", f"跟进已有的 {twin.subject}：{twin.content[:20]}")] if twin else []
        choice = asking.choose("这条怎么办", [*noted, ("record", record), ("edit", "改一改"), ("skip", "跳过，不记录")])
        if choice == "edit":
            _ask(app, proposal, [*NEEDED, "subtype", "phone", "region", "product"])
            with reading(app) as reader:
                proposals.known(reader, proposal)
            show(app, proposal, place)
            continue
        break
    if choice == "skip":
        say("跳过，没有记录")
        return
    if choice == "follow" and twin:
        follow(app, twin.number, proposal.values["content"])
        return
    number, handled = record_one(app, proposal, insist=insist or twin is not None)
    if not handled:
        from demandctl.commands.assign import offer

        offer(app, number, copy=copy)


def _ask(app: Context, proposal: Proposal, names: list[str]) -> None:
    if names:
        proposal.values.update(asking.form(demand_steps(app, proposal.values, names)))


def _who_is_it(proposal: Proposal) -> None:
    """A known name without a phone that tells: the person says whether it is the same customer."""
    if not proposal.alike:
        return
    listed = [
        (c, f"{c['code']} {c['name']}（{c['region'] or '地区未知'} {c['phone'] or '没有电话'}）")
        for c in proposal.alike
    ]
    proposal.customer = asking.choose("已有同名客户，是哪一位", [*listed, (None, "都不是，是新客户")])


def _twin(app: Context, proposal: Proposal) -> DemandView | None:
    with reading(app) as reader:
        return proposals.twin(reader, proposal)


def follow(app: Context, number: int, content: str) -> None:
    """What the customer says once more about the same thing is noted on the demand that is open."""
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "follow-up") as work:
        demand = demands.find_demand(work.session, number)
        said = f"客户又说：{content}"
        demands.follow_up(work, demand, demands.Report(said, app.now, internal=True, by_name=app.who))
    answer(f"{Subject.demand(number)} 已记下客户的话", f"看全部：demandctl show {number}")


# -- writing -------------------------------------------------------------------------------------------------------


def record_one(app: Context, proposal: Proposal, *, insist: bool, quiet: bool = False) -> tuple[int, bool]:
    """Record a draft in its own transaction, with the group's first response; its number, and if it has a handler."""
    from demandctl.actions import demands
    from demandctl.db import transaction
    from demandctl.store.models import Contact

    values = proposal.values
    customer = proposals.person_of(values, proposal.customer)
    with transaction(app, "intake") as work:
        customer, columns = (
            proposals.person_of(values, proposal.customer),
            proposals.columns_of(values, proposal.draft.source),
        )
        demand, notes = demands.intake(work, customer, columns, insist=insist)
        number, kind, branch = demand.id, Kind(demand.kind), demand.branch
        summary = f"登记 {Subject.demand(number)} {kind.label}：{demand.content[:30]}"
        response = proposal.draft.first_response
        if response:
            person = work.session.get(Contact, response.by.id) if response.by.id else None
            at = max(min(response.at or app.now, app.now), demand.raised_at)
            by_name = "" if person else response.by.name
            method = proposals.method_of(demand.channel)
            demands.follow_up(
                work, demand, demands.Report(response.text or "已答复", at, person, by_name, method=method)
            )
            summary += f"，{response.by.name} 已首答"
        handler = work.session.get(Contact, demand.handler_id) if demand.handler_id else None
        handled = handler.name if handler else ""
        work.describe(summary)
    if not quiet:
        for note in notes:
            say(f"提示：{shown(note)}")
        name = values.get("customer") or (proposal.customer or customer)["name"]
        done = f"已登记 {Subject.demand(number)} {kind.label}：{name}" + (f"，{branch}" if branch else "")
        done += f"，{response.by.name} 已在群里首答" if response else ""
        answer(
            done + (f"，由 {handled} 跟进" if handled else ""),
            *([] if handled else [f"派单：demandctl assign {number}"]),
        )
    return number, bool(handled)


def _record_all(app: Context, found: list[Proposal], *, insist: bool, as_json: bool) -> None:
    """Record what is complete, each by itself, and report the rest."""
    numbers: list[int] = []
    problems: list[DemandctlError] = []
    for place, proposal in enumerate(found, 1):
        who = proposal.values.get("customer") or proposal.values.get("phone") or f"第 {place} 条"
        if proposal.missing:
            options = "、".join(NEEDED[name] for name in proposal.missing)
            problems.append(
                UsageError(
                    f"{who}：还缺 {options}，没有登记",
                    f"补上 {options} 再登记，或在终端里运行 demandctl intake --paste",
                )
            )
            continue
        try:
            numbers.append(record_one(app, proposal, insist=insist, quiet=as_json)[0])
        except (Refused, UsageError) as why:
            problems.append(why)
    if as_json:
        with reading(app) as reader:
            put_json([read_demand(reader, number) for number in numbers])
    if problems:
        for problem in problems[:-1]:
            say(f"错误：{shown(problem)}")
        raise problems[-1]
