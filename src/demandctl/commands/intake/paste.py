"""``intake --paste``: a copied chat becomes demands: shown, asked about where something is missing, recorded."""

import sys
from collections.abc import Mapping
from typing import Any

from demandctl.commands.intake import left
from demandctl.commands.intake.draft import show
from demandctl.commands.intake.recording import record_all
from demandctl.commands.intake.walk import walk
from demandctl.context import Context
from demandctl.errors import UsageError
from demandctl.paste import proposals
from demandctl.paste.proposals import NEEDED, Pasted
from demandctl.queries.reader import reading
from demandctl.terminal import asking, clipboard
from demandctl.terminal.render import put, put_json, say

NOTHING = "这段文字里没有看到需求，没有写入"


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
    replied: bool,
) -> None:
    """Take a copied chat in; *given* are fields typed as options, which hold for every draft and win over the text."""
    looks = dry_run or explain
    asks = asking.can_ask() and not (yes or as_json or looks)
    text = copied(asks)
    with reading(app) as reader:
        pasted = proposals.read(reader, text)
        for proposal in pasted.proposals:
            proposals.override(reader, proposal, given)
    found = pasted.proposals
    if looks:
        _preview(app, pasted, as_json=as_json, explain=explain)
        return
    if not found and not asks:
        put_json([]) if as_json else put(NOTHING)
        left.tell(app, pasted)
        return
    if asks:
        _walk_all(app, pasted, given, insist=insist, copy=copy, replied=replied)
        return
    if not yes:
        left.tell(app, pasted)
        lacking = sorted({NEEDED[name] for p in found for name in p.missing}, key=list(NEEDED.values()).index)
        raise UsageError(
            f"认出 {len(found)} 条需求，" + (f"还缺：{'、'.join(lacking)}" if lacking else "登记前要确认"),
            f"先看看：--paste --dry-run；确认无误就加上 {' '.join([*lacking, '--yes'])}",
        )
    left.tell(app, pasted)
    record_all(app, found, insist=insist, replied_at=app.now if replied else None, as_json=as_json)


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


# -- on a terminal -------------------------------------------------------------------------------------------------


def _walk_all(
    app: Context, pasted: Pasted, given: Mapping[str, Any], *, insist: bool, copy: bool, replied: bool
) -> None:
    """One draft after the other, then what was left out, each of which can become a draft."""
    found = pasted.proposals
    _tell_learnt(pasted)
    if not found:
        put(NOTHING)
    for number, proposal in enumerate(found, 1):
        walk(
            app, proposal, f"{number}/{len(found)}" if len(found) > 1 else "", insist=insist, copy=copy, replied=replied
        )
    while (chosen := left.choose(app, pasted)) is not None:
        with reading(app) as reader:
            proposal = proposals.taken(reader, pasted, chosen)
            proposals.override(reader, proposal, given)
        walk(app, proposal, insist=insist, copy=copy, replied=replied)
