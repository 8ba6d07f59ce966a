"""``intake --paste``: a copied chat becomes demands: shown, asked about where something is missing, recorded."""

import sys
from collections.abc import Mapping
from typing import Any

from demandctl.commands.intake import left
from demandctl.context import Context
from demandctl.errors import DemandctlError, Refused, UsageError
from demandctl.language.display import moment, shown
from demandctl.language.subject import Subject
from demandctl.paste import proposals
from demandctl.paste.drafts import Draft
from demandctl.paste.proposals import LABELS, NEEDED, EnrichedDraft, Pasted
from demandctl.queries.demands import DemandView, read_demand
from demandctl.queries.reader import Reader, reading
from demandctl.store.fields import names
from demandctl.terminal import asking, clipboard
from demandctl.terminal.answers import answer
from demandctl.terminal.questions import demand_steps
from demandctl.terminal.render import pairs, put, put_json, put_styled, say
from demandctl.vocabulary import Channel, Kind, Urgency, subtype_label

NOTHING = "这段文字里没有看到需求，没有写入"
LONGEST = 100_000
"""More characters than this are no chat that somebody copied to record a demand of."""


def take_in(
    app: Context,
    given: Mapping[str, Any],
    *,
    insist: bool,
    dry_run: bool,
    explain: bool,
    as_json: bool,
    yes: bool,
    copy: bool,
) -> None:
    """Take a copied chat in; *given* are fields typed as options, which hold for every draft and win over the text."""
    looks = dry_run or explain
    asks = asking.can_ask() and not (yes or as_json or looks)
    text = copied(asks)
    if len(text) > LONGEST:
        raise UsageError(f"这段文字有 {len(text)} 个字，一次最多 {LONGEST} 个", "分几次粘贴，一次一天的聊天")
    with reading(app) as reader:
        pasted = proposals.read(reader, text)
        for proposal in pasted.proposals:
            _override(reader, proposal, given)
    found = pasted.proposals
    if looks:
        _preview(app, pasted, as_json=as_json, explain=explain)
        return
    if not found and not asks:
        put_json([]) if as_json else put(NOTHING)
        left.tell(app, pasted)
        return
    if asks:
        _walk_all(app, pasted, given, insist=insist, copy=copy)
        return
    if not yes:
        left.tell(app, pasted)
        lacking = sorted({NEEDED[name] for p in found for name in p.missing}, key=list(NEEDED.values()).index)
        raise UsageError(
            f"认出 {len(found)} 条需求，" + (f"还缺：{'、'.join(lacking)}" if lacking else "登记前要确认"),
            f"先看看：--paste --dry-run；确认无误就加上 {' '.join([*lacking, '--yes'])}",
        )
    left.tell(app, pasted)
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


def _override(reader: Reader, proposal: EnrichedDraft, given: Mapping[str, Any]) -> None:
    """Put the fields that were typed as options over those that were read."""
    if not given:
        return
    proposal.values.update(given)
    if "kind" in given and "subtype" not in given:
        proposal.values["subtype"] = None
    for name in ("kind", *given):
        proposal.draft.inferred.pop("subtype" if name == "kind" and "kind" in given else name, None)
    proposals.known(reader, proposal)


def _preview(app: Context, pasted: Pasted, *, as_json: bool, explain: bool) -> None:
    found = pasted.proposals
    if as_json:
        drafts = [proposals.document(proposal) for proposal in found]
        put_json({"drafts": drafts, "left_out": left.document(pasted)} if explain else drafts)
        return
    for number, proposal in enumerate(found, 1):
        show(app, proposal, f"{number}/{len(found)}" if len(found) > 1 else "", explain=explain)
    if not found:
        put(NOTHING)
    left.show(app, pasted)
    _tell_learnt(pasted)
    say("只是试看，没有写入")


def _tell_learnt(pasted: Pasted) -> None:
    if pasted.learnt:
        say(f"学到 {pasted.learnt} 条：认类型时参照了自己登记过的需求")


def show(app: Context, proposal: EnrichedDraft, place: str = "", *, explain: bool = False) -> None:
    """A draft as the person checks it; with *explain* each field with the words it came from."""
    values, draft = proposal.values, proposal.draft
    kind = Kind(values["kind"]) if values.get("kind") else None
    subtype = subtype_label(kind, values.get("subtype")) if kind else ""
    titles = {"kind": kind.label if kind else "类型未定", "subtype": subtype}
    heading = [f"{title}{_guessed(draft, name)}" for name, title in titles.items() if title]
    put_styled(" ".join([f"草稿 {place}".strip(), *heading]), "bold")
    channel = Channel(values["channel"]).label if values.get("channel") else ""
    known = proposal.customer
    response = draft.first_response
    answered = f"{response.by.name} {moment(response.at, app.now)}".strip() if response else ""
    its, his = names("demand"), names("customer")
    rows = [
        ("customer", its["customer_id"], values.get("customer") or (known or {}).get("name") or "？"),
        ("", "老客户", known and f"{known['code']} {known['name']}"),
        ("phone", his["phone"], values.get("phone")),
        ("wechat", his["wechat"], values.get("wechat")),
        ("region", its["region"], values.get("region")),
        ("product", its["product"], values.get("product")),
        ("urgency", its["urgency"], Urgency(values["urgency"]).label if values.get("urgency") else ""),
        ("channel", its["channel"], " ".join(filter(None, [channel, values.get("group") or ""])) or "？"),
        ("raised_at", its["raised_at"], moment(values.get("raised_at"), app.now)),
        ("", its["content"], values.get("content")),
        ("", "群内首答", answered),
        ("", "还缺", "、".join(LABELS[name] for name in proposal.missing)),
    ]
    if explain and kind:
        rows.insert(0, ("", "类型依据", draft.words.get("kind") or "与已知的句子相像"))
    pairs([(label, _because(draft, name, value) if explain else value) for name, label, value in rows])


def _guessed(draft: Draft, name: str) -> str:
    """The mark of a field that was not read but inferred, with how sure that is."""
    return f"（猜 {draft.inferred[name]:.0%}）" if name in draft.inferred else ""


def _because(draft: Draft, name: str, value: Any) -> Any:
    words = " ".join(draft.words.get(name, "").split())
    return f"{value}（原话：{words}）" if value and words and words != value else value


# -- on a terminal -------------------------------------------------------------------------------------------------


def _walk_all(app: Context, pasted: Pasted, given: Mapping[str, Any], *, insist: bool, copy: bool) -> None:
    """One draft after the other, then what was left out, each of which can become a draft."""
    found = pasted.proposals
    _tell_learnt(pasted)
    if not found:
        put(NOTHING)
    for number, proposal in enumerate(found, 1):
        _walk(app, proposal, f"{number}/{len(found)}" if len(found) > 1 else "", insist=insist, copy=copy)
    while (chosen := left.choose(app, pasted)) is not None:
        with reading(app) as reader:
            proposal = proposals.taken(reader, pasted, chosen)
            _override(reader, proposal, given)
        _walk(app, proposal, insist=insist, copy=copy)


def _walk(app: Context, proposal: EnrichedDraft, place: str = "", *, insist: bool, copy: bool) -> None:
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


def _ask(app: Context, proposal: EnrichedDraft, names: list[str]) -> None:
    if names:
        proposal.values.update(asking.form(demand_steps(app, proposal.values, names)))


def _who_is_it(proposal: EnrichedDraft) -> None:
    """A known name without a phone that tells: the person says whether it is the same customer."""
    if not proposal.alike:
        return
    listed = [
        (c, f"{c['code']} {c['name']}（{c['region'] or '地区未知'} {c['phone'] or '没有电话'}）")
        for c in proposal.alike
    ]
    proposal.customer = asking.choose("已有同名客户，是哪一位", [*listed, (None, "都不是，是新客户")])


def _twin(app: Context, proposal: EnrichedDraft) -> DemandView | None:
    with reading(app) as reader:
        return proposals.twin(reader, proposal)


def follow(app: Context, number: int, content: str) -> None:
    """What the customer says once more about the same thing is noted on the demand that is open."""
    from demandctl.actions import demands
    from demandctl.db import transaction

    with transaction(app, "follow-up") as work:
        demand = demands.find_demand(work.session, number)
        said = f"客户又说：{content}"
        demands.follow_up(work, demand, demands.Feedback(said, app.now, internal=True, by_name=app.who))
    answer(f"{Subject.demand(number)} 已记下客户的话", f"看全部：demandctl show {number}")


# -- writing -------------------------------------------------------------------------------------------------------


def record_one(app: Context, proposal: EnrichedDraft, *, insist: bool, quiet: bool = False) -> tuple[int, bool]:
    """Record a draft in its own transaction, with the group's first response; its number, and if it has a handler."""
    from demandctl.actions import demands
    from demandctl.actions.attachments import attach
    from demandctl.db import transaction
    from demandctl.store.attachments import kept
    from demandctl.store.models import Contact

    values = proposal.values
    customer = proposals.person_of(values, proposal.customer)
    with kept(app.db_path, values.get("attach", ())) as contents, transaction(app, "intake") as work:
        customer, columns = (
            proposals.person_of(values, proposal.customer),
            proposals.columns_of(values, proposal.draft.source),
        )
        demand, notes = demands.intake(work, customer, columns, insist=insist)
        attach(work, demand.subject, contents)
        number, kind, branch = demand.id, Kind(demand.kind), demand.branch
        summary = f"登记 {Subject.demand(number)} {kind.label}：{demand.content[:30]}"
        response = proposal.draft.first_response
        if response:
            person = work.session.get(Contact, response.by.id) if response.by.id else None
            at = max(min(response.at or app.now, app.now), demand.raised_at)
            by_name = "" if person else response.by.name
            method = proposals.method_of(demand.channel)
            demands.follow_up(
                work, demand, demands.Feedback(response.text or "已答复", at, person, by_name, method=method)
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


def _record_all(app: Context, found: list[EnrichedDraft], *, insist: bool, as_json: bool) -> None:
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
